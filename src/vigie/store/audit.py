"""The audit log: who saw, changed and released what. Rows are only ever added, each with a hash over the row and the hash before it.

The chain is SHA-256 over the chain before (32 zero bytes at first) and the canonical JSON of the row. So a row that was removed, altered or put in is named by
`check_audit`. A tail that was cut off does not show in the log itself: whoever kept its head elsewhere can ask whether it is still there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, not_, select

from vigie.model.canonical import Json, canonical_bytes, canonical_text
from vigie.model.entry import Entry
from vigie.model.label import Label, parts_of
from vigie.store.database import Store
from vigie.store.schema import audit, notes

GENESIS = bytes(32)
"""The chain before the first row."""

_STREAMED = {"yield_per": 5_000}
_SAID = ("at_us", "account", "party", "act", "subject", "facts")
_BATCH = {"book": "audit", "name": "last-batch"}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that happened: `account` did `act` with `subject`. An empty account is the operator at the command line.

    `number` and `chain` are the store's.
    """

    at_us: int
    account: str
    party: str
    act: str
    subject: str
    facts: Mapping[str, Json] = field(default_factory=dict)
    number: int = 0
    chain: bytes = b""


@dataclass(frozen=True, slots=True)
class AuditChoice:
    """Which rows: of a time [since, until), an account, an act; before a number; at most so many.

    Also of a party, with a subject, or whose facts have a count of this name that is not 0 (`counted`).
    """

    since_us: int | None = None
    until_us: int | None = None
    account: str | None = None
    act: str = ""
    before: int | None = None
    limit: int = 1_000
    party: str = ""
    subject: str = ""
    counted: str = ""


def append_audit(store: Store, rows: Iterable[AuditRow]) -> None:
    """Writes rows at the end of the log, in a transaction of their own."""
    with store.writing() as connection:
        append_within(connection, rows)


def append_within(connection: Connection, rows: Iterable[AuditRow]) -> None:
    """As `append_audit`, in a transaction that is under way: the rows and what they speak of are kept together or not at all."""
    last = connection.execute(select(audit.c.id, audit.c.chain).order_by(audit.c.id.desc()).limit(1)).first()
    number, chain = (int(last.id), bytes(last.chain)) if last else (0, GENESIS)
    written = []
    for number, row in enumerate(rows, number + 1):  # noqa: B020 - counts on from the last row
        values: dict[str, Any] = {name: getattr(row, name) for name in _SAID} | {"id": number, "facts": canonical_text(row.facts)}
        chain = _link(chain, values)
        written.append(values | {"chain": chain})
    if written:
        connection.execute(insert(audit), written)


def _link(before: bytes, values: Mapping[str, Any]) -> bytes:
    return sha256(before + canonical_bytes({name: values[name] for name in ("id", *_SAID)})).digest()


def append_soon(store: Store, batch: Callable[[], tuple[str, Sequence[AuditRow]]], wait_ms: int) -> bool:
    """Whether the rows of a batch are in the log: False where another writer does not let go in time, and then `batch` was not asked for them.

    A batch has a name; the one that was written last is not written again.
    """
    with store.writing_soon(wait_ms) as connection:
        if connection is None:
            return False
        name, rows = batch()
        if connection.execute(select(notes.c.text).filter_by(**_BATCH)).scalar() != canonical_text(name):
            append_within(connection, rows)
            connection.execute(delete(notes).filter_by(**_BATCH))
            connection.execute(insert(notes).values(**_BATCH, text=canonical_text(name)))
    return True


def row_of_entry(entry: Entry) -> AuditRow:
    """What the log says of an entry that was written down: whose word it is and how open, not what it says."""
    facts: dict[str, Json] = {"version": entry.version, "tlp": entry.label.tlp, "exercise": entry.exercise}
    return AuditRow(entry.said_us, entry.by, entry.owner, "release" if _is_open(entry.label) else "write", f"{entry.type} {entry.ref}", facts)


def _is_open(label: Label) -> bool:
    """Whether anybody but the owner may read it, as far as TLP and lists say."""
    return all(part.rel_to or (part.rel_to is None and part.tlp in ("CLEAR", "GREEN")) for part in parts_of(label))


def read_audit(store: Store, choice: AuditChoice) -> list[AuditRow]:
    """The rows that are meant, the latest first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(choice.limit)
    wanted = (
        (choice.since_us, audit.c.at_us >= (choice.since_us or 0)),
        (choice.until_us, audit.c.at_us < (choice.until_us or 0)),
        (choice.account, audit.c.account == choice.account),
        (choice.act or None, audit.c.act == choice.act),
        (choice.before, audit.c.id < (choice.before or 0)),
        (choice.party or None, audit.c.party == choice.party),
        (choice.subject or None, audit.c.subject == choice.subject),
        (choice.counted or None, and_(audit.c.facts.contains(f'"{choice.counted}":', autoescape=True), not_(audit.c.facts.contains(f'"{choice.counted}":0')))),
    )
    with store.reading() as connection:
        return [_row(row) for row in connection.execute(query.where(*(condition for asked, condition in wanted if asked is not None)))]


def _row(row: Any) -> AuditRow:
    """A row that somebody has tampered with is still shown."""
    try:
        facts = dict(json.loads(row.facts))
    except (ValueError, TypeError):
        facts = {"unreadable": row.facts}
    return AuditRow(row.at_us, row.account, row.party, row.act, row.subject, facts, row.id, bytes(row.chain))


def audit_head(store: Store) -> tuple[int, bytes]:
    """The number and the chain of the last row; 0 and zero bytes where there is none."""
    last = read_audit(store, AuditChoice(limit=1))
    return (last[0].number, last[0].chain) if last else (0, GENESIS)


def is_in_audit(store: Store, number: int, chain: bytes) -> bool:
    """Whether the row of this number has this chain: whether a head that was kept elsewhere is still part of the log."""
    if number == 0:
        return chain == GENESIS
    with store.reading() as connection:
        found = connection.execute(select(audit.c.chain).where(audit.c.id == number)).scalar()
    return found is not None and bytes(found) == chain


def check_audit(store: Store) -> Iterator[str | None]:
    """For each row of the audit log a sentence on what is wrong with it or before it, or None where all is well."""
    number, chain = 0, GENESIS
    with store.reading() as connection:
        for row in connection.execute(select(audit).order_by(audit.c.id), execution_options=_STREAMED):
            yield _fault_of(row, number, chain)
            number, chain = (row.id, bytes(row.chain)) if row.id > 0 else (number, chain)


def _fault_of(row: Any, number: int, chain: bytes) -> str | None:
    """What is wrong with a row that comes after the row `number`, which has `chain`. After a gap the row itself cannot be proved."""
    if row.id <= 0:
        return f"Row {row.id} of the audit log was put in: the first row is row 1."
    first, last = number + 1, row.id - 1
    if first < last:
        return f"Rows {first} to {last} of the audit log are gone."
    if first == last:
        return f"Row {first} of the audit log is gone."
    if _link(chain, row._mapping) != bytes(row.chain):  # noqa: SLF001 - SQLAlchemy's public name of it
        return f"Row {row.id} of the audit log is not what was written, or does not follow from row {number}: one of them was altered, put in or replaced."
    return None
