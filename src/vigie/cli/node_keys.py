"""`vigie keys`: the keys that the node signs with, and its certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, shown_day, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.times import format_time
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.exchange.identity import History
    from vigie.node.settings import Node

keys_app = typer.Typer(
    help="The keys that this node signs with: what its partners know it by.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_STATES = {"current": "current", "former": "former: what it signed is good", "revoked": "REVOKED: nothing that it signed counts"}


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(keys_app, name="keys")


@keys_app.command(name="show")
def show(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Every key that the node has had, and the fingerprint that partners compare."""
    from vigie.exchange.identity import fingerprint
    from vigie.node.identity import identity_of

    opened = the_node(node)
    history = identity_of(opened).history
    keys = _keys(history)
    if as_json:
        facts = {"party": history.party, "key": history.current_id, "fingerprint": fingerprint(history.genesis)}
        say_json(facts | {"keys": keys, "certificate": _certificate(opened)})
        return
    rows = [(key["key"], key["from"], _STATES[key["state"]] + (f" ({key['reason']})" if key["reason"] else "")) for key in keys]
    say_table(f"Keys of {history.party}", ["key", "from, UTC", "state"], rows)
    say(f"Fingerprint: {fingerprint(history.genesis)}")
    say("It is that of the first key and stays. Read it to a partner who was handed your card, by telephone for instance: it must be the same there.")
    certificate = _certificate(opened)
    if certificate:
        say(f"Certificate: good until {certificate['until']}, SHA-256 {certificate['sha256']}.")


def _keys(history: History) -> list[dict[str, Any]]:
    from vigie.exchange.identity import key_id_of

    reasons = {one.key: one.reason for one in history.statements if one.type == "revoke"}
    state = {history.current: "current"} | dict.fromkeys(reasons, "revoked")
    return [
        {"key": key_id_of(one.key), "from": format_time(one.since_us), "state": state.get(one.key, "former"), "reason": reasons.get(one.key, "")}
        for one in history.statements
        if one.type == "key"
    ]


def _certificate(node: Node) -> dict[str, str] | None:
    """What is shown of the certificate; None before there is one."""
    from vigie.node.certificates import known_certificate

    found = known_certificate(node)
    return None if found is None else {"sha256": found.fingerprint, "until": format_time(found.until_us)}


@keys_app.command(name="rotate")
def rotate(
    node: NodeOption = None,
    *,
    certificate: Annotated[bool, typer.Option("--certificate", help="Renew the certificate instead, which protects connections; the key stays.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sign with a new key from now on; what was signed before stays good."""
    if certificate:
        _renew(the_node(node), as_json=as_json)
        return
    from vigie.node.identity import rotate_key

    made = rotate_key(the_node(node), now_us())
    todo = "Partners learn of it when they next sync and need do nothing; the fingerprint stays. Back up the node's folder keys now."
    if as_json:
        say_json({"key": made.key_id, "partners": todo})
        return
    say(f"{made.party} signs with the key {made.key_id} now. {todo}")


def _renew(node: Node, *, as_json: bool) -> None:
    from vigie.node.certificates import renew_certificate

    made = renew_certificate(node, now_us())
    todo = "Start vigie serve again, and hand every partner your card anew: until they add it, they cannot connect."
    if as_json:
        say_json({"sha256": made.fingerprint, "until": format_time(made.until_us), "partners": todo})
        return
    say(f"The certificate is new, SHA-256 {made.fingerprint}, good until {shown_day(made.until_us)}. {todo}")


@keys_app.command(name="revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="The key, as vigie keys show names it (16 digits).")],
    reason: Annotated[str, typer.Option(help="Why; partners read it, so name no person.")],
    node: NodeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Let nothing count that a key signed; the current key is replaced first."""
    from vigie.node.identity import revoke_key

    made = revoke_key(the_node(node), key, reason, now_us())
    todo = (
        "Partners learn of it when they next sync; until then they believe the key. Records that it sealed are sealed anew when they are next offered. "
        "If somebody else has had the key, call every partner now: whoever has a current key can give out a history of his own, "
        "so they should sync at once and compare the history of keys with vigie keys show."
    )
    if as_json:
        say_json({"revoked": key, "key": made.key_id, "partners": todo})
        return
    say(f"The key {key} is revoked; {made.party} signs with {made.key_id}. {todo}")
