"""Local clocks: when quiet hours end and when the next digest goes, across changes of the clock. Times are int64 µs UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vigie.model.times import SECOND_US, from_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_HOUR_US = 3_600 * SECOND_US


def minute_of_day(clock: str) -> int:
    """Minutes since local midnight of `HH:MM`. Raises `ValueError` for anything else.

    >>> minute_of_day("07:30")
    450
    """
    match = _CLOCK.fullmatch(clock)
    if match is None:
        msg = f"a time of day is written HH:MM, not {clock[:20]!r}"
        raise ValueError(msg)
    return int(match[1]) * 60 + int(match[2])


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name. Raises `ValueError` where there is none of that name."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        msg = f"there is no time zone {name[:60]!r}; names are like Europe/Podgorica"
        raise ValueError(msg) from fault


def is_quiet(at_us: int, quiet_from: str, quiet_to: str, zone: str) -> bool:
    """Whether the local clock stands in the quiet hours, which may span midnight; empty = there are none."""
    if not quiet_from:
        return False
    local = _local(at_us, zone)
    now, first, last = local.hour * 60 + local.minute, minute_of_day(quiet_from), minute_of_day(quiet_to)
    return first <= now < last if first < last else now >= first or now < last


def next_loud_us(at_us: int, quiet_from: str, quiet_to: str, zone: str) -> int:
    """The first instant from `at_us` on that is not in the quiet hours: itself, or their end."""
    return _next_clock_us(at_us, quiet_to, zone) if is_quiet(at_us, quiet_from, quiet_to, zone) else at_us


def next_digest_us(at_us: int, digest: str, digest_at: str, zone: str) -> int:
    """When what happens at `at_us` is told: at once (`none`), at the next full hour, or at the next local `digest_at` of a day or of a Monday."""
    if digest == "none":
        return at_us
    if digest == "hourly":
        return (at_us // _HOUR_US + 1) * _HOUR_US
    due_us = _next_clock_us(at_us, digest_at, zone)
    while digest == "weekly" and _local(due_us, zone).weekday():
        due_us = _next_clock_us(due_us, digest_at, zone)
    return due_us


def _next_clock_us(at_us: int, clock: str, zone: str) -> int:
    """The next instant after `at_us` at which the local clock shows this time; one that the clock leaps over is taken an hour later.

    A time that the clock shows twice in a night comes twice.
    """
    today = _local(at_us, zone).date()
    candidates = (instant for days in range(3) for instant in _clock_us(today + timedelta(days=days), clock, zone))
    return next(candidate for candidate in candidates if candidate > at_us)


def _clock_us(day: date, clock: str, zone: str) -> tuple[int, ...]:
    """When the local clock shows this time on this day: once, or twice where it is set back over it."""
    hour, minute = divmod(minute_of_day(clock), 60)
    first, second = (from_datetime(datetime.combine(day, time(hour, minute, fold=fold), zone_of(zone))) for fold in (0, 1))
    return (first, second) if second > first else (first,)


def _local(at_us: int, zone: str) -> datetime:
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(zone_of(zone))
