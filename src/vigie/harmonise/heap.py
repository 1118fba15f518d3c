"""A queue of pairs by falling score for the compiled kernels; of equal scores the smaller pair comes first."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf


class Queue(NamedTuple):
    """A binary heap in arrays: the score of a pair, its position in the list of pairs, and what was known when it was scored."""

    score: NDArray[np.float64]
    pair: NDArray[np.int64]
    seen: NDArray[np.int64]


@kernel
def new_queue(room: int) -> Any:
    """An empty queue with room for so many."""
    return Queue(np.empty(room), np.empty(room, np.int64), np.empty(room, np.int64))


@leaf
def push(queue: Any, size: int, score: float, pair: int, seen: int) -> None:
    """Add an entry to the `size` ones; there must be room."""
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if not _is_before(score, pair, queue.score[above], queue.pair[above]):
            break
        _set(queue, place, queue.score[above], queue.pair[above], queue.seen[above])
        place = above
    _set(queue, place, score, pair, seen)


@leaf
def drop_first(queue: Any, size: int) -> None:
    """Take the first of `size` entries away."""
    size -= 1
    score, pair, seen = queue.score[size], queue.pair[size], queue.seen[size]
    place, below = 0, 1
    while below < size:
        if below + 1 < size and _is_before(queue.score[below + 1], queue.pair[below + 1], queue.score[below], queue.pair[below]):
            below += 1
        if _is_before(score, pair, queue.score[below], queue.pair[below]):
            break
        _set(queue, place, queue.score[below], queue.pair[below], queue.seen[below])
        place, below = below, 2 * below + 1
    _set(queue, place, score, pair, seen)


@leaf
def _is_before(score: float, pair: int, other_score: float, other_pair: int) -> bool:
    return bool(score > other_score or (score == other_score and pair < other_pair))


@leaf
def _set(queue: Any, place: int, score: float, pair: int, seen: int) -> None:
    queue.score[place], queue.pair[place], queue.seen[place] = score, pair, seen
