"""Proving that the store still holds what was written: the facts and id of every record, a report or an entry, are computed again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, or_, select

from vigie.model.canonical import digest
from vigie.model.entry import entry_id
from vigie.model.label import Directory, label_from_json
from vigie.model.report import facts_text
from vigie.store.database import Store
from vigie.store.entries import entry_of_row
from vigie.store.rows import record_id_of, report_of_row
from vigie.store.schema import entries, labels, payload_blocks, reports

_STREAMED = {"yield_per": 5_000}


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
