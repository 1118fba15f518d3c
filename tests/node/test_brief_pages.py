"""The pages of a brief: one sheet, every language, no script, the same bytes; no text of a record is ever markup."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from node.brief_world import MONTH, act, cited_names, fill, quake, reply, warn
from vigie.cli.app import app
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.languages import LANGUAGES
from vigie.node.brief_pages import brief_html, brief_pdf, brief_style, brief_text, clean, page_of
from vigie.node.brief_shape import BriefFacts, Sentence
from vigie.node.briefs import make_brief
from vigie.node.settings import Node
from web.world import HOSTILE, NOW_US, public_reports, take

TYPST = '#panic() $x$ #import "a" `raw` *b* _i_ @ref <l> \\ /* '
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def busy(node: Node) -> Node:
    """A node with public reports of both worlds, a warning, two answers and an activity."""
    return fill(node)


def whole_text(facts: BriefFacts) -> str:
    """All that the brief says."""
    return "\n".join(brief_text(facts))


@pytest.mark.parametrize("text", [HOSTILE, TYPST, "x" * 160, "\x1b[2J\u202eevil\x00", "'; DROP TABLE--"])
def test_no_text_of_a_record_is_ever_markup(node: Node, atlas: Atlas, text: str) -> None:
    """In a headline and an agency's name (of one line), an answer and an activity's title; in HTML, PDF and on a terminal."""
    agency = clean(text)
    take(node, [replace(quake(), agency=agency[:60]), *public_reports()])
    warning = warn(node, agency)
    reply(node, warning, "AL-CP", "contested", text)
    act(node, text)
    facts = make_brief(node, atlas, MONTH, NOW_US)
    page, printed = brief_html(facts, ""), brief_pdf(facts)
    assert "<script" not in page
    assert page.count("<main") == page.count("</main>") == 1
    assert pages_of(printed) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", page + whole_text(facts))


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_pdf_is_one_page_of_the_same_bytes_with_every_letter(busy: Node, atlas: Atlas, language: str) -> None:
    """Dated by the brief, not by the clock; typst has nothing to warn of, and its own fonts hold Cyrillic."""
    import typst

    facts = make_brief(busy, atlas, replace(MONTH, language=language), NOW_US)
    first, second = brief_pdf(facts), brief_pdf(facts)
    assert first == second
    assert pages_of(first) == 1
    assert b"/CreationDate(D:20260921" in first
    data = page_of(facts, None) | {"made": [2026, 9, 21, 0, 0, 0]}
    source = Path(sys.modules["vigie.node.brief_pages"].__file__ or "").parent / "brief_sheets" / "brief.typ"
    inputs = {"brief": json.dumps(data), "map": facts.map_svg}
    _, warnings = typst.compile_with_warnings(source.read_bytes(), format="pdf", ignore_system_fonts=True, sys_inputs=inputs)
    assert warnings == []


@pytest.mark.parametrize("country", ["", "ME", "MK", "XK", "SI"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_name_on_the_map_is_cut_off(busy: Node, atlas: Atlas, country: str, language: str) -> None:
    """A name whose land is at the edge is moved inside; a letter is taken to be no narrower than half of its size."""
    svg = make_brief(busy, atlas, replace(MONTH, country=country, language=language), NOW_US).map_svg
    size = re.search(r'viewBox="0 0 (\d+) ([\d.]+)"', svg)
    names = re.findall(r'<text x="([\d.-]+)" y="([\d.-]+)" font-size="(\d+)" fill="#5d574b"[^>]*>([^<]+)</text>', svg)
    assert size
    assert names
    for x, y, letter, name in names:
        half = len(name) * float(letter) / 4
        assert half <= float(x) <= float(size[1]) - half, name
        assert float(letter) <= float(y) <= float(size[2]), name


def longest(facts: BriefFacts) -> BriefFacts:
    """The brief with every list and text as long as they ever are."""
    words = "abcde fghij " * 14

    def filled(sentence: Sentence) -> Sentence:
        return replace(sentence, text=words[:160], records=sentence.records * 3)

    sections = [replace(part, sentences=tuple(map(filled, part.sentences * 12))[:13]) for part in facts.sections]
    return replace(facts, sections=tuple(sections), notes=(*facts.notes, *[words] * 6), marking=facts.marking * 3)


def test_a_brief_of_the_longest_texts_is_still_one_page(busy: Node, atlas: Atlas) -> None:
    """It is drawn smaller; nothing is cut off."""
    assert pages_of(brief_pdf(longest(make_brief(busy, atlas, MONTH, NOW_US)))) == 1


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed (Debian: chromium)")
def test_the_html_prints_on_one_page_without_javascript(busy: Node, atlas: Atlas, tmp_path: Path) -> None:
    """In every language, in a real browser that runs no script and may not go to the net."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = browser.new_context(java_script_enabled=False, offline=True)
        for language in LANGUAGES:
            path = tmp_path / f"{language}.html"
            path.write_text(brief_html(make_brief(busy, atlas, replace(MONTH, language=language), NOW_US)), encoding="utf-8")
            page = context.new_page()
            page.goto(path.as_uri())
            assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
        browser.close()


def test_without_typst_a_pdf_is_refused_with_one_sentence(busy: Node, atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the extra, and what works without."""
    facts = make_brief(busy, atlas, MONTH, NOW_US)
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(BadSetting, match=r"install vigie\[brief\], or ask for HTML"):
        brief_pdf(facts)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_html_needs_nothing_else(busy: Node, atlas: Atlas, language: str) -> None:
    """No script, no file from elsewhere, its language named; records are links only where the node's address is known."""
    facts = make_brief(busy, atlas, replace(MONTH, language=language), NOW_US)
    alone, served, linked = brief_html(facts), brief_html(facts, "", "/static/brief.css"), brief_html(facts, "https://node.example")
    assert f'<html lang="{language}">' in alone
    assert not re.search(r"<script|<link|src=|url\(|@import|<iframe|javascript:", alone)
    assert set(re.findall(r'href="([^"#][^"]*)"', alone)) == set()
    assert not re.search(r"<style|\sstyle=", served)
    assert '<link rel="stylesheet" href="/static/brief.css">' in served
    assert re.search(r'href="/events/ev-[0-9a-f]{20}"', served)
    assert 'href="https://node.example/warnings/w-1"' in linked
    assert brief_style() in alone


def test_every_record_stands_behind_the_page(busy: Node, atlas: Atlas) -> None:
    """Beside a sentence stand the first; the list behind the page holds them all, and no link within the page leads nowhere."""
    facts = make_brief(busy, atlas, MONTH, NOW_US)
    page = brief_html(facts)
    behind = page.partition('<aside class="behind"')[2]
    assert [name for name in cited_names(facts) if name not in behind] == []
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_the_command_prints_and_writes_briefs(busy: Node, tmp_path: Path) -> None:
    """Text without --out, JSON for programs, a file by its ending; any other ending is refused."""
    words = ["brief", "--node", str(busy.folder), "--days", "3660"]
    run = CliRunner().invoke
    assert "Montenegro · Brief of ME-NODE for ME-NODE" in run(app, [*words, "--country", "ME"]).stdout
    assert json.loads(run(app, [*words, "--for", PUBLIC, "--json"]).stdout)["audience"] == PUBLIC
    for name, begin in (("b.html", b"<!DOCTYPE html>"), ("b.pdf", b"%PDF")):
        assert run(app, [*words, "--language", "fr", "--out", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).read_bytes().startswith(begin)
    with pytest.raises(BadSetting, match=r"a name that ends in .html or .pdf"):
        run(app, [*words, "--out", str(tmp_path / "b.doc")], catch_exceptions=False)
