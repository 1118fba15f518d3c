"""What a page tells, word for word: the text and the payload of the records that it offers, and the tombstones of those that were erased."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, not_, select

from vigie.model.canonical import canonical_text
from vigie.model.entry import entry_facts
from vigie.model.errors import BadSetting
from vigie.model.label import Directory, label_from_json
from vigie.model.report import facts_text, record_bytes, report_key_text
from vigie.store.applying import Erased
from vigie.store.database import Store
from vigie.store.entries import entry_of_row, words_open_to
from vigie.store.offering import STREAMS, Place, Row, Told, tell
from vigie.store.predicate import is_direct
from vigie.store.reading import Audience, has_other_label, open_to
from vigie.store.rows import report_of_row
from vigie.store.schema import copies, entries, labels, payload_blocks, reports, tombstones

_AT_ONCE = 500


class Spoken(NamedTuple):
    """A record word for word: its canonical text and, of a report, the agency's own bytes."""

    text: str
    payload: bytes = b""


class Share(NamedTuple):
    """How many records of one field (reports) or type (entries) bear one label (canonical text)."""

    stream: str
    what: str
    label: str
    records: int


def tell_more(connection: Connection, audience: Audience, place: Place, limit: int) -> Told:
    """As `tell`, but looks on until there are `limit` things or nothing is left: how much lies hidden between two of them shows in no page."""
    told = tell(connection, audience, place, limit)
    while told.more and len(told) < limit:
        told = _joined(told, tell(connection, audience, told.place, limit - len(told)))
    return told


def _joined(first: Told, second: Told) -> Told:
    """Both as one. What the first offers and the second withdraws again was never told."""
    withdrawn = {record_id for _, record_id, _ in second.withdrawn}
    offered = {row.record_id for _, row in first.offered}
    return replace(
        second,
        withdrawn=[*first.withdrawn, *(one for one in second.withdrawn if one[1] not in offered)],
        erased=[*first.erased, *(key for key in second.erased if key not in first.erased)],
        offered=[*((stream, row) for stream, row in first.offered if row.record_id not in withdrawn), *second.offered],
    )


def spoken(connection: Connection, offered: Sequence[tuple[str, Row]]) -> list[Spoken]:
    """The records word for word, in their order. Raises `BadSetting` where one is not what was written: it is not passed on."""
    found: dict[bytes, Spoken] = {}
    for stream in STREAMS:
        numbers = [row.number for named, row in offered if named == stream]
        for part in (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE)):
            found |= _reports(connection, part) if stream == "report" else _entries(connection, part)
    said = [found.get(row.record_id) for _, row in offered]
    for record, (_, row) in zip(said, offered, strict=True):
        if record is None or sha256(record.text.encode()).digest() != row.record_id:
            raise BadSetting("A record is not what was written and is passed on to nobody", record=row.record_id.hex(), todo="run `vigie check`")
    return [record for record in said if record is not None]


def _reports(connection: Connection, numbers: Sequence[int]) -> Mapping[bytes, Spoken]:
    query = select(reports, labels.c.text.label("label_text")).join(labels, labels.c.id == reports.c.label_id).where(reports.c.row.in_(numbers))
    rows = connection.execute(query).all()
    blocks = _blocks(connection, {row.payload_block for row in rows if row.payload_block is not None})
    return {bytes(row.record_id): Spoken(_report_text(row), _payload(row, blocks)) for row in rows}


def _blocks(connection: Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    query = select(payload_blocks.c.id, payload_blocks.c.data).where(payload_blocks.c.id.in_(sorted(numbers)))
    return {number: zlib.decompress(data) for number, data in connection.execute(query)}


def _payload(row: Any, blocks: Mapping[int, bytes]) -> bytes:
    block = blocks.get(row.payload_block, b"")
    return block[row.payload_start : row.payload_start + row.payload_length] if row.payload_length else b""


def _report_text(row: Any) -> str:
    report = report_of_row(row)
    body = facts_text(report)
    key = report_key_text(row.owner, report, sha256(body.encode()).hexdigest())
    return record_bytes(key, row.version, row.label_text, body, bytes(row.payload_digest).hex() if row.payload_digest else None).decode()


def _entries(connection: Connection, numbers: Sequence[int]) -> Mapping[bytes, Spoken]:
    query = select(entries, labels.c.text.label("label_text")).join(labels, labels.c.id == entries.c.label_id).where(entries.c.id.in_(numbers))
    return {
        bytes(row.record_id): Spoken(canonical_text(entry_facts(entry_of_row(row, label_from_json(json.loads(row.label_text), Directory())))))
        for row in connection.execute(query)
    }


def tombstones_told(connection: Connection, keys: Iterable[bytes], labels_open: frozenset[int]) -> Iterator[Erased]:
    """The tombstones of these keys whose records had been open, by key and version: of the others nothing is said."""
    columns = [tombstones.c[name] for name in Erased._fields]
    query = select(*columns).where(tombstones.c.key.in_(list(keys)), tombstones.c.label_id.in_(sorted(labels_open)))
    for row in connection.execute(query.order_by(tombstones.c.key, tombstones.c.version, tombstones.c.record_id)):
        yield Erased(bytes(row.record_id), bytes(row.key), row.version, row.owner, row.erased_us, row.reason, bytes(row.signature))


def shares(store: Store, audience: Audience) -> list[Share]:
    """What a partner would be told in all, counted by stream, field or type, and label."""
    is_told_report = and_(open_to(audience, reports), not_(has_other_label(reports)), reports.c.owner != audience.party, is_direct(reports))
    is_told_entry = and_(words_open_to(audience), entries.c.owner != audience.party, is_direct(entries))
    with store.reading() as connection:
        return [
            Share(stream, *row)
            for stream, table, what, told in (("report", reports, reports.c.field, is_told_report), ("entry", entries, entries.c.type, is_told_entry))
            for row in connection.execute(
                select(what, labels.c.text, func.count())
                .select_from(table)
                .join(labels, labels.c.id == table.c.label_id)
                .where(told)
                .group_by(what, labels.c.text)
                .order_by(what, labels.c.text)
            )
        ]


def left_to_tell(store: Store, audience: Audience, place: Place, limit: int) -> tuple[int, bool]:
    """How many things a partner who stands at a place is still to be told, at most `limit` of them, and whether there are more. Changes nothing."""
    with store.reading() as connection:
        told = tell_more(connection, audience, place, limit)
    return len(told), told.more


def live_copies(store: Store, peer: str) -> int:
    """How many records are held that the partner releases now."""
    with store.reading() as connection:
        query = select(func.count()).select_from(copies).where(copies.c.peer == peer, copies.c.is_live)
        return int(connection.execute(query).scalar_one())


__all__ = ["Share", "Spoken", "left_to_tell", "live_copies", "shares", "spoken", "tell_more", "tombstones_told"]
