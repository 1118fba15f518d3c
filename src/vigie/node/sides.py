"""Who said what, side by side, as values: every member of every report in one table, and how far each cell is from the one that counts.

`web/said.py` makes the same table as text. Here a difference is a number with its unit, so that whoever shows it can say it in the reader's language.
Pure: reports as JSON in, rows as JSON out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyproj

from vigie.model.canonical import Json
from vigie.model.times import DAY_US, parse_time

Said = Mapping[str, Any]
"""One report as an answer has it."""

FACTS = "facts"
MEASURED = "measured"
OWN_WORDS = "details"
"""The groups of rows: what was harmonised, what was measured, and what the agency said in its own words."""

_GEOD = pyproj.Geod(ellps="WGS84")
_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_NEARLY_KM, _NEARLY_S = 0.05, 0.5
_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Member:
    """A row of the table: its name, how its value is shown, where a report has it, whose topic decides what counts, and whether reports can differ in it."""

    name: str
    shape: str
    value: Callable[[Said], Any]
    topic: str = ""
    own: bool = False


def _get(name: str) -> Callable[[Said], Any]:
    return lambda said: said.get(name)


def _is_days(said: Said) -> bool:
    begin_us, end_us = parse_time(said["begin"]), parse_time(said["end"])
    return begin_us % DAY_US == 0 and end_us % DAY_US == 0 and end_us > begin_us


def _begin(said: Said) -> Json:
    return {"at": said["begin"], "day": _is_days(said)}


def _end(said: Said) -> Json:
    return None if said["end"] == said["begin"] else {"at": said["end"], "day": _is_days(said)}


def _place(said: Said) -> Json:
    return None if said.get("lon") is None else {name: said[name] for name in ("lon", "lat", "radius_km") if said.get(name) is not None}


def _size(said: Said) -> Json:
    return None if said.get("magnitude") is None else {"value": said["magnitude"], "scale": said.get("scale", "")}


def _words(said: Said) -> Json:
    return None if not said.get("summary") else {"text": said["summary"], "language": said.get("language", "")}


MEMBERS = (
    Member("kind", "kind", _get("kind"), "kind"),
    Member("begin", "time", _begin, "time"),
    Member("end", "time", _end, "time"),
    Member("time_meaning", "word", _get("time_meaning"), "time"),
    Member("sigma_s", "seconds", _get("sigma_s"), "time", own=True),
    Member("where", "place", _place, "place"),
    Member("place", "text", _get("place"), "place"),
    Member("country", "country", _get("country"), "place"),
    Member("depth_km", "km", _get("depth_km"), "depth"),
    Member("magnitude", "size", _size, "magnitude"),
    Member("actors", "list", _get("actors")),
    Member("summary", "words", _words, own=True),
    Member("grade", "grade", _get("grade")),
    Member("issued", "moment", _get("issued"), own=True),
    Member("revision", "number", _get("revision"), own=True),
    Member("agency_ref", "text", _get("agency_ref"), own=True),
)
"""The rows of every table, in order; those that no report fills are left out."""


def table(members: Sequence[Said], chosen: Mapping[str, str]) -> list[Json]:
    """The rows of one event: each with a cell for every report, in their order. `chosen` names, by topic, the report (id) that gave the event its value."""
    rows = [_row(member, members, chosen) for member in MEMBERS]
    measured = [_row(member, members, chosen, MEASURED) for member in _measures(members)]
    details = [_row(member, members, chosen, OWN_WORDS) for member in _details(members)]
    return [row for row in (*rows, *measured, *details) if row is not None]


def _measures(members: Sequence[Said]) -> list[Member]:
    names = dict.fromkeys(item["name"] for said in members for item in said.get("measures", ()))
    return [Member(name, "measure", _measure(name)) for name in names]


def _measure(name: str) -> Callable[[Said], Any]:
    def value(said: Said) -> Json:
        found = [{key: item[key] for key in ("value", "sigma", "agency") if key in item} for item in said.get("measures", ()) if item["name"] == name]
        return list[Json](found) or None

    return value


def _details(members: Sequence[Said]) -> list[Member]:
    names = sorted({str(name) for said in members for name in said.get("details", {})})
    return [Member(name, "any", _detail(name)) for name in names]


def _detail(name: str) -> Callable[[Said], Any]:
    return lambda said: said.get("details", {}).get(name)


def _row(member: Member, members: Sequence[Said], chosen: Mapping[str, str], group: str = FACTS) -> Json:
    """The row of a member; None where no report says anything."""
    values = [member.value(said) for said in members]
    giver = chosen.get(member.topic, "")
    place = next((at for at, said in enumerate(members) if said["id"] == giver and values[at] is not None), -1)
    basis = place if place >= 0 else next((at for at, value in enumerate(values) if value is not None), -1)
    if basis < 0:
        return None
    cells: list[Json] = [
        {"value": value, "chosen": at == place, "off": None if at == basis or member.own else difference(member.shape, value, values[basis])}
        for at, value in enumerate(values)
    ]
    differs = any(isinstance(cell, dict) and cell["off"] is not None for cell in cells)
    return {"name": member.name, "group": group, "shape": member.shape, "differs": differs, "basis": basis, "cells": cells}


def difference(shape: str, value: Any, basis: Any) -> Json:
    """How far a value is from another of the same shape: {"in": unit, "by": number} or {"in": "other"}; None where it is no further, or says nothing."""
    if value is None or basis is None or value == basis:
        return None
    return _MEASURES_OF.get(shape, _otherwise)(value, basis)


def _otherwise(_value: Any, _basis: Any) -> Json:
    return {"in": "other"}


def _of_times(value: Any, basis: Any) -> Json:
    seconds = (parse_time(value["at"]) - parse_time(basis["at"])) / 1e6
    return None if abs(seconds) < _NEARLY_S else {"in": "s", "by": round(seconds, _DECIMALS)}


def _of_places(value: Any, basis: Any) -> Json:
    """The distance on the WGS84 ellipsoid in km, and the wind that the value lies in, seen from the other."""
    azimuth, _, metres = _GEOD.inv(basis["lon"], basis["lat"], value["lon"], value["lat"])
    if metres / 1e3 < _NEARLY_KM:
        return None
    return {"in": "km", "by": round(metres / 1e3, 1), "toward": _WINDS[round(azimuth / 45) % len(_WINDS)]}


def _of_numbers(value: Any, basis: Any) -> Json:
    return {"in": "number", "by": round(value - basis, _DECIMALS)} if _are_numbers(value, basis) else {"in": "other"}


def _of_sizes(value: Any, basis: Any) -> Json:
    return _of_numbers(value["value"], basis["value"]) if value["scale"] == basis["scale"] else {"in": "scale"}


def _of_measures(value: Any, basis: Any) -> Json:
    """By the first of each: an agency may give a measure twice, for others."""
    first, other = value[0]["value"], basis[0]["value"]
    return None if first == other else _of_numbers(first, other)


def _of_lists(value: Any, basis: Any) -> Json:
    return None if sorted(value) == sorted(basis) else {"in": "other"}


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


_MEASURES_OF: Mapping[str, Callable[[Any, Any], Json]] = {
    "time": _of_times,
    "place": _of_places,
    "km": _of_numbers,
    "number": _of_numbers,
    "any": _of_numbers,
    "size": _of_sizes,
    "measure": _of_measures,
    "list": _of_lists,
}
"""How values of a shape are compared; others are the same or are not."""
