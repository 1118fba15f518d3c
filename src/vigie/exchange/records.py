"""Records as they travel: canonical text, and the report or the entry that it says, proved by writing it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vigie.model.canonical import canonical_text, digest
from vigie.model.entry import Entry, entry_facts, entry_of_facts
from vigie.model.errors import BadReport
from vigie.model.label import Directory, Label, label_from_json, label_text
from vigie.model.report import Key, Record, Report, facts_text, record_bytes, report_key, report_of_facts

_FAULTS = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def report_text(record: Record) -> str:
    """The canonical text of a record of a report."""
    return _report_text(record, facts_text(record.report))


def _report_text(record: Record, body: str) -> str:
    payload = digest(record.report.payload) if record.report.payload else None
    return record_bytes(record.key.text, record.version, _label_text(record.label), body, payload).decode()


_label_text = lru_cache(maxsize=1_000)(label_text)


def read_report(text: str, payload: bytes, directory: Directory) -> Record:
    """The record that `report_text` wrote. Raises `BadReport` where the text is none, or another one than its facts make."""
    try:
        said = _parsed(text)
        report = report_of_facts(said["body"], payload)
        key = Key(*said["key"])
        made = Record(key, said["version"], _label(said["label"], directory), report)
        body = facts_text(report)
        is_whole = _report_text(made, body) == text and key == _key(key.owner, report, body) and made.version > 0
    except _FAULTS as fault:
        raise BadReport("A partner's report cannot be understood", got=str(fault)[:200]) from fault
    if not is_whole:
        raise BadReport("A partner's report is not what it says it is", record=made.key.text[:200], expected="its canonical form")
    return made


def _key(owner: str, report: Report, body: str) -> Key:
    return report_key(owner, report, digest(body.encode()) if report.agency_ref is None else "")


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
