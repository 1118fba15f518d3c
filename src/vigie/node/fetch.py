"""Fetching one address: to a file, whole or not at all, within limits; a download that was cut off goes on where it stopped.

An answer is written beside its place as `NAME.part` and moved there when it is whole. A part stays for the next attempt, or the
next run, if the server named it with a strong ETag (RFC 9110, 8.8.3); it is continued only if the ETag is still the same (13.1.5).
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, BinaryIO

from vigie.model.errors import BadSetting, PeerUnavailable
from vigie.model.feed import BEARER, Answer, Request
from vigie.model.times import SECOND_US, from_datetime
from vigie.node.addresses import shown
from vigie.node.line import FetchLimits, Line, Pace, answered, open_line, trying_again

if TYPE_CHECKING:
    import httpx2

_OK, _PARTIAL, _UNCHANGED, _BEYOND = 200, 206, 304, 416
_NO_ACCESS = frozenset({401, 403, 407})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that mean: later perhaps (RFC 9110, 15.5 and 15.6; RFC 6585 for 429; RFC 8470 for 425)."""
_LONGEST_ASKED_S = 7 * 86_400.0
_SMALL_BYTES = 1024 * 1024
_CHUNK = 256 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

Progress = Callable[[int, int | None], None]
"""Told how many bytes have come, and of how many, where the server said so."""


@dataclass(eq=False)
class Faltering(PeerUnavailable):
    """A fault that may be over soon: another attempt is made, after `wait_s` where the server asked for that."""

    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What every request of a run has in common."""

    line: Line
    limits: FetchLimits
    now_us: int = 0
    token: str = ""
    token_header: str = BEARER
    account: str = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """The unfinished file of an answer, and beside it the address and the ETag that it belongs to."""

    path: Path

    @property
    def note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    def etag_for(self, address: str) -> str:
        """The ETag under which this address may be continued; empty = from the start."""
        try:
            facts = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ""
        return str(facts.get("etag", "")) if self.path.exists() and self.path.stat().st_size and facts.get("address") == address else ""

    def remember(self, address: str, etag: str) -> None:
        """Writes down what the part belongs to; a weak ETag says nothing about bytes."""
        strong = "" if etag.startswith("W/") else etag
        self.note.write_text(json.dumps({"address": address, "etag": strong}), encoding="utf-8")

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def fetch(request: Request, target: Path, limits: FetchLimits | None = None, *, token: str = "", now_us: int = 0) -> Answer:
    """As `fetch_with`, over a line of its own: for one address alone."""
    limits = limits or FetchLimits()
    with open_line(request.address, limits) as line:
        return fetch_with(Visit(line, limits, now_us, token), request, target)


def fetch_with(visit: Visit, request: Request, target: Path) -> Answer:
    """The answer to a request, its body at `target` (whole; no file with 304).

    Raises `PeerUnavailable` where the server does not answer as it should in as many attempts as are allowed, and `BadSetting` where
    it wants an account or the disk does not take the answer.
    """
    limits, until_s = visit.limits, monotonic() + visit.limits.total_s
    again = trying_again(limits.attempts, limits.total_s, limits.wait_s, limits.longest_wait_s)
    try:
        return again(lambda fault: _wait_for(fault, limits), _attempt, visit, request, target, until_s)
    except OSError as fault:
        todo = "make room on the disk, or give the node the right to write there"
        raise BadSetting("The answer cannot be written to the node's folder", source=target.name, got=str(fault.strerror), todo=todo) from fault


def _wait_for(fault: Exception, limits: FetchLimits) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if not isinstance(fault, Faltering) or fault.wait_s > limits.longest_wait_s:
        return False
    return fault.wait_s or True


def _attempt(visit: Visit, request: Request, target: Path, until_s: float) -> Answer:
    import httpx2

    part = _Part(target.with_name(f"{target.name}.part"))
    where, headers = shown(request.address), _headers(visit, request, part)
    try:
        with visit.line.cut_after(until_s - monotonic()), answered(visit.line, request.address, headers, visit.limits) as response:
            return _taken(visit, request, response, target, part)
    except (httpx2.HTTPError, httpx2.StreamError, PeerUnavailable) as fault:
        if visit.line.is_cut:
            got = f"no whole answer in {visit.limits.total_s:g} s"
            raise PeerUnavailable("The server takes too long", source=where, got=got, todo="the next run goes on from there if the server allows it") from fault
        if isinstance(fault, PeerUnavailable):
            raise
        raise _network_fault(fault, where) from fault


def _headers(visit: Visit, request: Request, part: _Part) -> dict[str, str]:
    headers: dict[str, str] = {}
    if visit.token:
        name, _, value = visit.token_header.partition(":")
        headers[name.strip()] = value.strip().format(token=visit.token)
    if etag := part.etag_for(request.address):
        return headers | {"Range": f"bytes={part.path.stat().st_size}-", "If-Range": etag}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.last_modified:
        headers["If-Modified-Since"] = request.last_modified
    return headers


def _network_fault(fault: Exception, where: str) -> PeerUnavailable:
    """What httpx2 raised, in our words; the network's own words only where they hold no address."""
    import httpx2

    if "CERTIFICATE_VERIFY_FAILED" in str(fault):
        return PeerUnavailable("The server's certificate is not valid", source=where, todo="nothing was fetched; check the address and the clock")
    if isinstance(fault, httpx2.TimeoutException):
        what = "The server does not answer in time"
    elif isinstance(fault, httpx2.ConnectError | httpx2.ProxyError):
        what = "The server cannot be reached"
    else:
        what = "The connection broke off"
    return Faltering(what, source=where, got=str(fault), todo="try later")


def _taken(visit: Visit, request: Request, response: httpx2.Response, target: Path, part: _Part) -> Answer:
    """What the status means."""
    status, where = response.status_code, shown(request.address)
    if status == _UNCHANGED:
        return Answer(status=status, etag=request.etag, last_modified=request.last_modified)
    if status in request.passes:
        return _small(response, target)
    if status in (_OK, _PARTIAL):
        return _received(visit, request, response, target, part)
    if status == _BEYOND:
        part.drop()
        raise Faltering("The server does not continue the download", source=where, got=str(status), todo="it starts again from its beginning")
    if status in _NO_ACCESS:
        raise _no_access(visit, status, where)
    if status in _PASSING:
        wait_s = _retry_after_s(response.headers.get("retry-after", ""), visit.now_us)
        todo = f"the server asks to wait {wait_s:g} s" if wait_s else "try later"
        raise Faltering("The server is busy or out of order", source=where, got=f"{status} {response.reason_phrase}".strip(), todo=todo, wait_s=wait_s)
    got = f"{status} {response.reason_phrase}".strip()
    raise PeerUnavailable("The server does not give the file", source=where, got=got, todo="check the address of the source")


def _no_access(visit: Visit, status: int, where: str) -> BadSetting:
    what = "The server does not accept the token" if visit.token else "The server asks for an account"
    return BadSetting(what, source=where, got=str(status), todo=visit.account or "ask the agency for access, and give its token to this node")


def _retry_after_s(text: str, now_us: int) -> float:
    """Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3): a number, or a date; 0 where there is none, a week at most."""
    try:
        wait_s = float(text) if text.strip().isdecimal() else (from_datetime(parsedate_to_datetime(text)) - now_us) / SECOND_US
    except ValueError:
        return 0.0
    return min(max(wait_s, 0.0), _LONGEST_ASKED_S) if now_us or text.strip().isdecimal() else 0.0


def _small(response: httpx2.Response, target: Path) -> Answer:
    """An answer that the feed understands by its status: the first MiB of it."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) >= _SMALL_BYTES:
            break
    target.write_bytes(body[:_SMALL_BYTES])
    return Answer(status=response.status_code, path=target, bytes=min(len(body), _SMALL_BYTES))


def _received(visit: Visit, request: Request, response: httpx2.Response, target: Path, part: _Part) -> Answer:
    """The whole body at `target`."""
    where = shown(request.address)
    start = _start(response, request, part)
    promised = int(length) + start if (length := response.headers.get("content-length", "")).isdecimal() else None
    _check_bytes(promised or 0, visit.limits, where)
    etag = response.headers.get("etag", "")
    if not start:
        part.drop()  # first, so that no kill in between leaves old bytes under a new ETag
        part.remember(request.address, etag)
    with part.path.open("r+b" if start else "wb") as out:
        out.seek(start)
        came = start + _written(visit, response.iter_raw(), out, where, (start, promised))
    if promised is not None and came != promised:
        raise Faltering("The download was cut off", source=where, got=f"{came} bytes", expected=str(promised), todo="try again")
    _unpack(part.path, target, response.headers.get("content-encoding", ""), visit.limits, where)
    part.drop()
    _check_content(request, target, where)
    return Answer(status=_OK, path=target, etag=etag, last_modified=response.headers.get("last-modified", ""), bytes=target.stat().st_size)


def _start(response: httpx2.Response, request: Request, part: _Part) -> int:
    """Where in the file the body begins: after what is there, if the server continues it; else at 0."""
    if response.status_code == _OK:
        return 0
    here = part.path.stat().st_size if part.path.exists() else 0
    continued = response.headers.get("content-range", "").startswith(f"bytes {here}-")
    if not continued or response.headers.get("etag", "") != part.etag_for(request.address):
        part.drop()
        raise Faltering("The server continues another file than the one begun", source=shown(request.address), todo="it starts again from its beginning")
    return here


def _written(visit: Visit, chunks: Iterator[bytes], out: BinaryIO, where: str, span: tuple[int, int | None]) -> int:
    """How many bytes came; they lie in `out`, also those that came before a fault."""
    pace, count = Pace(visit.limits), 0
    for chunk in chunks:
        out.write(chunk)
        count += len(chunk)
        _check_bytes(span[0] + count, visit.limits, where)
        if (slow := pace.add(len(chunk))) is not None:
            expected = f"at least {visit.limits.min_bytes_per_s:g}"
            raise Faltering("The server sends too slowly", source=where, got=f"{slow:.0f} bytes per second", expected=expected, todo="try later")
        if visit.progress:
            visit.progress(span[0] + count, span[1])
    return count


def _check_bytes(count: int, limits: FetchLimits, where: str) -> None:
    if count > limits.max_bytes:
        todo = "raise max_file_bytes in node.toml if it is meant"
        raise PeerUnavailable("The answer is too large", source=where, got=f"{count} bytes or more", expected=f"at most {limits.max_bytes}", todo=todo)


def _unpack(packed: Path, target: Path, encoding: str, limits: FetchLimits, where: str) -> None:
    """Moves the answer to its place, unpacked where the server packed it for the way."""
    if encoding.strip().lower() in ("", "identity"):
        packed.replace(target)
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise PeerUnavailable("The server packs its answer in a way that was not asked for", source=where, got=encoding, expected="gzip, deflate or nothing")
    ready = target.with_name(f"{target.name}.unpacked")
    try:
        with packed.open("rb") as raw, ready.open("wb") as out:
            _inflate(iter(lambda: raw.read(_CHUNK), b""), out, limits, where)
    except zlib.error as fault:
        packed.unlink()
        raise Faltering("The packed answer is damaged", source=where, got=str(fault), todo="try again") from fault
    ready.replace(target)


def _inflate(chunks: Iterable[bytes], out: BinaryIO, limits: FetchLimits, where: str) -> None:
    engine, count = zlib.decompressobj(_GZIP_OR_ZLIB), 0
    for chunk in chunks:
        rest = chunk
        while rest and not engine.eof:
            plain = engine.decompress(rest, _CHUNK)
            rest, count = engine.unconsumed_tail, count + len(plain)
            _check_bytes(count, limits, where)
            out.write(plain)
    out.write(engine.flush())
    if not engine.eof:
        raise zlib.error("it ends before its end")


def _check_content(request: Request, target: Path, where: str) -> None:
    """The size and the MD5 that the agency published, where it did. MD5 finds damage on the way; it proves no origin."""
    size = target.stat().st_size
    if request.size is not None and size != request.size:
        target.unlink()
        raise Faltering("The file has another size than its agency says", source=where, got=f"{size} bytes", expected=str(request.size), todo="try again")
    if request.md5:
        with target.open("rb") as stream:
            found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if found != request.md5.lower():
            target.unlink()
            raise Faltering("The file has another MD5 than its agency says", source=where, got=found, expected=request.md5, todo="try again")
