"""Opening what an agency sent: plain, gzip or zip; finding the reader that understands it; hashing it."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Measure, Report, is_finite

SAMPLE_BYTES = 64 * 1024
_CHUNK = 1024 * 1024
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_DAMAGED = (
    *(EOFError, OSError, RuntimeError, ValueError, KeyError, IndexError, OverflowError, MemoryError),
    *(zlib.error, lzma.LZMAError, struct.error, zipfile.BadZipFile, zipfile.LargeZipFile),
)
"""What the standard library raises for bytes that are no whole gzip or zip file (`NotImplementedError` is a `RuntimeError`)."""

_ESCAPED_NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold once it is unpacked, and how many members a zip file may have."""

    max_unpacked_bytes: int = 8 * 1024**3
    max_members: int = 1_000


@dataclass(slots=True)
class _Budget:
    """How many bytes a file, all its members together, may still unpack to."""

    left: int


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than it may, and notes whether what it gave may hold the character NUL."""

    def __init__(self, stream: BinaryIO, budget: _Budget, name: str) -> None:
        self._stream, self._budget, self._name, self._tail = stream, budget, name, b""
        self.may_hold_nul = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except _DAMAGED as fault:
            _refuse_damaged(self._name, fault)
        self._budget.left -= len(data)
        if self._budget.left < 0:
            raise BadReport("The file unpacks to more than is allowed", todo="raise max_unpacked_bytes in the node's settings if it is meant")
        self._look_for_nul(data)
        buffer[: len(data)] = data
        return len(data)

    def _look_for_nul(self, data: bytes) -> None:
        """Text holds NUL only where its bytes do, plain or as JSON's escape (which two pieces may share)."""
        if not self.may_hold_nul:
            self.may_hold_nul = b"\x00" in data or _ESCAPED_NUL in data or _ESCAPED_NUL in self._tail + data[: len(_ESCAPED_NUL)]
            self._tail = (self._tail + data[-len(_ESCAPED_NUL) :])[-len(_ESCAPED_NUL) :]


class _Watched(io.RawIOBase):
    """A file that notes how far it was read."""

    def __init__(self, stream: BinaryIO, position: list[int]) -> None:
        self._stream, self._position = stream, position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._position[0] = self._stream.tell()
        return data


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of a file: the file itself, or a member of a zip file."""

    name: str
    stream: BinaryIO
    guard: _Bounded

    @property
    def may_hold_nul(self) -> bool:
        """Whether what was read so far holds NUL, which no text of a report may and PostgreSQL cannot keep."""
        return self.guard.may_hold_nul


@contextmanager
def opened(path: Path, limits: Limits, position: list[int] | None = None) -> Iterator[Iterator[Part]]:
    """The parts of a file, unpacked as they are read. Raises `BadReport` for an empty or damaged file."""
    with path.open("rb") as raw:
        yield _parts(name_of(path), _Watched(raw, position if position is not None else [0]), limits)


def _refuse_damaged(name: str, fault: BaseException) -> NoReturn:
    raise BadReport("The compressed file is damaged", source=name, got=str(fault) or type(fault).__name__, todo="send it again") from fault


def name_of(path: Path) -> str:
    """The file's name as text that can be kept and shown; bytes in it that are not UTF-8 become question marks."""
    return _plain(path.name)


def _parts(name: str, raw: _Watched, limits: Limits) -> Iterator[Part]:
    start = raw.read(4)
    raw.seek(0)
    budget = _Budget(limits.max_unpacked_bytes)
    if not start:
        raise BadReport("The file is empty", source=name, todo="nothing was taken in")
    if start[:2] == _GZIP:
        yield _part(name.removesuffix(".gz"), gzip.GzipFile(fileobj=raw), budget, name)
    elif start == _ZIP:
        yield from _members(name, raw, limits, budget)
    else:
        yield _part(name, raw, budget, name)


def _part(name: str, stream: Any, budget: _Budget, file_name: str) -> Part:
    guard = _Bounded(stream, budget, file_name)
    return Part(name, io.BufferedReader(guard, _CHUNK), guard)


def _members(name: str, raw: _Watched, limits: Limits, budget: _Budget) -> Iterator[Part]:
    archive = _opened_or_refused(name, zipfile.ZipFile, raw)
    with archive:
        members = [member for member in archive.infolist() if not member.filename.endswith("/")]
        if len(members) > limits.max_members:
            raise BadReport("The zip file has too many members", source=name, got=str(len(members)), expected=f"at most {limits.max_members}")
        for member in members:
            if member.flag_bits & 1:
                raise BadReport("The zip file is locked with a password", source=name, record=member.filename)
            with _opened_or_refused(name, archive.open, member) as stream:
                yield _part(member.filename, stream, budget, name)


def _opened_or_refused(name: str, opening: Callable[[Any], Any], what: Any) -> Any:
    try:
        return opening(what)
    except _DAMAGED as fault:
        _refuse_damaged(name, fault)


def sample_of(part: Part) -> Sample:
    """The part's name and first bytes; the stream stays where it was."""
    return Sample(part.name, part.stream.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])  # type: ignore[attr-defined]


def choose_reader(sample: Sample, readers: Sequence[Reader]) -> Reader:
    """The one reader that recognises the sample. Raises `BadReport` where none or several do, and says how to name one."""
    found = [reader for reader in readers if reader.recognises(sample)]
    if len(found) == 1:
        return found[0]
    tried = ", ".join(reader.name for reader in (found or readers))
    what = "Several readers recognise the file" if found else "No reader recognises the file"
    if not found and (known := known_trouble(sample)):
        raise BadReport(what, source=sample.name, got=known[0], expected="UTF-8 text, XML, JSON or Parquet", todo=known[1])
    raise BadReport(
        what, source=sample.name, expected=f"one of {tried}", todo="name the reader with --reader NAME, or say what the columns mean with --mapping FILE"
    )


_TROUBLES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document", "save the sheet as CSV"),
    (b"%PDF", "a PDF document", "ask the agency for the table behind it"),
    (b"PAR1", "a Parquet table", "say what its columns mean with --preset vigie or --mapping FILE"),
)
"""First bytes that are known not to be readable as they are, what they are, and what to do."""


def known_trouble(sample: Sample) -> tuple[str, str] | None:
    """What a file that nobody recognises is, and what to do about it, where its first bytes or its name tell."""
    if sample.name.startswith(("xl/", "[Content_Types]", "word/", "_rels/", "docProps/")):
        return "a spreadsheet or document", "save the sheet as CSV"
    return next(((what, todo) for start, what, todo in _TROUBLES if sample.head.startswith(start)), None)


def read_parts(path: Path, choose: Callable[[Sample], Reader], context: ReadContext, limits: Limits, position: list[int]) -> Iterator[Report | Reject]:
    """What the readers find in all parts of a file, in order; `position[0]` is kept at the number of the file's bytes read so far."""
    with opened(path, limits, position) as parts:
        for part in parts:
            for item in choose(sample_of(part)).read(part.stream, context):
                yield _checked(item, may_hold_nul=part.may_hold_nul)


def _checked(item: Report | Reject, *, may_hold_nul: bool) -> Report | Reject:
    """The last gate before the store: no number that is not one, no text that cannot be kept."""
    if isinstance(item, Reject):
        return _storable(item)
    if not is_finite(item):
        return _storable(Reject(item.agency_ref or "a record", "A number of the report is not finite", raw=item.payload))
    if may_hold_nul and _holds_nul([getattr(item, name) for name in _TEXTS]):
        return _storable(Reject(item.agency_ref or "a record", "A text of the report holds the character NUL", expected="text without it", raw=item.payload))
    return item


_TEXTS = (
    *("agency", "agency_ref", "field", "kind", "place", "country", "scale", "summary", "language", "grade", "actors", "details"),
    "measures",
)


def _holds_nul(value: Any) -> bool:
    """Whether a text holds NUL, or anything inside a value does."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(_holds_nul(name) or _holds_nul(inner) for name, inner in value.items())
    if isinstance(value, Measure):
        return _holds_nul(value.name) or _holds_nul(value.agency)
    return isinstance(value, list | tuple) and any(_holds_nul(inner) for inner in value)


def _storable(fault: Reject) -> Reject:
    """The same reject in texts that every store can keep; what was got keeps its bytes, sealed."""
    return Reject(_plain(fault.place), _plain(fault.what), _plain(fault.field), fault.got, _plain(fault.expected), fault.raw)


def _plain(text: str) -> str:
    return text.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
