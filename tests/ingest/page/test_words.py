"""Institutions, themes and kinds by their words."""

from __future__ import annotations

import pytest

from vigie.fields.conflict.pack import PACK as CONFLICT
from vigie.fields.cooperation.pack import PACK as COOPERATION
from vigie.ingest.page.scan import scan_of
from vigie.ingest.page.words import Parts, institutions_in, kinds_in, theme_words, themes_in
from vigie.model.lexicon import merge_lexicons, values_of
from vigie.model.priorities import PRIORITIES

KINDS = merge_lexicons(COOPERATION.lexicon, CONFLICT.lexicon)


def kind(text: str, language: str) -> str:
    """The likeliest kind."""
    found = kinds_in(scan_of(text, language), Parts((0, 0), len(text)), KINDS)
    return found[0].value if found else ""


def themes(text: str, language: str) -> set[str]:
    """The themes."""
    return {found.value for found in themes_in(scan_of(text, language), Parts((0, 0), 0))}


def institutions(text: str, language: str) -> set[str]:
    """The institutions."""
    return {found.value for found in institutions_in(scan_of(text, language), ())}


def test_every_priority_has_words() -> None:
    """A theme of a page is the name of a priority, or one of the few more."""
    assert set(PRIORITIES) <= values_of(theme_words())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "mines and unexploded ordnance, environmental security, counter-terrorism, cyber defence, human and social aspects, energy security and CBRN"),
        (
            "fr",
            (
                "le déminage, la sécurité de l’environnement, le terrorisme, la cyberdéfense, les aspects humains et sociaux, "
                "la sécurité énergétique, la défense NRBC"
            ),
        ),
        (
            "fr",
            (
                "mines et engins non explosés, environnement, antiterrorisme, cybersécurité, dimension humaine et sociale, énergie, "
                "agents chimiques, biologiques, radiologiques et nucléaires"
            ),
        ),
        (
            "bs",
            (
                "deminiranje, okoliš, borba protiv terorizma, cyber odbrana, ljudski i socijalni aspekti, "
                "energetska sigurnost i hemijske, biološke, radiološke i nuklearne prijetnje"
            ),
        ),
        ("hr", "razminiranje, okoliš, protuterorizam, kibernetička obrana, ljudski i društveni aspekti, energetska sigurnost, KBRN"),
        ("sr-Cyrl", "деминирање, животна средина, борба против тероризма, сајбер одбрана, људски и социјални аспекти, енергетска безбедност и АБХО"),
        ("mk", "деминирање, животна средина, тероризам, сајбер одбрана, социјални и човечки аспекти, енергетска безбедност, ХБРН"),
        ("sq", "minat dhe municionet e paplasura, mjedisi, terrorizmi, mbrojtja kibernetike, aspektet njerëzore dhe sociale, siguria energjetike dhe CBRN"),
    ],
)
def test_the_seven_priorities_are_read_in_every_language(language: str, text: str) -> None:
    """All of them, with stems where the language inflects."""
    assert set(PRIORITIES) <= themes(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [("fr", "un environnement de sécurité changeant"), ("en", "the security environment, coal mines"), ("sr-Latn", "bezbednosno okruženje i rudnici")],
)
def test_a_word_that_resembles_a_theme_is_none(language: str, text: str) -> None:
    """The security environment is no environment, a coal mine no mine."""
    assert themes(text, language) == set()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "L’OTAN, l’ONU et l’OSCE", {"NATO", "United Nations", "OSCE"}),
        ("sr-Cyrl", "НАТО, ОЕБС и Уједињене нације", {"NATO", "OSCE", "United Nations"}),
        ("mk", "НАТО, ОБСЕ и Обединетите нации", {"NATO", "OSCE", "United Nations"}),
        ("sq", "NATO, OSBE dhe Kombet e Bashkuara", {"NATO", "OSCE", "United Nations"}),
        ("en", "euro-atlantic integration", set()),
        ("fr", "UN ATELIER ; l’espace euro-atlantique", set()),
        ("en", "the Euro-Atlantic Partnership Council", {"Euro-Atlantic Partnership Council"}),
        ("en", "officers of NATO HQ Sarajevo", {"NATO HQ Sarajevo"}),
    ],
)
def test_institutions_are_read_by_letters_and_long_names(language: str, text: str, expected: set[str]) -> None:
    """In exactly their letters; a stem makes no council."""
    assert institutions(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Officials met in Skopje for talks on border security.", "coop.consult"),
        ("en", "The two ministries signed a memorandum of understanding.", "coop.accord"),
        ("en", "Twenty administrators followed a training course.", "coop.joint"),
        ("en", "Armed men clashed with a patrol.", "viol.clash"),
        ("en", "A peaceful protest ended without clashes and without arrests.", "unrest.protest"),
        ("en", "No armed clash took place.", ""),
        ("en", "A workshop on preventing bomb attacks was held.", "coop.consult"),
        ("fr", "Un atelier sur la réponse aux attentats s’est tenu à Tirana.", "coop.consult"),
        ("fr", "Des affrontements ont éclaté dans le nord.", "viol.clash"),
        ("fr", "Une manifestation pacifique a réuni cent personnes, sans affrontement.", "unrest.protest"),
        ("hr", "Potpisan je sporazum o suradnji.", "coop.accord"),
        ("bs", "Vježba civilne zaštite održana je u Tuzli.", "coop.joint"),
        ("bs", "Nije bilo oružanih sukoba.", ""),
        ("sr-Cyrl", "Састанак начелника одржан је јуче.", "coop.consult"),
        ("sr-Cyrl", "У експлозији су повређене две особе.", "viol.explosion"),
        ("sr-Latn", "Blokada puta traje treći dan.", "unrest.obstruct"),
        ("mk", "Состанокот се одржа во Скопје.", "coop.consult"),
        ("mk", "Полицијата уапси четири лица.", "press.arrest"),
        ("sq", "Takimi u mbajt në Tiranë.", "coop.consult"),
        ("sq", "Një shpërthim dëmtoi dy automjete.", "viol.explosion"),
    ],
)
def test_the_kind_is_what_happened(language: str, text: str, expected: str) -> None:
    """Not what was denied, feared, played or spoken of; a peaceful protest stays one."""
    assert kind(text, language) == expected
