"""Every readable version of every report, for those who ask what was known when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, not_, select

from vigie.model.catalogue import Catalogue, catalogue_of, concat
from vigie.store.database import Store
from vigie.store.reading import COLUMNS, Audience, Window, catalogue_of_rows, has_other_label, in_window, open_to
from vigie.store.schema import reports

NOT_FOR_COUNTS = "not_for_counts"
"""What a report's flags say where its source does not collect such records as a count series."""

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """Versions of reports as columns (n,): the store's row, which testimony it is a version of, its revision, whether it may be counted.

    `earlier` holds in full those that are not among the rows that the caller has already.
    """

    row: NDArray[np.int64]
    testimony: NDArray[np.int64]
    revision: NDArray[np.int64]
    counts: NDArray[np.bool_]
    earlier: Catalogue


def readable_versions(store: Store, audience: Audience, window: Window, known: NDArray[np.int64]) -> Versions:
    """All versions that the audience may read and that were not relabelled since, by row.

    `known` are the rows (k,) that the caller has read before, which are not read in full again.
    """
    condition = and_(open_to(audience, reports), not_(has_other_label(reports)), *in_window(window))
    with store.reading() as connection:
        rows = connection.execute(select(reports.c.row, reports.c.testimony, reports.c.revision).where(condition).order_by(reports.c.row)).all()
        flagged = connection.execute(select(reports.c.row).where(condition, reports.c.details.like(f'%"{NOT_FOR_COUNTS}"%'))).scalars().all()
        found = np.array([tuple(row) for row in rows], np.int64).reshape(len(rows), 3)
        earlier = _in_full(connection, np.setdiff1d(found[:, 0], known))
    return Versions(found[:, 0], found[:, 1], found[:, 2], ~np.isin(found[:, 0], np.array(flagged, np.int64)), earlier)


def _in_full(connection: Connection, rows: NDArray[np.int64]) -> Catalogue:
    query = select(*(reports.c[name] for name in COLUMNS)).order_by(reports.c.row)
    parts = [
        _part(connection.execute(query.where(reports.c.row.in_(rows[start : start + _AT_ONCE].tolist()))).all()) for start in range(0, len(rows), _AT_ONCE)
    ]
    return concat(parts)


def _part(rows: Sequence[Any]) -> Catalogue:
    return catalogue_of_rows(rows)[0] if rows else catalogue_of([])
