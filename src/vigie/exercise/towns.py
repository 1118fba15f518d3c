"""The populated places of a region as columns: where made-up things happen, and which place lies nearest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, Place
from vigie.model.errors import BadSetting

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

Points: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Longitudes and latitudes in degrees, each (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Towns:
    """Places as columns (n,); `population` counts at least one."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    population: NDArray[np.float64]
    country: tuple[str, ...]
    name: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.lon)

    def take(self, rows: NDArray[np.int64]) -> Towns:
        """The chosen places, in that order."""
        country, name = (tuple(column[row] for row in rows) for column in (self.country, self.name))
        return Towns(self.lon[rows], self.lat[rows], self.population[rows], country, name)


def towns_of(atlas: Atlas, least_population: int = 0) -> Towns:
    """The places of the atlas's region that lie in its bounds and have at least this many people.

    Where none is that large, all of them; raises `BadSetting` where the region has none at all.
    """
    west, south, east, north = atlas.bounds
    inside = [place for place in atlas.places if place.country in atlas.region and west <= place.lon <= east and south <= place.lat <= north]
    if not inside:
        raise BadSetting("The atlas has no place in the region", got=", ".join(atlas.region), todo="set the region's countries and bounds so that they meet")
    return _columns([place for place in inside if place.population >= least_population] or inside)


def _columns(places: list[Place]) -> Towns:
    return Towns(
        lon=np.array([place.lon for place in places]),
        lat=np.array([place.lat for place in places]),
        population=np.array([max(place.population, 1) for place in places], np.float64),
        country=tuple(place.country for place in places),
        name=tuple(place.name for place in places),
    )


def draw_towns(random: np.random.Generator, towns: Towns, count: int, power: float = 1.0) -> NDArray[np.int64]:
    """Indices (count,) of towns, drawn with chances in proportion to population to this power."""
    chance = np.cumsum(towns.population**power)
    return np.asarray(np.minimum(np.searchsorted(chance, random.random(count) * chance[-1], side="right"), len(towns) - 1))


def nearest_town(towns: Towns, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The index of the nearest town to each point in degrees (n,), and its distance in km along the great circle (n,)."""
    from scipy.spatial import cKDTree

    chord, index = cKDTree(_unit_vectors(towns.lon, towns.lat)).query(_unit_vectors(lon, lat), workers=-1)
    return np.asarray(index, np.int64), 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))


def distance_km(lon: NDArray[np.float64], lat: NDArray[np.float64], to_lon: float, to_lat: float) -> NDArray[np.float64]:
    """Great-circle distance in km of points in degrees (n,) from one point."""
    chord = np.linalg.norm(_unit_vectors(lon, lat) - _unit_vectors(np.array([to_lon]), np.array([to_lat])), axis=1)
    return np.asarray(2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1)))


def shift(lon: NDArray[np.float64], lat: NDArray[np.float64], east_km: NDArray[np.float64], north_km: NDArray[np.float64]) -> Points:
    """The points (n,) moved by so many km east and north on the local plane; good for some hundred km below 80 degrees."""
    north_deg = np.degrees(north_km / EARTH_KM)
    return lon + np.degrees(east_km / EARTH_KM) / np.cos(np.radians(lat)), lat + north_deg


def _unit_vectors(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])
