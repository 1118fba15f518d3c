"""What the node remembers for itself: named texts in named books, never exchanged.

A `witness` is the row of the audit log that is written in the same transaction, where something is changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from vigie.model.canonical import Json, canonical_text
from vigie.store.audit import AuditRow, append_within
from vigie.store.database import Store
from vigie.store.schema import notes


def save_note(store: Store, book: str, name: str, value: Mapping[str, Json], *, witness: AuditRow | None = None) -> None:
    """Writes a note, replacing what was there."""
    with store.writing() as connection:
        connection.execute(delete(notes).where(notes.c.book == book, notes.c.name == name))
        connection.execute(insert(notes).values(book=book, name=name, text=canonical_text(value)))
        append_within(connection, [witness] if witness else [])


def add_note(store: Store, book: str, name: str, value: Mapping[str, Json], *, witness: AuditRow | None = None) -> bool:
    """Writes a note where there is none of that name; whether it did. Of several at once one only is told True."""
    with store.writing() as connection:
        if connection.execute(select(notes.c.name).where(notes.c.book == book, notes.c.name == name)).scalar() is not None:
            return False
        connection.execute(insert(notes).values(book=book, name=name, text=canonical_text(value)))
        append_within(connection, [witness] if witness else [])
    return True


def read_note(store: Store, book: str, name: str) -> dict[str, Any] | None:
    """The note of that name, or None."""
    with store.reading() as connection:
        text = connection.execute(select(notes.c.text).where(notes.c.book == book, notes.c.name == name)).scalar()
    return None if text is None else dict(json.loads(text))


def list_notes(store: Store, book: str) -> dict[str, dict[str, Any]]:
    """All notes of a book by name, sorted."""
    with store.reading() as connection:
        rows = connection.execute(select(notes.c.name, notes.c.text).where(notes.c.book == book).order_by(notes.c.name)).all()
    return {row.name: json.loads(row.text) for row in rows}


def remove_note(store: Store, book: str, name: str, *, witness: AuditRow | None = None) -> bool:
    """Removes a note; whether there was one."""
    with store.writing() as connection:
        is_removed = bool(connection.execute(delete(notes).where(notes.c.book == book, notes.c.name == name)).rowcount)
        append_within(connection, [witness] if witness and is_removed else [])
    return is_removed


def change_note(
    store: Store,
    book: str,
    name: str,
    change: Callable[[dict[str, Any] | None], Mapping[str, Json] | None],
    *,
    witness: AuditRow | None = None,
) -> Mapping[str, Json] | None:
    """What `change` made of the note, or of None where there is none, in one transaction: nobody else writes between. None removes the note.

    Where `change` raises, the note stays as it was.
    """
    is_it = (notes.c.book == book, notes.c.name == name)
    with store.writing() as connection:
        text = connection.execute(select(notes.c.text).where(*is_it)).scalar()
        changed = change(None if text is None else dict(json.loads(text)))
        connection.execute(delete(notes).where(*is_it))
        if changed is not None:
            connection.execute(insert(notes).values(book=book, name=name, text=canonical_text(changed)))
        append_within(connection, [witness] if witness and (text is not None or changed is not None) else [])
    return changed
