"""Hysteresis, cool-down, grey, and the law that signals depend on the records and on nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.warn.pasts import REGION, Said, at, chatter, fact, past, pasts, riots, rule

from vigie.model.rule import Baseline, Query, Rule, Signal, signal_id
from vigie.model.times import DAY_US
from vigie.model.warning import Judgement
from vigie.warn.scan import AMBER, GREEN, GREY, RED, red_spells, scan, signals
from vigie.warn.standing import standings, watch

LOOSE = rule(minimum=2, window_days=20.0, clear_after_days=2, cool_down_days=10, baseline=Baseline(years=2, red=0.2, amber=0.4))
"""Fires easily, so that made-up pasts have signals."""

RULES = (fact(), LOOSE, replace(LOOSE, direction="down", baseline=Baseline(years=2, red=0.4, amber=0.6, expected_at_least=1)))

levels = st.lists(st.sampled_from([GREY, GREEN, AMBER, RED]), min_size=1, max_size=80)


def _spells(level: list[int], clear: int, cool: int) -> list[tuple[tuple[int, int | None], ...]]:
    at_us = np.arange(len(level), dtype=np.int64) * DAY_US
    return red_spells(rule(clear_after_days=clear, cool_down_days=cool), at_us, np.array(level, np.int8))


@given(levels, st.integers(0, 6), st.integers(0, 20))
def test_hysteresis_agrees_with_the_plain_definition(level: list[int], clear: int, cool: int) -> None:
    """Day by day: red begins with a red look, and ends when looks have been green for `clear` days without a break."""
    is_red, green_since, raised, days, starts = False, None, None, [], []
    for day, code in enumerate(level):
        green_since = (day if green_since is None else green_since) if code == GREEN else None
        if code == RED and not is_red:
            is_red = True
            if raised is None or day - raised >= cool:
                raised = day
                starts.append(day)
        elif is_red and green_since is not None and day - green_since >= clear:
            is_red = False
        days.append(is_red)
    spells = _spells(level, clear, cool)
    assert [spell[0][0] // DAY_US for spell in spells] == starts
    shown = [
        any(begin <= day * DAY_US < (len(level) * DAY_US if end is None else end) for spell in spells for begin, end in spell) for day in range(len(level))
    ]
    assert shown == days


@given(levels, st.integers(0, 6), st.integers(1, 20))
def test_signals_of_an_area_keep_their_distance(level: list[int], clear: int, cool: int) -> None:
    """There is none within the cool-down of another, and no red look lies outside a signal."""
    spells = _spells(level, clear, cool)
    raised = [spell[0][0] for spell in spells]
    assert all(later - sooner >= cool * DAY_US for sooner, later in pairwise(raised))
    for day in np.flatnonzero(np.array(level) == RED):
        assert any(begin <= day * DAY_US and (end is None or day * DAY_US < end) for spell in spells for begin, end in spell)


def test_a_count_that_hovers_at_its_threshold_is_one_signal() -> None:
    """Ten days of three, two, three, two events in the window."""
    level = [GREEN, *[RED, GREEN] * 5, *[GREEN] * 10]
    assert _spells(level, 3, 14) == [((1 * DAY_US, 13 * DAY_US),)]


def test_a_hovering_count_in_the_archive_is_one_signal() -> None:
    """As above, with events: every second day one enters the window and one leaves it."""
    days = [1_900, 1_904, 1_908, *(1_930.5 + 2 * number for number in range(5))]
    history = past([*riots([*days, 1_934, 1_938]), *chatter(2_000)])
    found = signals(rule(minimum=3, clear_after_days=3), history, REGION, at(1_990))
    assert [signal.area for signal in found] == ["AA-1"]


def test_a_red_that_comes_back_too_soon_is_the_same_signal() -> None:
    """It is open again, and has one id; after the cool-down it is another."""
    history = past([*riots([100, 110, 130]), *chatter(200)])
    asked = fact(window_days=2.0, clear_after_days=1, cool_down_days=14)
    found = signals(asked, history, REGION, at(111))
    assert [(signal.raised_us, signal.ended_us) for signal in found] == [(at(100), None)]
    assert [signal.raised_us for signal in signals(asked, history, REGION, at(190))] == [at(100), at(130)]


def test_red_ends_only_after_usual_days() -> None:
    """Standing: red, then red although the count is usual again, then green."""
    history = past([*riots([100]), *chatter(200)])
    asked = fact(window_days=7.0, clear_after_days=3)
    by_day = {day: standings(asked, history, REGION, at(day + 0.5))[0] for day in (100, 106, 108, 112)}
    assert [stand.level for stand in by_day.values()] == ["red", "red", "red", "green"]
    assert by_day[108].count == 0
    assert "red until this has been usual for 3 days" in by_day[108].why


def test_silence_is_grey_and_never_green() -> None:
    """Nothing was heard from BB for three weeks; AA is green."""
    history = past([*chatter(100), *chatter(120, 4_000, ("AA",))])
    found = {stand.area: stand for stand in standings(fact(), history, REGION, at(119))}
    assert {area: stand.level for area, stand in found.items()} == {"AA-1": "green", "AA-2": "green", "BB-1": "grey"}
    assert found["BB-1"].why == "Nothing was heard from BB in conflict for 24 days."
    assert found["BB-1"].heard_us == at(95)


def test_what_was_heard_in_another_field_is_no_data() -> None:
    """An earthquake does not tell of calm."""
    history = past([replace(word, field="seismic") for word in chatter(100)])
    assert {stand.level for stand in standings(fact(), history, REGION, at(99))} == {"grey"}


def test_a_red_area_that_falls_silent_is_grey_and_its_signal_stays_open() -> None:
    """No data do not end anything."""
    history = past([*riots([100]), *chatter(101)])
    (signal,), stands = watch(fact(window_days=30.0), history, REGION, at(150))
    assert signal.ended_us is None
    assert {stand.level for stand in stands} == {"grey"}


def test_an_empty_past_is_grey_everywhere() -> None:
    """No rows, no signal, no fault."""
    assert {stand.level for stand in standings(rule(), past([]), REGION, at(10))} == {"grey"}
    assert signals(rule(), past([]), REGION, at(10)) == ()
    assert standings(rule(), past([]), REGION, at(10))[0].why == "Nothing was ever heard from AA in conflict."


def test_a_signal_is_raised_when_the_event_becomes_known() -> None:
    """Not at the next midnight, and not when somebody asks."""
    history = past([*riots([100.3], known=100.7), *chatter(110)])
    assert [signals(fact(), history, REGION, at(day)) == () for day in (100.5, 100.69)] == [True, True]
    found = [signals(fact(), history, REGION, at(day))[0] for day in (100.7, 100.9, 101.0, 105.0)]
    assert {signal.id for signal in found} == {signal_id("conflict.riots", "AA-1", at(100.7), exercise=False)}
    assert found[0].events == ("ev-00000",)


@pytest.mark.parametrize("asked", RULES, ids=["fact", "up", "down"])
@given(said=pasts, split=st.integers(300, 1_000), later=st.integers(0, 300))
def test_live_and_replay_give_the_same_signals(asked: Rule, said: list[Said], split: int, later: int) -> None:
    """What was known by a date gives the signals by that date, whatever came later: later reports change no id, count, chance or reason."""
    whole = [*said, *chatter(1_300, every=9)]
    then = [word for word in whole if (word.day if word.known is None else word.known) <= split]
    live = signals(asked, past(then), REGION, at(split))
    later_on = signals(asked, past(whole), REGION, at(split + later))
    assert [_raised(signal) for signal in live] == [_raised(signal) for signal in later_on if signal.raised_us <= at(split)]


def _raised(signal: Signal) -> Signal:
    return replace(signal, ended_us=None)


@pytest.mark.parametrize("asked", RULES, ids=["fact", "up", "down"])
@given(said=pasts, random=st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(asked: Rule, said: list[Said], random: object) -> None:
    """Same records, other order: same signals, same ids, same standings."""
    whole = [word if word.report is not None else replace(word, report=100 + number) for number, word in enumerate([*said, *chatter(1_000, every=9)])]
    mixed = list(whole)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert watch(asked, past(whole), REGION, at(950)) == watch(asked, past(mixed), REGION, at(950))


@pytest.mark.parametrize("asked", RULES, ids=["fact", "up", "down"])
@given(said=pasts)
def test_scan_and_standings_agree(asked: Rule, said: list[Said]) -> None:
    """The last column of a scan is the standing of that midnight."""
    history = past([*said, *chatter(1_000, every=9)])
    seen = scan(asked, history, REGION, at(700), at(900))
    last = {stand.area: stand.level for stand in standings(asked, history, REGION, at(900))}
    assert {area: seen.level(area, len(seen.at_us) - 1) for area in seen.areas} == last


@given(pasts)
def test_below_the_minimum_nothing_is_raised(said: list[Said]) -> None:
    """Whatever the chance."""
    asked = replace(LOOSE, minimum=4)
    assert all(signal.count >= 4 for signal in signals(asked, past([*said, *chatter(1_000, every=9)]), REGION, at(1_000)))


def test_exercise_and_real_signals_have_different_ids() -> None:
    """The same events in the two worlds."""
    said = [*riots([100]), *chatter(110)]
    (real,), (played,) = (signals(fact(), past(said, exercise=exercise), REGION, at(105)) for exercise in (False, True))
    assert (real.exercise, played.exercise) == (False, True)
    assert real.id != played.id


def test_an_opportunity_says_so() -> None:
    """Its signal carries the flag."""
    history = past([*riots([100]), *chatter(110)])
    assert signals(fact(flag="opportunity"), history, REGION, at(105))[0].flag == "opportunity"


def test_a_whole_country_and_the_whole_region_can_be_asked() -> None:
    """Two riots in two units of one country, one in another."""
    history = past([*riots([100, 101]), *riots([102], "AA-2", 5), *riots([103], "BB-1", 8), *chatter(110)])
    by_country = {stand.area: stand.count for stand in standings(fact(area="country"), history, REGION, at(104))}
    by_region = {stand.area: stand.count for stand in standings(fact(area="region", heard_in="region"), history, REGION, at(104))}
    assert (by_country, by_region) == ({"AA": 3, "BB": 1}, {"": 4})


def test_a_judged_rule_takes_the_last_word_that_holds() -> None:
    """By area; a word that has run out is grey, also where an older one would have held longer."""
    asked = Rule(name="calm", title="Calm", field="conflict", how="judged", query=Query(), area="country", pack="conflict")
    words = [
        Judgement(rule="conflict.calm", area="AA", level="red", reason="Deployments.", until_us=at(300)),
        Judgement(rule="conflict.calm", area="BB", level="red", reason="Deployments.", until_us=at(300)),
        Judgement(rule="conflict.calm", area="BB", level="green", reason="Gone home.", until_us=at(150)),
        Judgement(rule="conflict.other", area="AA", level="green", reason="Another rule.", until_us=at(300)),
    ]
    by_day = {day: {stand.area: (stand.level, stand.why) for stand in standings(asked, past([]), REGION, at(day), words)} for day in (100, 200, 400)}
    assert by_day[100] == {"AA": ("red", "Deployments."), "BB": ("green", "Gone home.")}
    assert by_day[200]["BB"] == ("grey", "The last judgement has run out.")
    assert by_day[400]["AA"][0] == "grey"
    assert signals(asked, past([]), REGION, at(100)) == ()
    assert set(scan(asked, past([]), REGION, at(1), at(3)).levels.ravel()) == {GREY}
    assert standings(asked, past([]), REGION, at(100))[0].why == "Nobody has judged this yet."


def test_signals_can_be_asked_from_an_instant_on() -> None:
    """Those raised before are left out, and change nothing of those after."""
    history = past([*riots([100, 160]), *chatter(200)])
    every = signals(fact(), history, REGION, at(190))
    assert signals(fact(), history, REGION, at(190), since_us=at(120)) == every[1:]
