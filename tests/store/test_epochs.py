"""Epochs of a store: what is written after one was opened bears numbers that were never given out. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from made import NOW_US, quake
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.label import Directory, Label, label_text
from vigie.model.report import Report
from vigie.model.version import MAX_EPOCH, first_of
from vigie.store import (
    Audience,
    FileFacts,
    Keyring,
    Store,
    add_entries,
    add_entry,
    check_entries,
    check_records,
    erase,
    find_reports,
    open_epoch,
    prepare,
    store_epoch,
    taking_in,
    visible,
)
from vigie.store.schema import reports as report_table

CLEAR = Label("ME", tlp="CLEAR")
OWNER = Audience("ME", Directory(), NOW_US)


def take_in(store: Store, keyring: Keyring, found: Sequence[Report], version: int = 1, label: Label = CLEAR) -> None:
    """Takes in reports as one file, made ready as some version."""
    file = FileFacts(digest="0", name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, label, NOW_US + 1) as intake:
        intake.add(prepare(found, "ME", label_text(label), version))


def said(**changes: object) -> Entry:
    """A draft of ME, with changes."""
    facts: dict[str, object] = {"type": "draft", "owner": "ME", "ref": "d-1", "label": CLEAR, "said_us": NOW_US, "body": {"n": 1}, "by": "analyst"}
    return Entry(**(facts | changes))  # type: ignore[arg-type]


def version_of(store: Store, ref: str) -> int:
    """The version of a report that counts."""
    return find_reports(store, OWNER, ref)[0].version


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """An empty keyring."""
    return Keyring(tmp_path / "keys")


@pytest.mark.parametrize("is_ready", [True, False])
def test_in_a_later_epoch_new_and_old_keys_go_on_with_its_first_version(store: Store, keyring: Keyring, is_ready: bool) -> None:  # noqa: FBT001
    """Whether or not the reader of the file knew the epoch; every record id is proved, and each key is read once."""
    take_in(store, keyring, [quake("old"), quake("same")])
    assert open_epoch(store) == store_epoch(store) == 1
    first = first_of(1)
    take_in(store, keyring, [quake("old", revision=1), quake("new", payload=b"raw"), quake("same")], first if is_ready else 1)
    assert [version_of(store, ref) for ref in ("old", "new", "same")] == [first, first, 1]
    take_in(store, keyring, [quake("new", revision=2)])
    assert version_of(store, "new") == first + 1
    assert list(check_records(store)) == [None] * 5
    assert len(visible(store, OWNER)) == 3


def test_an_earlier_word_that_comes_late_in_a_later_epoch_does_not_count(store: Store, keyring: Keyring) -> None:
    """The later word is written again above it, in the epoch's own numbers."""
    take_in(store, keyring, [quake("a", revision=5, magnitude=5.0)])
    open_epoch(store)
    take_in(store, keyring, [quake("a", revision=1, magnitude=3.0)])
    held = find_reports(store, OWNER, "a")[0]
    assert (held.version, held.report.revision) == (first_of(1) + 1, 5)
    assert list(check_records(store)) == [None] * 3


def test_who_names_the_next_version_of_an_entry_gets_one_of_this_epoch(store: Store) -> None:
    """The version after what was looked at; the same word again changes nothing, and who looked at an older one is told so."""
    known = add_entry(store, said())
    open_epoch(store)
    after = add_entry(store, said(version=known.version + 1, body={"n": 2}))
    fresh = add_entry(store, said(ref="d-2", version=1))
    assert (after.version, fresh.version) == (first_of(1), first_of(1))
    again = [add_entry(store, word) for word in (said(version=2, body={"n": 2}), after, said(ref="d-2", version=1), known)]
    assert again == [after, after, fresh, known]
    for version in (1, 2, first_of(1)):
        with pytest.raises(BadSetting, match="Somebody else has changed this meanwhile"):
            add_entry(store, said(version=version, body={"n": 3}))
    assert [entry.version for entry in add_entries(store, [said(body={"n": 3}), said(body={"n": 4}, version=first_of(1) + 2)])] == [
        first_of(1) + 1,
        first_of(1) + 2,
    ]
    assert set(check_entries(store)) == {None}


def test_a_new_epoch_is_above_every_version_that_was_given_out(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Those of reports, entries and tombstones of its own; what a partner sent says nothing of it."""
    assert [open_epoch(store), open_epoch(store), open_epoch(store, 6)] == [1, 2, 7]
    take_in(store, keyring, [quake("a"), quake("b")])
    with store.writing() as connection:
        connection.execute(update(report_table).where(report_table.c.agency_ref == "a").values(version=first_of(30), owner="RS", received=True))
    assert open_epoch(store) == 8
    with store.writing() as connection:
        connection.execute(update(report_table).where(report_table.c.agency_ref == "b").values(version=first_of(20)))
    assert open_epoch(store) == 21
    add_entry(store, said(version=first_of(40)))
    add_entry(store, said(ref="d-2"))
    erase(store, keyring, tmp_path, ["draft/d-1"], "a test", NOW_US, lambda _data: b"signed")
    assert open_epoch(store) == 41


def test_there_is_an_end_to_epochs(store: Store) -> None:
    """It is said in one sentence, and nothing changes."""
    assert open_epoch(store, MAX_EPOCH - 1) == MAX_EPOCH
    with pytest.raises(BadSetting, match="No epoch is left"):
        open_epoch(store)
    assert store_epoch(store) == MAX_EPOCH
    assert add_entry(store, replace(said(), ref="d-9")).version == first_of(MAX_EPOCH)
