"""Seals on disk: what proves each record, its own signature's batch beside it. A record is sealed when it is first offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from vigie.model.errors import BadReport
from vigie.model.seal import Seal
from vigie.store.journal import AT_ONCE
from vigie.store.schema import batches, label_names, seals

BATCH = 64
"""The most records that are sealed together."""


def seals_of(connection: Connection, record_ids: Iterable[bytes]) -> dict[bytes, Seal]:
    """The seals of the records (ids of 32 bytes), by id; those without one are left out."""
    of_batch = [batches.c[name] for name in ("key_id", "root", "signature", "size")]
    query = select(seals.c.record_id, seals.c.position, seals.c.nonce, seals.c.path, *of_batch).join(batches, batches.c.id == seals.c.batch_id)
    rows = (row for part in _parts(list(record_ids)) for row in connection.execute(query.where(seals.c.record_id.in_(part))))
    return {row.record_id: Seal(row.key_id, row.root, row.signature, row.position, row.size, row.nonce, row.path) for row in rows}


def write_seals(connection: Connection, owner: str, seals_by_record: Mapping[bytes, Seal]) -> None:
    """Writes the owner's seals down, in place of those that the records had. Needs a writing transaction, and seals that were found good.

    Raises `BadReport` where a root is another owner's already: a record has one owner, so no honest tree can be two owners'.
    """
    numbers = _batch_numbers(connection, owner, {seal.root: seal for seal in seals_by_record.values()})
    for part in _parts(list(seals_by_record)):
        connection.execute(delete(seals).where(seals.c.record_id.in_(part)))
        connection.execute(insert(seals), [_row(record_id, seals_by_record[record_id], numbers) for record_id in part])


def _row(record_id: bytes, seal: Seal, numbers: Mapping[bytes, int]) -> dict[str, bytes | int]:
    return {"record_id": record_id, "batch_id": numbers[seal.root], "position": seal.position, "nonce": seal.nonce, "path": seal.path}


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
    query = select(batches.c.id, batches.c.root, batches.c.owner)
    rows = [row for part in _parts(list(roots)) for row in connection.execute(query.where(batches.c.root.in_(part)))]
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
    query = select(seals.c.record_id)
    return {found for part in _parts(list(record_ids)) for found in connection.execute(query.where(seals.c.record_id.in_(part))).scalars()}


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
