"""What PUBLIC may not read changes no byte of any answer: two nodes that differ only in hidden records answer alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.label import Label
from vigie.model.report import Report
from vigie.model.times import DAY_US
from vigie.node.accounts import add_account
from vigie.node.settings import Node, init_node
from vigie.store import add_entries
from vigie.web import make_app
from web.desk_world import PASSWORD, sign_in
from web.faces import routes_of
from web.world import NOW_US, public_reports, take
from web.worlds_apart import OWNER_ONLY, SECRET, hidden_words, known_node, open_words


def _hidden() -> list[Report]:
    """Reports that would move values, counts, agencies, countries, silences and ids: beside public ones, far from all, and of the same keys."""
    public = public_reports()
    beside = [replace(report, agency=SECRET, agency_ref=f"s{number}") for number, report in enumerate(public)]
    elsewhere = [replace(report, agency=SECRET, agency_ref=f"e{number}", lon=2.35, lat=48.85, country="FR") for number, report in enumerate(public[:20])]
    return [*beside, *elsewhere]


def say(plain: Node, full: Node) -> None:
    """Both hear what is open; one of them hears before, between and after what is hidden, in both worlds."""
    for exercise in (False, True):
        hidden, opened = hidden_words(exercise=exercise), open_words(exercise=exercise)
        add_entries(full.store, hidden[:1])
        add_entries(plain.store, opened)
        add_entries(full.store, opened[:2])
        add_entries(full.store, [item for item in hidden[1:] if item.version == 1])
        add_entries(full.store, opened[2:])
        add_entries(full.store, [item for item in hidden if item.version > 1])


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[tuple[TestClient, TestClient]]:
    """A client of a node with public records only, and one of a node that holds hidden ones before, between and after them."""
    folder: Path = tmp_path_factory.mktemp("alike")
    plain, full = known_node(folder / "plain"), known_node(folder / "full")
    say(plain, full)
    public, drill = public_reports(), public_reports(exercise=True)[:9]
    take(full, _hidden(), OWNER_ONLY)
    take(full, [replace(report, summary="first word, not public") for report in public[:5]], OWNER_ONLY)
    for node in (plain, full):
        take(node, public)
        take(node, drill, exercise=True)
    take(full, [replace(report, exercise=True, agency_ref=f"x-{report.agency_ref}") for report in _hidden()], OWNER_ONLY, exercise=True)
    take(full, [replace(report, summary="later word, not public") for report in public[5:9]], OWNER_ONLY)
    secret = [replace(report, agency=SECRET, agency_ref=f"x{number}") for number, report in enumerate(public)]
    take(full, secret[:20], Label("ME-NODE", tlp="CLEAR", embargo_us=NOW_US + DAY_US))
    take(full, secret[20:], Label("ME-NODE", tlp="GREEN"))
    yield TestClient(make_app(plain, atlas, lambda: NOW_US)), TestClient(make_app(full, atlas, lambda: NOW_US))
    for node in (plain, full):
        node.store.close()


PATHS = (
    *("/", "/?exercise=true", "/?country=FR", "/?field=seismic&days=30", f"/?agency={SECRET}", "/health", "/openapi.json", "/static/vigie.css"),
    *("/api/events", "/api/events?exercise=true", "/api/events?limit=3", "/api/events?format=csv", "/api/events?bbox=2,48,3,49"),
    f"/api/events?agency={SECRET}",
    *("/api/reports", "/api/reports?limit=3", "/api/reports?exercise=true", f"/api/reports?agency={SECRET}", "/api/vocabulary"),
    *("/api/review", "/api/review?exercise=true", "/api/review?limit=2&page=2", "/api/review/ln-none", "/api/decisions", "/api/decisions?exercise=true"),
    *("/api/picture", "/api/picture?exercise=true", "/api/picture?period=day", "/api/picture?colour=red", "/nothing"),
    *("/activities", "/activities?exercise=true", "/activities?standing=running", "/activities?standing=withdrawn", "/activities?field=cyber"),
    *("/activities?country=ME", "/activities?country=AL", "/activities?page=2", f"/activities?country={SECRET}", "/activities.iati.xml"),
    *("/activities.iati.xml?exercise=true", "/activities/ME-NODE/a-open", "/activities/ME-NODE/a-open?exercise=true", "/activities/ME-NODE/a-more"),
    *("/activities/ME-NODE/a-secret", "/stocktake", "/stocktake?exercise=true", "/stocktake?by=country", "/stocktake?at=2026-03-01", "/stocktake.csv"),
    *("/coverage", "/coverage?exercise=true", "/coverage?country=AL", "/coverage?field=cyber", "/coverage?against=2026-03-01"),
    *("/coverage.csv", "/coverage.svg", "/public", "/public?language=sr-Cyrl", "/public?exercise=true", "/public.json", "/public.json?language=sq"),
    *(
        "/public/feed.atom",
        "/warnings",
        "/warnings?language=fr",
        "/warnings?exercise=true",
        "/warnings.atom",
        "/warnings/w-open",
        "/warnings/w-open?language=mk",
    ),
    *("/warnings/w-secret", "/brief?country=ME", "/brief?country=AL&language=fr", "/brief.pdf", "/sign-in", "/metrics"),
    *("/static/desk.css", "/static/brief.css", "/static/cover.css"),
    *(f"/api/events/by-report/{name}" for name in (f"{SECRET}/s1", "s1", "q1", "EMSC/q1", "nothing")),
)


OF_ITS_KEYS = {"/sync/card"}
"""What two nodes with keys of their own answer otherwise; `test_leaks` compares it at two nodes with the same keys."""


def _same(first: Response, second: Response) -> bool:
    headers = [{name: value for name, value in answer.headers.items() if name != "date"} for answer in (first, second)]
    return (first.status_code, first.content, headers[0]) == (second.status_code, second.content, headers[1])  # type: ignore[attr-defined]


def _ask(client: TestClient, path: str) -> Response:
    return client.get(path, headers={"Accept-Encoding": "identity"})  # type: ignore[return-value]


@pytest.mark.parametrize("path", PATHS)
def test_hidden_records_change_no_byte_of_an_answer(clients: tuple[TestClient, TestClient], path: str) -> None:
    """Status, headers and body are the same, and the hidden agency is in none of them unless the reader named it."""
    plain, full = (_ask(client, path) for client in clients)
    assert _same(plain, full)
    assert SECRET in path or SECRET.encode() not in full.content  # type: ignore[attr-defined]


def test_every_public_page_is_among_those_that_are_compared(clients: tuple[TestClient, TestClient]) -> None:
    """A page that is added to the node is added here: every address without a name in it that PUBLIC may open."""
    app: Any = clients[0].app
    open_paths = {route.path for route in routes_of(app) if "GET" in (route.methods or ()) and "{" not in route.path and not route.path.startswith("/desk")}
    assert len(open_paths) > 25
    assert open_paths - {path.partition("?")[0] for path in PATHS} == OF_ITS_KEYS


@pytest.fixture(scope="module")
def partners(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[tuple[TestClient, TestClient]]:
    """A partner that is signed in at two nodes that differ only in what it may not read; what it said itself it may."""
    folder: Path = tmp_path_factory.mktemp("partners")
    plain, full = known_node(folder / "plain"), known_node(folder / "full")
    for node in (plain, full):
        take(node, public_reports())
        add_account(node, "third", "MK-NODE", "releaser", PASSWORD, now_us=NOW_US)
    say(plain, full)
    made = [sign_in(TestClient(make_app(node, atlas, lambda: NOW_US)), "third") for node in (plain, full)]
    yield made[0], made[1]
    for node in (plain, full):
        node.store.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/activities", "/activities.iati.xml", "/activities/ME-NODE/a-open", "/activities/ME-NODE/a-secret", "/stocktake", "/coverage", "/coverage.csv"),
        *("/desk", "/desk/activities", "/desk/activities/new", "/desk/contacts", "/desk/contacts.csv", "/desk/pages", "/desk/warnings", "/desk/scoreboard"),
        *("/desk/review", "/desk/review/decisions", "/desk/review/ln-none", "/api/review", "/api/decisions"),
        *("/warnings", "/warnings/w-open", "/public", "/desk/activities?exercise=true"),
    ],
)
def test_what_a_party_may_not_read_changes_nothing_that_it_sees(partners: tuple[TestClient, TestClient], path: str) -> None:
    """But for the keys of its session's forms and the new names that forms bear."""
    plain, full = (_ask(client, path) for client in partners)
    shown = [re.sub(rb'("form_key":"\w+"|name="form_key" value="\w+"|value="k-\w+")', b"", answer.content) for answer in (plain, full)]  # type: ignore[attr-defined]
    assert (plain.status_code, shown[0]) == (full.status_code, shown[1])
    assert SECRET.encode() not in shown[1]


def test_the_owner_sees_what_others_do_not(partners: tuple[TestClient, TestClient]) -> None:
    """So that the comparison compares something: what is hidden moves its owner's pages, and what is open stands on everybody's."""
    app: Any = partners[1].app
    add_account(app.state.desk.node, "own", "ME-NODE", "releaser", PASSWORD, now_us=NOW_US)
    own = sign_in(TestClient(app), "own")
    for path in ("/activities", "/activities/ME-NODE/a-open", "/stocktake", "/desk/activities", "/desk/contacts", "/warnings", "/desk"):
        assert SECRET in own.get(path).text, path
    page = partners[1].get("/activities/ME-NODE/a-open").text
    assert "Broken by" in page
    assert "a warning that MK-NODE cannot see" in page
    assert "Open workshop" in TestClient(app).get("/public").text


def test_hidden_records_change_no_event(clients: tuple[TestClient, TestClient]) -> None:
    """Every event's answer and page are the same, with its reports, links and ids."""
    for exercise in ("false", "true"):
        for event in clients[0].get(f"/api/events?limit=1000&exercise={exercise}").json()["features"]:
            for path in (f"/api/events/{event['id']}?exercise={exercise}", f"/events/{event['id']}?exercise={exercise}"):
                assert _same(*(_ask(client, path) for client in clients))


def test_hidden_records_change_no_figure(clients: tuple[TestClient, TestClient]) -> None:
    """The figures for Prometheus are the same but for those of the process."""
    plain, full = (client.get("/metrics").text.splitlines() for client in clients)
    assert plain == full
    assert len(plain) > 5


def test_hidden_and_absent_look_alike(clients: tuple[TestClient, TestClient]) -> None:
    """The same 404, byte for byte, for what is hidden and for what never was."""
    hidden, absent = (_ask(clients[1], f"/api/events/by-report/{ref}") for ref in (f"{SECRET}/s1", "NOBODY/n1"))
    assert _same(hidden, absent)
    assert hidden.status_code == 404
    assert _same(*(_ask(clients[1], f"/api/events/{name}") for name in ("ev-00000000000000000000", "x")))


def test_a_world_is_made_again_when_the_store_or_an_embargo_moves_on(tmp_path: Path, atlas: Atlas) -> None:
    """A new file is shown at once, a record under embargo from its end on; the old ETag no longer matches."""
    node = init_node(tmp_path / "node", "ME-NODE")
    clock = [NOW_US]
    client = TestClient(make_app(node, atlas, lambda: clock[0]))
    assert client.get("/api/events").json()["numberMatched"] == 0
    take(node, public_reports()[:1])
    first = client.get("/api/events")
    assert first.json()["numberMatched"] == 1
    take(node, public_reports()[-2:], Label("ME-NODE", tlp="CLEAR", embargo_us=NOW_US + 60_000_000))
    assert client.get("/api/events", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    clock[0] += 60_000_000
    later = client.get("/api/events", headers={"If-None-Match": first.headers["etag"]})
    assert (later.status_code, later.json()["numberMatched"]) == (200, 3)
    node.store.close()
