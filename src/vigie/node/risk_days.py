"""As of when risks are shown: the day that a reader names, now, or the end of an exercise whose events lie in the past.

The events of such an exercise bear the days of its script, but its players write their warnings and answers by the clock: these are shown as they
stand now, whatever day is looked at. In every other world they are shown as they stood on the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from vigie.activities.record import day_of
from vigie.model.label import PUBLIC
from vigie.model.rule import Signal
from vigie.model.times import DAY_US, from_date
from vigie.node.outlook import SHOWN_DAYS
from vigie.node.stocktaking import Reader
from vigie.node.worlds import World
from vigie.warn.answers import Responses, all_responses
from vigie.warn.chain import as_of, chains

PAST_AFTER_DAYS = 30
"""An exercise whose newest event began longer ago than this lies in the past (our own choice: a month in which nothing happens is no script)."""


@dataclass(frozen=True, slots=True)
class When:
    """The day, the instant (µs UTC) as of which its risks stand, and the one as of which warnings, answers and silences do.

    `ends` is the last day of an exercise that lies in the past, None for every other world.
    """

    day: date
    at_us: int
    acts_us: int
    is_now: bool
    ends: date | None

    @property
    def is_at_end(self) -> bool:
        """Whether this is the end of an exercise that lies in the past."""
        return self.day == self.ends


def when_of(world: World, now_us: int, named: date | None) -> When:
    """As of when a reader is shown risks: the day that is named, else the end of an exercise that lies in the past, else now."""
    ends, today = _past_end(world, now_us), day_of(now_us)
    day = named or ends or today
    at_us = now_us if day == today else from_date(day) + DAY_US - 1
    return When(day, at_us, now_us if ends else at_us, day == today, ends)


def _past_end(world: World, now_us: int) -> date | None:
    """The day of the newest event of an exercise, as the world's audience knows it, where it lies in the past."""
    begin_us = world.events.begin_us
    if not world.exercise or not len(begin_us):
        return None
    newest_us = int(begin_us.max())
    return day_of(newest_us) if newest_us < now_us - PAST_AFTER_DAYS * DAY_US else None


def reader_as_of(reader: Reader, when: When) -> Reader:
    """The reader as it stood: of rules the signals that were red on the day, of the log what had been said by then."""
    signals = reader.outlook.signals if when.is_now else _red_on(reader, when.day)
    outlook = replace(reader.outlook, signals=signals)
    if when.acts_us == reader.log.now_us:
        return replace(reader, outlook=outlook)
    return replace(reader, outlook=replace(outlook, now_us=when.acts_us), log=as_of(reader.log, when.acts_us), read=None)


def _red_on(reader: Reader, day: date) -> tuple[Signal, ...]:
    begin_us = from_date(day)
    return tuple(item for item in reader.outlook.signals if item.raised_us < begin_us + DAY_US and (item.ended_us is None or item.ended_us > begin_us))


def answered_as_of(reader: Reader, deputies: Mapping[str, str]) -> tuple[Responses, ...]:
    """The warnings of the reader's log with what was answered to them, as of the log's now."""
    return all_responses(chains(reader.log), reader.log, deputies)


def are_signals_told(reader: Reader, when: When) -> bool:
    """Whether all signals of the day that the reader may be told are still kept; `reader` is the one of now."""
    return reader.log.party == PUBLIC or when.at_us >= reader.log.now_us - SHOWN_DAYS * DAY_US
