"""IATI 2.03: what is published of an activity, what is read of one, and the few forms that both directions share.

Elements and attributes of our own stand in the namespace `urn:vigie:iati:1`: they carry what IATI has no place for, and mark what the schema
demands and nobody has said (`vigie:given="no"`), which our reader passes over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from vigie.model.activity import Activity
from vigie.model.errors import BadReport

MEDIA_TYPE_IATI: Final = "application/xml"
SPACE: Final = "urn:vigie:iati:1"
PRIORITY_LIST: Final = "urn:vigie:priorities:1"
"""The address of our list of priorities, a vocabulary of sectors."""

LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
KEEP_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
NO_LANGUAGE: Final = "und"
"""BCP 47 for a text whose language nobody has said."""

etree.register_namespace("vigie", SPACE)

_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_URI_SCHEMA: Final = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="at"><xs:simpleType>
<xs:restriction base="xs:anyURI"/></xs:simpleType></xs:element></xs:schema>"""
_URI: Final = etree.XMLSchema(etree.fromstring(_URI_SCHEMA))


@dataclass(frozen=True, slots=True)
class ReportingOrg:
    """Who publishes: its identifier (a register's prefix and number), its name, and its kind, a code of IATI's organisation types (15 = public sector)."""

    ref: str
    name: str
    type: str = "15"


@dataclass(frozen=True, slots=True)
class Published:
    """An activity that is written: its name in the node (the identifier where it has none of its own), and when it was last said, int64 µs UTC."""

    activity: Activity
    ref: str = ""
    updated_us: int | None = None


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule of IATI's rule set that an activity breaks: its published number, `error` or `warning`, the element, and what is wrong.

    `is_wrong` = what the element says cannot be true, so that an activity with it is not read.
    """

    rule: str
    severity: str
    path: str
    sentence: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """An activity of a file: its identifier there, who reported it, the rules it breaks, and what was left out or cut, in sentences."""

    activity: Activity
    identifier: str
    reporting: ReportingOrg
    place: str = ""
    faults: tuple[RuleFault, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())


def own(name: str) -> str:
    """The name of an element or attribute of ours."""
    return f"{{{SPACE}}}{name}"


NOT_GIVEN: Final = own("given")
"""The attribute that marks what nobody has said."""


def made(name: str, *children: etree._Element | None, text: str | None = None, **attributes: str | None) -> etree._Element:
    """An element with attributes (`_` stands for `-`; None is left out), text and children (None is left out)."""
    said = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    element = etree.Element(name, said)
    element.text = text or None
    element.extend(child for child in children if child is not None)
    return element


def mark(element: etree._Element, **attributes: str | None) -> etree._Element:
    """The element with attributes of our own; None and empty ones are left out."""
    for name, value in attributes.items():
        if value:
            element.set(own(name.replace("_", "-")), value)
    return element


def narrative(text: str, language: str = "") -> etree._Element:
    """A narrative; spaces at its ends are protected."""
    element = made("narrative", text=text)
    if language:
        element.set(LANG, language)
    if text != text.strip():
        element.set(KEEP_SPACE, "preserve")
    return element


def worded(tag: str, texts: Mapping[str, str], **attributes: str | None) -> etree._Element:
    """An element with a narrative for each language, in the order of the tags; empty texts are left out."""
    return _filled(made(tag, **attributes), [narrative(texts[language], language) for language in sorted(texts) if texts[language]])


def named(tag: str, text: str, **attributes: str | None) -> etree._Element:
    """An element with a name in no language of its own."""
    return _filled(made(tag, **attributes), [narrative(text)] if text else [])


def _filled(element: etree._Element, children: list[etree._Element]) -> etree._Element:
    element.extend(children)
    return element


def text_in(element: etree._Element) -> str:
    """The element's own text without the spaces around it, unless it protects them."""
    text = element.text or ""
    return text if element.get(KEEP_SPACE) == "preserve" else text.strip()


def texts_in(element: etree._Element | None) -> dict[str, str]:
    """The first narrative of each language, empty ones left out."""
    found: dict[str, str] = {}
    for child in element.findall("narrative") if element is not None else ():
        if child.get(NOT_GIVEN) is None and (text := text_in(child)):
            found.setdefault(_tag(child.get(LANG, "")), text)
    return found


def _tag(said: str) -> str:
    tag = said.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else NO_LANGUAGE


def day_of(element: etree._Element | None, attribute: str = "iso-date") -> date | None:
    """The day of an attribute; None where it is not given. Raises `BadReport` for what is no day."""
    said = element.get(attribute) if element is not None and element.get(NOT_GIVEN) is None else None
    if said is None:
        return None
    found = _DAY.fullmatch(said.strip())
    try:
        if found:
            return date.fromisoformat(found.group(1))
    except ValueError:
        pass
    raise BadReport("A day cannot be read", field=attribute, got=said, expected="YYYY-MM-DD")


def decimal_of(said: str | None, what: str) -> Decimal | None:
    """A decimal number; None where it is not given. Raises `BadReport` for what is none."""
    if said is None:
        return None
    if not _DECIMAL.fullmatch(said.strip()):
        raise BadReport("A number cannot be read", field=what, got=said, expected="a decimal number")
    return Decimal(said.strip())


def decimal_text(value: Decimal | float) -> str:
    """A number without an exponent; zero has no sign."""
    return format(value if isinstance(value, Decimal) else Decimal(repr(value + 0.0)), "f")


def address(text: str) -> str:
    """The address, if the schema takes it for one. Raises `BadReport` otherwise."""
    if not _URI.validate(made("at", text=text)):
        raise BadReport("An address cannot be written as IATI", got=text, expected="an address such as https://example.org/report.pdf")
    return text
