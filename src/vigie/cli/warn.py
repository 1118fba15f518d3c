"""`vigie warn`: rules and their replays, signals, and the warning desk at the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import ExerciseOption, JsonOption, NodeOption, instant, known_party, the_node
from vigie.cli.show import linking, say, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.rule import Rule, rule_name
from vigie.node.clock import now_us
from vigie.node.defaults import REPLAYED_DAYS

if TYPE_CHECKING:
    from vigie.model.atlas import Atlas
    from vigie.node.desk import Desk
    from vigie.node.outlook import Outlook
    from vigie.node.settings import Node

AsOption = Annotated[str, typer.Option("--as", help="The account that acts (see vigie accounts).", show_default=False)]
PartyOption = Annotated[str, typer.Option("--for", help="Whose desk: a party's name (else the node's own).", show_default=False)]

desk_app = typer.Typer(help="Rules, signals, warnings and answers.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file and of its sister."""
    from vigie.cli import warn_answers

    warn_answers.register(desk_app)
    app.add_typer(desk_app, name="warn")


def _world_and_outlook(node: Node, atlas: Atlas, party: str, *, exercise: bool) -> Outlook:
    from vigie.node.desk import log_of
    from vigie.node.kept import kept_world
    from vigie.node.outlook import make_outlook

    now, whose = now_us(), known_party(node, party)
    with linking() as watch:
        world = kept_world(node, node.audience(whose, now), atlas, exercise=exercise, watch=watch)
    return make_outlook(node, atlas, world, log_of(node, whose, now, exercise=exercise))


def _desk(node: Node, account: str, *, exercise: bool) -> Desk:
    from vigie.node.accounts import list_accounts
    from vigie.node.desk import Actor, Desk

    found = next((item for item in list_accounts(node) if item.name == account), None)
    if found is None:
        raise BadSetting("Say which account acts", field="--as", got=account, expected=", ".join(item.name for item in list_accounts(node)) or "an account")
    return Desk(node, Actor(found.name, found.party, found.role), now_us(), exercise)


@desk_app.command()
def status(node: NodeOption = None, party: PartyOption = "", *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """Problems and their levels, open signals, drafts, live warnings, who has not answered."""
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import log_of
    from vigie.node.desk_facts import desk_facts

    opened, atlas = the_node(node), load_atlas()
    outlook = _world_and_outlook(opened, atlas, party, exercise=exercise)
    facts: dict[str, Any] = desk_facts(opened, atlas, outlook, log_of(opened, outlook.party, outlook.now_us, exercise=exercise))
    if as_json:
        say_json(facts)
        return
    if exercise:
        say("EXERCISE EXERCISE EXERCISE: nothing of this happened.")
    say_table("Problems", ["problem", "level", "indicators"], [(item["title"], item["level"], item["said"]) for item in facts["problems"]])
    say_table("Open signals", ["raised", "rule", "where", "why", "id"], [_signal_row(item) for item in facts["signals"]])
    say_table("Drafts", ["draft", "state", "headline"], [(item["ref"], item["state"], item["headline"]) for item in facts["drafts"]])
    say_table("Warnings", ["status", "stage", "headline", "expires", "id"], [_warning_row(item) for item in facts["warnings"]])
    say_table("CAP messages of others", ["state", "sender", "headline", "severity", "sent"], [_alert_row(item) for item in facts["alerts"]])
    say_table("Not answered in time", ["party", "warning", "due", "deputy"], [_late_row(item) for item in facts["unanswered"]])


def _signal_row(item: dict[str, Any]) -> tuple[Any, ...]:
    return (item["raised"][:10], item["rule"], item["area_name"], item["why"], item["id"])


def _warning_row(item: dict[str, Any]) -> tuple[Any, ...]:
    return (item["status"], item["stage"], item["headline"], item["expires"][:16], item["warning"])


def _alert_row(item: dict[str, Any]) -> tuple[Any, ...]:
    return (item["state"], item["sender"], item["headline"], item["severity"], item["sent"]["iso"][:16])


def _late_row(item: dict[str, Any]) -> tuple[Any, ...]:
    return (item["party"], item["headline"], item["due"][:16], item["deputy"] or "none")


@desk_app.command()
def rules(node: NodeOption = None, *, exercise: ExerciseOption = False, as_json: JsonOption = False) -> None:
    """All rules of the packs and of the node: what they ask, whether they are on, how they did on the archive."""
    from vigie.node.outlook import enabled_rules
    from vigie.node.rules import rule_book

    opened = the_node(node)
    book = rule_book(opened)
    on = enabled_rules(opened, book, exercise=exercise)
    rows = [_rule_facts(opened, rule, is_on=name in on, exercise=exercise) for name, rule in sorted(book.rules.items())]
    if as_json:
        say_json(rows)
        return
    say_table("Rules", ["rule", "on", "what", "replay"], [(row["rule"], "on" if row["on"] else "off", row["title"], row["replay"]) for row in rows])


def _rule_facts(node: Node, rule: Rule, *, is_on: bool, exercise: bool) -> dict[str, Any]:
    from vigie.node.outlook import replay_of

    seen = replay_of(node, rule, exercise=exercise)
    none = "judged by analysts" if rule.how == "judged" else "not replayed yet"
    return {"rule": rule_name(rule), "on": is_on, "title": rule.title, "how": rule.how, "flag": rule.flag, "replay": seen.sentence if seen else none}


@desk_app.command()
def replay(
    names: Annotated[
        list[str] | None, typer.Argument(help="Full names of rules, such as conflict.violent_protest; without any, all.", show_default=False)
    ] = None,
    node: NodeOption = None,
    days: Annotated[int, typer.Option(help="How many days of the archive.", min=30, max=36_600)] = REPLAYED_DAYS,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run rules over the archive as it was known at each date, and keep the result beside the rule."""
    from vigie.node.atlas import load_atlas
    from vigie.node.kept import kept_world
    from vigie.node.outlook import replay_rule
    from vigie.node.rules import rule_book

    opened, atlas, now = the_node(node), load_atlas(), now_us()
    world = kept_world(opened, opened.audience(opened.settings.party, now), atlas, exercise=exercise)
    wanted = names or [name for name, rule in sorted(rule_book(opened).rules.items()) if rule.how != "judged"]
    found = {name: replay_rule(opened, atlas, world, name, now, days=days) for name in wanted}
    if as_json:
        say_json({name: item.to_json() for name, item in found.items()})
        return
    for name, item in found.items():
        say(f"{name}: {item.sentence}")


@desk_app.command()
def enable(names: Annotated[list[str], typer.Argument(help="Full names of rules.")], node: NodeOption = None, *, exercise: ExerciseOption = False) -> None:
    """Switch rules on. A rule that was not replayed in the wording that it has now is refused."""
    from vigie.node.outlook import enable_rule

    opened = the_node(node)
    for name in names:
        enable_rule(opened, name, now_us(), exercise=exercise)
        say(f"{name} is on.")


@desk_app.command()
def disable(names: Annotated[list[str], typer.Argument(help="Full names of rules.")], node: NodeOption = None, *, exercise: ExerciseOption = False) -> None:
    """Switch rules off."""
    from vigie.node.outlook import disable_rule

    opened = the_node(node)
    for name in names:
        disable_rule(opened, name, exercise=exercise)
        say(f"{name} is off.")


@desk_app.command()
def draft(
    signal: Annotated[str, typer.Argument(help="The signal that the draft comes from.")],
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Draft a warning from a signal: what the rule saw, for an analyst to finish on the desk."""
    from vigie.node.atlas import load_atlas
    from vigie.node.compose import draft_from_signal
    from vigie.node.desk import open_draft
    from vigie.node.facts import area_name
    from vigie.node.outlook import open_signals

    opened, atlas = the_node(node), load_atlas()
    desk = _desk(opened, account, exercise=exercise)
    outlook = _world_and_outlook(opened, atlas, desk.actor.party, exercise=exercise)
    found = outlook.signal(signal)
    if found is None:
        known = [item.id for item in open_signals(outlook, desk.log)]
        raise BadSetting("There is no such signal", got=signal, expected=", ".join(known[:10]) or "no signal is open")
    entry = open_draft(desk, draft_from_signal(opened, atlas, outlook, found), found.id)
    say(f"Draft {entry.ref} from {found.rule} in {area_name(atlas, found.area, opened.settings.language) or 'the region'}.")
    say(f"Finish it on the desk: /desk/drafts/{entry.ref}")


@desk_app.command()
def dismiss(
    signal: Annotated[str, typer.Argument(help="The signal.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    node: NodeOption = None,
    account: AsOption = "",
    until: Annotated[str, typer.Option(help="Only until this day: the signal comes back then.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Dismiss a signal with a reason, or snooze it with --until."""
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import triage

    opened, atlas = the_node(node), load_atlas()
    desk = _desk(opened, account, exercise=exercise)
    found = _world_and_outlook(opened, atlas, desk.actor.party, exercise=exercise).signal(signal)
    if found is None:
        raise BadSetting("There is no such signal", got=signal)
    triage(desk, found, "snoozed" if until else "dismissed", reason=reason, until_us=instant(until, "--until"))
    say(f"Signal {signal} is {'snoozed' if until else 'dismissed'}.")


@desk_app.command("judge")
def judge_(
    rule: Annotated[str, typer.Argument(help="The judged indicator.")],
    level: Annotated[str, typer.Argument(help="green, amber or red.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    until: Annotated[str, typer.Option(help="Until when it holds; then the indicator is grey again.")],
    area: Annotated[str, typer.Option(help="The area's code; empty = the region.")] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Set a judged indicator, with a reason and an end."""
    from vigie.node.desk import judge

    opened = the_node(node)
    judge(_desk(opened, account, exercise=exercise), rule, area, level, reason, instant(until, "--until") or 0)
    say(f"{rule} is {level} until {until}.")


@desk_app.command("review")
def review_(
    problem: Annotated[str, typer.Argument(help="The warning problem.")],
    text: Annotated[str, typer.Option(help="What was found.")] = "",
    node: NodeOption = None,
    account: AsOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Say that a warning problem was looked at as a whole."""
    from vigie.node.desk import review

    review(_desk(the_node(node), account, exercise=exercise), problem, text)
    say(f"{problem} is reviewed.")


@desk_app.command()
def edit(
    ref: Annotated[str, typer.Argument(help="The draft.")],
    node: NodeOption = None,
    account: AsOption = "",
    to: Annotated[list[str] | None, typer.Option("--to", help="A recipient: a party of the directory, or PUBLIC; may be given several times.")] = None,
    tlp: Annotated[str, typer.Option(help="The TLP level of the release.", show_default=False)] = "",
    headline: Annotated[str, typer.Option(help="The headline of its first text, at most 160 characters.", show_default=False)] = "",
    *,
    only: Annotated[bool, typer.Option("--only-to", help="Only the recipients may read it; TLP:AMBER and stricter need that.")] = False,
    strike: Annotated[bool, typer.Option("--strike-figures", help="Without the usual count, the replay and the likelihood.")] = False,
    exercise: ExerciseOption = False,
) -> None:
    """Change a draft's recipients, label and headline; the whole text form is on the desk's page."""
    from vigie.model.said import body_of, read_body
    from vigie.model.warning import Wording
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import draft_of, save_draft, strike_figures
    from vigie.node.desk_facts import draft_text

    desk = _desk(the_node(node), account, exercise=exercise)
    found = draft_of(desk, ref)
    content = found.draft.content.model_copy(update={"recipients": tuple(to)} if to else {})
    if headline:
        first = read_body(Wording, body_of(content.texts[0]) | {"headline": headline})
        content = content.model_copy(update={"texts": (first, *content.texts[1:])})
    parties = tuple(name for name in content.recipients if name != PUBLIC)
    label = {"tlp": tlp.upper() or found.draft.tlp, "rel_to": parties if only else (found.draft.rel_to if not tlp else None)}
    saved = save_draft(desk, ref, found.draft.model_copy(update={"content": content, "state": "open", **label}), found.entry.version)
    if strike:
        strike_figures(desk, ref, saved.version)
    say(draft_text(desk.node, load_atlas(), draft_of(desk, ref)))


@desk_app.command("submit")
def submit_(
    ref: Annotated[str, typer.Argument(help="The draft.")], node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False
) -> None:
    """Hand a draft to a second person."""
    from vigie.node.desk import draft_of, submit_draft

    desk = _desk(the_node(node), account, exercise=exercise)
    submit_draft(desk, ref, draft_of(desk, ref).entry.version)
    say(f"Draft {ref} waits for a second person.")


@desk_app.command("read")
def read_(ref: Annotated[str, typer.Argument(help="The draft.")], node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False) -> None:
    """Read a draft as it stands, and the digest that an approval must name."""
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import draft_of
    from vigie.node.desk_facts import draft_text

    opened = the_node(node)
    found = draft_of(_desk(opened, account, exercise=exercise), ref)
    say(draft_text(opened, load_atlas(), found))
    say(f"Digest: {found.digest}")


@desk_app.command("approve")
def approve_(
    ref: Annotated[str, typer.Argument(help="The draft.")],
    content: Annotated[str, typer.Option("--digest", help="The digest that vigie warn read has shown.")],
    node: NodeOption = None,
    account: AsOption = "",
    refuse: Annotated[str, typer.Option(help="Send it back instead, with this reason.", show_default=False)] = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Approve a draft as its second person, or send it back with a reason."""
    from vigie.node.desk import approve

    desk = _desk(the_node(node), account, exercise=exercise)
    approve(desk, ref, content, approved=not refuse, note=refuse)
    say(f"Draft {ref} was sent back." if refuse else f"Draft {ref} is approved; release it with vigie warn release {ref}.")


@desk_app.command("release")
def release_(
    ref: Annotated[str, typer.Argument(help="The draft.")], node: NodeOption = None, account: AsOption = "", *, exercise: ExerciseOption = False
) -> None:
    """Release an approved draft to its recipients; refused where one of them may not read it."""
    from vigie.node.desk import release

    entry = release(_desk(the_node(node), account, exercise=exercise), ref)
    say(f"Released: warning {entry.ref}, TLP:{entry.label.tlp or 'joined'}.")
