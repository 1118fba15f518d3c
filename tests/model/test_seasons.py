"""Dates that know a season only."""

from __future__ import annotations

import polars as pl
import pytest

from vigie.ingest.mapping import native_mapping
from vigie.ingest.moments import intervals
from vigie.model.times import NEVER_US, format_day, parse_interval


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("summer 1667", "1667-06-01", "1667-09-01"),
        ("1667 Summer", "1667-06-01", "1667-09-01"),
        ("Spring of 1905", "1905-03-01", "1905-06-01"),
        ("fall, 1905", "1905-09-01", "1905-12-01"),
        ("1905-23", "1905-09-01", "1905-12-01"),
        ("winter 1905/06", "1905-12-01", "1906-03-01"),
        ("winter 1999-2000", "1999-12-01", "2000-03-01"),
        ("winter 1905", "1904-12-01", "1906-03-01"),
        ("1905-31", "1905-03-01", "1905-06-01"),
        ("1905-Q3", "1905-07-01", "1905-10-01"),
        ("Q1 2011", "2011-01-01", "2011-04-01"),
        ("1905-41", "1905-07-01", "1906-01-01"),
        ("-0425-22", "-0425-06-01", "-0425-09-01"),
    ],
)
def test_a_season_is_the_months_that_it_may_mean(text: str, first: str, after: str) -> None:
    """Words and the codes of ISO 8601-2; a winter of one year alone runs over both that it may be."""
    begin, end = parse_interval(text)
    assert (format_day(begin), format_day(end)) == (first, after)


@pytest.mark.parametrize("text", ["summer", "winter 1905/08", "1905-20", "1905-42", "Q5 1905", "mid-summer 1905", "summer 99999"])
def test_what_is_no_season_is_refused(text: str) -> None:
    """Never guessed."""
    with pytest.raises(ValueError, match=r".*"):
        parse_interval(text)


def test_tables_may_give_a_season() -> None:
    """Beside days and instants, in one column."""
    begin, end = intervals(pl.Series(["summer 1667", "1905-Q3", "1905-07-01", "some summer"]), native_mapping())
    assert [format_day(int(time)) for time in begin[:3]] == ["1667-06-01", "1905-07-01", "1905-07-01"]
    assert format_day(int(end[0])) == "1667-09-01"
    assert begin[3] == NEVER_US
