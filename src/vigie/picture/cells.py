"""Events on the hexagons of H3: how many lie in each cell, of which field most of them are, and how severe the worst is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.picture.hexagons import CELL_KM, COARSEST
from vigie.picture.index import Index

VAGUE_KM = CELL_KM
"""Per resolution: a place that is known less well fills no cell."""

MAX_CELLS = 3_000
"""The most cells of one map, unless even the coarsest are more."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells (c,) in the order of their ids, `count` events in each, the code of the `field` that most are of, and the worst `severity`."""

    cell: NDArray[np.uint64]
    count: Rows
    field: Rows
    severity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.cell)


def fills(index: Index, rows: Rows, resolution: int) -> Rows:
    """Those of the events that have a place which is known well enough for a cell."""
    return rows[index.is_placed[rows] & ~(index.events.radius_km[rows] > VAGUE_KM[resolution])]


def cells_with(index: Index, rows: Rows, resolution: int, window: NDArray[np.bool_] | None = None) -> Cells:
    """The cells of these events, all of which must fill one; with `window` (m,) only the cells that an event of the window lies in, but whole."""
    ids, number = index.cells_of(resolution)
    inside, many = number[rows], len(index.field.names)
    counts = np.bincount(inside, minlength=len(ids))
    shown = np.flatnonzero(counts if window is None else np.bincount(inside[window[rows]], minlength=len(ids)))
    place = np.full(len(ids), -1)
    place[shown] = np.arange(len(shown))
    at, of = place[inside], rows
    at, of = at[at >= 0], of[at >= 0]
    fields = np.bincount(at * many + index.field.code[of], minlength=len(shown) * many).reshape(len(shown), many)
    severity = np.zeros(len(shown))
    np.maximum.at(severity, at, np.nan_to_num(index.events.severity[of]))
    return Cells(ids[shown], counts[shown], fields.argmax(axis=1) if len(shown) else np.zeros(0, np.int64), severity)


def fitting_cells(index: Index, rows: Rows, resolution: int, window: NDArray[np.bool_]) -> tuple[int, Rows, Cells]:
    """The cells of the window at the resolution, or at the finest coarser one at which they are at most `MAX_CELLS`; and the events that fill any cell."""
    while True:
        filling = fills(index, rows, resolution)
        cells = cells_with(index, filling, resolution, window)
        if len(cells) <= MAX_CELLS or resolution == COARSEST:
            return resolution, filling, cells
        resolution -= 1
