"""What a partner is still to be told: a function of the records, of what it may read now, and of how far it has been told.

A place says how far: which rows were looked at, and which labels were open to the partner then. From both follows what was released to it so far, so
that nothing is written down record by record, and a look that finds nothing new costs the same whatever the store holds.

Where a page ends, and whether more follows, is counted in what concerns the partner alone: rows that it may not read are stepped over where they are
looked up, so that neither their number nor their being there shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, FromClause, Table, and_, bindparam, exists, func, not_, or_, select

from vigie.model.canonical import Json
from vigie.store.granting import Granted, granted
from vigie.store.predicate import is_direct, readable_labels, shown_labels
from vigie.store.reading import Audience
from vigie.store.schema import entries, gone, labels, reports, tombstones

_AT_ONCE = 1_000
STREAMS: Mapping[str, tuple[Table, Any, tuple[str, ...], str]] = {
    "report": (reports, reports.c.row, ("key",), "facts"),
    "entry": (entries, entries.c.id, ("owner", "type", "ref", "exercise"), "body"),
}
"""Of each stream its table, the column that numbers its rows, those of a record's key, and the one that holds what it says."""


class Job(NamedTuple):
    """Rows after one and until another, of one label that was opened or closed to the partner, that are to be offered or withdrawn.

    `again`: they are offered once more, to whoever had them: a job of its own beside the others.
    """

    stream: str
    label_id: int
    received: bool
    opens: bool
    after: int
    until: int
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a partner has been told: the last row of each stream, and the labels, of the node's own records and of received ones, open to it then.

    `granted` are the received records that it was told of by their owners' leave.
    """

    report: int = 0
    entry: int = 0
    gone: int = 0
    erased: int = 0
    own: frozenset[int] = frozenset()
    received: frozenset[int] = frozenset()
    granted: frozenset[Granted] = frozenset()
    jobs: tuple[Job, ...] = ()


class Row(NamedTuple):
    """A row of a stream, as much as decides whom it is told. `is_direct`: it is the node's own, or its owner itself tells the node of it."""

    number: int
    record_id: bytes
    owner: str
    label_id: int
    received: bool
    version: int
    is_direct: bool


@dataclass(slots=True)
class Told:
    """What one page tells, in order: (stream, row) to offer, (stream, record id, owner) to withdraw, keys to erase; and the place after it."""

    place: Place
    withdrawn: list[tuple[str, bytes, str]] = field(default_factory=list)
    erased: list[bytes] = field(default_factory=list)
    offered: list[tuple[str, Row]] = field(default_factory=list)
    more: bool = False

    def __len__(self) -> int:
        return len(self.withdrawn) + len(self.erased) + len(self.offered)


def place_json(place: Place) -> dict[str, Json]:
    """The place as a note keeps it."""
    jobs: list[Json] = [list(job) for job in place.jobs]
    leave: list[Json] = [list(one) for one in sorted(place.granted)]
    return asdict(place) | {"own": sorted(place.own), "received": sorted(place.received), "granted": leave, "jobs": jobs}


def place_of(said: Mapping[str, Any]) -> Place:
    """The place that `place_json` wrote."""
    jobs, leave = tuple(Job(*job) for job in said["jobs"]), frozenset(Granted(*one) for one in said.get("granted", ()))
    return Place(**(dict(said) | {"own": frozenset(said["own"]), "received": frozenset(said["received"]), "granted": leave, "jobs": jobs}))


def tell(connection: Connection, audience: Audience, place: Place, limit: int) -> Told:
    """What the partner `audience.party` is to be told next by the node of `audience.home`: at most `limit` things.

    Records go first that are gone, then those whose labels were opened or closed, then new ones. What it owns itself it is not told.
    """
    told = Told(_with_labels(connection, audience, place))
    _tell_gone(connection, audience, told, limit, place.received | told.place.received)
    _tell_erased(connection, audience, told, limit, place.own | place.received | told.place.own | told.place.received)
    is_leave_left = _tell_granted(connection, audience, told, limit)
    while told.place.jobs and len(told) < limit:
        _work(connection, audience, told, limit)
    for stream in STREAMS:
        if len(told) < limit and not told.place.jobs:
            _tell_new(connection, audience, stream, told, limit)
    told.more = is_leave_left or bool(told.place.jobs) or _is_behind(connection, audience, told.place, place)
    return told


def _is_behind(connection: Connection, audience: Audience, place: Place, before: Place) -> bool:
    """Whether anything is left that concerns the partner; what does not is no reason to ask again."""
    received = before.received | place.received
    if _is_left(connection, gone.c.number, place.gone, lambda: _told_of(gone, audience, received)):
        return True
    if _is_left(connection, tombstones.c.number, place.erased, lambda: _told_of(tombstones, audience, before.own | place.own | received)):
        return True
    return any(_is_left(connection, STREAMS[stream][1], getattr(place, stream), partial(_concerns, stream, audience, place)) for stream in STREAMS)


def _is_left(connection: Connection, number: Any, told: int, condition: Callable[[], Any]) -> bool:
    """Whether a row after the last one that was told meets the condition, which is made only where there is such a row."""
    if last_number(connection, number) <= told:
        return False
    return connection.execute(select(number).where(number > told, condition()).order_by(number).limit(1)).first() is not None


def last_number(connection: Connection, column: Any) -> int:
    """The highest number of a column; 0 where there is no row."""
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one())


def _with_labels(connection: Connection, audience: Audience, place: Place) -> Place:
    """The place with the labels that are open now, and a job for each that was opened or closed."""
    open_now: dict[str, Any] = {
        "own": frozenset(connection.execute(readable_labels(audience.party, audience.directory, audience.now_us)).scalars()),
        "received": frozenset(connection.execute(shown_labels(audience.home, audience.party, audience.directory, audience.now_us)).scalars()),
    }
    jobs = list(place.jobs)
    for name, opened in open_now.items():
        for label in by_text(connection, opened ^ getattr(place, name)):
            jobs = [job for stream in STREAMS for job in _new_jobs(jobs, place, stream, label, received=name == "received", opens=label in opened)] + [
                job for job in jobs if (job.label_id, job.received) != (label, name == "received")
            ]
    return replace(place, **open_now, jobs=tuple(job for job in jobs if job.until > job.after))


def by_text(connection: Connection, numbers: frozenset[int]) -> list[int]:
    """Labels in the order of their texts: their numbers tell which was used first, by whomever."""
    if not numbers:
        return []
    return list(connection.execute(select(labels.c.id).where(labels.c.id.in_(sorted(numbers))).order_by(labels.c.text)).scalars())


def _new_jobs(jobs: Sequence[Job], place: Place, stream: str, label: int, *, received: bool, opens: bool) -> Iterator[Job]:
    """The job for a label that turned; where the opposite job was not done, it turns back only what that one did."""
    undone = [job for job in jobs if job[:3] == (stream, label, received) and not job.again]
    until = min([job.after for job in undone], default=getattr(place, stream))
    yield Job(stream, label, received, opens, 0, until)


def _tell_gone(connection: Connection, audience: Audience, told: Told, limit: int, labels: frozenset[int]) -> None:
    """Received records that were withdrawn here and had been shown to the partner."""
    for row in _after(connection, gone, told.place.gone):
        if row.label_id in labels and row.owner != audience.party:
            if len(told) >= limit:
                return
            told.withdrawn.append((row.stream, bytes(row.record_id), row.owner))
        told.place = replace(told.place, gone=row.number)


def _after(connection: Connection, table: Table, number: int) -> Iterator[Any]:
    """The rows after a number in their order, some at a time."""
    while rows := connection.execute(select(table).where(table.c.number > number).order_by(table.c.number).limit(_AT_ONCE)).all():
        yield from rows
        number = rows[-1].number


def _tell_erased(connection: Connection, audience: Audience, told: Told, limit: int, labels: frozenset[int]) -> None:
    """Records that were erased and had been open to the partner: all versions of a key at once."""
    for row in _after(connection, tombstones, told.place.erased):
        if row.label_id in labels and row.owner != audience.party and bytes(row.key) not in told.erased:
            if len(told) >= limit:
                return
            told.erased.append(bytes(row.key))
        told.place = replace(told.place, erased=row.number)


def _tell_granted(connection: Connection, audience: Audience, told: Told, limit: int) -> bool:
    """Received records that their owners gave leave to pass on to the partner; those whose leave has ended, or that stand no more, are withdrawn.

    Whether there are more of them than the page had room for.
    """
    now, before = granted(connection, audience), told.place.granted
    done = sorted(now ^ before)[: max(limit - len(told), 0)]
    told.withdrawn += [(one.stream, bytes.fromhex(one.record_id), one.owner) for one in done if one in before]
    for stream, (table, *_) in STREAMS.items():
        ids = [bytes.fromhex(one.record_id) for one in done if one.stream == stream and one not in before]
        told.offered += [(stream, row) for row in _rows(connection, stream, table.c.record_id.in_(ids), len(ids))] if ids else []
    told.place = replace(told.place, granted=before ^ frozenset(done))
    return len(done) < len(now ^ before)


def _work(connection: Connection, audience: Audience, told: Told, limit: int) -> None:
    """Does some of the first job."""
    job, *others = told.place.jobs
    table, number, _, _ = STREAMS[job.stream]
    of_job = and_(table.c.label_id == job.label_id, table.c.received == job.received, number > job.after, number <= job.until)
    rows = _rows(connection, job.stream, of_job, min(limit - len(told), _AT_ONCE))
    until = None if job.opens else getattr(told.place, job.stream)
    superseded = _superseded(connection, job.stream, [row.number for row in rows], until)
    for row in rows:
        if row.number not in superseded and _is_for(row, audience):
            _add(told, job.stream, row, opens=job.opens)
    left = (job._replace(after=rows[-1].number),) if rows else ()
    told.place = replace(told.place, jobs=(*left, *others))


def _add(told: Told, stream: str, row: Row, *, opens: bool) -> None:
    if opens:
        told.offered.append((stream, row))
    else:
        told.withdrawn.append((stream, row.record_id, row.owner))


def _is_for(row: Row, audience: Audience) -> bool:
    """Whether a row of an open label may go to the partner: its own records it has, and of another owner's only what that one told this node itself.

    So what an owner takes back from those whom it tells is taken back by them, and no two others keep it alive for each other.
    """
    return row.owner != audience.party and (row.is_direct if row.received else row.owner == audience.home)


def _tell_new(connection: Connection, audience: Audience, stream: str, told: Told, limit: int) -> None:
    """Offers new rows, and withdraws what they supersede."""
    end = last_number(connection, STREAMS[stream][1])
    while len(told) < limit and getattr(told.place, stream) < end:
        place, before = told.place, getattr(told.place, stream)
        found = _rows(connection, stream, and_(STREAMS[stream][1] > before, STREAMS[stream][1] <= end, _concerns(stream, audience, place)), _AT_ONCE)
        rows = _first(found, place, limit - len(told))
        last = rows[-1].number if len(rows) < len(found) or len(found) == _AT_ONCE else end
        superseded = _superseded(connection, stream, [row.number for row in rows if _is_open(row, place)])
        renewed = _superseding(connection, stream, [row.number for row in rows if row.version > 1], before)
        _take_back(told, stream, [old for old in renewed if _is_open(old, place) and _is_for(old, audience)])
        told.offered += [(stream, row) for row in rows if _is_open(row, place) and _is_for(row, audience) and row.number not in superseded]
        told.place = replace(place, report=last) if stream == "report" else replace(place, entry=last)


def _concerns(stream: str, audience: Audience, place: Place) -> Any:
    """The condition on a stream's rows that they may go to the partner, or put another label on what may."""
    table, _, key, said = STREAMS[stream]
    old = table.alias("old")
    same = (old.c[name] == table.c[name] for name in (*key, said))
    takes_back = exists().where(*same, table.c.version > old.c.version, table.c.label_id != old.c.label_id, _may_go(old, audience, place))
    return or_(_may_go(table, audience, place), and_(table.c.version > 1, takes_back))


def _may_go(records: FromClause, audience: Audience, place: Place) -> Any:
    """As `_is_open` and `_is_for` have it."""
    own = and_(not_(records.c.received), records.c.owner == audience.home, _among(records, place.own))
    return and_(records.c.owner != audience.party, or_(own, and_(records.c.received, _among(records, place.received), is_direct(records))))


def _told_of(table: Table, audience: Audience, numbers: frozenset[int]) -> Any:
    return and_(table.c.owner != audience.party, _among(table, numbers))


def _among(records: FromClause, numbers: frozenset[int]) -> Any:
    """The condition that a row's label is one of these, however many they are."""
    return records.c.label_id.in_(bindparam(None, sorted(numbers), expanding=True, literal_execute=True, unique=True))


def _take_back(told: Told, stream: str, rows: Sequence[Row]) -> None:
    """Withdraws rows; one that this page was about to offer is not told at all."""
    if not rows:
        return
    unsaid = {row.record_id for named, row in told.offered if named == stream} & {row.record_id for row in rows}
    told.offered = [(named, row) for named, row in told.offered if row.record_id not in unsaid]
    told.withdrawn += [(stream, row.record_id, row.owner) for row in rows if row.record_id not in unsaid]


def _first(rows: list[Row], place: Place, most: int) -> list[Row]:
    """The rows up to the one that is the last of so many that are open to the partner."""
    found = 0
    for position, row in enumerate(rows):
        found += _is_open(row, place)
        if found >= most:
            return rows[: position + 1]
    return rows


def _is_open(row: Row, place: Place) -> bool:
    return row.label_id in (place.received if row.received else place.own)


def _rows(connection: Connection, stream: str, condition: Any, most: int) -> list[Row]:
    table, number, _, _ = STREAMS[stream]
    columns = (number, table.c.record_id, table.c.owner, table.c.label_id, table.c.received, table.c.version, is_direct(table))
    found = connection.execute(select(*columns).where(condition).order_by(number).limit(most)).all()
    return [Row(row[0], bytes(row[1]), row[2], row[3], row[4], row[5], bool(row[6])) for row in found]


def _relabels(stream: str, newer: Any) -> Any:
    """The condition that a row of the alias `newer` says what a row of the stream's table said, under another label and later."""
    table, _, key, said = STREAMS[stream]
    same = (newer.c[name] == table.c[name] for name in (*key, said))
    return and_(*same, newer.c.version > 1, newer.c.version > table.c.version, newer.c.label_id != table.c.label_id)


def _superseded(connection: Connection, stream: str, numbers: Sequence[int], until: int | None = None) -> set[int]:
    """Which of these rows a later word puts under another label: any, or one up to row `until`.

    What is taken back already is never offered, though the word that takes it back is told on a later page.
    """
    table, number, _, _ = STREAMS[stream]
    newer = table.alias("newer")
    query = select(number).join(newer, _relabels(stream, newer)).where(number.in_(numbers))
    query = query if until is None else query.where(newer.c[number.name] <= until)
    return set(connection.execute(query).scalars()) if numbers else set()


def _superseding(connection: Connection, stream: str, numbers: Sequence[int], until: int) -> list[Row]:
    """The rows up to `until` that one of these rows puts under another label, and that none up to `until` had."""
    if not numbers:
        return []
    table, number, _, _ = STREAMS[stream]
    newer = table.alias("newer")
    query = select(number).join(newer, _relabels(stream, newer)).where(newer.c[number.name].in_(numbers), number <= until).distinct()
    old = list(connection.execute(query).scalars())
    known = _superseded(connection, stream, old, until)
    return _rows(connection, stream, number.in_([one for one in old if one not in known]), len(old)) if old else []


__all__ = ["STREAMS", "Job", "Place", "Row", "Told", "by_text", "last_number", "place_json", "place_of", "tell"]
