"""What a language model proposes for a draft, judged: words that stand in the page, and a value that the rules could have read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vigie.model.lexicon import folded, values_of
from vigie.model.priorities import PRIORITIES
from vigie.model.reading import Found, Part, Reading, Span
from vigie.model.said import MAX_HEADLINE
from vigie.model.vocabulary import country_code
from vigie.node.atlas import load_atlas
from vigie.node.packs import packs
from vigie.node.page_places import TOWN_KM, place_named

CONFIDENCE = 0.4
"""How sure a proposal is: less than what any rule reads."""

ASKED: tuple[Part, ...] = ("date", "updated", "place", "country", "institution", "theme", "kind")
_ONE = frozenset({"date", "updated", "place", "kind"})
"""Parts of which a report has one: where the rules found it, nothing is added."""

_MAX_QUOTE = 500
_MIN_MONTH = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """One part as the endpoint proposes it."""

    part: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True)
class _Value:
    """A value that the rules could have read, and its point where it is a place."""

    value: str
    words: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_km: float | None = None


def values_asked() -> str:
    """The parts that are asked for, and which values each may have, in words for the endpoint."""
    lines = [
        "date, updated: an ISO date such as 2016-03-01, or an interval 2016-03-01/2016-03-02; the quote holds its day, month and year",
        "place: the name of the town in English",
        "country: ISO 3166-1 alpha-2 (XK for Kosovo)",
        "institution: its name as the quote has it",
        f"theme: one of {', '.join(themes())}",
        f"kind: one of {', '.join(kinds())}",
    ]
    return "\n".join(lines)


def kinds() -> dict[str, str]:
    """Every kind that a pack knows, with its field, in alphabetical order."""
    return dict(sorted((name, kind.field) for found in packs().values() for name, kind in found.terms.kinds.items()))


def themes() -> dict[str, str]:
    """Every theme that a page may be about, with its title: the priorities, and the further ones that the lexicon of themes knows."""
    from vigie.ingest.page.words import theme_words

    more = sorted(values_of(theme_words()) - set(PRIORITIES))
    return {name: priority.title for name, priority in PRIORITIES.items()} | {name: name.replace("-", " ").capitalize() for name in more}


def found_of(proposal: Proposal, reading: Reading, added: Sequence[Found], *, text: str, seen: str) -> tuple[Found | None, str]:
    """The proposal as a found part, or None and why not: `not in the text`, `not a value`, `known`. `seen` is the text that the endpoint saw."""
    part = next((name for name in ASKED if name == proposal.part), None)
    begin = text.find(proposal.quote)
    if not 0 < len(proposal.quote) <= _MAX_QUOTE or begin < 0 or proposal.quote not in seen:
        return None, "not in the text"
    value = _checked(part, proposal) if part is not None else None
    if part is None or value is None:
        return None, "not a value"
    same = [item for item in (*reading.found, *added) if item.part == part]
    if (part in _ONE and same) or any(item.value == value.value for item in same):
        return None, "known"
    found = Found(
        part=part,
        value=value.value,
        words=(value.words or value.value)[:MAX_HEADLINE],
        spans=(Span(begin=begin, end=begin + len(proposal.quote), quote=proposal.quote),),
        rule="endpoint",
        confidence=CONFIDENCE,
        by="endpoint",
        lon=value.lon,
        lat=value.lat,
        radius_km=value.radius_km,
    )
    return found, "added"


def _checked(part: Part, proposal: Proposal) -> _Value | None:
    """The value, in the form in which the rules give it; None where they could not have read it."""
    said, quote = proposal.value, proposal.quote
    if part in ("date", "updated"):
        return _Value(said) if _is_dated(said, quote) else None
    if part == "country":
        code = country_code(said)
        return _Value(code) if code else None
    if part == "theme":
        return _Value(said, themes()[said]) if said in themes() else None
    if part == "kind":
        return _Value(said) if said in kinds() else None
    if part == "institution":
        return _Value(said if said in quote else quote) if said and folded(said) in folded(quote) else None
    found = place_named(load_atlas(), said)
    return _Value(found.name, found.name, found.lon, found.lat, TOWN_KM) if found and len(said) > 1 else None


def _is_dated(said: str, quote: str) -> bool:
    """Whether it is a day or a run of days, and the numbers of every day and year, and a month as a number or as a word, stand in the quote."""
    try:
        days = [date.fromisoformat(part) for part in said.split("/")]
    except ValueError:
        return False
    numbers = {int(number) for number in re.findall(r"\d{1,4}", quote)}
    has_word = any(len(word) >= _MIN_MONTH for word in re.findall(r"[^\W\d_]+", quote))
    stands = all(day.day in numbers and day.year in numbers and (day.month in numbers or has_word) for day in days)
    return len(days) <= 2 and days == sorted(days) and stands  # noqa: PLR2004 - a run of days has two ends
