"""Erasing a record: its content, payload and quarantined bytes go, a signed tombstone stays."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update

from vigie.model.canonical import canonical_bytes
from vigie.model.errors import BadSetting
from vigie.model.times import format_time
from vigie.store.audit import AuditRow, append_within
from vigie.store.database import Store, clear_journal
from vigie.store.entries import Word, remove_words, words_named
from vigie.store.intake import count_change
from vigie.store.journal import AT_ONCE, destroy_items, forget_items
from vigie.store.keyring import Keyring
from vigie.store.reading import bears_name
from vigie.store.schema import entries, files, gone, payload_blocks, quarantine, rejects, reports, tombstones
from vigie.store.served import clamp

_Value = TypeVar("_Value")

_SHOWN = 10
"""How many records that bear one name are told of."""


class Erasable(NamedTuple):
    """What a name stands for: an agency, its reference (None where it gives none), and how many versions there are.

    For an entry they are its owner, and its type and name.
    """

    agency: str
    agency_ref: str | None
    versions: int


class Erasure(NamedTuple):
    """How many versions of records were erased, and whether the journal is clear of them: else another connection still reads from it."""

    versions: int
    is_journal_clear: bool


def tombstone_bytes(record_id: str, owner: str, version: int, erased_us: int, reason: str) -> bytes:
    """Canonical bytes of a tombstone: what its signature covers."""
    return canonical_bytes({"type": "tombstone", "record": record_id, "owner": owner, "version": version, "erased": format_time(erased_us), "reason": reason})


def erasable(store: Store, names: Sequence[str]) -> list[Erasable]:
    """What `erase` would erase. Raises `BadSetting` where a name (`AGENCY/REF`, a REF that one agency bears, a record id) is borne by several records."""
    with store.reading() as connection:
        rows = [*_rows_of(connection, _keys_of(connection, names)), *_words_of(connection, names)]
    counts = Counter((row.agency, row.agency_ref) for row in rows)
    return [Erasable(*pair, count) for pair, count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))]


def erase(store: Store, keyring: Keyring, folder: Path, names: Sequence[str], reason: str, now_us: int, sign: Callable[[bytes], bytes]) -> Erasure:
    """Erases every version of the records named as in `erasable`, and what the quarantine holds of every file that may have held them.

    `sign` is the node's signature over `tombstone_bytes`. Raises `BadSetting` as `erasable` does.
    """
    with store.writing() as connection:
        rows, words = _rows_of(connection, _keys_of(connection, names)), _words_of(connection, names)
        if not rows and not words:
            return Erasure(0, is_journal_clear=True)
        write_tombstones(connection, [_tombstone(row, reason, now_us, sign) for row in (*rows, *words)])
        _withdraw(connection, [row.record_id for row in (*rows, *words)])
        remove_words(connection, words)
        if rows:
            destroy_items(keyring, folder, _remove_reports(connection, rows))
        clamp(connection)
        count_change(connection)
        append_within(connection, [_audit_row([*rows, *words], reason, now_us)])
    return Erasure(len(rows) + len(words), is_journal_clear=_scrub(store))


def _withdraw(connection: Connection, ids: Sequence[bytes]) -> None:
    """Of what was received the tombstone stays here, since its owner has not signed it; partners who have it from here are told that it is gone."""
    for stream, table in (("report", reports), ("entry", entries)):
        columns = (table.c.record_id, table.c.owner, table.c.label_id)
        for part in _parts(ids):
            found = connection.execute(select(*columns).where(table.c.record_id.in_(part), table.c.received)).all()
            if found:
                connection.execute(insert(gone), [row._asdict() | {"stream": stream} for row in found])
                is_theirs = tombstones.c.record_id.in_([row.record_id for row in found])
                connection.execute(update(tombstones).where(is_theirs).values(label_id=None))


def write_tombstones(connection: Connection, found: Sequence[Mapping[str, Any]]) -> None:
    """Writes tombstones, numbered on, each with the label that its record bears as long as it is here. Needs a writing transaction."""
    last = connection.execute(select(func.coalesce(func.max(tombstones.c.number), 0))).scalar_one()
    ids = [one["record_id"] for one in found]
    labels = {bytes(row[0]): row[1] for table in (reports, entries) for part in _parts(ids) for row in _labels_of(connection, table, part)}
    numbered = [dict(one) | {"number": number, "label_id": labels.get(one["record_id"])} for number, one in enumerate(found, last + 1)]
    if numbered:
        connection.execute(insert(tombstones), numbered)


def _labels_of(connection: Connection, table: Table, ids: Sequence[bytes]) -> Sequence[Any]:
    return connection.execute(select(table.c.record_id, table.c.label_id).where(table.c.record_id.in_(ids))).all()


def _audit_row(erased: Sequence[Any], reason: str, now_us: int) -> AuditRow:
    """What the audit log says of an erasure: as little of what was erased as the tombstones, which bear the same time."""
    owners, subject = sorted({row.owner for row in erased}), f"{len(erased)} versions of {len({row.key for row in erased})} records"
    return AuditRow(now_us, "", owners[0], "erase", subject, {"owners": owners, "reason": reason})


def _remove_reports(connection: Connection, rows: Sequence[Any]) -> list[str]:
    """Takes reports with their payloads out of the store; the quarantine's items that may have held them, whose keys are to be destroyed."""
    blank_payloads(connection, rows)
    items = _empty_quarantine(connection, _files_with(connection, {row.agency for row in rows}))
    for part in _parts([row.row for row in rows]):
        connection.execute(delete(reports).where(reports.c.row.in_(part)))
    return items


def _tombstone(row: Any, reason: str, now_us: int, sign: Callable[[bytes], bytes]) -> dict[str, Any]:
    signature = sign(tombstone_bytes(row.record_id.hex(), row.owner, row.version, now_us, reason))
    identity = {"record_id": row.record_id, "key": row.key, "version": row.version, "owner": row.owner}
    return identity | {"erased_us": now_us, "reason": reason, "signature": signature}


def _keys_of(connection: Connection, names: Iterable[str]) -> list[bytes]:
    """The keys that the names stand for: those of every owner, of the real and the exercise record."""
    return sorted({key for name in names for key in _keys_named(connection, name)})


def _words_of(connection: Connection, names: Iterable[str]) -> list[Word]:
    """All versions of the entries that the names stand for; one that a report bears too was refused by `_keys_named`."""
    return list({word.record_id: word for name in names for word in words_named(connection, name)}.values())


def _keys_named(connection: Connection, name: str) -> set[bytes]:
    found = connection.execute(select(reports.c.key, reports.c.agency, reports.c.agency_ref, reports.c.record_id).where(bears_name(name))).all()
    records: dict[Any, Any] = {(row.agency, row.agency_ref or row.key): row for row in found}
    records |= {(word.agency, word.agency_ref): word for word in words_named(connection, name)}
    if len(records) > 1:
        shown = [f"{row.agency}/{row.agency_ref} (record {row.record_id.hex()})" for _, row in sorted(records.items(), key=str)[:_SHOWN]]
        raise BadSetting("The name is borne by several records", got=name, expected=" or ".join(shown), todo="name it as AGENCY/REF, or by its record id")
    return {row.key for row in found}


def _rows_of(connection: Connection, keys: Sequence[bytes]) -> list[Any]:
    """All versions of the keys, without their content."""
    columns = ("row", "record_id", "key", "version", "owner", "agency", "agency_ref", "payload_block", "payload_start", "payload_length")
    query = select(*(reports.c[name] for name in columns)).order_by(reports.c.row)
    return [row for part in _parts(keys) for row in connection.execute(query.where(reports.c.key.in_(part)))]


def blank_payloads(connection: Connection, rows: Iterable[Any]) -> None:
    """Writes blanks over the payloads; each block is unpacked once."""
    by_block: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.payload_block is not None:
            by_block[row.payload_block].append(row)
    for number, members in by_block.items():
        is_block = payload_blocks.c.id == number
        data = bytearray(zlib.decompress(connection.execute(select(payload_blocks.c.data).where(is_block)).scalar_one()))
        for row in members:
            data[row.payload_start : row.payload_start + row.payload_length] = b" " * row.payload_length
        connection.execute(update(payload_blocks).where(is_block).values(data=zlib.compress(data, 3)))


def _files_with(connection: Connection, agencies: Collection[str]) -> list[int]:
    """The files that may hold a report of these agencies, though not a row of theirs says so.

    Those with any row of an agency; those with reports that were found unchanged, or with nothing but rejects: whose they were is not written down;
    and the same bytes read in another way.
    """
    of_agency = [select(reports.c.file_id).where(reports.c.agency.in_(part)) for part in _parts(sorted(agencies))]
    may_hold = or_(files.c.unchanged > 0, files.c.reports == 0, *(files.c.id.in_(query) for query in of_agency))
    same_bytes = files.c.digest.in_(select(files.c.digest).where(may_hold))
    return list(connection.execute(select(files.c.id).where(same_bytes).order_by(files.c.id)).scalars())


def _empty_quarantine(connection: Connection, file_ids: Sequence[int]) -> list[str]:
    """Removes what the quarantine holds of the files; the items whose keys are to be destroyed."""
    items: list[str] = []
    for part in _parts(file_ids):
        items += connection.execute(select(quarantine.c.item).where(quarantine.c.file_id.in_(part))).scalars()
        connection.execute(update(rejects).where(rejects.c.file_id.in_(part)).values(item=None))
    forget_items(connection, items)
    return items


def _parts(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _scrub(store: Store) -> bool:
    """Sees to it that no freed page still holds what was erased; whether SQLite's journal is clear of it too."""
    if store.is_sqlite:
        return clear_journal(store)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM reports, entries, payload_blocks, quarantine, rejects")
    return True


def tombstoned(store: Store) -> list[Any]:
    """Every tombstone, oldest first."""
    with store.reading() as connection:
        return list(connection.execute(select(tombstones).order_by(tombstones.c.erased_us, tombstones.c.record_id)))
