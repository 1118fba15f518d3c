"""`vigie contacts`: points of contact by role and institution, and timed communication checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, instant, known_party, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.cli.warn import AsOption, PartyOption, _desk
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.settings import Node

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(m|min|h|d)")
_MINUTES = {"m": 1, "min": 1, "h": 60, "d": 1440}

contacts_app = typer.Typer(help="Points of contact, and whether they answer.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(contacts_app, name="contacts")


def _log(node: Node, party: str, *, exercise: bool) -> Log:
    from vigie.node.desk import log_of

    return log_of(node, known_party(node, party), now_us(), exercise=exercise)


def minutes_of(text: str) -> float:
    """The minutes of a span such as 30m, 2h or 1d. Raises `BadSetting` for anything else.

    >>> minutes_of("30m"), minutes_of("1.5h")
    (30.0, 90.0)
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise BadSetting("The span of time cannot be understood", field="--within", got=text, expected="a number and m, h or d, such as 30m")
    return float(match[1]) * _MINUTES[match[2]]


@contacts_app.command("list")
def list_(
    node: NodeOption = None,
    party: PartyOption = "",
    *,
    closed: Annotated[bool, typer.Option("--closed", help="Closed ones too.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """The directory: every point of contact that a party may read."""
    from vigie.node.contact_facts import directory_facts

    found = directory_facts(_log(the_node(node), party, exercise=exercise), with_closed=closed)
    if as_json:
        say_json(found)
        return
    rows = [(item["party"], item["name"] + (" (closed)" if item["is_closed"] else ""), _lines(item), item["word_of"], item["ref"]) for item in found]
    say_table("Points of contact", ["party", "post", "lines", "whose word", "name"], rows)


def _lines(item: dict[str, Any]) -> str:
    return "; ".join(f"{line['channel']} {line['address']}".strip() for line in item["lines"])


@contacts_app.command()
def show(
    ref: Annotated[str, typer.Argument(help="The point of contact.")],
    node: NodeOption = None,
    party: PartyOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show one point of contact."""
    from vigie.node.contact_facts import directory_facts

    log = _log(the_node(node), party, exercise=exercise)
    named = {item["ref"]: item for item in directory_facts(log, with_closed=True)}
    if ref not in named:
        raise BadSetting("There is no such point of contact", got=ref, expected=", ".join(list(named)[:10]) or "there is none")
    if as_json:
        say_json(named[ref])
        return
    for name in ("party", "institution", "role", "hours", "zone", "deputy_name", "word_of", "label"):
        say(f"{name.replace('_', ' ')}: {named[ref][name] or 'none'}")
    for name in ("fields", "countries", "languages"):
        say(f"{name}: {', '.join(named[ref][name]) or 'none'}")
    say(f"lines: {_lines(named[ref]) or 'none'}{'; CLOSED' if named[ref]['is_closed'] else ''}")


@contacts_app.command()
def add(
    institution: Annotated[str, typer.Argument(help="The institution.")],
    role: Annotated[str, typer.Argument(help="The post, such as 'duty desk'; never a person.")],
    node: NodeOption = None,
    account: AsOption = "",
    party: Annotated[str, typer.Option("--of", help="Whose point of contact: a party's name (else the account's own).", show_default=False)] = "",
    line: Annotated[list[str] | None, typer.Option(help="CHANNEL:ADDRESS, such as mail:duty@cert.example; may be given several times.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="A field that it answers for.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="A country that it answers for.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="A language that it speaks.")] = None,
    hours: Annotated[str, typer.Option(help="When it is manned; empty = always.")] = "",
    zone: Annotated[str, typer.Option(help="Its time zone, such as Europe/Podgorica.")] = "",
    deputy: Annotated[str, typer.Option(help="The point of contact that is asked when this one does not answer.")] = "",
    tlp: Annotated[str, typer.Option(help="The TLP level under which it is read.")] = "AMBER",
    to: Annotated[list[str] | None, typer.Option("--to", help="A party that may read it; AMBER and stricter need that.")] = None,
    ref: Annotated[str, typer.Option("--change", help="Change this one instead of adding another.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Write a point of contact down: a post of an institution, never a person."""
    from vigie.model.contact import Contact
    from vigie.model.said import read_body
    from vigie.node.contacts import contact_of, save_contact

    desk = _desk(the_node(node), account, exercise=exercise)
    said: dict[str, Json] = {"party": party or desk.actor.party, "institution": institution, "role": role, "hours": hours, "zone": zone, "deputy": deputy}
    lists: dict[str, Json] = {"fields": list(field or ()), "countries": list(country or ()), "languages": list(language or ()), "lines": _given(line or ())}
    version = contact_of(desk, ref).entry.version if ref else 0
    entry = save_contact(desk, read_body(Contact, said | lists), ref, version, tlp=tlp, rel_to=to or ())
    say(f"{entry.ref}: {role}, {institution}.")


def _given(lines: list[str] | tuple[str, ...]) -> list[Json]:
    parted = [line.partition(":") for line in lines]
    return [{"channel": channel.strip(), "address": address.strip()} for channel, _, address in parted]


@contacts_app.command()
def close(
    ref: Annotated[str, typer.Argument(help="The point of contact.")], node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False
) -> None:
    """Close a point of contact; it stays in the log."""
    from vigie.node.contacts import close_contact

    close_contact(_desk(the_node(node), account, exercise=exercise), ref)
    say(f"{ref} is closed.")


@contacts_app.command()
def check(
    ref: Annotated[str, typer.Argument(help="The point of contact.")],
    node: NodeOption = None,
    account: AsOption = "",
    within: Annotated[str, typer.Option(help="How long it has to answer: 30m, 2h, 1d.", show_default=False)] = "",
    until: Annotated[str, typer.Option(help="Until when it has to answer.", show_default=False)] = "",
    text: Annotated[str, typer.Option(help="What is asked.", show_default=False)] = "",
    channel: Annotated[str, typer.Option(help="page, mail, phone, radio, fax or other.")] = "page",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Send a timed communication check to a point of contact of another party."""
    from vigie.node.contacts import send_check

    desk = _desk(the_node(node), account, exercise=exercise)
    minutes = minutes_of(within) if within or not until else None
    entry = send_check(desk, ref, until_us=instant(until, "--until"), minutes=minutes, text=text, channel=channel)  # type: ignore[arg-type] # it is checked
    say(f"Check {entry.ref} is sent.")


@contacts_app.command()
def answer(
    ref: Annotated[str, typer.Argument(help="The check.")],
    text: Annotated[str, typer.Option(help="What is answered.")] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Answer a check for the account's party."""
    from vigie.node.contacts import answer_check

    desk = _desk(the_node(node), account, exercise=exercise)
    answer_check(desk, ref, text)
    say(f"{desk.actor.party} has answered {ref}.")


@contacts_app.command()
def record(
    ref: Annotated[str, typer.Argument(help="The check.")],
    at: Annotated[str, typer.Option(help="When the answer came, such as 2026-11-22T10:00Z.")],
    text: Annotated[str, typer.Option(help="What was answered.")] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Write down an answer that came by phone, radio or mail, and when it came."""
    from vigie.node.contacts import record_answer

    record_answer(_desk(the_node(node), account, exercise=exercise), ref, text, at_us=instant(at, "--at") or 0)
    say(f"The answer to {ref} is written down.")


@contacts_app.command()
def checks(node: NodeOption = None, party: PartyOption = "", *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """All checks that a party sent or was asked, the newest first."""
    from vigie.node.contact_facts import all_check_facts

    found = all_check_facts(_log(the_node(node), party, exercise=exercise), now_us())
    if as_json:
        say_json(found)
        return
    rows = [
        (item["sent"][:16], item["asker"], item["party"], item["contact_name"], item["until"][:16], item["words"], item["waited"], item["ref"])
        for item in found
    ]
    say_table("Checks", ["sent", "by", "asked", "post", "until", "state", "after", "name"], rows)


@contacts_app.command()
def year(
    number: Annotated[int, typer.Argument(help="The year.", min=1900, max=2099)],
    node: NodeOption = None,
    party: PartyOption = "",
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """How each party that was asked did in a year: sent, answered, in time, unanswered, median and slowest time."""
    from vigie.activities.checks import year_lines
    from vigie.node.contact_facts import span_words, year_facts, year_of

    rows = year_of(_log(the_node(node), party, exercise=exercise), now_us(), number)
    if as_json:
        say_json(year_facts(rows))
    elif csv:
        for line in year_lines(rows, number):
            typer.echo(line)
    else:
        columns = ["party", "sent", "answered", "in time", "late", "unanswered", "waiting", "median", "slowest"]
        cells = [(row.party or "all", row.sent, row.answered, row.in_time, row.late, row.unanswered, row.waiting) for row in rows]
        spans = [(span_words(row.median_us), span_words(row.slowest_us)) for row in rows]
        say_table(f"Communication checks sent in {number}", columns, [(*cell, *span) for cell, span in zip(cells, spans, strict=True)])
