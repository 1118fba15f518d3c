"""When something happened, as people say it: at an instant, some time of a day, in the morning, between two times, now. Each becomes begin and end in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, NoReturn
from zoneinfo import ZoneInfo

import pydantic

from vigie.model.canonical import Json
from vigie.model.errors import BadReport
from vigie.model.report import TimeMeaning
from vigie.model.said import Noun
from vigie.model.times import format_time, from_datetime
from vigie.node.deadlines import zone_named

EXACT_S, ABOUT_S, NOW_S = 60.0, 1_800.0, 300.0
"""How far off a time may be that was said to the minute, that was said with "about", and that is now."""

PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (22, 30)}
"""Hours of the day on which each part of it begins and ends; the night goes on into the next day."""

_Day = Annotated[str, pydantic.Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
_Clock = Annotated[str, pydantic.Field(pattern=r"^(\d{2}:\d{2})?$")]


class SaidWhen(Noun):
    """A time as it was said, in the clocks of a place. `between`: once, at some time between the two; `lasted`: from the one to the other."""

    how: Literal["instant", "day", "part", "between", "lasted", "now"]
    day: _Day = ""
    clock: _Clock = ""
    part: Literal["", "morning", "afternoon", "evening", "night"] = ""
    until_day: _Day = ""
    until_clock: _Clock = ""
    about: bool = False
    zone: Annotated[str, pydantic.Field(max_length=64)] = "UTC"


@dataclass(frozen=True, slots=True)
class When:
    """Begin and end in µs UTC, what they mean, how far off they may be, and how the clocks of the place show them."""

    begin_us: int
    end_us: int
    meaning: TimeMeaning
    sigma_s: float | None
    local: tuple[str, str]
    zone: str

    def to_json(self) -> dict[str, Json]:
        """The time as JSON, in UTC and as the clocks of the place show it."""
        said: dict[str, Json] = {"begin": format_time(self.begin_us), "end": format_time(self.end_us), "time_meaning": self.meaning, "sigma_s": self.sigma_s}
        return said | {"local_begin": self.local[0], "local_end": self.local[1], "zone": self.zone}


def when_said(said: SaidWhen, now_us: int) -> When:
    """What was said as an interval. Where the clocks of the place go back, the longest that it can mean.

    Raises `BadReport` where a part is missing or it ends before it begins, `BadSetting` for an unknown zone.
    """
    zone = zone_named(said.zone)
    if said.how == "now":
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us)
        local = _text(moment.astimezone(zone).replace(tzinfo=None))
        return When(now_us, now_us, "uncertain", NOW_S, (local, local), said.zone)
    begin, end = _local(said)
    begin_us, end_us = _instant(begin, zone, fold=0), _instant(end, zone, fold=0 if said.how == "instant" else 1)
    if end_us < begin_us or (end_us == begin_us and said.how != "instant"):
        raise BadReport("It ends before it begins", field="until", got=_text(end), expected=f"a time after {_text(begin)}")
    sigma_s = (ABOUT_S if said.about else EXACT_S) if said.how == "instant" else None
    return When(begin_us, end_us, "lasted" if said.how == "lasted" else "uncertain", sigma_s, (_text(begin), _text(end)), said.zone)


def _local(said: SaidWhen) -> tuple[datetime, datetime]:
    """Begin and end as the clocks of the place show them."""
    day = _midnight(said.day, "day")
    if said.how == "day":
        return day, day + timedelta(days=1)
    if said.how == "part":
        if not said.part:
            _missing("part", "morning, afternoon, evening or night")
        first, last = PARTS[said.part]
        return day + timedelta(hours=first), day + timedelta(hours=last)
    begin = _at(day, said.clock, "clock")
    if said.how == "instant":
        return begin, begin
    return begin, _at(_midnight(said.until_day or said.day, "until_day"), said.until_clock, "until_clock")


def _midnight(text: str, field: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        _missing(field, "a day such as 2026-11-23", text)


def _at(day: datetime, text: str, field: str) -> datetime:
    try:
        return datetime.combine(day, time.fromisoformat(text))
    except ValueError:
        _missing(field, "a time of day such as 14:30", text)


def _missing(field: str, expected: str, got: str = "") -> NoReturn:
    raise BadReport("The time is not said" if not got else "The time cannot be understood", field=field, got=got, expected=expected)


def _instant(local: datetime, zone: ZoneInfo, *, fold: int) -> int:
    return from_datetime(local.replace(tzinfo=zone, fold=fold))


def _text(local: datetime) -> str:
    return local.strftime("%Y-%m-%dT%H:%M")
