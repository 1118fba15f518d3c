"""The example's network: three made-up members, what each says under which label, and who of them sees what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from vigie.model.label import Directory, Label, label_from_json, why_closed
from vigie.node.intake import Order, ingest_file
from vigie.node.peers import add_peer, own_card
from vigie.node.settings import DIRECTORY_FILE, SETTINGS_FILE, Node, init_node, open_node
from vigie.node.sync_round import why_not_sent
from vigie.store import find_reports


@dataclass(frozen=True, slots=True)
class Told:
    """What a member says under one label: a file of Vigie's own columns, and the names of its reports (AGENCY/REF)."""

    name: str
    label: Label
    table: str
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the network: its party, the folder of its node, what it is, and what it says."""

    party: str
    folder: str
    title: str
    files: tuple[Told, ...]


class Closed(NamedTuple):
    """A report that another member does not see, whose it is, and the owner's reasons: one sentence for each version."""

    report: str
    owner: str
    reasons: Sequence[str]


@cache
def network_members() -> tuple[Member, ...]:
    """The three members, in the order in which they are made."""
    said = yaml.safe_load((Path(__file__).parent / "network.yaml").read_text(encoding="utf-8"))
    return tuple(_member(one, said["columns"]) for one in said["members"])


def _member(said: Mapping[str, Any], columns: str) -> Member:
    files = tuple(_told(one, said["party"], columns) for one in said["files"])
    return Member(said["party"], said["folder"], said["title"], files)


def _told(said: Mapping[str, Any], owner: str, columns: str) -> Told:
    rows = [line.split(",") for line in said["reports"].splitlines()]
    label = label_from_json({"owner": owner, **said["label"]}, Directory())
    return Told(said["name"], label, f"{columns}\n{said['reports']}", tuple(f"{agency}/{ref}" for ref, agency, *_ in rows))


def make_network(folder: Path, now_us: int) -> dict[str, Node]:
    """A node of each member by its party, each with its own reports; nodes that are there already go on as they are.

    Every one says in its directory that all three are of the community. Raises `BadSetting` where a folder holds something else.
    """
    return {member.party: _node(folder, member, now_us) for member in network_members()}


def _node(folder: Path, member: Member, now_us: int) -> Node:
    place = folder / member.folder
    is_new = not (place / SETTINGS_FILE).exists()
    node = init_node(place, member.party)
    if is_new:
        node.store.close()
        listed = "".join(f'[parties.{one.party}]\norg = "{one.party}"\ncommunity = true\n\n' for one in network_members())
        (place / DIRECTORY_FILE).write_text(listed, encoding="utf-8")
        node = open_node(place)
    (folder / "files").mkdir(exist_ok=True)
    for told in member.files:
        path = folder / "files" / f"{member.folder}-{told.name}.csv"
        path.write_text(told.table, encoding="utf-8")
        ingest_file(node, path, Order(label=told.label), now_us)
    return node


def introduce(nodes: Mapping[str, Node], addresses: Mapping[str, str], now_us: int) -> None:
    """Hands every member's card, with its address, to every other one."""
    for one, other in permutations(nodes, 2):
        add_peer(nodes[one], own_card(nodes[other], addresses[other], now_us), now_us)


def seen(node: Node, now_us: int) -> dict[str, list[str]]:
    """The reports of the network that the node's own party sees in its own node, by owner."""
    audience = node.audience(node.settings.party, now_us)
    names = {member.party: [name for told in member.files for name in told.reports] for member in network_members()}
    return {owner: [name for name in found if find_reports(node.store, audience, name)] for owner, found in names.items()}


def closed_to(party: str, nodes: Mapping[str, Node], now_us: int) -> Iterator[Closed]:
    """What the other members keep from a party, each asked at its own node: nobody else can say."""
    for member in network_members():
        owner = nodes[member.party]
        for told in member.files:
            if why_closed(party, told.label, owner.directory, now_us):
                yield from (Closed(name, member.party, why_not_sent(owner, name, party, now_us)) for name in told.reports)
