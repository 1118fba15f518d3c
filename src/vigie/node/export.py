"""Files that leave the node: computed in the receiver's world, refused where a source's terms forbid it."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.exchange import csv_lines, geojson_lines
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import Label, parts_of
from vigie.node.facts import COLUMNS, collection_head, event_facts
from vigie.node.pictures import Choice, chosen_events
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import labels_of_rows

FORMATS = (".geojson", ".json", ".csv")


def export_lines(world: World, atlas: Atlas, choice: Choice, suffix: str, language: str) -> tuple[int, Iterator[str]]:
    """How many events, and the lines of the file. Raises `BadSetting` for a format that is not known."""
    numbers = chosen_events(world, choice)
    facts = (event_facts(world, int(number), atlas, language) for number in numbers)
    if suffix not in FORMATS:
        raise BadSetting("There is no such format to export", got=suffix or "a name without an ending", expected=", ".join(FORMATS))
    lines = csv_lines(facts, COLUMNS) if suffix == ".csv" else geojson_lines(facts, collection_head([world], atlas))
    return len(numbers), lines


def refuse_owner_only(node: Node, world: World) -> None:
    """Raises `NotReleasable` where the world holds a record that only its owner may read: such a record never leaves the node in a file."""
    kept = [(label, count) for label, count in labels_of_rows(node.store, node.directory, world.catalogue.row.tolist()) if is_owner_only(label)]
    if kept:
        count = sum(number for _, number in kept)
        what = "The export holds records that only their owner may read"
        raise NotReleasable(what, got=f"{count} records", expected="records released to others", todo="export --for the party that is to read it, or PUBLIC")


def is_owner_only(label: Label) -> bool:
    """Whether nobody but the owner may read it: an empty list, or AMBER and stricter without one."""
    return any(part.rel_to == frozenset() or (part.rel_to is None and part.tlp not in ("CLEAR", "GREEN")) for part in parts_of(label))
