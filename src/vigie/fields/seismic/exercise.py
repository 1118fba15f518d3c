"""Made-up earthquakes: background along a few belts of the region, and aftershocks that follow Omori's law.

The belts are rough lines of our own drawing after where the region's maps of epicentres are dark; they are no source model and
serve exercises only. Laws: Gutenberg and Richter (1944) with b = 1, cut at Mw 7; Utsu's productivity and the modified Omori law as in
Ogata (1998, Ann. Inst. Stat. Math. 50, 379-402); the constants are of an order that is usual for crustal catalogues, not fitted.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.growth import Seeds, grow, inside, scatter, steady_times
from vigie.exercise.towns import shift, towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors
from vigie.model.times import DAY_US

SHARE = 0.3

BELTS = (
    (6.0, ((14.5, 45.4), (16.0, 44.0), (17.3, 43.2), (18.6, 42.4), (19.4, 41.6), (19.8, 40.5), (20.0, 39.6))),
    (8.0, ((20.0, 39.4), (20.5, 38.3), (21.2, 37.3), (22.2, 36.3), (23.5, 35.5), (25.5, 35.0), (27.2, 35.6), (28.8, 36.6))),
    (3.0, ((21.2, 38.3), (22.2, 38.2), (23.2, 38.1))),
    (5.0, ((23.3, 39.2), (24.6, 39.7), (26.2, 40.3), (27.5, 40.6), (29.2, 40.7), (30.5, 40.7))),
    (3.0, ((26.5, 38.4), (27.5, 38.6), (28.8, 38.4), (29.5, 38.0))),
    (1.5, ((21.3, 42.1), (22.4, 41.8), (23.1, 41.8), (23.4, 41.2))),
    (1.0, ((15.5, 46.0), (16.1, 45.8), (17.2, 44.8))),
    (1.0, ((24.6, 42.2), (25.6, 42.3))),
)
"""Weight, and the line (lon, lat) along which background falls."""

DEEP_NEST = (26.5, 45.6)
"""Centre of the intermediate-depth nest, degrees; `DEEP_SHARE` of the background, 60 to 170 km down."""
DEEP_SHARE = 0.04

LEAST_MW, MOST_MW, B_VALUE = 2.5, 7.0, 1.0
BRANCHING, ALPHA = 0.4, 0.8
OMORI_C_DAYS, OMORI_P = 0.01, 1.2
REACH_KM = 1.0
"""Aftershocks of an Mw 4 spread over about so many km, and over 10 ** (0.5 (m - 4)) times as many otherwise."""

ERRORS = ReportErrors(
    sigma_s=1.6,
    radius_km=9.0,
    size_sigma=0.15,
    delay_s=1_800.0,
    counted=False,
    instrumental=True,
    depth_sigma_km=6.0,
    other_scales={"Mw": (("ML", 0.05), ("mb", -0.1))},
)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Earthquakes in the period (µs) inside the atlas's bounds, about four tenths of them aftershocks."""
    seeds = grow(random, count, BRANCHING, partial(_background, period=period, atlas=atlas), _aftershocks, period)
    lon, lat = inside(seeds.lon, seeds.lat, atlas.bounds)
    near_nest = (np.abs(lon - DEEP_NEST[0]) < 0.6) & (np.abs(lat - DEEP_NEST[1]) < 0.5)  # noqa: PLR2004 - the nest's size in degrees
    depth = np.where(near_nest, random.uniform(60, 170, count), np.clip(random.lognormal(np.log(9.0), 0.6, count), 0.5, 45))
    return MadeUp(
        kind=Coded(np.zeros(count, np.int32), ("seismic.earthquake",)),
        begin_us=seeds.time_us,
        end_us=seeds.time_us,
        lon=lon,
        lat=lat,
        depth_km=depth,
        magnitude=seeds.mark,
        scale=Coded(np.zeros(count, np.int32), ("Mw",)),
        errors=ERRORS,
    )


def magnitudes(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Moment magnitudes (count,) by the Gutenberg-Richter law, cut at both ends."""
    span = 1 - 10 ** (-B_VALUE * (MOST_MW - LEAST_MW))
    return LEAST_MW - np.log10(1 - span * random.random(count)) / B_VALUE


def _background(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> Seeds:
    lon, lat = scatter(random, *_on_belts(random, count, atlas), 12.0)
    return Seeds(steady_times(random, count, period), lon, lat, magnitudes(random, count))


def _on_belts(random: np.random.Generator, count: int, atlas: Atlas) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (count,) on the belts inside the bounds; in a region that no belt crosses, at its towns."""
    lines = [(weight / len(line[1:]), np.array(ends)) for weight, line in BELTS for ends in pairwise(line)]
    lines.append((DEEP_SHARE * sum(weight for weight, _ in BELTS), np.array([DEEP_NEST, DEEP_NEST])))
    west, south, east, north = atlas.bounds
    kept = [(weight, ends) for weight, ends in lines if west < ends[:, 0].mean() < east and south < ends[:, 1].mean() < north]
    if not kept:
        towns = towns_of(atlas)
        row = random.integers(0, len(towns), count)
        return towns.lon[row], towns.lat[row]
    weights, ends = np.array([weight for weight, _ in kept]), np.stack([line for _, line in kept])
    chosen, along = random.choice(len(kept), count, p=weights / weights.sum()), random.random((count, 1))
    points = ends[chosen, 0] * (1 - along) + ends[chosen, 1] * along
    return points[:, 0], points[:, 1]


def _aftershocks(random: np.random.Generator, parents: Seeds) -> Seeds:
    """The direct aftershocks of these earthquakes, in time by Omori's law and in space by a power law."""
    productivity = 10 ** (ALPHA * (parents.mark - LEAST_MW))
    row = np.repeat(np.arange(len(parents)), random.poisson(BRANCHING * productivity / _MEAN_PRODUCTIVITY))
    count = len(row)
    lag_days = OMORI_C_DAYS * ((1 - random.random(count)) ** (-1 / (OMORI_P - 1)) - 1)
    lag_us = np.minimum(lag_days, 36_500.0) * DAY_US
    away = REACH_KM * 10 ** (0.5 * (parents.mark[row] - 4)) * np.sqrt((1 - random.random(count)) ** (-1 / 0.8) - 1)
    away, bearing = np.minimum(away, 100.0), random.uniform(0, 2 * np.pi, count)
    lon, lat = shift(parents.lon[row], parents.lat[row], away * np.sin(bearing), away * np.cos(bearing))
    return Seeds(parents.time_us[row] + lag_us.astype(np.int64), lon, lat, magnitudes(random, count))


def _mean_productivity() -> float:
    """The mean of 10 ** (ALPHA (m - LEAST_MW)) over the truncated Gutenberg-Richter law, in closed form."""
    width = MOST_MW - LEAST_MW
    return B_VALUE / (B_VALUE - ALPHA) * (1 - 10 ** (-(B_VALUE - ALPHA) * width)) / (1 - 10 ** (-B_VALUE * width))


_MEAN_PRODUCTIVITY = _mean_productivity()
