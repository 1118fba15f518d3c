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
_READY = "main h1"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Browsed]:
    """A node with people, doubts and a dossier of many agencies, in a browser."""
    node = clash_node(tmp_path_factory.mktemp("access") / "node")
    with browsing(make_app(node, atlas, lambda: NOW_US), CALM) as browsed:
        yield browsed
    node.store.close()


def shown(seen: Browsed, path: str, **options: Any) -> Any:
    """A page of the analyst's, with all that it asks for at first."""
    page = seen.page(path, account="duty", **options)
    page.wait_for_selector(_READY)
    page.wait_for_load_state("networkidle")
    return page


def faults_of(page: Any) -> list[str]:
    """What axe finds wrong with a page, each with where."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(said => said.violations)", TAGS)
    return [f"{fault['id']} at {[node['target'] for node in fault['nodes'][:3]]}: {fault['nodes'][0]['failureSummary'][:200]}" for fault in found]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", SCREENS + PLAIN)
def test_axe_finds_nothing(seen: Browsed, path: str, scheme: str) -> None:
    """Names, roles, contrast, order of headings: the rules of WCAG 2.2 AA that a program can check."""
    if not AXE.exists():
        pytest.skip("axe-core is not fetched: pip install --editable .")
    page = shown(seen, path, color_scheme=scheme)
    assert faults_of(page) == []
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("path", SCREENS + PLAIN)
def test_nothing_scrolls_sideways_at_400_percent(seen: Browsed, path: str) -> None:
    """A window of 1280 pixels at 400 % is one of 320; what is wide scrolls within itself."""
    page = shown(seen, path, width=320, height=256)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    closed(page)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCREENS)
def test_words_that_are_longer_by_two_fifths_break_nothing(seen: Browsed, path: str) -> None:
    """With every text stretched, no screen scrolls sideways at 390 and at 1280 pixels."""
    page = seen.page("/health")
    page.context.close()
    for width in (390, 1280):
        page = seen.browser.new_context(viewport={"width": width, "height": 800}).new_page()
        page.route("**/data/words*", lambda route: route.fulfill(json=stretched()))
        page.goto(f"{seen.base}{path}")
        page.wait_for_selector(_READY)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def stretched() -> dict[str, Any]:
    """Every text of the app with two fifths more letters, in brackets."""
    texts = json.loads(Path(ROOT / "src/vigie/web/static/app/texts.json").read_text("utf-8"))
    long = {text if isinstance(text, str) else text[0]: _longer(text) if isinstance(text, str) else [_longer(form) for form in text] for text in texts}
    return {"language": "en", "locale": "en-GB", "reviewed": True, "texts": long}


def _longer(text: str) -> str:
    return f"⟦{text}{' ẽẽẽẽ' * (2 * len(text) // 25)}⟧"


@pytest.mark.slow
def test_an_exercise_is_striking_on_every_screen(seen: Browsed) -> None:
    """The banner stands on each screen of the exercise, on none of the real world, and links stay in the exercise."""
    page = shown(seen, "/?exercise=true")
    for path in ("/review", "/risks", "/sources", "/report"):
        page.evaluate("to => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }", f"{path}?exercise=true")
        page.wait_for_selector(".banner")
        assert all("exercise=true" in link for link in page.locator("nav.ways a").evaluate_all("links => links.map(link => link.getAttribute('href'))"))
    closed(page)
    real = shown(seen, "/")
    assert real.locator(".banner").count() == 0
    closed(real)
