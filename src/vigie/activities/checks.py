"""Communication checks: who was asked, whether the answer came in time, who is asked instead, and how the parties did in a year.

Everything is a function of a log and an instant, in whatever order the entries came. A check is never changed: its first version counts. The asked
party's own answer counts from when it was said; one that came by phone, radio or mail counts from when the asker says that it came, and the asker's
last word on that counts. An answer at the very instant of the deadline is in time, one a microsecond later is late. A check that was not answered in
time goes on to the deputy of its point of contact, once; the check of a deputy goes no further.
"""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from vigie.model.canonical import canonical_bytes, digest
from vigie.model.contact import Check, Contact, Reply
from vigie.model.entry import Entry, Log
from vigie.model.said import latest_of, said_in
from vigie.model.times import SECOND_US, format_time, parse_time

State = Literal["waiting", "answered", "late", "unanswered"]
"""Late: answered, but after the deadline. Unanswered: the deadline has passed without an answer."""

ON_PAGE = "page"
"""The channel whose answers the asked party writes itself: those of all others may be written down by the asker."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A point of contact of the directory: the version that counts, and whose word it is (`entry.owner`)."""

    entry: Entry
    contact: Contact

    @property
    def is_own_word(self) -> bool:
        """Whether its own party says it; else it is as known to the owner."""
        return self.entry.owner == self.contact.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that counts: when it came, who wrote it down (`party`, the post `by`), and what it says."""

    at_us: int
    party: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """That the deputy of a point of contact is asked instead: from when on, and an id that is the same on every run, so that it happens once."""

    id: str
    contact: str
    party: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckState:
    """Where one check stands. `waited_us` is the time from the question to the first answer; `followed_by` names the check of the deputy, if it was sent."""

    ref: str
    asker: str
    check: Check
    sent_us: int
    by: str
    state: State
    answers: tuple[Answered, ...]
    answered_us: int | None
    waited_us: int | None
    escalation: Escalation | None
    followed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """How a party that was asked did in a year; the empty party stands for all. Spans are µs, None where nothing was answered.

    `sent` = `in_time` + `late` + `unanswered` + `waiting`; `answered` = `in_time` + `late`, which is the n of both spans.
    """

    party: str
    sent: int
    answered: int
    in_time: int
    late: int
    unanswered: int
    waiting: int
    median_us: float | None
    slowest_us: int | None

    @property
    def share_in_time(self) -> float | None:
        """The share of those that are no longer waiting which were answered in time; None where there is none."""
        over = self.sent - self.waiting
        return self.in_time / over if over else None


YEAR_COLUMNS = ("party", "sent", "answered", "in_time", "late", "unanswered", "waiting", "share_in_time", "median_s", "slowest_s")
"""The columns of the yearly table as CSV."""


def contacts(log: Log) -> tuple[Listed, ...]:
    """The directory: of each point of contact the version that counts, closed ones too, by party, institution and role."""
    found = [Listed(entry, contact) for entry, contact in latest_of(said_in(log, "contact", Contact))]
    return tuple(sorted(found, key=lambda item: (item.contact.party, item.contact.institution, item.contact.role, item.entry.owner, item.entry.ref)))


def contact_named(directory: Iterable[Listed], ref: str, reader: str) -> Listed | None:
    """The point of contact of that name: as the reader itself knows it, else as its own party says, else as somebody else does."""
    named = [item for item in directory if item.entry.ref == ref]
    return min(named, key=lambda item: (item.entry.owner != reader, not item.is_own_word, item.entry.owner), default=None)


def check_states(log: Log, now_us: int) -> tuple[CheckState, ...]:
    """Every check of the log with where it stood at `now_us`, the newest first. What was said later is not looked at."""
    entries = tuple(entry for entry in log.entries if entry.said_us <= now_us)
    known = Log(party=log.party, now_us=now_us, exercise=log.exercise, entries=entries)
    asked = _asked(known)
    replies = _replies(known)
    spoken = list(said_in(known, "contact", Contact))
    followed = {(entry.owner, check.follows): entry.ref for entry, check in asked if check.follows}
    found = [_state(entry, check, replies, spoken, followed, now_us) for entry, check in asked]
    return tuple(sorted(found, key=lambda item: (-item.sent_us, item.asker, item.ref)))


def _asked(log: Log) -> list[tuple[Entry, Check]]:
    """Each check once, as it was first said."""
    first: dict[tuple[str, str], tuple[Entry, Check]] = {}
    for entry, check in sorted(said_in(log, "check", Check), key=lambda pair: pair[0].version):
        first.setdefault((entry.owner, entry.ref), (entry, check))
    return list(first.values())


def _replies(log: Log) -> Mapping[tuple[str, str], Sequence[tuple[Entry, Reply]]]:
    """All that was said to each check, by its asker and name."""
    found: dict[tuple[str, str], list[tuple[Entry, Reply]]] = {}
    for entry, reply in said_in(log, "reply", Reply):
        found.setdefault((reply.asker, reply.check), []).append((entry, reply))
    return found


def _state(
    entry: Entry,
    check: Check,
    replies: Mapping[tuple[str, str], Sequence[tuple[Entry, Reply]]],
    spoken: Sequence[tuple[Entry, Contact]],
    followed: Mapping[tuple[str, str], str],
    now_us: int,
) -> CheckState:
    answers = tuple(_counting(entry, check, replies.get((entry.owner, entry.ref), ())))
    first_us = answers[0].at_us if answers else None
    return CheckState(
        ref=entry.ref,
        asker=entry.owner,
        check=check,
        sent_us=entry.said_us,
        by=entry.by,
        state=_word(check, first_us, now_us),
        answers=answers,
        answered_us=first_us,
        waited_us=None if first_us is None else first_us - entry.said_us,
        escalation=_escalation(entry, check, first_us, spoken, now_us),
        followed_by=followed.get((entry.owner, entry.ref), ""),
    )


def _word(check: Check, first_us: int | None, now_us: int) -> State:
    if first_us is not None:
        return "answered" if first_us <= check.until_us else "late"
    return "waiting" if now_us <= check.until_us else "unanswered"


def _counting(entry: Entry, check: Check, said: Sequence[tuple[Entry, Reply]]) -> list[Answered]:
    """The answers that count, the earliest first: those of the asked party, and what the asker wrote down of another channel."""
    own = [_answered(reply_entry, reply, max(reply_entry.said_us, entry.said_us)) for reply_entry, reply in said if reply_entry.owner == check.party]
    noted = [pair for pair in said if pair[0].owner == entry.owner != check.party and check.channel != ON_PAGE]
    for reply_entry, reply in latest_of(noted):
        at_us = reply_entry.said_us if reply.answered_us is None else reply.answered_us
        if entry.said_us <= at_us <= reply_entry.said_us:
            own.append(_answered(reply_entry, reply, at_us))
    return sorted(own, key=lambda item: (item.at_us, item.party, item.by, item.text))


def _answered(entry: Entry, reply: Reply, at_us: int) -> Answered:
    return Answered(at_us=at_us, party=entry.owner, by=entry.by, text=reply.text)


def _escalation(entry: Entry, check: Check, first_us: int | None, spoken: Sequence[tuple[Entry, Contact]], now_us: int) -> Escalation | None:
    """Once for each check that is no follow-up itself, from its deadline on, to the deputy that was known at that deadline."""
    is_in_time = first_us is not None and first_us <= check.until_us
    if check.follows or is_in_time or now_us <= check.until_us:
        return None
    standing = [Listed(*pair) for pair in latest_of(pair for pair in spoken if pair[0].said_us <= check.until_us)]
    asked = contact_named(standing, check.contact, entry.owner)
    deputy = contact_named(standing, asked.contact.deputy, entry.owner) if asked and asked.contact.deputy else None
    if deputy is None or deputy.contact.is_closed or deputy.contact.party == entry.owner or deputy.entry.ref == check.contact:
        return None
    name = digest(canonical_bytes([entry.owner, entry.ref, deputy.entry.ref, *([True] if entry.exercise else [])]))[:20]
    return Escalation(id=f"ce-{name}", contact=deputy.entry.ref, party=deputy.contact.party, at_us=check.until_us)


def year_bounds(year: int) -> tuple[int, int]:
    """The first instant of a calendar year (UTC) and that of the next."""
    return parse_time(f"{year:04d}-01-01"), parse_time(f"{year + 1:04d}-01-01")


def yearly(states: Iterable[CheckState], year: int) -> tuple[YearRow, ...]:
    """How each party that was asked did with the checks that were sent in a year (UTC), by party; last all together. No checks, no rows."""
    begin_us, end_us = year_bounds(year)
    counted = [item for item in states if begin_us <= item.sent_us < end_us]
    if not counted:
        return ()
    parties = sorted({item.check.party for item in counted})
    return (*(_year_row(party, [item for item in counted if item.check.party == party]) for party in parties), _year_row("", counted))


def _year_row(party: str, found: Sequence[CheckState]) -> YearRow:
    waits = [item.waited_us for item in found if item.waited_us is not None]
    count = {word: sum(item.state == word for item in found) for word in ("waiting", "answered", "late", "unanswered")}
    return YearRow(
        party=party,
        sent=len(found),
        answered=len(waits),
        in_time=count["answered"],
        late=count["late"],
        unanswered=count["unanswered"],
        waiting=count["waiting"],
        median_us=statistics.median(waits) if waits else None,
        slowest_us=max(waits, default=None),
    )


def year_lines(rows: Iterable[YearRow], year: int) -> Iterator[str]:
    """The yearly table as lines of CSV; its last row, of all parties, is named `all`. Spans are in seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("year", *YEAR_COLUMNS))
    writer.writerows((year, *_cells(row)) for row in rows)
    return iter(out.getvalue().splitlines())


def _cells(row: YearRow) -> tuple[object, ...]:
    share = "" if row.share_in_time is None else f"{row.share_in_time:.4f}"
    spans = ("" if span is None else f"{span / SECOND_US:.1f}" for span in (row.median_us, row.slowest_us))
    return (row.party or "all", row.sent, row.answered, row.in_time, row.late, row.unanswered, row.waiting, share, *spans)


def check_times(state: CheckState) -> dict[str, str]:
    """The instants of a check, ISO 8601: when it was sent, until when it is waited for, and when it was answered (empty = it was not)."""
    answered = "" if state.answered_us is None else format_time(state.answered_us)
    return {"sent": format_time(state.sent_us), "until": format_time(state.check.until_us), "answered": answered}
