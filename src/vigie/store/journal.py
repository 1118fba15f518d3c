"""What was taken in, what could not be read, and what the quarantine holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from vigie.store.database import Store
from vigie.store.keyring import Keyring, unseal
from vigie.store.schema import files, labels, quarantine, rejects, reports

AT_ONCE = 5_000
"""How many values one condition may list."""

STRAY_US = 3_600_000_000
"""How old what is sealed but not written down must be before it is destroyed: an hour, since another process may be about to write it down."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file that was taken in."""

    id: int
    digest: str
    name: str
    source: str
    reader: str
    label: str
    exercise: bool
    received_us: int
    reports: int
    unchanged: int
    rejects: int


@dataclass(frozen=True, slots=True)
class RejectEntry:
    """One record that could not be read; `got` is shown to the operator only and is gone when its quarantine item is."""

    file: str
    file_id: int
    place: str
    what: str
    field: str
    expected: str
    got: str | None


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """What one agency has sent in one field."""

    agency: str
    field: str
    reports: int
    last_begin_us: int


def list_files(store: Store) -> list[FileEntry]:
    """Every file, first to last."""
    columns = (files.c.id, files.c.digest, files.c.name, files.c.source, files.c.reader, labels.c.text, files.c.exercise, files.c.received_us)
    query = select(*columns, files.c.reports, files.c.unchanged, files.c.rejects).join(labels, labels.c.id == files.c.label_id).order_by(files.c.id)
    with store.reading() as connection:
        return [FileEntry(*row) for row in connection.execute(query)]


def list_rejects(store: Store, keyring: Keyring, *, file_id: int | None = None, limit: int = 1_000) -> list[RejectEntry]:
    """Rejects, oldest file first, at most `limit`; with what was got where the quarantine still holds it."""
    query = select(files.c.name, files.c.id, rejects.c.place, rejects.c.what, rejects.c.field, rejects.c.expected, rejects.c.item, quarantine.c.sealed)
    query = query.join(files, files.c.id == rejects.c.file_id).outerjoin(quarantine, quarantine.c.item == rejects.c.item).order_by(rejects.c.id).limit(limit)
    if file_id is not None:
        query = query.where(rejects.c.file_id == file_id)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [RejectEntry(*row[:6], opened_reject(keyring, row.item, row.sealed)) for row in rows]


def opened_reject(keyring: Keyring, item: str | None, sealed: bytes | None) -> str | None:
    """What was got where a reject says that something else was expected, while the quarantine keeps it; else None."""
    key = keyring.key(item) if item and sealed else None
    return json.loads(unseal(key, sealed))[0] if key and sealed else None


def raw_item(store: Store, file_id: int) -> str | None:
    """The quarantine item that holds a file's raw bytes, while it is kept."""
    query = select(quarantine.c.item).where(quarantine.c.file_id == file_id, quarantine.c.kind == "raw").order_by(quarantine.c.expires_us.desc())
    with store.reading() as connection:
        return connection.execute(query).scalars().first()


def sweep_quarantine(store: Store, keyring: Keyring, folder: Path, now_us: int) -> int:
    """Destroys the keys, and then the items, that have been kept long enough, and what an ingest that was killed left behind; how many.

    No file is being written down meanwhile, since writers wait for one another.
    """
    with store.writing() as connection:
        expiry = {row.item: row.expires_us for row in connection.execute(select(quarantine.c.item, quarantine.c.expires_us))}
        items = [item for item, expires_us in expiry.items() if expires_us <= now_us]
        items += _left_behind(keyring, folder, expiry.keys(), now_us)
        destroy_items(keyring, folder, items)
        forget_items(connection, items)
    return len(items)


def _left_behind(keyring: Keyring, folder: Path, known: AbstractSet[str], now_us: int) -> list[str]:
    """Sealed files and keys that no item in the store speaks of, an hour old or older."""
    ages = {path.stem: _age_us(path, now_us) for path in folder.glob("*.sealed") if path.stem not in known}
    return [item for item, age_us in ages.items() if age_us >= STRAY_US] + keyring.strays(known | ages.keys(), now_us, STRAY_US)


def _age_us(path: Path, now_us: int) -> int:
    """How long ago a file was last written; nothing where it has just gone."""
    try:
        return now_us - path.stat().st_mtime_ns // 1_000
    except FileNotFoundError:
        return 0


def forget_items(connection: Connection, items: Sequence[str]) -> None:
    """Removes the rows of quarantine items, which takes the sealed rejects along."""
    for start in range(0, len(items), AT_ONCE):
        connection.execute(delete(quarantine).where(quarantine.c.item.in_(items[start : start + AT_ONCE])))


def destroy_items(keyring: Keyring, folder: Path | None, items: Sequence[str]) -> None:
    """Forgets the keys of quarantine items and removes their files, where the folder is known."""
    if not items:
        return
    keyring.destroy(items)
    for path in (folder / f"{item}.sealed" for item in items) if folder else ():
        path.unlink(missing_ok=True)


def agencies(store: Store) -> list[AgencyEntry]:
    """Every agency and field with the number of its records and its latest one: for the operator, not for an audience."""
    query = select(reports.c.agency, reports.c.field, func.count(), func.max(reports.c.begin_us)).group_by(reports.c.agency, reports.c.field)
    with store.reading() as connection:
        return [AgencyEntry(*row) for row in connection.execute(query.order_by(reports.c.agency, reports.c.field))]


def count_rows(store: Store) -> int:
    """How many versions of records the store holds."""
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(reports)).scalar_one())
