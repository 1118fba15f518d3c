"""Taking in what a partner released: one page, its records, withdrawals, erasures and its cursor, in one transaction.

A received record stands as long as a partner releases it and its owner, where the owner is a partner too, has not withdrawn it. What stands no more
leaves the store; that it was withdrawn stays, so that no older page and no third party brings it back.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from vigie.model.canonical import Json, canonical_text
from vigie.model.entry import Entry, entry_id
from vigie.model.errors import BadReport
from vigie.model.label import Label, label_text
from vigie.model.report import Record
from vigie.model.seal import Seal
from vigie.store.audit import AuditRow, append_within
from vigie.store.database import Store
from vigie.store.entries import entry_of_row, key_bytes
from vigie.store.erasure import blank_payloads, write_tombstones
from vigie.store.intake import count_change
from vigie.store.label_book import label_number
from vigie.store.many import insert_many, rows_with
from vigie.store.offering import STREAMS
from vigie.store.rows import FACT_COLUMNS, PreparedReport, prepare_one
from vigie.store.schema import copies, entries, files, gone, notes, payload_blocks, reports, seals, tombstones
from vigie.store.seals import seals_of, write_seals
from vigie.store.served import clamp, offer_again

PULLED = "pulled"
"""The book of notes that says how far this node has read from each partner."""

_AT_ONCE = 1_000
_WITNESSED = ("taken", "erased", "withdrawn", "refused", "unproved")
_COPY = ("record_id", "peer", "owner", "stream", "is_live", "generation")
_SAID_AGAIN = "ON CONFLICT (record_id, peer) DO UPDATE SET is_live = excluded.is_live, generation = excluded.generation"
_IDENTITY = ("record_id", "key", "version", "owner", "label_id", "file_id", "received", "facts")
_VERSION = ("key", "version", "record_id")
_PAYLOAD = ("payload_digest", "payload_block", "payload_start", "payload_length")


class Erased(NamedTuple):
    """An erased version, with its owner's signature over `tombstone_bytes`."""

    record_id: bytes
    key: bytes
    version: int
    owner: str
    erased_us: int
    reason: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One verified page. `withdrawn` are (stream, record id, owner); `note` is kept in the book `pulled`, in the same transaction.

    `ready` is each report as it is written, where whoever verified it has made that already: in the order of `reports`, or empty.
    `generation` counts the passes from the beginning; with `is_whole` this one has come to its end. `revoked` are the names of all keys that do not count.
    `unproved` is how many items were left out of it since they could not be proved: they are counted in the audit log and nowhere else.
    """

    peer: str
    generation: int
    reports: Sequence[tuple[Record, Seal]] = ()
    ready: Sequence[PreparedReport] = ()
    entries: Sequence[tuple[Entry, Seal]] = ()
    withdrawn: Sequence[tuple[str, bytes, str]] = ()
    erased: Sequence[Erased] = ()
    is_whole: bool = False
    revoked: frozenset[str] = frozenset()
    unproved: int = 0
    note: Mapping[str, Json]


class _Offer(NamedTuple):
    """A record that is offered, ready to be written."""

    stream: str
    record_id: bytes
    key: bytes
    owner: str
    version: int
    label: Label
    seal: Seal
    made: Any


def apply(store: Store, delivery: Delivery, now_us: int) -> Counter[str]:
    """Takes a page in, all of it or nothing; counts of what was `taken`, `known`, `withdrawn`, `erased`, `refused` as erased here, and `unproved`.

    Raises `BadReport` where another record stands under a version that is offered: then its owner has told two things.
    """
    offers = [*_reports(delivery), *_entries(delivery.entries)]
    with store.writing() as connection:
        counts = Counter(erased=_erase(connection, delivery), unproved=delivery.unproved)
        _tell(connection, delivery, [(stream, record_id, owner, False) for stream, record_id, owner in delivery.withdrawn])
        wanted = _without_erased(connection, offers)
        counts["refused"] = len(offers) - len(wanted)
        told_before = _told_by_owner(connection, delivery.peer, wanted)
        _tell(connection, delivery, [(offer.stream, offer.record_id, offer.owner, True) for offer in wanted])
        counts["withdrawn"] = _remove(connection, [record_id for _, record_id, _ in delivery.withdrawn])
        if counts["erased"] or counts["withdrawn"]:
            clamp(connection)
        counts += _write(connection, delivery, wanted, told_before, now_us)
        if delivery.is_whole and (dropped := _drop_older(connection, delivery)):
            counts["withdrawn"] += dropped
            clamp(connection)
        _keep_note(connection, delivery)
        if counts["taken"] or counts["erased"] or counts["withdrawn"]:
            count_change(connection)
        if any(counts[name] for name in _WITNESSED):
            append_within(connection, [AuditRow(now_us, "", delivery.peer, "sync", "taken in", dict(+counts))])
    return counts


def _reports(delivery: Delivery) -> Iterable[_Offer]:
    for (record, seal), ready in zip(delivery.reports, delivery.ready or _made_ready(delivery.reports), strict=True):
        yield _Offer("report", ready.record_id, ready.key, record.key.owner, record.version, record.label, seal, (ready, record.report.payload))


def _made_ready(found: Sequence[tuple[Record, Seal]]) -> Iterable[PreparedReport]:
    said = {label: label_text(label) for label in {record.label for record, _ in found}}
    return (prepare_one(record.report, record.key.owner, said[record.label], record.version) for record, _ in found)


def _entries(found: Iterable[tuple[Entry, Seal]]) -> Iterable[_Offer]:
    for entry, seal in found:
        yield _Offer("entry", bytes.fromhex(entry_id(entry)), key_bytes(entry), entry.owner, entry.version, entry.label, seal, entry)


def _tell(connection: Connection, delivery: Delivery, said: Sequence[tuple[str, bytes, str, bool]]) -> None:
    """Writes down what the partner said of each record."""
    rows = [(record_id, delivery.peer, owner, stream, live, delivery.generation) for stream, record_id, owner, live in said]
    insert_many(connection, copies, _COPY, rows, _SAID_AGAIN)


def _without_erased(connection: Connection, offers: Sequence[_Offer]) -> list[_Offer]:
    """The offers that their owner has not erased: one partner's word erases nothing of another's."""
    is_named = [("key", [offer.key for offer in offers]), ("record_id", [offer.record_id for offer in offers])]
    rows = [row for column, values in is_named for row in rows_with(connection, tombstones, ("key", "record_id", "owner"), column, values)]
    erased = {(bytes(name), row.owner) for row in rows for name in (row.key, row.record_id)}
    return [offer for offer in offers if not {(offer.key, offer.owner), (offer.record_id, offer.owner)} & erased]


def _found(connection: Connection, column: Any, values: Sequence[bytes]) -> Iterable[bytes]:
    return map(bytes, connection.execute(select(column).where(column.in_(values))).scalars())


def _standing(connection: Connection, owners: Mapping[bytes, str]) -> set[bytes]:
    """Which of the records, each with its true owner, stand by what all partners said of them. A partner may name whom it likes in a withdrawal."""
    said: defaultdict[bytes, dict[str, bool]] = defaultdict(dict)
    for record_id, peer, is_live in rows_with(connection, copies, ("record_id", "peer", "is_live"), "record_id", list(owners)):
        said[bytes(record_id)][peer] = bool(is_live)
    return {record_id for record_id, by_peer in said.items() if any(by_peer.values()) and by_peer.get(owners[record_id], True)}


def _write(connection: Connection, delivery: Delivery, offers: Sequence[_Offer], told_before: Collection[bytes], now_us: int) -> Counter[str]:
    """Writes the records that stand and are not here yet."""
    standing = _standing(connection, {offer.record_id: offer.owner for offer in offers})
    known = _known(connection, offers)
    again = {offer.record_id: offer for offer in offers if known.get((offer.stream, offer.key, offer.version)) == offer.record_id}
    fresh: dict[bytes, _Offer] = {}
    for offer in offers:
        held = known.get((offer.stream, offer.key, offer.version))
        if held is not None and held != offer.record_id:
            raise BadReport("A partner tells two different things under one version", source=delivery.peer, record=offer.record_id.hex(), got=held.hex())
        if held is None and offer.record_id in standing:
            fresh[offer.record_id] = offer
            known[offer.stream, offer.key, offer.version] = offer.record_id
    labels = {label: label_number(connection, label) for label in {offer.label for offer in fresh.values()}}
    _write_reports(connection, delivery.peer, [offer for offer in fresh.values() if offer.stream == "report"], labels, now_us)
    _write_entries(connection, [offer for offer in fresh.values() if offer.stream == "entry"], labels)
    renewed = _sealed_anew(connection, again, delivery.revoked)
    _write_seals(connection, [*fresh.values(), *renewed])
    come = {record_id for record_id, offer in again.items() if offer.owner == delivery.peer and record_id not in told_before}
    offer_again(connection, come | {offer.record_id for offer in renewed})
    return Counter(taken=len(fresh), known=len(offers) - len(fresh))


def _told_by_owner(connection: Connection, peer: str, offers: Sequence[_Offer]) -> set[bytes]:
    """Which of the records that the partner owns it released to this node before."""
    own = [offer.record_id for offer in offers if offer.owner == peer]
    rows = rows_with(connection, copies, ("record_id", "peer", "is_live"), "record_id", own)
    return {bytes(record_id) for record_id, by, is_live in rows if by == peer and is_live}


def _sealed_anew(connection: Connection, known: Mapping[bytes, _Offer], revoked: Collection[str]) -> Sequence[_Offer]:
    """The offers of records that are here under the seal of a revoked key, which no partner would believe. Those who had them from here get the new ones."""
    kept = seals_of(connection, known) if known and revoked else {}
    return [known[record_id] for record_id, seal in kept.items() if seal.key_id in revoked]


def _write_seals(connection: Connection, offers: Iterable[_Offer]) -> None:
    by_owner: defaultdict[str, dict[bytes, Seal]] = defaultdict(dict)
    for offer in offers:
        by_owner[offer.owner][offer.record_id] = offer.seal
    for owner, found in by_owner.items():
        write_seals(connection, owner, found)


def _known(connection: Connection, offers: Sequence[_Offer]) -> dict[tuple[str, bytes, int], bytes]:
    """The record ids that stand under the keys and versions of the offers."""
    keys = [offer.key for offer in offers if offer.stream == "report"]
    found = {("report", bytes(key), int(version)): bytes(name) for key, version, name in rows_with(connection, reports, _VERSION, "key", keys)}
    for offer in offers:
        if offer.stream == "entry":
            named = (entries.c[name] == getattr(offer.made, name) for name in STREAMS["entry"][2])
            held = connection.execute(select(entries.c.record_id).where(*named, entries.c.version == offer.version)).scalar()
            if held is not None:
                found["entry", offer.key, offer.version] = bytes(held)
    return found


def _write_reports(connection: Connection, peer: str, offers: Sequence[_Offer], labels: Mapping[Label, int], now_us: int) -> None:
    if not offers:
        return
    file_id = _file_of(connection, peer, labels[offers[0].label], now_us)
    block, start, rows = _payload_block(connection, offers), 0, []
    for offer in offers:
        ready: PreparedReport
        ready, payload = offer.made
        identity = (offer.record_id, offer.key, offer.version, offer.owner, labels[offer.label], file_id, True, ready.facts)
        held = (block, start, len(payload)) if payload else (None, None, 0)
        rows.append((*identity, *ready.columns, ready.payload_digest, *held))
        start += len(payload)
    insert_many(connection, reports, (*_IDENTITY, *FACT_COLUMNS, *_PAYLOAD), rows)


def _payload_block(connection: Connection, offers: Sequence[_Offer]) -> int | None:
    """One block with the payloads of all offers, in order; none where there are none."""
    whole = b"".join(offer.made[1] for offer in offers)
    if not whole:
        return None
    query = insert(payload_blocks).values(data=zlib.compress(whole, 3)).returning(payload_blocks.c.id)
    return int(connection.execute(query).scalar_one())


def _file_of(connection: Connection, peer: str, label_id: int, now_us: int) -> int:
    """What stands in for the file that a partner's reports came in."""
    is_it = and_(files.c.digest == f"partner {peer}", files.c.reader == "partner")
    known = connection.execute(select(files.c.id).where(is_it)).scalar()
    if known is not None:
        return int(known)
    facts = {"digest": f"partner {peer}", "reader": "partner", "label_id": label_id, "exercise": False, "name": f"from {peer}", "source": ""}
    query = insert(files).values(**facts, received_us=now_us, bytes=0).returning(files.c.id)
    return int(connection.execute(query).scalar_one())


def _write_entries(connection: Connection, offers: Sequence[_Offer], labels: Mapping[Label, int]) -> None:
    names = ("type", "owner", "ref", "exercise", "version", "said_us", "by")
    rows = [
        {name: getattr(offer.made, name) for name in names}
        | {"record_id": offer.record_id, "label_id": labels[offer.label], "body": canonical_text(offer.made.body), "received": True}
        for offer in offers
    ]
    if rows:
        connection.execute(insert(entries), rows)


def _remove(connection: Connection, record_ids: Sequence[bytes]) -> int:
    """Takes received records that stand no more out of the store, and notes that they are gone; how many."""
    removed = 0
    for stream, (table, number, _, _) in STREAMS.items():
        for part in _parts(record_ids):
            query = select(table.c.record_id, table.c.owner).where(table.c.record_id.in_(part), table.c.received)
            owners = {bytes(row.record_id): str(row.owner) for row in connection.execute(query)}
            fallen = sorted(owners.keys() - _standing(connection, owners))
            removed += _remove_rows(connection, stream, table, number, and_(table.c.record_id.in_(fallen), table.c.received))
    return removed


def _remove_rows(connection: Connection, stream: str, table: Table, number: Any, condition: Any) -> int:
    rows = connection.execute(select(table).where(condition)).all()
    if not rows:
        return 0
    if stream == "report":
        blank_payloads(connection, rows)
    values = [{"record_id": row.record_id, "owner": row.owner, "stream": stream, "label_id": row.label_id} for row in rows]
    connection.execute(insert(gone), values)
    connection.execute(delete(seals).where(seals.c.record_id.in_([row.record_id for row in rows])))
    for part in _parts([getattr(row, number.name) for row in rows]):
        connection.execute(delete(table).where(number.in_(part)))
    return len(rows)


def _erase(connection: Connection, delivery: Delivery) -> int:
    """Takes every version of erased keys out that was received from anywhere; their tombstones stay and are passed on.

    The key is believed where the owner itself names it; from anybody else the owner's signature stands for one record alone.
    """
    fresh = _fresh(connection, delivery.erased)
    here = _received_keys(connection, list(fresh))
    for record_id, one in fresh.items():
        if here.get(record_id, (b"", one.owner))[1] != one.owner:
            raise BadReport("A partner erases what another one owns", source=delivery.peer, record=record_id.hex())
        if one.owner != delivery.peer:
            fresh[record_id] = one._replace(key=here.get(record_id, (record_id[:16], ""))[0])
    write_tombstones(connection, [one._asdict() for one in fresh.values()])
    return sum(_erase_key(connection, key, owner, fresh) for key, owner in {(one.key, one.owner) for one in fresh.values()})


def _fresh(connection: Connection, erased: Sequence[Erased]) -> dict[bytes, Erased]:
    """What was not erased before, by record id."""
    known = {record_id for part in _parts([one.record_id for one in erased]) for record_id in _found(connection, tombstones.c.record_id, part)}
    return {one.record_id: one for one in erased if one.record_id not in known}


def _received_keys(connection: Connection, record_ids: Sequence[bytes]) -> dict[bytes, tuple[bytes, str]]:
    """Key and owner of each of the records that is here and was received."""
    query = select(reports.c.record_id, reports.c.key, reports.c.owner).where(reports.c.received)
    rows = [row for part in _parts(record_ids) for row in connection.execute(query.where(reports.c.record_id.in_(part)))]
    said = [row for part in _parts(record_ids) for row in connection.execute(select(entries).where(entries.c.record_id.in_(part), entries.c.received))]
    words = {bytes(row.record_id): (key_bytes(entry_of_row(row, Label(row.owner))), str(row.owner)) for row in said}
    return words | {bytes(row.record_id): (bytes(row.key), str(row.owner)) for row in rows}


def _erase_key(connection: Connection, key: bytes, owner: str, erased: Mapping[bytes, Erased]) -> int:
    is_key = and_(reports.c.key == key, reports.c.owner == owner, reports.c.received)
    rows = connection.execute(select(reports).where(is_key)).all()
    blank_payloads(connection, rows)
    connection.execute(delete(reports).where(is_key))
    ids = [record_id for record_id, one in erased.items() if (one.key, one.owner) == (key, owner)]
    is_word = and_(entries.c.record_id.in_(ids), entries.c.owner == owner, entries.c.received)
    return len(rows) + connection.execute(delete(entries).where(is_word)).rowcount


def _drop_older(connection: Connection, delivery: Delivery) -> int:
    """What the partner released in an earlier pass and does not release any more; how many records left the store."""
    is_older = and_(copies.c.peer == delivery.peer, copies.c.generation < delivery.generation, copies.c.is_live)
    fallen = list(map(bytes, connection.execute(select(copies.c.record_id).where(is_older)).scalars()))
    connection.execute(update(copies).where(is_older).values(is_live=False))
    return _remove(connection, fallen)


def _keep_note(connection: Connection, delivery: Delivery) -> None:
    is_it = and_(notes.c.book == PULLED, notes.c.name == delivery.peer)
    said = canonical_text(delivery.note)
    if not connection.execute(update(notes).where(is_it).values(text=said)).rowcount:
        connection.execute(insert(notes).values(book=PULLED, name=delivery.peer, text=said))


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


__all__ = ["Delivery", "Erased", "apply"]
