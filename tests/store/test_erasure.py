"""Erasing: nothing of the content is left anywhere, a signed tombstone is. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from made import NOW_US, quake
from vigie.model.errors import Reject
from vigie.model.label import Directory, Label, label_text
from vigie.model.report import Report
from vigie.store import (
    Audience,
    FileFacts,
    Keyring,
    Store,
    check_payloads,
    check_records,
    erase,
    find_reports,
    prepare,
    taking_in,
    tombstone_bytes,
    tombstoned,
    visible,
)

OWNER = Label("ME", tlp="CLEAR")
SECRET = "Osman-Of-The-Third-House"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Keys of a quarantine."""
    return Keyring(tmp_path / "keys" / "quarantine.keys")


def fill(store: Store, keyring: Keyring, reports: Sequence[Report], number: int = 0) -> None:
    """Takes in reports as a file that had a reject too."""
    file = FileFacts(digest=str(number), name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, OWNER, NOW_US + 1) as intake:
        intake.add(prepare(reports, "ME", label_text(OWNER)))
        intake.reject(Reject("line 3", "It makes no sense", got=SECRET, raw=SECRET.encode()))


def test_an_erased_report_is_gone_in_every_version_and_its_neighbours_stay(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Facts, payload, quarantined reject; the tombstone is signed by the node, and says no more than that it was."""
    marked = replace(quake("gone"), summary=SECRET, payload=SECRET.encode())
    fill(store, keyring, [marked, replace(quake("stays"), payload=b"stays")])
    fill(store, keyring, [replace(marked, magnitude=5.0)], 1)
    key = Ed25519PrivateKey.generate()
    assert erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, key.sign) == 2
    audience = Audience("ME", Directory(), NOW_US)
    assert find_reports(store, audience, "gone") == []
    assert [held.report.payload for held in find_reports(store, audience, "stays")] == [b"stays"]
    assert [fault for fault in (*check_records(store), *check_payloads(store)) if fault] == []
    for stone in tombstoned(store):
        key.public_key().verify(stone.signature, tombstone_bytes(stone.record_id.hex(), "ME", stone.version, NOW_US, "asked for"))
    assert len(tombstoned(store)) == 2
    store.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_what_was_erased_does_not_come_back(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Sent again, as it was or corrected: a reject, and not a byte of it."""
    marked = replace(quake("gone"), summary=SECRET, payload=SECRET.encode())
    fill(store, keyring, [marked])
    erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, lambda data: data)
    fill(store, keyring, [replace(marked, magnitude=5.0), replace(quake("stays"), payload=b"stays")], 1)
    audience = Audience("ME", Directory(), NOW_US)
    assert [held.report.payload for held in find_reports(store, audience, "stays")] == [b"stays"]
    assert find_reports(store, audience, "gone") == []
    assert [fault for fault in (*check_records(store), *check_payloads(store)) if fault] == []
    store.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_a_name_that_nothing_bears_erases_nothing(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Neither a reference nor the shape of an id."""
    fill(store, keyring, [quake("stays")])
    assert erase(store, keyring, tmp_path, ["other", "0" * 64], "asked for", NOW_US, lambda data: data) == 0
    assert len(visible(store, Audience("ME", Directory(), NOW_US))) == 1
