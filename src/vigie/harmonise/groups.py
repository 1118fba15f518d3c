"""Rows in groups, side by side in one list. Large groups are sorted by numpy, so that no kernel compiles a sort of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import leaf

Rows = NDArray[np.int64]

FEW = 64
"""Groups of up to so many rows are left to kernels, which sort them where they stand."""


def grouped(group: Rows, count: int) -> tuple[Rows, Rows]:
    """Where each of `count` groups begins (count + 1,) in the list of rows (n,), and that list, each group in rising order."""
    start, rows = np.zeros(count + 1, np.int64), np.empty(len(group), np.int64)
    np.cumsum(np.bincount(group, minlength=count), out=start[1:])
    _fill(group, start[:-1].copy(), rows)
    return start, rows


@leaf
def _fill(group: Any, filled: Any, rows: Any) -> None:
    for row in range(len(group)):
        rows[filled[group[row]]] = row
        filled[group[row]] += 1


def sort_large(start: Rows, rows: Rows, *keys: NDArray[Any]) -> None:
    """Put each group of more than `FEW` rows in the order of the keys (n,), the most important first; equals stay as they stand."""
    size = np.diff(start)
    large = np.flatnonzero(size > FEW)
    if len(large):
        places = np.concatenate([np.arange(start[group], start[group + 1]) for group in large])
        held = rows[places]
        rows[places] = held[np.lexsort((*(key[held] for key in reversed(keys)), np.repeat(large, size[large])))]
