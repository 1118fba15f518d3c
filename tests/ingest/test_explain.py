"""What would be understood is shown before anything is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vigie.ingest.explain import explain
from vigie.ingest.mapping import Mapping, load_mapping, native_mapping
from vigie.model.errors import BadReport
from vigie.model.pack import ReadContext

TABLE = (
    "Datum;Vrijeme;Geografska_sirina;Long;Dubina;ML;Mjesto;Ime;Kanal\n"
    "1.2.2014;12:05;42,1;21,5;1200;3,1;Peć;Petra;HHZ\n30.2.2014;;42,1;21,5;900;3,1;Peć;Ana;HHZ\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table as a national centre might send it."""
    path = tmp_path / "potresi.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_a_mapping_is_guessed_from_names_and_shapes(table: Path) -> None:
    """Local names, day first, metres, the scale in the column's name."""
    said = explain(table)
    assert said.is_guessed
    assert said.mapping.date_order == "dmy"
    assert said.mapping.units == {"depth_km": "m"}
    assert said.mapping.constants == {"scale": "ML"}
    targets = {view.name: view.targets for view in said.columns}
    assert targets["Datum"] == ("begin",)
    assert targets["Vrijeme"] == ("clock",)
    assert (targets["Geografska_sirina"], targets["Long"]) == (("lat",), ("lon",))
    assert (said.reports, said.rejects) == (1, 1)
    assert "Datum" in said.reasons[0]


def test_a_blanked_column_shows_no_value(table: Path) -> None:
    """Not even to the person who asks what would happen."""
    said = explain(table)
    (name,) = [view for view in said.columns if view.name == "Ime"]
    assert (name.understood, name.examples) == ("blanked", ())
    assert "Petra" not in json.dumps(said.to_json())


def test_the_guess_can_be_saved_and_read_back(table: Path) -> None:
    """The TOML shown is the mapping used."""
    said = explain(table)
    assert load_mapping(said.toml) == said.mapping
    assert explain(table, load_mapping(said.toml), ReadContext("x", "unknown")).reports == said.reports


def test_every_column_is_a_field_a_detail_blanked_or_ignored(tmp_path: Path) -> None:
    """And says why."""
    path = tmp_path / "a.csv"
    path.write_text("time,lat,lon,phase,victim_name,row,depth\n2014-01-01,42,21,P,x,1,10\n")
    mapping = Mapping(name="m", field="f", kind="k", agency="A", columns={"begin": ("TIME",), "depth_km": ("depth",)}, units={"depth_km": "m"}, drop=("row",))
    views = {view.name: view for view in explain(path, mapping).columns}
    assert [views[name].understood for name in ("time", "phase", "victim_name", "row")] == ["field", "detail", "blanked", "ignored"]
    assert "depth_km in m" in views["depth"].why
    assert views["phase"].examples == ("P",)


def test_a_file_that_would_be_refused_whole_says_so(tmp_path: Path) -> None:
    """The reason comes first, and nothing is raised."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    assert "lacks a column" in explain(path, native_mapping()).reasons[0]


def test_geojson_is_explained_too(tmp_path: Path) -> None:
    """Properties are columns and the shape is a place."""
    path = tmp_path / "a.geojson"
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [21, 42]}, "properties": {"date": "2014-01-01", "deaths": 3}}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    said = explain(path)
    assert (said.reports, said.rejects, said.mapping.field) == (1, 0, "conflict")
    assert {view.name: view.targets for view in said.columns}["geometry"] == ("outline",)


def test_an_empty_file_is_a_bad_report(tmp_path: Path) -> None:
    """There is nothing to explain."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(BadReport):
        explain(path)


def test_coordinates_are_guessed_in_the_languages_of_the_region(tmp_path: Path) -> None:
    """Serbian in both scripts, Albanian; the proposed mapping can be read by whoever is to correct it."""
    for header in ("Datum,Širina,Dužina,Mesto", "Датум,Географска ширина,Географска дужина,Место", "Data,Gjerësia,Gjatësia,Vendi"):
        path = tmp_path / "table.csv"
        path.write_text(f"{header}\n2026-01-05,42.0,19.1,Bar\n", encoding="utf-8")
        said = explain(path)
        assert {target for column in said.columns for target in column.targets} >= {"begin", "lat", "lon", "place"}, header
        assert "\\u" not in said.toml
