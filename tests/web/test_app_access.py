"""Every screen for everybody: no fault that axe finds in light or dark, no sideways scrolling at 400 %, room for longer words, a told exercise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vigie.model.atlas import Atlas
from vigie.web import make_app
from web.app_sources import ROOT
from web.browser import CALM, Browsed, browsing, closed
from web.dossier_world import clash_node
from web.world import NOW_US

AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = ("/", "/events/by-report/MISSION/c1", "/review", "/risks", "/sources", "/exchange", "/report")
PLAIN = ("/plain", "/public", "/warnings", "/activities", "/desk", "/sign-in")
SHORT = ("/plain", "/public", "/desk")
"""The plain pages that are looked at in every run; the others in the long one."""

_READY = "main h1"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Browsed]:
    """A node with people, doubts and a dossier of many agencies, in a browser."""
    node = clash_node(tmp_path_factory.mktemp("access") / "node")
    with browsing(make_app(node, atlas, lambda: NOW_US), CALM) as browsed:
        yield browsed
    node.store.close()


class Signed:
    """The analyst's sessions, one for each way of looking: signing in takes longer than looking."""

    def __init__(self, seen: Browsed) -> None:
        self.seen = seen
        self.pages: dict[str, Any] = {}

    def at(self, path: str, **options: Any) -> Any:
        """A page at an address, with all that it asks for at first."""
        key = repr(sorted(options.items()))
        if key not in self.pages:
            self.pages[key] = self.seen.page("/sign-in", account="duty", **options)
        page = self.pages[key]
        page.goto(f"{self.seen.base}{path}")
        page.wait_for_selector(_READY)
        page.wait_for_load_state("networkidle")
        return page


@pytest.fixture(scope="module")
def signed(seen: Browsed) -> Iterator[Signed]:
    """The analyst's sessions; no script of any page may have failed."""
    sessions = Signed(seen)
    yield sessions
    for page in sessions.pages.values():
        closed(page)


def faults_of(page: Any) -> list[str]:
    """What axe finds wrong with a page, each with where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(said => said.violations)", TAGS)
    return [f"{fault['id']} at {[node['target'] for node in fault['nodes'][:3]]}: {fault['nodes'][0]['failureSummary'][:200]}" for fault in found]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*SCREENS, *SHORT, *(pytest.param(path, marks=pytest.mark.long) for path in PLAIN if path not in SHORT)])
def test_axe_finds_nothing(signed: Signed, path: str, scheme: str) -> None:
    """Names, roles, contrast, order of headings: the rules of WCAG 2.2 AA that a program can check."""
    if not AXE.exists():
        pytest.skip("axe-core is not fetched: pip install --editable .")
    assert faults_of(signed.at(path, color_scheme=scheme)) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [*SCREENS, *SHORT, *(pytest.param(path, marks=pytest.mark.long) for path in PLAIN if path not in SHORT)])
def test_nothing_scrolls_sideways_at_400_percent(signed: Signed, path: str) -> None:
    """A window of 1280 pixels at 400 % is one of 320; what is wide scrolls within itself."""
    assert signed.at(path, width=320, height=256).evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.slow
def test_words_that_are_longer_by_two_fifths_break_nothing(seen: Browsed) -> None:
    """With every text stretched, no screen scrolls sideways, on a telephone and on a desk."""
    page = seen.browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    page.route("**/data/words*", lambda route: route.fulfill(json=stretched()))
    wide = []
    for path in SCREENS:
        page.goto(f"{seen.base}{path}")
        page.wait_for_selector(_READY)
        page.wait_for_load_state("networkidle")
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            wide += [(path, width)] if page.evaluate("document.documentElement.scrollWidth") > width else []
    page.context.close()
    assert wide == []


def stretched() -> dict[str, Any]:
    """Every text of the app with two fifths more letters, in brackets."""
    texts = json.loads(Path(ROOT / "src/vigie/web/static/app/texts.json").read_text("utf-8"))
    long = {text if isinstance(text, str) else text[0]: _longer(text) if isinstance(text, str) else [_longer(form) for form in text] for text in texts}
    return {"language": "en", "locale": "en-GB", "reviewed": True, "texts": long}


def _longer(text: str) -> str:
    return f"⟦{text}{' ẽẽẽẽ' * (2 * len(text) // 25)}⟧"


@pytest.mark.slow
def test_an_exercise_is_striking_on_every_screen(signed: Signed) -> None:
    """The banner stands on each screen of the exercise, on none of the real world, and links stay in the exercise."""
    for path in ("/review", "/risks", "/report"):
        page = signed.at(f"{path}?exercise=true")
        assert page.locator(".banner").count() == 1
        assert all("exercise=true" in link for link in page.locator("nav.ways a").evaluate_all("links => links.map(link => link.getAttribute('href'))"))
        assert signed.at(path).locator(".banner").count() == 0
