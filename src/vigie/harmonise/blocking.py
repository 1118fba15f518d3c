"""Which pairs are looked at: a grid of cells on the sphere, and within each cell the reports in order of time.

Cells are at least as large as the window, so all reports within it lie in the neighbouring cells; how far those reach
in longitude is computed for each report, so that none is lost near a pole or across the antimeridian. Within a cell
the time window is one stretch of a sorted list, which is finer than steps of time and loses no pair at their borders.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.score import Codes, Numbers, Rules, best_nats, ends_agree, gap_s, most_log_mixture, score_parts
from vigie.harmonise.testimony import AGENCY, C_EE, C_NN, EARTH_KM, EXTENT, FINE, GROUP, HALF, NOWHERE, PLACE_LEVEL, TIME_LEVEL, UX, UY, UZ, VAGUE, T
from vigie.model.sameness import Sameness

MOST_CANDIDATES = 5_000
"""A report too vague for the fine window with more candidates than this stands beside so many events that none can stand out; it is left alone."""
_SMALLEST_CELL_KM = 20.0
_CHUNK = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Scored candidate pairs (k, 2), the smaller row first; `is_proposal` marks those that no run may link by itself."""

    pairs: NDArray[np.int64]
    score: NDArray[np.float64]
    is_proposal: NDArray[np.bool_]


class _Grid(NamedTuple):
    """Rows sorted by cell and time (a named tuple, since numba reads those).

    Band y has `columns[y]` cells from cell `offset[y]` on; cell c holds rows start[c]:start[c + 1], at `times`.
    """

    rows: NDArray[np.int64]
    times: NDArray[np.float64]
    start: NDArray[np.int64]
    offset: NDArray[np.int64]
    columns: NDArray[np.int64]
    cell_rad: float
    window_km: float
    window_s: float
    longest_half_s: float
    seeks: NDArray[np.bool_]
    sought: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """One search: every row of `seekers` looks for rows of `among` (masks (n,)) within the window."""

    seekers: NDArray[np.bool_]
    among: NDArray[np.bool_]
    window_km: float
    window_s: float
    most: int


def candidate_edges(numbers: Numbers, codes: Codes, rules: Rules, sameness: Sameness) -> Edges:
    """All pairs within the windows whose score is at most `doubt` below the threshold, in falling score, ties by row.

    Pairs with a vague report, and pairs of an episode with what may be a part of it, are proposals.
    """
    found = [part for search in _passes(codes, sameness) for part in _search(numbers, codes, search, rules)]
    pairs = np.concatenate([np.zeros((0, 2), np.int64), *(np.column_stack(part[:2]) for part in found)])
    pairs.sort(axis=1)
    score = np.concatenate([np.zeros(0), *(part[2] for part in found)])
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -score))
    pairs = pairs[order]
    is_vague = (codes[:, TIME_LEVEL] >= VAGUE) | (codes[:, PLACE_LEVEL] >= VAGUE)
    is_episode = 2 * numbers[:, EXTENT] > sameness.time_window_s
    return Edges(pairs, score[order], is_vague[pairs].any(axis=1) | (is_episode[pairs[:, 0]] != is_episode[pairs[:, 1]]))


def _passes(codes: Codes, sameness: Sameness) -> list[_Pass]:
    """Searches that together meet every pair once, each with the window of the vaguer time and of the vaguer place."""
    placed = codes[:, PLACE_LEVEL] < NOWHERE
    vague_time, vague_place = codes[:, TIME_LEVEL] > FINE, codes[:, PLACE_LEVEL] > FINE
    both, time_only, place_only = placed & vague_time & vague_place, placed & vague_time & ~vague_place, placed & ~vague_time & vague_place
    fine = placed & ~vague_time & ~vague_place
    near_km, near_s, far_km, far_s = sameness.place_window_km, sameness.time_window_s, sameness.coarse_place_window_km, sameness.coarse_time_window_s
    return [
        _Pass(fine, fine, near_km, near_s, np.iinfo(np.int64).max),
        _Pass(time_only, fine | time_only, near_km, far_s, MOST_CANDIDATES),
        _Pass(place_only, fine | place_only, far_km, near_s, MOST_CANDIDATES),
        _Pass(time_only, place_only, far_km, far_s, MOST_CANDIDATES),
        _Pass(both, placed, far_km, far_s, MOST_CANDIDATES),
    ]


Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def _grid(numbers: Numbers, search: _Pass) -> _Grid:
    """The grid of one search, its cells as wide as the window and never narrower than 20 km."""
    rows, window_km = np.flatnonzero(search.seekers | search.among), search.window_km
    cell_rad = min(max(window_km, _SMALLEST_CELL_KM) / EARTH_KM, math.pi)
    bands = max(1, int(math.pi / cell_rad))
    cell_rad = math.pi / bands
    edges = np.abs(np.linspace(-math.pi / 2, math.pi / 2, bands + 1))
    widest = np.cos(np.minimum(edges[:-1], edges[1:]))
    columns = np.maximum(1, (2 * math.pi * widest / cell_rad).astype(np.int64))
    offset = np.concatenate([[0], np.cumsum(columns)])
    lat, lon = np.arcsin(np.clip(numbers[rows, UZ], -1, 1)), np.arctan2(numbers[rows, UY], numbers[rows, UX])
    band = np.clip(((lat + math.pi / 2) / cell_rad).astype(np.int64), 0, bands - 1)
    column = np.clip(((lon + math.pi) / (2 * math.pi) * columns[band]).astype(np.int64), 0, columns[band] - 1)
    cell = offset[band] + column
    order = np.lexsort((rows, numbers[rows, T], cell))
    start = np.searchsorted(cell[order], np.arange(offset[-1] + 1))
    rows, longest_s = rows[order], float(numbers[rows, HALF].max())
    masks = search.seekers[rows], search.among[rows]
    return _Grid(rows, numbers[rows, T], start, offset, columns, cell_rad, window_km, search.window_s, longest_s, *masks)


def _search(numbers: Numbers, codes: Codes, search: _Pass, rules: Rules) -> list[Found]:
    """Pairs found by each chunk of seekers, in the grid's order (rows are copied into it: the kernel then reads in sequence)."""
    if not (search.seekers.any() and search.among.any()):
        return []
    grid = _grid(numbers, search)
    sorted_numbers, sorted_codes, wanted = numbers[grid.rows], codes[grid.rows], np.flatnonzero(grid.seeks)

    def scan_chunk(begin: int) -> Found:
        first, second, score = _scan_rows(sorted_numbers, sorted_codes, grid, wanted[begin : begin + _CHUNK], search.most, rules)
        return grid.rows[first], grid.rows[second], score

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(scan_chunk, range(0, len(wanted), _CHUNK)))


@njit(cache=True, nogil=True)
def _scan_rows(numbers: Numbers, codes: Codes, grid: Any, wanted: Any, most: int, rules: Any) -> Any:
    """Pairs of grid positions with their scores, for the seekers wanted; of two seekers the one that is first by row has the pair."""
    first, second, score = np.empty(1024, np.int64), np.empty(1024, np.int64), np.empty(1024, np.float64)
    stretches = np.empty((4096, 2), np.int64)
    found, rows, seeks, sought, windows = 0, grid.rows, grid.seeks, grid.sought, (grid.window_s, grid.window_km)
    for i in wanted:
        count = _stretches(numbers, i, grid, stretches)
        room = best_nats(numbers, codes, i, rules) - rules.threshold + rules.doubt
        if room < 0 or _total(stretches, count) > most:
            continue
        for stretch in range(count):
            for j in range(stretches[stretch, 0], stretches[stretch, 1]):
                if not sought[j] or (seeks[j] and rows[j] <= rows[i]) or not _is_near(numbers, codes, i, j, room, windows, rules):
                    continue
                nats = _pair_nats(numbers, codes, i, j, rules)
                if nats < rules.threshold - rules.doubt:
                    continue
                if found == len(first):
                    first, second, score = _longer(first), _longer(second), _longer(score)
                first[found], second[found], score[found] = i, j, nats
                found += 1
    return first[:found].copy(), second[:found].copy(), score[:found].copy()


@njit(cache=True, nogil=True)
def _pair_nats(numbers: Numbers, codes: Codes, i: int, j: int, rules: Any) -> float:
    """The score of grid rows i and j."""
    time, place, size, kind, density = score_parts(numbers, codes, i, j, rules)
    return time + place + size + kind + density + agency_nats(codes[i, AGENCY], codes[j, AGENCY], rules)


@njit(cache=True, nogil=True)
def _longer(values: Any) -> Any:
    longer = np.empty(2 * len(values), values.dtype)
    longer[: len(values)] = values
    return longer


@njit(cache=True, nogil=True)
def _total(stretches: Any, count: int) -> int:
    total = 0
    for stretch in range(count):
        total += stretches[stretch, 1] - stretches[stretch, 0]
    return total


@njit(cache=True, nogil=True)
def _stretches(numbers: Numbers, i: int, grid: Any, stretches: Any) -> int:
    """Fill `stretches` with begin and end of each run of rows near row i in place and time; the number of runs."""
    lat, lon = math.asin(min(max(numbers[i, UZ], -1.0), 1.0)), math.atan2(numbers[i, UY], numbers[i, UX])
    angle = 2.0 * math.asin(min(grid.window_km / (2 * EARTH_KM), 1.0)) + 1e-9
    wait = grid.window_s + grid.longest_half_s + numbers[i, HALF]
    span = _lon_reach(lat, angle)
    count = 0
    low = max(0, int((lat - angle + math.pi / 2) / grid.cell_rad))
    for band in range(low, min(len(grid.columns) - 1, int((lat + angle + math.pi / 2) / grid.cell_rad)) + 1):
        width = grid.columns[band]
        west = math.floor((lon - span + math.pi) / (2 * math.pi) * width)
        cells = min(math.floor((lon + span + math.pi) / (2 * math.pi) * width) - west + 1, width)
        for step in range(min(cells, len(stretches) - count)):
            cell = grid.offset[band] + (west + step) % width
            begin, end = grid.start[cell], grid.start[cell + 1]
            times = grid.times[begin:end]
            stretches[count, 0] = begin + np.searchsorted(times, numbers[i, T] - wait)
            stretches[count, 1] = begin + np.searchsorted(times, numbers[i, T] + wait, side="right")
            count += stretches[count, 1] > stretches[count, 0]
    return count


@njit(cache=True, nogil=True)
def _lon_reach(lat: float, angle: float) -> float:
    """How far in longitude a circle of this angular radius reaches: asin(sin r / cos lat), all around where it holds a pole."""
    if abs(lat) + angle >= math.pi / 2:
        return math.pi
    return math.asin(min(math.sin(angle) / math.cos(lat), 1.0)) + 1e-9


@njit(cache=True, nogil=True, inline="always")
def _is_near(numbers: Numbers, codes: Codes, i: int, j: int, room: float, windows: Any, rules: Any) -> bool:
    """Whether grid rows i and j lie in the window and may still score enough: `room` is what i can lose at most.

    This refuses most pairs by sums and products alone, and never one that the full score would keep.
    """
    gap, variance = gap_s(numbers, i, j)
    dx, dy, dz = numbers[i, UX] - numbers[j, UX], numbers[i, UY] - numbers[j, UY], numbers[i, UZ] - numbers[j, UZ]
    squared = (dx * dx + dy * dy + dz * dz) * EARTH_KM * EARTH_KM
    if codes[i, GROUP] != codes[j, GROUP] or gap > windows[0] or squared > windows[1] * windows[1] or not ends_agree(numbers, i, j, gap, rules):
        return False
    widest = numbers[i, C_EE] + numbers[i, C_NN] + numbers[j, C_EE] + numbers[j, C_NN]
    return -most_log_mixture(gap * gap / variance, 1, rules) - most_log_mixture(squared / widest, 2, rules) <= room


@njit(cache=True, nogil=True)
def agency_nats(a: int, b: int, rules: Any) -> float:
    """What it costs that both reports are of one agency: nothing, the penalty, or everything."""
    if a != b:
        return 0.0
    return -math.inf if rules.is_single[a] else -rules.agency_penalty
