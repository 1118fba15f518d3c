"""The steps of a playback: how many events go on in each cell at each step. An event that lasts counts in every step that it touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.picture.cells import Cells, Rows, cells_with, fills
from vigie.picture.hexagons import COARSEST
from vigie.picture.index import Index

MAX_STEPS, MAX_MOVING_CELLS, _FINEST = 400, 1_500, 4
"""The most steps and cells of a playback, and the finest cells that it begins with."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """`counts` (c, steps) of the cells, `drawn` how many events fill any; the first step begins at `first_us`."""

    resolution: int
    first_us: int
    steps: int
    cells: Cells
    counts: Rows
    drawn: int


def frames_of(index: Index, rows: Rows, first_us: int, last_us: int, step_us: int) -> Frames | None:
    """The frames of these events from the one instant to the other, both within; None where they would be more than `MAX_STEPS`."""
    steps = (last_us - first_us) // step_us + 1
    if steps > MAX_STEPS:
        return None
    resolution = _FINEST
    while len(cells := cells_with(index, filling := fills(index, rows, resolution), resolution)) > MAX_MOVING_CELLS and resolution > COARSEST:
        resolution -= 1
    ids, number = index.cells_of(resolution)
    place = np.searchsorted(cells.cell, ids[number[filling]])
    return Frames(resolution, first_us, steps, cells, _counts(index, filling, place, (first_us, step_us, steps)), len(filling))


def _counts(index: Index, rows: Rows, place: Rows, scale: tuple[int, int, int]) -> Rows:
    """How many events of each cell touch each step: one more from their first step on, one fewer after their last."""
    first_us, step_us, steps = scale
    begin = np.clip((index.events.begin_us[rows] - first_us) // step_us, 0, steps)
    end = np.clip((index.last_us[rows] - 1 - first_us) // step_us, -1, steps - 1)
    many = int(place.max()) + 1 if len(place) else 0
    change = np.bincount(place * (steps + 1) + begin, minlength=many * (steps + 1)) - np.bincount(place * (steps + 1) + end + 1, minlength=many * (steps + 1))
    return np.asarray(change.reshape(many, steps + 1).cumsum(axis=1)[:, :steps])
