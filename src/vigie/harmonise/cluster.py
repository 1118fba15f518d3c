"""Clustering: component by component, on as many threads as there are processors, whatever the order.

Each component gives the same answer wherever and whenever it is worked on, so a part of a catalogue, clustered alone,
has the events that it has in the whole.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.components import Pairs, Parts
from vigie.harmonise.growth import force, grow, leave_one_out, list_near, may_unite, top_of, weigh
from vigie.harmonise.heap import new_queue
from vigie.harmonise.kernel import leaf
from vigie.harmonise.score import Codes, Numbers, Rules
from vigie.harmonise.space import BEST, FIRST, LAZY, NEAR, RING, ROOT, ROW, SECOND, Table, load, new_space
from vigie.harmonise.testimony import COUNT


@dataclass(frozen=True, slots=True, eq=False)
class Noted:
    """Pairs of rows (k, 2) and what speaks for each in nats (k, 6)."""

    pairs: Pairs
    reasons: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """Clusters as built: `root` (n,) leads each row to its cluster's first one in canonical order, `ring` through its members.

    `nats` (n,) is each row's score against the other members, infinity where it stands alone. `links` built the
    clusters, `is_forced` marks must-links; `close` are unmade links near the threshold, one between two clusters.
    """

    root: NDArray[np.int32]
    ring: NDArray[np.int32]
    nats: NDArray[np.float64]
    links: Noted
    is_forced: NDArray[np.bool_]
    close: Noted


def alone(count: int) -> Grown:
    """So many reports, each an event of its own."""
    rows = np.arange(count, dtype=np.int32)
    none = Noted(np.zeros((0, 2), np.int64), np.zeros((0, 6)))
    return Grown(rows, rows.copy(), np.full(count, np.inf), none, np.zeros(0, bool), none)


def cluster_parts(table: Table, parts: Parts, rules: Rules, before: Grown) -> Grown:
    """The clusters of these components; `root`, `ring` and `nats` of `before` are written over at their rows and given back."""
    local = np.zeros(len(before.root), np.int32)

    def work(chunk: tuple[int, int]) -> Any:
        return _cluster_chunk(chunk[0], chunk[1], parts, table, local, (before.root, before.ring, before.nats), rules)

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = [work(chunk) for chunk in parts.chunks()] if len(parts.rows) < _FEW_ROWS else list(pool.map(work, parts.chunks()))
    pairs, reasons, forced, close, close_reasons = (_joined([part[column] for part in found], column) for column in range(5))
    return Grown(before.root, before.ring, before.nats, Noted(pairs, reasons), forced, Noted(close, close_reasons))


_FEW_ROWS = 2_000
_EMPTY: tuple[Any, ...] = (np.zeros((0, 2), np.int64), np.zeros((0, 6)), np.zeros(0, bool), np.zeros((0, 2), np.int64), np.zeros((0, 6)))


def _joined(parts: list[Any], column: int) -> Any:
    return np.concatenate([_EMPTY[column], *parts])


@njit(cache=True, nogil=True)
def _cluster_chunk(begin: int, end: int, parts: Any, table: Any, local: Any, into: Any, rules: Any) -> Any:
    """Links with their reasons and whether they were forced, and close pairs with theirs, of components begin to end."""
    rows, pairs = parts.row_start[end] - parts.row_start[begin], parts.edge_start[end] - parts.edge_start[begin]
    space = _room(parts, begin, end, table)
    queue = new_queue(256)
    links, forced = (np.empty((rows, 2), np.int64), np.empty((rows, 6))), np.zeros(rows, np.bool_)
    close = np.empty((pairs, 2), np.int64), np.empty((pairs, 6))
    made, shown = 0, 0
    for part in range(begin, end):
        count, chosen = load(space, table, parts, part, local)
        out = links[0][made:], links[1][made:]
        tied = force(space, count, _must(parts, part, table, local), out, rules)
        forced[made : made + tied] = True
        unions, queue = grow(space, count, chosen, queue, out, tied, rules)
        made += unions
        for number in range(count):
            space.who[number, ROOT] = top_of(space.who, number)
        shown += _close(space, count, (close[0][shown:], close[1][shown:]), rules)
        _write(space.numbers, space.codes, space.who, count, into, rules)
    return links[0][:made].copy(), links[1][:made].copy(), forced[:made].copy(), close[0][:shown].copy(), close[1][:shown].copy()


@njit(cache=True, nogil=True)
def _room(parts: Any, begin: int, end: int, table: Any) -> Any:
    most_rows, most_pairs = 0, 0
    for part in range(begin, end):
        most_rows = max(most_rows, parts.row_start[part + 1] - parts.row_start[part])
        most_pairs = max(most_pairs, parts.edge_start[part + 1] - parts.edge_start[part])
    return new_space(most_rows, most_pairs, len(table.apart), table.numbers.shape[1], table.codes.shape[1])


@njit(cache=True, nogil=True)
def _must(parts: Any, part: int, table: Any, local: Any) -> Any:
    """The component's must-links by number, in canonical order."""
    chosen = parts.must[parts.must_start[part] : parts.must_start[part + 1]]
    ties = np.empty((len(chosen), 2), np.int64)
    for position in range(len(chosen)):
        a, b = local[table.must[chosen[position], 0]], local[table.must[chosen[position], 1]]
        low, high, place = min(a, b), max(a, b), position
        while place > 0 and (ties[place - 1, 0] > low or (ties[place - 1, 0] == low and ties[place - 1, 1] > high)):
            ties[place] = ties[place - 1]
            place -= 1
        ties[place, 0], ties[place, 1] = low, high
    return ties


@njit(cache=True, nogil=True)
def _close(space: Any, count: int, out: Any, rules: Any) -> int:
    """Note the best pair between any two clusters whose score lies within `doubt` of the threshold; how many.

    Of two clusters the first one notes, but a lazy one leaves that to the other.
    """
    pairs, reasons = out
    numbers, codes, who, ties, score, touching, apart, nats = space
    shown = 0
    for a in range(count):
        found = list_near(who, ties, score, touching, a) if who[a, ROOT] == a and who[a, LAZY] == 0 else 0
        for position in range(found):
            b = who[position, NEAR]
            if (b < a and who[b, LAZY] == 0) or not may_unite(numbers, codes, who, apart, count, min(a, b), max(a, b), rules):
                continue
            if abs(weigh(numbers, codes, who, nats, count, min(a, b), max(a, b), rules) - rules.threshold) <= rules.doubt:
                best = who[b, BEST]
                pairs[shown, 0], pairs[shown, 1] = who[ties[best, FIRST], ROW], who[ties[best, SECOND], ROW]
                reasons[shown] = nats
                shown += 1
    return shown


@leaf
def _write(numbers: Numbers, codes: Codes, who: Any, count: int, into: Any, rules: Any) -> None:
    root, ring, nats = into
    for number in range(count):
        row = who[number, ROW]
        root[row], ring[row] = who[who[number, ROOT], ROW], who[who[number, RING], ROW]
        is_pair = codes[count + who[number, ROOT], COUNT] == 2  # noqa: PLR2004
        if is_pair and who[number, ROOT] != number:
            nats[row] = nats[who[who[number, ROOT], ROW]]
        else:
            nats[row] = leave_one_out(numbers, codes, who, count, number, rules)
