"""Places by what somebody types: towns, units and countries of the atlas, in any of its spellings, languages and scripts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt

import numpy as np
import pyproj

from vigie.model.atlas import Area, Atlas, Place, area_by_code, displayed_name, name_of, unit_at
from vigie.model.canonical import Json
from vigie.model.lexicon import folded
from vigie.model.vocabulary import country_of as country_by_code
from vigie.model.vocabulary import country_radius_km
from vigie.node.page_places import TOWN_KM, country_of

MOST_SHOWN = 12
MOST_LETTERS = 80
"""How many places are shown, and how much of what is typed is read."""

HELD = 0.68
"""The share of the true places that a report's radius holds."""

_LOOKED_AT = 4_000
"""At most so many names that begin alike are put in order; there are fewer of any three letters."""

_GEOD = pyproj.Geod(ellps="WGS84")

Thing = Place | Area


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """Every folded name, sorted, with the number of its thing and whether it is one that is shown; `rank` is smaller for what is more likely meant."""

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    is_shown: tuple[bool, ...]
    things: tuple[Thing, ...]
    rank: tuple[tuple[bool, int, float], ...]


def places_like(atlas: Atlas, typed: str, language: str) -> list[Json]:
    """The places whose name, or a word of it, begins as what was typed, best first: the region's before others, then by size; names in the reader's language.

    >>> places_like(Atlas((), (), ()), "bar", "en")
    []
    """
    wanted = folded(" ".join(typed[:MOST_LETTERS].split()))
    if not wanted:
        return []
    index = _index(atlas)
    found: dict[int, tuple[bool, bool]] = {}
    for place in _beginning(index, wanted):
        is_shown, number = index.is_shown[place], index.numbers[place]
        found[number] = min(found.get(number, (True, True)), (not is_shown or index.names[place] != wanted, not is_shown))
    best = sorted(found, key=lambda number: (found[number], index.rank[number], number))[:MOST_SHOWN]
    return [_facts(atlas, index.things[number], language) for number in best]


def place_at(atlas: Atlas, lon: float, lat: float, language: str) -> dict[str, Json]:
    """The country and the unit that hold a point, with their names in the reader's language; empty where none does."""
    unit = str(unit_at(atlas, np.array([lon]), np.array([lat]))[0])
    country = country_of(atlas, lon, lat)
    return {"country": country, "country_name": _shown(atlas, country, language), "unit": unit, "unit_name": _shown(atlas, unit, language)}


def _beginning(index: _Index, wanted: str) -> Iterator[int]:
    at = bisect_left(index.names, wanted)
    for place in range(at, min(at + _LOOKED_AT, len(index.names))):
        if not index.names[place].startswith(wanted):
            return
        yield place


@lru_cache(maxsize=2)
def _index(atlas: Atlas) -> _Index:
    things: tuple[Thing, ...] = (*atlas.countries, *atlas.units, *atlas.places)
    known = sorted((name, number, is_shown) for number, thing in enumerate(things) for name, is_shown in _names(thing).items())
    names, numbers, shown = zip(*known, strict=True) if known else ((), (), ())
    return _Index(names, numbers, shown, things, tuple(_rank(atlas, thing) for thing in things))


def _names(thing: Thing) -> dict[str, bool]:
    """Every name, folded, and what begins with each further word of those that are shown; and whether it is one of those itself."""
    shown = {folded(name) for name in (thing.names.values() if isinstance(thing, Area) else (thing.name, *thing.names.values()))} - {""}
    others = set() if isinstance(thing, Area) else {folded(name) for name in thing.search}
    tails = {name[place + 1 :] for name in shown for place, letter in enumerate(name) if letter in " -"}
    return dict.fromkeys((others | tails) - {""}, False) | dict.fromkeys(shown, True)


def _rank(atlas: Atlas, thing: Thing) -> tuple[bool, int, float]:
    """Of the region before others; towns and countries before units, of which most bear the name of a town; the larger first."""
    is_unit = isinstance(thing, Area) and thing.level == 1
    size = thing.population if isinstance(thing, Place) else 1e9
    return thing.country not in atlas.region, int(is_unit), -float(size)


def _facts(atlas: Atlas, thing: Thing, language: str) -> Json:
    if isinstance(thing, Place):
        where = place_at(atlas, thing.lon, thing.lat, language) | {"country": thing.country, "country_name": _shown(atlas, thing.country, language)}
        return {"name": name_of(thing, language), "what": "town", "lon": thing.lon, "lat": thing.lat, "radius_km": TOWN_KM, **where}
    lon, lat, radius_km = area_circle(thing)
    is_country = thing.level == 0
    return {
        "name": displayed_name(thing, language),
        "what": "country" if is_country else "unit",
        "lon": lon,
        "lat": lat,
        "radius_km": country_radius_km(country_by_code("iso2", thing.code)) if is_country else radius_km,
        "country": thing.country,
        "country_name": _shown(atlas, thing.country, language),
        "unit": "" if is_country else thing.code,
        "unit_name": "" if is_country else displayed_name(thing, language),
        "note": thing.note,
    }


@lru_cache(maxsize=1_024)
def area_circle(area: Area) -> tuple[float, float, float]:
    """A point of the area near its middle (degrees), and the radius in km that holds 68 % of a circle of the same size."""
    middle = area.outline.centroid
    inside = middle if area.outline.contains(middle) else area.outline.representative_point()
    area_m2 = abs(_GEOD.geometry_area_perimeter(area.outline)[0])
    return round(inside.x, 4), round(inside.y, 4), round(sqrt(area_m2 / pi * HELD) / 1e3, 1)


def _shown(atlas: Atlas, code: str, language: str) -> str:
    area = area_by_code(atlas, code) if code else None
    return displayed_name(area, language) if area else code
