"""The flow of a node, one call a stage: bytes become reports, reports become the events of a world, events become its picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vigie.exchange import csv_lines, geojson_lines
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.node.facts import COLUMNS, all_event_facts, collection_head
from vigie.node.intake import Order, Outcome, Watch, files_under, ingest_each
from vigie.node.kept import kept_world
from vigie.node.pictures import Choice, chosen_events, picture_facts
from vigie.node.settings import Node
from vigie.node.worlds import Watch as Step
from vigie.node.worlds import World

EVERYTHING = Choice()


def take_in(node: Node, paths: Iterable[Path], order: Order, now_us: int, watch: Watch | None = None) -> Iterator[Outcome]:
    """Bytes from agencies become reports in the store."""
    return ingest_each(node, files_under(paths), order, now_us, watch)


def see(node: Node, party: str, now_us: int, atlas: Atlas, *, exercise: bool, step: Step = None) -> World:
    """The reports that a party may read become the events of its world."""
    return kept_world(node, node.audience(party, now_us), atlas, exercise=exercise, watch=step)


def draw(world: World, atlas: Atlas, now_us: int, choice: Choice = EVERYTHING, **how: Any) -> dict[str, Json]:
    """The chosen events of a world become its picture; `how` are the period, cells and language of `picture_facts`."""
    return picture_facts(world, chosen_events(world, choice), atlas, now_us, **how)


def write_out(worlds: Iterable[World], atlas: Atlas, folder: Path) -> tuple[Path, Path]:
    """The events of one audience's worlds become `events.geojson` and `events.csv` in `folder`: the same worlds, the same bytes."""
    geojson, table, shown = folder / "events.geojson", folder / "events.csv", tuple(worlds)
    write_lines(geojson, geojson_lines(events_of(shown, atlas), collection_head(shown, atlas)))
    write_lines(table, csv_lines(events_of(shown, atlas), COLUMNS))
    return geojson, table


def events_of(worlds: Iterable[World], atlas: Atlas) -> Iterator[dict[str, Json]]:
    """The facts of every event of the worlds, one world after the other."""
    return (facts for world in worlds for facts in all_event_facts(world, atlas))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Writes a file whole or not at all: a reader never sees half of it."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8", newline="") as out:
        out.writelines(lines)
    unfinished.replace(path)
