"""`vigie accounts`: the posts that may sign in at the desk."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from vigie.cli.options import JsonOption, NodeOption, shown_day, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.times import format_time
from vigie.node.clock import now_us

accounts_app = typer.Typer(
    help="Accounts are posts, not persons: duty-analyst, head-of-desk. Their names stand under what is said with them, so name nobody.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The account: a post, never a person's name; a-z, 0-9 and -.")]
PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from the first line of the input (else it is asked for twice).")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(accounts_app, name="accounts")


@accounts_app.command(name="add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="What it may do: reader, analyst (drafts and answers), releaser (approves and releases too), operator (all).")],
    node: NodeOption = None,
    party: Annotated[str, typer.Option(help="Whose post it is (else the node's own); another must be in directory.toml.", show_default=False)] = "",
    deputy: Annotated[str, typer.Option(help="The account that is told when this one does not answer in time.", show_default=False)] = "",
    *,
    password_stdin: PasswordOption = False,
) -> None:
    """Add an account: a post, not a person."""
    from vigie.node.accounts import add_account

    added = add_account(the_node(node), name, party, role, _password(from_stdin=password_stdin), deputy, now_us=now_us())
    say(f"{added.name} of {added.party} may sign in as {added.role}.")


@accounts_app.command(name="list")
def list_all(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Every account: whose post it is, what it may do, who its deputy is."""
    from vigie.node.accounts import list_accounts

    found = list_accounts(the_node(node))
    if as_json:
        facts = [{name: getattr(account, name) for name in ("name", "party", "role", "deputy")} for account in found]
        say_json([known | {"created": format_time(account.created_us)} for known, account in zip(facts, found, strict=True)])
        return
    rows = [(account.name, account.party, account.role, account.deputy, shown_day(account.created_us)) for account in found]
    say_table("Accounts", ["name", "party", "role", "deputy", "created, UTC"], rows)


@accounts_app.command(name="password")
def change_password(name: Name, node: NodeOption = None, *, password_stdin: PasswordOption = False) -> None:
    """Give an account another password; whoever is signed in with it is signed out."""
    from vigie.node.accounts import set_password

    set_password(the_node(node), name, _password(from_stdin=password_stdin))
    say(f"{name} has another password.")


@accounts_app.command(name="remove")
def remove(name: Name, node: NodeOption = None) -> None:
    """Remove an account; what was said with it stays."""
    from vigie.node.accounts import remove_account

    orphans = remove_account(the_node(node), name)
    say(f"{name} is removed." + (f" Without a deputy now: {', '.join(orphans)}." if orphans else ""))


def _password(*, from_stdin: bool) -> str:
    from vigie.node.accounts import MIN_PASSWORD

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    said: str = typer.prompt(f"Password, at least {MIN_PASSWORD} characters", hide_input=True, confirmation_prompt=True)
    return said
