"""MISP events as reports: what is kept, and what of people is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mutate import assert_survives, outcomes

from vigie.fields.cyber.misp import READER
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Sample
from vigie.model.report import Report, facts_text
from vigie.model.times import format_time

EVENT: dict[str, Any] = {
    "uuid": "5f5e1d2c-0001-4a2d-bac8-4e1e8861d595",
    "info": "Made-up phishing against banks, write to analyst@cert.example or +382 20 123 456",
    "date": "2022-08-31",
    "timestamp": "1661956788",
    "threat_level_id": "1",
    "analysis": "2",
    "distribution": "3",
    "event_creator_email": "creator@cert.example",
    "Orgc": {"name": "EX-CERT", "uuid": "10c8f445-888b-4a2d-bac8-4e1e8861d595"},
    "Tag": [{"name": "tlp:amber"}, {"name": 'rsit:fraud="phishing"'}],
    "Attribute": [
        {"type": "email-src", "category": "Payload delivery", "value": "person@victim.example", "comment": "seen by J. Doe"},
        {"type": "email-src", "category": "Payload delivery", "value": "other@victim.example"},
        {"type": "phone-number", "category": "Person", "value": "+38220999888"},
        {"type": "first-name", "category": "Person", "value": "Jovana"},
        {"type": "ip-src", "category": "Network activity", "value": "192.0.2.7", "deleted": True},
    ],
    "Object": [{"name": "person", "Attribute": [{"type": "full-name", "category": "Person", "value": "Jovana Doe"}]}],
}
SECRETS = ("@", "Jovana", "Doe", "+382", "192.0.2.7", "123 456")


def _file(**changes: object) -> bytes:
    return json.dumps({"Event": EVENT | changes}).encode()


def _one(data: bytes, context: ReadContext | None = None) -> Report:
    [report] = outcomes(READER, data, context)
    assert isinstance(report, Report), str(report)
    return report


def test_an_event_becomes_a_report_of_its_maker() -> None:
    """Reference, revision, day, kind by tag, threat level turned round."""
    report = _one(_file())
    assert (report.agency, report.agency_ref, report.revision) == ("EX-CERT", EVENT["uuid"], 1661956788)
    assert (report.kind, report.magnitude, report.scale) == ("cyber.phishing", 3.0, "misp_threat")
    assert format_time(report.issued_us or 0) == "2022-08-31T14:39:48Z"
    assert format_time(report.begin_us) == "2022-08-31T00:00:00Z"
    assert report.details["tlp"] == ["tlp:amber"]
    assert report.details["distribution"] == "3"
    assert report.details["analysis"] == "completed"


def test_nothing_of_people_is_kept_but_counts() -> None:
    """No value, comment, address or number is in the facts or the payload."""
    report = _one(_file())
    kept = facts_text(report) + report.payload.decode()
    assert not [secret for secret in SECRETS if secret in kept]
    assert {"type": "email-src", "category": "Payload delivery", "count": 2} in report.details["attributes"]  # type: ignore[operator]
    assert {"type": "full-name", "category": "Person", "count": 1} in report.details["attributes"]  # type: ignore[operator]
    assert report.summary == "Made-up phishing against banks, write to [e-mail] or [phone]"


@given(st.text(), st.text(), st.emails())
def test_no_attribute_value_ever_comes_through(value: str, comment: str, address: str) -> None:
    """Attributes with any value give the very same report as attributes without one, and an address in the title is blanked."""
    full = [{"type": "target-user", "category": "Targeting data", "value": value, "comment": comment}]
    bare = [{"type": "target-user", "category": "Targeting data"}]
    assert _one(_file(Attribute=full)) == _one(_file(Attribute=bare))
    assert address not in facts_text(_one(_file(info=f"seen from {address} today")))


@pytest.mark.parametrize("title", ["ask a [at] b.example", "ask a(AT)b.example", "ask <a@b.example>", "@handle"])
def test_written_out_addresses_are_blanked_too(title: str) -> None:
    """In the usual disguises."""
    assert (_one(_file(info=title)).summary or "").split()[-1] == "[e-mail]"


def test_a_very_long_title_is_cleaned_in_linear_time() -> None:
    """A megabyte without a blank is read like any other title."""
    assert len(_one(_file(info="x" * 1_000_000 + "+1" * 1_000)).summary or "") > 1_000_000


def test_a_type_that_is_an_address_is_counted_as_other() -> None:
    """Types are words, not values in disguise."""
    report = _one(_file(Attribute=[{"type": "a@b.example", "category": 7}], Object=[]))
    assert report.details["attributes"] == [{"type": "other", "category": "other", "count": 1}]


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ([], "cyber.incident"),
        (['rsit:availability="ddos"'], "cyber.ddos"),
        (['rsit:malicious-code="anything-new"'], "cyber.malware"),
        (['circl:incident-classification="website-defacement"'], "cyber.defacement"),
        (['ecsirt:intrusions="defacement"'], "cyber.defacement"),
        (["tlp:white", 'misp-galaxy:tool="x"', 'circl:incident-classification="information-leak"'], "cyber.data_breach"),
    ],
)
def test_tags_tell_the_kind(tags: list[str], kind: str) -> None:
    """The first telling tag decides; without one it is an incident."""
    report = _one(_file(Tag=[{"name": tag} for tag in tags]))
    assert report.kind == kind
    assert ("coding" in report.details) == (kind != "cyber.incident")


def test_the_callers_agency_counts_where_the_event_names_none() -> None:
    """And without either the event is rejected."""
    assert _one(_file(Orgc=None), ReadContext("sample", agency="EX-HOST")).agency == "EX-HOST"
    [item] = outcomes(READER, _file(Orgc=None))
    assert isinstance(item, Reject)


@pytest.mark.parametrize("change", [{"uuid": "x"}, {"date": "yesterday"}, {"timestamp": "99999999999"}, {"timestamp": "soon"}, {"uuid": None}])
def test_a_broken_event_is_rejected(change: dict[str, object]) -> None:
    """One fault, one reject."""
    [item] = outcomes(READER, _file(**change))
    assert isinstance(item, Reject)


def test_lists_and_answers_of_searches_are_read_too() -> None:
    """The three shapes in which MISP gives events."""
    for whole in ([{"Event": EVENT}, {"Event": EVENT}], {"response": [{"Event": EVENT}, {"Event": EVENT}]}):
        assert len(outcomes(READER, json.dumps(whole).encode())) == 2


def test_a_misp_event_is_recognised_by_its_beginning() -> None:
    """And a catalogue of vulnerabilities is not."""
    assert READER.recognises(Sample("event.json", _file()))
    assert not READER.recognises(Sample("kev.json", b'{"vulnerabilities": [{"cveID": "CVE-2021-1234"}]}'))


def test_damaged_events_give_only_reports_and_rejects() -> None:
    """Whatever the bytes are."""
    assert_survives(READER, [_file()])


@pytest.mark.parametrize("depth", [100, 300, 480, 900, 100_000])
def test_deep_nesting_does_not_stop_the_program(depth: int) -> None:
    """A bomb of brackets is left out or rejected."""
    data = _file(Attribute="DEEP").replace(b'"DEEP"', b"[" * depth + b"]" * depth)
    assert len(outcomes(READER, data)) == 1


def test_real_events_are_read(data: Path) -> None:
    """The three sample events of the exchange folder, made by a MISP of today."""
    for path in sorted((data / "exchange" / "misp").glob("*.json")):
        report = _one(path.read_bytes())
        assert report.agency
        assert "@" not in facts_text(report) + report.payload.decode()
