"""`vigie activities`: projects and other activities, and how they are agreed in silence, at the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import CountryOption, ExerciseOption, FieldOption, JsonOption, NodeOption, known_party, the_node
from vigie.cli.show import say, say_json, say_table
from vigie.model.entry import Log
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.activities.record import Known
    from vigie.node.desk import Desk
    from vigie.node.settings import Node
    from vigie.node.warning_facts import Shown

AsOption = Annotated[str, typer.Option("--as", help="The account that acts (see vigie accounts).", show_default=False)]
PartyOption = Annotated[str, typer.Option("--for", help="As whom it is read: a party's name or PUBLIC (else the node's own).", show_default=False)]
RefArgument = Annotated[str, typer.Argument(help="The activity's name, as vigie activities list prints it.")]
TlpOption = Annotated[str, typer.Option(help="The TLP level: CLEAR, GREEN, AMBER, AMBER+STRICT or RED; without, the label stays.", show_default=False)]
ToOption = Annotated[list[str] | None, typer.Option("--to", help="Who may read it: a party or group; may be given several times.")]
ZoneOption = Annotated[str, typer.Option(help="The time zone of the deadline, such as Europe/Sarajevo.", show_default=False)]
UntilOption = Annotated[str, typer.Option("--until", help="The deadline in that zone, such as '2026-12-01 18:00'.", show_default=False)]

app = typer.Typer(help="Projects and other activities, and how they are agreed.", no_args_is_help=True, rich_markup_mode=None)


def register(program: typer.Typer) -> None:
    """Adds the commands of this file and of its two sisters."""
    from vigie.cli import activities_iati, activities_stocktake

    activities_stocktake.register(app)
    activities_iati.register(app)
    program.add_typer(app, name="activities")


def desk_for(node: Node, account: str, *, exercise: bool) -> Desk:
    """The desk at which the account sits. Raises `BadSetting` where there is no such account."""
    from vigie.node.accounts import list_accounts
    from vigie.node.desk import Actor, Desk

    found = next((item for item in list_accounts(node) if item.name == account), None)
    if found is None:
        raise BadSetting("Say which account acts", field="--as", got=account, expected=", ".join(item.name for item in list_accounts(node)) or "an account")
    return Desk(node, Actor(found.name, found.party, found.role), now_us(), exercise)


def _shown(node: Node, log: Log, language: str = "en") -> Shown:
    from vigie.node.atlas import load_atlas
    from vigie.node.warning_facts import Shown

    return Shown(load_atlas(), language, node.settings.yardstick, log, own=node.settings.party)


def _named(log: Log, ref: str) -> Known:
    from vigie.activities.record import known, known_named

    found = known_named(known(log), ref, log.party)
    if found is None:
        raise BadSetting("There is no such activity", got=ref)
    return found


@app.command("list")
def list_(
    node: NodeOption = None,
    state: Annotated[str, typer.Option(help="Only in this state of the procedure, or standing so: running, planned, 'under silence'.")] = "",
    field: FieldOption = "",
    country: CountryOption = "",
    party: PartyOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the activities that a party may read, the one that was changed last first."""
    from vigie.activities.record import known
    from vigie.node.activity_facts import activity_line
    from vigie.node.desk import log_of

    opened = the_node(node)
    log = log_of(opened, known_party(opened, party), now_us(), exercise=exercise)
    lines: list[dict[str, Any]] = [activity_line(each, _shown(opened, log)) for each in known(log)]
    lines = [line for line in lines if _is_wanted(line, state, field, country)]
    if as_json:
        say_json(lines)
        return
    say_table("Activities", ["activity", "party", "state", "stands", "title", "due"], [_row(line) for line in lines])


def _is_wanted(line: dict[str, Any], state: str, field: str, country: str) -> bool:
    codes = [item["code"] for item in line["countries"]]
    return (
        (not state or state in (line["state_words"], line["standing"])) and (not field or field in line["fields"]) and (not country or country.upper() in codes)
    )


def _row(line: dict[str, Any]) -> tuple[str, ...]:
    due = line["due"]["local"] if line["due"] else ""
    return (line["id"], line["party"], line["state_words"], line["standing"] or "not known", line["title"], due)


@app.command()
def show(
    ref: RefArgument,
    node: NodeOption = None,
    party: PartyOption = "",
    language: Annotated[str, typer.Option(help="The language of its texts, where they are written in it.")] = "en",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show an activity and the course of its procedure, as a party may see it."""
    from vigie.node.activity_facts import activity_facts
    from vigie.node.desk import log_of

    opened = the_node(node)
    log = log_of(opened, known_party(opened, party), now_us(), exercise=exercise)
    facts: dict[str, Any] = activity_facts(_named(log, ref), _shown(opened, log, language))
    say_json(facts) if as_json else _say_activity(facts)


def _say_activity(facts: dict[str, Any]) -> None:
    if facts["exercise"]:
        say("EXERCISE EXERCISE EXERCISE: nothing of this happened.")
    begin, end = ((facts[name] or {"text": "not known"})["text"] for name in ("begin", "end"))
    say(f"{facts['title']} ({facts['party']}, {facts['label']})")
    say(f"{facts['status_words']}; from {begin} to {end}; procedure: {facts['state_words']}")
    if facts["text"]:
        say(facts["text"])
    if facts["institutions"]:
        say(f"Institutions: {', '.join(facts['institutions'])}")
    if facts["countries"]:
        say(f"Countries: {', '.join(item['name'] for item in facts['countries'])}")
    if facts["course"]["is_changed"]:
        say("Its text was changed since it was last looked at in the procedure.")
    for asked in reversed(facts["course"]["rounds"]):
        _say_round(asked)
    say_table("Steps", ["when", "party", "what", "text"], [_step_row(line) for line in reversed(facts["course"]["lines"])])
    for note in (facts["course"]["reasons_note"], *facts["notes"]):
        if note:
            say(note)


def _say_round(asked: dict[str, Any]) -> None:
    ended = f"{asked['outcome']}, {asked['ended_local']}" if asked["ended"] else "open"
    say(f"Silence of {', '.join(asked['parties'])} until {asked['deadline']['local']}: {ended}")
    for name, text in (("To agree", asked["agree"]), ("To note", asked["note"]), ("Sheet of", asked["sheet_day"])):
        if text:
            say(f"  {name}: {text}")
    for broken in asked["breaks"]:
        say(f"  Broken by {broken['party']}, {broken['at']['text']}" + (f": {broken['reason']}" if "reason" in broken else ""))


def _step_row(line: dict[str, Any]) -> tuple[str, ...]:
    what = f"{line['words']}; without effect: {line['why']}" if line["is_without_effect"] else line["words"]
    until = f" until {line['until']['local']}" if line["until"] else ""
    return (line["at"]["iso"][:16], line["party"], what + until, line["text"])


@app.command()
def template() -> None:
    """Print an example of a file for add and edit (YAML)."""
    from vigie.node.activity_files import TEMPLATE

    typer.echo(TEMPLATE, nl=False)


@app.command()
def add(
    file: Annotated[Path | None, typer.Argument(help="The activity as JSON or YAML (see vigie activities template).", exists=True, dir_okay=False)] = None,
    node: NodeOption = None,
    account: AsOption = "",
    title: Annotated[str, typer.Option(help="Instead of a file: its title in English.", show_default=False)] = "",
    begin: Annotated[str, typer.Option(help="Instead of a file: the planned first day.", show_default=False)] = "",
    end: Annotated[str, typer.Option(help="Instead of a file: the planned last day.", show_default=False)] = "",
    priority: Annotated[list[str] | None, typer.Option(help="Instead of a file: a priority, such as cyber; may be given several times.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Instead of a file: a country's code; may be given several times.")] = None,
    institution: Annotated[list[str] | None, typer.Option(help="Instead of a file: a partner institution; may be given several times.")] = None,
    tlp: TlpOption = "",
    to: ToOption = None,
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Write down a new activity, from a file or from the options; without a label for the party's own eyes."""
    from vigie.model.activity import Activity
    from vigie.model.said import read_body
    from vigie.node.activity_files import read_activity_file
    from vigie.node.procedures import save_activity

    said: dict[str, Any] = {"titles": {"en": title}, "planned_begin": begin or None, "planned_end": end or None, "priorities": priority or ()}
    said |= {"countries": [{"code": code.upper()} for code in country or ()], "partners": [{"name": name} for name in institution or ()]}
    if (file is None) == (not title):
        raise BadSetting("An activity comes from a file or from its title", expected="either FILE or --title")
    activity = read_activity_file(file) if file else read_body(Activity, said)
    entry = save_activity(desk_for(the_node(node), account, exercise=exercise), activity, tlp=tlp, rel_to=to)
    say(f"Activity {entry.ref} is written down.")


@app.command()
def edit(
    ref: RefArgument,
    file: Annotated[Path | None, typer.Argument(help="The whole activity as JSON or YAML; without, only its label is changed.", exists=True)] = None,
    node: NodeOption = None,
    account: AsOption = "",
    tlp: TlpOption = "",
    to: ToOption = None,
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Replace an activity's text by a file's, or its label; refused while it is under silence."""
    from vigie.node.activity_files import read_activity_file
    from vigie.node.procedures import activity_of, save_activity

    desk = desk_for(the_node(node), account, exercise=exercise)
    found = activity_of(desk, desk.actor.party, ref)
    activity = read_activity_file(file) if file else found.activity
    entry = save_activity(desk, activity, ref, found.entry.version, tlp, to)
    say(f"Activity {ref} is written down, version {entry.version}.")


@app.command()
def step(
    ref: RefArgument,
    act: Annotated[str, typer.Argument(help="submit, screen, review, list, return, discuss, start, close, evaluate, withdraw or sheet.")],
    node: NodeOption = None,
    account: AsOption = "",
    text: Annotated[str, typer.Option(help="What is to be said with it; return and withdraw need a reason.")] = "",
    day: Annotated[str, typer.Option(help="For sheet: the day that the sheet bears.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Do the next step of an activity's procedure."""
    from vigie.node.procedures import done_words, take_step

    desk = desk_for(the_node(node), account, exercise=exercise)
    take_step(desk, desk.actor.party, ref, act, text, day)
    say(f"Activity {ref}: {done_words(act)}.")


@app.command()
def silence(
    ref: RefArgument,
    until: UntilOption,
    zone: ZoneOption,
    party: Annotated[list[str], typer.Option(help="Whose silence is asked; may be given several times.")],
    node: NodeOption = None,
    account: AsOption = "",
    agree: Annotated[str, typer.Option(help="What is agreed by silence; one of --agree and --note is needed.")] = "",
    note: Annotated[str, typer.Option(help="What is only noted, and so not agreed.")] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Put an activity under silence: it is agreed unless one of the parties breaks the silence before the deadline."""
    from vigie.node.deadlines import local_text
    from vigie.node.procedures import deadline_of, open_silence

    desk = desk_for(the_node(node), account, exercise=exercise)
    deadline_us = deadline_of(until, zone)
    open_silence(desk, ref, deadline_us, zone, party, agree, note)
    say(f"Activity {ref} is under silence until {local_text(deadline_us, zone)}.")


@app.command()
def extend(
    ref: RefArgument, until: UntilOption, zone: ZoneOption, node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False
) -> None:
    """Give a silence that is not over a later deadline; the earlier one stays in the log."""
    from vigie.node.deadlines import local_text
    from vigie.node.procedures import deadline_of, extend_silence

    deadline_us = deadline_of(until, zone)
    extend_silence(desk_for(the_node(node), account, exercise=exercise), ref, deadline_us, zone)
    say(f"The silence on activity {ref} ends {local_text(deadline_us, zone)}.")


@app.command("break")
def break_(
    ref: RefArgument,
    node: NodeOption = None,
    account: AsOption = "",
    owner: Annotated[str, typer.Option(help="Whose activity it is, where several have one of that name.", show_default=False)] = "",
    reason: Annotated[str, typer.Option(help="Why; read by your party and the activity's owner.")] = "",
    *,
    restricted: Annotated[bool, typer.Option("--restricted", help="The reason is read by your own party alone.")] = False,
    exercise: ExerciseOption = False,
) -> None:
    """Break the silence on an activity for the account's party. That it was broken is seen by all who may read the activity."""
    from vigie.node.procedures import activity_of, break_silence

    desk = desk_for(the_node(node), account, exercise=exercise)
    found = activity_of(desk, owner, ref) if owner else _named(desk.log, ref)
    break_silence(desk, found.owner, found.ref, reason, () if restricted else None)
    say(f"{desk.actor.party} has broken the silence on activity {ref}.")
