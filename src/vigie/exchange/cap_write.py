"""A CAP message as XML: the same message, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from vigie.exchange.cap_message import NAMESPACE, CapMessage, Reference, Ring
from vigie.exchange.cap_table import PARTS, Form, Part
from vigie.model.errors import BadReport


def cap_xml(message: CapMessage) -> bytes:
    """The message as UTF-8 XML in the order of the schema. Raises `BadReport` where a text holds a character that XML cannot carry."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    try:
        _fill(root, PARTS["alert"], message)
    except ValueError as fault:
        raise BadReport("A text of the warning holds a control character that XML cannot carry", record=message.identifier, todo="take it out") from fault
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _fill(element: etree._Element, parts: tuple[Part, ...], value: object) -> None:
    for part in parts:
        held = getattr(value, part.field)
        for item in held if part.many else (held,):
            _add(element, part, item)


def _add(element: etree._Element, part: Part, item: Any) -> None:
    if part.form in PARTS:
        _fill(etree.SubElement(element, f"{{{NAMESPACE}}}{part.name}"), PARTS[part.form], item)
    elif part.needed or item not in ("", None, ()):
        etree.SubElement(element, f"{{{NAMESPACE}}}{part.name}").text = _TEXT_OF[part.form](item)


def _number(value: float) -> str:
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _point(point: tuple[float, float]) -> str:
    lon, lat = point
    return f"{_number(lat)},{_number(lon)}"


def _polygon(ring: Ring) -> str:
    return " ".join(map(_point, ring))


def _circle(circle: tuple[float, float, float]) -> str:
    lon, lat, radius_km = circle
    return f"{_point((lon, lat))} {_number(radius_km)}"


def _words(words: tuple[str, ...]) -> str:
    return " ".join(f'"{word}"' if not word or any(map(str.isspace, word)) else word for word in words)


def _references(references: tuple[Reference, ...]) -> str:
    return " ".join(f"{one.sender},{one.identifier},{one.sent}" for one in references)


_TEXT_OF: Final[Mapping[Form, Callable[[Any], str]]] = {
    "text": str,
    "time": str,
    "count": str,
    "number": _number,
    "words": _words,
    "references": _references,
    "polygon": _polygon,
    "circle": _circle,
}
