"""`vigie review`: doubtful links in the order of what an answer is worth, and the analyst's answers."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, JsonOption, NodeOption, known_party, the_node
from vigie.cli.review_ask import ask
from vigie.cli.review_show import NATS, say_both, say_decisions, say_question
from vigie.cli.show import linking, say, say_json, world_word
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.model.decision import Verdict
    from vigie.model.entry import Entry
    from vigie.node.desk import Desk
    from vigie.node.review import Word
    from vigie.node.review_facts import Reviewer
    from vigie.node.settings import Node

AsOption = Annotated[str, typer.Option("--as", help="The account that answers (see vigie accounts).", show_default=False)]
ReasonOption = Annotated[str, typer.Option(help="Why.", show_default=False)]
TlpOption = Annotated[
    str, typer.Option(help="Open the decision to others: CLEAR, GREEN, AMBER ... (else the party's own eyes, or as it was).", show_default=False)
]
ToOption = Annotated[list[str] | None, typer.Option("--to", help="With --tlp: who may read it, a party or group; may be given several times.")]
LimitOption = Annotated[int, typer.Option(help="At most so many questions.", min=1, max=5_000)]
ReportArgument = Annotated[str, typer.Argument(help="A report: AGENCY/REF, or its id in our answers.")]

app = typer.Typer(help="List the doubtful links, the one whose answer is worth most first, or answer them.", rich_markup_mode=None, invoke_without_command=True)


def register(program: typer.Typer) -> None:
    """Adds the commands of this file."""
    program.add_typer(app, name="review")


@app.callback()
def queue(
    context: typer.Context,
    node: NodeOption = None,
    party: AudienceOption = "",
    account: AsOption = "",
    limit: LimitOption = 10,
    *,
    asking: Annotated[bool, typer.Option("--ask", help="Ask one after the other; one key an answer.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the doubtful links, the one whose answer is worth most first; or answer them with --ask, one key an answer."""
    if context.invoked_subcommand is not None:
        if any(_is_given(context, name) for name in context.params):
            raise BadSetting("Options stand after the command", got=str(context.invoked_subcommand), expected="such as: vigie review show 1 --json")
        return
    if not asking:
        _refuse("This option goes with --ask only", {"--as": account})
        list_(node, party, limit, exercise=exercise, as_json=as_json)
        return
    _refuse("This option does not go with --ask", {"--for": party, "--json": as_json, "--limit": _is_given(context, "limit")})
    ask(desk_for(the_node(node), account, exercise=exercise))


def _is_given(context: typer.Context, name: str) -> bool:
    """Whether the option was typed, be it with its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _refuse(what: str, given: dict[str, object]) -> None:
    """Raises `BadSetting` for an option that would have no effect."""
    if named := [name for name, value in given.items() if value]:
        raise BadSetting(what, field=named[0], todo="leave it out")


@app.command("list")
def list_(
    node: NodeOption = None,
    party: AudienceOption = "",
    limit: LimitOption = 10,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the questions, the one whose answer is worth most first; the same as `vigie review` alone."""
    from vigie.node.review_facts import queue_answer, queue_of

    seen = reviewer(the_node(node), party, exercise=exercise)
    asked = queue_of(seen.world)
    found: dict[str, Any] = queue_answer(seen, asked, range(min(limit, len(asked))))
    if as_json:
        say_json(found)
        return
    for item in found["questions"]:
        say_question(item)
    if found["questions"]:
        say(NATS)
    made = int(asked.is_made.sum())
    say(f"{world_word(exercise=exercise)}: {found['numberReturned']:,} of {len(asked):,} questions shown, in the view of {seen.world.party}.")
    say(f"{made:,} are about links that stand and are not quite certain, {len(asked) - made:,} about links that were not made.")
    say("Answer them with `vigie review --ask`.")


def reviewer(node: Node, party: str, *, exercise: bool) -> Reviewer:
    """The audience with its world, made with a spinner."""
    from vigie.node.atlas import load_atlas
    from vigie.node.kept import kept_world
    from vigie.node.review_facts import Reviewer

    audience = node.audience(known_party(node, party), now_us())
    with linking() as watch:
        return Reviewer(node, audience, kept_world(node, audience, load_atlas(), exercise=exercise, watch=watch))


def desk_for(node: Node, account: str, *, exercise: bool) -> Desk:
    """The desk at which the account sits. Raises `BadSetting` where there is no such account."""
    from vigie.node.accounts import list_accounts
    from vigie.node.desk import Actor, Desk

    found = next((item for item in list_accounts(node) if item.name == account), None)
    if found is None:
        raise BadSetting("Say which account acts", field="--as", got=account, expected=", ".join(item.name for item in list_accounts(node)) or "an account")
    return Desk(node, Actor(found.name, found.party, found.role), now_us(), exercise)


@app.command()
def show(
    link: Annotated[str, typer.Argument(help="The link's name, or its number in the queue.")],
    node: NodeOption = None,
    party: AudienceOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """One doubtful link: both reports side by side, the evidence, and what an answer would change."""
    from vigie.node.review_facts import link_facts_whole, place_of, queue_of

    seen = reviewer(the_node(node), party, exercise=exercise)
    asked = queue_of(seen.world)
    facts: dict[str, Any] = link_facts_whole(seen, asked, place_of(seen.world, asked, link))
    if as_json:
        say_json(facts)
        return
    say_both(facts, exercise=exercise)


def _answered(desk: Desk, entry: Entry, words: str, *, node: Path | None, as_json: bool, events: list[str] | None = None) -> None:
    """Says what was written down, and the whole command that undoes it."""
    if as_json:
        said = {"decision": entry.ref, "version": entry.version, "verdict": entry.body["verdict"], "tlp": entry.label.tlp, "exercise": desk.exercise}
        say_json(said if events is None else said | {"events": events})
        return
    where = [*(["--node", str(node)] if node else []), *(["--exercise"] if desk.exercise else [])]
    undoing = shlex.join(["vigie", "review", "undo", entry.ref, "--as", desk.actor.account, *where])
    say(f"{world_word(exercise=desk.exercise)}: {words} Decision {entry.ref}, version {entry.version}; undo it with: {undoing}")
    if events is not None:
        say(f"The reports are now in: {', '.join(events)}.")


def _now(desk: Desk, entry: Entry) -> list[str]:
    """The ids of the events after the decision; the reports are linked again for it."""
    from dataclasses import replace

    from vigie.node.review import events_of

    with linking():
        return events_of(replace(desk, now_us=now_us()), entry)


def _word(reason: str, tlp: str, to: list[str] | None) -> Word:
    from vigie.node.review import Word

    return Word(reason=reason, tlp=tlp, rel_to=tuple(to) if to else None)


def _register_answer(verdict: Verdict, help_text: str, words: str) -> None:
    """Adds the command that gives one of the two answers on two reports."""

    @app.command(verdict, help=help_text)
    def answer(
        first: ReportArgument,
        second: ReportArgument,
        node: NodeOption = None,
        account: AsOption = "",
        reason: ReasonOption = "",
        tlp: TlpOption = "",
        to: ToOption = None,
        *,
        exercise: ExerciseOption = False,
        as_json: JsonOption = False,
    ) -> None:
        from vigie.node.review import decide

        desk = desk_for(the_node(node), account, exercise=exercise)
        entry = decide(desk, verdict, first, second, _word(reason, tlp, to))
        _answered(desk, entry, f"{first} and {second} are {words}.", node=node, as_json=as_json)


_register_answer("same", "Say that two reports are one event.", "one event")
_register_answer("apart", "Say that two reports are not one event.", "two events")


@app.command("merge")
def merge_(
    events: Annotated[list[str], typer.Argument(help="The ids of two events or more.")],
    node: NodeOption = None,
    account: AsOption = "",
    reason: ReasonOption = "",
    tlp: TlpOption = "",
    to: ToOption = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that whole events are one: all their reports stay together."""
    from vigie.node.review import merge

    desk = desk_for(the_node(node), account, exercise=exercise)
    entry = merge(desk, events, _word(reason, tlp, to))
    _answered(desk, entry, f"{len(set(events))} events are one.", node=node, as_json=as_json, events=_now(desk, entry))


@app.command("split")
def split_(
    event: Annotated[str, typer.Argument(help="The id of the event.")],
    reports: Annotated[
        list[str] | None,
        typer.Argument(
            help="The reports that are another event; without any, a merger is parted again and another event is cut at its weakest link.", show_default=False
        ),
    ] = None,
    node: NodeOption = None,
    account: AsOption = "",
    reason: ReasonOption = "",
    tlp: TlpOption = "",
    to: ToOption = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that some reports of an event are another event; nothing brings the parts together again but an undo."""
    from vigie.node.review import split

    desk = desk_for(the_node(node), account, exercise=exercise)
    entry = split(desk, event, [reports] if reports else [], _word(reason, tlp, to))
    _answered(desk, entry, f"{event} is split.", node=node, as_json=as_json, events=_now(desk, entry))


@app.command("undo")
def undo_(
    decision: Annotated[str, typer.Argument(help="The decision's name, or the first digits of it.")],
    node: NodeOption = None,
    account: AsOption = "",
    reason: ReasonOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a decision; what it said stays in the log."""
    from vigie.node.review import undo

    entry = undo(desk_for(the_node(node), account, exercise=exercise), decision, reason)
    if as_json:
        say_json({"decision": entry.ref, "version": entry.version, "verdict": "withdrawn", "exercise": exercise})
        return
    say(f"{world_word(exercise=exercise)}: decision {entry.ref} is withdrawn.")


@app.command()
def decisions(node: NodeOption = None, party: AudienceOption = "", *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """The log: every decision that a party may read, the latest first, and whether it is obeyed."""
    from vigie.node.review_facts import decision_facts

    seen = reviewer(the_node(node), party, exercise=exercise)
    found = decision_facts(seen)
    if as_json:
        say_json({"audience": seen.world.party, "exercise": exercise, "decisions": found})
        return
    say_decisions(found, exercise=exercise)
