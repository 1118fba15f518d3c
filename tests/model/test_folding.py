"""Folding: the same word in any script and with any signs on its letters is the same plain word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.folding import fold
from vigie.model.script import cyrillic

small_words = st.lists(st.sampled_from([*"abvgdđežzijklmnoprstćufhcčš", "lj", "nj", "dž"]), min_size=1, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("spellings", "plain"),
    [
        (("sabac", "Šabac", "Шабац", "ŠABAC"), "sabac"),
        (("dj", "Đ", "Ђ", "đ"), "dj"),
        (("Djakovica", "Đakovica", "Ђаковица"), "djakovica"),
        (("Džep", "Џеп", "dzep"), "dzep"),
        (("Korçë", "korce", "KORÇE"), "korce"),
        (("Gjorče Petrov", "Ѓорче Петров"), "gjorce petrov"),
        (("Skopje", "Скопје"), "skopje"),
        (("Пловдив", "Plovdiv"), "plovdiv"),
        (("Йордан", "jordan"), "jordan"),
        (("Αθήνα", "Αθηνα", "ΑΘΗΝΑ"), "athina"),
        (("Timișoara", "Timişoara", "timisoara"), "timisoara"),
        (("İzmir", "ızmir", "izmir"), "izmir"),
        (("  Novi-Sad,\n", "novi sad"), "novi sad"),
    ],
)
def test_all_spellings_of_a_word_are_one(spellings: tuple[str, ...], plain: str) -> None:
    """Latin with and without signs, and every Cyrillic of the region."""
    assert {fold(spelling) for spelling in spellings} == {plain}


@given(small_words)
def test_both_scripts_of_a_serbian_word_fold_alike(word: str) -> None:
    """Whatever the word, and whatever its case."""
    assert fold(cyrillic(word)) == fold(word) == fold(cyrillic(word.upper()))


@given(st.text())
def test_what_is_folded_is_plain_and_stays_as_it_is(text: str) -> None:
    """Small Latin letters, digits and single spaces only."""
    folded = fold(text)
    assert folded == fold(folded) == folded.strip()
    assert folded.replace(" ", "").isalnum() or not folded
    assert folded.isascii()
    assert "  " not in folded
