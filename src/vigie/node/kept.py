"""Worlds kept on disk: a world that was made is read again as long as nothing that goes into it has changed.

A world of a million reports takes half a minute to make and a second to read. The file lies in the node's folder, is
readable by the operator only, and is thrown away when a record is erased.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from vigie import __version__
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.event import Events, Links
from vigie.model.linkmodel import untrained
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.node.worlds import Watch, World, make_world
from vigie.store import Audience
from vigie.store.extent import readable_extent

MIN_KEPT = 20_000
"""A world of fewer reports is made as quickly as it is read."""


def kept_world(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool, watch: Watch = None) -> World:
    """The world of an audience: read where it was kept and nothing has changed since, else made and kept."""
    state = _state(node, audience, atlas, exercise=exercise)
    path = node.folder / "worlds" / f"{digest(canonical_bytes([audience.party, exercise]))[:24]}.npz"
    found = _read(path, state)
    if found is not None:
        return found
    world = make_world(node, audience, atlas, exercise=exercise, watch=watch)
    if len(world.catalogue) >= MIN_KEPT and _state(node, audience, atlas, exercise=exercise) == state:
        _write(path, state, world)
    return world


def forget_worlds(node: Node) -> None:
    """Throws every kept world away."""
    shutil.rmtree(node.folder / "worlds", ignore_errors=True)


def _state(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool) -> str:
    """Everything that decides a world, in short: the program, what the audience may read, how fields are judged, the atlas."""
    judged = [[name, untrained(pack.sameness).version, repr(pack.terms.severity), repr(sorted(pack.terms.kinds))] for name, pack in packs().items()]
    extent = readable_extent(node.store, audience, exercise=exercise)
    drawn: Json = [len(atlas.countries), len(atlas.units), list(atlas.bounds), list(atlas.sources)]
    return digest(canonical_bytes([__version__, audience.party, exercise, list(extent), judged, drawn]))


def _write(path: Path, state: str, world: World) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        columns: dict[str, Any] = _columns(world) | {"state": _packed(state)}
        np.savez(out, **columns)
    unfinished.replace(path)


def _read(path: Path, state: str) -> World | None:
    try:
        with path.open("rb") as stream, np.load(stream) as kept:
            return _world(kept) if _unpacked(kept["state"]) == state else None
    except (OSError, ValueError, KeyError, EOFError, TypeError, BadZipFile):
        return None


def _packed(value: Any) -> NDArray[np.uint8]:
    """A JSON value as an array of bytes: nothing in the file is ever run when it is read."""
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), np.uint8)


def _unpacked(data: NDArray[np.uint8]) -> Any:
    return json.loads(data.tobytes())


def _columns(world: World) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {
        "world": _packed([world.party, world.exercise, list(world.country), list(world.unit), world.models]),
        "event_of": world.event_of,
        "probability": world.probability,
    }
    for name, part in (("catalogue", world.catalogue), ("events", world.events), ("links", world.links), ("doubtful", world.doubtful), ("parts", world.parts)):
        for item in fields(part):
            found |= _spread(f"{name}.{item.name}", getattr(part, item.name))
    return found


def _spread(name: str, column: Any) -> dict[str, NDArray[Any]]:
    """One column as arrays: texts as JSON, lists of rows laid end to end."""
    if isinstance(column, Coded):
        return {f"{name}.codes": column.codes, f"{name}.names": _packed(column.names)}
    if isinstance(column, dict):
        return {f"{name}.{key}": rows for key, rows in column.items()}
    if isinstance(column, tuple) and name == "events.members":
        whole = np.concatenate(column) if column else np.zeros(0, np.int64)
        return {f"{name}.rows": whole, f"{name}.ends": np.cumsum([len(rows) for rows in column], dtype=np.int64)}
    return {name: _packed(column) if isinstance(column, tuple) else column}


def _world(kept: Any) -> World:
    party, exercise, country, unit, models = _unpacked(kept["world"])
    catalogue: dict[str, Any] = {item.name: _coded(kept, item.name) if item.type == "Coded" else kept[f"catalogue.{item.name}"] for item in fields(Catalogue)}
    events: dict[str, Any] = {item.name: _event_column(kept, item.name) for item in fields(Events)}
    links, doubtful, parts = (Links(*(kept[f"{name}.{item.name}"] for item in fields(Links))) for name in ("links", "doubtful", "parts"))
    areas = (np.array(country, object), np.array(unit, object))
    return World(
        party,
        exercise,
        Catalogue(**catalogue),
        Events(**events),
        kept["event_of"],
        kept["probability"],
        links,
        doubtful,
        *areas,
        parts,
        tuple(tuple(model) for model in models),
    )


def _coded(kept: Any, name: str) -> Coded:
    return Coded(kept[f"catalogue.{name}.codes"], tuple(_unpacked(kept[f"catalogue.{name}.names"])))


def _event_column(kept: Any, name: str) -> Any:
    if name == "members":
        ends = kept["events.members.ends"]
        return tuple(np.split(kept["events.members.rows"], ends[:-1])) if len(ends) else ()
    if name == "chosen":
        return {key.removeprefix("events.chosen."): kept[key] for key in kept.files if key.startswith("events.chosen.")}
    return tuple(_unpacked(kept[f"events.{name}"])) if name in ("id", "scale", "field", "kind") else kept[f"events.{name}"]
