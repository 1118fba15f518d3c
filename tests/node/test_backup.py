"""Backup and restore of whole nodes: nothing is lost, nothing half done, and no version of a key is ever two records."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from made import NOW_US, quake
from vigie.model.entry import Entry
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.model.label import Label, label_text
from vigie.node.archive import MANIFEST
from vigie.node.backup import back_up, restore, upgrade
from vigie.node.epoch_book import BOOK
from vigie.node.health import examine, faults_of
from vigie.node.settings import Node, init_node, open_node
from vigie.store import FileFacts, add_entry, count_rows, list_rejects, prepare, raw_item, standing_of, store_epoch, taking_in, unseal_stream
from vigie.store.schema import SCHEMA_VERSION, entries, reports

CLEAR = Label("ME-NODE", tlp="CLEAR")
RULES = "# rules of our own\n"


def take_in(node: Node, ref: str, label: Label = CLEAR, **changes: object) -> None:
    """Takes in one report as one file."""
    file = FileFacts(digest=f"{ref} {changes}", name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(node.store, node.keyring, file, label, NOW_US + 1) as intake:
        intake.add(prepare([quake(ref, **changes)], label.owner, label_text(label)))


def say(node: Node, ref: str, words: int) -> None:
    """Writes a draft down, as its next version."""
    add_entry(node.store, Entry(type="draft", owner="ME-NODE", ref=ref, label=CLEAR, said_us=NOW_US, body={"n": words}, by="desk"))


def given_out(node: Node) -> Iterator[tuple[object, bytes]]:
    """Every (key, version) of the node's own records, with its record id."""
    with node.store.reading() as connection:
        for row in connection.execute(select(reports.c.key, reports.c.version, reports.c.record_id)):
            yield ("report", row.key, row.version), row.record_id
        for row in connection.execute(select(entries.c.ref, entries.c.version, entries.c.record_id)):
            yield ("entry", row.ref, row.version), row.record_id


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The folder of a node with reports, an entry, a sealed raw file, rules of its own and a world that was kept."""
    from vigie.node.intake import Order, ingest_file

    node = init_node(tmp_path / "node", "ME-NODE")
    table = tmp_path / "table.csv"
    table.write_text("report_id,agency,field,kind,begin,lon,lat\na,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.1,42\nb,MSO,seismic,,never,1,2\n")
    assert ingest_file(node, table, Order(label=CLEAR), NOW_US).tally.reports == 1
    say(node, "d-1", 1)
    (node.folder / "rules.yaml").write_text(RULES)
    (node.folder / "worlds").mkdir()
    (node.folder / "worlds" / "kept").write_text("computed again")
    node.store.close()
    return node.folder


def test_a_restored_node_holds_all_that_the_node_held(filled: Path, tmp_path: Path) -> None:
    """Records, entries, rejects with what the quarantine holds of them, raw files, keys, rules; not worlds, which are computed again."""
    made = back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    assert (made.party, made.schema, made.epoch) == ("ME-NODE", SCHEMA_VERSION, 0)
    assert made.path.stat().st_mode & 0o777 == 0o600
    restored = restore(made.path, tmp_path / "again", NOW_US + 1)
    assert (restored.records, restored.epoch, restored.faults) == (1, 1, ())
    old, new = open_node(filled), open_node(tmp_path / "again")
    assert dict(given_out(old)) == dict(given_out(new))
    assert new.sign(b"x") == old.sign(b"x")
    assert (new.folder / "rules.yaml").read_text() == RULES
    assert not (new.folder / "worlds").exists()
    rejects = [list_rejects(node.store, node.keyring) for node in (old, new)]
    assert rejects[0] == rejects[1]
    assert rejects[1][0].got
    item = raw_item(new.store, 1)
    key = new.keyring.key(item or "")
    assert key
    assert b"".join(unseal_stream(key, new.quarantine / f"{item}.sealed")).startswith(b"report_id")
    assert {path.stat().st_mode & 0o077 for path in new.folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm", ".lock"))} == {0}
    take_in(new, "c")
    assert list(faults_of(new, lambda _count: None)) == []
    for node in (old, new):
        node.store.close()


def test_doctor_tells_of_backup_and_restore(filled: Path, tmp_path: Path) -> None:
    """The epoch, and when the last backup was made, of which file."""
    back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US)
    words = {item.what: item.words for item in examine(filled, NOW_US)}
    assert words["epoch"] == "0"
    assert "b.tar.gz" in words["backup"]
    assert "free" in words["disk"]
    assert SCHEMA_VERSION in words["store"]
    again = {item.what: item for item in examine(tmp_path / "again", NOW_US)}
    assert again["epoch"].words.startswith("1, restored on 2026-09-21")
    assert "none was made yet" in again["backup"].words


def test_a_backup_is_one_state_of_a_store_that_others_write(filled: Path, tmp_path: Path) -> None:
    """Two records are written in one transaction each time: every backup holds both or neither, and every one is sound."""
    stop = threading.Event()

    def write() -> None:
        node = open_node(filled)
        number = 0
        while not stop.is_set():
            number += 1
            file = FileFacts(digest=str(number), name="f", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
            with taking_in(node.store, node.keyring, file, CLEAR, NOW_US + 1) as intake:
                intake.add(prepare([quake(f"x{number}"), quake(f"y{number}")], "ME-NODE", label_text(CLEAR)))
        node.store.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            back_up(filled, tmp_path / f"b{number}.tar.gz", NOW_US)
    finally:
        stop.set()
        writer.join()
    for number in range(4):
        made = restore(tmp_path / f"b{number}.tar.gz", tmp_path / f"n{number}", NOW_US)
        assert made.records % 2 == 1
        assert made.faults == ()


@pytest.mark.parametrize("place", ["missing/b.tar.gz", "node/b.tar.gz", "taken"])
def test_a_backup_is_refused_where_it_does_not_belong(filled: Path, tmp_path: Path, place: str) -> None:
    """In a folder that is not there, in the node itself, over another file: one sentence, and nothing is left."""
    (tmp_path / "taken").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadSetting):
        back_up(filled, tmp_path / place, NOW_US)
    assert (tmp_path / "taken").read_text() == "mine"
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before and not path.name.endswith(("-wal", "-shm"))] == []


def test_a_backup_that_fails_leaves_nothing(filled: Path, tmp_path: Path) -> None:
    """A store that cannot be copied: no file of that name, nor a part of one."""
    (filled / "vigie.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(BadSetting):
        back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    assert [path.name for path in tmp_path.iterdir() if "b.tar" in path.name] == []


def test_a_restore_never_overwrites(filled: Path, tmp_path: Path) -> None:
    """Neither a node nor anything else; an empty folder is taken."""
    back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    for taken in (filled, tmp_path / "table.csv"):
        with pytest.raises(BadSetting, match="not empty"):
            restore(tmp_path / "b.tar.gz", taken, NOW_US)
    with pytest.raises(BadSetting, match="no such file"):
        restore(tmp_path / "gone", tmp_path / "again", NOW_US)
    (tmp_path / "again").mkdir()
    assert restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US).records == 1


@pytest.mark.parametrize("kind", ["text", "empty", "gzip", "tar", "zip-slip"])
def test_a_foreign_file_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    """And leaves nothing behind."""
    source = tmp_path / "foreign"
    if kind in ("text", "empty"):
        source.write_bytes(b"hello" if kind == "text" else b"")
    elif kind == "gzip":
        source.write_bytes(gzip.compress(b"hello" * 1000))
    else:
        with tarfile.open(source, "w:gz") as tar:
            (tmp_path / "evil").write_text("evil")
            tar.add(tmp_path / "evil", "../evil" if kind == "zip-slip" else "evil")
    with pytest.raises(BadReport, match="is no backup of Vigie"):
        restore(source, tmp_path / "deep" / "again", NOW_US)
    assert list((tmp_path / "deep").iterdir()) == []


def repacked(source: Path, target: Path, change: Callable[[str, Path], None]) -> None:
    """The same archive with a change to its unpacked members."""
    folder = target.parent / f"{target.name}.unpacked"
    with tarfile.open(source) as tar:
        names = tar.getnames()
        tar.extractall(folder, filter="data")
    for name in names:
        change(name, folder / name)
    with tarfile.open(target, "w:gz") as tar:
        for name in names:
            if (folder / name).exists():
                tar.add(folder / name, name)


@pytest.mark.parametrize("member", ["store/copy", "node/node.toml", "node/keys/node.pem", "vigie-backup.json", MANIFEST])
@pytest.mark.parametrize("is_gone", [True, False])
def test_a_member_that_was_changed_or_taken_out_is_found(filled: Path, tmp_path: Path, member: str, is_gone: bool) -> None:  # noqa: FBT001
    """Well packed as it may be: the sums tell."""
    made = back_up(filled, tmp_path / "b.tar.gz", NOW_US)

    def change(name: str, path: Path) -> None:
        if name == member and is_gone:
            path.unlink()
        elif name == member:
            data = path.read_bytes()
            path.write_bytes(data.replace(b"0", b"1", 1) if b"0" in data else data[:-1] + b"x")

    repacked(made.path, tmp_path / "changed.tar.gz", change)
    with pytest.raises(BadReport, match=r"damaged|no backup"):
        restore(tmp_path / "changed.tar.gz", tmp_path / "again", NOW_US)
    assert not (tmp_path / "again").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), is_cut=st.booleans())
def test_a_damaged_backup_is_refused_or_restores_the_same(filled: Path, tmp_path: Path, place: float, bit: int, is_cut: bool) -> None:  # noqa: FBT001
    """One bit turned, or the file cut short, anywhere: one sentence and nothing left, or the same records where the bit held nothing."""
    source, bad, again = tmp_path / "b.tar.gz", tmp_path / "bad.tar.gz", tmp_path / "again"
    if not source.exists():
        back_up(filled, source, NOW_US)
    data = bytearray(source.read_bytes())
    at = int(place * len(data))
    if is_cut:
        del data[at:]
    else:
        data[at] ^= 1 << bit
    bad.write_bytes(data)
    shutil.rmtree(again, ignore_errors=True)
    refusal = ""
    try:
        made = restore(bad, again, NOW_US)
    except VigieError as fault:
        refusal = str(fault)
    else:
        assert not is_cut
        assert (made.records, made.faults) == (1, ())
    assert again.exists() is (not refusal)
    assert len(refusal.splitlines()) <= 1
    assert [path for path in tmp_path.iterdir() if "restoring" in path.name] == []


def test_a_store_that_was_wrong_before_its_backup_is_restored_and_said(filled: Path, tmp_path: Path) -> None:
    """What can be saved is saved: a record that was changed on the disk is named."""
    connection = sqlite3.connect(filled / "vigie.sqlite")
    with connection:
        connection.execute("UPDATE reports SET place = 'elsewhere'")
    connection.close()
    back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    assert len(restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US).faults) == 1


def test_two_restores_of_one_backup_are_two_epochs(filled: Path, tmp_path: Path) -> None:
    """Neither could know of the other but for the book beside the backup; without it an epoch can be named."""
    back_up(filled, tmp_path / "b.tar.gz", NOW_US)
    assert [restore(tmp_path / "b.tar.gz", tmp_path / f"n{number}", NOW_US).epoch for number in range(3)] == [1, 2, 3]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "b.tar.gz", elsewhere)
    assert restore(elsewhere / "b.tar.gz", elsewhere / "n", NOW_US, beyond=9).epoch == 10
    (elsewhere / BOOK).write_text("no book")
    with pytest.raises(BadSetting, match="book of epochs"):
        restore(elsewhere / "b.tar.gz", elsewhere / "m", NOW_US)
    assert not (elsewhere / "m").exists()


ACTS = st.lists(st.tuples(st.sampled_from(["report", "report", "draft", "backup", "restore"]), st.integers(0, 5)), min_size=3, max_size=14)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 8)
@given(acts=ACTS)
def test_no_version_of_a_key_is_ever_two_records(tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]) -> None:
    """Whatever is written, backed up and restored, from whichever backup, however often: one key and version, one record; later lives count above earlier."""
    place = tmp_path_factory.mktemp("lives")
    node = init_node(place / "node0", "ME-NODE")
    told: dict[object, bytes] = {}
    backups: list[Path] = []
    epochs = [0]
    for number, (act, choice) in enumerate([*acts, ("report", 0), ("restore", 0), ("report", 0), ("draft", 0), ("restore", 1), ("report", 0), ("draft", 0)]):
        if act == "report":
            take_in(node, f"r{choice % 2}", revision=number, magnitude=number / 10)
        elif act == "draft":
            say(node, f"d-{choice % 2}", number)
        elif act == "backup" or not backups:
            backups.append(back_up(node.folder, place / f"b{number}.tar.gz", NOW_US + number).path)
        else:
            node.store.close()
            epochs.append(restore(backups[choice % len(backups)], place / f"node{number}", NOW_US + number).epoch)
            node = open_node(place / f"node{number}")
        for key, record in given_out(node):
            assert told.setdefault(key, record) == record
    assert len(set(epochs)) == len(epochs)
    assert epochs == sorted(epochs)
    assert list(faults_of(node, lambda _count: None)) == []
    node.store.close()
    shutil.rmtree(place)


def test_a_node_on_postgresql_is_backed_up_and_restored_into_an_empty_database(new_url: Callable[[str], str], tmp_path: Path) -> None:
    """By pg_dump; the restored node's settings name the new database. A database that holds anything is refused."""
    pytest.importorskip("psycopg")
    first, second = new_url("postgresql"), new_url("postgresql")
    if not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed (Debian: postgresql-client)")
    node = init_node(tmp_path / "node", "ME-NODE", first)
    take_in(node, "a", payload=b"raw")
    say(node, "d-1", 1)
    back_up(node.folder, tmp_path / "b.tar.gz", NOW_US)
    take_in(node, "after")
    with pytest.raises(BadSetting, match="database is not empty"):
        restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US)
    assert count_rows(node.store) == 2
    made = restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US, store_url=second)
    assert (made.records, made.epoch, made.faults) == (1, 1, ())
    again = open_node(tmp_path / "again")
    assert (again.settings.store, store_epoch(again.store)) == (second, 1)
    take_in(again, "after", magnitude=1.0)
    lives = dict(given_out(node)), dict(given_out(again))
    assert all(lives[0][key] == lives[1][key] for key in lives[0].keys() & lives[1].keys())
    assert len(lives[0].keys() | lives[1].keys()) == 4
    for opened in (node, again):
        opened.store.close()


def test_a_restore_into_postgresql_that_fails_leaves_the_database_empty(new_url: Callable[[str], str], tmp_path: Path) -> None:
    """The book of epochs cannot be read: the database can be used for the next try."""
    first, second = new_url("postgresql"), new_url("postgresql")
    if not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed (Debian: postgresql-client)")
    node = init_node(tmp_path / "node", "ME-NODE", first)
    back_up(node.folder, tmp_path / "b.tar.gz", NOW_US)
    node.store.close()
    (tmp_path / BOOK).write_text("no book")
    with pytest.raises(BadSetting, match="book of epochs"):
        restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US, store_url=second)
    (tmp_path / BOOK).unlink()
    assert restore(tmp_path / "b.tar.gz", tmp_path / "again", NOW_US, store_url=second).epoch == 1
    assert standing_of(second).epoch == 1


def test_without_pg_dump_the_sentence_says_what_to_install(new_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no file is left."""
    init_node(tmp_path / "node", "ME-NODE", new_url("postgresql")).store.close()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadSetting, match="pg_dump is missing; install"):
        back_up(tmp_path / "node", tmp_path / "b.tar.gz", NOW_US)
    assert not (tmp_path / "b.tar.gz").exists()


def test_an_upgrade_of_a_node_of_this_version_does_nothing(filled: Path) -> None:
    """No backup either."""
    done = upgrade(filled, NOW_US)
    assert (done.before, done.now, done.backup) == (SCHEMA_VERSION, SCHEMA_VERSION, None)
    assert not (filled / "backups").exists()
