"""Made-up outages: units and lines that fail alone, and storms after which several fail near each other within hours."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.growth import Seeds, grow, inside, scatter, steady_times
from vigie.exercise.towns import draw_towns, towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors

SHARE = 0.07

KINDS = (
    ("energy.outage.distribution", 0.45, 2.5, 6.0), ("energy.outage.generation", 0.3, 4.6, 60.0), ("energy.outage.transmission", 0.2, 4.3, 12.0),
    ("energy.shortage", 0.05, 4.6, 30.0),
)  # fmt: skip
"""Kinds, sorted, with their shares, the natural logarithm of the middle loss in MW, and about how many hours each lasts; our own choice."""

BRANCHING, LAG_HOURS, STORM_KM, CITY = 0.3, 6.0, 40.0, 10_000

ERRORS = ReportErrors(sigma_s=1200.0, radius_km=4.0, size_sigma=0.08, delay_s=2 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Outages in the period (µs) within some 10 km of the region's towns; sizes are MW lost, at most 1,200."""
    seeds = grow(random, count, BRANCHING, partial(_background, period=period, atlas=atlas), _storm, period)
    lon, lat = inside(seeds.lon, seeds.lat, atlas.bounds)
    kind = seeds.mark.astype(np.int32)
    middle, hours = (np.array([row[column] for row in KINDS])[kind] for column in (2, 3))
    length_us = (hours * random.exponential(1.0, count) * 3600e6).astype(np.int64) + 60_000_000
    return MadeUp(
        kind=Coded(kind, tuple(row[0] for row in KINDS)),
        begin_us=seeds.time_us,
        end_us=seeds.time_us + length_us,
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=np.clip(np.ceil(np.exp(random.normal(np.asarray(middle, np.float64), 0.9))), 1, 1200),
        scale=Coded(np.zeros(count, np.int32), ("MW",)),
        errors=ERRORS,
    )


def _kinds(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    shares = np.array([row[1] for row in KINDS])
    return random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.float64)


def _background(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> Seeds:
    towns = towns_of(atlas, CITY)
    row = draw_towns(random, towns, count, 0.5)
    lon, lat = scatter(random, towns.lon[row], towns.lat[row], 8.0)
    return Seeds(steady_times(random, count, period), lon, lat, _kinds(random, count))


def _storm(random: np.random.Generator, parents: Seeds) -> Seeds:
    """What fails next, some hours later and some tens of km away."""
    row = np.repeat(np.arange(len(parents)), random.poisson(BRANCHING, len(parents)))
    lag_us = (random.exponential(LAG_HOURS, len(row)) * 3600e6).astype(np.int64)
    lon, lat = scatter(random, parents.lon[row], parents.lat[row], STORM_KM)
    return Seeds(parents.time_us[row] + lag_us, lon, lat, _kinds(random, len(row)))
