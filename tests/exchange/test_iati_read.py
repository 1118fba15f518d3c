"""IATI in: what others publish is read, what the record has no place for is kept and written again, and every fault is one sentence."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from exchange.test_iati import ORG, activity, assert_valid, read, written
from made import NOW_US
from mutate import mutation_count, mutations
from vigie.exchange.iati import Published, Read
from vigie.exchange.iati_read import read_iati
from vigie.exchange.iati_write import iati_xml
from vigie.model.activity import Activity, CountryShare
from vigie.model.errors import BadReport, Reject

THEIRS = """<?xml version="1.0" encoding="{encoding}"?>
<!-- a comment -->
<iati-activities version="{version}" xmlns:x="urn:example:x">
  <iati-activity xml:lang="en" default-currency="EUR" hierarchy="1" last-updated-datetime="2024-05-01T00:00:00Z">
    <iati-identifier>{identifier}</iati-identifier>
    <reporting-org ref="XM-OTHER" type="40"><narrative>Another organisation</narrative></reporting-org>
    <title><narrative>Clearing mines</narrative><narrative xml:lang="sr">Разминирање</narrative></title>
    <description type="1"><narrative>General words.</narrative></description>
    <description type="2"><narrative>Objectives.</narrative></description>
    <participating-org role="1" ref="XM-FUND" type="10" crs-channel-code="41114"><narrative>A fund</narrative></participating-org>
    <participating-org role="4"><narrative>A firm</narrative></participating-org>
    <other-identifier ref="OLD-1" type="A1"/>
    <activity-status code="2"/>
    <activity-date type="1" iso-date="2024-01-01"/>
    <activity-date type="2" iso-date="2024-02-01Z"><narrative>after the thaw</narrative></activity-date>
    <contact-info type="1">
      <organisation><narrative>Another organisation</narrative></organisation>
      <person-name><narrative>A. Person</narrative></person-name>
      <job-title><narrative>Desk officer</narrative></job-title>
      <telephone>+00 000</telephone><email>a.person@example.org</email>
      <website>https://example.org</website>
      <mailing-address><narrative>Street 1</narrative></mailing-address>
    </contact-info>
    <recipient-country code="BA" percentage="{first}"/><recipient-country code="HR" percentage="{second}"/>
    <location ref="L1"><name><narrative>Knin</narrative></name>
      <point srsName="http://www.opengis.net/def/crs/EPSG/0/4326"><pos>44.04 16.20</pos></point></location>
    <sector code="15250"/>
    <tag vocabulary="2" code="16"><narrative>Peace</narrative></tag>
    <policy-marker code="1" vocabulary="1" significance="2"/>
    <budget><period-start iso-date="2024-01-01"/><period-end iso-date="{end}"/><value{currency} value-date="2024-01-01">1000.50</value></budget>
    <transaction ref="T"><transaction-type code="3"/><transaction-date iso-date="2024-03-01"/><value value-date="2024-03-01">-5</value>
      <provider-org ref="XM-FUND"><narrative>A fund</narrative></provider-org><aid-type code="C01"/></transaction>
    <result type="1"><title><narrative>Cleared</narrative></title>
      <indicator measure="1"><title><narrative>Hectares</narrative></title><baseline year="2023" value="0"/>
        <period><period-start iso-date="2024-01-01"/><period-end iso-date="2024-06-30"/><target value="10"/><actual value="9"/></period>
        <period><period-start iso-date="2024-07-01"/><period-end iso-date="2024-12-31"/><target value="20"/></period>
      </indicator></result>
    <x:extra n="1">as <x:b>it</x:b> is</x:extra>
  </iati-activity>
</iati-activities>
"""


def theirs(**changes: str) -> bytes:
    """A file of another organisation, with changes."""
    facts = {"version": "2.03", "identifier": "XM-OTHER-1", "first": "60", "second": "40", "end": "2024-12-31", "currency": "", "encoding": "UTF-8"}
    return THEIRS.format(**(facts | changes)).encode((facts | changes)["encoding"])


def rewritten(found: Read) -> bytes:
    """What was read, written again."""
    return iati_xml([Published(found.activity.model_copy(update={"identifier": found.identifier}))], NOW_US, ORG)


def rejected(data: bytes) -> str:
    """The sentence of the only activity of a file, which is refused."""
    (found,) = read_iati(data, "f.xml", now_us=NOW_US)
    assert isinstance(found, Reject)
    return str(found)


def test_the_file_of_another_organisation_is_read() -> None:
    """Its defaults of language and currency count, and its facts stand in the record."""
    (found,) = read(theirs())
    made = found.activity
    assert (found.identifier, found.reporting.ref, found.reporting.name) == ("XM-OTHER-1", "XM-OTHER", "Another organisation")
    assert dict(made.titles) == {"en": "Clearing mines", "sr": "Разминирање"}
    assert [(one.name, one.role, one.ref, one.type) for one in made.partners] == [("A fund", "funder", "XM-FUND", "10"), ("A firm", "implementer", "", "")]
    assert (made.status, made.planned_begin, made.begin) == ("running", date(2024, 1, 1), date(2024, 2, 1))
    assert made.countries == (CountryShare(code="BA", percent=Decimal(60)), CountryShare(code="HR", percent=Decimal(40)))
    assert [(one.name, one.lon, one.lat) for one in made.places] == [("Knin", 16.2, 44.04)]
    assert (made.budgets[0].value, made.budgets[0].currency) == (Decimal("1000.50"), "EUR")
    assert (made.transactions[0].value, made.transactions[0].provider) == (Decimal(-5), "A fund")
    indicator = made.results[0].indicators[0]
    assert (indicator.baseline, indicator.target, indicator.actual, indicator.end) == ("0", "20", "", date(2024, 12, 31))


def test_what_the_record_has_no_place_for_is_kept_and_written_again() -> None:
    """In, out, in: the same activity; and the file written holds every unknown element in a place that the schema allows."""
    (found,) = read(theirs())
    data = rewritten(found)
    root = assert_valid(data)
    (again,) = read(data)
    assert again.activity.model_copy(update={"identifier": ""}) == found.activity.model_copy(update={"identifier": ""})
    for path in ("tag", "policy-marker", "other-identifier", "description[@type='2']", "transaction/aid-type", "{urn:example:x}extra/{urn:example:x}b"):
        assert root.find(f"iati-activity/{path}") is not None, path
    assert root.find("iati-activity").get("hierarchy") == "1"  # type: ignore[union-attr]
    assert len(root.findall(".//period")) == 2
    assert root.findtext("iati-activity/activity-date[@type='2']/narrative") == "after the thaw"
    assert root.find("iati-activity/participating-org[@crs-channel-code='41114']") is not None


def test_what_was_changed_here_is_written_as_it_is_now() -> None:
    """An element that the record does not say any more is not brought back."""
    (found,) = read(theirs())
    partners = (found.activity.partners[0].model_copy(update={"name": "Another fund"}), found.activity.partners[1])
    root = assert_valid(rewritten(Read(found.activity.model_copy(update={"partners": partners}), "X-1", ORG)))
    assert [one.findtext("narrative") for one in root.iter("participating-org")] == ["Another fund", "A firm"]


def test_persons_are_not_kept() -> None:
    """Name, telephone, address and mail go; organisation, post and site stay; and it is said."""
    (found,) = read(theirs())
    text = rewritten(found).decode()
    assert "Person" not in text
    assert "a.person" not in text
    assert "Street 1" not in text
    assert "Desk officer" in text
    assert found.notes == ("4 of the contact's elements may name a person and were left out.",)


def test_a_text_longer_than_a_record_holds_is_shown_cut_and_kept_whole() -> None:
    """The file's own words are written again."""
    data = theirs().replace(b"Clearing mines", b"Clearing mines " + b"and more " * 30)
    (found,) = read(data)
    assert len(found.activity.titles["en"]) == 160
    assert "shown cut" in found.notes[1]
    assert b"and more and more" in rewritten(found)
    assert read(rewritten(found))[0].activity.kept == found.activity.kept


@pytest.mark.parametrize("version", ["2.01", "2.02", "2.03"])
def test_three_versions_are_read(version: str) -> None:
    """They have the same elements."""
    assert len(read(theirs(version=version))) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no well-formed XML"),
        (theirs()[:900], "no well-formed XML"),
        (theirs()[:-300], "no well-formed XML"),
        (b"<alert/>", "no IATI activity file"),
        (b'<iati-organisations version="2.03"/>', "organisations"),
        (theirs(version="1.05"), "another version of IATI.*1.05.*ask the publisher"),
        (b"<iati-activities/>", "another version.*none"),
        (theirs().replace(b'encoding="UTF-8"', b'encoding="no-such"'), "no well-formed XML"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><iati-activities version="2.03"/>', "document type"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    """Empty, cut, another format, an old version, a document type."""
    with pytest.raises(BadReport, match=words) as caught:
        list(read_iati(data, "f.xml", now_us=NOW_US))
    assert caught.value.source == "f.xml"
    assert "\n" not in str(caught.value)


def test_an_entity_bomb_does_not_go_off() -> None:
    """Entities are never followed."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE i [<!ENTITY l0 "ha">{levels}]><iati-activities version="2.03"><iati-activity>&l11;</iati-activity></iati-activities>'
    with pytest.raises(BadReport, match=r"document type|amplification"):
        list(read_iati(bomb.encode(), now_us=NOW_US))
    in_attribute = bomb.replace('version="2.03"', 'version="&l11;"')
    with pytest.raises(BadReport):
        list(read_iati(in_attribute.encode(), now_us=NOW_US))


def test_a_file_in_latin_1_that_says_so_is_read() -> None:
    """And one that says UTF-8 and is not is refused."""
    data = theirs().decode().replace("Разминирање", "Déminage").replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert read(data)[0].activity.titles["sr"] == "Déminage"
    with pytest.raises(BadReport, match="no well-formed XML"):
        list(read_iati(data.replace(b"ISO-8859-1", b"UTF-8"), now_us=NOW_US))


class _Long(io.RawIOBase):
    """A file of activities, one after the other, that is made while it is read; or one with a narrative that does not end."""

    def __init__(self, count: int, filling: bytes) -> None:
        self.parts = iter([b'<iati-activities version="2.03">', *([filling] * count), b"</iati-activities>"])

    def read(self, _size: int = -1) -> bytes:
        return next(self.parts, b"")


def test_a_narrative_of_50_mb_is_refused() -> None:
    """Before it fills the memory."""
    start = b"<iati-activity><title><narrative>"
    endless = _Long(51, b"a" * 1024 * 1024)
    endless.parts = iter([b'<iati-activities version="2.03">' + start, *endless.parts])
    with pytest.raises(BadReport, match=r"well-formed|too long"):
        list(read_iati(endless, now_us=NOW_US))  # type: ignore[arg-type]


def test_an_activity_that_does_not_end_is_refused() -> None:
    """Many small elements in one activity are too long, too."""
    endless = _Long(400, b"<tag/>" * 10_000)
    endless.parts = iter([b'<iati-activities version="2.03"><iati-activity>', *endless.parts])
    with pytest.raises(BadReport, match="too long"):
        list(read_iati(endless, now_us=NOW_US, limit=1024 * 1024))  # type: ignore[arg-type]


def test_a_long_file_is_read_one_activity_after_the_other() -> None:
    """The first is there before the last was asked for; of those that were read nothing is left in memory."""
    one = b"<iati-activity><iati-identifier>%d</iati-identifier>" + b"<tag/>" * 500 + b"</iati-activity>"
    parts = [b'<iati-activities version="2.03">', *(one % number for number in range(300)), b"</iati-activities>"]
    source = _Long(0, b"")
    source.parts = iter(parts)
    found = read_iati(source, now_us=NOW_US)  # type: ignore[arg-type]
    assert isinstance(next(found), Reject)
    assert len(list(source.parts)) > 200


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (theirs(first="60", second="30"), "do not sum to 100"),
        (theirs(first="-10", second="110"), "not between 0 and 100"),
        (theirs(first="many"), "not between|cannot be read"),
        (theirs(currency=' currency="XYQ"'), "no such currency"),
        (theirs(end="2023-01-01"), "lies after its end"),
        (theirs(end="soon"), "day cannot be read"),
        (theirs(end="2024-02-30"), "day cannot be read"),
        (theirs(identifier=""), "no identifier"),
        (theirs(identifier="x" * 161), "no identifier that can be used"),
        (theirs().replace(b'type="2" iso-date="2024-02-01Z"', b'type="3" iso-date="2023-02-01"'), "planned start lies after the planned end"),
        (theirs().replace(b"1000.50", b"NaN"), "number cannot be read"),
        (theirs().replace(b'<narrative>Clearing mines</narrative><narrative xml:lang="sr">', b"<narrative>").replace("Разминирање".encode(), b""), "titles"),
    ],
)
def test_an_activity_that_is_wrong_is_refused_with_its_identifier(data: bytes, words: str) -> None:
    """Percentages, days, amounts, currencies, identifiers: one sentence each."""
    said = rejected(data)
    assert any(word in said for word in words.split("|")), said
    assert "activity XM-OTHER-1" in said or "identifier" in said


def test_one_bad_activity_does_not_stop_the_others() -> None:
    """Nor does one that stands twice."""
    root = etree.fromstring(theirs())
    for identifier, country in (("XM-OTHER-2", "60"), ("XM-OTHER-1", "60"), ("XM-OTHER-3", "10")):
        more = etree.fromstring(theirs(identifier=identifier, first=country))[0]
        root.append(more)
    found = list(read_iati(etree.tostring(root), now_us=NOW_US))
    assert [one.identifier if isinstance(one, Read) else one.what for one in found] == [
        "XM-OTHER-1",
        "XM-OTHER-2",
        "The identifier stands twice in the file",
        "The percentages of the countries do not sum to 100",
    ]


def test_shares_that_regions_are_part_of_are_kept_and_not_told() -> None:
    """A record has no regions: the countries stand without shares, and the file's own are written again."""
    data = theirs(first="60", second="10").replace(b"<location ref", b'<recipient-region code="289" percentage="30"/><location ref')
    (found,) = read(data)
    assert found.activity.countries == (CountryShare(code="BA"), CountryShare(code="HR"))
    root = assert_valid(rewritten(found))
    assert [one.get("percentage") for one in root.iter("recipient-country", "recipient-region")] == ["60", "10", "30"]


def test_an_element_that_the_schema_knows_nowhere_is_wrapped() -> None:
    """It is written in an element of ours, and read as it was."""
    (found,) = read(theirs().replace(b"<sector code", b"<oddity a='1'/><sector code"))
    data = rewritten(found)
    assert assert_valid(data).find(".//{urn:vigie:iati:1}kept/oddity") is not None
    assert read(data)[0].activity.kept == found.activity.kept


def test_no_damage_to_a_file_does_more_than_refuse_it() -> None:
    """Mutated files give activities, rejects, or one sentence; what is read can be written and read again."""
    ours = written(
        activity(
            priorities=("cyber",),
            visibility=({"audience": "all", "channel": "web", "reach": 3, "day": date(2024, 1, 1)},),
            events=({"event": "e", "reports": ("a/b",)},),
            results=({"titles": {"en": "r"}, "indicators": ({"titles": {"en": "i"}, "baseline": "1", "baseline_year": 2020, "target": "5"},)},),
        )
    )
    for data in mutations([theirs(), ours], mutation_count(), 7):
        try:
            found = list(read_iati(data, "sample", now_us=NOW_US))
        except BadReport:
            continue
        for one in found:
            assert isinstance(one, Read | Reject)
            if isinstance(one, Read):
                _written_again(one)
            else:
                assert str(one)


def _written_again(found: Read) -> None:
    made: Activity = found.activity.model_copy(update={"identifier": found.identifier})
    try:
        data = iati_xml([Published(made)], NOW_US, ORG)
    except BadReport:
        return
    (again,) = read_iati(data, now_us=NOW_US)
    assert isinstance(again, Read), again
    assert [(name, value, getattr(again.activity, name)) for name, value in made if getattr(again.activity, name) != value] == []


def test_the_files_own_language_and_prefixes_come_back() -> None:
    """A file in Dutch with elements of another namespace is, written and read again, the same to the last kept element."""
    data = theirs().replace(b"<iati-activity ", b'<iati-activity xmlns:more="urn:more" more:project="7" ', 1)
    data = re.sub(rb'xml:lang="[a-z]+"', b'xml:lang="nl"', data, count=1)
    data = data.replace(b"<participating-org ", b'<participating-org more:kind="x" ', 1)
    (first,) = read_iati(data, now_us=NOW_US)
    assert isinstance(first, Read)
    made = first.activity.model_copy(update={"identifier": first.identifier})
    (again,) = read_iati(iati_xml([Published(made)], NOW_US, ORG), now_us=NOW_US)
    assert isinstance(again, Read)
    assert again.activity == made
    assert any('more:project="7"' in text and 'xml:lang="nl"' in text for text in made.kept)
