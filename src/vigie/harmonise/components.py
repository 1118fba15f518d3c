"""Components: reports that hang together by pairs that may be linked, each set of them apart from all others.

What is one event lies within one component, so each is clustered by itself: on any thread, in any order, and again only
when a new report or a decision reaches it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf

Pairs = NDArray[np.int64]
Labels = NDArray[np.int32]
_EDGES_PER_CHUNK = 16_384


class Parts(NamedTuple):
    """Components side by side (a named tuple, since numba reads those): c has `rows[row_start[c]:row_start[c + 1]]`, and so on.

    Rows stand in canonical order. `edges` and `must` are positions in the lists of pairs; a report alone is in no part.
    """

    row_start: NDArray[np.int64]
    rows: NDArray[np.int32]
    edge_start: NDArray[np.int64]
    edges: NDArray[np.int32]
    must_start: NDArray[np.int64]
    must: NDArray[np.int32]

    def chunks(self) -> list[tuple[int, int]]:
        """Runs of components (first, last + 1) of about equal work."""
        work = self.edge_start + self.row_start
        steps = np.arange(0, int(work[-1]), _EDGES_PER_CHUNK)
        cuts = np.unique(np.append(np.searchsorted(work, steps), len(work) - 1))
        return [(int(begin), int(end)) for begin, end in pairwise(cuts) if end > begin]


def label_components(count: int, pairs: Pairs, bond: NDArray[np.int8], must: Pairs) -> Labels:
    """The smallest row of the component of each of `count` rows (count,); pairs of bond 0 and must-links tie."""
    return np.asarray(_label(np.arange(count, dtype=np.int32), pairs, bond, must), np.int32)


def relabel(labels: Labels, pairs: Pairs, must: Pairs) -> Labels:
    """The labels once these pairs tie rows together too; the rows they name are alone yet, each labelled by itself."""
    return np.asarray(_label(labels.copy(), pairs, np.zeros(len(pairs), np.int8), must), np.int32)


def parts_of(labels: Labels, order: NDArray[np.int64], edges: tuple[Pairs, NDArray[np.int8]], must: Pairs, wanted: NDArray[np.bool_]) -> Parts:
    """The components of two rows or more whose label is `wanted` (n,), in the order of their first pair.

    `edges` are pairs and bonds. The rows of a component stand in canonical order, as in `order` (n,).
    """
    return Parts(*_parts(labels, order, edges[0], edges[1], must, wanted))


@kernel
def _label(root: Any, pairs: Any, bond: Any, must: Any) -> Any:
    for position in range(len(pairs)):
        if bond[position] == 0:
            join(root, pairs[position, 0], pairs[position, 1])
    for position in range(len(must)):
        join(root, must[position, 0], must[position, 1])
    for row in range(len(root)):
        root[row] = root[root[row]]  # roots are smaller than what they lead, so the row before is settled
    return root


@leaf
def join(root: Any, a: int, b: int) -> None:
    """Make one tree of those of rows a and b; the smaller root leads."""
    a, b = root_of(root, a), root_of(root, b)
    if a < b:
        root[b] = a
    else:
        root[a] = b


@leaf
def root_of(root: Any, row: int) -> int:
    """The root of a row; the way there is shortened."""
    while root[row] != row:
        root[row] = root[root[row]]
        row = root[row]
    return row


@kernel
def _parts(labels: Any, order: Any, pairs: Any, bond: Any, must: Any, wanted: Any) -> Any:
    number = np.full(len(labels), -1, np.int32)
    count = _number(0, labels, pairs, bond, wanted, number)
    count = _number(count, labels, must, np.zeros(len(must), np.int8), wanted, number)
    edge_start, edges = _grouped_pairs(labels, pairs, bond, number, count)
    must_start, forced = _grouped_pairs(labels, must, np.zeros(len(must), np.int8), number, count)
    row_start = np.zeros(count + 1, np.int64)
    for row in range(len(labels)):
        if number[labels[row]] >= 0:
            row_start[number[labels[row]] + 1] += 1
    row_start = np.cumsum(row_start)
    rows, filled = np.empty(row_start[count], np.int32), row_start[:count].copy()
    for row in order:
        part = number[labels[row]]
        if part >= 0:
            rows[filled[part]] = row
            filled[part] += 1
    return row_start, rows, edge_start, edges, must_start, forced


@leaf
def _number(count: int, labels: Any, pairs: Any, bond: Any, wanted: Any, number: Any) -> int:
    """Number the labels by their first pair, from `count` on; how many are numbered now."""
    for position in range(len(pairs)):
        label = labels[pairs[position, 0]]
        if bond[position] == 0 and number[label] < 0 and wanted[label]:
            number[label] = count
            count += 1
    return count


@kernel
def _grouped_pairs(labels: Any, pairs: Any, bond: Any, number: Any, count: int) -> Any:
    """Where each component's pairs begin (count + 1,), and their positions."""
    start = np.zeros(count + 1, np.int64)
    for position in range(len(pairs)):
        part = number[labels[pairs[position, 0]]]
        if bond[position] == 0 and part >= 0:
            start[part + 1] += 1
    start = np.cumsum(start)
    grouped, filled = np.empty(start[count], np.int32), start[:count].copy()
    for position in range(len(pairs)):
        part = number[labels[pairs[position, 0]]]
        if bond[position] == 0 and part >= 0:
            grouped[filled[part]] = position
            filled[part] += 1
    return start, grouped
