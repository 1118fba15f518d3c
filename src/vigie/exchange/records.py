"""Records as they travel: canonical text, and the report or the entry that it says, proved by writing it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vigie.model.canonical import canonical_text
from vigie.model.entry import Entry, entry_facts, entry_of_facts
from vigie.model.errors import BadReport
from vigie.model.label import Directory, Label, label_from_json
from vigie.model.report import Key, Record, report_of_facts

_FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def read_report(said: Mapping[str, Any], payload: bytes, directory: Directory) -> Record:
    """The record that the facts say. Raises `BadReport` where they are none; whether its text is theirs shows when it is written again."""
    try:
        owner, agency, ref, *exercise = said["key"]
        made = Record(Key(owner, agency, ref, *exercise), said["version"], _label(said["label"], directory), report_of_facts(said["body"], payload))
    except _FAULTS as fault:
        raise BadReport("A partner's report cannot be understood", got=str(fault)[:200]) from fault
    return made


def _label(said: Mapping[str, Any], directory: Directory) -> Label:
    """The label: those of one page are few. One that is no joined one is the same under every directory."""
    return label_from_json(said, directory) if "parts" in said else _simple_label(json.dumps(said))


@lru_cache(maxsize=1_000)
def _simple_label(text: str) -> Label:
    return label_from_json(json.loads(text), Directory())


def entry_text(entry: Entry) -> str:
    """The canonical text of an entry."""
    return canonical_text(entry_facts(entry))


def read_entry(text: str, directory: Directory) -> Entry:
    """The entry that `entry_text` wrote. Raises `BadReport` where the text is none, or another one than its facts make."""
    try:
        made = entry_of_facts(_parsed(text), directory)
    except _FAULTS as fault:
        raise BadReport("A partner's entry cannot be understood", got=str(fault)[:200]) from fault
    if entry_text(made) != text or made.version < 1:
        raise BadReport("A partner's entry is not what it says it is", record=f"{made.type} {made.ref}"[:200], expected="its canonical form")
    return made


def _parsed(text: str) -> Mapping[str, Any]:
    said: Any = json.loads(text)
    if not isinstance(said, dict):
        msg = "a record is an object"
        raise TypeError(msg)
    return said
