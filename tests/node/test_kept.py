"""Worlds kept on disk: the same as made, and never older than the store."""

from __future__ import annotations

import json
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
    assert {path.suffix for path in (node.folder / "worlds").iterdir()} == {".last", ".world"}
    assert {path.stat().st_mode & 0o777 for path in (node.folder / "worlds").iterdir()} == {0o600}
    forget_worlds(node)
    assert not (node.folder / "worlds").exists()


def test_audiences_that_may_read_the_same_share_one_file(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """What is kept names no party; it goes when nobody saw it last."""
    assert [kept(node, atlas, party).party for party in (PUBLIC, "OTHER", "ME-NODE")] == [PUBLIC, "OTHER", "ME-NODE"]
    (shared,) = worlds_of(node)
    assert b"OTHER" not in shared.read_bytes()
    take_in(node, tmp_path, "a", Label("ME-NODE"))
    assert [len(kept(node, atlas, party).catalogue) for party in (PUBLIC, "OTHER", "ME-NODE")] == [0, 0, 1]
    assert len(worlds_of(node)) == 2
    take_in(node, tmp_path, "b", CLEAR.label)
    assert [len(kept(node, atlas, party).catalogue) for party in (PUBLIC, "OTHER", "ME-NODE")] == [1, 1, 2]
    assert len(worlds_of(node)) == 2
    assert shared not in worlds_of(node)


def worlds_of(node: Node) -> list[Path]:
    """The files of kept worlds."""
    return sorted((node.folder / "worlds").glob("*.world"))


def take_in(node: Node, tmp_path: Path, name: str, label: Label) -> None:
    """Takes in one report of the exercise."""
    path = tmp_path / f"{name}.csv"
    path.write_text(f"report_id,agency,field,kind,begin,lon,lat,exercise\n{name},MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.10,42.00,true\n")
    ingest_file(node, path, Order(label=label), NOW_US)


def test_a_process_that_is_killed_while_it_keeps_a_world_leaves_the_one_before(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """The new world is named and not there, or half of it lies beside; the next one is made from the old, and is right."""
    kept(node, atlas)
    (old,), (last,) = worlds_of(node), (node.folder / "worlds").glob("*.last")
    last.write_text(json.dumps({"worlds": [old.stem[:-4] + "0000", old.stem], "extent": None}))
    old.with_name("half.1.unfinished").write_bytes(old.read_bytes()[:200])
    take_in(node, tmp_path, "a", CLEAR.label)
    assert plain(kept(node, atlas)) == plain(make_world(node, node.audience(PUBLIC, NOW_US), atlas, exercise=True))
    assert not old.exists()


def test_a_damaged_file_is_made_anew(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Cut, foreign, empty, a single byte changed; and the note that names it, too."""
    take_in(node, tmp_path, "a", CLEAR.label)
    whole = plain(kept(node, atlas))
    (path,), (last,) = worlds_of(node), (node.folder / "worlds").glob("*.last")
    sound = path.read_bytes()
    at = sound.index(b"ev-")
    turned = sound[:at] + b"f" + sound[at + 1 :]
    for content in (sound[:-100], b"", b"hello", b"PK\x03\x04", b"vigie arrays 1 5 0\n", turned):
        path.write_bytes(content)
        assert plain(kept(node, atlas)) == whole
        assert path.read_bytes() == sound
    for content in (b"", b"{}", b"[", b'{"worlds": ["x"], "extent": {"blocks": [[1]], "marks": {}}}'):
        last.write_bytes(content)
        assert plain(kept(node, atlas)) == whole
