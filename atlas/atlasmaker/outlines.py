"""Outlines out of TopoJSON: decoding, cutting at the antimeridian, snapping to the grid of the atlas, packing.

TopoJSON keeps each border once, as an arc of small integer steps; a ring is a list of arc numbers, a negative number
`~n` being arc `n` walked backwards (TopoJSON specification, sections 2.1.4 and 2.2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

GRID_DEG = 1e-4
"""Coordinates keep four decimals: about 11 m along a meridian, finer than any source used here."""

_HALF_TURN_DEG, _TURN_DEG = 180.0, 360.0

_CORNERS = 4
"""A closed ring with an inside has three corners, the first of them twice."""

Ring = NDArray[np.float64]
Topology = dict[str, Any]


def decode_arcs(topology: Topology) -> list[Ring]:
    """The arcs of a topology as arrays of lon, lat in degrees, each (n, 2); the steps and the scale undone."""
    transform = topology.get("transform")
    arcs = [np.asarray(arc, dtype=np.float64)[:, :2] for arc in topology["arcs"]]
    if transform is None:
        return arcs
    scale, translate = np.asarray(transform["scale"]), np.asarray(transform["translate"])
    return [np.cumsum(arc, axis=0) * scale + translate for arc in arcs]


def ring_of(arcs: list[Ring], numbers: list[int]) -> Ring:
    """One closed ring, (n, 2) lon and lat in degrees, joined from the arcs with these numbers."""
    pieces = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def outline_of(arcs: list[Ring], geometry: dict[str, Any]) -> BaseGeometry:
    """The outline of one TopoJSON geometry: valid, cut at the antimeridian, in degrees on the atlas grid."""
    parts: list[Any] = {"Polygon": [geometry.get("arcs")], "MultiPolygon": geometry.get("arcs")}.get(str(geometry.get("type"))) or []
    polygons = [_polygon([ring_of(arcs, numbers) for numbers in part]) for part in parts]
    # An islet smaller than the source's own grid has fewer than four corners left: it has no area and comes back empty.
    return snap(shapely.union_all(polygons)) if polygons else MultiPolygon()


def snap(outline: BaseGeometry) -> BaseGeometry:
    """The outline with coordinates on the grid, valid and of polygons only; pieces thinner than the grid are gone."""
    return _polygons_only(shapely.set_precision(shapely.make_valid(outline), GRID_DEG))


def _polygons_only(outline: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(outline))
    return MultiPolygon([part for part in parts if isinstance(part, Polygon) and not part.is_empty]).normalize()


def _polygon(rings: list[Ring]) -> BaseGeometry:
    if len(rings[0]) < _CORNERS:
        return Polygon()
    outer = unwrapped(rings[0])
    holes = [_shifted_beside(unwrapped(ring), outer) for ring in rings[1:] if len(ring) >= _CORNERS]
    whole = shapely.make_valid(Polygon(outer, holes))
    if np.abs(outer[:, 0]).max() <= _HALF_TURN_DEG:
        return whole
    return shapely.union_all([_window(whole, turn) for turn in (-_TURN_DEG, 0.0, _TURN_DEG)])


def unwrapped(ring: Ring) -> Ring:
    """The ring without jumps of 360 degrees; one that goes round a pole is closed along that pole."""
    jumps = np.round(np.diff(ring[:, 0], prepend=ring[0, 0]) / _TURN_DEG)
    lon = ring[:, 0] - _TURN_DEG * np.cumsum(jumps)
    path = np.column_stack([lon, ring[:, 1]])
    if abs(lon[-1] - lon[0]) < _HALF_TURN_DEG:
        return path
    pole = -90.0 if ring[:, 1].mean() < 0 else 90.0
    return np.concatenate([path, [[lon[-1], pole], [lon[0], pole], path[0]]])


def _shifted_beside(hole: Ring, outer: Ring) -> Ring:
    turns = np.round((outer[:, 0].mean() - hole[:, 0].mean()) / _TURN_DEG)
    return np.asarray(np.add(hole, [_TURN_DEG * turns, 0.0]))


def _window(whole: BaseGeometry, turn: float) -> BaseGeometry:
    cut = shapely.intersection(whole, shapely.box(-180.0 + turn, -90.0, 180.0 + turn, 90.0))
    return shapely.transform(cut, lambda points: points - [turn, 0.0])


def packed(outline: BaseGeometry) -> list[list[list[int]]]:
    """The outline as polygons of rings of whole steps of the grid: x, y of the first corner, then differences, flat."""
    return [[_steps(ring) for ring in (part.exterior, *part.interiors)] for part in shapely.get_parts(outline)]


def _steps(ring: BaseGeometry) -> list[int]:
    corners = np.round(shapely.get_coordinates(ring) / GRID_DEG).astype(np.int64)[:-1]
    return [int(step) for step in np.diff(corners, axis=0, prepend=[[0, 0]]).ravel()]
