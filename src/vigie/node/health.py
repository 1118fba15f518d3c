"""Is the node well? Each finding is a fact and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vigie.model.errors import VigieError
from vigie.node.atlas import load_atlas
from vigie.node.identity import identity_of
from vigie.node.outlook import enabled_rules
from vigie.node.packs import packs
from vigie.node.proofs import seal_faults
from vigie.node.rules import rule_book
from vigie.node.schedule import is_watched
from vigie.node.settings import Node, open_node
from vigie.store import (
    check_entries,
    check_payloads,
    check_records,
    clear_journal,
    count_rows,
    list_files,
    read_note,
    schema_version,
    store_epoch,
    sweep_quarantine,
    tombstoned,
)

MIN_FREE_BYTES = 1024**3

OPERATIONS = "operations"
"""The book of notes in which `node.backup` writes down the last backup and the last restore."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    words: str


def examine(folder: Path, now_us: int) -> list[Finding]:
    """Everything that can be wrong with a node, looked at once. Expired quarantine items are destroyed on the way."""
    try:
        node = open_node(folder)
    except VigieError as fault:
        return [Finding("node", is_well=False, words=str(fault))]
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("node", lambda: f"{node.settings.party} in {folder}"),
        ("store", lambda: f"{node.store.engine.dialect.name}, tables of version {schema_version(node.store)}, {count_rows(node.store):,} records"),
        ("key", lambda: f"signs ({len(node.sign(b'test'))} bytes) with the key {identity_of(node).key_id}"),
        ("epoch", lambda: _epoch(node)),
        ("backup", lambda: _backup(node)),
        ("disk", lambda: _free(folder)),
        ("atlas", _atlas),
        ("packs", lambda: ", ".join(packs())),
        ("rules", lambda: _rules(node)),
        ("watch", lambda: "running" if is_watched(node) else "not running; vigie watch runs the schedule"),
        ("quarantine", lambda: f"{sweep_quarantine(node.store, node.keyring, node.quarantine, now_us)} expired items destroyed, expired or left behind"),
        ("journal", lambda: _journal(node)),
        ("rejects", lambda: f"{sum(file.rejects for file in list_files(node.store)):,} records could not be read; see vigie rejects"),
    )
    return [_look(what, look) for what, look in looks]


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, is_well=True, words=look())
    except (VigieError, OSError) as fault:
        return Finding(what, is_well=False, words=str(fault))


def _free(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < MIN_FREE_BYTES:
        raise OSError(f"Only {free / 1024**2:.0f} MiB are free in {folder}; make room before the next large file.")
    return f"{free / 1024**3:.1f} GiB free"


def _epoch(node: Node) -> str:
    restored = read_note(node.store, OPERATIONS, "restore")
    return f"{store_epoch(node.store)}" + (f", restored on {restored['at']} from a backup of {restored['made']}" if restored else "")


def _backup(node: Node) -> str:
    made = read_note(node.store, OPERATIONS, "backup")
    return f"the last one was made on {made['at']}: {made['file']}" if made else "none was made yet; vigie backup FILE makes one"


def _journal(node: Node) -> str:
    if clear_journal(node.store):
        return "holds nothing that was erased"
    if tombstoned(node.store):
        raise OSError("The journal still holds what was erased until other readers close; run vigie doctor again then.")
    return "in use by another process"


def _rules(node: Node) -> str:
    book = rule_book(node)
    on = [len(enabled_rules(node, book, exercise=exercise)) for exercise in (False, True)]
    return f"{len(book.rules)} rules, {on[0]} on, {on[1]} on for the exercise; {len(book.problems)} problems"


def _atlas() -> str:
    atlas = load_atlas()
    return f"{len(atlas.countries)} countries, {len(atlas.units)} first-level units, {len(atlas.places):,} places"


def count_records(node: Node) -> int:
    """How many versions of records the store holds."""
    return count_rows(node.store)


def faults_of(node: Node, step: Callable[[int], object]) -> Iterator[str]:
    """A sentence for every record, payload or entry that is not what was written, or not provably its owner's; `step` is told of each record looked at."""
    for fault in check_records(node.store):
        step(1)
        if fault:
            yield fault
    yield from (fault for fault in check_payloads(node.store) if fault)
    yield from (fault for fault in check_entries(node.store) if fault)
    yield from seal_faults(node)
