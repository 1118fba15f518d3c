"""Corresponding reports by windows and taxonomies: the method of MELTT, without its dependence on order.

Two reports of different agencies are candidates if they lie within a distance and a number of days, and share a level
of every taxonomy. They are the more apart the broader the levels that they share: of K taxonomies, where l is the
finest level shared (0 = finest) and D the depth, S = (1/K) sum l / (D - 1), from 0 (all finest) to 1. A category that
stands twice in a taxonomy may be read either way, so S may have a least and a greatest value. Among candidates
`vigie.harmonise.stable` arranges the events. Reports that last several days meet only such reports, and both their
ends must lie within the window; a one-day report inside a longer one is a possible part of it, and never linked.
Ties are broken by days apart, by distance, and then by a hash of what the two reports say: not by the order of reports,
nor by that of the agencies or by their names. Method: Donnay, Dunford, McGrath, Backer and Cunningham (2019), Integrating
Conflict Event Data, Journal of Conflict Resolution 63(5), 1337-1364.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.stable import LEFT, UNSTABLE, Contest, pairs_in_state, stable_events, standing_of
from vigie.harmonise.testimony import EARTH_KM
from vigie.model.catalogue import Catalogue
from vigie.model.errors import BadReport
from vigie.model.taxonomy import Classified, Path
from vigie.model.times import DAY_US

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_PARTS = 1_000_000_000
"""Of how many parts S is made where it is counted in whole numbers, so that no sum depends on an order."""
NOTHING_SHARED = _PARTS + 1
"""Stands for the S of two reports that share no level of some taxonomy."""
_BLOCK = 1 << 22
MOST_CANDIDATES = 1_000_000
"""Each candidate pair is held with its readings: more are too many to be arranged. The reports of four agencies on a country's year have some ten thousand."""


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """How far apart two reports of one event may lie: great-circle km, and days between their begins and between their ends."""

    km: float = 3.0
    days: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Correspondence:
    """The events of n reports. `cluster` (n,) numbers them by their first row; `likeness` (n,) is 1 less the mean S to the fellows in the event (1 alone).

    `candidates` counts the pairs within the windows that share a level of every taxonomy. `left` (k, 2) are those of them in
    two events of which both lack the other's agency; `unstable` (k, 2) those that would both do better together (none).
    `parts` (k, 2) are one-day reports, and the longer report of another agency that each may be a part of.
    """

    cluster: Ints
    likeness: Floats
    candidates: int
    left: Ints
    unstable: Ints
    parts: Ints


def correspond(catalogue: Catalogue, names: Sequence[str], taxonomies: Sequence[Classified], windows: Windows) -> Correspondence:
    """The events of a catalogue by windows and taxonomies; `names` (n,) are the reports' own ids, all different.

    Real and exercise reports, and those of two fields, never meet. A report that names no category in some taxonomy stays alone.
    Raises `BadReport` where more than `MOST_CANDIDATES` pairs lie within the windows.
    """
    order = np.array(sorted(range(len(catalogue)), key=_contents(catalogue, names, taxonomies).__getitem__), np.int64)
    sorted_classes = [Classified(known.depth, known.code[order], known.paths) for known in taxonomies]
    accounts = _Accounts(catalogue.take(order), sorted_classes)
    pairs = accounts.comparable(_near(accounts, windows))
    contest = accounts.contest(pairs)
    events = stable_events(contest)
    standing = standing_of(contest, events)
    cluster = np.zeros(len(order), np.int64)
    cluster[order] = events
    return Correspondence(
        cluster=_numbered(cluster),
        likeness=_likeness(accounts, np.array(events, np.int64))[np.argsort(order)],
        candidates=len(pairs),
        left=order[_as_pairs(pairs_in_state(standing, LEFT))],
        unstable=order[_as_pairs(pairs_in_state(standing, UNSTABLE))],
        parts=order[_as_pairs(accounts.comparable(_inside(accounts, windows)))],
    )


def _contents(catalogue: Catalogue, names: Sequence[str], taxonomies: Sequence[Classified]) -> list[str]:
    """A hash of what each report says, its agency's name left out."""
    said = zip(catalogue.begin_us.tolist(), catalogue.end_us.tolist(), catalogue.lon.tolist(), catalogue.lat.tolist(), names, strict=True)
    classes = [[sorted(known.paths[code]) if code >= 0 else [] for code in known.code.tolist()] for known in taxonomies]
    return [hashlib.sha256(repr((facts, sorted(paths))).encode()).hexdigest() for facts, *paths in zip(said, *classes, strict=True)]


class _Accounts:
    """The reports in the order of their contents, and how alike any two are by the taxonomies."""

    def __init__(self, catalogue: Catalogue, taxonomies: Sequence[Classified]) -> None:
        self.taxonomies = taxonomies
        self.agency = catalogue.agency.codes
        self.world = catalogue.field.codes * 2 + catalogue.exercise
        self.begin_day = catalogue.begin_us // DAY_US
        self.end_day = np.maximum(self.begin_day, (catalogue.end_us - 1) // DAY_US)
        self.is_long = self.end_day > self.begin_day
        self.lon, self.lat = np.radians(catalogue.lon), np.radians(catalogue.lat)
        self._unlike = dict[tuple[int, ...], tuple[tuple[int, int], ...]]()

    def unlike(self, first: int, second: int) -> tuple[tuple[int, int], ...]:
        """S of two reports in parts of 1e9, at least and at most, for each reading of the first; more than 1e9 where they share no level of some taxonomy."""
        codes = (*(int(known.code[first]) for known in self.taxonomies), *(int(known.code[second]) for known in self.taxonomies))
        if codes not in self._unlike:
            one, other = ([self._paths(known, int(known.code[report])) for known in self.taxonomies] for report in (first, second))
            self._unlike[codes] = _unlikeness(one, other, [known.depth for known in self.taxonomies])
        return self._unlike[codes]

    @staticmethod
    def _paths(known: Classified, code: int) -> tuple[Path, ...]:
        return known.paths[code] if code >= 0 else ((),)

    def least(self, first: int, second: int) -> int:
        """S of two reports in parts of 1e9 by the reading that brings them closest."""
        return min(self.unlike(first, second))[0]

    def may_meet(self, first: int, second: int) -> bool:
        """Whether two reports may be in one event, wherever they lie: of one world, both short or both long, a level shared in each taxonomy."""
        is_same_sort = self.world[first] == self.world[second] and self.is_long[first] == self.is_long[second]
        return bool(is_same_sort) and self.least(first, second) < NOTHING_SHARED

    def comparable(self, pairs: Ints) -> list[tuple[int, int]]:
        """Those of `pairs` (k, 2) that share a level in each taxonomy."""
        return [(first, second) for first, second in pairs.tolist() if self.least(first, second) < NOTHING_SHARED]

    def contest(self, pairs: list[tuple[int, int]]) -> Contest:
        """Who may stand with whom, the closest pairs first: by S, then days apart, then km, then by their contents."""
        first, second = _as_pairs(pairs).T
        least, most = _as_pairs([(self.least(*pair), max(worst for _, worst in self.unlike(*pair))) for pair in pairs]).T
        days = np.abs(self.begin_day[first] - self.begin_day[second]) + np.abs(self.end_day[first] - self.end_day[second])
        order = np.lexsort((second, first, self.km(first, second), days, most, least)).tolist()
        apart: list[dict[int, tuple[tuple[int, int], ...]]] = [{} for _ in range(len(self.agency))]
        for one, other in pairs:
            apart[one][other], apart[other][one] = self.unlike(one, other), self.unlike(other, one)
        return Contest(self.agency.tolist(), [pairs[place] for place in order], apart, self.may_meet)

    def km(self, first: Ints, second: Ints) -> Floats:
        """Great-circle distances (k,), NaN where a place is missing."""
        half_lat, half_lon = (self.lat[second] - self.lat[first]) / 2, (self.lon[second] - self.lon[first]) / 2
        chord = np.sin(half_lat) ** 2 + np.cos(self.lat[first]) * np.cos(self.lat[second]) * np.sin(half_lon) ** 2
        return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def _unlikeness(readings: Sequence[tuple[Path, ...]], other: Sequence[tuple[Path, ...]], depths: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """S in parts of 1e9, at least and at most, for each reading of a report; both are paths per taxonomy. A taxonomy of one level adds nothing.

    >>> _unlikeness([(("mob", "unrest"),), (("town",),)], [(("march", "unrest"), ("mob", "unrest")), (("town",),)], [2, 1])
    ((0, 500000000),)
    """
    shares = [[[_share(path, word, depth) for word in words] for path in paths] for paths, words, depth in zip(readings, other, depths, strict=True)]
    return tuple((_mean(map(min, reading)), _mean(map(max, reading))) for reading in product(*shares))


def _share(one: Path, other: Path, depth: int) -> float:
    """The finest level at which two paths share a term, over the number of the broadest; infinite where they share none, as an empty path does."""
    levels = (level for level, (term, word) in enumerate(zip(one, other, strict=False)) if term == word != "")
    return next((level / max(depth - 1, 1) for level in levels), np.inf)


def _mean(shares: Iterable[float]) -> int:
    known = list(shares)
    total = sum(known)
    return round(_PARTS * total / len(known)) if total < np.inf else NOTHING_SHARED


def _near(accounts: _Accounts, windows: Windows) -> Ints:
    """Pairs (k, 2), smaller first, of different agencies and of one sort within the windows."""
    found, count = [np.zeros((0, 2), np.int64)], 0
    for pairs in _close_in_time(accounts.begin_day, windows.days):
        found.append(_within(accounts, pairs, windows))
        count += len(found[-1])
        if count > MOST_CANDIDATES:
            what = "More pairs lie within the windows than can be arranged"
            raise BadReport(what, expected=f"at most {MOST_CANDIDATES:,}", todo="take smaller windows, or part the reports by time")
    return np.concatenate(found)


def _within(accounts: _Accounts, pairs: Ints, windows: Windows) -> Ints:
    first, second = pairs.T
    is_alike = (accounts.world[first] == accounts.world[second]) & (accounts.is_long[first] == accounts.is_long[second])
    is_alike &= (accounts.agency[first] != accounts.agency[second]) & (np.abs(accounts.end_day[first] - accounts.end_day[second]) <= windows.days)
    pairs = np.sort(pairs[is_alike], axis=1)
    return np.asarray(pairs[accounts.km(*pairs.T) <= windows.km])


def _close_in_time(day: Ints, days: float) -> Iterator[Ints]:
    """All pairs (k, 2) of rows whose days differ by at most `days`, in blocks."""
    order = np.argsort(day, kind="stable")
    last = np.searchsorted(day[order], day[order] + days, side="right")
    counts = last - np.arange(len(day)) - 1
    start, total = 0, np.concatenate([[0], np.cumsum(counts)])
    while start < len(day):
        stop = max(start + 1, int(np.searchsorted(total, total[start] + _BLOCK, side="right")) - 1)
        first = np.repeat(np.arange(start, stop), counts[start:stop])
        step = np.arange(len(first)) - np.repeat(total[start:stop] - total[start], counts[start:stop])
        yield np.column_stack([order[first], order[first + 1 + step]])
        start = stop


def _inside(accounts: _Accounts, windows: Windows) -> Ints:
    """Pairs (k, 2) of a one-day report and a longer one of another agency in which it lies, by the windows."""
    short = np.flatnonzero(~accounts.is_long)
    short = short[np.argsort(accounts.begin_day[short], kind="stable")]
    day = accounts.begin_day[short]
    found = [np.zeros((0, 2), np.int64)]
    for episode in np.flatnonzero(accounts.is_long).tolist():
        low, high = accounts.begin_day[episode] - windows.days, accounts.end_day[episode] + windows.days
        inside = short[np.searchsorted(day, low) : np.searchsorted(day, high, side="right")]
        others = np.full(len(inside), episode)
        is_other = (accounts.agency[inside] != accounts.agency[episode]) & (accounts.world[inside] == accounts.world[episode])
        found.append(np.column_stack([inside, others])[is_other & (accounts.km(inside, others) <= windows.km)])
    return np.concatenate(found)


def _likeness(accounts: _Accounts, event: Ints) -> Floats:
    """1 less the mean S to the fellows of each report (n,); 1 where it has none."""
    groups: dict[int, list[int]] = {}
    for report, name in enumerate(event.tolist()):
        groups.setdefault(name, []).append(report)
    likeness = np.ones(len(event))
    for group in groups.values():
        for report in group if len(group) > 1 else ():
            unlike = sum(accounts.least(report, other) for other in group if other != report)
            likeness[report] = 1 - unlike / (len(group) - 1) / _PARTS
    return likeness


def _numbered(names: Ints) -> Ints:
    """The same grouping (n,), numbered 0.. in the order of the first rows."""
    _, first, place = np.unique(names, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[place], np.int64)


def _as_pairs(pairs: Sequence[tuple[int, int]]) -> Ints:
    return np.array(pairs, np.int64).reshape(-1, 2)
