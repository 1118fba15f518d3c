"""The land under the marks: outlines of countries and units, simplified together so that neighbours still touch, packed as small whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from vigie.model.atlas import Area, Atlas
from vigie.model.canonical import Json

Box = tuple[float, float, float, float]

AROUND: Box = (-25.0, 22.0, 62.0, 66.0)
"""West, south, east and north of what is drawn with some care; the rest of the world is drawn roughly."""

_WORLD: Box = (-180.0, -86.0, 180.0, 86.0)


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely outlines are drawn: the step of the packed numbers, and how far a line may be moved, near and far, all in degrees."""

    step: float
    near: float
    far: float
    smallest: float
    with_units: bool
    everywhere: bool


LOW = Detail(0.02, 0.08, 0.7, 0.02, with_units=False, everywhere=True)
HIGH = Detail(0.002, 0.006, 0.2, 0.0004, with_units=True, everywhere=False)
DETAILS = {"low": LOW, "high": HIGH}


@lru_cache(maxsize=8)
def basemap(atlas: Atlas, detail: str) -> dict[str, Json]:
    """The outlines at a detail of `DETAILS`: `polygons` are lists of rings, a ring is x, y and the steps from corner to corner, in units of `step` degrees.

    `cut` is west, south, east and north, in the same units, of a box at which outlines were cut: an edge along a side of it is no border.
    """
    chosen, near = DETAILS[detail], _near(atlas, detail)
    countries = [*_packed(atlas.countries, near, chosen, atlas), *(_far(atlas, chosen) if chosen.everywhere else ())]
    units = list(_packed([unit for unit in atlas.units if unit.country in atlas.region], None, chosen, atlas)) if chosen.with_units else []
    cut = [round(side / chosen.step) for side in near]
    return {"detail": detail, "step": chosen.step, "bounds": list(atlas.bounds), "cut": list[Json](cut), "countries": countries, "units": units}


def _near(atlas: Atlas, detail: str) -> Box:
    """What is drawn with care: at a high detail only what lies around the region."""
    if detail == "low":
        return AROUND
    west, south, east, north = atlas.bounds
    return west - 5.0, south - 3.0, east + 15.0, north + 3.0


def _packed(areas: Iterable[Area], window: Box | None, detail: Detail, atlas: Atlas) -> Iterator[Json]:
    known = list(areas)
    outlines = np.array([area.outline for area in known], object)
    if window is not None:
        seen = shapely.intersects(shapely.box(*window), outlines)
        known = [area for area, is_seen in zip(known, seen, strict=True) if is_seen]
        outlines = shapely.clip_by_rect(shapely.make_valid(outlines[seen]), *window)
    yield from _written(known, shapely.coverage_simplify(outlines, detail.near), detail, atlas)


def _far(atlas: Atlas, detail: Detail) -> Iterator[Json]:
    """The countries of the rest of the world, or their parts that lie outside what is drawn with care; small islands are left out."""
    rest = shapely.difference(shapely.box(*_WORLD), shapely.box(*AROUND))
    parts, owner = shapely.get_parts(np.array([area.outline for area in atlas.countries], object), return_index=True)
    large = (shapely.area(parts) >= detail.far**2) & shapely.intersects(parts, rest)
    pieces = shapely.intersection(shapely.make_valid(shapely.coverage_simplify(parts[large], detail.far)), rest)
    yield from _written([atlas.countries[number] for number in owner[large]], pieces, detail, atlas, smallest=detail.far**2)


def _written(areas: Iterable[Area], outlines: Any, detail: Detail, atlas: Atlas, smallest: float | None = None) -> Iterator[Json]:
    for area, outline in zip(areas, outlines, strict=True):
        polygons = [_polygon(part, detail.step) for part in shapely.get_parts(outline) if _is_land(part, detail.smallest if smallest is None else smallest)]
        if found := [polygon for polygon in polygons if polygon]:
            yield {"code": area.code, "country": area.country, "home": area.country in atlas.region, "polygons": found}


def _is_land(part: Any, smallest: float) -> bool:
    return bool(part.geom_type == "Polygon" and part.area >= smallest)


def _polygon(part: Any, step: float) -> list[Json]:
    """The rings of a polygon, the outer first; nothing where it is smaller than the step shows."""
    rings = [_ring(ring, step) for ring in (part.exterior, *part.interiors)]
    return [ring for ring in rings if ring] if rings[0] else []


def _ring(ring: Any, step: float) -> list[Json]:
    """The corners but the last, which is the first again, as steps from one to the next."""
    corners = np.round(shapely.get_coordinates(ring)[:-1] / step).astype(np.int64)
    kept = corners[np.any(np.diff(corners, axis=0, prepend=corners[-1:]) != 0, axis=1)]
    if len(kept) < 3:  # noqa: PLR2004 - a ring has three corners
        return []
    return list[Json](np.vstack([kept[:1], np.diff(kept, axis=0)]).ravel().tolist())
