"""What is shown of points of contact and of checks to one reader, as JSON: the form that the page and the command line share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vigie.activities.checks import CheckState, Listed, YearRow, check_states, check_times, contact_named, contacts, yearly
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.label import Label
from vigie.model.said import body_of
from vigie.model.times import SECOND_US, format_time
from vigie.node.warning_facts import label_words

STATE_WORDS: Mapping[str, str] = {"waiting": "waiting", "answered": "answered in time", "late": "answered late", "unanswered": "not answered"}
_MINUTE_US, _HOUR_MIN, _DAY_MIN = 60 * SECOND_US, 60, 48 * 60


def span_words(span_us: float | None) -> str:
    """A span of time as people say it: seconds, minutes, hours or days; empty for none.

    >>> span_words(41_000_000), span_words(12.5 * 60e6), span_words(3 * 3600e6), span_words(None)
    ('41 s', '12.5 min', '3.0 h', '')
    """
    if span_us is None:
        return ""
    minutes = span_us / _MINUTE_US
    if minutes < 1:
        return f"{span_us / SECOND_US:.0f} s"
    if minutes < 2 * _HOUR_MIN:
        return f"{minutes:.1f} min"
    return f"{minutes / _HOUR_MIN:.1f} h" if minutes < _DAY_MIN else f"{minutes / _HOUR_MIN / 24:.1f} days"


def contact_facts(found: Listed, directory: Sequence[Listed], reader: str) -> dict[str, Any]:
    """A point of contact: what is known of it, whose word that is, and under which label."""
    entry, contact = found.entry, found.contact
    deputy = contact_named(directory, contact.deputy, reader) if contact.deputy else None
    return body_of(contact) | {
        "ref": entry.ref,
        "owner": entry.owner,
        "version": entry.version,
        "label": label_words(entry.label),
        "tlp": entry.label.tlp,
        "rel_to": None if entry.label.rel_to is None else sorted(entry.label.rel_to),
        "said": format_time(entry.said_us),
        "word_of": "its own word" if found.is_own_word else f"as known to {entry.owner}",
        "is_mine": entry.owner == reader,
        "is_closed": contact.is_closed,
        "lines": [{"channel": line.channel, "address": line.address} for line in contact.lines],
        "fields": list(contact.fields),
        "countries": list(contact.countries),
        "languages": list(contact.languages),
        "hours": contact.hours or "always",
        "zone": contact.zone,
        "deputy": contact.deputy,
        "deputy_name": contact_name(deputy),
        "name": contact_name(found),
    }


def contact_name(found: Listed | None) -> str:
    """The post and its institution; empty for none."""
    return f"{found.contact.role}, {found.contact.institution}" if found else ""


def directory_facts(log: Log, *, with_closed: bool = False) -> list[dict[str, Any]]:
    """The directory as the log's reader sees it, closed points of contact only where they are asked for."""
    known = contacts(log)
    return [contact_facts(item, known, log.party) for item in known if with_closed or not item.contact.is_closed]


def check_facts(state: CheckState, directory: Sequence[Listed], reader: str) -> dict[str, Any]:
    """A check with its answers, for one of its two parties or whoever else may read it."""
    check = state.check
    told = state.escalation
    return {
        "ref": state.ref,
        "asker": state.asker,
        "party": check.party,
        "contact": check.contact,
        "contact_name": contact_name(contact_named(directory, check.contact, reader)),
        "channel": check.channel,
        "text": check.text,
        **check_times(state),
        "state": state.state,
        "words": STATE_WORDS[state.state],
        "waited": span_words(state.waited_us),
        "waited_s": None if state.waited_us is None else state.waited_us / SECOND_US,
        "answers": [{"at": format_time(item.at_us), "party": item.party, "text": item.text} for item in state.answers],
        "follows": check.follows,
        "followed_by": state.followed_by,
        "deputy_party": told.party if told else "",
        "is_asked_of_me": check.party == reader,
        "is_mine": state.asker == reader,
    }


def all_check_facts(log: Log, now_us: int) -> list[dict[str, Any]]:
    """Every check that the log's reader may read, the newest first."""
    known = contacts(log)
    return [check_facts(state, known, log.party) for state in check_states(log, now_us)]


def year_facts(rows: Iterable[YearRow]) -> list[dict[str, Json]]:
    """The yearly table; the row of all parties has an empty party."""
    return [
        {
            "party": row.party,
            "sent": row.sent,
            "answered": row.answered,
            "in_time": row.in_time,
            "late": row.late,
            "unanswered": row.unanswered,
            "waiting": row.waiting,
            "share_in_time": row.share_in_time,
            "median_s": None if row.median_us is None else row.median_us / SECOND_US,
            "slowest_s": None if row.slowest_us is None else row.slowest_us / SECOND_US,
            "median": span_words(row.median_us),
            "slowest": span_words(row.slowest_us),
        }
        for row in rows
    ]


def year_of(log: Log, now_us: int, year: int) -> tuple[YearRow, ...]:
    """The yearly table of all that the log's reader may read."""
    return yearly(check_states(log, now_us), year)


def label_choice(label: Label) -> str:
    """The label as the form of a point of contact offers it: `own`, `named`, `GREEN` or `CLEAR`."""
    if label.rel_to is None:
        return label.tlp
    return "named" if label.rel_to else "own"
