"""Reads MISP events (JSON): what an organisation shares of one incident or campaign, with no place.

Attributes are indicators, and many name people (e-mail, phone, bank account): their values never leave this module. What stays is how
many there are of each type and category. The event's title is freed of e-mail addresses and phone numbers.
TLP tags and MISP's distribution are kept in the details; the source's floor and the node's own rules decide the label.
Format: MISP core format, draft-dulaunoy-misp-core-format (misp-standard.org).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from vigie.fields.cyber.vocabulary import FIELD, TERMS
from vigie.ingest.rows import CellFault, Row, json_rows, payload_of, reports_of, required, text_of
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.terms import Term, coding, term_of
from vigie.model.times import LAST_US, SECOND_US, parse_interval

PERSONAL = ("event_creator_email", "value", "comment", "data", "email", "first_name", "last_name", "phone")
DEFAULT_KIND = "cyber.incident"

_PLAIN = ("uuid", "info", "date", "timestamp", "threat_level_id", "analysis", "distribution", "extends_uuid")
_LEVELS = {"1": 3.0, "2": 2.0, "3": 1.0}
_STATES = {"0": "initial", "1": "ongoing", "2": "completed"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = re.compile(r'([a-z-]+):([a-z-]+)="([^"]+)"')
_WORD = re.compile(r"[\w|./ -]{1,60}")
_AT = re.compile(r"\s{0,3}[\[(]at[\])]\s{0,3}", re.IGNORECASE)
_TOKEN = re.compile(r"\S+")
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()/.-]{6,}\d")
_MOST_TAGS = 200


def recognises(sample: Sample) -> bool:
    """Whether the beginning looks like a MISP event."""
    return b'"Event"' in sample.head and any(word in sample.head for word in (b'"threat_level_id"', b'"Orgc"', b'"analysis"'))


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """Reports of the events in the file: one, a list, or an answer of a search. Raises `BadReport` where the file is not JSON."""
    return reports_of(map(_reduced, json_rows(stream)), lambda cells: _report(cells, context))


def _reduced(row: Row | Reject) -> Row | Reject:
    """What may be kept of an event, values of attributes left behind."""
    if isinstance(row, Reject):
        return row
    event = row.cells.get("Event", row.cells)
    if not isinstance(event, dict):
        return Reject(row.place, "There is no event", "Event", type(event).__name__, "an object")
    kept = {name: _clean(str(event[name])) for name in _PLAIN if isinstance(event.get(name), str | int)}
    return Row(row.place, {**kept, "organisation": _organisation(event), "tags": _tags(event), "attributes": _counts(event), "objects": _objects(event)})


def _clean(text: str) -> str:
    """The text without international phone numbers and without any word that holds an @: better one too many than an address."""
    plain = _TOKEN.sub(lambda word: "[e-mail]" if "@" in word.group() else word.group(), _AT.sub("@", text))
    return _PHONE.sub("[phone]", plain)


def _organisation(event: Mapping[str, Any]) -> str:
    maker = event.get("Orgc")
    name = maker.get("name") if isinstance(maker, dict) else None
    return _clean(name.strip()) if isinstance(name, str) else ""


def _listed(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _tags(event: Mapping[str, Any]) -> list[str]:
    names = (tag.get("name") for tag in _listed(event.get("Tag")))
    return [_clean(name) for name in names if isinstance(name, str)][:_MOST_TAGS]


def _counts(event: Mapping[str, Any]) -> list[dict[str, str | int]]:
    """How many attributes there are of each type and category, those of objects included and deleted ones left out."""
    held = [event, *_listed(event.get("Object"))]
    attributes = [attribute for holder in held for attribute in _listed(holder.get("Attribute")) if attribute.get("deleted") not in (True, "1", 1)]
    counted = Counter((_word(attribute.get("type")), _word(attribute.get("category"))) for attribute in attributes)
    return [{"type": kind, "category": category, "count": number} for (kind, category), number in sorted(counted.items())]


def _objects(event: Mapping[str, Any]) -> list[dict[str, str | int]]:
    counted = Counter(_word(thing.get("name")) for thing in _listed(event.get("Object")))
    return [{"template": name, "count": number} for name, number in sorted(counted.items())]


def _word(value: Any) -> str:
    """A type's or category's own word; whatever else stands there may be anything, and is `other`."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) and _clean(value) == value else "other"


def _report(cells: Mapping[str, Any], context: ReadContext) -> Report:
    reference = required(cells, "uuid").lower()
    if _UUID.fullmatch(reference) is None:
        raise CellFault("uuid", reference, "a UUID")
    agency = text_of(cells, "organisation") or context.agency
    if not agency:
        raise CellFault("Orgc.name", "nothing", "the organisation that made the event")
    begin_us, end_us = parse_interval(required(cells, "date"))
    stamp_s = _stamp(cells)
    scheme, code, term = _meaning(cells["tags"])
    level = _LEVELS.get(text_of(cells, "threat_level_id") or "")
    return Report(
        agency=agency,
        agency_ref=reference,
        revision=stamp_s or 0,
        field=FIELD,
        kind=term.kind if term else DEFAULT_KIND,
        begin_us=begin_us,
        end_us=end_us,
        issued_us=stamp_s * SECOND_US if stamp_s else None,
        magnitude=level,
        scale="misp_threat" if level else None,
        summary=text_of(cells, "info"),
        exercise=context.exercise,
        details={**_details(cells), **({"coding": coding(TERMS, scheme, code, term)} if term else {})},
        payload=payload_of(cells),
    )


def _stamp(cells: Mapping[str, Any]) -> int | None:
    """The event's timestamp in whole seconds: its last change, which is its revision too."""
    text = text_of(cells, "timestamp")
    if text is None or text == "0":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) * SECOND_US < LAST_US):  # noqa: PLR2004 - beyond any year held
        raise CellFault("timestamp", text, "seconds since 1970")
    return int(text)


def _meaning(tags: list[str]) -> tuple[str, str, Term | None]:
    """Scheme, code and term of the first tag that says what sort of incident it is."""
    for tag in tags:
        if match := _TAG.fullmatch(tag.strip().lower()):
            scheme, predicate, value = match.groups()
            code = value if scheme == "circl" else f"{predicate}={value}"
            if term := term_of(TERMS, scheme, code):
                return scheme, code, term
    return "", "", None


def _details(cells: Mapping[str, Any]) -> dict[str, Json]:
    found: dict[str, Json] = {name: cells[name] for name in ("tags", "attributes", "objects") if cells[name]}
    if colours := [tag for tag in cells["tags"] if tag.strip().lower().startswith("tlp:")]:
        found["tlp"] = colours
    for name in ("threat_level_id", "distribution", "extends_uuid"):
        if text := text_of(cells, name):
            found[name] = text
    if state := _STATES.get(text_of(cells, "analysis") or ""):
        found["analysis"] = state
    return found


READER = Reader(name="misp-event", title="MISP event, JSON", recognises=recognises, read=read, personal=PERSONAL, floor="owner")
