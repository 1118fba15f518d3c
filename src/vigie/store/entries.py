"""Entries on disk: drafts, approvals, warnings, answers and the other words that are no reports. Read through the same label predicate as reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, not_, or_, select

from vigie.model.canonical import canonical_text
from vigie.model.entry import Entry, Log, entry_id, entry_key
from vigie.model.errors import BadSetting
from vigie.model.label import Label
from vigie.model.version import next_version
from vigie.store.audit import append_within, row_of_entry
from vigie.store.database import Store
from vigie.store.epochs import epoch_within
from vigie.store.intake import count_change
from vigie.store.label_book import label_number, labels_by_number
from vigie.store.reading import Audience, is_relabelled, open_to
from vigie.store.schema import entries, tombstones

_KEY = ("owner", "type", "ref", "exercise")
_ID_LENGTH = 64


class Word(NamedTuple):
    """One version of an entry as erasing needs it. `agency` is its owner and `agency_ref` its type and name, as an operator would say them."""

    record_id: bytes
    key: bytes
    version: int
    owner: str
    agency: str
    agency_ref: str


def add_entry(store: Store, entry: Entry) -> Entry:
    """Writes an entry down and gives it back with its version. Version 0 becomes the next one; the same entry again changes nothing.

    Raises `BadSetting` where that version holds something else (somebody else has written meanwhile), or where the entry was erased here.
    """
    return add_entries(store, [entry])[0]


def add_entries(store: Store, said: Iterable[Entry]) -> list[Entry]:
    """Writes several entries in one transaction, all or none; see `add_entry`."""
    with store.writing() as connection:
        return add_within(connection, said)


def add_within(connection: Connection, said: Iterable[Entry]) -> list[Entry]:
    """As `add_entries`, in a transaction that is under way (`Intake.connection`): what else it writes and the entries are kept together or not at all."""
    epoch = epoch_within(connection)
    written = [_add(connection, entry, epoch) for entry in said]
    if new := [entry for entry, is_new in written if is_new]:
        count_change(connection)
        append_within(connection, map(row_of_entry, new))
    return [entry for entry, _ in written]


def _add(connection: Connection, entry: Entry, epoch: int) -> tuple[Entry, bool]:
    """The entry with its version, and whether it is new.

    Who names a version means the one after what was looked at: in a later epoch that is a number of this epoch.
    """
    if entry.version < 0:
        raise BadSetting("An entry's versions are counted from 1", record=f"{entry.type} {entry.ref}", got=str(entry.version))
    if connection.execute(select(tombstones.c.record_id).where(tombstones.c.key == key_bytes(entry))).first() is not None:
        raise BadSetting("It was erased here and is not taken in again", record=f"{entry.type} {entry.ref}")
    latest = int(connection.execute(select(func.max(entries.c.version)).where(_same_key(entry))).scalar() or 0)
    wanted = replace(entry, version=next_version((entry.version or latest + 1) - 1, epoch))
    known = next((said for said in (replace(entry, version=entry.version or latest), wanted) if said.version and _holds(connection, said)), None)
    if known:
        return known, False
    if _is_late(connection, entry, wanted, latest):
        raise BadSetting("Somebody else has changed this meanwhile", record=f"{entry.type} {entry.ref}", todo="look at it again")
    _write(connection, wanted)
    return wanted, True


def _is_late(connection: Connection, asked: Entry, wanted: Entry, latest: int) -> bool:
    """Whether somebody has written what was asked for meanwhile, or something after it that this epoch's number would overtake."""
    if wanted.version != asked.version and 0 < asked.version <= latest:
        return True
    return wanted.version <= latest and _is_taken(connection, wanted)


def key_bytes(entry: Entry) -> bytes:
    """What the entry is a version of, 16 bytes: all versions have the same."""
    return sha256(entry_key(entry).encode()).digest()[:16]


def _same_key(entry: Entry) -> Any:
    return and_(*(entries.c[name] == getattr(entry, name) for name in _KEY))


def _holds(connection: Connection, entry: Entry) -> bool:
    return connection.execute(select(entries.c.id).where(entries.c.record_id == bytes.fromhex(entry_id(entry)))).first() is not None


def _is_taken(connection: Connection, entry: Entry) -> bool:
    return connection.execute(select(entries.c.id).where(_same_key(entry), entries.c.version == entry.version)).first() is not None


def _write(connection: Connection, entry: Entry) -> None:
    values = {name: getattr(entry, name) for name in (*_KEY, "version", "said_us", "by")}
    identity = {"record_id": bytes.fromhex(entry_id(entry)), "label_id": label_number(connection, entry.label)}
    connection.execute(insert(entries).values(**identity, body=canonical_text(entry.body), **values))


def readable_log(store: Store, audience: Audience, *, exercise: bool, types: Sequence[str] = ()) -> Log:
    """Every version of every entry that the audience may read, oldest first, in an order that does not depend on arrival.

    What was said at one instant is in the order of its versions. A version that a later one says again under another label is left out.
    """
    query = select(entries).where(words_open_to(audience), entries.c.exercise == exercise)
    if types:
        query = query.where(entries.c.type.in_(types))
    with store.reading() as connection:
        labels = labels_by_number(connection, audience.directory)
        rows = connection.execute(query.order_by(entries.c.said_us, entries.c.version, entries.c.record_id)).all()
    found = tuple(entry_of_row(row, labels[row.label_id]) for row in rows)
    return Log(party=audience.party, now_us=audience.now_us, exercise=exercise, entries=found)


def words_open_to(audience: Audience) -> Any:
    """The condition on `entries` that the audience may read a version, and that no later one says the same under another label."""
    later = entries.alias("later")
    same = [later.c[name] == entries.c[name] for name in (*_KEY, "body")]
    return and_(open_to(audience, entries), not_(is_relabelled(entries, later, same)))


def entry_of_row(row: Any, label: Label) -> Entry:
    """The entry that a row holds. Raises `ValueError` where its body is no JSON."""
    names: Mapping[str, Any] = {name: getattr(row, name) for name in (*_KEY, "version", "said_us", "by")}
    return Entry(label=label, body=json.loads(row.body), **names)


def words_named(connection: Connection, name: str) -> list[Word]:
    """All versions of the entry that bears this name: its record id, its reference, or its type and reference (`TYPE/REF`); of several where several do."""
    type_, _, ref = name.partition("/")
    condition = or_(entries.c.ref == name, and_(entries.c.type == type_, entries.c.ref == ref))
    if len(name) == _ID_LENGTH and set(name) <= set("0123456789abcdef"):
        condition = or_(condition, entries.c.record_id == bytes.fromhex(name))
    columns = (entries.c.owner, entries.c.type, entries.c.ref, entries.c.exercise)
    keys = {tuple(row) for row in connection.execute(select(*columns).where(condition))}
    return [word for key in sorted(keys) for word in _words_of(connection, *key)]


def _words_of(connection: Connection, owner: str, type_: str, ref: str, exercise: bool) -> list[Word]:  # noqa: FBT001 - the columns of the key
    key = Entry(type=type_, owner=owner, ref=ref, exercise=exercise, label=Label(owner), said_us=0, body={})
    rows = connection.execute(select(entries.c.record_id, entries.c.version).where(_same_key(key)).order_by(entries.c.version))
    return [Word(bytes(row.record_id), key_bytes(key), row.version, owner, owner, f"{type_}/{ref}") for row in rows]


def remove_words(connection: Connection, words: Sequence[Word]) -> None:
    """Takes versions of entries out of the store."""
    for word in words:
        connection.execute(delete(entries).where(entries.c.record_id == word.record_id))
