"""The pages: they agree with themselves, hold no foreign address, and need no JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.node.answers import page_of, sums
from vigie.node.pictures import Choice, chosen_events
from vigie.node.settings import Node, init_node
from vigie.picture.charts import WIDTH, region_view, view_of
from vigie.web import make_app, pages
from vigie.web.desk import Desk
from web.browser import CALM, CHROMIUM, served
from web.world import HOSTILE, NOW_US

QUERIES = ("", "?field=seismic", "?country=ME", "?agency=EMSC", "?days=7", "?days=30&min_agencies=2", "?exercise=true", "?country=XK&exercise=true")


def _numbers(text: str) -> tuple[int, ...]:
    """Total, on the map and not on the map, as the page's line says."""
    line = re.search(r'class="agree">(.*?)</p>', text, re.DOTALL)
    assert line
    return tuple(int(number.replace(",", "")) for number in re.findall(r"<strong>([\d,]+)</strong>", line.group(1)))


@pytest.mark.parametrize("query", QUERIES)
def test_map_list_and_histogram_count_the_same_events(client: TestClient, query: str) -> None:
    """On the map + not on the map = total = the list's pages = the sum of the bars."""
    text = client.get(f"/plain{query}").text
    total, drawn, missing = _numbers(text)
    assert total == drawn + missing
    assert text.count('tabindex="-1"><circle') == drawn
    assert sum(int(count) for count in re.findall(r"<g><title>[\d-]+: (\d+)</title>", text)) == total
    assert _listed(client, f"/plain{query}") == total


def _listed(client: TestClient, address: str) -> int:
    count = 0
    while address:
        text = client.get(address).text
        count += re.search(r'id="list-title".*?</table>', text, re.DOTALL)[0].count('class="what"')  # type: ignore[index]
        following = re.search(r'href="([^"]+)" rel="next"', text)
        address = following[1].replace("&amp;", "&") if following else ""
    return count


def test_more_events_than_marks_are_said_and_the_most_severe_are_drawn(shown_node: Node, atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for five marks, the five most severe are there and the rest is counted."""
    monkeypatch.setattr(pages, "MAX_MARKS", 5)
    desk: Desk = make_app(shown_node, atlas, lambda: NOW_US).state.desk
    world = desk.worlds.world(exercise=False)
    rows = chosen_events(world, Choice())
    on_map = pages.mapped(world, rows, atlas, "")
    assert len(on_map.drawn) == 5
    assert len(on_map.drawn) + len(on_map.unmapped) == len(rows)
    assert world.events.severity[on_map.drawn].min() >= world.events.severity[on_map.crowded].max()
    assert sum(sums(world, rows, atlas)["time"].values()) == len(rows) == len(page_of(world, rows, "", 10_000)[0])


@pytest.mark.parametrize("path", ["/plain", "/plain?field=conflict", "/plain?agency=%3Cscript%3E"])
def test_a_hostile_name_is_shown_and_does_nothing(client: TestClient, path: str) -> None:
    """What an agency wrote is escaped wherever it stands, and so is what a reader typed."""
    text = client.get(path).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_a_hostile_report_is_harmless_on_its_own_page(client: TestClient) -> None:
    """Every member of the report is escaped."""
    found = next(report for report in client.get("/api/reports?limit=1000").json()["reports"] if report["agency"] == HOSTILE)
    text = client.get(f"/plain/events/{found['event']}").text
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_names_no_other_host(client: TestClient, query: str) -> None:
    """No address with a host in page or style, no script, no inline style."""
    for path in (f"/plain{query}", "/static/frame.css", "/static/vigie.css"):
        text = client.get(path).text
        assert set(re.findall(r"https?://[^\s'\"]+", text)) <= {"http://www.w3.org/2000/svg"}
        assert not re.search(r"<script|<iframe|\son\w+=|\sstyle=|@import|url\(", text)


def test_kosovo_has_its_note_wherever_the_name_stands(client: TestClient) -> None:
    """The asterisk and the note come together, on the page, on an event's page and in the API."""
    note = "UNSCR 1244/1999"
    found = client.get("/api/events?country=XK").json()
    paths = ["/plain", "/plain?country=XK", *(f"/plain/events/{event['id']}" for event in found["features"])]
    for path in paths:
        text = client.get(path).text
        assert "Kosovo*" in text
        assert note in text
    assert note in found["notes"][0]


def test_an_exercise_is_striking_and_its_links_stay_in_it(client: TestClient) -> None:
    """The banner is on the exercise only; every event link leads to the exercise world."""
    real, exercise = client.get("/plain").text, client.get("/plain?exercise=true").text
    assert "EXERCISE · EXERCISE" not in real
    assert "EXERCISE · EXERCISE" in exercise
    assert all("exercise=true" in link for link in re.findall(r'href="(/plain/events/[^"]+)"', exercise))
    event = re.search(r'href="(/plain/events/[^"]+)"', exercise)
    assert event
    assert "EXERCISE · EXERCISE" in client.get(event[1]).text


def test_a_page_is_sound_html(client: TestClient) -> None:
    """One h1, a language, a skip link to a place that is there, a label for every control, a caption for every table."""
    text = client.get("/plain").text
    assert text.count("<h1>") == 1
    assert '<html lang="en">' in text
    assert 'href="#content"' in text
    assert 'id="content"' in text
    assert set(re.findall(r'<(?:select|input) id="(\w+)"', text)) == set(re.findall(r'<label for="(\w+)"', text))
    assert text.count("<table") == text.count("<caption")


def test_more_that_is_not_on_the_map_than_is_named_is_counted(shown_node: Node, atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only some of the events without a mark are named, the page says how many more there are, in every language."""
    monkeypatch.setattr(pages, "MAX_UNMAPPED", 1)
    client = TestClient(make_app(shown_node, atlas, lambda: NOW_US), raise_server_exceptions=False)
    texts = [client.get(f"/plain?language={language}").text for language in ("en", "fr", "mk")]
    assert "more: they are in the list" in texts[0]
    assert all(_numbers(text) == _numbers(texts[0]) for text in texts)


def test_an_empty_node_has_a_page_too(tmp_path: Path, atlas: Atlas) -> None:
    """Nothing yet is not an error, and not a sign of peace."""
    node = init_node(tmp_path / "empty", "ME-NODE")
    client = TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False)
    assert "0 events" in client.get("/plain").text
    assert [client.get(path).status_code for path in ("/api/events", "/api/reports", "/api/picture", "/metrics")] == [200] * 4
    node.store.close()


def test_the_view_holds_what_it_is_asked_to_show(atlas: Atlas) -> None:
    """The corners of the region lie on the canvas, north above south, east right of west."""
    west, south, east, north = atlas.bounds
    view = region_view(atlas)
    x, y = view.at(np.array([west, east]), np.array([south, north]))
    assert 0 <= x[0] < x[1] <= WIDTH
    assert -1e-6 <= y[1] < y[0] <= view.height + 1e-6
    assert not view.holds(np.array([np.nan, 100.0]), np.array([np.nan, 25.0])).any()
    assert view_of((19.0, 42.0, 19.5, 43.0)).height <= 1.1 * WIDTH + 1e-6


@pytest.mark.slow
def test_the_page_is_drawn_without_javascript_and_asks_nobody_else(shown_node: Node, atlas: Atlas, tmp_path: Path) -> None:
    """In a browser with JavaScript off the map has many colours, and every request goes to the node."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    asked: list[str] = []
    server, port = served(make_app(shown_node, atlas, lambda: NOW_US))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{port}/plain")
        picture = page.screenshot(path=tmp_path / "page.png")
        width = page.locator("html").bounding_box()["width"]
        widest = max(box["x"] + box["width"] for part in page.locator("main > *, header, form").all() if (box := part.bounding_box()))
        browser.close()
    server.should_exit = True
    assert {address.split("/")[2] for address in asked if not address.startswith("data:")} == {f"127.0.0.1:{port}"}
    assert len(picture) > 20_000
    assert widest <= width + 1
