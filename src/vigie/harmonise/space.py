"""The working space of one thread: one component at a time, its reports in canonical order, numbered from 0.

Report i stands in row i of `numbers` and `codes`, the fused estimate of the cluster whose first report is i in row
m + i, where m is the number of reports; row 2 m is for what is worked out and thrown away.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.testimony import AGENCIES, AGENCY

_FEW = 24
BY_REPORTS, BY_SCORE = range(2)
EXACT_AGENCIES = 62
"""So many agencies of a component have a bit of their own in `AGENCIES`; the others share one."""


# Columns of `who`: the row in the table, the first report of its cluster (a way to it), the next one of the ring, the
# number of its agency in this component, how often its cluster grew, whether it is lazy, its place in the list of what
# is near, the best pair to it, that list, the list of members, where its pairs and its cannot-links begin, and the
# cluster with which its own was last judged in vain, with how often the two had grown then.
ROW, ROOT, RING, AGENT, VERSION, LAZY, STAMP, BEST, NEAR, MEMBER, START, APART, VAIN, VAIN_SEEN = range(14)
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
    `apart[who[i, APART]:who[i + 1, APART]]`; `must` are the must-links.
    """

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]
    who: NDArray[np.int64]
    ties: NDArray[np.int64]
    score: NDArray[np.float64]
    touching: NDArray[np.int64]
    apart: NDArray[np.int64]
    must: NDArray[np.int64]
    reasons: NDArray[np.float64]


@kernel
def new_space(most_rows: int, most_pairs: int, most_apart: int, most_must: int, columns: int, code_columns: int) -> Any:
    """Room for a component of so many reports, pairs, cannot-links and must-links."""
    rows, pairs = most_rows + 1, most_pairs + 1
    return Space(
        np.empty((2 * rows + 1, columns)),
        np.empty((2 * rows + 1, code_columns), np.int64),
        np.empty((rows + 1, VAIN_SEEN + 1), np.int64),
        np.empty((pairs, 4), np.int64),
        np.empty(pairs),
        np.empty(2 * pairs, np.int64),
        np.empty(most_apart, np.int64),
        np.empty((most_must + 1, 2), np.int64),
        np.zeros(6),
    )


@leaf
def load(space: Any, table: Any, parts: Any, part: int, local: Any) -> None:
    """Put a component into the space. `local` (n,) gets the number of each report."""
    numbers, codes, who, ties, score, touching, apart, must, _ = space
    _copy_rows(numbers, codes, who, table, parts, part, local)
    if len(apart) > 0:
        _list_apart(who, apart, table, parts, part, local)
    pairs = _list_pairs(ties, score, table, parts, part, local)
    if pairs <= _FEW:
        _sort_few(ties, score, pairs)
    else:
        _sort_many(ties, score, pairs, BY_REPORTS)
    _list_touching(who, ties, touching, parts, part)
    _list_must(must, table, parts, part, local)


@leaf
def _list_must(must: Any, table: Any, parts: Any, part: int, local: Any) -> None:
    """Write down the component's must-links by number, in canonical order."""
    begin = parts.must_start[part]
    for position in range(parts.must_start[part + 1] - begin):
        pair = parts.must[begin + position]
        a, b = local[table.must[pair, 0]], local[table.must[pair, 1]]
        low, high, place = min(a, b), max(a, b), position
        while place > 0 and (must[place - 1, 0] > low or (must[place - 1, 0] == low and must[place - 1, 1] > high)):
            must[place, 0], must[place, 1] = must[place - 1, 0], must[place - 1, 1]
            place -= 1
        must[place, 0], must[place, 1] = low, high


@leaf
def _copy_rows(numbers: Any, codes: Any, who: Any, table: Any, parts: Any, part: int, local: Any) -> None:
    """Each report twice, as it is and as the cluster that it is yet."""
    count = parts.row_start[part + 1] - parts.row_start[part]
    for number in range(count):
        row = parts.rows[parts.row_start[part] + number]
        local[row], who[number, ROW] = number, row
        who[number, ROOT], who[number, RING], who[number, VERSION], who[number, STAMP], who[number, LAZY] = number, number, 0, -1, 0
        who[number, VAIN] = -1
        for column in range(numbers.shape[1]):
            numbers[number, column] = numbers[count + number, column] = table.numbers[row, column]
        for column in range(codes.shape[1]):
            codes[number, column] = codes[count + number, column] = table.codes[row, column]
        _number_agency(codes, who, number)
        codes[number, AGENCIES] = codes[count + number, AGENCIES] = np.int64(1) << min(who[number, AGENT], EXACT_AGENCIES)


@leaf
def _number_agency(codes: Any, who: Any, number: int) -> None:
    """Give the report's agency the number it has in this component."""
    most = -1
    for other in range(number):
        if codes[other, AGENCY] == codes[number, AGENCY]:
            who[number, AGENT] = who[other, AGENT]
            return
        most = max(most, who[other, AGENT])
    who[number, AGENT] = most + 1


@leaf
def _list_apart(who: Any, apart: Any, table: Any, parts: Any, part: int, local: Any) -> None:
    """List the reports of this component that each of them must not meet."""
    found, begin, end = 0, parts.row_start[part], parts.row_start[part + 1]
    for number in range(end - begin):
        row = who[number, ROW]
        who[number, APART] = found
        for position in range(table.apart_start[row], table.apart_start[row + 1]):
            other = table.apart[position]
            if local[other] < end - begin and who[local[other], ROW] == other:
                apart[found] = local[other]
                found += 1
    who[end - begin, APART] = found


@leaf
def _list_pairs(ties: Any, score: Any, table: Any, parts: Any, part: int, local: Any) -> int:
    """Write down the component's pairs by number; how many there are."""
    begin, end = parts.edge_start[part], parts.edge_start[part + 1]
    for position in range(end - begin):
        edge = parts.edges[begin + position]
        a, b = local[table.pairs[edge, 0]], local[table.pairs[edge, 1]]
        ties[position, FIRST], ties[position, SECOND], score[position] = min(a, b), max(a, b), table.score[edge]
    return int(end - begin)


@leaf
def _list_touching(who: Any, ties: Any, touching: Any, parts: Any, part: int) -> None:
    """List the pairs of each report, in canonical order."""
    count, pairs = parts.row_start[part + 1] - parts.row_start[part], parts.edge_start[part + 1] - parts.edge_start[part]
    for number in range(count + 1):
        who[number, START] = 0
    for pair in range(pairs):
        who[ties[pair, FIRST] + 1, START] += 1
        who[ties[pair, SECOND] + 1, START] += 1
    for number in range(count):
        who[number + 1, START] += who[number, START]
        who[number, NEAR] = who[number, START]
    for pair in range(pairs):
        for end in (FIRST, SECOND):
            number = ties[pair, end]
            touching[who[number, NEAR]] = pair
            who[number, NEAR] += 1


@leaf
def _sort_few(ties: Any, scores: Any, pairs: int) -> None:
    for position in range(1, pairs):
        first, second, score, place = ties[position, FIRST], ties[position, SECOND], scores[position], position
        while place > 0 and (ties[place - 1, FIRST] > first or (ties[place - 1, FIRST] == first and ties[place - 1, SECOND] > second)):
            ties[place, FIRST], ties[place, SECOND], scores[place] = ties[place - 1, FIRST], ties[place - 1, SECOND], scores[place - 1]
            place -= 1
        ties[place, FIRST], ties[place, SECOND], scores[place] = first, second, score


@leaf
def _sort_many(ties: Any, scores: Any, pairs: int, order: int) -> None:
    """Sort pairs in place as a heap does, by their reports or, those listed, by falling score."""
    for place in range(pairs // 2 - 1, -1, -1):
        _sink(ties, scores, place, pairs, order)
    for size in range(pairs - 1, 0, -1):
        _swap(ties, scores, 0, size, order)
        _sink(ties, scores, 0, size, order)


@leaf
def _sink(ties: Any, scores: Any, place: int, size: int, order: int) -> None:
    below = 2 * place + 1
    while below < size:
        if below + 1 < size and _is_before(ties, scores, below, below + 1, order):
            below += 1
        if not _is_before(ties, scores, place, below, order):
            return
        _swap(ties, scores, place, below, order)
        place, below = below, 2 * below + 1


@leaf
def _is_before(ties: Any, scores: Any, a: int, b: int, order: int) -> bool:
    if order == BY_REPORTS:
        return bool(ties[a, FIRST] < ties[b, FIRST] or (ties[a, FIRST] == ties[b, FIRST] and ties[a, SECOND] < ties[b, SECOND]))
    a, b = ties[a, LISTED], ties[b, LISTED]
    return bool(scores[a] > scores[b] or (scores[a] == scores[b] and a < b))


@leaf
def _swap(ties: Any, scores: Any, a: int, b: int, order: int) -> None:
    if order == BY_REPORTS:
        ties[a, FIRST], ties[b, FIRST] = ties[b, FIRST], ties[a, FIRST]
        ties[a, SECOND], ties[b, SECOND] = ties[b, SECOND], ties[a, SECOND]
        scores[a], scores[b] = scores[b], scores[a]
    else:
        ties[a, LISTED], ties[b, LISTED] = ties[b, LISTED], ties[a, LISTED]


@leaf
def falling(ties: Any, scores: Any, pairs: int, least: float) -> int:
    """List the pairs of at least this score, best first, ties in canonical order; how many there are."""
    found = 0
    for position in range(pairs):
        if scores[position] >= least:
            ties[found, LISTED] = position
            found += 1
    if found > _FEW:
        _sort_many(ties, scores, found, BY_SCORE)
        return found
    for position in range(1, found):
        pair, place = ties[position, LISTED], position
        while place > 0 and scores[ties[place - 1, LISTED]] < scores[pair]:
            ties[place, LISTED] = ties[place - 1, LISTED]
            place -= 1
        ties[place, LISTED] = pair
    return found
