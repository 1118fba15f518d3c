"""The map of one choice of events: single marks where they are few, H3 cells where they are many, and the steps of a playback."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US, format_time
from vigie.node.picture_answer import Asked
from vigie.picture.cells import Cells, cells_with, fills, fitting_cells
from vigie.picture.choosing import inside
from vigie.picture.frames import Frames, frames_of
from vigie.picture.hexagons import CELL_KM, cell_name, centre, outline, resolution_at
from vigie.picture.sums import Rows

MAX_MARKS, MAX_MOVING = 4_000, 2_000
"""The most marks of a map, and of a playback: more events are shown as cells."""

VAGUE_FROM_KM = 150.0
"""A place that is known less well than this is a country rather than a place: it has a ring and no dot."""

_PAD = 0.25
"""How much wider than the window the answer is, so that a small move asks for nothing new."""

_TURN = 360.0
_DECIMALS, _SHORT = 5, 2
Window = tuple[float, float, float, float]


def padded(window: Window) -> Window:
    """A window of the map, somewhat wider, as a box that may cross the antimeridian; the whole world where it is wider than that.

    >>> padded((170.0, 0.0, 190.0, 10.0)), padded((-300.0, -60.0, 300.0, 60.0))
    ((165.0, -2.5, -165.0, 12.5), (-180.0, -90.0, 180.0, 90.0))
    """
    west, south, east, north = window
    aside, up = _PAD * (east - west), _PAD * (north - south)
    low, high = max(south - up, -90.0), min(north + up, 90.0)
    if east - west + 2 * aside >= _TURN:
        return -180.0, low, 180.0, high
    return _turned(west - aside), low, _turned(east + aside), high


def _turned(lon: float) -> float:
    return lon if -_TURN / 2 <= lon <= _TURN / 2 else (lon + _TURN / 2) % _TURN - _TURN / 2


def map_answer(asked: Asked, window: Window, zoom: float) -> dict[str, Json]:
    """Marks or cells of the window; `drawn` + `unplaced` + `rough` are always all events of the choice."""
    index, rows = asked.index, asked.rows()
    is_seen = inside(index, padded(window))
    placed = rows[index.is_placed[rows]]
    here = placed[is_seen[placed]]
    head: dict[str, Json] = {"key": index.key, "exercise": asked.world.exercise, "total": len(rows), "unplaced": len(rows) - len(placed)}
    if len(here) <= MAX_MARKS:
        return head | {"form": "marks", "drawn": len(placed), "rough": 0, "in_window": len(here), **mark_columns(asked, here)}
    resolution, filling, cells = fitting_cells(index, rows, resolution_at(zoom), is_seen)
    shown: list[Json] = [_cell_facts(cells, number) for number in range(len(cells))]
    return head | _cell_head(resolution, len(filling), len(placed)) | {"in_window": int(cells.count.sum()), "fields": list(index.field.names), "cells": shown}


def _cell_head(resolution: int, drawn: int, placed: int) -> dict[str, Json]:
    return {"form": "cells", "resolution": resolution, "cell_km": CELL_KM[resolution], "drawn": drawn, "rough": placed - drawn}


def _cell_facts(cells: Cells, number: int) -> dict[str, Json]:
    own = {"count": int(cells.count[number]), "field": int(cells.field[number]), "severity": round(float(cells.severity[number]), _SHORT)}
    return _shape_of(int(cells.cell[number])) | own


def _shape_of(cell: int) -> dict[str, Json]:
    lon, lat = centre(cell)
    return {"id": cell_name(cell), "lon": lon, "lat": lat, "outline": outline(cell)}


def mark_columns(asked: Asked, rows: Rows) -> dict[str, Json]:
    """These events, all of which must have a place, as columns; `begin` and `end` are milliseconds since 1970."""
    index, events = asked.index, asked.index.events
    columns: dict[str, Json] = {
        "id": [events.id[number] for number in rows],
        "lon": _rounded(events.lon[rows], _DECIMALS),
        "lat": _rounded(events.lat[rows], _DECIMALS),
        "field": index.field.code[rows].tolist(),
        "kind": index.kind.code[rows].tolist(),
        "severity": _rounded(events.severity[rows], _SHORT),
        "radius_km": _rounded(events.radius_km[rows], _SHORT),
        "agencies": events.agencies[rows].tolist(),
        "begin": (events.begin_us[rows] // 1_000).tolist(),
        "end": (events.end_us[rows] // 1_000).tolist(),
        "vague": (events.radius_km[rows] > VAGUE_FROM_KM).astype(int).tolist(),
    }
    return {"columns": columns, "fields": list(index.field.names), "kinds": list(index.kind.names)}


def _rounded(values: NDArray[np.float64], decimals: int) -> list[Json]:
    return [round(value, decimals) if value == value else None for value in values.tolist()]  # noqa: PLR0124 - NaN is not itself


def change_answer(asked: Asked, versus: tuple[int | None, int | None], window: Window, zoom: float) -> dict[str, Json]:
    """The cells of the window with the number of events of each of two times, and all totals of both."""
    index, both = asked.index, [asked.rows(), asked.during(*versus).rows()]
    is_seen = inside(index, padded(window))
    resolution, _filling, shown = fitting_cells(index, np.union1d(*both), resolution_at(zoom), is_seen)
    totals = [_totals(asked, rows, resolution) for rows in both]
    counts = [_counts_in(asked, rows, resolution, shown.cell) for rows in both]
    cells: list[Json] = [
        _shape_of(int(cell)) | {"count_a": int(first), "count_b": int(second)} for cell, first, second in zip(shown.cell, *counts, strict=True)
    ]
    head: dict[str, Json] = {"form": "change", "key": index.key, "exercise": asked.world.exercise, "resolution": resolution, "cell_km": CELL_KM[resolution]}
    return head | totals[0] | {"versus": totals[1], "cells": cells}


def _totals(asked: Asked, rows: Rows, resolution: int) -> dict[str, Json]:
    placed, drawn = int(asked.index.is_placed[rows].sum()), len(fills(asked.index, rows, resolution))
    return {"total": len(rows), "drawn": drawn, "unplaced": len(rows) - placed, "rough": placed - drawn}


def _counts_in(asked: Asked, rows: Rows, resolution: int, wanted: NDArray[np.uint64]) -> Rows:
    """How many of the events lie in each of the cells (c,), which are sorted."""
    found = cells_with(asked.index, fills(asked.index, rows, resolution), resolution)
    counts = np.zeros(len(wanted), np.int64)
    here = np.isin(wanted, found.cell)
    counts[here] = found.count[np.isin(found.cell, wanted)]
    return counts


def frames_answer(asked: Asked, step_days: float) -> dict[str, Json]:
    """What a playback shows: the marks once where they are few, else the cells with their counts at each step. Raises `BadSetting` for too many steps."""
    index, rows = asked.index, asked.rows()
    placed = rows[index.is_placed[rows]]
    head: dict[str, Json] = {"key": index.key, "exercise": asked.world.exercise, "total": len(rows), "unplaced": len(rows) - len(placed)}
    if len(placed) <= MAX_MOVING:
        return head | {"form": "marks", "drawn": len(placed), "rough": 0, **mark_columns(asked, placed)}
    first, last = _ends(asked, rows)
    step_us = max(int(step_days * DAY_US), 1)
    found = frames_of(index, rows, first, last, step_us)
    if found is None:
        steps = (last - first) // step_us + 1
        raise BadSetting("The playback would be too long", field="step_days", got=f"{steps} steps", expected="at most 400", todo="choose longer steps")
    return head | _frame_facts(asked, found, len(placed), step_us)


def _ends(asked: Asked, rows: Rows) -> tuple[int, int]:
    """The first and the last instant of a playback: what was asked, but not beyond the events."""
    begin_us, end_us = asked.index.events.begin_us[rows], asked.index.last_us[rows]
    first, last = int(begin_us.min()), int(end_us.max()) - 1
    since_us, until_us = asked.choice.since_us, asked.choice.until_us
    return first if since_us is None else max(first, since_us), last if until_us is None else min(last, until_us - 1)


def _frame_facts(asked: Asked, found: Frames, placed: int, step_us: int) -> dict[str, Json]:
    starts = [format_time(found.first_us + step * step_us) for step in range(found.steps)]
    names = [cell_name(cell) for cell in found.cells.cell.tolist()]
    cells: dict[str, Json] = {name: _steps(counts) for name, counts in zip(names, found.counts, strict=True)}
    shapes: dict[str, Json] = {name: _cell_facts(found.cells, number) for number, name in enumerate(names)}
    head = _cell_head(found.resolution, found.drawn, placed)
    return head | {"starts": list[Json](starts), "cells": cells, "shapes": shapes, "fields": list(asked.index.field.names)}


def _steps(counts: Rows) -> list[Json]:
    return [[step, int(counts[step])] for step in np.flatnonzero(counts).tolist()]
