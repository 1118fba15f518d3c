"""Made-up cyber incidents: alone, or in campaigns that strike several towns and countries within some days."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.growth import Seeds, grow, inside, scatter, steady_times
from vigie.exercise.towns import Towns, draw_towns, towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors
from vigie.model.times import DAY_US

SHARE = 0.08

KINDS = (
    ("cyber.data_breach", 0.1, 0.0), ("cyber.ddos", 0.24, 5.0), ("cyber.defacement", 0.12, 0.0), ("cyber.intrusion", 0.14, 48.0),
    ("cyber.malware", 0.18, 30.0), ("cyber.outage", 0.04, 9.0), ("cyber.phishing", 0.18, 36.0),
)  # fmt: skip
"""Kinds, sorted, with their shares and about how many hours each lasts; our own choice."""

BRANCHING, LAG_DAYS, CITY = 0.5, 3.0, 20_000

ERRORS = ReportErrors(sigma_s=4 * 3600.0, radius_km=3.0, size_sigma=0.3, delay_s=36 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Incidents in the period (µs) in the region's larger towns; sizes are systems affected, about 20 in the middle, seldom thousands."""
    towns = towns_of(atlas, CITY)
    background, brood = partial(_background, period=period, towns=towns), partial(_campaign, towns=towns)
    seeds = grow(random, count, BRANCHING, background, brood, period)
    lon, lat = inside(seeds.lon, seeds.lat, atlas.bounds)
    kind = seeds.mark.astype(np.int32)
    hours = np.array([length for _, _, length in KINDS])[kind] * random.exponential(1.0, count)
    return MadeUp(
        kind=Coded(kind, tuple(name for name, _, _ in KINDS)),
        begin_us=seeds.time_us,
        end_us=seeds.time_us + (hours * 3600e6).astype(np.int64),
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=np.ceil(random.lognormal(3.0, 1.6, count)),
        scale=Coded(np.zeros(count, np.int32), ("systems",)),
        errors=ERRORS,
    )


def _background(random: np.random.Generator, count: int, period: tuple[int, int], towns: Towns) -> Seeds:
    shares = np.array([share for _, share, _ in KINDS])
    kind = random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.float64)
    return _in_town(random, towns, steady_times(random, count, period), kind)


def _campaign(random: np.random.Generator, parents: Seeds, towns: Towns) -> Seeds:
    """What follows of the same kind, some days later, in a town anywhere in the region."""
    row = np.repeat(np.arange(len(parents)), random.poisson(BRANCHING, len(parents)))
    lag_us = (random.exponential(LAG_DAYS, len(row)) * DAY_US).astype(np.int64)
    return _in_town(random, towns, parents.time_us[row] + lag_us, parents.mark[row])


def _in_town(random: np.random.Generator, towns: Towns, time_us: NDArray[np.int64], kind: NDArray[np.float64]) -> Seeds:
    row = draw_towns(random, towns, len(time_us))
    return Seeds(time_us, *scatter(random, towns.lon[row], towns.lat[row], 1.5), kind)
