"""From scored pairs to clusters: the best pairs first, and every union judged again between the fused estimates.

The second judgement breaks chains (a like b, b like c, but a unlike c). Passes over the pairs are repeated until none
unites anything more, so at the end no two neighbouring clusters remain whose fused score reaches the threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.blocking import Edges
from vigie.harmonise.fuse import fuse, take_out
from vigie.harmonise.score import Codes, Numbers, Rules, are_in_reach, score_parts
from vigie.harmonise.testimony import AGENCIES, AGENCY, COUNT
from vigie.model.errors import BadSetting

Pairs = NDArray[np.int64]
_A_PAIR = 2


class Growing(NamedTuple):
    """Clusters being built (named tuples, since numba reads those).

    `root` (k,) leads each row to its cluster's first row; there `numbers` and `codes` hold the fused estimate;
    `ring` (k,) runs through the members of each cluster.
    """

    numbers: Numbers
    codes: Codes
    root: NDArray[np.int64]
    ring: NDArray[np.int64]


class Apart(NamedTuple):
    """Cannot-links by row: those of row i are `other[start[i]:start[i + 1]]`."""

    start: NDArray[np.int64]
    other: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Clusters as built, with the pairs (m, 2) that built them and their reasons (m, 6); the first `forced` are must-links."""

    built: Growing
    pairs: Pairs
    reasons: NDArray[np.float64]
    forced: int


def apart_of(pairs: Pairs, count: int) -> Apart:
    """Cannot-links (k, 2) by row, for `count` rows."""
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    return Apart(np.searchsorted(both[:, 0], np.arange(count + 1)), np.ascontiguousarray(both[:, 1]))


def grow(numbers: Numbers, codes: Codes, edges: Edges, rules: Rules, must: Pairs, apart: Apart) -> Forest:
    """The clusters: must-links first, then pairs in their order while the fused score stays above the threshold.

    Raises `BadSetting` where must-links tie together what a cannot-link keeps apart.
    """
    count = len(numbers)
    growing = Growing(numbers.copy(), codes.copy(), np.arange(count), np.arange(count))
    pairs, reasons = np.zeros((count, 2), np.int64), np.zeros((count, 6))
    forced = _force(growing, must, pairs, reasons, rules)
    _check_apart(growing.root, apart)
    made = _grow(growing, edges.pairs[~edges.is_proposal], apart, pairs, reasons, forced, rules)
    _settle(growing.root)
    return Forest(growing, pairs[:made], reasons[:made], forced)


def _check_apart(root: NDArray[np.int64], apart: Apart) -> None:
    for row in np.flatnonzero(np.diff(apart.start)).tolist():
        for other in apart.other[apart.start[row] : apart.start[row + 1]].tolist():
            if _root_of(root, row) == _root_of(root, other):
                what = "decisions contradict each other: a chain of must-links ties together two reports that a cannot-link keeps apart"
                raise BadSetting(what, got=f"testimonies {row} and {other} in canonical order", todo="withdraw one of the decisions")


@njit(cache=True, nogil=True)
def _root_of(root: Any, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = root[row]
    return row


@njit(cache=True, nogil=True)
def _settle(root: Any) -> None:
    for row in range(len(root)):
        root[row] = _root_of(root, row)


@njit(cache=True, nogil=True)
def _unite(growing: Any, a: int, b: int) -> None:
    """Make one cluster of roots a < b; a is its root."""
    fuse(growing.numbers, growing.codes, a, b)
    growing.root[b] = a
    growing.ring[a], growing.ring[b] = growing.ring[b], growing.ring[a]


@njit(cache=True, nogil=True)
def _force(growing: Any, must: Any, pairs: Any, reasons: Any, rules: Any) -> int:
    """Unite what must be united; how many unions that took."""
    made = 0
    for position in range(len(must)):
        i, j = _root_of(growing.root, must[position, 0]), _root_of(growing.root, must[position, 1])
        if i != j:
            pairs[made] = must[position]
            weigh(growing, min(i, j), max(i, j), reasons[made], rules)
            _unite(growing, min(i, j), max(i, j))
            made += 1
    return made


@njit(cache=True, nogil=True)
def _grow(growing: Any, candidates: Any, apart: Any, pairs: Any, reasons: Any, made: int, rules: Any) -> int:
    """Unite along the candidates; how many unions there are now. A pair is judged again only after one of its clusters grew."""
    changed, judged = np.zeros(len(growing.root), np.int64), np.full(len(candidates), -1)  # counted in unions made
    before = -1
    while made != before:
        before = made
        for edge in range(len(candidates)):
            i, j = _root_of(growing.root, candidates[edge, 0]), _root_of(growing.root, candidates[edge, 1])
            a, b = min(i, j), max(i, j)
            if a == b or max(changed[a], changed[b]) <= judged[edge] or not _may_unite(growing, a, b, apart, rules):
                continue
            judged[edge] = made
            if weigh(growing, a, b, reasons[made], rules) >= rules.threshold:
                pairs[made] = candidates[edge]
                _unite(growing, a, b)
                made += 1
                changed[a] = made
    return made


@njit(cache=True, nogil=True)
def weigh(growing: Any, a: int, b: int, reasons: Any, rules: Any) -> float:
    """The score between clusters a and b in nats, its parts written to `reasons` (6,)."""
    reasons[0], reasons[1], reasons[2], reasons[3], reasons[4] = score_parts(growing.numbers, growing.codes, a, b, rules)
    reasons[5] = _agency_nats(growing, a, b, rules)
    total = 0.0
    for part in range(6):
        total += reasons[part]
    return total


@njit(cache=True, nogil=True)
def _agency_nats(growing: Any, a: int, b: int, rules: Any) -> float:
    """The penalty for each member of the smaller cluster whose agency is in the other one too."""
    codes, ring = growing.codes, growing.ring
    if codes[a, AGENCIES] & codes[b, AGENCIES] == 0:
        return 0.0
    if codes[b, COUNT] > codes[a, COUNT]:
        a, b = b, a
    total, member = 0.0, b
    while True:
        if _has_agency(codes, ring, a, codes[member, AGENCY]):
            total -= rules.repeat_nats[codes[member, AGENCY]]
        member = ring[member]
        if member == b:
            return total


@njit(cache=True, nogil=True)
def _has_agency(codes: Codes, ring: Any, a: int, agency: int) -> bool:
    member = a
    while True:
        if codes[member, AGENCY] == agency:
            return True
        member = ring[member]
        if member == a:
            return False


@njit(cache=True, nogil=True)
def _may_unite(growing: Any, a: int, b: int, apart: Any, rules: Any) -> bool:
    return are_in_reach(growing.numbers, a, b, rules) and not _are_apart(growing, a, b, apart)


@njit(cache=True, nogil=True)
def _are_apart(growing: Any, a: int, b: int, apart: Any) -> bool:
    """Whether a cannot-link runs between clusters a and b."""
    if len(apart.other) == 0:
        return False
    member = a
    while True:
        for position in range(apart.start[member], apart.start[member + 1]):
            if _root_of(growing.root, apart.other[position]) == b:
                return True
        member = growing.ring[member]
        if member == a:
            return False


@njit(cache=True, nogil=True)
def left_over(growing: Any, candidates: Any, apart: Any, rules: Any) -> Any:
    """Reasons (k, 6) of pairs that ended in different clusters, judged between these; minus infinity in column 0 for all others."""
    reasons = np.zeros((len(candidates), 6))
    for edge in range(len(candidates)):
        i, j = growing.root[candidates[edge, 0]], growing.root[candidates[edge, 1]]
        reasons[edge, 0] = -math.inf
        if i != j and _may_unite(growing, i, j, apart, rules):
            weigh(growing, min(i, j), max(i, j), reasons[edge], rules)
    return reasons


@njit(cache=True, nogil=True)
def member_nats(single: Numbers, single_codes: Codes, built: Any, rules: Any) -> Any:
    """The score of each report against all other members of its cluster (k,); infinity where it stands alone."""
    nats = np.empty(len(built.root))
    two, two_codes = np.empty((2, single.shape[1])), np.empty((2, single_codes.shape[1]), np.int64)
    for row in range(len(nats)):
        top = built.root[row]
        if built.codes[top, COUNT] == 1:
            nats[row] = math.inf
            continue
        two[0], two_codes[0] = single[row], single_codes[row]
        if built.codes[top, COUNT] == _A_PAIR:
            two[1], two_codes[1] = single[built.ring[row]], single_codes[built.ring[row]]
        else:
            two[1], two_codes[1] = built.numbers[top], built.codes[top]
            take_out(two, two_codes, 1, 0)
        time, place, size, kind, density = score_parts(two, two_codes, 0, 1, rules)
        nats[row] = time + place + size + kind + density + _repeat_nats(built.codes, built.ring, row, rules)
    return nats


@njit(cache=True, nogil=True)
def _repeat_nats(codes: Codes, ring: Any, row: int, rules: Any) -> float:
    """The penalty if another member of the ring is of this row's agency."""
    member = ring[row]
    while member != row:
        if codes[member, AGENCY] == codes[row, AGENCY]:
            return -float(rules.repeat_nats[codes[row, AGENCY]])
        member = ring[member]
    return 0.0
