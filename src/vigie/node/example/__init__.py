"""The example region's real facts, the made-up activities of its exercise, and where the files are."""

from __future__ import annotations

from pathlib import Path

import yaml

from vigie.model.activity import Activity
from vigie.model.said import read_body
from vigie.node.desk import Actor, Desk
from vigie.node.procedures import save_activity
from vigie.node.settings import Node

OWNER = "VIGIE-DEMO"
"""The party that owns what the demo takes in: always the same, so that the demo's bytes are."""

LAST_DAY = "2025-12-31"
"""The last day of the exercise's made-up reports."""


def example_files() -> tuple[Path, ...]:
    """The files with the real facts."""
    return tuple(sorted(Path(__file__).parent.glob("*.csv")))


def example_activities() -> tuple[Activity, ...]:
    """The made-up activities of the exercise."""
    items = yaml.safe_load((Path(__file__).parent / "activities.yaml").read_text(encoding="utf-8"))
    return tuple(read_body(Activity, item) for item in items)


def add_activities(node: Node, now_us: int) -> int:
    """Writes the made-up activities into the node's exercise, for everybody to read; how many are new."""
    desk = Desk(node, Actor("", OWNER, "operator"), now_us, exercise=True)
    known = {entry.ref for entry in desk.log.of("activity")}
    new = [activity for activity in example_activities() if f"a-{activity.identifier.lower()}" not in known]
    for activity in new:
        save_activity(desk, activity, f"a-{activity.identifier.lower()}", tlp="CLEAR")
    return len(new)
