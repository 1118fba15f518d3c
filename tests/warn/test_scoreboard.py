"""Scores: what counts and what does not, the intervals, and the Brier score with its parts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.entry import Entry
from vigie.model.history import Region
from vigie.model.rule import Onset
from vigie.model.warning import Likelihood
from vigie.warn.answers import all_responses
from vigie.warn.brier import brier_score
from vigie.warn.chain import chains
from vigie.warn.scoreboard import COLUMNS, Missed, Score, missed_of, score_rows, scoreboard, spread
from vigie.warn.share import wilson
from warn.logs import DAY_US, HOUR_US, NOW_US, answer, assessment, following, log, warning


def scores(entries: Sequence[Entry], missed: Sequence[Missed] = (), party: str = "ME-NODE") -> dict[tuple[str, str], Score]:
    """The scoreboard of these entries, by group and name."""
    held = log(*entries, now_us=NOW_US + 90 * DAY_US, party=party)
    return {(score.group, score.name): score for score in scoreboard(all_responses(chains(held), held, {}), held, missed)}


def closed(number: int, outcome: str, event: str = "", **changes: object) -> list[Entry]:
    """A warning and its assessment; what came, came three days after the issue."""
    began_us = NOW_US + 3 * DAY_US if outcome == "hit" else None
    facts: dict[str, object] = {"events": (event,) if event else (), "began_us": began_us}
    return [warning(warning=f"w{number}", rule="conflict.riots", problem="unrest", **changes), assessment(f"w{number}", outcome, **facts)]


def many(**outcomes: int) -> list[Entry]:
    """So many warnings of each outcome (`false_alarm` for `false alarm`)."""
    named = [name.replace("_", " ") for name, count in outcomes.items() for _ in range(count)]
    return [entry for number, name in enumerate(named) for entry in closed(number, name)]


def test_precision_and_recall_are_counted_from_assessments_and_misses() -> None:
    """6 hits, 2 false alarms; 1 miss by word, 1 episode in which no warning stood."""
    entries = [*many(hit=6, false_alarm=2), assessment("nobody warned", "miss", events=("ev-1",))]
    score = scores(entries, [Missed(event="ev-2", began_us=NOW_US, rule="conflict.riots", party="ME-NODE")])["all", ""]
    assert (score.precision.k, score.precision.n, score.precision.value) == (6, 8, 0.75)
    assert (score.recall.k, score.recall.n, score.recall.value) == (6, 8, 0.75)


def test_averted_and_cannot_tell_are_in_neither_part_and_a_second_figure_counts_them_as_false() -> None:
    """Beside precision, not in it."""
    score = scores(many(hit=3, false_alarm=1, averted=2, cannot_tell=2))["all", ""]
    assert (score.precision.value, score.precision.n) == (0.75, 4)
    assert (score.strict_precision.value, score.strict_precision.n) == (0.375, 8)
    assert (score.recall.value, score.averted, score.cannot_tell) == (1.0, 2, 2)


def test_two_warnings_of_one_event_are_one_hit_and_one_duplicate() -> None:
    """And a missed episode of that event is none."""
    entries = [*closed(1, "hit", "ev-1"), *closed(2, "hit", "ev-1")]
    score = scores(entries, [Missed(event="ev-1", began_us=NOW_US)])["all", ""]
    assert (score.hits, score.duplicates, score.misses) == (1, 1, 0)
    assert score.brier.n == 1


def test_an_update_opens_no_new_episode() -> None:
    """The first release is the forecast, and its time is the issue."""
    alert, word = closed(1, "hit")
    update = following(alert, likelihood=Likelihood(low=0.9, high=1.0))
    score = scores([alert, update, word])["all", ""]
    assert (score.hits, score.lead.median_h) == (1, 72.0)
    assert score.brier.score == pytest.approx(0.16)


def test_what_began_before_the_issue_was_missed() -> None:
    """It is shown as late, and counts against recall only."""
    score = scores([warning(), assessment(began_us=NOW_US - HOUR_US)])["all", ""]
    assert (score.hits, score.late, score.misses, score.precision.n, score.recall.value) == (0, 1, 1, 0, 0.0)


def test_nineteen_episodes_are_too_few() -> None:
    """Twenty are not."""
    assert scores(many(hit=10, false_alarm=9))["all", ""].note == "n = 19, too few"
    assert scores(many(hit=10, false_alarm=10))["all", ""].note == "n = 20"


def test_an_unassessed_warning_is_open_and_a_test_is_nothing() -> None:
    """Neither is scored; the open one is shown."""
    score = scores([*many(hit=1), warning(warning="open"), warning(warning="test", test=True), assessment("test", "false alarm")])["all", ""]
    assert (score.open, score.episodes, score.hits) == (1, 1, 1)


def test_persons_are_named_for_the_own_party_only() -> None:
    """Another party's accounts are nobody's business."""
    entries = [warning(by="ana", rule="own.r"), assessment(), warning(owner="BA-NODE", warning="w2", by="boro"), assessment("w2", owner="BA-NODE")]
    named = set(scores(entries))
    assert named == {("all", ""), ("party", "ME-NODE"), ("party", "BA-NODE"), ("rule", "own.r"), ("person", "ana")}
    assert ("person", "boro") in scores(entries, party="BA-NODE")


def test_answer_times_are_of_every_recipient_that_answered() -> None:
    """From being addressed to the first word, and to the decision."""
    alert, word = closed(1, "hit")
    entries = [alert, word, answer(alert, "BA-NODE"), answer(alert, "BA-NODE", "accepted", 3 * HOUR_US), answer(alert, "XK-NODE", after_us=2 * HOUR_US)]
    score = scores(entries)["all", ""]
    assert (score.acknowledged.n, score.acknowledged.median_h) == (2, 1.5)
    assert (score.decided.n, score.decided.median_h) == (1, 3.0)


def test_a_hundred_forecasts_of_a_half_with_fifty_events_score_a_quarter() -> None:
    """And are perfectly reliable."""
    score = brier_score([(0.5, True)] * 50 + [(0.5, False)] * 50)
    assert (score.score, score.reliability, score.resolution, score.uncertainty, score.skill) == (0.25, 0.0, 0.0, 0.25, 0.0)
    (only,) = score.bins
    assert (only.n, only.came, only.mean) == (100, 50, 0.5)
    assert (only.bar_low, only.bar_high) == (0.42, 0.58)


def test_a_perfect_forecaster_scores_zero_and_has_all_skill() -> None:
    """Ones and zeros that come true."""
    score = brier_score([(1.0, True)] * 5 + [(0.0, False)] * 15)
    assert (score.score, score.skill, score.reliability) == (0.0, 1.0, 0.0)
    assert score.resolution == pytest.approx(score.uncertainty)


def test_certainty_lies_in_the_last_tenth() -> None:
    """Together with 0.95."""
    assert [each.n for each in brier_score([(1.0, True), (0.95, True), (0.0, False), (0.1, False)]).bins] == [1, 1, 2]


def test_skill_is_against_the_climatology_that_is_given() -> None:
    """A tenth usually comes: 0.01 and 0.81 for those that came not and came."""
    score = brier_score([(0.5, True), (0.5, False)], climatology=0.1)
    assert score.skill == pytest.approx(1 - 0.25 / ((0.81 + 0.01) / 2))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_parts_of_the_brier_score_sum_to_it(forecasts: list[tuple[float, bool]]) -> None:
    """Against the definition written out; every forecast is in one bin."""
    score = brier_score(forecasts)
    assert score.score == pytest.approx(sum((probability - float(came)) ** 2 for probability, came in forecasts) / len(forecasts))
    assert score.score == pytest.approx(score.reliability - score.resolution + score.uncertainty + score.within)
    assert sum(each.n for each in score.bins) == len(forecasts)
    assert all(0 <= each.bar_low <= each.bar_high <= 1 for each in score.bins)


@given(st.lists(st.tuples(st.sampled_from([0.05, 0.35, 0.75]), st.booleans()), min_size=1, max_size=60))
def test_forecasts_of_one_value_a_bin_leave_nothing_within(forecasts: list[tuple[float, bool]]) -> None:
    """Then the three parts of Murphy are the whole."""
    assert brier_score(forecasts).within == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662), (1, 1, 0.2065, 1.0)])
def test_wilsons_interval_is_as_published(k: int, n: int, low: float, high: float) -> None:
    """81 of 263 is the example of Newcombe (1998, Statistics in Medicine 17, 857-872, table I); the others follow from the formula by hand."""
    share = wilson(k, n)
    assert (share.low, share.high) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_holds_its_share(k: int, n: int) -> None:
    """And stays between 0 and 1."""
    share = wilson(min(k, n), n)
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_nothing_gives_no_figure() -> None:
    """No share, no distribution, no score; and no division by nothing."""
    assert wilson(0, 0).value is None
    assert spread([]).median_h is None
    assert brier_score([]).score is None
    assert [score.name for score in scores([]).values()] == [""]


def test_the_rows_are_as_wide_as_their_header() -> None:
    """Unknown figures are empty cells."""
    rows = score_rows(scores(many(false_alarm=2)).values())
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    facts = dict(zip(rows[0], rows[1], strict=True))
    assert (facts["precision"], facts["recall"], facts["lead_n"], facts["note"]) == ("0.0000", "", "0", "n = 2, too few")


@given(st.permutations([*closed(1, "hit", "ev-1"), *closed(2, "hit", "ev-1"), *closed(3, "false alarm")]))
def test_scores_do_not_depend_on_the_order_of_arrival(entries: list[Entry]) -> None:
    """The same entries, the same figures."""
    assert scores(entries) == scores(entries[::-1])


@pytest.mark.parametrize("name", ['=HYPERLINK("http://example.org")', "@SUM(1+1)", "+1", "-1", "\t=1"])
def test_no_name_of_others_is_a_formula_in_a_spreadsheet(name: str) -> None:
    """The names of rules and problems stand in the table as texts."""
    held = log(warning(owner="BA-NODE", rule=name, problem=name))
    rows = score_rows(scoreboard(all_responses(chains(held), held, {}), held))
    assert {row[1] for row in rows if row[0] in ("rule", "problem")} == {f"'{name}"}


@pytest.mark.parametrize(
    ("changes", "is_missed"),
    [
        ({"areas": ("ME-16",)}, False),
        ({"areas": ("ME",)}, False),
        ({"areas": ("ME-13",)}, True),
        ({"areas": ("RS",)}, True),
        ({"areas": ("ME-16",), "test": True}, True),
        ({"areas": ("ME-16",), "expires_us": NOW_US + HOUR_US}, True),
    ],
    ids=["its unit", "its country", "the unit next door", "another country", "a test", "expired before"],
)
def test_what_began_while_no_warning_stood_is_a_miss(changes: dict[str, object], is_missed: bool) -> None:  # noqa: FBT001 - one of a table
    """Recall comes from the events: whoever warned of nothing has missed it."""
    region = Region({"ME": ("ME-13", "ME-16"), "RS": ("RS-00",)}, {})
    onset = Onset(rule="conflict.r", problem="p", area="ME-16", at_us=NOW_US + DAY_US, event="ev-1")
    missed = missed_of([onset], chains(log(warning(**changes))), region, "ME-NODE")
    assert [item.event for item in missed] == (["ev-1"] if is_missed else [])
    assert [item.event for item in missed_of([onset], (), region, "ME-NODE")] == ["ev-1"]


def test_a_warning_that_was_ended_stands_no_more() -> None:
    """What begins after the end is a miss, what began before it is none; a warning that came later foretold nothing."""
    region = Region({"ME": ("ME-16",)}, {})
    first = warning(areas=("ME-16",))
    ended = chains(log(first, following(first, act="end", areas=("ME-16",)), now_us=NOW_US + 9 * DAY_US))
    over_us = ended[0].head.said_us
    at = {when: Onset(rule="conflict.r", problem="", area="ME-16", at_us=when, event="ev-1") for when in (NOW_US - 5, NOW_US + 5, over_us, over_us + 5)}
    assert [len(missed_of([onset], ended, region, "ME-NODE")) for onset in at.values()] == [1, 0, 0, 1]
