"""Linking in slabs of time, each on any machine, with the answer of one machine to the last bit.

Two reports are compared only if their reaches in time meet. Of each pair the slab in which the reaches begin to meet
has it, so a slab is given every report whose reach touches it, however vague, and each pair is found once. A component
all of whose reports reach nowhere else is finished where it is found; what crosses a border is clustered at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.cluster import Grown, Noted, alone, cluster_parts
from vigie.harmonise.components import Labels, label_components, parts_of
from vigie.harmonise.grid import build_grids, reach_s
from vigie.harmonise.score import Codes, Numbers, Rules
from vigie.harmonise.search import Edges, search
from vigie.harmonise.space import Table
from vigie.harmonise.state import LinkState, clustered
from vigie.harmonise.testimony import T
from vigie.model.sameness import Sameness

Rows = NDArray[np.int64]
_NO_PAIRS = np.zeros((0, 2), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Slab:
    """The reports that reach into the time from `begin_s` to `end_s`: `rows` (k,) of the state, ascending, and what is known of them.

    `is_inner` (k,) marks those that reach nowhere else and that no decision names, `crowded` those that are not looked for.
    """

    begin_s: float
    end_s: float
    rows: Rows
    numbers: Numbers
    codes: Codes
    is_inner: NDArray[np.bool_]
    crowded: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """What became of a slab: its edges, and its finished components with their `rows` and labels."""

    edges: Edges
    rows: Rows
    labels: Labels
    grown: Grown


def cut(state: LinkState, most: int) -> list[Slab]:
    """At most `most` slabs with about as many reports each; fewer where many reports are of one time.

    The state is one of `unlinked`: its reports are read and their rates known, and nothing else is done.
    """
    time_s, reach = state.numbers[:, T], reach_s(state.numbers, state.codes, state.basis.sameness)
    inside = np.unique(np.quantile(time_s, np.arange(1, most) / most)) if len(time_s) and most > 1 else np.zeros(0)
    edges = np.concatenate([[-np.inf], inside, [np.inf]])
    decided = np.zeros(len(time_s), bool)
    decided[state.must.ravel()] = decided[state.cannot.ravel()] = True
    return [_slab(state, (time_s - reach, time_s + reach), ~decided, begin, end) for begin, end in pairwise(edges)]


def _slab(state: LinkState, reach: tuple[NDArray[np.float64], NDArray[np.float64]], free: NDArray[np.bool_], begin_s: float, end_s: float) -> Slab:
    first, last = reach
    rows = np.flatnonzero((last >= begin_s) & (first < end_s))
    return Slab(
        begin_s,
        end_s,
        rows,
        state.numbers[rows],
        state.codes[rows],
        is_inner=(first[rows] >= begin_s) & (last[rows] < end_s) & free[rows],
        crowded=state.crowded[rows],
    )


def work(slab: Slab, sameness: Sameness, rules: Rules) -> Worked:
    """The pairs that a slab has, and the clusters of those of its components that lie wholly inside; `rules` are the state's."""
    numbers, codes, count = slab.numbers, slab.codes, len(slab.rows)
    grids = build_grids(numbers, codes, np.flatnonzero(~slab.crowded), sameness)
    edges = _own(search(numbers, codes, grids, grids, rules, sameness), slab, sameness)
    labels = label_components(count, edges.pairs, edges.bond, _NO_PAIRS)
    crossing = np.zeros(count, bool)
    crossing[labels[~slab.is_inner]] = True
    finished = ~crossing[labels]
    order = np.arange(count)
    parts = parts_of(labels, order, (edges.pairs, edges.bond), _NO_PAIRS, finished)
    table = Table(numbers, codes, order.astype(np.int32), edges.pairs, edges.score, _NO_PAIRS, np.zeros(1, np.int64), np.zeros(0, np.int64))
    return _reported(slab, edges, labels, finished, cluster_parts(table, parts, rules, alone(count)))


def _own(edges: Edges, slab: Slab, sameness: Sameness) -> Edges:
    """The edges whose reaches begin to meet in this slab."""
    first = slab.numbers[:, T] - reach_s(slab.numbers, slab.codes, sameness)
    meet = first[edges.pairs].max(axis=1)
    return edges.take((meet >= slab.begin_s) & (meet < slab.end_s))


def _reported(slab: Slab, edges: Edges, labels: Labels, finished: NDArray[np.bool_], grown: Grown) -> Worked:
    """The slab's answer in rows of the state."""
    rows = slab.rows
    done = Grown(
        rows[grown.root[finished]].astype(np.int32),
        rows[grown.ring[finished]].astype(np.int32),
        grown.nats[finished],
        Noted(rows[grown.links.pairs], grown.links.reasons),
        grown.is_forced,
        Noted(rows[grown.close.pairs], grown.close.reasons),
    )
    moved = replace(edges, pairs=rows[edges.pairs])
    return Worked(moved, rows[finished], rows[labels[finished]].astype(np.int32), done)


def join(state: LinkState, worked: Sequence[Worked]) -> LinkState:
    """The state with what became of its slabs, in any order, and with the components that cross their borders clustered."""
    labels, whole = state.labels.copy(), alone(len(state.numbers))
    unfinished = np.ones(len(labels), bool)
    for part in worked:
        labels[part.rows], unfinished[part.rows] = part.labels, False
        whole.root[part.rows], whole.ring[part.rows], whole.nats[part.rows] = part.grown.root, part.grown.ring, part.grown.nats
    grown = replace(
        whole,
        links=_all([part.grown.links for part in worked]),
        is_forced=np.concatenate([part.grown.is_forced for part in worked]),
        close=_all([part.grown.close for part in worked]),
    )
    edges = Edges(*(np.concatenate([getattr(part.edges, name) for part in worked]) for name in ("pairs", "score", "bond")))
    grids = build_grids(state.numbers, state.codes, np.flatnonzero(~state.crowded), state.basis.sameness)
    return clustered(replace(state, labels=labels, grown=grown, edges=edges, grids=grids), unfinished)


def _all(parts: Sequence[Noted]) -> Noted:
    return Noted(np.concatenate([part.pairs for part in parts]), np.concatenate([part.reasons for part in parts]))
