"""Wrong tokens are counted by where they come from: whoever tries many must wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from vigie.model.times import DAY_US, SECOND_US
from vigie.node.accounts import wait_s

MOST_PLACES = 10_000
"""How many places are remembered; the one that failed first is forgotten first."""


@dataclass(slots=True)
class Refusals:
    """How often in a row each place came with a wrong token, and when last. It is forgotten when the server stops."""

    _failed: dict[str, tuple[int, int]] = field(default_factory=dict)
    _told_us: int = 0
    _untold: int = 0
    _lock: Lock = field(default_factory=Lock)

    def left_s(self, place: str, now_us: int) -> int:
        """How many seconds the place must wait."""
        with self._lock:
            count, last_us = self._failed.get(place, (0, 0))
        return max(0, -(-(last_us + wait_s(count) * SECOND_US - now_us) // SECOND_US)) if count else 0

    def count(self, place: str, now_us: int) -> int:
        """Counts a failure; how many are to be told of now: all since the last that were told, at most once a second."""
        with self._lock:
            count, last_us = self._failed.pop(place, (0, 0))
            self._failed[place] = (count + 1 if now_us - last_us < DAY_US else 1, now_us)
            while len(self._failed) > MOST_PLACES:
                del self._failed[next(iter(self._failed))]
            self._untold += 1
            if 0 <= now_us - self._told_us < SECOND_US:
                return 0
            self._told_us, told, self._untold = now_us, self._untold, 0
            return told

    def forget(self, place: str) -> None:
        """Who comes with a right token starts from nought."""
        with self._lock:
            self._failed.pop(place, None)
