"""The choice of events: one question that map, histogram, list, files and feeds are all made from, so that they count the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vigie.picture.index import Codes, Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events: all conditions must hold. A box is (west, south, east, north) and may cross the antimeridian.

    `field`, `kind`, `country` and `unit` may name several, separated by commas; a kind stands for those below it too. `mapped` asks for events with
    or without a mark on the map; with `cell_km`, those whose place is known less well than that have none.
    """

    field: str = ""
    kind: str = ""
    country: str = ""
    unit: str = ""
    agency: str = ""
    since_us: int | None = None
    until_us: int | None = None
    box: tuple[float, float, float, float] | None = None
    min_severity: float | None = None
    min_agencies: int = 1
    max_agencies: int | None = None
    mapped: Literal["", "yes", "no"] = ""
    cell_km: float | None = None


def several(text: str) -> tuple[str, ...]:
    """The names that a text with commas holds.

    >>> several("seismic, cyber,")
    ('seismic', 'cyber')
    """
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := part.strip())))


def is_of_kind(kind: str, wanted: tuple[str, ...]) -> bool:
    """Whether a kind is one of those that are wanted, or below one."""
    return any(kind == name or kind.startswith(f"{name}.") for name in wanted)


def chosen(index: Index, choice: Choice, among: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """The numbers of the events that meet the choice, in the world's order; `among` (m,) is a further condition."""
    events, keep = index.events, np.ones(len(index), bool) if among is None else among.copy()
    kinds = several(choice.kind)
    for column, text in ((index.field, choice.field), (index.country, choice.country.upper()), (index.unit, choice.unit.upper())):
        keep &= _is_among(column, several(text))
    if kinds:
        keep &= index.kind.among(lambda kind: is_of_kind(kind, kinds))
    if choice.agency:
        keep &= seen_by(index, [choice.agency])
    if choice.min_severity is not None:
        keep &= events.severity >= choice.min_severity
    keep &= _by_agencies(index, choice) & _in_time(index, choice) & _in_box(index, choice.box) & _on_map(index, choice)
    return np.flatnonzero(keep)


def seen_by(index: Index, agencies: list[str]) -> NDArray[np.bool_]:
    """Which events (m,) any of these agencies saw."""
    wanted = np.array([name in agencies for name in (*index.agencies, "")], bool)
    found = np.zeros(len(index), bool)
    found[index.pair_event[wanted[index.pair_agency]]] = True
    return found


def _is_among(column: Codes, names: tuple[str, ...]) -> NDArray[np.bool_]:
    return column.among(lambda name: name in names) if names else np.True_  # type: ignore[return-value]


def _by_agencies(index: Index, choice: Choice) -> NDArray[np.bool_]:
    enough = index.events.agencies >= choice.min_agencies
    return enough if choice.max_agencies is None else enough & (index.events.agencies <= choice.max_agencies)


def _in_time(index: Index, choice: Choice) -> NDArray[np.bool_]:
    keep = np.ones(len(index), bool)
    if choice.since_us is not None:
        keep &= index.last_us > choice.since_us
    if choice.until_us is not None:
        keep &= index.events.begin_us < choice.until_us
    return keep


def _in_box(index: Index, box: tuple[float, float, float, float] | None) -> NDArray[np.bool_]:
    return np.ones(len(index), bool) if box is None else inside(index, box)


def inside(index: Index, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Which events (m,) have their place in a box."""
    west, south, east, north = box
    lon, lat = index.events.lon, index.events.lat
    is_between = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    return is_between & (lat >= south) & (lat <= north)


def _on_map(index: Index, choice: Choice) -> NDArray[np.bool_]:
    if not choice.mapped:
        return np.ones(len(index), bool)
    has_mark = index.is_placed if choice.cell_km is None else index.is_placed & ~(index.events.radius_km > choice.cell_km)
    return has_mark if choice.mapped == "yes" else ~has_mark
