"""Doubtful links: those near the threshold, made or not, that are worth an analyst's minute."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.blocking import Edges
from vigie.harmonise.cluster import Apart, Forest, left_over
from vigie.harmonise.score import Rules, probabilities
from vigie.model.event import Links
from vigie.model.linkmodel import LinkModel
from vigie.model.sameness import Sameness


def doubtful_links(
    forest: Forest, edges: Edges, apart: Apart, rules: Rules, sameness: Sameness, as_rows: NDArray[np.int64], most: int, model: LinkModel | None = None
) -> Links:  # fmt: skip
    """At most `most` links within `doubt_nats` of the threshold, closest first, ties by canonical order.

    Between two clusters the best pair alone is shown, with the score between the clusters as they are now. Links that
    an analyst decided are left out. A report too vague to be linked is proposed however high its score.
    """
    made = np.arange(forest.forced, len(forest.pairs))
    left = left_over(forest.built, edges.pairs, apart, rules)
    score = left.sum(axis=1) - rules.threshold
    near = np.isfinite(score) & (score >= -rules.doubt) & ((score <= rules.doubt) | edges.is_proposal)
    unmade = _best_of_each_pair(forest.built.root[edges.pairs], near)
    pairs = np.concatenate([forest.pairs[made], edges.pairs[unmade]])
    reasons = np.concatenate([forest.reasons[made], left[unmade]])
    is_proposal = np.concatenate([np.zeros(len(made), bool), edges.is_proposal[unmade]])
    distance = reasons.sum(axis=1) - rules.threshold
    distance = np.where(is_proposal & (distance > 0), 0.0, np.abs(distance))
    order = np.lexsort((pairs[:, 1], pairs[:, 0], distance))
    order = order[distance[order] <= rules.doubt][:most]
    rows = as_rows[pairs[order]]
    return Links(rows[:, 0], rows[:, 1], probabilities(reasons[order].sum(axis=1), sameness, model), reasons[order])


def _best_of_each_pair(clusters: NDArray[np.int64], valid: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first valid pair between each two clusters (k, 2), by position (pairs come in falling score)."""
    position = np.flatnonzero(valid)
    low, high = np.sort(clusters[position], axis=1).T
    order = np.lexsort((position, high, low))
    is_first = np.ones(len(order), bool)
    is_first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    return np.sort(position[order[is_first]])
