"""The search for candidate pairs: sheets of rows are swept against each other cell by cell, in the order of time.

While the rows of one cell pass in order of time, a pointer into each neighbouring cell moves along with them, so that
the work grows with the candidates alone. Most of these are refused by a bound on their score, which costs one
logarithm; the others get their score from the one function that scores everything, so which of two rows sought the
other leaves no trace.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.episode import PART_OF, bond_of, is_part, part_parts
from vigie.harmonise.grid import TICKS_PER_S, Grids, Rows, Sheet
from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import Codes, Numbers, Rules, best_nats, ends_agree, gap_s, kind_nats, most_log_mixture, score_parts
from vigie.harmonise.sphere import angle_of, runs_near
from vigie.harmonise.testimony import (
    AGENCY,
    C_EE,
    C_EN,
    C_NN,
    EARTH_KM,
    EXTENT,
    FAMILY,
    GROUP,
    HALF,
    KIND,
    OWN_VAR,
    RATE,
    SIZE,
    SIZE_SPREAD,
    SIZE_VAR,
    T_VAR,
    UX,
    UY,
    UZ,
    T,
)
from vigie.model.sameness import Sameness

_CHUNK = 16_384
_BATCH = 8_192
_BLUR_KM = 0.05
_TINY = 1e-300
_ROUNDING_NATS = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Scored candidate pairs (k, 2) of rows, the first row in canonical order first, and the bond of each (k,) int8."""

    pairs: NDArray[np.int64]
    score: NDArray[np.float64]
    bond: NDArray[np.int8]

    def take(self, rows: Any) -> Edges:
        """The edges at these positions, or under this mask."""
        return Edges(self.pairs[rows], self.score[rows], self.bond[rows])


class _Bounds(NamedTuple):
    """What the first refusal needs of the rules: plain numbers only, since a tuple with arrays is slow to hand on."""

    limit: float
    near_s: float
    size_cap: float
    wide_factor: float
    log_core: float
    log_tail: float
    log_wide: float


class _Reach(NamedTuple):
    """How far apart two rows of two sheets may be: an angle and ticks for the cells, exact windows, and one a little too large for a first look."""

    angle: float
    ticks: int
    blurred_km2: float
    window_s: float
    window_km: float
    is_same: bool


class _Table(NamedTuple):
    """Rows to search, with what is worked out once for each.

    `name` is the row for the caller, `rank` (n, 1 or 2) its place in canonical order, and `spare` what it may score with
    the best partner, less what `_may_reach` holds against a pair. `again` marks rows that both seek and are sought, if
    any. `kinds` (kinds + 1, kinds + 1) is how far two kinds lie below the best score of kinds, the last row being none;
    `repeats` (agencies,) what a second report costs.
    """

    numbers: Numbers
    codes: Codes
    name: Rows
    rank: NDArray[np.uint64]
    spare: NDArray[np.float64]
    again: NDArray[np.bool_]
    kinds: NDArray[np.float64]
    repeats: NDArray[np.float64]


def search(
    numbers: Numbers, codes: Codes, seekers: Grids, grids: Grids, rules: Rules, sameness: Sameness, *,
    slack: float | None = None, witness: NDArray[np.uint64] | None = None,
) -> Edges:  # fmt: skip
    """All pairs of a row of `seekers` and one of `grids` within the windows that score at least threshold less `slack` nats.

    Each pair is given once, in no order worth relying on; `slack` is by default what is doubtful. Seekers may be the
    grids themselves, some of their rows, or others. Which row of a pair comes first, and is scored first, is decided by
    `witness` (n, 2), or by row number where the rows stand in canonical order already. So batch, increment and slab
    find the same pairs with the same bits.
    """
    rank = np.arange(len(numbers), dtype=np.uint64)[:, None] if witness is None else witness
    limit = rules.threshold - (rules.doubt if slack is None else slack)
    bounds = _Bounds(limit, rules.near_s, rules.size_cap, rules.wide_factor, rules.log_core, rules.log_tail, rules.log_wide)
    if seekers is grids:
        rows = grids.rows()
        seekers = grids = _renumbered(grids)
        table = _table(numbers.take(rows, axis=0), codes.take(rows, axis=0), rows, rank.take(rows, axis=0), np.zeros(0, np.bool_), rules)
    else:
        table = _table(numbers, codes, np.arange(len(numbers)), rank, _again(len(numbers), seekers, grids), rules)
    _fill_spare(table.numbers, table.codes, seekers.rows(), limit, max(float(rules.kind_nats.max()), 0.0), table.spare, rules)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = [part for one, other in _meetings(seekers, grids) for part in _sweep_all(table, one, other, bounds, rules, sameness, pool)]
    return Edges(*(np.concatenate(column) for column in zip(_NOTHING, *found, strict=True)))


_NOTHING = (np.zeros((0, 2), np.int64), np.zeros(0), np.zeros(0, np.int8))
Found = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]


def _renumbered(grids: Grids) -> Grids:
    """The same grids for rows that were copied into their order: kernels then read in sequence."""
    end = np.cumsum([len(sheet.rows) for sheet in grids.sheets])
    return Grids(tuple(sheet._replace(rows=np.arange(stop - len(sheet.rows), stop)) for sheet, stop in zip(grids.sheets, end, strict=True)))


def _table(numbers: Numbers, codes: Codes, name: Rows, rank: NDArray[np.uint64], again: NDArray[np.bool_], rules: Rules) -> _Table:
    kinds = len(rules.shared_levels)
    below, repeats = np.zeros((kinds + 1, kinds + 1)), np.zeros(len(rules.is_single))
    _fill_tables(below, repeats, np.zeros((2, codes.shape[1]), np.int64), rules)
    return _Table(numbers, codes, name, rank, np.full(len(numbers), -math.inf), again, below, repeats)


def _again(count: int, seekers: Grids, grids: Grids) -> NDArray[np.bool_]:
    """Which rows are both among the seekers and among the sought (n,)."""
    seeks, sought = np.zeros(count, bool), np.zeros(count, bool)
    seeks[seekers.rows()], sought[grids.rows()] = True, True
    return seeks & sought


def _meetings(seekers: Grids, grids: Grids) -> Iterator[tuple[Sheet, Sheet]]:
    """Sheets to sweep against each other: where the seekers are the grids each two once, the shorter one leading."""
    for place, sheet in enumerate(seekers.sheets):
        for other in grids.sheets[place:] if seekers is grids else grids.sheets:
            yield (other, sheet) if seekers is grids and len(other.rows) < len(sheet.rows) else (sheet, other)


def _sweep_all(table: _Table, sheet: Sheet, other: Sheet, bounds: _Bounds, rules: Rules, sameness: Sameness, pool: ThreadPoolExecutor) -> list[Found]:
    """What the rows of one sheet find in another, swept in chunks by threads."""
    window_s = sameness.time_window_s if sheet.is_fine_time and other.is_fine_time else sameness.coarse_time_window_s
    window_km = sameness.place_window_km if sheet.is_fine_place and other.is_fine_place else sameness.coarse_place_window_km
    reach = _Reach(angle_of(window_km), math.ceil(window_s * TICKS_PER_S) + 2, (window_km + _BLUR_KM) ** 2, window_s, window_km, sheet is other)

    def sweep_chunk(begin: int) -> Found:
        found: Found = _sweep(table, sheet, other, begin, min(begin + _CHUNK, len(sheet.rows)), reach, bounds, rules)
        return found

    return list(pool.map(sweep_chunk, range(0, len(sheet.rows), _CHUNK)))


@leaf
def _fill_spare(numbers: Numbers, codes: Codes, rows: Rows, limit: float, kind: float, spare: Any, rules: Rules) -> None:
    for row in rows:
        room = best_nats(numbers, codes, row, kind, rules) - limit + _ROUNDING_NATS
        if room >= 0:
            det = numbers[row, C_EE] * numbers[row, C_NN] - numbers[row, C_EN] * numbers[row, C_EN]
            variance, rate = _own_variance(numbers, row), numbers[row, RATE]
            spare[row] = room + 0.5 * math.log(max(variance * det * rate * rate, _TINY))


@kernel
def _fill_tables(kinds: Any, repeats: Any, codes: Codes, rules: Rules) -> None:
    """Ask the score for what each two kinds, and two reports of each agency, are worth; `codes` (2, columns) is for scribbling."""
    most = max(rules.kind_nats.max(), 0.0)
    for first in range(-1, len(kinds) - 1):
        for second in range(-1, len(kinds) - 1):
            codes[0, KIND], codes[1, KIND] = first, second
            kinds[first, second] = kind_nats(codes, 0, 1, rules) - most
    for agency in range(len(repeats)):
        repeats[agency] = agency_nats(agency, agency, rules)


@njit(cache=True, nogil=True, inline="always")
def _own_variance(numbers: Numbers, row: int) -> float:
    return float(numbers[row, OWN_VAR] if numbers[row, EXTENT] >= 0 else numbers[row, T_VAR])


@kernel
def _sweep(table: Any, sheet: Any, other: Any, begin: int, end: int, reach: Any, bounds: Any, rules: Rules) -> Any:
    """Pairs, scores and bonds that rows begin:end of a sheet make with another sheet.

    A sheet swept against itself meets each two cells once, and in one cell each two rows once. Pairs are scored soon
    after they met, while their rows are at hand.
    """
    met, meetings = np.empty((_BATCH, 2), np.int64), 0
    pairs, score, bond, found = np.empty((_BATCH, 2), np.int64), np.empty(_BATCH), np.empty(_BATCH, np.int8), 0
    runs = np.empty((2 * len(other.sphere.columns) + 2, 2), np.int64)
    cell = np.searchsorted(sheet.start, begin, side="right") - 1
    while cell < len(sheet.cell) and sheet.start[cell] < end:
        first, last = max(begin, sheet.start[cell]), min(end, sheet.start[cell + 1])
        for run in range(runs_near(sheet.cell[cell], sheet.sphere, reach.angle, other.sphere, runs)):
            near = np.searchsorted(other.cell, max(runs[run, 0], sheet.cell[cell]) if reach.is_same else runs[run, 0])
            while near < len(other.cell) and other.cell[near] <= runs[run, 1]:
                span = (first, last, other.start[near], other.start[near + 1], reach.is_same and near == cell)
                met, meetings = _meet(
                    table.numbers, table.codes, table.spare, table.again, table.kinds, table.repeats,
                    sheet.rows, sheet.ticks, sheet.half, sheet.place, other.rows, other.ticks, other.half, other.place, other.longest,
                    span, reach, bounds, met, meetings,
                )  # fmt: skip
                if meetings > _BATCH // 2:
                    pairs, score, bond = _room_for(pairs, found + meetings), _room_for(score, found + meetings), _room_for(bond, found + meetings)
                    found = _judge(table.numbers, table.codes, table.name, table.rank, met, meetings, bounds.limit, rules, pairs, score, bond, found)
                    meetings = 0
                near += 1
        cell += 1
    pairs, score, bond = _room_for(pairs, found + meetings), _room_for(score, found + meetings), _room_for(bond, found + meetings)
    found = _judge(table.numbers, table.codes, table.name, table.rank, met, meetings, bounds.limit, rules, pairs, score, bond, found)
    return pairs[:found].copy(), score[:found].copy(), bond[:found].copy()


@kernel
def _meet(  # noqa: C901  (one loop, kept together for speed)
    numbers: Any, codes: Any, spare: Any, again: Any, kinds: Any, repeats: Any,
    rows: Any, ticks: Any, half: Any, point: Any, other_rows: Any, other_ticks: Any, other_half: Any, other_point: Any, longest: int,
    span: Any, reach: Any, bounds: Any, met: Any, meetings: int,
) -> Any:  # fmt: skip
    """Add the pairs of two cells that may score enough to `met`; the array, which may have grown, and how many there are now."""
    first, last, low, stop, is_one = span
    longest_here = 0
    for position in range(first, last):
        longest_here = max(longest_here, half[position])
    for position in range(first, last):
        i, tick = rows[position], ticks[position]
        low = _advance(other_ticks, low, stop, tick - reach.ticks - longest_here - longest)
        if low == stop:
            break
        if spare[i] == -math.inf:
            continue
        wait, x, y, z = reach.ticks + half[position], point[position, 0], point[position, 1], point[position, 2]
        for place in range(max(low, position + 1) if is_one else low, stop):
            apart = other_ticks[place] - tick
            if apart > wait + longest:
                break
            dx, dy, dz = other_point[place, 0] - x, other_point[place, 1] - y, other_point[place, 2] - z
            if abs(apart) > wait + other_half[place] or (dx * dx + dy * dy + dz * dz) * np.float32(EARTH_KM * EARTH_KM) > reach.blurred_km2:
                continue
            j = other_rows[place]
            if not _may_reach(numbers, codes, i, j, spare[i], reach.window_s, reach.window_km, kinds, repeats, bounds):
                continue
            if len(again) > 0 and again[i] and again[j] and i >= j:
                continue
            if meetings == len(met):
                met = _room_for(met, 2 * meetings)
            met[meetings, 0], met[meetings, 1] = i, j
            meetings += 1
    return met, meetings


@njit(cache=True, nogil=True, inline="always")
def _advance(ticks: Any, low: int, stop: int, wanted: int) -> int:
    """The first position from `low` on whose tick is at least `wanted`, by doublings: near ones are found at once."""
    step = 1
    while low + step <= stop and ticks[low + step - 1] < wanted:
        low += step
        step *= 2
    while step > 1:
        step //= 2
        if low + step <= stop and ticks[low + step - 1] < wanted:
            low += step
    return low


@kernel
def _room_for(values: Any, count: int) -> Any:
    """The array itself, or a copy twice as long as asked for where it has not room for `count`."""
    if count <= len(values):
        return values
    longer = np.empty((2 * count, *values.shape[1:]), values.dtype)
    longer[: len(values)] = values
    return longer


@leaf
def _may_reach(
    numbers: Any, codes: Any, i: int, j: int, spare: float, window_s: float, window_km: float, kinds: Any, repeats: Any, bounds: Any,
) -> bool:  # fmt: skip
    """Whether i and j lie in the window and may score enough, by a bound that never refuses what the full score would keep."""
    dx, dy, dz = numbers[i, UX] - numbers[j, UX], numbers[i, UY] - numbers[j, UY], numbers[i, UZ] - numbers[j, UZ]
    squared = (dx * dx + dy * dy + dz * dz) * EARTH_KM * EARTH_KM
    if squared > window_km * window_km or codes[i, GROUP] != codes[j, GROUP]:
        return False
    gap, variance = gap_s(numbers, i, j)
    peak_variance = _own_variance(numbers, i) + _own_variance(numbers, j)
    part = is_part(numbers, i, j, bounds) and bond_of(numbers, codes, i, j, bounds) == PART_OF
    if part:
        gap = max(0.0, abs(numbers[i, T] - numbers[j, T]) - numbers[i, HALF] - numbers[j, HALF])
        variance, length = numbers[i, T_VAR] + numbers[j, T_VAR], 2 * max(numbers[i, EXTENT], numbers[j, EXTENT])
        peak_variance = max(peak_variance, length * length / (2 * math.pi))
    if gap > window_s or not (part or ends_agree(numbers, i, j, gap, bounds)):
        return False
    ee, en, nn = numbers[i, C_EE] + numbers[j, C_EE], numbers[i, C_EN] + numbers[j, C_EN], numbers[i, C_NN] + numbers[j, C_NN]
    nats = spare + kinds[codes[i, KIND], codes[j, KIND]] + most_log_mixture(gap * gap / variance, squared / (ee + nn), bounds)
    if not part and codes[i, AGENCY] == codes[j, AGENCY]:
        nats += repeats[codes[i, AGENCY]]
    rate = numbers[i, RATE] + numbers[j, RATE]
    nats -= 0.5 * math.log(max(peak_variance * (ee * nn - en * en) * rate * rate, _TINY)) - _ROUNDING_NATS
    if nats < 0.0 or codes[i, FAMILY] < 0:
        return bool(nats >= 0.0)
    if part or codes[i, FAMILY] != codes[j, FAMILY]:
        return bool(nats >= bounds.size_cap)
    return bool(nats >= bounds.size_cap - _most_size_nats(numbers, i, j, bounds))


@leaf
def _most_size_nats(numbers: Any, i: int, j: int, bounds: Any) -> float:
    """A bound on what sizes of one family add; the cap where it is not below that."""
    gap, variance = numbers[i, SIZE] - numbers[j, SIZE], numbers[i, SIZE_VAR] + numbers[j, SIZE_VAR]
    least, most = min(numbers[i, SIZE_SPREAD], numbers[j, SIZE_SPREAD]), max(numbers[i, SIZE_SPREAD], numbers[j, SIZE_SPREAD])
    unrelated = -0.25 * gap * gap / (least * least) - 0.5 * math.log(2 * most * most / variance)
    return float(min(max(most_log_mixture(gap * gap / variance, 1, bounds) - unrelated, -bounds.size_cap), bounds.size_cap))


@leaf
def _judge(
    numbers: Numbers, codes: Codes, name: Any, rank: Any, met: Any, meetings: int, limit: float, rules: Rules, pairs: Any, score: Any, bond: Any, found: int,
) -> int:  # fmt: skip
    """Add those that score enough of the pairs that met, by name and with the first in canonical order first; how many there are now."""
    for position in range(meetings):
        a, b = met[position, 0], met[position, 1]
        last = 0 if rank[a, 0] != rank[b, 0] else rank.shape[1] - 1
        if rank[a, last] > rank[b, last]:
            a, b = b, a
        kind = bond_of(numbers, codes, a, b, rules)
        nats = _pair_nats(numbers, codes, a, b, kind, rules)
        if nats >= limit:
            pairs[found, 0], pairs[found, 1], score[found], bond[found] = name[a], name[b], nats, kind
            found += 1
    return found


@leaf
def _pair_nats(numbers: Numbers, codes: Codes, a: int, b: int, bond: int, rules: Rules) -> float:
    """The score of rows a and b by what they may become."""
    if bond == PART_OF:
        time, place, size, kind, density = part_parts(numbers, codes, a, b, rules)
        return time + place + size + kind + density
    time, place, size, kind, density = score_parts(numbers, codes, a, b, rules)
    return time + place + size + kind + density + agency_nats(codes[a, AGENCY], codes[b, AGENCY], rules)


@leaf
def agency_nats(a: int, b: int, rules: Rules) -> float:
    """What it costs that both reports are of one agency: nothing, the penalty, or everything."""
    if a != b:
        return 0.0
    return -float(rules.repeat_nats[a])
