"""Loopback servers that behave as agencies' servers do: well, slowly, half, or wrongly."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Event
from urllib.parse import parse_qs, urlsplit

from loopback import listening

Respond = Callable[["Talk"], None]


@dataclass
class Talk:
    """One request and the way to answer it."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    stopped: Event
    handler: BaseHTTPRequestHandler

    def answer(self, status: int, body: bytes = b"", *, promise: int | None = None, **headers: str) -> None:
        """Sends a status, headers (underscores for dashes) and a body, of which `promise` bytes are said to come."""
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            self.handler.send_header("Content-Length", str(len(body) if promise is None else promise))
        self.handler.end_headers()
        self.send(body)

    def send(self, data: bytes) -> None:
        """Sends bytes now."""
        with suppress(OSError):
            self.handler.wfile.write(data)
            self.handler.wfile.flush()

    def drip(self, data: bytes, pause_s: float) -> None:
        """Sends byte after byte, slowly, until the other side or the test has had enough."""
        for number in range(len(data)):
            if self.stopped.wait(pause_s):
                return
            try:
                self.handler.wfile.write(data[number : number + 1])
                self.handler.wfile.flush()
            except OSError:
                return


@dataclass
class Server:
    """A running server: its address, what it answers by path, and what it was asked."""

    address: str
    answers: dict[str, Respond] = field(default_factory=dict)
    asked: list[Talk] = field(default_factory=list)

    def at(self, path: str, respond: Respond) -> str:
        """The address of a path that answers so."""
        self.answers[path] = respond
        return f"{self.address}{path}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [talk.path for talk in self.asked]


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a free port of this machine, in threads of its own."""
    server, stopped = Server(""), Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            talk = Talk(parts.path, query, dict(self.headers), stopped, self)
            server.asked.append(talk)
            server.answers.get(parts.path, lambda missing: missing.answer(404))(talk)

        def log_message(self, *_: object) -> None:
            return

    with listening(Handler) as server.address:
        try:
            yield server
        finally:
            stopped.set()


def file(body: bytes, *, etag: str = "", last_modified: str = "") -> Respond:
    """A file as a good server gives it: conditional requests and ranges are understood."""

    def respond(talk: Talk) -> None:
        told = {name: value for name, value in {"ETag": etag, "Last_Modified": last_modified}.items() if value}
        fresh = talk.headers.get("If-None-Match") == etag if etag else talk.headers.get("If-Modified-Since") == last_modified
        if fresh and (etag or last_modified):
            talk.answer(304, **told)
        elif (start := continued_from(talk, etag)) is not None:
            talk.answer(206, body[start:], Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}", **told)
        else:
            talk.answer(200, body, **told)

    return respond


def continued_from(talk: Talk, etag: str) -> int | None:
    """Where a request wants the body to begin, if it may be continued."""
    match = re.fullmatch(r"bytes=(\d+)-", talk.headers.get("Range", ""))
    return int(match[1]) if match and etag and talk.headers.get("If-Range") == etag else None


def in_turn(*responds: Respond) -> Respond:
    """One answer after the other; the last one for ever."""
    left = list(responds)

    def respond(talk: Talk) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(talk)

    return respond


def status(code: int, body: bytes = b"", **headers: str) -> Respond:
    """A bare status."""
    return lambda talk: talk.answer(code, body, **headers)


def moved(location: str, code: int = 302) -> Respond:
    """A redirect."""
    return lambda talk: talk.answer(code, Location=location)


def cut_off(body: bytes, after: int, *, etag: str = "") -> Respond:
    """The whole length is promised, but the connection ends after some bytes."""

    def respond(talk: Talk) -> None:
        talk.answer(200, body[:after], promise=len(body), **({"ETag": etag} if etag else {}))
        talk.handler.close_connection = True

    return respond


def slow_body(body: bytes, pause_s: float) -> Respond:
    """A body that comes byte by byte."""

    def respond(talk: Talk) -> None:
        talk.answer(200, b"", promise=len(body))
        talk.drip(body, pause_s)
        talk.handler.close_connection = True

    return respond


def slow_head(pause_s: float) -> Respond:
    """A server that never finishes its headers, but sends a byte now and then."""

    def respond(talk: Talk) -> None:
        talk.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 2_000, pause_s)
        talk.handler.close_connection = True

    return respond


def stuck(talk: Talk) -> None:
    """Accepts the request and says nothing."""
    talk.stopped.wait(5)
    talk.handler.close_connection = True


def packed(body: bytes, *, etag: str = "") -> Respond:
    """A body packed for the way with gzip."""
    return status(200, gzip.compress(body), Content_Encoding="gzip", **({"ETag": etag} if etag else {}))


def endless(chunk: bytes, count: int) -> Respond:
    """A body of unknown length that goes on and on."""

    def respond(talk: Talk) -> None:
        talk.handler.send_response(200)
        talk.handler.send_header("Transfer-Encoding", "chunked")
        talk.handler.end_headers()
        for _ in range(count):
            talk.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        talk.send(b"0\r\n\r\n")
        talk.handler.close_connection = True

    return respond


def quakes_text(count: int, begin: datetime, step: timedelta, agency: str = "TEST") -> list[tuple[datetime, str]]:
    """Lines of FDSN text, each with its time."""
    found = []
    for number in range(count):
        when = begin + number * step
        lon, lat = 19.0 + number % 7 * 0.3, 42.0 + number % 5 * 0.2
        size = f"ml|{2 + number % 30 / 10:.1f}|{agency}"
        text = f"ev{number}|{when:%Y-%m-%dT%H:%M:%S}|{lat:.2f}|{lon:.2f}|10.0|{agency}|{agency}|{agency}|ev{number}|{size}|Albania"
        found.append((when, text))
    return found


FDSN_HEADER = "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName"


@dataclass
class Quakes:
    """An FDSN-event server with these events, which refuses to give more than `most` at once."""

    events: list[tuple[datetime, str]]
    most: int = 20
    refusals: int = 0

    def __call__(self, talk: Talk) -> None:
        """Answers `query`."""
        begin, end = (datetime.fromisoformat(talk.query[name]).replace(tzinfo=UTC) for name in ("starttime", "endtime"))
        found = [line for when, line in self.events if begin <= when <= end]
        if len(found) > self.most:
            self.refusals += 1
            talk.answer(413, b"The request exceeds the limit of events, please narrow it")
        elif not found:
            talk.answer(204)
        else:
            talk.answer(200, "\n".join([FDSN_HEADER, *found, ""]).encode(), Content_Type="text/plain")


def gdelt_row(event_id: int, day: str, added: str) -> str:
    """One event of GDELT, 61 cells: a protest in Tirana."""
    cells = [""] * 61
    cells[:5] = [str(event_id), day, day[:6], day[:4], f"{day[:4]}.5000"]
    cells[25:31] = ["1", "141", "141", "14", "3", "-6.5"]
    cells[31:35] = ["4", "1", "4", "-2.5"]
    cells[51:59] = ["4", "Tirana, Tiranë, Albania", "AL", "AL50", "41.3275", "19.8189", "-114", ""]
    cells[59], cells[60] = added, "https://example.org/news"
    return "\t".join(cells)


def gdelt_zip(stamp: str, count: int = 2) -> bytes:
    """The export of one quarter of an hour."""
    out = io.BytesIO()
    rows = "".join(f"{gdelt_row(int(stamp[4:12]) * 10 + number, stamp[:8], stamp)}\n" for number in range(count))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{stamp}.export.CSV"), rows)
    return out.getvalue()


def publish_gdelt(server: Server, stamps: list[str], *, wrong_md5: bool = False) -> str:
    """Puts exports on a server, the last one into `lastupdate.txt`; the address of that."""
    for stamp in stamps:
        server.at(f"/v2/{stamp}.export.CSV.zip", file(gdelt_zip(stamp)))
    newest = gdelt_zip(stamps[-1])
    md5 = hashlib.md5(b"other" if wrong_md5 else newest, usedforsecurity=False).hexdigest()
    lines = [f"{len(newest)} {md5} http://elsewhere.invalid/v2/{stamps[-1]}.{kind}.CSV.zip" for kind in ("export", "mentions", "gkg")]
    return server.at("/v2/lastupdate.txt", status(200, "\n".join(lines).encode()))


def misp_event(uuid: str, changed: int, info: str = "Phishing against a ministry") -> bytes:
    """A small MISP event."""
    what = {"type": "domain", "category": "Network activity", "value": "bad.example", "to_ids": True}
    attribute = {"uuid": uuid[:-4] + "aaaa", "timestamp": str(changed), **what}
    org = {"name": "CERT-TEST", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f"}
    event = {"uuid": uuid, "info": info, "date": "2024-03-01", "timestamp": str(changed), "publish_timestamp": str(changed), "published": True}
    more = {"threat_level_id": "2", "analysis": "2", "Orgc": org, "Tag": [{"name": "tlp:clear"}], "Attribute": [attribute]}
    return json.dumps({"Event": event | more}).encode()


def publish_misp(server: Server, events: Mapping[str, int]) -> str:
    """Puts a feed of events (UUID -> time of change) on a server; the address of its folder."""
    for uuid, changed in events.items():
        server.at(f"/feed/{uuid}.json", file(misp_event(uuid, changed)))
    manifest = json.dumps({uuid: {"timestamp": str(changed), "info": "x"} for uuid, changed in events.items()}).encode()
    server.at("/feed/manifest.json", file(manifest, etag=f'"{hashlib.sha256(manifest).hexdigest()[:16]}"'))
    return f"{server.address}/feed/"


def kev(count: int) -> bytes:
    """A small catalogue of exploited vulnerabilities."""
    entries = [
        {
            "cveID": f"CVE-2024-{1000 + number}",
            "vendorProject": "Vendor",
            "product": "Product",
            "vulnerabilityName": "Something",
            "dateAdded": f"2024-03-{1 + number % 28:02d}",
            "shortDescription": "It is exploited.",
            "requiredAction": "Update.",
            "dueDate": "2024-04-20",
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "",
            "cwes": [],
        }
        for number in range(count)
    ]
    return json.dumps({"title": "CISA Catalog", "catalogVersion": "2024.03.20", "count": count, "vulnerabilities": entries}).encode()
