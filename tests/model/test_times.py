"""Times: known answers and round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.times import DAY_US, FIRST_US, LAST_US, format_time, parse_interval, parse_time, quarter_start


@given(st.integers(FIRST_US, LAST_US - 1))
def test_a_time_reads_back_as_it_was_written(time_us: int) -> None:
    """From the year -500 to 2100, to the microsecond."""
    assert parse_time(format_time(time_us)) == time_us


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2014-10-01T12:30:00+02:00", "2014-10-01T10:30:00Z"),
        ("2014-10-01 10:30", "2014-10-01T10:30:00Z"),
        ("1931-03-08T01:50:21.250Z", "1931-03-08T01:50:21.25Z"),
        ("0062-02-05", "0062-02-05T00:00:00Z"),
        ("-0426-06-01", "-0426-06-01T00:00:00Z"),
    ],
)
def test_known_times(text: str, wanted: str) -> None:
    """Zones, missing clock times, fractions, and the years that historical catalogues need."""
    assert format_time(parse_time(text)) == wanted


@pytest.mark.parametrize(("text", "days"), [("2007", 365), ("2008", 366), ("2008-02", 29), ("2018-05-22", 1), ("2018-05-22T10:00Z", 0)])
def test_a_date_is_an_interval_of_its_own_precision(text: str, days: int) -> None:
    """A year is a year long; an instant has no length."""
    begin, end = parse_interval(text)
    assert end - begin == days * DAY_US


@pytest.mark.parametrize("text", ["", "yesterday", "2014-13-01", "2014-02-30", "9999-01-01", "-0501-01-01", "12.05.2014", "2014-10-01T25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_a_quarter_begins_with_its_first_month() -> None:
    """November lies in the quarter that begins in October."""
    assert format_time(quarter_start(parse_time("2026-11-22T07:00Z"))) == "2026-10-01T00:00:00Z"
