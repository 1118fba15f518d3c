"""What the readers of this pack share: whole numbers, days, how precise a place is, and how a code becomes a kind."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from vigie.ingest.rows import CellFault, number_of
from vigie.model.canonical import MAX_EXACT_INTEGER, Json
from vigie.model.terms import Kind, Term, coding, term_of
from vigie.model.times import parse_interval
from vigie.model.vocabulary import shared_terms


def whole_of(cells: Mapping[str, Any], *names: str, least: int = 0) -> int | None:
    """The first of the named cells that is not blank, as a whole number of at least `least`. Raises `CellFault` for anything else."""
    value = number_of(cells, *names)
    if value is None:
        return None
    if value != int(value) or not least <= value <= MAX_EXACT_INTEGER:
        raise CellFault(names[0], value, f"a whole number, {least} or more")
    return int(value)


def level_of(cells: Mapping[str, Any], name: str, highest: int) -> int | None:
    """A level of precision, 1 to `highest`; None where the cell is blank. Raises `CellFault` for any other."""
    level = whole_of(cells, name, least=1)
    if level is not None and level > highest:
        raise CellFault(name, level, f"1 to {highest}")
    return level


def coded(scheme: str, code: str, field: str) -> tuple[Kind, Term, dict[str, Json]]:
    """The kind, the term, and what the report's details keep of the code. Raises `CellFault` for a code that the scheme does not know."""
    terms = shared_terms()
    term = term_of(terms, scheme, code)
    if term is None:
        raise CellFault(field, code, f"a code of {terms.editions[scheme]}, as text")
    return terms.kinds[term.kind], term, coding(terms, scheme, code, term)


def day_of(field: str, year: int, month: int, day: int) -> date:
    """The calendar day. Raises `CellFault` where there is no such day."""
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise CellFault(field, f"{year}-{month}-{day}", "a day of the calendar") from None


@lru_cache(maxsize=65_536)
def span_us(first: date, last: date) -> tuple[int, int]:
    """Begin and end in µs of the days from `first` to `last`, both included."""
    return parse_interval(first.isoformat())[0], parse_interval(last.isoformat())[1]


def around(day: date, days: int) -> tuple[date, date]:
    """The days from `days` before to `days` after, within the calendar."""
    spare = timedelta(days=days)
    return max(date.min + spare, day) - spare, min(date.max - spare, day) + spare


def month_of(first: date, last: date) -> tuple[date, date]:
    """The whole calendar months from that of `first` to that of `last`."""
    return first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])


def week_of(first: date, last: date) -> tuple[date, date]:
    """The whole weeks, Monday to Sunday, from that of `first` to that of `last`."""
    return around(first, first.weekday())[0], around(last, 6 - last.weekday())[1]


def said(cells: Mapping[str, Json]) -> dict[str, Json]:
    """The details without what the agency left blank."""
    return {name: value for name, value in cells.items() if value not in (None, "", (), [])}
