"""Worlds kept on disk: the same as made, and never older than the store."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made import NOW_US
from vigie.model.atlas import Atlas
from vigie.model.catalogue import Coded
from vigie.model.label import PUBLIC, Label
from vigie.node.exercises import make_exercise_files
from vigie.node.intake import Order, ingest_each, ingest_file
from vigie.node.kept import forget_worlds, kept_world
from vigie.node.settings import Node
from vigie.node.worlds import World, make_world

CLEAR = Order(label=Label("ME-NODE", tlp="CLEAR"))


@pytest.fixture(autouse=True)
def keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds are kept too."""
    monkeypatch.setattr("vigie.node.kept.MIN_KEPT", 0)


def plain(value: Any) -> Any:
    """A world's part as something that can be compared."""
    if isinstance(value, Coded):
        return (value.names, value.codes.tolist())
    if isinstance(value, np.ndarray):
        return [repr(item) for item in value.tolist()]
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in sorted(value.items())}
    return {item.name: plain(getattr(value, item.name)) for item in fields(value)} if hasattr(value, "__dataclass_fields__") else value


def kept(node: Node, atlas: Atlas, party: str = PUBLIC) -> World:
    """The exercise's world of a party."""
    return kept_world(node, node.audience(party, NOW_US), atlas, exercise=True)


def test_a_kept_world_is_the_one_that_would_be_made(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Every column of every part; an empty world too."""
    assert plain(kept(node, atlas)) == plain(kept(node, atlas))
    files = make_exercise_files(tmp_path / "exercise", 300, 1, int)
    assert all(outcome.status == "taken in" for outcome in ingest_each(node, files, CLEAR, NOW_US))
    made = make_world(node, node.audience(PUBLIC, NOW_US), atlas, exercise=True)
    first, second = kept(node, atlas), kept(node, atlas)
    assert len(made.catalogue) == 300
    assert plain(first) == plain(second) == plain(made)


def test_a_kept_world_is_not_shown_after_a_change_or_to_anybody_else(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Another report, another audience, an embargo that has passed, an erasure."""
    rows = "report_id,agency,field,kind,begin,lon,lat,exercise\n{},MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.10,42.00,true\n"
    for name, label in (("a", Label("ME-NODE", tlp="CLEAR")), ("b", Label("ME-NODE")), ("c", Label("ME-NODE", tlp="CLEAR", embargo_us=NOW_US + 5))):
        path = tmp_path / f"{name}.csv"
        path.write_text(rows.format(name))
        ingest_file(node, path, Order(label=label), NOW_US)
        kept(node, atlas)
    assert [len(kept(node, atlas, party).catalogue) for party in (PUBLIC, "ME-NODE", "OTHER")] == [1, 3, 1]
    assert len(kept_world(node, node.audience(PUBLIC, NOW_US + 6), atlas, exercise=True).catalogue) == 2
    assert len(list((node.folder / "worlds").iterdir())) == 3
    forget_worlds(node)
    assert not (node.folder / "worlds").exists()


def test_a_damaged_file_is_made_anew(node: Node, atlas: Atlas) -> None:
    """Cut, foreign, empty."""
    whole = plain(kept(node, atlas))
    path = next((node.folder / "worlds").iterdir())
    for content in (path.read_bytes()[:-100], b"", b"hello", b"PK\x03\x04"):
        path.write_bytes(content)
        assert plain(kept(node, atlas)) == whole
