"""The working space of one thread: one component at a time, its reports in canonical order, numbered from 0.

Report i stands in row i of `numbers` and `codes`, the fused estimate of the cluster whose first report is i in row
m + i, where m is the number of reports; row 2 m is for what is worked out and thrown away.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.testimony import AGENCIES, AGENCY

_FEW = 24
EXACT_AGENCIES = 62
"""So many agencies of a component have a bit of their own in `AGENCIES`; the others share one."""


# Columns of `who`: the row in the table, the first report of its cluster (a way to it), the next one of the ring, the
# number of its agency in this component, how often its cluster grew, whether it is lazy, its place in the list of what
# is near, the best pair to it, that list, the list of members, and where its pairs and its cannot-links begin.
ROW, ROOT, RING, AGENT, VERSION, LAZY, STAMP, BEST, NEAR, MEMBER, START, APART = range(12)
# Columns of `ties`: both reports, the list of pairs by falling score, and what was known when a pair was last judged.
FIRST, SECOND, LISTED, JUDGED = range(4)


class Table(NamedTuple):
    """All reports: features as in `testimony`, `rank` (n,) the place of each in canonical order, and pairs with their scores."""

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]
    rank: NDArray[np.int32]
    pairs: NDArray[np.int64]
    score: NDArray[np.float64]
    must: NDArray[np.int64]
    apart_start: NDArray[np.int64]
    apart: NDArray[np.int64]


class Space(NamedTuple):
    """The component at work (named tuples, since numba reads those; few arrays, since each costs time at each call).

    `who` has a row a report with the columns above, `ties` one a pair; pairs are numbered in canonical order, FIRST <
    SECOND. Those of report i are `touching[who[i, START]:who[i + 1, START]]`, and reports that it must not meet
    `apart[who[i, APART]:who[i + 1, APART]]`.
    """

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]
    who: NDArray[np.int64]
    ties: NDArray[np.int64]
    score: NDArray[np.float64]
    touching: NDArray[np.int64]
    apart: NDArray[np.int64]
    reasons: NDArray[np.float64]


@njit(cache=True, nogil=True)
def new_space(most_rows: int, most_pairs: int, most_apart: int, columns: int, code_columns: int) -> Any:
    """Room for a component of so many reports, pairs and cannot-links."""
    rows, pairs = most_rows + 1, most_pairs + 1
    return Space(
        np.empty((2 * rows + 1, columns)),
        np.empty((2 * rows + 1, code_columns), np.int64),
        np.empty((rows + 1, 12), np.int64),
        np.empty((pairs, 4), np.int64),
        np.empty(pairs),
        np.empty(2 * pairs, np.int64),
        np.empty(most_apart, np.int64),
        np.zeros(6),
    )


@njit(cache=True, nogil=True)
def load(space: Any, table: Any, parts: Any, part: int, local: Any) -> Any:
    """Put a component into the space; how many reports and pairs it has. `local` (n,) gets the number of each report."""
    begin, end = parts.row_start[part], parts.row_start[part + 1]
    rows = _in_order(parts.rows[begin:end], table.rank)
    count = end - begin
    for number in range(count):
        row = rows[number]
        local[row] = number
        space.who[number, ROW], space.who[number, ROOT], space.who[number, RING] = row, number, number
        space.who[number, VERSION], space.who[number, STAMP], space.who[number, LAZY] = 0, -1, 0
        for column in range(table.numbers.shape[1]):
            space.numbers[number, column] = table.numbers[row, column]
            space.numbers[count + number, column] = table.numbers[row, column]
        for column in range(table.codes.shape[1]):
            space.codes[number, column] = table.codes[row, column]
        _number_agency(space, number)
        for column in range(table.codes.shape[1]):
            space.codes[count + number, column] = space.codes[number, column]
    if len(table.apart) > 0:
        _load_apart(space, table, parts.rows[begin:end], local, count)
    chosen = parts.edges[parts.edge_start[part] : parts.edge_start[part + 1]]
    _load_pairs(space, table, chosen, local, count)
    return count, len(chosen)


@njit(cache=True, nogil=True)
def _load_apart(space: Any, table: Any, inside: Any, local: Any, count: int) -> None:
    """List the reports of this component that each of them must not meet."""
    found = 0
    for number in range(count):
        row = space.who[number, ROW]
        space.who[number, APART] = found
        for position in range(table.apart_start[row], table.apart_start[row + 1]):
            other = table.apart[position]
            place = np.searchsorted(inside, other)
            if place < len(inside) and inside[place] == other:
                space.apart[found] = local[other]
                found += 1
    space.who[count, APART] = found


@njit(cache=True, nogil=True)
def _in_order(rows: Any, rank: Any) -> Any:
    """The rows in canonical order; most often they stand so."""
    for position in range(1, len(rows)):
        if rank[rows[position]] < rank[rows[position - 1]]:
            return rows[np.argsort(rank[rows])]
    return rows


@njit(cache=True, nogil=True)
def _number_agency(space: Any, number: int) -> None:
    """Give the report's agency the number it has in this component, and the bit that goes with it."""
    met = -1
    for other in range(number):
        met = max(met, space.who[other, AGENT])
        if space.codes[other, AGENCY] == space.codes[number, AGENCY]:
            met = space.who[other, AGENT] - 1
            break
    space.who[number, AGENT] = met + 1
    space.codes[number, AGENCIES] = np.int64(1) << min(met + 1, EXACT_AGENCIES)


@njit(cache=True, nogil=True)
def _load_pairs(space: Any, table: Any, chosen: Any, local: Any, count: int) -> None:
    """Number the pairs in canonical order and list those of each report."""
    for position in range(len(chosen)):
        a, b = local[table.pairs[chosen[position], 0]], local[table.pairs[chosen[position], 1]]
        space.ties[position, FIRST], space.ties[position, SECOND], space.score[position] = min(a, b), max(a, b), table.score[chosen[position]]
    if len(chosen) <= _FEW:
        _sort_few(space, len(chosen))
    else:
        _sort_many(space, len(chosen), count)
    for number in range(count + 1):
        space.who[number, START] = 0
    for position in range(len(chosen)):
        space.who[space.ties[position, FIRST] + 1, START] += 1
        space.who[space.ties[position, SECOND] + 1, START] += 1
    for number in range(count):
        space.who[number + 1, START] += space.who[number, START]
        space.who[number, NEAR] = space.who[number, START]
    for position in range(len(chosen)):
        for number in (space.ties[position, FIRST], space.ties[position, SECOND]):
            space.touching[space.who[number, NEAR]] = position
            space.who[number, NEAR] += 1


@njit(cache=True, nogil=True)
def _sort_few(space: Any, pairs: int) -> None:
    for position in range(1, pairs):
        first, second, score, place = space.ties[position, FIRST], space.ties[position, SECOND], space.score[position], position
        while place > 0 and (space.ties[place - 1, FIRST] > first or (space.ties[place - 1, FIRST] == first and space.ties[place - 1, SECOND] > second)):
            space.ties[place, FIRST], space.ties[place, SECOND], space.score[place] = space.ties[place - 1, FIRST], space.ties[place - 1, SECOND], space.score[place - 1]
            place -= 1
        space.ties[place, FIRST], space.ties[place, SECOND], space.score[place] = first, second, score


@njit(cache=True, nogil=True)
def _sort_many(space: Any, pairs: int, count: int) -> None:
    """By counting, first by the second report and then by the first."""
    for column in (1, 0):
        key = space.ties[:pairs, column].copy()
        filled = np.zeros(count + 1, np.int64)
        for position in range(pairs):
            filled[key[position] + 1] += 1
        filled = np.cumsum(filled)
        first, second, score = space.ties[:pairs, FIRST].copy(), space.ties[:pairs, SECOND].copy(), space.score[:pairs].copy()
        for position in range(pairs):
            place = filled[key[position]]
            filled[key[position]] += 1
            space.ties[place, FIRST], space.ties[place, SECOND], space.score[place] = first[position], second[position], score[position]


@njit(cache=True, nogil=True)
def falling(space: Any, pairs: int, least: float) -> int:
    """Write to `spare` the pairs of at least this score, best first, ties in canonical order; how many there are."""
    found = 0
    for position in range(pairs):
        if space.score[position] >= least:
            space.ties[found, LISTED] = position
            found += 1
    if found > _FEW:
        chosen = space.ties[:found, LISTED].copy()
        space.ties[:found, LISTED] = chosen[np.argsort(-space.score[chosen], kind="mergesort")]
        return found
    for position in range(1, found):
        pair, place = space.ties[position, LISTED], position
        while place > 0 and space.score[space.ties[place - 1, LISTED]] < space.score[pair]:
            space.ties[place, LISTED] = space.ties[place - 1, LISTED]
            place -= 1
        space.ties[place, LISTED] = pair
    return found
