"""What a file says beyond the record is kept as canonical XML, so that it is written again.

Two kinds are kept. An element that has no counterpart in the record is kept as it is. One that has, but says more (an unknown attribute, a second
period), is kept with a mark of what was read of it: it is written in place of ours as long as the record still says just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import date
from typing import Any, Final

from lxml import etree

from vigie.exchange.iati import KEEP_SPACE, LANG, NO_LANGUAGE, SPACE, own
from vigie.exchange.iati_table import DEFAULTS, PERSONAL, PLACE_OF
from vigie.model.canonical import canonical_bytes, digest
from vigie.model.errors import BadReport
from vigie.model.said import Noun, body_of

EVEN: Final = own("share")
"""The attribute of a percentage that is an even split, since nobody has said the shares."""

_WRAP: Final = own("kept")
_MONEY: Final = ("value", "forecast", "loan-status")
_TRUE: Final = {"true": "1", "false": "0"}
_MARK_DIGITS: Final = 16
_MARKED: Final = re.compile(r"<\?says ([0-9a-f]+)\?>")
OUR_LANGUAGE: Final = own("language")
"""The attribute of an activity whose language is that of the node that wrote it, since no file has said one."""

_UNSAID: Final = ("last-updated-datetime", "default-currency", OUR_LANGUAGE)


def says(field: str, value: Any) -> str:
    """The mark of what was read: the same field and value, the same mark."""
    return digest(canonical_bytes([field, _plain(value)]))[:_MARK_DIGITS]


def _plain(value: Any) -> Any:
    if isinstance(value, Noun):
        return body_of(value)
    return value.isoformat() if isinstance(value, date) else value


def canonical(element: etree._Element) -> str:
    """The element as canonical XML (C14N 2.0), without comments and without what follows it."""
    alone = deepcopy(element)
    return etree.tostring(alone, method="c14n2", with_comments=False, with_tail=False).decode()


def is_alike(one: etree._Element, other: etree._Element) -> bool:
    """Whether two elements have the same canonical XML but for prefixes, without writing it."""
    if one.tag != other.tag or (one.text or "") != (other.text or "") or len(one) != len(other) or sorted(one.items()) != sorted(other.items()):
        return False
    return all((first.tail or "") == (second.tail or "") and is_alike(first, second) for first, second in zip(one, other, strict=True))


def fragment(element: etree._Element, mark: str = "") -> str:
    """The element as it is kept; its mark stands before it as a processing instruction."""
    return f"<?says {mark}?>{canonical(element)}" if mark else canonical(element)


def parser() -> etree.XMLParser:
    """A parser that follows nothing: no entities, no document type, no network."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def kept_elements(kept: Iterable[str]) -> Iterator[tuple[etree._Element, str]]:
    """The kept elements, each with its mark (empty for one that has no counterpart). Raises `BadReport` for what is no XML."""
    for text in kept:
        marked = _MARKED.match(text)
        try:
            element = etree.fromstring(text, parser())
        except (etree.XMLSyntaxError, ValueError) as fault:
            raise BadReport("Something kept of a file is no XML", got=text[:80]) from fault
        yield element, marked.group(1) if marked else ""


def in_order(elements: Iterable[tuple[etree._Element, str]]) -> tuple[str, ...]:
    """The elements as they are kept: by their place in the schema, the marked ones first and by their text."""
    written = [(place_of(element), not mark, fragment(element, mark)) for element, mark in elements]
    return tuple(text for _, _, text in sorted(written, key=lambda item: (item[0], item[1], "" if item[1] else item[2])))


def place_of(element: etree._Element) -> int:
    """Where an element stands among those of an activity: its attributes first, other namespaces last."""
    return -1 if element.tag == "iati-activity" else PLACE_OF.get(str(element.tag), len(PLACE_OF))


def wrapped(element: etree._Element) -> etree._Element:
    """An element that the schema knows nowhere, in one of ours; others as they are."""
    if etree.QName(element).namespace or element.tag in PLACE_OF:
        return element
    wrap = etree.Element(_WRAP, nsmap={"vigie": SPACE})
    wrap.append(element)
    return wrap


def unwrapped(element: etree._Element) -> Iterator[etree._Element]:
    """What `wrapped` was given."""
    yield from list(element) if element.tag == _WRAP else (element,)


def leftover_attributes(activity: etree._Element) -> etree._Element | None:
    """The activity without children, with the attributes that are kept (its language too, if a file has said it); None where there are none."""
    dropped = (*_UNSAID, LANG) if OUR_LANGUAGE in activity.attrib else _UNSAID
    left = {str(name): str(value) for name, value in activity.attrib.items() if name not in dropped}
    spaces = {etree.QName(name).namespace for name in left}
    named = {prefix: space for prefix, space in activity.nsmap.items() if prefix and space in spaces}
    return etree.Element("iati-activity", left, nsmap=named) if left else None


def normal(element: etree._Element, language: str, currency: str) -> etree._Element:
    """The element, changed in place so that equal meanings are equal texts: defaults written out, blanks between elements taken out."""
    for one in element.iter(etree.Element):
        _without_blanks(one)
        name = str(one.tag)
        if name == "narrative" and LANG not in one.attrib:
            one.set(LANG, language or NO_LANGUAGE)
        elif name in _MONEY and currency and "currency" not in one.attrib:
            one.set("currency", currency)
        elif name == "sector" and one.attrib.pop(EVEN, ""):
            one.attrib.pop("percentage", "")
        _write_defaults(one, name)
    return element


def _write_defaults(element: etree._Element, name: str) -> None:
    parent = element.getparent()
    if name == "description" and parent is not None and parent.tag != "iati-activity":
        return
    for attribute, value in DEFAULTS.get(name, {}).items():
        said = element.get(attribute, value)
        element.set(attribute, _TRUE.get(said, said) if attribute == "ascending" else said)


def _without_blanks(element: etree._Element) -> None:
    """Takes out the blanks between IATI's own elements; what is of another namespace stays as it is."""
    if etree.QName(element).namespace or element.get(KEEP_SPACE) == "preserve":
        return
    if element.text is not None:
        element.text = element.text if element.text.strip() and len(element) else element.text.strip() or None
    for child in element:
        if child.tail is not None and not child.tail.strip():
            child.tail = None


def without_people(activity: etree._Element) -> int:
    """Takes out of contact-info what names a person or leads to one, and what nobody here knows; how many elements that were."""
    dropped = 0
    for contact in activity.iter("contact-info"):
        for child in [one for one in contact if one.tag in PERSONAL or etree.QName(one).namespace]:
            contact.remove(child)
            dropped += 1
    return dropped
