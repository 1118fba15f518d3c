"""All candidate pairs of a catalogue in one call, best first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.grid import build_grids, crowded
from vigie.harmonise.score import Codes, Numbers, Rules
from vigie.harmonise.search import Edges, search
from vigie.model.sameness import Sameness

__all__ = ["Edges", "best_first", "candidate_edges"]


def candidate_edges(numbers: Numbers, codes: Codes, rules: Rules, sameness: Sameness) -> Edges:
    """All pairs within the windows whose score is at most `doubt` below the threshold, in falling score, ties by row.

    Rows stand in canonical order. Pairs with a vague report, and pairs of an episode with what may be a part of it, are proposals.
    """
    grids = build_grids(numbers, codes, np.flatnonzero(~crowded(numbers, codes, sameness)), sameness)
    edges = search(numbers, codes, grids, grids, rules, sameness)
    return edges.take(best_first(edges.pairs, edges.score))


def best_first(pairs: NDArray[np.int64], score: NDArray[np.float64]) -> NDArray[np.int64]:
    """The order of pairs (k, 2) by falling score, ties by first and second row."""
    order = np.argsort(-score)
    is_equal = score[order[1:]] == score[order[:-1]]
    tied = np.zeros(len(order), bool)
    tied[1:] |= is_equal
    tied[:-1] |= is_equal
    rows = order[tied]
    order[tied] = rows[np.lexsort((pairs[rows, 1], pairs[rows, 0], -score[rows]))]
    return order
