"""The Earth cut into cells: bands of equal height from pole to pole, each cut into cells about as wide as high.

Cells are numbered from the south-west; band y holds `columns[y]` of them from cell `first[y]` on. Which cells lie near
another is worked out on the sphere, so the antimeridian and the poles need no rule of their own.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.testimony import EARTH_KM, UX, UY, UZ

_MOST_BANDS = 1 << 16
_SLACK = 1e-9


class Sphere(NamedTuple):
    """Cells of a sphere (a named tuple, since numba reads those): `columns` (bands,) and `first` (bands + 1,)."""

    columns: NDArray[np.int64]
    first: NDArray[np.int64]


def sphere_of(cell_km: float) -> Sphere:
    """The sphere whose cells are `cell_km` high, or little more, and at most 65,536 to the meridian.

    >>> int(sphere_of(5000.0).first[-1])
    20
    """
    bands = int(max(1, min(math.pi * EARTH_KM / cell_km, _MOST_BANDS)))
    middle = (np.arange(bands) + 0.5) / bands * math.pi - math.pi / 2
    columns = np.maximum(1, np.round(2 * bands * np.cos(middle)).astype(np.int64))
    return Sphere(columns, np.concatenate([[0], np.cumsum(columns)]))


@kernel
def cells_at(numbers: Any, rows: Any, sphere: Sphere) -> Any:
    """The cell of each of these rows of `numbers` (k,)."""
    cells, bands = np.empty(len(rows), np.int64), len(sphere.columns)
    for position in range(len(rows)):
        row = rows[position]
        up = 0.5 + math.asin(min(max(numbers[row, UZ], -1.0), 1.0)) / math.pi
        band = min(max(int(up * bands), 0), bands - 1)
        around = 0.5 + math.atan2(numbers[row, UY], numbers[row, UX]) / (2 * math.pi)
        cells[position] = sphere.first[band] + min(max(int(around * sphere.columns[band]), 0), sphere.columns[band] - 1)
    return cells


@leaf
def band_of(cell: int, sphere: Sphere) -> int:
    """The band that a cell lies in."""
    return int(np.searchsorted(sphere.first, cell, side="right")) - 1


@leaf
def runs_near(cell: int, home: Sphere, angle: float, sphere: Sphere, runs: Any) -> int:
    """Fill `runs` with first and last of each run of cells of `sphere` within `angle` of a cell of `home`; how many.

    `runs` needs two places a band. A circle of radius r around latitude p reaches asin(sin r / cos p) in longitude.
    """
    band = band_of(cell, home)
    height, width = math.pi / len(home.columns), 1.0 / home.columns[band]
    south, west = band * height, (cell - home.first[band]) * width
    tallest = max(abs(south - math.pi / 2), abs(south + height - math.pi / 2))
    span, bands = _lon_reach(tallest, angle + _SLACK) / (2 * math.pi) + _SLACK, len(sphere.columns)
    low, high = (south - angle - _SLACK) / math.pi * bands, (south + height + angle + _SLACK) / math.pi * bands
    count = 0
    for near in range(max(0, math.floor(low)), min(bands - 1, math.floor(high)) + 1):
        columns, first = sphere.columns[near], sphere.first[near]
        begin, end = math.floor((west - span) * columns), math.floor((west + width + span) * columns)
        if end - begin + 1 >= columns:
            runs[count, 0], runs[count, 1] = first, first + columns - 1
            count += 1
            continue
        begin, end = begin % columns, end % columns
        runs[count, 0], runs[count, 1] = first + begin, first + (end if begin <= end else columns - 1)
        count += 1
        if begin > end:
            runs[count, 0], runs[count, 1] = first, first + end
            count += 1
    return count


@leaf
def _lon_reach(lat: float, angle: float) -> float:
    """How far in longitude a circle of this angular radius reaches: all around where it holds a pole."""
    if abs(lat) + angle >= math.pi / 2:
        return math.pi
    return math.asin(min(math.sin(angle) / math.cos(lat), 1.0))


def angle_of(km: float) -> float:
    """The angle at the Earth's centre between two points that lie `km` apart in a straight line, radians."""
    return 2.0 * math.asin(min(km / (2 * EARTH_KM), 1.0))
