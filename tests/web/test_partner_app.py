"""Exchange and risks in a real browser: what a partner would see, by mouse and by keyboard alone; risks narrowed; nothing wider than a narrow window.

One browser and one node for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US, format_day
from vigie.web import make_app
from web.browser import Browsed, browsing, closed
from web.desk_world import OWN, PARTNER
from web.partner_world import FAILING, FAULT, answered, partnered_node
from web.test_app_access import AXE, faults_of
from web.world import NOW_US

_MOST_TABS = 120
_TLP = "The TLP colour, without a list of readers"


@dataclass(frozen=True)
class Seen:
    """The node in a browser, the instant that it calls now, and the cookies of those who have signed in."""

    browsed: Browsed
    clock: list[int]
    states: dict[str, Any] = field(default_factory=dict)

    def page(self, account: str, path: str, **options: Any) -> Any:
        """A page of a browser session of its own; signed in where an account is named."""
        if account and account not in self.states:
            first = self.browsed.page("/exchange", account=account)
            self.states[account] = first.context.storage_state()
            first.context.close()
        page = self.browsed.page(path, **({"storage_state": self.states[account]} if account else {}), **options)
        page.wait_for_selector("main h1")
        return page


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Seen]:
    """The node with partners in a browser; nothing that it shows is asked of another host."""
    with partnered_node(tmp_path_factory.mktemp("partners")) as node:
        answered(node, atlas)
        clock = [NOW_US]
        with browsing(make_app(node, atlas, lambda: clock[0])) as browsed:
            yield Seen(browsed, clock)
        assert all(url.startswith((browsed.base, "data:")) for url in browsed.asked)


def tab_to(page: Any, words: str) -> None:
    """Goes on with the Tab key until what is named so has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("() => (document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()").startswith(words):
            return
    pytest.fail(f"The Tab key leads to nothing that is called {words!r}.")


def figures(page: Any) -> list[str]:
    """The last row of the sums: events, reports and warnings of both sides."""
    found: list[str] = page.locator("tfoot .figure").all_inner_texts()
    return found


def test_what_they_would_see_is_found_by_mouse(seen: Seen) -> None:
    """From the partner to its side of this node, then to the public's: a reason narrows the list to the event that it keeps back, report by report."""
    page = seen.page("duty", "/exchange")
    page.locator("article", has_text=FAILING).get_by_text(FAULT).wait_for()
    page.locator("article", has_text=PARTNER).get_by_role("link", name="What would they see?").click()
    page.get_by_role("heading", name=re.compile(f"^{PARTNER} would see")).wait_for()
    page.select_option("#look-as", "PUBLIC")
    page.get_by_role("heading", name=re.compile(r"^The public would see \d+ of our \d+ events whole")).wait_for()
    sums = page.context.request.get(f"{seen.browsed.base}/data/exchange/view?party=PUBLIC").json()["totals"]
    assert figures(page) == [f"{sums[of][side]:,}" for of in ("events", "reports", "warnings") for side in ("ours", "theirs")]
    page.get_by_role("button", name=_TLP).first.click()
    page.wait_for_url("**kind=tlp**")
    lines = page.locator("ol.card > li")
    page.wait_for_function("() => document.querySelectorAll('ol.card > li').length === 1")
    lines.first.get_by_role("button", name="Report by report").click()
    lines.first.get_by_text("not seen").first.wait_for()
    assert "TLP:AMBER without a list is for ME-NODE alone." in lines.first.locator(".one").inner_text()
    page.go_back()
    page.get_by_role("button", name=re.compile("^As they see it")).click()
    page.wait_for_url("**side=theirs**")
    closed(page)


def test_what_they_would_see_is_found_by_keyboard_alone(seen: Seen) -> None:
    """The same with Tab, letters, Enter and space: each thing on the way has the focus, and the status region says what was found."""
    page = seen.page("duty", "/exchange/view")
    page.wait_for_selector("#look-as")
    tab_to(page, "Look as")
    page.keyboard.type("The p")
    page.get_by_role("heading", name=re.compile("^The public would see")).wait_for()
    page.wait_for_function("() => /would see|event/.test(document.querySelector('[role=status][aria-live]').textContent)")
    tab_to(page, _TLP)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('ol.card > li').length === 1")
    tab_to(page, "Report by report")
    page.keyboard.press("Space")
    page.locator(".one .eye", has_text="not seen").first.wait_for()
    assert page.evaluate("() => document.activeElement.getAttribute('aria-expanded')") == "true"
    closed(page)


def test_others_are_told_one_sentence(seen: Seen) -> None:
    """A partner and the public see that the screen is not theirs, and nothing else; the audit log is a part for operators alone."""
    for account in ("", "partner"):
        page = seen.page(account, "/exchange")
        page.get_by_text("The exchange is shown to this node's own party only").wait_for()
        assert page.locator("main nav, main table, main article").count() == 0
        page.context.close()
    page = seen.page("duty", "/exchange")
    page.get_by_role("navigation", name="Parts of the exchange").wait_for()
    assert page.get_by_role("link", name="Audit log").count() == 0
    closed(page)


@pytest.mark.long
def test_the_log_and_the_audit_log_are_narrowed(seen: Seen) -> None:
    """By direction and by act; the address holds the choice; the chain is said to hold."""
    page = seen.page("chief", "/exchange/log")
    page.wait_for_selector("main tbody tr")
    whole = page.locator("main tbody tr").count()
    page.select_option("#log-direction", "in")
    page.wait_for_url("**direction=in**")
    page.wait_for_function(f"() => document.querySelectorAll('main tbody tr').length < {whole}")
    page.get_by_role("link", name="Audit log").click()
    page.get_by_text("The chain holds.").wait_for()
    page.select_option("#audit-act", "sync")
    page.wait_for_function("() => [...document.querySelectorAll('main tbody .tag')].every((tag) => tag.textContent === 'sync')")
    closed(page)


def test_risks_are_narrowed_by_verdict_field_and_map(seen: Seen) -> None:
    """Gaps lead; a verdict keeps as many rows as its button counts; an area of the map keeps its own; the back button brings all again."""
    page = seen.page("duty", "/risks")
    page.wait_for_selector("main article")
    whole = page.locator("main article .verdict").all_inner_texts()
    assert whole[0].strip() == "High risk, nothing answers it"
    button = page.locator(".verdicts button", has_text="Answered")
    count = int(button.locator(".n").inner_text())
    button.click()
    page.wait_for_url("**verdict=covered**")
    page.wait_for_function(f"() => document.querySelectorAll('main article .verdict').length === {count}")
    assert {words.strip() for words in page.locator("main article .verdict").all_inner_texts()} == {"Answered"}
    button.click()
    page.locator("path[data-code='ME-16']").first.dispatch_event("click")
    page.wait_for_url("**area=ME-16**")
    page.wait_for_function("() => [...document.querySelectorAll('main article h2')].every((head) => head.textContent.includes('Podgorica'))")
    page.go_back()
    page.wait_for_function(f"() => document.querySelectorAll('main article .verdict').length === {len(whole)}")
    assert page.get_by_text("No forecast with a score yet.").count() == len(whole)
    closed(page)


def test_a_risk_leads_on_to_what_answers_it_by_keyboard(seen: Seen) -> None:
    """A verdict is chosen with space; from the risk's signal a draft begins at the desk."""
    page = seen.page("duty", "/risks")
    page.wait_for_selector("main article")
    tab_to(page, "High risk, nothing answers it")
    page.keyboard.press("Space")
    page.wait_for_url("**verdict=gap**")
    tab_to(page, "Draft a warning")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/drafts/**")
    assert "violent" in page.locator("main").inner_text().lower()
    page.context.close()


def test_risks_are_looked_at_as_of_a_day_and_of_now_again(seen: Seen) -> None:
    """The day is in the address, the map and the plain pages are of the same one; a day that is half typed asks nothing."""
    page, day = seen.page("duty", "/risks"), format_day(NOW_US - 60 * DAY_US)
    page.wait_for_selector("main article")
    field, now = page.get_by_label("As of"), page.get_by_role("button", name="Now", exact=True)
    assert (field.input_value(), now.get_attribute("aria-pressed")) == (format_day(NOW_US), "true")
    field.fill("0202-01-01")
    assert "at=" not in page.url
    with page.expect_response(lambda answer: "/data/risks/map" in answer.url and f"at={day}" in answer.url):
        field.fill(day)
    page.wait_for_url(f"**at={day}**")
    page.wait_for_selector("button[aria-pressed='false']:text-is('Now')")
    assert page.locator("footer a[href*='/coverage']").get_attribute("href") == f"/coverage?at={day}"
    assert page.locator("footer a[href*='/stocktake']").get_attribute("href") == f"/stocktake?at={day}"
    now.click()
    page.wait_for_url(lambda url: "at=" not in url)
    page.wait_for_selector("button[aria-pressed='true']:text-is('Now')")
    closed(page)


@pytest.mark.long
def test_an_exercise_that_is_over_says_as_of_when_it_is_shown(seen: Seen) -> None:
    """Its end is shown first and named in a sentence; now can be asked for, and the end again."""
    seen.clock[0] = NOW_US + 200 * DAY_US
    try:
        page = seen.page("", "/risks?exercise=true")
        page.get_by_text(re.compile(r"^The exercise ends on .* 2026: shown as of then\.$")).wait_for()
        page.get_by_role("button", name="Now", exact=True).click()
        page.wait_for_url(f"**at={format_day(seen.clock[0])}**")
        page.wait_for_selector(".drill", state="detached")
        page.get_by_role("button", name="End of the exercise").click()
        page.wait_for_url(lambda url: "at=" not in url)
        page.wait_for_selector(".drill")
        closed(page)
    finally:
        seen.clock[0] = NOW_US


@pytest.mark.long
def test_the_border_of_an_exercise_reaches_the_bottom_of_a_short_page(seen: Seen) -> None:
    """Of the app's and of the plain pages alike, and no page grows longer than the window by it."""
    for path in ("/exchange?exercise=true", "/sign-in?exercise=true", "/plain/events/nothing?exercise=true"):
        page = seen.browsed.page(path, height=1400)
        page.wait_for_selector("h1")
        assert page.evaluate("() => [document.body.getBoundingClientRect().bottom, document.documentElement.scrollHeight]") == [1400, 1400], path
        page.context.close()


def test_the_masthead_names_a_party_once(seen: Seen) -> None:
    """Its own view of its own node is the party's name; another's says whose view of whom."""
    told = {"chief": OWN, "": f"PUBLIC view of {OWN}"}
    for account, words in told.items():
        page = seen.page(account, "/risks")
        assert page.locator(".seen-by").inner_text() == words
        page.context.close()


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/exchange", "/exchange/view?party=PUBLIC&side=ours", "/exchange/log", "/exchange/audit", "/risks"])
def test_each_screen_is_for_everybody(seen: Seen, path: str) -> None:
    """At 320 pixels (400 % of 1280) only tables scroll, within themselves; targets are 24 pixels high; axe finds nothing in light or dark."""
    page = seen.page("chief", path, width=320)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    small = page.evaluate(
        "() => [...document.querySelectorAll('main button, main select, main input, main summary')]"
        ".filter((each) => each.offsetParent && each.getBoundingClientRect().height < 23.5).map((each) => each.outerHTML.slice(0, 120))"
    )
    assert small == []
    page.set_viewport_size({"width": 1280, "height": 900})
    for scheme in ("light", "dark") if AXE.exists() else ():
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
    closed(page)
