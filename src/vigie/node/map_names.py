"""The names on the map in a reader's language and script, each with the place where it has most room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from vigie.model.atlas import Area, Atlas, Place, displayed_name, footnotes, name_of, name_tag
from vigie.model.canonical import Json

MOST_PLACES = 300
"""How many towns have a name."""

_COUNTRY, _ELSEWHERE, _UNIT, _TOWN = 0, 1, 2, 3
"""Ranks: the lower, the sooner a name is shown."""

_RANKS = ((1_000_000, 0), (250_000, 1), (100_000, 2), (30_000, 3), (0, 4))
"""From this many people on, a town has so much to its rank."""

_DECIMALS, _COARSE_DEG = 3, 0.02


def map_names(atlas: Atlas, language: str) -> dict[str, Json]:
    """Countries, the region's units and its larger towns: name, lon, lat, rank and the language tag of the name, empty where nobody says it."""
    countries = [_area(area, language, _COUNTRY if area.code in atlas.region else _ELSEWHERE, spot) for area, spot in _spots(atlas)]
    units = [_area(area, language, _UNIT, spot) for area, spot in _unit_spots(atlas)]
    notes = list[Json](footnotes([area for area, _spot in _spots(atlas)]))
    return {"countries": countries, "units": units, "places": [_town(place, language) for place in _towns(atlas)], "notes": notes}


def _area(area: Area, language: str, rank: int, spot: tuple[float, float]) -> Json:
    lon, lat = spot
    return {"code": area.code, "name": displayed_name(area, language), "lon": lon, "lat": lat, "rank": rank, "lang": name_tag(area, language)}


def _town(place: Place, language: str) -> Json:
    rank = _TOWN + next(step for people, step in _RANKS if place.population >= people)
    where: dict[str, Json] = {"lon": round(place.lon, _DECIMALS), "lat": round(place.lat, _DECIMALS), "country": place.country}
    return {"name": name_of(place, language), "rank": rank, "population": place.population, "lang": name_tag(place, language), **where}


@lru_cache(maxsize=8)
def _towns(atlas: Atlas) -> tuple[Place, ...]:
    """The largest towns of the region, and some of each of its countries."""
    home = sorted((place for place in atlas.places if place.country in atlas.region), key=lambda place: -place.population)
    share, many, first = MOST_PLACES // len(atlas.region) // 2, Counter[str](), list[bool]()
    for place in home:
        many[place.country] += 1
        first.append(many[place.country] <= share)
    ordered = sorted(range(len(home)), key=lambda number: (not first[number], number))[:MOST_PLACES]
    return tuple(home[number] for number in sorted(ordered))


@lru_cache(maxsize=8)
def _spots(atlas: Atlas) -> tuple[tuple[Area, tuple[float, float]], ...]:
    return tuple(_placed(atlas.countries))


@lru_cache(maxsize=8)
def _unit_spots(atlas: Atlas) -> tuple[tuple[Area, tuple[float, float]], ...]:
    return tuple(_placed([unit for unit in atlas.units if unit.country in atlas.region]))


def _placed(areas: Any) -> Iterator[tuple[Area, tuple[float, float]]]:
    for area in areas:
        parts = shapely.get_parts(area.outline)
        if len(parts):
            yield area, _widest(parts[np.argmax(shapely.area(parts))])


def _widest(part: Any) -> tuple[float, float]:
    """Where a name has the most room in an outline."""
    west, _south, east, _north = part.bounds
    plain = shapely.make_valid(shapely.simplify(part, min(_COARSE_DEG, (east - west) / 20), preserve_topology=False))
    spot = shapely.get_point(shapely.maximum_inscribed_circle(part if plain.is_empty else plain, max((east - west) / 50, 0.01)), 0)
    return round(float(shapely.get_x(spot)), _DECIMALS), round(float(shapely.get_y(spot)), _DECIMALS)
