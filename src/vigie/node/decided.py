"""What analysts decided, as one audience may read it: which rows of its catalogue are, or are not, one event.

A decision on a report that the audience cannot read says nothing. Where decisions contradict each other, those of the node's own party count first,
then the latest; what contradicts them is left out and shown, and never stops the node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue
from vigie.model.decision import Decision, ReportName, Tie, by_weight, consistent, decisions_of
from vigie.model.entry import Entry
from vigie.node.settings import Node
from vigie.store import Audience, readable_log, rows_named


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision as it stands: the rows of its reports that the audience may read, what it ties or parts, and what of that contradicts a weightier word."""

    entry: Entry
    decision: Decision
    groups: tuple[tuple[int, ...], ...]
    obeyed: tuple[Tie, ...]
    contradicts: tuple[Tie, ...]


Decided = tuple[int, int, bool, int]
"""Two rows, whether they are one event, and when that was said (µs)."""


def decided_rows(node: Node, audience: Audience, catalogue: Catalogue, *, exercise: bool) -> list[Decided]:
    """The pairs of rows that analysts tied or parted, none of which contradicts another."""
    return [(*tie, ruling.entry.said_us) for ruling in rulings(node, audience, catalogue, exercise=exercise) for tie in ruling.obeyed]


def decided_among(rows: NDArray[np.int64], decided: Sequence[Decided]) -> list[Decided]:
    """What was decided of these rows of a catalogue (k,), as positions among them."""
    place = {int(row): number for number, row in enumerate(rows)} if decided else {}
    return [(place[a], place[b], same, said_us) for a, b, same, said_us in decided if a in place and b in place]


def rulings(node: Node, audience: Audience, catalogue: Catalogue, *, exercise: bool) -> tuple[Ruling, ...]:
    """Every decision that the audience may read, the weightiest first; one on reports of which it may read fewer than two ties and parts nothing."""
    said = by_weight(decisions_of(readable_log(node.store, audience, exercise=exercise, types=("decision",))), node.settings.party)
    place = _places(node, audience, catalogue, [name for _, found in said for group in found.groups for name in group], exercise=exercise)
    groups = [_of_one_field([[place[name] for name in group if name in place] for group in found.groups], catalogue) for _, found in said]
    settled = consistent([(rows, found.verdict) for (_, found), rows in zip(said, groups, strict=True)])
    return tuple(Ruling(entry, found, rows, *held) for (entry, found), rows, held in zip(said, groups, settled, strict=True))


def _of_one_field(groups: Sequence[Sequence[int]], catalogue: Catalogue) -> tuple[tuple[int, ...], ...]:
    """Without the reports of another field than the first one's: reports of two fields are never one event."""
    field = next((int(catalogue.field.codes[row]) for group in groups for row in group), -1)
    return tuple(tuple(row for row in group if catalogue.field.codes[row] == field) for group in groups)


def _places(node: Node, audience: Audience, catalogue: Catalogue, names: Sequence[ReportName], *, exercise: bool) -> Mapping[ReportName, int]:
    """The row of the catalogue that each name stands for, where there is one."""
    if not names:
        return {}
    by_ref = rows_named(node.store, audience, {(name.agency, name.ref) for name in names if name.ref is not None}, exercise=exercise)
    wanted = np.array(sorted({row for rows in by_ref.values() for row in rows}), np.int64)
    at = {int(catalogue.row[number]): int(number) for number in np.flatnonzero(np.isin(catalogue.row, wanted))}
    found = {name: [at[row] for row in by_ref.get((name.agency, name.ref), ()) if row in at] for name in names if name.ref is not None}
    known = {name: rows[0] for name, rows in found.items() if rows}
    return known | {name: row for name in names if name.witness and (row := row_of_witness(catalogue, name.witness)) is not None}


def row_of_witness(catalogue: Catalogue, name: str) -> int | None:
    """The row of the report with this witness (32 hexadecimal digits), or None."""
    high, low = np.uint64(int(name[:16], 16)), np.uint64(int(name[16:], 16))
    rows = np.flatnonzero((catalogue.witness[:, 0] == high) & (catalogue.witness[:, 1] == low))
    return int(rows[0]) if len(rows) else None
