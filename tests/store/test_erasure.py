"""Erasing: nothing of the content is left anywhere, a signed tombstone is. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from made import NOW_US, quake
from vigie.model.errors import BadSetting, Reject
from vigie.model.label import Directory, Label, label_text
from vigie.model.report import Report
from vigie.store import (
    Audience,
    FileFacts,
    Keyring,
    Store,
    check_payloads,
    check_records,
    clear_journal,
    create_store,
    erasable,
    erase,
    find_reports,
    list_files,
    list_rejects,
    prepare,
    raw_item,
    sqlite_url,
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
    fill(store, keyring, [replace(marked, magnitude=5.0, revision=1)], 1)
    key = Ed25519PrivateKey.generate()
    assert erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, key.sign).versions == 2
    audience = Audience("ME", Directory(), NOW_US)
    assert find_reports(store, audience, "gone") == []
    assert [held.report.payload for held in find_reports(store, audience, "stays", payloads=True)] == [b"stays"]
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
    assert [held.report.payload for held in find_reports(store, audience, "stays", payloads=True)] == [b"stays"]
    assert find_reports(store, audience, "gone") == []
    assert [fault for fault in (*check_records(store), *check_payloads(store)) if fault] == []
    store.close()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_a_name_that_nothing_bears_erases_nothing(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Neither a reference nor the shape of an id."""
    fill(store, keyring, [quake("stays")])
    assert erase(store, keyring, tmp_path, ["other", "0" * 64], "asked for", NOW_US, lambda data: data).versions == 0
    assert len(visible(store, Audience("ME", Directory(), NOW_US))) == 1


def keep_raw(store: Store, keyring: Keyring, folder: Path, reports: Sequence[Report], digest: str) -> str:
    """Takes in reports as a file whose own bytes are kept; the name of the item."""
    item = f"raw{digest}"
    keyring.new_key(item)
    (folder / f"{item}.sealed").write_bytes(b"sealed")
    file = FileFacts(digest=digest, name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, OWNER, NOW_US + 1, folder) as intake:
        intake.keep_raw(item)
        intake.add(prepare(reports, "ME", label_text(OWNER)))
    return item


def test_every_quarantined_file_that_may_have_held_it_goes(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Files of the same agency, files with unchanged reports, the same bytes under another name; not those of another agency alone."""
    gone, other = quake("gone"), quake("other", agency="OTHER")
    first = keep_raw(store, keyring, tmp_path, [gone], "0")
    unchanged = keep_raw(store, keyring, tmp_path, [gone, other], "1")
    sibling = keep_raw(store, keyring, tmp_path, [quake("sibling")], "2")
    far = keep_raw(store, keyring, tmp_path, [quake("far", agency="OTHER")], "3")
    nothing = keep_raw(store, keyring, tmp_path, [], "4")
    erase(store, keyring, tmp_path, ["MSO/gone"], "asked for", NOW_US, lambda data: data)
    assert [keyring.key(item) is None for item in (first, unchanged, sibling, far, nothing)] == [True, True, True, False, True]
    assert [path.stem for path in tmp_path.glob("*.sealed")] == [far]
    assert [raw_item(store, entry.id) for entry in list_files(store)] == [None, None, None, far, None]


def test_the_rejects_of_another_file_with_the_same_report_go_too(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """The second file brought it unchanged."""
    fill(store, keyring, [quake("gone")])
    fill(store, keyring, [quake("gone")], 1)
    erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, lambda data: data)
    assert [fault.got for fault in list_rejects(store, keyring)] == [None, None]


def test_the_bytes_of_a_file_that_brings_back_what_was_erased_are_not_kept(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """Neither their key nor the sealed file."""
    fill(store, keyring, [quake("gone")])
    erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, lambda data: data)
    item = keep_raw(store, keyring, tmp_path, [quake("gone"), quake("stays")], "1")
    assert keyring.key(item) is None
    assert raw_item(store, 2) is None
    assert list(tmp_path.glob("*.sealed")) == []


def test_a_reference_that_two_agencies_bear_is_refused(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """The sentence names both; AGENCY/REF is plain, though the agency's name holds a slash."""
    fill(store, keyring, [quake("1"), quake("1", agency="A/B")])
    with pytest.raises(BadSetting, match=r"A/B/1.*MSO/1.*AGENCY/REF"):
        erase(store, keyring, tmp_path, ["1"], "asked for", NOW_US, lambda data: data)
    assert erasable(store, ["A/B/1", "MSO/1", "nobody"]) == [("A/B", "1", 1), ("MSO", "1", 1)]
    assert erase(store, keyring, tmp_path, ["A/B/1"], "asked for", NOW_US, lambda data: data).versions == 1
    assert [held.report.agency for held in find_reports(store, Audience("ME", Directory(), NOW_US), "1")] == ["MSO"]
    assert erasable(store, ["1"]) == [("MSO", "1", 1)]


def test_a_record_without_a_reference_is_erased_alone(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """By its id; the agency's others without a reference stay."""
    fill(store, keyring, [quake(None), quake(None, magnitude=5.0)])
    name = prepare([quake(None)], "ME", label_text(OWNER)).reports[0].record_id.hex()
    assert erasable(store, [name]) == [("MSO", None, 1)]
    assert erase(store, keyring, tmp_path, [name], "asked for", NOW_US, lambda data: data).versions == 1
    assert len(visible(store, Audience("ME", Directory(), NOW_US))) == 1


def test_thousands_are_erased_at_once(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """All versions of one record, more than one condition can list."""
    fill(store, keyring, [replace(quake("gone"), magnitude=number / 1_000, payload=SECRET.encode()) for number in range(1_500)])
    versions = erasable(store, ["gone"])[0].versions
    assert erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, lambda data: data).versions == versions >= 1_500
    assert len(tombstoned(store)) == versions


def test_a_journal_that_is_still_read_is_told_of(tmp_path: Path, keyring: Keyring) -> None:
    """While a reader is open the erased bytes may lie in SQLite's journal; once it has closed, they can be cleared."""
    store = create_store(sqlite_url(tmp_path / "vigie.sqlite"))
    fill(store, keyring, [replace(quake("gone"), summary=SECRET), quake("stays")])
    with store.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM reports").scalar()
        assert not erase(store, keyring, tmp_path, ["gone"], "asked for", NOW_US, lambda data: data).is_journal_clear
    assert clear_journal(store)
    assert all(SECRET.encode() not in path.read_bytes() for path in tmp_path.glob("vigie.sqlite*"))
    store.close()
