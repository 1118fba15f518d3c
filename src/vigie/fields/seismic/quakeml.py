"""Reads QuakeML (BED 1.2; 1.1 and the real-time 1.2-RT namespaces too): every origin of every event becomes a report.

The file is fed to the parser piece by piece. What a report does not need (picks, amplitudes, arrivals, focal mechanisms,
comments) is dropped as soon as it is read, and an event as soon as it is reported, so memory stays small whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from lxml import etree

from vigie.fields.seismic.origin_xml import PERSONAL, children, event_reports, local_name
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report

LONGEST_EVENT: Final = 64 * 1024 * 1024
"""An event whose text is longer than this (bytes) is refused."""

_CHUNK: Final = 64 * 1024
_DROPPED: Final = frozenset({"pick", "amplitude", "stationMagnitude", "arrival", "stationMagnitudeContribution", "focalMechanism", "comment"})
_TAGS: Final = tuple(f"{{*}}{name}" for name in ("quakeml", "eventParameters", "event", *sorted(_DROPPED)))


def recognises(sample: Sample) -> bool:
    """Whether the file begins like QuakeML."""
    return b"quakeml" in sample.head[:4096].lower() and b"<" in sample.head[:16]


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """Reports of every origin in the file, in its order; what cannot be read is a `Reject`.

    Where the file breaks off or stops being XML, the events before are reported and one `Reject` names the place.
    Raises `BadReport` where it is not QuakeML at all, or declares a document type (which QuakeML never needs).
    """
    feed = _Reading(context)
    while chunk := stream.read(_CHUNK):
        yield from feed.take(chunk)
        if feed.is_over:
            return
    yield from feed.close()


class _Reading:
    """The parser between two pieces of the file: how much it took, and how much of that since the last whole event."""

    def __init__(self, context: ReadContext) -> None:
        self._context = context
        self._parser = etree.XMLPullParser(
            events=("start", "end"), tag=_TAGS, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
        )
        self._taken = self._since_event = 0
        self._is_quakeml = self.is_over = False

    def take(self, chunk: bytes) -> Iterator[Report | Reject]:
        """The reports that this piece completes."""
        fault: etree.XMLSyntaxError | None = None
        self._taken, self._since_event = self._taken + len(chunk), self._since_event + len(chunk)
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as broken:
            fault = broken
        yield from self._completed()
        if fault is not None:
            yield self._broken(fault, chunk)
        elif self._since_event > LONGEST_EVENT:
            what = "An event is too long; the rest of the file is not read"
            yield self._end(Reject(f"before byte {self._taken}", what, expected=f"at most {LONGEST_EVENT} bytes"))

    def close(self) -> Iterator[Report | Reject]:
        """What the end of the file completes, and a `Reject` if it is not the end of the document."""
        fault: etree.XMLSyntaxError | None = None
        try:
            self._parser.close()
        except etree.XMLSyntaxError as broken:
            fault = broken
        yield from self._completed()
        if fault is not None:
            yield self._broken(fault, b"")
        if not self._is_quakeml:
            raise self._not_quakeml("another XML document")

    def _broken(self, fault: etree.XMLSyntaxError, chunk: bytes) -> Reject:
        if not self._is_quakeml:
            raise self._not_quakeml(str(fault.msg)) from fault
        line, column = fault.position
        what = "From here on the file is not whole XML"
        return self._end(Reject(f"line {line}, column {column}", what, got=str(fault.msg), expected="QuakeML to its end", raw=chunk))

    def _end(self, reject: Reject) -> Reject:
        if not self._is_quakeml:
            raise self._not_quakeml("another XML document")
        self.is_over = True
        return reject

    def _not_quakeml(self, got: str) -> BadReport:
        return BadReport("The file is not QuakeML", source=self._context.source, got=got, expected="a quakeml element", todo="ask the server for format=xml")

    def _completed(self) -> Iterator[Report | Reject]:
        for moment, element in self._parser.read_events():
            if not isinstance(element, etree._Element):  # noqa: SLF001 - lxml's only name for the type
                continue
            name = local_name(element)
            if moment == "start":
                self._check_root(element, name)
            elif name in _DROPPED:
                _forget(element)
            elif name == "event":
                yield from self._event(element)
            elif name == "eventParameters":
                yield from self._loose(element)

    def _check_root(self, element: etree._Element, name: str) -> None:
        if self._is_quakeml:
            return
        if name != "quakeml" or element.getparent() is not None:
            raise self._not_quakeml(f"a document that begins with {name}")
        if element.getroottree().docinfo.internalDTD is not None:
            expected = "QuakeML without DOCTYPE and entities"
            raise BadReport("The file declares a document type", source=self._context.source, expected=expected, todo="refuse this sender")
        self._is_quakeml = True

    def _event(self, element: etree._Element) -> Iterator[Report | Reject]:
        parent = element.getparent()
        if parent is None or local_name(parent) != "eventParameters" or (children(element, "originReference") and not children(element, "origin")):
            return
        yield from event_reports(element, children(element, "origin"), children(element, "magnitude"), self._context)
        self._since_event = 0
        _forget(element)

    def _loose(self, parameters: etree._Element) -> Iterator[Report | Reject]:
        """The real-time form: origins and magnitudes stand beside the events, which name them."""
        origins = {origin.get("publicID", ""): origin for origin in children(parameters, "origin")}
        magnitudes: dict[str, list[etree._Element]] = {}
        for magnitude in children(parameters, "magnitude"):
            magnitudes.setdefault((magnitude.findtext("{*}originID") or "").strip(), []).append(magnitude)
        for event in children(parameters, "event"):
            refs = [(ref.text or "").strip() for ref in children(event, "originReference")]
            own = {ref: origins.pop(ref) for ref in refs if ref in origins}
            if refs:
                yield from event_reports(event, [*own.values()], [magnitude for ref in own for magnitude in magnitudes.pop(ref, [])], self._context)
        for ref, origin in origins.items():
            yield from event_reports(None, [origin], magnitudes.pop(ref, []), self._context)
        for orphan in (magnitude for group in magnitudes.values() for magnitude in group):
            yield from event_reports(None, [], [orphan], self._context)
        _forget(parameters)


def _forget(element: etree._Element) -> None:
    """Empties an element that is done with, and takes away the emptied one before it (the parser still stands on this one)."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if parent is not None and before is not None and not len(before) and not before.attrib and before.tag == element.tag:
        parent.remove(before)


READER: Final = Reader("quakeml", "QuakeML 1.2 (every origin and magnitude)", recognises, read, PERSONAL)
