"""The languages of the public page, of warnings, of briefs and of CAP messages alone: exactly those texts, in all of their forms, and nowhere else."""

from __future__ import annotations

import re
from functools import cache

import pytest

from model.test_languages import PLACE, SOURCES, Text, messages, said_by_packs, said_in_python, said_in_sheet
from vigie.model.errors import BadSetting
from vigie.model.languages import LANGUAGES, PARTIAL, PARTIAL_NAMES, check_language, is_reviewed, moment_text, said_n, spoken, texts_in
from vigie.model.times import parse_time
from vigie.node.packs import packs

FORMS = {"bg": 2, "el": 2, "ro": 3, "sl": 4, "tr": 2}
"""The plural forms of each."""

MODULES = (
    *("model/languages.py", "model/priorities.py", "node/warning_facts.py", "node/cap_out.py", "node/received.py"),
    *("web/ways.py", "web/warning_words.py", "web/warning_pages.py", "web/public_pages.py"),
)
FAMILIES = ("node/public_*.py", "node/brief*.py", "exchange/cap*.py", "exchange/atom*.py")
SHEETS = ("frame", "warnings", "warning", "warning_row", "warning_parts", "public", "answer_form", "pager")
"""What makes the public page, warnings, briefs and CAP messages: modules, families of modules, templates. All that they say is translated."""


@cache
def texts_covered() -> frozenset[Text]:
    """The texts of these pages, with the titles of fields, kinds and problems; the titles of rules stand at the watch alone."""
    paths = [*(SOURCES / name for name in MODULES), *(path for family in FAMILIES for path in SOURCES.glob(family))]
    found = {text for path in paths for text in said_in_python(path)}
    found |= {text for name in SHEETS for text in said_in_sheet(SOURCES / "web" / "templates" / f"{name}.html")}
    rules = {(rule.title,) for pack in packs().values() for rule in pack.rules}
    return frozenset(found | (set(said_by_packs()) - (rules - found - _titles())))


def _titles() -> set[Text]:
    """The titles of kinds and problems, of which a rule may bear the same."""
    return {(item.title,) for pack in packs().values() for item in (*pack.terms.kinds.values(), *pack.problems)}


@pytest.mark.parametrize("tag", PARTIAL)
def test_exactly_these_texts_are_translated(tag: str) -> None:
    """None lacks, none is there that these pages do not say."""
    known = messages(tag)
    assert sorted(text for text in texts_covered() if text not in known or not all(known[text])) == []
    assert sorted(set(known) - texts_covered()) == []
    assert {len(own) for text, own in known.items() if len(text) > 1} == {FORMS[tag]}


@pytest.mark.parametrize("tag", PARTIAL)
def test_their_translations_fill_in_what_their_texts_fill_in(tag: str) -> None:
    """The same names in braces in every form."""
    for text, own in messages(tag).items():
        for form in own:
            assert set(PLACE.findall(form)) == set(PLACE.findall(text[-1])), text


def test_no_speaker_has_read_them_yet() -> None:
    """So that the pages say so."""
    assert not any(is_reviewed(tag, text) for tag in PARTIAL for text in texts_in(tag))


def test_they_are_offered_where_their_texts_are_and_nowhere_else() -> None:
    """They have names of their own, are no languages of the whole, and are refused where only those will do."""
    assert list(PARTIAL_NAMES) == list(PARTIAL)
    assert not set(PARTIAL) & set(LANGUAGES)
    assert [check_language(tag, is_partial=True) for tag in PARTIAL] == list(PARTIAL)
    for tag in PARTIAL:
        with pytest.raises(BadSetting, match="There are no texts in this language"):
            check_language(tag)
        assert spoken(f"{tag}-XX") == tag


COUNTS = {
    "bg": ["0 часа", "1 час", "2 часа", "5 часа", "21 часа"],
    "el": ["0 ώρες", "1 ώρα", "2 ώρες", "5 ώρες", "21 ώρες"],
    "ro": ["0 ore", "1 oră", "2 ore", "5 ore", "21 de ore"],
    "sl": ["0 ur", "1 ura", "2 uri", "5 ur", "21 ur"],
    "tr": ["0 saat", "1 saat", "2 saat", "5 saat", "21 saat"],
}


@pytest.mark.parametrize(("tag", "hours"), COUNTS.items())
def test_they_count_as_they_do(tag: str, hours: list[str]) -> None:
    """Turkish never changes the noun; Romanian says `de` from twenty on; Slovene has a dual."""
    assert [said_n(tag, "{n} hour", "{n} hours", count) for count in (0, 1, 2, 5, 21)] == hours


def test_slovene_has_four_forms() -> None:
    """One, two, three and four, and more; by the last two digits."""
    forms = [said_n("sl", "{n} hour", "{n} hours", count) for count in (1, 102, 3, 104, 5, 101)]
    assert forms == ["1 ura", "102 uri", "3 ure", "104 ure", "5 ur", "101 ura"]


DAYS = {
    "bg": "22 ноември 2026\u202fг.",
    "el": "22 Νοεμβρίου 2026",
    "ro": "22 noiembrie 2026",
    "sl": "22. novembra 2026",
    "tr": "22 Kasım 2026",
}


@pytest.mark.parametrize(("tag", "day"), DAYS.items())
def test_they_write_days_as_they_do(tag: str, day: str) -> None:
    """The month by its name, in the case that a date asks for."""
    assert re.sub(r"[\u00a0\u202f ]", " ", moment_text(tag, parse_time("2026-11-22T08:05:59Z"))) == re.sub(r"[\u00a0\u202f ]", " ", f"{day}, 08:05 UTC")
