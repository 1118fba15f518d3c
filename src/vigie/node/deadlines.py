"""Deadlines as people say them: a local time in a named zone. A local time that does not exist, or stands twice, is asked for again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from vigie.model.errors import BadReport, BadSetting
from vigie.model.times import parse_time

_EXPECTED = "a local time such as 2026-12-01 18:00"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})


def deadline_of(text: str, zone: str) -> int:
    """The instant (µs UTC) of a local time in an IANA zone; with an offset, as in `2026-12-01T18:00+01:00`, the offset counts and the zone is only named.

    Raises `BadSetting` for an unknown zone, `BadReport` for what is no time, for a time that the clocks leave out, and for one that stands twice.
    """
    place, wanted = zone_named(zone), text.strip()
    if not _MOMENT.fullmatch(wanted):
        raise BadReport("The deadline cannot be understood", field="deadline", got=text, expected=_EXPECTED)
    try:
        moment = datetime.fromisoformat(wanted)
        return parse_time((moment if moment.tzinfo else _in_zone(moment, place, wanted)).astimezone(UTC).isoformat())
    except (ValueError, OverflowError) as fault:
        raise BadReport("There is no such time", field="deadline", got=text, expected=_EXPECTED) from fault


def _in_zone(moment: datetime, place: ZoneInfo, text: str) -> datetime:
    """The local time with its zone: of two the one that is the same both ways; raises where there is no such one."""
    early, late = moment.replace(tzinfo=place, fold=0), moment.replace(tzinfo=place, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early
    is_left_out = early.astimezone(UTC).astimezone(place).replace(tzinfo=None) != moment
    said = "The clocks leave this time out on that day" if is_left_out else "This time stands twice on that day, when the clocks go back"
    todo = "name another time" if is_left_out else f"give its offset, such as {moment:%Y-%m-%dT%H:%M}{_offset(early.utcoffset())}"
    raise BadReport(f"{said} in {place.key}", field="deadline", got=text, todo=todo)


def zone_named(zone: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises `BadSetting` where there is none."""
    if zone not in _zones():
        raise BadSetting("There is no such time zone", field="zone", got=zone, expected="a name of the IANA list such as Europe/Brussels")
    return ZoneInfo(zone)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _OF_THE_MACHINE


def _offset(offset: timedelta | None) -> str:
    minutes = round((offset or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def local_text(at_us: int, zone: str) -> str:
    """An instant as clocks in that zone show it, with the zone's name; in UTC where the zone is not known.

    >>> local_text(1_430_409_600_000_000, "Europe/Brussels")
    '2015-04-30 18:00 Europe/Brussels'
    """
    if zone not in _zones():
        return f"{_clock(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us))} UTC"
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    return f"{_clock(moment.astimezone(ZoneInfo(zone)))} {zone}"


def _clock(moment: datetime) -> str:
    """A day and a time of day, with seconds only where there are any."""
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
