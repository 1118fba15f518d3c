"""Which report of an event is followed for each value: one walk through the reports of each event, compiled."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.groups import FEW, grouped, sort_large
from vigie.harmonise.kernel import leaf

Rows = NDArray[np.int64]
CHOSEN = ("time", "place", "depth", "magnitude", "kind", "severity")
_TIME, _PLACE, _DEPTH, _MAGNITUDE, _KIND, _SEVERITY = range(6)


class Facts(NamedTuple):
    """What the choice goes by, each (n,): errors are infinite where unknown; `is_moment` and `kind_levels` go by code.

    `kind_levels` is how many dots a kind has, -1 for the empty one.
    """

    uncertain_us: NDArray[np.int64]
    sigma_s: NDArray[np.float64]
    is_placed: NDArray[np.bool_]
    radius_km: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: NDArray[np.int32]
    is_moment: NDArray[np.bool_]
    kind: NDArray[np.int32]
    kind_levels: NDArray[np.int64]
    agency: NDArray[np.int32]
    severity: NDArray[np.float64]


def group_rows(cluster: Rows, count: int, witness: NDArray[np.uint64]) -> tuple[Rows, Rows]:
    """Where each of `count` clusters begins (count + 1,) in the list of rows (n,), and that list, in each in canonical order."""
    start, rows = grouped(cluster, count)
    high, low = np.ascontiguousarray(witness[:, 0]), np.ascontiguousarray(witness[:, 1])
    sort_large(start, rows, high, low)
    _sort_groups(start, rows, high, low)
    return start, rows


def choose(start: Rows, rows: Rows, facts: Facts) -> tuple[dict[str, Rows], Rows]:
    """The row followed for each value of each event, -1 for none, and how many agencies it has (m,).

    The rows of each event, which come in canonical order, are put in another: the one that gave the place first, then
    by the area of the error.
    """
    chosen, agencies = np.full((len(CHOSEN), len(start) - 1), -1, np.int64), np.zeros(len(start) - 1, np.int64)
    by_agency = rows.copy()
    _sort_by(start, by_agency, facts.agency.astype(np.float64))
    _choose_all(start, rows, by_agency, facts, chosen, agencies)
    _sort_by(start, rows, facts.radius_km)
    _put_first(start, rows, chosen[_PLACE])
    return dict(zip(CHOSEN, chosen, strict=True)), agencies


@leaf
def _sort_groups(start: Any, rows: Any, high: Any, low: Any) -> None:
    """Sort each smaller group by witness, copies of one by row."""
    for group in range(len(start) - 1):
        begin, end = start[group], start[group + 1]
        if end - begin > FEW:
            continue
        for position in range(begin + 1, end):
            row, place = rows[position], position
            while place > begin and (high[row] < high[rows[place - 1]] or (high[row] == high[rows[place - 1]] and low[row] < low[rows[place - 1]])):
                rows[place] = rows[place - 1]
                place -= 1
            rows[place] = row


def _sort_by(start: Rows, rows: Rows, value: NDArray[np.float64]) -> None:
    """Sort each group by a value, equals as they stand."""
    sort_large(start, rows, value)
    _sort_few_by(start, rows, value)


@leaf
def _sort_few_by(start: Any, rows: Any, value: Any) -> None:
    for group in range(len(start) - 1):
        begin, end = start[group], start[group + 1]
        if end - begin > FEW:
            continue
        for position in range(begin + 1, end):
            row, place = rows[position], position
            while place > begin and value[row] < value[rows[place - 1]]:
                rows[place] = rows[place - 1]
                place -= 1
            rows[place] = row


@leaf
def _put_first(start: Any, rows: Any, first: Any) -> None:
    for group in range(len(first)):
        place = start[group]
        while first[group] >= 0 and rows[place] != first[group]:
            place += 1
        while first[group] >= 0 and place > start[group]:
            rows[place] = rows[place - 1]
            place -= 1
        if first[group] >= 0:
            rows[place] = first[group]


@leaf
def _choose_all(start: Any, rows: Any, by_agency: Any, facts: Any, chosen: Any, agencies: Any) -> None:
    for event in range(len(start) - 1):
        begin, end = start[event], start[event + 1]
        for position in range(begin, end):
            agency = facts.agency[by_agency[position]]
            agencies[event] += position == begin or agency != facts.agency[by_agency[position - 1]]
        chosen[_TIME, event] = _best_time(rows, begin, end, facts)
        chosen[_PLACE, event] = _best_place(rows, begin, end, facts)
        chosen[_DEPTH, event] = _best_depth(rows, begin, end, facts)
        size = chosen[_MAGNITUDE, event] = _best_magnitude(rows, by_agency, begin, end, facts)
        kind = chosen[_KIND, event] = _best_kind(rows, by_agency, begin, end, facts)
        has_severity = size >= 0 and abs(facts.severity[size]) < math.inf
        chosen[_SEVERITY, event] = size if has_severity else kind


@leaf
def _best_time(rows: Any, begin: int, end: int, facts: Any) -> int:
    best = rows[begin]
    for position in range(begin + 1, end):
        row = rows[position]
        shorter, as_short = facts.uncertain_us[row] < facts.uncertain_us[best], facts.uncertain_us[row] == facts.uncertain_us[best]
        if shorter or (as_short and facts.sigma_s[row] < facts.sigma_s[best]):
            best = row
    return int(best)


@leaf
def _best_place(rows: Any, begin: int, end: int, facts: Any) -> int:
    best = -1
    for position in range(begin, end):
        row = rows[position]
        if facts.is_placed[row] and (best < 0 or facts.radius_km[row] < facts.radius_km[best]):
            best = row
    return int(best)


@leaf
def _best_depth(rows: Any, begin: int, end: int, facts: Any) -> int:
    """A placed report before one without a place, then the smallest area."""
    best = -1
    for position in range(begin, end):
        row = rows[position]
        if not abs(facts.depth_km[row]) < math.inf:
            continue
        as_placed = best >= 0 and facts.is_placed[row] == facts.is_placed[best]
        if best < 0 or (facts.is_placed[row] and not as_placed) or (as_placed and facts.radius_km[row] < facts.radius_km[best]):
            best = row
    return int(best)


@leaf
def _best_magnitude(rows: Any, by_agency: Any, begin: int, end: int, facts: Any) -> int:
    """A moment magnitude before others, then the scale that most agencies give, then the value that most give on it."""
    best, scale_votes, value_votes = -1, 0, 0
    for position in range(begin, end):
        row = rows[position]
        if not abs(facts.magnitude[row]) < math.inf:
            continue
        is_moment = facts.is_moment[facts.scale[row]]
        if best >= 0 and is_moment != facts.is_moment[facts.scale[best]]:
            if not is_moment:
                continue
        elif best >= 0 and facts.scale[row] == facts.scale[best] and facts.magnitude[row] == facts.magnitude[best]:
            continue
        scale, value = _size_votes(by_agency, begin, end, facts, row, False), _size_votes(by_agency, begin, end, facts, row, True)
        turns = best < 0 or (is_moment and not facts.is_moment[facts.scale[best]])
        if turns or scale > scale_votes or (scale == scale_votes and value > value_votes):
            best, scale_votes, value_votes = row, scale, value
    return int(best)


@leaf
def _size_votes(by_agency: Any, begin: int, end: int, facts: Any, row: int, same_value: bool) -> int:  # noqa: FBT001  (kernels take no keywords)
    """How many agencies of the event give a size on the row's scale, or this very size."""
    votes, last = 0, -1
    for position in range(begin, end):
        other = by_agency[position]
        is_new = facts.agency[other] != last and facts.scale[other] == facts.scale[row] and abs(facts.magnitude[other]) < math.inf
        if is_new and (not same_value or facts.magnitude[other] == facts.magnitude[row]):
            votes, last = votes + 1, facts.agency[other]
    return votes


@leaf
def _best_kind(rows: Any, by_agency: Any, begin: int, end: int, facts: Any) -> int:
    """A kind before none, then the one that most agencies give, then the most specific."""
    best, most = -1, 0
    for position in range(begin, end):
        row = rows[position]
        if best >= 0 and facts.kind[row] == facts.kind[best]:
            continue
        votes, levels = _kind_votes(by_agency, begin, end, facts, row), facts.kind_levels[facts.kind[row]]
        known = best >= 0 and facts.kind_levels[facts.kind[best]]
        is_known, was_known = levels >= 0, best >= 0 and known >= 0
        if best < 0 or (is_known and not was_known) or (is_known == was_known and (votes > most or (votes == most and levels > known))):
            best, most = row, votes
    return int(best)


@leaf
def _kind_votes(by_agency: Any, begin: int, end: int, facts: Any, row: int) -> int:
    votes, last = 0, -1
    for position in range(begin, end):
        other = by_agency[position]
        if facts.agency[other] != last and facts.kind[other] == facts.kind[row]:
            votes, last = votes + 1, facts.agency[other]
    return votes
