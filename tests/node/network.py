"""Nodes with stores and keys of their own that exchange over lines that lose, repeat, forge and break; and a naive oracle of what each must hold."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import event

from made import NOW_US, quake
from vigie.model.entry import Entry
from vigie.model.errors import VigieError
from vigie.model.label import Directory, Label, Membership, Party, label_text
from vigie.model.times import DAY_US, parse_time
from vigie.node import serving
from vigie.node.backup import restore
from vigie.node.peers import add_peer, known_peer, own_card
from vigie.node.settings import Node, init_node, open_node
from vigie.node.sync import answer, sync_with
from vigie.store import Audience, FileFacts, add_entry, erase, prepare, taking_in, visible
from vigie.store.entries import key_bytes

NAMES = ("A", "B", "C")
CLEARED, CAVEATS = {"B"}, {"C": {"MEDICAL"}}
"""Who is cleared for what is RESTRICTED, and who holds which caveat: at every node the same."""

Said = tuple[int, bytes, str]
Send = Callable[[bytes, str], Said]


class Killed(BaseException):
    """A process ends here."""


@dataclass(frozen=True, slots=True)
class View:
    """Who is in group G by a node's directory, always or from one instant until another, and what its clock says."""

    always: frozenset[str] = frozenset()
    dated: frozenset[tuple[str, int, int]] = frozenset()
    clock_us: int = NOW_US

    def directory(self) -> Directory:
        """The directory that says so."""
        parties = {
            name: Party(name, name, community=True, caveats=frozenset(CAVEATS.get(name, ())), clearance={"VIGIE": "RESTRICTED"} if name in CLEARED else {})
            for name in NAMES
        }
        return Directory(groups={"G": self.always}, parties=parties, dated={"G": frozenset(Membership(*place) for place in self.dated)})

    def names(self, party: str) -> set[str]:
        """What a list of readers may call a party now."""
        is_in = party in self.always or any(who == party and since <= self.clock_us < until for who, since, until in self.dated)
        return {party, "G"} if is_in else {party}


@dataclass(frozen=True, slots=True)
class Version:
    """A record as a node holds it: `thing` tells its key, `words` what it says."""

    stream: str
    thing: str
    key: bytes
    owner: str
    version: int
    words: bytes
    label: Mapping[str, Any]
    received: bool


def opens(label: Mapping[str, Any], party: str, view: View) -> bool:
    """The rules of reading, written a second time."""
    names, lists = view.names(party), {name: set(label.get(name, ())) for name in ("rel_to", "not_to", "caveats")}
    if label["owner"] == party:
        return True
    if "embargo" in label and view.clock_us < parse_time(label["embargo"]):
        return False
    if label["level"] == "RESTRICTED" and party not in CLEARED:
        return False
    if lists["caveats"] - CAVEATS.get(party, set()) or lists["not_to"] & names:
        return False
    return bool(lists["rel_to"] & names) if "rel_to" in label else label["tlp"] in ("CLEAR", "GREEN")


def passes(label: Mapping[str, Any]) -> bool:
    """Whether somebody who is not the owner may pass it on."""
    return label["tlp"] != "RED" and not label.get("orcon") and bool(label.get("relay") or label["tlp"] in ("CLEAR", "GREEN"))


@dataclass
class Member:
    """A node of the network. `heard` are the records of which their owner itself has told it."""

    name: str
    node: Node
    view: View = field(default_factory=View)
    heard: set[bytes] = field(default_factory=set)

    def see(self, view: View) -> None:
        """Its directory and clock are others now."""
        self.view, self.node = view, replace(self.node, directory=view.directory())

    def audience(self, party: str) -> Audience:
        """A party, as this node sees it now."""
        return self.node.audience(party, self.view.clock_us)

    def put(self, stream: str, ref: str, word: str, label: Label) -> None:
        """Says something under a key: its next version."""
        ref = f"{self.name}-{ref}"
        if stream == "entry":
            add_entry(self.node.store, Entry(type="triage", owner=self.name, ref=ref, label=label, said_us=NOW_US, body={"word": word}))
            return
        text = label_text(label)
        facts = FileFacts(digest=f"{ref}{word}{text}", name="f", source="", reader="r", bytes=1, exercise=False, received_us=NOW_US)
        with taking_in(self.node.store, self.node.keyring, facts, label, NOW_US) as intake:
            intake.add(prepare([quake(ref, agency=f"AG-{self.name}", summary=word, revision=int(word), payload=word.encode())], self.name, text))

    def erase(self, stream: str, ref: str) -> None:
        """Erases all versions of a key of its own."""
        name = f"AG-{self.name}/{self.name}-{ref}" if stream == "report" else f"triage/{self.name}-{ref}"
        erase(self.node.store, self.node.keyring, self.node.quarantine, [name], "wrong", NOW_US, self.node.sign)

    def holds(self) -> dict[bytes, Version]:
        """Everything in its store, by record id."""
        with self.node.store.reading() as connection:
            told = connection.exec_driver_sql(
                "SELECT record_id, agency_ref, key, owner, version, facts, text, received FROM reports JOIN labels ON labels.id = label_id"
            ).all()
            said = connection.exec_driver_sql(
                "SELECT record_id, type, ref, owner, version, body, text, received FROM entries JOIN labels ON labels.id = label_id"
            ).all()
        found = {
            bytes(row[0]): Version("report", f"{row.owner}/{row[1]}", bytes(row[2]), row.owner, row.version, bytes(row[5]), json.loads(row.text), bool(row[7]))
            for row in told
        }
        for row in said:
            key = key_bytes(Entry(type=row.type, owner=row.owner, ref=row.ref, label=Label(row.owner), said_us=0, body={}))
            label = json.loads(row.text)
            found[bytes(row[0])] = Version("entry", f"{row.owner}/{row.ref}", key, row.owner, row.version, row.body.encode(), label, bool(row[7]))
        return found

    def shown(self, party: str) -> set[bytes]:
        """The record ids of the reports that a party sees here."""
        rows = visible(self.node.store, self.audience(party)).row.tolist()
        with self.node.store.reading() as connection:
            ids = {row.row: bytes(row.record_id) for row in connection.exec_driver_sql("SELECT row, record_id FROM reports")}
        return {ids[row] for row in rows}

    def go_back(self, backup: Path) -> None:
        """The node is lost, and made again from its backup."""
        self.node.store.close()
        shutil.rmtree(self.node.folder)
        restore(backup, self.node.folder, NOW_US)

    def erased(self) -> set[bytes]:
        """The keys and ids of what was erased here."""
        with self.node.store.reading() as connection:
            return {bytes(name) for row in connection.exec_driver_sql("SELECT key, record_id FROM tombstones") for name in row}

    def may_tell(self, party: str) -> set[bytes]:
        """The records that it may tell a party now, written a second time from their labels."""
        held = self.holds()
        return {
            record_id
            for record_id, one in held.items()
            if not is_relabelled(one, held.values())
            and one.owner != party
            and opens(one.label, party, self.view)
            and (one.owner == self.name or (one.received and passes(one.label)))
        }


def is_relabelled(one: Version, others: Any) -> bool:
    """Whether a later version says the same under another label."""
    return any(
        (other.stream, other.key, other.words) == (one.stream, one.key, one.words) and other.version > one.version and other.label != one.label
        for other in others
    )


def template(folder: Path) -> Path:
    """The folder of nodes that know one another, to be copied for each example."""
    for name in NAMES:
        init_node(folder / name, name).store.close()
    made = {name: open_node(folder / name) for name in NAMES}
    for one, other in itertools.permutations(made.values(), 2):
        add_peer(one, own_card(other), NOW_US)
    for node in made.values():
        node.store.close()
        with sqlite3.connect(node.folder / "vigie.sqlite") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@dataclass
class Network:
    """The members, who is linked with whom, every page that was ever made, and how often what happened."""

    members: dict[str, Member]
    links: set[frozenset[str]]
    pages: dict[tuple[str, str], list[Said]] = field(default_factory=dict)
    told: dict[str, set[bytes]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Who may ask whom: server and client."""
        return ((one, other) for one, other in itertools.permutations(self.members, 2) if {one, other} in self.links)

    def line(self, server: str, client: str) -> Send:
        """The way from a client to a server: of each page it is seen to that no body is in it that may not be told now."""

        def send(body: bytes, signature: str) -> Said:
            giver = self.members[server]
            allowed = giver.may_tell(client)
            said = answer(giver.node, body, signature, giver.view.clock_us)
            if said.status == 200:
                offered = {record_id for record_id, is_offer, _ in items(said.body) if is_offer}
                assert offered <= allowed, f"{server} told {client} what is closed to it"
                self.told.setdefault(client, set()).update(offered)
                self.pages.setdefault((server, client), []).append((said.status, said.body, said.signature))
            return said.status, said.body, said.signature

        return send

    def taken(self, server: str, client: str, body: bytes) -> None:
        """Writes down what the client has heard from the server, after it took a page in."""
        for record_id, is_offer, owner in items(body):
            self.happened["offered" if is_offer else "withdrawn"] += 1
            if owner == server:
                self.members[client].heard.add(record_id)
            else:
                self.happened["relayed"] += is_offer

    def noting(self, server: str, client: str, send: Send) -> Send:
        """A way on which the page before is written down as taken when the next one is asked for; see `flush`."""

        def asked(body: bytes, signature: str) -> Said:
            said = send(body, signature)
            if said[0] == 200:
                self.taken(server, client, said[1])
            return said

        return asked

    def settle(self) -> None:
        """Everybody asks everybody until nobody has anything new to tell, and nobody is refused any more: that comes to pass in a few rounds."""
        for _ in range(10):
            faults = []
            brought: Counter[str] = Counter()
            for server, client in self.pairs():
                taker = self.members[client]
                try:
                    brought += sync_with(taker.node, server, self.noting(server, client, self.line(server, client)), taker.view.clock_us).counts
                except VigieError as fault:
                    faults.append(f"{client} asks {server}: {fault}")
            if not faults and not brought["taken"] + brought["withdrawn"] + brought["erased"]:
                return
        raise AssertionError(f"the network comes to no rest: {dict(brought)} {faults}")

    def introduce(self) -> None:
        """Everybody hands everybody the card."""
        for one, other in itertools.permutations(self.members.values(), 2):
            add_peer(one.node, own_card(other.node), NOW_US)

    def expected(self) -> dict[str, set[bytes]]:
        """What each must hold of the others when syncing rests, from what the owners hold and how they label it."""
        rows = {name: member.holds() for name, member in self.members.items()}
        own = {name: {record_id: one for record_id, one in found.items() if not one.received} for name, found in rows.items()}
        live = {record_id: one for found in own.values() for record_id, one in found.items() if not is_relabelled(one, found.values())}
        erased = {name: member.erased() for name, member in self.members.items()}
        held: dict[str, set[bytes]] = {name: set() for name in self.members}
        for _ in self.members:
            for (server, client), (record_id, one) in itertools.product(self.pairs(), live.items()):
                if one.owner != client and not {record_id, one.key} & erased[client] and self._is_open(server, client, record_id, one, held):
                    held[client].add(record_id)
        return held

    def _is_open(self, server: str, client: str, record_id: bytes, one: Version, held: Mapping[str, set[bytes]]) -> bool:
        """Whether the server, as owner or as one who holds it, tells the client. What the owner told it and tells it no more, nobody else brings back."""
        is_readable = opens(one.label, client, self.members[server].view)
        if one.owner == server:
            return is_readable
        return is_readable and passes(one.label) and record_id in held[server] and record_id not in self.members[client].heard


def items(body: bytes) -> Iterator[tuple[bytes, bool, str]]:
    """Of each record that a page offers or withdraws its id, whether it is offered, and its owner."""
    page = json.loads(body)
    for item in page["items"]:
        if "offer" in item:
            record = item["record"]
            text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            yield sha256(text.encode()).digest(), True, record["key"][0]
        elif "withdraw" in item:
            yield bytes.fromhex(item["record"]), False, item["owner"]


def opened(folder: Path, source: Path, shape: str, known: dict[str, Node]) -> Network:
    """A network of copies of the nodes of the template. In a chain the first and the last never meet.

    The processes are new and the files too; the objects in `known` are used again, since what they have learned of SQL saves most of the time.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)
    serving._SEEN.clear()
    members = {}
    for name in NAMES:
        known.setdefault(name, open_node(folder / name))
        members[name] = Member(name, known[name])
        members[name].see(View())
    links = {frozenset(pair) for pair in itertools.combinations(NAMES, 2)}
    return Network(members, links - {frozenset({NAMES[0], NAMES[-1]})} if shape == "chain" else links)


@contextmanager
def dying(node: Node, statement: int) -> Iterator[None]:
    """The process of a node ends before so many statements more: what is not committed by then never happened."""
    left = itertools.count(statement, -1)

    def count(*_: object) -> None:
        if next(left) <= 0:
            raise Killed

    names = ("before_cursor_execute", "commit")
    for name in names:
        event.listen(node.store.engine, name, count)
    try:
        yield
    finally:
        for name in names:
            event.remove(node.store.engine, name, count)
        node.store.close()


__all__ = ["DAY_US", "NAMES", "Killed", "Member", "Network", "View", "dying", "known_peer", "opened", "opens", "passes", "template"]
