"""Another label for a report: its words are written once more, as later versions of the same key, and count no more under the old one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, not_, select

from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.label import Directory, Label, label_from_json, label_text
from vigie.model.version import next_version
from vigie.store.database import Store
from vigie.store.entries import add_within
from vigie.store.epochs import epoch_within
from vigie.store.intake import count_change
from vigie.store.label_book import label_number, labels_by_number
from vigie.store.reading import has_other_label
from vigie.store.rows import record_id_of
from vigie.store.schema import files, labels, reports


@dataclass(frozen=True, slots=True)
class Wording:
    """A version of a report that was not relabelled: its row, number, id, facts and label, and the label of the file that it came in."""

    row: int
    version: int
    record_id: str
    facts: bytes
    label: Label
    taken_under: Label | None


def wordings(store: Store, directory: Directory, record_id: str) -> list[Wording]:
    """The node's own versions of the key of this record that were not relabelled, lowest first; of those that say the same the last."""
    key = select(reports.c.key).where(reports.c.record_id == bytes.fromhex(record_id)).scalar_subquery()
    condition = (reports.c.key == key, not_(reports.c.received), not_(has_other_label(reports)))
    columns = (reports.c.row, reports.c.version, reports.c.record_id, reports.c.facts, reports.c.label_id, labels.c.text.label("taken_under"))
    query = select(*columns).outerjoin(files, files.c.id == reports.c.file_id).outerjoin(labels, labels.c.id == files.c.label_id)
    with store.reading() as connection:
        known = labels_by_number(connection, directory)
        rows = connection.execute(query.where(*condition).order_by(reports.c.version)).all()
    last = {bytes(row.facts): row for row in rows}
    return [_wording(row, known[row.label_id], directory) for row in sorted(last.values(), key=lambda row: int(row.version))]


def _wording(row: Any, label: Label, directory: Directory) -> Wording:
    taken_under = label_from_json(json.loads(row.taken_under), directory) if row.taken_under else None
    return Wording(row.row, row.version, bytes(row.record_id).hex(), bytes(row.facts), label, taken_under)


def relabel(store: Store, changes: Sequence[tuple[Wording, Label]], said: Iterable[Entry] = ()) -> list[Entry]:
    """Writes wordings of one key again, each under its label and in this order, and with them what is said about it: all or nothing.

    The last of `changes` must be the latest version of the key. Raises `BadSetting` where it is not any more.
    """
    with store.writing() as connection:
        head, epoch = changes[-1][0], epoch_within(connection)
        key = select(reports.c.key).where(reports.c.row == head.row).scalar_subquery()
        latest = connection.execute(select(func.max(reports.c.version)).where(reports.c.key == key)).scalar()
        if latest != head.version:
            raise BadSetting("The record has changed meanwhile", record=head.record_id, todo="look at it again")
        for wording, label in changes:
            latest = next_version(latest, epoch)
            _write(connection, wording, label, latest)
        count_change(connection)
        return add_within(connection, said)


def _write(connection: Connection, wording: Wording, label: Label, version: int) -> None:
    row = connection.execute(select(reports).where(reports.c.row == wording.row, reports.c.record_id == bytes.fromhex(wording.record_id))).one_or_none()
    if row is None:
        raise BadSetting("The record has changed meanwhile", record=wording.record_id, todo="look at it again")
    named = {"record_id": record_id_of(row, row.owner, version, label_text(label)), "version": version, "label_id": label_number(connection, label)}
    kept = {column.name: getattr(row, column.name) for column in reports.columns if column.name != "row"}
    connection.execute(insert(reports).values(**(kept | named)))
