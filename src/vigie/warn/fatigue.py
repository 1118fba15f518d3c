"""How much the desk asks of people: alerts a week, how many are acknowledged and how fast, how many signals are dismissed, per recipient and per rule.

A rule that fires more often than its budget allows is flagged: it should be tuned anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from vigie.model.entry import Log
from vigie.model.rule import Rule, Signal
from vigie.model.said import said_in
from vigie.model.times import DAY_US
from vigie.model.warning import Triage
from vigie.warn.answers import Recipient, Responses

_Item = TypeVar("_Item")

WEEK_US = 7 * DAY_US
_MONTH_US = DAY_US * 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientLoad:
    """What one party was asked in the period. Shares are None where there is nothing to take a share of.

    `alerts` counts the releases that addressed it, updates included; `warnings` the chains. `dismissed` of `triaged` signals are its own people's words.
    """

    party: str
    alerts: int
    alerts_per_week: float
    warnings: int
    acknowledged: int
    acknowledged_share: float | None
    median_answer_us: float | None
    false_alarms: int
    false_alarms_per_month: float
    triaged: int
    dismissed: int
    dismissed_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLoad:
    """What one rule asked of its readers in the period; `is_over` says that it fired more often a week than its budget allows."""

    rule: str
    signals: int
    signals_per_week: float
    busiest_week: int
    budget_per_week: float | None
    is_over: bool
    triaged: int
    dismissed: int
    dismissed_share: float | None
    warnings: int
    alerts_per_week: float
    acknowledged_share: float | None
    median_answer_us: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fatigue:
    """The meter for [`since_us`, `until_us`): recipients and rules by name."""

    since_us: int
    until_us: int
    recipients: tuple[RecipientLoad, ...]
    rules: tuple[RuleLoad, ...]

    @property
    def over_budget(self) -> tuple[RuleLoad, ...]:
        """The rules that fire more often than their budget allows."""
        return tuple(load for load in self.rules if load.is_over)


@dataclass(frozen=True, slots=True)
class _Period:
    since_us: int
    until_us: int

    @property
    def weeks(self) -> float:
        """Its length, at least a week, so that one signal in the first hour is not 168 a week."""
        return max(self.until_us - self.since_us, WEEK_US) / WEEK_US

    def holds(self, at_us: int) -> bool:
        return self.since_us <= at_us <= self.until_us


def fatigue(answered: Sequence[Responses], signals: Iterable[Signal], rules: Mapping[str, Rule], log: Log, since_us: int) -> Fatigue:
    """The meter from `since_us` to the log's now, of the log's own world. `rules` are by full name, as in a `RuleBook`."""
    period = _Period(since_us, log.now_us)
    words = list(_last_words(log).items())
    asked = [pair for each in answered for pair in _asked(each, period)]
    to, by_rule = _grouped(asked, lambda pair: pair[1].party), _grouped(asked, lambda pair: pair[0].chain.first.content.rule)
    by_party, about = _grouped(words, lambda word: word[0][0]), _grouped(words, lambda word: word[0][1])
    raised = _grouped((signal for signal in signals if signal.exercise == log.exercise and period.holds(signal.raised_us)), lambda signal: signal.rule)
    parties = sorted({*to, *(party for (party, _), (at_us, _) in words if period.holds(at_us))})
    names = sorted({*raised, *rules})
    return Fatigue(
        since_us=since_us,
        until_us=log.now_us,
        recipients=tuple(_recipient_load(party, to.get(party, []), by_party.get(party, []), period) for party in parties),
        rules=tuple(_rule_load(name, rules.get(name), raised.get(name, []), by_rule.get(name, []), about, period) for name in names),
    )


def _grouped(items: Iterable[_Item], key: Callable[[_Item], str]) -> dict[str, list[_Item]]:
    groups: dict[str, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


_Words = Sequence[tuple[tuple[str, str], tuple[int, Triage]]]
_About = Mapping[str, _Words]
_Asked = Sequence[tuple[Responses, Recipient]]


def _last_words(log: Log) -> dict[tuple[str, str], tuple[int, Triage]]:
    """By party and signal, when its last triage was said and what it says."""
    return {(entry.owner, word.signal): (entry.said_us, word) for entry, word in said_in(log, "triage", Triage)}


def _asked(each: Responses, period: _Period) -> list[tuple[Responses, Recipient]]:
    return [(each, recipient) for recipient in each.recipients if _alerts(each, recipient, period)]


def _alerts(each: Responses, recipient: Recipient, period: _Period) -> int:
    return sum(period.holds(version.said_us) and recipient.party in version.content.recipients for version in each.chain.history)


def _recipient_load(party: str, mine: _Asked, words: _Words, period: _Period) -> RecipientLoad:
    said = [word for _, (at_us, word) in words if period.holds(at_us)]
    false = sum(each.chain.assessment is not None and each.chain.assessment.outcome == "false alarm" for each, _ in mine)
    alerts = sum(_alerts(each, recipient, period) for each, recipient in mine)
    return RecipientLoad(
        party=party,
        alerts=alerts,
        alerts_per_week=alerts / period.weeks,
        warnings=len(mine),
        acknowledged=sum(bool(recipient.said) for _, recipient in mine),
        acknowledged_share=_share([bool(recipient.said) for _, recipient in mine]),
        median_answer_us=_median_wait(mine),
        false_alarms=false,
        false_alarms_per_month=false * _MONTH_US / (period.weeks * WEEK_US),
        triaged=len(said),
        dismissed=_dismissed(said),
        dismissed_share=_share([word.word == "dismissed" for word in said]),
    )


def _rule_load(name: str, rule: Rule | None, mine: Sequence[Signal], from_it: _Asked, about: _About, period: _Period) -> RuleLoad:
    said = [word for signal in dict.fromkeys(signal.id for signal in mine) for _, (_, word) in about.get(signal, [])]
    rate = len(mine) / period.weeks
    return RuleLoad(
        rule=name,
        signals=len(mine),
        signals_per_week=rate,
        busiest_week=_busiest_week([signal.raised_us for signal in mine]),
        budget_per_week=rule.budget_per_week if rule else None,
        is_over=rule is not None and rate > rule.budget_per_week,
        triaged=len(said),
        dismissed=_dismissed(said),
        dismissed_share=_share([word.word == "dismissed" for word in said]),
        warnings=len({(each.chain.owner, each.chain.warning) for each, _ in from_it}),
        alerts_per_week=sum(_alerts(each, recipient, period) for each, recipient in from_it) / period.weeks,
        acknowledged_share=_share([bool(recipient.said) for _, recipient in from_it]),
        median_answer_us=_median_wait(from_it),
    )


def _dismissed(said: Sequence[Triage]) -> int:
    return sum(word.word == "dismissed" for word in said)


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _median_wait(asked: _Asked) -> float | None:
    waits = [max(0, recipient.first_us - recipient.addressed_us) for _, recipient in asked if recipient.first_us is not None]
    return median(waits) if waits else None


def _busiest_week(raised_us: Sequence[int]) -> int:
    """The most signals in any seven days."""
    ordered = sorted(raised_us)
    return max((bisect_left(ordered, begin + WEEK_US) - place for place, begin in enumerate(ordered)), default=0)
