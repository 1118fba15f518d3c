"""The walk of `counting` through what was known when, compiled. It stands alone since its compiler takes long to import."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def sweep(bounds, facts, agencies, need, out, first):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Walks through the changes of knowledge of one event after the other and writes the spells in which it counts; gives how many."""
    seen, stamp, count = np.full(agencies, -1, np.int64), 0, 0
    for number in range(len(bounds) - 1):
        low, high = bounds[number], bounds[number + 1]
        times = np.unique(np.concatenate((facts[3, low:high], facts[4, low:high])))
        start = count
        for step in range(len(times) - 1):
            stamp += 1
            place, begin_us, agreed = _vote(facts, low, high, times[step], seen, stamp)
            if agreed < need or place < 0:
                continue
            if count > start and out[0, count - 1] == place and out[1, count - 1] == begin_us and out[3, count - 1] == times[step]:
                out[3, count - 1] = times[step + 1]
                continue
            out[0, count], out[1, count], out[2, count], out[3, count] = place, begin_us, times[step], times[step + 1]
            first[count] = low
            count += 1
    return count


@njit(cache=True)
def _vote(facts, low, high, at_us, seen, stamp):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The place that most agencies name at an instant (the first in order where several do), its earliest begin, and how many agencies speak at all."""
    agreed, best, best_votes, best_begin = 0, -1, 0, 0
    votes, begin_us, last_place, last_agency = 0, 0, -2, -1
    for row in range(low, high):
        if facts[3, row] > at_us or facts[4, row] <= at_us:
            continue
        place, agency = facts[0, row], facts[1, row]
        if seen[agency] != stamp:
            seen[agency] = stamp
            agreed += 1
        if place != last_place:
            votes, begin_us, last_agency = 0, facts[2, row], -1
        votes += 1 if agency != last_agency else 0
        begin_us = min(begin_us, facts[2, row])
        last_place, last_agency = place, agency
        if place >= 0 and (votes > best_votes or place == best):
            best, best_votes, best_begin = place, votes, begin_us
    return best, best_begin, agreed
