"""`learn`: the parameters of linking from the reports themselves, by expectation and maximisation (EM).

Around a report the reports of another agency are a sparse background of unrelated events plus, now and then, one more
account of the same event. In turn the chance of each pair is worked out under the parameters so far, and the parameters
are set to what the pairs, weighted by their chances, say (Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39(1), 1-38;
for the densities see `score`). Variances are moved by Fisher scoring, since several errors enter one difference. What an
agency's own reports say of each other tells what unrelated neighbours look like: an agency seldom reports one event twice.

Every parameter has a prior worth about `PRIOR_PAIRS` pairs, and bounds, so that few reports move little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.background import Background, background_of
from vigie.harmonise.decided import row_pairs
from vigie.harmonise.evidence import Evidence, evidence_of
from vigie.harmonise.expect import COUNT, INFORMATION, PULL, gather, gives_days, judge, refresh
from vigie.harmonise.habits import Reals
from vigie.harmonise.parameters import Parameters, model_of, starting_point, with_rules
from vigie.harmonise.sampling import Pairs
from vigie.harmonise.score import Rules
from vigie.harmonise.testimony import AGENCY, POINT_RATE, read_testimonies
from vigie.model.catalogue import Catalogue
from vigie.model.linkmodel import LinkModel, untrained
from vigie.model.sameness import Sameness
from vigie.model.times import NEVER_US

PRIOR_PAIRS = 20.0
MOST_ROUNDS = 12
PRIOR_SLOPE, PRIOR_OFFSET = 1.0, 0.7
"""Of the chance, where no analyst has answered. Clusters take the best partner first and are judged by fused estimates, so links that are
made or nearly made are likelier than the pair of reports alone would be."""
_SETTLED = 0.02
_STEP = 0.8
FACTOR, PLACE_FACTOR = 25.0, 6.0
"""No variance ends farther from its prior than by the first factor (a place no nearer than by the second, since agencies share
gazetteers), nor moves in one round by more than the next."""
_LEAP = 3.0
TIME_BELOW = np.array([FACTOR, FACTOR, 4.0])
"""No variance of a time of each form ends below its prior by more than this factor."""
_WIDE_FLOOR = 0.33
SIZE_FLOOR = 0.25
"""No size variance is below this part of its prior."""
_MOST_PRIOR_NATS = 8.0
MOST_REPEAT_NATS = 12.0
_MOST_KIN = 5.0
_KIND_LEEWAY_NATS = 1.5
_LEAST_CHANCE = 0.3
"""Pairs less likely than this teach nothing: there are so many that a background slightly misjudged would drown the true ones."""

IndexPairs = NDArray[np.int64] | Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What linking has learned of a field: the parameters, and where and when unrelated events happen."""

    model: LinkModel
    background: Background


def learn(catalogue: Catalogue, sameness: Sameness, *, same: IndexPairs = (), apart: IndexPairs = (), until_us: int | None = None) -> Learned:
    """What the reports issued before `until_us` (without it all) say of the field's parameters; a pure function of them in any order.

    `same` and `apart` are pairs of catalogue rows (k, 2) that analysts decided on. A report without a time of issue counts as issued
    when it begins. Raises `BadSetting` where a pair names no row.
    """
    rows = _issued_before(catalogue, until_us)
    part = catalogue if len(rows) == len(catalogue) else catalogue.take(rows)
    known = read_testimonies(part, sameness)
    background = background_of(known, sameness)
    place = np.full(len(catalogue), -1, np.int64)
    place[rows] = known.one_of_many
    decided = [_decided(row_pairs(pairs, len(catalogue), name), place) for name, pairs in (("same", same), ("apart", apart))]
    evidence = evidence_of(part, known, background, sameness, decided[0], decided[1])
    model = replace(_fitted(evidence), until_us=until_us)
    kin = sameness.kin if model.kin is None else model.kin
    return Learned(model, replace(background, kin_rate=kin / (2 * sameness.time_window_s)))


def _issued_before(catalogue: Catalogue, until_us: int | None) -> NDArray[np.int64]:
    if until_us is None:
        return np.arange(len(catalogue))
    said_us = np.where(catalogue.issued_us == NEVER_US, catalogue.begin_us, catalogue.issued_us)
    return np.flatnonzero(said_us < until_us)


def _decided(pairs: Pairs, place: NDArray[np.int64]) -> NDArray[np.int64]:
    """The pairs as testimonies, sorted, each once; those not read are left out."""
    found = place[pairs]
    found = np.sort(found[(found >= 0).all(axis=1) & (found[:, 0] != found[:, 1])], axis=1)
    return np.unique(found, axis=0)


def _fitted(evidence: Evidence) -> LinkModel:
    """The model after as many rounds as it takes to settle; the priors where there is nothing to learn from."""
    prior = _prior(evidence)
    if not len(evidence.pairs):
        return replace(untrained(evidence.sameness), reports=evidence.reports)
    known = prior
    for _ in range(MOST_ROUNDS):
        before, known = known, _improved(known, prior, evidence)
        if _is_settled(before, known):
            break
    model = model_of(known, evidence.sameness, evidence.names)
    slope, offset = _calibrated(known, evidence)
    return replace(model, reports=evidence.reports, decided=int((evidence.label != 0).sum()), slope=slope, offset=offset)


def _prior(evidence: Evidence) -> Parameters:
    """The priors, and how kinds agree among unrelated neighbours."""
    prior = starting_point(evidence.sameness, evidence.names)
    return replace(prior, apart=(evidence.apart + PRIOR_PAIRS * prior.apart) / (evidence.apart.sum() + PRIOR_PAIRS))


def _improved(known: Parameters, prior: Parameters, evidence: Evidence) -> Parameters:
    """The parameters after one more round."""
    sameness = evidence.sameness
    judged, rules = _judged(known, evidence, evidence.pairs)
    is_one_agency, decided = judged[:, 3] > 0, evidence.label != 0
    weight = np.where(decided, evidence.label > 0, _logistic(judged[:, 0] - sameness.threshold_nats))
    weight = np.where(weight >= _LEAST_CHANCE, weight, 0.0)
    worth = np.where(is_one_agency, 0.0, weight) * evidence.worth
    groups = (len(prior.time), len(prior.place), len(prior.size))
    found = gather(evidence.numbers, evidence.codes, evidence.pairs, evidence.differences, worth, evidence.forms, groups, rules, len(prior.levels) - 1)
    return _with_chances(_maximised(known, prior, found, float(worth.sum()), sameness), judged, weight, evidence)


def _judged(known: Parameters, evidence: Evidence, pairs: Pairs) -> tuple[Reals, Rules]:
    """What pairs score under the parameters, and the rules of these."""
    refresh(evidence.numbers, evidence.forms, known.time, known.place, known.size, known.bias, evidence.place_floor)
    rules = with_rules(evidence.rules, known, evidence.names)
    kin_rate = known.kin / (2 * evidence.sameness.time_window_s) * evidence.kin_share
    evidence.numbers[:, POINT_RATE] = evidence.spot_rate + kin_rate
    return judge(evidence.numbers, evidence.codes, pairs, kin_rate, rules), rules


def _maximised(known: Parameters, prior: Parameters, found: tuple[Reals, ...], total: float, sameness: Sameness) -> Parameters:
    """The parameters of errors, sizes and kinds from what was gathered."""
    time, place, size, bias, levels, cores = found
    wide = (cores[1:] + PRIOR_PAIRS * prior.wide) / (total + PRIOR_PAIRS)
    count = size[:, COUNT]
    return replace(
        known,
        time=_scored(known.time, prior.time, time, np.tile(TIME_BELOW, len(known.repeats)), FACTOR),
        place=_scored(known.place, prior.place, place, PLACE_FACTOR, FACTOR),
        size=_scored(known.size, prior.size, size, 1 / SIZE_FLOOR, FACTOR),
        bias=(known.bias * count + bias) / (count + PRIOR_PAIRS),
        time_pairs=time[:, COUNT],
        place_pairs=place[:, COUNT] / 2,
        size_pairs=count,
        wide=np.clip(wide, _WIDE_FLOOR * prior.wide, prior.wide),
        levels=_levels(levels, prior, sameness),
        pairs=total,
    )


def _levels(gathered: Reals, prior: Parameters, sameness: Sameness) -> Reals:
    """The shares of levels among true pairs; what a level tells stays within some nats of what the field says that it does."""
    shares = (gathered + PRIOR_PAIRS * prior.levels) / (gathered.sum() + PRIOR_PAIRS)
    said = np.array(sameness.kind_nats, np.float64)[np.minimum(np.arange(len(shares)), len(sameness.kind_nats) - 1)]
    return np.asarray(np.clip(shares, prior.apart * np.exp(said - _KIND_LEEWAY_NATS), prior.apart * np.exp(said + _KIND_LEEWAY_NATS)), np.float64)


def _scored(known: Reals, prior: Reals, gathered: Reals, below: Reals | float, above: float) -> Reals:
    """Variances after a step of Fisher scoring; the prior tells as much as `PRIOR_PAIRS` pairs of two such errors each."""
    strength = PRIOR_PAIRS / (4 * prior * prior)
    step = (gathered[:, PULL] + strength * (prior - known)) / (gathered[:, INFORMATION] + strength)
    moved = np.clip(known + _STEP * step, known / _LEAP, known * _LEAP)
    return np.clip(moved, prior / below, prior * above)


def _logistic(nats: Reals) -> Reals:
    return np.asarray(1 / (1 + np.exp(-np.clip(nats, -50, 50))))


def _bounded(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


def _with_chances(known: Parameters, judged: Reals, weight: Reals, evidence: Evidence) -> Parameters:
    """How likely one event is told twice, by another agency and by the same one, and how many kin an event has.

    Each compares pairs that are one event, per report, with unrelated ones, per unrelated event that the local rates expect.
    Unrelated pairs are counted in the outer half of the time window, where hardly any are one event. Two reports of one
    agency on one day tell nothing of repeats: several incidents a day are a matter of course; only exact times do.
    """
    sameness, is_one_agency = evidence.sameness, judged[:, 3] > 0
    agency, agencies = evidence.codes[: evidence.reports, AGENCY], len(evidence.names.agencies)
    expected = np.bincount(agency, evidence.expected[: evidence.reports], agencies)
    true = float(weight[~is_one_agency].sum())
    unrelated = max(evidence.pairs_of_two, 1.0) / expected.sum()
    odds = _odds(2 * true, evidence.reports, -sameness.threshold_nats, unrelated)
    prior_nats = float(np.clip(np.log(odds), -_MOST_PRIOR_NATS, _MOST_PRIOR_NATS))
    whose = evidence.codes[evidence.pairs[:, 0], AGENCY]
    kin_pairs = np.bincount(whose, np.where(is_one_agency & evidence.is_late, judged[:, 2], 0.0), agencies)
    plain = np.maximum(evidence.pairs_of_one - kin_pairs, 1.0)
    exposure = plain.sum() / expected.sum() * evidence.kin_share.sum() / 2
    kin = _bounded((kin_pairs.sum() + PRIOR_PAIRS * sameness.kin) / (exposure + PRIOR_PAIRS), (0.0, _MOST_KIN))
    dated = ~gives_days(evidence.numbers)
    repeated = np.bincount(whose, weight * (is_one_agency & dated[evidence.pairs].all(axis=1)), agencies)
    reports = np.bincount(agency, dated[: evidence.reports], agencies)
    share = reports / np.maximum(np.bincount(agency, minlength=agencies), 1)
    again = _odds(2 * repeated, reports, prior_nats - sameness.agency_penalty_nats, np.maximum(share, 1e-9) * plain / np.maximum(expected, 1e-9))
    repeats = np.clip(prior_nats - np.log(again), sameness.least_penalty_nats, MOST_REPEAT_NATS)
    return replace(known, prior_nats=prior_nats + sameness.threshold_nats, kin=kin, repeats=repeats)


def _odds(partners: Any, reports: Any, prior_nats: float, unrelated: Any) -> Any:
    """The odds that a partner is of the same event, from how many partners so many reports have and how dense unrelated ones lie."""
    prior = math.exp(prior_nats) * 2 * unrelated
    return (partners + PRIOR_PAIRS * prior) / (reports + PRIOR_PAIRS) / (2 * unrelated)


def _is_settled(before: Parameters, after: Parameters) -> bool:
    """Whether no value moved by more than four parts in a hundred, nor the prior and the count of kin by more than 0.02."""
    for name in ("time", "place", "size", "levels", "repeats"):
        if np.abs(np.log(getattr(after, name) / getattr(before, name))).max(initial=0.0) > 2 * _SETTLED:
            return False
    return abs(after.prior_nats - before.prior_nats) <= _SETTLED and abs(after.kin - before.kin) <= _SETTLED


def _calibrated(known: Parameters, evidence: Evidence) -> tuple[float, float]:
    """Slope and offset of the chance from the analysts' answers, by logistic regression with priors (Newton's method)."""
    decided = np.flatnonzero(evidence.label != 0)
    if not len(decided):
        return PRIOR_SLOPE, PRIOR_OFFSET
    judged, _ = _judged(known, evidence, evidence.pairs[decided])
    score = evidence.sameness.sharpness * np.clip(judged[:, 0] - evidence.sameness.threshold_nats, -10, 10)
    answer, value = evidence.label[decided] > 0, np.array([PRIOR_SLOPE, PRIOR_OFFSET])
    columns, strength = np.column_stack([score, np.ones(len(score))]), np.diag([_SLOPE_SIGMA**-2, _OFFSET_SIGMA**-2])
    for _ in range(MOST_ROUNDS):
        chance = 1 / (1 + np.exp(-columns @ value))
        pull = columns.T @ (answer - chance) - strength @ (value - [PRIOR_SLOPE, PRIOR_OFFSET])
        value = value + np.linalg.solve((columns * (chance * (1 - chance))[:, None]).T @ columns + strength, pull)
    slope, offset = _bounded(float(value[0]), (0.5, 2.0)), _bounded(float(value[1]), (-2.0, 2.0))
    return float(f"{slope:.6g}"), float(f"{offset:.6g}")


_SLOPE_SIGMA, _OFFSET_SIGMA = 0.15, 0.7
"""How sure the priors of slope and offset are."""
