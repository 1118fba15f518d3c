"""Periods of time: the bars of a histogram. An hour, a day, a week (from Monday), a month, a year, ten or a hundred years, all UTC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.times import DAY_US, format_day, format_time

MAX_BARS = 200
"""The most bars of a histogram whose period nobody named."""

HOUR_US = DAY_US // 24
_WEEK_US = 7 * DAY_US
_MONDAY_US = 4 * DAY_US
"""The first Monday after the begin of 1970."""

_MONTHS = {"month": 1, "year": 12, "decade": 120, "century": 1200}
_FIRST_YEAR = 1970
PERIODS = ("hour", "day", "week", *_MONTHS)
"""The periods, the shortest first."""

_HOURS_UP_TO = 3 * DAY_US
"""Hours are for short views: a longer one is shown by days."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a histogram: `count` periods from the one with the number `first`; none where count is 0."""

    period: str
    first: int
    count: int

    def starts(self) -> list[str]:
        """The first day of each period, ISO 8601; for hours the instant."""
        times = [start_us(number, self.period) for number in range(self.first, self.first + self.count)]
        return [format_time(time_us) if self.period == "hour" else format_day(time_us) for time_us in times]

    def place(self, times_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """The bar of each time (n,); a time before the first bar or after the last is put into that one."""
        return np.clip(numbers_of(times_us, self.period) - self.first, 0, max(self.count - 1, 0))


def numbers_of(times_us: NDArray[np.int64], period: str) -> NDArray[np.int64]:
    """The number of the period that each time (n,) lies in; they are counted through. Raises `KeyError` for another period."""
    if period == "hour":
        return times_us // HOUR_US
    if period == "day":
        return times_us // DAY_US
    if period == "week":
        return (times_us - _MONDAY_US) // _WEEK_US
    months = (times_us // DAY_US).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 12 * _FIRST_YEAR
    return np.asarray(months // _MONTHS[period])


def start_us(number: int, period: str) -> int:
    """When the period of that number begins.

    >>> format_day(start_us(2014, "year")), format_day(start_us(20, "century")), format_day(start_us(0, "week"))
    ('2014-01-01', '2000-01-01', '1970-01-05')
    """
    if period in ("hour", "day"):
        return number * (HOUR_US if period == "hour" else DAY_US)
    if period == "week":
        return number * _WEEK_US + _MONDAY_US
    month = np.datetime64(number * _MONTHS[period] - 12 * _FIRST_YEAR, "M")
    return int(month.astype("datetime64[D]").astype(np.int64)) * DAY_US


def bars_between(first_us: int, last_us: int, period: str = "") -> Bars:
    """The bars from one instant to another, both within; of the shortest period that makes at most `MAX_BARS` unless one is named."""
    chosen = period or fitting(first_us, last_us)
    first, last = (int(number) for number in numbers_of(np.array([first_us, last_us], np.int64), chosen))
    return Bars(chosen, first, max(last - first + 1, 0))


def fitting(first_us: int, last_us: int) -> str:
    """The shortest period that makes at most `MAX_BARS` bars; hours for a few days only."""
    for period in PERIODS[last_us - first_us > _HOURS_UP_TO :]:
        first, last = numbers_of(np.array([first_us, last_us], np.int64), period)
        if last - first < MAX_BARS:
            return period
    return PERIODS[-1]
