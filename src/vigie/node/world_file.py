"""A world on disk, with what is needed to go on from it; whose it is, is not written: what two audiences may both read is one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import Json
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.event import Events, Links
from vigie.model.linkmodel import LearnedError, LearnedSize, LinkModel, SizeCurve
from vigie.model.sameness import Sameness
from vigie.node.array_file import read_arrays, write_arrays
from vigie.node.gathered import PLAIN, TEXTS, Columns
from vigie.node.going_on import Before, Made
from vigie.node.packs import pack
from vigie.node.worlds import World
from vigie.store.changed import Readable

if TYPE_CHECKING:
    from vigie.harmonise import LinkState
    from vigie.harmonise.background import Background

Arrays = dict[str, NDArray[Any]]
_LINKS = ("links", "doubtful", "parts")
_ROWS = ("row", "name", "testimony", "blocks")


def write_made(path: Path, key: str, made: Made) -> None:
    """Writes a world under the key of its content."""
    facts: dict[str, Json] = {"key": key, "exercise": made.world.exercise, "models": [list(model) for model in made.world.models]}
    arrays = _of_world(made.world) | {f"readable.{name}": getattr(made.readable, name) for name in _ROWS}
    arrays["readable.decisions"] = np.frombuffer(made.readable.decisions, np.uint8)
    arrays["decided"] = np.array(made.decided, np.int64).reshape(-1, 4)
    facts["fields"] = fields_of = {}
    for name, state in made.states.items():
        known, columns = _of_state(state)
        fields_of[name] = known
        arrays |= {f"{name}/{column}": values for column, values in columns.items()}
    write_arrays(path, facts, arrays)


def read_world(path: Path, party: str) -> World:
    """The world that a file holds, for a party that may read all of it."""
    facts, arrays = read_arrays(path)
    return _world(facts, arrays, party)


def read_before(path: Path) -> Before:
    """What a file holds of a world, to go on from it."""
    facts, arrays = read_arrays(path)
    said: Any = facts
    row, name, testimony, blocks = (arrays[f"readable.{name}"] for name in _ROWS)
    readable = Readable(row, name, testimony, blocks, arrays["readable.decisions"].tobytes())
    decided = tuple((a, b, bool(same), said_us) for a, b, same, said_us in arrays["decided"].tolist())
    states = {name: _state(name, known, arrays) for name, known in said["fields"].items()}
    return Before(_catalogue(arrays), _columns(arrays), arrays["event_of"], said["exercise"], readable, decided, states)


def _of_world(world: World) -> Arrays:
    found = {"event_of": world.event_of, "probability": world.probability}
    for name in ("country", "unit"):
        found |= _of_texts(name, getattr(world, name).tolist())
    for item in fields(Catalogue):
        found |= _of_column(f"catalogue.{item.name}", getattr(world.catalogue, item.name))
    for item in fields(Events):
        found |= _of_column(f"events.{item.name}", getattr(world.events, item.name))
    return found | {f"{name}.{item.name}": getattr(getattr(world, name), item.name) for name in _LINKS for item in fields(Links)}


def _of_column(name: str, column: Any) -> Arrays:
    """One column as arrays: texts as codes, lists of rows laid end to end."""
    if isinstance(column, Coded):
        return {f"{name}.codes": column.codes, f"{name}.names": np.array(column.names, np.str_)}
    if isinstance(column, Mapping):
        return {f"{name}.{key}": rows for key, rows in column.items()}
    if name == "events.members":
        return {f"{name}.rows": np.concatenate([np.zeros(0, np.int64), *column]), f"{name}.sizes": np.array([len(rows) for rows in column], np.int64)}
    if name == "events.id":
        return {name: np.array(column, np.bytes_)}
    return _of_texts(name, column) if isinstance(column, tuple) else {name: column}


def _of_texts(name: str, texts: Sequence[str]) -> Arrays:
    code = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return {f"{name}.codes": np.fromiter(map(code.__getitem__, texts), np.int32, len(texts)), f"{name}.names": np.array(list(code), np.str_)}


def _world(facts: Any, arrays: Arrays, party: str) -> World:
    events: dict[str, Any] = {item.name: _event_column(arrays, item.name) for item in fields(Events)}
    links, doubtful, parts = (Links(*(arrays[f"{name}.{item.name}"] for item in fields(Links))) for name in _LINKS)
    areas = (_texts(arrays, "country"), _texts(arrays, "unit"))
    numbers = (arrays["event_of"], arrays["probability"])
    models = tuple((name, version) for name, version in facts["models"])
    return World(party, facts["exercise"], _catalogue(arrays), Events(**events), *numbers, links, doubtful, *areas, parts, models)


def _catalogue(arrays: Arrays) -> Catalogue:
    columns: dict[str, Any] = {item.name: _coded(arrays, item.name) if item.type == "Coded" else arrays[f"catalogue.{item.name}"] for item in fields(Catalogue)}
    return Catalogue(**columns)


def _columns(arrays: Arrays) -> Columns:
    size = arrays["events.members.sizes"]
    texts = {name: _texts(arrays, f"events.{name}") for name in TEXTS} | {name: _texts(arrays, name) for name in ("country", "unit")}
    plain = {name: arrays[f"events.{name}"] for name in PLAIN}
    return Columns(arrays["events.id"].astype("S23"), arrays["events.members.rows"], np.cumsum(size) - size, size, _chosen(arrays), texts, plain)


def _chosen(arrays: Arrays) -> Arrays:
    return {key.removeprefix("events.chosen."): column for key, column in arrays.items() if key.startswith("events.chosen.")}


def _coded(arrays: Arrays, name: str) -> Coded:
    return Coded(arrays[f"catalogue.{name}.codes"], tuple(arrays[f"catalogue.{name}.names"].tolist()))


def _texts(arrays: Arrays, name: str) -> NDArray[np.object_]:
    names = arrays[f"{name}.names"].astype(object)
    return names[arrays[f"{name}.codes"]] if len(names) else np.zeros(0, object)


def _event_column(arrays: Arrays, name: str) -> Any:
    if name == "members":
        rows, end = arrays["events.members.rows"], np.cumsum(arrays["events.members.sizes"])
        begin = end - arrays["events.members.sizes"]
        return tuple([rows[first:last] for first, last in zip(begin.tolist(), end.tolist(), strict=True)])
    if name == "chosen":
        return _chosen(arrays)
    if name == "id":
        return tuple(arrays["events.id"].astype(np.str_).tolist())
    return tuple(_texts(arrays, f"events.{name}").tolist()) if name in TEXTS else arrays[f"events.{name}"]


def _of_state(state: LinkState) -> tuple[Json, Arrays]:
    """The state of a field: what was learned as JSON, all else as arrays."""
    from vigie.harmonise import to_arrays

    model: dict[str, Any] = asdict(state.basis.model)
    del model["sameness"]
    background = state.basis.background
    plain: dict[str, Any] = {name: getattr(background, name) for name in ("cell_km", "step_s", "span_s", "spot_km", "kin_rate")}
    counts = {f"background.{name}.{column}": getattr(getattr(background, name), column) for name in _COUNTS for column in ("cell", "step", "agency", "reports")}
    return {"model": model, "background": plain}, to_arrays(state) | counts


_COUNTS = ("near", "wide", "always", "spots")


def _state(name: str, known: Any, arrays: Arrays) -> LinkState:
    from vigie.harmonise import from_arrays
    from vigie.harmonise.state import Basis

    own = {column.removeprefix(f"{name}/"): values for column, values in arrays.items() if column.startswith(f"{name}/")}
    sameness = pack(name).sameness
    return from_arrays(own, Basis(sameness, _background(known["background"], own), _model(known["model"], sameness)))


def _background(plain: Any, arrays: Arrays) -> Background:
    from vigie.harmonise.background import Background, Counts

    counts: Any = {name: Counts(*(arrays[f"background.{name}.{column}"] for column in Counts._fields)) for name in _COUNTS}
    return Background(**(plain | {"span_s": tuple(plain["span_s"])} | counts))


def _model(said: Any, sameness: Sameness) -> LinkModel:
    """What was learned, of JSON."""
    kinds: dict[str, Any] = {"times": LearnedError, "places": LearnedError, "sizes": LearnedSize}
    found = said | {name: tuple(kind(**one) for one in said[name]) for name, kind in kinds.items()}
    found["curves"] = tuple(SizeCurve(**(one | {"densities": tuple(one["densities"])})) for one in said["curves"])
    for name in ("levels", "levels_apart", "wide_shares"):
        found[name] = None if said[name] is None else tuple(said[name])
    for name in ("kinds", "repeats"):
        found[name] = tuple((text, value) for text, value in said[name])
    return LinkModel(sameness=sameness, **found)
