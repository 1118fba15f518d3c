"""Records as they travel: canonical text, and the report or the entry that it says, proved by writing it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vigie.model.canonical import canonical_text, digest
from vigie.model.entry import Entry, entry_facts, entry_of_facts
from vigie.model.errors import BadReport
from vigie.model.label import Directory, label_from_json, label_to_json
from vigie.model.report import Key, Record, facts_text, record_bytes, report_key, report_of_facts

_FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def report_text(record: Record) -> str:
    """The canonical text of a record of a report."""
    payload = digest(record.report.payload) if record.report.payload else None
    return record_bytes(record.key.text, record.version, canonical_text(label_to_json(record.label)), facts_text(record.report), payload).decode()


def read_report(text: str, payload: bytes, directory: Directory) -> Record:
    """The record that `report_text` wrote. Raises `BadReport` where the text is none, or another one than its facts make."""
    try:
        said = _parsed(text)
        report = report_of_facts(said["body"], payload)
        key = Key(*said["key"])
        made = Record(key, said["version"], label_from_json(said["label"], directory), report)
        is_whole = report_text(made) == text and key == report_key(key.owner, report, digest(facts_text(report).encode())) and made.version > 0
    except _FAULTS as fault:
        raise BadReport("A partner's report cannot be understood", got=str(fault)[:200]) from fault
    if not is_whole:
        raise BadReport("A partner's report is not what it says it is", record=made.key.text[:200], expected="its canonical form")
    return made


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
