"""`vigie events`, `picture`, `serve`: what happened, for whom."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import (
    AgencyOption,
    AudienceOption,
    BoxOption,
    CountryOption,
    ExerciseOption,
    FieldOption,
    JsonOption,
    NodeOption,
    SinceOption,
    UntilOption,
    choice_of,
    the_node,
)
from vigie.cli.show import linking, say, say_counts, say_json, say_table
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.model.atlas import Atlas
    from vigie.node.settings import Node
    from vigie.node.worlds import World


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(events)
    app.command()(picture)
    app.command()(serve)


def world_of(node: Node, party: str, atlas: Atlas, *, exercise: bool) -> World:
    """The world of a party (else the node's own), made with a spinner."""
    from vigie.node.flow import see

    with linking() as watch:
        return see(node, party or node.settings.party, now_us(), atlas, exercise=exercise, step=watch)


def events(
    node: NodeOption = None,
    party: AudienceOption = "",
    field: FieldOption = "",
    country: CountryOption = "",
    agency: AgencyOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    bbox: BoxOption = "",
    min_agencies: Annotated[int, typer.Option(help="Seen by at least so many agencies.", min=1)] = 1,
    limit: Annotated[int, typer.Option(help="At most so many, the latest first.", min=1, max=1_000_000)] = 50,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """List events, the latest first."""
    from vigie.node.atlas import load_atlas
    from vigie.node.facts import event_facts
    from vigie.node.pictures import check_choice, chosen_events

    opened, atlas = the_node(node), load_atlas()
    asked = choice_of(field=field, country=country, agency=agency, since=since, until=until, bbox=bbox, min_agencies=min_agencies)
    choice = check_choice(asked, atlas)
    world = world_of(opened, party, atlas, exercise=exercise)
    numbers = chosen_events(world, choice)
    found = [event_facts(world, int(number), atlas, opened.settings.language) for number in numbers[::-1][:limit]]
    if as_json:
        say_json(found)
        return
    if exercise:
        say("EXERCISE EXERCISE EXERCISE: nothing of this happened.")
    say_table("Events", ["when", "what", "where", "size", "agencies", "sure", "id"], [event_row(facts) for facts in found])
    say(f"{len(found):,} of {len(numbers):,} events shown, in the view of {world.party}.")


def event_row(facts: dict[str, Any]) -> tuple[Any, ...]:
    """An event as a row of a table."""
    size = f"{facts['magnitude']:g} {facts['scale'] or ''}".strip() if facts["magnitude"] is not None else ""
    where = ", ".join(filter(None, (facts["unit_name"], facts["country_name"]))) or "no place"
    return (facts["begin"][:16].replace("T", " "), facts["title"], where, size, len(facts["agencies"]), f"{facts['probability']:.2f}", facts["id"])


def picture(
    node: NodeOption = None,
    party: AudienceOption = "",
    field: FieldOption = "",
    country: CountryOption = "",
    agency: AgencyOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    bbox: BoxOption = "",
    period: Annotated[str, typer.Option(help="day, week, month or year.")] = "month",
    resolution: Annotated[int, typer.Option(help="Of the H3 cells: 2 to 7.")] = 4,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Counts by field, kind, area, period and agency; cells; agencies that fell silent."""
    from vigie.node.atlas import load_atlas
    from vigie.node.flow import draw
    from vigie.node.pictures import check_choice

    opened, atlas = the_node(node), load_atlas()
    choice = check_choice(choice_of(field=field, country=country, agency=agency, since=since, until=until, bbox=bbox), atlas)
    world = world_of(opened, party, atlas, exercise=exercise)
    facts: dict[str, Any] = draw(world, atlas, now_us(), choice, period=period, resolution=resolution, language=opened.settings.language)
    if as_json:
        say_json(facts)
        return
    say(f"{'EXERCISE. ' if exercise else ''}{facts['events']:,} events from {facts['reports']:,} reports, in the view of {world.party}.")
    for title, name in (("By field", "by_field"), ("By country", "by_country"), ("By kind", "by_kind"), ("Reports by agency", "by_agency")):
        say_counts(title, facts[name])
    say_counts(f"By {period}", facts["timeline"]["counts"], most=36)
    say(f"{len(facts['cells']['counts']):,} cells hold events; {facts['cells']['not_mappable']:,} events are not mappable at this resolution.")
    for note in facts["notes"]:
        say(note)
    say_silences(facts["silent_agencies"])


def say_silences(silent: list[dict[str, Any]], most: int = 12) -> None:
    """Agencies that fell silent: never to be taken for peace."""
    if silent:
        rows = [(item["agency"], item["field"], item["last"][:10], f"{item['silent_days']:.0f}", f"{item['usual_days']:.1f}") for item in silent[:most]]
        say_table("Silent agencies (silence is not peace)", ["agency", "field", "last word", "days silent", "usual gap, days"], rows)
    if len(silent) > most:
        say(f"and {len(silent) - most} more; see vigie picture --json.")


def serve(
    node: NodeOption = None,
    port: Annotated[int, typer.Option(help="The port on this machine.", min=1, max=65535)] = 8321,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    *,
    tls: Annotated[bool, typer.Option("--tls", help="Over https, under the node's own certificate: partners know it from the node's card.")] = False,
) -> None:
    """Serve the pages and the API: to everybody what PUBLIC may see, to who signs in what the account's party may see."""
    from vigie.node.atlas import load_atlas

    start_server(the_node(node), load_atlas(), port, host, tls=tls)


def check_port(host: str, port: int) -> None:
    """Raises `BadSetting` where the address is taken or may not be listened on."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as fault:
        todo = f"{fault.strerror}; name another one with --port"
        raise BadSetting("The address cannot be served", got=f"{host}:{port}", expected="a free port", todo=todo) from fault


def start_server(node: Node, atlas: Atlas, port: int, host: str = "127.0.0.1", *, tls: bool = False) -> None:
    """Serves until it is stopped."""
    from vigie import web

    check_port(host, port)
    address = f"http{'s' if tls else ''}://{host}:{port}"
    say(f"Serving {node.settings.party} on {address}: what PUBLIC may see, and to who signs in what the party may. Stop with Ctrl-C.")
    web.serve(node, atlas, port, host, tls=tls)
