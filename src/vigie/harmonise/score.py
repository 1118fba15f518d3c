"""The score of two estimates in nats, part by part. An estimate is one row: a report, or a cluster's fused reports.

    score = ln[f_time(dt) f_place(dx) / rate(dx)] + s_size + s_kind + s_agency + prior
    f(d)  = 0.8 N(d; 0, v) + 0.2 N(d; 0, 36 v)        v = the sum of both variances
    rate(dx) = local rate + rate at the spot * N(dx; 0, v + 2 spot²)

The wide part is there because agencies differ with heavy tails; who is grossly wrong in time is oftener so in place too,
so the mixture is of both together and `place` is what is left of it beyond `time`. For the reader the product is written per window:
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
from vigie.model.linkmodel import LinkModel, untrained
from vigie.model.sameness import Sameness

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
_TINY = 1e-300
POLAR = 1e-12
"""So close to the Earth's axis east is a convention."""


def prior_shares(sameness: Sameness) -> tuple[float, float, float]:
    """The prior shares of pairs that are grossly off in time alone, in place alone, and in both: half of the field's share each."""
    return (0.5 * sameness.wide_share,) * 3


class Rules(NamedTuple):
    """What the kernels need of a field's model: plain numbers and arrays (a named tuple, since numba reads those).

    `kind_nats` (kinds, kinds) is what two kinds are worth, `repeat_nats` (agencies,) what a second report of one event costs.
    `log_core` and `log_tail` bound the mixture from above.
    """

    wide_share: float
    wide_time: float
    wide_place: float
    wide_both: float
    wide_share_size: float
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
    prior_nats: float
    spot_var: float
    kind_nats: NDArray[np.float64]
    repeat_nats: NDArray[np.float64]
    shared_levels: NDArray[np.int64]
    is_single: NDArray[np.bool_]


def rules_of(
    sameness: Sameness, shared_levels: NDArray[np.int64], agencies: tuple[str, ...], model: LinkModel | None = None, kinds: tuple[str, ...] = (),
) -> Rules:  # fmt: skip
    """The kernels' view of a field's model, or of its priors alone; `kinds` are the names that `shared_levels` (kinds, kinds) is of."""
    known = model or untrained(sameness)
    one = sameness.one_report_agencies
    learned, shares = dict(known.repeats), known.wide_shares or prior_shares(sameness)
    repeats = [math.inf if name in one or "*" in one else learned.get(name, sameness.agency_penalty_nats) for name in agencies]
    return Rules(
        wide_share=shares[0] + shares[2],
        wide_time=shares[0],
        wide_place=shares[1],
        wide_both=shares[2],
        wide_share_size=sameness.wide_share,
        wide_factor=sameness.wide_factor,
        size_cap=sameness.size_cap_nats,
        agency_penalty=sameness.agency_penalty_nats,
        threshold=sameness.threshold_nats - known.offset / (known.slope * sameness.sharpness),
        doubt=sameness.doubt_nats,
        near_s=sameness.time_window_s,
        far_s=sameness.coarse_time_window_s,
        far_km=sameness.coarse_place_window_km,
        log_core=math.log(4 * (1 - sum(shares))),
        log_tail=math.log(4 * max(shares)),
        log_wide=math.log(sameness.wide_factor),
        log_window_s=math.log(2 * sameness.time_window_s),
        log_window_km2=math.log(math.pi * sameness.place_window_km**2),
        prior_nats=known.prior_nats,
        spot_var=2 * sameness.spot_km**2,
        kind_nats=kind_table(known, shared_levels, kinds),
        repeat_nats=np.array(repeats, np.float64),
        shared_levels=shared_levels,
        is_single=np.array([name in one or "*" in one for name in agencies], bool),
    )


_RARE = 1e-4
_KIND_CAP_NATS = 6.0


def kind_table(model: LinkModel, shared_levels: NDArray[np.int64], kinds: tuple[str, ...]) -> NDArray[np.float64]:
    """What two kinds are worth in nats (kinds, kinds): how much likelier one event has them than two unrelated ones.

    Untrained it is the field's value for their finest common level. Learned, ln(m_l / u), u being the chance that an
    unrelated report's kind shares that level; agreement on a rare kind tells more. Means of both directions; capped.
    """
    if not model.levels or not len(shared_levels):
        prior = np.array(model.sameness.kind_nats, np.float64)
        return prior[np.minimum(shared_levels, len(prior) - 1)] if len(shared_levels) else np.zeros((1, 1))
    known = dict(model.kinds)
    share = np.array([known.get(name, 0.0) for name in kinds], np.float64) + _RARE
    return kind_nats_of(np.array(model.levels), np.array(model.levels_apart), share, shared_levels)


def kind_nats_of(levels: NDArray[np.float64], apart: NDArray[np.float64], share: NDArray[np.float64], shared_levels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The table of kinds from the shares of levels among true pairs and among unrelated neighbours, and from how common kinds are."""
    level, share = np.minimum(shared_levels, len(levels) - 1), share / share.sum()
    by_chance = np.stack([(level == step) @ share for step in range(len(levels))], axis=1)
    by_chance = by_chance * (apart / np.maximum(share @ by_chance, _RARE))
    by_chance = np.log(by_chance / by_chance.sum(axis=1, keepdims=True) + _RARE)
    one_way = np.take_along_axis(by_chance, level, axis=1)
    table: NDArray[np.float64] = np.clip(np.log(levels + _RARE)[level] - 0.5 * (one_way + one_way.T), -_KIND_CAP_NATS, _KIND_CAP_NATS)
    return table


def probabilities(score: NDArray[np.float64], sameness: Sameness, model: LinkModel | None = None) -> NDArray[np.float64]:
    """The chance that pairs with these scores (nats, any shape) are one event."""
    slope, offset = (1.0, 0.0) if model is None else (model.slope, model.offset)
    return 1.0 / (1.0 + np.exp(-np.clip(offset + slope * sameness.sharpness * (score - sameness.threshold_nats), -500.0, 500.0)))


@leaf
def log_line(gap: float, variance: float, wide_share: float, wide: float) -> float:
    """Log density of the one-dimensional mixture at `gap`."""
    q = gap * gap / variance
    mixed = (1 - wide_share) * math.exp(-0.5 * q) + wide_share / wide * math.exp(-0.5 * q / (wide * wide))
    return math.log(max(mixed, _TINY)) - 0.5 * math.log(2 * math.pi * variance)


@leaf
def time_densities(numbers: Numbers, a: int, b: int, wide: float) -> tuple[float, float]:
    """Density per second of the difference in time, for errors as usual and for gross ones.

    Instants differ by their errors. Where one or both are intervals the time lies anywhere in the longer one (a box),
    blurred by the errors and by the shorter one. Two happenings that lasted are compared by their ends.
    """
    long, short = max(numbers[a, HALF], numbers[b, HALF]), min(numbers[a, HALF], numbers[b, HALF])
    if long == 0.0 or (numbers[a, EXTENT] >= 0 and numbers[b, EXTENT] >= 0):
        gap, variance = gap_s(numbers, a, b)
        q, peak = gap * gap / variance, 1 / math.sqrt(2 * math.pi * variance)
        return peak * math.exp(-0.5 * q), peak / wide * math.exp(-0.5 * q / (wide * wide))
    own = (numbers[a, OWN_VAR] if numbers[a, HALF] > 0 else numbers[a, T_VAR]) + (numbers[b, OWN_VAR] if numbers[b, HALF] > 0 else numbers[b, T_VAR])
    apart, blur = abs(numbers[a, T] - numbers[b, T]), short * short / 3
    return _share_near(apart, long, own + blur) / (2 * long), _share_near(apart, long, own * wide * wide + blur) / (2 * long)


@leaf
def _share_near(apart: float, half: float, variance: float) -> float:
    """The share of a Gaussian around `apart` that lies within `half` of zero."""
    scale = math.sqrt(2 * variance)
    return 0.5 * (math.erfc((apart - half) / scale) - math.erfc((apart + half) / scale))


@leaf
def offset_km(numbers: Numbers, a: int, b: int) -> tuple[float, float]:
    """East and north from place a to place b in km, on the plane that touches the Earth halfway between them."""
    mx, my, mz = numbers[a, UX] + numbers[b, UX], numbers[a, UY] + numbers[b, UY], numbers[a, UZ] + numbers[b, UZ]
    level = math.sqrt(mx * mx + my * my)
    length = math.sqrt(level * level + mz * mz)
    if length <= POLAR:  # antipodes: any way is as long
        return 0.0, 2 * EARTH_KM
    ex, ey = (-my / level, mx / level) if level > POLAR else (0.0, 1.0)
    dx, dy, dz = numbers[b, UX] - numbers[a, UX], numbers[b, UY] - numbers[a, UY], numbers[b, UZ] - numbers[a, UZ]
    east = dx * ex + dy * ey
    north = (mz * (ex * dy - ey * dx) + (mx * ey - my * ex) * dz) / length
    return east * EARTH_KM, north * EARTH_KM


@leaf
def gap_s(numbers: Numbers, a: int, b: int) -> tuple[float, float]:
    """The difference in time that counts, s, and its variance.

    Two happenings that lasted are compared by their ends; in all other cases the gap between the intervals counts.
    """
    apart = abs(numbers[a, T] - numbers[b, T])
    if numbers[a, EXTENT] >= 0 and numbers[b, EXTENT] >= 0:
        return apart + abs(numbers[a, EXTENT] - numbers[b, EXTENT]), numbers[a, OWN_VAR] + numbers[b, OWN_VAR]
    return max(0.0, apart - numbers[a, HALF] - numbers[b, HALF]), numbers[a, T_VAR] + numbers[b, T_VAR]


@leaf
def place_densities(numbers: Numbers, a: int, b: int, wide: float) -> tuple[float, float]:
    """Density per km² of the offset of a and b, for errors as usual and for gross ones."""
    east, north = offset_km(numbers, a, b)
    ee, en, nn = numbers[a, C_EE] + numbers[b, C_EE], numbers[a, C_EN] + numbers[b, C_EN], numbers[a, C_NN] + numbers[b, C_NN]
    det = ee * nn - en * en
    q, peak = (nn * east * east - 2 * en * east * north + ee * north * north) / det, 1 / (2 * math.pi * math.sqrt(det))
    return peak * math.exp(-0.5 * q), peak / (wide * wide) * math.exp(-0.5 * q / (wide * wide))


@leaf
def log_place(numbers: Numbers, a: int, b: int, rules: Any) -> float:
    """Log density per km² of the offset of a and b, whatever their times."""
    core, wide = place_densities(numbers, a, b, rules.wide_factor)
    share = rules.wide_place + rules.wide_both
    return math.log(max((1 - share) * core + share * wide, _TINY))


@leaf
def size_nats(numbers: Numbers, codes: Codes, a: int, b: int, rules: Any) -> float:
    """How much likelier the two sizes are for one event than for two; 0 where one is missing or the families differ."""
    if codes[a, FAMILY] < 0 or codes[a, FAMILY] != codes[b, FAMILY]:
        return 0.0
    gap, variance = numbers[a, SIZE] - numbers[b, SIZE], numbers[a, SIZE_VAR] + numbers[b, SIZE_VAR]
    unrelated = -0.5 * math.log(4 * math.pi * numbers[a, SIZE_SPREAD] * numbers[b, SIZE_SPREAD])
    nats = log_line(gap, variance, rules.wide_share_size, rules.wide_factor) - unrelated
    return float(min(max(nats, -rules.size_cap), rules.size_cap))


@leaf
def kind_nats(codes: Codes, a: int, b: int, rules: Any) -> float:
    """The table's value for both kinds; 0 where one is missing."""
    if codes[a, KIND] < 0 or codes[b, KIND] < 0:
        return 0.0
    return float(rules.kind_nats[codes[a, KIND], codes[b, KIND]])


@leaf
def density_nats(numbers: Numbers, codes: Codes, a: int, b: int, rules: Any) -> float:
    """Minus the log of how many unrelated events the window holds, and how much likelier than by the prior one event is told twice.

    Unrelated events lie anywhere nearby, at the local rate, and again and again at the same spots: there those known of
    the spot, and those that one event brings about, are strewn by the errors of both places and about the spot. At the
    very same point (a centroid, a default) they are not even strewn about it.
    """
    rate = 0.5 * (numbers[a, RATE] + numbers[b, RATE])
    if numbers[a, POINT_RATE] + numbers[b, POINT_RATE] > 0:
        same = codes[a, POINT] >= 0 and codes[a, POINT] == codes[b, POINT]
        rate += 0.5 * (numbers[a, POINT_RATE] + numbers[b, POINT_RATE]) * spot_density(numbers, a, b, 0.0 if same else rules.spot_var)
    return float(rules.prior_nats - math.log(max(rate, _TINY)) - rules.log_window_s - rules.log_window_km2)


@leaf
def spot_density(numbers: Numbers, a: int, b: int, spot_var: float) -> float:
    """Density per km² of the place of b, if both are of one spot and strewn about it with that much variance between them."""
    east, north = offset_km(numbers, a, b)
    ee, en, nn = numbers[a, C_EE] + numbers[b, C_EE] + spot_var, numbers[a, C_EN] + numbers[b, C_EN], numbers[a, C_NN] + numbers[b, C_NN] + spot_var
    det = ee * nn - en * en
    return math.exp(-0.5 * (nn * east * east - 2 * en * east * north + ee * north * north) / det) / (2 * math.pi * math.sqrt(det))


@leaf
def repeat_nats(a: int, b: int, rules: Any) -> float:
    """What it costs that two reports are of agencies a and b: nothing, or what a second report of one agency costs."""
    return -rules.repeat_nats[a] if a == b else 0.0


@leaf
def score_parts(numbers: Numbers, codes: Codes, a: int, b: int, rules: Any) -> tuple[float, float, float, float, float]:
    """Nats of time, place, size, kind and density for estimates a and b; without a place only time, size and kind speak."""
    core, wide = time_densities(numbers, a, b, rules.wide_factor)
    time = math.log(max((1 - rules.wide_share) * core + rules.wide_share * wide, _TINY))
    size, kind = size_nats(numbers, codes, a, b, rules), kind_nats(codes, a, b, rules)
    if numbers[a, C_EE] <= 0 or numbers[b, C_EE] <= 0:
        return time + rules.log_window_s, 0.0, size, kind, 0.0
    near, far = place_densities(numbers, a, b, rules.wide_factor)
    usual = 1 - rules.wide_share - rules.wide_place
    both = near * (usual * core + rules.wide_time * wide) + far * (rules.wide_place * core + rules.wide_both * wide)
    place = math.log(max(both, _TINY)) - time
    return time + rules.log_window_s, place + rules.log_window_km2, size, kind, density_nats(numbers, codes, a, b, rules)


@leaf
def best_nats(numbers: Numbers, codes: Codes, a: int, kind: float, rules: Any) -> float:
    """What a could score at most, with a partner of no error at the same place and time: a bound that saves work. `kind` is the most that kinds give."""
    variance = numbers[a, OWN_VAR] if numbers[a, EXTENT] >= 0 else numbers[a, T_VAR]
    det = numbers[a, C_EE] * numbers[a, C_NN] - numbers[a, C_EN] * numbers[a, C_EN]
    size = rules.size_cap if codes[a, FAMILY] >= 0 else 0.0
    peak = -0.5 * math.log(2 * math.pi * variance) - math.log(2 * math.pi * math.sqrt(det))
    return float(peak - math.log(max(0.5 * numbers[a, RATE], _TINY)) + size + kind + rules.prior_nats)


@njit(cache=True, nogil=True, inline="always")
def most_log_mixture(q_time: float, q_place: float, rules: Any) -> float:
    """A bound from above on the log of the mixture of time and place, less its normal constants, at squared distances of q sigmas.

    A sum of four is at most four times the largest.
    """
    wide = 0.5 / (rules.wide_factor * rules.wide_factor)
    most = rules.log_core - 0.5 * (q_time + q_place)
    most = max(most, rules.log_tail - rules.log_wide - wide * q_time - 0.5 * q_place)
    most = max(most, rules.log_tail - 2 * rules.log_wide - 0.5 * q_time - wide * q_place)
    return float(min(0.0, max(most, rules.log_tail - 3 * rules.log_wide - wide * (q_time + q_place))))


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
