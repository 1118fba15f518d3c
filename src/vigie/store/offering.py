"""What a partner is still to be told: a function of the records, of what it may read now, and of how far it has been told.

A place says how far: which rows were looked at, and which labels were open to the partner then. From both follows what was released to it so far, so
that nothing is written down record by record, and a look that finds nothing new costs the same whatever the store holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, func, insert, select, update

from vigie.model.canonical import Json, canonical_text
from vigie.store.predicate import readable_labels, shown_labels
from vigie.store.reading import Audience
from vigie.store.schema import entries, gone, notes, reports, tombstones

SERVED = "served"
"""The book of notes that says how far each partner has been told."""

PLACES = ("pending", "acked", "before")
"""The places of a partner that are kept: after the page that it was given last, where it asked for that one, and one page before."""

LOOKED_AT = 100_000
"""So many rows are looked at for one page; a page may hold nothing and more follow."""

_AT_ONCE = 1_000
STREAMS: Mapping[str, tuple[Table, Any, tuple[str, ...], str]] = {
    "report": (reports, reports.c.row, ("key",), "facts"),
    "entry": (entries, entries.c.id, ("owner", "type", "ref", "exercise"), "body"),
}
"""Of each stream its table, the column that numbers its rows, those of a record's key, and the one that holds what it says."""


class Job(NamedTuple):
    """Rows after one and until another, of one label that was opened or closed to the partner, that are to be offered or withdrawn."""

    stream: str
    label_id: int
    received: bool
    opens: bool
    after: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a partner has been told: the last row of each stream, and the labels, of the node's own records and of received ones, open to it then."""

    report: int = 0
    entry: int = 0
    gone: int = 0
    erased: int = 0
    own: frozenset[int] = frozenset()
    received: frozenset[int] = frozenset()
    jobs: tuple[Job, ...] = ()


class Row(NamedTuple):
    """A row of a stream, as much as decides whom it is told."""

    number: int
    record_id: bytes
    owner: str
    label_id: int
    received: bool
    version: int


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
    return asdict(place) | {"own": sorted(place.own), "received": sorted(place.received), "jobs": [list(job) for job in place.jobs]}


def place_of(said: Mapping[str, Any]) -> Place:
    """The place that `place_json` wrote."""
    jobs = tuple(Job(*job) for job in said["jobs"])
    return Place(**(dict(said) | {"own": frozenset(said["own"]), "received": frozenset(said["received"]), "jobs": jobs}))


def tell(connection: Connection, audience: Audience, place: Place, limit: int) -> Told:
    """What the partner `audience.party` is to be told next by the node of `audience.home`: at most `limit` things.

    Records go first that are gone, then those whose labels were opened or closed, then new ones. What it owns itself it is not told.
    """
    told = Told(_with_labels(connection, audience, place))
    _tell_gone(connection, audience.party, told, limit, place.received | told.place.received)
    _tell_erased(connection, audience.party, told, limit, place.own | place.received | told.place.own | told.place.received)
    while told.place.jobs and len(told) < limit:
        _work(connection, audience, told, limit)
    for stream in STREAMS:
        if len(told) < limit and not told.place.jobs:
            _tell_new(connection, audience, stream, told, limit)
    told.more = told.more or bool(told.place.jobs) or _is_behind(connection, told.place)
    return told


def _is_behind(connection: Connection, place: Place) -> bool:
    highest = {"gone": gone.c.number, "erased": tombstones.c.number} | {stream: number for stream, (_, number, _, _) in STREAMS.items()}
    return any(_last(connection, column) > getattr(place, name) for name, column in highest.items())


def _last(connection: Connection, column: Any) -> int:
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one())


def _with_labels(connection: Connection, audience: Audience, place: Place) -> Place:
    """The place with the labels that are open now, and a job for each that was opened or closed."""
    open_now: dict[str, Any] = {
        "own": frozenset(connection.execute(readable_labels(audience.party, audience.directory, audience.now_us)).scalars()),
        "received": frozenset(connection.execute(shown_labels(audience.home, audience.party, audience.directory, audience.now_us)).scalars()),
    }
    jobs = list(place.jobs)
    for name, labels in open_now.items():
        for label in sorted(labels ^ getattr(place, name)):
            jobs = [job for stream in STREAMS for job in _new_jobs(jobs, place, stream, label, received=name == "received", opens=label in labels)] + [
                job for job in jobs if (job.label_id, job.received) != (label, name == "received")
            ]
    return replace(place, **open_now, jobs=tuple(job for job in jobs if job.until > job.after))


def _new_jobs(jobs: Sequence[Job], place: Place, stream: str, label: int, *, received: bool, opens: bool) -> Iterator[Job]:
    """The job for a label that turned; where the opposite job was not done, it turns back only what that one did."""
    undone = [job for job in jobs if job[:3] == (stream, label, received)]
    until = min([job.after for job in undone], default=getattr(place, stream))
    yield Job(stream, label, received, opens, 0, until)


def _tell_gone(connection: Connection, party: str, told: Told, limit: int, labels: frozenset[int]) -> None:
    """Received records that were withdrawn here and had been shown to the partner. An owner is told nothing of its own."""
    query = select(gone).where(gone.c.number > told.place.gone).order_by(gone.c.number).limit(limit)
    for row in connection.execute(query).all():
        if row.label_id in labels and row.owner != party:
            told.withdrawn.append((row.stream, bytes(row.record_id), row.owner))
        told.place = replace(told.place, gone=row.number)


def _tell_erased(connection: Connection, party: str, told: Told, limit: int, labels: frozenset[int]) -> None:
    """Records that were erased and had been open to the partner: all versions of a key at once. An owner is told nothing of its own."""
    query = select(tombstones).where(tombstones.c.number > told.place.erased).order_by(tombstones.c.number).limit(max(limit - len(told), 0))
    for row in connection.execute(query).all():
        if row.label_id in labels and row.owner != party and bytes(row.key) not in told.erased:
            told.erased.append(bytes(row.key))
        told.place = replace(told.place, erased=row.number)


def _work(connection: Connection, audience: Audience, told: Told, limit: int) -> None:
    """Does some of the first job."""
    job, *others = told.place.jobs
    table, number, _, _ = STREAMS[job.stream]
    of_job = and_(table.c.label_id == job.label_id, table.c.received == job.received, number > job.after, number <= job.until)
    rows = _rows(connection, job.stream, of_job, min(limit - len(told), _AT_ONCE))
    superseded = _superseded(connection, job.stream, [row.number for row in rows], getattr(told.place, job.stream))
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
    """Whether a row of an open label may go to the partner: its own records it has, and of another owner's only what was received."""
    return row.owner != audience.party and (row.received or row.owner == audience.home)


def _tell_new(connection: Connection, audience: Audience, stream: str, told: Told, limit: int) -> None:
    """Offers new rows, and withdraws what they supersede."""
    looked_at = 0
    while len(told) < limit and looked_at < LOOKED_AT:
        place, before = told.place, getattr(told.place, stream)
        rows = _rows(connection, stream, STREAMS[stream][1] > before, _AT_ONCE)
        if not rows:
            return
        rows = _first(rows, place, limit - len(told))
        last, looked_at = rows[-1].number, looked_at + len(rows)
        superseded = _superseded(connection, stream, [row.number for row in rows if _is_open(row, place)], last)
        renewed = _superseding(connection, stream, [row.number for row in rows if row.version > 1], before)
        _take_back(told, stream, [old for old in renewed if _is_open(old, place) and _is_for(old, audience)])
        told.offered += [(stream, row) for row in rows if _is_open(row, place) and row.number not in superseded and _is_for(row, audience)]
        told.place = replace(place, report=last) if stream == "report" else replace(place, entry=last)


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
    columns = (number, table.c.record_id, table.c.owner, table.c.label_id, table.c.received, table.c.version)
    found = connection.execute(select(*columns).where(condition).order_by(number).limit(most)).all()
    return [Row(row[0], bytes(row[1]), *row[2:]) for row in found]


def _relabels(stream: str, newer: Any) -> Any:
    """The condition that a row of the alias `newer` says what a row of the stream's table said, under another label and later."""
    table, _, key, said = STREAMS[stream]
    same = (newer.c[name] == table.c[name] for name in (*key, said))
    return and_(*same, newer.c.version > 1, newer.c.version > table.c.version, newer.c.label_id != table.c.label_id)


def _superseded(connection: Connection, stream: str, numbers: Sequence[int], until: int) -> set[int]:
    """Which of these rows a later word up to row `until` puts under another label."""
    table, number, _, _ = STREAMS[stream]
    newer = table.alias("newer")
    query = select(number).join(newer, _relabels(stream, newer)).where(number.in_(numbers), newer.c[number.name] <= until)
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


def clamp(connection: Connection) -> None:
    """After rows were deleted: no partner was told of more rows than there are, since the numbers of the last ones are given out again."""
    last = {stream: _last(connection, number) for stream, (_, number, _, _) in STREAMS.items()}
    for name, text in connection.execute(select(notes.c.name, notes.c.text).where(notes.c.book == SERVED)).all():
        said = json.loads(text)
        for place in map(said.get, PLACES):
            if place:
                place["place"] |= {stream: min(number, place["place"][stream]) for stream, number in last.items()}
        connection.execute(update(notes).where(notes.c.book == SERVED, notes.c.name == name).values(text=canonical_text(said)))


def served_note(connection: Connection, peer: str) -> dict[str, Any]:
    """How far a partner has been told, as it was kept; empty for a new one."""
    text = connection.execute(select(notes.c.text).where(notes.c.book == SERVED, notes.c.name == peer)).scalar()
    return dict(json.loads(text)) if text else {}


def keep_served(connection: Connection, peer: str, said: Mapping[str, Json]) -> None:
    """Keeps how far a partner has been told."""
    of_peer = and_(notes.c.book == SERVED, notes.c.name == peer)
    if not connection.execute(update(notes).where(of_peer).values(text=canonical_text(said))).rowcount:
        connection.execute(insert(notes).values(book=SERVED, name=peer, text=canonical_text(said)))


__all__ = ["Job", "Place", "Row", "Told", "clamp", "keep_served", "place_json", "place_of", "served_note", "tell"]
