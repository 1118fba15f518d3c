"""GDELT 2.0 events: what the press reports, coded by machine in CAMEO, every 15 minutes.

A file has 61 columns between tabs and no header. Names of actors are blanked, for they may be persons; of an actor's codes only
country, known group and role are kept, never faith or origin. Mentions are counted in the details: they measure the press.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO

from vigie.fields.conflict.cells import coded, day_of, level_of, said, span_us, whole_of
from vigie.ingest.rows import CellFault, Row, number_of, payload_of, reports_of, required, text_of
from vigie.ingest.shapes import HEAD_BYTES, peekable
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.terms import Kind
from vigie.model.times import from_datetime
from vigie.model.vocabulary import Country, country_of, country_radius_km


def _actor(number: int) -> tuple[str, ...]:
    """One actor's ten columns."""
    words = ("code", "name", "country", "group", "ethnic", "religion1", "religion2", "type1", "type2", "type3")
    return tuple(f"actor{number}_{word}" for word in words)


def _geo(whose: str) -> tuple[str, ...]:
    """One place's eight columns; latitude comes before longitude."""
    return tuple(f"{whose}_geo_{word}" for word in ("type", "place", "fips", "adm1", "adm2", "lat", "lon", "feature"))


COLUMNS = (
    *("event_id", "day", "month_year", "year", "fraction_date"),
    *_actor(1),
    *_actor(2),
    *("is_root_event", "event_code", "event_base_code", "event_root_code", "quad_class", "goldstein"),
    *("mentions", "sources", "articles", "tone"),
    *_geo("actor1"),
    *_geo("actor2"),
    *_geo("action"),
    *("date_added", "source_url"),
)
MENTION_COLUMNS = 16
PERSONAL = tuple(f"actor{number}_{word}" for number in (1, 2) for word in ("code", "name", "ethnic", "religion1", "religion2"))

COUNTRY, US_STATE, US_CITY, CITY, ADM1 = 1, 2, 3, 4, 5
PLACE_KM = {US_STATE: 200.0, US_CITY: 10.0, CITY: 10.0, ADM1: 75.0}
"""Type of a place -> radius in km, our choice; a country has its own, for its coordinates are those of a centroid."""

MAX_LINE_BYTES = 1024 * 1024
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)$")
_ADDED = re.compile(r"\d{8}(\d{6})?$")
_ROOT_QUADS = {**dict.fromkeys(range(1, 6), 1), **dict.fromkeys(range(6, 9), 2), **dict.fromkeys(range(9, 14), 3), **dict.fromkeys(range(14, 21), 4)}
"""GDELT's own rule for the quad, by the root of the code."""
_OUTSIDE_QUADS = ("01", "02")
_VERBAL_YIELD = ("080", "081", "082", "083")
_SHAPE = re.compile(rb"\d+\t\d{8}\t\d{6}\t\d{4}\t")


def recognises(sample: Sample) -> bool:
    """Whether one of the first whole lines has 61 cells between tabs and begins as GDELT's events do."""
    lines = sample.head.split(b"\n")[:20]
    return any(line.count(b"\t") == len(COLUMNS) - 1 and _SHAPE.match(line) for line in lines)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """The events of a GDELT file as reports of GDELT. Raises `BadReport` where the file holds no tab at all."""
    return reports_of(_rows(stream), partial(_report, context), PERSONAL)


def _rows(stream: BinaryIO) -> Iterator[Row | Reject]:
    shown = peekable(stream)
    head = shown.peek(HEAD_BYTES)
    if head.strip() and b"\t" not in head:
        msg = "The file is not one of GDELT's events"
        raise BadReport(msg, got=head[:80].decode("utf-8", "replace"), expected="61 columns between tabs")
    number = 0
    while line := shown.readline(MAX_LINE_BYTES):
        number += 1
        whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        while not line.endswith(b"\n") and (more := shown.readline(MAX_LINE_BYTES)):
            line = more
        if not whole:
            yield Reject(f"line {number}", "The line is too long", expected=f"at most {MAX_LINE_BYTES} bytes")
        elif line.strip():
            yield _row(f"line {number}", line.rstrip(b"\r\n"))


def _row(place: str, line: bytes) -> Row | Reject:
    try:
        cells = line.decode("utf-8").split("\t")
    except UnicodeDecodeError:
        return Reject(place, "The row holds bytes that are not UTF-8", expected="text in UTF-8", raw=line)
    if len(cells) == len(COLUMNS):
        return Row(place, dict(zip(COLUMNS, cells, strict=True)))
    what = "The row is one of GDELT's mentions, not an event" if len(cells) == MENTION_COLUMNS else "The row has another number of cells than GDELT's events"
    return Reject(place, what, got=str(len(cells)), expected=str(len(COLUMNS)), raw=line)


def _report(context: ReadContext, cells: Mapping[str, Any]) -> Report:
    kind, _, code = coded("cameo", required(cells, "event_code"), "event_code")
    begin_us, end_us = _day_us(required(cells, "day"))
    country = country_of("fips", text_of(cells, "action_geo_fips") or "")
    return Report(
        agency="GDELT",
        agency_ref=required(cells, "event_id"),
        field=kind.field,
        kind=kind.name,
        begin_us=begin_us,
        end_us=end_us,
        issued_us=_added_us(text_of(cells, "date_added")),
        lon=number_of(cells, "action_geo_lon"),
        lat=number_of(cells, "action_geo_lat"),
        radius_km=_radius_km(cells, country),
        place=text_of(cells, "action_geo_place"),
        country=country.code or None if country else None,
        actors=tuple(actor for number in (1, 2) if (actor := _actor_of(cells, number))),
        exercise=context.exercise,
        details=_details(cells, code, kind),
        payload=payload_of(cells),
    )


def _day_us(text: str) -> tuple[int, int]:
    match = _DAY.match(text)
    if match is None:
        msg = "day"
        raise CellFault(msg, text, "a day as YYYYMMDD")
    day = day_of("day", *map(int, match.groups()))
    return span_us(day, day)


def _added_us(text: str | None) -> int | None:
    """The instant at which GDELT added the event (UTC); older files give the day only."""
    if text is None:
        return None
    try:
        if _ADDED.match(text):
            return from_datetime(datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        pass
    msg = "date_added"
    raise CellFault(msg, text, "an instant as YYYYMMDDhhmmss")


def _radius_km(cells: Mapping[str, Any], country: Country | None) -> float | None:
    """The place's radius; a place without a type, or without coordinates, has none."""
    kind = _place_type(cells)
    if kind is None or number_of(cells, "action_geo_lat") is None:
        return None
    return country_radius_km(country) if kind == COUNTRY else PLACE_KM[kind]


def _place_type(cells: Mapping[str, Any]) -> int | None:
    return None if text_of(cells, "action_geo_type") == "0" else level_of(cells, "action_geo_type", ADM1)


def _actor_of(cells: Mapping[str, Any], number: int) -> str:
    """An actor as its codes for country, known group and roles, such as `SRB GOV`; empty where GDELT saw none."""
    words = ("country", "group", "type1", "type2", "type3")
    return " ".join(text for word in words if (text := text_of(cells, f"actor{number}_{word}")))


def quad_difference(code: str, quad: int | None, quad_class: int) -> str:
    """Whether our quad and GDELT's differ: empty where they agree, `expected` where we mean to, else `new`.

    We hold verbal concessions (080-083) for verbal cooperation and statements (01, 02) for neither; GDELT does not.
    """
    if quad == quad_class:
        return ""
    meant = code[:2] in _OUTSIDE_QUADS or code == "08" or code[:3] in _VERBAL_YIELD
    return "expected" if meant and quad_class == _ROOT_QUADS.get(int(code[:2])) else "new"


def _details(cells: Mapping[str, Any], code: dict[str, Json], kind: Kind) -> dict[str, Json]:
    quad_class = level_of(cells, "quad_class", 4)
    counts: dict[str, Json] = {name: whole_of(cells, name) for name in ("mentions", "sources", "articles")}
    numbers: dict[str, Json] = {name: number_of(cells, name) for name in ("goldstein", "tone")}
    texts: dict[str, Json] = {name: text_of(cells, name) for name in ("action_geo_adm1", "action_geo_feature", "source_url")}
    fips = text_of(cells, "action_geo_fips")
    return said(
        {
            "code": code,
            "quad_class": quad_class,
            "quad_differs": quad_difference(str(code["code"]), kind.quad, quad_class) if quad_class else None,
            "is_root_event": text_of(cells, "is_root_event") == "1",
            "place_type": _place_type(cells),
            "fips": fips,
            "flags": ["unknown_country"] if fips and country_of("fips", fips) is None else [],
            **counts,
            **numbers,
            **texts,
        },
    )


READER = Reader("gdelt-events", "GDELT 2.0 events (15-minute export)", recognises, read, PERSONAL)
