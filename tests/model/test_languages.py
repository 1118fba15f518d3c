"""Languages: nothing that is said lacks a translation, nothing is translated that is not said, and what nobody has read is marked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

import vigie
from vigie.model.errors import BadSetting
from vigie.model.languages import (
    LANGUAGE_NAMES,
    LANGUAGES,
    PARTIAL,
    check_language,
    day_text,
    is_language_reviewed,
    is_read_by,
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
from web.app_sources import texts_of_app

SOURCES = Path(vigie.__file__).parent
OTHERS = [tag for tag in LANGUAGES if tag != "en"]
FORMS = {"fr": 2, "sq": 2, "bs": 3, "hr": 3, "cnr": 3, "sr-Cyrl": 3, "mk": 2}
"""The plural forms of each language that has a file."""

WRITTEN_ANEW = {"sr-Latn": "sr-Cyrl", "cnr-Cyrl": "cnr"}
"""The languages whose texts are those of another, in the other script."""

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
    """Every text that a template asks for by `t` or `tn`, or by a `said` of its own; a macro of that name is another thing."""
    tree = jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    counts = {
        name: 2 if name in ("said_n", "tn") else 1 for name in {"said", "said_n", "t", "tn"} - {macro.name for macro in tree.find_all(jinja2.nodes.Macro)}
    }
    for call in tree.find_all(jinja2.nodes.Call):
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name in counts:
            values = tuple(argument.value for argument in call.args if isinstance(argument, jinja2.nodes.Const) and isinstance(argument.value, str))
            if len(values) >= counts[call.node.name]:
                yield values[: counts[call.node.name]]


def said_by_packs() -> Iterator[Text]:
    """The titles of fields, kinds, rules and warning problems, and what sizes count."""
    for pack in packs().values():
        yield (pack.title,)
        yield from ((kind.title,) for kind in pack.terms.kinds.values())
        yield from ((rule.title,) for rule in pack.rules)
        yield from ((text,) for problem in pack.problems for text in (problem.title, problem.question))
        yield from ((unit,) for scale, unit in pack.units.items() if scale in pack.terms.severity)


@cache
def texts_said() -> frozenset[Text]:
    """Every text of the program that is said in a reader's language."""
    found = {text for path in SOURCES.rglob("*.py") for text in said_in_python(path)}
    found |= {text for path in SOURCES.rglob("*.html") for text in said_in_sheet(path)} | texts_of_app()
    return frozenset(found | set(said_by_packs())) - {("",)}


def messages(tag: str) -> dict[Text, Text]:
    """The messages of a language's file: the English forms and its own."""
    path = SOURCES / "model" / "texts" / f"{tag}.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    pairs = [(message.id, message.string) for message in catalogue if message.id]
    return {(one,) if isinstance(one, str) else tuple(one): (own,) if isinstance(own, str) else tuple(own) for one, own in pairs}


@pytest.mark.parametrize("tag", FORMS)
def test_everything_that_is_said_is_translated(tag: str) -> None:
    """Into every language, in all of its plural forms."""
    known = messages(tag)
    assert sorted(text for text in texts_said() if text not in known or not all(known[text])) == []
    assert {len(own) for text, own in known.items() if len(text) > 1} == {FORMS[tag]}


@pytest.mark.parametrize("tag", FORMS)
def test_nothing_is_translated_that_is_not_said(tag: str) -> None:
    """A text that was dropped or changed leaves no orphan behind."""
    assert sorted(set(messages(tag)) - texts_said()) == []


@pytest.mark.parametrize("tag", FORMS)
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


def test_every_language_has_a_file_or_another_script_and_a_name_of_its_own() -> None:
    """Nothing that is offered lacks texts; the names differ, and stand in the order of the languages."""
    assert {*FORMS, *WRITTEN_ANEW} == set(OTHERS)
    assert list(LANGUAGE_NAMES) == list(LANGUAGES)
    assert len(set(LANGUAGE_NAMES.values())) == len(LANGUAGES)
    assert {path.stem for path in (SOURCES / "model" / "texts").glob("*.po")} == {*FORMS, *PARTIAL}


@pytest.mark.parametrize(("tag", "source"), WRITTEN_ANEW.items())
def test_another_script_says_the_same_texts(tag: str, source: str) -> None:
    """All of them, with the same counts and places to fill in, and as unreviewed as their source."""
    assert texts_in(tag) == texts_in(source)
    for text in texts_in(tag):
        assert PLACE.findall(said(tag, text)) == PLACE.findall(said(source, text))
        assert is_reviewed(tag, text) == is_reviewed(source, text)


CLOSEST = [
    ("fr-CH", "fr"),
    ("sr", "sr-Cyrl"),
    ("sr-Cyrl-RS", "sr-Cyrl"),
    ("sr-Latn-RS", "sr-Latn"),
    ("SR-latn", "sr-Latn"),
    ("sr-Latn-ME", "cnr"),
    ("sr-Cyrl-ME", "cnr-Cyrl"),
    ("cnr-Latn", "cnr"),
    ("cnr-Latn-ME", "cnr"),
    ("cnr-Cyrl-ME", "cnr-Cyrl"),
    ("bs-Latn-BA", "bs"),
    ("bs-Cyrl", "sr-Cyrl"),
    ("hr-HR", "hr"),
    ("sq-XK", "sq"),
    ("mk-MK", "mk"),
    ("sh", "sr-Latn"),
    ("en-GB", "en"),
    ("de", "en"),
    ("", "en"),
]


@pytest.mark.parametrize(("asked", "found"), CLOSEST)
def test_a_text_is_said_in_the_closest_language_that_there_is(asked: str, found: str) -> None:
    """Its own, in its own script, else its kin's, else English."""
    assert spoken(asked) == found
    assert said(asked, "What") == said(found, "What")


def test_a_text_that_is_not_known_is_said_as_it_is() -> None:
    """In English, with what is to be filled in."""
    assert said("fr", "no such text {a}", a=1) == "no such text 1"


COUNTS = [
    ("sr-Latn", ["1 sat", "2 sata", "5 sati", "11 sati", "21 sat", "22 sata"]),
    ("hr", ["1 sat", "2 sata", "5 sati", "11 sati", "21 sat", "22 sata"]),
    ("bs", ["1 sat", "2 sata", "5 sati", "11 sati", "21 sat", "22 sata"]),
    ("cnr-Cyrl", ["1 сат", "2 сата", "5 сати", "11 сати", "21 сат", "22 сата"]),
    ("mk", ["1 час", "2 часа", "5 часа", "11 часа", "21 час", "22 часа"]),
]


@pytest.mark.parametrize(("tag", "hours"), COUNTS)
def test_languages_of_the_region_count_as_they_do(tag: str, hours: list[str]) -> None:
    """Three forms, also in the script that has no file; Macedonian has two, and twenty-one is one."""
    assert [said_n(tag, "{n} hour", "{n} hours", count) for count in (1, 2, 5, 11, 21, 22)] == hours


def test_albanian_says_one_and_many() -> None:
    """Twenty-one is many."""
    forms = [said_n("sq", "{n} warning is live.", "{n} warnings are live.", count) for count in (1, 2, 21)]
    assert forms == ["1 paralajmërim është në fuqi.", "2 paralajmërime janë në fuqi.", "21 paralajmërime janë në fuqi."]


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
    with pytest.raises(BadSetting, match=r"There are no texts in this language: got 'xx', expected en, fr, sq, bs, hr, cnr, cnr-Cyrl, sr-Latn, sr-Cyrl, mk"):
        check_language("xx")


DAYS = [
    ("en", "22 November 2026"),
    ("fr", "22 novembre 2026"),
    ("sq", "22 nëntor 2026"),
    ("bs", "22. novembra 2026."),
    ("hr", "22. studenoga 2026."),
    ("cnr", "22. novembra 2026."),
    ("cnr-Cyrl", "22. новембра 2026."),
    ("sr-Latn", "22. novembra 2026."),
    ("sr-Cyrl", "22. новембра 2026."),
    ("mk", "22 ноември 2026\u202fг."),
]


@pytest.mark.parametrize(("tag", "day"), DAYS)
def test_an_instant_is_written_as_the_language_writes_it(tag: str, day: str) -> None:
    """The month by its name, the clock in UTC."""
    assert moment_text(tag, parse_time("2026-11-22T08:05:59Z")) == f"{day}, 08:05 UTC"


MONTHS = ["januara", "februara", "marta", "aprila", "maja", "juna", "jula", "avgusta", "septembra", "oktobra", "novembra", "decembra"]


@pytest.mark.parametrize(("month", "genitive"), list(enumerate(MONTHS, 1)))
def test_a_month_of_a_day_is_in_the_genitive(month: int, genitive: str) -> None:
    """As it is said in Serbian and Montenegrin; with the name of the day too."""
    time_us = parse_time(f"2026-{month:02d}-03T00:00:00Z")
    assert day_text("sr-Latn", time_us) == day_text("cnr", time_us) == f"3. {genitive} 2026."
    assert day_text("sr-Latn", time_us, "full").endswith(f", 3. {genitive} 2026.")


@given(time_us=st.integers(FIRST_US, LAST_US - 1), tag=st.sampled_from(sorted(LANGUAGES)))
def test_any_day_of_the_record_can_be_written(time_us: int, tag: str) -> None:
    """Also before the year 1; an instant of the same day gives the same words."""
    assert day_text(tag, time_us) == day_text(tag, time_us // DAY_US * DAY_US) != ""


@given(value=st.floats(-1e12, 1e12), tag=st.sampled_from(sorted(LANGUAGES)), decimals=st.integers(0, 3))
def test_a_number_keeps_its_digits_in_every_language(value: float, tag: str, decimals: int) -> None:
    """Only the marks between them differ."""
    digits = re.sub(r"\D", "", number_text(tag, value, decimals))
    assert digits == re.sub(r"\D", "", number_text("en", value, decimals))


@pytest.mark.parametrize(
    ("text", "reader", "reads"),
    [("bs", "hr", True), ("sr-Latn", "cnr", True), ("sr", "cnr-Cyrl", True), ("sr-Cyrl", "sr-Latn", False), ("mk", "sr-Cyrl", False), ("sq", "hr", False)],
)
def test_who_reads_a_language_reads_its_kin_in_the_same_script(text: str, reader: str, *, reads: bool) -> None:
    """Both ways; another script, and another language, are not kin."""
    assert is_read_by(text, reader) == is_read_by(reader, text) == reads
    assert is_read_by(text, text)
