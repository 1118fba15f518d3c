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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.grid import sort_by
from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.sphere import Sphere, band_of, cells_at, sphere_of
from vigie.harmonise.testimony import AGENCY, EARTH_KM, NOWHERE, PLACE_LEVEL, T, Testimonies, read_testimonies
from vigie.model.catalogue import Catalogue
from vigie.model.sameness import Sameness

_WIDER = 5
_DAY_S = 86_400.0
_PRIOR_EVENTS = 1.0
_NEIGHBOURS = 9
_CELL_PER_SPOT = 1.5
_SMALLEST_SPOT_KM = 1.0

Whole = NDArray[np.int64]


class Counts(NamedTuple):
    """Reports by cell, step of time and agency, sorted so (k,); a named tuple, since numba reads those."""

    cell: Whole
    step: Whole
    agency: Whole
    reports: Whole


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Where and when reports were made, as known from one catalogue; its rates may be used for another.

    `near` counts in cells of `cell_km` and `step_s`, `wide` in cells five times as large, `always` by wide cells alone over
    `span_s` = (first, last) seconds, for reports from outside that span; `spots` likewise in cells of
    `spot_km`. One event brings about further ones at its spot, at `kin_rate` a second within the field's window of time.
    """

    cell_km: float
    step_s: float
    span_s: tuple[float, float]
    near: Counts
    wide: Counts
    always: Counts
    spots: Counts
    spot_km: float
    kin_rate: float


def estimate_background(catalogue: Catalogue, sameness: Sameness) -> Background:
    """The background of a catalogue: a pure function of its reports, whatever their order."""
    return background_of(read_testimonies(catalogue, sameness), sameness)


def background_of(known: Testimonies, sameness: Sameness) -> Background:
    """The background of testimonies; those without a place are not counted."""
    rows = np.flatnonzero(known.codes[:, PLACE_LEVEL] < NOWHERE)
    agency, time_s = known.codes[rows, AGENCY], known.numbers[rows, T]
    km, step_s = sameness.rate_km, sameness.rate_days * _DAY_S
    sphere, wider = sphere_of(km), sphere_of(km * _WIDER)
    step = _steps(time_s, step_s)
    near = _counted(cells_at(known.numbers, rows, sphere), step, agency, np.ones(len(rows), np.int64))
    wide = _counted(_outer_cells(near.cell, sphere, wider), near.step // _WIDER, near.agency, near.reports)
    always = _counted(wide.cell, np.zeros(len(wide.cell), np.int64), wide.agency, wide.reports)
    span = (float(time_s.min()), float(time_s.max())) if len(rows) else (0.0, 0.0)
    spot_km = max(sameness.spot_km * _CELL_PER_SPOT, _SMALLEST_SPOT_KM) if sameness.spot_km > 0 else 0.0
    return Background(km, step_s, span, near, wide, always, _spots(known, rows, agency, spot_km), spot_km, sameness.kin / (2 * sameness.time_window_s))


def rates(known: Testimonies, background: Background) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events per km² and second around each testimony (k,), and events per second at its spot (k,), its kin among them."""
    spot, kin_share = spot_rates(known, background)
    return wide_rates(known, background), spot + background.kin_rate * kin_share


def spot_rates(known: Testimonies, background: Background) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events per second, in the long run, at the spot of each testimony (k,), and what share of the field's kin it may have (k,).

    Where n other events were counted in all, kin are among these: so the share is n / (n + 1), none where nothing else was.
    """
    at_spot = np.zeros(len(known.numbers))
    if background.spot_km > 0:
        sphere = sphere_of(background.spot_km)
        ground = _ground(background.spots, sphere)
        _fill_spot_rates(cells_at(known.numbers, np.arange(len(at_spot)), sphere), ground, np.full(len(ground.used), -1.0), at_spot)
    return at_spot / _duration(background), at_spot / (at_spot + 1)


def _duration(background: Background) -> float:
    begin, end = background.span_s
    return max(end - begin, background.step_s * _WIDER)


def wide_rates(known: Testimonies, background: Background) -> NDArray[np.float64]:
    """Events per km² and second around each testimony (k,)."""
    time_s = known.numbers[:, T]
    sphere, wider = sphere_of(background.cell_km), sphere_of(background.cell_km * _WIDER)
    step, cell = _steps(time_s, background.step_s), cells_at(known.numbers, np.arange(len(time_s)), sphere)
    begin, end = background.span_s
    margin = 2 * background.step_s
    is_inside = (time_s >= begin - margin) & (time_s <= end + margin)
    near, wide, always = (_ground(counts, ground) for counts, ground in ((background.near, sphere), (background.wide, wider), (background.always, wider)))
    rate = np.empty(len(time_s))
    _fill_rates((cell, step, is_inside), sort_by(cell, step), (near, wide, always), (3 * background.step_s, _duration(background)), rate)
    return rate


def _spots(known: Testimonies, rows: Whole, agency: Whole, spot_km: float) -> Counts:
    """Reports by cell of a spot and agency, over all time."""
    if spot_km == 0:
        return Counts(*(np.zeros(0, np.int64) for _ in Counts._fields))
    cell = cells_at(known.numbers, rows, sphere_of(spot_km))
    return _counted(cell, np.zeros(len(rows), np.int64), agency, np.ones(len(rows), np.int64))


def _steps(time_s: NDArray[np.float64], step_s: float) -> Whole:
    return np.floor(time_s / step_s).astype(np.int64)


def _counted(cell: Whole, step: Whole, agency: Whole, count: Whole) -> Counts:
    """The counts added up by cell, step and agency."""
    order = sort_by(cell, step, agency)
    cell, step, agency, count = cell[order], step[order], agency[order], count[order]
    first = _run_starts(cell, step, agency)
    return Counts(cell[first], step[first], agency[first], np.add.reduceat(count, first) if len(first) else count)


def _run_starts(*columns: Whole) -> Whole:
    """Where sorted columns change (k,)."""
    is_new = np.zeros(len(columns[0]), bool)
    is_new[:1] = True
    for column in columns:
        is_new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_new)


@kernel
def _outer_cells(cells: Whole, sphere: Sphere, wider: Sphere) -> Whole:
    """The cell of the wider sphere that the middle of each cell lies in; runs of one cell are worked out once."""
    outer, last = np.empty(len(cells), np.int64), -1
    for at in range(len(cells)):
        if at > 0 and cells[at] == cells[at - 1]:
            outer[at] = last
            continue
        band = band_of(cells[at], sphere)
        above = int((band + 0.5) / len(sphere.columns) * len(wider.columns))
        last = wider.first[above] + int((cells[at] - sphere.first[band] + 0.5) / sphere.columns[band] * wider.columns[above])
        outer[at] = last
    return outer


class _Ground(NamedTuple):
    """Counts with what finds them: used cell c (number `used[c]`) has those at start[c]:start[c + 1]; `area` (bands,) km²."""

    counts: Counts
    sphere: Sphere
    used: Whole
    start: Whole
    area: NDArray[np.float64]
    tally: Whole
    seen: Whole


def _ground(counts: Counts, sphere: Sphere) -> _Ground:
    start, bands = _run_starts(counts.cell), len(sphere.columns)
    area = 2 * math.pi * EARTH_KM**2 * np.diff(np.sin(np.linspace(-math.pi / 2, math.pi / 2, bands + 1))) / sphere.columns
    agencies = int(counts.agency.max(initial=0)) + 1
    return _Ground(counts, sphere, counts.cell[start], np.append(start, len(counts.cell)), area, np.zeros(agencies, np.int64), np.empty(agencies, np.int64))


@kernel
def _fill_rates(rows: Any, order: Whole, grounds: Any, spans: Any, rate: Any) -> None:
    """Write the rate of each row, going through rows in the order of cell and step: one cell's pointers only move on."""
    cell, step, is_inside = rows
    near, wide, always = grounds
    near_s, duration_s = spans
    at_near, at_wide, at_always = np.empty((_NEIGHBOURS, 2), np.int64), np.empty((_NEIGHBOURS, 2), np.int64), np.empty((_NEIGHBOURS, 2), np.int64)
    near_km2, wide_km2, value = 0.0, 0.0, 0.0
    steadied, last_cell, last_step, last_wide, was_inside = 0.0, -1, 0, 0, False
    count_near, count_wide, count_always = 0, 0, 0
    for row in order:
        if cell[row] != last_cell:
            last_cell = cell[row]
            outer = _outer_cells(cell[row : row + 1], near.sphere, wide.sphere)[0]
            count_near, near_km2 = _surround(last_cell, near.sphere, near.area, near.used, near.start, at_near)
            count_wide, wide_km2 = _surround(outer, wide.sphere, wide.area, wide.used, wide.start, at_wide)
            count_always, wide_km2 = _surround(outer, wide.sphere, wide.area, always.used, always.start, at_always)
            steadied = -1.0
        elif step[row] == last_step and is_inside[row] == was_inside:
            rate[row] = value
            continue
        last_step, was_inside = step[row], is_inside[row]
        if was_inside:
            if steadied < 0 or last_step // _WIDER != last_wide:
                last_wide = last_step // _WIDER
                top = _most(wide.counts.step, wide.counts.agency, wide.counts.reports, at_wide, count_wide, last_wide, wide.tally, wide.seen)
                steadied = (max(top - 1, 0) + _PRIOR_EVENTS) / (wide_km2 * near_s * _WIDER)
            top = _most(near.counts.step, near.counts.agency, near.counts.reports, at_near, count_near, last_step, near.tally, near.seen)
            value = (max(top - 1, 0) + _PRIOR_EVENTS) / (near_km2 * near_s + _PRIOR_EVENTS / steadied)
        else:
            top = _most(always.counts.step, always.counts.agency, always.counts.reports, at_always, count_always, 0, always.tally, always.seen)
            value = (max(top - 1, 0) + _PRIOR_EVENTS) / (wide_km2 * duration_s)
        rate[row] = value


@leaf
def _surround(cell: int, sphere: Sphere, area: Any, used: Whole, start: Whole, places: Any) -> Any:
    """Fill `places` with begin and end of the counts of a cell and its eight neighbours; how many, and their area in km²."""
    band, count, km2 = band_of(cell, sphere), 0, 0.0
    for near in range(max(0, band - 1), min(len(sphere.columns), band + 2)):
        columns = sphere.columns[near]
        middle = int((cell - sphere.first[band] + 0.5) / sphere.columns[band] * columns)
        across = min(3, columns)
        km2 += across * area[near]
        for offset in range(across):
            wanted = sphere.first[near] + (middle - 1 + offset) % columns
            found = np.searchsorted(used, wanted)
            if found < len(used) and used[found] == wanted:
                places[count, 0], places[count, 1] = start[found], start[found + 1]
                count += 1
    return count, km2


@leaf
def _most(step: Whole, agency: Whole, count: Whole, places: Any, cells: int, wanted: int, tally: Whole, seen: Whole) -> int:
    """Reports of the most frequent agency in these cells and the wanted step or next to it; moves each place's begin on to there."""
    agencies, most = 0, 0
    for place in range(cells):
        at, end = places[place, 0], places[place, 1]
        while at < end and step[at] < wanted - 1:
            at += 1
        places[place, 0] = at
        while at < end and step[at] <= wanted + 1:
            if tally[agency[at]] == 0:
                seen[agencies] = agency[at]
                agencies += 1
            tally[agency[at]] += count[at]
            at += 1
    for place in range(agencies):
        most = max(most, tally[seen[place]])
        tally[seen[place]] = 0
    return most


@kernel
def _fill_spot_rates(cell: Whole, ground: Any, known: Any, rate: Any) -> None:
    """Write how many other events the cell of each row and its neighbours hold; `known` (used,) holds what was worked out."""
    places = np.empty((_NEIGHBOURS, 2), np.int64)
    for row in range(len(cell)):
        found = np.searchsorted(ground.used, cell[row])
        is_used = found < len(ground.used) and ground.used[found] == cell[row]
        if is_used and known[found] >= 0:
            rate[row] = known[found]
            continue
        count, _ = _surround(cell[row], ground.sphere, ground.area, ground.used, ground.start, places)
        counts = ground.counts
        rate[row] = max(_most(counts.step, counts.agency, counts.reports, places, count, 0, ground.tally, ground.seen) - 1, 0)
        if is_used:
            known[found] = rate[row]
