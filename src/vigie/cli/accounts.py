"""`vigie accounts`: the posts that may sign in at the desk."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from vigie.cli.options import JsonOption, NodeOption, shown_day, the_node
from vigie.cli.show import note, say, say_json, say_table
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
    """Give an account another password; whoever is signed in with it is signed out, and its tokens end."""
    from vigie.node.accounts import set_password

    set_password(the_node(node), name, _password(from_stdin=password_stdin), now_us=now_us())
    say(f"{name} has another password.")


@accounts_app.command(name="remove")
def remove(name: Name, node: NodeOption = None) -> None:
    """Remove an account with its sessions and tokens; what was said with it stays."""
    from vigie.node.accounts import remove_account

    orphans = remove_account(the_node(node), name, now_us=now_us())
    say(f"{name} is removed." + (f" Without a deputy now: {', '.join(orphans)}." if orphans else ""))


@accounts_app.command(name="token")
def token(
    account: Annotated[str, typer.Argument(help="The account for which a program asks.")],
    name: Annotated[str, typer.Option("--name", help="The token's name: what uses it, such as nightly-export; a-z, 0-9 and -.")],
    node: NodeOption = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do: read (unless told), decide, release, write (all that the role may); repeat for more.", show_default=False),
    ] = None,
    days: Annotated[int, typer.Option(help="How many days it holds: 1 to 365.")] = 90,
) -> None:
    """Make a token by which a program asks the API for an account; it is printed this once."""
    from vigie.node.accounts import list_accounts
    from vigie.node.api_tokens import add_token

    opened = the_node(node)
    secret = add_token(opened, account, name, scope or ["read"], days, now_us=now_us())
    party = next(item.party for item in list_accounts(opened) if item.name == account)
    note(f"The token {name} asks for {account} of {party} for {days} days. It is shown this once: keep it where passwords are kept.")
    say(secret)


@accounts_app.command(name="tokens")
def list_all_tokens(
    account: Annotated[str, typer.Argument(help="Only those of this account.", show_default=False)] = "",
    node: NodeOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Every token, or those of an account: its scopes and until when it holds, never the token itself."""
    from vigie.node.api_tokens import list_tokens

    found = list_tokens(the_node(node), account)
    if as_json:
        times = [{"created": format_time(item.created_us), "expires": format_time(item.expires_us)} for item in found]
        say_json([{"name": item.name, "account": item.account, "scopes": list(item.scopes), **said} for item, said in zip(found, times, strict=True)])
        return
    rows = [(item.name, item.account, ", ".join(item.scopes), shown_day(item.created_us), _until(item.expires_us)) for item in found]
    say_table("Tokens", ["name", "account", "scopes", "created, UTC", "holds until, UTC"], rows)


def _until(expires_us: int) -> str:
    return shown_day(expires_us) + (" (has run out)" if expires_us <= now_us() else "")


@accounts_app.command(name="revoke")
def revoke(name: Annotated[str, typer.Argument(help="The token's name.")], node: NodeOption = None) -> None:
    """End a token at once."""
    from vigie.node.api_tokens import revoke_token

    revoke_token(the_node(node), name, now_us=now_us())
    say(f"The token {name} ends here.")


def _password(*, from_stdin: bool) -> str:
    from vigie.node.accounts import MIN_PASSWORD

    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    said: str = typer.prompt(f"Password, at least {MIN_PASSWORD} characters", hide_input=True, confirmation_prompt=True)
    return said
