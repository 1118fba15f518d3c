"""The picture as the page asks for it: one choice of events as totals, a histogram, facets and a list that all count the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, area_by_code, footnotes
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.languages import said
from vigie.model.times import SECOND_US, format_time
from vigie.node.answers import MAX_PERIODS, agencies_of, page_of, when_text
from vigie.node.facts import area_name, attributions, event_facts
from vigie.node.indexes import index_of
from vigie.node.packs import packs
from vigie.node.pictures import check_choice, silent_agencies
from vigie.node.review_facts import doubts_among
from vigie.node.worlds import World
from vigie.picture.choosing import Choice, chosen, is_of_kind, several
from vigie.picture.index import Index
from vigie.picture.silences import last_words
from vigie.picture.sums import Histogram, Rows, bars_of, by_agency, histogram, ranked, span_of

ON_PAGE = 100
MOST_AREAS, MOST_AGENCIES, MOST_SOURCES = 30, 30, 40
"""How many events a page of the list has, and how many areas, agencies and sources are named."""

_MINUTE_US = 60 * SECOND_US


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the world it is put to, the choice, and which events the searched words find (m,), None where no words are searched.

    `searched` says what they were searched in.
    """

    world: World
    atlas: Atlas
    language: str
    now_us: int
    choice: Choice
    found: NDArray[np.bool_] | None = None
    searched: str = ""

    @property
    def index(self) -> Index:
        """The world's events as columns."""
        return index_of(self.world)

    def rows(self, choice: Choice | None = None) -> Rows:
        """The numbers of the events that are asked for, or those of another choice with the same words."""
        return chosen(self.index, choice or self.choice, self.found)

    def anytime(self) -> Asked:
        """The same question without a time."""
        return replace(self, choice=replace(self.choice, since_us=None, until_us=None))

    def during(self, since_us: int | None, until_us: int | None) -> Asked:
        """The same question of another time."""
        return replace(self, choice=replace(self.choice, since_us=since_us, until_us=until_us))


def check_asked(world: World, choice: Choice, atlas: Atlas) -> Choice:
    """As `check_choice`, and kinds must be ones that a pack or this world knows. Raises `BadSetting`."""
    known = {*index_of(world).kind.names, *(name for found in packs().values() for name in found.terms.kinds)}
    for name in several(choice.kind):
        if not any(is_of_kind(kind, (name,)) for kind in known):
            raise BadSetting("There is no such kind", got=name, expected="a kind of happening such as those that /api/vocabulary lists")
    return check_choice(choice, atlas)


def picture_answer(asked: Asked, period: str = "", versus: tuple[int | None, int | None] | None = None) -> dict[str, Json]:
    """Everything that the page shows of one choice but the map; `versus` is a second time to compare with. Raises `BadSetting` for a page of too many bars."""
    index, rows, whole = asked.index, asked.rows(), asked.anytime()
    placed = int(index.is_placed[rows].sum())
    facets = facets_of(asked, rows)
    answer: dict[str, Json] = {
        "audience": asked.world.party,
        "exercise": asked.world.exercise,
        "key": index.key,
        "total": len(rows),
        "placed": placed,
        "unplaced": len(rows) - placed,
        **_histogram_facts(asked, rows, period),
        "profile": _profile(whole),
        "span": _span_facts(index),
        "facets": facets,
        "list": list_answer(asked, rows, ""),
        "silent": silent_agencies(asked.world, asked.now_us),
        "sources": source_ages(index, asked.now_us),
        "doubts": doubts_among(asked.world, rows),
        "as_of": format_time(asked.now_us // _MINUTE_US * _MINUTE_US),
        "notes": notes_of(asked, rows),
        "credits": list[Json](attributions(np.array(index.agencies, object)[by_agency(index, rows) > 0].tolist())),
    }
    answer |= {"searched": asked.searched} if asked.searched else {}
    return answer | ({"versus": versus_facts(asked, versus, facets)} if versus else {})


def _histogram_facts(asked: Asked, rows: Rows, period: str) -> dict[str, Json]:
    choice = asked.choice
    _check_period(asked, rows, period)
    found = histogram(asked.index, rows, choice.since_us, choice.until_us, period)
    return {"period": found.bars.period, "before": found.before, "histogram": _bar_facts(found)}


def _check_period(asked: Asked, rows: Rows, period: str) -> None:
    """Raises `BadSetting` where the histogram would have more than `MAX_PERIODS` bars."""
    count = bars_of(asked.index, rows, asked.choice.since_us, asked.choice.until_us, period).count
    if count > MAX_PERIODS:
        got, todo = f"{count} periods of one {period}", "choose a longer period, or name since and until"
        raise BadSetting("The timeline would be too long", field="period", got=got, expected=f"at most {MAX_PERIODS} periods", todo=todo)


def _bar_facts(found: Histogram) -> dict[str, Json]:
    by_field: dict[str, Json] = {name: counts.tolist() for name, counts in found.by_field.items()}
    return {"starts": list[Json](found.bars.starts()), "counts": found.counts.tolist(), "by_field": by_field}


def _profile(whole: Asked) -> dict[str, Json]:
    """The histogram of the choice at all times, in few bars: what lies behind the brush."""
    found = histogram(whole.index, whole.rows())
    return {"period": found.bars.period, "starts": list[Json](found.bars.starts()), "counts": found.counts.tolist()}


def _span_facts(index: Index) -> Json:
    ends = span_of(index)
    if ends is None:
        return None
    return {"since": format_time(ends[0]), "until": format_time(max(ends[1], int(index.events.end_us.max())))}


def facets_of(asked: Asked, rows: Rows) -> dict[str, Json]:
    """How many events there are of each field, kind, country, unit and agency; each with the words that a reader sees."""
    index, language = asked.index, asked.language

    def named(counts: Rows, names: Sequence[str], title: Callable[[str], str], most: int | None = None) -> list[Json]:
        return [{"name": name, "title": title(name), "count": count} for name, count in ranked(counts, names, most)]

    def area(code: str) -> str:
        return area_name(asked.atlas, code, language) or code

    return {
        "field": named(index.field.counts(rows), index.field.names, lambda name: field_title(name, language)),
        "kind": named(index.kind.counts(rows), index.kind.names, lambda name: title_of_kind(name, language)),
        "country": named(index.country.counts(rows), index.country.names, area, MOST_AREAS),
        "unit": named(index.unit.counts(rows), index.unit.names, area, MOST_AREAS),
        "agency": named(by_agency(index, rows), index.agencies, str, MOST_AGENCIES),
    }


def field_title(name: str, language: str) -> str:
    """The plain words of a field."""
    known = packs().get(name)
    return said(language, known.title) if known else name


def title_of_kind(name: str, language: str) -> str:
    """The plain words of a kind, whichever pack knows it."""
    found = next((pack.terms.kinds[name] for pack in packs().values() if name in pack.terms.kinds), None)
    return said(language, found.title) if found else name


def list_answer(asked: Asked, rows: Rows, after: str) -> dict[str, Json]:
    """A page of the events, newest first, and the key of the next page, empty on the last. Raises `BadSetting` for a key of no page."""
    page, following = page_of(asked.world, rows, after, ON_PAGE)
    return {"events": [line_of(asked, int(number)) for number in page], "next": following}


def line_of(asked: Asked, number: int) -> dict[str, Json]:
    """What the list shows of one event."""
    world, language = asked.world, asked.language
    facts: Mapping[str, Any] = event_facts(world, number, asked.atlas, language)
    kept = ("id", "field", "kind", "begin", "end", "lon", "lat", "radius_km", "severity", "magnitude", "scale", "country", "unit", "reports", "probability")
    place = ", ".join(str(facts[name]) for name in ("unit_name", "country_name") if facts[name])
    return {name: facts[name] for name in kept} | {
        "title": said(language, str(facts["title"])),
        "size": size_words(str(facts["field"]), facts["scale"], language),
        "when": when_text(int(world.events.begin_us[number]), int(world.events.end_us[number])),
        "place": place,
        "agencies": list[Json](agencies_of(world, number)),
    }


def size_words(field: str, scale: str | None, language: str) -> str | None:
    """What a size counts, in words, such as deaths; the scale itself where it is a name of the trade such as Mw, None where there is no size."""
    known = packs().get(field)
    unit = known.units.get(scale, "") if known and scale and scale in known.terms.severity else ""
    return said(language, unit) if unit and "," not in unit else scale


def source_ages(index: Index, now_us: int) -> list[Json]:
    """When each agency of this world was last heard of, the latest first, and how many seconds ago that is."""
    minute_us = now_us // _MINUTE_US * _MINUTE_US
    found = last_words(index.rhythms, now_us)[:MOST_SOURCES]
    return [{"agency": agency, "last": format_time(last_us), "age_s": max(minute_us - last_us, 0) // SECOND_US} for agency, last_us in found]


def notes_of(asked: Asked, rows: Rows) -> list[Json]:
    """The notes that must be shown with the names of the countries of these events and of the region."""
    index = asked.index
    codes = {*asked.atlas.region, *(code for code, _count in ranked(index.country.counts(rows), index.country.names))}
    return list[Json](footnotes([area for code in sorted(codes) if (area := area_by_code(asked.atlas, code))]))


def versus_facts(asked: Asked, versus: tuple[int | None, int | None], facets: Mapping[str, Json]) -> dict[str, Json]:
    """The same of another time: totals, histogram, and how many there are of the names that the facets have."""
    other = asked.during(*versus)
    rows = other.rows()
    found = histogram(other.index, rows, *versus)
    return {
        "total": len(rows),
        "placed": int(other.index.is_placed[rows].sum()),
        "period": found.bars.period,
        "before": found.before,
        "histogram": _bar_facts(found),
        "facets": {name: _counts_of(other, rows, name, lines) for name, lines in facets.items()},
    }


def _counts_of(asked: Asked, rows: Rows, name: str, lines: Any) -> dict[str, Json]:
    index = asked.index
    counts, names = (by_agency(index, rows), index.agencies) if name == "agency" else (getattr(index, name).counts(rows), getattr(index, name).names)
    many = dict(ranked(counts, names))
    return {str(line["name"]): many.get(str(line["name"]), 0) for line in lines}
