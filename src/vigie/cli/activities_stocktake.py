"""`vigie activities stocktake` and `vigie activities coverage`: what is going on, and where a risk has no known activity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vigie.cli.options import AudienceOption, ExerciseOption, FieldOption, JsonOption, NodeOption, known_party, the_node
from vigie.cli.show import linking, say, say_json, say_table
from vigie.cli.written import is_output, write_file
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us

if TYPE_CHECKING:
    from vigie.activities.coverage import Coverage
    from vigie.activities.stocktake import By
    from vigie.node.settings import Node
    from vigie.node.stocktaking import Reader

AtOption = Annotated[str, typer.Option("--at", help="The day, such as 2026-11-22 (else today, UTC).", show_default=False)]
ByOption = Annotated[str, typer.Option("--by", help="country, field, priority, partner or mechanism (else the first three).", show_default=False)]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the table to this file; - prints it.", show_default=False)]
MapOption = Annotated[Path | None, typer.Option("--map", help="Write the map to this file, as SVG.", show_default=False)]

_USUAL: tuple[By, ...] = ("country", "field", "priority")
_SHOWN_ROWS = 40
_YEARS = (1900, 2200)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file to `vigie activities`."""
    app.command()(stocktake)
    app.command("coverage")(coverage_)


def day_option(text: str, now: int) -> date:
    """The day of `--at`, or today. Raises `BadSetting` where it is no day, or too far away for months to be counted back from it."""
    from vigie.activities.record import day_of

    try:
        day = date.fromisoformat(text) if text else day_of(now)
    except ValueError as fault:
        raise BadSetting("The day cannot be understood", field="--at", got=text, expected="a day such as 2026-11-22") from fault
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise BadSetting("The day is too far away", field="--at", got=text, expected=f"a day of the years {_YEARS[0]} to {_YEARS[1]}")
    return day


def _ways(text: str) -> tuple[By, ...]:
    """The ways of looking that `--by` names. Raises `BadSetting` for one that there is not."""
    from vigie.activities.stocktake import WAYS

    found = tuple(way for way in WAYS if way == text)
    if text and not found:
        raise BadSetting("The stocktake has no such table", field="--by", got=text, expected=", ".join(WAYS))
    return found or _USUAL


def _reader(node: Node, party: str, now: int, *, exercise: bool) -> Reader:
    from vigie.node.atlas import load_atlas
    from vigie.node.desk import log_of
    from vigie.node.kept import kept_world
    from vigie.node.outlook import make_outlook
    from vigie.node.stocktaking import reader_of

    whose, atlas = known_party(node, party), load_atlas()
    with linking() as watch:
        world = kept_world(node, node.audience(whose, now), atlas, exercise=exercise, watch=watch)
    log = log_of(node, whose, now, exercise=exercise)
    return reader_of(node, make_outlook(node, atlas, world, log), log, atlas, node.settings.language)


def _write(path: Path, parts: Iterable[str]) -> None:
    write_file(path, (part.encode() for part in parts))
    if not is_output(path):
        say(f"Written: {path}")


def stocktake(
    node: NodeOption = None,
    at: AtOption = "",
    by: ByOption = "",
    party: AudienceOption = "",
    csv: CsvOption = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """What is going on at a day: activities by country, field and partner, with budgets and trends."""
    from vigie.activities.stocktake import WAYS
    from vigie.node.stocktaking import stocktake_facts, stocktake_lines

    opened, now, ways = the_node(node), now_us(), _ways(by)
    day = day_option(at, now)
    reader = _reader(opened, party, now, exercise=exercise)
    if csv is not None:
        _write(csv, stocktake_lines(reader, day, ways if by else WAYS))
        return
    facts: dict[str, Any] = stocktake_facts(reader, day)
    if as_json:
        say_json(facts)
        return
    _say_stocktake(facts, ways)


def _say_stocktake(facts: dict[str, Any], ways: tuple[By, ...]) -> None:
    if facts["exercise"]:
        say("EXERCISE EXERCISE EXERCISE: nothing of this happened.")
    counts = facts["total"]["counts"]
    head = f"{counts['running']:,} running, {counts['planned']:,} planned, {counts['finished']:,} finished in 12 months, {counts['suspended']:,} suspended"
    say(f"On {facts['day']}, as {facts['party']} knows it: {head}. Budgets: {_money(facts['total'])}.")
    for way in ways:
        rows = [(item["title"], *item["counts"].values(), _money(item)) for item in facts["by"][way]]
        say_table(f"By {way}", [way, "running", "planned", "finished, 12 months", "suspended", "budgets of running ones"], rows)
    months = [(day, total) for day, total in zip(facts["trend"]["days"], facts["trend"]["total"], strict=True)]
    say_table("Running at the month's end", ["day", "running"], months[-12:])
    for note in facts["notes"]:
        say(note)


def _money(item: dict[str, Any]) -> str:
    """The sums of a tally in a few words."""
    sums = [f"{one['total']} {one['currency']} of {one['activities']}" for one in item["budgets"]]
    left = [f"{one['total']} {one['currency']} not divided" for one in item["not_divided"]]
    return "; ".join([*sums, *left]) or "none known"


def coverage_(
    node: NodeOption = None,
    at: AtOption = "",
    field: FieldOption = "",
    party: AudienceOption = "",
    csv: CsvOption = None,
    map_: MapOption = None,
    *,
    exercise: ExerciseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Where a risk is known and no activity is, and which activities answer none."""
    from vigie.node.packs import packs
    from vigie.node.stocktaking import coverage_lines, coverage_of, coverage_picture

    if field and field not in packs():
        raise BadSetting("There is no such field", field="--field", got=field, expected=", ".join(packs()))
    opened, now = the_node(node), now_us()
    day = day_option(at, now)
    reader = _reader(opened, party, now, exercise=exercise)
    found = coverage_of(reader, day)
    if csv is not None:
        _write(csv, coverage_lines(reader, day, field=field, found=found))
    if map_ is not None:
        _write(map_, [coverage_picture(reader, found, field=field)])
    if csv is None and map_ is None:
        _say_coverage(reader, found, day, field, as_json=as_json)


def _say_coverage(reader: Reader, found: Coverage, day: date, field: str, *, as_json: bool) -> None:
    from vigie.node.stocktaking import coverage_facts

    facts: dict[str, Any] = coverage_facts(reader, day, field=field, found=found)
    if as_json:
        say_json(facts)
        return
    if facts["exercise"]:
        say("EXERCISE EXERCISE EXERCISE: nothing of this happened.")
    say(f"Coverage against risk on {facts['day']}, as {facts['party']} knows it.")
    say_table("Areas and fields", ["verdict", "rows"], [(item["words"], item["rows"]) for item in facts["verdicts"]])
    rows = [row for row in facts["rows"] if row["level"] in ("high", "raised")]
    say_table("Where a risk is raised or high", ["verdict", "where", "field", "running", "planned", "why"], [_line(row) for row in rows[:_SHOWN_ROWS]])
    if len(rows) > _SHOWN_ROWS:
        say(f"And {len(rows) - _SHOWN_ROWS:,} more; --csv writes all.")
    say_table("Running without a known risk", ["activity", "name"], [(item["title"], item["name"]) for item in facts["without_risk"][:_SHOWN_ROWS]])
    for note in facts["notes"]:
        say(note)


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["verdict"], f"{row['area_name']} ({row['area']})", row["field_title"], row["counts"]["running"], row["counts"]["planned"], row["why"][0])
