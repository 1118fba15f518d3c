"""Made-up CBRN reports: a very few industrial accidents and things found that nobody knows yet. Reports only: no substance, no amount, no effect."""

from __future__ import annotations

import numpy as np

from vigie.exercise.growth import inside, scatter, steady_times
from vigie.exercise.towns import draw_towns, towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors

SHARE = 0.005

KINDS = (("cbrn.incident.chemical", 0.6), ("cbrn.incident.radiological", 0.1), ("cbrn.unknown", 0.3))
"""Kinds, sorted, with their shares; our own choice."""

CITY = 20_000
ERRORS = ReportErrors(sigma_s=1800.0, radius_km=2.0, size_sigma=0.0, delay_s=3 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Incidents in the period (µs) at the edge of the region's larger towns, without a magnitude."""
    towns = towns_of(atlas, CITY)
    row = draw_towns(random, towns, count, 0.5)
    lon, lat = inside(*scatter(random, towns.lon[row], towns.lat[row], 4.0), atlas.bounds)
    shares = np.array([share for _, share in KINDS])
    begin = steady_times(random, count, period)
    return MadeUp(
        kind=Coded(random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.int32), tuple(name for name, _ in KINDS)),
        begin_us=begin,
        end_us=begin,
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=np.full(count, np.nan),
        scale=Coded(np.zeros(count, np.int32), ("",)),
        errors=ERRORS,
    )
