"""`vigie export`: events or reports as files for others, under the release rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.options import AgencyOption, BoxOption, CountryOption, ExerciseOption, FieldOption, NodeOption, SinceOption, UntilOption, choice_of, the_node
from vigie.cli.show import say
from vigie.cli.worlds import world_of
from vigie.cli.written import write_lines
from vigie.model.canonical import Json
from vigie.model.label import PUBLIC
from vigie.node.clock import now_us


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(export)


def export(
    out: Annotated[Path, typer.Argument(help="The file to write: .geojson or .csv.")],
    node: NodeOption = None,
    party: Annotated[str, typer.Option("--for", help="For whom: only what this party may read is written.")] = PUBLIC,
    field: FieldOption = "",
    country: CountryOption = "",
    agency: AgencyOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    bbox: BoxOption = "",
    *,
    exercise: ExerciseOption = False,
) -> None:
    """Write the events that a party, or everybody, may see. What a source's terms keep with the owner is refused."""
    from vigie.node.atlas import load_atlas
    from vigie.node.audit import witness
    from vigie.node.export import export_lines, refuse_owner_only
    from vigie.node.pictures import check_choice
    from vigie.store import AuditRow

    opened, atlas = the_node(node), load_atlas()
    world = world_of(opened, party, atlas, exercise=exercise)
    refuse_owner_only(opened, world)
    choice = check_choice(choice_of(field=field, country=country, agency=agency, since=since, until=until, bbox=bbox), atlas)
    count, lines = export_lines(world, atlas, choice, out.suffix, opened.settings.language)
    facts: dict[str, Json] = {"events": count, "form": out.suffix, "exercise": exercise}
    witness(opened, AuditRow(now_us(), "", opened.settings.party, "export", f"events for {party}", facts))
    write_lines(out, lines)
    say(f"{count:,} events written to {out}, as {party} may see them.")
