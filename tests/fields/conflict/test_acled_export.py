"""ACLED exports: for the owner's eyes only, without notes, and without claiming who acted on whom."""

from __future__ import annotations

import pytest
from tests.fields.conflict.samples import PERSON, acled, acled_json
from tests.mutate import assert_survives, outcomes

from vigie.fields.conflict.acled import READER
from vigie.model.errors import Reject
from vigie.model.pack import Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import DAY_US, format_day, format_time


def one(data: bytes) -> Report:
    """The only outcome, which must be a report."""
    (item,) = outcomes(READER, data)
    assert isinstance(item, Report), item
    return item


def days(report: Report) -> tuple[str, str]:
    """First and last day of the report's interval."""
    return format_day(report.begin_us), format_day(report.end_us - DAY_US)


def test_an_event_keeps_all_that_was_said() -> None:
    """Kind, day, place, country, deaths and when ACLED last wrote the record."""
    report = one(acled())
    assert (report.agency, report.agency_ref, report.kind, report.field) == ("ACLED", "SRB9999", "unrest.protest", "conflict")
    assert days(report) == ("2024-10-04", "2024-10-04")
    assert (report.lon, report.lat, report.radius_km, report.place, report.country) == (20.4721, 44.8166, 5.0, "Belgrade", "RS")
    assert (report.magnitude, report.scale) == (0.0, "deaths")
    assert report.issued_us is not None
    assert format_time(report.issued_us) == "2024-10-08T18:20:00Z"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_delimiter_tells_the_same(delimiter: str) -> None:
    """Exports come with commas, semicolons or tabs."""
    assert facts_text(one(acled(delimiter=delimiter))) == facts_text(one(acled()))


def test_the_interface_tells_the_same_though_an_empty_list_comes_first() -> None:
    """The reply's empty `messages` is not taken for its `data`."""
    assert facts_text(one(acled_json())) == facts_text(one(acled()))


@pytest.mark.parametrize("text", ["2024-10-04", "04 October 2024", "4-Oct-2024", "04 oct 2024"])
def test_dates_with_english_months(text: str) -> None:
    """Exports write the month out, the interface does not."""
    assert days(one(acled({"event_date": text}))) == ("2024-10-04", "2024-10-04")


def test_a_date_is_as_wide_as_its_precision() -> None:
    """A day, the week around it, the month."""
    spans = [days(one(acled({"time_precision": level}))) for level in "123"]
    assert spans == [("2024-10-04", "2024-10-04"), ("2024-10-01", "2024-10-07"), ("2024-10-01", "2024-10-31")]


def test_places_are_never_more_precise_than_they_are() -> None:
    """A town, a part of a district, a region."""
    assert [one(acled({"geo_precision": level})).radius_km for level in "123"] == [5, 25, 75]


def test_swapped_actors_are_the_same_pair() -> None:
    """ACLED's order of actors is no direction."""
    there, back = ({"actor1": "A", "actor2": "B"}, {"actor1": "B", "actor2": "A"})
    assert one(acled(there)).actors == one(acled(back)).actors == ("A", "B")


def test_an_unknown_sub_type_is_rejected_with_its_code() -> None:
    """A 26th sub-type becomes a reject that names code, scheme and place."""
    (item,) = outcomes(READER, acled({"sub_event_type": "Drone swarm"}))
    assert isinstance(item, Reject)
    assert (item.place, item.field, item.got) == ("line 2", "sub_event_type", "Drone swarm")
    assert "ACLED" in item.expected


def test_strategic_developments_are_events_but_no_count_series() -> None:
    """They are not collected systematically; each says so in its flags."""
    changes = {"disorder_type": "Strategic developments", "event_type": "Strategic developments", "sub_event_type": "ARRESTS"}
    report = one(acled(changes))
    assert (report.kind, report.details["flags"]) == ("press.arrest", ["not_for_counts"])


@pytest.mark.parametrize(
    "changes",
    [{"event_date": "04/10/2024"}, {"event_date": "31 Smarch 2024"}, {"fatalities": "-1"}, {"timestamp": "99999999999"}, {"geo_precision": "4"}],
)
def test_a_row_that_makes_no_sense_is_rejected(changes: dict[str, str]) -> None:
    """A date that could be two days, a month that is none, fewer deaths than none."""
    assert [type(item) for item in outcomes(READER, acled({}, changes, {}))] == [Report, Reject, Report]


def test_kosovo_is_found_by_its_name() -> None:
    """ACLED's number for Kosovo is 0."""
    assert one(acled({"country": "Kosovo", "iso": "0"})).country == "XK"


def test_notes_and_associated_actors_are_not_kept() -> None:
    """Notes name persons, associated actors are groups of faith or origin: neither is in a fact or a payload."""
    report = one(acled())
    assert PERSON not in facts_text(report) + report.payload.decode()


def test_it_is_for_the_owner_only() -> None:
    """ACLED's terms forbid redistribution."""
    assert READER.floor == "owner"


def test_it_recognises_its_tables_and_its_json() -> None:
    """By ACLED's own columns."""
    assert READER.recognises(Sample("x", acled(delimiter=";")))
    assert READER.recognises(Sample("x", acled_json()))


def test_no_damage_makes_it_fail() -> None:
    """Thousands of damaged copies give reports and rejects only."""
    assert_survives(READER, [acled({}, {"time_precision": "3"}), acled(delimiter=";"), acled_json({}, {})], seed=12)
