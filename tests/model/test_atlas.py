"""What the atlas answers: countries and units of points, names, notes; on the atlas of this installation."""

from __future__ import annotations

import gzip
import json
import os
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.model.atlas import Area, Atlas, area_by_code, country_at, displayed_name, footnotes, name_of, unit_at, units_of
from vigie.model.errors import BadSetting
from vigie.node.atlas import load_atlas

DATA = Path(os.environ.get("VIGIE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
GEOD = pyproj.Geod(ellps="WGS84")
ALPHA2 = {"ALB": "AL", "AUT": "AT", "BIH": "BA", "BGR": "BG", "GRC": "GR", "HRV": "HR", "HUN": "HU", "ITA": "IT", "KOS": "XK"}
ALPHA2 |= {"MDA": "MD", "MKD": "MK", "MNE": "ME", "ROU": "RO", "SRB": "RS", "SVN": "SI", "TUR": "TR"}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """The atlas that the build made; skipped where the build was told to leave it out."""
    try:
        return load_atlas()
    except BadSetting as error:
        pytest.skip(str(error))


def codes(atlas: Atlas, *points: tuple[float, ...]) -> list[str]:
    """The country codes of points given one by one."""
    lon, lat = np.array(points, dtype=float).T
    return list(country_at(atlas, lon, lat))


def test_every_country_has_a_code_and_an_english_name(atlas: Atlas) -> None:
    """All of ISO 3166-1 and Kosovo, each once, valid, under today's names."""
    assert len(atlas.countries) == 250
    assert len({area.code for area in atlas.countries}) == 250
    assert all(len(area.code) == 2 and area.names["en"] and area.outline.is_valid for area in atlas.countries)
    english = {area.code: area.names["en"] for area in atlas.countries}
    assert [english[code] for code in ("MK", "CZ", "TR", "XK", "BA")] == ["North Macedonia", "Czechia", "Türkiye", "Kosovo", "Bosnia and Herzegovina"]


def test_capitals_and_towns_land_in_their_country_and_unit(atlas: Atlas) -> None:
    """The cases of the reference: Pristina, Belgrade, Tirana, Mostar; and a coast town whose outline is a few straight lines."""
    towns = {"Pristina": (21.166, 42.663), "Belgrade": (20.457, 44.787), "Tirana": (19.818, 41.328), "Mostar": (17.808, 43.343), "Kotor": (18.771, 42.424)}
    lon, lat = np.array(list(towns.values())).T
    assert list(country_at(atlas, lon, lat)) == ["XK", "RS", "AL", "BA", "ME"]
    assert list(unit_at(atlas, lon, lat))[:4] == ["XK-17", "RS-00", "AL-11", "BA-07"]
    mostar = area_by_code(atlas, "BA-07")
    assert mostar is not None
    assert mostar.parent == "BA-BIH"


def test_five_kilometres_off_the_coast_is_still_croatia_and_fifty_is_nobody(atlas: Atlas) -> None:
    """The reach is ten kilometres on the ground, not a number of degrees."""
    croatia = area_by_code(atlas, "HR")
    assert croatia is not None
    istria = shapely.get_coordinates(shapely.clip_by_rect(croatia.outline, 13.0, 44.5, 14.0, 45.0))
    west = istria[istria[:, 0].argmin()]
    assert codes(atlas, *(GEOD.fwd(west[0], west[1], 225, metres)[:2] for metres in (5_000, 50_000))) == ["HR", ""]
    assert list(unit_at(atlas, west[:1] - 0.05, west[1:])) == ["HR-18"]


def test_the_reach_is_the_same_in_every_direction_and_latitude(atlas: Atlas) -> None:
    """9.9 km from a lone island's shore is reached and 10.1 km is not, near the equator as in the far north."""
    for code in ("CX", "NF", "BV", "HM"):
        area = area_by_code(atlas, code)
        assert area is not None
        west, south, east, north = area.outline.bounds
        corners = shapely.get_coordinates(area.outline)
        top, right = corners[corners[:, 1] == north][0], corners[corners[:, 0] == east][0]
        for corner, azimuth in ((top, 0), (right, 90)):
            near, far = (GEOD.fwd(corner[0], corner[1], azimuth, metres)[:2] for metres in (9_900, 10_100))
            assert codes(atlas, near, far) == [code, ""], (code, azimuth, west, south)


def test_no_place_on_earth_has_no_country(atlas: Atlas) -> None:
    """NaN, infinities and latitudes beyond the poles give the empty code; nothing is raised."""
    assert codes(atlas, (np.nan, 44), (20, np.nan), (np.inf, 44), (20, 91), (20, -90.1)) == [""] * 5
    assert list(unit_at(atlas, np.array([np.nan]), np.array([np.nan]))) == [""]
    assert country_at(atlas, np.empty(0), np.empty(0)).shape == (0,)


def test_the_antimeridian_and_the_poles_are_no_edges(atlas: Atlas) -> None:
    """180 and -180 are one meridian, 200 E is 160 W, the south pole is Antarctica's, the north pole nobody's."""
    edges = [(180, 68), (-180, 68), (179.9, -16.8), (0, -90), (77, -89.99), (0, 90), (20.457 + 360, 44.787)]
    assert codes(atlas, *edges) == ["RU", "RU", "FJ", "AQ", "AQ", "", "RS"]


def test_a_coast_is_reached_across_the_antimeridian() -> None:
    """An island that ends at 180 E has a point 5 km further east within its reach."""
    island = Area("FJ", 0, "FJ", {}, shapely.multipolygons([shapely.box(179.0, -17.0, 180.0, -16.0)]))
    atlas = Atlas((island,), (), ())
    lon, lat, _ = GEOD.fwd(180.0, -16.5, 90, 5_000)
    assert lon < -179.9
    assert codes(atlas, (lon, lat), (-179.0, -16.5)) == ["FJ", ""]


def test_an_end_of_a_border_on_the_coast_goes_to_the_first_code() -> None:
    """Where two countries are equally near the answer is the same on every machine."""
    west, east = shapely.box(10, 40, 11, 41), shapely.box(11, 40, 12, 41)
    areas = tuple(Area(code, 0, code, {}, shapely.multipolygons([box])) for code, box in (("HR", west), ("BA", east)))
    assert codes(Atlas(areas, (), ()), (11.0, 39.97), (11.0, 40.5), (10.5, 39.97)) == ["BA", "BA", "HR"]


def test_no_unit_contradicts_its_country(atlas: Atlas) -> None:
    """A point has a unit of its own country wherever that country has units."""
    random = np.random.default_rng(7)
    lon, lat = random.uniform(13, 30, 20_000), random.uniform(36, 48.5, 20_000)
    countries, units = country_at(atlas, lon, lat), unit_at(atlas, lon, lat)
    with_units = {unit.country for unit in atlas.units}
    assert {str(code) for code in countries[units == ""]}.isdisjoint(with_units)
    assert all(unit.startswith(f"{country}-") for unit, country in zip(units, countries, strict=True) if unit)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20))
def test_a_point_gets_the_same_country_alone_and_in_company(points: list[tuple[float, float]]) -> None:
    """The other points of a question change nothing."""
    boxes = {"AA": (0, 0, 90, 60), "BB": (-180, -90, 180, -60), "CC": (90, 0, 180, 60)}
    world = Atlas(tuple(Area(code, 0, code, {}, shapely.multipolygons([shapely.box(*box)])) for code, box in boxes.items()), (), ())
    assert codes(world, *points) == [codes(world, point)[0] for point in points]


def test_places_of_geonames_land_in_their_country(atlas: Atlas) -> None:
    """At least as many as the reference counts by containment alone."""
    least = {"XK": 75, "AL": 415, "BA": 311, "RS": 485, "MK": 301, "BG": 326, "SI": 595, "HR": 1134, "ME": 60}
    path = DATA / "geonames" / "places_see.csv.gz"
    if not path.exists():
        pytest.skip("needs geonames/places_see.csv.gz under VIGIE_DATA")
    places = pl.read_csv(path, infer_schema_length=0)
    found = country_at(atlas, places["lon"].cast(pl.Float64).to_numpy(), places["lat"].cast(pl.Float64).to_numpy())
    country = places["countrycode"].to_numpy()
    counted = {code: int(((country == code) & (found == code)).sum()) for code in least}
    assert {code: (counted[code], least[code]) for code in least if counted[code] < least[code]} == {}


def test_units_agree_with_natural_earth(atlas: Atlas) -> None:
    """Nearly all units overlap an independent copy by 95 %, under the same ISO code; what we joined is listed."""
    path = DATA / "natural-earth" / "admin1_see.geojson"
    if not path.exists():
        pytest.skip("needs natural-earth/admin1_see.geojson under VIGIE_DATA")
    joined = {"MD-SN", "MK-307", "SI-054"}
    features = [feature for feature in json.loads(path.read_text(encoding="utf-8"))["features"] if feature["properties"]["adm0_a3"] in ALPHA2]
    low: set[str] = set()
    renamed: dict[str, str] = {}
    for feature in features:
        code, overlap = _best(atlas, feature)
        low |= {code} if overlap < 0.95 else set()
        iso = feature["properties"].get("iso_3166_2")
        renamed |= {iso: code} if iso and iso != code else {}
    assert low <= joined
    assert renamed == {}


def _best(atlas: Atlas, feature: dict[str, Any]) -> tuple[str, float]:
    theirs = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
    ours = {unit.code: shapely.clip_by_rect(unit.outline, 13, 36, 30, 48) for unit in units_of(atlas, ALPHA2[feature["properties"]["adm0_a3"]])}
    shared = {code: shapely.intersection(outline, theirs).area for code, outline in ours.items()}
    code = max(shared, key=lambda code: shared[code])
    return code, shared[code] / shapely.union(ours[code], theirs).area


def test_unit_names_agree_with_iso(atlas: Atlas) -> None:
    """Our local or English name of a unit is the ISO name but for marks and the word for its kind; two spell otherwise."""
    path = DATA / "natural-earth" / "admin1_see.geojson"
    if not path.exists():
        pytest.skip("needs natural-earth/admin1_see.geojson under VIGIE_DATA")
    features = [feature["properties"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    wrong = {p["iso_3166_2"] for p in features if p.get("name_iso") and p["adm0_a3"] in ALPHA2 and not _is_named(atlas, p)}
    assert wrong <= {"BG-22", "RS-02"}


def _is_named(atlas: Atlas, properties: dict[str, Any]) -> bool:
    unit = area_by_code(atlas, properties["iso_3166_2"])
    if unit is None or unit.country == "GR":
        return unit is not None
    iso = _plain(properties["name_iso"])
    return any(_plain(name) in iso or iso in _plain(name) for name in unit.names.values())


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower().replace("đ", "d").replace("\N{LATIN SMALL LETTER DOTLESS I}", "i"))
    return "".join(char for char in letters if char.isalpha())


def test_kosovo_bears_its_footnote(atlas: Atlas) -> None:
    """The name is printed with an asterisk, and the note names the resolution and the opinion; no other place of the region has one."""
    kosovo = area_by_code(atlas, "xk")
    assert kosovo is not None
    assert displayed_name(kosovo) == "Kosovo*"
    assert displayed_name(kosovo, "sq") == "Kosovë*"
    assert footnotes([kosovo, kosovo]) == (f"Kosovo*: {kosovo.note}",)
    assert "UNSCR 1244/1999" in kosovo.note
    assert [area.code for area in atlas.countries if area.code in atlas.region and area.note] == ["XK"]


def test_a_name_falls_back_to_the_closest_language(atlas: Atlas) -> None:
    """Montenegrin is ijekavian; Serbian without a script is Cyrillic; an unknown language is English."""
    north = area_by_code(atlas, "MK")
    assert north is not None
    assert [name_of(north, tag) for tag in ("cnr-Latn", "cnr", "bs-Latn", "sr", "sr-Latn", "zz", "en-GB")] == [
        "Sjeverna Makedonija",
        "Sjeverna Makedonija",
        "Sjeverna Makedonija",
        "Северна Македонија",
        "Severna Makedonija",
        "North Macedonia",
        "North Macedonia",
    ]
    assert area_by_code(atlas, "QQ") is None


def test_large_towns_are_named_in_the_languages_of_the_region(atlas: Atlas) -> None:
    """Skopje, Pristina and Shkodër as each neighbour writes them."""
    by_name = defaultdict(list)
    for place in atlas.places:
        by_name[place.names.get("en", place.name), place.country].append(place)
    skopje, pristina, shkoder = by_name["Skopje", "MK"][0], by_name["Pristina", "XK"][0], by_name["Shkodër", "AL"][0]
    assert [skopje.names[tag] for tag in ("mk", "sq", "tr", "sr-Latn", "el")] == ["Скопје", "Shkup", "Üsküp", "Skoplje", "Σκόπια"]
    assert [pristina.names[tag] for tag in ("sq", "sr-Cyrl", "sr-Latn")] == ["Prishtinë", "Приштина", "Priština"]
    assert [shkoder.names[tag] for tag in ("sq", "hr", "tr")] == ["Shkodër", "Skadar", "İşkodra"]
    assert sum(bool(place.names) for place in atlas.places) >= 200


def test_the_atlas_file_is_small_and_repeats_no_time(atlas: Atlas) -> None:
    """At most 3 MB, and no time stamp in its header."""
    import vigie.node.atlas as here

    packed = (Path(here.__file__).parent / "atlas.json.gz").read_bytes()
    assert len(packed) < 3_000_000
    assert packed[4:8] == b"\0\0\0\0"
    assert json.loads(gzip.decompress(packed))["sources"] == list(atlas.sources)
