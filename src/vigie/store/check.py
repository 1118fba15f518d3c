"""Proving that the store still holds what was written: every record's facts and id are computed again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import select

from vigie.model.canonical import digest
from vigie.model.report import facts_text
from vigie.store.database import Store
from vigie.store.rows import record_id_of, report_of_row
from vigie.store.schema import labels, payload_blocks, reports


def check_records(store: Store) -> Iterator[str | None]:
    """For each record a sentence on what is wrong with it, or None where all is well."""
    query = select(reports, labels.c.text.label("label_text")).join(labels, labels.c.id == reports.c.label_id).order_by(reports.c.row)
    with store.reading() as connection:
        for row in connection.execution_options(yield_per=5_000).execute(query):
            if sha256(facts_text(report_of_row(row)).encode()).digest() != row.facts:
                yield f"The facts of record {row.record_id.hex()} ({row.agency} {row.agency_ref}) were changed after they were written."
            elif record_id_of(row, row.owner, row.version, row.label_text) != row.record_id:
                yield f"The label, key or version of record {row.record_id.hex()} ({row.agency} {row.agency_ref}) was changed after it was written."
            else:
                yield None


def check_payloads(store: Store) -> Iterator[str | None]:
    """For each payload block a sentence on what is wrong with it, or None."""
    with store.reading() as connection:
        for number, data in connection.execution_options(yield_per=100).execute(select(payload_blocks.c.id, payload_blocks.c.data)).all():
            block = _unpacked(data)
            rows = connection.execute(
                select(reports.c.record_id, reports.c.payload_digest, reports.c.payload_start, reports.c.payload_length).where(
                    reports.c.payload_block == number
                )
            )
            bad = [
                row.record_id.hex()
                for row in rows
                if block is None or digest(block[row.payload_start : row.payload_start + row.payload_length]) != row.payload_digest.hex()
            ]
            yield f"The payload of record {bad[0]} was changed after it was written ({len(bad)} in this block)." if bad else None


def _unpacked(data: bytes) -> bytes | None:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return None
