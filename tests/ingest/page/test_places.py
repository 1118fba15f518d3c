"""Places of a text: the venue, and what is named after a town."""

from __future__ import annotations

from functools import cache

import pytest

from vigie.ingest.page.countries import country_matches
from vigie.ingest.page.persons import person_spans
from vigie.ingest.page.places import Gazetteer, Taken, gazetteer_of, inflected_town, places_in, unit_of
from vigie.ingest.page.scan import scan_of
from vigie.model.reading import Found
from vigie.node.atlas import load_atlas


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, made once."""
    return gazetteer_of(load_atlas())


def places(text: str, language: str, head: int = 0) -> tuple[Found, ...]:
    """The places of a text whose first characters are its head."""
    scan = scan_of(text, language)
    named = country_matches(scan)
    persons = person_spans(text, [(match.begin, match.end) for match in named])
    return places_in(scan, gazetteer(), named, Taken(persons), ((0, head),) if head else ())


def first(text: str, language: str) -> str:
    """The place that would be proposed."""
    return next((place.value for place in places(text, language) if place.confidence >= 0.6), "")


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("fr", "La réunion s’est tenue à Skopje.", "Skopje"),
        ("fr", "Réunis à Thessalonique, les participants", "Thessaloniki"),
        ("fr", "Le séminaire a eu lieu à Rome.", "Rome"),
        ("fr", "L’atelier tenu au siège de l’OTAN, à Bruxelles", "Brussels"),
        ("en", "The meeting was held in Budva.", "Budva"),
        ("en", "They met in the city of Ohrid.", "Ohrid"),
        ("bs", "Sastanak je održan u Sarajevu.", "Sarajevo"),
        ("sr-Latn", "Konferencija održana u Skoplju", "Skopje"),
        ("sr-Latn", "Radionica je održana u Prištini", "Pristina"),
        ("sr-Latn", "Obuka je završena u Novom Sadu", "Novi Sad"),
        ("sr-Cyrl", "Састанак је одржан у Београду.", "Belgrade"),
        ("sr-Cyrl", "Конференција одржана у Солуну", "Thessaloniki"),
        ("hr", "Skup je održan u Zagrebu.", "Zagreb"),
        ("cnr", "Konferencija je održana u Budvi.", "Budva"),
        ("sq", "Takimi u mbajt në Tiranë.", "Tirana"),
        ("sq", "Konferenca u zhvillua në Shkup.", "Skopje"),
        ("mk", "Состанокот се одржа во Скопје.", "Skopje"),
        ("mk", "Конференцијата се одржа во Охрид.", "Ohrid"),
    ],
)
def test_the_venue_is_found_in_every_language(language: str, text: str, place: str) -> None:
    """Also where the language inflects or renames the town."""
    assert first(text, language) == place


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Le traité d’Ohrid et le Centre de Genève pour la gouvernance du secteur de la sécurité"),
        ("fr", "Le quartier général de l’OTAN à Sarajevo a envoyé un officier."),
        ("fr", "une étude par l’Université de Turin ; des villes pour la paix, une union"),
        ("en", "the Brussels headquarters, the Geneva Centre, the Berlin Process, a Sarajevo-based group, the Ohrid Agreement"),
        ("en", "the University of Zagreb and the Athens Institute sent experts"),
        ("sr-Latn", "Univerzitet u Kragujevcu i ambasada u Beogradu"),
        ("mk", "Охридскиот договор и Универзитетот во Битола"),
        ("sq", "Universiteti i Prishtinës"),
    ],
)
def test_a_body_named_after_a_town_is_not_the_venue(language: str, text: str) -> None:
    """Treaties, schools, seats and embassies carry names of towns where nothing happened."""
    assert first(text, language) == ""


def test_belgrade_alone_is_in_serbia_and_belgrade_belgique_is_not() -> None:
    """The most populous is meant, unless a country stands beside it."""
    alone, beside = places("Elle a eu lieu à Belgrade.", "fr")[0], places("Elle a eu lieu à Belgrade, Belgique.", "fr")[0]
    assert alone.lon == pytest.approx(20.4651)
    assert beside.words.endswith("BE")


def test_the_head_of_a_page_is_surest() -> None:
    """A line of a town and its country outweighs what the text says."""
    text = "Skopje, Macedonia\n\nThe previous meeting was held in Sofia."
    assert next(place.value for place in places(text, "en", head=17)) == "Skopje"


@pytest.mark.parametrize(
    ("name", "unit", "parent"), [("Belgrade", "RS-00", ""), ("Tirana", "AL-11", ""), ("Mostar", "BA-07", "BA-BIH"), ("Pristina", "XK-17", "")]
)
def test_a_place_lies_in_its_unit(name: str, unit: str, parent: str) -> None:
    """Containment in the atlas, as the reference's cases ask."""
    place = places(f"The meeting was held in {name}.", "en")[0]
    assert place.lon is not None
    assert place.lat is not None
    area = unit_of(gazetteer().atlas, place.lon, place.lat)
    assert area is not None
    assert (area.code, area.parent) == (unit, parent)


def test_a_person_named_like_a_town_is_no_place() -> None:
    """Names of persons are taken out first."""
    assert places("Mr. Adnan Mostar spoke.", "en") == ()


def test_towns_are_inflected_by_rule() -> None:
    """Endings of Bosnian, Croatian, Montenegrin and Serbian towns."""
    assert "Kragujevcu" in inflected_town("Kragujevac")
    assert "Banjoj Luci" not in inflected_town("Beograd")
    assert {"Novom Pazaru", "Novog Pazara"} <= set(inflected_town("Novi Pazar"))
    assert {"Budvi", "Budve", "Budvu"} <= set(inflected_town("Budva"))
