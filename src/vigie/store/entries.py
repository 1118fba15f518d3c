"""Entries on disk: drafts, approvals, warnings, answers and the other words that are no reports. Read through the same label predicate as reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select

from vigie.model.canonical import canonical_text
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.errors import BadSetting
from vigie.store.database import Store
from vigie.store.intake import count_change
from vigie.store.label_book import label_number, labels_by_number
from vigie.store.predicate import readable_labels
from vigie.store.reading import Audience
from vigie.store.schema import entries

_KEY = ("owner", "type", "ref", "exercise")


def add_entry(store: Store, entry: Entry) -> Entry:
    """Writes an entry down and gives it back with its version. Version 0 becomes the next one; the same entry again changes nothing.

    Raises `BadSetting` where that version holds something else: somebody else has written meanwhile.
    """
    return add_entries(store, [entry])[0]


def add_entries(store: Store, said: Sequence[Entry]) -> list[Entry]:
    """Writes several entries in one transaction, all or none; see `add_entry`."""
    with store.writing() as connection:
        written = [_add(connection, entry) for entry in said]
        count_change(connection)
    return written


def _add(connection: Connection, entry: Entry) -> Entry:
    from dataclasses import replace

    latest = connection.execute(select(func.max(entries.c.version)).where(_same_key(entry))).scalar() or 0
    wanted = replace(entry, version=latest + 1) if entry.version == 0 else entry
    number = bytes.fromhex(entry_id(wanted))
    if connection.execute(select(entries.c.id).where(entries.c.record_id == number)).scalar() is not None:
        return wanted
    if wanted.version <= latest and _is_taken(connection, wanted):
        raise BadSetting("Somebody else has changed this meanwhile", record=f"{entry.type} {entry.ref}", todo="look at it again")
    values = {name: getattr(wanted, name) for name in (*_KEY, "version", "said_us", "by")}
    label_id = label_number(connection, wanted.label)
    connection.execute(insert(entries).values(record_id=number, label_id=label_id, body=canonical_text(wanted.body), **values))
    return wanted


def _same_key(entry: Entry) -> Any:
    return and_(*(entries.c[name] == getattr(entry, name) for name in _KEY))


def _is_taken(connection: Connection, entry: Entry) -> bool:
    return connection.execute(select(entries.c.id).where(_same_key(entry), entries.c.version == entry.version)).scalar() is not None


def readable_log(store: Store, audience: Audience, *, exercise: bool, types: Sequence[str] = ()) -> Log:
    """Every version of every entry that the audience may read, oldest first, in an order that does not depend on arrival."""
    open_labels = readable_labels(audience.party, audience.directory, audience.now_us)
    query = select(entries).where(entries.c.label_id.in_(open_labels), entries.c.exercise == exercise)
    if types:
        query = query.where(entries.c.type.in_(types))
    with store.reading() as connection:
        labels = labels_by_number(connection, audience.directory)
        rows = connection.execute(query.order_by(entries.c.said_us, entries.c.record_id)).all()
    found = tuple(_entry(row, labels) for row in rows)
    return Log(party=audience.party, now_us=audience.now_us, exercise=exercise, entries=found)


def _entry(row: Any, labels: Any) -> Entry:
    return Entry(
        type=row.type,
        owner=row.owner,
        ref=row.ref,
        version=row.version,
        label=labels[row.label_id],
        said_us=row.said_us,
        by=row.by,
        exercise=row.exercise,
        body=json.loads(row.body),
    )
