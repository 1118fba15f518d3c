"""Doubtful links, those near the threshold that are worth an analyst's minute, and incidents within episodes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.cluster import Grown, Noted
from vigie.harmonise.components import Pairs
from vigie.harmonise.episode import part_parts
from vigie.harmonise.fuse import MOST_COMPARED, fuse_members, fuse_two
from vigie.harmonise.groups import grouped
from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import Codes, Numbers, Rules, are_in_reach, score_parts
from vigie.harmonise.space import MEMBER, Table
from vigie.harmonise.testimony import AGENCIES, AGENCY, COUNT, EXTENT
from vigie.model.event import MAY_BE_LINKED, PART_OF, PROPOSED


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Pairs of rows (k, 2) with their reasons in nats (k, 6) and bonds (k,)."""

    pairs: Pairs
    reasons: NDArray[np.float64]
    bond: NDArray[np.int8]

    def take(self, chosen: Any) -> Shown:
        """Some of them, by mask or index."""
        return Shown(self.pairs[chosen], self.reasons[chosen], self.bond[chosen])


def proposals(table: Table, bond: NDArray[np.int8], grown: Grown, rules: Rules) -> Shown:
    """What may not be linked but comes within `doubt` of the threshold: the best pair between any two clusters, by bond.

    They are judged between the clusters as they are. Of an incident and its episode the incident is given first.
    """
    chosen = np.flatnonzero(bond)
    pairs, kinds = table.pairs[chosen], bond[chosen]
    tops, which = np.unique(grown.root[pairs], return_inverse=True)
    which = which.reshape(-1, 2)
    numbers, codes = table.numbers[tops], table.codes[tops]
    _fuse(*_members(tops, grown.root, table.rank), table.numbers, table.codes, numbers, codes)
    clusters = tops.astype(np.int64), grown.root, grown.ring, table.codes
    reasons = np.zeros((len(chosen), 6))
    _judge(reasons, which, kinds, (numbers, codes), clusters, (table.apart_start, table.apart), rules)
    near = np.flatnonzero(reasons.sum(axis=1) >= rules.threshold - rules.doubt)
    near = near[_best(which[near], kinds[near], table.score[chosen[near]], table.rank[pairs[near]])]
    return Shown(_incident_first(pairs[near], kinds[near], table.numbers), reasons[near], kinds[near])


def part_of_episodes(shown: Shown, root: NDArray[np.int32], rank: NDArray[np.int32], threshold: float) -> Shown:
    """Which incident lies within which episode: of those as likely as not, the best for each cluster, the strongest first."""
    score = shown.reasons.sum(axis=1)
    parts = np.flatnonzero((shown.bond == PART_OF) & (score >= threshold))
    first, second = rank[shown.pairs[parts]].T
    parts = parts[np.lexsort((second, first, -score[parts]))]
    _, best = np.unique(root[shown.pairs[parts, 0]], return_index=True)
    return shown.take(parts[np.sort(best)])


def doubtful(grown: Grown, shown: Shown, rank: NDArray[np.int32], rules: Rules, most: int) -> Shown:
    """At most `most` links within `doubt` of the threshold, closest first, ties in canonical order.

    Between two clusters the best pair is shown, with the score between the clusters. Must-links are left out. A report
    too vague to be linked is proposed however high its score.
    """
    made = np.flatnonzero(~grown.is_forced & (np.abs(grown.links.reasons.sum(axis=1) - rules.threshold) <= rules.doubt))
    links = Noted(grown.links.pairs[made], grown.links.reasons[made])
    plain = np.full(len(made) + len(grown.close.pairs), MAY_BE_LINKED, np.int8)
    everything = Shown(
        np.concatenate([links.pairs, grown.close.pairs, shown.pairs]),
        np.concatenate([links.reasons, grown.close.reasons, shown.reasons]),
        np.concatenate([plain, shown.bond]),
    )
    beyond = everything.reasons.sum(axis=1) - rules.threshold
    distance = np.where((everything.bond == PROPOSED) & (beyond > 0), 0.0, np.abs(beyond))
    near = np.flatnonzero(distance <= min(rules.doubt, _smallest(distance, most)))
    first, second = rank[everything.pairs[near]].T
    return everything.take(near[np.lexsort((everything.bond[near], second, first, distance[near]))][:most])


def _smallest(values: NDArray[np.float64], most: int) -> float:
    """No more than so many values are below this one."""
    return float(np.partition(values, most)[most]) if len(values) > most else math.inf


def _best(clusters: Pairs, bond: NDArray[np.int8], score: NDArray[np.float64], rank: NDArray[np.int32]) -> NDArray[np.int64]:
    """The best pair between each two clusters (k, 2) and of each bond, by position."""
    low, high = np.sort(clusters, axis=1).T
    order = np.lexsort((rank.max(axis=1), rank.min(axis=1), -score, bond, high, low))
    keys = np.column_stack([low, high, bond])[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    return order[is_first]


def _incident_first(pairs: Pairs, bond: NDArray[np.int8], numbers: Numbers) -> Pairs:
    turned = (bond == PART_OF) & (numbers[pairs[:, 0], EXTENT] > numbers[pairs[:, 1], EXTENT])
    return np.where(turned[:, None], pairs[:, ::-1], pairs)


def _members(tops: NDArray[np.int32], root: NDArray[np.int32], rank: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the rows of each cluster begin (k + 1,) in a list of rows, and that list; `tops` (k,) are the clusters' first rows."""
    number, order = np.full(len(root), -1), np.empty(len(root), np.int64)
    number[tops], order[rank] = np.arange(len(tops)), np.arange(len(root))
    rows = order[number[root[order]] >= 0]
    start, places = grouped(number[root[rows]], len(tops))
    return start, rows[places]


@kernel
def _fuse(start: Any, members: Any, numbers: Numbers, codes: Codes, fused: Any, fused_codes: Any) -> None:
    """Write the fused estimate of each cluster of several rows."""
    work, work_codes = np.empty((MOST_COMPARED + 1, numbers.shape[1])), np.empty((MOST_COMPARED + 1, codes.shape[1]), np.int64)
    several = np.zeros((MOST_COMPARED, MEMBER + 1), np.int64)
    several[:, MEMBER] = np.arange(MOST_COMPARED)
    for cluster in range(len(fused)):
        begin, end = start[cluster], start[cluster + 1]
        if end - begin > MOST_COMPARED:
            for position in range(begin + 1, end):
                member = members[position]
                work[0], work_codes[0], work[1], work_codes[1] = fused[cluster], fused_codes[cluster], numbers[member], codes[member]
                fuse_two(work, work_codes, 0, 1)
                fused[cluster], fused_codes[cluster] = work[0], work_codes[0]
        elif end - begin > 1:
            for position in range(begin, end):
                work[position - begin], work_codes[position - begin] = numbers[members[position]], codes[members[position]]
            fuse_members(work, work_codes, several, end - begin, MOST_COMPARED)
            fused[cluster], fused_codes[cluster] = work[MOST_COMPARED], work_codes[MOST_COMPARED]


@leaf
def _judge(reasons: Any, which: Any, bond: Any, fused: Any, clusters: Any, apart: Any, rules: Any) -> None:
    """Fill the reasons (k, 6) of pairs of clusters, `which` (k, 2) of the fused ones; minus infinity in column 0 where they may not meet."""
    numbers, codes = fused
    for pair in range(len(which)):
        a, b = min(which[pair, 0], which[pair, 1]), max(which[pair, 0], which[pair, 1])
        reasons[pair, 0] = -math.inf
        if a == b:
            continue
        if bond[pair] == PART_OF:
            time, place, size, kind, density = part_parts(numbers, codes, a, b, rules)
            reasons[pair, 0], reasons[pair, 1], reasons[pair, 2], reasons[pair, 3], reasons[pair, 4] = time, place, size, kind, density
            continue
        if not are_in_reach(numbers, a, b, rules) or _are_apart(clusters, a, b, apart):
            continue
        time, place, size, kind, density = score_parts(numbers, codes, a, b, rules)
        reasons[pair, 0], reasons[pair, 1], reasons[pair, 2], reasons[pair, 3], reasons[pair, 4] = time, place, size, kind, density
        if codes[a, AGENCIES] & codes[b, AGENCIES] != 0:
            few, many = (b, a) if codes[b, COUNT] <= codes[a, COUNT] else (a, b)
            reasons[pair, 5] = _repeats(clusters, few, many, rules)


@leaf
def _repeats(clusters: Any, few: int, many: int, rules: Any) -> float:
    """The penalty for each member of the smaller cluster whose agency is in the other one too."""
    tops, _, ring, codes = clusters
    total, member = 0.0, tops[few]
    while True:
        other = tops[many]
        while codes[other, AGENCY] != codes[member, AGENCY]:
            other = ring[other]
            if other == tops[many]:
                break
        if codes[other, AGENCY] == codes[member, AGENCY]:
            total += -rules.repeat_nats[codes[member, AGENCY]]
        member = ring[member]
        if member == tops[few]:
            return total


@leaf
def _are_apart(clusters: Any, a: int, b: int, apart: Any) -> bool:
    """Whether a cannot-link runs between clusters a and b."""
    tops, root, ring, _ = clusters
    start, others = apart
    if len(others) == 0:
        return False
    member = tops[a]
    while True:
        for position in range(start[member], start[member + 1]):
            if root[others[position]] == tops[b]:
                return True
        member = ring[member]
        if member == tops[a]:
            return False
