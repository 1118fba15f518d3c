"""`vigie brief`: one page on a country, a warning problem or the region."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, JsonOption, NodeOption, the_node
from vigie.cli.show import say, say_json
from vigie.cli.worlds import world_of
from vigie.model.errors import BadSetting
from vigie.node.atlas import load_atlas
from vigie.node.clock import now_us


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(brief)


def brief(
    node: NodeOption = None,
    country: Annotated[str, typer.Option(help="On this country (two letters, XK for Kosovo); without it and --problem, on the whole region.")] = "",
    problem: Annotated[str, typer.Option(help="On this warning problem.")] = "",
    language: Annotated[str, typer.Option(help="en, fr or sr-Cyrl.")] = "en",
    days: Annotated[int, typer.Option(help="Over so many days until now.", min=1, max=3660)] = 7,
    party: AudienceOption = "",
    out: Annotated[Path | None, typer.Option(help="Write the page here: FILE.html or FILE.pdf.", dir_okay=False)] = None,
    address: Annotated[str, typer.Option(help="The node's address, such as https://node.example: then records are links.")] = "",
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Remember it: the next brief says what has changed since.")] = False,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the one-page brief: map, table, changes, warnings and answers, activities, sources, marking."""
    from vigie.node.brief_pages import brief_text, write_brief
    from vigie.node.brief_shape import brief_json
    from vigie.node.briefs import Order, make_brief, order_subject

    if out is not None and out.suffix not in (".html", ".pdf"):
        raise BadSetting("A brief is written as HTML or PDF", got=out.name, expected="a name that ends in .html or .pdf")
    opened, atlas = the_node(node), load_atlas()
    order = Order(party=party or opened.settings.party, country=country, problem=problem, language=language, days=days, exercise=exercise, keep=keep)
    order_subject(opened, atlas, order)
    facts = make_brief(opened, atlas, order, now_us(), world_of(opened, party, atlas, exercise=exercise))
    if out is not None:
        write_brief(facts, out, address.rstrip("/") or None)
    if as_json:
        say_json(brief_json(facts))
    elif out is not None:
        say(f"Written: {out} ({facts.marking}).")
    else:
        for line in brief_text(facts):
            say(line)
