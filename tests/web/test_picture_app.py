"""The picture in a real browser with a map drawn in software: by mouse, by keys alone, and where the map cannot be drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from vigie.model.atlas import Atlas
from vigie.node.settings import Node
from vigie.web import make_app
from web.browser import BARE, DRAWN, Browsed, browsing, closed
from web.world import NOW_US

MAP = "&map=5.6/43.2/19.6"
"""A window in which every placed event of the region lies."""


LATER = ("?field=seismic", "?country=ME", "?min_agencies=2")
"""Choices that only the long run looks at."""


@pytest.fixture(scope="module")
def seen(shown_node: Node, atlas: Atlas) -> Iterator[Browsed]:
    """The small world in a browser that draws maps."""
    with browsing(make_app(shown_node, atlas, lambda: NOW_US), DRAWN) as browsed:
        yield browsed


def numbers(text: str) -> list[int]:
    """The whole numbers of a text."""
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]


def drawn(page: Any) -> None:
    """Waits until the map has drawn its land and its marks."""
    page.wait_for_selector(".box[data-idle]")


def total(page: Any) -> int:
    """How many events the picture counts."""
    page.wait_for_selector("ol.lines")
    return numbers(page.locator("main h1").inner_text())[0]


@pytest.mark.slow
@pytest.mark.parametrize("query", ["?last=", *(pytest.param(query, marks=pytest.mark.long) for query in LATER), "?field=cyber,conflict&mapped=no"])
def test_map_list_and_histogram_count_the_same(seen: Browsed, query: str) -> None:
    """On the map + not on the map = the heading = the lines of the list = the bars."""
    page = seen.page(f"/{query}")
    page.wait_for_selector(".box[data-drawn]")
    count = total(page)
    said = [sum(numbers(line)) for line in page.locator("header .agree").first.all_inner_texts()]
    assert said == [count]
    assert page.locator("ol.lines > li").count() == count
    assert sum(numbers(text.rsplit(":", 1)[1])[0] for text in page.locator("figure.times svg title").all_text_contents()) == count
    assert page.locator(".box").get_attribute("data-drawn") == f"{0 if 'mapped=no' in query else count - page.locator('.off').count()} as marks"
    closed(page)


@pytest.mark.slow
def test_a_mark_is_picked_with_the_mouse_and_its_event_opened(seen: Browsed) -> None:
    """A click on the map shows the event in short, its line is marked, and the button leads to the dossier; back leads back to the same view."""
    page = seen.page("/?field=seismic&map=8/42.440/19.260")
    drawn(page)
    box = page.locator(".box canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("li.chosen .where:has-text('Podgorica')")
    assert page.locator(".peek h2").inner_text().strip().startswith("Earthquake")
    view = page.url
    page.locator(".peek .button").click()
    page.wait_for_url("**/events/ev-*")
    page.wait_for_selector("main.dossier, main h1")
    page.go_back()
    page.wait_for_selector("li.chosen")
    assert page.url == view
    closed(page)


@pytest.mark.slow
def test_the_brush_chooses_a_period_and_buttons_do_the_same(seen: Browsed) -> None:
    """Dragging over the bars asks for that period; its buttons move it; the preset shows everything again."""
    page = seen.page("/")
    whole = total(page)
    box = page.locator("figure.times svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url("**since=*until=*")
    page.wait_for_selector("ul.chips")
    brushed = page.url
    page.get_by_role("button", name="Earlier").click()
    assert page.url != brushed
    page.get_by_role("button", name="All", exact=True).click()
    page.wait_for_selector("ul.chips", state="detached")
    assert total(page) == whole
    closed(page)


@pytest.mark.slow
def test_the_picture_is_worked_by_keys_alone(seen: Browsed) -> None:
    """Search, layers, time, the list, playback by steps and the way to an event, without a mouse."""
    page = seen.page("/")
    whole = total(page)
    page.keyboard.press("/")
    page.keyboard.type("подгорица")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    page.wait_for_function("count => !document.querySelector('main h1').textContent.includes(count)", arg=str(whole))
    near = total(page)
    assert 0 < near < whole
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    page.wait_for_selector("li.chosen")
    first = page.locator("li.chosen").get_attribute("data-id")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator("li.chosen").get_attribute("data-id") == first
    page.keyboard.press("]")
    page.wait_for_url("**play=window*")
    page.keyboard.press("t")
    page.keyboard.press("5")
    page.wait_for_url("**last=30d*")
    page.keyboard.press("t")
    page.keyboard.press("0")
    page.wait_for_url(re.compile(r"^((?!last=).)*$"))
    page.keyboard.press("j")
    page.wait_for_selector(f"li.chosen[data-id={first}]")
    page.keyboard.press("e")
    page.wait_for_url(f"**/events/{first}*")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url(re.compile(r".*/$"))
    page.keyboard.press("?")
    assert page.locator("dialog[open] kbd").count() > 10
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    closed(page)


@pytest.mark.slow
def test_the_map_is_drawn_and_nobody_else_is_asked(seen: Browsed) -> None:
    """Land, sea and marks have many colours; every request of every test so far went to the node."""
    page = seen.page(f"/?last={MAP}")
    drawn(page)
    shot = page.locator(".box").screenshot()
    assert len(shot) > 30_000
    assert {address.split("/")[2] for address in seen.asked if not address.startswith(("data:", "blob:"))} == {seen.base.rpartition("/")[2]}
    closed(page)


@pytest.mark.slow
def test_the_address_holds_the_view_for_everybody(seen: Browsed) -> None:
    """Loaded again, and in a fresh session, the same choice, event and window are shown."""
    address = f"/?country=ME&until=2026-09-20{MAP}"
    page = seen.page(address)
    count = total(page)
    page.keyboard.press("j")
    page.wait_for_selector(".peek h2")
    there, title = page.url, page.locator(".peek h2").inner_text()
    closed(page)
    again = seen.page(there.removeprefix(seen.base))
    again.wait_for_selector(".peek h2")
    assert (total(again), again.locator(".peek h2").inner_text(), again.url) == (count, title, there)
    closed(again)


@pytest.mark.slow
def test_list_and_text_are_there_before_the_map_on_a_slow_line(seen: Browsed) -> None:
    """At 1 Mbit/s the list is read while the map's program still comes; all that comes first weighs at most 520 kB."""
    page = seen.page("/sign-in")
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 80, "downloadThroughput": 125_000, "uploadThroughput": 125_000})
    came: list[int] = []
    line.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    page.goto(f"{seen.base}/")
    page.wait_for_selector("ol.lines > li")
    assert page.locator(".box[data-idle]").count() == 0
    assert page.locator(".box canvas").count() == 0
    drawn(page)
    assert sum(came) <= 520_000
    closed(page)


@pytest.mark.slow
def test_without_webgl_a_still_map_takes_its_place(seen: Browsed) -> None:
    """One sentence says so; land and marks are drawn, list, times and the rest work."""
    bare = seen.started(BARE)
    page = bare.page("/")
    page.wait_for_selector(".sketch path.sign")
    page.wait_for_selector(".sketch path.land")
    assert "WebGL" in page.locator(".sketch p").inner_text()
    assert page.locator(".sketch path.land").count() > 20
    assert page.locator("ol.lines > li").count() == total(page)
    closed(page)
    bare.browser.close()


@pytest.mark.slow
def test_without_javascript_the_plain_page_is_shown(seen: Browsed) -> None:
    """The document leads on by itself, with the same choice."""
    page = seen.page("/?field=seismic", java_script_enabled=False)
    page.wait_for_url("**/plain?field=seismic")
    assert "event" in page.locator("h1").inner_text()
    closed(page)
