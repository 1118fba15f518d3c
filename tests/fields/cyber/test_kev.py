"""CISA's catalogue of exploited vulnerabilities as reports."""

from __future__ import annotations

import io
import json

import pytest
from tests.mutate import assert_survives, outcomes

from vigie.fields.cyber.kev import READER
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report
from vigie.model.times import DAY_US, format_time

ENTRY = {
    "cveID": "CVE-2021-99999",
    "vendorProject": "Example",
    "product": "Gateway",
    "vulnerabilityName": "Example Gateway Path Traversal",
    "dateAdded": "2021-11-03",
    "shortDescription": "A made-up entry: a gateway lets anybody read files.",
    "requiredAction": "Apply updates per vendor instructions.",
    "dueDate": "2021-11-17",
    "knownRansomwareCampaignUse": "Known",
    "notes": "",
    "cwes": ["CWE-22"],
}


def _catalogue(*entries: object) -> bytes:
    return json.dumps({"title": "Made up", "catalogVersion": "1", "count": len(entries), "vulnerabilities": entries}).encode()


def test_an_entry_becomes_a_report_without_a_place() -> None:
    """Agency, reference, day, and what the catalogue adds."""
    [report] = outcomes(READER, _catalogue(ENTRY))
    assert isinstance(report, Report)
    assert (report.agency, report.agency_ref, report.kind) == ("CISA", "CVE-2021-99999", "cyber.vulnerability")
    assert format_time(report.begin_us) == "2021-11-03T00:00:00Z"
    assert report.end_us - report.begin_us == DAY_US
    assert report.lon is None
    assert report.details["ransomware"] == "Known"
    assert report.details["due_date"] == "2021-11-17"
    assert report.details["cwes"] == ["CWE-22"]


def test_the_exercise_mark_of_the_caller_holds() -> None:
    """An exercise's file gives exercise reports."""
    [report] = outcomes(READER, _catalogue(ENTRY), ReadContext("sample", exercise=True))
    assert isinstance(report, Report)
    assert report.exercise


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cveID": ""}, "cveID"),
        ({"cveID": "2021-1"}, "cveID"),
        ({"dateAdded": ""}, "dateAdded"),
        ({"product": {"a": 1}}, "product"),
        ({"cwes": [["x"]]}, "cwes"),
    ],
)
def test_a_broken_entry_is_rejected_and_the_next_one_is_read(change: dict[str, object], field: str) -> None:
    """One fault costs one entry."""
    broken, good = outcomes(READER, _catalogue(ENTRY | change, ENTRY))
    assert isinstance(broken, Reject)
    assert broken.field == field
    assert isinstance(good, Report)


def test_the_catalogue_is_recognised_by_its_beginning() -> None:
    """And other JSON is not."""
    assert READER.recognises(Sample("kev.json", _catalogue(ENTRY)))
    assert not READER.recognises(Sample("other.json", b'{"Event": {}}'))


def test_what_is_not_json_is_no_catalogue() -> None:
    """The whole file is refused."""
    with pytest.raises(BadReport):
        list(READER.read(io.BytesIO(b"cveID,dateAdded\n"), ReadContext("sample")))


def test_damaged_catalogues_give_only_reports_and_rejects() -> None:
    """Whatever the bytes are."""
    assert_survives(READER, [_catalogue(ENTRY, ENTRY | {"cveID": "CVE-2022-12345"})])


@pytest.mark.parametrize("depth", [100, 300, 480, 900, 100_000])
def test_deep_nesting_is_a_reject(depth: int) -> None:
    """A bomb of brackets neither passes nor stops the program."""
    data = _catalogue(ENTRY | {"cwes": "DEEP"}).replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    assert all(isinstance(item, Reject) for item in outcomes(READER, data))
