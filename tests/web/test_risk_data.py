"""Every risk beside what answers it, as its screen is told it: gaps first, each reader its own world, and nothing of it made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.activities.coverage import VERDICTS
from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US, format_time
from vigie.node.settings import Node
from vigie.web import make_app
from web.desk_world import OWN, PARTNER, desk_node, fill, sign_in
from web.partner_world import answered, silenced
from web.world import NOW_US


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Node]:
    """A desk's node with warnings in every state, a rule that fires, and activities: one that runs, one that is planned, one for its own party alone."""
    made = desk_node(tmp_path_factory.mktemp("risks") / "node")
    fill(made)
    answered(made, atlas)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def app(node: Node, atlas: Atlas) -> FastAPI:
    """Its application."""
    return make_app(node, atlas, lambda: NOW_US)


@pytest.fixture(scope="module")
def clients(app: FastAPI) -> Mapping[str, TestClient]:
    """Somebody who is not signed in, the desk, and a partner."""
    made = {name: sign_in(TestClient(app, raise_server_exceptions=False), name) for name in ("duty", "partner")}
    return made | {"": TestClient(app, raise_server_exceptions=False)}


def told(clients: Mapping[str, TestClient], path: str = "/data/risks", account: str = "duty") -> Any:
    """The answer to an account."""
    answer = clients[account].get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def row_of(found: Any, area: str, field: str) -> Any:
    """The row of an area and field."""
    return next(row for row in found["rows"] if (row["area"], row["field"]) == (area, field))


def test_gaps_come_first_and_the_sums_are_those_of_the_coverage_page(clients: Mapping[str, TestClient]) -> None:
    """Rows by the gravity of their verdict; as many gaps as the page of coverage has; a verdict asked for alone has as many rows as its sum says."""
    found = told(clients)
    places = [VERDICTS.index(row["verdict"]) for row in found["rows"]]
    assert places == sorted(places)
    sums = {item["verdict"]: item["rows"] for item in found["summary"]["verdicts"]}
    table = clients["duty"].get("/coverage.csv").text.splitlines()
    for verdict in VERDICTS:
        assert sums[verdict] == sum(f",{verdict}," in line for line in table), verdict
    for verdict in ("gap", "not known"):
        assert told(clients, f"/data/risks?verdict={verdict}")["total"] == sums[verdict]


def test_a_risk_stands_beside_what_speaks_of_it_and_what_answers_it(clients: Mapping[str, TestClient]) -> None:
    """The signal that fired, the warnings, the deadlines, the activity that names its warning, and the action that a recipient took."""
    found = told(clients)
    unrest = row_of(found, "ME-16", "conflict")
    assert [item["rule"] for item in unrest["signals"]] == ["conflict.violent_protest"]
    assert {item["id"] for item in unrest["wide"]} >= {"w-public", "w-partner"}
    quake = row_of(found, "AL", "seismic")
    assert [item["id"] for item in quake["warnings"]] == ["w-quake"]
    assert [(item["party"], item["text"]) for item in quake["done"]] == [(PARTNER, "Two teams were sent to Shkodër.")]
    assert [item["id"] for item in quake["running"]["shown"]] == ["a-runs"]
    assert quake["verdict"] == "covered"
    kinds = {item["kind"] for row in found["rows"] for item in row["deadlines"]}
    assert kinds >= {"answer", "expires", "review"}


def test_a_silence_that_runs_is_a_deadline_beside_the_risk_that_it_answers(clients: Mapping[str, TestClient], node: Node) -> None:
    """The activity under silence is planned there, and when its silence ends is told to those who may read it; one that meets no risk is listed apart."""
    ref, apart = silenced(node, areas=("RS-00",), fields=("cyber",)), silenced(node, areas=("SI",), fields=("energy",))
    row = row_of(told(clients), "RS-00", "cyber")
    assert row["verdict"] == "planned only"
    assert [item["id"] for item in row["planned"]["shown"]] == [ref]
    (due,) = [item for item in row["deadlines"] if item["kind"] == "silence"]
    assert due == {"kind": "silence", "at": format_time(NOW_US + 3 * DAY_US), "over": False, "of": f"{OWN}/{ref}", "parties": [PARTNER]}
    assert [item["id"] for item in told(clients)["loose"]["silences"]] == [apart]
    assert ref not in clients[""].get("/data/risks").text


def test_no_number_is_made_up_for_what_may_come(clients: Mapping[str, TestClient]) -> None:
    """There is room for forecasts with their scores, and nothing in it."""
    found = told(clients)
    assert found["forecasts"] == []
    assert all(row["forecasts"] == [] for row in found["rows"])


def test_nothing_is_lost_that_fits_beside_no_risk(clients: Mapping[str, TestClient]) -> None:
    """Every live warning, and every one of ours that waits for an assessment, is beside a risk or listed apart."""
    found = told(clients)
    beside = {item["id"] for row in found["rows"] for item in (*row["warnings"], *row["wide"])}
    apart = {item["id"]: item["waits"] for item in found["loose"]["warnings"]}
    assert beside | set(apart) == {"w-public", "w-quake", "w-hostile", "w-partner", "w-ended", "w-expired", "w-cancelled"}
    assert apart["w-ended"] == "assessment"


def test_the_public_is_told_what_public_pages_tell(clients: Mapping[str, TestClient]) -> None:
    """No signal, no problem, no name of a rule, no warning for partners, no silence of recipients; a partner hears of its own deadline alone."""
    public = clients[""].get("/data/risks")
    for word in ("violent_protest", "SECRET", "a-own", "w-partner", "w-ended"):
        assert word not in public.text, word
    rows = public.json()["rows"]
    assert not any(row["signals"] or row["problems"] for row in rows)
    assert not any(item["silent"] for row in rows for item in row["warnings"])
    assert {item["kind"] for row in rows for item in row["deadlines"]} == {"expires"}
    theirs = told(clients, account="partner")
    asked = {party for row in theirs["rows"] for item in row["deadlines"] if "answer" in item["kind"] for party in item["parties"]}
    assert asked <= {PARTNER}


def test_rows_are_narrowed_by_field_country_area_and_verdict(clients: Mapping[str, TestClient]) -> None:
    """Each filter keeps what it names; a mistyped name is refused, since it must not look like peace."""
    assert {row["field"] for row in told(clients, "/data/risks?field=seismic")["rows"]} == {"seismic"}
    assert {row["country"] for row in told(clients, "/data/risks?country=AL")["rows"]} == {"AL"}
    (only,) = told(clients, "/data/risks?area=ME-16&field=conflict")["rows"]
    assert only["area_name"] == "Podgorica"
    for asked in ("field=nothing", "country=FR", "area=XX", "verdict=fine", "page=0", "colour=red"):
        assert clients[""].get(f"/data/risks?{asked}").status_code == 400, asked


def test_the_map_and_its_words_tell_the_same(clients: Mapping[str, TestClient]) -> None:
    """Each unit is drawn with the gravest verdict of its rows; the words name the gaps that it shows."""
    drawn = {unit["code"]: unit["verdict"] for unit in told(clients, "/data/risks/map?field=conflict")["units"]}
    found = told(clients, "/data/risks?field=conflict")
    assert drawn["ME-16"] == row_of(found, "ME-16", "conflict")["verdict"] == "gap"
    assert "ME-16" in {item["area"] for item in found["summary"]["worst"]}
    assert clients[""].get("/data/risks/map?field=nothing").status_code == 400


def test_an_exercise_has_risks_of_its_own(clients: Mapping[str, TestClient]) -> None:
    """What is real is not told there."""
    drill = clients["duty"].get("/data/risks?exercise=true")
    assert "w-public" not in drill.text
    assert drill.json()["exercise"] is True
