"""Under which label each report of a world stands, whose it is, and whether it was received: for the node's own people, who may ask who else sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vigie.model.label import Directory, Label
from vigie.store.database import Store
from vigie.store.label_book import labels_by_number
from vigie.store.schema import reports

_FEW = 5_000
_ROWS_AT_ONCE = 50_000


class Kind(NamedTuple):
    """Reports that bear one label: whose they are, and whether another node released them to this one."""

    label: Label
    owner: str
    received: bool


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """The kind of each report: `of` (n,) counts into `kinds`; -1 where the store has no such row any more."""

    kinds: tuple[Kind, ...]
    of: NDArray[np.int64]


def labels_by_row(store: Store, directory: Directory, rows: NDArray[np.int64]) -> Labelled:
    """The kinds of these rows (n,) of the store. The rows come from `visible`, so no right is asked again."""
    numbers: dict[tuple[int, str, bool], int] = {}
    of = np.full(len(rows), -1, np.int64)
    order = np.argsort(rows, kind="stable")
    with store.reading() as connection:
        for found in _found(connection, rows[order]):
            kinds = [numbers.setdefault((label, owner, bool(received)), len(numbers)) for _, label, owner, received in found]
            held = np.array([row for row, *_ in found], np.int64)
            at = np.minimum(np.searchsorted(rows, held, sorter=order), len(rows) - 1)
            is_asked = rows[order[at]] == held
            of[order[at[is_asked]]] = np.array(kinds, np.int64)[is_asked]
        known = labels_by_number(connection, directory)
    return Labelled(tuple(Kind(known[label], owner, received) for label, owner, received in numbers), of)


def _found(connection: Connection, rows: NDArray[np.int64]) -> list[list[tuple[int, int, str, bool]]]:
    """Row, label, owner and whether it was received, some at a time: of few rows each is asked for, of many all between the first and the last."""
    if not len(rows):
        return []
    wanted = reports.c.row.in_(rows.tolist()) if len(rows) <= _FEW else reports.c.row.between(int(rows[0]), int(rows[-1]))
    query = select(reports.c.row, reports.c.label_id, reports.c.owner, reports.c.received).where(wanted)
    result = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
    return [[tuple(row) for row in part] for part in result.partitions(_ROWS_AT_ONCE)]


__all__ = ["Kind", "Labelled", "labels_by_row"]
