"""Which received records may be passed on to a partner by their owners' leave, though their labels are marked orcon."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, not_, select

from vigie.model.errors import BadReport
from vigie.model.granting import Granting
from vigie.model.said import read_body
from vigie.store.predicate import is_direct, shown_labels
from vigie.store.reading import Audience, has_other_label, is_relabelled
from vigie.store.schema import entries, reports

MAX_GRANTS = 100_000
"""So many words of leave are looked at; a node with more passes on what the first ones allow."""


class Granted(NamedTuple):
    """A received record that a partner may be told of by its owner's leave; ids are hexadecimal."""

    stream: str
    record_id: str
    owner: str


def granted(connection: Connection, audience: Audience) -> frozenset[Granted]:
    """The records that may go to `audience.party` now by leave alone: received here, standing, the leave not expired and not taken back."""
    owners = _leave(connection, audience)
    if not owners:
        return frozenset()
    return frozenset(one for stream, table in (("report", reports), ("entry", entries)) for one in _standing(connection, audience, stream, table, owners))


def _leave(connection: Connection, audience: Audience) -> Mapping[bytes, set[str]]:
    """By record id, the owners who gave leave to pass it on to the party."""
    query = select(entries.c.owner, entries.c.ref, entries.c.version, entries.c.body).where(entries.c.type == "grant", entries.c.received)
    newest: dict[tuple[str, str], Granting] = {}
    for row in connection.execute(query.order_by(entries.c.version, entries.c.id).limit(MAX_GRANTS)):
        try:
            newest[row.owner, row.ref] = read_body(Granting, json.loads(row.body))
        except BadReport:
            newest.pop((row.owner, row.ref), None)
    found: defaultdict[bytes, set[str]] = defaultdict(set)
    for (owner, _), said in newest.items():
        if said.state == "given" and said.to == audience.party and audience.now_us <= said.until_us:
            found[bytes.fromhex(said.record)].add(owner)
    return found


def _standing(connection: Connection, audience: Audience, stream: str, table: Table, owners: Mapping[bytes, set[str]]) -> Iterator[Granted]:
    who = (audience.home, audience.party, audience.directory, audience.now_us)
    by_leave = and_(table.c.label_id.in_(shown_labels(*who, is_granted=True)), table.c.label_id.not_in(shown_labels(*who)))
    is_told = and_(table.c.received, table.c.owner != audience.party, by_leave, is_direct(table), not_(_has_other_label(table)))
    for part in _parts(owners):
        for row in connection.execute(select(table.c.record_id, table.c.owner).where(table.c.record_id.in_(part), is_told)):
            if row.owner in owners[bytes(row.record_id)]:
                yield Granted(stream, bytes(row.record_id).hex(), row.owner)


def _has_other_label(table: Table) -> Any:
    if table is reports:
        return has_other_label(reports)
    later = entries.alias("later")
    return is_relabelled(entries, later, [later.c[name] == entries.c[name] for name in ("owner", "type", "ref", "exercise", "body")])


def _parts(ids: Iterable[bytes]) -> Iterator[list[bytes]]:
    every = sorted(ids)
    return (every[start : start + 1_000] for start in range(0, len(every), 1_000))
