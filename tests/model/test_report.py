"""Reports: their canonical text, and what their names depend on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.canonical import canonical_text, digest
from vigie.model.label import Label
from vigie.model.report import Ellipse, Measure, Record, Report, facts, facts_text, record_id, report_key, witness
from vigie.model.times import FIRST_US, LAST_US

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.floats(-1e6, 1e6) | st.integers(-1000, 1000).map(float)
maybe = st.none() | texts
reports = st.builds(
    lambda begin, length, **rest: Report(begin_us=begin, end_us=min(begin + length, LAST_US), **rest),
    begin=st.integers(FIRST_US, LAST_US - 1),
    length=st.integers(0, 10**13),
    agency=texts,
    field=st.sampled_from(["seismic", "cyber"]),
    kind=texts,
    agency_ref=maybe,
    revision=st.integers(0, 3),
    time_meaning=st.sampled_from(["lasted", "uncertain"]),
    sigma_s=st.none() | numbers,
    issued_us=st.none() | st.integers(FIRST_US, LAST_US - 1),
    radius_km=st.none() | numbers,
    ellipse=st.none() | st.builds(Ellipse, numbers, numbers, numbers),
    depth_km=st.none() | numbers,
    place=maybe,
    country=maybe,
    magnitude=st.none() | numbers,
    scale=maybe,
    measures=st.lists(st.builds(Measure, texts, numbers, st.none() | numbers, maybe), max_size=2).map(tuple),
    actors=st.lists(texts, max_size=2).map(tuple),
    summary=maybe,
    grade=maybe,
    exercise=st.booleans(),
    details=st.dictionaries(texts, st.none() | numbers | texts | st.lists(texts, max_size=2), max_size=2),
    payload=st.binary(max_size=8),
)


@given(reports)
def test_the_fast_text_of_facts_is_the_canonical_one(report: Report) -> None:
    """The writer that every report passes says the same as RFC 8785 over all facts."""
    assert facts_text(report) == canonical_text(facts(report))


@given(reports)
def test_a_report_is_the_same_testimony_whoever_holds_it(report: Report) -> None:
    """Owner, label, version and payload change the record, never the testimony."""
    said = digest(facts_text(report).encode())
    name = witness(report.agency, report.agency_ref, report.revision, said)
    records = [Record(report_key(owner, report, said), version, Label(owner, tlp=tlp), report) for owner, version, tlp in (("A", 1, "RED"), ("B", 2, "CLEAR"))]
    assert record_id(records[0]) != record_id(records[1])
    assert witness(report.agency, report.agency_ref, report.revision, digest(facts_text(replace(report, payload=b"else")).encode())) == name


def test_a_relabel_is_a_new_version_of_the_same_key() -> None:
    """The same facts with another label keep their key and get another id."""
    report = Report(agency="MSO", field="seismic", kind="seismic.earthquake", begin_us=0, end_us=0)
    key = report_key("ME", report, digest(facts_text(report).encode()))
    assert record_id(Record(key, 1, Label("ME"), report)) != record_id(Record(key, 2, Label("ME", tlp="CLEAR"), report))


@pytest.mark.parametrize("changes", [{"end_us": -1}, {"lon": 1.0}, {"lon": 181.0, "lat": 0.0}, {"lon": 0.0, "lat": -90.5}])
def test_a_report_that_makes_no_sense_cannot_be_made(changes: dict[str, float]) -> None:
    """Ends before it begins, half a place, no place on Earth."""
    with pytest.raises(ValueError, match=r"."):
        Report(**({"agency": "A", "field": "f", "kind": "k", "begin_us": 0, "end_us": 0} | changes))  # type: ignore[arg-type]
