"""How far each partner has been told, as it is kept: a note with a few places for each, and what moves them beside a request."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, update

from vigie.model.canonical import Json, canonical_text
from vigie.store.offering import STREAMS, Job, Place, by_text, last_number, place_json, place_of
from vigie.store.schema import notes

SERVED = "served"
"""The book of notes that says how far each partner has been told."""

PLACES = ("pending", "acked", "before")
"""The places of a partner that are kept: after the page that it was given last, where it asked for that one, and one page before."""

_AT_ONCE = 1_000


def clamp(connection: Connection) -> None:
    """After rows were deleted: no partner was told of more rows than there are, since the numbers of the last ones are given out again."""
    last = {stream: last_number(connection, number) for stream, (_, number, _, _) in STREAMS.items()}
    for name, text in connection.execute(select(notes.c.name, notes.c.text).where(notes.c.book == SERVED)).all():
        said = json.loads(text)
        for place in map(said.get, PLACES):
            if place:
                place["place"] |= {stream: min(number, place["place"][stream]) for stream, number in last.items()}
        connection.execute(update(notes).where(notes.c.book == SERVED, notes.c.name == name).values(text=canonical_text(said)))


def offer_again(connection: Connection, record_ids: Collection[bytes]) -> None:
    """Has every partner that may read these received records be offered them once more: they bear new seals, or their owner tells of them itself now."""
    again = [job for stream in STREAMS for job in _again(connection, stream, sorted(record_ids))]
    if not again:
        return
    for name, text in connection.execute(select(notes.c.name, notes.c.text).where(notes.c.book == SERVED)).all():
        said = json.loads(text)
        for kept in (said.get(name) for name in PLACES):
            if kept:
                kept["place"] = place_json(_with_again(place_of(kept["place"]), again))
        keep_served(connection, name, said)


def _again(connection: Connection, stream: str, record_ids: Sequence[bytes]) -> Iterator[Job]:
    """The rows of these records, by label, as jobs."""
    table, number, _, _ = STREAMS[stream]
    found: dict[int, tuple[int, int]] = {}
    for part in (record_ids[start : start + _AT_ONCE] for start in range(0, len(record_ids), _AT_ONCE)):
        query = select(table.c.label_id, func.min(number), func.max(number)).where(table.c.record_id.in_(part), table.c.received).group_by(table.c.label_id)
        for label, first, last in connection.execute(query):
            known = found.get(label, (first, last))
            found[label] = min(first, known[0]), max(last, known[1])
    for label in by_text(connection, frozenset(found)):
        yield Job(stream, label, True, True, found[label][0] - 1, found[label][1], again=True)


def _with_again(place: Place, again: Sequence[Job]) -> Place:
    """The place with these jobs, as far as the partner has been told; one that it has for the same label grows."""
    jobs = {(job.stream, job.label_id): job for job in place.jobs if job.again}
    for job in again:
        known = jobs.get((job.stream, job.label_id), job)
        until = min(max(job.until, known.until), getattr(place, job.stream))
        if job.label_id in place.received and until > job.after:
            jobs[job.stream, job.label_id] = job._replace(after=min(job.after, known.after), until=until)
    return replace(place, jobs=(*(job for job in place.jobs if not job.again), *jobs.values()))


def served_note(connection: Connection, peer: str) -> dict[str, Any]:
    """How far a partner has been told, as it was kept; empty for a new one."""
    text = connection.execute(select(notes.c.text).where(notes.c.book == SERVED, notes.c.name == peer)).scalar()
    return dict(json.loads(text)) if text else {}


def keep_served(connection: Connection, peer: str, said: Mapping[str, Json]) -> None:
    """Keeps how far a partner has been told."""
    of_peer = and_(notes.c.book == SERVED, notes.c.name == peer)
    if not connection.execute(update(notes).where(of_peer).values(text=canonical_text(said))).rowcount:
        connection.execute(insert(notes).values(book=SERVED, name=peer, text=canonical_text(said)))


__all__ = ["PLACES", "SERVED", "clamp", "keep_served", "offer_again", "served_note"]
