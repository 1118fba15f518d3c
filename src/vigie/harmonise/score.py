"""The score of two estimates in nats, part by part. An estimate is one row: a report, or a cluster's fused reports.

    score = ln[f_time(dt) f_place(dx) / rate] + s_size + s_kind + s_agency
    f(d)  = 0.8 N(d; 0, v) + 0.2 N(d; 0, 36 v)        v = the sum of both variances

The wide part is there because agencies differ with heavy tails. For the reader the product is written per window:
`time` and `place` say how much closer the two are than if they were strewn over the field's window at random, and
`density` is minus the logarithm of how many unrelated events that window would hold. (After record linkage as in
Fellegi and Sunter 1969, J. Am. Stat. Assoc. 64(328), 1183-1210, with densities in place of levels.)
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.kernel import leaf
from vigie.harmonise.testimony import (
    C_EE,
    C_EN,
    C_NN,
    EARTH_KM,
    EXTENT,
    FAMILY,
    HALF,
    KIND,
    OWN_VAR,
    POINT,
    POINT_RATE,
    RATE,
    SIZE,
    SIZE_SPREAD,
    SIZE_VAR,
    T_VAR,
    UX,
    UY,
    UZ,
    T,
)
from vigie.model.sameness import Sameness

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
_TINY = 1e-300
POLAR = 1e-12
"""So close to the Earth's axis east is a convention."""


class Rules(NamedTuple):
    """What the kernels need of a `Sameness`: plain numbers and arrays (a named tuple, since numba reads those)."""

    wide_share: float
    wide_factor: float
    size_cap: float
    agency_penalty: float
    threshold: float
    doubt: float
    near_s: float
    far_s: float
    far_km: float
    log_core: float
    log_tail: float
    log_wide: float
    log_window_s: float
    log_window_km2: float
    kind_nats: NDArray[np.float64]
    shared_levels: NDArray[np.int64]
    is_single: NDArray[np.bool_]


def rules_of(sameness: Sameness, shared_levels: NDArray[np.int64], agencies: tuple[str, ...]) -> Rules:
    """The kernels' view of `sameness`; `is_single` (agencies,) marks those that send one report an event."""
    one = sameness.one_report_agencies
    return Rules(
        wide_share=sameness.wide_share,
        wide_factor=sameness.wide_factor,
        size_cap=sameness.size_cap_nats,
        agency_penalty=sameness.agency_penalty_nats,
        threshold=sameness.threshold_nats,
        doubt=sameness.doubt_nats,
        near_s=sameness.time_window_s,
        far_s=sameness.coarse_time_window_s,
        far_km=sameness.coarse_place_window_km,
        log_core=math.log(2 * (1 - sameness.wide_share)),
        log_tail=math.log(2 * sameness.wide_share),
        log_wide=math.log(sameness.wide_factor),
        log_window_s=math.log(2 * sameness.time_window_s),
        log_window_km2=math.log(math.pi * sameness.place_window_km**2),
        kind_nats=np.array(sameness.kind_nats, np.float64),
        shared_levels=shared_levels,
        is_single=np.array([name in one or "*" in one for name in agencies], bool),
    )


def probabilities(score: NDArray[np.float64], sameness: Sameness) -> NDArray[np.float64]:
    """The chance that pairs with these scores (nats, any shape) are one event."""
    return 1.0 / (1.0 + np.exp(-np.clip(sameness.sharpness * (score - sameness.threshold_nats), -500.0, 500.0)))


@leaf
def log_line(gap: float, variance: float, rules: Any) -> float:
    """Log density of the one-dimensional mixture at `gap`."""
    q = gap * gap / variance
    wide = rules.wide_factor
    mixed = (1 - rules.wide_share) * math.exp(-0.5 * q) + rules.wide_share / wide * math.exp(-0.5 * q / (wide * wide))
    return math.log(max(mixed, _TINY)) - 0.5 * math.log(2 * math.pi * variance)


@leaf
def offset_km(numbers: Numbers, a: int, b: int) -> tuple[float, float]:
    """East and north from place a to place b in km, on the plane that touches the Earth halfway between them."""
    mx, my, mz = numbers[a, UX] + numbers[b, UX], numbers[a, UY] + numbers[b, UY], numbers[a, UZ] + numbers[b, UZ]
    level = math.sqrt(mx * mx + my * my)
    length = max(math.sqrt(level * level + mz * mz), POLAR)
    ex, ey = (-my / level, mx / level) if level > POLAR else (0.0, 1.0)
    dx, dy, dz = numbers[b, UX] - numbers[a, UX], numbers[b, UY] - numbers[a, UY], numbers[b, UZ] - numbers[a, UZ]
    east = dx * ex + dy * ey
    north = (mz * (ex * dy - ey * dx) + (mx * ey - my * ex) * dz) / length
    return east * EARTH_KM, north * EARTH_KM


@njit(cache=True, nogil=True, inline="always")
def gap_s(numbers: Numbers, a: int, b: int) -> tuple[float, float]:
    """The difference in time that counts, s, and its variance.

    Two happenings that lasted are compared by their ends; in all other cases the gap between the intervals counts.
    """
    apart = abs(numbers[a, T] - numbers[b, T])
    if numbers[a, EXTENT] >= 0 and numbers[b, EXTENT] >= 0:
        return apart + abs(numbers[a, EXTENT] - numbers[b, EXTENT]), numbers[a, OWN_VAR] + numbers[b, OWN_VAR]
    return max(0.0, apart - numbers[a, HALF] - numbers[b, HALF]), numbers[a, T_VAR] + numbers[b, T_VAR]


@leaf
def log_place(numbers: Numbers, a: int, b: int, rules: Any) -> float:
    """Log density per km² of the two-dimensional mixture at the offset of a and b."""
    east, north = offset_km(numbers, a, b)
    ee, en, nn = numbers[a, C_EE] + numbers[b, C_EE], numbers[a, C_EN] + numbers[b, C_EN], numbers[a, C_NN] + numbers[b, C_NN]
    det = ee * nn - en * en
    q = (nn * east * east - 2 * en * east * north + ee * north * north) / det
    wide = rules.wide_factor * rules.wide_factor
    mixed = (1 - rules.wide_share) * math.exp(-0.5 * q) + rules.wide_share / wide * math.exp(-0.5 * q / wide)
    return math.log(max(mixed, _TINY)) - math.log(2 * math.pi * math.sqrt(det))


@leaf
def size_nats(numbers: Numbers, codes: Codes, a: int, b: int, rules: Any) -> float:
    """How much likelier the two sizes are for one event than for two; 0 where one is missing or the families differ."""
    if codes[a, FAMILY] < 0 or codes[a, FAMILY] != codes[b, FAMILY]:
        return 0.0
    gap, spread = numbers[a, SIZE] - numbers[b, SIZE], numbers[a, SIZE_SPREAD]
    unrelated = -0.25 * gap * gap / (spread * spread) - 0.5 * math.log(4 * math.pi * spread * spread)
    nats = log_line(gap, numbers[a, SIZE_VAR] + numbers[b, SIZE_VAR], rules) - unrelated
    return float(min(max(nats, -rules.size_cap), rules.size_cap))


@leaf
def kind_nats(codes: Codes, a: int, b: int, rules: Any) -> float:
    """The table's value at the finest level that both kinds share; 0 where one is missing."""
    if codes[a, KIND] < 0 or codes[b, KIND] < 0:
        return 0.0
    level = rules.shared_levels[codes[a, KIND], codes[b, KIND]]
    return float(rules.kind_nats[min(level, len(rules.kind_nats) - 1)])


@leaf
def density_nats(numbers: Numbers, codes: Codes, a: int, b: int, place: float, rules: Any) -> float:
    """Minus the log of how many unrelated events the window holds.

    Two reports at the very same point (a centroid, a default) are held against the events coded at that point.
    """
    rate = 0.5 * (numbers[a, RATE] + numbers[b, RATE])
    if codes[a, POINT] >= 0 and codes[a, POINT] == codes[b, POINT]:
        rate = max(rate, 0.5 * (numbers[a, POINT_RATE] + numbers[b, POINT_RATE]) * math.exp(place))
    return float(-math.log(max(rate, _TINY)) - rules.log_window_s - rules.log_window_km2)


@leaf
def score_parts(numbers: Numbers, codes: Codes, a: int, b: int, rules: Any) -> tuple[float, float, float, float, float]:
    """Nats of time, place, size, kind and density for estimates a and b; without a place only time, size and kind speak."""
    gap, variance = gap_s(numbers, a, b)
    time = log_line(gap, variance, rules) + rules.log_window_s
    size, kind = size_nats(numbers, codes, a, b, rules), kind_nats(codes, a, b, rules)
    if numbers[a, C_EE] <= 0 or numbers[b, C_EE] <= 0:
        return time, 0.0, size, kind, 0.0
    place = log_place(numbers, a, b, rules)
    return time, place + rules.log_window_km2, size, kind, density_nats(numbers, codes, a, b, place, rules)


@njit(cache=True, nogil=True)
def best_nats(numbers: Numbers, codes: Codes, a: int, rules: Any) -> float:
    """What a could score at most, with a partner of no error at the same place and time: a bound that saves work."""
    variance = numbers[a, OWN_VAR] if numbers[a, EXTENT] >= 0 else numbers[a, T_VAR]
    det = numbers[a, C_EE] * numbers[a, C_NN] - numbers[a, C_EN] * numbers[a, C_EN]
    size = rules.size_cap if codes[a, FAMILY] >= 0 else 0.0
    kind = max(rules.kind_nats.max(), 0.0)
    peak = -0.5 * math.log(2 * math.pi * variance) - math.log(2 * math.pi * math.sqrt(det))
    return float(peak - math.log(max(0.5 * numbers[a, RATE], _TINY)) + size + kind)


@njit(cache=True, nogil=True, inline="always")
def most_log_mixture(q: float, dimensions: int, rules: Any) -> float:
    """A bound from above on the log of the mixture, less its normal constant, at a squared distance of q sigma.

    A sum of two is at most twice the larger.
    """
    core = rules.log_core - 0.5 * q
    tail = rules.log_tail - dimensions * rules.log_wide - 0.5 * q / (rules.wide_factor * rules.wide_factor)
    return float(min(0.0, max(core, tail)))


@njit(cache=True, nogil=True, inline="always")
def ends_agree(numbers: Numbers, a: int, b: int, gap: float, rules: Any) -> bool:
    """Whether two that both lasted begin and end within the fine window of each other; true for all other pairs."""
    return bool(numbers[a, EXTENT] < 0 or numbers[b, EXTENT] < 0 or gap <= rules.near_s)


@leaf
def are_in_reach(numbers: Numbers, a: int, b: int, rules: Any) -> bool:
    """Whether two estimates lie within the coarse windows of each other; beyond them nothing is united."""
    gap = gap_s(numbers, a, b)[0]
    if gap > rules.far_s or not ends_agree(numbers, a, b, gap, rules):
        return False
    east, north = offset_km(numbers, a, b)
    return bool(east * east + north * north <= rules.far_km * rules.far_km)
