"""Every risk beside what answers it, as its screen is told it: gaps first, each reader its own world, and nothing of it made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.activities.coverage import VERDICTS
from vigie.model.atlas import Atlas
from vigie.model.label import Label
from vigie.model.times import DAY_US, format_day, format_time
from vigie.node.settings import Node
from vigie.web import make_app
from web.desk_world import OWN, PARTNER, content, desk_node, fill, issue, sign_in
from web.partner_world import answered, silenced
from web.world import NOW_US, public_reports, take

LATE_US = NOW_US + 200 * DAY_US
"""An instant at which the exercise's events lie in the past."""


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


@pytest.fixture(scope="module")
def late(node: Node, atlas: Atlas) -> Mapping[str, TestClient]:
    """The same node when its exercise lies in the past: somebody who is not signed in, and the desk."""
    app = make_app(node, atlas, lambda: LATE_US)
    return {"": TestClient(app, raise_server_exceptions=False), "duty": sign_in(TestClient(app, raise_server_exceptions=False), "duty")}


def told(clients: Mapping[str, TestClient], path: str = "/data/risks", account: str = "duty") -> Any:
    """The answer to an account."""
    answer = clients[account].get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sums_of_page(clients: Mapping[str, TestClient], path: str, account: str = "duty") -> dict[str, int]:
    """How many rows the page of coverage has of each verdict."""
    table = clients[account].get(path).text.splitlines()
    return {verdict: sum(f",{verdict}," in line for line in table) for verdict in VERDICTS}


def sums_of(found: Any) -> dict[str, int]:
    """How many rows the answer counts of each verdict."""
    return {item["verdict"]: item["rows"] for item in found["summary"]["verdicts"]}


def row_of(found: Any, area: str, field: str) -> Any:
    """The row of an area and field."""
    return next(row for row in found["rows"] if (row["area"], row["field"]) == (area, field))


def test_gaps_come_first_and_the_sums_are_those_of_the_coverage_page(clients: Mapping[str, TestClient]) -> None:
    """Rows by the gravity of their verdict; as many gaps as the page of coverage has; a verdict asked for alone has as many rows as its sum says."""
    found = told(clients)
    places = [VERDICTS.index(row["verdict"]) for row in found["rows"]]
    assert places == sorted(places)
    sums = sums_of(found)
    assert sums == sums_of_page(clients, "/coverage.csv")
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


def test_a_day_that_is_named_shows_how_things_stood_then(clients: Mapping[str, TestClient]) -> None:
    """The sums and the map are those of the page of coverage on that day; what was said later is not told, and nobody drafts a warning from it."""
    day = format_day(NOW_US - 60 * DAY_US)
    found, now = told(clients, f"/data/risks?at={day}"), told(clients)
    assert sums_of(found) == sums_of_page(clients, f"/coverage.csv?at={day}") != sums_of(now)
    assert (found["day"], found["as_of"], found["clock"]) == (day, f"{day}T23:59:59.999999Z", f"{day}T23:59:59.999999Z")
    assert (found["is_now"], found["is_at_end_of_exercise"], found["may"]) == (False, False, {"draft": False})
    assert (now["is_now"], now["as_of"], now["clock"], now["may"]) == (True, format_time(NOW_US), format_time(NOW_US), {"draft": True})
    assert all(event["day"] <= day for row in found["rows"] for event in row["events"]["shown"])
    assert any(row["warnings"] for row in now["rows"])
    assert "w-public" not in clients["duty"].get(f"/data/risks?at={day}").text
    assert all(item["raised"][:10] <= day for row in found["rows"] for item in row["signals"])
    units = told(clients, f"/data/risks/map?at={day}")["units"]
    assert [unit["verdict"] for unit in units] != [unit["verdict"] for unit in told(clients, "/data/risks/map")["units"]]
    today = format_day(NOW_US)
    assert clients["duty"].get(f"/data/risks?at={today}").content == clients["duty"].get("/data/risks").content


def test_warnings_stand_on_a_day_as_they_stood_then(clients: Mapping[str, TestClient]) -> None:
    """A day later each of them is there, and what has run out by then does not speak of a risk any more."""
    now, later = told(clients), told(clients, f"/data/risks?at={format_day(NOW_US + 60 * DAY_US)}")
    assert {item["id"] for row in now["rows"] for item in row["warnings"]} >= {"w-quake"}
    assert not any(item["is_live"] for row in later["rows"] for item in (*row["warnings"], *row["wide"]))


@pytest.mark.parametrize("day", ["yesterday", "1066-10-14", "2100-01-01", "2026-13-01"])
def test_a_day_that_is_none_is_refused(clients: Mapping[str, TestClient], day: str) -> None:
    """With one sentence, by rows and map alike."""
    for path in ("/data/risks", "/data/risks/map"):
        answer = clients[""].get(f"{path}?at={day}")
        assert (answer.status_code, "day" in answer.json()["error"]) == (400, True)


def test_an_exercise_that_lies_in_the_past_is_shown_as_of_its_end(clients: Mapping[str, TestClient], late: Mapping[str, TestClient]) -> None:
    """Who opens it sees its risks, not that all is unknown now; now can be asked for, and the real world is shown as of now."""
    ends = format_day(max(report.begin_us for report in public_reports(exercise=True)[:9]))
    for account in ("duty", ""):
        found = told(late, "/data/risks?exercise=true", account)
        assert (found["day"], found["exercise_ends"], found["is_at_end_of_exercise"], found["is_now"]) == (ends, ends, True, False)
        assert (found["as_of"], found["clock"], found["today"]) == (f"{ends}T23:59:59.999999Z", format_time(LATE_US), format_day(LATE_US))
        assert sums_of(found) == sums_of_page(late, f"/coverage.csv?exercise=true&at={ends}", account)
    assert told(late, "/data/risks/map?exercise=true")["is_at_end_of_exercise"] is True
    now = told(late, f"/data/risks?exercise=true&at={format_day(LATE_US)}")
    assert (now["is_now"], now["is_at_end_of_exercise"], now["exercise_ends"]) == (True, False, ends)
    assert sums_of(now) == sums_of_page(late, "/coverage.csv?exercise=true")
    assert told(late)["is_now"] is True
    assert told(clients, "/data/risks?exercise=true")["is_now"] is True


def test_what_players_do_after_the_script_is_over_stands_beside_its_risks(node: Node, late: Mapping[str, TestClient]) -> None:
    """They write warnings by the clock: one that is live now is shown, whatever day of the exercise is looked at, with deadlines of now."""
    issue(node, content("w-late", evidence=(), onset_us=LATE_US, next_review_us=None, expires_us=LATE_US + DAY_US), now_us=LATE_US - DAY_US, exercise=True)
    for at in ("", f"&at={format_day(NOW_US - 5 * DAY_US)}"):
        found = told(late, f"/data/risks?exercise=true{at}")
        mine = [item for row in found["rows"] for item in row["deadlines"] if item["of"] == "w-late" and item["kind"] == "expires"]
        assert mine
        assert not any(item["over"] for item in mine)
        assert found["may"] == {"draft": True}


def test_an_event_that_is_hidden_does_not_move_the_end_of_the_exercise(node: Node, late: Mapping[str, TestClient]) -> None:
    """Each audience is shown the end of its own world: a later event of the own party's alone changes no byte for others."""
    paths = ("/data/risks?exercise=true", "/data/risks/map?exercise=true")
    before = [late[""].get(path).content for path in paths]
    hidden = replace(public_reports(exercise=True)[0], agency="SECRET", agency_ref="x-later", begin_us=NOW_US + 20 * DAY_US, end_us=NOW_US + 20 * DAY_US)
    take(node, [hidden], Label(OWN, tlp="RED", rel_to=frozenset()), exercise=True)
    assert [late[""].get(path).content for path in paths] == before
    assert told(late, paths[0])["day"] == format_day(NOW_US + 20 * DAY_US)
