"""Whether the rows that were there are as they were: a look at the indexes, which takes a tenth of the time that adding up what is readable takes.

Rows are only ever added, with rising numbers, or taken out, which leaves a tombstone or a note that they are gone. So where those are as they were, and
there are as many rows of each label up to the last one as there were, what was readable of them is readable now, unless a label opened or closed, or
a later version came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from vigie.store.predicate import readable_labels, shown_labels
from vigie.store.reading import Audience
from vigie.store.schema import gone, reports, tombstones

Sums = tuple[tuple[int, int, int], ...]
_MOST_NEW = 50_000


@dataclass(frozen=True, slots=True)
class Marks:
    """What must stay for the readable rows up to row `last`, which is the record `last_id`, to be the same.

    `labels` has how many rows bear each label and the sum of their numbers, `others` the same of later versions and of received rows; `ended` are the
    last tombstone and the last note of a withdrawal; `open` the labels that the audience may read, and those under which it is shown what was received.
    """

    last: int
    last_id: str
    labels: Sums
    others: Sums
    ended: tuple[int, int]
    open: tuple[tuple[int, ...], tuple[int, ...]]


def marks_of(connection: Connection, audience: Audience) -> Marks:
    """The marks of all rows that there are now."""
    last = int(connection.execute(select(func.coalesce(func.max(reports.c.row), 0))).scalar_one())
    return Marks(last, _id_of(connection, last), _by_label(connection), _others(connection), _ended(connection), _open(connection, audience))


def came_since(connection: Connection, audience: Audience, before: Marks) -> tuple[Marks, list[int]] | None:
    """The marks now, and rows as they were then whose keys have later versions since; None where what was readable has to be added up again."""
    now = marks_of(connection, audience)
    if sum(count for _, count, _ in now.labels) - sum(count for _, count, _ in before.labels) > _MOST_NEW:
        return None
    is_new = reports.c.row > before.last
    labels, others = _less(now.labels, _by_label(connection, is_new)), _less(now.others, _others(connection, is_new))
    was = (_present(before.labels), _present(before.others), before.ended, _still(before.open, before.labels), before.last_id)
    now_is = (_present(labels), _present(others), now.ended, _still(now.open, before.labels), _id_of(connection, before.last))
    if was != now_is:
        return None
    keys = select(reports.c.key).where(is_new, reports.c.version > 1)
    return now, list(connection.execute(select(reports.c.row).where(reports.c.key.in_(keys), reports.c.row <= before.last)).scalars())


def marks_from(said: Any) -> Marks:
    """The marks of which this is the JSON of `asdict`. Raises `TypeError`, `KeyError` or `ValueError` for what is none."""
    labels, others = (tuple((int(a), int(b), int(c)) for a, b, c in said[name]) for name in ("labels", "others"))
    first, second = said["ended"]
    opened, shown = (tuple(map(int, ids)) for ids in said["open"])
    return Marks(int(said["last"]), str(said["last_id"]), labels, others, (int(first), int(second)), (opened, shown))


def _id_of(connection: Connection, row: int) -> str:
    found = connection.execute(select(reports.c.record_id).where(reports.c.row == row)).scalar()
    return "" if found is None else bytes(found).hex()


def _by_label(connection: Connection, *conditions: ColumnElement[bool]) -> Sums:
    query = select(reports.c.label_id, func.count(), func.sum(reports.c.row)).where(*conditions).group_by(reports.c.label_id)
    return tuple(sorted((int(label), int(count), int(total)) for label, count, total in connection.execute(query)))


def _others(connection: Connection, *conditions: ColumnElement[bool]) -> Sums:
    found = []
    for number, kind in enumerate((reports.c.version > 1, reports.c.received)):
        count, total = connection.execute(select(func.count(), func.coalesce(func.sum(reports.c.row), 0)).where(kind, *conditions)).one()
        found.append((number, int(count), int(total)))
    return tuple(found)


def _less(whole: Sums, part: Sums) -> Sums:
    """The sums without a part."""
    taken = {name: (count, total) for name, count, total in part}
    return tuple((name, count - taken.get(name, (0, 0))[0], total - taken.get(name, (0, 0))[1]) for name, count, total in whole)


def _present(sums: Sums) -> Sums:
    """The sums that count anything: a label that nothing bore then had none."""
    return tuple(one for one in sums if one[1])


def _still(opened: tuple[tuple[int, ...], tuple[int, ...]], labels: Sums) -> list[list[int]]:
    """The open labels that anything bore then: new ones open nothing that was there."""
    known = {label for label, _, _ in labels}
    return [[label for label in ids if label in known] for ids in opened]


def _ended(connection: Connection) -> tuple[int, int]:
    first, second = (connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one() for table in (tombstones, gone))
    return int(first), int(second)


def _open(connection: Connection, audience: Audience) -> tuple[tuple[int, ...], tuple[int, ...]]:
    own = readable_labels(audience.party, audience.directory, audience.now_us)
    shown = shown_labels(audience.home, audience.party, audience.directory, audience.now_us)
    return tuple(sorted(connection.execute(own).scalars())), tuple(sorted(connection.execute(shown).scalars()))
