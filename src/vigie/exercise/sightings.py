"""Which agency reports which event: each agency by its own chance, some of them twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.exercise.agencies import Agency, covers
from vigie.exercise.towns import Towns, distance_km, towns_of
from vigie.exercise.world import World
from vigie.model.atlas import Atlas

REPEAT_SHARE = 0.06
"""The share of events with two reports or more of which the first agency sends another one."""

HOME_REACH_KM = 350.0
"""How far from home, e-fold, an agency's eyes grow weak."""


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """Reports to be written, as columns (n,): whose, of which event (a row of the world), and for a repeat the row of the first, else its own."""

    agency: NDArray[np.int16]
    event: NDArray[np.int64]
    first: NDArray[np.int64]


def homes_of(atlas: Atlas) -> tuple[tuple[float, float], ...]:
    """The largest place of each country of the region (lon, lat), in the order of the region's codes."""
    towns = towns_of(atlas)
    largest = (_largest(towns, country) for country in atlas.region)
    return tuple(home for home in largest if home is not None)


def _largest(towns: Towns, country: str) -> tuple[float, float] | None:
    rows = [row for row, code in enumerate(towns.country) if code == country]
    if not rows:
        return None
    best = max(rows, key=lambda row: (towns.population[row], -row))
    return float(towns.lon[best]), float(towns.lat[best])


def draw_sightings(random: np.random.Generator, world: World, events: slice, agencies: tuple[Agency, ...], homes: tuple[tuple[float, float], ...]) -> Sightings:
    """The reports of these events, event by event: the agencies are drawn without putting back, in proportion to how well each sees.

    Where an event has more reports than agencies cover its field, or by `REPEAT_SHARE`, the agencies report again.
    """
    weight = np.column_stack([sight(world, events, agency, homes) for agency in agencies])
    ranked = np.argsort(-(np.log(np.maximum(weight, 1e-300)) + random.gumbel(size=weight.shape)), axis=1, kind="stable").astype(np.int16)
    count, able = world.reports[events], (weight > 0).sum(axis=1)
    event = np.repeat(np.arange(len(count)), count)
    begin = np.cumsum(count) - count
    slot = np.arange(len(event)) - begin[event]
    again = (random.random(len(count)) < REPEAT_SHARE)[event] & (slot == count[event] - 1) & (slot > 0)
    place = np.where(again, 0, slot % able[event])
    return Sightings(ranked[event, place], event + (events.start or 0), np.where(again | (slot >= able[event]), begin[event] + place, np.arange(len(event))))


def sight(world: World, events: slice, agency: Agency, homes: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """How well the agency sees each of the events (m,): nothing beyond its fields, less what is far or small."""
    covered = np.array([covers(agency, number) for number in range(len(world.fields))])[world.field[events]]
    clear = 1 / (1 + np.exp(-(world.importance[events] - agency.least) / 0.1))
    near = np.ones(len(covered))
    if agency.home is not None:
        away = distance_km(world.lon[events], world.lat[events], *homes[agency.home % len(homes)])
        near = 0.05 + np.exp(-away / HOME_REACH_KM)
    return np.asarray(np.where(covered, agency.keenness * (0.1 + clear) * near, 0.0))
