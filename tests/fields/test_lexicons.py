"""The packs' lexicons: words of pages for shared kinds, in every language that pages are read in."""

from __future__ import annotations

import pytest

from vigie.fields.conflict.pack import PACK as CONFLICT
from vigie.fields.cooperation.pack import PACK as COOPERATION
from vigie.model.errors import BadSetting
from vigie.model.lexicon import lexicon_from_yaml, matches, merge_lexicons, tokens_of, values_of
from vigie.model.pack import Pack

LANGUAGES = {"en", "fr", "hbs", "mk", "sq"}


@pytest.mark.parametrize("pack", [COOPERATION, CONFLICT], ids=lambda pack: pack.name)
def test_a_lexicon_names_kinds_of_its_own_field_only(pack: Pack) -> None:
    """Kinds are never invented."""
    for value in values_of(pack.lexicon):
        assert pack.terms.kinds[value].field == pack.name


@pytest.mark.parametrize("pack", [COOPERATION, CONFLICT], ids=lambda pack: pack.name)
def test_every_kind_has_words_in_every_language(pack: Pack) -> None:
    """English, French, Albanian, Macedonian, and what Bosnian, Croatian, Montenegrin and Serbian share."""
    own = {name for name, kind in pack.terms.kinds.items() if kind.field == pack.name} - {"other.statement"}
    assert own == values_of(pack.lexicon)
    for value in own:
        assert {word.language for word in pack.lexicon.words if word.value == value} >= LANGUAGES


def test_a_peaceful_gathering_is_never_more_than_a_protest() -> None:
    """The words of assembly belong to the mildest kind."""
    words = {word.text: word.value for word in CONFLICT.lexicon.words}
    assert {words[text] for text in ("protest", "demonstration", "manifestation", "rally")} == {"unrest.protest"}


def test_one_entry_serves_both_scripts_and_keeps_its_place() -> None:
    """Cyrillic is folded to Latin letter by letter, and the span is that of the text."""
    text = "Јуче је одржан састанак у Љубљани."
    found = matches(COOPERATION.lexicon, text, tokens_of(text), "sr-Cyrl")
    assert [text[match.begin : match.end] for match in found] == ["састанак"]


def test_the_longest_entry_wins_and_capitals_are_kept_where_asked() -> None:
    """A longer name hides the shorter; letters in capitals are no word in small ones."""
    lexicon = lexicon_from_yaml('words: {a: {en: [armed clash]}, b: {en: [clash, "!SPS", "^Drama"]}}')
    text = "An armed clash, a clash, SPS and sps, Drama and drama."
    assert [(text[match.begin : match.end], match.word.value) for match in matches(lexicon, text, tokens_of(text), "en")] == [
        ("armed clash", "a"),
        ("clash", "b"),
        ("SPS", "b"),
        ("Drama", "b"),
    ]


def test_words_of_another_language_are_not_found() -> None:
    """An entry is for its language, unless it is for any."""
    lexicon = lexicon_from_yaml("words: {a: {fr: [tirs], any: [NATO]}}")
    text = "tirs NATO"
    assert [match.begin for match in matches(lexicon, text, tokens_of(text), "en")] == [5]


@pytest.mark.parametrize("text", ["words: [a]", "words: {a: {en: [true]}}", "other: {}", "words: {a: {en: clash}}", "{"])
def test_a_broken_lexicon_is_one_sentence_to_the_operator(text: str) -> None:
    """What is wrong, and where."""
    with pytest.raises(BadSetting):
        lexicon_from_yaml(text)


def test_merging_keeps_each_word_once() -> None:
    """A word twice is one word."""
    assert len(merge_lexicons(CONFLICT.lexicon, CONFLICT.lexicon).words) == len(CONFLICT.lexicon.words)
