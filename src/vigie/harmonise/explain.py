"""A learned model in plain words, for the duty analyst."""

from __future__ import annotations

import math
from collections.abc import Iterator

from vigie.harmonise.habits import PLACE_FORMS, RADIUS_PER_SIGMA, TIME_FORMS, prior_places, prior_times
from vigie.harmonise.learning import FACTOR, MOST_REPEAT_NATS, PLACE_FACTOR, SIZE_FLOOR, TIME_BELOW
from vigie.model.linkmodel import INSTANT, INTERVAL, REPEATED, UNSTATED, LearnedError, LearnedSize, LinkModel
from vigie.model.sameness import Sameness
from vigie.model.times import format_time

_HOUR_S, _DAY_S = 3_600.0, 86_400.0
_SLIGHT = 0.02
_USUAL = 1.1
_ROUNDED = 1e-4
"""The model rounds its values, so one at its bound may miss it by this share."""


def explain_model(model: LinkModel, agencies: tuple[str, ...] = (), reports: int = 0) -> list[str]:
    """The parameters of linking as sentences, the whole field's first; `agencies` are named too where nothing was learned of them.

    `reports` is how many there were to learn from, where the model was not learned since they were too few.
    """
    if not model.is_trained:
        return [f"Nothing was learned: {_lacking(model, max(model.reports, reports))}. The field's defaults hold (version {model.version})."]
    return [_origin(model), *_field(model), *_agencies(model, agencies)]


def _lacking(model: LinkModel, reports: int) -> str:
    least, issued = model.sameness.least_learned, _issued(model)
    if reports < least:
        return f"only {_count(reports, 'report')}{issued}; {least:,} are needed"
    return f"among {_count(reports, 'report')}{issued} no two seem to tell of one event"


def _issued(model: LinkModel) -> str:
    return "" if model.until_us is None else f" issued before {format_time(model.until_us)[:10]}"


def _origin(model: LinkModel) -> str:
    read = f"{_count(model.reports, 'report')}{_issued(model)}"
    said = f"Version {model.version}, learned from {read} with about {_count(model.pairs, 'pair')} that tell of one event"
    return said + (f", and from {_count(model.decided, 'answer')} of analysts." if model.decided else ".")


def _field(model: LinkModel) -> Iterator[str]:
    odds = math.exp(abs(model.prior_nats))
    if odds >= _USUAL:
        yield f"One event is told twice {odds:.2g} times {'as often' if model.prior_nats > 0 else 'as seldom'} as the field's default has it."
    if model.kin is not None and model.kin >= _SLIGHT and model.sameness.spot_km > 0:
        window = _time(2 * model.sameness.time_window_s)
        yield f"At a place where much happens, an event has {model.kin:.2g} others tied to it within {window}; reports this close need not be of one event."
    if model.wide_shares is not None:
        time, place, both = (f"{100 * share:.0f} %" for share in model.wide_shares)
        yield f"Of two reports of one event {time} are grossly off in time alone, {place} in place alone, and {both} in both."
    yield from _kinds(model)
    if (model.slope, model.offset) != (1.0, 0.0):
        yield f"The chance of a link is the logistic of {model.slope:.2f} times its score above the threshold, plus {model.offset:.2f}."


def _kinds(model: LinkModel) -> Iterator[str]:
    """How often kinds agree; nothing where all reports are of one kind."""
    if len(model.levels) < len(model.sameness.kind_nats) or len(model.kinds) <= 1:
        return
    for level in range(1, len(model.levels)):
        true, apart = (sum(shares[level:]) / sum(shares) for shares in (model.levels, model.levels_apart))
        if apart < 1 - _SLIGHT and true > _SLIGHT:
            first = "the first level" if level == 1 else f"the first {level} levels"
            yield f"Two reports of one event agree on {first} of the kind in {100 * true:.0f} % of cases, unrelated neighbours in {100 * apart:.0f} %."


def _agencies(model: LinkModel, agencies: tuple[str, ...]) -> Iterator[str]:
    repeats = dict(model.repeats)
    named = {entry.agency for part in (model.times, model.places, model.sizes) for entry in part}
    for name in sorted(named | set(agencies)):
        if name not in named:
            yield f"Nothing was learned of {name}: the field's defaults hold."
            continue
        yield from (_time_error(error, model.sameness) for error in model.times if error.agency == name)
        yield from (_place_error(error, model.sameness) for error in model.places if error.agency == name)
        yield from (_size_error(size, model.sameness) for size in model.sizes if size.agency == name)
        if name in repeats:
            said = f"{repeats[name]:.1f} nats{_at_bound(repeats[name], model.sameness.least_penalty_nats, MOST_REPEAT_NATS)}"
            yield f"{name}: a second report of one event costs {said} (default {model.sameness.agency_penalty_nats:.1f})."


def _at_bound(value: float, least: float, most: float) -> str:
    """A remark on a value that learning may move no farther: it says which way the reports point, and no more."""
    if math.isclose(value, least, rel_tol=_ROUNDED):
        return " (the least allowed)"
    return " (the most allowed)" if math.isclose(value, most, rel_tol=_ROUNDED) else ""


def _stated(error: LearnedError, what: str, bound: str) -> str:
    learned = f"(learned from {_count(error.pairs, 'pair')})"
    if f"{error.value:.2g}" == "1":
        return f"{error.agency}: the errors of {what} that it states hold as stated {learned}."
    return f"{error.agency}: the errors of {what} that it states are multiplied by {error.value:.2g}{bound} {learned}."


def _time_error(error: LearnedError, sameness: Sameness) -> str:
    form = TIME_FORMS.index(error.form)
    prior = math.sqrt(prior_times(sameness)[form])
    bound = _at_bound(error.value, prior / math.sqrt(TIME_BELOW[form]), prior * math.sqrt(FACTOR))
    off = f"{_time(error.value)}{bound} (learned from {_count(error.pairs, 'pair')})"
    if error.form == INTERVAL:
        return f"{error.agency} often gives a day or another interval only; beyond its ends the times are off by {off}."
    if error.form == INSTANT:
        return f"{error.agency} states no error of a time; its times are off by {off}."
    return _stated(error, "times", bound)


def _place_error(error: LearnedError, sameness: Sameness) -> str:
    bound = _at_bound(error.value, *(_place_prior(error, sameness) * math.sqrt(factor) for factor in (1 / PLACE_FACTOR, FACTOR)))
    within = f"{error.value:.2g} km{bound} (learned from {_count(error.pairs, 'pair')})"
    if error.form == UNSTATED:
        return f"{error.agency} states no error of a place; two thirds of its places lie within {within}."
    if error.form == REPEATED:
        return f"{error.agency} gives the radius {error.of:.3g} km so often that it is a code; two thirds of these places lie within {within}."
    return _stated(error, "places", bound)


def _place_prior(error: LearnedError, sameness: Sameness) -> float:
    """What the error of a place would be, had nothing been learned of it."""
    if error.form == REPEATED:
        return max(error.of, sameness.radius_floor_km) * sameness.stated_error_factor
    sigma = math.sqrt(prior_places(sameness)[PLACE_FORMS.index(error.form)])
    return sigma * RADIUS_PER_SIGMA if error.form == UNSTATED else sigma


def _size_error(size: LearnedSize, sameness: Sameness) -> str:
    more = "as others do" if abs(size.bias) < _SLIGHT else f"{abs(size.bias):.2f} {'higher' if size.bias > 0 else 'lower'} than others"
    prior = sameness.sizes[size.scale].sigma
    bound = _at_bound(size.sigma, prior * math.sqrt(SIZE_FLOOR), prior * math.sqrt(FACTOR))
    return f"{size.agency} gives {size.scale} {more}, with an error of {size.sigma:.2f}{bound} (learned from {_count(size.pairs, 'pair')})."


def _time(seconds: float) -> str:
    if seconds >= 2 * _DAY_S:
        return f"{seconds / _DAY_S:.2g} days"
    return f"{seconds / _HOUR_S:.2g} h" if seconds >= _HOUR_S else f"{seconds / 60:.2g} min" if seconds >= 120 else f"{seconds:.2g} s"  # noqa: PLR2004 - minutes


def _count(number: float, noun: str) -> str:
    return f"{round(number):,} {noun}{'' if round(number) == 1 else 's'}"
