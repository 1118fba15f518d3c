"""Erasing a record: its content, payload and quarantined bytes go, a signed tombstone stays."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from vigie.model.canonical import canonical_bytes
from vigie.model.times import format_time
from vigie.store.database import Store
from vigie.store.intake import count_change
from vigie.store.journal import destroy_items
from vigie.store.keyring import Keyring
from vigie.store.schema import payload_blocks, quarantine, rejects, reports, tombstones


def tombstone_bytes(record_id: str, owner: str, version: int, erased_us: int, reason: str) -> bytes:
    """Canonical bytes of a tombstone: what its signature covers."""
    return canonical_bytes({"type": "tombstone", "record": record_id, "owner": owner, "version": version, "erased": format_time(erased_us), "reason": reason})


def erase(store: Store, keyring: Keyring, folder: Path, names: Sequence[str], reason: str, now_us: int, sign: Callable[[bytes], bytes]) -> int:
    """Erases every version of the records named (record id, or the agency's own reference) and what the quarantine holds of their files; how many.

    `sign` is the node's signature over `tombstone_bytes`. The raw files and rejects of the files that held them go too, since they hold the same bytes.
    """
    with store.writing() as connection:
        rows = connection.execute(select(reports).where(_is_named(names))).all()
        for row in rows:
            values = {"record_id": row.record_id, "key": row.key, "version": row.version, "owner": row.owner, "erased_us": now_us, "reason": reason}
            signed = sign(tombstone_bytes(row.record_id.hex(), row.owner, row.version, now_us, reason))
            connection.execute(insert(tombstones).values(**values, signature=signed))
            _blank_payload(connection, row)
        connection.execute(delete(reports).where(reports.c.row.in_([row.row for row in rows])))
        _empty_quarantine(connection, keyring, folder, sorted({row.file_id for row in rows}))
        count_change(connection)
    _scrub(store)
    return len(rows)


def _is_named(names: Sequence[str]) -> Any:
    """Named by record id or by the agency's reference; every version of a key that is named goes."""
    hashes = [bytes.fromhex(name) for name in names if len(name) == 64 and all(character in "0123456789abcdef" for character in name)]  # noqa: PLR2004 - SHA-256
    keys = select(reports.c.key).where(or_(reports.c.record_id.in_(hashes), reports.c.agency_ref.in_(names)))
    return reports.c.key.in_(keys)


def _blank_payload(connection: Connection, row: Any) -> None:
    if row.payload_block is None:
        return
    data = zlib.decompress(connection.execute(select(payload_blocks.c.data).where(payload_blocks.c.id == row.payload_block)).scalar_one())
    blanked = data[: row.payload_start] + b" " * row.payload_length + data[row.payload_start + row.payload_length :]
    connection.execute(update(payload_blocks).where(payload_blocks.c.id == row.payload_block).values(data=zlib.compress(blanked, 3)))


def _empty_quarantine(connection: Connection, keyring: Keyring, folder: Path, file_ids: Sequence[int]) -> None:
    items = connection.execute(select(quarantine.c.item).where(quarantine.c.file_id.in_(file_ids))).scalars().all()
    destroy_items(keyring, folder, items)
    connection.execute(delete(quarantine).where(quarantine.c.item.in_(items)))
    connection.execute(update(rejects).where(rejects.c.file_id.in_(file_ids)).values(item=None))


def _scrub(store: Store) -> None:
    """Sees to it that no freed page still holds what was erased."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.is_sqlite:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM reports, payload_blocks, quarantine")


def tombstoned(store: Store) -> list[Any]:
    """Every tombstone, oldest first."""
    with store.reading() as connection:
        return list(connection.execute(select(tombstones).order_by(tombstones.c.erased_us, tombstones.c.record_id)))
