"""Who said what, as the rows of a table: every member of every report of one event, side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vigie.model.languages import number_text, said, to_say

NAMES = {
    "when": to_say("time"),
    "title": to_say("kind"),
    "lon": to_say("longitude, °"),
    "lat": to_say("latitude, °"),
    "radius_km": to_say("uncertainty of place, km (68 %)"),
    "ellipse": to_say("ellipse: semi-axes km, azimuth °"),
    "depth_km": to_say("depth, km"),
    "sigma_s": to_say("uncertainty of time (68 %)"),
    "time_meaning": to_say("meaning of the interval"),
    "agency_ref": to_say("agency's own reference"),
    "grade": to_say("grade (reliability, credibility)"),
}
"""What the rows are called; others bear the name that the API gives them."""

_NEARLY = 0.9995
_OWN = ("issued", "agency_ref", "revision")
"""What every report has its own of: that two differ in it is no disagreement."""
_SHOWN_ELSEWHERE = {"id", "event", "label", "field", "kind", "exercise", "begin", "end", "agency", "measures", "details", "probability"}
_FIRST = (
    *("when", "title", "lon", "lat", "radius_km", "ellipse", "depth_km", "magnitude", "scale", "place", "country"),
    *("actors", "summary", "language", "grade", "issued", "sigma_s", "time_meaning", "agency_ref", "revision"),
)
_GIVEN = {
    "when": "time",
    "title": "kind",
    "depth_km": "depth",
    **dict.fromkeys(("lon", "lat", "radius_km"), "place"),
    **dict.fromkeys(("magnitude", "scale"), "magnitude"),
}
_PREFERRED = {"time": "when", "place": "where", "depth": "depth_km", "magnitude": "size", "kind": "title", "severity": "severity"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one report says; `is_chosen` where the event takes its value from here."""

    text: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One member, as every report says it; `differs` where two of those that say something do not say the same."""

    name: str
    cells: tuple[Cell, ...]
    differs: bool


def said_rows(answer: Mapping[str, Any], language: str = "en") -> list[Row]:
    """Every member that any report of the event has, the most wanted first; the names of the rows are in this language."""
    members = answer["members"]
    names = {name for report in members for name in report if name not in _SHOWN_ELSEWHERE}
    ordered = [name for name in _FIRST if name in names] + sorted(names.difference(_FIRST))
    rows = [_row(name, [_text(name, report, language) for report in members], members, answer["chosen"]) for name in ordered]
    measures = [_measured(report.get("measures", ()), language) for report in members]
    details = [{str(name): shown(value, language) for name, value in report.get("details", {}).items()} for report in members]
    inner = [*_inner_rows(said(language, "measured"), measures), *_inner_rows(said(language, "said"), details)]
    return [*(replace(row, name=said(language, row.name)) for row in rows), *inner]


def _row(name: str, texts: Sequence[str], members: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]) -> Row:
    giver = chosen.get(_GIVEN.get(name, ""))
    cells = tuple(Cell(text, bool(text) and report["id"] == giver) for text, report in zip(texts, members, strict=True))
    return Row(NAMES.get(name, name), cells, name not in _OWN and _differ(texts))


def _text(name: str, report: Mapping[str, Any], language: str) -> str:
    if name in report and name == "issued":
        return instant(report[name])
    if name in report and name == "sigma_s":
        return duration(report[name], language)
    if name == "title":
        return said(language, str(report.get(name, "")))
    return shown(report.get(name), language)


def duration(seconds: float, language: str = "en") -> str:
    """A length of time as people write it.

    >>> duration(12_960), duration(0.5), duration(172_800)
    ('3.6 h', '0.5 s', '2 days')
    """
    unit, text = next(((unit, text) for unit, text in _UNITS if abs(seconds) >= 2 * unit), (1.0, SECONDS))
    return said(language, text, number=f"{seconds / unit:.3g}")


def instant(text: str) -> str:
    """An instant of the API as people write it.

    >>> instant("2014-10-01T10:30:00.5Z")
    '2014-10-01 10:30:00 UTC'
    """
    return text.removesuffix("Z").partition(".")[0].replace("T", " ") + " UTC"


SECONDS = to_say("{number} s")
_UNITS = ((86_400.0, to_say("{number} days")), (3_600.0, to_say("{number} h")), (60.0, to_say("{number} min")))


def chance(probability: float | None, language: str = "en") -> str:
    """A probability as people read it: never a certainty that is not one.

    >>> chance(0.99999), chance(1.0), chance(0.5), chance(0.5, "sr-Latn")
    ('more than 99.9 %', '100 %', '50.0 %', '50,0 %')
    """
    if probability is None:
        return said(language, "not known")
    if probability < 1 and probability > _NEARLY:
        return said(language, "more than {share} %", share=number_text(language, 99.9, 1))
    return "100 %" if probability == 1 else f"{number_text(language, 100 * probability, 1)} %"


def _inner_rows(group: str, tables: Sequence[Mapping[str, str]]) -> list[Row]:
    names = sorted({name for table in tables for name in table})
    columns = {name: [table.get(name, "") for table in tables] for name in names}
    return [Row(f"{group}: {name}", tuple(map(Cell, texts)), _differ(texts)) for name, texts in columns.items()]


def _differ(texts: Sequence[str]) -> bool:
    return len({text for text in texts if text}) > 1


def _measured(measures: Sequence[Mapping[str, Any]], language: str) -> dict[str, str]:
    """Each measure's values by its name; an agency may give one twice, for others."""
    table: dict[str, str] = {}
    for measure in measures:
        spread = f" ± {shown(measure['sigma'], language)}" if "sigma" in measure else ""
        source = f" ({measure['agency']})" if "agency" in measure else ""
        before = f"{table[measure['name']]}; " if measure["name"] in table else ""
        table[measure["name"]] = before + shown(measure["value"], language) + spread + source
    return table


def shown(value: Any, language: str = "en") -> str:
    """A value of a report in plain text; nothing where it says nothing.

    >>> shown([1.5, True, {"a": "b"}])
    '1.5, yes, a: b'
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return said(language, "yes") if value else said(language, "no")
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown(item, language)}" for name, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(shown(item, language) for item in value)
    return f"{value:.8g}" if isinstance(value, float) else str(value)


def preferred_rows(answer: Mapping[str, Any], language: str = "en") -> list[tuple[str, str, str]]:
    """The event's values: what, the value, and the agency that gave it."""
    size = f"{answer['scale']} {answer['magnitude']:g}" if answer["magnitude"] is not None and answer["scale"] else ""
    values = {**answer, "where": where_text(answer, language), "size": size}
    return [(part, shown(values[name], language), answer["preferred"].get(part, "")) for part, name in _PREFERRED.items() if shown(values[name])]


def history_of(answer: Mapping[str, Any], language: str = "en") -> list[tuple[str, Mapping[str, Any]]]:
    """The reports in the order in which the agencies issued them, each with that instant; those that name none come by their end, marked as such."""
    told = [(_issued(report, language), report) for report in answer["members"]]
    return sorted(told, key=lambda item: (str(item[1].get("issued") or item[1]["end"]), item[1]["id"]))


def _issued(report: Mapping[str, Any], language: str) -> str:
    return instant(report["issued"]) if "issued" in report else said(language, "not said; it ended {moment}", moment=instant(report["end"]))


def where_text(answer: Mapping[str, Any], language: str = "en") -> str:
    """Where the event was: names, coordinates and how well they are known."""
    named = ", ".join(str(answer[name]) for name in ("unit_name", "country_name") if answer[name])
    if answer["lon"] is None:
        return said(language, "{place} (no agency gave coordinates)", place=named) if named else said(language, "no agency gave a place")
    ring = f" ± {answer['radius_km']:g} km" if answer["radius_km"] else ""
    return f"{named}: " * bool(named) + degrees_text(answer["lon"], answer["lat"]) + ring


def degrees_text(lon: float | None, lat: float | None) -> str:
    """A place in degrees as people write it; nothing where there is none (None, or not a number).

    >>> degrees_text(19.26, 42.44), degrees_text(None, None)
    ('42.440° N, 19.260° E', '')
    """
    return "" if lon is None or lat is None or not math.isfinite(lon + lat) else f"{_degrees(lat, 'NS')}, {_degrees(lon, 'EW')}"


def _degrees(value: float, sides: str) -> str:
    return f"{abs(value):.3f}° {sides[value < 0]}"
