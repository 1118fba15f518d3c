"""ACLED: political violence, protests and strategic developments, read from a user's own export or from the interface's JSON.

ACLED's terms restrict re-publishing: what this reader finds is for the node's owner alone and is never exported.
The notes name persons and are blanked; so are the associated actors, which are often groups of faith or origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from vigie.fields.conflict.cells import around, coded, day_of, level_of, month_of, said, span_us, whole_of
from vigie.ingest.rows import CellFault, number_of, payload_of, reports_of, required, text_of
from vigie.ingest.shapes import any_rows, names_in
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Measure, Report
from vigie.model.times import SECOND_US
from vigie.model.vocabulary import Country, country_of

PERSONAL = ("notes", "assoc_actor_1", "assoc_actor_2", "tags")

PLACE_KM = {1: 5.0, 2: 25.0, 3: 75.0}
"""geo_precision -> radius in km: a town, a part of a district, a larger region. The steps are ACLED's, the figures our choice."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)|(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4})$", re.IGNORECASE)
_DETAILS = ("disorder_type", "event_type", "sub_event_type", "civilian_targeting", "admin1", "admin2", "admin3", "source", "source_scale")
_STRATEGIC = "strategic developments"


def recognises(sample: Sample) -> bool:
    """Whether the file holds ACLED's own columns."""
    return {"event_id_cnty", "sub_event_type", "event_date"} <= names_in(sample.head)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """The events of an ACLED file as reports of ACLED. Raises `BadReport` where the file is neither a table nor JSON."""
    return reports_of(any_rows(stream, "data"), partial(_report, context), PERSONAL)


def _report(context: ReadContext, cells: Mapping[str, Any]) -> Report:
    kind, _, code = coded("acled", required(cells, "sub_event_type"), "sub_event_type")
    begin_us, end_us = _when(cells)
    deaths = whole_of(cells, "fatalities")
    country = _country(cells)
    return Report(
        agency="ACLED",
        agency_ref=required(cells, "event_id_cnty"),
        field=kind.field,
        kind=kind.name,
        begin_us=begin_us,
        end_us=end_us,
        issued_us=_issued_us(cells),
        lon=number_of(cells, "longitude"),
        lat=number_of(cells, "latitude"),
        radius_km=_radius_km(cells),
        place=text_of(cells, "location"),
        country=country.code or None if country else None,
        magnitude=None if deaths is None else float(deaths),
        scale=None if deaths is None else "deaths",
        measures=() if deaths is None else (Measure("deaths_best", float(deaths)),),
        actors=_actors(cells),
        summary=text_of(cells, "sub_event_type"),
        language="en",
        exercise=context.exercise,
        details=_details(cells, code, country),
        payload=payload_of(cells),
    )


def _when(cells: Mapping[str, Any]) -> tuple[int, int]:
    """time_precision 1 is the day, 2 the week around it, 3 the month; the event fell somewhere between."""
    day = _day(required(cells, "event_date"))
    precision = level_of(cells, "time_precision", 3) or 1
    first, last = {1: (day, day), 2: around(day, 3), 3: month_of(day, day)}[precision]
    return span_us(first, last)


def _day(text: str) -> date:
    match = _DATE.match(text)
    if match is None:
        msg = "event_date"
        raise CellFault(msg, text, "a date such as 2024-10-04 or 04 October 2024")
    year, month, day, word_day, word, word_year = match.groups()
    if word is not None and word.casefold() not in _MONTHS:
        msg = "event_date"
        raise CellFault(msg, text, "an English month")
    if word is not None:
        return day_of("event_date", int(word_year), _MONTHS.index(word.casefold()) + 1, int(word_day))
    return day_of("event_date", int(year), int(month), int(day))


def _issued_us(cells: Mapping[str, Any]) -> int | None:
    """ACLED's `timestamp`: seconds since 1970 at which it last wrote the record."""
    seconds = whole_of(cells, "timestamp")
    if seconds is not None and seconds > 2**32:
        msg = "timestamp"
        raise CellFault(msg, seconds, "seconds since 1970")
    return None if seconds is None else seconds * SECOND_US


def _radius_km(cells: Mapping[str, Any]) -> float | None:
    precision = level_of(cells, "geo_precision", 3)
    return None if precision is None or number_of(cells, "latitude") is None else PLACE_KM[precision]


def _actors(cells: Mapping[str, Any]) -> tuple[str, ...]:
    """Both actors in alphabetical order: ACLED's own order tells no direction."""
    return tuple(sorted({actor for name in ("actor1", "actor2") if (actor := text_of(cells, name))}))


def _country(cells: Mapping[str, Any]) -> Country | None:
    number, name = text_of(cells, "iso"), text_of(cells, "country")
    return (country_of("name", name) if name else None) or (country_of("numeric", number.removesuffix(".0")) if number else None)


def _details(cells: Mapping[str, Any], code: dict[str, Json], country: Country | None) -> dict[str, Json]:
    numbers: dict[str, Json] = {name: whole_of(cells, name) for name in ("time_precision", "geo_precision")}
    texts: dict[str, Json] = {name: text_of(cells, name) for name in _DETAILS}
    sides: list[Json] = [*sorted({side for name in ("inter1", "inter2") if (side := text_of(cells, name))})]
    is_strategic = _STRATEGIC in ((text_of(cells, "event_type") or "").casefold(), (text_of(cells, "disorder_type") or "").casefold())
    is_named = country is not None and bool(country.code)
    flags: list[Json] = ["not_for_counts"] if is_strategic else []
    name = None if is_named else text_of(cells, "country")
    return said({"code": code, "flags": flags, "actor_types": sides, "country_name": name, **numbers, **texts})


READER = Reader("acled", "ACLED export (table or JSON)", recognises, read, PERSONAL, floor="owner")
