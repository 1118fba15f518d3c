"""`vigie demo-network`: three nodes on one machine, each with its own records and its own world."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.cli.show import complain, say
from vigie.cli.worlds import check_port
from vigie.model.label import Label
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.example.network import Closed, Member
    from vigie.node.settings import Node

_HOST = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(name="demo-network")(demo_network)


def demo_network(
    folder: Annotated[Path, typer.Option(help="Where the three nodes and their made-up files are kept; nodes that are there already go on.")] = Path("network"),
    port: Annotated[int, typer.Option(help="The port of the first node, the others have the next two (0 = free ones).", min=0, max=65533)] = 0,
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Go on serving the three nodes at the end, or stop before that.")] = True,
) -> None:
    """Make three nodes on this machine that exchange records, and show who sees what, and why not."""
    from vigie.node.example.network import make_network, network_members

    for place in range(len(network_members())):
        check_port(_HOST, port and port + place)
    nodes = make_network(folder, now_us())
    say(f"Three nodes in {folder}; each has taken in its own made-up reports (EXERCISE).")
    with _served(nodes, port) as addresses:
        is_well = _exchange(nodes, now_us())
        for member in network_members():
            _say_member(member, nodes, folder, now_us())
        if serve and is_well:
            _wait(addresses)
    if not is_well:
        raise typer.Exit(1)
    if not serve:
        say(f"\nServe one of them: vigie serve --node {folder / network_members()[0].folder}; or run this again without --no-serve.")


@contextmanager
def _served(nodes: Mapping[str, Node], port: int) -> Iterator[dict[str, str]]:
    """The address of each node while it is served there; they have each other's cards with these addresses."""
    from vigie import web
    from vigie.node.atlas import load_atlas
    from vigie.node.example.network import introduce

    with ExitStack() as opened:
        for node in nodes.values():
            opened.callback(node.store.close)
        lines = [opened.enter_context(socket.create_server((_HOST, port and port + place))) for place in range(len(nodes))]
        addresses = {party: f"http://{_HOST}:{line.getsockname()[1]}" for party, line in zip(nodes, lines, strict=True)}
        introduce(nodes, addresses, now_us())
        opened.enter_context(web.served_at(list(zip(nodes.values(), lines, strict=True)), load_atlas()))
        yield addresses


def _exchange(nodes: Mapping[str, Node], now: int) -> bool:
    """Each asks the others, over the line; whether all went well."""
    from vigie.node.sync_round import sync_all

    faults = [f"{party} asks {one.party}: {one.fault}" for party, node in nodes.items() for one in sync_all(node, (), now) if one.fault]
    for fault in faults:
        complain(fault)
    return not faults


def _say_member(member: Member, nodes: Mapping[str, Node], folder: Path, now: int) -> None:
    """What the member sees, and what not, with the reason that its owner alone can give."""
    from vigie.node.example.network import closed_to, network_members, seen

    found = seen(nodes[member.party], now)
    labels = {name: told.label for one in network_members() for told in one.files for name in told.reports}
    folders = {one.party: folder / one.folder for one in network_members()}
    say(f"\n{member.party}, {member.title}, sees {sum(map(len, found.values()))} reports: vigie events --exercise --node {folders[member.party]}")
    for owner, names in found.items():
        shown = [f"{name.removeprefix(f'{owner}/')} ({_words(labels[name])})" for name in names]
        say(f"  {'its own' if owner == member.party else owner}: {', '.join(shown) or 'none'}")
    hidden = list(closed_to(member.party, nodes, now))
    say(f"It does not see {len(hidden)}. Only their owners can say why, as with `vigie sync --why {_asked(hidden[0], member.party, folders)}`:")
    for closed in hidden:
        say(f"  {'; '.join(closed.reasons)}")


def _asked(closed: Closed, party: str, folders: Mapping[str, Path]) -> str:
    return f"{closed.report} --to {party} --node {folders[closed.owner]}"


def _words(label: Label) -> str:
    listed = f" to {', '.join(sorted(label.rel_to))}" if label.rel_to else ""
    closed = " to nobody else" if label.rel_to is None and label.tlp not in ("CLEAR", "GREEN") else ""
    return f"{label.tlp}{listed}{closed}{', embargo' if label.embargo_us is not None else ''}"


def _wait(addresses: Mapping[str, str]) -> None:
    """Until it is stopped."""
    from vigie.cli.watch import stopped

    say("\nServed on this machine; to everybody what is CLEAR, to who signs in what the account's party may see. Stop with Ctrl-C.")
    for party, address in addresses.items():
        say(f"  {party}: {address}")
    with stopped() as stop:
        stop.wait()
