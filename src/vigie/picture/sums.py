"""What chosen events add up to: their histogram, and how many there are of each field, kind, area and agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.picture.index import Index
from vigie.picture.periods import Bars, bars_between

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How many events begin in each period (b,), all and by field. `before` of the first bar's began earlier and went on: the sum is the number of all."""

    bars: Bars
    counts: Rows
    by_field: dict[str, Rows]
    before: int


def span_of(index: Index) -> tuple[int, int] | None:
    """From the first begin to the last begin of all events; None where there is none."""
    begin_us = index.events.begin_us
    return (int(begin_us[0]), int(begin_us[-1])) if len(begin_us) else None


def bars_of(index: Index, rows: Rows, since_us: int | None = None, until_us: int | None = None, period: str = "") -> Bars:
    """The bars that show these events from `since_us` to `until_us`, or from the first that there is to the last; few of them unless a period is named."""
    if not len(rows):
        return Bars(period or "day", 0, 0)
    return bars_between(*_ends(index, index.events.begin_us[rows], since_us, until_us), period)


def histogram(index: Index, rows: Rows, since_us: int | None = None, until_us: int | None = None, period: str = "") -> Histogram:
    """The histogram of these events in the bars of `bars_of`."""
    bars, begin_us, many = bars_of(index, rows, since_us, until_us, period), index.events.begin_us[rows], len(index.field.names)
    table = np.bincount(bars.place(begin_us) * many + index.field.code[rows], minlength=bars.count * many).reshape(bars.count, many)
    by_field = {name: table[:, code] for code, name in enumerate(index.field.names) if table[:, code].any()}
    before = 0 if since_us is None else int(np.searchsorted(begin_us, since_us))
    return Histogram(bars, table.sum(axis=1), by_field, before)


def _ends(index: Index, begin_us: Rows, since_us: int | None, until_us: int | None) -> tuple[int, int]:
    """The first and the last instant of the bars: what was asked, but not beyond all events."""
    first, last = int(index.events.begin_us[0]), int(index.events.begin_us[-1])
    start = int(begin_us[0]) if since_us is None else min(max(since_us, first), last)
    end = int(begin_us[-1]) if until_us is None else max(min(until_us - 1, last), first)
    return start, max(start, end)


def ranked(counts: Rows, names: Sequence[str], most: int | None = None) -> list[tuple[str, int]]:
    """The names that count anything, the most frequent first, then by name; at most so many. The empty name is none."""
    found = [(names[place], int(counts[place])) for place in np.flatnonzero(counts).tolist() if names[place]]
    return sorted(found, key=lambda item: (-item[1], item[0]))[:most]


def counted(counts: Rows, names: Sequence[str]) -> dict[str, int]:
    """Names with their counts, the most frequent first, then by name; what is called the same counts together."""
    total: dict[str, int] = {}
    for place in np.flatnonzero(counts).tolist():
        total[names[place]] = total.get(names[place], 0) + int(counts[place])
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def by_agency(index: Index, rows: Rows) -> Rows:
    """How many of these events each agency saw, by its code (k,): an event counts once for each agency."""
    return np.bincount(index.pair_agency[_is_row(index, rows)[index.pair_event]], minlength=len(index.agencies))


def _is_row(index: Index, rows: Rows) -> NDArray[np.bool_]:
    found = np.zeros(len(index), bool)
    found[rows] = True
    return found
