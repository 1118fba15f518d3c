"""What the records that came from a source say of it, for the operator's list of sources."""

from __future__ import annotations

from sqlalchemy import func, select

from vigie.store.database import Store
from vigie.store.schema import files, reports


def last_row(store: Store) -> int:
    """The number of the newest record in the store, 0 where there is none."""
    with store.reading() as connection:
        return int(connection.execute(select(func.max(reports.c.row))).scalar() or 0)


def latest_begin_us(store: Store, source: str, after_row: int) -> int | None:
    """The latest begin of a record that came from `source` after the record `after_row`; None where none came."""
    query = select(func.max(reports.c.begin_us)).join(files, files.c.id == reports.c.file_id)
    with store.reading() as connection:
        return connection.execute(query.where(reports.c.row > after_row, files.c.source == source)).scalar()
