"""Reads a CAP 1.2 message of somebody else: entities, document types and the network are off, and every refusal is one sentence.

The order of the elements is not insisted on; `check_cap` says what else the standard asks. A signature is passed over: who wants to check
one needs the bytes as they came. Codes and parameters that nobody here knows are kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from lxml import etree

from vigie.exchange.cap_message import NAMESPACE, CapArea, CapInfo, CapMessage, CapResource, CapValue, Reference, Ring, cap_instant
from vigie.exchange.cap_table import PARTS, Form, Part
from vigie.model.errors import BadReport

MAX_CAP_BYTES: Final = 1024 * 1024
"""A longer message is refused unless the caller allows more."""

_SIGNATURES: Final = "http://www.w3.org/2000/09/xmldsig#"
_OLDER: Final = {
    "urn:oasis:names:tc:emergency:cap:1.1": "CAP 1.1",
    "urn:oasis:names:tc:emergency:cap:1.0": "CAP 1.0",
    "http://www.incident.com/cap/1.0": "CAP 1.0",
}
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,18}", re.ASCII)
_WORD: Final = re.compile(r'"([^"]*)"|(\S+)')
_SHORTEST_REFERENCE: Final = 3


def read_cap(data: bytes, source: str = "", limit: int = MAX_CAP_BYTES) -> CapMessage:
    """The message that the bytes hold. Raises `BadReport` for what is longer than `limit` bytes, broken, no CAP 1.2, or does not fit its elements."""
    try:
        return CapMessage(**_read(_root(data, limit), "alert"))
    except BadReport as fault:
        raise replace(fault, source=source) from None


def without_people(message: CapMessage) -> CapMessage:
    """The message without `contact` and `source`, which may name a person: what a node may keep of somebody else's message."""
    return replace(message, source="", infos=tuple(replace(info, contact="") for info in message.infos))


def _root(data: bytes, limit: int) -> etree._Element:
    if len(data) > limit:
        raise BadReport("The CAP message is too long", got=f"{len(data)} bytes", expected=f"at most {limit} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise BadReport("The CAP message is no well-formed XML", got=str(fault)) from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadReport("The CAP message declares a document type", expected="XML without one", todo="entities are never followed")
    _check_version(root)
    return root


def _check_version(root: etree._Element) -> None:
    space, name = _split(root)
    if name == "alert" and space in _OLDER:
        raise BadReport(f"The message is {_OLDER[space]}", expected="CAP 1.2", todo="ask its sender for CAP 1.2")
    if (space, name) != (NAMESPACE, "alert"):
        raise BadReport("The file is no CAP message", got=f"{name} of {space or 'no namespace'}", expected=f"alert of {NAMESPACE}")


def _split(element: etree._Element) -> tuple[str, str]:
    name = etree.QName(element)
    return name.namespace or "", name.localname


def _read(element: etree._Element, block: str) -> dict[str, Any]:
    """The fields of a block, by name."""
    known = {part.name: part for part in PARTS[block]}
    found: dict[str, list[etree._Element]] = {name: [] for name in known}
    for child in element:
        space, name = _split(child)
        if space == _SIGNATURES and block == "alert":
            continue
        if space != NAMESPACE or name not in known:
            raise BadReport(f"CAP 1.2 has no such element in {block}", got=name, expected=", ".join(known))
        found[name].append(child)
    return {part.field: value for name, part in known.items() if (value := _held(part, found[name])) is not None}


def _held(part: Part, elements: list[etree._Element]) -> Any:
    """The value of the field, None where it is absent and not needed."""
    if part.needed and not elements:
        raise BadReport("The CAP message lacks an element", field=part.name)
    if part.many:
        return tuple(item for element in elements if (item := _item(part, element)) is not None)
    if len(elements) > 1:
        raise BadReport("An element stands more than once where CAP 1.2 has it once", field=part.name)
    return _item(part, elements[0]) if elements else None


def _item(part: Part, element: etree._Element) -> Any:
    if part.form in PARTS:
        return _BLOCKS[part.form](**_read(element, part.form))
    if len(element):
        raise BadReport("An element holds other elements instead of text", field=part.name)
    text = (element.text or "").strip()
    if part.choices and text not in part.choices:
        raise BadReport("A CAP message has a fixed list of words here", field=part.name, got=text, expected=", ".join(part.choices))
    if not text and not part.needed:
        return None
    try:
        return _FROM_TEXT[part.form](text)
    except BadReport as fault:
        raise replace(fault, field=part.name) from None


def _number(text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadReport("A number of the CAP message cannot be read", got=text, expected="a decimal number")
    return value


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise BadReport("A size in the CAP message cannot be read", got=text, expected="a whole number of bytes")
    return int(text)


def _point(text: str) -> tuple[float, float]:
    lat, comma, lon = text.partition(",")
    if not comma:
        raise BadReport("A point of the CAP message cannot be read", got=text, expected="latitude,longitude")
    return _number(lon), _number(lat)


def _polygon(text: str) -> Ring:
    return tuple(_point(pair) for pair in text.split())


def _circle(text: str) -> tuple[float, float, float]:
    parts = text.split()
    if len(parts) != 2:  # noqa: PLR2004 - a point and a radius
        raise BadReport("A circle of the CAP message cannot be read", got=text, expected="latitude,longitude radius")
    return (*_point(parts[0]), _number(parts[1]))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.group(1) if word.group(2) is None else word.group(2) for word in _WORD.finditer(text))


def _references(text: str) -> tuple[Reference, ...]:
    return tuple(map(_reference, text.split()))


def _reference(text: str) -> Reference:
    parts = text.split(",")
    if len(parts) < _SHORTEST_REFERENCE:
        raise BadReport("A reference of the CAP message cannot be read", got=text, expected="sender,identifier,sent")
    return Reference(parts[0], ",".join(parts[1:-1]), parts[-1])


def _time(text: str) -> str:
    cap_instant(text)
    return text


_FROM_TEXT: Final[Mapping[Form, Callable[[str], Any]]] = {
    "text": str,
    "time": _time,
    "count": _count,
    "number": _number,
    "words": _words,
    "references": _references,
    "polygon": _polygon,
    "circle": _circle,
}
_BLOCKS: Final[Mapping[str, Callable[..., Any]]] = {"info": CapInfo, "resource": CapResource, "area": CapArea, "value": CapValue}
