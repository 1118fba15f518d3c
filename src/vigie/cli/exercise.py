"""`vigie exercise`: a made-up world with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vigie.cli.options import JsonOption
from vigie.cli.show import counting, say, say_json

exercise_app = typer.Typer(help="Make a made-up world with known truth, and score links against it.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(exercise_app, name="exercise")


@exercise_app.command()
def make(
    out: Annotated[Path, typer.Option(help="The folder to write reports-AGENCY.csv and truth.csv into.")],
    reports: Annotated[int, typer.Option(help="How many reports.", min=100, max=10_000_000)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed and number give the same bytes.", min=0)] = 1,
) -> None:
    """Write the reports of made-up agencies, and the truth beside them. Every record is marked as an exercise."""
    from vigie.node.exercises import make_exercise_files

    with counting("Making reports", reports) as step:
        files = make_exercise_files(out, reports, seed, step)
    say(f"{reports:,} made-up reports in {len(files)} files, and truth.csv, in {out}. Next: vigie link {out} --out links.csv")


@exercise_app.command()
def score(
    folder: Annotated[Path, typer.Argument(help="The folder of the exercise, with truth.csv.")],
    links: Annotated[Path, typer.Argument(help="What vigie link wrote: report_id,event_id,probability.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Precision, recall and F1 of links, over pairs of reports."""
    from vigie.node.exercises import score_exercise

    facts = score_exercise(folder, links)
    if as_json:
        say_json(facts)
    else:
        say(f"Precision {facts['precision']:.4f}, recall {facts['recall']:.4f}, F1 {facts['f1']:.4f} over pairs of reports.")
