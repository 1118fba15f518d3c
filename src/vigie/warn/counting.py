"""From what was known when to what a rule may count: each event in one area, with the spell of knowledge in which it counts.

At an instant each testimony says what its newest version known by then says. An event counts from the instant at which enough agencies'
testimonies meet the query until one of them is revised away. It counts in one area only, the one that most of these agencies name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Coded
from vigie.model.history import History, Region
from vigie.model.rule import PEACEFUL, AreaLevel, Query, Rule

FOREVER_US = int(np.iinfo(np.int64).max)
"""Ends a spell of knowledge that has not ended."""

_NOWHERE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """Which rows (v,) of a history its agencies held to be true, each over [`from_us`, `until_us`)."""

    row: NDArray[np.int64]
    from_us: NDArray[np.int64]
    until_us: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Counted events (c,), sorted by area, begin and knowledge. `area` is the place in `areas`, `event` the history's number.

    The event counts for those who ask at an instant in [`from_us`, `until_us`). One event has several rows where agencies changed their word.
    """

    areas: tuple[str, ...]
    area: NDArray[np.int64]
    event: NDArray[np.int64]
    begin_us: NDArray[np.int64]
    from_us: NDArray[np.int64]
    until_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.event)


@lru_cache(maxsize=2)
def versions(history: History) -> Versions:
    """When each row was its agency's word. Of one testimony the row with the greatest (revision, known_us) among those known counts."""
    order = _by_knowledge(history)
    known_us, testimony = history.known_us[order], history.testimony[order]
    group = np.cumsum(np.concatenate([[0], testimony[1:] != testimony[:-1]])) if len(order) else testimony
    _, rank = np.unique(history.revision[order], return_inverse=True)
    standing = group * (int(rank.max(initial=0)) + 1) + rank
    leads = standing == np.maximum.accumulate(standing)
    row, from_us, group = order[leads], known_us[leads], group[leads]
    until_us = np.full(len(row), FOREVER_US)
    followed = group[1:] == group[:-1]
    until_us[:-1][followed] = from_us[1:][followed]
    lasting = until_us > from_us
    return Versions(row[lasting], from_us[lasting], until_us[lasting])


def _by_knowledge(history: History) -> NDArray[np.int64]:
    """Rows by testimony, knowledge and revision; equal ones by what they say, so that arrival decides nothing."""
    keys = (history.revision, history.known_us, history.testimony)
    order = np.lexsort(keys)
    tied = np.ones(max(len(order) - 1, 0), bool)
    for key in keys:
        tied &= key[order][1:] == key[order][:-1]
    if not tied.any():
        return order
    said: list[Any] = [getattr(history, name) for name in ("begin_us", "end_us", "event", "counts")]
    said += [getattr(history, name).codes for name in ("agency", "field", "kind", "country", "unit", "scale")]
    said += [np.nan_to_num(getattr(history, name), nan=-np.inf) for name in ("depth_km", "magnitude", "severity", "lon", "lat")]
    return np.lexsort((*said, *keys))


def meets(query: Query, history: History) -> NDArray[np.bool_]:
    """Which rows (n,) meet the query. Peaceful assembly meets none, whatever the query says."""
    met = ~is_of(history.kind, (PEACEFUL, f"{PEACEFUL}.*"))
    if query.fields:
        met &= history.field.is_in(query.fields)
    if query.kinds:
        met &= is_of(history.kind, query.kinds)
    if query.scales:
        met &= history.scale.is_in(query.scales)
    if query.magnitude_at_least is not None:
        met &= history.magnitude >= query.magnitude_at_least
    if query.depth_km_at_most is not None:
        met &= history.depth_km <= query.depth_km_at_most
    if query.severity_at_least is not None:
        met &= history.severity >= query.severity_at_least
    return met


def is_of(column: Coded, patterns: Iterable[str]) -> NDArray[np.bool_]:
    """Which rows (n,) hold one of the names, or a name below one that ends in `.*`."""
    whole = {pattern for pattern in patterns if not pattern.endswith(".*")}
    above = tuple(pattern.removesuffix("*") for pattern in patterns if pattern.endswith(".*"))
    chosen = np.array([name in whole or (bool(above) and name.startswith(above)) for name in column.names], bool)
    return chosen[column.codes] if len(chosen) else np.zeros(len(column.codes), bool)


def areas_of(rule: Rule, region: Region) -> tuple[str, ...]:
    """The areas that a rule stands for, sorted: all of its level, or those it names (a country's code stands for its units)."""
    every = region.areas(rule.area)
    if not rule.areas:
        return every
    named = set(rule.areas)
    named |= {unit for country in rule.areas for unit in region.units.get(country, ()) if rule.area == "unit"}
    return tuple(area for area in every if area in named)


def counted(rule: Rule, history: History, region: Region, query: Query | None = None) -> Counted:
    """What the rule's query, or another one at the rule's areas, may count. Records that are no count series count for facts only."""
    asked = rule.query if query is None else query
    known, met = versions(history), meets(asked, history)
    if rule.how == "baseline":
        met &= history.counts
    chosen = met[known.row]
    rows = known.row[chosen]
    place, names = _places(history, region, rule.area)
    spells = (place[rows], history.agency.codes[rows].astype(np.int64), history.event[rows])
    order = np.lexsort((known.from_us[chosen], spells[1], spells[0], spells[2]))
    place_of, agency, event = (column[order] for column in spells)
    found = _agreed(event, place_of, agency, history.begin_us[rows][order], known.from_us[chosen][order], known.until_us[chosen][order], max(1, asked.agencies))
    return _in_areas(areas_of(rule, region), names, *found)


def _places(history: History, region: Region, level: AreaLevel) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The place of each row as a number (n,), and what the numbers stand for; -1 where the row names none.

    What names no place at all belongs to the region as a whole; what lies outside the region to nothing.
    """
    if level == "region":
        inside = history.country.is_in(region.countries) | (~history.country.is_in(set(history.country.names) - {""}) & np.isnan(history.lon))
        return np.where(inside, 0, _NOWHERE), ("",)
    column = history.country if level == "country" else history.unit
    named = np.array([bool(name) for name in column.names], bool)
    codes = column.codes.astype(np.int64)
    return (np.where(named[codes], codes, _NOWHERE) if len(named) else codes), column.names


def _in_areas(areas: tuple[str, ...], names: tuple[str, ...], *found: NDArray[np.int64]) -> Counted:
    position = {area: number for number, area in enumerate(areas)}
    lookup = np.array([position.get(name, _NOWHERE) for name in names], np.int64)
    place, event, begin_us, from_us, until_us = found
    area = lookup[place] if len(lookup) else place
    kept = np.flatnonzero(area >= 0)
    order = kept[np.lexsort((event[kept], from_us[kept], begin_us[kept], area[kept]))]
    return Counted(areas, area[order], event[order], begin_us[order], from_us[order], until_us[order])


def _agreed(
    event: NDArray[np.int64],
    place: NDArray[np.int64],
    agency: NDArray[np.int64],
    begin_us: NDArray[np.int64],
    from_us: NDArray[np.int64],
    until_us: NDArray[np.int64],
    need: int,
) -> tuple[NDArray[np.int64], ...]:
    """Place, event, begin and spell of each agreement; the arguments are sorted by event, place and agency."""
    from vigie.warn.sweep import sweep

    bounds = np.flatnonzero(np.concatenate([[True], event[1:] != event[:-1], [True]])) if len(event) else np.zeros(1, np.int64)
    out = np.empty((4, 2 * len(event)), np.int64)
    first, count = np.empty(2 * len(event), np.int64), 0
    agencies = int(agency.max(initial=-1)) + 1
    count = sweep(bounds, np.vstack([place, agency, begin_us, from_us, until_us]), agencies, need, out, first)
    return out[0, :count], event[first[:count]], out[1, :count], out[2, :count], out[3, :count]
