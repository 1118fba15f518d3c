"""The risks that one audience knows of on a day, by area and field: from its live warnings, its rules, and the happenings in its world.

A function of the audience's outlook (with its world), its log, the atlas and the day. Events are those that are known now, up to the day.
Peaceful assembly never counts, nor do rules of opportunity, tests, or warnings that no longer stand. What nobody reports on is not known, and never low.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import pyproj
from numpy.typing import NDArray

from vigie.activities.coverage import Level, Record, Risk, joined_risks
from vigie.model.atlas import Atlas, country_at, unit_at
from vigie.model.entry import Log
from vigie.model.history import Region
from vigie.model.rule import PEACEFUL, RuleBook, Signal, Standing
from vigie.model.terms import Kind, broader_kinds
from vigie.model.times import DAY_US, format_day, from_date
from vigie.model.warning import Content
from vigie.node.histories import VAGUE_KM, region_of
from vigie.node.outlook import Outlook
from vigie.node.packs import packs
from vigie.node.worlds import World
from vigie.warn.chain import Chain, as_of, chains

RECENT_DAYS = 180
"""How far back happenings count: long enough to hold a season of unrest, short enough that old grief does not (our own choice, until forecasts come)."""

HEARD_DAYS = 365
"""Where a field was not reported on from a country for so long, nothing is known: a whole year, since some sources report once a year (our own choice)."""

HARMFUL_FROM = 2.0
"""Happenings of a lesser severity (0 to 10) do not count: single words and tremors that nobody feels (our own choice)."""

LEAST_WEIGHT = 1.0
"""The least weighted count of a raised risk, where each happening weighs a tenth of its severity: two explosions, or three riots (our own choice)."""

TOP_SHARE = 5
"""A risk is high in the first fifth of the units that have any weight in the field (our own choice)."""

_GRAVE = ("Extreme", "Severe")
_COOPERATION = (1, 2)
_GEOD = pyproj.Geod(ellps="WGS84")
_COMPASS = np.arange(0.0, 360.0, 15.0)
_RINGS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class _Day:
    """The instants of a day: where it begins, where it ends, and the one as of which warnings and rules stand."""

    begin_us: int
    end_us: int
    at_us: int


def risks_of(outlook: Outlook, log: Log, atlas: Atlas, day: date) -> tuple[Risk, ...]:
    """One risk for every first-level unit (a country that has none) and field, and for each country or region that a warning or rule speaks of."""
    region, when = region_of(atlas), _day(day, log.now_us)
    parts = (_of_warnings(log, atlas, region, when), _of_rules(outlook, region, when), _of_events(outlook.world, region, when))
    blind = _blind(outlook) if when.begin_us <= outlook.now_us < when.end_us else {}
    return tuple(_dimmed(risk, blind, region) for risk in joined_risks(risk for part in parts for risk in part))


@lru_cache(maxsize=1)
def risky_fields() -> tuple[str, ...]:
    """The fields that have kinds of harmful happenings, sorted."""
    return tuple(sorted(name for name, pack in packs().items() if any(kind.field == name and _is_harmful(kind) for kind in pack.terms.kinds.values())))


def _day(day: date, now_us: int) -> _Day:
    begin_us = from_date(day)
    end_us = begin_us + DAY_US
    return _Day(begin_us, end_us, now_us if begin_us <= now_us < end_us else end_us - 1)


def _of_warnings(log: Log, atlas: Atlas, region: Region, when: _Day) -> Iterator[Risk]:
    for chain in chains(as_of(log, when.at_us)):
        content = chain.head.content
        if chain.status == "live" and not content.test:
            level: Level = "high" if content.severity in _GRAVE else "raised"
            for area in warned_areas(content, atlas, region):
                yield Risk(area, content.field, level, (_why_warned(chain),), tuple(_records_of(chain)))


def _why_warned(chain: Chain) -> str:
    content = chain.head.content
    return f"A live {content.stage} of {chain.owner} ({content.severity}): {content.texts[0].headline}"


def _records_of(chain: Chain) -> Iterator[Record]:
    content = chain.head.content
    yield Record("warning", chain.warning, chain.owner)
    yield from (Record("event", item.event) for item in content.evidence if item.event)
    yield from [Record("problem", content.problem)] if content.problem else []


def warned_areas(content: Content, atlas: Atlas, region: Region) -> tuple[str, ...]:
    """The areas that a warning names, of those in the region; where it only draws a circle, the units in it."""
    known = {*region.areas("unit"), *region.countries}
    named = tuple(dict.fromkeys(area.upper() for area in content.areas if area.upper() in known))
    return named if content.areas or content.circle is None else tuple(code for code in _in_circle(content.circle, atlas) if code in known)


def _in_circle(circle: tuple[float, float, float], atlas: Atlas) -> tuple[str, ...]:
    """The units, or else the countries, of the centre and of points on rings around it."""
    lon, lat, radius_km = circle
    azimuth, ring = (part.ravel() for part in np.meshgrid(_COMPASS, np.array(_RINGS) * radius_km * 1e3))
    x, y, _ = _GEOD.fwd(np.full(azimuth.size, lon), np.full(azimuth.size, lat), azimuth, ring)
    lons, lats = np.append(x, lon), np.append(y, lat)
    units = unit_at(atlas, lons, lats)
    return tuple(sorted({*np.where(units == "", country_at(atlas, lons, lats), units)} - {""}))


def _of_rules(outlook: Outlook, region: Region, when: _Day) -> Iterator[Risk]:
    """What the party's rules say: on the outlook's own day where each stands, on another day the signals that were red on it."""
    known = {"", *region.areas("unit"), *region.countries}
    if when.begin_us <= outlook.now_us < when.end_us:
        found = _of_standings(outlook.book, outlook.standings)
    else:
        found = (_of_signal(outlook.book, item) for item in outlook.signals if _is_red(item, when))
    return (risk for risk in found if risk.area in known and _field(outlook.book, risk.records[0].ref))


def _is_red(item: Signal, when: _Day) -> bool:
    return item.flag == "risk" and item.raised_us < when.end_us and (item.ended_us is None or item.ended_us > when.begin_us)


def _field(book: RuleBook, rule: str) -> str:
    return book.rules[rule].field if rule in book.rules and book.rules[rule].flag == "risk" else ""


def _of_signal(book: RuleBook, item: Signal) -> Risk:
    records = (Record("rule", item.rule), Record("signal", item.id), *_problems(book, item.rule), *(Record("event", name) for name in item.events))
    return Risk(item.area, _field(book, item.rule), "high", (f"The rule {item.rule} was red: {item.why}",), records)


def _of_standings(book: RuleBook, standings: Iterable[Standing]) -> Iterator[Risk]:
    """Red is high, amber is raised."""
    levels: Mapping[str, Level] = {"red": "high", "amber": "raised"}
    for item in standings:
        if item.level in levels:
            records = (Record("rule", item.rule), *_problems(book, item.rule), *(Record("event", name) for name in item.events))
            yield Risk(item.area, _field(book, item.rule), levels[item.level], (f"The rule {item.rule} is {item.level}: {item.why}",), records)


def _blind(outlook: Outlook) -> dict[tuple[str, str], str]:
    """Why nothing can be told of an area and field: where counting rules are grey and none can see. A judged rule that nobody has judged says nothing."""
    book, grey, seen = outlook.book, dict[tuple[str, str], str](), set[tuple[str, str]]()
    for item in outlook.standings:
        if name := _field(book, item.rule):
            if item.level != "grey":
                seen.add((item.area, name))
            elif book.rules[item.rule].how != "judged":
                grey.setdefault((item.area, name), f"The rule {item.rule} cannot tell: {item.why}")
    return {key: why for key, why in grey.items() if key not in seen}


def _dimmed(risk: Risk, blind: Mapping[tuple[str, str], str], region: Region) -> Risk:
    """A risk that would be low, where the rules see nothing, is not known: grey is never green."""
    why = next((blind[area, risk.field] for area in (risk.area, region.country_of(risk.area)) if (area, risk.field) in blind), "")
    return replace(risk, level="unknown", why=(*risk.why, why)) if why and risk.level == "low" else risk


def _problems(book: RuleBook, rule: str) -> Iterator[Record]:
    """The problems that a rule speaks for."""
    return (Record("problem", name) for name, problem in sorted(book.problems.items()) if rule in (*problem.confirming, *problem.critical))


def _is_harmful(kind: Kind) -> bool:
    return kind.severity > 0 and kind.quad not in _COOPERATION and kind.name != PEACEFUL


@lru_cache(maxsize=1)
def _harmful_kinds() -> frozenset[tuple[str, str]]:
    """Field and kind of all harmful happenings; what is peaceful assembly, or a kind of it, is none."""
    return frozenset(
        (name, kind.name)
        for name, pack in packs().items()
        for kind in pack.terms.kinds.values()
        if kind.field == name and _is_harmful(kind) and PEACEFUL not in broader_kinds(pack.terms, kind.name)
    )


def _of_events(world: World, region: Region, when: _Day) -> Iterator[Risk]:
    """A risk for every unit and field, from the happenings of the last `RECENT_DAYS`."""
    events = world.events
    begun = events.begin_us < when.end_us
    heard = _heard(world, np.flatnonzero(begun & (events.begin_us >= when.end_us - HEARD_DAYS * DAY_US)))
    recent = np.flatnonzero(begun & (events.begin_us >= when.end_us - RECENT_DAYS * DAY_US) & (events.severity >= HARMFUL_FROM))
    found = _by_place(world, recent)
    for name in risky_fields():
        weights = {area: sum(float(events.severity[number]) for number in numbers) / 10 for (field, area), numbers in found.items() if field == name}
        for country in region.countries:
            for area in region.units[country] or (country,):
                numbers = found.get((name, area), ())
                yield _risk(world, area, name, numbers, _level(area, weights, is_heard=(name, country) in heard), country)


def _heard(world: World, numbers: NDArray[np.int64]) -> set[tuple[str, str]]:
    """Fields and countries that anything at all was reported on."""
    return {(world.events.field[number], world.country[number]) for number in numbers}


def _by_place(world: World, numbers: NDArray[np.int64]) -> dict[tuple[str, str], list[int]]:
    """The harmful happenings by field and unit (a country without units: by country), the most severe first; a vague place says no unit."""
    harmful, events = _harmful_kinds(), world.events
    found: dict[tuple[str, str], list[int]] = {}
    for number in sorted(numbers, key=lambda one: (-events.severity[one], -events.begin_us[one], events.id[one])):
        if (events.field[number], events.kind[number]) in harmful and not events.radius_km[number] > VAGUE_KM:
            found.setdefault((events.field[number], world.unit[number] or world.country[number]), []).append(int(number))
    return found


def _level(area: str, weights: Mapping[str, float], *, is_heard: bool) -> Level:
    weight = weights.get(area, 0.0)
    if weight < LEAST_WEIGHT - 1e-9:
        return "low" if is_heard else "unknown"
    above = sum(other > weight for other in weights.values())
    return "high" if above * TOP_SHARE < len(weights) else "raised"


def _risk(world: World, area: str, field: str, numbers: Sequence[int], level: Level, country: str) -> Risk:
    if level == "unknown":
        return Risk(area, field, level, (f"Nothing was reported on this field from {country} in the last {HEARD_DAYS} days.",))
    weight = sum(float(world.events.severity[number]) for number in numbers) / 10
    many = f"{len(numbers)} harmful event{'' if len(numbers) == 1 else 's'}"
    last = f", the last on {format_day(max(int(world.events.begin_us[number]) for number in numbers))}" if numbers else ""
    why = f"{many} in {RECENT_DAYS} days{last}; weight {weight:.1f}." if numbers else f"No harmful event is known in {RECENT_DAYS} days."
    return Risk(area, field, level, (why,), tuple(Record("event", world.events.id[number]) for number in numbers))
