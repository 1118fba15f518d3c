"""How usual a count is: beside the same days of earlier years in the same area, as far as they were watched.

The comparison is Farrington's (Farrington, Andrews, Beale and Catchpole 1996, J. R. Statist. Soc. A 159(3), 547-563; improved by Noufaily et al.
2013, Statistics in Medicine 32(7), 1206-1222): windows of the same season in up to five earlier years, with over-dispersion estimated by Pearson's
statistic and never below 1. Where theirs is a regression, ours is the conjugate model, since quiet areas have almost no events: a Poisson rate with
Jeffreys' prior Gamma(1/2, 0), whose prediction after K events in m windows is negative binomial with mean (K + 1/2) / m and variance
mean + mean / m. There is no trend: a new and diligent source looks like more events until it has a year behind it.

A yearly peak does not keep its date to the day. So the count is compared three times, with windows that end on the same day of the year and half a
window earlier and later, and the least unusual answer counts. The three are not pooled: they overlap and would pass for three times the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.rule import Rule
from vigie.model.times import DAY_US
from vigie.warn.counting import FOREVER_US, Counted

YEAR_US = 365 * DAY_US + DAY_US // 4
"""A Julian year: the same day of the year, to within a day."""

SHIFTS = (0.0, -0.5, 0.5)
"""By how many windows the comparison is moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Instants (c,) at which areas are looked at, sorted by area, then time."""

    area: NDArray[np.int64]
    at_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.area)


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual at each cell (c,): the expected count, the chance of a count so far out, the number of years compared with."""

    expected: NDArray[np.float64]
    chance: NDArray[np.float64]
    years: NDArray[np.int64]


def counts_at(cells: Cells, area: NDArray[np.int64], from_us: NDArray[np.int64], until_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of the spells [`from_us`, `until_us`) of its area each cell lies in (c,)."""
    if not len(cells) or not len(area):
        return np.zeros(len(cells), np.int64)
    first_us, last_us = int(cells.at_us.min()), int(cells.at_us.max())
    span = last_us - first_us + 2
    key = cells.area * span + (cells.at_us - first_us)
    begin = np.clip(from_us, first_us, last_us + 1) - first_us
    end = np.clip(until_us, first_us, last_us + 1) - first_us
    live = end > begin
    low = np.searchsorted(key, area[live] * span + begin[live])
    high = np.searchsorted(key, area[live] * span + end[live])
    change = np.bincount(low, minlength=len(key) + 1) - np.bincount(high, minlength=len(key) + 1)
    return np.cumsum(change[:-1])


def window_counts(cells: Cells, seen: Counted, window_us: int, back_us: int = 0, *, as_then: bool = False) -> NDArray[np.int64]:
    """Events that began in the window which ends `back_us` before each cell (c,), without its first instant and with its last.

    Only what is known at the cell counts or, with `as_then`, what was known `back_us` before it: late reports are then missing from both alike.
    """
    lag_us = back_us if as_then else 0
    known_us = seen.from_us + lag_us
    gone_us = np.where(seen.until_us == FOREVER_US, FOREVER_US, seen.until_us + np.where(seen.until_us == FOREVER_US, 0, lag_us))
    begin_us = np.maximum(seen.begin_us + back_us, known_us)
    end_us = np.minimum(seen.begin_us + back_us + window_us, gone_us)
    return counts_at(cells, seen.area, begin_us, end_us)


def usual(rule: Rule, cells: Cells, count: NDArray[np.int64], seen: Counted, watched: NDArray[np.bool_]) -> Usual:
    """What is usual at each cell; `watched` (years, c) says which earlier years can be compared with."""
    window_us = round(rule.window_days * DAY_US)
    years = watched.sum(axis=0)
    expected, chance = np.full(len(cells), np.nan), np.full(len(cells), -1.0)
    for shift in SHIFTS:
        total, squares = np.zeros(len(cells)), np.zeros(len(cells))
        for number, compared in enumerate(watched, start=1):
            back_us = number * YEAR_US - round(shift * window_us)
            then = window_counts(cells, seen, window_us, back_us, as_then=rule.direction == "down") * compared
            total, squares = total + then, squares + then * then
        mean, tail = prediction(count, total, squares, years, rule.direction)
        milder = tail > chance
        expected, chance = np.where(milder, mean, expected), np.where(milder, tail, chance)
    none = years == 0
    return Usual(np.where(none, np.nan, expected), np.where(none, np.nan, chance), years)


def prediction(
    count: NDArray[np.int64], total: NDArray[np.float64], squares: NDArray[np.float64], windows: NDArray[np.int64], direction: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected count and the chance of `count` or more (up), or of `count` or fewer (down), after `windows` windows with `total` events.

    `squares` is the sum of the windows' squared counts. Negative binomial with mean mu = (K + 1/2) / m and variance phi (mu + mu / m),
    phi = max(1, Pearson's statistic / (m - 1)); its tails are incomplete beta functions (Abramowitz and Stegun 26.5.26).
    """
    from scipy import special

    many = np.maximum(windows, 1).astype(np.float64)
    mean = (total + 0.5) / many
    spread = np.maximum(squares - total * total / many, 0.0)
    pearson = spread / np.where(total > 0, total / many, 1.0) / np.maximum(many - 1, 1)
    variance = np.maximum(1.0, pearson) * (mean + mean / many)
    size, share = mean * mean / (variance - mean), mean / variance
    if direction == "down":
        return mean, special.betainc(size, count + 1.0, share)
    return mean, np.where(count > 0, special.betainc(np.maximum(count, 1).astype(np.float64), size, 1.0 - share), 1.0)
