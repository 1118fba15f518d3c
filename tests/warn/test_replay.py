"""A rule over the archive: what is a hit, a miss, a duplicate, and what the replay may not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.warn.pasts import REGION, Said, at, chatter, fact, past, pasts, riots

from vigie.model.errors import BadReport
from vigie.model.rule import Outcome, Query, Rule
from vigie.warn.replay import Replay, onsets, replay
from vigie.warn.scan import signals
from vigie.warn.share import wilson

CLASH = Query(fields=("conflict",), kinds=("viol.clash",))


def warns(**changes: object) -> Rule:
    """Each riot warns of a clash within twenty days."""
    return fact(**({"outcome": Outcome(query=CLASH, horizon_days=20), "window_days": 2.0, "clear_after_days": 1, "cool_down_days": 5} | changes))


def clashes(days: list[float], unit: str = "AA-1", first_event: int = 500, known: float | None = None) -> list[Said]:
    """A clash on each of these days."""
    return riots(days, unit, first_event, kind="viol.clash", known=known)


def found(said: list[Said], since: float = 0, until: float = 300, asked: Rule | None = None) -> Replay:
    """The replay of a past."""
    return replay(asked or warns(), past([*said, *chatter(330)]), REGION, at(since), at(until))


def verdicts(result: Replay) -> list[str]:
    """The cases' verdicts, oldest first."""
    return [case.verdict for case in result.cases]


def test_an_event_in_area_and_window_after_the_signal_is_a_hit() -> None:
    """With its lead time."""
    result = found([*riots([100.5]), *clashes([110])])
    assert (verdicts(result), result.lead_days, result.misses) == (["hit"], (9.5,), 0)


def test_two_signals_of_one_event_are_one_hit_and_one_duplicate() -> None:
    """One event counts once; the duplicate is in no precision."""
    result = found([*riots([100, 108]), *clashes([115])])
    assert verdicts(result) == ["hit", "duplicate"]
    assert (result.settled, result.episodes) == (1, 1)


def test_an_event_next_door_is_a_near_miss_and_no_hit() -> None:
    """It also stays a miss of the area where it was."""
    result = found([*riots([100]), *clashes([110], "AA-2")])
    assert (verdicts(result), result.near_misses, result.hits, result.misses) == (["near miss"], 1, 0, 1)
    assert result.precision.value == 0


def test_an_event_two_units_away_is_a_false_alarm() -> None:
    """AA-1 and BB-1 do not touch."""
    assert verdicts(found([*riots([100]), *clashes([110], "BB-1")])) == ["false alarm"]


def test_an_event_before_the_signal_or_after_the_horizon_is_a_miss() -> None:
    """The window opens with the signal and closes with the horizon."""
    result = found([*riots([100]), *clashes([99, 125])])
    assert (verdicts(result), result.misses) == (["false alarm"], 2)


def test_more_of_what_had_begun_is_a_hit_but_foretells_no_beginning() -> None:
    """An event begins after the signal, so it was right; the episode had begun before, so it is a miss."""
    result = found([*riots([100]), *clashes([95, 105])])
    assert (verdicts(result), result.foretold, result.misses) == (["hit"], 0, 1)


def test_a_later_signal_is_a_hit_only_with_an_event_of_its_own() -> None:
    """The second signal's window reaches an event that the first one's did not."""
    assert verdicts(found([*riots([100, 110]), *clashes([115, 125])])) == ["hit", "hit"]
    assert verdicts(found([*riots([100, 110]), *clashes([115, 118])])) == ["hit", "duplicate"]


def test_chance_is_the_share_of_days_before_an_event() -> None:
    """Two clashes ten days apart: thirty of three hundred days have one within the next twenty."""
    result = found([*riots([100]), *clashes([150, 160])])
    assert result.by_chance == pytest.approx(30 / 300)


def test_a_run_of_events_is_one_episode_until_a_quiet_horizon() -> None:
    """Four clashes, two episodes."""
    result = found(clashes([50, 60, 75, 120]))
    assert (result.fired, result.misses) == (0, 2)


def test_an_outcome_may_ask_for_several_events() -> None:
    """Two within the horizon; the episode begins with the second."""
    asked = warns(outcome=Outcome(query=CLASH, horizon_days=20, count=2))
    result = found([*riots([100]), *clashes([102, 112, 200])], asked=asked)
    assert (verdicts(result), result.lead_days, result.misses) == (["hit"], (12.0,), 0)


def test_a_signal_whose_horizon_is_not_over_is_pending() -> None:
    """Unless it has already come true."""
    assert verdicts(found([*riots([290])])) == ["pending"]
    assert verdicts(found([*riots([290]), *clashes([295])])) == ["hit"]


def test_a_replay_at_a_past_date_ignores_reports_received_later() -> None:
    """The riot of day 100 became known on day 160: the signal is of that day, and the clash of day 110 was missed."""
    result = found([*riots([100], known=160.25), *clashes([110])], asked=warns(window_days=90.0))
    assert [case.raised_us for case in result.cases] == [at(160.25)]
    assert (verdicts(result), result.misses) == (["false alarm"], 1)


def test_the_outcome_may_be_known_late() -> None:
    """The clash of day 110 was reported on day 250: the signal of day 100 was right."""
    assert verdicts(found([*riots([100]), *clashes([110], known=250)])) == ["hit"]


def test_a_replay_fires_as_the_live_rule_did() -> None:
    """The cases are the signals, with their ids."""
    history = past([*riots([20, 100, 150]), *chatter(330)])
    result = replay(warns(), history, REGION, at(50), at(300))
    live = signals(warns(), history, REGION, at(300), since_us=at(50))
    assert [case.signal for case in result.cases] == [signal.id for signal in live]


@pytest.mark.parametrize("asked", [warns(), warns(outcome=None), replace(warns(), minimum=2, window_days=15.0)], ids=["outcome", "rates", "two"])
@given(said=pasts, since=st.integers(0, 400), length=st.integers(1, 500))
def test_every_signal_has_one_verdict_and_nothing_is_lost(asked: Rule, said: list[Said], since: int, length: int) -> None:
    """The verdicts add up to what fired, hits have lead times within the horizon, and the result survives JSON."""
    result = replay(asked, past([*said, *chatter(1_000, every=9)]), REGION, at(since), at(since + length))
    told = result.hits + result.duplicates + result.near_misses + result.false_alarms + result.pending
    assert told == (result.fired if asked.outcome else 0)
    assert len(result.lead_days) == result.hits
    assert all(0 < lead <= 20 for lead in result.lead_days)
    assert Replay.from_json(result.to_json()) == result
    assert result.sentence.endswith(".")


@given(pasts, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_replay(said: list[Said], random: object) -> None:
    """Same records, same result."""
    whole = [word if word.report is not None else replace(word, report=100 + number) for number, word in enumerate([*said, *chatter(1_000, every=9)])]
    mixed = list(whole)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert replay(warns(), past(whole), REGION, at(0), at(950)) == replay(warns(), past(mixed), REGION, at(0), at(950))


def test_nineteen_episodes_are_too_few_and_twenty_are_not() -> None:
    """The score says so itself."""
    many = [100 + 30 * number for number in range(20)]
    few = found([*riots(many[:19]), *clashes([day + 5 for day in many[:19]]), *chatter(800)], until=790)
    enough = found([*riots(many), *clashes([day + 5 for day in many]), *chatter(800)], until=790)
    assert (few.episodes, enough.episodes) == (19, 20)
    assert "n = 19, too few" in few.sentence
    assert "too few" not in enough.sentence


@given(st.integers(0, 200), st.integers(1, 200))
def test_intervals_are_wilsons(hits: int, count: int) -> None:
    """As SciPy computes them."""
    share = wilson(min(hits, count), count)
    expected = stats.binomtest(min(hits, count), count).proportion_ci(method="wilson")
    assert share is not None
    np.testing.assert_allclose((share.low, share.high), (expected.low, expected.high), atol=1e-6)


def test_nothing_counted_is_no_share() -> None:
    """Not zero, and not one."""
    assert wilson(0, 0).value is None
    assert str(wilson(0, 0)) == "unknown (n = 0, too few)"


def test_the_sentence_says_what_a_reader_asks_first() -> None:
    """How often, how right, how much too much."""
    result = found([*riots([30, 100, 200]), *clashes([105]), *clashes([205], "AA-2", 600)], until=365)
    assert result.sentence == (
        "Would have fired 3 times in 12 months: 1 hit, 1 false alarm, 1 near miss, 1 miss; 0.3 a month; "
        "precision 0.33 (0.06 to 0.79; n = 3, too few) where chance gives 0.05, recall 0.50 (0.09 to 0.91; n = 2, too few)."
    )


def test_a_rule_without_outcome_has_rates_only() -> None:
    """And says that nothing was scored."""
    result = found([*riots([30, 100]), *clashes([105])], until=365, asked=warns(outcome=None))
    assert (result.fired, result.settled, result.precision.value) == (2, 0, None)
    assert result.sentence == "Would have fired 2 times in 12 months; 0.2 a month; what follows is not counted."


def test_rates_are_compared_with_what_readers_can_bear() -> None:
    """Two a week where one is the budget."""
    said = riots([7 * week + 3.5 * half for week in range(40) for half in range(2)])
    asked = warns(window_days=0.5, clear_after_days=0, cool_down_days=0, budget_per_week=1.0, outcome=None)
    result = found(said, until=280, asked=asked)
    assert result.signals_per_week == pytest.approx(2.0)
    assert result.is_over_budget


def test_undated_reports_are_counted() -> None:
    """Half of the riots do not say when they were issued."""
    history = past([*riots([100, 200]), *chatter(330)])
    dated = history.is_dated.copy()
    dated[0] = False
    assert replay(warns(), replace(history, is_dated=dated), REGION, at(0), at(300)).undated_share == 0.5


def test_a_replay_holds_for_one_wording() -> None:
    """Another minimum is another rule."""
    result = found(riots([100]))
    assert result.holds_for(warns())
    assert not result.holds_for(warns(minimum=2))


def test_what_is_no_replay_is_refused() -> None:
    """In one sentence."""
    with pytest.raises(BadReport, match="This is no replay"):
        Replay.from_json({"rule": "x"})


def test_lead_times_have_quartiles() -> None:
    """From two hits on."""
    result = found([*riots([30, 100, 200]), *clashes([35, 110, 215])])
    assert result.lead_days == (5.0, 10.0, 15.0)
    assert result.lead_quartiles == (7.5, 10.0, 12.5)
    assert found(riots([100])).lead_quartiles == ()


def test_what_began_is_found_though_nobody_warned() -> None:
    """Each episode once, by its first event, in the rule's areas and period only; a rule without an outcome has none."""
    said = past([*clashes([50, 110, 115, 200]), *clashes([120], "BB-1", 600), *chatter(330)])
    begun = onsets(warns(areas=("AA-1",)), said, REGION, at(60), at(300), "unrest")
    assert [(item.area, item.at_us, item.event, item.problem) for item in begun] == [
        ("AA-1", at(110), "ev-00501", "unrest"),
        ("AA-1", at(200), "ev-00503", "unrest"),
    ]
    assert onsets(replace(warns(), outcome=None), said, REGION, at(60), at(300)) == ()


@given(pasts, st.randoms())
def test_what_began_does_not_depend_on_the_order_of_arrival(said: list[Said], random: object) -> None:
    """The same onsets from the same words in any order."""
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (onsets(warns(), past(words), REGION, at(0), at(400)) for words in (said, shuffled))
    assert first == second
