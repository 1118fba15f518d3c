"""Places that people type: a town of the atlas by its name, or a name with its coordinates."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vigie.model.atlas import Atlas, Place, country_at
from vigie.model.errors import BadReport
from vigie.model.lexicon import folded

TOWN_KM = 5.0
"""Radius of a place that is known as a town (our choice, as for tables of cooperation)."""

_WITH_POINT = re.compile(r"(.*?)\s*\(\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,2}(?:\.\d+)?)\s*\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its point in degrees and the radius of a circle that holds it."""

    name: str
    lon: float
    lat: float
    radius_km: float


def place_named(atlas: Atlas, name: str, countries: Collection[str] = ()) -> Place | None:
    """The atlas's place of that name in any spelling: of several the one in the named countries, then the one with most people."""
    known = _by_name(atlas).get(folded(name.strip()), ())
    return max(known, key=lambda place: (place.country in countries, place.population), default=None)


def spot_typed(atlas: Atlas, text: str, countries: Collection[str] = ()) -> Spot:
    """The place that somebody typed: a town of the atlas, or `NAME (lon, lat)`. Raises `BadReport` where it is neither."""
    if match := _WITH_POINT.fullmatch(text.strip()):
        lon, lat = float(match[2]), float(match[3])
        if abs(lon) <= 180 and abs(lat) <= 90:  # noqa: PLR2004 - degrees
            return Spot(match[1].strip(), lon, lat, TOWN_KM)
    found = place_named(atlas, text, countries)
    if found is None:
        raise BadReport("The atlas knows no such place", field="place", got=text, expected="a town, or NAME (lon, lat) in degrees")
    return Spot(found.name, found.lon, found.lat, TOWN_KM)


def country_of(atlas: Atlas, lon: float | None, lat: float | None) -> str:
    """The code of the country that holds a point; empty where none does, or where there is no point."""
    return "" if lon is None or lat is None else str(country_at(atlas, np.array([lon]), np.array([lat]))[0])


@lru_cache(maxsize=2)
def _by_name(atlas: Atlas) -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = {}
    for place in atlas.places:
        for name in {folded(text) for text in (place.name, *place.names.values(), *place.search)}:
            found.setdefault(name, []).append(place)
    return {name: tuple(same) for name, same in found.items()}
