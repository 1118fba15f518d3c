"""The place of a shape: a point stands for itself; any other shape by its middle and a radius that covers it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import shape

from vigie.model.canonical import Json

_EARTH = Geod(ellps="WGS84")
_FAULTS = (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


def outline_place(text: str) -> tuple[float, float, float | None, Json]:
    """Longitude, latitude, covering radius in km and the shape as GeoJSON; radius and shape are None for a point.

    `text` is a GeoJSON geometry or WKT, in WGS84 degrees, longitude first. Raises `ValueError` for anything else.

    >>> outline_place("POINT (21.4 42.0)")
    (21.4, 42.0, None, None)
    """
    try:
        written: Any = json.loads(text) if text.lstrip().startswith("{") else json.loads(shapely.to_geojson(shapely.from_wkt(text)))
        if written["type"] == "Point":
            return float(written["coordinates"][0]), float(written["coordinates"][1]), None, None
        lon, lat, radius_km = _middle(written)
    except _FAULTS as fault:
        msg = f"no shape ({fault})"
        raise ValueError(msg) from fault
    return lon, lat, radius_km, written


def _middle(written: Mapping[str, Any]) -> tuple[float, float, float]:
    """Centroid, and the geodesic distance from it to the farthest corner; a shape over the antimeridian is unfolded first."""
    figure = shape(written)
    corners = shapely.get_coordinates(figure)
    if len(corners) == 0 or not np.isfinite(corners).all() or not ((np.abs(corners[:, 0]) <= 180) & (np.abs(corners[:, 1]) <= 90)).all():  # noqa: PLR2004
        msg = "coordinates are missing or not degrees"
        raise ValueError(msg)
    if np.ptp(corners[:, 0]) > 180:  # noqa: PLR2004
        figure = shapely.transform(figure, lambda points: np.column_stack([points[:, 0] % 360, points[:, 1:]]))
    middle = figure.centroid
    lon, lat = (float(middle.x) + 180) % 360 - 180, float(middle.y)
    distances = _EARTH.inv(np.full(len(corners), lon), np.full(len(corners), lat), corners[:, 0], corners[:, 1])[2]
    return lon, lat, round(float(np.max(distances)) / 1000, 6)
