"""Periods: every instant lies in the one whose begin is the last before it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.times import DAY_US, FIRST_US, LAST_US, parse_time
from vigie.picture.periods import MAX_BARS, PERIODS, bars_between, fitting, numbers_of, start_us

instants = st.integers(FIRST_US, LAST_US - 1)


@given(instants, st.sampled_from(PERIODS))
def test_an_instant_lies_between_the_begin_of_its_period_and_the_next(time_us: int, period: str) -> None:
    """Also before 1970 and before the year 1."""
    number = int(numbers_of(np.array([time_us]), period)[0])
    assert start_us(number, period) <= time_us < start_us(number + 1, period)


@given(instants, instants)
def test_the_fitting_period_makes_few_bars_and_the_next_shorter_too_many(one: int, other: int) -> None:
    """Hours only for days, and never more than two hundred bars."""
    first, last = sorted((one, other))
    period = fitting(first, last)
    assert bars_between(first, last).count <= MAX_BARS
    shorter = PERIODS[PERIODS.index(period) - 1] if period != "hour" else ""
    assert not shorter or shorter == "hour" or bars_between(first, last, shorter).count > MAX_BARS


def test_bars_begin_where_calendars_do() -> None:
    """Weeks on Monday, months on the first, hours with an instant."""
    first, last = parse_time("2026-09-16"), parse_time("2026-09-30") - 1
    assert bars_between(first, last, "week").starts() == ["2026-09-14", "2026-09-21", "2026-09-28"]
    assert bars_between(first, last, "month").starts() == ["2026-09-01"]
    assert bars_between(first, first + DAY_US - 1).starts()[::12] == ["2026-09-16T00:00:00Z", "2026-09-16T12:00:00Z"]
    assert bars_between(parse_time("-0372-05-01"), parse_time("2000-01-01"), "century").starts()[0] == "-0400-01-01"
