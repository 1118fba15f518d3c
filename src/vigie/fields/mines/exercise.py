"""Made-up mine action: findings, clearance, lessons and, seldom, accidents, gathered in a few areas.

The areas are drawn at random for each exercise around small places of the region; that one lies near a real minefield is chance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.growth import inside, scatter, steady_times
from vigie.exercise.towns import towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors

SHARE = 0.06

KINDS = (
    ("mines.accident", 0.05, 0.0), ("mines.clearance", 0.3, 160.0), ("mines.finding", 0.45, 0.0), ("mines.hazardous_area", 0.08, 0.0),
    ("mines.risk_education", 0.12, 3.0),
)  # fmt: skip
"""Kinds, sorted, with their shares and about how many hours each lasts; our own choice."""

AREAS, SMALL_TOWN = 24, 5_000
"""How many areas an exercise has, and below how many people a place may be the centre of one."""

_ACCIDENT, _CLEARANCE, _AREA = 0, 1, 3
ERRORS = ReportErrors(sigma_s=5 * 3600.0, radius_km=1.0, size_sigma=0.15, delay_s=48 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Mine action in the period (µs) around some 24 small places; sizes are casualties of accidents and square metres of areas and clearance."""
    towns = towns_of(atlas)
    small = np.flatnonzero(towns.population < SMALL_TOWN)
    centres = random.choice(small if len(small) else np.arange(len(towns)), AREAS)
    row = centres[random.choice(AREAS, count, p=_falling_shares())]
    lon, lat = inside(*scatter(random, towns.lon[row], towns.lat[row], 6.0), atlas.bounds)
    shares = np.array([share for _, share, _ in KINDS])
    kind = random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.int32)
    hours = np.array([length for _, _, length in KINDS])[kind] * random.exponential(1.0, count)
    begin = steady_times(random, count, period)
    magnitude, scale = _sizes(random, kind)
    return MadeUp(
        kind=Coded(kind, tuple(name for name, _, _ in KINDS)),
        begin_us=begin,
        end_us=begin + (hours * 3600e6).astype(np.int64),
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=magnitude,
        scale=Coded(scale, ("", "area_m2", "casualties")),
        errors=ERRORS,
    )


def _falling_shares() -> NDArray[np.float64]:
    """Shares of the areas (AREAS,): the second has half of what the first has, the third a third."""
    weights = 1 / np.arange(1, AREAS + 1)
    return np.asarray(weights / weights.sum())


def _sizes(random: np.random.Generator, kind: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    area = np.ceil(random.lognormal(8.5, 1.0, len(kind)))
    casualties = random.geometric(0.6, len(kind)).astype(np.float64)
    is_area = (kind == _CLEARANCE) | (kind == _AREA)
    magnitude = np.select([is_area, kind == _ACCIDENT], [area, casualties], np.nan)
    return magnitude, np.select([is_area, kind == _ACCIDENT], [1, 2], 0).astype(np.int32)
