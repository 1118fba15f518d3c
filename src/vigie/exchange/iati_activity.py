"""The table of an activity's parts: which element tells which field, in both directions. Reading and writing both go by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final, TypeAlias

from lxml import etree

from vigie.exchange.iati import day_of
from vigie.exchange.iati_money import Span, budget_element, budget_of, result_element, result_of, transaction_element, transaction_of
from vigie.exchange.iati_parts import (
    country_element,
    country_of,
    date_element,
    description_element,
    description_of,
    document_element,
    document_of,
    partner_element,
    partner_of,
    place_element,
    place_of_location,
    priority_element,
    priority_of,
    related_element,
    related_of,
    sector_element,
    sector_of,
    status_element,
    status_of,
    title_element,
    title_of,
)
from vigie.exchange.iati_table import DATE_CODES
from vigie.model.activity import Activity

Reads: TypeAlias = "Callable[[etree._Element], Any]"  # noqa: SLF001 - the only name that lxml has for an element
Writes: TypeAlias = "Callable[[Any, Span], etree._Element | None]"  # noqa: SLF001 - the only name that lxml has for an element


@dataclass(frozen=True, slots=True)
class Part:
    """A field of an activity and its element. `reads` gives None for an element that it does not tell; `many` = the field holds a tuple."""

    tag: str
    field: str
    reads: Reads
    writes: Writes
    many: bool = True


def _plain(write: Callable[[Any], etree._Element | None]) -> Writes:
    return lambda value, _span: write(value)


def _dated(code: str, element: etree._Element) -> date | None:
    return day_of(element) if element.get("type") == code else None


_DATES: Final = tuple(
    Part("activity-date", field, partial(_dated, code), _plain(partial(date_element, code=code)), many=False) for field, code in DATE_CODES.items()
)

PARTS: Final[tuple[Part, ...]] = (
    Part("title", "titles", title_of, _plain(title_element), many=False),
    Part("description", "abstracts", description_of, _plain(description_element), many=False),
    Part("participating-org", "partners", partner_of, _plain(partner_element)),
    Part("activity-status", "status", status_of, _plain(status_element), many=False),
    *_DATES,
    Part("recipient-country", "countries", country_of, _plain(country_element)),
    Part("location", "places", place_of_location, _plain(place_element)),
    Part("sector", "sectors", sector_of, _plain(sector_element)),
    Part("sector", "priorities", priority_of, _plain(priority_element)),
    Part("budget", "budgets", budget_of, _plain(budget_element)),
    Part("transaction", "transactions", transaction_of, _plain(transaction_element)),
    Part("document-link", "documents", document_of, _plain(document_element)),
    Part("related-activity", "related", related_of, _plain(related_element)),
    Part("result", "results", result_of, result_element),
)

_BY_TAG: Final[Mapping[str, tuple[Part, ...]]] = {part.tag: tuple(one for one in PARTS if one.tag == part.tag) for part in PARTS}


def parts_of(tag: str) -> tuple[Part, ...]:
    """The parts that an element of this name may tell."""
    return _BY_TAG.get(tag, ())


def values_of(activity: Activity, part: Part) -> tuple[Any, ...]:
    """What the activity says of a part."""
    value = getattr(activity, part.field)
    if part.many:
        return tuple(value)
    return () if value is None else (value,)


def span_of(facts: Mapping[str, Any]) -> Span:
    """The days of an activity's fields: the actual ones, else the planned ones."""
    return Span(facts.get("begin") or facts.get("planned_begin"), facts.get("end") or facts.get("planned_end"))
