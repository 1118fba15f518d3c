"""UCDP's Georeferenced Event Dataset (GED): deadly organised violence, every event with at least one death.

Reads the tables of versions 17 to 25, the monthly candidate files and the JSON of UCDP's interface. Texts of news articles are blanked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from vigie.fields.conflict.cells import around, coded, day_of, level_of, month_of, said, span_us, week_of, whole_of
from vigie.ingest.rows import CellFault, number_of, payload_of, reports_of, required, text_of
from vigie.ingest.shapes import any_rows, names_in
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Measure, Report, TimeMeaning
from vigie.model.vocabulary import Country, country_of, country_radius_km

PERSONAL = ("source_article", "source_headline", "source_original", "where_description")
"""Free text of articles and sources: it names persons."""

PLACE_KM = {1: 2.0, 2: 25.0, 3: 30.0, 4: 75.0, 5: 100.0}
"""where_prec -> radius in km. 2 is UCDP's own "about 25 km"; the others are our choice for a settlement, a district,
a first-level unit and a line or fuzzy area. 6 (country) has the country's radius, 7 (sea or air) that of an unknown country."""

_WHERE_COUNTRY, _WHERE_AFAR = 6, 7
_LEAST_DAYS = {1: 1, 2: 2, 3: 7, 4: 28, 5: 28}
"""date_prec -> days that the stated dates must span to say as much; shorter ones are widened to what the precision means."""

_VERSION = re.compile(r"(?:ged|gedevent)(?:events)?[ _/-]*v?(\d\d)(?:[._-]?(\d)(?:[._-](\d{1,2}))?)?(?!\d)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})")
_DETAILS = ("relid", "active_year", "code_status", "conflict_name", "dyad_name", "adm_1", "adm_2", "region", "source_office", "source_date")


def recognises(sample: Sample) -> bool:
    """Whether the file holds GED's own columns."""
    return {"type_of_violence", "date_start", "date_prec"} <= names_in(sample.head)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """The events of a GED file as reports of UCDP. Raises `BadReport` where the file is neither a table nor JSON."""
    return reports_of(any_rows(stream, "Result"), partial(_report, context, version_of(context.source)), PERSONAL)


def version_of(name: str) -> int:
    """The revision that a file's name tells, 0 where it tells none: the release's numbers, so that later ones are greater.

    >>> [version_of(name) for name in ("ged251-csv.zip", "ged-v25.1-page-0.json", "GEDEvent_v25_0_10.csv", "events.csv")]
    [250100, 250100, 250010, 0]
    """
    match = _VERSION.search(name)
    if match is None:
        return 0
    major, minor, month = (int(part or 0) for part in match.groups())
    return major * 10_000 + minor * 100 + month


def _report(context: ReadContext, revision: int, cells: Mapping[str, Any]) -> Report:
    kind, _, code = coded("ucdp", required(cells, "type_of_violence"), "type_of_violence")
    begin_us, end_us, meaning = _when(cells)
    low, best, high = (_deaths(cells, name) for name in ("low", "best", "high"))
    country = _country(cells)
    return Report(
        agency="UCDP",
        agency_ref=required(cells, "id"),
        revision=revision,
        field=kind.field,
        kind=kind.name,
        begin_us=begin_us,
        end_us=end_us,
        time_meaning=meaning,
        lon=number_of(cells, "longitude"),
        lat=number_of(cells, "latitude"),
        radius_km=_radius_km(cells, country),
        place=text_of(cells, "where_coordinates"),
        country=country.code or None if country else None,
        magnitude=float(best),
        scale="deaths",
        measures=tuple(Measure(f"deaths_{name}", float(value)) for name, value in (("low", low), ("best", best), ("high", high))),
        actors=tuple(dict.fromkeys(side for name in ("side_a", "side_b") if (side := text_of(cells, name)))),
        summary=text_of(cells, "dyad_name"),
        language="en",
        exercise=context.exercise,
        details=_details(cells, code, country, _flags(low, best, high)),
        payload=payload_of(cells),
    )


def _when(cells: Mapping[str, Any]) -> tuple[int, int, TimeMeaning]:
    """Begin and end in µs, and whether the event lasted so long or fell somewhere between."""
    first, last = _day(cells, "date_start"), _day(cells, "date_end")
    if last < first:
        msg = "date_end"
        raise CellFault(msg, last.isoformat(), f"a day not before {first.isoformat()}")
    precision = level_of(cells, "date_prec", 5) or 1
    if (last - first).days + 1 < _LEAST_DAYS[precision]:
        first, last = _widened(first, last, precision)
    meaning: TimeMeaning = "lasted" if precision == 1 and last > first else "uncertain"
    return *span_us(first, last), meaning


def _widened(first: date, last: date, precision: int) -> tuple[date, date]:
    if precision == 2:  # noqa: PLR2004 - two to six days
        return around(first, 3)[0], around(last, 3)[1]
    if precision == 3:  # noqa: PLR2004 - a week
        return week_of(first, last)
    if precision == 4:  # noqa: PLR2004 - a month
        return month_of(first, last)
    return first.replace(month=1, day=1), last.replace(month=12, day=31)


def _day(cells: Mapping[str, Any], name: str) -> date:
    """Versions differ: 2011-01-03, with or without a time of day, and 1/3/2011 (month first)."""
    text = required(cells, name, f"{name}ing")
    match = _DATE.match(text)
    if match is None:
        raise CellFault(name, text, "a date such as 2011-01-03")
    year, month, day, us_month, us_day, us_year = match.groups()
    return day_of(name, int(year or us_year), int(month or us_month), int(day or us_day))


def _deaths(cells: Mapping[str, Any], name: str) -> int:
    deaths = whole_of(cells, name, f"{name}_est")
    if deaths is None:
        raise CellFault(name, "nothing", "a number of deaths")
    return deaths


def _flags(low: int, best: int, high: int) -> list[str]:
    """What is odd about the numbers: the set promises at least one death, and low <= best <= high. Odd reports are kept."""
    odd = [] if best else ["no_deaths"]
    return odd if low <= best <= high else [*odd, "deaths_out_of_order"]


def _country(cells: Mapping[str, Any]) -> Country | None:
    number, name = text_of(cells, "country_id"), text_of(cells, "country")
    return (country_of("gw", number.removesuffix(".0")) if number else None) or (country_of("name", name) if name else None)


def _radius_km(cells: Mapping[str, Any], country: Country | None) -> float | None:
    where = level_of(cells, "where_prec", _WHERE_AFAR)
    if where is None or number_of(cells, "latitude") is None:
        return None
    return PLACE_KM.get(where) or country_radius_km(country if where == _WHERE_COUNTRY else None)


def _details(cells: Mapping[str, Any], code: dict[str, Json], country: Country | None, flags: list[str]) -> dict[str, Json]:
    sources = whole_of(cells, "number_of_sources", least=-1)
    numbers: dict[str, Json] = {name: whole_of(cells, name) for name in ("where_prec", "date_prec", "event_clarity")}
    killed: dict[str, Json] = {name: whole_of(cells, name) for name in ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")}
    texts: dict[str, Json] = {name: text_of(cells, name) for name in _DETAILS}
    is_named = country is not None and bool(country.code)
    return said(
        {
            "code": code,
            "flags": flags,
            "number_of_sources": sources if sources is not None and sources >= 0 else None,
            "country_name": None if is_named else text_of(cells, "country"),
            **numbers,
            **killed,
            **texts,
        },
    )


READER = Reader("ucdp-ged", "UCDP Georeferenced Event Dataset (table or JSON)", recognises, read, PERSONAL)
