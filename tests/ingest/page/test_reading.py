"""Whole pages become drafts: made-up institutional news in the region's languages, with the traps that such pages hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.page import drafts
from ingest.page.drafts import expectations, tools, values
from vigie.ingest.page.persons import MASK
from vigie.ingest.page.reading import THRESHOLDS, best, read_page
from vigie.ingest.page.text import page_text
from vigie.model.errors import BadReport
from vigie.model.reading import Reading
from vigie.model.said import body_of

PAGES = Path(__file__).parent / "pages"
EXPECTED = expectations(PAGES)


def read(name: str) -> Reading:
    """The draft of a page of the folder."""
    return drafts.read(PAGES / name)


@pytest.fixture(params=sorted(EXPECTED))
def page(request: pytest.FixtureRequest) -> str:
    """The name of each page."""
    return str(request.param)


def test_every_page_has_its_expectation() -> None:
    """No page of the folder goes untried, and there are enough of them."""
    assert {path.name for path in PAGES.iterdir() if path.suffix in {".txt", ".html"}} == set(EXPECTED)
    assert len(EXPECTED) >= 16


def test_a_page_gives_its_date_and_its_own_date(page: str) -> None:
    """The interval of the event is exact, and the day of the update is kept apart from it."""
    expected = EXPECTED[page]
    if "date" in expected:
        assert values(read(page), "date") == [expected["date"]]
    if "updated" in expected:
        assert values(read(page), "updated") == [expected["updated"]]


def test_a_page_gives_its_place_and_no_other(page: str) -> None:
    """The venue is found; a body's seat, a past venue or a person's town is not proposed in its stead."""
    assert values(read(page), "place") == ([EXPECTED[page]["place"]] if "place" in EXPECTED[page] else [])


def test_a_page_gives_all_its_countries_and_no_false_one(page: str) -> None:
    """The countries of the whole draft are the expected ones: nothing is missed, and nothing is there with low confidence either."""
    assert {item.value for item in read(page).of("country")} == set(EXPECTED[page]["countries"])


def test_a_page_gives_its_themes(page: str) -> None:
    """All the themes that are named, and none of those that a word only resembles."""
    found = set(values(read(page), "theme"))
    assert set(EXPECTED[page].get("themes", ())) <= found
    assert not found & set(EXPECTED[page].get("no_themes", ()))


def test_a_page_gives_its_institutions_and_its_kind(page: str) -> None:
    """Institutions by letters, long names and generic forms; the kind and its field."""
    expected = EXPECTED[page]
    assert set(expected.get("institutions", ())) <= set(values(read(page), "institution"))
    assert values(read(page), "kind") == [expected["kind"]]
    assert values(read(page), "field") == ["cooperation" if expected["kind"].startswith("coop.") else "conflict"]


def test_a_page_gives_its_language(page: str) -> None:
    """The tag of the language and the script."""
    if "language" in EXPECTED[page]:
        assert read(page).language == EXPECTED[page]["language"]


def test_no_person_stands_in_a_draft(page: str) -> None:
    """No part of a name, no mail address, no telephone number anywhere in the record."""
    record = str(body_of(read(page)))
    assert not [name for name in EXPECTED[page].get("persons", ()) if name in record]


def test_each_quote_is_the_text_of_its_span(page: str) -> None:
    """What a span quotes is what stands there, and every value has a rule, a confidence and a context."""
    reading, text = read(page), page_text((PAGES / page).read_bytes(), page).text
    assert all(text[span.begin : span.end] == span.quote for item in reading.found for span in item.spans)
    assert all(item.spans for item in reading.found if item.part not in {"language", "updated"})
    assert len(reading.contexts) == len(reading.found)


def test_a_page_gives_the_same_bytes_each_time(page: str) -> None:
    """A draft depends on the page alone."""
    again = read_page((PAGES / page).read_bytes(), page, tools())
    assert again.model_dump_json() == read(page).model_dump_json()


def test_the_best_date_is_well_above_the_others(page: str) -> None:
    """Other dates stay in the draft, and none of them comes near."""
    dates = read(page).of("date")
    assert all(other.confidence < dates[0].confidence for other in dates[1:])


def test_what_is_below_its_threshold_is_not_proposed() -> None:
    """`best` keeps to the documented thresholds."""
    for page in EXPECTED:
        assert all(item.confidence >= THRESHOLDS.get(part, 0.0) for part, items in best(read(page)).items() for item in items)


def test_a_name_in_the_title_is_masked() -> None:
    """A title keeps its length and its sense, without the person."""
    reading = read_page(b"Ambassador James Apperly opens workshop in Skopje\n\nThe workshop took place in Skopje on 4 May 2018.", "a.txt", tools())
    assert "Apperly" not in reading.model_dump_json()
    assert MASK in reading.title
    assert "workshop in Skopje" in reading.title


def test_a_country_left_out_is_said() -> None:
    """What was read and not counted does not vanish silently."""
    assert any("NO" in fault for fault in read("accord_hr.txt").faults)


def test_a_page_without_an_event_says_what_is_missing() -> None:
    """An empty draft is a draft that says so."""
    reading = read_page(b"Nothing much.\n\nThis text tells of nothing at all, and it goes on for a while without a day.", "b.txt", tools())
    assert not reading.of("date")
    assert any("date" in fault for fault in reading.faults)


def test_bytes_that_are_no_page_are_refused() -> None:
    """An empty page is one sentence to its sender."""
    with pytest.raises(BadReport):
        read_page(b"", "empty.txt", tools())


def test_a_report_of_2005_from_the_state_union_names_both_countries() -> None:
    """Until June 2006 the two were one state; a record is found under either."""
    text = (
        "Seminar in Podgorica\n\nLast updated: 4 May 2005\n\nOn 2 May 2005 officials of Serbia and Montenegro held a seminar in Podgorica on border security."
    )
    found = {item.value: item.rule for item in read_page(text.encode(), "c.txt", tools()).of("country")}
    assert found == {"RS": "country-former-state", "ME": "country-former-state"}


def test_an_announced_meeting_keeps_its_kind_and_an_exercise_scenario_makes_no_clash() -> None:
    """What is planned is a meeting to come; what is played did not happen."""
    text = "Exercise in Tuzla\n\nAn exercise was held in Tuzla on 4 May 2018. In the scenario, armed groups clashed and a bomb exploded. No shots were fired."
    reading = read_page(text.encode(), "d.txt", tools())
    assert values(reading, "kind") == ["coop.joint"]
    assert values(reading, "field") == ["cooperation"]
