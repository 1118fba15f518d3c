"""What learning looks at: some stretches of time, and in them all pairs of precise reports within the fine window.

Learning from a million reports says no more than learning from some ten thousand. Whole stretches are taken, evenly
over the ranks of time, since single reports would have lost their partners; which ones is a function of the reports.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.kernel import kernel, leaf
from vigie.harmonise.score import Codes, Numbers, gap_s, offset_km
from vigie.harmonise.testimony import EARTH_KM, EXTENT, FINE, GROUP, HALF, PLACE_LEVEL, TIME_LEVEL, UX, UY, UZ, T
from vigie.model.sameness import Sameness

MOST_REPORTS = 8_000
MOST_PAIRS = 30_000
"""Both for one field."""
STRETCHES = 8

Pairs = NDArray[np.int64]


class Sample(NamedTuple):
    """`rows` (m,) of the testimonies, by time; `pairs` (p, 2) are positions in `rows`, the later one first."""

    rows: NDArray[np.int64]
    pairs: Pairs


def draw_sample(numbers: Numbers, codes: Codes, sameness: Sameness) -> Sample:
    """The rows and pairs to learn from; rows stand in canonical order, so the draw depends on the reports alone."""
    fine = np.flatnonzero((codes[:, TIME_LEVEL] == FINE) & (codes[:, PLACE_LEVEL] == FINE))
    order = fine[np.argsort(numbers[fine, T], kind="stable")]
    parts, count = 1 if len(order) <= MOST_REPORTS else STRETCHES, 0
    rows, pairs = [np.zeros(0, np.int64)], [np.zeros((0, 2), np.int64)]
    for part in range(parts):
        begin = part * len(order) // parts
        stretch = order[begin : begin + min(MOST_REPORTS, len(order)) // parts]
        used, found = stretch_pairs(numbers[stretch], codes[stretch], sameness.place_window_km, sameness.time_window_s, MOST_PAIRS // parts)
        rows.append(stretch[:used])
        pairs.append(found + count)
        count += used
    return Sample(np.concatenate(rows), np.concatenate(pairs))


def stretch_pairs(numbers: Numbers, codes: Codes, window_km: float, window_s: float, most: int) -> tuple[int, Pairs]:
    """Of rows sorted by time how many were used, and all pairs of these within the windows; about `most` at most."""
    bands = max(1, int(math.pi * EARTH_KM / window_km))
    band = np.clip(((np.arcsin(np.clip(numbers[:, UZ], -1, 1)) / math.pi + 0.5) * bands).astype(np.int64), 0, bands - 1)
    in_band = np.argsort(band, kind="stable")
    start = np.searchsorted(band[in_band], np.arange(bands + 1))
    used, pairs = _sweep(numbers, codes, band, in_band, start, window_km, window_s, most)
    return int(used), pairs


@kernel
def _sweep(numbers: Any, codes: Any, band: Any, in_band: Any, start: Any, window_km: float, window_s: float, most: int) -> Any:
    """Each row looks back in time, in its own band of latitude and both neighbours."""
    pairs, found = np.empty((1024, 2), np.int64), 0
    passed, bands = np.zeros(len(start) - 1, np.int64), len(start) - 1
    longest = 0.0
    for i in range(len(numbers)):
        longest = max(longest, numbers[i, HALF])
        earliest = numbers[i, T] - numbers[i, HALF] - longest - window_s
        for near in range(max(0, band[i] - 1), min(bands, band[i] + 2)):
            place = start[near] + passed[near] - 1
            while place >= start[near]:
                j = in_band[place]
                if numbers[j, T] < earliest:
                    break
                if _in_window(numbers, codes, i, j, window_km, window_s):
                    if found == len(pairs):
                        longer = np.empty((2 * found, 2), np.int64)
                        longer[:found] = pairs
                        pairs = longer
                    pairs[found, 0], pairs[found, 1] = i, j
                    found += 1
                place -= 1
        passed[band[i]] += 1
        if found >= most:
            return i + 1, pairs[:found]
    return len(numbers), pairs[:found]


@leaf
def _in_window(numbers: Any, codes: Any, i: int, j: int, window_km: float, window_s: float) -> bool:
    dx, dy, dz = numbers[i, UX] - numbers[j, UX], numbers[i, UY] - numbers[j, UY], numbers[i, UZ] - numbers[j, UZ]
    if (dx * dx + dy * dy + dz * dz) * EARTH_KM * EARTH_KM > window_km * window_km or codes[i, GROUP] != codes[j, GROUP]:
        return False
    return bool(gap_s(numbers, i, j)[0] <= window_s)


@kernel
def differences(numbers: Any, pairs: Any) -> Any:
    """Of each pair the squared difference in time that errors must explain, s², what intervals add to it, s², and half the squared distance, km²."""
    found = np.empty((len(pairs), 3))
    for pair in range(len(pairs)):
        i, j = pairs[pair]
        both_lasted = numbers[i, EXTENT] >= 0 and numbers[j, EXTENT] >= 0
        apart = gap_s(numbers, i, j)[0] if both_lasted else numbers[i, T] - numbers[j, T]
        east, north = offset_km(numbers, i, j)
        found[pair, 0] = apart * apart
        found[pair, 1] = 0.0 if both_lasted else (numbers[i, HALF] ** 2 + numbers[j, HALF] ** 2) / 3
        found[pair, 2] = 0.5 * (east * east + north * north)
    return found
