"""The habits of agencies as tables: how far off their times, places and sizes are, learned or prior.

The compiled kernels that read reports look up plain arrays by agency, form and scale; here a `LinkModel` becomes these.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.model.linkmodel import INSTANT, INTERVAL, REPEATED, STATED, UNSTATED, LearnedError, LinkModel
from vigie.model.sameness import Sameness

Reals = NDArray[np.float64]
RADIUS_PER_SIGMA = 1.5096
"""A round Gaussian holds 68 % of its mass within this many sigma: sqrt(-2 ln 0.32)."""
TIME_FORMS = (INSTANT, STATED, INTERVAL)
PLACE_FORMS = (UNSTATED, STATED)
BEYOND_INTERVAL = 0.25
"""Prior of how far beyond an interval a time may lie, in parts of the field's `sigma_s`."""
_LEAST_DENSITY = 1e-4


class Habits(NamedTuple):
    """Tables by agency (a named tuple, since numba reads those).

    `time` (agencies, 3) are variances in s² for `instant` and `interval` and a squared factor for `stated`; `place`
    (agencies, 2) likewise in km² (one axis) for `unstated`. Radii that are codes: those of agency a are
    `code_km[code_start[a]:code_start[a + 1]]`, with variances `code_var`. `bias` and `size_var` are (agencies, scales);
    `family` (scales,) is -1 for an unknown scale. Size curves: spreads (families, bins) from `curve_first` by `curve_step`.
    """

    time: Reals
    place: Reals
    code_start: NDArray[np.int64]
    code_km: Reals
    code_var: Reals
    bias: Reals
    size_var: Reals
    family: NDArray[np.int64]
    logarithmic: NDArray[np.bool_]
    curve_first: Reals
    curve_step: Reals
    curve: Reals
    time_floor: float
    place_floor: float
    windows: Reals


def families(sameness: Sameness) -> tuple[str, ...]:
    """The families of sizes, sorted; their place in this list is the family's code."""
    return tuple(sorted({scale.family for scale in sameness.sizes.values()}))


def prior_times(sameness: Sameness) -> Reals:
    """Variance, squared factor and variance of the three forms of a time (3,)."""
    return np.array([sameness.sigma_s**2, sameness.stated_error_factor**2, (BEYOND_INTERVAL * sameness.sigma_s) ** 2])


def prior_places(sameness: Sameness) -> Reals:
    """Variance on one axis in km² and squared factor of the two forms of a place (2,)."""
    return np.array([(sameness.radius_km / RADIUS_PER_SIGMA) ** 2, sameness.stated_error_factor**2])


def habits_of(model: LinkModel, agencies: tuple[str, ...], scales: tuple[str, ...]) -> Habits:
    """The tables for these agencies and scales; what the model does not name has the prior."""
    sameness = model.sameness
    position = {name: code for code, name in enumerate(agencies)}
    time, place = np.tile(prior_times(sameness), (len(agencies), 1)), np.tile(prior_places(sameness), (len(agencies), 1))
    for error in model.times:
        if error.agency in position:
            time[position[error.agency], TIME_FORMS.index(error.form)] = error.value**2
    for error in model.places:
        if error.agency in position and error.form != REPEATED:
            per_sigma = RADIUS_PER_SIGMA if error.form == UNSTATED else 1.0
            place[position[error.agency], PLACE_FORMS.index(error.form)] = (error.value / per_sigma) ** 2
    bias, size_var, family, logarithmic = _sizes(model, position, scales)
    return Habits(
        time, place, *_codes(model.places, agencies), bias, size_var, family, logarithmic, *_curves(model, scales, family),
        sameness.sigma_floor_s**2, (sameness.radius_floor_km / RADIUS_PER_SIGMA) ** 2,
        np.array([sameness.time_window_s, sameness.coarse_time_window_s, sameness.place_window_km, sameness.coarse_place_window_km]),
    )  # fmt: skip


def _codes(places: tuple[LearnedError, ...], agencies: tuple[str, ...]) -> tuple[NDArray[np.int64], Reals, Reals]:
    of = {name: [error for error in places if error.agency == name and error.form == REPEATED] for name in agencies}
    start = np.cumsum([0, *(len(of[name]) for name in agencies)]).astype(np.int64)
    errors = [error for name in agencies for error in of[name]]
    return start, np.array([error.of for error in errors]), np.array([(error.value / RADIUS_PER_SIGMA) ** 2 for error in errors])


def _sizes(model: LinkModel, position: dict[str, int], scales: tuple[str, ...]) -> tuple[Reals, Reals, NDArray[np.int64], NDArray[np.bool_]]:
    known, names = model.sameness.sizes, families(model.sameness)
    priors = [known.get(scale.lower()) for scale in scales]
    bias, size_var = np.zeros((len(position), len(scales))), np.ones((len(position), len(scales)))
    size_var[:] = [1.0 if prior is None else prior.sigma**2 for prior in priors]
    for size in model.sizes:
        for code, scale in enumerate(scales):
            if scale.lower() == size.scale and size.agency in position:
                bias[position[size.agency], code], size_var[position[size.agency], code] = size.bias, size.sigma**2
    family = np.array([-1 if prior is None else names.index(prior.family) for prior in priors], np.int64)
    return bias, size_var, family, np.array([prior is not None and prior.logarithmic for prior in priors], bool)


def _curves(model: LinkModel, scales: tuple[str, ...], family: NDArray[np.int64]) -> tuple[Reals, Reals, Reals]:
    """By family the spread of a Gaussian whose differences are as dense at zero as sizes are at each bin; one bin for the prior."""
    names, learned = families(model.sameness), {curve.family: curve for curve in model.curves}
    bins = max([2, *(len(curve.densities) for curve in model.curves)])
    first, step, spread = np.zeros(len(names)), np.ones(len(names)), np.ones((len(names), bins))
    for scale, code in zip(scales, family, strict=True):
        if code >= 0:
            spread[code] = model.sameness.sizes[scale.lower()].spread
    for code, name in enumerate(names):
        if name in learned:
            curve = learned[name]
            first[code], step[code] = curve.first, curve.step
            density = np.maximum(np.array(curve.densities), _LEAST_DENSITY)
            spread[code] = np.append(1 / (math.sqrt(4 * math.pi) * density), np.ones(bins - len(density)))
    return first, step, spread
