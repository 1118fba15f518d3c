"""Made-up cooperation: meetings, trainings and agreements in the larger towns, on working days."""

from __future__ import annotations

import numpy as np

from vigie.exercise.growth import inside, scatter, steady_times
from vigie.exercise.towns import draw_towns, towns_of
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.pack import MadeUp, ReportErrors
from vigie.model.times import DAY_US

SHARE = 0.13

KINDS = (
    ("coop.accord", 0.06, 2.0), ("coop.agree", 0.1, 2.0), ("coop.aid", 0.08, 8.0), ("coop.consult", 0.38, 8.0), ("coop.joint", 0.22, 56.0),
    ("coop.mediate", 0.06, 8.0), ("coop.share_info", 0.06, 4.0), ("coop.support", 0.04, 2.0),
)  # fmt: skip
"""Kinds, sorted, with their shares and about how many hours each lasts; our own choice."""

CITY = 20_000
HOUR_US = 3_600_000_000
_MONDAY, _WORKING_DAYS = 4, 5  # 1970-01-05 was a Monday

ERRORS = ReportErrors(sigma_s=1.5 * 3600.0, radius_km=2.0, size_sigma=0.2, delay_s=30 * 3600.0)


def make_events(random: np.random.Generator, count: int, period: tuple[int, int], atlas: Atlas) -> MadeUp:
    """Meetings and the like in the period (µs), from Monday to Friday, 8 to 17 hours UTC, in towns of some size; they have no magnitude."""
    towns = towns_of(atlas, CITY)
    row = draw_towns(random, towns, count, 0.8)
    lon, lat = inside(*scatter(random, towns.lon[row], towns.lat[row], 1.0), atlas.bounds)
    shares = np.array([share for _, share, _ in KINDS])
    kind = random.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.int32)
    hours = np.array([length for _, _, length in KINDS])[kind] * random.uniform(0.5, 1.5, count)
    day = steady_times(random, count, period) // DAY_US
    weekday = (day - _MONDAY) % 7
    day = np.where(weekday >= _WORKING_DAYS, day - (weekday - _WORKING_DAYS + 1), day)
    begin = np.clip(day * DAY_US + random.integers(8 * 4, 17 * 4, count) * HOUR_US // 4, period[0], period[1] - 1)
    return MadeUp(
        kind=Coded(kind, tuple(name for name, _, _ in KINDS)),
        begin_us=begin,
        end_us=begin + (hours * 4).astype(np.int64) * HOUR_US // 4,
        lon=lon,
        lat=lat,
        depth_km=np.full(count, np.nan),
        magnitude=np.full(count, np.nan),
        scale=Coded(np.zeros(count, np.int32), ("",)),
        errors=ERRORS,
    )
