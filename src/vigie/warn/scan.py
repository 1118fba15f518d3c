"""A rule over time: the levels of each area, and the signals that it raises.

A rule is looked at on every midnight (UTC), and at each instant at which an event that it counts becomes known. Both depend on the records alone
and never on when somebody asks, so that a rule gives the same signals, with the same ids, live and in a replay, in whatever order records came.
What is looked at is always what was known by then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vigie.model.history import History, Region
from vigie.model.rule import LEVELS, Level, Rule, Signal, rule_name, signal_id
from vigie.model.times import DAY_US
from vigie.warn.baseline import Cells, Usual, usual, window_counts
from vigie.warn.counting import Counted, areas_of, counted
from vigie.warn.hearing import Hearing, groups_of, hearing, is_silent, last_heard, watched_years
from vigie.warn.sayings import said_of_count

ANCHOR_US = 0
"""No rule looks further back than 1970: a fixed instant, so that every chain of signals begins where the records let it."""

GREY, GREEN, AMBER, RED = range(4)
_MAX_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """All that a rule needs to look at its areas; `group` (a,) says whose silence counts for each."""

    rule: Rule
    seen: Counted
    heard: Hearing
    group: NDArray[np.int64]
    event_ids: tuple[str, ...]
    exercise: bool

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas, by code."""
        return self.seen.areas

    @property
    def window_us(self) -> int:
        """The window's length."""
        return round(self.rule.window_days * DAY_US)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What is seen at cells (c,) before hysteresis: level codes (0 grey to 3 red), counts, and what is usual (NaN where nothing is)."""

    cells: Cells
    level: NDArray[np.int8]
    count: NDArray[np.int64]
    expected: NDArray[np.float64]
    chance: NDArray[np.float64]
    heard_us: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A signal with the spells in which its area was red: [begin, end), the last one open if `ended_us` of the signal is None."""

    signal: Signal
    red_us: tuple[tuple[int, int | None], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A rule's levels over time: `levels` (a, s) codes into `model.rule.LEVELS`, `counts`, `expected` and `chance` (a, s) at midnights `at_us` (s,)."""

    rule: str
    areas: tuple[str, ...]
    at_us: NDArray[np.int64]
    levels: NDArray[np.int8]
    counts: NDArray[np.int64]
    expected: NDArray[np.float64]
    chance: NDArray[np.float64]
    signals: tuple[Signal, ...]

    def level(self, area: str, step: int) -> Level:
        """The level of an area at a step."""
        return LEVELS[int(self.levels[self.areas.index(area), step])]


def ground_of(rule: Rule, history: History, region: Region) -> Ground:
    """What a rule stands on; a judged rule stands on nothing that can be counted."""
    heard = hearing(rule, history, region)
    return Ground(rule, counted(rule, history, region), heard, groups_of(heard, areas_of(rule, region), region), history.event_ids, history.exercise)


def midnights(since_us: int, until_us: int) -> NDArray[np.int64]:
    """All midnights (UTC) from `since_us` to `until_us`, both included where they are midnights."""
    return np.arange(-(-since_us // DAY_US), until_us // DAY_US + 1, dtype=np.int64) * DAY_US


def look(ground: Ground, cells: Cells, count: NDArray[np.int64] | None = None) -> Looks:
    """What the rule sees at the cells."""
    rule = ground.rule
    number = window_counts(cells, ground.seen, ground.window_us) if count is None else count
    group = ground.group[cells.area]
    heard_us = last_heard(ground.heard, group, cells.at_us)
    grey = is_silent(rule, heard_us, cells.at_us)
    if rule.baseline is None:
        nothing = np.full(len(cells), np.nan)
        level = np.where(number >= rule.minimum, RED, GREEN)
        return Looks(cells, np.where(grey, GREY, level).astype(np.int8), number, nothing, nothing, heard_us)
    beside = usual(rule, cells, number, ground.seen, watched_years(rule, ground.heard, group, cells.at_us))
    grey |= beside.years < rule.baseline.at_least_years
    level = np.where(grey, GREY, _raw_levels(rule, number, beside))
    return Looks(cells, level.astype(np.int8), number, beside.expected, beside.chance, heard_us)


def _raw_levels(rule: Rule, count: NDArray[np.int64], beside: Usual) -> NDArray[np.int64]:
    if rule.baseline is None:
        return np.full(len(count), GREEN)
    enough = count >= rule.minimum if rule.direction == "up" else beside.expected >= rule.baseline.expected_at_least
    level = np.where(enough & (beside.chance <= rule.baseline.amber), AMBER, GREEN)
    return np.where(enough & (beside.chance <= rule.baseline.red), RED, level)


def signals(rule: Rule, history: History, region: Region, now_us: int, since_us: int | None = None) -> tuple[Signal, ...]:
    """The signals that the rule has raised by `now_us` (from `since_us` on), oldest first; a judged rule raises none."""
    if rule.how == "judged":
        return ()
    found = (alarm.signal for alarm in alarms(ground_of(rule, history, region), now_us))
    return tuple(signal for signal in found if since_us is None or signal.raised_us >= since_us)


def scan(rule: Rule, history: History, region: Region, since_us: int, until_us: int) -> Scan:
    """The rule's level in each of its areas at every midnight of the period, hysteresis included, and the signals raised in it; of a judged rule all grey."""
    ground = ground_of(rule, history, region)
    at_us, size = midnights(since_us, until_us), len(ground.areas)
    looks = look(ground, _grid(np.arange(size), at_us))
    level = looks.level.reshape(size, len(at_us)).copy() if rule.how != "judged" else np.full((size, len(at_us)), GREY, np.int8)
    found = alarms(ground, until_us) if rule.how != "judged" else ()
    for alarm in found:
        row = level[ground.areas.index(alarm.signal.area)]
        for begin_us, end_us in alarm.red_us:
            row[(at_us >= begin_us) & (at_us < (until_us + 1 if end_us is None else end_us)) & (row != GREY)] = RED
    raised = tuple(alarm.signal for alarm in found if alarm.signal.raised_us >= since_us)
    expected, chance = (column.reshape(size, len(at_us)) for column in (looks.expected, looks.chance))
    return Scan(rule_name(rule), ground.areas, at_us, level, looks.count.reshape(size, len(at_us)), expected, chance, raised)


def alarms(ground: Ground, now_us: int) -> tuple[Alarm, ...]:
    """All alarms by `now_us`, oldest first, ties by area."""
    found: list[Alarm] = []
    for looks in _unusual(ground, now_us):
        red = looks.level == RED
        for area in np.unique(looks.cells.area[red]):
            found += _alarms_of(ground, _of_area(looks, int(area)), now_us)
    return tuple(sorted(found, key=lambda alarm: (alarm.signal.raised_us, alarm.signal.area)))


def _unusual(ground: Ground, now_us: int) -> list[Looks]:
    """Looks at all cells that could be red, in blocks of areas."""
    seen, size = ground.seen, len(ground.areas)
    instants = np.maximum(seen.from_us, seen.begin_us)
    if not len(seen) or int(instants.min()) > now_us:
        return []
    steps = midnights(max(ANCHOR_US, int(instants.min()) // DAY_US * DAY_US), now_us)
    active = np.flatnonzero(np.bincount(seen.area, minlength=size) >= _least(ground.rule))
    block = max(1, _MAX_CELLS // max(len(steps), 1))
    found = []
    for start in range(0, len(active), block):
        chosen = active[start : start + block]
        part = _part(seen, chosen)
        found += [look(replace(ground, seen=part), cells, count) for cells, count in [_candidates(ground, part, _grid(chosen, steps), now_us)] if len(cells)]
    return found


def _candidates(ground: Ground, part: Counted, grid: Cells, now_us: int) -> tuple[Cells, NDArray[np.int64]]:
    """The cells that could be red, and their counts: enough events, at a midnight or as one becomes known; or any midnight, for a fall."""
    count = window_counts(grid, part, ground.window_us)
    if ground.rule.direction == "down":
        return grid, count
    instants = _instants(part, now_us)
    many = window_counts(instants, part, ground.window_us)
    kept, known = count >= ground.rule.minimum, many >= ground.rule.minimum
    cells = Cells(np.concatenate([grid.area[kept], instants.area[known]]), np.concatenate([grid.at_us[kept], instants.at_us[known]]))
    return _in_order(cells, np.concatenate([count[kept], many[known]]))


def _instants(part: Counted, now_us: int) -> Cells:
    """The instants of areas at which an event becomes known, or begins where it was known before."""
    at_us = np.maximum(part.from_us, part.begin_us)
    chosen = (at_us <= now_us) & (at_us >= ANCHOR_US)
    return _in_order(Cells(part.area[chosen], at_us[chosen]))[0]


def _in_order(cells: Cells, count: NDArray[np.int64] | None = None) -> tuple[Cells, NDArray[np.int64]]:
    """The cells by area and time, each once, with their counts."""
    order = np.lexsort((cells.at_us, cells.area))
    area, at_us = cells.area[order], cells.at_us[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (area[1:] != area[:-1]) | (at_us[1:] != at_us[:-1])
    return Cells(area[fresh], at_us[fresh]), np.zeros(0, np.int64) if count is None else count[order][fresh]


def _least(rule: Rule) -> int:
    """Fewer events than this in all cannot make an area red."""
    if rule.direction == "up" or rule.baseline is None:
        return max(1, rule.minimum)
    return max(1, int(rule.baseline.expected_at_least))


def _part(seen: Counted, chosen: NDArray[np.int64]) -> Counted:
    kept = np.isin(seen.area, chosen)
    return Counted(seen.areas, seen.area[kept], seen.event[kept], seen.begin_us[kept], seen.from_us[kept], seen.until_us[kept])


def _grid(areas: NDArray[np.int64], at_us: NDArray[np.int64]) -> Cells:
    return Cells(np.repeat(areas, len(at_us)), np.tile(at_us, len(areas)))


def _of_area(looks: Looks, area: int) -> Looks:
    low, high = np.searchsorted(looks.cells.area, [area, area + 1])
    part = slice(int(low), int(high))
    cells = Cells(looks.cells.area[part], looks.cells.at_us[part])
    return Looks(cells, looks.level[part], looks.count[part], looks.expected[part], looks.chance[part], looks.heard_us[part])


def _alarms_of(ground: Ground, looks: Looks, now_us: int) -> list[Alarm]:
    """The alarms of one area: what was not looked at was usual, or nothing was heard."""
    area, first_us = int(looks.cells.area[0]), int(looks.cells.at_us[np.argmax(looks.level == RED)])
    at_us = np.union1d(midnights(first_us, now_us), looks.cells.at_us[looks.cells.at_us >= first_us])
    last_us = last_heard(ground.heard, np.full(len(at_us), ground.group[area]), at_us)
    level = np.where(is_silent(ground.rule, last_us, at_us), GREY, GREEN).astype(np.int8)
    later = looks.cells.at_us >= first_us
    level[np.searchsorted(at_us, looks.cells.at_us[later])] = looks.level[later]
    spells = red_spells(ground.rule, at_us, level)
    return [Alarm(_signal(ground, looks, area, spell), spell) for spell in spells]


def red_spells(rule: Rule, at_us: NDArray[np.int64], level: NDArray[np.int8]) -> list[tuple[tuple[int, int | None], ...]]:
    """The signals of one area as spells of red [begin, end), from its raw levels (s,) at rising instants (s,).

    Red ends when the count has been usual (green) for `clear_after_days` without a break. A red that comes back within `cool_down_days` of a
    signal is that signal again: it gets another spell.
    """
    found: list[list[tuple[int, int | None]]] = []
    is_red = False
    bounds = [0, *(np.flatnonzero(np.diff(level)) + 1).tolist(), len(level)]
    for first, end in pairwise(bounds):
        code, begin_us = int(level[first]), int(at_us[first])
        if code == RED and not is_red:
            is_red = True
            if not found or begin_us - found[-1][0][0] >= rule.cool_down_days * DAY_US:
                found.append([])
            found[-1].append((begin_us, None))
        elif code == GREEN and is_red:
            place = first + int(np.searchsorted(at_us[first:end], begin_us + rule.clear_after_days * DAY_US))
            if place < end:
                is_red = False
                found[-1][-1] = (found[-1][-1][0], int(at_us[place]))
    return [tuple(spells) for spells in found]


def _signal(ground: Ground, looks: Looks, area: int, spells: tuple[tuple[int, int | None], ...]) -> Signal:
    rule, raised_us = ground.rule, spells[0][0]
    place = int(np.searchsorted(looks.cells.at_us, raised_us))
    expected, chance = optional(looks.expected[place]), optional(looks.chance[place])
    count, code = int(looks.count[place]), ground.areas[area]
    return Signal(
        id=signal_id(rule_name(rule), code, raised_us, exercise=ground.exercise),
        rule=rule_name(rule),
        area=code,
        raised_us=raised_us,
        since_us=raised_us - ground.window_us,
        count=count,
        expected=expected,
        chance=chance,
        events=events_at(ground, area, raised_us),
        ended_us=spells[-1][1],
        exercise=ground.exercise,
        why=said_of_count(rule, count, expected, chance),
        flag=rule.flag,
    )


def events_at(ground: Ground, area: int, at_us: int) -> tuple[str, ...]:
    """The ids of the events that an area counts at an instant, sorted."""
    seen = ground.seen
    low, high = np.searchsorted(seen.area, [area, area + 1])
    part = slice(int(low), int(high))
    begin_us = seen.begin_us[part]
    chosen = (begin_us > at_us - ground.window_us) & (begin_us <= at_us) & (seen.from_us[part] <= at_us) & (seen.until_us[part] > at_us)
    return tuple(sorted({ground.event_ids[number] for number in seen.event[part][chosen]}))


def optional(value: np.float64) -> float | None:
    """A number, or None for NaN."""
    return None if np.isnan(value) else float(value)
