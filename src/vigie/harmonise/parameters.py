"""The parameters that learning moves, as flat arrays, and their way into habits, rules and a `LinkModel`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.habits import PLACE_FORMS, RADIUS_PER_SIGMA, TIME_FORMS, Habits, Reals, prior_places, prior_times
from vigie.harmonise.score import Rules, kind_nats_of, prior_shares
from vigie.model.linkmodel import REPEATED, UNSTATED, LearnedError, LearnedSize, LinkModel, SizeCurve
from vigie.model.sameness import Sameness

LEAST_PAIRS = 3.0
"""What fewer pairs than this speak of is not named in the model: the prior holds."""
_DIGITS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """Flat tables: `time` (agencies * 3,), `place` (agencies * 2 + codes,), `size` and `bias` (agencies * scales,), `repeats` (agencies,).

    Times and places are variances, or squared factors for stated errors; those and sizes each come with the weight of
    the pairs they were learned from.
    """

    time: Reals
    place: Reals
    size: Reals
    bias: Reals
    time_pairs: Reals
    place_pairs: Reals
    size_pairs: Reals
    wide: Reals
    levels: Reals
    apart: Reals
    repeats: Reals
    prior_nats: float
    kin: float
    pairs: float


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the places in the tables stand for; `codes` are (agency, radius) of radii that are codes, `share` (kinds,) how common kinds are."""

    agencies: tuple[str, ...]
    scales: tuple[str, ...]
    kinds: tuple[str, ...]
    codes: tuple[tuple[int, float], ...]
    share: Reals
    shared_levels: NDArray[np.int64]
    curves: tuple[SizeCurve, ...]


def starting_point(sameness: Sameness, names: Names) -> Parameters:
    """The priors of a field."""
    agencies, scales = len(names.agencies), len(names.scales)
    places = np.tile(prior_places(sameness), agencies)
    codes = np.array([max(radius, sameness.radius_floor_km) / RADIUS_PER_SIGMA * sameness.stated_error_factor for _, radius in names.codes]) ** 2
    known = [sameness.sizes.get(scale.lower()) for scale in names.scales]
    levels, apart = _prior_levels(sameness, names)
    return Parameters(
        time=np.tile(prior_times(sameness), agencies),
        place=np.append(places, codes),
        size=np.tile([1.0 if scale is None else scale.sigma**2 for scale in known], agencies),
        bias=np.zeros(agencies * scales),
        time_pairs=np.zeros(3 * agencies),
        place_pairs=np.zeros(2 * agencies + len(codes)),
        size_pairs=np.zeros(agencies * scales),
        wide=np.array(prior_shares(sameness)),
        levels=levels,
        apart=apart,
        repeats=np.full(agencies, sameness.agency_penalty_nats / 2),
        prior_nats=0.0,
        kin=sameness.kin,
        pairs=0.0,
    )


def _prior_levels(sameness: Sameness, names: Names) -> tuple[Reals, Reals]:
    """Shares of levels by the field's `kind_nats`: among unrelated pairs as chance has it, among true ones so much more or less."""
    prior = np.array(sameness.kind_nats, np.float64)
    if not len(names.shared_levels):
        return np.full(len(prior), 1 / len(prior)), np.full(len(prior), 1 / len(prior))
    deepest = max(len(prior) - 1, int(names.shared_levels.max()))
    weight = np.outer(names.share, names.share)
    apart = np.bincount(names.shared_levels.ravel(), weight.ravel(), deepest + 1)
    apart = (apart + 1e-3) / (apart + 1e-3).sum()
    levels = apart * np.exp(prior[np.minimum(np.arange(deepest + 1), len(prior) - 1)])
    return levels / levels.sum(), apart


def with_habits(habits: Habits, known: Parameters) -> Habits:
    """The habits with these parameters."""
    agencies = len(habits.time)
    return habits._replace(
        time=known.time.reshape(agencies, -1),
        place=np.ascontiguousarray(known.place[: 2 * agencies].reshape(agencies, -1)),
        code_var=np.ascontiguousarray(known.place[2 * agencies :]),
        bias=known.bias.reshape(agencies, -1),
        size_var=known.size.reshape(agencies, -1),
    )


def with_rules(rules: Rules, known: Parameters, names: Names) -> Rules:
    """The rules with these parameters; a hard agency stays hard."""
    table = kind_nats_of(known.levels, known.apart, names.share, names.shared_levels) if len(names.shared_levels) else rules.kind_nats
    return rules._replace(
        wide_share=float(known.wide[0] + known.wide[2]),
        wide_time=float(known.wide[0]),
        wide_place=float(known.wide[1]),
        wide_both=float(known.wide[2]),
        prior_nats=known.prior_nats,
        kind_nats=table,
        repeat_nats=np.where(rules.is_single, math.inf, known.repeats),
    )


def model_of(known: Parameters, sameness: Sameness, names: Names) -> LinkModel:
    """The parameters by name, rounded to six significant digits."""
    has_kinds = len(names.shared_levels) > 0
    return LinkModel(
        sameness=sameness,
        times=tuple(_times(known, names)),
        places=tuple(_places(known, names)),
        sizes=tuple(_sizes(known, sameness, names)),
        curves=names.curves,
        wide_shares=(rounded(known.wide[0]), rounded(known.wide[1]), rounded(known.wide[2])),
        levels=tuple(map(rounded, known.levels)) if has_kinds else (),
        levels_apart=tuple(map(rounded, known.apart)) if has_kinds else (),
        kinds=tuple((name, rounded(share)) for name, share in zip(names.kinds, names.share, strict=True) if name and share > 0),
        repeats=tuple((name, rounded(nats)) for name, nats in zip(names.agencies, known.repeats, strict=True) if nats != sameness.agency_penalty_nats),
        prior_nats=rounded(known.prior_nats),
        kin=rounded(known.kin),
        pairs=rounded(known.pairs),
    )


def rounded(value: float) -> float:
    """The value to six significant digits, as a plain float.

    >>> rounded(1234567.8)
    1234570.0
    """
    return float(f"{float(value):.{_DIGITS}g}")


def _times(known: Parameters, names: Names) -> list[LearnedError]:
    errors = []
    for group in np.flatnonzero(known.time_pairs >= LEAST_PAIRS).tolist():
        agency, form = names.agencies[group // 3], TIME_FORMS[group % 3]
        errors.append(LearnedError(agency=agency, form=form, value=rounded(math.sqrt(known.time[group])), pairs=rounded(known.time_pairs[group])))
    return errors


def _places(known: Parameters, names: Names) -> list[LearnedError]:
    """By agency; a code is named however few pairs it has, since it is no stated error."""
    errors, plain = [], 2 * len(names.agencies)
    for group in range(len(known.place)):
        form = REPEATED if group >= plain else PLACE_FORMS[group % 2]
        if known.place_pairs[group] < LEAST_PAIRS and form != REPEATED:
            continue
        agency, of = names.codes[group - plain] if form == REPEATED else (group // 2, 0.0)
        value = math.sqrt(known.place[group]) * (RADIUS_PER_SIGMA if form in (REPEATED, UNSTATED) else 1.0)
        errors.append(LearnedError(agency=names.agencies[agency], form=form, value=rounded(value), pairs=rounded(known.place_pairs[group]), of=of))
    return sorted(errors, key=lambda error: (error.agency, error.form, error.of))


def _sizes(known: Parameters, sameness: Sameness, names: Names) -> list[LearnedSize]:
    sizes = {}
    for group in np.flatnonzero(known.size_pairs >= LEAST_PAIRS).tolist():
        agency, scale = names.agencies[group // len(names.scales)], names.scales[group % len(names.scales)].lower()
        if scale in sameness.sizes:
            learned = (rounded(value) for value in (known.bias[group], math.sqrt(known.size[group]), known.size_pairs[group]))
            sizes[agency, scale] = LearnedSize(agency=agency, scale=scale, **dict(zip(("bias", "sigma", "pairs"), learned, strict=True)))
    return [sizes[key] for key in sorted(sizes)]
