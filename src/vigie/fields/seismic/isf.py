"""Reads the ISC's bulletin format (ISF: IMS1.0:short with the ISC's additions): every origin line becomes a report.

Fixed columns. An event is a header line, a block of origins (each with comments in brackets; `(#PRIME)` marks the preferred
one), a block of magnitudes and a block of phases, which is passed over. `STOP` ends the bulletin; without it the last event
may be incomplete and is refused. Free-text comments and the bibliography name people and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from vigie.fields.seismic.isf_lines import PERSONAL, origin_report, size_of
from vigie.fields.seismic.lines import Line, lines_of
from vigie.fields.seismic.solution import Size, allot, with_sizes
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report

MOST_LINES: Final = 20_000
"""An event with more origins, comments and magnitudes than this is refused."""

_EVENT: Final = re.compile(r"event\s+(\S{1,40})\s*(.{0,200})", re.IGNORECASE)
_ORIGINS: Final = re.compile(r"\s*Date\s+Time\s+Err\s+RMS\s+Latitude", re.IGNORECASE)
_MAGNITUDES: Final = re.compile(r"Magnitude\s+Err\s+Nsta\s+Author", re.IGNORECASE)
_OTHER: Final = re.compile(r"(Sta\s+Dist|Net\s+Sta|Year\s+Volume|Effects|DATA_TYPE|BEGIN|MSG_TYPE)", re.IGNORECASE)
_KEPT_COMMENT: Final = re.compile(r"\(#(PRIME|CENTROID|MOMTENS|FAULT_PLANE|PRINAX|\s)", re.IGNORECASE)


@dataclass(slots=True)
class _Event:
    """What of an event has been read so far: lines as they stood, each origin with its comments."""

    head: Line
    ref: str
    region: str
    origins: list[tuple[Line, list[str]]] = field(default_factory=list)
    magnitudes: list[Line] = field(default_factory=list)
    strange: list[Line] = field(default_factory=list)
    count: int = 0


def recognises(sample: Sample) -> bool:
    """Whether the file says that it is an IMS1.0 bulletin, or begins with an event and its block of origins."""
    head = sample.head.decode("utf-8", "replace")
    says_so = re.search(r"DATA_TYPE\s+(BULLETIN|EVENT)\s+IMS1\.0", head, re.IGNORECASE) is not None
    return says_so or (re.search(r"^event\s+\S", head, re.IGNORECASE | re.MULTILINE) is not None and _ORIGINS.search(head) is not None)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """Reports of every origin in the bulletin, in its order; a line that makes no sense is a `Reject`.

    An event that the file's end cuts off is one `Reject`. Raises `BadReport` where there is neither an event nor an IMS1.0 heading.
    """
    event: _Event | None = None
    block, is_bulletin, number = "", False, 0
    for line in lines_of(stream):
        if isinstance(line, Reject):
            yield line
            continue
        number, text = line.number, line.text
        heading = _heading(text)
        is_bulletin = is_bulletin or heading == "event" or "IMS1.0" in text.upper()
        if heading in ("event", "stop"):
            yield from () if event is None else _reports(event, context)
            event = _begun(line) if heading == "event" else None
        block = heading or block
        if event is not None and not heading and text.strip():
            _add(event, block, line)
    if event is not None:
        place = f"line {number}, event {event.ref}"
        yield Reject(place, "The bulletin ends without STOP, so its last event may be incomplete", expected="STOP", raw=_raw(event))
    if not is_bulletin:
        todo = "ask the ISC for the output format ISF"
        raise BadReport("The file is not an ISF bulletin", source=context.source, expected="lines that begin with Event", todo=todo)


def _heading(text: str) -> str:
    """Which block this line opens: event, stop, origins, magnitudes, other; blank where it opens none."""
    if _EVENT.match(text):
        return "event"
    if text.strip().upper() == "STOP":
        return "stop"
    if _ORIGINS.match(text):
        return "origins"
    if _MAGNITUDES.match(text):
        return "magnitudes"
    return "other" if _OTHER.match(text) else ""


def _begun(line: Line) -> _Event:
    found = _EVENT.match(line.text)
    return _Event(line, *(("", "") if found is None else (found[1], found[2].strip())))


def _add(event: _Event, block: str, line: Line) -> None:
    """Puts a line where it belongs. Comments stay with their origin, if they are codes; those of magnitudes are not kept."""
    if block not in ("origins", "magnitudes"):
        return
    event.count += 1
    text = line.text.strip()
    if event.count > MOST_LINES:
        return
    if text.startswith("("):
        if block == "origins" and event.origins and _KEPT_COMMENT.match(text):
            event.origins[-1][1].append(text)
    elif "\ufffd" in text:
        event.strange.append(line)
    elif block == "origins":
        event.origins.append((line, []))
    else:
        event.magnitudes.append(line)


def _reports(event: _Event, context: ReadContext) -> Iterator[Report | Reject]:
    place = f"{event.head.place}, event {event.ref}"
    if event.count > MOST_LINES:
        yield Reject(place, "The event is too long", got=str(event.count), expected=f"at most {MOST_LINES} lines", raw=_raw(event))
        return
    if not event.origins:
        yield Reject(place, "The event has no origin: there is no time and no place", "origin", raw=_raw(event))
        return
    is_alone = len(event.origins) == 1
    made = [origin_report(line, comments, event.ref, event.region, context, is_alone=is_alone) for line, comments in event.origins]
    reports = [item for item in made if isinstance(item, Report)]
    lost = {line.text[127:].strip() for (line, _), item in zip(event.origins, made, strict=True) if isinstance(item, Reject)}
    sized = [_size(event, line, lost if reports else None) for line in event.magnitudes]
    yield from (_refused(event, line, "The line holds bytes that are not UTF-8") for line in event.strange)
    yield from (item for item in (*made, *sized) if isinstance(item, Reject))
    found = allot(reports, [item for item in sized if isinstance(item, Size)])
    yield from (with_sizes(report, own) for report, own in zip(reports, found, strict=True))


def _size(event: _Event, line: Line, lost: set[str] | None) -> Size | Reject:
    """The magnitude of a line; `lost` are the references of origins that could not be read (`None`: all of them)."""
    size = size_of(line, event.ref)
    if isinstance(size, Size) and (lost is None or (size.solution and size.solution in lost)):
        return _refused(event, line, "The magnitude's origin could not be read")
    return size


def _refused(event: _Event, line: Line, what: str) -> Reject:
    return Reject(f"{line.place}, event {event.ref}", what, raw=line.raw)


def _raw(event: _Event) -> bytes:
    return b"\n".join([event.head.raw, *(line.raw for line, _ in event.origins), *(line.raw for line in event.magnitudes)])


READER: Final = Reader("isf", "ISC bulletin (ISF, IMS1.0:short)", recognises, read, PERSONAL)
