"""From the warm state to the answer: events numbered, chances, links event by event, doubts, parts of episodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.doubt import Shown, doubtful, part_of_episodes, proposals
from vigie.harmonise.score import probabilities
from vigie.harmonise.state import LinkState
from vigie.model.event import MAY_BE_LINKED, Clusters, Links

_FEW = 64


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
    links = Shown(grown.links.pairs[order], grown.links.reasons[order], np.full(len(order), MAY_BE_LINKED, np.int8))
    shown = proposals(state.table(), state.edges.bond, grown, rules)
    return Clusters(
        event[state.one_of_many],
        member[state.one_of_many],
        whole,
        _links(links, chance[order], state),
        _links(doubtful(grown, shown, rank, rules, most_doubtful), None, state),
        _links(part_of_episodes(shown, grown.root, rank, rules.threshold), None, state),
    )


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


@njit(cache=True, nogil=True)
def _by_event(event: Any, forced: Any, chance: Any, score: Any, rank: Any, events: int) -> Any:
    """Links in the order of their events, the must-links first in each, then the strongest; and the product of each event's chances."""
    start = np.zeros(events + 1, np.int64)
    for link in range(len(event)):
        start[event[link] + 1] += 1
    start = np.cumsum(start)
    order, filled = np.empty(len(event), np.int64), start[:events].copy()
    for link in range(len(event)):
        order[filled[event[link]]] = link
        filled[event[link]] += 1
    whole = np.ones(events)
    for number in range(events):
        group = order[start[number] : start[number + 1]]
        if len(group) > _FEW:
            group[:] = _sorted(group, forced, score, rank)
        elif len(group) > 1:
            _sort_few(group, forced, score, rank)
        for link in group:
            whole[number] *= chance[link]
    return order, whole


@njit(cache=True, nogil=True)
def _sorted(group: Any, forced: Any, score: Any, rank: Any) -> Any:
    """A large group in order: sorted by the least important key first, each time keeping the order of equals."""
    group = group[np.argsort(rank[group, 1], kind="mergesort")]
    group = group[np.argsort(rank[group, 0], kind="mergesort")]
    group = group[np.argsort(-score[group], kind="mergesort")]
    return group[np.argsort(~forced[group], kind="mergesort")]


@njit(cache=True, nogil=True)
def _sort_few(group: Any, forced: Any, score: Any, rank: Any) -> None:
    for position in range(1, len(group)):
        link, place = group[position], position
        while place > 0 and _is_before(link, group[place - 1], forced, score, rank):
            group[place] = group[place - 1]
            place -= 1
        group[place] = link


@njit(cache=True, nogil=True)
def _is_before(a: int, b: int, forced: Any, score: Any, rank: Any) -> bool:
    if forced[a] != forced[b]:
        return bool(forced[a])
    if score[a] != score[b]:
        return bool(score[a] > score[b])
    return bool(rank[a, 0] < rank[b, 0] or (rank[a, 0] == rank[b, 0] and rank[a, 1] < rank[b, 1]))
