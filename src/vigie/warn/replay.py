"""A rule over the archive, before anybody relies on it: when it would have fired, and what then happened.

Signals come from what was known at each date; what then happened from all that is known at the end. One event counts once. A signal is

    hit          an outcome event begins in its area within its horizon that no earlier signal has claimed; it claims all that do
    duplicate    there are such events, and earlier signals have claimed them all
    near miss    none in its area within the horizon, but one next door
    false alarm  neither here nor next door
    pending      nothing yet, and the horizon is not over
    rate         the rule names no outcome

Events follow each other, so that hits alone flatter a rule. An outcome episode is a run of outcome events in one area; a new one begins after a horizon
without any. It is foretold if a signal was raised within a horizon before it began, else it is a miss.
Precision is hits of (hits, false alarms and near misses), beside what chance would give; recall is foretold of (foretold and misses).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from statistics import quantiles
from typing import Literal

import numpy as np
import pydantic
from numpy.typing import NDArray

from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.history import History, Region
from vigie.model.rule import Onset, Outcome, Rule, Signal, rule_digest, rule_name
from vigie.model.times import DAY_US
from vigie.warn.counting import areas_of, counted, meets
from vigie.warn.scan import signals
from vigie.warn.share import Share, wilson

Verdict = Literal["hit", "duplicate", "near miss", "false alarm", "pending", "rate"]

MAX_CASES = 200
"""The newest cases are kept with a replay, and no more."""

_WEEK_US = 7 * DAY_US
_MONTH_DAYS = 365.25 / 12
_YEARS_FROM_MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One signal of a replay and what became of it; `event_us` is when the event began that made it a hit."""

    signal: str
    area: str
    raised_us: int
    verdict: Verdict
    event_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How a rule, with the wording of `digest`, would have done in [`since_us`, `until_us`]. `lead_days` (one a hit) is sorted.

    `by_chance` is the precision that signals in the same areas on random days would have had; `undated_share` of the counted reports do not say
    when they were issued, so that their being known in time is an assumption. `areas` is how many areas the rule stands for.
    """

    rule: str
    digest: str
    since_us: int
    until_us: int
    areas: int
    has_outcome: bool
    fired: int
    hits: int
    duplicates: int
    near_misses: int
    false_alarms: int
    pending: int
    foretold: int
    misses: int
    lead_days: tuple[float, ...]
    by_chance: float | None
    undated_share: float
    budget_per_week: float
    cases: tuple[Case, ...] = ()

    @property
    def settled(self) -> int:
        """How many signals turned out right or wrong; duplicates and pending ones are neither."""
        return self.hits + self.false_alarms + self.near_misses

    @property
    def episodes(self) -> int:
        """How many episodes began in the period."""
        return self.foretold + self.misses

    @property
    def precision(self) -> Share:
        """The share of settled signals that were hits; None where there is none."""
        return wilson(self.hits, self.settled)

    @property
    def recall(self) -> Share:
        """The share of episodes that were foretold; None where there is none."""
        return wilson(self.foretold, self.episodes)

    @property
    def signals_per_week(self) -> float:
        """Signals a week over all areas."""
        return self.fired * _WEEK_US / max(self.until_us - self.since_us, 1)

    @property
    def is_over_budget(self) -> bool:
        """Whether its readers could not have borne it."""
        return self.signals_per_week > self.budget_per_week

    @property
    def lead_quartiles(self) -> tuple[float, ...]:
        """Lower quartile, median and upper quartile of the lead time in days; empty with fewer than two hits."""
        return tuple(quantiles(self.lead_days, n=4, method="inclusive")) if len(self.lead_days) > 1 else ()

    @property
    def sentence(self) -> str:
        """How it would have done, in one sentence."""
        return sentence_of(self)

    def holds_for(self, rule: Rule) -> bool:
        """Whether the replay is of this rule in this very wording."""
        return self.rule == rule_name(rule) and self.digest == rule_digest(rule)

    def to_json(self) -> dict[str, Json]:
        """The replay as JSON."""
        said: dict[str, Json] = _adapter().dump_python(self, mode="json")
        return said

    @staticmethod
    def from_json(said: Mapping[str, Json]) -> Replay:
        """The replay that `to_json` gave. Raises `BadReport` for anything else."""
        try:
            return _adapter().validate_python(dict(said))
        except pydantic.ValidationError as fault:
            first = fault.errors()[0]
            raise BadReport("This is no replay", field=".".join(map(str, first["loc"])), expected=str(first["msg"])) from fault


@cache
def _adapter() -> pydantic.TypeAdapter[Replay]:
    return pydantic.TypeAdapter(Replay)


def replay(rule: Rule, history: History, region: Region, since_us: int, until_us: int) -> Replay:
    """How the rule would have done from `since_us` to `until_us`. A judged rule fires never; one without an outcome has rates only."""
    every = signals(rule, history, region, until_us)
    fired = [signal for signal in every if since_us <= signal.raised_us <= until_us]
    episodes = _episodes(rule, rule.outcome, history, region, until_us) if rule.outcome else {}
    cases = _cases(rule.outcome, every, episodes, region, until_us)
    shown = [case for case in cases if since_us <= case.raised_us <= until_us]
    tally = Counter(case.verdict for case in shown)
    foretold, misses = _begun(rule, every, episodes, areas_of(rule, region), (since_us, until_us))
    return Replay(
        rule=rule_name(rule),
        digest=rule_digest(rule),
        since_us=since_us,
        until_us=until_us,
        areas=len(areas_of(rule, region)),
        has_outcome=rule.outcome is not None,
        fired=len(fired),
        hits=tally["hit"],
        duplicates=tally["duplicate"],
        near_misses=tally["near miss"],
        false_alarms=tally["false alarm"],
        pending=tally["pending"],
        foretold=foretold,
        misses=misses,
        lead_days=tuple(sorted(round((case.event_us - case.raised_us) / DAY_US, 3) for case in shown if case.event_us is not None)),
        by_chance=_by_chance(rule.outcome, fired, episodes, since_us, until_us),
        undated_share=_undated(rule, history),
        budget_per_week=rule.budget_per_week,
        cases=tuple(shown[-MAX_CASES:]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Episodes:
    """The outcome in one area: instants `at_us` (e,) at which it came about, rising, and which of them begin an episode."""

    at_us: NDArray[np.int64]
    is_onset: NDArray[np.bool_]

    @property
    def onsets_us(self) -> NDArray[np.int64]:
        """When the episodes begin."""
        return self.at_us[self.is_onset]


def onsets(rule: Rule, history: History, region: Region, since_us: int, until_us: int, problem: str = "") -> tuple[Onset, ...]:
    """The outcome's episodes that begin after `since_us` in the rule's areas, as known at `until_us`, whether or not anybody warned; by instant and area."""
    if rule.outcome is None:
        return ()
    seen = counted(replace(rule, areas=()), history, region, rule.outcome.query)
    names = {(seen.areas[int(seen.area[row])], int(seen.begin_us[row])): history.event_ids[int(seen.event[row])] for row in range(len(seen))}
    begun = _episodes(rule, rule.outcome, history, region, until_us)
    found = [(int(at_us), area) for area in areas_of(rule, region) if area in begun for at_us in begun[area].onsets_us if since_us < at_us <= until_us]
    return tuple(Onset(rule=rule_name(rule), problem=problem, area=area, at_us=at_us, event=names[area, at_us]) for at_us, area in sorted(found))


def _episodes(rule: Rule, outcome: Outcome, history: History, region: Region, until_us: int) -> dict[str, Episodes]:
    """The outcome's episodes by area, in all areas of the rule's level (those next door too), as known at the end."""
    seen = counted(replace(rule, areas=()), history, region, outcome.query)
    known = (seen.from_us <= until_us) & (seen.until_us > until_us) & (seen.begin_us <= until_us)
    horizon_us, found = outcome.horizon_days * DAY_US, {}
    for number in np.unique(seen.area[known]):
        begin_us = np.sort(seen.begin_us[known & (seen.area == number)])
        reached = begin_us[outcome.count - 1 :]
        reached = reached[reached - begin_us[: len(reached)] < horizon_us]
        gap = np.diff(reached, prepend=reached[:1] - horizon_us) if len(reached) else reached
        found[seen.areas[int(number)]] = Episodes(reached, gap >= horizon_us)
    return found


def _cases(outcome: Outcome | None, every: tuple[Signal, ...], episodes: Mapping[str, Episodes], region: Region, until_us: int) -> list[Case]:
    """What became of each signal, oldest first; `claimed` holds, by area, until when earlier signals have claimed what began."""
    claimed_us: dict[str, int] = {}
    found = []
    for signal in every:
        verdict, event_us = _verdict(outcome, signal, episodes, region, until_us, claimed_us.get(signal.area, signal.raised_us))
        if outcome is not None:
            claimed_us[signal.area] = max(claimed_us.get(signal.area, 0), signal.raised_us + outcome.horizon_days * DAY_US)
        found.append(Case(signal=signal.id, area=signal.area, raised_us=signal.raised_us, verdict=verdict, event_us=event_us))
    return found


def _verdict(
    outcome: Outcome | None, signal: Signal, episodes: Mapping[str, Episodes], region: Region, until_us: int, claimed_us: int
) -> tuple[Verdict, int | None]:
    if outcome is None:
        return "rate", None
    begin_us, end_us = signal.raised_us, signal.raised_us + outcome.horizon_days * DAY_US
    if signal.area in episodes:
        event_us = _first(episodes[signal.area].at_us, max(begin_us, claimed_us), end_us)
        if event_us is not None:
            return "hit", event_us
        if _first(episodes[signal.area].at_us, begin_us, end_us) is not None:
            return "duplicate", None
    if end_us > until_us:
        return "pending", None
    around = (episodes[area] for area in sorted(region.neighbours.get(signal.area, ())) if area in episodes)
    return ("near miss" if any(_first(there.at_us, begin_us, end_us) is not None for there in around) else "false alarm"), None


def _first(at_us: NDArray[np.int64], after_us: int, until_us: int) -> int | None:
    """The first instant after `after_us` and not after `until_us`."""
    place = int(np.searchsorted(at_us, after_us, side="right"))
    return int(at_us[place]) if place < len(at_us) and at_us[place] <= until_us else None


def _begun(rule: Rule, every: tuple[Signal, ...], episodes: Mapping[str, Episodes], areas: tuple[str, ...], period_us: tuple[int, int]) -> tuple[int, int]:
    """How many episodes that began in the period were foretold, and how many were missed."""
    horizon_us, told = (rule.outcome.horizon_days * DAY_US if rule.outcome else 0), [0, 0]
    for area in areas:
        raised_us = np.array([signal.raised_us for signal in every if signal.area == area], np.int64)
        for onset_us in episodes[area].onsets_us if area in episodes else ():
            if period_us[0] < onset_us <= period_us[1]:
                told[int(not bool(((raised_us < onset_us) & (raised_us >= onset_us - horizon_us)).any()))] += 1
    return told[0], told[1]


def _by_chance(outcome: Outcome | None, fired: list[Signal], episodes: Mapping[str, Episodes], since_us: int, until_us: int) -> float | None:
    """The share of the period, in the areas that fired, in which an outcome event was to begin within the horizon."""
    if outcome is None or not fired or until_us <= since_us:
        return None
    horizon_us, share = outcome.horizon_days * DAY_US, dict.fromkeys({signal.area for signal in fired}, 0.0)
    for area in share:
        at_us = episodes[area].at_us if area in episodes else np.zeros(0, np.int64)
        begin_us = np.maximum(at_us - horizon_us, np.concatenate([[since_us], at_us[:-1]]) if len(at_us) else at_us)
        share[area] = float(np.maximum(np.minimum(at_us, until_us) - np.maximum(begin_us, since_us), 0).sum()) / (until_us - since_us)
    return sum(share[signal.area] for signal in fired) / len(fired)


def _undated(rule: Rule, history: History) -> float:
    asked = meets(rule.query, history)
    return float(1 - history.is_dated[asked].mean()) if asked.any() else 0.0


def sentence_of(found: Replay) -> str:
    """The replay in one sentence."""
    months = (found.until_us - found.since_us) / DAY_US / _MONTH_DAYS
    period = f"{months / 12:.0f} years" if months >= _YEARS_FROM_MONTHS else f"{months:.0f} months"
    times = "once" if found.fired == 1 else f"{found.fired} times"
    rate = f"{found.fired / max(months, 1 / _MONTH_DAYS):.1f} a month"
    if not found.has_outcome:
        return f"Would have fired {times} in {period}; {rate}; what follows is not counted."
    parts = [_many(found.hits, "hit"), _many(found.false_alarms, "false alarm")]
    parts += [_many(found.near_misses, "near miss", "near misses")] if found.near_misses else []
    parts += [_many(found.duplicates, "duplicate")] if found.duplicates else []
    parts += [f"{found.pending} still open"] if found.pending else []
    chance = "" if found.by_chance is None else f" where chance gives {found.by_chance:.2f}"
    precision, recall = found.precision, found.recall
    parts += [_many(found.misses, "miss", "misses")]
    return f"Would have fired {times} in {period}: {', '.join(parts)}; {rate}; precision {precision}{chance}, recall {recall}."


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
