"""A small network of stores for the exchange tests: what each node says, what it hears, and a naive oracle of what each must hold in the end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from made import NOW_US, quake
from vigie.model.entry import Entry
from vigie.model.label import Directory, Label, Party, label_from_json, label_text, may_read, may_show
from vigie.model.report import Key, Record
from vigie.model.seal import Seal
from vigie.store import Audience, FileFacts, Keyring, Store, add_entry, create_store, erase, open_store, prepare, sqlite_url, taking_in
from vigie.store.applying import Delivery, Erased, apply
from vigie.store.entries import entry_of_row
from vigie.store.offering import Place, tell
from vigie.store.rows import report_of_row
from vigie.store.schema import entries, labels, reports, tombstones

PARTIES = ("A", "B", "C")
DAY_US = 86_400 * 10**6
EVERYBODY = {name: Party(name, org=name, community=True) for name in PARTIES}


def template(folder: Path) -> Path:
    """An empty store that is copied for each node of each example."""
    path = folder / "template.sqlite"
    create_store(sqlite_url(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@dataclass
class Node:
    """One node: its store, its directory, its own clock, and its places with each partner.

    `named` are the records that a page named, by server and turn, and `spoken` those of which their owner itself has told the node.
    """

    name: str
    folder: Path
    store: Store
    directory: Directory
    clock_us: int
    told: dict[str, tuple[int, Place]] = field(default_factory=dict)
    heard: dict[str, tuple[int, int]] = field(default_factory=dict)
    released: dict[str, dict[bytes, bool]] = field(default_factory=dict)
    partners: frozenset[str] = frozenset(PARTIES)
    named: dict[tuple[str, int], set[bytes]] = field(default_factory=dict)
    spoken: set[bytes] = field(default_factory=set)

    def audience(self, party: str) -> Audience:
        """A partner, as this node sees it now."""
        return Audience(party, self.directory, self.clock_us, self.name)

    def put(self, ref: str, word: str, label: Label, stream: str) -> None:
        """Says something under a key: the next version of it."""
        ref = f"{self.name}-{ref}"
        if stream == "entry":
            add_entry(self.store, Entry(type="triage", owner=self.name, ref=ref, label=label, said_us=NOW_US, body={"word": word}))
            return
        file = FileFacts(digest=f"{ref}{word}{label_text(label)}", name="f", source="", reader="r", bytes=1, exercise=False, received_us=NOW_US)
        with taking_in(self.store, Keyring(self.folder / "keys"), file, label, NOW_US) as intake:
            made = quake(ref, agency=f"AG-{self.name}", summary=word, revision=int(word), payload=word.encode())
            intake.add(prepare([made], self.name, label_text(label)))

    def erase(self, name: str) -> None:
        """Erases all versions of a key of its own."""
        erase(self.store, Keyring(self.folder / "keys"), self.folder, [name], "wrong", NOW_US, lambda data: sha256(data).digest() * 2)

    def holds(self) -> dict[bytes, Any]:
        """Its rows by record id, reports and entries."""
        with self.store.reading() as connection:
            texts = dict(map(tuple, connection.execute(select(labels.c.id, labels.c.text))))
            rows = [*connection.execute(select(reports)).all(), *connection.execute(select(entries)).all()]
        return {bytes(row.record_id): (row, label_from_json(_json(texts[row.label_id]), self.directory)) for row in rows}


def _json(text: str) -> Any:
    return json.loads(text)


def network(folder: Path, source: Path, known: dict[str, Store]) -> dict[str, Node]:
    """Three nodes that know one another. Their files are new; the stores in `known` are used again: what they have learned of SQL saves most of the time."""
    made = {}
    shutil.rmtree(folder, ignore_errors=True)
    for name in PARTIES:
        place = folder / name
        place.mkdir(parents=True)
        shutil.copy(source, place / "store.sqlite")
        known.setdefault(name, open_store(sqlite_url(place / "store.sqlite")))
        made[name] = Node(name, place, known[name], Directory(groups={"G": frozenset()}, parties=EVERYBODY), NOW_US)
    return made


def page(server: Node, client: Node, limit: int) -> tuple[Delivery, Place, int]:
    """What the server tells the client next, the server's place after it, and its turn."""
    turn, place = server.told.get(client.name, (0, Place()))
    generation, heard = client.heard.get(server.name, (1, 0))
    if heard != turn:
        generation, turn, place = generation + 1, 0, Place()
    with server.store.reading() as connection:
        found = tell(connection, server.audience(client.name), place, limit)
        offers = [_row(connection, stream, row.number, server.directory) for stream, row in found.offered]
        gone = [_erased(row) for row in connection.execute(select(tombstones).where(tombstones.c.key.in_(found.erased)))]
    for _, record_id, _ in found.withdrawn:
        server.released.setdefault(client.name, {})[record_id] = False
    for _, row in found.offered:
        server.released.setdefault(client.name, {})[row.record_id] = True
    client.named[server.name, turn + 1] = {record_id for _, record_id, owner in found.withdrawn if owner == server.name} | {
        row.record_id for _, row in found.offered if row.owner == server.name
    }
    delivery = Delivery(
        peer=server.name,
        generation=generation,
        reports=[(said, _seal(record_id)) for record_id, said in offers if isinstance(said, Record)],
        entries=[(said, _seal(record_id)) for record_id, said in offers if isinstance(said, Entry)],
        withdrawn=found.withdrawn,
        erased=gone,
        is_whole=not found.more,
        note={"turn": turn + 1},
    )
    return delivery, found.place, turn + 1


def _row(connection: Any, stream: str, number: int, directory: Directory) -> tuple[bytes, Record | Entry]:
    table, column = (reports, reports.c.row) if stream == "report" else (entries, entries.c.id)
    row = connection.execute(select(table, labels.c.text.label("label_text")).join(labels, labels.c.id == table.c.label_id).where(column == number)).one()
    label = label_from_json(_json(row.label_text), directory)
    if stream == "entry":
        return bytes(row.record_id), entry_of_row(row, label)
    report = report_of_row(row, str(row.summary).encode())
    return bytes(row.record_id), Record(Key(row.owner, row.agency, row.agency_ref, row.exercise), row.version, label, report)


def _seal(record_id: bytes) -> Seal:
    return Seal("k", sha256(record_id).digest(), bytes(64), 0, 1, bytes(16), b"")


def _erased(row: Any) -> Erased:
    return Erased(bytes(row.record_id), bytes(row.key), row.version, row.owner, row.erased_us, row.reason, bytes(row.signature))


def take(client: Node, delivery: Delivery, turn: int) -> None:
    """The client takes a page in and remembers how far it has heard."""
    apply(client.store, delivery, NOW_US)
    client.spoken |= client.named[delivery.peer, turn]
    client.heard[delivery.peer] = (delivery.generation, turn)


def pull(server: Node, client: Node, limit: int = 100) -> bool:
    """One page, told and taken; whether more follows."""
    delivery, place, turn = page(server, client, limit)
    take(client, delivery, turn)
    server.told[client.name] = (turn, place)
    return not delivery.is_whole


def settle(nodes: dict[str, Node]) -> None:
    """Partners hear one another until nobody has anything new to tell."""
    for _ in range(4):
        for server in nodes.values():
            for client in nodes.values():
                if server is not client and client.name in server.partners:
                    while pull(server, client):
                        pass


def expected(nodes: dict[str, Node], owned: dict[str, dict[bytes, Any]]) -> dict[str, set[bytes]]:
    """What each node must hold of the others in the end, worked out anew from what the owners hold and how they label it."""
    live = {owner: {record_id: found for record_id, found in rows.items() if not _is_relabelled(found, rows.values())} for owner, rows in owned.items()}
    direct = {name: {each for owner in nodes for each in _direct(nodes, live, owner, name)} for name in nodes}
    held = {name: set(found) for name, found in direct.items()}
    for _ in nodes:
        for name, holder, record_id, label in list(_passed(nodes, live, held)):
            if record_id not in nodes[name].spoken and may_show(holder, name, label, nodes[holder].directory, nodes[holder].clock_us):
                held[name].add(record_id)
    return held


def _direct(nodes: dict[str, Node], live: dict[str, dict[bytes, Any]], owner: str, name: str) -> Iterator[bytes]:
    server = nodes[owner]
    if owner != name and name in server.partners:
        yield from (record_id for record_id, (_, label) in live[owner].items() if may_read(name, label, server.directory, server.clock_us))


def _passed(nodes: dict[str, Node], live: dict[str, dict[bytes, Any]], held: dict[str, set[bytes]]) -> Iterator[tuple[str, str, bytes, Label]]:
    """What a node that is not the owner holds, and could pass on. What its owner told somebody and tells it no more, nobody else brings back."""
    for owner, rows in live.items():
        for record_id, (_, label) in rows.items():
            for holder, node in nodes.items():
                for name in node.partners:
                    if len({owner, holder, name}) == len(nodes) and record_id in held[holder]:
                        yield name, holder, record_id, label


def _is_relabelled(found: Any, others: Any) -> bool:
    row, label = found
    said = "facts" if "facts" in row._fields else "body"
    key = ("key",) if said == "facts" else ("type", "ref")
    return any(
        said in other._fields
        and all(getattr(other, name) == getattr(row, name) for name in (*key, said))
        and other.version > row.version
        and other_label != label
        for other, other_label in others
    )


__all__ = ["DAY_US", "PARTIES", "Node", "expected", "network", "page", "pull", "replace", "settle", "take", "template"]
