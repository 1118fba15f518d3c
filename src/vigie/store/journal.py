"""What was taken in, what could not be read, and what the quarantine holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from vigie.store.database import Store
from vigie.store.keyring import Keyring, unseal
from vigie.store.schema import files, labels, quarantine, rejects, reports


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
    return [RejectEntry(*row[:6], _opened(keyring, row.item, row.sealed)) for row in rows]


def _opened(keyring: Keyring, item: str | None, sealed: bytes | None) -> str | None:
    key = keyring.key(item) if item and sealed else None
    return json.loads(unseal(key, sealed))[0] if key and sealed else None


def raw_item(store: Store, file_id: int) -> str | None:
    """The quarantine item that holds a file's raw bytes, while it is kept."""
    query = select(quarantine.c.item).where(quarantine.c.file_id == file_id, quarantine.c.kind == "raw").order_by(quarantine.c.expires_us.desc())
    with store.reading() as connection:
        return connection.execute(query).scalars().first()


def sweep_quarantine(store: Store, keyring: Keyring, folder: Path, now_us: int) -> int:
    """Destroys the keys, and then the items, that have been kept long enough; how many."""
    with store.writing() as connection:
        items: Sequence[Any] = connection.execute(select(quarantine.c.item).where(quarantine.c.expires_us <= now_us)).scalars().all()
        destroy_items(keyring, folder, items)
        for start in range(0, len(items), 5_000):
            connection.execute(delete(quarantine).where(quarantine.c.item.in_(items[start : start + 5_000])))
    return len(items)


def destroy_items(keyring: Keyring, folder: Path, items: Sequence[str]) -> None:
    """Forgets the keys of quarantine items and removes their files."""
    keyring.destroy(items)
    for item in items:
        (folder / f"{item}.sealed").unlink(missing_ok=True)


def agencies(store: Store) -> list[AgencyEntry]:
    """Every agency and field with the number of its records and its latest one: for the operator, not for an audience."""
    query = select(reports.c.agency, reports.c.field, func.count(), func.max(reports.c.begin_us)).group_by(reports.c.agency, reports.c.field)
    with store.reading() as connection:
        return [AgencyEntry(*row) for row in connection.execute(query.order_by(reports.c.agency, reports.c.field))]


def count_rows(store: Store) -> int:
    """How many versions of records the store holds."""
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(reports)).scalar_one())
