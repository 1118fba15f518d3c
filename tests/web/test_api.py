"""The read API: what may be asked, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import vigie
from made import quake
from vigie.model.atlas import Atlas
from vigie.model.label import Label
from vigie.node.settings import Node, init_node
from vigie.web import make_app
from web.world import HOSTILE, NOW_US, public_reports, take


def _features(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/events?limit=1000{query}")
    assert answer.status_code == 200, answer.text
    features: list[dict[str, Any]] = answer.json()["features"]
    return features


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("&field=seismic", lambda event: event["field"] == "seismic"),
        ("&kind=cyber", lambda event: event["kind"].startswith("cyber.")),
        ("&country=ME", lambda event: event["country"] == "ME"),
        ("&agency=EMSC", lambda event: "EMSC" in event["agencies"]),
        ("&since=2026-09-01", lambda event: event["end"] >= "2026-09-01"),
        ("&until=2026-08-31", lambda event: event["begin"] < "2026-09-01"),
        ("&min_severity=1.5", lambda event: event["severity"] >= 1.5),
        ("&min_agencies=2", lambda event: len(event["agencies"]) >= 2),
    ],
)
def test_a_filter_keeps_what_meets_it_and_nothing_else(client: TestClient, query: str, holds: Any) -> None:
    """The filtered answer is the unfiltered one less what does not meet the filter."""
    wanted = [event["id"] for event in _features(client) if holds(event["properties"])]
    assert [event["id"] for event in _features(client, query)] == wanted
    assert 0 < len(wanted) < len(_features(client))


def test_a_box_keeps_the_events_inside_it(client: TestClient) -> None:
    """West, south, east, north; an event without a place is in no box."""
    found = _features(client, "&bbox=18,42,20,43")
    assert found
    assert all(18 <= event["geometry"]["coordinates"][0] <= 20 and 42 <= event["geometry"]["coordinates"][1] <= 43 for event in found)


@pytest.mark.parametrize(("path", "items"), [("/api/events", "features"), ("/api/reports", "reports")])
def test_paging_visits_everything_once_and_newest_first(client: TestClient, path: str, items: str) -> None:
    """Following the next links gives what one large page gives."""
    seen, address = [], f"{path}?limit=4"
    while address:
        page = client.get(address).json()
        seen += page[items]
        assert page["numberReturned"] == len(page[items])
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(seen) == page["numberMatched"] == len({item["id"] for item in seen})
    begins = [item.get("properties", item)["begin"] for item in seen]
    assert begins == sorted(begins, reverse=True)
    assert seen == client.get(f"{path}?limit=1000").json()[items]


def test_csv_has_the_same_events(client: TestClient) -> None:
    """A table a page, and the next page in the Link header."""
    answer = client.get("/api/events?format=csv&limit=3")
    assert answer.headers["content-type"].startswith("text/csv")
    assert [line.partition(",")[0] for line in answer.text.splitlines()[1:]] == [event["id"] for event in _features(client)[:3]]
    assert 'rel="next"' in answer.headers["link"]


def test_a_limit_above_the_setting_is_the_setting(client: TestClient) -> None:
    """A page is never larger than max_page."""
    assert client.get("/api/events?limit=999999999").status_code == 200


def test_an_event_says_who_said_what(client: TestClient) -> None:
    """Every report in full, who gave which value, and why they are one."""
    brief = next(event for event in _features(client, "&min_agencies=3"))
    event = client.get(f"/api/events/{brief['id']}").json()
    assert {said["agency"] for said in event["members"]} == set(brief["properties"]["agencies"])
    assert all(said["label"]["tlp"] == "CLEAR" and said["details"]["stations"] and said["measures"] for said in event["members"])
    assert set(event["chosen"].values()) <= {said["id"] for said in event["members"]}
    assert len(event["links"]) == len(event["members"]) - 1
    assert all(len(link["words"]) >= 3 and "nats" in link["words"][0] for link in event["links"])


def test_an_event_is_found_by_any_of_its_reports(client: TestClient) -> None:
    """By AGENCY/REF and by the report's id; a reference with a slash is no hindrance."""
    for report in client.get("/api/reports?limit=1000").json()["reports"]:
        names = [report["id"]] if "/" in report["agency"] else [report["id"], f"{report['agency']}/{report['agency_ref']}"]
        for name in names:
            found = client.get(f"/api/events/by-report/{name}")
            assert found.status_code == 200, name
            assert found.json()["id"] == report["event"]


def test_a_reference_of_several_agencies_asks_which(tmp_path: Path, make_client: Callable[[Node], TestClient]) -> None:
    """One reference of two agencies in one event is found; in two events, the answer says how to ask."""
    node = init_node(tmp_path / "node", "ME-NODE")
    take(node, [quake("q1", "EMSC"), quake("q1", "MSO"), quake("q2", "EMSC"), quake("q2", "MSO", lon=25.0, begin_us=0, end_us=0)])
    client = make_client(node)
    assert client.get("/api/events/by-report/q1").status_code == 200
    answer = client.get("/api/events/by-report/q2")
    assert (answer.status_code, "AGENCY/REF" in answer.json()["error"]) == (400, True)
    assert client.get("/api/events/by-report/MSO/q2").status_code == 200
    assert client.get("/api/events/by-report/q3").status_code == 404
    node.store.close()


def test_real_and_exercise_are_never_mixed(client: TestClient) -> None:
    """Two worlds: no id of one is in the other, and each answer says which it is."""
    real, exercise = _features(client), _features(client, "&exercise=true")
    assert {event["properties"]["exercise"] for event in real} == {False}
    assert {event["properties"]["exercise"] for event in exercise} == {True}
    assert not {event["id"] for event in real} & {event["id"] for event in exercise}
    assert client.get(f"/api/events/{exercise[0]['id']}").status_code == 404
    assert client.get(f"/api/events/{exercise[0]['id']}?exercise=true").status_code == 200
    assert {report["exercise"] for report in client.get("/api/reports?exercise=true").json()["reports"]} == {True}


def test_counts_of_the_picture_agree(client: TestClient) -> None:
    """The sum of every way of counting is the number of events."""
    picture = client.get("/api/picture?period=week").json()
    total = client.get("/api/events?limit=1").json()["numberMatched"]
    sums = [picture["timeline"]["counts"], picture["by_field"], picture["by_kind"], picture["by_country"], picture["seen_by"]]
    assert [sum(counts.values()) for counts in sums] == [total] * 5
    assert sum(picture["cells"]["counts"].values()) + picture["cells"]["not_mappable"] == total == picture["events"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/events?colour=red",
        "/api/events?bbox=1,2,3",
        "/api/events?bbox=20,44,13,40",
        "/api/events?bbox=nan,1,2,3",
        "/api/events?bbox=-181,0,0,1",
        "/api/events?since=yesterday",
        "/api/events?since=%2B999999-01-01",
        "/api/events?limit=0",
        "/api/events?limit=many",
        "/api/events?after=%21",
        "/api/events?after=YWJj",
        "/api/events?exercise=perhaps",
        "/api/events?field=seismic&field=cyber",
        "/api/picture?resolution=15",
        "/api/picture?period=hour",
        "/api/reports?country=ME",
        "/api/vocabulary?x=1",
        "/health?x=1",
        "/metrics?x=1",
        "/plain?x=1",
        "/plain/events/ev-1?x=1",
        "/static/vigie.css?x=1",
        "/plain?days=3",
        "/plain?after=zzz",
    ],
)
def test_what_cannot_be_understood_is_400_with_one_sentence(client: TestClient, path: str) -> None:
    """OGC's rule: an unknown parameter and a bad value are refused; the sentence is all there is."""
    answer = client.get(path)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/json"
    (sentence,) = answer.json().values()
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_an_empty_value_says_nothing(client: TestClient) -> None:
    """A form sends its empty fields."""
    empty = "&".join(f"{name}=" for name in ("field", "country", "agency", "since", "bbox", "min_severity", "min_agencies", "exercise", "after"))
    assert client.get(f"/api/events?{empty}").json()["features"] == client.get("/api/events").json()["features"]


def test_a_long_query_is_refused(client: TestClient) -> None:
    """4,096 bytes are read."""
    assert client.get("/api/events?agency=" + "x" * 5_000).status_code == 414


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/api/events", 405), ("DELETE", "/plain", 405), ("GET", "/nothing", 404), ("GET", "/docs", 404)]
)
def test_what_is_not_there_is_a_sentence_too(client: TestClient, method: str, path: str, status: int) -> None:
    """Reading only, and no page that loads from elsewhere."""
    answer = client.request(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/plain",
        "/health",
        "/metrics",
        "/api/events",
        "/api/reports",
        "/api/picture",
        "/api/vocabulary",
        "/openapi.json",
        "/static/frame.css",
        "/static/vigie.css",
    ],
)
def test_every_answer_is_fenced(client: TestClient, path: str) -> None:
    """Security headers, no CORS, HEAD as GET without its body, and 304 for who knows it already."""
    answer, head = client.get(path), client.head(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self' data:")
    fences = [answer.headers[name] for name in ("x-content-type-options", "referrer-policy", "x-frame-options")]
    assert fences == ["nosniff", "no-referrer", "DENY"]
    assert "access-control-allow-origin" not in answer.headers
    assert (head.status_code, head.content) == (200, b"")
    if path != "/metrics":
        again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_health_and_metrics_speak_of_the_node(client: TestClient) -> None:
    """Status and version; counts of what PUBLIC may see."""
    assert client.get("/health").json() == {"status": "ok", "version": vigie.__version__, "party": "ME-NODE", "audience": "PUBLIC"}
    metrics = client.get("/metrics").text
    reports = client.get("/api/reports").json()["numberMatched"]
    assert f'vigie_reports{{exercise="false"}} {reports}\n' in metrics


def test_what_an_agency_wrote_is_data(client: TestClient) -> None:
    """A hostile name comes back as the text that it is."""
    reports = client.get("/api/reports?limit=1000").json()["reports"]
    assert HOSTILE in {report["agency"] for report in reports}
    assert json.loads(client.get("/openapi.json").text)["info"]["title"] == "Vigie"


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
