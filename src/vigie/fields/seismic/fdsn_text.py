"""Reads FDSN-event text: one line an event, columns by name, `|` between them.

Columns of FDSN-event 1.2: EventID, Time, Latitude, Longitude, Depth/km, Author, Catalog, Contributor, ContributorID, MagType,
Magnitude, MagAuthor, EventLocationName, EventType.

A line is the answering centre's word on an event: one report. `Author` is an agency's code; some servers write the analyst's
login there, so a value that does not look like a code is blanked and the contributor stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from vigie.fields.seismic.lines import Line, lines_of
from vigie.fields.seismic.solution import UNSPECIFIED, Size, name_of, numbers_of, place_of, ref_of, rounded, said, with_sizes
from vigie.fields.seismic.vocabulary import FIELD, kind_name
from vigie.ingest.rows import CellFault
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.times import parse_interval

_NEEDED: Final = ("eventid", "time", "latitude", "longitude")
_LAST: Final = "eventtype"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+/-]{0,31}")
_AUTHORS: Final = ("author", "magauthor")


def recognises(sample: Sample) -> bool:
    """Whether the file begins with the header of FDSN-event text."""
    header = columns_of(sample.head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0])
    return header is not None


def columns_of(raw: bytes) -> list[str] | None:
    """The names of a header line's columns in small letters, or None where the line is no header of FDSN-event text."""
    if not raw.startswith(b"#") or b"|" not in raw:
        return None
    names = [cell.strip().casefold() for cell in raw[1:].decode("utf-8", "replace").split("|")]
    return names if all(name in names for name in _NEEDED) else None


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """A report for each line, in the file's order; a line that makes no sense is a `Reject`.

    Several answers may follow each other, each with its header. Raises `BadReport` where there is no header.
    """
    header: list[str] | None = None
    for line in lines_of(stream):
        if isinstance(line, Reject):
            if header is None:
                raise _nocolumns_of(context, "a line without end")
            yield line
        elif (found := columns_of(line.raw)) is not None:
            header = found
        elif not line.raw.strip():
            continue
        elif header is None:
            raise _nocolumns_of(context, line.text)
        else:
            yield _report(line, header, context)
    if header is None:
        raise _nocolumns_of(context, "nothing")


def _nocolumns_of(context: ReadContext, got: str) -> BadReport:
    expected = "a first line that begins with #EventID"
    return BadReport("The file is not FDSN-event text", source=context.source, got=got, expected=expected, todo="ask the server for format=text")


def _report(line: Line, header: list[str], context: ReadContext) -> Report | Reject:
    texts = line.text.split("|")
    if len(texts) == len(header) - 1 and header[-1] == _LAST:
        texts = [*texts, ""]
    if len(texts) != len(header):
        return Reject(line.place, "The line has another number of cells than the header", got=str(len(texts)), expected=str(len(header)), raw=line.raw)
    if "\ufffd" in line.text:
        return Reject(line.place, "The line holds bytes that are not UTF-8", expected="text in UTF-8", raw=line.raw)
    try:
        return _understood(_redacted(dict(zip(header, texts, strict=True))), context)
    except CellFault as fault:
        return Reject(line.place, "A cell cannot be understood", fault.field, fault.got, fault.expected, line.raw)
    except (ValueError, OverflowError) as fault:
        return Reject(line.place, "The line makes no sense", got=str(fault), raw=line.raw)


def _redacted(texts: Mapping[str, str]) -> dict[str, str]:
    cells = {name: text.strip() for name, text in texts.items()}
    return {name: "" if name in _AUTHORS and text and _CODE.fullmatch(text) is None else text for name, text in cells.items()}


def _understood(cells: Mapping[str, str], context: ReadContext) -> Report:
    numbers, unread = numbers_of({"depth_km": cells.get("depth/km", ""), "magnitude": cells.get("magnitude", "")})
    begin_us, end_us = _interval(cells["time"])
    lon, lat = place_of(cells["longitude"], cells["latitude"])
    agency = name_of("Author", cells.get("author") or cells.get("contributor") or context.agency)
    report = Report(
        agency=agency,
        agency_ref=ref_of("EventID", cells["eventid"]),
        field=FIELD,
        kind=kind_name("quakeml", cells.get(_LAST, "")),
        begin_us=begin_us,
        end_us=end_us,
        lon=lon,
        lat=lat,
        depth_km=rounded(numbers.get("depth_km")),
        place=cells.get("eventlocationname") or None,
        exercise=context.exercise,
        details=said(
            event_ref=cells["eventid"],
            catalog=cells.get("catalog"),
            contributor=cells.get("contributor"),
            contributor_ref=cells.get("contributorid"),
            etype=cells.get(_LAST),
            unread=unread,
        ),
        payload="|".join(cells.values()).encode("utf-8", "replace"),
    )
    return with_sizes(report, _sizes(cells, numbers))


def _interval(text: str) -> tuple[int, int]:
    try:
        return parse_interval(text)
    except ValueError:
        raise CellFault("Time", text or "nothing", "an ISO 8601 time in the years -500 to 2100") from None


def _sizes(cells: Mapping[str, str], numbers: Mapping[str, float]) -> list[Size]:
    value = numbers.get("magnitude")
    name = name_of("MagType", cells.get("magtype") or UNSPECIFIED)
    return [] if value is None else [Size(name, value, agency=cells.get("magauthor") or None, is_preferred=True)]


READER: Final = Reader("fdsn-text", "FDSN-event text", recognises, read, _AUTHORS)
