"""What took place: meetings, agreements and joint activities, by institutions and countries, without persons."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mutate import assert_survives, outcomes

from vigie.fields.cooperation.pack import PACK
from vigie.fields.cooperation.vocabulary import TERMS, meaning_of
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import DAY_US, format_time

(READER,) = PACK.readers
PERSON = "Ana Anić"
HOME = ReadContext("meetings.csv", agency="Example Secretariat")

TABLE = "\n".join(
    [
        "id,title,kind,begin,end,place,country,lon,lat,organisers,participants,themes,mechanism,url,language,contact,e-mail",
        (
            "w1,Practical conflict prevention,workshop,2014-10-01,2014-10-02,Brussels,BE,4.35,50.85,NATO; United Nations,,"
            f"conflict prevention;early warning,,https://example.org/w1,en,{PERSON},ana@example.org"
        ),
        (
            "c12,12th Balkan Chiefs of Defence Conference,conference,2018-05-22,2018-05-23,Belgrade,Serbia,20.46,44.82,Serbian Armed Forces,"
            f"Albania;Bosnia and Herzegovina;Dr {PERSON},cyberspace,Balkan CHODs,,en,,"
        ),
        "c1,1st Balkan Chiefs of Defence Conference,conference,2007,,,,,,,,,Balkan CHODs,,en,,",
    ],
).encode()

RECORD = {
    "id": "x1",
    "title": "Joint exercise",
    "kind": "exercise",
    "date": "2024-05-06",
    "country": ["MK", "AL"],
    "participants": ["Army of North Macedonia", f"Col. {PERSON}", "ana@example.org"],
    "contact": {"phone": "+381 11 123 4567"},
}

FEATURE = {
    "type": "Feature",
    "id": 7,
    "geometry": {"type": "Point", "coordinates": [19.26, 42.44]},
    "properties": {"title": "Memorandum on mines", "kind": "coop.accord", "date": "2024-05", "mechanism": "RACVIAC", "agency": "Example", "Contact": PERSON},
}


def collection(*features: object) -> bytes:
    """A GeoJSON collection."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def one(data: bytes) -> Report:
    """The only outcome, which must be a report."""
    (item,) = outcomes(READER, data, HOME)
    assert isinstance(item, Report), item
    return item


def made(**changes: object) -> Report | Reject:
    """What becomes of the record with these changes."""
    (item,) = outcomes(READER, json.dumps([{**RECORD, **changes}]).encode(), HOME)
    return item


def span(report: Report) -> tuple[str, str]:
    """Begin and end as texts, days only."""
    return format_time(report.begin_us)[:10], format_time(report.end_us)[:10]


def test_the_meetings_of_the_region_are_read() -> None:
    """Two days in Brussels, two days in Belgrade, and a first conference of which the year is known."""
    workshop, twelfth, first = outcomes(READER, TABLE, HOME)
    assert isinstance(workshop, Report)
    assert isinstance(twelfth, Report)
    assert isinstance(first, Report)
    assert (workshop.agency, workshop.agency_ref, workshop.field, workshop.kind) == ("Example Secretariat", "w1", "cooperation", "coop.consult")
    assert (span(workshop), workshop.time_meaning) == (("2014-10-01", "2014-10-03"), "lasted")
    assert (workshop.lon, workshop.lat, workshop.radius_km, workshop.place, workshop.country) == (4.35, 50.85, 5.0, "Brussels", "BE")
    assert workshop.actors == ("NATO", "United Nations")
    assert workshop.details["themes"] == ["conflict prevention", "early warning"]
    assert (span(twelfth), twelfth.country) == (("2018-05-22", "2018-05-24"), "RS")
    assert (span(first), first.time_meaning, first.lon, first.radius_km) == (("2007-01-01", "2008-01-01"), "uncertain", None, None)


def test_json_and_geojson_are_read() -> None:
    """A list of objects, one object a line, and features with their points."""
    record = json.dumps(RECORD).encode()
    assert one(b"[" + record + b"]").kind == "coop.joint"
    assert len(outcomes(READER, record + b"\n" + record + b"\n", HOME)) == 2
    feature = one(collection(FEATURE))
    assert (feature.agency, feature.agency_ref, feature.kind, feature.lon, feature.lat) == ("Example", "7", "coop.accord", 19.26, 42.44)
    assert span(feature) == ("2024-05-01", "2024-06-01")


def test_a_record_of_several_countries_has_no_single_one() -> None:
    """Both are in the details; the report belongs to neither alone."""
    report = made()
    assert isinstance(report, Report)
    assert report.country is None
    assert report.details["countries"] == ["AL", "MK"]


@pytest.mark.parametrize("text", ["2014-10-01/2014-10-02", "2014-10-01/02"])
def test_an_interval_in_one_cell_is_understood(text: str) -> None:
    """ISO 8601's two ways to write two days."""
    report = made(date=text)
    assert isinstance(report, Report)
    assert (span(report), report.end_us - report.begin_us) == (("2014-10-01", "2014-10-03"), 2 * DAY_US)


def test_persons_are_taken_out_before_anything_is_kept() -> None:
    """Contacts are blanked; participants that look like persons are removed and counted, an address is gone before it is looked at."""
    report = made()
    assert isinstance(report, Report)
    assert report.actors == ("Army of North Macedonia",)
    assert report.details["persons_removed"] == 1
    for item in (report, one(collection(FEATURE)), *outcomes(READER, TABLE, HOME)):
        assert isinstance(item, Report)
        text = facts_text(item) + item.payload.decode()
        assert PERSON not in text
        assert "ana@example.org" not in text
        assert "123 4567" not in text


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Meeting", "coop.consult"),
        ("AGREEMENT", "coop.accord"),
        ("Training", "coop.joint"),
        ("aid", "coop.aid"),
        ("médiation", "coop.mediate"),
        ("вежба", "coop.joint"),
    ],
)
def test_plain_words_have_a_kind_in_any_letter_case(word: str, kind: str) -> None:
    """English, French and languages of the region."""
    report = made(kind=word)
    assert isinstance(report, Report)
    assert report.kind == kind


def test_every_kind_of_cooperation_is_understood_by_its_own_name_and_by_a_word() -> None:
    """No kind of the field is out of reach of somebody who writes a table."""
    assert {term.kind for name in TERMS.kinds if (term := meaning_of(name))} == set(TERMS.kinds)
    assert {term.kind for term in TERMS.codes["words"].values()} == set(TERMS.kinds)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "banquet"},
        {"kind": "unrest.protest"},
        {"title": ""},
        {"date": "soon"},
        {"date": "2024-13"},
        {"end": "2023"},
        {"lon": 200, "lat": 0},
        {"lon": 20},
        {"radius_km": -1, "lon": 20, "lat": 40},
        {"participants": [{"name": "x"}]},
        {"type": "Feature"},
        {"type": "Feature", "properties": RECORD, "geometry": {"type": "Polygon", "coordinates": []}},
    ],
)
def test_a_record_that_makes_no_sense_is_rejected(changes: dict[str, object]) -> None:
    """Unknown words, days that are none, places that are nowhere, participants that are no texts."""
    item = made(**changes)
    assert isinstance(item, Reject)
    assert item.place == "item 1"


def test_somebody_must_report() -> None:
    """A table that names no agency is read only for one."""
    (item,) = outcomes(READER, json.dumps([RECORD]).encode(), ReadContext("x"))
    assert isinstance(item, Reject)
    assert item.field == "agency"


def test_it_recognises_records_of_cooperation_only() -> None:
    """A title, a kind, a date, and who took part or under what; other tables are not claimed."""
    for data in (TABLE, json.dumps([RECORD]).encode(), collection(FEATURE)):
        assert READER.recognises(Sample("x", data))
    for data in (b"title,date\n", b"id,kind,begin,place\n", b'{"title": "x", "date": "2024"}', b""):
        assert not READER.recognises(Sample("x", data))


def test_cooperation_has_no_severity() -> None:
    """A meeting is no danger: nothing of this field weighs in a picture of risk."""
    assert all(kind.severity == 0 and kind.field == "cooperation" for kind in PACK.terms.kinds.values())


@given(st.binary(max_size=1_000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """The reader fails on nothing."""
    outcomes(READER, data, HOME)
    assert READER.recognises(Sample("x", data)) in (True, False)


def test_no_damage_makes_it_fail() -> None:
    """Thousands of damaged copies give reports and rejects only."""
    assert_survives(READER, [TABLE, json.dumps([RECORD, RECORD]).encode(), collection(FEATURE, FEATURE)], seed=14, context=HOME)
