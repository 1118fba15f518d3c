"""Nodes that know each other, and what they hold, for tests of the exchange."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from made import NOW_US, quake
from vigie.model.entry import Entry
from vigie.model.label import Label, label_text
from vigie.model.report import Report
from vigie.node.peers import add_peer, own_card
from vigie.node.settings import Node, init_node, open_node
from vigie.node.sync import answer
from vigie.store import Audience, FileFacts, Window, add_entry, find_reports, prepare, readable_log, taking_in, visible

Send = Callable[[bytes, str], tuple[int, bytes, str]]
_files = itertools.count()

DIRECTORY = """
[parties.A]
community = true
[parties.B]
community = true
[parties.C]
community = true
[parties.D]
community = true
[groups]
FRIENDS = ["B"]
"""


@contextmanager
def nodes(folder: Path, names: Iterable[str] = "AB") -> Iterator[dict[str, Node]]:
    """A node of each name, all partners of each other, with the same directory."""
    for name in names:
        init_node(folder / name, name).store.close()
        (folder / name / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    made = {name: open_node(folder / name) for name in names}
    for one, other in itertools.permutations(made.values(), 2):
        add_peer(one, own_card(other), NOW_US)
    yield made
    for node in made.values():
        node.store.close()


def to(node: Node, now_us: int = NOW_US) -> Send:
    """The way to a node, without a network."""

    def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
        said = answer(node, body, signature, now_us)
        return said.status, said.body, said.signature

    return send


def take(node: Node, label: Label, *reports: Report) -> None:
    """Takes reports in, as one file under a label."""
    name = f"file{next(_files)}"
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, label, NOW_US) as intake:
        intake.add(prepare(list(reports), node.settings.party, label_text(label)))


def open_label(owner: str) -> Label:
    """What everybody may read."""
    return Label(owner, tlp="CLEAR")


def for_party(owner: str, *names: str) -> Label:
    """What only these may read."""
    return Label(owner, tlp="AMBER", rel_to=frozenset(names))


def word(node: Node, ref: str, label: Label, **body: str) -> Entry:
    """Writes an entry down."""
    party = node.settings.party
    return add_entry(node.store, Entry(type="assessment", owner=party, ref=ref, label=label, said_us=NOW_US, by="duty", body=dict(body)))


def held(node: Node) -> set[str]:
    """The references of the reports that the node's own party sees."""
    audience = Audience(node.settings.party, node.directory, NOW_US, node.settings.party)
    rows = visible(node.store, audience, Window()).row
    del rows
    return {f"r{number}" for number in range(60) if find_reports(node.store, audience, f"r{number}")}


def words(node: Node) -> set[str]:
    """The references of the entries that the node's own party sees."""
    audience = Audience(node.settings.party, node.directory, NOW_US, node.settings.party)
    return {entry.ref for entry in readable_log(node.store, audience, exercise=False).entries}


def quakes(*numbers: int) -> list[Report]:
    """Reports named r0, r1 and so on, each with its agency's own bytes."""
    return [quake(f"r{number}", payload=b"<quake>%d</quake>" % number) for number in numbers]
