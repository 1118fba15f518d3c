"""The index of each world, made when the first question is put to it, and forgotten with the world."""

from __future__ import annotations

from threading import Lock
from weakref import WeakKeyDictionary

from vigie.node.worlds import World
from vigie.picture.index import Index, make_index

_KEPT: WeakKeyDictionary[World, Index] = WeakKeyDictionary()
_LOCK = Lock()


def index_of(world: World) -> Index:
    """The world's events as columns; one thread makes them, the others wait for it."""
    with _LOCK:
        if world not in _KEPT:
            _KEPT[world] = make_index(world.events, world.catalogue, world.event_of, world.country, world.unit)
        return _KEPT[world]
