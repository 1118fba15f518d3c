"""The epoch of the store's life: 0 at first, a higher one after each restore, so that no version is given out twice."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select

from vigie.model.errors import BadSetting
from vigie.model.version import MAX_EPOCH, epoch_of
from vigie.store.database import Store
from vigie.store.schema import counters, entries, reports, tombstones

_NAME = "epoch"


def epoch_within(connection: Connection) -> int:
    """The epoch in which this transaction gives out versions."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == _NAME)).scalar() or 0)


def store_epoch(store: Store) -> int:
    """The epoch of the store."""
    with store.reading() as connection:
        return epoch_within(connection)


def open_epoch(store: Store, beyond: int = 0) -> int:
    """A new epoch, above the store's own, above that of every version it has given out, and above `beyond`. Raises `BadSetting` where none is left."""
    with store.writing() as connection:
        epoch = max(beyond, epoch_within(connection), _highest_given(connection)) + 1
        if epoch > MAX_EPOCH:
            raise BadSetting("No epoch is left", got=str(epoch), expected=f"at most {MAX_EPOCH}", todo="begin a new node with `vigie init`")
        connection.execute(delete(counters).where(counters.c.name == _NAME))
        connection.execute(insert(counters).values(name=_NAME, value=epoch))
    return epoch


def _highest_given(connection: Connection) -> int:
    """The highest epoch of a version that was given here: what partners sent tells nothing of it."""
    given = [select(func.max(table.c.version)).where(~table.c.received) for table in (reports, entries)]
    own = select(entries.c.owner).where(~entries.c.received).union(select(reports.c.owner).where(~reports.c.received))
    given.append(select(func.max(tombstones.c.version)).where(tombstones.c.owner.in_(own)))
    return max(epoch_of(int(connection.execute(query).scalar() or 0)) for query in given)
