"""Announcements of meetings in nine languages, with menus, related news, footers and false friends around them: everything exact, nothing false."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.page import drafts
from ingest.page.drafts import expectations, tools, values
from vigie.ingest.page.reading import read_page
from vigie.model.priorities import PRIORITIES
from vigie.model.reading import Reading
from vigie.model.said import body_of

PAGES = Path(__file__).parent / "announced"
EXPECTED = expectations(PAGES)


def read(name: str) -> Reading:
    """The draft of a page of the folder."""
    return drafts.read(PAGES / name)


@pytest.fixture(params=sorted(EXPECTED))
def page(request: pytest.FixtureRequest) -> str:
    """The name of each page."""
    return str(request.param)


def test_an_announcement_gives_its_days_its_place_and_its_kind(page: str) -> None:
    """The interval is exact, the venue is the only place proposed, and the kind is that of a meeting."""
    expected = EXPECTED[page]
    assert values(read(page), "date") == [str(expected["date"])]
    assert values(read(page), "place") == [expected["place"]]
    assert values(read(page), "kind") == [expected["kind"]]


def test_an_announcement_gives_every_country_and_no_other(page: str) -> None:
    """Countries named, or there by an adjective beside their office; none from a menu, a footer, a person, a donor or another year's meeting."""
    assert {item.value for item in read(page).of("country")} == set(EXPECTED[page]["countries"])


def test_an_announcement_gives_every_priority_and_no_other(page: str) -> None:
    """Of the seven priorities exactly those that are named; other themes may stand beside them."""
    assert set(values(read(page), "theme")) & set(PRIORITIES) == set(EXPECTED[page]["themes"])


def test_an_announcement_gives_its_language_and_names_nobody(page: str) -> None:
    """One of the languages that are right, and no part of a person's name anywhere in the record."""
    record = str(body_of(read(page)))
    assert read(page).language in EXPECTED[page]["languages"]
    assert not [name for name in EXPECTED[page].get("persons", ()) if name in record]


@pytest.mark.parametrize(
    ("sentence", "codes"),
    [
        ("The meeting in Skopje on 4 May 2018 was hosted by the Macedonian Chief of General Staff.", {"MK"}),
        ("The meeting in Skopje on 4 May 2018 was attended by a colonel of the Macedonian Army.", set()),
        ("The meeting in Skopje on 4 May 2018 was attended by a Macedonian expert and reached by Turkish Airlines.", set()),
        ("The meeting in Skopje on 4 May 2018 heard of earlier work of the Bulgarian Ministry of Defence.", set()),
        ("The Greek, Serbian and Albanian delegations met in Skopje on 4 May 2018.", {"GR", "RS", "AL"}),
    ],
)
def test_an_adjective_counts_only_beside_an_office_that_takes_part(sentence: str, codes: set[str]) -> None:
    """Hosts and delegations stand for their country; an officer, an expert, an airline and earlier years do not."""
    reading = read_page(f"A meeting in Skopje\n\n{sentence}".encode(), "a.txt", tools())
    assert {item.value for item in reading.of("country")} == codes


def test_the_general_staff_is_no_role() -> None:
    """An office's name does not lend a word to a person's post."""
    text = b"A meeting in Skopje\n\nThe meeting was opened on 4 May 2018 by the Chief of General Staff, Mr James Apperly, in Skopje."
    roles = {item.value for item in read_page(text, "a.txt", tools()).of("role")}
    assert "general" not in roles
    assert "chief of general staff" in roles


def test_utf8_is_read_as_such_whatever_the_page_declares() -> None:
    """A page whose markup still names an old encoding loses no letter."""
    page = '<html><head><meta charset="iso-8859-1"></head><body><h1>Réunion</h1><p>Réunion le 4 mai 2018 à Athènes, en Grèce.</p></body></html>'
    assert values(read_page(page.encode(), "a.html", tools()), "country") == ["GR"]


def test_several_countries_on_days_of_their_own_are_supposed_to_have_met() -> None:
    """Where no word says the kind, a little sure one is proposed, by its own rule."""
    reading = read_page(b"Tirana\n\nOn 12 and 13 May 2018 Albania, Serbia and Montenegro were in Tirana for two long days.", "a.txt", tools())
    assert [(item.value, item.rule) for item in reading.of("kind")] == [("coop.consult", "kind-by-countries")]
