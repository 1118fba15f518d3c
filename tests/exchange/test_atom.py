"""The Atom feed of CAP messages."""

from __future__ import annotations

from itertools import permutations

import pytest
from lxml import etree

from cap_messages import CONTENT, RELEASE, SENT_US, entry_of, message
from vigie.exchange import AtomEntry, atom_entry, atom_xml, cap_of, chain_heads
from vigie.model.errors import BadReport, BadSetting

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = ("Warnings", "https://desk.example.org/feed", SENT_US)


def _entry(identifier: str, hours: int, **changes: object) -> AtomEntry:
    return atom_entry(message(identifier, hours, **changes), f"https://desk.example.org/{identifier}.cap")


def test_a_feed_has_all_that_the_standard_asks_for() -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: id, title, updated and author of the feed; id, title, updated and link of each entry."""
    root = etree.fromstring(atom_xml(*FEED, [_entry("a", 0), _entry("b", 1)], author="Desk", address="https://desk.example.org/feed"))
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for path in ("a:id", "a:title", "a:updated", "a:author/a:name", "a:link[@rel='self']"):
        assert len(root.xpath(path, namespaces=ATOM)) == 1
    entries = root.findall("a:entry", ATOM)
    assert len(entries) == 2
    for entry in entries:
        assert all(entry.findtext(f"a:{name}", namespaces=ATOM) for name in ("id", "title", "updated"))
        assert entry.find("a:link", ATOM).attrib == {"rel": "alternate", "href": entry.find("a:link", ATOM).get("href"), "type": "application/cap+xml"}


def test_an_entry_was_updated_when_its_message_was_sent() -> None:
    """The time of the message, in UTC, not of the feed; newest first."""
    root = etree.fromstring(atom_xml(*FEED, [_entry("a", 0), _entry("b", 1)]))
    assert root.xpath("a:entry/a:updated/text()", namespaces=ATOM) == ["2024-10-01T13:00:00Z", "2024-10-01T12:00:00Z"]


def test_the_same_entries_make_the_same_bytes_in_any_order() -> None:
    """Also where two were sent in one second, and where one is named twice."""
    entries = [_entry("a", 0), _entry("b", 0), _entry("c", 2)]
    assert len({atom_xml(*FEED, [*order, order[0]]) for order in permutations(entries)}) == 1


def test_an_entry_keeps_its_id_when_its_address_changes() -> None:
    """The id rests on sender and identifier alone, and differs between messages."""
    one = message("a")
    assert atom_entry(one, "https://one.example/a").id == atom_entry(one, "https://other.example/a").id != atom_entry(message("b"), "x").id
    assert atom_entry(one, "x").id.startswith("urn:uuid:")


def test_a_feed_never_mixes_exercise_and_reality() -> None:
    """Refused with a sentence, not sorted out silently."""
    with pytest.raises(BadSetting, match="one status"):
        atom_xml(*FEED, [_entry("a", 0), _entry("b", 1, status="Exercise", note="GREY SEA")])


def test_a_feed_of_heads_shows_one_entry_for_a_chain() -> None:
    """An alert and its updates are one live warning."""
    heads = chain_heads([message("b", 1, "a"), message("c", 2, "a", "b"), message("a")], SENT_US)
    assert [one.identifier for one in heads] == ["c"]


def test_an_entry_speaks_the_first_language_of_the_audience() -> None:
    """Title and summary come from the first block, and say in which language they are."""
    entry = atom_entry(cap_of(entry_of(), CONTENT, RELEASE), "x")
    assert (entry.language, entry.title) == ("sr-Cyrl", "Могући су накнадни потреси")


def test_a_text_that_xml_cannot_carry_is_refused_with_a_sentence() -> None:
    """A control character in a title."""
    with pytest.raises(BadReport, match="control character"):
        atom_xml("bad\x00title", *FEED[1:], [])
