"""Every word of a page is asked for in its language: no template says one that is not, and what stands in a text cannot become markup."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

import vigie.web
from vigie.web.wording import WORDING
from web.visible import bare_words

TEMPLATES = sorted((Path(vigie.web.__file__).parent / "templates").glob("*.html"))
OF_THE_APP = {"shell.html"}
"""The document of the app, the same bytes for everybody."""


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.name not in OF_THE_APP], ids=lambda path: path.stem)
def test_no_template_says_a_word_that_is_not_asked_for(path: Path) -> None:
    """Text, visible attributes, words in expressions, lists and calls of macros."""
    assert list(bare_words(path.read_text(encoding="utf-8"))) == []


BARE = {
    "<p>Late</p>": ["Late"],
    '<a title="Who said it">{{ t("Late") }}</a>': ["Who said it"],
    '<p>{{ "on" if is_on else t("off") }}</p>': ["on"],
    '<p>{{ name or "nobody" }}</p>': ["nobody"],
    '<p>{{ line("event", "In few words") }}</p>': ["In few words"],
    '{% for name, words in [("field", "All fields")] %}{{ words }}{% endfor %}': ["All fields"],
    '<p class="late {{ "on" if is_on }}" id="x">{{ t("Late") }} · CSV, {{ number }}</p>': [],
    '<td{% if late %} class="late"{% endif %}>{{ item.words }}</td>': [],
}


@pytest.mark.parametrize(("source", "found"), BARE.items())
def test_a_bare_word_is_found_wherever_it_stands(source: str, found: list[str]) -> None:
    """And what no reader sees is left alone."""
    assert list(bare_words(source)) == found


def said(source: str, **context: object) -> str:
    """What a template says."""
    sheets = jinja2.Environment(autoescape=True)
    sheets.globals.update(WORDING)
    return sheets.from_string(source).render({"tongue": "en", **context})


def test_what_is_filled_in_stays_text_unless_it_is_markup() -> None:
    """A value is escaped, and its braces are no places; what `strong` gives is kept."""
    assert said('{{ t("until {day}", day=day) }}', day="<b>{x}") == "until &lt;b&gt;{x}"
    assert said('{{ tn("{n} hour of {who}", "{n} hours of {who}", 2, who=strong("<me>")) }}') == "2 hours of <strong>&lt;me&gt;</strong>"
    assert said('{{ tn("{n} hour", "{n} hours", 1200, n=strong(num(1200))) }}') == "<strong>1,200</strong> hours"


def test_numbers_and_counts_follow_the_language_of_the_page() -> None:
    """Marks between digits, and the form of the noun."""
    assert said('{{ num(1234.5, 1) }} {{ tn("{n} hour", "{n} hours", 3) }} {{ chance(0.5) }}', tongue="sr-Latn") == "1.234,5 3 sata 50,0 %"


def test_what_is_in_english_alone_is_marked_on_pages_of_other_languages() -> None:
    """So that it is read aloud as English; an English page needs no mark."""
    assert said("{{ english(words) }}", words="Red & late", tongue="fr") == '<span lang="en">Red &amp; late</span>'
    assert said("{{ english(words) }}", words="Red & late") == "Red &amp; late"
