"""Coverage against risk: where a risk is known, and which activities that this reader knows of answer it there.

A gap is a high risk to which no running activity is known: it may be that somebody works there whom this reader does not know of.
An area is an activity's own where the activity names it, or where it names the country and none of its units: then it is country-wide.
What is not known is never shown as safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vigie.activities.record import Known, Standing, standing
from vigie.model.history import Region
from vigie.model.languages import to_say
from vigie.model.priorities import PRIORITIES, Priority, areas_of, fields_of

Level = Literal["high", "raised", "low", "unknown"]
LEVELS: tuple[Level, ...] = ("high", "raised", "low", "unknown")

Verdict = Literal["gap", "planned only", "open", "covered", "not known", "no known risk"]
VERDICTS: tuple[Verdict, ...] = ("gap", "planned only", "open", "covered", "not known", "no known risk")
"""The gravest first, as a map of several fields shows them: `open` is a raised risk, `gap` a high one, to which nothing is known; of what is
not known it cannot be said that there is no risk.
"""

VERDICT_WORDS: Mapping[Verdict, str] = {
    "gap": to_say("high risk, no known activity"),
    "planned only": to_say("raised or high risk, activity only planned"),
    "open": to_say("raised risk, no known activity"),
    "covered": to_say("raised or high risk, activity running"),
    "not known": to_say("not known: no data"),
    "no known risk": to_say("no raised risk is known"),
}

Reach = Literal["here", "country-wide", "in part", "answers"]
"""How an activity meets an area: it is there; it is of the whole country; it is in a part of this country; or it names the risk as what it answers."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a risk rests on: an `event` by id, a `warning`, a `signal`, a `rule` or a `problem` by name; `owner` is a warning's issuer."""

    type: Literal["event", "warning", "signal", "rule", "problem"]
    ref: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """How great a risk of one field is known to be in an area (a unit or a country of the atlas, or the region: the empty code), and why: sentences."""

    area: str
    field: str
    level: Level
    why: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Doing:
    """An activity that meets an area, and how."""

    known: Known
    reach: Reach

    @property
    def name(self) -> tuple[str, str]:
        """Its owner and its ref: what it is known by."""
        return name_of(self.known)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """One area in one field: the risk, what runs there in that field, what runs there in others, what is planned, and what that comes to."""

    risk: Risk
    running: tuple[Doing, ...]
    planned: tuple[Doing, ...]
    there: Sequence[Doing]
    """All that runs there, in whatever field."""

    verdict: Verdict

    @property
    def elsewhere(self) -> tuple[Doing, ...]:
        """What runs there in other fields."""
        named = {doing.name for doing in self.running}
        return tuple(doing for doing in self.there if doing.name not in named)

    @property
    def key(self) -> tuple[str, str]:
        """Area and field."""
        return self.risk.area, self.risk.field


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Coverage:
    """Rows by area and field. Every running activity meets a raised risk in a row, or is `without_risk`, or `answers_other`.

    `without_risk` answer no warning, event or problem and meet no raised risk; `answers_other` say that they answer something that is no raised risk now.
    """

    day: date
    rows: tuple[Row, ...]
    without_risk: tuple[Known, ...]
    answers_other: tuple[Known, ...]

    @property
    def gaps(self) -> tuple[Row, ...]:
        """The rows with a high risk and no known running or planned activity in the field."""
        return tuple(row for row in self.rows if row.verdict == "gap")


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose verdict or level is another: area, field, then and now; None where there was or is no such row."""

    area: str
    field: str
    before: tuple[Level, Verdict] | None
    after: tuple[Level, Verdict] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """The activities of one standing: by area, and by area and field, each with its reach; and by what they say that they answer."""

    by_area: Mapping[str, Sequence[Doing]]
    by_field: Mapping[tuple[str, str], Sequence[Doing]]
    answering: Mapping[tuple[str, str], Sequence[Known]]


def name_of(known: Known) -> tuple[str, str]:
    """Owner and ref of an activity."""
    return known.entry.owner, known.entry.ref


def coverage(risks: Iterable[Risk], known: Iterable[Known], region: Region, day: date, priorities: Mapping[str, Priority] = PRIORITIES) -> Coverage:
    """Which risks the activities answer on a day, a row a risk; of two risks of one area and field the greater counts, with the words of both.

    An activity that is planned counts as planned; one that has ended, is suspended or was withdrawn does not count.
    """
    standings = {name_of(item): (item, standing(item, day)) for item in known}
    items = [standings[name] for name in sorted(standings)]
    running, planned = (_ground(_of(items, wanted), region, priorities) for wanted in ("running", "planned"))
    rows = tuple(_row(risk, running, planned) for risk in joined_risks(risks))
    met = {id(doing.known) for row in rows if row.risk.level in ("high", "raised") for doing in row.running}
    unmet = [item for item in _of(items, "running") if id(item) not in met]
    return Coverage(
        day=day,
        rows=rows,
        without_risk=tuple(item for item in unmet if not _answers(item)),
        answers_other=tuple(item for item in unmet if _answers(item)),
    )


def joined_risks(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """One risk for each area and field, by area and field: the greatest level, with the words and records of all."""
    found: dict[tuple[str, str], list[Risk]] = {}
    for risk in risks:
        found.setdefault((risk.area, risk.field), []).append(risk)
    return tuple(_joined(found[key]) for key in sorted(found))


def _joined(risks: Sequence[Risk]) -> Risk:
    if len(risks) == 1:
        return risks[0]
    ordered = sorted(risks, key=lambda risk: (LEVELS.index(risk.level), risk.why, [(item.type, item.owner, item.ref) for item in risk.records]))
    why = tuple(dict.fromkeys(word for risk in ordered for word in risk.why))
    records = tuple(dict.fromkeys(item for risk in ordered for item in risk.records))
    return Risk(ordered[0].area, ordered[0].field, ordered[0].level, why, records)


def verdicts_by_area(found: Coverage, region: Region, field_name: str = "") -> dict[str, Verdict]:
    """What a map shows of each first-level unit, or of a country that has none: the gravest verdict of its rows and its country's, of one field or of all."""
    worst: dict[str, Verdict] = {}
    for row in found.rows:
        if not field_name or row.risk.field == field_name:
            for area in _drawn(row.risk.area, region):
                worst[area] = min(worst.get(area, VERDICTS[-1]), row.verdict, key=VERDICTS.index)
    return worst


def coverage_changes(before: Coverage, after: Coverage) -> tuple[Change, ...]:
    """The rows whose level or verdict differs between two days, by area and field."""
    then, now = ({row.key: (row.risk.level, row.verdict) for row in found.rows} for found in (before, after))
    return tuple(Change(*key, then.get(key), now.get(key)) for key in sorted({*then, *now}) if then.get(key) != now.get(key))


def _of(items: Iterable[tuple[Known, Standing | None]], wanted: str) -> list[Known]:
    return [item for item, stands in items if stands == wanted]


def _answers(item: Known) -> bool:
    return bool(item.activity.answers or item.activity.events or item.activity.risks)


def _drawn(area: str, region: Region) -> tuple[str, ...]:
    """The areas of a map that an area stands for: itself, or all units of a country; the region as a whole is not drawn."""
    return region.units.get(area) or ((area,) if area else ())


def reaches(areas: Iterable[str], region: Region) -> dict[str, Reach]:
    """Every area of the region that an activity of these areas meets, and how: a unit, its country in part, a country with all units, and the region.

    >>> reaches(["ME"], Region({"ME": ("ME-01",)}, {}))
    {'ME': 'here', 'ME-01': 'country-wide', '': 'in part'}
    """
    return _reaches(tuple(areas), region, _countries(region))


def _countries(region: Region) -> dict[str, str]:
    """The country of each unit."""
    return {unit: country for country, units in region.units.items() for unit in units}


def _reaches(areas: tuple[str, ...], region: Region, country_of: Mapping[str, str]) -> dict[str, Reach]:
    named = tuple(dict.fromkeys(area.upper() for area in areas))
    found: dict[str, Reach] = {area: "here" for area in named if area in country_of}
    in_part = {country_of[area] for area in found}
    for country in named:
        if country in region.units and country not in in_part:
            found[country] = "here"
            found.update(dict.fromkeys(region.units[country], "country-wide"))
    found |= dict.fromkeys(sorted(in_part), "in part")
    return found | {"": "in part"} if found else {}


def _ground(items: Sequence[Known], region: Region, priorities: Mapping[str, Priority]) -> _Ground:
    by_area: dict[str, list[Doing]] = {}
    by_field: dict[tuple[str, str], list[Doing]] = {}
    answering: dict[tuple[str, str], list[Known]] = {}
    country_of, seen = _countries(region), dict[tuple[str, ...], dict[str, Reach]]()
    for item in items:
        fields, areas = fields_of(item.activity, priorities), areas_of(item.activity)
        if areas not in seen:
            seen[areas] = _reaches(areas, region, country_of)
        doing: dict[Reach, Doing] = {reach: Doing(item, reach) for reach in dict.fromkeys(seen[areas].values())}
        for area, reach in seen[areas].items():
            by_area.setdefault(area, []).append(doing[reach])
            for name in fields:
                by_field.setdefault((area, name), []).append(doing[reach])
        for record in _named(item):
            answering.setdefault(record, []).append(item)
    return _Ground(by_area, by_field, answering)


def _named(item: Known) -> Iterable[tuple[str, str]]:
    """What an activity says that it answers, as type and ref of a record."""
    activity = item.activity
    yield from (("warning", name) for name in dict.fromkeys(activity.answers))
    yield from (("event", name) for name in dict.fromkeys(evidence.event for evidence in activity.events if evidence.event))
    yield from (("problem", name) for name in dict.fromkeys(activity.risks))


def _row(risk: Risk, running: _Ground, planned: _Ground) -> Row:
    now, later = _meeting(risk, running), _meeting(risk, planned)
    verdict = _verdict(risk.level, bool(now), bool(later))
    return Row(risk=risk, running=now, planned=later, there=running.by_area.get(risk.area, ()), verdict=verdict)


def _meeting(risk: Risk, ground: _Ground) -> tuple[Doing, ...]:
    """The activities in the area and field, and those that name what the risk rests on, by name."""
    there = ground.by_field.get((risk.area, risk.field), ())
    named = [item for record in risk.records for item in ground.answering.get((record.type, record.ref), ())]
    if not named:
        return tuple(there)
    found = {name_of(item): Doing(item, "answers") for item in named} | {doing.name: doing for doing in there}
    return tuple(found[name] for name in sorted(found))


def _verdict(level: Level, is_running: bool, is_planned: bool) -> Verdict:  # noqa: FBT001 - two facts
    if level in ("low", "unknown"):
        return "no known risk" if level == "low" else "not known"
    if is_running:
        return "covered"
    if is_planned:
        return "planned only"
    return "gap" if level == "high" else "open"
