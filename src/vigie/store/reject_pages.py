"""What could not be read, a page at a time, of one source, of one file or of all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from vigie.store.database import Store
from vigie.store.journal import RejectEntry, opened_reject
from vigie.store.keyring import Keyring
from vigie.store.schema import files, quarantine, rejects


def reject_page(
    store: Store,
    keyring: Keyring | None,
    *,
    exercise: bool,
    source: str | None = None,
    file_id: int | None = None,
    page: int = 1,
    size: int = 50,
) -> tuple[list[RejectEntry], int]:
    """The rejects of a page, newest file first, and how many there are in all. `source` None = any, empty = what was taken in by hand.

    Without a keyring nothing of what was got is opened: that is for the operator alone.
    """
    chosen = [files.c.exercise == exercise]
    chosen += [files.c.source == source] if source is not None else []
    chosen += [files.c.id == file_id] if file_id is not None else []
    named = (files.c.name, files.c.id, rejects.c.place, rejects.c.what, rejects.c.field, rejects.c.expected, rejects.c.item, quarantine.c.sealed)
    query: Select[Any] = select(*named).join(files, files.c.id == rejects.c.file_id).outerjoin(quarantine, quarantine.c.item == rejects.c.item).where(*chosen)
    count = select(func.count()).select_from(rejects).join(files, files.c.id == rejects.c.file_id).where(*chosen)
    with store.reading() as connection:
        total = int(connection.execute(count).scalar_one())
        rows = connection.execute(query.order_by(files.c.id.desc(), rejects.c.id).limit(size).offset((page - 1) * size)).all()
    return [_entry(*row, keyring=keyring) for row in rows], total


def _entry(*facts: Any, keyring: Keyring | None) -> RejectEntry:
    """The reject of a row: file, its number, place, what, field, expected, and where what was got is sealed."""
    file, file_id, place, what, field, expected, item, sealed = facts
    return RejectEntry(file, file_id, place, what, field, expected, opened_reject(keyring, item, sealed) if keyring else None)
