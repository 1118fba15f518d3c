"""What an analyst's answer is worth: how much the picture would change by it, on average. Pure: arrays in, an order out.

A link that was made is wrong with one minus its chance; the answer "not the same" would then part its event into the two sides that the link holds
together. A link that was not made is missing with its chance; the answer "the same" would then unite two events. In both cases as many pairs of reports
change as the product of the two sides. The expected number of pairs that change is what the answer is worth.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.event import PART_OF, Links, concat_links

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_QUESTIONS = 5_000
"""How many questions a queue holds: more than a team answers before the world is made again."""

NEGLIGIBLE = 0.02
"""An answer that changes fewer pairs of reports than this on average is not asked for: the link is as good as certain."""


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """Links to ask about, as columns (k,), the one whose answer is worth most first.

    `is_made` says whether both reports are one event now; `sides` (k, 2) counts the reports on either side of the link; `worth` is the expected
    number of pairs of reports that the answer changes.
    """

    links: Links
    is_made: NDArray[np.bool_]
    sides: Ints
    worth: Floats

    def __len__(self) -> int:
        return len(self.links)

    def take(self, order: Ints) -> Questions:
        """These of the questions, in this order."""
        return Questions(self.links.take(order), self.is_made[order], self.sides[order], self.worth[order])


def questions(links: Links, doubtful: Links, cluster: Ints, severity: Floats | None = None) -> Questions:
    """What to ask, in order of worth: the accepted links that are not certain, and the doubtful ones that were not made.

    `cluster` (n,) is the event of each report, `severity` that of each event (the tie-break). Two questions about the same events never follow each
    other where another question can stand between them. Whether an incident is part of an episode is not asked: neither answer is about one event.
    """
    known = _unlisted(doubtful, links, cluster)
    known = known[doubtful.bond[known] != PART_OF]
    asked = concat_links([links, doubtful.take(known)])
    size = np.bincount(cluster) if len(cluster) else np.zeros(0, np.int64)
    is_made = cluster[asked.first] == cluster[asked.second]
    apart = np.column_stack([size[cluster[asked.first]], size[cluster[asked.second]]])
    held = np.concatenate([sides_of(links, size[cluster], len(cluster)), _lonely(apart[len(links) :])])
    found = Questions(asked, is_made, np.where(is_made[:, None], held, apart), np.zeros(len(asked)))
    worth_of = np.where(is_made, 1 - asked.probability, asked.probability) * found.sides.prod(axis=1)
    found = Questions(asked, is_made, found.sides, worth_of)
    return found.take(worth(asked, cluster, worth_of, severity)[:MOST_QUESTIONS])


def worth(links: Links, cluster: Ints, expected: Floats, severity: Floats | None = None) -> Ints:
    """The order in which to ask about links: the greatest expected change first, then the graver event; never the same two events twice in a row.

    `expected` (k,) is the expected number of pairs that the answer changes. What changes nothing is left out.
    """
    pair = np.sort(np.column_stack([cluster[links.first], cluster[links.second]]), axis=1)
    grave = severity[pair].max(axis=1) if severity is not None and len(pair) else np.zeros(len(pair))
    order = np.lexsort((links.second, links.first, -grave, -expected))
    return alternated(order[expected[order] > NEGLIGIBLE][:MOST_QUESTIONS], pair)


def alternated(order: Ints, pair: Ints) -> Ints:
    """The same order, but a question about the two events of the one before it waits until another has been asked."""
    waiting, said, last = deque[int](), list[int](), (-1, -1)
    for number in order.tolist():
        here = (int(pair[number, 0]), int(pair[number, 1]))
        if here == last:
            waiting.append(number)
            continue
        said.append(number)
        last = here
        if waiting and tuple(pair[waiting[0]].tolist()) != last:
            said.append(waiting.popleft())
            last = (int(pair[said[-1], 0]), int(pair[said[-1], 1]))
    return np.array([*said, *waiting], np.int64)


def sides_of(links: Links, whole: Ints, count: int) -> Ints:
    """How many reports stand on either side of each accepted link (k, 2), were it cut: the links of an event are a tree.

    `whole` (n,) is the size of each report's event. Leaves are taken off, all at once, until nothing is left; the exclusive or of a node's links is its
    last one when it has one left.
    """
    weight, degree, last = np.ones(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64)
    one_side, numbers = np.zeros(len(links), np.int64), np.arange(len(links))
    for ends in (links.first, links.second):
        np.add.at(degree, ends, 1)
        np.bitwise_xor.at(last, ends, numbers)
    leaves = np.flatnonzero(degree == 1)
    while len(leaves):
        cut, is_first = np.unique(last[leaves], return_index=True)
        leaf = leaves[is_first]
        other = np.where(links.first[cut] == leaf, links.second[cut], links.first[cut])
        one_side[cut] = weight[leaf]
        degree[leaf] = 0
        np.add.at(weight, other, weight[leaf])
        np.subtract.at(degree, other, 1)
        np.bitwise_xor.at(last, other, cut)
        leaves = np.unique(other[degree[other] == 1])
    one_side = np.maximum(one_side, 1)
    return np.column_stack([one_side, np.maximum(whole[links.first] - one_side, 1)]) if len(links) else np.zeros((0, 2), np.int64)


def _unlisted(doubtful: Links, links: Links, cluster: Ints) -> Ints:
    """The doubtful links that are not among the accepted ones, each pair once."""
    count = np.int64(max(len(cluster), 1))
    keys = [np.minimum(some.first, some.second) * count + np.maximum(some.first, some.second) for some in (doubtful, links)]
    _, is_first = np.unique(keys[0], return_index=True)
    return np.sort(is_first[~np.isin(keys[0][is_first], keys[1])])


def _lonely(sizes: Ints) -> Ints:
    """The sides of a link inside an event that does not hold it together: one report against the rest."""
    return np.column_stack([np.ones(len(sizes), np.int64), np.maximum(sizes[:, 0] - 1, 1)]) if len(sizes) else np.zeros((0, 2), np.int64)
