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
from numpy.typing import NDArray

from vigie.harmonise.components import Pairs, Parts
from vigie.harmonise.growth import force, grow, leave_one_out, note_close, top_of
from vigie.harmonise.heap import new_queue
from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import Codes, Numbers, Rules
from vigie.harmonise.space import RING, ROOT, ROW, Table, load, new_space
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


@kernel
def _cluster_chunk(begin: int, end: int, parts: Any, table: Any, local: Any, into: Any, rules: Any) -> Any:
    """Links with their reasons and whether they were forced, and close pairs with theirs, of components begin to end."""
    rows, pairs = parts.row_start[end] - parts.row_start[begin], parts.edge_start[end] - parts.edge_start[begin]
    most = most_in(parts, begin, end)
    space = new_space(most[0], most[1], len(table.apart), most[2], table.numbers.shape[1], table.codes.shape[1])
    links, forced = (np.empty((rows, 2), np.int64), np.empty((rows, 6))), np.zeros(rows, np.bool_)
    close = np.empty((pairs, 2), np.int64), np.empty((pairs, 6))
    made, shown = _cluster_all(begin, end, parts, table, local, space, new_queue(2 * most[1] + 512), links, forced, close, into, rules)
    return links[0][:made].copy(), links[1][:made].copy(), forced[:made].copy(), close[0][:shown].copy(), close[1][:shown].copy()


@leaf
def _cluster_all(
    begin: int, end: int, parts: Any, table: Any, local: Any, space: Any, queue: Any, links: Any, forced: Any, close: Any, into: Any, rules: Any
) -> tuple[int, int]:
    """Cluster components begin to end; how many links and close pairs were noted."""
    made, shown = 0, 0
    for part in range(begin, end):
        count, pairs = parts.row_start[part + 1] - parts.row_start[part], parts.edge_start[part + 1] - parts.edge_start[part]
        load(space, table, parts, part, local)
        tied = force(space, count, parts.must_start[part + 1] - parts.must_start[part], links, made, rules)
        for position in range(tied):
            forced[made + position] = True
        made += tied
        made += grow(space, count, pairs, queue, links, made, rules)
        for number in range(count):
            space.who[number, ROOT] = top_of(space.who, number)
        shown += note_close(space, count, close, shown, rules)
        _write(space.numbers, space.codes, space.who, count, into, rules)
    return made, shown


@leaf
def most_in(parts: Any, begin: int, end: int) -> tuple[int, int, int]:
    """The most rows, pairs and must-links of any component from begin to end."""
    rows, pairs, must = 0, 0, 0
    for part in range(begin, end):
        rows = max(rows, parts.row_start[part + 1] - parts.row_start[part])
        pairs = max(pairs, parts.edge_start[part + 1] - parts.edge_start[part])
        must = max(must, parts.must_start[part + 1] - parts.must_start[part])
    return rows, pairs, must


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
