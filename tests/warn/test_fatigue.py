"""The fatigue meter: alerts a week, what is answered and dismissed, and rules above their budget."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.entry import Entry
from vigie.model.rule import Query, Rule, Signal
from vigie.warn.answers import all_responses
from vigie.warn.chain import chains
from vigie.warn.fatigue import Fatigue, fatigue
from warn.logs import DAY_US, HOUR_US, NOW_US, answer, assessment, following, log, signal, triage, warning

WEEK_US = 7 * DAY_US
RULE = Rule(name="riots", title="Riots", field="conflict", how="baseline", query=Query(), pack="conflict", budget_per_week=1.0)


def meter(*entries: Entry, signals: tuple[Signal, ...] = ()) -> Fatigue:
    """Two weeks from now on."""
    held = log(*entries, now_us=NOW_US + 2 * WEEK_US)
    return fatigue(all_responses(chains(held), held, {}), signals, {"conflict.riots": RULE}, held, NOW_US)


def test_alerts_are_counted_a_week_with_their_updates() -> None:
    """Two releases of one warning to each of two parties, one of whom answered."""
    alert = warning(rule="conflict.riots")
    found = meter(alert, following(alert), answer(alert, "BA-NODE", after_us=2 * HOUR_US))
    bosnia, kosovo = found.recipients
    assert (bosnia.party, bosnia.alerts, bosnia.alerts_per_week, bosnia.warnings) == ("BA-NODE", 2, 1.0, 1)
    assert (bosnia.acknowledged_share, bosnia.median_answer_us) == (1.0, 2 * HOUR_US)
    assert (kosovo.acknowledged_share, kosovo.median_answer_us) == (0.0, None)
    (rule,) = found.rules
    assert (rule.warnings, rule.alerts_per_week, rule.acknowledged_share) == (1, 2.0, 0.5)


def test_a_rule_above_its_budget_is_flagged() -> None:
    """Two signals in two weeks are its budget; three are above it."""
    within = meter(signals=tuple(signal(number, raised_us=NOW_US + number * DAY_US) for number in range(2)))
    above = meter(signals=tuple(signal(number, raised_us=NOW_US + number * DAY_US) for number in range(3)))
    assert within.over_budget == ()
    assert [(load.rule, load.signals_per_week, load.busiest_week) for load in above.over_budget] == [("conflict.riots", 1.5, 3)]


def test_what_was_dismissed_is_a_share_of_what_was_decided() -> None:
    """The last word of a party on a signal counts."""
    words = [triage("sg-conflict.riots-0", "snoozed"), triage("sg-conflict.riots-0", "dismissed", NOW_US + HOUR_US), triage("sg-conflict.riots-1", "promoted")]
    found = meter(*words, signals=(signal(0), signal(1), signal(2)))
    assert (found.rules[0].triaged, found.rules[0].dismissed, found.rules[0].dismissed_share) == (2, 1, 0.5)
    (party,) = found.recipients
    assert (party.party, party.triaged, party.dismissed_share, party.acknowledged_share) == ("ME-NODE", 2, 0.5, None)


def test_what_is_outside_the_period_or_of_the_other_world_counts_nothing() -> None:
    """An old signal and an exercise's."""
    found = meter(warning(NOW_US - DAY_US), signals=(signal(0, raised_us=NOW_US - 1), signal(1, exercise=True)))
    assert found.recipients == ()
    assert found.rules[0].signals == 0


def test_false_alarms_are_counted_a_month() -> None:
    """One in two weeks is some two a month."""
    found = meter(warning(), assessment("w1", "false alarm"))
    assert [load.false_alarms for load in found.recipients] == [1, 1]
    assert found.recipients[0].false_alarms_per_month == pytest.approx(365.25 / 12 / 14)


@given(st.lists(st.integers(0, 60), max_size=40))
def test_the_busiest_week_is_the_most_signals_in_any_seven_days(days: list[int]) -> None:
    """Counted a second time by looking at every seven days that begin at a signal."""
    raised = [NOW_US - day * DAY_US for day in days]
    held = log(now_us=NOW_US)
    loads = fatigue([], [signal(number, raised_us=at) for number, at in enumerate(raised)], {"conflict.riots": RULE}, held, NOW_US - 90 * DAY_US).rules
    assert loads[0].busiest_week == max((sum(0 <= at - begin < WEEK_US for at in raised) for begin in raised), default=0)


def test_less_than_a_week_is_taken_as_a_week() -> None:
    """One signal in the first hour is one a week, not 168."""
    held = log(now_us=NOW_US + HOUR_US)
    (rule,) = fatigue([], [signal(0)], {"conflict.riots": RULE}, held, NOW_US).rules
    assert (rule.signals_per_week, rule.is_over) == (1.0, False)
