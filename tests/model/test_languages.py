"""Languages: nothing that is said lacks a translation, nothing is translated that is not said, and what nobody has read is marked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import vigie
from vigie.model.errors import BadSetting
from vigie.model.languages import (
    LANGUAGES,
    check_language,
    day_text,
    is_language_reviewed,
    is_reviewed,
    moment_text,
    number_text,
    said,
    said_n,
    spoken,
    texts_in,
)
from vigie.model.times import DAY_US, FIRST_US, LAST_US, parse_time
from vigie.node.packs import packs

SOURCES = Path(vigie.__file__).parent
OTHERS = [tag for tag in LANGUAGES if tag != "en"]
FORMS = {"fr": 2, "sr-Cyrl": 3}
PLACE = re.compile(r"\{(\w*)\}")

Text = tuple[str, ...]
"""A text, or the two English forms of a plural."""


def literals(call: ast.Call, first: int, count: int) -> Iterator[Text]:
    """The texts that a call writes out; one that it takes from elsewhere is marked there."""
    values = [argument.value for argument in call.args[first : first + count] if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
    if len(values) == count:
        yield tuple(values)


def said_in_python(path: Path) -> Iterator[Text]:
    """Every text that a module asks `said` for, or marks with `to_say`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in ("said", "to_say"):
            yield from literals(node, 1 if name == "said" else 0, 1)
        if isinstance(node, ast.Call) and name in ("said_n", "to_say_n"):
            yield from literals(node, 1 if name == "said_n" else 0, 2)


def said_in_sheet(path: Path) -> Iterator[Text]:
    """Every text that a template asks `said` for, with its language or without."""
    tree = jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(jinja2.nodes.Call):
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name in ("said", "said_n"):
            values = tuple(argument.value for argument in call.args if isinstance(argument, jinja2.nodes.Const) and isinstance(argument.value, str))
            yield values[: 2 if call.node.name == "said_n" else 1]


def said_by_packs() -> Iterator[Text]:
    """The titles of fields, kinds and warning problems, and what sizes count."""
    for pack in packs().values():
        yield (pack.title,)
        yield from ((kind.title,) for kind in pack.terms.kinds.values())
        yield from ((text,) for problem in pack.problems for text in (problem.title, problem.question))
        yield from ((unit,) for scale, unit in pack.units.items() if scale in pack.terms.severity)


def texts_said() -> set[Text]:
    """Every text of the program that is said in a reader's language."""
    found = {text for path in SOURCES.rglob("*.py") for text in said_in_python(path)}
    found |= {text for path in SOURCES.rglob("*.html") for text in said_in_sheet(path)}
    return (found | set(said_by_packs())) - {("",)}


def messages(tag: str) -> dict[Text, Text]:
    """The messages of a language's file: the English forms and its own."""
    path = SOURCES / "model" / "texts" / f"{tag}.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    pairs = [(message.id, message.string) for message in catalogue if message.id]
    return {(one,) if isinstance(one, str) else tuple(one): (own,) if isinstance(own, str) else tuple(own) for one, own in pairs}


@pytest.mark.parametrize("tag", OTHERS)
def test_everything_that_is_said_is_translated(tag: str) -> None:
    """Into every language, in all of its plural forms."""
    known = messages(tag)
    assert sorted(text for text in texts_said() if text not in known or not all(known[text])) == []
    assert {len(own) for text, own in known.items() if len(text) > 1} == {FORMS[tag]}


@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_translated_that_is_not_said(tag: str) -> None:
    """A text that was dropped or changed leaves no orphan behind."""
    assert sorted(set(messages(tag)) - texts_said()) == []


@pytest.mark.parametrize("tag", OTHERS)
def test_a_translation_fills_in_what_its_text_fills_in(tag: str) -> None:
    """The same names in braces, so that no value is lost and none is missing; the number alone may go unsaid in one form."""
    for text, own in messages(tag).items():
        wanted = set(PLACE.findall(text[-1]))
        for form in own:
            assert set(PLACE.findall(form)) | ({"n"} if len(text) > 1 else set()) == wanted | ({"n"} if len(text) > 1 else set()), text


def test_what_no_speaker_has_read_is_marked_unreviewed() -> None:
    """English is the original; no translation has been read by a speaker yet, and a page can say so."""
    assert is_reviewed("en", "What")
    assert is_language_reviewed("en")
    assert not any(is_reviewed(tag, text) for tag in OTHERS for text in texts_in(tag))
    assert not any(is_language_reviewed(tag) for tag in OTHERS)


def test_a_text_is_said_in_the_closest_language_that_there_is() -> None:
    """A dialect in its kin's words, an unknown language in English, and an unknown text as it is."""
    assert (said("fr-CH", "What"), said("cnr-Cyrl", "What"), said("sq", "What")) == (said("fr", "What"), said("sr-Cyrl", "What"), "What")
    assert said("fr", "no such text {a}", a=1) == "no such text 1"
    assert [spoken(tag) for tag in ("fr", "sr", "sr-Latn", "")] == ["fr", "sr-Cyrl", "en", "en"]


@pytest.mark.parametrize(("count", "words"), [(1, "1 сат"), (2, "2 сата"), (5, "5 сати"), (11, "11 сати"), (21, "21 сат"), (22, "22 сата")])
def test_serbian_counts_in_three_forms(count: int, words: str) -> None:
    """One, few and other; eleven is other and twenty-one is one."""
    assert said_n("sr-Cyrl", "{n} hour", "{n} hours", count) == words


def test_french_counts_nothing_in_the_singular() -> None:
    """Zéro heure, une heure, deux heures."""
    assert [said_n("fr", "{n} hour", "{n} hours", count) for count in (0, 1, 2)] == ["0 heure", "1 heure", "2 heures"]


def test_what_is_filled_in_is_never_read_as_a_text_of_its_own() -> None:
    """Braces in a value stay as they are, and so does markup: whoever prints it must escape it."""
    assert said("en", "live until {day}", day="{day}<b>") == "live until {day}<b>"


def test_an_unknown_language_is_refused_with_one_sentence() -> None:
    """It names those that there are."""
    assert check_language("fr") == "fr"
    with pytest.raises(BadSetting, match=r"There are no texts in this language: got 'xx', expected en, fr, sr-Cyrl"):
        check_language("xx")


@pytest.mark.parametrize(("tag", "day"), [("en", "22 November 2026"), ("fr", "22 novembre 2026"), ("sr-Cyrl", "22. новембар 2026.")])
def test_an_instant_is_written_as_the_language_writes_it(tag: str, day: str) -> None:
    """The month by its name, the clock in UTC."""
    assert moment_text(tag, parse_time("2026-11-22T08:05:59Z")) == f"{day}, 08:05 UTC"


@given(time_us=st.integers(FIRST_US, LAST_US - 1), tag=st.sampled_from(sorted(LANGUAGES)))
def test_any_day_of_the_record_can_be_written(time_us: int, tag: str) -> None:
    """Also before the year 1; an instant of the same day gives the same words."""
    assert day_text(tag, time_us) == day_text(tag, time_us // DAY_US * DAY_US) != ""


@given(value=st.floats(-1e12, 1e12), tag=st.sampled_from(sorted(LANGUAGES)), decimals=st.integers(0, 3))
def test_a_number_keeps_its_digits_in_every_language(value: float, tag: str, decimals: int) -> None:
    """Only the marks between them differ."""
    digits = re.sub(r"\D", "", number_text(tag, value, decimals))
    assert digits == re.sub(r"\D", "", number_text("en", value, decimals))
