"""`vigie link`: reports into events, in the node or from files without a node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, JsonOption, NodeOption, the_node
from vigie.cli.show import complain, say, say_json, say_table, steps
from vigie.cli.worlds import world_of
from vigie.ingest.mapping import read_mapping
from vigie.node.atlas import load_atlas
from vigie.node.clock import now_us
from vigie.node.flow import write_lines
from vigie.node.linkfiles import LinkedFiles, link_files, link_lines, report_files, world_link_lines
from vigie.node.mappings import preset_mapping
from vigie.node.summary import world_summary


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(link)


def link(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Tables of reports, or a folder with reports-AGENCY.csv; without any, the node is linked.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where report_id,event_id,probability is written.", show_default=False)] = None,
    field: Annotated[str, typer.Option(help="The field of all reports, where the table does not say.", show_default=False)] = "",
    preset: Annotated[str, typer.Option(help="A preset that says what the columns mean (else Vigie's own names).", show_default=False)] = "",
    mapping: Annotated[Path | None, typer.Option(help="A TOML file that says what the columns mean.", show_default=False)] = None,
    node: NodeOption = None,
    party: AudienceOption = "",
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find the reports that speak of one event."""
    if files:
        chosen = read_mapping(mapping) if mapping else preset_mapping(preset or "vigie")
        with steps("Linking") as watch:
            paths = [path for given in files for path in report_files(given)]
            watch("files", len(paths))
            linked = link_files(paths, chosen, field or chosen.field)
        _show_files(linked, out, as_json=as_json)
        return
    opened, atlas = the_node(node), load_atlas()
    world = world_of(opened, party, atlas, exercise=exercise)
    if out is not None:
        write_lines(out, world_link_lines(opened, world, now_us()))
        say(f"{len(world.catalogue):,} reports are {len(world.events):,} events. Written to {out}.")
        return
    summary: dict[str, Any] = world_summary(world, atlas, now_us(), doubtful_shown=opened.settings.doubtful_shown, language=opened.settings.language)
    say_json(summary) if as_json else say_world(summary)


def _show_files(linked: LinkedFiles, out: Path | None, *, as_json: bool) -> None:
    if out is not None:
        write_lines(out, link_lines(linked))
    events = len(set(linked.event_ids))
    if as_json:
        say_json(
            {
                "reports": len(linked.report_ids),
                "events": events,
                "doubtful_links": linked.doubtful,
                "rejects": len(linked.rejects),
                "out": str(out) if out else None,
            }
        )
        return
    if out is None:
        typer.echo("".join(link_lines(linked)), nl=False)
    for fault in linked.rejects[:20]:
        complain(str(fault))
    if out is not None:
        say(f"{len(linked.report_ids):,} reports are {events:,} events; {linked.doubtful:,} doubtful links, {len(linked.rejects):,} rejects. Written to {out}.")


def say_world(facts: dict[str, Any]) -> None:
    """The summary of a world, as a person wants to read it."""
    banner = "EXERCISE (nothing of this happened)" if facts["exercise"] else "REAL"
    say(f"── {banner}: {facts['reports']:,} reports of {facts['agencies']} agencies are {facts['events']:,} events, in the view of {facts['audience']} ──")
    seen = facts["seen_by"]
    say(f"Seen by 1 agency: {seen['1']:,}; by 2: {seen['2']:,}; by 3: {seen['3']:,}; by 4 or more: {seen['4+']:,}.")
    say("By field: " + _list(facts["by_field"]) + ".")
    say("By country: " + _list(facts["by_country"]) + ".")
    for note in facts["notes"]:
        say(f"  {note}")
    rows = [_severe_row(event) for event in facts["most_severe"]]
    say_table("The most severe", ["when (UTC)", "what", "where", "size", "severity", "agencies", "sure", "id"], rows)
    say_doubtful(facts)


def _list(counts: dict[str, int], most: int = 16) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:most]]
    rest = list(counts.values())[most:]
    return ", ".join([*shown, *([f"{len(rest)} more {sum(rest):,}"] if rest else [])]) or "none"


def _severe_row(facts: dict[str, Any]) -> tuple[Any, ...]:
    from vigie.cli.worlds import event_row

    row = event_row(facts)
    return (*row[:4], f"{facts['severity']:.1f}", *row[4:])


def say_doubtful(facts: dict[str, Any]) -> None:
    """The links that wait for an analyst."""
    if not facts["doubtful_links"]:
        say("No doubtful links.")
        return
    rows = [_doubtful_row(item) for item in facts["most_doubtful"]]
    say(f"Doubtful links: {facts['doubtful_links']:,} wait for an analyst. The most doubtful:")
    say_table(
        "",
        ["first", "", "second", "", "chance it is one event", "evidence (nats: + for, - against)"],
        rows,
    )


def _doubtful_row(item: dict[str, Any]) -> tuple[str, ...]:
    first, second = item["first"], item["second"]
    why = ", ".join(f"{name} {nats:+.1f}" for name, nats in item["reasons"].items() if nats)
    return (first["agency"], first["begin"][:16], second["agency"], second["begin"][:16], f"{item['probability']:.2f}", why)
