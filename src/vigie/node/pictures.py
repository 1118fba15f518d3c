"""The picture of a world as JSON, and the choice of its events."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, area_by_code, footnotes
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.event import Events
from vigie.model.times import format_time
from vigie.node.facts import area_name
from vigie.node.packs import packs
from vigie.node.worlds import World
from vigie.picture import PERIODS, VAGUE_KM, Silence, cell_counts, count_by, seen_by, silences, timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events: all conditions must hold. A box is (west, south, east, north) and may cross the antimeridian."""

    field: str = ""
    kind: str = ""
    country: str = ""
    agency: str = ""
    since_us: int | None = None
    until_us: int | None = None
    box: tuple[float, float, float, float] | None = None
    min_severity: float | None = None
    min_agencies: int = 1


def check_choice(choice: Choice, atlas: Atlas) -> Choice:
    """The choice, if its field and country are ones that there are. Raises `BadSetting`: a mistyped name must not look like peace."""
    if choice.field and choice.field not in packs():
        raise BadSetting("There is no such field", got=choice.field, expected=", ".join(packs()))
    if choice.country and area_by_code(atlas, choice.country) is None:
        raise BadSetting("There is no such country", got=choice.country, expected="two letters, such as ME, or XK for Kosovo")
    return choice


def chosen_events(world: World, choice: Choice) -> NDArray[np.int64]:
    """The numbers of the events that meet the choice, in the world's order."""
    events = world.events
    keep = np.ones(len(events), bool)
    if choice.field:
        keep &= np.array([field == choice.field for field in events.field], bool)
    if choice.kind:
        keep &= np.array([kind == choice.kind or kind.startswith(f"{choice.kind}.") for kind in events.kind], bool)
    if choice.country:
        keep &= world.country == choice.country.upper()
    if choice.agency:
        keep &= np.isin(np.arange(len(events)), world.event_of[world.catalogue.agency.is_in([choice.agency])])
    if choice.min_severity is not None:
        keep &= events.severity >= choice.min_severity
    keep &= (events.agencies >= choice.min_agencies) & _in_time(events, choice) & _in_box(events, choice.box)
    return np.flatnonzero(keep)


def _in_time(events: Events, choice: Choice) -> NDArray[np.bool_]:
    keep = np.ones(len(events), bool)
    if choice.since_us is not None:
        keep &= np.maximum(events.end_us, events.begin_us + 1) > choice.since_us
    if choice.until_us is not None:
        keep &= events.begin_us < choice.until_us
    return keep


def _in_box(events: Events, box: tuple[float, float, float, float] | None) -> NDArray[np.bool_]:
    if box is None:
        return np.ones(len(events), bool)
    west, south, east, north = box
    is_between = (events.lon >= west) & (events.lon <= east) if west <= east else (events.lon >= west) | (events.lon <= east)
    return is_between & (events.lat >= south) & (events.lat <= north)


def picture_facts(
    world: World, rows: NDArray[np.int64], atlas: Atlas, now_us: int, *, period: str = "month", resolution: int = 4, language: str = "en"
) -> dict[str, Json]:
    """The picture of the chosen events: counts, timeline, cells and silent agencies. Raises `BadSetting` for an unknown period or resolution."""
    if period not in PERIODS:
        raise BadSetting("There is no such period", got=period, expected=", ".join(PERIODS))
    if resolution not in VAGUE_KM:
        raise BadSetting("There is no such resolution of cells", got=str(resolution), expected=", ".join(map(str, VAGUE_KM)))
    events = picked(world.events, rows)
    cells, unmappable = cell_counts(events, resolution)
    members = np.concatenate([world.events.members[row] for row in rows]) if len(rows) else np.zeros(0, np.int64)
    return {
        "audience": world.party,
        "exercise": world.exercise,
        "events": len(events),
        "reports": len(members),
        "seen_by": dict[str, Json](seen_by(events)),
        "by_field": dict[str, Json](count_by(events.field)),
        "by_kind": dict[str, Json](count_by(events.kind)),
        "by_country": dict[str, Json](count_by(_named(world.country[rows], atlas, language))),
        "by_unit": dict[str, Json](count_by(_named(world.unit[rows], atlas, language))),
        "by_agency": dict[str, Json](count_by(world.catalogue.agency.take(members).texts())),
        "timeline": {"period": period, "counts": dict[str, Json](timeline(events.begin_us, period))},
        "cells": {"resolution": resolution, "counts": dict[str, Json](cells), "not_mappable": unmappable},
        "silent_agencies": silent_agencies(world, now_us),
        "notes": notes_on(world.country[rows], atlas),
    }


def notes_on(countries: NDArray[np.object_], atlas: Atlas) -> list[Json]:
    """The notes that must be shown with the names of these countries."""
    return list[Json](footnotes([area for code in sorted(set(countries)) if (area := area_by_code(atlas, code))]))


def _named(codes: NDArray[np.object_], atlas: Atlas, language: str) -> list[str]:
    names = {code: area_name(atlas, code, language) or "no country" for code in set(codes)}
    return [names[code] for code in codes]


def silent_agencies(world: World, now_us: int) -> list[Json]:
    """The agencies that have fallen silent, each with its last word."""
    return [_silence_facts(item) for item in silences(world.catalogue, now_us) if item.is_silent]


def _silence_facts(item: Silence) -> dict[str, Json]:
    last = format_time(item.last_us)
    return {"agency": item.agency, "field": item.field, "last": last, "silent_days": item.silent_days, "usual_days": item.usual_days}


def picked(events: Events, rows: NDArray[np.int64]) -> Events:
    """The events with these numbers."""
    columns: dict[str, Any] = {item.name: _pick(getattr(events, item.name), rows) for item in fields(Events)}
    return Events(**columns)


def _pick(column: Any, rows: NDArray[np.int64]) -> Any:
    if isinstance(column, tuple):
        return tuple(column[row] for row in rows)
    if isinstance(column, dict):
        return {name: values[rows] for name, values in column.items()}
    return column[rows]
