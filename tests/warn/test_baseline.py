"""What is usual: against SciPy, against the definitions written out a second time, and in worlds whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.warn.naive import chance_at, count_at
from tests.warn.pasts import REGION, Said, at, chatter, past, riots, rule, words

from vigie.model.rule import Baseline, Rule
from vigie.warn.baseline import Cells, prediction
from vigie.warn.scan import ground_of, look, scan, signals
from vigie.warn.standing import standings

YEARS = (1, 2, 3)


def _prediction(count: int, total: int, squares: int, windows: int, direction: str) -> tuple[float, float]:
    one = np.array([count]), np.array([float(total)]), np.array([float(squares)]), np.array([windows])
    mean, chance = prediction(*one, direction)
    return float(mean[0]), float(chance[0])


@pytest.mark.parametrize(("count", "total", "windows"), [(0, 0, 1), (1, 0, 5), (3, 0, 5), (3, 1, 5), (7, 12, 4), (40, 90, 3)])
def test_without_over_dispersion_it_is_the_conjugate_prediction(count: int, total: int, windows: int) -> None:
    """A Poisson rate with Jeffreys' prior Gamma(1/2, 0): negative binomial of size K + 1/2 and success m / (m + 1)."""
    predicted = stats.nbinom(total + 0.5, windows / (windows + 1))
    evenly = round(total**2 / windows)
    assert _prediction(count, total, evenly, windows, "up") == pytest.approx(((total + 0.5) / windows, predicted.sf(count - 1)))
    assert _prediction(count, total, evenly, windows, "down")[1] == pytest.approx(predicted.cdf(count))


def test_the_conjugate_prediction_is_the_integral_over_the_rate() -> None:
    """Known answer by quadrature: P(N >= 3 | K = 2 in 5 windows)."""
    rate = np.linspace(1e-9, 12, 400_001)
    tail = np.trapezoid(stats.poisson.sf(2, rate) * stats.gamma.pdf(rate, 2.5, scale=1 / 5), rate)
    assert _prediction(3, 2, 1, 5, "up")[1] == pytest.approx(tail, rel=1e-6)


@given(st.integers(0, 60), st.lists(st.integers(0, 30), min_size=1, max_size=8))
def test_up_and_down_share_the_count_itself(count: int, then: list[int]) -> None:
    """P(N >= n) + P(N <= n) = 1 + P(N = n), and a greater count is never likelier."""
    facts = (sum(then), sum(number**2 for number in then), len(then))
    up, down = _prediction(count, *facts, "up")[1], _prediction(count, *facts, "down")[1]
    more = _prediction(count + 1, *facts, "up")[1]
    assert 0 <= more <= up <= 1
    assert up + down == pytest.approx(1 + (up - more))


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8))
def test_uneven_years_make_the_unusual_less_unusual(then: list[int]) -> None:
    """Over-dispersion widens the prediction and never narrows it."""
    total, squares = sum(then), sum(number**2 for number in then)
    count = 2 * max(then) + 3
    assert _prediction(count, total, squares, len(then), "up")[1] >= _prediction(count, total, round(total**2 / len(then)), len(then), "up")[1] - 1e-12


said_over_years = st.lists(words.map(lambda word: replace(word, kind="unrest.riot", known=None, report=None)), max_size=60)


@given(said_over_years, st.integers(1_120, 1_250), st.sampled_from(["up", "down"]))
def test_the_engine_agrees_with_the_definitions_written_out(said: list[Said], day: int, direction: str) -> None:
    """Count, expected count and chance at every unit, with SciPy's own distribution and windows counted one by one."""
    asked = rule(direction=direction, baseline=Baseline(years=3), window_days=40.0)
    history = past([*said, *chatter(1_250)])
    now_us = at(day)
    ground = ground_of(asked, history, REGION)
    looks = look(ground, Cells(np.arange(3), np.full(3, now_us)))
    for number, area in enumerate(ground.areas):
        expected, chance = chance_at(said, asked, area, now_us, YEARS)
        assert looks.count[number] == count_at(said, asked, area, now_us)
        assert looks.chance[number] == pytest.approx(chance, rel=1e-9)
        assert looks.expected[number] == pytest.approx(expected)


@given(st.lists(words.map(lambda word: replace(word, kind="unrest.riot", report=None)), max_size=40), st.sampled_from(["up", "down"]))
def test_late_reports_count_from_when_they_were_known(said: list[Said], direction: str) -> None:
    """As the test before, with reports that come up to three years late: a fall is judged with what was known at the same stage each year."""
    asked = rule(direction=direction, baseline=Baseline(years=2))
    history = past([*said, *chatter(1_100)])
    looks = look(ground_of(asked, history, REGION), Cells(np.arange(3), np.full(3, at(1_060))))
    for number, area in enumerate(("AA-1", "AA-2", "BB-1")):
        assert looks.chance[number] == pytest.approx(chance_at(said, asked, area, at(1_060), (1, 2))[1], rel=1e-9)


def test_one_event_in_a_quiet_area_is_no_signal_below_the_minimum() -> None:
    """A mean of 0.2 a month, one event: red by its chance alone would be possible with another minimum, but not with this one."""
    past_days = [year * 365.25 + month * 150 for year in range(5) for month in range(2)]
    history = past([*riots([*past_days, 1_900]), *chatter(2_000)])
    (stand,) = [item for item in standings(rule(minimum=2), history, REGION, at(1_905)) if item.area == "AA-1"]
    assert (stand.count, stand.level) == (1, "green")
    assert stand.expected is not None
    assert stand.expected < 1
    assert signals(rule(minimum=2), history, REGION, at(2_000)) == ()


def _peaks(shift_days: float = 0.0) -> list[float]:
    """Twelve riots within a month around the same day of each of six years, the last year's moved."""
    return [year * 365.25 + 200 + day * 2.5 + (shift_days if year == 5 else 0.0) for year in range(6) for day in range(12)]


@pytest.mark.parametrize("shift_days", [0.0, 7.0, -7.0])
def test_a_seasonal_peak_as_each_year_is_no_signal(shift_days: float) -> None:
    """Once it has been seen twice, also where it comes a week early or late."""
    history = past([*riots(_peaks(shift_days)), *chatter(2_200)])
    asked = rule(baseline=Baseline(at_least_years=2))
    assert signals(asked, history, REGION, at(2_190)) == ()


def test_the_same_peak_out_of_season_is_a_signal() -> None:
    """Half a year off."""
    history = past([*riots(_peaks(180.0)), *chatter(2_400)])
    (signal,) = signals(rule(baseline=Baseline(at_least_years=2)), history, REGION, at(2_300))
    assert signal.count >= 3


@pytest.mark.parametrize(("years", "needed"), [(1, 6), (2, 4), (3, 4), (5, 3)])
def test_how_many_events_it_takes_after_years_of_nothing(years: int, needed: int) -> None:
    """The shorter the past, the more it takes: known from the negative binomial of size 1/2."""
    predicted = stats.nbinom(0.5, years / (years + 1))
    assert predicted.sf(needed - 1) <= 0.005 < predicted.sf(needed - 2)
    assert next(count for count in range(1, 20) if _prediction(count, 0, 0, years, "up")[1] <= 0.005) == needed


def test_in_a_steady_world_red_is_as_rare_as_it_says() -> None:
    """Made-up Poisson worlds with a constant rate: the share of red looks stays below the rule's chance."""
    random = np.random.default_rng(7)
    days = np.sort(random.uniform(0, 9 * 365.25, 9 * 40))
    history = past([*riots(days, "AA-1"), *riots(np.sort(random.uniform(0, 9 * 365.25, 9 * 12)), "AA-2", 1_500), *chatter(3_287)])
    asked = rule(minimum=1, clear_after_days=0, baseline=Baseline(red=0.02, amber=0.02))
    seen = look(ground_of(asked, history, REGION), _every_day(1_827, 3_287))
    assert float(np.mean(seen.chance <= 0.02)) <= 0.02


def _every_day(first: int, last: int) -> Cells:
    days = np.array([at(day) for day in range(first, last)], np.int64)
    return Cells(np.repeat(np.arange(2), len(days)), np.tile(days, 2))


def _levels(asked: Rule, said: list[Said], day: int) -> dict[str, str]:
    return {item.area: item.level for item in standings(asked, past(said), REGION, at(day))}


def test_too_short_a_past_is_grey_and_says_so() -> None:
    """Two years are needed, one can be compared with."""
    said = [*riots([100, 500]), *chatter(520)]
    asked = rule(baseline=Baseline(at_least_years=2))
    assert set(_levels(asked, said, 510).values()) == {"grey"}
    why = standings(asked, past(said), REGION, at(510))[0].why
    assert why == "Too little history: 1 of at least 2 earlier years can be compared with."


def test_a_year_in_which_nothing_was_heard_is_not_a_quiet_year() -> None:
    """A single old record does not make five years of calm: seasons in which the fields were silent are not compared with."""
    said = [Said(event=0, day=900), *(replace(word, event=word.event + 1, day=word.day + 1_700) for word in chatter(130))]
    assert set(_levels(rule(), said, 1_828).values()) == {"grey"}


def test_a_fall_needs_something_to_fall_from() -> None:
    """Six a season and then none is red; one a season and then none is green."""
    asked = rule(direction="down", minimum=1, window_days=90.0, baseline=Baseline(red=0.02, amber=0.05, expected_at_least=3))
    often = riots([year * 365.25 + 10 + day * 9 for year in range(5) for day in range(40)])
    seldom = riots([year * 365.25 + 100 * part for year in range(5) for part in range(3)], "AA-2", 1_000)
    levels = _levels(asked, [*often, *seldom, *chatter(2_000)], 1_990)
    assert (levels["AA-1"], levels["AA-2"]) == ("red", "green")


def test_reports_that_are_usually_late_make_no_fall() -> None:
    """Every report comes sixty days late, as ever: the last season looks no emptier than those before did then."""
    days = [year * 365.25 + 10 + day * 9 for year in range(6) for day in range(40)]
    said = [replace(word, known=word.day + 60) for word in riots([day for day in days if day < 1_990])]
    asked = rule(direction="down", minimum=1, window_days=90.0, baseline=Baseline(red=0.02, amber=0.05, expected_at_least=1))
    assert signals(asked, past([*said, *chatter(2_000)]), REGION, at(1_990)) == ()


def test_a_scan_shows_what_was_usual_each_day() -> None:
    """A row an area, a column a midnight."""
    history = past([*riots([year * 365.25 + 40 for year in range(5)]), *chatter(1_900)])
    seen = scan(rule(), history, REGION, at(1_800), at(1_890))
    assert seen.levels.shape == seen.counts.shape == seen.expected.shape == (3, 91)
    assert seen.level("AA-1", 90) == "green"
