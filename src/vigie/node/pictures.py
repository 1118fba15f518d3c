"""The picture of a world as JSON, and the choice of its events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, area_by_code, footnotes
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.times import format_time
from vigie.node.facts import area_name
from vigie.node.indexes import index_of
from vigie.node.packs import packs
from vigie.node.worlds import World
from vigie.picture import PERIODS, VAGUE_KM, Silence, seen_by, timeline
from vigie.picture.cells import cells_with, fills
from vigie.picture.choosing import Choice, chosen, several
from vigie.picture.hexagons import names_of
from vigie.picture.index import Index
from vigie.picture.silences import silences_in
from vigie.picture.sums import counted

__all__ = ["Choice", "check_choice", "chosen_events", "notes_on", "picture_facts", "silent_agencies"]


def check_choice(choice: Choice, atlas: Atlas) -> Choice:
    """The choice, if its fields, countries and units are ones that there are. Raises `BadSetting`: a mistyped name must not look like peace."""
    for name in several(choice.field):
        if name not in packs():
            raise BadSetting("There is no such field", got=name, expected=", ".join(packs()))
    for code in several(choice.country):
        if area_by_code(atlas, code) is None:
            raise BadSetting("There is no such country", got=code, expected="two letters, such as ME, or XK for Kosovo")
    for code in several(choice.unit):
        if (area := area_by_code(atlas, code)) is None or area.level == 0:
            raise BadSetting("There is no such unit", got=code, expected="the code of a first-level unit, such as ME-16")
    return choice


def chosen_events(world: World, choice: Choice, among: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """The numbers of the events that meet the choice, in the world's order; `among` (m,) is a further condition."""
    return chosen(index_of(world), choice, among)


def picture_facts(
    world: World, rows: NDArray[np.int64], atlas: Atlas, now_us: int, *, period: str = "month", resolution: int = 4, language: str = "en"
) -> dict[str, Json]:
    """The picture of the chosen events: counts, timeline, cells and silent agencies. Raises `BadSetting` for an unknown period or resolution."""
    if period not in PERIODS:
        raise BadSetting("There is no such period", got=period, expected=", ".join(PERIODS))
    if resolution not in VAGUE_KM:
        raise BadSetting("There is no such resolution of cells", got=str(resolution), expected=", ".join(map(str, VAGUE_KM)))
    index = index_of(world)
    cells = cells_with(index, filling := fills(index, rows, resolution), resolution)
    reports = _reports_by_agency(index, rows)
    return {
        "audience": world.party,
        "exercise": world.exercise,
        "events": len(rows),
        "reports": int(reports.sum()),
        "seen_by": dict[str, Json](seen_by(world.events.agencies[rows])),
        "by_field": _json_counts(index.field.counts(rows), index.field.names),
        "by_kind": _json_counts(index.kind.counts(rows), index.kind.names),
        "by_country": _json_counts(index.country.counts(rows), _named(index.country.names, atlas, language)),
        "by_unit": _json_counts(index.unit.counts(rows), _named(index.unit.names, atlas, language)),
        "by_agency": _json_counts(reports, index.agencies),
        "timeline": {"period": period, "counts": dict[str, Json](timeline(world.events.begin_us[rows], period))},
        "cells": {
            "resolution": resolution,
            "counts": dict[str, Json](zip(names_of(cells.cell.tolist()), cells.count.tolist(), strict=True)),
            "not_mappable": len(rows) - len(filling),
        },
        "silent_agencies": silent_agencies(world, now_us),
        "notes": notes_on(world.country[rows], atlas),
    }


def _reports_by_agency(index: Index, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many reports of these events each agency made."""
    is_chosen = np.zeros(len(index), bool)
    is_chosen[rows] = True
    return np.bincount(index.catalogue.agency.codes[is_chosen[index.event_of]], minlength=len(index.agencies))


def _json_counts(counts: NDArray[np.int64], names: Sequence[str]) -> dict[str, Json]:
    return dict[str, Json](counted(counts, names))


def notes_on(countries: NDArray[np.object_], atlas: Atlas) -> list[Json]:
    """The notes that must be shown with the names of these countries."""
    return list[Json](footnotes([area for code in sorted(set(countries)) if (area := area_by_code(atlas, code))]))


def _named(codes: Sequence[str], atlas: Atlas, language: str) -> list[str]:
    return [area_name(atlas, code, language) or "no country" for code in codes]


def silent_agencies(world: World, now_us: int) -> list[Json]:
    """The agencies that have fallen silent, each with its last word."""
    return [_silence_facts(item) for item in silences_in(index_of(world).rhythms, now_us) if item.is_silent]


def _silence_facts(item: Silence) -> dict[str, Json]:
    last = format_time(item.last_us)
    return {"agency": item.agency, "field": item.field, "last": last, "silent_days": item.silent_days, "usual_days": item.usual_days}
