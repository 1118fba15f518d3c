"""Made-up unrest: what happens in a town makes more of it likelier there in the next days, and now and then elsewhere.

A Hawkes process in time (an exponential lag, as is usual for civil violence) over the towns of the region, larger ones oftener.
Mostly peaceful protest; violence is rare, most of it without a death. No group, no party, no person is made up. The constants are ours.
"""

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

SHARE = 0.35

KINDS = (
    ("press.arrest", 0.05), ("press.coerce", 0.02), ("press.mobilise", 0.02), ("unrest.obstruct", 0.14), ("unrest.protest", 0.5), ("unrest.riot", 0.09),
    ("verb.accuse", 0.03), ("verb.demand", 0.02), ("verb.threaten", 0.03), ("viol.civilians", 0.03), ("viol.clash", 0.04), ("viol.explosion", 0.02),
    ("viol.repress", 0.01),
)  # fmt: skip
"""Kinds, sorted, with their shares of the background."""

BRANCHING, LAG_DAYS = 0.45, 4.0
ELSEWHERE = 0.15
"""The share of offspring that happens in another town."""
AGAIN = 0.5
"""The chance that offspring is of its parent's kind."""

_NAMES = tuple(name for name, _ in KINDS)
_DEADLY = np.array([name.startswith("viol.") for name in _NAMES])
_COUNTED = np.array([name.startswith(("viol.", "unrest.riot")) for name in _NAMES])
_LENGTH_H = np.array([{"unrest.obstruct": 30.0, "press.mobilise": 60.0}.get(name, 0.0) for name in _NAMES])

ERRORS = ReportErrors(sigma_s=3 * 3600.0, radius_km=2.5, size_sigma=0.25, delay_s=10 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Unrest and some violence in the period (µs) in and near the region's towns; sizes are deaths, given for riots and violence."""
    towns = towns_of(atlas)
    background, brood = partial(_background, period=period, towns=towns), partial(_offspring, towns=towns)
    seeds = grow(random, count, BRANCHING, background, brood, period)
    lon, lat = inside(seeds.lon, seeds.lat, atlas.bounds)
    kind = seeds.mark.astype(np.int32)
    counted = _COUNTED[kind]
    return MadeUp(
        kind=Coded(kind, _NAMES),
        begin_us=seeds.time_us,
        end_us=seeds.time_us + (random.exponential(1.0, count) * _LENGTH_H[kind] * 3600e6).astype(np.int64),
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=np.where(counted, _deaths(random, kind), np.nan),
        scale=Coded(counted.astype(np.int32), ("", "deaths")),
        errors=ERRORS,
    )


def _deaths(random: np.random.Generator, kind: NDArray[np.int32]) -> NDArray[np.float64]:
    """Deaths (n,): none in most, a few in some, seldom many; a riot seldom kills."""
    share = np.where(_DEADLY[kind], 0.35, 0.03)
    toll = np.minimum(np.floor((1 - random.random(len(kind))) ** (-1 / 1.8)), 200)
    return np.where(random.random(len(kind)) < share, toll, 0.0)


def _kinds(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    shares = np.array([share for _, share in KINDS])
    return random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.float64)


def _background(random: np.random.Generator, count: int, period: tuple[int, int], towns: Towns) -> Seeds:
    row = draw_towns(random, towns, count, 0.85)
    lon, lat = scatter(random, towns.lon[row], towns.lat[row], 1.5)
    day = steady_times(random, count, period) // DAY_US * DAY_US
    hour = np.clip(random.normal(14.0, 4.0, count), 0, 23.9)
    return Seeds(np.clip(day + (hour * 3600e6).astype(np.int64), period[0], period[1] - 1), lon, lat, _kinds(random, count))


def _offspring(random: np.random.Generator, parents: Seeds, towns: Towns) -> Seeds:
    row = np.repeat(np.arange(len(parents)), random.poisson(BRANCHING, len(parents)))
    count = len(row)
    moves = random.random(count) < ELSEWHERE
    other = draw_towns(random, towns, count, 0.85)
    lon, lat = np.where(moves, towns.lon[other], parents.lon[row]), np.where(moves, towns.lat[other], parents.lat[row])
    lon, lat = scatter(random, lon, lat, 1.5)
    lag_us = (random.exponential(LAG_DAYS, count) * DAY_US).astype(np.int64)
    mark = np.where(random.random(count) < AGAIN, parents.mark[row], _kinds(random, count))
    return Seeds(parents.time_us[row] + lag_us, lon, lat, mark)
