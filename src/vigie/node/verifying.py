"""What a partner's page must pass before anything of it is kept: each record is its owner's, is whole, and is what a store can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vigie.exchange import read_cap
from vigie.exchange.identity import History
from vigie.exchange.page import Batch, Erasure, Gone, Offer, Page, Sealed, Withdrawal
from vigie.exchange.records import read_entry, read_report
from vigie.exchange.seals import KnownRoots, is_sealed
from vigie.model.entry import ENTRY_TYPES, Entry
from vigie.model.errors import BadReport
from vigie.model.label import Directory, Label, label_text, parts_of
from vigie.model.report import Record, Report
from vigie.model.seal import Seal
from vigie.model.times import parse_time
from vigie.store import tombstone_bytes
from vigie.store.applying import Erased
from vigie.store.rows import PreparedReport, prepare_one

MAX_NAME = 500
"""The most characters of a name: of an agency, a reference, an owner, a place in a label."""

_INT64, _MAX_VERSION, _MAX_DEPTH = 2**63, 2**31, 30
_texts_of = attrgetter("agency_ref", "place", "summary", "scale", "language", "grade", "country")
_numbers_of = attrgetter("sigma_s", "lon", "lat", "radius_km", "depth_km", "magnitude")


@dataclass(slots=True)
class Verified:
    """What of a page may be applied."""

    reports: list[tuple[Record, Seal]] = field(default_factory=list)
    ready: list[PreparedReport] = field(default_factory=list)
    entries: list[tuple[Entry, Seal]] = field(default_factory=list)
    withdrawn: list[tuple[str, bytes, str]] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)
    unproved: int = 0
    """Records of third parties whose keys are not known here, or were revoked since: they come again when that has changed."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who looks at a page: for which party, from whom it came, and the key histories of all parties that are known."""

    home: str
    peer: str
    histories: Mapping[str, History]
    directory: Directory
    roots: KnownRoots = field(default_factory=dict)


def verified(page: Page, judge: Judge) -> Verified:
    """All items of the page, checked. Raises `BadReport` with one sentence for the first that is forged, damaged or cannot be kept: then none counts."""
    found = Verified()
    for item in page.items:
        if isinstance(item, Offer):
            _take(found, item, page.batches, judge)
        elif isinstance(item, Withdrawal):
            found.withdrawn.append((item.stream, item.record_id, _foreign(item.owner, judge)))
        else:
            told = list(_erased(item, judge))
            found.erased += told
            found.unproved += len(item.versions) - len(told)
    return found


def _take(found: Verified, offer: Offer, batches: Sequence[Batch], judge: Judge) -> None:
    record_id = sha256(offer.text.encode()).digest()
    seal = _seal(offer.seal, batches)
    if offer.stream == "report":
        record, ready = _report(offer, record_id, judge)
        if _is_proved(offer, record_id, seal, record.key.owner, batches, judge, _report_fault(record)):
            found.reports.append((record, seal))
            found.ready.append(ready)
        else:
            found.unproved += 1
        return
    entry = read_entry(offer.text, judge.directory)
    if offer.payload:
        raise BadReport("A partner sends bytes that belong to no record", source=judge.peer, record=record_id.hex())
    if _is_proved(offer, record_id, seal, entry.owner, batches, judge, next(_entry_faults(entry), "")):
        found.entries.append((entry, seal))
    else:
        found.unproved += 1


def _report(offer: Offer, record_id: bytes, judge: Judge) -> tuple[Record, PreparedReport]:
    """The report, and what the store writes of it: made from its facts alone, so that its id is the text's where the text says these facts and no more."""
    record = read_report(offer.said, offer.payload, judge.directory)
    try:
        ready = prepare_one(record.report, record.key.owner, _label_text(record.label), record.version)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as fault:
        raise BadReport("A partner's report cannot be understood", source=judge.peer, got=str(fault)[:200]) from fault
    if ready.record_id != record_id:
        raise BadReport("A partner's report is not what it says it is", source=judge.peer, record=record_id.hex(), expected="its canonical form")
    return record, ready


_label_text = lru_cache(maxsize=1_000)(label_text)


def _is_proved(offer: Offer, record_id: bytes, seal: Seal, owner: str, batches: Sequence[Batch], judge: Judge, fault: str) -> bool:
    """Whether the record is its owner's; not so where a third party passes it on whose owner's keys are not known here, or were revoked since.

    Raises `BadReport` where the owner has not sealed it, or where it has a fault.
    """
    history = _history(owner, judge)
    if history is None or (owner != judge.peer and history.is_revoked(seal.key_id)):
        return False
    if batches[offer.seal.batch].owner != owner or not is_sealed(record_id, seal, owner, history, judge.roots):
        raise BadReport("A record's signature is not its owner's: it was forged or altered", source=judge.peer, record=f"{owner} {record_id.hex()}")
    if fault:
        raise BadReport(f"A record cannot be kept: {fault}", source=judge.peer, record=f"{owner} {record_id.hex()}")
    return True


def _seal(place: Sealed, batches: Sequence[Batch]) -> Seal:
    batch = batches[place.batch]
    return Seal(batch.key_id, batch.root, batch.signature, place.position, batch.size, place.nonce, place.path)


def _foreign(owner: str, judge: Judge) -> str:
    if owner == judge.home:
        raise BadReport("The partner speaks in this node's own name", source=judge.peer, got=owner)
    return owner


def _history(owner: str, judge: Judge) -> History | None:
    """The key history of an owner; None where this node does not know its keys."""
    return judge.histories.get(_foreign(owner, judge))


def _erased(item: Erasure, judge: Judge) -> Iterator[Erased]:
    """What the erasure names, but for what a third party tells under a revoked key, or of an owner whose keys are not known here."""
    history = _history(item.owner, judge)
    if history is None:
        return
    for one in item.versions:
        try:
            at_us = parse_time(one.erased)
        except (ValueError, OverflowError) as fault:
            raise BadReport("When a record was erased cannot be understood", source=judge.peer, got=one.erased) from fault
        if not 0 < one.version < _MAX_VERSION or not _is_erased_by(history, one, at_us, may_be_revoked=True):
            raise BadReport("An erasure is not signed by the record's owner", source=judge.peer, record=f"{item.owner} {one.record_id.hex()}")
        if item.owner == judge.peer or _is_erased_by(history, one, at_us, may_be_revoked=False):
            yield Erased(one.record_id, item.key, one.version, item.owner, at_us, one.reason, one.signature)


def _is_erased_by(history: History, one: Gone, at_us: int, *, may_be_revoked: bool) -> bool:
    """Whether a key of the owner's signed the tombstone; one that it revoked counts where the owner itself sends it, in a page signed today."""
    said = tombstone_bytes(one.record_id.hex(), history.party, one.version, at_us, one.reason)
    keys = [known.key for known in history.statements if known.type == "key"]
    return any(_signed(key, one.signature, said) for key in keys if may_be_revoked or not _is_revoked(history, key))


def _is_revoked(history: History, public_key: bytes) -> bool:
    return any(one.type == "revoke" and one.key == public_key for one in history.statements)


def _signed(public_key: bytes, signature: bytes, said: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _report_fault(record: Record) -> str:
    """What of a report no store could hold, or no page could show; empty where nothing is."""
    report = record.report
    if type(record.version) is not int or not 0 < record.version < _MAX_VERSION:
        return "its version is no number from 1 on"
    if not all(map(_is_name, (record.key.owner, report.agency, report.field, report.kind))):
        return "a name is missing, too long or no text"
    if report.time_meaning not in ("lasted", "uncertain") or type(report.exercise) is not bool:
        return "a word of it is unknown"
    texts = [text for text in (*_texts_of(report), *report.actors) if text is not None]
    if not all(map(_is_text, texts)) or not isinstance(report.details, dict) or not _is_plain(report.details):
        return "a text of it cannot be kept"
    if not all(map(_is_number, (number for number in _numbers(report) if number is not None))) or not _are_whole(report):
        return "a number of it cannot be kept"
    return _known_label_fault(record.label)


def _numbers(report: Report) -> Iterator[Any]:
    yield from _numbers_of(report)
    if report.ellipse is not None:
        yield from (report.ellipse.major_km, report.ellipse.minor_km, report.ellipse.azimuth)
    for measure in report.measures:
        yield measure.value if _is_name(measure.name) and (measure.agency is None or _is_text(measure.agency)) else "no number"
        yield measure.sigma


def _are_whole(report: Report) -> bool:
    wholes = (report.begin_us, report.end_us, report.revision, 0 if report.issued_us is None else report.issued_us)
    return all(map(_is_whole, wholes))


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) < _INT64


def _entry_faults(entry: Entry) -> Iterator[str]:
    yield from filter(None, [_label_fault(entry.label)])
    if entry.type not in ENTRY_TYPES:
        yield "its type is unknown here"
    if type(entry.version) is not int or not 0 < entry.version < _MAX_VERSION or abs(entry.said_us) >= _INT64:
        yield "a number of it cannot be kept"
    if not _is_name(entry.owner) or not _is_text(entry.ref) or not _is_text(entry.by) or len(entry.ref) > MAX_NAME or len(entry.by) > MAX_NAME:
        yield "a name is missing, too long or no text"
    if not isinstance(entry.body, dict) or not _is_plain(entry.body):
        yield "a text of it cannot be kept"
    elif entry.type == "alert":
        yield from _alert_faults(entry.body)


def _alert_faults(body: Mapping[str, Any]) -> Iterator[str]:
    try:
        read_cap(str(body.get("cap", "")).encode())
    except BadReport:
        yield "the CAP message that it holds cannot be read"


def _label_fault(label: Label) -> str:
    """What of a label no store could hold."""
    for part in parts_of(label):
        names = [*(part.rel_to or ()), *part.not_to, *part.caveats, *part.info]
        if not all(_is_name(text) for text in (part.owner, part.policy, part.level, part.tlp)) or not all(_is_name(name) for name in names):
            return "its label cannot be understood"
        if type(part.orcon) is not bool or type(part.relay) is not bool or (part.embargo_us is not None and abs(part.embargo_us) >= _INT64):
            return "its label cannot be understood"
    return ""


_known_label_fault = lru_cache(maxsize=1_000)(_label_fault)


def _is_name(value: Any) -> bool:
    return _is_text(value) and 0 < len(value) <= MAX_NAME


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) < _INT64


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether JSON holds only texts that can be kept, and is not nested beyond reason."""
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, dict):
        return _all_plain((*value, *value.values()), depth)
    return _all_plain(value, depth) if isinstance(value, list | tuple) else True


def _all_plain(values: Iterable[Any], depth: int) -> bool:
    return all(_is_plain(item, depth + 1) for item in values)
