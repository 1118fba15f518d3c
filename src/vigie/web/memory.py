"""Answers that were given and still hold: the page of a large world is drawn once a minute, not once a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from starlette.responses import Response

from vigie.node.worlds import World

MAX_REMEMBERED = 64
"""How many answers are kept; the one that was asked for first goes first."""


@dataclass(slots=True)
class Memory:
    """Answers by what was asked, each with the world that it was made of: another world makes another answer."""

    _kept: dict[str, tuple[World, Response]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, asked: str, world: World, make: Callable[[], Response]) -> Response:
        """The answer that was given to the same question in the same world, else the one that `make` gives."""
        with self._lock:
            known = self._kept.get(asked)
        if known is not None and known[0] is world:
            return known[1]
        made = make()
        with self._lock:
            self._kept[asked] = (world, made)
            while len(self._kept) > MAX_REMEMBERED:
                del self._kept[next(iter(self._kept))]
        return made
