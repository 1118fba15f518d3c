"""What was known when: every readable version of every report, with the instant from which it was known and the event that its testimony belongs to.

Which reports speak of one event is taken from the links of today; what each said is taken as it was known at the date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Coded


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Columns (n,), a row a version of a report, in an order that does not depend on arrival.

    `event` numbers the events (`event_ids[event]`), `testimony` the reports whose versions these are; of one testimony the row with the
    greatest (`revision`, `known_us`) among those known at a date is what its agency said then. `known_us` is when the agency issued it, or
    the end of the happening where it does not say (`is_dated` False). `country` and `unit` are codes of the atlas, of the row's own place.
    `counts` is False where the source says that its records are no count series. A missing number is NaN.
    """

    event: NDArray[np.int64]
    event_ids: tuple[str, ...]
    testimony: NDArray[np.int64]
    revision: NDArray[np.int64]
    known_us: NDArray[np.int64]
    is_dated: NDArray[np.bool_]
    agency: Coded
    field: Coded
    kind: Coded
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    country: Coded
    unit: Coded
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: Coded
    severity: NDArray[np.float64]
    counts: NDArray[np.bool_]
    exercise: bool = False

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True, slots=True)
class Region:
    """The areas that rules may speak of: units by country, and which areas touch (for near misses), by code of the atlas."""

    units: Mapping[str, tuple[str, ...]]
    neighbours: Mapping[str, frozenset[str]]
    _country: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {unit: country for country, units in self.units.items() for unit in units}
        object.__setattr__(self, "_country", found | {country: country for country in self.units})

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries, sorted."""
        return tuple(sorted(self.units))

    def areas(self, level: str) -> tuple[str, ...]:
        """All areas of a level (`unit`, `country` or `region`), sorted; the region as a whole is the empty code."""
        if level == "region":
            return ("",)
        return self.countries if level == "country" else tuple(sorted(unit for units in self.units.values() for unit in units))

    def country_of(self, area: str) -> str:
        """The country of an area; the empty code of the region."""
        return self._country.get(area, "")
