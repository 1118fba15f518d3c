"""The atlas as a value: countries, first-level units and places of the world and of the node's region, and what they answer.

The queries are pure functions of the atlas and of coordinates in degrees, lon before lat (WGS84).
Containment is exact on the outlines; a point at sea belongs to the nearest country within `COAST_KM` along the ellipsoid.
The search trees are built on first use and remembered for as long as the same outlines are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

COAST_KM = 10.0
"""A point at sea belongs to the nearest country within this distance."""

UNIT_REACH_KM = 15.0
"""How far a unit may lie from a point of its own country: `COAST_KM` and the disagreement of two generalised outlines."""

REGION = ("AL", "BA", "BG", "GR", "HR", "ME", "MK", "RO", "RS", "SI", "TR", "XK")
"""The countries of the first region, the Balkans."""

BOUNDS = (13.0, 36.0, 30.0, 48.5)
"""West, south, east and north of the first region, in degrees."""

_FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "bs": ("bs-Latn", "sr-Latn", "hr"),
    "bs-Latn": ("bs", "sr-Latn", "hr"),
    "bs-Cyrl": ("sr-Cyrl",),
    "cnr": ("cnr-Latn", "sr-Latn"),
    "cnr-Latn": ("sr-Latn", "bs"),
    "cnr-Cyrl": ("sr-Cyrl", "bs-Cyrl"),
    "hr": ("bs", "sr-Latn"),
    "sr": ("sr-Cyrl",),
    "sr-Latn": ("bs", "hr"),
    "sr-Cyrl": ("bs-Cyrl",),
}
"""Where to look next when a name is not written in a language: the same language in another tag, then its closest kin."""

_GEOD = pyproj.Geod(ellps="WGS84")
_MERCATOR = pyproj.Proj(proj="merc", ellps="WGS84", over=True)
_POLAR_RADIUS_KM = 6356.752
_MERCATOR_LIMIT_DEG = 86.0
"""No coast of this atlas lies nearer a pole, but Antarctica's, which holds its pole."""
_POLE_DEG = 90.0
_HALF_TURN_DEG = 180.0
_PIECE = 16
"""Segments of a coast that one leaf of its search tree holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A country (level 0) or a first-level unit (level 1). `names` are by BCP 47 language tag; `note` must be shown with the name.

    `parent` is the larger subdivision that a unit lies in, where there is one (BA-BIH); `outline` is a shapely MultiPolygon.
    """

    code: str
    level: int
    country: str
    names: Mapping[str, str]
    outline: Any
    note: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A populated place; `names` by language tag, `search` holds other spellings."""

    name: str
    names: Mapping[str, str]
    search: tuple[str, ...]
    country: str
    lon: float
    lat: float
    population: int


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Outlines and places. `region` lists the country codes (ISO 3166-1 alpha-2, XK for Kosovo) of the node's region.

    `sources` names what the atlas was made from, with licences: shown wherever a map is shown.
    """

    countries: tuple[Area, ...]
    units: tuple[Area, ...]
    places: tuple[Place, ...]
    region: tuple[str, ...] = REGION
    bounds: tuple[float, float, float, float] = BOUNDS
    sources: tuple[str, ...] = ()


def name_of(thing: Area | Place, language: str = "en") -> str:
    """The name in this language (BCP 47), or else in its closest kin, in English, or as its own people write it."""
    tag = name_tag(thing, language)
    if tag:
        return thing.names[tag]
    return thing.name if isinstance(thing, Place) else thing.code


def name_tag(thing: Area | Place, language: str = "en") -> str:
    """The tag of the language that the name for a reader of this one is in; empty where nobody says it, as of a town's own name."""
    tags = (language, *_FALLBACKS.get(language, ()), language.partition("-")[0])
    known = next((tag for tag in tags if tag in thing.names), "")
    if known or isinstance(thing, Place):
        return known
    return "en" if thing.names.get("en") else next(iter(thing.names), "")


def displayed_name(area: Area, language: str = "en") -> str:
    """The name as a page must print it: followed by an asterisk where a note belongs to it."""
    return name_of(area, language) + ("*" if area.note else "")


def footnotes(areas: Iterable[Area]) -> tuple[str, ...]:
    """The notes that a page must print when it shows these areas, each `Name*: note` once, in the order of their codes."""
    noted = {area.code: area for area in areas if area.note}
    return tuple(f"{name_of(noted[code])}*: {noted[code].note}" for code in sorted(noted))


def area_by_code(atlas: Atlas, code: str) -> Area | None:
    """The country or the unit with this code, in any letter case; None where the atlas has none."""
    return _by_code(atlas).get(code.upper())


def units_of(atlas: Atlas, country: str) -> tuple[Area, ...]:
    """The first-level units of a country; none where the atlas holds the country whole."""
    return _by_country(atlas.units).get(country.upper(), ())


def country_at(atlas: Atlas, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Country codes (n,) of points in degrees (n,): the country that holds the point, or the nearest within `COAST_KM`; else ''."""
    return _codes_at(atlas.countries, *_points(lon, lat), COAST_KM)


def unit_at(atlas: Atlas, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
    """Unit codes (n,) of points in degrees (n,), always of the country that `country_at` names; '' where it has no units.

    Outlines of units and of countries come from two generalisations; near a border the country decides, and the point
    goes to the nearest unit of that country.
    """
    x, y = _points(lon, lat)
    countries = _codes_at(atlas.countries, x, y, COAST_KM)
    found = np.full(x.shape, "", dtype=object)
    for country in _by_country(atlas.units):
        here = np.flatnonzero(countries == country)
        if here.size:
            found[here] = _codes_at(units_of(atlas, country), x[here], y[here], UNIT_REACH_KM)
    return found


@lru_cache(maxsize=8)
def _by_code(atlas: Atlas) -> dict[str, Area]:
    """Every area by its code; a country before a unit of the same code."""
    return {area.code: area for area in (*atlas.units, *atlas.countries)}


@lru_cache(maxsize=8)
def _by_country(units: tuple[Area, ...]) -> dict[str, tuple[Area, ...]]:
    codes = dict.fromkeys(unit.country for unit in units)
    return {code: tuple(unit for unit in units if unit.country == code) for code in codes}


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """Search trees over areas in the order of their codes: whole parts in degrees, and pieces of coast in Mercator metres."""

    codes: NDArray[np.object_]
    parts: NDArray[np.object_]
    part_owner: NDArray[np.int64]
    part_tree: shapely.STRtree
    coast: NDArray[np.object_]
    coast_owner: NDArray[np.int64]
    coast_tree: shapely.STRtree


@lru_cache(maxsize=64)
def _index(areas: tuple[Area, ...]) -> _Index:
    ordered = sorted(areas, key=lambda area: area.code)
    parts, owner = shapely.get_parts([area.outline for area in ordered], return_index=True)
    shapely.prepare(parts)
    coast, coast_part = _coast_pieces(parts)
    codes = np.array([area.code for area in ordered] + [""], dtype=object)
    return _Index(codes, parts, owner, shapely.STRtree(parts), coast, owner[coast_part], shapely.STRtree(coast))


def _coast_pieces(parts: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Short lines of at most `_PIECE` segments along all rings, in Mercator metres, and the part of each (m,)."""
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    projected = np.column_stack(_MERCATOR(corners[:, 0], np.clip(corners[:, 1], -_MERCATOR_LIMIT_DEG, _MERCATOR_LIMIT_DEG)))
    within = np.arange(ring.size) - np.searchsorted(ring, ring)
    first = np.flatnonzero((within % _PIECE == 0) & (ring == np.append(ring[1:], -1)))
    last = np.minimum(first + _PIECE, np.searchsorted(ring, ring[first], side="right") - 1)
    length = last - first + 1
    piece = np.repeat(np.arange(first.size), length)
    corner = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + np.repeat(first, length)
    return np.asarray(shapely.linestrings(projected[corner], indices=piece)), part_of_ring[ring[first]]


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The coordinates as float arrays, lon brought into [-180, 180]; NaN for both where either is no place on Earth."""
    x, y = np.broadcast_arrays(np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64)))
    placed = np.isfinite(x) & (np.abs(y) <= _POLE_DEG)
    far = placed & (np.abs(x) > _HALF_TURN_DEG)
    turned = np.where(far, np.mod(np.where(far, x, 0.0) + 180.0, 360.0) - 180.0, x)
    return np.where(placed, turned, np.nan), np.where(placed, y, np.nan)


def _codes_at(areas: tuple[Area, ...], x: NDArray[np.float64], y: NDArray[np.float64], reach_km: float) -> NDArray[np.object_]:
    if not areas:
        return np.full(x.shape, "", dtype=object)
    index = _index(areas)
    owner = np.full(x.shape, index.codes.size - 1, dtype=np.int64)
    placed = np.flatnonzero(~np.isnan(x))
    _hold(index, x, y, placed, owner)
    _reach(index, x, y, placed[index.codes[owner[placed]] == ""], owner, reach_km)
    return np.asarray(index.codes[owner], dtype=object)


def _hold(index: _Index, x: NDArray[np.float64], y: NDArray[np.float64], chosen: NDArray[np.int64], owner: NDArray[np.int64]) -> None:
    """Write the owner of each chosen point that a part holds; of two that share a border, the first by code."""
    pairs = index.part_tree.query(shapely.points(x[chosen], y[chosen]))
    order = np.argsort(pairs[1], kind="stable")
    point, part = chosen[pairs[0][order]], pairs[1][order]
    tried, begins = np.unique(part, return_index=True)
    for number, asked in zip(tried, np.split(point, begins[1:]), strict=True) if tried.size else ():
        held = asked[shapely.intersects_xy(index.parts[number], x[asked], y[asked])]
        owner[held] = np.minimum(owner[held], index.part_owner[number])


def _reach(index: _Index, x: NDArray[np.float64], y: NDArray[np.float64], chosen: NDArray[np.int64], owner: NDArray[np.int64], reach_km: float) -> None:
    """Write the owner of each chosen point whose nearest coast lies within `reach_km`, also across the antimeridian."""
    chosen = chosen[np.abs(y[chosen]) <= _MERCATOR_LIMIT_DEG]
    if not chosen.size:
        return
    stretch = 1.0 / np.cos(np.radians(np.abs(y[chosen]).max()))
    margin_deg = np.degrees(reach_km / _POLAR_RADIUS_KM) * stretch * 1.1
    seam = chosen[np.abs(x[chosen]) > 180.0 - margin_deg]
    point = np.concatenate([chosen, seam])
    lon = np.concatenate([x[chosen], x[seam] - np.copysign(360.0, x[seam])])
    row, lands, distance_km = _nearest(index, lon, y[point], reach_km * 1e3 * stretch * 1.02)
    # Where two borders end in one point of the coast the distances are equal: the lowest code comes first and stays.
    order = np.lexsort((lands, np.round(distance_km, 6), point[row]))
    first = order[np.flatnonzero(np.diff(point[row][order], prepend=-1))]
    near = first[distance_km[first] <= reach_km]
    owner[point[row[near]]] = lands[near]


def _nearest(
    index: _Index, lon: NDArray[np.float64], lat: NDArray[np.float64], radius_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Which points (rows) have a coast in reach, whose it is, and how far it is in km along the ellipsoid; ties all stand.

    Mercator keeps shapes, so the nearest piece on its plane is the nearest on the ground over so short a way.
    """
    spots = shapely.points(*_MERCATOR(lon, lat))
    row, piece = index.coast_tree.query_nearest(spots, max_distance=radius_m)
    foot = shapely.get_coordinates(shapely.shortest_line(spots[row], index.coast[piece]))[1::2]
    metres = _GEOD.inv(lon[row], lat[row], *_MERCATOR(foot[:, 0], foot[:, 1], inverse=True))[2]
    return row, index.coast_owner[piece], np.asarray(metres) / 1e3
