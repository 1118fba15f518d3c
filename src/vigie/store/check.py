"""Proving that the store still holds what was written: the facts, id and seal of every record, a report or an entry, are looked at again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, or_, select

from vigie.model.canonical import digest
from vigie.model.entry import entry_id
from vigie.model.label import Directory, label_from_json
from vigie.model.report import facts_text
from vigie.model.seal import Seal
from vigie.store.database import Store
from vigie.store.entries import entry_of_row
from vigie.store.rows import record_id_of, report_of_row
from vigie.store.schema import batches, entries, labels, payload_blocks, reports, seals

_STREAMED = {"yield_per": 5_000}


class Unproved(NamedTuple):
    """A record whose seal does not prove that it is its owner's: who signed the seal that it has, or None twice where it has none."""

    record_id: bytes
    owner: str
    signer: str | None
    seal: Seal | None


def check_records(store: Store) -> Iterator[str | None]:
    """For each record a sentence on what is wrong with it, or None where all is well."""
    query = select(reports, labels.c.text.label("label_text")).outerjoin(labels, labels.c.id == reports.c.label_id).order_by(reports.c.row)
    with store.reading() as connection:
        for row in connection.execute(query, execution_options=_STREAMED):
            yield _fault_of(row)


def _fault_of(row: Any) -> str | None:
    named = f"record {row.record_id.hex()} ({row.agency} {row.agency_ref})"
    if row.label_text is None:
        return f"The label of {named} is gone; nobody can read it."
    if sha256(facts_text(report_of_row(row)).encode()).digest() != row.facts:
        return f"The facts of {named} were changed after they were written."
    if record_id_of(row, row.owner, row.version, row.label_text) != row.record_id:
        return f"The label, key or version of {named} was changed after it was written."
    return None


def check_entries(store: Store) -> Iterator[str | None]:
    """For each version of each entry a sentence on what is wrong with it, or None where all is well."""
    query = select(entries, labels.c.text.label("label_text")).outerjoin(labels, labels.c.id == entries.c.label_id).order_by(entries.c.id)
    with store.reading() as connection:
        for row in connection.execute(query, execution_options=_STREAMED):
            yield _fault_of_entry(row)


def _fault_of_entry(row: Any) -> str | None:
    named = f"{row.type} {row.ref} of {row.owner}, version {row.version} (record {bytes(row.record_id).hex()})"
    if row.label_text is None:
        return f"The label of {named} is gone; nobody can read it."
    try:
        found = entry_id(entry_of_row(row, label_from_json(json.loads(row.label_text), Directory())))
    except (ValueError, TypeError):
        found = ""
    return None if bytes.fromhex(found) == bytes(row.record_id) else f"What {named} says was changed after it was written."


def check_payloads(store: Store) -> Iterator[str | None]:
    """For each payload block that a record points at a sentence on what is wrong with it, or None. One block is unpacked at a time."""
    columns = ("record_id", "payload_block", "payload_digest", "payload_start", "payload_length")
    has_payload = or_(reports.c.payload_digest.is_not(None), reports.c.payload_block.is_not(None))
    query = select(*(reports.c[name] for name in columns)).where(has_payload).order_by(reports.c.payload_block, reports.c.row)
    with store.reading() as connection:
        for number, rows in groupby(connection.execute(query, execution_options=_STREAMED), lambda row: row.payload_block):
            yield _fault_of_block(_unpacked(connection, number), rows)


def _fault_of_block(block: bytes | None, rows: Iterator[Any]) -> str | None:
    if block is None:
        gone = [row.record_id.hex() for row in rows]
        return f"The payload of record {gone[0]} is gone or cannot be unpacked ({len(gone)} in this block)."
    bad = [row.record_id.hex() for row in rows if not _is_whole(block, row)]
    return f"The payload of record {bad[0]} was changed after it was written ({len(bad)} in this block)." if bad else None


def _is_whole(block: bytes, row: Any) -> bool:
    if row.payload_digest is None or row.payload_start is None or row.payload_length is None:
        return False
    found: bytes = block[row.payload_start : row.payload_start + row.payload_length]
    return digest(found) == bytes(row.payload_digest).hex()


def _unpacked(connection: Connection, number: int | None) -> bytes | None:
    data = connection.execute(select(payload_blocks.c.data).where(payload_blocks.c.id == number)).scalar() if number is not None else None
    try:
        return zlib.decompress(data) if data is not None else None
    except zlib.error:
        return None


def check_seals(store: Store, is_sealed: Callable[[bytes, Seal, str], bool]) -> Iterator[Unproved | None]:
    """For each record that is sealed, or was received, what cannot be proved of it, or None where all is well.

    `is_sealed` says whether a seal proves that the record (id of 32 bytes) is its owner's. The node's own records are sealed when they are first offered.
    """
    with store.reading() as connection:
        for table in (reports, entries):
            for row in connection.execute(_with_seals(table), execution_options=_STREAMED):
                seal = _seal_of(row)
                is_proved = seal is not None and row.signer == row.owner and is_sealed(row.record_id, seal, row.owner)
                yield None if is_proved else Unproved(row.record_id, row.owner, row.signer, seal)


def _with_seals(table: Table) -> Select[Any]:
    """The records that have a seal or need one, with it."""
    of_batch = (batches.c.owner.label("signer"), batches.c.key_id, batches.c.root, batches.c.signature, batches.c.size)
    query = select(table.c.record_id, table.c.owner, seals.c.position, seals.c.nonce, seals.c.path, *of_batch)
    joined = query.outerjoin(seals, seals.c.record_id == table.c.record_id).outerjoin(batches, batches.c.id == seals.c.batch_id)
    return joined.where(or_(seals.c.record_id.is_not(None), table.c.received)).order_by(*table.primary_key)


def _seal_of(row: Any) -> Seal | None:
    return None if row.root is None else Seal(row.key_id, row.root, row.signature, row.position, row.size, row.nonce, row.path)
