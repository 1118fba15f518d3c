"""The compiled half of learning: what each pair of the sample scores, and what the pairs say of each parameter.

Sums run over the pairs in their order, which the reports alone decide, so the same reports give the same bits.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import place_densities, repeat_nats, score_parts, spot_density, time_densities
from vigie.harmonise.testimony import AGENCY, C_EE, C_EN, C_NN, EXTENT, FAMILY, HALF, KIND, OWN_VAR, POINT, SIZE, SIZE_VAR, T_VAR, T

Reals = NDArray[np.float64]
COUNT, INFORMATION, PULL = range(3)
"""Columns of what is gathered for a variance: the weight of its pairs, their Fisher information, and the score function."""
_SLIGHT = 1e-3
_DAY_S = 86_400.0


class Forms(NamedTuple):
    """Which parameter the error of each row's time, place and size is (m,), and what that parameter is multiplied by.

    `time`, `place` and `size` are positions in flat tables of parameters, `size` -1 where a row has none. `time_rest` is
    what is added to the error of a time, s², `shape` (m, 3) the covariance of a place and `raw_size` its size as given.
    """

    time: NDArray[np.int64]
    time_base: Reals
    place: NDArray[np.int64]
    place_base: Reals
    size: NDArray[np.int64]
    time_rest: Reals
    shape: Reals
    raw_size: Reals


@leaf
def refresh(numbers: Any, forms: Any, time: Any, place: Any, size: Any, bias: Any, place_floor: float) -> None:
    """Write the errors of all rows anew under these parameters."""
    for row in range(len(numbers)):
        numbers[row, OWN_VAR] = time[forms.time[row]] * forms.time_base[row] + forms.time_rest[row]
        numbers[row, T_VAR] = numbers[row, OWN_VAR] + numbers[row, HALF] * numbers[row, HALF] / 3
        error = place[forms.place[row]]
        numbers[row, C_EE], numbers[row, C_NN] = error * forms.shape[row, 0] + place_floor, error * forms.shape[row, 2] + place_floor
        numbers[row, C_EN] = error * forms.shape[row, 1]
        if forms.size[row] >= 0:
            numbers[row, SIZE], numbers[row, SIZE_VAR] = forms.raw_size[row] - bias[forms.size[row]], size[forms.size[row]]


def gives_days(numbers: Reals) -> NDArray[np.bool_]:
    """Which rows give whole days only, or midnight for want of an hour (m,)."""
    ends = np.stack([numbers[:, T] - numbers[:, HALF], numbers[:, T] + numbers[:, HALF]])
    return np.asarray((ends % _DAY_S == 0).all(axis=0))


@kernel
def judge(numbers: Any, codes: Any, pairs: Any, kin_rate: Any, rules: Any) -> Any:
    """What is known of each pair (p, 4) under these rules.

    The score in nats, the part of it from time, place and density, the chance that, if not, they are kin (for pairs of
    one agency), and whether it is of one agency. `kin_rate` (m,) is per second.
    """
    found = np.empty((len(pairs), 4))
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        time, place, size, kind, density = score_parts(numbers, codes, i, j, rules)
        found[pair, 1] = time + place + density
        found[pair, 0] = found[pair, 1] + size + kind + repeat_nats(codes[i, AGENCY], codes[j, AGENCY], rules)
        found[pair, 2] = 0.0
        found[pair, 3] = codes[i, AGENCY] == codes[j, AGENCY]
        if found[pair, 3] and kin_rate[i] + kin_rate[j] > 0:
            same = codes[i, POINT] >= 0 and codes[i, POINT] == codes[j, POINT]
            kin = 0.5 * (kin_rate[i] + kin_rate[j]) * spot_density(numbers, i, j, 0.0 if same else rules.spot_var)
            found[pair, 2] = kin * math.exp(density - rules.prior_nats + rules.log_window_s + rules.log_window_km2)
    return found


@kernel
def gather(numbers: Any, codes: Any, pairs: Any, differences: Any, weight: Any, forms: Any, groups: Any, rules: Any, last_level: int) -> Any:
    """What the pairs say of each parameter, weighted by their chances (p,) of being one event told by two agencies.

    A report that copies the time and the point of another to the last digit says nothing of how far off either is.
    """
    time, place, size, bias = np.zeros((groups[0], 3)), np.zeros((groups[1], 3)), np.zeros((groups[2], 3)), np.zeros(groups[2])
    levels, cores = np.zeros(last_level + 1), np.zeros(4)
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        if weight[pair] < _SLIGHT:
            continue
        if codes[i, KIND] >= 0 and codes[j, KIND] >= 0:
            levels[min(rules.shared_levels[codes[i, KIND], codes[j, KIND]], last_level)] += weight[pair]
        usual, time_off, place_off, both_off = _parts(numbers, i, j, rules)
        for part, share in enumerate((usual, time_off, place_off, both_off)):
            cores[part] += weight[pair] * share
        core = weight[pair] * (usual + place_off)
        is_copy = codes[i, POINT] == codes[j, POINT] and numbers[i, T] == numbers[j, T] and numbers[i, HALF] == numbers[j, HALF]
        if not (is_copy or _are_both_intervals(numbers, i, j)):
            variance = numbers[i, OWN_VAR] + numbers[j, OWN_VAR] + differences[pair, 1]
            _add(time, forms.time[i], forms.time_base[i], core, differences[pair, 0], variance)
            _add(time, forms.time[j], forms.time_base[j], core, differences[pair, 0], variance)
        core = weight[pair] * (usual + time_off)
        if codes[i, POINT] != codes[j, POINT]:
            variance = 0.5 * (numbers[i, C_EE] + numbers[i, C_NN] + numbers[j, C_EE] + numbers[j, C_NN])
            _add(place, forms.place[i], forms.place_base[i], 2 * core, differences[pair, 2], variance)
            _add(place, forms.place[j], forms.place_base[j], 2 * core, differences[pair, 2], variance)
        if codes[i, FAMILY] >= 0 and codes[i, FAMILY] == codes[j, FAMILY] and not is_copy:
            _add_size(numbers, i, j, weight[pair], forms, size, bias, rules)
    return time, place, size, bias, levels, cores


@kernel
def levels_apart(numbers: Any, codes: Any, pairs: Any, rules: Any, last_level: int) -> Any:
    """How often the kinds of unrelated reports of two agencies at one place share so many levels (levels,): pairs too far apart in time."""
    levels = np.zeros(last_level + 1)
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        if codes[i, AGENCY] != codes[j, AGENCY] and codes[i, KIND] >= 0 and codes[j, KIND] >= 0:
            peak = 2 * math.pi * math.sqrt((numbers[i, C_EE] + numbers[j, C_EE]) * (numbers[i, C_NN] + numbers[j, C_NN]))
            near = min(peak * place_densities(numbers, i, j, rules.wide_factor)[0], 1.0)
            levels[min(rules.shared_levels[codes[i, KIND], codes[j, KIND]], last_level)] += near
    return levels


@leaf
def _add(table: Any, group: int, base: float, weight: float, squared: float, variance: float) -> None:
    """Add what a squared difference with this expected value says of a parameter that enters it times `base`."""
    slope = base / variance
    table[group, COUNT] += weight
    table[group, INFORMATION] += weight * slope * slope
    table[group, PULL] += weight * slope * (squared / variance - 1.0)


@leaf
def _add_size(numbers: Any, i: int, j: int, weight: float, forms: Any, size: Any, bias: Any, rules: Any) -> None:
    gap, variance = numbers[i, SIZE] - numbers[j, SIZE], numbers[i, SIZE_VAR] + numbers[j, SIZE_VAR]
    core = weight * _core_share(gap * gap / variance, 1.0, rules.wide_share_size, rules.wide_factor)
    if not core > 0:
        return
    _add(size, forms.size[i], 1.0, core, gap * gap, variance)
    _add(size, forms.size[j], 1.0, core, gap * gap, variance)
    bias[forms.size[i]] += core * numbers[i, SIZE_VAR] / variance * gap
    bias[forms.size[j]] -= core * numbers[j, SIZE_VAR] / variance * gap


@leaf
def _are_both_intervals(numbers: Any, i: int, j: int) -> bool:
    """Two days agree or not: their middles, on one grid, do not differ as those of strewn intervals would."""
    return bool(numbers[i, HALF] > 0 and numbers[j, HALF] > 0 and not (numbers[i, EXTENT] >= 0 and numbers[j, EXTENT] >= 0))


@leaf
def _core_share(q: float, dimensions: float, wide_share: float, wide: float) -> float:
    """The chance that a difference of q squared sigmas comes from the narrow part of the mixture."""
    tail = wide_share * wide**-dimensions * math.exp(-0.5 * q / (wide * wide))
    core = (1 - wide_share) * math.exp(-0.5 * q)
    return float(core / max(core + tail, 1e-300))


@leaf
def _parts(numbers: Any, i: int, j: int, rules: Any) -> tuple[float, float, float, float]:
    """The chances that two reports of one event are as usual, or grossly off in time alone, in place alone, in both."""
    core, wide = time_densities(numbers, i, j, rules.wide_factor)
    near, far = place_densities(numbers, i, j, rules.wide_factor)
    usual, time_off = (1 - rules.wide_share - rules.wide_place) * core * near, rules.wide_time * wide * near
    place_off, both_off = rules.wide_place * core * far, rules.wide_both * wide * far
    total = max(usual + time_off + place_off + both_off, 1e-300)
    return usual / total, time_off / total, place_off / total, both_off / total
