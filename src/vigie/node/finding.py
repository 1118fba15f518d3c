"""What searched words mean: places, kinds, fields and agencies by their names in any language, whatever the script and the signs on the letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Area, Atlas, Place, area_by_code, displayed_name, name_of
from vigie.model.canonical import Json
from vigie.model.folding import fold
from vigie.model.languages import LANGUAGES, said
from vigie.node.answers import KeptWorlds, events_of_report
from vigie.node.indexes import index_of
from vigie.node.packs import packs
from vigie.node.worlds import World
from vigie.picture.index import Codes, Index
from vigie.store import report_words

MAX_WORDS, MAX_PHRASE, MAX_TOWNS = 6, 4, 8
"""How many words of a question are looked at, of how many a name may be made, and how many towns one name may mean."""

NEAR_KM, VAGUE_KM = 25.0, 150.0
"""How far an event may lie from a town that is searched for; a vague place counts as near within its own radius, but not where it is a whole country."""

MAX_SEARCHED = 200_000
"""The most reports of a world whose own words are searched."""

MOST_SHOWN = 8
_KM_A_DEGREE = 111.2
_LEAST_BEGUN = 3


@dataclass(frozen=True, slots=True)
class Named:
    """Something that has names: they are folded."""

    what: str
    name: str
    names: frozenset[str]
    thing: Area | Place | None = None


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(found for name in names if (found := fold(name)))


@lru_cache(maxsize=4)
def areas_named(atlas: Atlas) -> tuple[Named, ...]:
    """Countries and the region's units."""
    home = [unit for unit in atlas.units if unit.country in atlas.region]
    return tuple(Named("unit" if area.level else "country", area.code, _folded([*area.names.values(), area.code]), area) for area in (*atlas.countries, *home))


@lru_cache(maxsize=4)
def towns_named(atlas: Atlas) -> tuple[Named, ...]:
    """Every town of the atlas, the largest first."""
    ordered = sorted(atlas.places, key=lambda place: (place.country not in atlas.region, -place.population))
    return tuple(Named("place", place.name, _folded([place.name, *place.names.values(), *place.search]), place) for place in ordered)


@lru_cache(maxsize=1)
def terms_named() -> tuple[Named, ...]:
    """Fields and kinds, with their titles in every language."""
    fields = [("field", name, found.title) for name, found in packs().items()]
    kinds = [("kind", kind.name, kind.title) for found in packs().values() for kind in found.terms.kinds.values()]
    return tuple(Named(what, name, _folded([name, *(said(tag, title) for tag in LANGUAGES)])) for what, name, title in dict.fromkeys((*fields, *kinds)))


def learn_names(atlas: Atlas) -> None:
    """Folds all names that are searched for, so that the first who searches does not wait for it."""
    _ = areas_named(atlas), towns_named(atlas), terms_named()


def begins(name: str, wanted: str) -> bool:
    """Whether a folded name has a word that begins with the wanted words.

    >>> begins("peaceful protest", "prot"), begins("peaceful protest", "test")
    (True, False)
    """
    return f" {name}".find(f" {wanted}") >= 0


def found_by(kept: KeptWorlds, world: World, words: str) -> NDArray[np.bool_]:
    """Which events (m,) the words find: cut into names in any way, all of which an event must bear. At most `MAX_WORDS` words are looked at."""
    index, parts = index_of(world), fold(words).split()[:MAX_WORDS]
    reached: list[NDArray[np.bool_]] = [np.ones(len(index), bool) if parts else np.zeros(len(index), bool)]
    for end in range(1, len(parts) + 1):
        found = np.zeros(len(index), bool)
        for start in range(max(0, end - MAX_PHRASE), end):
            if reached[start].any():
                found |= reached[start] & _bearing(index, kept, " ".join(parts[start:end]))
        reached.append(found)
    return reached[-1] | _by_reference(kept, world, words.strip())


def are_words_searched(world: World) -> bool:
    """Whether the words of the reports themselves are searched too: in a world of at most `MAX_SEARCHED` reports."""
    return len(world.catalogue) <= MAX_SEARCHED


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """The different texts of the reports, folded, each with a space before it; and which event (k,) says which of them (k,)."""

    texts: tuple[str, ...]
    event: NDArray[np.int64]
    text: NDArray[np.int64]

    def by(self, wanted: str, count: int) -> NDArray[np.bool_]:
        """The events (count,) that say the wanted words."""
        says = np.array([text.find(f" {wanted}") >= 0 for text in (*self.texts, "")], bool)
        found = np.zeros(count, bool)
        found[self.event[says[self.text]]] = True
        return found


def _said_in(index: Index, kept: KeptWorlds) -> _Said:
    """What the reports say, as far as the audience may read it."""
    audience = kept.node.audience(kept.party, kept.now())
    event_of = dict(zip(index.catalogue.row.tolist(), index.event_of.tolist(), strict=True))
    number: dict[str, int] = {}
    pairs = [(event_of[row], number.setdefault(text, len(number))) for row, text in report_words(kept.node.store, audience, list(event_of))]
    event, text = np.array(pairs, np.int64).reshape(-1, 2).T
    return _Said(tuple(f" {fold(text)}" for text in number), event, text)


def _by_reference(kept: KeptWorlds, world: World, name: str) -> NDArray[np.bool_]:
    """The event of this id, or those that hold a report of this reference."""
    found = np.zeros(len(world.events), bool)
    if name.startswith("ev-"):
        found[[number for number, known in enumerate(world.events.id) if known.startswith(name)]] = True
    found[events_of_report(kept, world, name)] = True
    return found


def _bearing(index: Index, kept: KeptWorlds, wanted: str) -> NDArray[np.bool_]:
    """The events (m,) that bear a name of which the wanted words are a part, lie near a town of that name, or whose reports say the words."""
    atlas = kept.atlas

    def make() -> NDArray[np.bool_]:
        terms = {(term.what, term.name) for term in terms_named() if any(begins(name, wanted) for name in term.names)}
        areas = {area.name for area in areas_named(atlas) if any(begins(name, wanted) for name in area.names)}
        found = index.field.among(lambda name: ("field", name) in terms) | index.kind.among(lambda name: ("kind", name) in terms or fold(name) == wanted)
        found |= _coded(index.country, areas) | _coded(index.unit, areas)
        agencies = np.array([begins(fold(name), wanted) for name in (*index.agencies, "")], bool)
        found[index.pair_event[agencies[index.pair_agency]]] = True
        for town in towns_called(atlas, wanted):
            found |= near(index, town.lon, town.lat)
        if len(index.catalogue) <= MAX_SEARCHED:
            found |= index.once("said", lambda: _said_in(index, kept)).by(wanted, len(index))
        return found

    return index.phrase(wanted, make)


def _coded(column: Codes, names: set[str]) -> NDArray[np.bool_]:
    return column.among(lambda name: name in names)


def towns_called(atlas: Atlas, wanted: str) -> list[Place]:
    """The towns of exactly this name in any language, the largest of the region first."""
    found = [town.thing for town in towns_named(atlas) if wanted in town.names]
    return [place for place in found[:MAX_TOWNS] if isinstance(place, Place)]


def near(index: Index, lon: float, lat: float) -> NDArray[np.bool_]:
    """Which events (m,) may have been within `NEAR_KM` of a place."""
    events = index.events
    reach_km = np.where(events.radius_km > VAGUE_KM, 0.0, np.fmax(events.radius_km, NEAR_KM))
    north = np.abs(events.lat - lat) * _KM_A_DEGREE
    close = np.flatnonzero(north <= reach_km)
    east = np.abs((events.lon[close] - lon + 180.0) % 360.0 - 180.0) * _KM_A_DEGREE * np.cos(np.radians((events.lat[close] + lat) / 2))
    found = np.zeros(len(index), bool)
    found[close[np.hypot(east, north[close]) <= reach_km[close]]] = True
    return found


def suggestions(atlas: Atlas, world: World, text: str, language: str) -> list[Json]:
    """What the words may mean, the likeliest first: places, kinds, fields and agencies, at most `MOST_SHOWN` of each."""
    wanted = fold(text)
    if not wanted:
        return []
    index = index_of(world)
    agencies = (Named("agency", name, frozenset({fold(name)})) for name in index.agencies)
    groups: Sequence[tuple[Iterable[Named], Callable[[Named], Json]]] = (
        (areas_named(atlas), lambda one: _area_line(one, language)),
        (towns_named(atlas), lambda one: _town_line(atlas, one, language)),
        (terms_named(), lambda one: _term_line(one, language)),
        (agencies, lambda one: {"what": "agency", "name": one.name, "title": one.name}),
    )
    return [line(one) for named, line in groups for one in _best(named, wanted)]


def _best(named: Iterable[Named], wanted: str) -> list[Named]:
    """Those of which the wanted words begin a name, the best first: the whole name, its begin, a later word."""
    ranked: Iterator[tuple[int, int, Named]] = ((rank, place, one) for place, one in enumerate(named) if (rank := _rank(one.names, wanted)) is not None)
    return [one for _rank_of, _place, one in sorted(ranked, key=lambda item: item[:2])[:MOST_SHOWN]]


def _rank(names: frozenset[str], wanted: str) -> int | None:
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if len(wanted) >= _LEAST_BEGUN and any(begins(name, wanted) for name in names) else None


def _area_line(one: Named, language: str) -> Json:
    area = one.thing
    if not isinstance(area, Area):
        return None
    west, south, east, north = (round(float(side), 3) for side in area.outline.bounds)
    return {"what": one.what, "name": one.name, "title": displayed_name(area, language), "bounds": [west, south, east, north], "country": area.country}


def _town_line(atlas: Atlas, one: Named, language: str) -> Json:
    place = one.thing
    if not isinstance(place, Place):
        return None
    country = area_by_code(atlas, place.country)
    within = displayed_name(country, language) if country else place.country
    where: dict[str, Json] = {"lon": round(place.lon, 4), "lat": round(place.lat, 4), "zoom": 9, "country": place.country}
    return {"what": "place", "name": one.name, "title": name_of(place, language), "within": within, **where}


def _term_line(one: Named, language: str) -> Json:
    title = next(
        (found.title for name, found in packs().items() if one.what == "field" and name == one.name),
        next((found.terms.kinds[one.name].title for found in packs().values() if one.name in found.terms.kinds), one.name),
    )
    return {"what": one.what, "name": one.name, "title": said(language, title)}
