"""What was heard at all in a rule's fields, from each country or from the region as a whole: without it no count means anything.

An area is silent when nothing was heard for too long; an earlier year can be compared with only if something was heard of that season.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.history import History, Region
from vigie.model.rule import Rule
from vigie.model.times import DAY_US, NEVER_US
from vigie.warn.baseline import YEAR_US, Cells, counts_at

_BEFORE, _AFTER = 1.5, 0.5
"""How many windows the season of `baseline.usual` reaches back before, and on after, the day of the year."""


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """Per group (a country, or the region): `known_us` sorted, and for each day of which something was heard (`group`, `day_us`) when that was first known."""

    groups: tuple[str, ...]
    known_us: tuple[NDArray[np.int64], ...]
    group: NDArray[np.int64]
    day_us: NDArray[np.int64]
    first_us: NDArray[np.int64]


def hearing(rule: Rule, history: History, region: Region) -> Hearing:
    """What was heard in the fields that the rule asks, of any kind."""
    groups = region.countries if rule.heard_in == "country" and rule.area != "region" else ("",)
    rows = np.flatnonzero(_in_fields(rule, history))
    group = _groups(groups, history, region, rows)
    rows, group = rows[group >= 0], group[group >= 0]
    known_us, day = history.known_us[rows], history.begin_us[rows] // DAY_US
    order = np.lexsort((known_us, day, group))
    fresh = np.ones(len(order), bool)
    fresh[1:] = (group[order][1:] != group[order][:-1]) | (day[order][1:] != day[order][:-1])
    first = order[fresh]
    sorted_us = tuple(np.sort(known_us[group == number]) for number in range(len(groups)))
    return Hearing(groups, sorted_us, group[first], day[first] * DAY_US, known_us[first])


def _in_fields(rule: Rule, history: History) -> NDArray[np.bool_]:
    fields = rule.query.fields or ((rule.field,) if rule.field else ())
    return history.field.is_in(fields) if fields else np.ones(len(history), bool)


def _groups(groups: tuple[str, ...], history: History, region: Region, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    inside = history.country.is_in(region.countries)
    if groups == ("",):
        placeless = ~history.country.is_in(set(history.country.names) - {""}) & np.isnan(history.lon)
        return np.where((inside | placeless)[rows], 0, -1)
    position = {country: number for number, country in enumerate(groups)}
    lookup = np.array([position.get(name, -1) for name in history.country.names], np.int64)
    return lookup[history.country.codes[rows]] if len(lookup) else np.zeros(0, np.int64)


def groups_of(heard: Hearing, areas: tuple[str, ...], region: Region) -> NDArray[np.int64]:
    """The group of each area (a,)."""
    if heard.groups == ("",):
        return np.zeros(len(areas), np.int64)
    country = {area: name for name, units in region.units.items() for area in (name, *units)}
    position = {name: number for number, name in enumerate(heard.groups)}
    return np.array([position[country[area]] for area in areas], np.int64)


def last_heard(heard: Hearing, group: NDArray[np.int64], at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """When something was last heard from each group by each instant (c,); `NEVER_US` where nothing was."""
    last = np.full(len(group), NEVER_US)
    for number, known_us in enumerate(heard.known_us):
        asked = np.flatnonzero(group == number)
        if len(asked) and len(known_us):
            place = np.searchsorted(known_us, at_us[asked], side="right")
            last[asked] = np.where(place > 0, known_us[place - 1], NEVER_US)
    return last


def is_silent(rule: Rule, last_us: NDArray[np.int64], at_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether nothing had been heard for longer than the rule bears."""
    never: NDArray[np.bool_] = last_us == NEVER_US
    return never | (at_us - np.where(never, at_us, last_us) > rule.grey_after_days * DAY_US)


def watched_years(rule: Rule, heard: Hearing, group: NDArray[np.int64], at_us: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the baseline's earlier years (years, c) were watched in this season, as far as known on the day of each instant."""
    years = rule.baseline.years if rule.baseline else 0
    days = at_us // DAY_US
    offset = int(days.min()) if len(days) else 0
    span = int(days.max()) - offset + 1 if len(days) else 1
    keys, back = np.unique(group * span + (days - offset), return_inverse=True)
    cells = Cells(keys // span, (keys % span + offset) * DAY_US)
    window_us = rule.window_days * DAY_US
    before_us = max(round(_BEFORE * window_us), rule.grey_after_days * DAY_US)
    after_us = round(_AFTER * window_us)
    found = np.zeros((years, len(group)), bool)
    for number in range(years):
        back_us = (number + 1) * YEAR_US
        begin_us = np.maximum(heard.day_us + back_us - after_us, heard.first_us)
        found[number] = counts_at(cells, heard.group, begin_us, heard.day_us + back_us + before_us)[back] > 0
    return found
