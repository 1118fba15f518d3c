"""What a server's answer holds, before it is read in full: which events, and whether the answer is whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vigie.fields.seismic.fdsn_text import columns_of
from vigie.fields.seismic.vocabulary import TERMS
from vigie.model.errors import PeerUnavailable
from vigie.model.terms import term_of

_EVENT: Final = re.compile(rb"<(?:[\w.-]+:)?event(?=[\s>])([^>]*)>.*?</(?:[\w.-]+:)?event\s*>", re.DOTALL)
_REF: Final = re.compile(rb"""\bpublicID\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WHOLE_XML: Final = re.compile(rb"</(?:[\w.-]+:)?quakeml\s*>\s*\Z|<(?:[\w.-]+:)?quakeml[^>]*/>\s*\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """One event of an answer: its id, and where its bytes begin and end."""

    ref: str
    begin: int
    end: int


def found_items(form: Literal["text", "xml"], body: bytes, address: str) -> list[Item]:
    """The events of a whole answer. Raises `PeerUnavailable` for an answer that is cut off or something else (a page of HTML)."""
    if not body.strip():
        return []
    return _in_xml(body, address) if form == "xml" else _in_text(body, address)


def _in_xml(body: bytes, address: str) -> list[Item]:
    if b"quakeml" not in body[:4096]:
        raise _something_else(body, address, "QuakeML")
    if _WHOLE_XML.search(body[-4096:]) is None:
        raise _cut_off(address, "QuakeML to its end")
    return [Item(_ref(found[1]), *found.span()) for found in _EVENT.finditer(body)]


def _ref(attributes: bytes) -> str:
    found = _REF.search(attributes)
    return "" if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")


def _in_text(body: bytes, address: str) -> list[Item]:
    header, end, _ = body.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    if not header.startswith(b"#"):
        raise _something_else(body, address, "FDSN-event text")
    if not end or columns_of(header) is None:
        raise _cut_off(address, "a whole header")
    items, begin = [], 0
    for line in body.splitlines(keepends=True):
        if line.strip() and not line.lstrip(b"\xef\xbb\xbf").startswith(b"#"):
            items.append(Item(line.partition(b"|")[0].strip().decode("utf-8", "replace"), begin, begin + len(line)))
            if not line.endswith((b"\n", b"\r")) and _looks_cut(line, header):
                raise _cut_off(address, "whole lines")
        begin += len(line)
    return items


def _looks_cut(line: bytes, header: bytes) -> bool:
    """Whether a last line without its end lacks cells, or half of its event type. Cut in another last cell it cannot be told: the length must tell."""
    cells, names = line.split(b"|"), columns_of(header) or []
    if len(cells) < len(names):
        return True
    last = cells[-1].strip().decode("utf-8", "replace")
    return names[-1] == "eventtype" and last != "" and term_of(TERMS, "quakeml", last) is None


def without(body: bytes, items: Sequence[Item]) -> bytes:
    """The answer without these events."""
    parts, at = [], 0
    for item in items:
        parts.append(body[at : item.begin])
        at = item.end
    return b"".join([*parts, body[at:]])


def _cut_off(address: str, expected: str) -> PeerUnavailable:
    return PeerUnavailable("The server's answer is cut off", source=address, expected=expected, todo="ask again")


def _something_else(body: bytes, address: str, expected: str) -> PeerUnavailable:
    got = body[:80].decode("utf-8", "replace").strip()
    return PeerUnavailable("The server answered something else", source=address, got=got, expected=expected, todo="check the address, or try later")
