"""An Atom 1.0 feed (RFC 4287) of CAP messages: one entry a message, with the address of its XML."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from vigie.exchange.cap_message import MEDIA_TYPE_CAP, CapMessage, Status
from vigie.model.errors import BadReport, BadSetting
from vigie.model.times import format_time

MEDIA_TYPE_ATOM = "application/atom+xml"

_SPACE: Final = "http://www.w3.org/2005/Atom"
_XML_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One message in a feed; `updated_us` is when it was sent, `address` where its XML is, `language` that of title and summary.

    Of a page instead of a CAP message `media_type` says so.
    """

    id: str
    title: str
    updated_us: int
    address: str
    status: Status
    summary: str = ""
    language: str = ""
    media_type: str = MEDIA_TYPE_CAP


def atom_entry(message: CapMessage, address: str) -> AtomEntry:
    """The entry of a message, in the language of its first info block; its id rests on sender and identifier alone."""
    first = message.infos[0] if message.infos else None
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{message.sender},{message.identifier}")
    return AtomEntry(
        id=name.urn,
        title=(first.headline or first.event if first else "") or message.identifier,
        updated_us=message.sent_us,
        address=address,
        status=message.status,
        summary=first.description if first else "",
        language=first.language if first else "",
    )


def atom_xml(title: str, feed_id: str, updated_us: int, entries: Iterable[AtomEntry], *, author: str = "", address: str = "") -> bytes:
    """The feed as UTF-8 XML, newest entry first; the same entries, the same bytes. `feed_id` is an IRI, `author` an institution (else the title).

    Raises `BadSetting` where entries of Actual, Exercise or Test messages would stand in one feed, and `BadReport` for a text that XML cannot carry.
    """
    ordered = sorted(set(entries), key=lambda entry: (-entry.updated_us, entry.id, entry.address))
    if len(found := sorted({entry.status for entry in ordered})) > 1:
        raise BadSetting("A feed holds messages of one status", got=", ".join(found), expected="Actual, Exercise and Test apart")
    feed: etree._Element = etree.Element(f"{{{_SPACE}}}feed", nsmap={None: _SPACE})  # type: ignore[dict-item]
    try:
        _head(feed, title, feed_id, author or title)
        _add(feed, "updated", format_time(updated_us))
        if address:
            _add(feed, "link", rel="self", href=address, type=MEDIA_TYPE_ATOM)
        for entry in ordered:
            _entry(feed, entry)
    except ValueError as fault:
        raise BadReport("A text of the feed holds a control character that XML cannot carry", source=feed_id) from fault
    etree.indent(feed)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8") + b"\n"


def _head(feed: etree._Element, title: str, feed_id: str, author: str) -> None:
    _add(feed, "id", feed_id)
    _add(feed, "title", title)
    _add(_add(feed, "author"), "name", author)


def _entry(feed: etree._Element, entry: AtomEntry) -> None:
    element = _add(feed, "entry")
    if entry.language:
        element.set(_XML_LANGUAGE, entry.language)
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", format_time(entry.updated_us))
    _add(element, "link", rel="alternate", href=entry.address, type=entry.media_type)
    _add(element, "category", term=entry.status)
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_SPACE}}}{name}", None, None, **attributes)
    child.text = text or None
    return child
