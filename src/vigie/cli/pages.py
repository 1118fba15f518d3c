"""`vigie pages`: the drafts that were read out of pages, reviewed at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.entry import Log
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.model.reading import Part
    from vigie.node.desk import Desk
    from vigie.node.settings import Node

AsOption = Annotated[str, typer.Option("--as", help="The account that acts (see vigie accounts).", show_default=False)]
Ref = Annotated[str, typer.Argument(help="The draft: its name, or the first 8 digits of it or more.")]

pages_app = typer.Typer(help="Drafts that were read out of pages, and their review.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(pages_app, name="pages")


def _log(node: Node, *, exercise: bool) -> Log:
    from vigie.node.desk import log_of

    return log_of(node, node.settings.party, now_us(), exercise=exercise)


def _desk(node: Node, account: str, *, exercise: bool) -> Desk:
    from vigie.node.accounts import list_accounts
    from vigie.node.desk import Actor, Desk

    found = next((item for item in list_accounts(node) if item.name == account), None)
    if found is None:
        raise BadSetting("Say which account acts", field="--as", got=account, expected=", ".join(item.name for item in list_accounts(node)) or "an account")
    return Desk(node, Actor(found.name, found.party, found.role), now_us(), exercise)


@pages_app.command("list")
def list_(node: NodeOption = None, *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """The drafts that wait for review, oldest first, then those that are done."""
    from vigie.node.page_facts import standing_facts
    from vigie.node.page_review import readings

    found = [standing_facts(item) for item in readings(_log(the_node(node), exercise=exercise))]
    if as_json:
        say_json(found)
        return
    rows = [(item["state"], item["date"], item["place"], item["kind"], item["confidence"], item["title"], str(item["ref"])[:16]) for item in found]
    say_table("Drafts read out of pages", ["state", "date", "place", "kind", "least sure", "title", "draft"], rows)
    waiting = sum(item["state"] == "open" for item in found)
    say(f"{waiting} {'draft waits' if waiting == 1 else 'drafts wait'} for review.")


@pages_app.command()
def show(ref: Ref, node: NodeOption = None, *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """A draft with each part, the words of the page that it was read from, the rule and how sure it is."""
    from vigie.node.page_facts import reading_lines, whole_facts
    from vigie.node.page_review import reading_named

    entry, reading = reading_named(_log(the_node(node), exercise=exercise), ref)
    facts = whole_facts(entry, reading)
    if as_json:
        say_json(facts)
        return
    say(f"Draft {entry.ref[:16]} from {reading.source}: {reading.state}.")
    for line in reading_lines(facts):
        say(line)
    if reading.report:
        say(f"Its report: {reading.report}")
    if reading.reason:
        say(f"Rejected: {reading.reason}")


@pages_app.command("accept")
def accept_(
    ref: Ref,
    node: NodeOption = None,
    account: AsOption = "",
    to_set: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="PART=VALUE: what the part is; of countries, institutions and themes all of them, parted by semicolons.", show_default=False
        ),
    ] = None,
    quotes: Annotated[
        list[str] | None, typer.Option("--quote", help="PART=WORDS: words of the page that say so; they become a lexicon suggestion.", show_default=False)
    ] = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Accept a draft, with corrections: its report enters the store under the draft's label."""
    from vigie.node.page_reports import MANY
    from vigie.node.page_review import accept, edits_between, reading_named

    desk = _desk(the_node(node), account, exercise=exercise)
    entry, reading = reading_named(desk.log, ref)
    wanted = {part: value.split(";") if part in MANY else [value] for part, value in _pairs(to_set or (), "--set")}
    edits = edits_between(reading, wanted, dict(_pairs(quotes or (), "--quote")))
    done = accept(desk, entry.ref, entry.version, edits)
    report = str(done.body["report"])
    if as_json:
        say_json({"ref": done.ref, "version": done.version, "report": report})
    else:
        say(f"Draft {done.ref[:16]} is accepted: report {report}, TLP:{done.label.tlp}.")


def _pairs(texts: Sequence[str], option: str) -> list[tuple[Part, str]]:
    """The parts and their values. Raises `BadSetting` for what is not PART=VALUE, or a part that cannot be set."""
    from vigie.model.reading import Part
    from vigie.node.page_reports import EDITABLE

    found = []
    for text in texts:
        part, mark, value = text.partition("=")
        if not mark or part.strip() not in get_args(Part):
            raise BadSetting("What is to be set cannot be understood", field=option, got=text, expected=f"PART=VALUE with a part of {', '.join(EDITABLE)}")
        found.append((cast("Part", part.strip()), value.strip()))
    return found


@pages_app.command("reject")
def reject_(
    ref: Ref,
    reason: Annotated[str, typer.Option(help="Why.")],
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Reject a draft with a reason: it becomes no report."""
    from vigie.node.page_review import reading_named, reject

    desk = _desk(the_node(node), account, exercise=exercise)
    entry, _ = reading_named(desk.log, ref)
    done = reject(desk, entry.ref, entry.version, reason)
    say_json({"ref": done.ref, "version": done.version}) if as_json else say(f"Draft {done.ref[:16]} is rejected.")


@pages_app.command("suggestions")
def suggestions_(
    node: NodeOption = None,
    *,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="As lines for lexicon.yaml in the node's folder.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Words of pages that reviewers gave a meaning to: what the node's own lexicon may hold."""
    from vigie.node.page_review import suggestion_facts, suggestions, suggestions_yaml

    found = suggestions(_log(the_node(node), exercise=exercise))
    if as_json:
        say_json([suggestion_facts(item) for item in found])
        return
    if as_yaml:
        typer.echo(suggestions_yaml(found), nl=False)
        return
    say_table(
        "Suggestions", ["part", "means", "language", "words", "times"], [(item.part, item.value, item.language, item.quote, item.count) for item in found]
    )
