"""Taking in a table and entering a report in a real browser: by mouse, by keyboard alone, and on a telephone whose line drops.

One browser and one node for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vigie.model.atlas import Atlas
from vigie.node.clock import now_us
from vigie.node.settings import Node
from vigie.store import find_reports
from vigie.web import make_app
from vigie.web.shell import app_files
from web.browser import CHROMIUM, served
from web.desk_world import OWN, PASSWORD, desk_node

pytestmark = pytest.mark.slow

DRAWING = "--no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-dev-shm-usage --disable-quic --no-first-run"
PHONE = {"width": 360, "height": 740}
_WAIT_MS = 30_000
_MISSED = "the app is not built: run `python ui/build.py`"
_NO_MAP = """
const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...how) { return kind === "webgl2" ? null : get.call(this, kind, ...how); };
"""
_TABLE = "Oznaka;Datum;Sirina;Duzina;Dubina;ML;Selo {prefix};Ime\n" + "".join(
    f"{{prefix}}{number};{number + 1}.2.2014;42,1{number};21,5{number};12000;3,{number};Peć;Petra\n" for number in range(9)
)


@dataclass(frozen=True)
class Seen:
    """A node, a browser, and where its server listens."""

    node: Node
    browser: Any
    base: str

    def page(self, account: str, path: str, size: dict[str, int] | None = None, *, has_map: bool = False) -> Any:
        """A page of a fresh browser session that an account signed in to. Faults of scripts fail the test that closes it.

        Without a map, which takes long to draw here, the form says that there is none.
        """
        asked = {
            "viewport": size or {"width": 1280, "height": 900},
            "reduced_motion": "reduce",
            "timezone_id": "Europe/Podgorica",
            "has_touch": size is not None,
        }
        page = self.browser.new_context(**asked).new_page()
        page.set_default_timeout(_WAIT_MS)
        page.faults = []
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))
        if not has_map:
            page.add_init_script(_NO_MAP)
        page.goto(f"{self.base}/sign-in?next={path}")
        page.fill("#account", account)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        return page

    def sent(self, page: Any) -> list[Any]:
        """The reports in the store that a page says were sent."""
        names = [part.get_attribute("data-sent") for part in page.locator("[data-sent]").all()]
        audience = self.node.audience(OWN, now_us())
        return [held.report for name in names for held in find_reports(self.node.store, audience, name)]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Seen]:
    """A node with people at its desk, in a browser."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    assert app_files() is not None, _MISSED
    node = desk_node(tmp_path_factory.mktemp("entry") / "node")
    server, port = served(make_app(node, atlas, now_us))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=DRAWING.split())
        yield Seen(node, browser, f"http://127.0.0.1:{port}")
        browser.close()
    server.should_exit = True
    node.store.close()


def close(page: Any) -> None:
    """Closes the session; no script of it may have failed."""
    faults = page.faults
    page.context.close()
    assert faults == []


def fits(page: Any) -> None:
    """Nothing sticks out to the right, and whatever is pressed is large enough for a thumb."""
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    boxes = [
        (part.inner_text()[:30], part.bounding_box()) for part in page.locator("main :is(button, .tap, select, input:not([type=radio], [type=checkbox]))").all()
    ]
    assert [name for name, box in boxes if box and box["height"] < 40 and "zoom" not in name] == []


def table(folder: Path, prefix: str) -> Path:
    """A table of a national centre, whose column of villages nobody knows."""
    path = folder / f"{prefix}.csv"
    path.write_text(_TABLE.replace("{prefix}", prefix), encoding="utf-8")
    return path


def test_an_agency_is_silent_once_however_many_fields_it_reports_on(seen: Seen) -> None:
    """Those that are silent in every field are counted apart from those that still speak of something."""
    page = seen.page("duty", "/report")
    told = page.context.request.get(f"{seen.base}/data/sources").json()
    words = {"ALL": ("silent", "silent"), "SOME": ("silent", "speaks"), "NONE": ("speaks",)}
    told["agencies"] = [told["agencies"][0] | {"agency": name, "field": str(n), "word": word} for name, each in words.items() for n, word in enumerate(each)]
    page.route("**/data/sources*", lambda route: route.fulfill(json=told))
    page.get_by_role("link", name="Sources").click()
    page.wait_for_selector("h1:has-text('3 agencies · 1 silent in every field · 1 silent in some fields')")
    page.context.close()


def test_a_table_is_looked_at_corrected_and_taken_in_by_mouse(seen: Seen, tmp_path: Path) -> None:
    """The village becomes the place, the agency is named, and nine reports come of it; the same file again says so and doubles nothing."""
    page = seen.page("duty", "/sources")
    page.get_by_role("link", name="Take in a table").click()
    page.set_input_files("#table-file", table(tmp_path, "m"))
    page.wait_for_selector("#understood")
    assert page.get_by_label("Meaning of Ime").is_disabled()
    assert "Petra" not in page.content()
    assert page.get_by_role("button", name="Take it in").is_disabled()
    page.get_by_label("Meaning of Selo m").select_option("place")
    page.get_by_label("Meaning of Oznaka").select_option("agency_ref")
    page.get_by_label("Agency", exact=True).fill("OURS")
    page.get_by_label("Agency", exact=True).blur()
    page.wait_for_selector("td:has-text('Peć')")
    page.wait_for_selector("td:has-text('OURS')")
    page.get_by_role("button", name="Take it in").click()
    assert "9 new reports" in page.locator("#outcome").inner_text()
    page.set_input_files("#table-file", tmp_path / "m.csv")
    page.wait_for_selector("text=This very file was taken in")
    assert page.get_by_label("Meaning of Selo m").input_value() == "place"
    page.get_by_role("button", name="Take it in").click()
    assert "nothing was doubled" in page.locator("#outcome").inner_text()
    page.get_by_role("link", name="All sources").first.click()
    assert page.locator("tr:has(a:text-is('OURS')) td").first.inner_text() == "9"
    close(page)


def test_a_table_is_taken_in_by_keyboard_alone(seen: Seen, tmp_path: Path) -> None:
    """The file is chosen, a meaning and the agency are set and the table is taken in without a pointer; focus goes where something came."""
    page = seen.page("duty", "/sources/map")
    page.on("filechooser", lambda chooser: chooser.set_files(table(tmp_path, "k")))
    tab_to(page, "#table-file")
    page.keyboard.press("Enter")
    page.wait_for_selector("#understood:focus")
    tab_to(page, "#table-agency")
    page.keyboard.type("KEYS")
    tab_to(page, "select[id^=meaning]:has(option:checked[value=detail])")
    page.keyboard.type("name of the place")
    page.keyboard.press("Tab")
    page.wait_for_selector("td:has-text('KEYS')")
    tab_to(page, ".take button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#outcome:focus")
    assert "9 new reports" in page.locator("#outcome").inner_text()
    close(page)


def tab_to(page: Any, selector: str) -> None:
    """Presses Tab until something that the selector means has the focus."""
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        seen.append(page.evaluate("document.activeElement.outerHTML.slice(0, 90)"))
    pytest.fail(f"Tab never reached {selector}: {seen}")


def filled(page: Any, words: str = "Stones were thrown at the bridge.") -> None:
    """Fills the form with few taps: a kind by its words, yesterday morning, a town in Cyrillic."""
    page.fill("#what", "riot")
    page.get_by_role("button", name="Riot or mob violence").tap()
    page.get_by_text("Part of a day").tap()
    page.get_by_role("button", name="Yesterday").tap()
    page.fill("#where", "Никш")
    page.locator("[aria-label=Places] button").first.tap()
    page.fill("#summary", words)


def test_a_report_is_entered_on_a_telephone_and_sent_once_though_the_line_drops(seen: Seen) -> None:
    """Everything fits 360 pixels; without a line it waits and says so; when the line is back it is sent, once, and leads to its event."""
    page = seen.page("duty", "/report", PHONE)
    page.wait_for_selector("#what")
    fits(page)
    filled(page)
    assert "between 06:00 and 12:00 on" in page.locator("[data-told]").inner_text()
    page.wait_for_selector("text=In UTC")
    fits(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send", exact=True).tap()
    page.wait_for_selector("text=1 report waits to be sent")
    assert page.locator("[data-sent]").count() == 0
    fits(page)
    page.context.set_offline(False)
    page.wait_for_selector("[data-sent]")
    assert page.locator("text=waits to be sent").count() == 0
    (report,) = seen.sent(page)
    assert (report.kind, report.place, report.country, report.language) == ("unrest.riot", "Nikšić", "ME", "en")
    assert report.end_us - report.begin_us == 6 * 3_600_000_000
    page.get_by_role("link", name="Open the event").tap()
    page.wait_for_url("**/events/ev-*")
    close(page)


def test_words_typed_to_find_a_kind_are_kept_and_the_arrows_lead_to_what_was_found(seen: Seen) -> None:
    """Over a reload; Enter takes the kind that the arrow led to, and then the words are gone."""
    page = seen.page("duty", "/report")
    page.fill("#what", "riot")
    page.wait_for_selector(".found button")
    page.reload()
    page.wait_for_selector(".found button")
    assert page.input_value("#what") == "riot"
    page.focus("#what")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    first = page.locator(".found button span").first.inner_text()
    page.keyboard.press("Enter")
    assert first in page.locator(".chosen").first.inner_text()
    page.get_by_role("button", name="Throw the draft away").click()
    assert page.input_value("#what") == ""
    close(page)


def test_a_report_whose_answer_is_lost_is_not_doubled(seen: Seen) -> None:
    """The node has it, the telephone does not know that: it sends again, and is told that nothing was doubled."""
    page = seen.page("duty", "/report", PHONE)
    page.wait_for_selector("#what")
    lost: list[int] = []

    def lose(route: Any) -> None:
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/data/report", lose, times=1)
    filled(page, "A second bridge was closed.")
    page.get_by_role("button", name="Send", exact=True).tap()
    page.wait_for_selector("text=1 report waits to be sent")
    page.get_by_role("button", name="Send now").tap()
    page.wait_for_selector("text=This report was sent before; nothing was doubled.")
    assert lost == [200]
    assert [report.summary for report in seen.sent(page)] == ["A second bridge was closed."]
    close(page)


def test_a_draft_is_kept_until_it_is_sent_or_thrown_away(seen: Seen) -> None:
    """It is there again when the page is; what looks like a name is shown masked; the button throws all of it away."""
    page = seen.page("duty", "/report", PHONE)
    page.wait_for_selector("#what")
    filled(page, "Seen by Marko Marković.")
    page.wait_for_selector("q:has-text('█████ ████████')")
    page.reload()
    page.wait_for_selector("#summary")
    assert page.locator("#summary").input_value() == "Seen by Marko Marković."
    assert page.locator(".chosen").first.inner_text().startswith("Riot or mob violence")
    page.get_by_role("button", name="Throw the draft away").tap()
    page.reload()
    page.wait_for_selector("#what")
    assert page.locator("#summary").input_value() == ""
    close(page)


def test_what_the_node_refuses_comes_back_to_its_writer(seen: Seen) -> None:
    """A day that is still to come: the form has everything again, with the sentence."""
    page = seen.page("duty", "/report", PHONE)
    page.wait_for_selector("#what")
    filled(page)
    page.fill("#day", "2099-01-01")
    page.get_by_role("button", name="Send", exact=True).tap()
    page.wait_for_selector(".send .fault:has-text('lies in the future')")
    assert page.locator("#summary").input_value() == "Stones were thrown at the bridge."
    page.get_by_role("button", name="Throw the draft away").tap()
    close(page)


def test_a_place_is_touched_on_the_map(seen: Seen) -> None:
    """The point and the country that it lies in are shown, and how exactly it is known can be widened."""
    page = seen.page("duty", "/report", PHONE, has_map=True)
    page.wait_for_selector(".map .box[data-idle]", state="attached")
    page.locator(".map .box").scroll_into_view_if_needed()
    page.locator(".map canvas").tap(position={"x": 120, "y": 120})
    page.wait_for_selector("text=A point on the map")
    assert "0.3 km" in page.locator("fieldset:has(.map)").inner_text()
    page.fill("#place", "The old bridge")
    assert page.locator(".chosen strong").last.inner_text() == "The old bridge"
    page.get_by_text("the municipality").tap()
    assert "15 km" in page.locator("fieldset:has(.map)").inner_text()
    close(page)


def test_a_report_is_entered_by_keyboard_alone(seen: Seen) -> None:
    """From the first field to the last by Tab, arrows and letters; a wider circle of readers is said to wait for a second person."""
    page = seen.page("duty", "/report")
    page.wait_for_selector("#what")
    page.locator("#what").focus()
    page.keyboard.type("power")
    page.wait_for_selector("[aria-label=Kinds] button")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "[name=how]")
    page.keyboard.press("Home")
    while not page.evaluate("document.activeElement.value === 'now'"):
        page.keyboard.press("ArrowUp")
    tab_to(page, "#where")
    page.keyboard.type("sabac")
    page.wait_for_selector("[aria-label=Places] button")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "#summary")
    page.keyboard.type("Lights are out in the whole town.")
    tab_to(page, "[name=readers]")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector("text=A second person must agree first")
    tab_to(page, ".send button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-sent]")
    (report,) = seen.sent(page)
    assert (report.field, report.country, report.begin_us) == ("energy", "RS", report.end_us)
    assert "waits for a second person" in page.locator("[data-sent]").inner_text()
    close(page)
