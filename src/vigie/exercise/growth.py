"""How made-up events bring about further ones: a branching process, generation by generation, as in the ETAS and Hawkes models.

A pack says how its background events fall and what brood a generation has; what is here only lets them grow to the number asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.towns import Points, shift

_MOST_GENERATIONS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Events in the bud, as columns (n,): time in µs, place in degrees, and a mark that the pack understands (a magnitude, a kind)."""

    time_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    mark: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time_us)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Seeds:
        """The chosen rows."""
        return Seeds(*(getattr(self, item.name)[rows] for item in fields(Seeds)))


Background = Callable[[np.random.Generator, int], Seeds]
Brood = Callable[[np.random.Generator, Seeds], Seeds]


def grow(random: np.random.Generator, count: int, branching: float, background: Background, brood: Brood, period: tuple[int, int]) -> Seeds:
    """Exactly `count` events: a share 1 - `branching` of background, and their offspring within the period (µs, half-open).

    Offspring that falls outside is lost; where that leaves too few, background makes up for it.
    """
    generation = background(random, max(1, round(count * (1 - branching)))) if count else background(random, 0)
    grown, total = [generation], len(generation)
    for _ in range(_MOST_GENERATIONS):
        if total >= count or not len(generation):
            break
        generation = within(brood(random, generation), period)
        grown.append(generation)
        total += len(generation)
    if total < count:
        grown.append(background(random, count - total))
    return joined(grown).take(slice(0, count))


def within(seeds: Seeds, period: tuple[int, int]) -> Seeds:
    """Those of the seeds that fall in the period (µs, half-open)."""
    return seeds.take((seeds.time_us >= period[0]) & (seeds.time_us < period[1]))


def joined(parts: list[Seeds]) -> Seeds:
    """All rows of the parts, in order."""
    return Seeds(*(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Seeds)))


def steady_times(random: np.random.Generator, count: int, period: tuple[int, int]) -> NDArray[np.int64]:
    """Times (count,) in µs, equally likely anywhere in the period."""
    return random.integers(period[0], max(period[1], period[0] + 1), count, dtype=np.int64)


def scatter(random: np.random.Generator, lon: NDArray[np.float64], lat: NDArray[np.float64], sigma_km: float) -> Points:
    """The points (n,) moved by a round Gaussian of this standard deviation in each direction."""
    return shift(lon, lat, sigma_km * random.standard_normal(len(lon)), sigma_km * random.standard_normal(len(lon)))


def inside(lon: NDArray[np.float64], lat: NDArray[np.float64], bounds: tuple[float, float, float, float]) -> Points:
    """The points (n,), those beyond the bounds (west, south, east, north) moved to the nearest point of the edge."""
    return np.clip(lon, bounds[0], bounds[2]), np.clip(lat, bounds[1], bounds[3])
