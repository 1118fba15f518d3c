"""Words of probability: the edges, the gaps, the order of the words, and the wall between likelihood and confidence."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.errors import BadSetting
from vigie.model.languages import LANGUAGES, PARTIAL
from vigie.model.likelihood import (
    FRENCH,
    ICD203,
    PHIA,
    YARDSTICKS,
    confidence_words,
    find_yardstick,
    is_own_words,
    likelihood_number,
    likelihood_rank,
    likelihood_words,
    written_language,
)
from vigie.model.warning import Likelihood

shares = st.floats(0, 1)
names = st.sampled_from(sorted(YARDSTICKS))
tongues = st.sampled_from(sorted({**LANGUAGES, **PARTIAL}))


def one(share: float) -> Likelihood:
    """A probability that is one number."""
    return Likelihood(low=share, high=share)


@pytest.mark.parametrize(
    ("share", "scale", "language", "said"),
    [
        (0.30, "ICD203", "en", "unlikely, 30 %"),
        (0.30, "PHIA", "en", "unlikely, 30 %"),
        (0.30, "FRENCH", "fr", "probablement pas, 30 %"),
        (0.30, "ICD203", "sr-Cyrl", "мало вероватно, 30 %"),
        (0.30, "ICD203", "sr-Latn", "malo verovatno, 30 %"),
        (0.30, "ICD203", "cnr-Cyrl", "мало вјероватно, 30 %"),
        (0.30, "ICD203", "sq", "ka pak gjasa, 30 %"),
        (0.37, "PHIA", "hr", "malo vjerojatno, 37 % (između dvaju stupnjeva ljestvice; naveden je najbliži)"),
        (0.003, "ICD203", "mk", "речиси без изгледи, под 1 %"),
        (0.37, "PHIA", "en", "unlikely, 37 % (between two bands of the scale; the nearest is named)"),
        (0.38, "PHIA", "en", "realistic possibility, 38 % (between two bands of the scale; the nearest is named)"),
        (0.16, "FRENCH", "fr", "probablement pas, 16 % (entre deux échelons de l'échelle ; le plus proche est nommé)"),
        (0.003, "ICD203", "en", "almost no chance, below 1 %"),
        (0.997, "ICD203", "en", "almost certain, above 99 %"),
        (0.0, "FRENCH", "fr", "presque aucune chance, moins de 1 %"),
        (1.0, "FRENCH", "fr", "quasi certaine, plus de 99 %"),
        (0.003, "PHIA", "sr-Cyrl", "незнатни изгледи, испод 1 %"),
    ],
)
def test_a_number_is_said_as_its_scale_says_it(share: float, scale: str, language: str, said: str) -> None:
    """The acceptance cases, the gaps and the ends."""
    assert likelihood_words(one(share), scale, language) == said


@pytest.mark.parametrize(
    ("percent", "word"),
    [(5, "very unlikely"), (20, "unlikely"), (45, "roughly even"), (55, "roughly even"), (80, "likely"), (95, "very likely")],
)
def test_an_edge_of_icd_203_belongs_to_the_weaker_word(percent: int, word: str) -> None:
    """5, 20, 45, 55, 80 and 95 each have one word, always the same."""
    assert likelihood_words(one(percent / 100)) == f"{word}, {percent} %"


@pytest.mark.parametrize(
    ("low", "high", "scale", "said"),
    [
        (0.25, 0.35, "ICD203", "unlikely, 25-35 %"),
        (0.45, 0.55, "ICD203", "roughly even, 45-55 %"),
        (0.05, 0.20, "ICD203", "very unlikely, 5-20 %"),
        (0.55, 0.90, "ICD203", "likely to very likely, 55-90 %"),
        (0.30, 0.50, "ICD203", "unlikely to roughly even, 30-50 %"),
        (0.301, 0.304, "ICD203", "unlikely, 30 %"),
        (0.002, 0.04, "ICD203", "almost no chance, 0-4 %"),
        (0.96, 0.999, "ICD203", "almost certain, 96-100 %"),
        (0.20, 0.40, "FRENCH", "probably not, 20-40 %"),
        (0.25, 0.38, "PHIA", "unlikely to realistic possibility, 25-38 % (between two bands of the scale; the nearest is named)"),
    ],
)
def test_an_interval_has_the_word_of_its_band_or_those_of_both_ends(low: float, high: float, scale: str, said: str) -> None:
    """An interval as wide as a band has that band's word alone."""
    assert likelihood_words(Likelihood(low=low, high=high), scale) == said


@given(names, shares, shares)
def test_a_rising_probability_never_lowers_the_word(scale: str, first: float, second: float) -> None:
    """On every scale."""
    low, high = sorted((first, second))
    assert likelihood_rank(one(low), scale) <= likelihood_rank(one(high), scale)


@given(names, tongues, shares, shares)
def test_a_word_and_a_number_always_stand_together(scale: str, language: str, first: float, second: float) -> None:
    """The text begins with a word of the scale in that language and holds the number."""
    low, high = sorted((first, second))
    said = likelihood_words(Likelihood(low=low, high=high), scale, language)
    assert any(band.words[language] in said for band in YARDSTICKS[scale].bands)
    assert likelihood_number(Likelihood(low=low, high=high), language) in said
    assert re.search(r"\d+ %", said)


@given(tongues, shares, shares)
def test_another_yardstick_leaves_the_number_as_it_is(language: str, first: float, second: float) -> None:
    """Only the word changes; confidence is not asked at all."""
    low, high = sorted((first, second))
    asked = Likelihood(low=low, high=high)
    numbers = {re.findall(r", (\D*[\d-]+ %)", likelihood_words(asked, scale, language))[-1] for scale in YARDSTICKS}
    assert numbers == {likelihood_number(asked, language)}


@given(st.integers(0, 100))
def test_icd_203_says_the_mirrored_word_of_the_mirrored_number(percent: int) -> None:
    """A number and its complement are equally far from even."""
    assert likelihood_rank(one(percent / 100)) + likelihood_rank(one((100 - percent) / 100)) == len(ICD203.bands) - 1


@pytest.mark.parametrize("scale", [ICD203, PHIA, FRENCH])
def test_every_band_has_a_word_in_every_language_and_the_bands_rise(scale: object) -> None:
    """Data of the scales."""
    bands = scale.bands  # type: ignore[attr-defined]
    assert all(set(band.words) == {*LANGUAGES, *PARTIAL} and all(band.words.values()) for band in bands)
    assert all(first.high <= second.low for first, second in pairwise(bands))


@pytest.mark.parametrize("language", sorted({**LANGUAGES, **PARTIAL}))
def test_confidence_never_shares_a_sentence_with_likelihood(language: str) -> None:
    """No text of likelihood holds a word of confidence, and none of confidence a percentage."""
    confidences = [confidence_words(level, language) for level in ("low", "moderate", "high")]  # type: ignore[arg-type]
    levels = {said.rstrip(".").split()[-1] for said in confidences}
    for scale in YARDSTICKS:
        for percent in range(101):
            assert not levels & set(re.findall(r"\w+", likelihood_words(one(percent / 100), scale, language)))
    assert not any("%" in said for said in confidences)
    assert len(set(confidences)) == 3


def test_an_unknown_yardstick_is_refused_with_one_sentence() -> None:
    """The sentence names those that there are."""
    with pytest.raises(BadSetting, match=r"no such yardstick of probability: got 'KENT', expected ICD203, PHIA, FRENCH"):
        find_yardstick("KENT")


@pytest.mark.parametrize(
    ("asked", "given_"), [("fr-FR", "fr"), ("sr", "sr-Cyrl"), ("sr_Cyrl_RS", "sr-Cyrl"), ("sr-Latn", "sr-Latn"), ("hr", "hr"), ("de", "en"), ("en-GB", "en")]
)
def test_a_reader_is_given_his_own_script_or_english(asked: str, given_: str) -> None:
    """Serbian in Latin letters is not given Cyrillic."""
    assert written_language(asked) == given_


def test_translated_words_are_marked_as_ours() -> None:
    """Only the scale's own language counts as its author's words."""
    assert is_own_words("ICD203", "en")
    assert is_own_words("FRENCH", "fr")
    assert not is_own_words("PHIA", "sr-Cyrl")
