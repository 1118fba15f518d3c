"""Taking in one file: one transaction, in which every report becomes a version of its key, or is found unchanged.

Which version of a key counts must not depend on the order of arrival. An agency's later word (by revision, then by the
time of issue) gets the higher version; an earlier word that arrives late is written down, and the later one is written
again above it. Two words that the agency did not order are ordered by their content, in one file or in two.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vigie.model.errors import Reject
from vigie.model.label import Label, label_text
from vigie.model.version import first_of, next_version
from vigie.store.database import Store
from vigie.store.epochs import epoch_within
from vigie.store.journal import destroy_items, forget_items
from vigie.store.keyring import Keyring, seal
from vigie.store.label_book import label_number
from vigie.store.rows import FACT_COLUMNS, PreparedBlock, PreparedReport, record_id_of, renewed
from vigie.store.schema import counters, files, labels, payload_blocks, quarantine, rejects, reports, tombstones
from vigie.store.versions import Version, comes_before, known_versions, relabelled

MAX_KEPT_REJECTS = 10_000
"""How many rejects of one file are kept one by one; the rest is counted, and the whole file lies in the quarantine."""

_REJECTS_AT_ONCE = 1_000
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
    """What became of a file's records.

    `tied` of the reports differ from an earlier word that the agency did not put in order: content decided.
    `relabelled` of them are known under another label, which opens that version no more.
    `closed` of the unchanged ones are known under a stricter label and keep it.
    """

    reports: int = 0
    unchanged: int = 0
    rejects: int = 0
    tied: int = 0
    relabelled: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a file may open words that are known under a stricter label. `is_wider` tells of such a label's text whether the file's own opens more.

    `is_agreed`: a second person agreed that all are opened; `is_asked`: without that none is.
    """

    is_wider: Callable[[str], bool]
    is_asked: bool = True
    is_agreed: bool = False


@dataclass(slots=True)
class Intake:
    """The open transaction of one file.

    `has_erased` says that the file holds a report that was erased here: its raw bytes are not kept. `dropped` are the items that are to be destroyed.
    `epoch` is that of the store: see `model.version`. `opening` says what becomes of words
    that the file's label would open.
    """

    connection: Connection
    is_sqlite: bool
    keyring: Keyring
    owner: str
    label: str
    label_id: int
    file_id: int
    expires_us: int
    erased: frozenset[bytes] = frozenset()
    epoch: int = 0
    opening: Opening | None = None
    wider: dict[int, bool] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    pending: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[Reject] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    has_erased: bool = False

    @property
    def first(self) -> int:
        """The version that a new key gets."""
        return first_of(self.epoch)

    def add(self, block: PreparedBlock) -> None:
        """Writes the reports of a block that are new, as new versions of their keys."""
        wanted = self._without_erased(block.reports)
        known = known_versions(self.connection, [report.key for report in wanted])
        packed = self._of_this_epoch(_packed(block, self._without_unchanged(wanted, known)))
        block_id = self._write_payloads(packed)
        for report in packed.reports:
            versions = known[report.key]
            if versions:
                self._add_again(report, versions, block_id)
            else:
                self._write(report, self.first, block_id)
                versions.append(self._version(report, self.first))
        self._flush()

    def _of_this_epoch(self, block: PreparedBlock) -> PreparedBlock:
        """The block with the ids of the version that new keys get here, whichever it was made ready for."""
        if block.version == self.first:
            return block
        return replace(block, reports=tuple(renewed(report, self.owner, self.first, self.label) for report in block.reports), version=self.first)

    def _without_erased(self, found: Sequence[PreparedReport]) -> Sequence[PreparedReport]:
        """What was erased does not come back, whoever sends it again, nor does its payload."""
        wanted = [report for report in found if report.key not in self.erased] if self.erased else found
        self.has_erased |= len(wanted) < len(found)
        self.reject_all([Reject("a record", "It was erased here and is not taken in again")] * (len(found) - len(wanted)))
        return wanted

    def _without_unchanged(self, found: Sequence[PreparedReport], known: defaultdict[bytes, list[Version]]) -> list[PreparedReport]:
        """The reports that are a new word, or an old one under another label; each once."""
        held = {(key, version.facts) for key, versions in known.items() for version in self._standing(versions)}
        fresh = []
        for report in found:
            mark = (report.key, report.facts)
            if mark not in held:
                held.add(mark)
                fresh.append(report)
        self.tally.unchanged += len(found) - len(fresh)
        return fresh

    def _standing(self, known: Sequence[Version]) -> Iterator[Version]:
        """The versions that say their word under the file's own label, where writing it once more would change nothing that may be changed."""
        later = relabelled(known)
        for version in known:
            if version.label_id == self.label_id and (version.number not in later or self._stays(later[version.number])):
                yield version

    def _stays(self, label_id: int) -> bool:
        """Whether what has borne the file's label, and bears this one since, keeps it."""
        return self.opening is None or (not self.opening.is_agreed and self._would_open(label_id))

    def keep_raw(self, item: str) -> bool:
        """Writes down that the file's own bytes lie in the quarantine as `item`. False where they lie there already: `item` is to be destroyed."""
        is_raw = (quarantine.c.file_id == self.file_id, quarantine.c.kind == "raw")
        if self.connection.execute(select(quarantine.c.item).where(*is_raw)).first():
            return False
        self.connection.execute(insert(quarantine).values(item=item, file_id=self.file_id, kind="raw", expires_us=self.expires_us, sealed=None))
        return True

    def reject(self, fault: Reject) -> None:
        """As `reject_all`, for one."""
        self.reject_all([fault])

    def reject_all(self, faults: Iterable[Reject]) -> None:
        """Counts what could not be read; what it held goes to the quarantine, encrypted, many at once."""
        for fault in faults:
            self.tally.rejects += 1
            if self.tally.rejects <= MAX_KEPT_REJECTS:
                self.faults.append(fault)
                if len(self.faults) >= _REJECTS_AT_ONCE:
                    self._flush_rejects()

    def _flush_rejects(self) -> None:
        faults, self.faults = self.faults, []
        if not faults:
            return
        items = [secrets.token_hex(16) for _ in faults]
        keys = self.keyring.new_keys(items)
        self.connection.execute(insert(rejects), [_reject_row(fault, item, self.file_id) for fault, item in zip(faults, items, strict=True)])
        shared = {"file_id": self.file_id, "kind": "reject", "expires_us": self.expires_us}
        sealed = [seal(key, _content(fault)) for fault, key in zip(faults, keys, strict=True)]
        self.connection.execute(insert(quarantine), [shared | {"item": item, "sealed": data} for item, data in zip(items, sealed, strict=True)])

    def finish(self) -> None:
        """Writes what is left to write; where the file holds what was erased, its raw bytes go."""
        self._flush_rejects()
        if self.has_erased:
            self._drop("raw")

    def forget_rejects(self) -> None:
        """Removes the rejects of an earlier reading of the file."""
        self.connection.execute(delete(rejects).where(rejects.c.file_id == self.file_id))
        self._drop("reject")

    def _drop(self, kind: str) -> None:
        is_kind = (quarantine.c.file_id == self.file_id, quarantine.c.kind == kind)
        items = self.connection.execute(select(quarantine.c.item).where(*is_kind)).scalars().all()
        forget_items(self.connection, items)
        self.dropped += items

    def _write_payloads(self, block: PreparedBlock) -> int | None:
        if not any(report.payload_length for report in block.reports):
            return None
        return int(self.connection.execute(insert(payload_blocks).values(data=block.payloads).returning(payload_blocks.c.id)).scalar_one())

    def _version(self, report: PreparedReport, number: int) -> Version:
        return Version(number, self.label_id, report.facts, report.revision, report.issued_us)

    def _add_again(self, report: PreparedReport, known: list[Version], block_id: int | None) -> None:
        """A report whose key is known: a new version, or an earlier word that comes late."""
        same = max((version for version in known if version.facts == report.facts), default=None)
        if same is not None and self.opening and self.opening.is_asked and not self.opening.is_agreed and self._would_open(same.label_id):
            self.tally.closed += 1
            self.tally.unchanged += 1
            return
        self.tally.relabelled += same is not None
        latest = max(known)
        number = next_version(latest.number, self.epoch)
        version = self._version(report, number)
        self._write(report, number, block_id)
        known.append(version)
        self.tally.tied += version.order() == latest.order() and version.facts != latest.facts
        passed = relabelled(known)
        of_label = {earlier.label_id: earlier for earlier in sorted(known[:-1]) if earlier.number not in passed}
        for later in sorted(earlier for earlier in of_label.values() if comes_before(version, earlier)):
            number = next_version(number, self.epoch)
            self._write_again(report.key, later, number)
            known.append(later._replace(number=number))

    def _would_open(self, label_id: int) -> bool:
        """Whether the file's label opens what a label of the store closes."""
        if self.opening is not None and label_id not in self.wider:
            self.wider[label_id] = self.opening.is_wider(self.connection.execute(select(labels.c.text).where(labels.c.id == label_id)).scalar_one())
        return self.wider.get(label_id, False)

    def _write(self, report: PreparedReport, number: int, block_id: int | None) -> None:
        ready = report if number == self.first else renewed(report, self.owner, number, self.label)
        block = block_id if report.payload_length else None
        identity = (ready.record_id, report.key, number, self.owner, self.label_id, self.file_id, report.facts)
        self.pending.append((*identity, *report.columns, report.payload_digest, block, report.payload_start, report.payload_length))
        self.tally.reports += 1

    def _write_again(self, key: bytes, latest: Version, number: int) -> None:
        """The word that counted under its label goes on counting: it is written once more, above the one that came late."""
        self._flush()
        row = self.connection.execute(select(reports).where(reports.c.key == key, reports.c.version == latest.number)).one()
        label = self.connection.execute(select(labels.c.text).where(labels.c.id == latest.label_id)).scalar_one()
        changed = {"version": number, "record_id": record_id_of(row, row.owner, number, label)}
        self.pending.append(tuple(({name: getattr(row, name) for name in _COLUMNS} | changed).values()))

    def _flush(self) -> None:
        rows, self.pending = self.pending, []
        if rows and self.is_sqlite:
            marks = ", ".join("?" * len(_COLUMNS))
            self.connection.exec_driver_sql(f"INSERT INTO reports ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)  # noqa: S608 - names of our own columns
        elif rows:
            _copy(self.connection, rows)


def _packed(block: PreparedBlock, kept: Sequence[PreparedReport]) -> PreparedBlock:
    """The block with the reports that are kept and their payloads alone. Packing anew takes time: a block that is kept whole stays as it is."""
    if len(kept) == len(block.reports):
        return block
    data, pieces, moved, start = zlib.decompress(block.payloads), [], [], 0
    for report in kept:
        if report.payload_start is not None:
            pieces.append(data[report.payload_start : report.payload_start + report.payload_length])
        moved.append(report._replace(payload_start=start if report.payload_length else None))
        start += report.payload_length
    return replace(block, reports=tuple(moved), payloads=zlib.compress(b"".join(pieces), 3))


def _reject_row(fault: Reject, item: str, file_id: int) -> dict[str, Any]:
    return {"file_id": file_id, "place": fault.place, "what": fault.what, "field": fault.field, "expected": fault.expected, "item": item}


def _content(fault: Reject) -> bytes:
    return json.dumps([fault.got, fault.raw.decode("utf-8", "surrogateescape")]).encode()


def _copy(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """PostgreSQL's bulk way in."""
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY reports ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def taking_in(
    store: Store,
    keyring: Keyring,
    file: FileFacts,
    label: Label,
    expires_us: int,
    folder: Path | None = None,
    opening: Opening | None = None,
) -> Iterator[Intake]:
    """The transaction of one file: left without an error, all of it is kept; else nothing is.

    A file that was taken in before (its rejects are read again, or another process was faster) keeps its number and the day on which its raw bytes go:
    new reports are added to its count, and its rejects take the place of the earlier ones. `folder` is that of the sealed files, if any are to be removed.
    `opening` says whether what is known under a stricter label is opened.
    """
    with store.writing() as connection:
        label_id = label_number(connection, label)
        known = _known_file(connection, file, label_id)
        file_id = _new_file(connection, file, label_id) if known is None else known
        erased, epoch = _erased_keys(connection), epoch_within(connection)
        intake = Intake(connection, store.is_sqlite, keyring, label.owner, label_text(label), label_id, file_id, expires_us, erased, epoch, opening)
        if known is not None:
            intake.expires_us = _first_expiry(connection, known, expires_us)
            intake.forget_rejects()
        yield intake
        intake.finish()
        _write_tally(connection, intake, is_first=known is None)
        count_change(connection)
    destroy_items(keyring, folder, intake.dropped)


def _known_file(connection: Connection, file: FileFacts, label_id: int) -> int | None:
    same = (files.c.digest == file.digest, files.c.reader == file.reader, files.c.label_id == label_id, files.c.exercise == file.exercise)
    return connection.execute(select(files.c.id).where(*same)).scalar()


def _new_file(connection: Connection, file: FileFacts, label_id: int) -> int:
    return int(connection.execute(insert(files).values(**asdict(file), label_id=label_id).returning(files.c.id)).scalar_one())


def _first_expiry(connection: Connection, file_id: int, otherwise: int) -> int:
    """When the quarantine lets go of the file's raw bytes: reading them again does not put it off."""
    is_raw = (quarantine.c.file_id == file_id, quarantine.c.kind == "raw")
    return connection.execute(select(quarantine.c.expires_us).where(*is_raw).order_by(quarantine.c.expires_us)).scalars().first() or otherwise


def _write_tally(connection: Connection, intake: Intake, *, is_first: bool) -> None:
    tally = intake.tally
    counts = {"reports": files.c.reports + tally.reports, "rejects": tally.rejects} | ({"unchanged": tally.unchanged} if is_first else {})
    connection.execute(update(files).where(files.c.id == intake.file_id).values(**counts))


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
        return changes_within(connection)


def changes_within(connection: Connection) -> int:
    """As `change_count`, as one transaction sees it."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == "changes")).scalar() or 0)
