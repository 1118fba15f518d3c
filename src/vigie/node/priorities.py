"""The priorities that a node knows: those that all nodes know, and its own list in `priorities.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from vigie.model.errors import BadSetting
from vigie.model.priorities import PRIORITIES, Priority
from vigie.node.packs import packs
from vigie.node.settings import Node

FILE = "priorities.toml"


def priorities_of(node: Node) -> Mapping[str, Priority]:
    """The priorities by name, the node's own after those of all. Raises `BadSetting` with one sentence for a list that cannot be understood.

    A table of the file is a priority: `[demining-training]`, `title = "Training of deminers"`, `fields = ["mines"]`, and a DAC `sector` if one is near.
    """
    path = node.folder / FILE
    if not path.exists():
        return PRIORITIES
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadSetting("The list of priorities cannot be read", source=FILE, got=str(fault), expected="TOML, a table for each priority") from fault
    return {**PRIORITIES, **{name: _priority(name, table) for name, table in tables.items()}}


def priority_titles(node: Node, names: Iterable[str]) -> list[tuple[str, str]]:
    """Priorities and their titles in English; one that the node does not know is its own title."""
    known = priorities_of(node)
    return [(name, known[name].title if name in known else name) for name in names]


def _priority(name: str, table: Any) -> Priority:
    said = table if isinstance(table, dict) else {}
    title, fields, sector = said.get("title"), said.get("fields", []), said.get("sector", "")
    if name in PRIORITIES:
        raise BadSetting("All nodes know this priority; it cannot be another", source=FILE, record=name, todo="give it another name")
    if not (isinstance(title, str) and title.strip() and isinstance(sector, str) and isinstance(fields, list)) or set(said) - {"title", "fields", "sector"}:
        raise BadSetting("The priority cannot be understood", source=FILE, record=name, expected="a title, the names of fields, and perhaps a sector")
    if unknown := [field for field in fields if field not in list(packs())]:
        raise BadSetting("There is no such field", source=FILE, record=name, field="fields", got=str(unknown[0]), expected=", ".join(packs()))
    return Priority(name, title.strip(), frozenset(fields), sector)
