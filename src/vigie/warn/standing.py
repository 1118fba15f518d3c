"""Where a rule stands now in each of its areas: counted, or judged by an analyst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.model.history import History, Region
from vigie.model.rule import LEVELS, Level, Rule, Signal, Standing, rule_name
from vigie.model.times import NEVER_US
from vigie.model.warning import Judgement
from vigie.warn.baseline import Cells
from vigie.warn.counting import areas_of
from vigie.warn.hearing import is_silent, watched_years
from vigie.warn.sayings import said_of_count, said_of_history, said_of_silence
from vigie.warn.scan import AMBER, GREY, RED, Alarm, Ground, Looks, alarms, events_at, ground_of, look, optional


def standings(rule: Rule, history: History, region: Region, now_us: int, judgements: Sequence[Judgement] = ()) -> tuple[Standing, ...]:
    """The rule's level in each of its areas at `now_us`, by area; a judged rule takes its levels from `judgements`, oldest first."""
    return watch(rule, history, region, now_us, judgements)[1]


def watch(rule: Rule, history: History, region: Region, now_us: int, judgements: Sequence[Judgement] = ()) -> tuple[tuple[Signal, ...], tuple[Standing, ...]]:
    """`signals` and `standings` at once, for half the work."""
    if rule.how == "judged":
        return (), tuple(_judged(rule, area, judgements, now_us) for area in areas_of(rule, region))
    ground = ground_of(rule, history, region)
    found = alarms(ground, now_us)
    return tuple(alarm.signal for alarm in found), _counted(ground, found, now_us)


def _judged(rule: Rule, area: str, judgements: Sequence[Judgement], now_us: int) -> Standing:
    """The last word on the area, as long as it holds: it replaces an earlier word even where that would have held longer."""
    words = [word for word in judgements if word.rule == rule_name(rule) and word.area == area]
    level: Level = words[-1].level if words and words[-1].until_us > now_us else "grey"
    why = words[-1].reason if level != "grey" else ("The last judgement has run out." if words else "Nobody has judged this yet.")
    until_us = words[-1].until_us if words else now_us
    return Standing(
        rule=rule_name(rule), area=area, level=level, count=0, expected=None, chance=None, since_us=now_us, until_us=until_us, heard_us=None, why=why
    )


def _counted(ground: Ground, found: tuple[Alarm, ...], now_us: int) -> tuple[Standing, ...]:
    size = len(ground.areas)
    cells = Cells(np.arange(size), np.full(size, now_us))
    looks = look(ground, cells)
    level = np.minimum(looks.level, AMBER)
    open_areas = [ground.areas.index(alarm.signal.area) for alarm in found if alarm.signal.ended_us is None]
    level[open_areas] = np.where(level[open_areas] == GREY, GREY, RED)
    years = watched_years(ground.rule, ground.heard, ground.group, cells.at_us).sum(axis=0)
    return tuple(_standing(ground, looks, number, LEVELS[int(level[number])], int(years[number])) for number in range(size))


def _standing(ground: Ground, looks: Looks, number: int, level: Level, years: int) -> Standing:
    now_us, heard_us = int(looks.cells.at_us[number]), int(looks.heard_us[number])
    count, expected, chance = int(looks.count[number]), optional(looks.expected[number]), optional(looks.chance[number])
    return Standing(
        rule=rule_name(ground.rule),
        area=ground.areas[number],
        level=level,
        count=count,
        expected=expected,
        chance=chance,
        since_us=now_us - ground.window_us,
        until_us=now_us,
        heard_us=None if heard_us == NEVER_US else heard_us,
        why=_why(ground, looks, number, level, years),
        events=events_at(ground, number, now_us) if count else (),
    )


def _why(ground: Ground, looks: Looks, number: int, level: Level, years: int) -> str:
    rule, at_us, heard_us = ground.rule, looks.cells.at_us[number : number + 1], looks.heard_us[number : number + 1]
    if level != "grey":
        said = said_of_count(rule, int(looks.count[number]), optional(looks.expected[number]), optional(looks.chance[number]))
        held = level == "red" and int(looks.level[number]) != RED
        return f"{said[:-1]}; red until this has been usual for {rule.clear_after_days} days." if held else said
    if _is_silent(rule, heard_us, at_us):
        return said_of_silence(rule, int(heard_us[0]), int(at_us[0]), ground.heard.groups[int(ground.group[number])])
    return said_of_history(years, rule.baseline.at_least_years if rule.baseline else 0)


def _is_silent(rule: Rule, heard_us: NDArray[np.int64], at_us: NDArray[np.int64]) -> bool:
    return bool(is_silent(rule, heard_us, at_us)[0])
