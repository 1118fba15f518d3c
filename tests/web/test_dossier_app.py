"""Dossier and review in a real browser: five links decided by keys alone with an undo, merge, split and undo by mouse and by keyboard, differences marked.

One browser and one node for all of them; each test leaves the world as it found it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vigie.model.atlas import Atlas
from vigie.model.decision import decisions_of
from vigie.node.accounts import add_account, remove_account
from vigie.node.desk import log_of
from vigie.node.settings import Node
from vigie.web import make_app
from vigie.web.shell import app_files
from web.browser import CALM, CHROMIUM, served
from web.desk_world import OWN, PASSWORD
from web.dossier_world import clash_node
from web.world import NOW_US

_MISSED = "the app is not built: run `python ui/build.py`"
_WAIT_MS = 30_000
_FORGED = """() => {
  const [[, reports]] = JSON.parse(sessionStorage.getItem("vigie.events"));
  sessionStorage.setItem("vigie.events", JSON.stringify([["ev-00000000000000000000", reports]]));
}"""
"""Makes the tab remember the event that it shows by an id that no event has, as after a merger elsewhere."""


@dataclass(frozen=True)
class Seen:
    """A node, a browser, and where its server listens."""

    node: Node
    browser: Any
    base: str

    def page(self, account: str, path: str, width: int = 1280) -> Any:
        """A page of a fresh browser session; signed in where an account is named. Faults of scripts fail the test that closes it."""
        page = self.browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce").new_page()
        page.set_default_timeout(_WAIT_MS)
        page.faults = []
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))
        if account:
            page.goto(f"{self.base}/sign-in?next={path}")
            page.fill("#account", account)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
        else:
            page.goto(f"{self.base}{path}")
        return page

    def verdicts(self) -> list[str]:
        """What the party's decisions say by now, oldest first."""
        return [found.verdict for _, found in decisions_of(log_of(self.node, OWN, NOW_US, exercise=False))]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Seen]:
    """The node of the clash in a browser."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    assert app_files() is not None, _MISSED
    node = clash_node(tmp_path_factory.mktemp("dossier") / "node")
    server, port = served(make_app(node, atlas, lambda: NOW_US))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        yield Seen(node, browser, f"http://127.0.0.1:{port}")
        browser.close()
    server.should_exit = True
    node.store.close()


def close(page: Any) -> None:
    """Closes the session; no script of it may have failed."""
    faults = page.faults
    page.context.close()
    assert faults == []


def progress(page: Any) -> tuple[int, int]:
    """How many were answered today, of how many."""
    said = re.findall(r"\d+", page.locator(".progress > span").first.inner_text())
    return int(said[0]), int(said[1])


def settled(page: Any) -> None:
    """Waits until every answer has been taken and the queue has come back."""
    page.wait_for_function("() => !document.querySelector('.progress .sub') && !document.querySelector('.waits')")


def shown_link(page: Any) -> str:
    """The question that the address names."""
    page.wait_for_url("**/review/ln-*")
    return str(page.url).rsplit("/", 1)[1]


def test_five_links_are_decided_by_keys_alone_and_the_last_is_taken_back(seen: Seen) -> None:
    """Each key leads on to another question at once; progress, effect and the node's log agree; undo asks again what was answered last."""
    page = seen.page("duty", "/review")
    page.wait_for_selector(".answers button")
    today, whole = progress(page)
    before, asked = seen.verdicts(), []
    for key in "sdsdd":
        asked.append(shown_link(page))
        page.keyboard.press(key)
        page.wait_for_function("link => !location.pathname.endsWith(link) && !document.querySelector('.waits')", arg=asked[-1])
    assert len(set(asked)) == 5
    assert progress(page)[0] == today + 5
    assert "Not one event" in page.locator(".last").inner_text()
    settled(page)
    assert sorted(seen.verdicts()[len(before) :]) == ["apart"] * 3 + ["same"] * 2
    page.keyboard.press("z")
    page.wait_for_function("link => location.pathname.endsWith(link)", arg=asked[-1])
    settled(page)
    assert seen.verdicts().count("withdrawn") == before.count("withdrawn") + 1
    for _ in range(4):
        page.keyboard.press("z")
    settled(page)
    assert progress(page) == (today, whole)
    close(page)


def test_progress_is_written_as_people_write_numbers(seen: Seen) -> None:
    """Thousands apart."""
    first = seen.page("duty", "/risks")
    queue = first.context.request.get(f"{seen.base}/data/review").json()
    first.route("**/data/review", lambda route: route.fulfill(json=queue | {"waiting": 3296, "answered_today": 0}))
    first.get_by_role("link", name="Review").click()
    first.get_by_text("0 of 3,296 answered today").wait_for()
    close(first)


def test_a_reason_is_given_by_keys_and_stands_in_the_log_where_it_is_undone(seen: Seen) -> None:
    """The key of a verdict that is typed into the reason is a letter of it and no answer."""
    page = seen.page("duty", "/review")
    page.wait_for_selector(".answers button")
    link = shown_link(page)
    page.keyboard.press("r")
    page.keyboard.type("different squares")
    assert shown_link(page) == link
    page.keyboard.press("Tab")
    page.keyboard.press("d")
    page.wait_for_function("link => !location.pathname.endsWith(link)", arg=link)
    settled(page)
    page.get_by_role("link", name="Decisions").click()
    line = page.locator("li", has_text="different squares")
    line.get_by_role("button", name="Undo").click()
    page.wait_for_selector("li.over")
    close(page)


def test_an_undecided_link_goes_to_the_end_and_keys_lead_on_and_back(seen: Seen) -> None:
    """Nothing is written."""
    page = seen.page("duty", "/review")
    page.wait_for_selector(".answers button")
    first, before = shown_link(page), seen.verdicts()
    page.keyboard.press("j")
    page.wait_for_function("link => !location.pathname.endsWith(link)", arg=first)
    page.keyboard.press("k")
    page.wait_for_function("link => location.pathname.endsWith(link)", arg=first)
    page.keyboard.press("u")
    page.wait_for_function("link => !location.pathname.endsWith(link)", arg=first)
    page.keyboard.press("o")
    page.wait_for_selector(".dossier .sides")
    assert seen.verdicts() == before
    close(page)


def test_an_answer_that_is_refused_is_taken_back_with_one_sentence(seen: Seen) -> None:
    """The question comes again, and the count is as it was."""
    add_account(seen.node, "brief", OWN, "analyst", PASSWORD, now_us=NOW_US)
    page = seen.page("brief", "/review")
    page.wait_for_selector(".answers button")
    link, before = shown_link(page), progress(page)
    remove_account(seen.node, "brief", now_us=NOW_US)
    page.keyboard.press("s")
    page.wait_for_selector(".fault")
    page.wait_for_function("link => location.pathname.endsWith(link)", arg=link)
    assert "not taken" in page.locator(".fault").first.inner_text()
    assert progress(page) == before
    close(page)


def test_of_two_tabs_the_later_one_overrules_nobody_unseen(seen: Seen) -> None:
    """It is told who answered and what, in the words of the page; nothing was written."""
    one, two = seen.page("duty", "/review"), seen.page("duty", "/review")
    for page in (one, two):
        page.wait_for_selector(".answers button")
    link, before = shown_link(one), seen.verdicts()
    assert shown_link(two) == link
    one.keyboard.press("s")
    settled(one)
    two.keyboard.press("d")
    two.wait_for_selector(".fault")
    settled(two)
    assert "answered meanwhile by duty: One event. Nothing was written" in two.locator(".fault").inner_text()
    assert (seen.verdicts().count("same"), seen.verdicts().count("apart")) == (before.count("same") + 1, before.count("apart"))
    one.keyboard.press("z")
    settled(one)
    assert seen.verdicts().count("same") == before.count("same")
    for page in (one, two):
        close(page)


def test_a_question_that_is_not_asked_says_so_and_shows_the_queue(seen: Seen) -> None:
    """In sight, and not to screen readers alone."""
    page = seen.page("duty", "/review/nosuch")
    page.get_by_text("The question of this address is not asked any more.").first.wait_for()
    assert page.locator(".last").is_visible()
    assert shown_link(page).startswith("ln-")
    close(page)


def test_who_was_signed_out_elsewhere_is_led_back_to_the_question(seen: Seen) -> None:
    """The refusal has a link to the sign-in that comes back."""
    page = seen.page("duty", "/review")
    page.wait_for_selector(".answers button")
    link = shown_link(page)
    page.context.clear_cookies()
    page.keyboard.press("s")
    back = page.get_by_role("link", name="Sign in and come back to this question")
    back.wait_for()
    assert back.get_attribute("href") == f"/sign-in?next=%2Freview%2F{link}"
    close(page)


@pytest.mark.parametrize(("account", "why"), [("looker", "The role of this account may read"), ("", "Sign in as an analyst")])
def test_who_may_not_decide_sees_the_question_and_is_told_why(seen: Seen, account: str, why: str) -> None:
    """The keys of verdicts do nothing."""
    page, before = seen.page(account, "/review"), seen.verdicts()
    page.wait_for_selector(".answers")
    link = shown_link(page)
    page.keyboard.press("s")
    assert why in page.locator(".answers").inner_text()
    assert page.locator(".sides").count() == 1
    assert (shown_link(page), seen.verdicts()) == (link, before)
    close(page)


def cells(page: Any, row: str) -> list[str]:
    """What the cells of a row of the table say."""
    found: list[str] = page.locator("tbody tr", has=page.get_by_role("rowheader", name=re.compile(f"^{row}"))).first.locator("td").all_inner_texts()
    return found


def test_differences_are_marked_in_words_and_what_counts_bears_its_sign(seen: Seen) -> None:
    """Two hours later, 15 km to the south-west, one death more; the switch leaves only rows that differ."""
    page = seen.page("looker", "/events/by-report/MISSION/c1")
    page.wait_for_selector(".dossier .sides")
    page.wait_for_url("**/events/ev-*")
    begins = cells(page, "Begin")
    assert [text.count("≠") + text.count("✓") for text in begins] == [1] * 4
    assert sum("2 hours later" in text for text in begins) == 1, begins
    assert any("15 km away, to the south-west" in text for text in cells(page, "Position"))
    assert any("3 deaths" in text and "+1" in text for text in cells(page, "Size"))
    rows = page.locator(".sides tbody tr[class*=differing]").count()
    page.keyboard.press("f")
    page.wait_for_function("() => !document.querySelector('.sides tbody tr:not(.group):not(.differing)')")
    assert page.locator(".sides tbody tr:not(.group)").count() == rows > 4
    assert page.locator("main [lang='sr-Cyrl']").count() == 0
    close(page)


def test_an_event_is_split_by_the_mouse_and_the_split_undone_by_a_key(seen: Seen) -> None:
    """Its page follows it to its new id and says where its reports went; the old id leads on to them."""
    page = seen.page("duty", "/events/by-report/MISSION/c1")
    page.wait_for_url("**/events/ev-*")
    old = page.url
    page.get_by_role("button", name="These are not one event").click()
    page.locator("thead th", has_text="WIRE").get_by_role("checkbox").check()
    assert "One event of 3 reports stays" in page.locator("form [role=status]").inner_text()
    page.get_by_role("button", name="Split the event").click()
    page.wait_for_selector(".done")
    assert "now in 2 events" in page.locator(".done").inner_text()
    assert page.url != old
    assert page.locator(".sides thead th").count() == 1 + 3
    other = page.context.new_page()
    other.goto(old)
    other.wait_for_selector("main li a")
    assert other.locator("main li a").count() == 2
    other.close()
    page.keyboard.press("z")
    page.wait_for_function("() => document.querySelectorAll('.sides thead th').length === 5")
    assert "now in one event of 4 reports" in page.locator(".done").inner_text()
    close(page)


def test_events_are_merged_by_keyboard_alone_and_the_merger_undone_by_the_mouse(seen: Seen) -> None:
    """By a report's name; the dialog takes the focus and gives it back."""
    page = seen.page("duty", "/events/by-report/DAILY/p20")
    page.wait_for_selector(".dossier .sides")
    count = page.locator(".sides thead th").count() - 1
    page.keyboard.press("m")
    page.wait_for_selector("dialog[open]")
    page.get_by_role("textbox", name="Another one").focus()
    page.keyboard.type("DAILY/p18")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done")
    assert "now in one event" in page.locator(".done").inner_text()
    assert page.locator(".sides thead th").count() - 1 > count
    page.locator(".done").get_by_role("button", name="Undo").click()
    page.wait_for_function("count => document.querySelectorAll('.sides thead th').length === count + 1", arg=count)
    close(page)


def test_an_id_that_is_no_more_leads_to_the_events_of_its_reports(seen: Seen) -> None:
    """What this tab has seen of it is asked after; what never was ends in one sentence and a way on."""
    page = seen.page("duty", "/events/by-report/EMSC/q2")
    page.wait_for_url("**/events/ev-*")
    page.wait_for_selector(".dossier .sides")
    path = page.evaluate("() => location.pathname")
    page.evaluate(_FORGED)
    page.goto(f"{seen.base}/events/ev-00000000000000000000")
    page.locator("main li a").first.click()
    page.wait_for_url(f"**{path}")
    page.goto(f"{seen.base}/events/ev-00000000000000000001")
    page.wait_for_selector("text=Nothing more is known of it here")
    close(page)


def test_a_phone_shows_every_value_without_scrolling_sideways(seen: Seen, tmp_path: Path) -> None:
    """At 320 px, which is 400 % of a desk's screen, dossier and review reflow, and every cell names its agency."""
    page = seen.page("duty", "/events/by-report/MISSION/c1", width=320)
    page.wait_for_selector(".dossier .sides")
    for path in ("", "/review"):
        if path:
            page.goto(f"{seen.base}{path}")
            page.wait_for_selector(".answers button")
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320, path
        assert page.locator("td .whose").first.is_visible()
    page.screenshot(path=str(tmp_path / "phone.png"))
    close(page)
