"""The evidence that learning works on: a sample of precise reports, their pairs, and what does not change between rounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.background import Background, spot_rates, wide_rates
from vigie.harmonise.expect import Forms, judge, levels_apart
from vigie.harmonise.habits import Habits, Reals, families, habits_of
from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.parameters import Names, Parameters, rounded, starting_point, with_habits, with_rules
from vigie.harmonise.sampling import Pairs, differences, draw_sample
from vigie.harmonise.score import Codes, Numbers, Rules, gap_s, rules_of
from vigie.harmonise.testimony import (
    AGENCY,
    C_EE,
    C_EN,
    C_NN,
    CODED,
    FAMILY,
    FINE,
    KIND,
    OWN_VAR,
    PLACE_LEVEL,
    POINT_RATE,
    RATE,
    SIZE,
    STATED,
    TIME_LEVEL,
    Columns,
    Testimonies,
    axes,
    columns_of,
    place_form,
    read_places,
    read_sizes,
    read_times,
    time_form,
)
from vigie.model.catalogue import Catalogue
from vigie.model.linkmodel import REPEATED, LearnedError, LinkModel, SizeCurve
from vigie.model.sameness import Sameness

CODE_REPORTS, CODE_SHARE = 50, 0.15
"""A radius is a code where so many of an agency's reports, and that share of those that state one, have it."""
ANSWER_WORTH = 3.0
"""An analyst's answer counts like so many certain pairs."""
_ROOM_NATS = 6.0
_KIN_SHARE = 0.05
_LEAST_SIZES = 30
_MOST_BINS = 256
_STRAY_SHARE = 0.05
_FAR_QUARTILES, _FAR_SIGMAS = 10.0, 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`numbers` and `codes` of m reports, the first `reports` of them the sample, the others only in analysts' answers.

    `pairs` (p, 2) are positions; far pairs that say nothing are left out. In the outer
    half of the time window (`is_late` (p,)) hardly any pair is one event: all pairs there are counted in `pairs_of_two`
    (agencies) and `pairs_of_one` (by agency), and the levels that kinds share in `apart`. `label` (p,) is 1 for an answer same, -1 for apart, `worth`
    (p,) how often a pair counts. `expected` (m,) is how many unrelated events the local rates put in that half of each report's windows;
    `spot_rate` and `kin_share` (m,) are what they are at its spot.
    """

    sameness: Sameness
    names: Names
    rules: Rules
    place_floor: float
    numbers: Numbers
    codes: Codes
    forms: Forms
    pairs: Pairs
    differences: Reals
    label: NDArray[np.int8]
    worth: Reals
    expected: Reals
    is_late: NDArray[np.bool_]
    spot_rate: Reals
    kin_share: Reals
    pairs_of_two: float
    pairs_of_one: Reals
    apart: Reals
    reports: int


def evidence_of(catalogue: Catalogue, known: Testimonies, background: Background, sameness: Sameness, same: Pairs, not_same: Pairs) -> Evidence:
    """The evidence of a catalogue, whose testimonies are `known`; `same` and `not_same` are pairs of testimonies that were decided."""
    sample = draw_sample(known.numbers, known.codes, sameness)
    answers, label = _answers(known, same, not_same)
    at = np.concatenate([sample.rows, np.setdiff1d(answers, sample.rows)])
    numbers, codes, rows = known.numbers[at], known.codes[at], known.representative[at]
    sampled = Testimonies(numbers, codes, known.shared_levels, at, rows)
    numbers[:, RATE], (spot_rate, kin_share) = wide_rates(sampled, background), spot_rates(sampled, background)
    numbers[:, POINT_RATE] = spot_rate + background.kin_rate * kin_share
    columns = columns_of(catalogue)
    names = _names(catalogue, known, columns, rows, codes)
    names = _with_curves(names, numbers, codes, sameness)
    habits, rules, start = _tables(names, sameness)
    _read_again(columns, rows, with_habits(habits, start), numbers)
    position = np.full(len(known.numbers), -1, np.int64)
    position[at] = np.arange(len(at))
    pairs = _without(sample.pairs, position[answers], len(at))
    apart_s = _gaps(numbers, pairs)
    late = pairs[apart_s > sameness.time_window_s / 2]
    one, two = _counted(late, codes, len(names.agencies))
    apart = levels_apart(numbers, codes, late, rules, len(start.levels) - 1)
    pairs = pairs[_tell(judge(numbers, codes, pairs, background.kin_rate * kin_share, with_rules(rules, start, names)), sameness)]
    answered = np.zeros(len(pairs) + len(answers), np.int8)
    answered[len(pairs) :] = label
    pairs = np.concatenate([pairs, position[answers]])
    return Evidence(
        sameness, names, rules, habits.place_floor, numbers, codes, _forms(columns, rows, habits, start, numbers, codes), pairs, differences(numbers, pairs),
        answered, np.where(answered != 0, ANSWER_WORTH, 1.0), _expected(numbers, spot_rate, sameness),
        _gaps(numbers, pairs) > sameness.time_window_s / 2, spot_rate, kin_share, two, one, apart, len(sample.rows),
    )  # fmt: skip


def _answers(known: Testimonies, same: Pairs, apart: Pairs) -> tuple[Pairs, NDArray[np.int8]]:
    """The decided pairs between precise reports and what was said of each, 1 or -1."""
    pairs = np.concatenate([same, apart])
    label = np.repeat(np.array([1, -1], np.int8), [len(same), len(apart)])
    precise = (known.codes[:, TIME_LEVEL] == FINE) & (known.codes[:, PLACE_LEVEL] == FINE)
    kept = precise[pairs].all(axis=1)
    return pairs[kept], label[kept]


def _without(pairs: Pairs, decided: Pairs, count: int) -> Pairs:
    """The pairs less those decided, whichever way round."""
    if not len(decided):
        return pairs
    names = [np.sort(some, axis=1) @ np.array([count, 1]) for some in (pairs, decided)]
    return pairs[~np.isin(names[0], names[1])]


def _counted(pairs: Pairs, codes: Codes, agencies: int) -> tuple[Reals, float]:
    """How many pairs are of one agency, by agency, and how many are of two."""
    first, second = codes[pairs[:, 0], AGENCY], codes[pairs[:, 1], AGENCY]
    one = np.bincount(first[first == second], minlength=agencies).astype(np.float64)
    return one, float(len(pairs) - one.sum())


def _tell(judged: Reals, sameness: Sameness) -> NDArray[np.bool_]:
    """Which pairs may be one event, or tell of kin."""
    return np.asarray((judged[:, 1] >= sameness.threshold_nats - _ROOM_NATS) | (judged[:, 2] > _KIN_SHARE))


def _tables(names: Names, sameness: Sameness) -> tuple[Habits, Rules, Any]:
    """Habits and rules of the priors, with places in them for the radii that are codes, and the parameters to start from."""
    places = tuple(LearnedError(agency=names.agencies[agency], form=REPEATED, value=of, pairs=0.0, of=of) for agency, of in names.codes)
    model = LinkModel(sameness=sameness, places=places, curves=names.curves)
    habits = habits_of(model, names.agencies, names.scales)
    return habits, rules_of(sameness, names.shared_levels, names.agencies, kinds=names.kinds), starting_point(sameness, names)


def _names(catalogue: Catalogue, known: Testimonies, columns: Columns, rows: NDArray[np.int64], codes: Codes) -> Names:
    kind = codes[codes[:, KIND] >= 0, KIND]
    share = np.bincount(kind, minlength=len(catalogue.kind.names)) / max(len(kind), 1)
    return Names(
        agencies=catalogue.agency.names,
        scales=catalogue.scale.names,
        kinds=catalogue.kind.names,
        codes=_code_radii(columns, rows),
        share=share + 0.5 / max(len(kind), 1),
        shared_levels=known.shared_levels,
        curves=(),
    )


def _code_radii(columns: Columns, rows: NDArray[np.int64]) -> tuple[tuple[int, float], ...]:
    """The radii (agency, km) that stand on so many reports that they are codes for how precise a place is."""
    radius, agency = columns.radius_km[rows], columns.agency[rows]
    stated = np.isfinite(radius) & (radius > 0) & ~(columns.major_km[rows] > 0)
    found = []
    for who in range(int(agency.max(initial=-1)) + 1):
        values, count = np.unique(radius[stated & (agency == who)], return_counts=True)
        found += [(who, float(km)) for km, many in zip(values, count, strict=True) if many >= max(CODE_REPORTS, CODE_SHARE * count.sum())]
    return tuple(found)


def _with_curves(names: Names, numbers: Numbers, codes: Codes, sameness: Sameness) -> Names:
    curves = []
    for code, family in enumerate(families(sameness)):
        size = numbers[codes[:, FAMILY] == code, SIZE]
        if len(size) >= _LEAST_SIZES:
            curves.append(_curve(family, size, min(scale.sigma for scale in sameness.sizes.values() if scale.family == family)))
    return Names(**{name: getattr(names, name) for name in Names.__slots__ if name != "curves"}, curves=tuple(curves))


def _curve(family: str, size: Reals, sigma: float) -> SizeCurve:
    """How dense sizes are, smoothed by a Gaussian as wide as the difference of two small errors; strays lie anywhere in between.

    A size far from all others (a typing error, a 9999 for unknown) is taken as less far, so that it does not blur the rest.
    """
    width = sigma / math.sqrt(2)
    lower, middle, upper = np.quantile(size, [0.25, 0.5, 0.75]).tolist()
    room = _FAR_QUARTILES * (upper - lower) + _FAR_SIGMAS * sigma
    size = np.clip(size, middle - room, middle + room)
    low, high = float(np.floor(size.min() / width - 4) * width), float(size.max() + 4 * width)
    step = max(width / 2, (high - low) / _MOST_BINS)
    bins = int((high - low) / step) + 1
    counts = np.bincount(np.clip(np.rint((size - low) / step).astype(np.int64), 0, bins - 1), minlength=bins)
    reach = math.ceil(4 * width / step)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    dense = np.convolve(counts, kernel / kernel.sum(), "same")[:bins] / (len(size) * step) if bins > len(kernel) else np.full(bins, 1 / (bins * step))
    mixed = (1 - _STRAY_SHARE) * dense + _STRAY_SHARE / (bins * step)
    return SizeCurve(family=family, first=rounded(low), step=rounded(step), densities=tuple(map(rounded, mixed)))


def _forms(columns: Columns, rows: NDArray[np.int64], habits: Habits, start: Parameters, numbers: Numbers, codes: Codes) -> Forms:
    """The forms of all rows, whose numbers were read under the parameters to start from."""
    count = len(rows)
    time, place, size = (np.empty(count, np.int64) for _ in range(3))
    time_base, place_base = np.ones(count), np.ones(count)
    _fill_forms(columns, rows, habits, codes, (time, time_base, place, place_base, size))
    shape = (numbers[:, [C_EE, C_EN, C_NN]] - np.array([1.0, 0.0, 1.0]) * habits.place_floor) / start.place[place][:, None]
    return Forms(time, time_base, place, place_base, size, numbers[:, OWN_VAR] - start.time[time] * time_base, shape, numbers[:, SIZE].copy())


@leaf
def _fill_forms(columns: Any, rows: Any, habits: Any, codes: Any, forms: Any) -> None:
    agencies, scales = habits.bias.shape
    time, time_base, place, place_base, size = forms
    start, known = habits.code_start, habits.code_km
    agency, scale, lasted, sigma_s, radius = columns.agency, columns.scale, columns.lasted, columns.sigma_s, columns.radius_km
    begin, end, major, minor, azimuth = columns.begin_us, columns.end_us, columns.major_km, columns.minor_km, columns.azimuth
    for at in range(len(rows)):
        row, who = rows[at], agency[rows[at]]
        form = time_form((end[row] - begin[row]) / 1e6, lasted[row], sigma_s[row])
        time[at] = 3 * who + form
        if form == STATED:
            time_base[at] = sigma_s[row] * sigma_s[row]
        form = place_form(radius[row], major[row], minor[row], azimuth[row], start[who], start[who + 1], known)
        place[at] = 2 * who + form if form < CODED else 2 * agencies + form - CODED
        longer, shorter = axes(form, radius[row], major[row], minor[row], azimuth[row])
        place_base[at] = 0.5 * (longer + shorter)
        size[at] = who * scales + scale[row] if codes[at, FAMILY] >= 0 else -1


def _read_again(columns: Columns, rows: NDArray[np.int64], habits: Habits, numbers: Numbers) -> None:
    places, ignored = np.arange(len(rows)), np.empty((len(rows), 2), np.int64)[:, 0]  # a column, as the readers are compiled for
    read_times(columns, rows, places, habits, numbers, ignored)
    read_places(columns, rows, places, habits, numbers, ignored)
    read_sizes(columns, rows, places, habits, numbers, ignored)


def _expected(numbers: Numbers, spot_rate: Reals, sameness: Sameness) -> Reals:
    """How many unrelated events the local rates put into the outer half of each report's windows, at both ends (m,)."""
    return np.asarray(sameness.time_window_s * (numbers[:, RATE] * math.pi * sameness.place_window_km**2 + spot_rate), np.float64)


@kernel
def _gaps(numbers: Any, pairs: Any) -> Any:
    """How far apart in time the reports of each pair are, s (p,)."""
    gaps = np.empty(len(pairs))
    for pair in range(len(pairs)):
        gaps[pair] = gap_s(numbers, pairs[pair, 0], pairs[pair, 1])[0]
    return gaps
