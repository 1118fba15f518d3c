"""A party's own records by name, with their labels: for their owner, who may ask why one was not sent."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, select

from vigie.store.database import Store
from vigie.store.entries import words_named
from vigie.store.reading import bears_name, has_other_label, is_relabelled
from vigie.store.schema import entries, labels, reports

_KEY = ("owner", "type", "ref", "exercise", "body")


class Owned(NamedTuple):
    """One version of a record: its name, its id, its label (canonical text), and whether a later version says the same under another label."""

    name: str
    version: int
    label: str
    is_relabelled: bool
    record_id: str


def owned_named(store: Store, owner: str, name: str) -> list[Owned]:
    """Every version of the owner's reports and entries that bear this name, the oldest first."""
    later = entries.alias("later")
    relabelled = is_relabelled(entries, later, [later.c[column] == entries.c[column] for column in _KEY])
    with store.reading() as connection:
        named = and_(bears_name(name), reports.c.owner == owner, ~reports.c.received)
        columns = (reports.c.agency, reports.c.agency_ref, reports.c.version, labels.c.text, has_other_label(reports), reports.c.record_id)
        rows = connection.execute(select(*columns).join(labels, labels.c.id == reports.c.label_id).where(named).order_by(reports.c.row)).all()
        found = [_owned(row) for row in rows]
        words = [word.record_id for word in words_named(connection, name) if word.owner == owner]
        said = (entries.c.type, entries.c.ref, entries.c.version, labels.c.text, relabelled, entries.c.record_id)
        query = select(*said).join(labels, labels.c.id == entries.c.label_id).where(entries.c.record_id.in_(words), ~entries.c.received).order_by(entries.c.id)
        return found + [_owned(row) for row in connection.execute(query)]


def _owned(row: Any) -> Owned:
    return Owned(f"{row[0]}/{row[1]}", row[2], row[3], bool(row[4]), bytes(row[5]).hex())


__all__ = ["Owned", "owned_named"]
