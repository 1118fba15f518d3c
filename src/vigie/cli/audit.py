"""`vigie audit`: who saw, changed and released what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, SinceOption, UntilOption, instant, shown_day, the_node
from vigie.cli.show import complain, say, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.model.times import format_time

if TYPE_CHECKING:
    from vigie.node.settings import Node
    from vigie.store import AuditRow

_CHAIN_BYTES = 32


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(audit)


def audit(
    node: NodeOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
    account: Annotated[str, typer.Option(help="Only what this account did; - is the operator at the command line.", show_default=False)] = "",
    act: Annotated[str, typer.Option(help="Only this: see, send, write, release, ingest, erase, export, sign-in ...", show_default=False)] = "",
    limit: Annotated[int, typer.Option(help="At most so many, the latest.", min=1, max=1_000_000)] = 100,
    kept: Annotated[str, typer.Option(help="A head that was kept elsewhere: is it still part of the log?", show_default=False)] = "",
    *,
    head: Annotated[bool, typer.Option("--head", help="Print the head of the log, to be kept elsewhere.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Who saw, changed and released what: the audit log, the latest first."""
    opened = the_node(node)
    if head:
        _say_head(opened, as_json=as_json)
    elif kept:
        _look_for(opened, kept)
    else:
        _say_rows(opened, _rows(opened, since, until, account, act, limit), as_json=as_json)


def _rows(opened: Node, since: str, until: str, account: str, act: str, limit: int) -> list[AuditRow]:
    from vigie.node.audit import ACTS, audit_rows
    from vigie.store import AuditChoice

    if act and act not in ACTS:
        raise BadSetting("There is no such act", field="--act", got=act, expected=", ".join(ACTS))
    who = None if not account else "" if account == "-" else account
    return audit_rows(opened, AuditChoice(instant(since, "--since"), instant(until, "--until"), who, act, None, limit))


def _say_rows(opened: Node, rows: list[AuditRow], *, as_json: bool) -> None:
    from vigie.node.audit import waiting_count

    if as_json:
        say_json([_facts(row) for row in rows])
        return
    shown = [(row.number, shown_day(row.at_us), row.account or "(none)", row.party, row.act, row.subject, _words(row)) for row in rows]
    say_table("Audit log", ["row", "when, UTC", "account", "party", "act", "with what", "more"], shown)
    if count := waiting_count(opened):
        say(f"{count:,} more rows wait until another program has written.")


def _facts(row: AuditRow) -> dict[str, Any]:
    names = ("account", "party", "act", "subject", "facts")
    return {"row": row.number, "at": format_time(row.at_us)} | {name: getattr(row, name) for name in names} | {"chain": row.chain.hex()}


def _words(row: AuditRow) -> str:
    return "; ".join(f"{name} {value}" for name, value in sorted(row.facts.items()))


def _say_head(opened: Node, *, as_json: bool) -> None:
    from vigie.node.audit import READ_WAIT_MS, drain
    from vigie.store import audit_head

    drain(opened, READ_WAIT_MS)
    number, chain = audit_head(opened.store)
    if as_json:
        say_json({"row": number, "chain": chain.hex()})
    else:
        say(f"{number}:{chain.hex()}")


def _look_for(opened: Node, kept: str) -> None:
    from vigie.store import is_in_audit

    number, _, chain = kept.replace(" ", ":").partition(":")
    try:
        wanted = int(number), bytes.fromhex(chain)
    except ValueError:
        wanted = 0, b""
    if len(wanted[1]) != _CHAIN_BYTES:
        raise BadSetting("The head cannot be understood", field="--kept", got=kept, expected="what vigie audit --head printed")
    if not is_in_audit(opened.store, *wanted):
        complain(f"Row {number} of the audit log is not the one that this head was taken of: the log was cut or written anew since.")
        raise typer.Exit(1)
    say(f"Row {number} of the audit log is the one that this head was taken of; vigie check proves the rows.")
