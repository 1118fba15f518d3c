"""`vigie demo`: the ten-minute tour on the example region."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.intake import take_in
from vigie.cli.show import counting, say
from vigie.cli.worlds import say_silences, start_server, world_of
from vigie.model.label import PUBLIC, Label
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.model.atlas import Atlas
    from vigie.node.settings import Node
    from vigie.node.worlds import World


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's node and its made-up files are kept.")] = Path("demo"),
    reports: Annotated[int, typer.Option(help="How many made-up reports.", min=100, max=10_000_000)] = 20_000,
    port: Annotated[int, typer.Option(help="The port of the page.", min=1, max=65535)] = 8321,
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page at the end, or stop before that.")] = True,
) -> None:
    """Make a node, take in the example region and an exercise, link, and show the result."""
    from vigie.node.atlas import load_atlas
    from vigie.node.example import OWNER
    from vigie.node.flow import write_out
    from vigie.node.settings import init_node

    node, atlas = init_node(folder / "node", OWNER), load_atlas()
    say(f"A node of {OWNER} in {folder / 'node'}: a few real facts of the region, and an EXERCISE of {reports:,} made-up reports.")
    _fill(node, folder, reports)
    worlds = [world_of(node, PUBLIC, atlas, exercise=exercise) for exercise in (False, True)]
    _say_summary(node, worlds, atlas)
    _say_coverage(node, worlds[1], atlas)
    geojson, table = write_out(worlds, atlas, Path())
    say(f"Written: {geojson} and {table} (every row says whether it is an exercise).")
    address = f"http://127.0.0.1:{port}"
    if serve:
        start_server(node, atlas, port)
    else:
        say(f"The page: vigie serve --node {folder / 'node'} --port {port}, then open {address}")


def _fill(node: Node, folder: Path, reports: int) -> None:
    from vigie.node.example import OWNER, add_activities, example_files
    from vigie.node.exercises import make_exercise_files
    from vigie.node.intake import Order

    with counting("Making the exercise", reports) as step:
        made = make_exercise_files(folder / "exercise", reports, 1, step)
    order = Order(label=Label(OWNER, tlp="CLEAR"))
    now = now_us()
    for path in (*example_files(), *made):
        take_in(node, path, order, now, as_json=False)
    add_activities(node, now)


def _say_coverage(node: Node, world: World, atlas: Atlas) -> None:
    """Where the exercise has a high risk and nobody is at work, on its last day."""
    from vigie.node.desk import log_of
    from vigie.node.example import LAST_DAY
    from vigie.node.outlook import make_outlook
    from vigie.node.stocktaking import coverage_facts, reader_of

    log = log_of(node, PUBLIC, now_us(), exercise=True)
    reader = reader_of(node, make_outlook(node, atlas, world, log), log, atlas, "en")
    found: dict[str, Any] = coverage_facts(reader, date.fromisoformat(LAST_DAY))
    covered = sum(item["rows"] for item in found["verdicts"] if item["verdict"] == "covered")
    say(f"EXERCISE, what is being done: {len(log.of('activity'))} activities; on {LAST_DAY} {found['gaps']} areas and fields had a high risk and no known")
    say(f"activity, {covered} a risk that one answers. Ask: vigie activities coverage --exercise --at {LAST_DAY}")
    say()


def _say_summary(node: Node, worlds: list[World], atlas: Any) -> None:
    from vigie.cli.links import say_world
    from vigie.node.summary import intake_summary, world_summary

    taken: dict[str, Any] = intake_summary(node)
    agencies = sum(len({int(code) for code in world.catalogue.agency.codes}) for world in worlds)
    say(f"\nTaken in: {taken['reports']:,} reports of {agencies} agencies from {taken['files']} files, all TLP:CLEAR.")
    say(f"Rejects: {taken['rejects']:,} (vigie rejects shows them).")
    for world in worlds:
        facts: dict[str, Any] = world_summary(world, atlas, now_us(), doubtful_shown=5)
        say()
        say_world(facts)
        say_silences(facts["silent_agencies"], most=3)
    say()
