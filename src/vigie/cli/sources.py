"""`vigie sources`: known and own feeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import JsonOption, NodeOption, instant, shown_day, the_node
from vigie.cli.show import complain, fetching, say, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.node.source_health import SourceStatus
    from vigie.node.source_list import Entry
    from vigie.node.source_runs import RunOutcome

sources_app = typer.Typer(
    help="Known and own feeds: address, licence, account, cadence; run them, see how they are.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(help="The source's name, as vigie sources list shows it.")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(sources_app, name="sources")


@sources_app.command(name="list")
def list_sources(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """Every feed that is known, with its terms and what it needs."""
    from vigie.node.sources import known

    entries = known(the_node(node))
    if as_json:
        say_json([_entry_json(entry) for entry in entries])
        return
    rows = [
        (
            entry.source.name,
            _added(entry),
            entry.source.field,
            entry.source.title,
            _terms(entry),
            entry.source.account or "no",
            f"{entry.source.cadence_minutes} min",
        )
        for entry in entries
    ]
    say_table("Sources", ["name", "added", "field", "what", "terms", "account needed", "cadence"], rows)
    say("Follow one with: vigie sources add NAME. Fetch it with: vigie sources run NAME.")


def _added(entry: Entry) -> str:
    if not entry.is_added:
        return ""
    return "as an EXERCISE" if entry.exercise else "yes"


def _terms(entry: Entry) -> str:
    kept = "; readable by you only, never exported" if entry.source.floor == "owner" else ""
    return f"{entry.source.licence}{kept}"


def _entry_json(entry: Entry) -> dict[str, object]:
    source = entry.source
    facts = {
        name: getattr(source, name)
        for name in ("name", "title", "field", "address", "fetch", "reader", "licence", "floor", "attribution", "account", "cadence_minutes")
    }
    return facts | {"added": entry.is_added, "own": entry.is_own, "exercise": entry.exercise, "tlp": entry.tlp or "AMBER"}


@sources_app.command(name="add")
def add_source(
    name: Name,
    node: NodeOption = None,
    address: Annotated[str, typer.Option(help="The address, for a feed of your own.", show_default=False)] = "",
    field: Annotated[str, typer.Option(help="The field, for a feed of your own.", show_default=False)] = "",
    reader: Annotated[str, typer.Option(help="The reader (else the file is recognised by itself).", show_default=False)] = "",
    fetch: Annotated[str, typer.Option(help="How it is fetched: file, fdsn-event, gdelt, misp-feed.", show_default=False)] = "",
    agency: Annotated[str, typer.Option(help="The agency, where the feed does not name it.", show_default=False)] = "",
    licence: Annotated[str, typer.Option(help="The licence, for a feed of your own.", show_default=False)] = "",
    cadence: Annotated[int, typer.Option(help="Minutes between two runs.", show_default=False, min=0)] = 0,
    tlp: Annotated[str, typer.Option(help="The TLP level of what it brings (else AMBER: readable by you only).", show_default=False)] = "",
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that says what a table's columns mean.", show_default=False)] = None,
    option: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for the query, such as minmagnitude=2.5; may be repeated.", show_default=False)] = None,
    *,
    exercise: Annotated[bool, typer.Option("--exercise", help="What it brings is an exercise: nothing of it happened.")] = False,
) -> None:
    """Follow a feed: a known one by its name, or one of your own by its address."""
    from vigie.node.sources import add

    given: dict[str, Any] = {
        "address": address,
        "field": field,
        "reader": reader,
        "fetch": fetch,
        "agency": agency,
        "licence": licence,
        "cadence_minutes": cadence,
    }
    facts = {key: value for key, value in given.items() if value}
    entry = add(the_node(node), name, tlp=tlp or None, options=_options(option or []), mapping=mapping, exercise=exercise, **facts)
    say(f"{name} is followed: {entry.source.title}, {entry.source.address}, every {entry.source.cadence_minutes} minutes, TLP:{entry.tlp or 'AMBER'}.")
    if entry.exercise:
        say("EXERCISE EXERCISE EXERCISE: what it brings belongs to the exercise and never to the real world.")
    say(f"Terms: {_terms(entry)}. {entry.source.attribution}")
    if entry.source.account:
        say(f"It needs an account: {entry.source.account}")


def _options(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise BadSetting("The option cannot be understood", field="--option", got=pair, expected="NAME=VALUE")
        found[key] = value
    return found


@sources_app.command(name="run")
def run_source(
    names: Annotated[list[str] | None, typer.Argument(help="Sources by name; without any, every followed one that is due.", show_default=False)] = None,
    node: NodeOption = None,
    since: Annotated[str, typer.Option(help="From this day on (ISO 8601), where the feed can be asked for a period.", show_default=False)] = "",
    until: Annotated[str, typer.Option(help="Before this day.", show_default=False)] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Fetch what is new and take it in. A run that is cut off goes on where it stopped."""
    from vigie.node.sources import run, run_due

    opened, now = the_node(node), now_us()
    since_us, until_us = instant(since, "--since"), instant(until, "--until")
    with fetching() as watch:
        outcomes = [run(opened, name, now, watch, since_us=since_us, until_us=until_us) for name in names or ()]
        outcomes += [] if names else run_due(opened, now, watch)
    _say_runs(outcomes, as_json=as_json)
    raise typer.Exit(1 if any(outcome.status == "failed" for outcome in outcomes) else 0)


def _say_runs(outcomes: list[RunOutcome], *, as_json: bool) -> None:
    if as_json:
        names = ("name", "status", "files", "reports", "unchanged", "rejects", "bytes", "sentence")
        say_json([{name: getattr(outcome, name) for name in names} for outcome in outcomes])
        return
    for outcome in outcomes:
        counts = f"{outcome.reports:,} new reports, {outcome.unchanged:,} unchanged, {outcome.rejects:,} rejects"
        say(f"{outcome.name}: {outcome.status}; {outcome.files} files, {counts}.")
        for note in outcome.notes:
            say(f"  {note}")
        if outcome.sentence:
            complain(f"  {outcome.sentence}")
    if not outcomes:
        say("No source is due.")


@sources_app.command(name="status")
def source_status(node: NodeOption = None, *, as_json: JsonOption = False) -> None:
    """How each followed feed is: fresh, late, silent, failing, never run, or in need of an account."""
    from vigie.node.sources import status

    found = status(the_node(node), now_us(), added_only=True)
    if as_json:
        say_json([_status_json(item) for item in found])
        return
    rows = [_status_row(item) for item in found]
    say_table("Sources", ["name", "is", "last fetched", "last new", "newest record", "records", "next run", "fault"], rows)
    if not found:
        say("No source is followed yet: vigie sources list, then vigie sources add NAME.")
    if any(item.word == "silent" for item in found):
        say("Silent: it answers but brings nothing new. Silence is not peace.")


def _day(time_us: int | None) -> str:
    return "" if time_us is None else shown_day(time_us)


def _status_json(item: SourceStatus) -> dict[str, object]:
    times = {name: _day(getattr(item, f"{name}_us")) or None for name in ("tried", "succeeded", "new", "newest", "due")}
    return {"name": item.entry.source.name, "is": item.word, "records": item.records, "fault": item.fault, "notes": list(item.notes)} | times


def _status_row(item: SourceStatus) -> tuple[object, ...]:
    times = (_day(item.succeeded_us), _day(item.new_us), _day(item.newest_us))
    return (item.entry.source.name, item.word, *times, item.records, _day(item.due_us), item.fault)
