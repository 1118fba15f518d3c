"""Drawings as plain numbers for SVG: the map of the region or of one country, its marks, and the bars of a timeline.

The projection is Mercator (PROJ's `merc` on WGS84) onto a canvas `WIDTH` wide; outlines are clipped to it and simplified to what a screen shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from vigie.model.atlas import Area, Atlas, area_by_code, displayed_name
from vigie.model.event import Events

WIDTH = 1000.0
MAX_MARKS = 2_000
"""The most marks on a map; the most severe are drawn."""

RING_FROM_KM = 3.0
"""A place that is known better than this has no ring."""

_MERCATOR = pyproj.Proj(proj="merc", ellps="WGS84")
_MARGIN, _STEP = 0.06, 0.9
_MIN_AREA, _MIN_NAMED = 3.0, 900.0
_LEAST_ASPECT, _MOST_ASPECT = 0.6, 1.1
_MARK_FROM, _MARK_STEP = 3.5, 1.25


@dataclass(frozen=True, slots=True)
class View:
    """A window on the plane of the projection: its west and north edge in metres, canvas units a metre, and the canvas's height."""

    west_m: float
    north_m: float
    scale: float
    height: float

    def at(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Canvas x, y (n,) of places in degrees; NaN where there is none."""
        x, y = _MERCATOR(lon, np.clip(lat, -85.0, 85.0))
        known = np.isfinite(lon) & np.isfinite(lat)
        right, down = (np.asarray(x) - self.west_m) * self.scale, (self.north_m - np.asarray(y)) * self.scale
        return np.where(known, right, np.nan), np.where(known, down, np.nan)

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which places (n,) lie on the canvas."""
        x, y = self.at(lon, lat)
        return (x >= 0) & (x <= WIDTH) & (y >= 0) & (y <= self.height)


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline as an SVG path; `name` is empty where there is no room for it."""

    code: str
    path: str
    name: str
    x: float
    y: float
    is_home: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on the map: canvas units; `ring` is 0 where the place is known well."""

    number: int
    x: float
    y: float
    radius: float
    ring: float
    is_hollow: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of a timeline, canvas units."""

    name: str
    count: int
    x: float
    width: float
    y: float
    height: float


def view_of(bounds: tuple[float, float, float, float]) -> View:
    """The view that shows west, south, east, north (degrees), widened where that would be too flat or too tall."""
    west, south, east, north = bounds
    (x0, x1), (y0, y1) = _MERCATOR([west, east], [south, north])
    width, height = x1 - x0, y1 - y0
    wide, tall = max(width, height / _MOST_ASPECT), max(height, width * _LEAST_ASPECT)
    return View((x0 + x1 - wide) / 2, (y0 + y1 + tall) / 2, WIDTH / wide, WIDTH * tall / wide)


@lru_cache(maxsize=32)
def region_view(atlas: Atlas, country: str = "") -> View:
    """The view of the atlas's region, or of the main part of a country that it knows."""
    area = area_by_code(atlas, country) if country else None
    if area is None or area.level != 0:
        return view_of(atlas.bounds)
    west, south, east, north = max(shapely.get_parts(area.outline), key=shapely.area).bounds
    aside, up = _MARGIN * (east - west) + _MARGIN, _MARGIN * (north - south) + _MARGIN
    return view_of((max(west - aside, -180.0), south - up, min(east + aside, 180.0), north + up))


@lru_cache(maxsize=32)
def land(atlas: Atlas, view: View, language: str) -> tuple[Shape, ...]:
    """The countries that the view shows."""
    home = set(atlas.region)
    return tuple(_shapes(atlas.countries, view, language, home))


@lru_cache(maxsize=32)
def unit_lines(atlas: Atlas, view: View) -> str:
    """The borders of the region's first-level units as one SVG path; none where they would be too small to tell apart."""
    wanted = [unit for unit in atlas.units if unit.country in atlas.region]
    return "".join(_path(outline) for _area, outline in _drawn(wanted, view))


def _shapes(areas: Iterable[Area], view: View, language: str, home: set[str]) -> Iterator[Shape]:
    for area, outline in _drawn(areas, view):
        name, spot = displayed_name(area, language) if area.code in home else "", _widest_spot(outline, view)
        yield Shape(area.code, _path(outline), name if spot else "", *(spot or (0.0, 0.0)), area.code in home)


def _widest_spot(outline: Any, view: View) -> tuple[float, float] | None:
    """Where a name has the most room on the canvas; None where there is hardly any."""
    parts = [part for part in shapely.get_parts(shapely.clip_by_rect(outline, 0.0, 0.0, WIDTH, view.height)) if part.geom_type == "Polygon"]
    largest = max(parts, key=shapely.area, default=None)
    if largest is None or shapely.area(largest) < _MIN_NAMED:
        return None
    spot = shapely.get_point(shapely.maximum_inscribed_circle(largest, 2.0), 0)
    return round(spot.x, 1), round(spot.y, 1)


def _drawn(areas: Iterable[Area], view: View) -> Iterator[tuple[Area, Any]]:
    """Each area that is seen, with its outline on the canvas."""
    window = shapely.box(*_degrees(view))
    shapely.prepare(window)
    seen = [area for area in areas if shapely.intersects(window, area.outline)]
    for area in seen:
        cut = shapely.clip_by_rect(shapely.make_valid(area.outline), *shapely.buffer(window, 1.0).bounds)
        placed = shapely.transform(cut, lambda points: np.column_stack(view.at(points[:, 0], points[:, 1])))
        simple = shapely.make_valid(shapely.simplify(shapely.make_valid(placed), _STEP))
        parts = [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon" and part.area >= _MIN_AREA]
        if parts:
            yield area, shapely.multipolygons(parts)


def _degrees(view: View) -> tuple[float, float, float, float]:
    east_m, south_m = view.west_m + WIDTH / view.scale, view.north_m - view.height / view.scale
    (west, east), (south, north) = _MERCATOR([view.west_m, east_m], [south_m, view.north_m], inverse=True)
    return west, south, east, north


def _path(outline: Any) -> str:
    return "".join(_ring_path(ring) for ring in shapely.get_rings(shapely.get_parts(outline)))


def _ring_path(ring: Any) -> str:
    corners = np.round(shapely.get_coordinates(ring)[:-1], 1)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"


def marks(events: Events, numbers: NDArray[np.int64], view: View) -> list[Mark]:
    """The marks of these events, in their order; all must lie on the canvas."""
    x, y = view.at(events.lon[numbers], events.lat[numbers])
    return [_mark(events, int(number), float(left), float(top), view) for number, left, top in zip(numbers, x, y, strict=True)]


def _mark(events: Events, number: int, x: float, y: float, view: View) -> Mark:
    radius = mark_radius(float(events.severity[number]))
    radius_km = float(events.radius_km[number])
    ring = ring_radius(radius_km, float(events.lat[number]), view) if radius_km > RING_FROM_KM else 0.0
    return Mark(number, round(x, 1), round(y, 1), radius, ring if ring > radius else 0.0, int(events.agencies[number]) <= 1)


def mark_radius(severity: float) -> float:
    """The radius of a mark, canvas units, by severity 0 to 10."""
    return round(_MARK_FROM + _MARK_STEP * (severity if math.isfinite(severity) else 0.0), 1)


def ring_radius(radius_km: float, lat: float, view: View) -> float:
    """A distance on the ground as canvas units: Mercator stretches by 1/cos(lat)."""
    return round(radius_km * 1e3 * view.scale / math.cos(math.radians(min(abs(lat), 85.0))), 1)


def bars(counts: Mapping[str, int], width: float, height: float) -> list[Bar]:
    """The bars of a timeline on a canvas of this size; a period without events has a bar of no height."""
    most, step = max(counts.values(), default=0), width / max(len(counts), 1)
    gap = min(step * 0.18, 2.0)
    tall = [height * count / most if most else 0.0 for count in counts.values()]
    return [
        Bar(name, count, round(place * step + gap / 2, 2), round(step - gap, 2), round(height - high, 2), round(high, 2))
        for place, ((name, count), high) in enumerate(zip(counts.items(), tall, strict=True))
    ]


def area_path(atlas: Atlas, view: View, codes: Iterable[str]) -> str:
    """The outlines of these countries and units as one SVG path; nothing for codes that the atlas does not know."""
    wanted = [area for code in dict.fromkeys(codes) if (area := area_by_code(atlas, code))]
    return "".join(_path(outline) for _area, outline in _drawn(wanted, view))
