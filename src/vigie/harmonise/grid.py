"""Where to look for partners: rows sorted by cell and time, in one sheet for each class of precision.

A pair is looked at within the window of the vaguer time and of the vaguer place. So rows are kept apart by whether
their place is fine, whether their time is, and, of times longer than the coarse window, by how many times they were
doubled: one account of a whole century then costs those of single days nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import Codes, Numbers
from vigie.harmonise.sphere import Sphere, cells_at, sphere_of
from vigie.harmonise.testimony import EARTH_KM, FINE, HALF, NOWHERE, PLACE_LEVEL, RATE, TIME_LEVEL, UX, UY, UZ, T
from vigie.model.sameness import Sameness

Rows = NDArray[np.int64]
MOST_EVENTS = 2_000
"""A report too vague for the fine windows is left alone where more unrelated events than this fall into its windows by the
background: none can stand out among so many."""
MOST_ALIKE = 1_000
"""Where more reports than this of one class fall into one block as large as their windows they are left alone."""
TICKS_PER_S = 64
_SMALLEST_CELL_KM = 20.0
_BUCKETS = 1 << 20


class Sheet(NamedTuple):
    """Rows of one class, sorted by cell and time (a named tuple, since numba reads those).

    Used cell c (its number in `sphere` is `cell[c]`) holds `rows[start[c]:start[c + 1]]`, at `ticks` of 1/64 s since
    1970. Half an interval is `half` ticks long, or little more, and nowhere longer than `longest`; `place` (k, 3) is the
    unit vector, for a first look.
    """

    sphere: Sphere
    rows: Rows
    ticks: NDArray[np.int64]
    half: NDArray[np.int64]
    place: NDArray[np.float32]
    cell: Rows
    start: Rows
    longest: int
    is_fine_time: bool
    is_fine_place: bool


@dataclass(frozen=True, slots=True, eq=False)
class Grids:
    """The sheets of some rows. Rows without a place, or that stand among too many, are in none."""

    sheets: tuple[Sheet, ...]

    def rows(self) -> Rows:
        """All rows that can be found here (k,), in the sheets' order."""
        return np.concatenate([np.zeros(0, np.int64), *(sheet.rows for sheet in self.sheets)])


def build_grids(numbers: Numbers, codes: Codes, rows: Rows, sameness: Sameness) -> Grids:
    """The grids of these rows of `numbers` and `codes`; each row stands in one sheet, whatever the others are.

    Rates must be filled in. `crowded` rows are not looked for: take them out first, as they depend on all rows.
    """
    kept = rows[(codes[rows, PLACE_LEVEL] < NOWHERE) & ~_stands_among_too_many(numbers, codes, rows, sameness)]
    kind = _classes(numbers, codes, kept, sameness)
    spheres = [sphere_of(max(km, _SMALLEST_CELL_KM)) for km in (sameness.place_window_km, sameness.coarse_place_window_km)]
    present = np.flatnonzero(np.bincount(kind)).tolist()
    return Grids(tuple(_sheet(numbers, kept if len(present) == 1 else kept[kind == one], one, spheres) for one in present))


def reach_s(numbers: Numbers, codes: Codes, sameness: Sameness) -> NDArray[np.float64]:
    """How far in time each row reaches out (n,): rows i and j are looked at only if their times lie within reach_i + reach_j.

    So a slab of time that takes in every row whose time ± reach touches it holds each pair whose reaches meet in it.
    """
    near, far = sameness.time_window_s / 2, sameness.coarse_time_window_s - sameness.time_window_s / 2
    reach: NDArray[np.float64] = numbers[:, HALF] + np.where(codes[:, TIME_LEVEL] > FINE, far, near)
    return reach


def crowded(numbers: Numbers, codes: Codes, sameness: Sameness) -> NDArray[np.bool_]:
    """Which rows (n,) lie in a block of place and time with more than `MOST_ALIKE` others: nobody can tell those apart.

    A block is as large as the windows of the rows in it. That depends on all rows, and on their order not at all;
    a row once crowded stays so whatever is added.
    """
    block = np.empty(len(numbers), np.int64)
    windows = np.array([sameness.place_window_km, sameness.coarse_place_window_km, sameness.time_window_s, sameness.coarse_time_window_s])
    _blocks(numbers, codes, windows, block)
    suspect = _in_full_buckets(block, np.zeros(_BUCKETS, np.int64))
    if suspect.any():
        _, which, count = np.unique(block[suspect], return_inverse=True, return_counts=True)
        suspect[suspect] = count[which] > MOST_ALIKE
    return suspect


def _stands_among_too_many(numbers: Numbers, codes: Codes, rows: Rows, sameness: Sameness) -> NDArray[np.bool_]:
    """Which rows are vague and expect more than `MOST_EVENTS` unrelated events in their windows: a matter of the row alone."""
    is_vague = (codes[rows, TIME_LEVEL] > FINE) | (codes[rows, PLACE_LEVEL] > FINE)
    vague = rows[is_vague]
    window_s = np.where(codes[vague, TIME_LEVEL] > FINE, sameness.coarse_time_window_s, sameness.time_window_s)
    window_km = np.where(codes[vague, PLACE_LEVEL] > FINE, sameness.coarse_place_window_km, sameness.place_window_km)
    expected = numbers[vague, RATE] * 2 * (window_s + numbers[vague, HALF]) * math.pi * window_km**2
    is_vague[is_vague] = expected > MOST_EVENTS
    return np.asarray(is_vague, np.bool_)


def _classes(numbers: Numbers, codes: Codes, rows: Rows, sameness: Sameness) -> Rows:
    """Each row's class: even where the place is fine; 0 or 1 where the time is, then two classes for each doubling of its length."""
    doublings = np.ceil(np.log2(np.maximum(2 * numbers[rows, HALF] / sameness.coarse_time_window_s, 1.0))).astype(np.int64)
    time = np.where(codes[rows, TIME_LEVEL] > FINE, 1 + doublings, 0)
    return np.asarray(2 * time + (codes[rows, PLACE_LEVEL] > FINE), np.int64)


def _sheet(numbers: Numbers, rows: Rows, kind: int, spheres: list[Sphere]) -> Sheet:
    sphere = spheres[kind % 2]
    cell = cells_at(numbers, rows, sphere)
    ticks = np.floor(numbers[rows, T] * TICKS_PER_S).astype(np.int64)
    order = sort_by(cell, ticks)
    cell, rows, ticks = cell[order], rows[order], ticks[order]
    start = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    half, place = np.empty(len(rows), np.int64), np.empty((len(rows), 3), np.float32)
    _look_at(numbers, rows, half, place)
    return Sheet(sphere, rows, ticks, half, place, cell[start], np.append(start, len(rows)), int(half.max()), kind // 2 == 0, kind % 2 == 0)


@leaf
def _look_at(numbers: Numbers, rows: Rows, half: Rows, place: NDArray[np.float32]) -> None:
    """Write half the interval, ticks, and the unit vector of each row."""
    for position in range(len(rows)):
        row = rows[position]
        half[position] = math.ceil(numbers[row, HALF] * TICKS_PER_S)
        place[position, 0], place[position, 1], place[position, 2] = numbers[row, UX], numbers[row, UY], numbers[row, UZ]


def sort_by(*columns: NDArray[np.int64]) -> Rows:
    """The order of rows by these columns, most important first; equal rows in any order.

    One sort of one number, into which the columns are packed where their ranges leave room; else column by column.
    """
    low = [int(column.min(initial=0)) for column in columns]
    bits = [(int(column.max(initial=0)) - least).bit_length() for column, least in zip(columns, low, strict=True)]
    if sum(bits) > 63:  # noqa: PLR2004  (bits of a whole number)
        return np.lexsort(columns[::-1])
    packed = np.zeros(len(columns[0]), np.int64)
    for column, least, width in zip(columns, low, bits, strict=True):
        packed <<= width
        packed |= column - least
    return np.argsort(packed)


@leaf
def _blocks(numbers: Numbers, codes: Codes, windows: NDArray[np.float64], block: Rows) -> None:
    """Write each row's block: the cube of space and the step of time it lies in and its class, mixed into one number."""
    for row in range(len(block)):
        coarse_place, coarse_time = int(codes[row, PLACE_LEVEL] > FINE), int(codes[row, TIME_LEVEL] > FINE)
        scale = EARTH_KM / windows[coarse_place]
        mixed = np.uint64(2 * coarse_time + coarse_place) + np.uint64(np.int64(math.floor(numbers[row, T] / windows[2 + coarse_time])))
        for axis in (UX, UY, UZ):
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(np.int64(math.floor(numbers[row, axis] * scale)))
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        block[row] = np.int64(mixed ^ (mixed >> np.uint64(29)))


@kernel
def _in_full_buckets(block: Rows, count: Rows) -> NDArray[np.bool_]:
    """Which rows share a bucket of blocks with more than `MOST_ALIKE` rows: all crowded ones, and hardly any other."""
    for row in range(len(block)):
        count[block[row] & (_BUCKETS - 1)] += 1
    full = np.zeros(len(block), np.bool_)
    for row in range(len(block)):
        full[row] = count[block[row] & (_BUCKETS - 1)] > MOST_ALIKE
    return full
