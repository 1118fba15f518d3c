"""What the files and records that came from a source say of it, for the operator's list of sources."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import false, func, select

from vigie.store.database import Store
from vigie.store.schema import files, reports


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came from one source in all; the empty source is what was taken in by hand."""

    source: str
    files: int
    reports: int
    unchanged: int
    rejects: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One file that came from a source: what it brought, and when."""

    id: int
    name: str
    source: str
    received_us: int
    reports: int
    unchanged: int
    rejects: int


@dataclass(frozen=True, slots=True)
class Delay:
    """How long one report was under way, from its agency's word to this node."""

    source: str
    agency: str
    delay_us: int


_TAKEN = (files.c.id, files.c.name, files.c.source, files.c.received_us, files.c.reports, files.c.unchanged, files.c.rejects)


def harvests(store: Store, *, exercise: bool) -> list[Harvest]:
    """What each source brought to one of the two worlds, by name."""
    sums = [func.sum(files.c[name]) for name in ("reports", "unchanged", "rejects")]
    query = select(files.c.source, func.count(), *sums, func.max(files.c.received_us)).where(files.c.exercise == exercise)
    with store.reading() as connection:
        return [Harvest(row[0], *map(int, row[1:])) for row in connection.execute(query.group_by(files.c.source).order_by(files.c.source))]


def last_files(store: Store, count: int, *, exercise: bool) -> list[Taken]:
    """The newest `count` files of each source, oldest first."""
    place = func.row_number().over(partition_by=files.c.source, order_by=files.c.id.desc()).label("place")
    inner = select(*_TAKEN, place).where(files.c.exercise == exercise).subquery()
    query = select(*(inner.c[column.name] for column in _TAKEN)).where(inner.c.place <= count).order_by(inner.c.id)
    with store.reading() as connection:
        return [Taken(*row) for row in connection.execute(query)]


def files_with_rejects(store: Store, *, exercise: bool) -> list[Taken]:
    """The files of which something could not be read, newest first."""
    query = select(*_TAKEN).where(files.c.exercise == exercise, files.c.rejects > 0).order_by(files.c.id.desc())
    with store.reading() as connection:
        return [Taken(*row) for row in connection.execute(query)]


def files_of_bytes(store: Store, digest: str, *, exercise: bool) -> list[Taken]:
    """The files whose bytes have this SHA-256 that were taken in before, newest first, however they were read."""
    query = select(*_TAKEN).where(files.c.exercise == exercise, files.c.digest == digest).order_by(files.c.id.desc())
    with store.reading() as connection:
        return [Taken(*row) for row in connection.execute(query)]


def delays(store: Store, most: int, *, exercise: bool) -> list[Delay]:
    """Of the newest `most` reports that this node took in itself, and whose agency says when it spoke: how long each was under way."""
    named = (reports.c.file_id, reports.c.agency, reports.c.issued_us)
    own = (reports.c.issued_us.is_not(None), reports.c.received == false(), reports.c.exercise == exercise)
    newest = select(*named).where(*own).order_by(reports.c.row.desc()).limit(most).subquery()
    query = select(files.c.source, newest.c.agency, files.c.received_us - newest.c.issued_us).join(files, files.c.id == newest.c.file_id)
    with store.reading() as connection:
        return [Delay(*row) for row in connection.execute(query)]


def last_row(store: Store) -> int:
    """The number of the newest record in the store, 0 where there is none."""
    with store.reading() as connection:
        return int(connection.execute(select(func.max(reports.c.row))).scalar() or 0)


def latest_begin_us(store: Store, source: str, after_row: int) -> int | None:
    """The latest begin of a record that came from `source` after the record `after_row`; None where none came."""
    query = select(func.max(reports.c.begin_us)).join(files, files.c.id == reports.c.file_id)
    with store.reading() as connection:
        return connection.execute(query.where(reports.c.row > after_row, files.c.source == source)).scalar()
