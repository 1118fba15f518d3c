"""Countries of a text: long, former and inflected names, and what only looks like one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ingest.page.countries import Countries, countries_in, country_matches
from vigie.ingest.page.persons import person_spans
from vigie.ingest.page.scan import scan_of
from vigie.model.atlas import REGION

ALL = {"AL", "BA", "BG", "GR", "ME", "MK", "RO", "RS", "TR"}


def found(text: str, language: str, anchor: date | None = None) -> Countries:
    """The countries of a text."""
    scan = scan_of(text, language)
    named = country_matches(scan)
    persons = person_spans(text, [(match.begin, match.end) for match in named])
    return countries_in(scan, named, persons, REGION, anchor)


def codes(text: str, language: str) -> set[str]:
    """Their codes."""
    return {item.value for item in found(text, language).found}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "chiefs of defence of Albania, Bosnia and Herzegovina, Bulgaria, Greece, Montenegro, Romania, Serbia, Turkey and North Macedonia"),
        (
            "en",
            "Albania, Bosnia-Herzegovina, Bulgaria, the Hellenic Republic, Montenegro, Romania, Serbia, Türkiye and the former Yugoslav Republic of Macedonia¹",
        ),
        (
            "fr",
            (
                "de l’Albanie, de la Bosnie-Herzégovine, de la Bulgarie, de la République hellénique, du Monténégro, de la Roumanie, "
                "de la Serbie, de la Turquie et de l’ex-République yougoslave de Macédoine¹"
            ),
        ),
        (
            "fr",
            (
                "en Albanie, en Bosnie et Herzégovine, en Bulgarie, en Grèce, au Monténégro, en Roumanie, en Serbie, "
                "en Turquie et en ancienne République yougoslave de Macédoine"
            ),
        ),
        ("bs", "iz Albanije, Bosne i Hercegovine, Bugarske, Grčke, Crne Gore, Rumunije, Sjeverne Makedonije, Srbije i Turske"),
        ("hr", "s Albanijom, Bosnom i Hercegovinom, Bugarskom, Grčkom, Crnom Gorom, Rumunjskom, Sjevernom Makedonijom, Srbijom i Turskom"),
        ("sr-Latn", "u Albaniji, BiH, Bugarskoj, Grčkoj, Crnoj Gori, Rumuniji, Severnoj Makedoniji, Srbiji i Turskoj"),
        ("sr-Cyrl", "Албаније, Босне и Херцеговине, Бугарске, Грчке, Црне Горе, Румуније, Бивше Југословенске Републике Македоније, Србије и Турске"),
        ("cnr", "Albaniju, Bosnu i Hercegovinu, Bugarsku, Grčku, Crnu Goru, Rumuniju, Makedoniju, Srbiju i Tursku"),
        ("sq", "Shqipërisë, Bosnjës dhe Hercegovinës, Bullgarisë, Greqisë, Malit të Zi, Rumanisë, Maqedonisë së Veriut, Serbisë dhe Turqisë"),
        ("sq", "Shqipëria, Bosnjë-Hercegovina, Bullgaria, Greqia, Mali i Zi, Rumania, Maqedonia, Serbia dhe Turqia"),
        ("mk", "Албанија, Босна и Херцеговина, Бугарија, Грција, Црна Гора, Романија, Република Македонија, Србија и Турција"),
    ],
)
def test_a_list_of_countries_is_read_whole_in_every_language(language: str, text: str) -> None:
    """Nine countries, by long, former and inflected names, and no tenth."""
    assert codes(text, language) == ALL


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Au cours de la réunion, la zone euro et l’espace euro-atlantique"),
        ("fr", "La Géorgie du Sud. Un chercheur venu de Norvège et l’ambassade d’Italie à Skopje."),
        ("fr", "M. Olaf Berg (Suède) et Dominique Martin"),
        ("fr", "¹ La Turquie reconnaît la République de Macédoine sous son nom constitutionnel."),
        ("fr", "des conférenciers venus d’Allemagne, de France et d’Espagne"),
        ("en", "South Georgia and the Macedonian Air Force, the Ambassador of Norway, the University of Malta"),
        ("en", "speakers from Germany, France and Italy; Jordan Blake and Chad Mills; a professor from Japan"),
        ("en", "Turkey recognises the Republic of Macedonia with its constitutional name."),
        ("hr", "stručnjak iz Japana i veleposlanstvo Norveške, predavači iz Njemačke i Francuske, hrvatski i srpski"),
        ("sr-Cyrl", "амбасадор Норвешке и професор из Италије, мали број, српски војници"),
        ("sq", "një profesor nga Italia dhe ambasada e Norvegjisë, mali"),
        ("mk", "полковник од Норвешка и амбасадата на Италија"),
    ],
)
def test_what_only_looks_like_a_country_is_none(language: str, text: str) -> None:
    """Common words, persons, bodies, speakers and notes give no country."""
    assert codes(text, language) == set()


def test_serbia_and_montenegro_is_one_state_until_2006_and_two_countries_after() -> None:
    """The codes are both in either case; the rule says which it was."""
    then = found("Delegations of Serbia and Montenegro came.", "en", date(2005, 5, 1))
    now = found("Delegations of Serbia and Montenegro came.", "en", date(2018, 5, 1))
    assert {item.value for item in then.found} == {item.value for item in now.found} == {"RS", "ME"}
    assert {item.rule for item in then.found} != {item.rule for item in now.found}


def test_kosovo_is_found_under_its_wordings() -> None:
    """With a note, a resolution, or in other languages: one place."""
    for text, language in [
        ("Kosovo* took part", "en"),
        ("du Kosovo (résolution 1244)", "fr"),
        ("sa Kosova*", "sr-Latn"),
        ("Kosovës", "sq"),
        ("Kosovo/UNSCR 1244", "en"),
    ]:
        assert codes(text, language) == {"XK"}


def test_spans_of_countries_hold_their_names() -> None:
    """Each mention is kept with its own place."""
    text = "Serbia met Albania. Albania thanked Serbia."
    assert sorted(span.quote for item in found(text, "en").found for span in item.spans) == ["Albania", "Albania", "Serbia", "Serbia"]


@given(st.text(max_size=200), st.sampled_from(["en", "fr", "sq", "bs", "sr-Cyrl", "mk", "und"]))
def test_any_text_is_read_without_a_fault(text: str, language: str) -> None:
    """Hostile text gives countries or none, never an exception, and quotes what stands there."""
    assert all(text[span.begin : span.end] == span.quote for item in found(text, language).found for span in item.spans)
