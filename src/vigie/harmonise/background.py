"""How many unrelated events there are: the local rate, in events per km² and second.

Reports are not events: a dense network of agencies tells of one event many times. So the reports of the one agency
that is most frequent nearby are counted, less one for the event that is being judged. A neighbourhood is a cell of
space and time with its 26 neighbours. Its count is steadied by a prior of one event at the rate of the five times
larger neighbourhood around it, itself steadied by one event (a gamma prior of strength 1), so empty country gets a low
rate but never none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.testimony import AGENCY, EARTH_KM, NOWHERE, PLACE_LEVEL, POINT, UX, UY, UZ, T, Testimonies, read_testimonies
from vigie.model.catalogue import Catalogue
from vigie.model.sameness import Sameness

_WIDER = 5.0
_DAY_S = 86_400.0
_PRIOR_EVENTS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Reports by cell and agency, sorted: `key` (k,), `agency` (k,) and `count` (k,) of cells `cell_km` by `step_s`."""

    cell_km: float
    step_s: float
    key: NDArray[np.int64]
    agency: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Where and when reports were made, as known from one catalogue; its rates may be used for another.

    `near` and `wide` count by place and time, `always` by place alone over `span_s` = (first, last) seconds, for reports
    from outside that span; `points` counts by exact point and time.
    """

    near: Counts
    wide: Counts
    always: Counts
    points: Counts
    span_s: tuple[float, float]


def estimate_background(catalogue: Catalogue, sameness: Sameness) -> Background:
    """The background of a catalogue: a pure function of its reports, whatever their order."""
    return background_of(read_testimonies(catalogue, sameness), sameness)


def background_of(known: Testimonies, sameness: Sameness) -> Background:
    """The background of testimonies; those without a place are not counted."""
    placed = known.codes[:, PLACE_LEVEL] < NOWHERE
    numbers, codes = known.numbers[placed], known.codes[placed]
    agency, time_s = codes[:, AGENCY], numbers[:, T]
    km, step_s = sameness.rate_km, sameness.rate_days * _DAY_S
    lat, lon = _lat_lon(numbers)
    span = (float(time_s.min()), float(time_s.max())) if len(time_s) else (0.0, 0.0)
    return Background(
        near=_counts(km, step_s, _keys(lat, lon, time_s, km, step_s), agency),
        wide=_counts(km * _WIDER, step_s * _WIDER, _keys(lat, lon, time_s, km * _WIDER, step_s * _WIDER), agency),
        always=_counts(km * _WIDER, math.inf, _keys(lat, lon, time_s, km * _WIDER, math.inf), agency),
        points=_counts(0.0, step_s, _point_keys(codes[:, POINT], _steps(time_s, step_s)), agency),
        span_s=span,
    )


def rates(known: Testimonies, background: Background) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events per km² and second around each testimony (k,), and events per second at its very point (k,)."""
    lat, lon = _lat_lon(known.numbers)
    time_s = known.numbers[:, T]
    begin, end = background.span_s
    margin = 2 * background.near.step_s
    inside = (time_s >= begin - margin) & (time_s <= end + margin)
    duration = max(end - begin, background.wide.step_s)
    rate = np.empty(len(time_s))
    where = (lat[inside], lon[inside], time_s[inside])
    rate[inside] = _steadied(background.near, where, _steadied(background.wide, where, None, duration), duration)
    rate[~inside] = _steadied(background.always, (lat[~inside], lon[~inside], time_s[~inside]), None, duration)
    return rate, _point_rates(known, background)


def _lat_lon(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.arcsin(np.clip(numbers[:, UZ], -1, 1)), np.arctan2(numbers[:, UY], numbers[:, UX])


def _steps(time_s: NDArray[np.float64], step_s: float) -> NDArray[np.int64]:
    return np.floor(time_s / step_s).astype(np.int64) if math.isfinite(step_s) else np.zeros(len(time_s), np.int64)


# A cell's key packs time step, band and column.
_STEP_UNIT, _BAND_UNIT = 1 << 36, 1 << 18


def _bands(cell_km: float) -> int:
    return max(1, min(int(math.pi * EARTH_KM / cell_km), 1 << 16))


def _columns(band: NDArray[np.int64], bands: int) -> NDArray[np.int64]:
    middle = (band + 0.5) / bands * math.pi - math.pi / 2
    count: NDArray[np.int64] = np.round(2 * bands * np.cos(middle)).astype(np.int64)
    count[count < 1] = 1
    return count


def _keys(lat: NDArray[np.float64], lon: NDArray[np.float64], time_s: NDArray[np.float64], cell_km: float, step_s: float) -> NDArray[np.int64]:
    bands = _bands(cell_km)
    band = np.clip(((lat / math.pi + 0.5) * bands).astype(np.int64), 0, bands - 1)
    columns = _columns(band, bands)
    column = np.clip(((lon / math.pi + 1) / 2 * columns).astype(np.int64), 0, columns - 1)
    key: NDArray[np.int64] = _steps(time_s, step_s) * _STEP_UNIT + band * _BAND_UNIT + column
    return key


def _point_keys(point: NDArray[np.int64], step: NDArray[np.int64]) -> NDArray[np.int64]:
    """Point and step mixed into one number; 64 bits of a product of odd constants keep distinct ones apart."""
    mixed = point.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + step.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    key: NDArray[np.int64] = (mixed ^ (mixed >> np.uint64(32))).astype(np.int64)
    return key


def _counts(cell_km: float, step_s: float, key: NDArray[np.int64], agency: NDArray[np.int64]) -> Counts:
    order = np.lexsort((agency, key))
    key, agency = key[order], agency[order]
    is_new = np.ones(len(key), bool)
    is_new[1:] = (key[1:] != key[:-1]) | (agency[1:] != agency[:-1])
    first = np.flatnonzero(is_new)
    return Counts(cell_km, step_s, key[first], agency[first], np.diff(np.append(first, len(key))))


Where = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _steadied(counts: Counts, where: Where, prior: NDArray[np.float64] | None, duration_s: float) -> NDArray[np.float64]:
    """Events per km² and second at (lat, lon, time) by the neighbourhoods of `counts`, steadied by `prior` (n,) or by one event."""
    cell, which = np.unique(_keys(*where, counts.cell_km, counts.step_s), return_inverse=True)
    bands = _bands(counts.cell_km)
    columns = _columns(np.arange(bands), bands)
    areas = 2 * math.pi * EARTH_KM**2 * np.diff(np.sin(np.linspace(-math.pi / 2, math.pi / 2, bands + 1))) / columns
    timeless = math.isinf(counts.step_s)
    agencies = int(counts.agency.max(initial=0)) + 1
    table = (counts.key, counts.agency, counts.count)
    top, area = _tops(cell, table, columns, areas, 0 if timeless else 1, np.zeros(agencies, np.int64))
    volume = (area * (duration_s if timeless else 3 * counts.step_s))[which]
    events = np.maximum(top - 1, 0)[which]
    weight = 0.0 if prior is None else _PRIOR_EVENTS / prior
    return np.asarray((events + _PRIOR_EVENTS) / (volume + weight), np.float64)


@njit(cache=True, nogil=True)
def _tops(cells: Any, table: Any, columns: Any, areas: Any, steps: int, tally: Any) -> Any:
    """Reports of the most frequent agency in each cell's neighbourhood, and the neighbourhood's area in km²."""
    tops, area = np.zeros(len(cells), np.int64), np.zeros(len(cells))
    seen = np.empty(len(tally), np.int64)
    for i in range(len(cells)):
        step, band, column = cells[i] // _STEP_UNIT, cells[i] % _STEP_UNIT // _BAND_UNIT, cells[i] % _BAND_UNIT
        agencies = 0
        for near in range(max(0, band - 1), min(len(columns), band + 2)):
            width = columns[near]
            middle = int((column + 0.5) / columns[band] * width)
            across = min(3, width)
            area[i] += across * areas[near]
            for offset in range(across):
                x = (middle - 1 + offset) % width
                for later in range(-steps, steps + 1):
                    agencies = _tally((step + later) * _STEP_UNIT + near * _BAND_UNIT + x, table, tally, seen, agencies)
        for position in range(agencies):
            tops[i] = max(tops[i], tally[seen[position]])
            tally[seen[position]] = 0
    return tops, area


@njit(cache=True, nogil=True)
def _tally(wanted: int, table: Any, tally: Any, seen: Any, agencies: int) -> int:
    """Add the counts of one cell to the tally by agency; how many agencies have been seen."""
    key, agency, count = table
    position = np.searchsorted(key, wanted)
    while position < len(key) and key[position] == wanted:
        if tally[agency[position]] == 0:
            seen[agencies] = agency[position]
            agencies += 1
        tally[agency[position]] += count[position]
        position += 1
    return agencies


def _point_rates(known: Testimonies, background: Background) -> NDArray[np.float64]:
    """Events per second at the very point of each testimony, over its time step and both neighbours."""
    points = background.points
    step = _steps(known.numbers[:, T], points.step_s)
    top = np.zeros((len(step), 3), np.int64)
    first = np.flatnonzero(np.concatenate([[True], points.key[1:] != points.key[:-1]])) if len(points.key) else np.zeros(0, np.int64)
    most, names = (np.maximum.reduceat(points.count, first), points.key[first]) if len(first) else (first, first)
    for column, later in enumerate((-1, 0, 1)):
        wanted = _point_keys(known.codes[:, POINT], step + later)
        position = np.minimum(np.searchsorted(names, wanted), max(len(names) - 1, 0))
        if len(names):
            top[:, column] = np.where(names[position] == wanted, most[position], 0)
    return np.asarray(np.maximum(top.sum(axis=1) - 1, 0) / (3 * points.step_s) * (known.codes[:, POINT] >= 0), np.float64)
