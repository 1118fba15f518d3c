"""Taking in one file: one transaction, in which every report becomes a version of its key, or is found unchanged.

Which version of a key counts must not depend on the order of arrival. An agency's later word (by revision, then by the
time of issue) gets the higher version; an earlier word that arrives late is written down, and the later one is written
again above it. Two words of one file that the agency did not order are ordered by their content.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from vigie.model.errors import Reject
from vigie.model.label import Label, label_text
from vigie.model.times import NEVER_US
from vigie.store.database import Store
from vigie.store.keyring import Keyring, seal
from vigie.store.label_book import label_number
from vigie.store.rows import FACT_COLUMNS, PreparedBlock, PreparedReport, record_id_of, renewed
from vigie.store.schema import counters, files, labels, payload_blocks, quarantine, rejects, reports, tombstones

MAX_KEPT_REJECTS = 10_000
"""How many rejects of one file are kept one by one; the rest is counted, and the whole file lies in the quarantine."""

_COLUMNS = (
    "record_id",
    "key",
    "version",
    "owner",
    "label_id",
    "file_id",
    "facts",
    *FACT_COLUMNS,
    "payload_digest",
    "payload_block",
    "payload_start",
    "payload_length",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What is known of a file before it is read."""

    digest: str
    name: str
    source: str
    reader: str
    bytes: int
    exercise: bool
    received_us: int


@dataclass(slots=True)
class Tally:
    """What became of a file's records."""

    reports: int = 0
    unchanged: int = 0
    rejects: int = 0


class _Version(NamedTuple):
    """One version of a key, as much of it as decides what the next one is."""

    number: int
    label_id: int
    facts: bytes
    file_id: int
    revision: int
    issued_us: int | None

    def order(self) -> tuple[int, int]:
        """By what an agency's words follow one another."""
        return (self.revision, NEVER_US if self.issued_us is None else self.issued_us)


@dataclass(slots=True)
class Intake:
    """The open transaction of one file."""

    connection: Connection
    is_sqlite: bool
    keyring: Keyring
    owner: str
    label: str
    label_id: int
    file_id: int
    expires_us: int
    erased: frozenset[bytes] = frozenset()
    tally: Tally = field(default_factory=Tally)
    pending: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, block: PreparedBlock) -> None:
        """Writes the reports of a block that are new, as new versions of their keys."""
        block = self._without_erased(block)
        known = _known_versions(self.connection, [report.key for report in block.reports])
        block_id = self._write_payloads(block)
        for report in block.reports:
            versions = known[report.key]
            if versions:
                self._add_again(report, versions, block_id)
            else:
                self._write(report, 1, block_id)
                versions.append(self._version(report, 1))
        self._flush()

    def _without_erased(self, block: PreparedBlock) -> PreparedBlock:
        """What was erased does not come back, whoever sends it again: its payload is blanked too."""
        erased = [report for report in block.reports if report.key in self.erased]
        if not erased:
            return block
        payloads = bytearray(zlib.decompress(block.payloads))
        for report in erased:
            start = report.payload_start or 0
            payloads[start : start + report.payload_length] = b" " * report.payload_length
            self.reject(Reject("a record", "It was erased here and is not taken in again"))
        return PreparedBlock(tuple(report for report in block.reports if report.key not in self.erased), zlib.compress(payloads))

    def keep_raw(self, item: str) -> None:
        """Writes down that the file's own bytes lie in the quarantine as `item`."""
        self.connection.execute(insert(quarantine).values(item=item, file_id=self.file_id, kind="raw", expires_us=self.expires_us, sealed=None))

    def reject(self, fault: Reject) -> None:
        """Counts what could not be read; what it held goes to the quarantine, encrypted."""
        self.tally.rejects += 1
        if self.tally.rejects > MAX_KEPT_REJECTS:
            return
        item = secrets.token_hex(16)
        facts = {"file_id": self.file_id, "place": fault.place, "what": fault.what, "field": fault.field, "expected": fault.expected}
        self.connection.execute(insert(rejects).values(**facts, item=item))
        sealed = seal(self.keyring.new_key(item), json.dumps([fault.got, fault.raw.decode("utf-8", "surrogateescape")]).encode())
        self.connection.execute(insert(quarantine).values(item=item, file_id=self.file_id, kind="reject", expires_us=self.expires_us, sealed=sealed))

    def _write_payloads(self, block: PreparedBlock) -> int | None:
        if not any(report.payload_length for report in block.reports):
            return None
        return int(self.connection.execute(insert(payload_blocks).values(data=block.payloads).returning(payload_blocks.c.id)).scalar_one())

    def _version(self, report: PreparedReport, number: int) -> _Version:
        return _Version(number, self.label_id, report.facts, self.file_id, report.revision, report.issued_us)

    def _add_again(self, report: PreparedReport, known: list[_Version], block_id: int | None) -> None:
        """A report whose key is known: unchanged, or a new version, or an earlier word that comes late."""
        if any(version.facts == report.facts and version.label_id == self.label_id for version in known):
            self.tally.unchanged += 1
            return
        latest = max(known)
        number = latest.number + 1
        version = self._version(report, number)
        self._write(report, number, block_id)
        known.append(version)
        if self._comes_before(version, latest):
            self._write_again(report.key, latest)
            known.append(latest._replace(number=number + 1))

    def _comes_before(self, version: _Version, latest: _Version) -> bool:
        """Whether the version just written is an earlier word than the one that was the latest before it."""
        if version.facts == latest.facts or version.order() > latest.order():
            return False
        return version.order() < latest.order() or (latest.file_id == self.file_id and version.facts < latest.facts)

    def _write(self, report: PreparedReport, number: int, block_id: int | None) -> None:
        ready = report if number == 1 else renewed(report, self.owner, number, self.label)
        block = block_id if report.payload_length else None
        identity = (ready.record_id, report.key, number, self.owner, self.label_id, self.file_id, report.facts)
        self.pending.append((*identity, *report.columns, report.payload_digest, block, report.payload_start, report.payload_length))
        self.tally.reports += 1

    def _write_again(self, key: bytes, latest: _Version) -> None:
        """The word that counted goes on counting: it is written once more, above the one that came late."""
        self._flush()
        row = self.connection.execute(select(reports).where(reports.c.key == key, reports.c.version == latest.number)).one()
        label = self.connection.execute(select(labels.c.text).where(labels.c.id == latest.label_id)).scalar_one()
        number = latest.number + 2
        changed = {"version": number, "record_id": record_id_of(row, row.owner, number, label)}
        self.pending.append(tuple(({name: getattr(row, name) for name in _COLUMNS} | changed).values()))

    def _flush(self) -> None:
        rows, self.pending = self.pending, []
        if rows and self.is_sqlite:
            marks = ", ".join("?" * len(_COLUMNS))
            self.connection.exec_driver_sql(f"INSERT INTO reports ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)  # noqa: S608 - names of our own columns
        elif rows:
            _copy(self.connection, rows)


def _copy(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """PostgreSQL's bulk way in."""
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY reports ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


_VERSION_COLUMNS = "key, version, label_id, facts, file_id, revision, issued_us"


def _known_versions(connection: Connection, keys: Sequence[bytes]) -> defaultdict[bytes, list[_Version]]:
    """All versions in the store of each key. Written for each database by hand: it is asked for every report of every file."""
    known: defaultdict[bytes, list[_Version]] = defaultdict(list)
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(f"SELECT {_VERSION_COLUMNS} FROM reports WHERE key IN ({', '.join('?' * len(keys))})", tuple(keys))  # noqa: S608 - marks only
    else:
        found = connection.exec_driver_sql(f"SELECT {_VERSION_COLUMNS} FROM reports WHERE key = ANY(%s)", (list(keys),))  # noqa: S608 - our own columns
    for key, *version in found:
        known[key].append(_Version(*version))
    return known


@contextmanager
def taking_in(store: Store, keyring: Keyring, file: FileFacts, label: Label, expires_us: int) -> Iterator[Intake]:
    """The transaction of one file: left without an error, all of it is kept; else nothing is."""
    with store.writing() as connection:
        label_id = label_number(connection, label)
        file_id = _open_file(connection, file, label_id)
        intake = Intake(connection, store.is_sqlite, keyring, label.owner, label_text(label), label_id, file_id, expires_us, _erased_keys(connection))
        yield intake
        connection.execute(update(files).where(files.c.id == file_id).values(**asdict(intake.tally)))
        count_change(connection)


def _open_file(connection: Connection, file: FileFacts, label_id: int) -> int:
    """The file's number. A file that was taken in before (with rejects that are now retried) keeps its number."""
    same = (files.c.digest == file.digest, files.c.reader == file.reader, files.c.label_id == label_id, files.c.exercise == file.exercise)
    known = connection.execute(select(files.c.id).where(*same)).scalar()
    if known is None:
        return int(connection.execute(insert(files).values(**asdict(file), label_id=label_id).returning(files.c.id)).scalar_one())
    connection.execute(delete(rejects).where(rejects.c.file_id == known))
    return int(known)


def _erased_keys(connection: Connection) -> frozenset[bytes]:
    return frozenset(connection.execute(select(tombstones.c.key).distinct()).scalars())


def count_change(connection: Connection) -> None:
    """Moves the store's counter of changes on: whoever holds a world sees by it that the world may be old."""
    moved = connection.execute(update(counters).where(counters.c.name == "changes").values(value=counters.c.value + 1)).rowcount
    if not moved:
        connection.execute(insert(counters).values(name="changes", value=1))


def taken_in(store: Store, file: FileFacts, label: Label) -> Tally | None:
    """What became of the same file when it was taken in before under the same label; None where it was not."""
    same = (files.c.digest == file.digest, files.c.reader == file.reader, labels.c.text == label_text(label), files.c.exercise == file.exercise)
    with store.reading() as connection:
        row = connection.execute(select(files.c.reports, files.c.unchanged, files.c.rejects).join(labels, labels.c.id == files.c.label_id).where(*same)).first()
    return Tally(row.reports, row.unchanged, row.rejects) if row else None


def change_count(store: Store) -> int:
    """A number that grows with every file, decision and erasure."""
    with store.reading() as connection:
        return int(connection.execute(select(counters.c.value).where(counters.c.name == "changes")).scalar() or 0)
