"""Seals on disk: what proves each record, its own signature's batch beside it. A record is sealed when it is first offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vigie.model.errors import BadReport
from vigie.model.seal import Seal
from vigie.store.journal import AT_ONCE
from vigie.store.many import insert_many, rows_with
from vigie.store.schema import batches, label_names, seals

BATCH = 64
"""The most records that are sealed together."""


def seals_of(connection: Connection, record_ids: Iterable[bytes]) -> dict[bytes, Seal]:
    """The seals of the records (ids of 32 bytes), by id; those without one are left out."""
    rows = list(rows_with(connection, seals, _SEAL, "record_id", list(record_ids)))
    query = select(*(batches.c[name] for name in ("id", "key_id", "root", "signature", "size")))
    numbers = sorted({row.batch_id for row in rows})
    known = {
        row.id: row for start in range(0, len(numbers), AT_ONCE) for row in connection.execute(query.where(batches.c.id.in_(numbers[start : start + AT_ONCE])))
    }
    return {record_id: _seal(known[batch], position, nonce, path) for record_id, batch, position, nonce, path in rows}


def _seal(batch: Any, position: int, nonce: bytes, path: bytes) -> Seal:
    return Seal(batch.key_id, batch.root, batch.signature, position, batch.size, nonce, path)


def write_seals(connection: Connection, owner: str, seals_by_record: Mapping[bytes, Seal]) -> None:
    """Writes the owner's seals down, in place of those that the records had. Needs a writing transaction, and seals that were found good.

    Raises `BadReport` where a root is another owner's already: a record has one owner, so no honest tree can be two owners'.
    """
    numbers = _batch_numbers(connection, owner, {seal.root: seal for seal in seals_by_record.values()})
    for part in _parts(list(seals_by_record)):
        insert_many(connection, seals, _SEAL, [_row(record_id, seals_by_record[record_id], numbers) for record_id in part], _IN_PLACE)


_IN_PLACE = "ON CONFLICT (record_id) DO UPDATE SET batch_id = excluded.batch_id, position = excluded.position, nonce = excluded.nonce, path = excluded.path"
_SEAL = ("record_id", "batch_id", "position", "nonce", "path")


def _row(record_id: bytes, seal: Seal, numbers: Mapping[bytes, int]) -> tuple[bytes, int, int, bytes, bytes]:
    return record_id, numbers[seal.root], seal.position, seal.nonce, seal.path


def _batch_numbers(connection: Connection, owner: str, by_root: Mapping[bytes, Seal]) -> dict[bytes, int]:
    """The number of each batch, which is written down where it is new, and under its newest key where the owner signed it again."""
    known = _known_batches(connection, owner, by_root)
    new = [_batch(owner, seal) for root, seal in by_root.items() if root not in known]
    for root in known:
        connection.execute(update(batches).where(batches.c.root == root, batches.c.key_id != by_root[root].key_id).values(_batch(owner, by_root[root])))
    if new:
        connection.execute(insert(batches), new)
    return _known_batches(connection, owner, by_root) if new else known


def _batch(owner: str, seal: Seal) -> dict[str, str | bytes | int]:
    return {"owner": owner, "key_id": seal.key_id, "root": seal.root, "signature": seal.signature, "size": seal.size}


def _known_batches(connection: Connection, owner: str, roots: Iterable[bytes]) -> dict[bytes, int]:
    rows = list(rows_with(connection, batches, ("id", "root", "owner"), "root", list(roots)))
    for row in rows:
        if row.owner != owner:
            raise BadReport("A batch of signed records was signed by another owner already", source=owner, got=row.root.hex(), expected=row.owner)
    return {row.root: row.id for row in rows}


def seal_missing(connection: Connection, owner: str, rows: Iterable[tuple[bytes, int]], seal: Callable[[Sequence[bytes]], Sequence[Seal]]) -> int:
    """Seals those of the owner's records (id, label's number) that have no seal yet; how many. Needs a writing transaction.

    `seal` gives the seals of at most 64 ids in their order. Batches never mix labels: a proof tells how many stand beside it, and who may read one of
    them may read all. Where each copy needs the owner's leave (orcon) that is not so, and each record is sealed alone.
    """
    label_of = dict(rows)
    sealed = _sealed(connection, label_of)
    made: dict[bytes, Seal] = {}
    for ids in _batches({record_id: label for record_id, label in label_of.items() if record_id not in sealed}, _alone(connection, set(label_of.values()))):
        made |= zip(ids, seal(ids), strict=True)
    write_seals(connection, owner, made)
    return len(made)


def _sealed(connection: Connection, record_ids: Iterable[bytes]) -> set[bytes]:
    return {record_id for (record_id,) in rows_with(connection, seals, ("record_id",), "record_id", list(record_ids))}


def _alone(connection: Connection, label_ids: set[int]) -> set[int]:
    """The labels of which each record is sealed alone."""
    is_asked = (label_names.c.list == "marks", label_names.c.name == "orcon", label_names.c.label_id.in_(label_ids))
    return set(connection.execute(select(label_names.c.label_id).where(*is_asked)).scalars())


def _batches(label_of: Mapping[bytes, int], alone: set[int]) -> Iterator[list[bytes]]:
    """The ids in batches of one label each, in their order."""
    by_label: dict[int, list[bytes]] = {}
    for record_id, label in label_of.items():
        by_label.setdefault(label, []).append(record_id)
    for label, ids in by_label.items():
        step = 1 if label in alone else BATCH
        yield from (ids[start : start + step] for start in range(0, len(ids), step))


def forget_seals(connection: Connection, owner: str, key_id: str) -> int:
    """Takes away the seals that the owner's key signed, so that the records are sealed anew when they are next offered; how many. For a revoked key."""
    signed = select(batches.c.id).where(batches.c.owner == owner, batches.c.key_id == key_id)
    count = connection.execute(delete(seals).where(seals.c.batch_id.in_(signed))).rowcount
    connection.execute(delete(batches).where(batches.c.owner == owner, batches.c.key_id == key_id))
    return count


def _parts(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
