"""What came and what went of the reports that an audience may read, so that whoever read them all before reads the difference alone.

Rows are numbered as they come. The store adds up what is readable in each block of numbers; where a block's sums are what they were, its rows are not
looked at. A number is compared with half of the report's name, since SQLite gives the number of a row that went to another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, func, select

from vigie.model.catalogue import Catalogue, concat
from vigie.store.database import Store
from vigie.store.extent import PRIME, decision_ids
from vigie.store.intake import changes_within
from vigie.store.marks import Marks, came_since, marks_of
from vigie.store.reading import Audience, Window, one_a_testimony, read_columns, readable
from vigie.store.schema import reports

BLOCK = 4096
"""So many numbers of rows are added up together."""
_AT_ONCE = 5_000
_MIX = 1021
"""Names are weighted by their rows, so that two reports that changed places are noticed."""
_MOST_RUNS = 64

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """What an audience may read, in short: the sums of each block (b, 4) and the readable decisions' ids differ when it does.

    `changes` is how often the store had changed when it was read, `marks` what must stay for most of it to hold.
    """

    blocks: Rows
    decisions: bytes
    changes: int
    marks: Marks


@dataclass(frozen=True, slots=True, eq=False)
class Readable:
    """Every row that an audience may read and that counts, by number: `name` (k,) is half of its report's, `testimony` (k,) what it is a version of.

    `blocks` (b, 4) are the numbers of blocks, with how many rows each has, and the sums of names and numbers. `decisions` are the readable decisions' ids.
    """

    row: Rows
    name: Rows
    testimony: Rows
    blocks: Rows
    decisions: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is readable now, the rows (k,) whose reports stand otherwise than before, and the reports that stand in their place."""

    now: Readable
    left: Rows
    came: Catalogue


def read_extent(store: Store, audience: Audience, *, exercise: bool, before: Extent | None = None) -> Extent:
    """What the audience may read of one world now, in short. `before` is an earlier one of the same audience and world: it is quicker to go on from."""
    with store.reading() as connection:
        return _extent(connection, audience, before, exercise=exercise)


def _extent(connection: Connection, audience: Audience, before: Extent | None, *, exercise: bool) -> Extent:
    decisions, changes = decision_ids(connection, audience, exercise=exercise), changes_within(connection)
    since = came_since(connection, audience, before.marks) if before is not None else None
    if before is None or since is None:
        return Extent(_blocks(connection, audience, exercise=exercise), decisions, changes, marks_of(connection, audience))
    marks, renewed = since
    news = np.arange(before.marks.last // BLOCK, marks.last // BLOCK + 1) if marks.last > before.marks.last else np.zeros(0, np.int64)
    changed = np.union1d(news, np.array(renewed, np.int64) // BLOCK)
    found = [_blocks(connection, audience, run, exercise=exercise) for run in _runs(changed)]
    found = [part[np.isin(part[:, 0], changed)] for part in found]
    blocks = np.concatenate([before.blocks[~np.isin(before.blocks[:, 0], changed)], *found])
    return Extent(blocks[np.argsort(blocks[:, 0])], decisions, changes, marks)


def read_whole(store: Store, audience: Audience, *, exercise: bool) -> tuple[Readable, Catalogue]:
    """All that the audience may read of one world, and its reports as `visible` gives them."""
    with store.reading() as connection:
        whole, testimony, revision = read_columns(connection, readable(audience, Window(exercise=exercise)))
        decisions = decision_ids(connection, audience, exercise=exercise)
    order = np.argsort(whole.row, kind="stable")
    row, name = whole.row[order], whole.witness[order, 1].astype(np.int64)
    kept = whole.take(one_a_testimony(whole, testimony, revision)) if len(whole) else whole
    return Readable(row, name, testimony[order], _added_up(row, name), decisions), kept


def read_change(store: Store, audience: Audience, before: Readable, *, exercise: bool, extent: Extent | None = None) -> Change:
    """What came and went since; all of it is of one state of the store. `extent` is one that was just read of the same audience."""
    with store.reading() as connection:
        if extent is None or extent.changes != changes_within(connection):
            extent = _extent(connection, audience, None, exercise=exercise)
        changed = _differing(before.blocks, extent.blocks)
        row, name, testimony = _rows_of(connection, readable(audience, Window(exercise=exercise)), changed)
        was, stays = _split(before, changed)
        touched = np.unique(_moved(was, (row, name, testimony)))
        merged = [np.concatenate(pair) for pair in zip(stays, (row, name, testimony), strict=True)]
        order = np.argsort(merged[0], kind="stable")
        now = Readable(merged[0][order], merged[1][order], merged[2][order], extent.blocks, extent.decisions)
        came = _reports(connection, audience, now.row[among(now.testimony, touched)])
    return Change(now, before.row[among(before.testimony, touched)], came)


def among(values: Rows, few: Rows) -> Rows:
    """The places (k,) of those of many values that are among a few, in rising order."""
    hint = np.zeros(1 << 16, bool)
    hint[few & 0xFFFF] = True
    likely = np.flatnonzero(hint[values & 0xFFFF])
    return likely[np.isin(values[likely], few)]


def _blocks(connection: Connection, audience: Audience, run: tuple[int, int] | None = None, *, exercise: bool) -> Rows:
    """The sums of all blocks, or of those from the first to the last of a run."""
    block = (reports.c.row // BLOCK).label("block")
    sums = (func.count(), func.sum(reports.c.witness_low % PRIME * (1 + reports.c.row % _MIX)), func.sum(reports.c.row))
    within = () if run is None else (_of_run(run),)
    query = select(block, *sums).where(readable(audience, Window(exercise=exercise)), *within).group_by(block).order_by(block)
    return np.array([[int(number) for number in found] for found in connection.execute(query)], np.int64).reshape(-1, 4)


def _of_run(run: tuple[int, int]) -> ColumnElement[bool]:
    """Said by a list of rows: with bounds alone, SQLite goes through all rows of the readable labels."""
    those = reports.alias("those")
    return reports.c.row.in_(select(those.c.row).where(those.c.row.between(run[0] * BLOCK, run[1] * BLOCK + BLOCK - 1)))


def _added_up(row: Rows, name: Rows) -> Rows:
    """As `_blocks` has it, of rows in rising order."""
    block, start, count = np.unique(row // BLOCK, return_index=True, return_counts=True)
    if not len(block):
        return np.zeros((0, 4), np.int64)
    return np.column_stack([block, count, np.add.reduceat(np.fmod(name, PRIME) * (1 + row % _MIX), start), np.add.reduceat(row, start)])


def _differing(old: Rows, new: Rows) -> Rows:
    """The numbers of blocks that are not the same in both."""
    found, count = np.unique(np.concatenate([old, new]), axis=0, return_counts=True)
    return np.unique(found[count == 1, 0])


def _rows_of(connection: Connection, condition: Any, blocks: Rows) -> tuple[Rows, Rows, Rows]:
    """Numbers, names and testimonies of the readable rows of these blocks."""
    parts = [np.zeros((0, 3), np.int64)]
    for run in _runs(blocks):
        found = connection.execute(select(reports.c.row, reports.c.witness_low, reports.c.testimony).where(_of_run(run), condition)).all()
        parts.append(np.array([tuple(one) for one in found], np.int64).reshape(-1, 3))
    whole = np.concatenate(parts)
    whole = whole[np.isin(whole[:, 0] // BLOCK, blocks)]
    return whole[:, 0].copy(), whole[:, 1].copy(), whole[:, 2].copy()


def _runs(blocks: Rows) -> Iterator[tuple[int, int]]:
    """Blocks side by side as first and last; one run over all where there are very many."""
    if not len(blocks):
        return
    cuts = np.flatnonzero(np.diff(blocks) > 1)
    firsts, lasts = blocks[np.append(0, cuts + 1)], blocks[np.append(cuts, len(blocks) - 1)]
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True) if len(firsts) <= _MOST_RUNS else [(int(blocks[0]), int(blocks[-1]))]


def _split(before: Readable, blocks: Rows) -> tuple[tuple[Rows, Rows, Rows], tuple[Rows, Rows, Rows]]:
    """What is known of the rows of these blocks, and of the others."""
    inside = np.isin(before.row // BLOCK, blocks)
    columns = (before.row, before.name, before.testimony)
    return tuple(column[inside] for column in columns), tuple(column[~inside] for column in columns)  # type: ignore[return-value]


def _moved(was: Sequence[Rows], now: Sequence[Rows]) -> Rows:
    """The testimonies of rows that are in one of the two alone."""
    old, new = (np.column_stack(side) for side in (was, now))
    found, count = np.unique(np.concatenate([old, new]), axis=0, return_counts=True)
    return np.asarray(found[count == 1, 2], np.int64)


def _reports(connection: Connection, audience: Audience, rows: Rows) -> Catalogue:
    """The reports of these readable rows, one a testimony."""
    none = np.zeros(0, np.int64)
    parts: list[Catalogue] = []
    ranks: list[tuple[Rows, Rows]] = [(none, none)]
    for start in range(0, len(rows), _AT_ONCE):
        part, *rank = read_columns(connection, and_(reports.c.row.in_(rows[start : start + _AT_ONCE].tolist()), readable(audience, Window())))
        parts.append(part)
        ranks.append((rank[0], rank[1]))
    whole = concat(parts)
    testimony, revision = (np.concatenate(column) for column in zip(*ranks, strict=True))
    return whole.take(one_a_testimony(whole, testimony, revision)) if len(whole) else whole
