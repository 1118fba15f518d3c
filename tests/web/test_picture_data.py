"""The data of the picture: one choice of events, counted the same by histogram, facets, list, map and playback."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US, format_day
from vigie.node import finding, map_answer
from vigie.node.settings import init_node
from vigie.picture import cells
from vigie.web import make_app
from web.world import NOW_US, public_reports, take

WINDOW = {"west": "10", "south": "34", "east": "32", "north": "50", "zoom": "6"}
queries = st.fixed_dictionaries(
    {},
    optional={
        "field": st.sampled_from(["seismic", "conflict,cyber"]),
        "kind": st.sampled_from(["unrest", "seismic.earthquake,cyber"]),
        "country": st.sampled_from(["ME", "rs,XK"]),
        "unit": st.sampled_from(["ME-16", "RS-00,AL-11"]),
        "agency": st.sampled_from(["EMSC", "NOBODY"]),
        "since": st.sampled_from(["2026-08-01", "2026-09-20T12:00:00Z"]),
        "until": st.sampled_from(["2026-09", "2026-09-10"]),
        "bbox": st.sampled_from(["18,41,22,45"]),
        "min_severity": st.sampled_from(["1", "2.5"]),
        "min_agencies": st.sampled_from(["2"]),
        "max_agencies": st.sampled_from(["1"]),
        "q": st.sampled_from(["podgorica", "Протест", "earthquake beograd", "emsc"]),
        "mapped": st.sampled_from(["yes", "no"]),
        "cell_km": st.sampled_from(["4.5"]),
        "exercise": st.sampled_from(["true"]),
        "language": st.sampled_from(["sr-Cyrl", "sq"]),
    },
)


def _get(client: TestClient, path: str, **asked: str) -> Any:
    answer = client.get(f"{path}?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def _listed(client: TestClient, asked: dict[str, str]) -> list[str]:
    found: list[str] = []
    page = _get(client, "/data/picture", **asked)["list"]
    found += [event["id"] for event in page["events"]]
    while page["next"]:
        page = _get(client, "/data/list", **asked, after=page["next"])
        found += [event["id"] for event in page["events"]]
    return found


@settings(max_examples=40)
@given(queries)
def test_everything_counts_the_same_events(client: TestClient, asked: dict[str, str]) -> None:
    """Total = placed + unplaced = the pages of the list = the bars = the fields = what the map draws and leaves out = the playback."""
    said = _get(client, "/data/picture", **asked)
    whole, total = _get(client, "/data/map", **asked, **WINDOW), said["total"]
    moving = _get(client, "/data/frames", **asked)
    assert total == said["placed"] + said["unplaced"] == len(_listed(client, asked))
    assert total == sum(said["histogram"]["counts"]) == sum(sum(counts) for counts in said["histogram"]["by_field"].values())
    assert total == sum(line["count"] for line in said["facets"]["field"]) == sum(line["count"] for line in said["facets"]["kind"])
    for drawn in (whole, moving):
        assert drawn["drawn"] + drawn["unplaced"] + drawn["rough"] == total == drawn["total"]
        assert drawn["key"] == said["key"]
    assert len(moving["columns"]["id"]) == said["placed"]
    anytime = {name: value for name, value in asked.items() if name not in ("since", "until")}
    assert sum(said["profile"]["counts"]) == _get(client, "/data/picture", **anytime)["total"]


@settings(max_examples=15)
@given(queries, st.integers(0, 12))
def test_cells_count_the_same_events_too(client: TestClient, asked: dict[str, str], zoom: int) -> None:
    """Where there are more events than marks, the cells of the whole world hold all that are drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_answer, "MAX_MARKS", -1)
        patch.setattr(map_answer, "MAX_MOVING", -1)
        said = _get(client, "/data/map", **asked, zoom=str(zoom))
        moving = _get(client, "/data/frames", **asked, step_days="20") if said["drawn"] + said["rough"] else None
    assert said["form"] == "cells"
    assert sum(cell["count"] for cell in said["cells"]) == said["drawn"]
    assert said["drawn"] + said["unplaced"] + said["rough"] == said["total"] == _get(client, "/data/picture", **asked)["total"]
    assert moving is None or {*moving["cells"]} == {*moving["shapes"]}


def test_many_cells_are_made_fewer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room at any resolution the coarsest is shown whole; nothing is left out."""
    monkeypatch.setattr(map_answer, "MAX_MARKS", -1)
    monkeypatch.setattr(cells, "MAX_CELLS", 1)
    coarse = _get(client, "/data/map", zoom="6")
    assert coarse["resolution"] == 2 < len(coarse["cells"])
    assert sum(cell["count"] for cell in coarse["cells"]) == coarse["drawn"]


def test_two_times_are_compared_with_the_same_conditions(client: TestClient) -> None:
    """The second has the totals that it has when it is asked alone; the cells of both are side by side."""
    first, second = {"since": "2026-08-01", "until": "2026-08-31"}, {"since": "2026-09-01", "until": "2026-09-30"}
    versus = {f"vs_{name}": value for name, value in second.items()}
    said, alone = _get(client, "/data/picture", field="seismic", **first, **versus), _get(client, "/data/picture", field="seismic", **second)
    assert said["versus"]["total"] == alone["total"] > 0
    assert sum(said["versus"]["histogram"]["counts"]) == alone["total"]
    assert said["versus"]["facets"]["field"] == {"seismic": alone["total"]}
    drawn = _get(client, "/data/map", field="seismic", **first, **versus)
    assert drawn["form"] == "change"
    assert sum(cell["count_a"] for cell in drawn["cells"]) == drawn["drawn"]
    assert sum(cell["count_b"] for cell in drawn["cells"]) == drawn["versus"]["drawn"]


def test_real_and_exercise_never_mix(client: TestClient) -> None:
    """No event of one is in any answer of the other; each says which it is."""
    real, exercise = (_get(client, "/data/picture", exercise=value) for value in ("false", "true"))
    assert (real["exercise"], exercise["exercise"]) == (False, True)
    assert not {*_listed(client, {})} & {*_listed(client, {"exercise": "true"})}
    assert real["key"] != exercise["key"]
    assert not {*_get(client, "/data/map")["columns"]["id"]} & {*_get(client, "/data/map", exercise="true")["columns"]["id"]}


def test_an_event_of_a_day_has_no_false_hour(client: TestClient) -> None:
    """A day is said as a day; what has an instant has one."""
    lines = _get(client, "/data/picture", field="cyber,seismic")["list"]["events"]
    assert all(len(line["when"]) == len("2026-09-01") for line in lines if line["field"] == "cyber")
    assert all(line["when"].endswith("UTC") for line in lines if line["field"] == "seismic")


@pytest.fixture(scope="module")
def small_client(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[TestClient]:
    """A node with one event of ten days, one in Šabac, and one that only its words place."""
    folder: Path = tmp_path_factory.mktemp("small")
    node, model = init_node(folder / "node", "ME-NODE"), public_reports()[-1]
    begin_us = (NOW_US // DAY_US - 30) * DAY_US
    plain = replace(model, place=None, summary=None, details={}, begin_us=begin_us, end_us=begin_us)
    take(node, [
        replace(plain, agency="LONG", agency_ref="l1", lon=20.9, lat=43.3, end_us=begin_us + 10 * DAY_US),
        replace(plain, agency="ŠTAB", agency_ref="s1", lon=19.70, lat=44.75, radius_km=2.0),
        replace(plain, agency="WORDS", agency_ref="w1", lon=None, lat=None, place="Мала Крсна", summary="Blokada puta kod mosta"),
        replace(plain, agency="FAR", agency_ref="f1", lon=28.0, lat=37.0, radius_km=200.0),
    ])  # fmt: skip
    client = TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False)
    with client:
        yield client
    node.store.close()


def test_an_event_of_ten_days_is_in_a_window_of_its_fifth_day(small_client: TestClient) -> None:
    """In list, map and histogram; and the answer says that it began before."""
    day = format_day((NOW_US // DAY_US - 25) * DAY_US)
    said = _get(small_client, "/data/picture", since=day, until=day)
    assert (said["total"], said["before"], said["histogram"]["counts"]) == (1, 1, [1])
    assert _get(small_client, "/data/map", since=day, until=day)["drawn"] == 1


@pytest.mark.parametrize(
    ("spellings", "agencies"),
    [
        (("sabac", "Šabac", "Шабац", "ШАБАЦ"), ["ŠTAB"]),
        (("stab", "Штаб", "štab"), ["ŠTAB"]),
        (("mala krsna", "Мала Крсна", "krsna mala"), ["WORDS"]),
        (("blokada mosta", "БЛОКАДА моста"), ["WORDS"]),
        (("protest sabac", "Šabac peaceful protest"), ["ŠTAB"]),
        (("FAR/f1", "f1"), ["FAR"]),
        (("nothing at all", "mosta sabac"), []),
    ],
)
def test_every_spelling_finds_the_same_events(small_client: TestClient, spellings: tuple[str, ...], agencies: list[str]) -> None:
    """Towns within reach, agencies, kinds in any language, references and the reports' own words; all words must be met."""
    for spelling in spellings:
        said = _get(small_client, "/data/picture", q=spelling)
        assert [name for line in said["list"]["events"] for name in line["agencies"]] == agencies, spelling
        assert said["searched"] == "names and words"


def test_of_a_large_world_only_names_are_searched(small_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the answer says so."""
    monkeypatch.setattr(finding, "MAX_SEARCHED", 1)
    said = _get(small_client, "/data/picture", q="puta")
    assert (said["searched"], said["total"]) == ("names", 0)


def test_a_place_known_by_country_alone_is_marked_as_vague(small_client: TestClient) -> None:
    """It has a ring and no dot."""
    said = _get(small_client, "/data/map")
    assert [radius > 150 if radius else False for radius in said["columns"]["radius_km"]] == [bool(vague) for vague in said["columns"]["vague"]]
    assert sum(said["columns"]["vague"]) == 1


@pytest.mark.parametrize("spellings", [("dj", "Đ", "Ђ"), ("sabac", "Šabac", "Шабац"), ("beogr", "Београ"), ("podg", "ПОДГ")])
def test_every_spelling_is_suggested_the_same(client: TestClient, spellings: tuple[str, ...]) -> None:
    """The same places, kinds and agencies, and there are some."""
    found = [_get(client, "/data/search", q=spelling)["suggestions"] for spelling in spellings]
    assert found[0]
    assert all(one == found[0] for one in found)


def test_suggestions_are_of_every_sort(client: TestClient) -> None:
    """A country with its box, a unit, a town with its zoom, a kind, a field, an agency of this world; in the reader's language."""
    said = {what: [one for one in _get(client, "/data/search", q=q, language="sr-Cyrl")["suggestions"] if one["what"] == what] for what, q in SORTS.items()}
    assert [found[0]["name"] for found in said.values()] == ["RS", "ME-16", "Podgorica", "cyber.ddos", "cyber", "EMSC"]
    assert [said[what][0]["title"] for what in ("country", "unit", "place")] == ["Србија", "Подгорица", "Подгорица"]
    assert len(said["country"][0]["bounds"]) == 4
    assert said["place"][0]["zoom"] > 5


SORTS = {"country": "srbija", "unit": "podgorica", "place": "podgorica", "kind": "denial", "field": "cyber", "agency": "ems"}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/data/picture?field=nothing", "no such field"),
        ("/data/picture?kind=nothing", "no such kind"),
        ("/data/picture?unit=ME", "no such unit"),
        ("/data/picture?country=QQ", "no such country"),
        ("/data/picture?since=yesterday", "date cannot be understood"),
        ("/data/picture?colour=red", "no such parameter"),
        ("/data/picture?q=a&q=b", "given twice"),
        ("/data/picture?language=xx", "no texts in this language"),
        ("/data/picture?period=hour", "timeline would be too long"),
        ("/data/list?after=nonsense", "no such page"),
        ("/data/map?west=10", "window cannot be understood"),
        ("/data/map?west=20&south=1&east=10&north=2", "window cannot be understood"),
        ("/data/map?zoom=99", "cannot be understood"),
        ("/data/basemap?detail=huge", "cannot be understood"),
        ("/data/names?field=x", "no such parameter"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(client: TestClient, path: str, told: str) -> None:
    """With status 400, never a traceback and never an empty picture."""
    answer = client.get(path)
    assert answer.status_code == 400
    assert told in answer.json()["error"]
    assert answer.json()["error"].endswith(".")


def test_a_playback_of_too_many_steps_is_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way out."""
    monkeypatch.setattr(map_answer, "MAX_MOVING", 1)
    answer = client.get("/data/frames?step_days=0.1")
    assert answer.status_code == 400
    assert "choose longer steps" in answer.json()["error"]


def test_the_desk_says_what_every_screen_needs(client: TestClient) -> None:
    """Nobody is signed in; each field has a tone of its own, each kind a shape; Kosovo its note."""
    said = _get(client, "/data/desk", language="mk")
    assert (said["audience"], said["account"], said["form_key"], said["own"], said["language"]) == ("PUBLIC", None, None, False, "mk")
    assert len({field["tone"] for field in said["fields"]}) == len(said["fields"])
    assert {kind["shape"] for kind in said["kinds"]} == set(range(8))
    assert {kind["field"] for kind in said["kinds"]} == {field["name"] for field in said["fields"]}
    assert any(country["name"].endswith("*") for country in said["countries"])
    assert "UNSCR 1244/1999" in said["notes"][0]


def test_names_are_in_the_readers_script_and_say_their_language(client: TestClient) -> None:
    """A country, a unit and a town; the asterisk stays; places lie where they are."""
    said = _get(client, "/data/names", language="sr-Cyrl")
    by_code = {area["code"]: area for area in said["countries"]}
    assert (by_code["RS"]["name"], by_code["RS"]["lang"]) == ("Србија", "sr-Cyrl")
    assert by_code["XK"]["name"].endswith("*")
    assert any("1244" in note for note in said["notes"])
    assert {"Београд", "Подгорица", "Скопље"} <= {place["name"] for place in said["places"]}
    assert 250 <= len(said["places"]) <= 300
    assert 19 < by_code["RS"]["lon"] < 23
    assert {area["code"] for area in said["units"]} >= {"ME-16"}


def test_the_land_is_small_and_kept(client: TestClient) -> None:
    """At most 30 kB and 220 kB packed; known answers are not sent again; every ring is sound."""
    for detail, most in (("low", 30_000), ("high", 220_000)):
        answer = client.get(f"/data/basemap?detail={detail}")
        assert len(gzip.compress(answer.content, 6)) <= most
        assert "max-age" in answer.headers["cache-control"]
        assert client.get(f"/data/basemap?detail={detail}", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        said = answer.json()
        rings = [ring for country in said["countries"] for polygon in country["polygons"] for ring in polygon]
        assert all(len(ring) >= 6 and len(ring) % 2 == 0 for ring in rings)
        assert {country["code"] for country in said["countries"] if country["home"]} >= {"ME", "RS", "XK", "TR"}
    assert said["units"]
