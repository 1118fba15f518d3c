"""Backup, restore, upgrade: a node as one file, a file as a node again, an older node as one of this version.

A restored node does not know what it said after the backup. So it opens a new epoch (`model.version`): what it says next
bears versions that were never given out, and its partners see one log that goes on, not two that contradict each other.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import vigie
from vigie.model.errors import BadReport, BadSetting
from vigie.model.times import format_time
from vigie.node.archive import Header, unpack, writing_archive
from vigie.node.epoch_book import known_epoch, note_epoch
from vigie.node.health import OPERATIONS, faults_of
from vigie.node.settings import SETTINGS_FILE, Settings, _store_address, open_node, read_settings
from vigie.store import (
    Standing,
    check_empty,
    copy_sqlite,
    copy_store,
    count_rows,
    empty_again,
    open_epoch,
    open_store,
    place_postgres,
    place_sqlite,
    save_note,
    standing_of,
    upgrade_store,
)
from vigie.store.schema import SCHEMA_VERSION

OWN_BACKUPS = "backups"
"""The folder of a node in which an upgrade leaves its backup; no backup holds it."""

_STORE_MEMBER = "store/copy"
_KEYRING = Path("keys") / "quarantine.keys"
_LEFT_OUT = ("worlds", OWN_BACKUPS)
"""Folders of a node that no backup holds: worlds are computed again."""

_STORE_FILE = "vigie.sqlite"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written: where, how large, of which party, schema and epoch."""

    path: Path
    bytes: int
    party: str
    schema: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Restored:
    """A node that was restored: how many versions of records it holds, when its backup was made, the schema it had then, its new epoch.

    `faults` are sentences on records that were not what was written when the backup was made already.
    """

    party: str
    records: int
    made: str
    schema: str
    epoch: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did: the schema before and now; the backup that it made first, None where there was nothing to do."""

    before: str
    now: str
    backup: Backup | None


def back_up(folder: Path, target: Path, now_us: int) -> Backup:
    """Writes the node in `folder` into the file `target`, whole or not at all, while others write. Whoever has the file has the node's keys: its mode is 0600.

    Raises `BadSetting` where there is no node, where there is a file of that name, or where the store cannot be copied.
    """
    settings = read_settings(folder)
    url = _store_address(folder, settings)
    standing = standing_of(url)
    _check_target(folder, target)
    header = _header(settings, standing, now_us)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as place, writing_archive(target, header) as put:
        copy_store(url, Path(place) / "store")
        put(_STORE_MEMBER, Path(place) / "store")
        _put_keyring(folder / _KEYRING, Path(place) / "keys", put)
        for path in _plain_files(folder, url):
            put(f"node/{path.relative_to(folder).as_posix()}", path)
    note_epoch(target.parent, settings.party, standing.epoch)
    _remember(url, standing, {"at": format_time(now_us), "file": target.name})
    return Backup(target, target.stat().st_size, settings.party, standing.schema, standing.epoch)


def _check_target(folder: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise BadSetting("There is no such folder", source=str(target.parent), todo="make it first")
    inside = target.resolve()
    if inside.is_relative_to(folder.resolve()) and inside.parent != (folder / OWN_BACKUPS).resolve():
        raise BadSetting("A backup must lie outside the node's folder", source=str(target), todo="name another place, best on another disk")


def _header(settings: Settings, standing: Standing, now_us: int) -> Header:
    facts = {"party": settings.party, "made": format_time(now_us), "store": standing.kind, "schema": standing.schema, "program": vigie.__version__}
    return {**facts, "epoch": standing.epoch}


def _put_keyring(path: Path, place: Path, put: Callable[[str, Path], None]) -> None:
    """After the store: every item that it speaks of had its key by then."""
    if path.exists():
        copy_sqlite(path, place)
        put(f"node/{_KEYRING.as_posix()}", place)


def _plain_files(folder: Path, url: str) -> Iterator[Path]:
    """The node's other files, sorted: not the store's, nor locks, nor what is computed again."""
    taken = {f"{name}{end}" for name in (_STORE_FILE, url.removeprefix("sqlite:///")) for end in ("", "-wal", "-shm", "-journal")}
    taken |= {f"{_KEYRING.as_posix()}{end}" for end in ("", "-journal")}
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(name for name in folders if (here / name).relative_to(folder).as_posix() not in _LEFT_OUT)
        for path in (here / name for name in sorted(names)):
            is_taken = path.relative_to(folder).as_posix() in taken or str(path.absolute()) in taken
            if path.is_file() and not is_taken and path.suffix != ".lock":
                yield path


def _remember(url: str, standing: Standing, facts: Mapping[str, str]) -> None:
    """Notes the last backup, where the store is of a version that has notes as this one has."""
    if standing.schema == SCHEMA_VERSION:
        store = open_store(url)
        save_note(store, OPERATIONS, "backup", facts)
        store.close()


def restore(source: Path, folder: Path, now_us: int, *, store_url: str = "", beyond: int = 0) -> Restored:
    """Makes the node of a backup again in `folder`, which must be new or empty: verified, brought up to this version, in a new epoch; all of it or nothing.

    `store_url` names an empty PostgreSQL database where the settings' own is not meant; `beyond` is an epoch that is known to have been used.
    Raises `BadSetting` where the folder or database is not empty, `BadReport` where the file is no backup or is damaged.
    """
    if not source.is_file():
        raise BadSetting("There is no such file", source=str(source))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadSetting("The folder is not empty", source=str(folder), todo="name a new one with --node; a restore never overwrites a node")
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.restoring-", dir=folder.absolute().parent) as place:
        header = unpack(source, Path(place))
        staged = Path(place) / "node"
        with _placed_store(Path(place), header, store_url):
            restored = _made_ready(staged, header, (source.absolute().parent, folder.absolute().parent), now_us, beyond)
            if folder.exists():
                folder.rmdir()
            staged.rename(folder)
    return restored


@contextmanager
def _placed_store(place: Path, header: Header, store_url: str) -> Iterator[None]:
    """The backup's store as the store of the node that is being made; a database that was empty is empty again where the block fails."""
    staged, copy = place / "node", place / _STORE_MEMBER
    settings = read_settings(staged)
    if not copy.exists():
        raise BadReport("The backup holds no store", todo="take another one; nothing was restored")
    if header.get("store") == "sqlite":
        if store_url:
            raise BadSetting("The backup holds a SQLite store", got=store_url, expected="no --store", todo="leave --store out")
        _set_store(staged / SETTINGS_FILE, settings, "")
        place_sqlite(copy, staged / _STORE_FILE)
        yield
        return
    url = store_url or settings.store
    check_empty(url)
    try:
        place_postgres(copy, url)
        _set_store(staged / SETTINGS_FILE, settings, url)
        yield
    except BaseException:
        empty_again(url)
        raise


def _set_store(path: Path, settings: Settings, url: str) -> None:
    """Writes another address of the store into the settings; the operator's other lines stay as they are."""
    if settings.store != url:
        text = re.sub(r"(?m)^store\s*=.*\n?", "", path.read_text(encoding="utf-8"))
        path.write_text(f"store = {_quoted(url)}\n{text}" if url else text, encoding="utf-8")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _made_ready(staged: Path, header: Header, books: tuple[Path, Path], now_us: int, beyond: int) -> Restored:
    """Brings the store up to this version, looks at every record, opens the new epoch and notes it in both books, before the node can say a word."""
    settings = read_settings(staged)
    (staged / "quarantine").mkdir(mode=0o700, exist_ok=True)
    upgrade_store(_store_address(staged, settings))
    node = open_node(staged)
    try:
        faults = tuple(faults_of(node, lambda _count: None))
        epoch = open_epoch(node.store, max(beyond, known_epoch(books, settings.party)))
        for folder in dict.fromkeys(books):
            note_epoch(folder, settings.party, epoch)
        made = str(header.get("made"))
        save_note(node.store, OPERATIONS, "restore", {"at": format_time(now_us), "made": made, "epoch": epoch})
        return Restored(settings.party, count_rows(node.store), made, str(header.get("schema")), epoch, faults)
    finally:
        node.store.close()


def upgrade(folder: Path, now_us: int) -> Upgrade:
    """Brings the node's store up to this version, after a backup in its folder `backups`; where it is of this version already nothing happens.

    Raises `BadSetting` where a newer version made it.
    """
    url = _store_address(folder, read_settings(folder))
    before = standing_of(url).schema
    if before == SCHEMA_VERSION:
        return Upgrade(before, before, None)
    if not before.isdecimal() or before > SCHEMA_VERSION:
        raise BadSetting("The store was made by another version of Vigie", got=before, expected=SCHEMA_VERSION, todo="use the version that made it")
    (folder / OWN_BACKUPS).mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.fromtimestamp(now_us / 1e6, UTC).strftime("%Y%m%dT%H%M%SZ")
    backup = back_up(folder, folder / OWN_BACKUPS / f"before-{SCHEMA_VERSION}-{stamp}.tar.gz", now_us)
    upgrade_store(url)
    _remember(url, standing_of(url), {"at": format_time(now_us), "file": f"{OWN_BACKUPS}/{backup.path.name}"})
    return Upgrade(before, SCHEMA_VERSION, backup)
