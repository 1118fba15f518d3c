"""Times as int64 microseconds since 1970-01-01T00:00:00 UTC, years -500 to 2100, intervals half-open.

`datetime` appears at the edge only; it cannot hold the years before 1 that historical catalogues need.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vigie.model.seasons import season_months

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
NEVER_US = int(np.iinfo(np.int64).min)
"""Stands for an absent time in an array."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_US = int(np.datetime64("-0500-01-01", "us").astype(np.int64))
LAST_US = int(np.datetime64("2101-01-01", "us").astype(np.int64))
_DATE = re.compile(r"([+-]?\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")


def parse_time(text: str) -> int:
    """Microseconds of an ISO 8601 instant; without a zone it is UTC, without a clock time it is midnight.

    Raises `ValueError` for anything else, and outside the years -500 to 2100.

    >>> format_time(parse_time("2014-10-01T12:30:00.5+02:00"))
    '2014-10-01T10:30:00.5Z'
    """
    text = text.strip()
    if _DATE.match(text):
        return parse_interval(text)[0]
    if text[:1] in "+-":
        return _checked(int(np.datetime64(text.removesuffix("Z"), "us").astype(np.int64)), text)
    moment = datetime.fromisoformat(text.replace("/", "-") if text[4:5] == "/" else text)
    return _checked(from_datetime(moment), text)


def parse_interval(text: str) -> tuple[int, int]:
    """Begin and end of what a date names: a year, a season, a month, a day, or an instant (begin == end).

    Dates are those of ISO 8601; seasons and quarters are read as `season_months` has them.

    >>> parse_interval("2014-10-01")[1] - parse_interval("2014-10-01")[0] == DAY_US
    True
    """
    text = text.strip()
    months = season_months(text)
    if months is not None:
        return _checked(_month_start(months[0]), text), _month_start(months[1])
    match = _DATE.match(text)
    if match is None:
        instant = parse_time(text)
        return instant, instant
    year, month, day = match.groups()
    stamp = np.datetime64("-".join([f"{int(year):05d}" if int(year) < 0 else f"{int(year):04d}", *(f"{int(part):02d}" for part in (month, day) if part)]))
    begin, end = stamp.astype("datetime64[us]"), (stamp + 1).astype("datetime64[us]")
    return _checked(int(begin.astype(np.int64)), text), int(end.astype(np.int64))


def _month_start(month: int) -> int:
    """The first instant of a month that is counted from January of the year 0."""
    return int((np.datetime64("0000-01", "M") + month).astype("datetime64[us]").astype(np.int64))


def from_datetime(moment: datetime) -> int:
    """Microseconds of a `datetime`; a naive one is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)


def from_date(day: date) -> int:
    """Microseconds of the midnight, UTC, that a day begins with."""
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def format_time(time_us: int) -> str:
    """ISO 8601 in UTC with a Z, fractions of a second only where there are any.

    >>> format_time(0)
    '1970-01-01T00:00:00Z'
    """
    whole, fraction = divmod(time_us, SECOND_US)
    days, second = divmod(whole, 86_400)
    if fraction:
        return _day_text(days) + _clock_text(second)[:-1] + f".{fraction:06d}".rstrip("0") + "Z"
    return _day_text(days) + _clock_text(second)


@lru_cache(maxsize=86_400)
def _clock_text(second: int) -> str:
    return f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


@lru_cache(maxsize=65_536)
def _day_text(days: int) -> str:
    year, month, day = str(np.datetime64(days, "D")).rsplit("-", 2)
    return f"-{year[1:]:0>4}-{month}-{day}" if year.startswith("-") else f"{year:0>4}-{month}-{day}"


def format_day(time_us: int) -> str:
    """The calendar day of an instant, UTC."""
    return format_time(time_us)[:-1].partition("T")[0]


def quarter_start(now_us: int) -> int:
    """The first instant of the calendar quarter (UTC) in which `now_us` lies."""
    month = np.datetime64(now_us, "us").astype("datetime64[M]").astype(np.int64)
    return int((month // 3 * 3).astype("datetime64[M]").astype("datetime64[us]").astype(np.int64))


def is_in_range(times_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which times lie in the years -500 to 2100."""
    return (times_us >= FIRST_US) & (times_us < LAST_US)


def _checked(time_us: int, text: str) -> int:
    if not FIRST_US <= time_us <= LAST_US:
        msg = f"{text!r} is outside the years -500 to 2100"
        raise ValueError(msg)
    return time_us
