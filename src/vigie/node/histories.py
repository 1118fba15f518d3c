"""What an audience's reports said when: the history that rules are asked of, and the region that they may speak of."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vigie.model.atlas import Area, Atlas, area_by_code, country_at, unit_at, units_of
from vigie.model.catalogue import Catalogue, Coded, concat
from vigie.model.history import History, Region
from vigie.model.times import NEVER_US, format_day, parse_interval
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.node.severity import severities
from vigie.node.worlds import World
from vigie.store import Audience, Versions, Window, readable_versions

YEARS_ASKED = 8
"""How many calendar years back rules look: five of baseline, two of a replay, one of slack. The first day of a year: it does not slide with the clock."""

VAGUE_KM = 75.0
"""A report whose place is known less well than this does not say in which first-level unit it was."""

_TOUCHING_DEG = 0.02
"""Outlines of two neighbours may lie so far apart after they were generalised."""


def history_of(node: Node, audience: Audience, world: World, atlas: Atlas) -> History:
    """The history of the world's reports over the last `YEARS_ASKED` years: a pure function of what the audience may read."""
    window = Window(exercise=world.exercise, since_us=_asked_since(audience.now_us))
    versions = readable_versions(node.store, audience, window, world.catalogue.row)
    whole = concat([world.catalogue.take(np.isin(world.catalogue.row, versions.row)), versions.earlier])
    place = np.searchsorted(versions.row, whole.row)
    event = _events(world, whole, versions.testimony[place])
    known_us = np.where(whole.issued_us == NEVER_US, np.maximum(whole.begin_us, whole.end_us), whole.issued_us)
    kept = _once_each(whole, known_us, event)
    return _history(world, whole.take(kept), atlas, event[kept], known_us[kept], _picked(versions, place[kept]))


def _asked_since(now_us: int) -> int:
    """The first of January, `YEARS_ASKED` years before the year of `now_us`."""
    return parse_interval(str(int(format_day(now_us)[:4]) - YEARS_ASKED))[0]


def _events(world: World, whole: Catalogue, testimony: NDArray[np.int64]) -> NDArray[np.int64]:
    """The event of each row (n,) by its testimony; -1 where no version of it is in the world."""
    order = np.argsort(world.catalogue.row)
    at = np.searchsorted(world.catalogue.row[order], whole.row).clip(max=max(len(order) - 1, 0))
    is_here = world.catalogue.row[order][at] == whole.row if len(order) else np.zeros(len(whole), bool)
    names, first = np.unique(testimony[is_here], return_index=True)
    found = np.searchsorted(names, testimony).clip(max=max(len(names) - 1, 0))
    numbers = world.event_of[order][at][is_here][first] if len(names) else np.zeros(0, np.int64)
    return np.where(names[found] == testimony, numbers[found], -1) if len(names) else np.full(len(whole), -1, np.int64)


def _once_each(whole: Catalogue, known_us: NDArray[np.int64], event: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows (k,) by witness, each testimony's wording once, without those of no event: an order that does not depend on arrival."""
    order = np.lexsort((known_us, whole.witness[:, 1], whole.witness[:, 0]))
    witness = whole.witness[order]
    is_first = np.append(True, (witness[1:] != witness[:-1]).any(axis=1)) if len(order) else np.zeros(0, bool)
    kept: NDArray[np.int64] = order[is_first & (event[order] >= 0)]
    return kept


def _picked(versions: Versions, place: NDArray[np.int64]) -> dict[str, Any]:
    return {name: getattr(versions, name)[place] for name in ("testimony", "revision", "counts")}


def _history(world: World, rows: Catalogue, atlas: Atlas, event: NDArray[np.int64], known_us: NDArray[np.int64], columns: dict[str, Any]) -> History:
    country, unit = _areas(rows, atlas)
    same: dict[str, Any] = {
        name: getattr(rows, name) for name in ("agency", "field", "kind", "begin_us", "end_us", "lon", "lat", "depth_km", "magnitude", "scale")
    }
    testimony = np.unique(columns.pop("testimony"), return_inverse=True)[1].astype(np.int64)
    return History(
        event=event,
        event_ids=world.events.id,
        testimony=testimony,
        known_us=known_us,
        is_dated=rows.issued_us != NEVER_US,
        country=Coded.of(list(country)),
        unit=Coded.of(list(unit)),
        severity=_severity(rows),
        exercise=world.exercise,
        **same,
        **columns,
    )


def _areas(rows: Catalogue, atlas: Atlas) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """The country and the first-level unit of each row (n,); each place is looked up once."""
    places, back = np.unique(np.column_stack([rows.lon, rows.lat]), axis=0, return_inverse=True)
    at_place = country_at(atlas, places[:, 0], places[:, 1])[back]
    country = np.where(at_place == "", rows.country.texts(), at_place)
    unit = unit_at(atlas, places[:, 0], places[:, 1])[back]
    return country, np.where(rows.radius_km > VAGUE_KM, "", unit)


def _severity(rows: Catalogue) -> NDArray[np.float64]:
    severity = np.zeros(len(rows))
    for name, pack in packs().items():
        here = np.flatnonzero(rows.field.is_in([name]))
        if len(here):
            severity[here] = severities(pack.terms, rows.take(here))
    return severity


@lru_cache(maxsize=4)
def region_of(atlas: Atlas) -> Region:
    """The countries and first-level units of the atlas's region, and which of them touch."""
    countries = [area for code in atlas.region if (area := area_by_code(atlas, code))]
    units = {area.code: units_of(atlas, area.code) for area in countries}
    neighbours = _touching(countries) | _touching([unit for found in units.values() for unit in found])
    return Region({code: tuple(sorted(unit.code for unit in found)) for code, found in units.items()}, neighbours)


def _touching(areas: list[Area]) -> dict[str, frozenset[str]]:
    outlines = [shapely.simplify(area.outline, _TOUCHING_DEG / 4) for area in areas]
    first, second = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=_TOUCHING_DEG)
    return {area.code: frozenset(areas[other].code for other in second[first == number] if other != number) for number, area in enumerate(areas)}
