"""The atlas file that was made at build time, read once into an `Atlas`."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vigie.model.atlas import BOUNDS, REGION, Area, Atlas, Place
from vigie.model.errors import BadSetting

FORMAT = "vigie-atlas/1"
"""The only layout of the file that this version reads."""

GRID_DEG = 1e-4
"""One step of the packed outlines, in degrees."""


@lru_cache(maxsize=2)
def load_atlas(region: tuple[str, ...] = REGION, bounds: tuple[float, float, float, float] = BOUNDS) -> Atlas:
    """The atlas of this installation, with the node's region (country codes) and bounds (degrees); unpacked once, since it takes a second.

    Raises BadSetting when the file is missing, which happens only where the build was told to skip it, or has another layout.
    """
    return atlas_from_bytes(_file_bytes(), region, bounds)


def atlas_from_bytes(packed: bytes, region: tuple[str, ...] = REGION, bounds: tuple[float, float, float, float] = BOUNDS) -> Atlas:
    """The atlas in the bytes of an atlas file. Raises BadSetting when its layout is not `FORMAT`."""
    content = json.loads(gzip.decompress(packed))
    if content.get("format") != FORMAT:
        raise BadSetting("The atlas file has another layout", source="atlas.json.gz", got=str(content.get("format")), expected=FORMAT, todo="install again")
    return Atlas(
        countries=_areas(content["countries"], level=0),
        units=_areas(content["units"], level=1),
        places=tuple(_place(place) for place in content["places"]),
        region=region,
        bounds=bounds,
        sources=tuple(content["sources"]),
    )


def _file_bytes() -> bytes:
    try:
        return resources.files(__name__).joinpath("atlas.json.gz").read_bytes()
    except FileNotFoundError as error:
        todo = "run `python atlas/build.py`, or install without VIGIE_SKIP_ATLAS"
        raise BadSetting("This installation has no atlas", source="atlas.json.gz", todo=todo) from error


def _areas(areas: list[dict[str, Any]], level: int) -> tuple[Area, ...]:
    outlines = unpacked([area["outline"] for area in areas])
    return tuple(
        Area(area["code"], level, area.get("country", area["code"]), area["names"], outline, area["note"], area.get("parent", ""))
        for area, outline in zip(areas, outlines, strict=True)
    )


def unpacked(outlines: list[list[list[list[int]]]]) -> NDArray[np.object_]:
    """The outlines (n,) as shapely MultiPolygons in degrees, from polygons of rings of steps; all at once, for speed."""
    if not outlines:
        return np.empty(0, dtype=object)
    polygons = [polygon for outline in outlines for polygon in outline]
    rings = [np.asarray(ring, dtype=np.int64).reshape(-1, 2).cumsum(axis=0) for polygon in polygons for ring in polygon]
    corners = np.concatenate([np.concatenate([ring, ring[:1]]) for ring in rings]) * GRID_DEG
    ring_of_corner = np.repeat(np.arange(len(rings)), [len(ring) + 1 for ring in rings])
    polygon_of_ring = np.repeat(np.arange(len(polygons)), [len(polygon) for polygon in polygons])
    outline_of_polygon = np.repeat(np.arange(len(outlines)), [len(outline) for outline in outlines])
    linear = shapely.linearrings(np.round(corners, 4), indices=ring_of_corner)
    return np.asarray(shapely.multipolygons(shapely.polygons(linear, indices=polygon_of_ring), indices=outline_of_polygon))


def _place(place: dict[str, Any]) -> Place:
    return Place(place["name"], place["names"], tuple(place["search"]), place["country"], place["lon"], place["lat"], place["population"])
