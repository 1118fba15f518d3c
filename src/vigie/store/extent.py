"""What an audience may read, in short: whether anything in it has changed. It moves with nothing that the audience may not read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from vigie.store.database import Store
from vigie.store.entries import words_open_to
from vigie.store.reading import Audience, Window, readable
from vigie.store.schema import entries, reports

PRIME = 9_007_199_233
"""Witnesses are summed modulo this, so that the sum of a billion of them still fits 64 bits."""


def readable_extent(store: Store, audience: Audience, *, exercise: bool) -> tuple[int, ...]:
    """Numbers that differ when the audience's reports or decisions do: how many, the last row, the sums of their witnesses and rows; the same of decisions."""
    totals = (func.coalesce(func.sum(column % PRIME), 0) for column in (reports.c.witness_low, reports.c.row))
    sums = (func.count(), func.coalesce(func.max(reports.c.row), 0), *totals)
    words = _words(audience, exercise=exercise).where(entries.c.type == "decision")
    with store.reading() as connection:
        records = connection.execute(select(*sums).where(readable(audience, Window(exercise=exercise)))).one()
        return tuple(int(number) for number in (*records, *connection.execute(words).one()))


def decision_ids(connection: Connection, audience: Audience, *, exercise: bool) -> bytes:
    """The ids of all versions of decisions that the audience may read of one world, 32 bytes each, in the order in which they came."""
    query = select(entries.c.record_id).where(words_open_to(audience), entries.c.exercise == exercise, entries.c.type == "decision").order_by(entries.c.id)
    return b"".join(connection.execute(query).scalars())


def readable_words(store: Store, audience: Audience, *, exercise: bool) -> tuple[int, ...]:
    """Numbers that differ when the log that an audience may read of one world does: how many versions, the last number, the sums of times and numbers."""
    with store.reading() as connection:
        return tuple(int(number) for number in connection.execute(_words(audience, exercise=exercise)).one())


def _words(audience: Audience, *, exercise: bool) -> Select[Any]:
    totals = (func.coalesce(func.sum(column % PRIME), 0) for column in (entries.c.said_us, entries.c.id))
    return select(func.count(), func.coalesce(func.max(entries.c.id), 0), *totals).where(words_open_to(audience), entries.c.exercise == exercise)
