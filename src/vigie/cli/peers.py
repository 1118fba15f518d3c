"""`vigie peers`: the nodes that this one exchanges records with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, shown_day, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.errors import BadReport
from vigie.model.times import format_time
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.peers import Peer, Status
    from vigie.node.settings import Node

peers_app = typer.Typer(
    help="Partners: nodes that this one exchanges records with, each known by the card that its people handed over.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Party = Annotated[str, typer.Argument(help="The partner's party.")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(peers_app, name="peers")


@peers_app.command(name="card")
def card(
    out: Annotated[Path, typer.Option("--out", help="The file that the card is written to.")],
    node: NodeOption = None,
    address: Annotated[str, typer.Option(help="Where partners reach this node: https://HOST:PORT. Without one this node only asks.", show_default=False)] = "",
) -> None:
    """Write this node's card: hand it to a partner, and read the fingerprint to them by another way."""
    from vigie.node.identity import identity_of
    from vigie.node.peers import own_card

    opened = the_node(node)
    made = own_card(opened, address, now_us())
    out.write_bytes(made)
    say(f"The card of {opened.settings.party} is in {out}. Give it to the partner, and read them this, by telephone for instance:")
    say(_fingerprint(identity_of(opened).history.genesis))


def _fingerprint(key: bytes) -> str:
    from vigie.exchange.identity import fingerprint

    return fingerprint(key)


@peers_app.command(name="add")
def add(file: Annotated[Path, typer.Argument(help="The partner's card.", metavar="CARD")], node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Add a partner by its card; or give a known one its new address and keys."""
    from vigie.exchange.card import MAX_CARD_BYTES
    from vigie.node.peers import add_peer

    opened = the_node(node)
    with file.open("rb") as stream:
        data = stream.read(MAX_CARD_BYTES + 1)
    try:
        added = add_peer(opened, data, now_us())
    except BadReport as fault:
        fault.source = fault.source or file.name
        raise
    is_listed = added.party in opened.directory.parties
    if as_json:
        say_json({"party": added.party, "address": added.address, "fingerprint": added.fingerprint, "in_directory": is_listed})
        return
    say(f"{added.party} is a partner{f' at {added.address}' if added.address else ', which only asks'}. Compare its fingerprint with its people:")
    say(added.fingerprint)
    if not is_listed:
        say(f"{added.party} is not in directory.toml: it may read only what is open to everybody, or lists it by name.")


@peers_app.command(name="list")
def list_all(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Every partner, where it is, and how the exchange with it stands."""
    from vigie.node.peers import list_peers, status_of

    opened = the_node(node)
    found = [(one, status_of(opened, one.party)) for one in list_peers(opened)]
    if as_json:
        say_json([_facts(one, status) for one, status in found])
        return
    rows = [(one.party, one.address or "only asks", one.history.current_id, shown_day(one.added_us), _standing(status)) for one, status in found]
    say_table("Partners", ["party", "address", "key", "added, UTC", "exchange"], rows)


def _facts(one: Peer, status: Status) -> dict[str, Any]:
    facts = {"party": one.party, "address": one.address, "fingerprint": one.fingerprint, "key": one.history.current_id, "added": format_time(one.added_us)}
    times = {"well": status.well_us, "failing_since": status.since_us, "last_fault": status.fault_us}
    shown = {name: None if at_us is None else format_time(at_us) for name, at_us in times.items()}
    return facts | {"exchange": {**shown, "fault": status.fault, "faults": status.faults}}


def _standing(status: Status) -> str:
    if status.faults and status.since_us is not None:
        often = f"failing since {shown_day(status.since_us)}, {status.faults} times" if status.faults > 1 else f"failed {shown_day(status.since_us)}"
        return f"{often}: {status.fault}"
    return "never" if status.well_us is None else f"well, {shown_day(status.well_us)}"


@peers_app.command(name="show")
def show(party: Party, node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """One partner: its keys, how far each has read, and what it would be told of all that is here."""
    from vigie.node.peers import peer, status_of
    from vigie.node.sync_round import told_to

    opened = the_node(node)
    one, status = peer(opened, party), status_of(opened, party)
    shares = [
        {"of": share.stream, "what": share.what, "label": json.loads(share.label), "records": share.records} for share in told_to(opened, party, now_us())
    ]
    facts = _facts(one, status) | {"in_directory": party in opened.directory.parties, "read": _read(opened, party), "would_be_told": shares}
    if as_json:
        say_json(facts)
        return
    say(f"{party}: {one.address or 'only asks'}; exchange: {_standing(status)}.")
    say(f"Fingerprint: {one.fingerprint}")
    say(f"{'It is' if facts['in_directory'] else 'It is not'} in directory.toml.")
    read = facts["read"]
    say(f"Read from it: cursor {read['cursor'] or 'none'}, pass {read['generation']}; {read['held']:,} records that it releases are held here.")
    say(f"Told to it: {read['told_rows']:,} rows looked at, {'a page under way' if read['page_under_way'] else 'no page under way'}.")
    rows = [(share["what"], share["of"], _label_words(share["label"]), share["records"]) for share in shares]
    say_table(f"What {party} would be told of what is here now", ["field or type", "of", "label", "records"], rows)


def _read(node: Node, party: str) -> dict[str, Any]:
    from vigie.node.sync_round import exchange_facts

    return exchange_facts(node, party)


def _label_words(label: dict[str, Any]) -> str:
    parts = label.get("parts", [label])
    return " and ".join(_part_words(part) for part in parts)


def _part_words(part: dict[str, Any]) -> str:
    listed = "" if part.get("rel_to") is None else f" to {', '.join(part['rel_to']) or 'nobody'}"
    marks = "".join(f" {name}" for name in ("orcon", "relay") if part.get(name))
    return f"{part['owner']} TLP:{part['tlp']}{listed}{marks}"


@peers_app.command(name="remove")
def remove(party: Party, node: NodeOption = None) -> None:
    """Remove a partner: nothing goes to it or comes from it any more; what it gave stays."""
    from vigie.node.peers import remove_peer

    remove_peer(the_node(node), party)
    say(f"{party} is no partner any more. What it gave stays here, and what it was given stays there.")
