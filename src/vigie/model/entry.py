"""A record that is no report: what a person, or the node itself, said at an instant, under a label. It is never changed; a new word is a new version.

Drafts, warnings, answers, activities, decisions and what else people say (`ENTRY_TYPES`) are all entries; `body` is the canonical form of the noun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vigie.model.canonical import Json, canonical_bytes, canonical_text, digest
from vigie.model.label import Directory, Label, label_from_json, label_to_json
from vigie.model.times import format_time, parse_time

ENTRY_TYPES = (
    *("draft", "approval", "warning", "answer", "assessment", "judgement", "review", "triage", "alert"),
    *("activity", "step", "reason", "contact", "check", "reply", "reading", "decision", "relabelling", "grant"),
)
"""`alert` is a CAP message of somebody else, as it came; `step` an act of an activity's procedure, `reason` why a silence was broken, under a label of
its own; `check` and `reply` a communication check and its answer; `reading` the draft of a report that was read out of a page;
`decision` an analyst's word on which reports are one event; `relabelling` a change of a report's label, proposed, done or refused; `grant` an owner's
leave to pass one record on.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version of one word. `owner` is the party that says it, `ref` what it is about in the owner's log, `by` the account: a post, not a person.

    `version` 0 stands for the next one, which the store gives. Times are int64 µs UTC.
    """

    type: str
    owner: str
    ref: str
    label: Label
    said_us: int
    body: Mapping[str, Json]
    version: int = 0
    by: str = ""
    exercise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Entries that one audience may read of one of its two worlds, oldest first, and who reads them as of when."""

    party: str
    now_us: int
    exercise: bool
    entries: tuple[Entry, ...] = field(default=())

    def of(self, *types: str) -> tuple[Entry, ...]:
        """The entries of these types, oldest first."""
        return tuple(entry for entry in self.entries if entry.type in types)


def entry_key(entry: Entry) -> str:
    """Canonical text of what the entry is a version of."""
    return canonical_text([entry.owner, entry.type, entry.ref, *([True] if entry.exercise else [])])


def entry_id(entry: Entry) -> str:
    """SHA-256 of the entry's canonical bytes, hexadecimal."""
    return digest(canonical_bytes(entry_facts(entry)))


def entry_facts(entry: Entry) -> dict[str, Json]:
    """The whole entry, as canonical JSON has it."""
    return {
        "body": entry.body,
        "by": entry.by,
        "key": [entry.owner, entry.type, entry.ref, *([True] if entry.exercise else [])],
        "label": label_to_json(entry.label),
        "said": format_time(entry.said_us),
        "type": entry.type,
        "version": entry.version,
    }


def entry_of_facts(said: Mapping[str, Json], directory: Directory) -> Entry:
    """The entry whose `entry_facts` these are. Raises `ValueError`, `TypeError` or `KeyError` where they are none."""
    left: dict[str, Any] = dict(said)
    owner, type_, ref, *marks = left.pop("key")
    made = Entry(
        type=type_,
        owner=owner,
        ref=ref,
        label=label_from_json(left.pop("label"), directory),
        said_us=parse_time(left.pop("said")),
        body=left.pop("body"),
        version=left.pop("version"),
        by=left.pop("by"),
        exercise=marks == [True],
    )
    if left != {"type": made.type} or canonical_text(entry_facts(made)) != canonical_text(said):
        msg = "it is not in its canonical form"
        raise ValueError(msg)
    return made


def body_digest(body: Mapping[str, Json]) -> str:
    """SHA-256 of a body's canonical bytes: what an approval approves."""
    return digest(canonical_bytes(body))
