"""From the warm state to the answer: events numbered, chances, links event by event, doubts, parts of episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.doubt import Shown, doubtful, part_of_episodes, proposals
from vigie.harmonise.groups import FEW, grouped, sort_large
from vigie.harmonise.kernel import is_kept, leaf
from vigie.harmonise.score import probabilities
from vigie.harmonise.state import LinkState
from vigie.model.event import DECIDED, MAY_BE_LINKED, Clusters, Links


def clusters_of(state: LinkState, *, most_doubtful: int = 1000) -> Clusters:
    """The clusters of a state, by report in order of arrival, with at most `most_doubtful` doubtful links."""
    grown, rank, rules, sameness = state.grown, state.rank(), state.rules(), state.basis.sameness
    event = _events(grown.root, state.order)
    chance = probabilities(grown.links.reasons.sum(axis=1), sameness, state.basis.model)
    chance[grown.is_forced] = 1.0
    member = probabilities(grown.nats, sameness, state.basis.model)
    member[state.must.ravel()] = 1.0
    of_link = event[grown.links.pairs[:, 0]]
    order, whole = _by_event(of_link, grown.is_forced, chance, grown.links.reasons.sum(axis=1), rank[grown.links.pairs], int(event.max(initial=-1)) + 1)
    links = Shown(grown.links.pairs[order], grown.links.reasons[order], np.where(grown.is_forced[order], DECIDED, MAY_BE_LINKED).astype(np.int8))
    shown = proposals(state.table(), state.edges.bond, grown, rules)
    return Clusters(
        event[state.one_of_many],
        member[state.one_of_many],
        whole,
        _links(links, chance[order], state),
        _links(doubtful(grown, shown, rank, rules, most_doubtful), None, state),
        _links(part_of_episodes(shown, grown.root, rank, rules.threshold), None, state),
    )


def is_compiled() -> bool:
    """Whether the engine has linked on this machine before: if not, its first run compiles it, which takes about a minute."""
    return is_kept(_strongest_first)


def _events(root: NDArray[np.int32], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each testimony's event (k,), by the smallest witness in each."""
    tops = order[root[order] == order]
    number = np.empty(len(root), np.int64)
    number[tops] = np.arange(len(tops))
    return number[root]


def _links(shown: Shown, chance: NDArray[np.float64] | None, state: LinkState) -> Links:
    rows = state.representative[shown.pairs]
    sure = probabilities(shown.reasons.sum(axis=1), state.basis.sameness, state.basis.model) if chance is None else chance
    return Links(rows[:, 0], rows[:, 1], sure, shown.reasons, shown.bond)


def _by_event(event: Any, forced: Any, chance: Any, score: Any, rank: Any, events: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Links in the order of their events, the must-links first in each, then the strongest; and the product of each event's chances."""
    start, order = grouped(event, events)
    sort_large(start, order, ~forced, -score, rank[:, 0], rank[:, 1])
    whole = np.ones(events)
    _strongest_first(start, order, forced, score, rank, chance, whole)
    return order, whole


@leaf
def _strongest_first(start: Any, order: Any, forced: Any, score: Any, rank: Any, chance: Any, whole: Any) -> None:
    for event in range(len(whole)):
        begin, end = start[event], start[event + 1]
        if end - begin <= FEW:
            _sort_few(order, begin, end, forced, score, rank)
        for place in range(begin, end):
            whole[event] *= chance[order[place]]


@leaf
def _sort_few(order: Any, begin: int, end: int, forced: Any, score: Any, rank: Any) -> None:
    for position in range(begin + 1, end):
        link, place = order[position], position
        while place > begin and _is_before(link, order[place - 1], forced, score, rank):
            order[place] = order[place - 1]
            place -= 1
        order[place] = link


@leaf
def _is_before(a: int, b: int, forced: Any, score: Any, rank: Any) -> bool:
    if forced[a] != forced[b]:
        return bool(forced[a])
    if score[a] != score[b]:
        return bool(score[a] > score[b])
    return bool(rank[a, 0] < rank[b, 0] or (rank[a, 0] == rank[b, 0] and rank[a, 1] < rank[b, 1]))
