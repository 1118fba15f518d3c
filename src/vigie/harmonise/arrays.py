"""The warm state as plain arrays, to be kept on disk: numbers and texts only, nothing that runs when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.cluster import Grown, Noted
from vigie.harmonise.grid import build_grids
from vigie.harmonise.search import Edges
from vigie.harmonise.state import Basis, LinkState, Names
from vigie.model.errors import BadSetting

_PLAIN = ("one_of_many", "representative", "numbers", "codes", "witness", "order", "crowded", "must", "cannot", "labels")
_NAMES = ("fields", "agencies", "kinds")
_PARTS = {
    "edges": ("pairs", "score", "bond"),
    "grown": ("root", "ring", "nats", "is_forced"),
    "links": ("pairs", "reasons"),
    "close": ("pairs", "reasons"),
}


def to_arrays(state: LinkState) -> dict[str, NDArray[Any]]:
    """The state as arrays by name, without its basis, which the model and its background are; grids are made again."""
    holders: dict[str, Any] = {"edges": state.edges, "grown": state.grown, "links": state.grown.links, "close": state.grown.close}
    parts = {f"{holder}.{name}": getattr(holders[holder], name) for holder, names in _PARTS.items() for name in names}
    names = {name: np.array(getattr(state.names, name), np.str_) for name in _NAMES}
    return {name: getattr(state, name) for name in _PLAIN} | names | parts


def from_arrays(arrays: Mapping[str, NDArray[Any]], basis: Basis) -> LinkState:
    """The state of which these are the arrays, under the basis it was made with. Raises `BadSetting` where some are missing."""
    missing = {*_PLAIN, *_NAMES, *(f"{holder}.{name}" for holder, names in _PARTS.items() for name in names)} - set(arrays)
    if missing:
        raise BadSetting("This is no state of linking", got=f"no {min(missing)}", todo="link once more from the start")
    held = {holder: {name: arrays[f"{holder}.{name}"] for name in names} for holder, names in _PARTS.items()}
    plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
    grown = Grown(**held["grown"], links=Noted(**held["links"]), close=Noted(**held["close"]))
    names = Names(*(tuple(map(str, arrays[name].tolist())) for name in _NAMES))
    grids = build_grids(plain["numbers"], plain["codes"], np.flatnonzero(~plain["crowded"]), basis.sameness)
    return LinkState(basis=basis, names=names, grids=grids, edges=Edges(**held["edges"]), grown=grown, **plain)
