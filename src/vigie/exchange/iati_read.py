"""Reads an IATI activity file of version 2.01 to 2.03, one activity after the other, however long the file is.

Entities, document types and the network are off. What the record has no place for is kept (`iati_kept`); what names a person is not.
An activity that cannot be read is a `Reject` with its identifier, and the others are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, Final

import pydantic
from lxml import etree

from vigie.exchange.iati import LANG, NOT_GIVEN, Read, ReportingOrg, RuleFault
from vigie.exchange.iati_activity import parts_of, span_of
from vigie.exchange.iati_kept import in_order, is_alike, leftover_attributes, normal, says, unwrapped, without_people
from vigie.exchange.iati_own import is_own, own_facts
from vigie.exchange.iati_parts import identifier_in, name_in
from vigie.exchange.iati_rules import check_iati
from vigie.exchange.iati_table import VERSIONS
from vigie.model.activity import Activity
from vigie.model.errors import BadReport, Reject
from vigie.model.said import MAX_HEADLINE, MAX_TEXT

MAX_ACTIVITY_BYTES: Final = 16 * 1024 * 1024
"""The most that one activity of a file may take."""

_CHUNK: Final = 64 * 1024
_LAST: Final = ("result",)


def read_iati(data: bytes | BinaryIO, source: str = "", *, now_us: int, limit: int = MAX_ACTIVITY_BYTES) -> Iterator[Read | Reject]:
    """The activities of a file, in its order; one that is wrong (percentages, days, identifier, an amount) is a `Reject`.

    Raises `BadReport` with one sentence where the file is broken, no IATI, of a version before 2.01, or holds an activity of more than `limit` bytes.
    """
    known: set[str] = set()
    for element in _activities(BytesIO(data) if isinstance(data, bytes) else data, source, limit):
        place = f"line {element.sourceline}"
        try:
            yield _activity(element, place, now_us, known)
        except pydantic.ValidationError as fault:
            yield _reject(element, place, _of_noun(fault))
        except BadReport as fault:
            yield _reject(element, place, fault)
        except ValueError as fault:
            yield _reject(element, place, BadReport("The activity cannot be read", got=str(fault)))


def _reject(element: etree._Element, place: str, fault: BadReport) -> Reject:
    identifier = identifier_in(element)[0]
    return Reject(f"{place}, activity {identifier}" if identifier else place, fault.what, fault.field, fault.got, fault.expected)


def _of_noun(fault: pydantic.ValidationError) -> BadReport:
    """What a noun refused, as a sentence."""
    first = fault.errors()[0]
    said = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "value_error":
        return BadReport(said[:1].upper() + said[1:])
    return BadReport("The activity cannot be used", field=".".join(map(str, first["loc"])), got=str(first.get("input"))[:80], expected=said)


def _activities(stream: BinaryIO, source: str, limit: int) -> Iterator[etree._Element]:
    """The elements `iati-activity`; each is emptied when the next is asked for."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    state = _State(source, limit)
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            yield from state.finished(parser, len(chunk))
        parser.close()
        yield from state.finished(parser, 0)
    except (etree.XMLSyntaxError, LookupError) as fault:
        raise BadReport("The file is no well-formed XML", source=source, got=_first_line(fault)) from fault


def _first_line(fault: Exception) -> str:
    return str(fault).partition("\n")[0]


@dataclass(slots=True)
class _State:
    """Where the parser stands: how deep, and how many bytes have come since the last activity ended."""

    source: str
    limit: int
    depth: int = 0
    since: int = 0

    def finished(self, parser: Any, count: int) -> Iterator[etree._Element]:
        self.since += count
        for event, element in parser.read_events():
            if event == "start":
                self.depth += 1
                if self.depth == 1:
                    _check_root(element, self.source)
                continue
            self.depth -= 1
            if self.depth == 1:
                self.since = 0
                if element.tag == "iati-activity":
                    yield element
                _forget(element)
        if self.since > self.limit:
            raise BadReport("An activity of the file is too long", source=self.source, expected=f"at most {self.limit} bytes")


def _forget(element: etree._Element) -> None:
    """Empties an element of the root and takes out those before it, so that a long file takes no more room than a short one."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _check_root(root: etree._Element, source: str) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadReport("The file declares a document type", source=source, expected="XML without one", todo="entities are never followed")
    if root.tag == "iati-organisations":
        raise BadReport("The file tells of organisations", source=source, expected="an IATI activity file")
    if root.tag != "iati-activities":
        raise BadReport("The file is no IATI activity file", source=source, got=str(root.tag), expected="iati-activities")
    version = root.get("version", "").strip()
    if version not in VERSIONS:
        todo = "ask the publisher for 2.03" if version.startswith("1.") else ""
        raise BadReport("The file is of another version of IATI", source=source, got=version or "none", expected=", ".join(VERSIONS), todo=todo)


def _activity(element: etree._Element, place: str, now_us: int, known: set[str]) -> Read:
    identifier, is_given = identifier_in(element)
    if not identifier or len(identifier) > MAX_HEADLINE:
        raise BadReport("The activity has no identifier that can be used", field="iati-identifier", got=identifier, expected=f"1 to {MAX_HEADLINE} characters")
    if identifier in known:
        raise BadReport("The identifier stands twice in the file", field="iati-identifier", got=identifier)
    known.add(identifier)
    faults = check_iati(element, now_us)
    _refuse(faults)
    dropped, long = without_people(element), _too_long(element)
    found = _Found(element.get(LANG, ""), element.get("default-currency", ""))
    normal(element, found.language, found.currency)
    reporting = _reporting(element)
    facts = _facts(element, found)
    activity = Activity(**facts, identifier=identifier if is_given else "", kept=in_order(found.kept))
    return Read(activity, identifier, reporting, place, faults, _notes(dropped, long))


def _refuse(faults: tuple[RuleFault, ...]) -> None:
    wrong = next((fault for fault in faults if fault.is_wrong), None)
    if wrong is not None:
        raise BadReport(wrong.sentence.rstrip("."), field=wrong.path, expected=f"what rule {wrong.rule} of IATI asks")


def _notes(dropped: int, long: int) -> tuple[str, ...]:
    notes = []
    if dropped:
        notes.append(f"{dropped} of the contact's elements may name a person and {'was' if dropped == 1 else 'were'} left out.")
    if long:
        notes.append(
            f"{long} {'text is' if long == 1 else 'texts are'} longer than a record holds and shown cut; the file's own {'is' if long == 1 else 'are'} kept."
        )
    return tuple(notes)


def _too_long(element: etree._Element) -> int:
    """How many narratives are shown cut."""
    texts = (one for one in element.iter("narrative") if one.text and len(one.text) > MAX_HEADLINE)
    return sum(len((one.text or "").strip()) > _room(one) for one in texts)


def _room(narrative: etree._Element) -> int:
    parent = narrative.getparent()
    return MAX_TEXT if parent is not None and parent.tag in ("description", "sector") else MAX_HEADLINE


def _reporting(element: etree._Element) -> ReportingOrg:
    org = element.find("reporting-org")
    if org is None:
        return ReportingOrg("", "", "")
    return ReportingOrg(org.get("ref", ""), name_in(org), org.get("type", ""))


@dataclass(slots=True)
class _Found:
    """What is gathered of one activity: the defaults of its file, its fields, and what is kept, each with its mark."""

    language: str
    currency: str
    facts: dict[str, Any] = field(default_factory=dict)
    kept: list[tuple[etree._Element, str]] = field(default_factory=list)


def _facts(activity: etree._Element, found: _Found) -> dict[str, Any]:
    """The fields of an activity; what has none is added to what is kept."""
    for child in sorted(activity, key=lambda one: one.tag in _LAST):
        if child.tag in ("iati-identifier", "reporting-org") or is_own(child) or child.get(NOT_GIVEN) is not None:
            continue
        if not _is_told(child, found):
            found.kept += [(one, "") for one in unwrapped(child)]
    attributes = leftover_attributes(activity)
    if attributes is not None:
        found.kept.append((attributes, ""))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.facts.items()} | own_facts(activity)


def _is_told(element: etree._Element, found: _Found) -> bool:
    """Whether the element tells a field. Where it says more than the field holds, it is kept too, with the mark of what was read."""
    for part in parts_of(str(element.tag)):
        value = part.reads(element) if part.many or part.field not in found.facts else None
        if value is None:
            continue
        if part.many:
            found.facts.setdefault(part.field, []).append(value)
        else:
            found.facts[part.field] = value
        ours = part.writes(value, span_of(found.facts))
        if ours is None or not is_alike(normal(ours, found.language, found.currency), element):
            found.kept.append((element, says(part.field, value)))
        return True
    return False
