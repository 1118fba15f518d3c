"""The activities that a log tells of, each as its latest version has it, with the course of its procedure; and how each stands on a day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from vigie.activities.approval import Course, courses, settled
from vigie.model.activity import Activity
from vigie.model.entry import Entry, Log
from vigie.model.said import latest_of, said_in

Standing = Literal["planned", "running", "finished", "suspended", "withdrawn"]
STANDINGS: tuple[Standing, ...] = ("planned", "running", "finished", "suspended", "withdrawn")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An activity: the entry of its latest readable version, what it says, and its course.

    `first_us` is when its oldest readable version was said, `status_us` since when it has had the status that it has now.
    """

    entry: Entry
    activity: Activity
    course: Course
    first_us: int
    status_us: int

    @property
    def owner(self) -> str:
        """The party whose activity it is."""
        return self.entry.owner

    @property
    def ref(self) -> str:
        """Its name in the owner's log."""
        return self.entry.ref


def known(log: Log) -> tuple[Known, ...]:
    """Every activity that the log tells of, the one that was changed last first; of each the latest version that can be read counts."""
    told: dict[tuple[str, str], list[tuple[Entry, Activity]]] = {}
    for entry, activity in said_in(log, "activity", Activity):
        told.setdefault((entry.owner, entry.ref), []).append((entry, activity))
    stand = courses(log)
    made = [_known(sorted(versions, key=lambda pair: pair[0].version), stand.get(key, Course())) for key, versions in told.items()]
    return tuple(sorted(made, key=lambda each: (-each.entry.said_us, each.owner, each.ref)))


def known_later(found: Sequence[Known], now_us: int) -> tuple[Known, ...]:
    """The same activities at a later instant until which nobody said anything: silences whose deadline has passed by then are over."""
    return tuple(replace(each, course=settled(each.course, now_us, each.owner)) if _has_ended(each.course, now_us) else each for each in found)


def _has_ended(stand: Course, now_us: int) -> bool:
    return stand.open_round is not None and stand.open_round.deadline_us <= now_us


def known_named(found: Sequence[Known], ref: str, party: str) -> Known | None:
    """The activity of that name: the party's own where it has one, else the first by owner; None where there is none. `OWNER/REF` names the owner too."""
    owner, _, name = ref.rpartition("/")
    named = [each for each in found if each.ref == ref or (each.ref == name and each.owner == owner)]
    return min(named, key=lambda each: (each.owner != party, each.owner), default=None)


def _known(versions: Sequence[tuple[Entry, Activity]], stand: Course) -> Known:
    ((entry, activity),) = latest_of(versions)
    same_since = entry.said_us
    for earlier, said in reversed(versions):
        if said.status != activity.status:
            break
        same_since = earlier.said_us
    return Known(entry=entry, activity=activity, course=stand, first_us=min(each.said_us for each, _ in versions), status_us=same_since)


def standing(each: Known, day: date) -> Standing | None:
    """How an activity stands on a calendar day (UTC), after all that is known now; None for a day before anything is known of it.

    Withdrawn from the day on which it was withdrawn, and before that as if it had not been. Under a procedure it is planned until it is agreed, whatever
    its dates say. Both its first and its last day count as running. Suspended only on days on which it would run.
    """
    if (each.activity.status == "withdrawn" or each.course.state == "withdrawn") and day >= _withdrawn_day(each):
        return "withdrawn"
    begin, end = begin_day(each), end_day(each)
    if begin is None:
        return _without_begin(each, day, end)
    if day < begin or _waits(each):
        return "planned"
    if end is not None and day > end:
        return "finished"
    return "suspended" if each.activity.status == "suspended" and day >= day_of(each.status_us) else "running"


class Life(NamedTuple):
    """From when on an activity stands how: of each standing the first day (of `end` the last day that it may run), `date.max` where it never does.

    What stands later outweighs what stands earlier: withdrawn, unknown before `known`, planned before `begin`, finished after `end`, suspended, running.
    """

    known: date
    begin: date
    end: date
    suspended: date
    withdrawn: date

    def on(self, day: date) -> Standing | None:
        """How it stands on a day: what `standing` says."""
        if day >= self.withdrawn:
            return "withdrawn"
        if day < self.known:
            return None
        if day < self.begin:
            return "planned"
        if day > self.end:
            return "finished"
        return "suspended" if day >= self.suspended else "running"

    def running(self, days: Sequence[date]) -> tuple[int, int]:
        """The half-open range of these days, which ascend, on which it runs."""
        first = bisect_left(days, max(self.known, self.begin))
        last = min(bisect_right(days, self.end), bisect_left(days, self.suspended), bisect_left(days, self.withdrawn))
        return (first, last) if first < last else (0, 0)


def life_of(item: Known) -> Life:
    """The days from which on an activity stands how, found once for all days that are asked: at each, `on` says what `standing` does."""
    status, begin, end = item.activity.status, begin_day(item), end_day(item) or date.max
    known = date.min if begin is not None else day_of(item.first_us)
    if _waits(item):
        begin, end = date.max, end if begin is not None else date.max
    elif begin is None:
        begin = known if status not in ("planned", "withdrawn") else min(end, date.max - _DAY) + _DAY
    suspended = day_of(item.status_us) if status == "suspended" else date.max
    is_withdrawn = status == "withdrawn" or item.course.state == "withdrawn"
    return Life(known, begin, end, suspended, _withdrawn_day(item) if is_withdrawn else date.max)


def begin_day(each: Known) -> date | None:
    """The first day on which it runs; None where it is not known.

    The actual day, else that of its start in the procedure, else the planned one; under a procedure never before the day on which it was agreed.
    """
    activity, stand = each.activity, each.course
    started_us = stand.when("start")
    begin = activity.begin or (day_of(started_us) if started_us is not None else activity.planned_begin)
    return begin if begin is None or stand.agreed_us is None else max(begin, day_of(stand.agreed_us))


def end_day(each: Known) -> date | None:
    """The last day on which it runs; None where it is not known. The actual one, else that on which it was closed, else the planned one."""
    activity = each.activity
    if activity.end is not None:
        return activity.end
    closed_us = each.course.when("close")
    if closed_us is None and activity.status == "closed":
        closed_us = each.status_us
    return activity.planned_end if closed_us is None else day_of(closed_us)


def _waits(each: Known) -> bool:
    """Whether it is under a procedure in which nothing was agreed yet; to note is not to agree."""
    return each.course.when("submit") is not None and each.course.agreed_us is None


def _without_begin(each: Known, day: date, end: date | None) -> Standing | None:
    """Where no begin is known its status says how it stands, from the day on which it was first told of; a day after its end it is finished."""
    if day < day_of(each.first_us):
        return None
    if _waits(each):
        return "planned"
    if end is not None and day > end:
        return "finished"
    status = each.activity.status
    if status == "suspended":
        return "suspended" if day >= day_of(each.status_us) else "running"
    return "planned" if status in ("planned", "withdrawn") else "running"


def _withdrawn_day(each: Known) -> date:
    """The day of the step, or else of the version, by which it was withdrawn: the earlier where both were said."""
    said = [each.course.when("withdraw"), each.status_us if each.activity.status == "withdrawn" else None]
    return day_of(min(at_us for at_us in said if at_us is not None))


def day_of(at_us: int) -> date:
    """The calendar day (UTC) of an instant in µs."""
    return (_EPOCH + timedelta(microseconds=at_us)).date()
