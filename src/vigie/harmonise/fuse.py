"""Fusing estimates: the reports of a cluster become one estimate, which is scored like a report.

The fused estimate is the precision-weighted mean. What two reports give to the last digit alike, the same point or the
same time and length, is one piece of information said twice (a gazetteer, a day, a copied source): it counts once, with
the smallest of the stated errors; so does the size of a report that copies time, point and size. Kind and size family are those of most reports.
"""

from __future__ import annotations

import math
from typing import Any

from vigie.harmonise.kernel import leaf
from vigie.harmonise.score import POLAR, Codes, Numbers, offset_km
from vigie.harmonise.space import MEMBER
from vigie.harmonise.testimony import (
    AGENCIES,
    C_EE,
    C_EN,
    C_NN,
    COUNT,
    EARTH_KM,
    EXTENT,
    FAMILY,
    HALF,
    KIND,
    OWN_VAR,
    POINT,
    POINT_RATE,
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

MOST_COMPARED = 32
"""Larger clusters grow estimate by estimate; up to here their members are compared one with another at each union."""


@leaf
def fuse_members(numbers: Numbers, codes: Codes, who: Any, count: int, a: int) -> None:
    """Make row a the estimate of the first `count` rows that `who` lists as `MEMBER`, in canonical order; it depends on these alone."""
    copy_row(numbers, codes, who[0, MEMBER], a)
    codes[a, KIND], codes[a, FAMILY] = _commonest(codes, who, count, KIND), -1
    numbers[a, C_EE] = 0.0
    has_time = False
    for place in range(count):
        row = who[place, MEMBER]
        if place > 0:
            _share(numbers, codes, a, row)
        if _is_first_to_time(numbers, who, count, place):
            if has_time:
                _fuse_time(numbers, a, row)
            else:
                numbers[a, T], numbers[a, T_VAR], has_time = numbers[row, T], numbers[row, T_VAR], True
        if numbers[row, C_EE] > 0 and _is_first_to_place(numbers, codes, who, count, place):
            _fuse_place(numbers, a, row)
    _fuse_sizes(numbers, codes, who, count, a)


@leaf
def copy_row(numbers: Numbers, codes: Codes, source: int, a: int) -> None:
    """Make row a the same as row `source`."""
    for column in range(numbers.shape[1]):
        numbers[a, column] = numbers[source, column]
    for column in range(codes.shape[1]):
        codes[a, column] = codes[source, column]


@leaf
def fuse_two(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """Make row a the fused estimate of a and b; takes constant time."""
    is_copy = _are_copies(numbers, codes, a, b)
    said_alike = numbers[a, T] == numbers[b, T] and numbers[a, HALF] == numbers[b, HALF]
    if not said_alike:
        _fuse_time(numbers, a, b)
    elif numbers[b, T_VAR] < numbers[a, T_VAR]:
        numbers[a, T_VAR] = numbers[b, T_VAR]
    same_point = codes[a, POINT] >= 0 and codes[a, POINT] == codes[b, POINT]
    if not same_point and numbers[b, C_EE] > 0:
        _fuse_place(numbers, a, b)
    elif same_point and _area(numbers, b) < _area(numbers, a):
        for column in (C_EE, C_EN, C_NN):
            numbers[a, column] = numbers[b, column]
    if codes[a, KIND] < 0 or (codes[b, KIND] >= 0 and codes[b, COUNT] > codes[a, COUNT]):
        codes[a, KIND] = codes[b, KIND]
    if codes[b, FAMILY] >= 0 and codes[a, FAMILY] == codes[b, FAMILY]:
        if not is_copy:
            _fuse_size(numbers, a, b)
    elif codes[a, FAMILY] < 0 or (codes[b, FAMILY] >= 0 and codes[b, COUNT] > codes[a, COUNT]):
        _take_size(numbers, codes, a, b)
    _share(numbers, codes, a, b)


@leaf
def _share(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """What holds of both together, whatever is said twice: rates, agencies, extent, count; a point only if it is of both."""
    total = codes[a, COUNT] + codes[b, COUNT]
    for column in (RATE, POINT_RATE):
        numbers[a, column] = (numbers[a, column] * codes[a, COUNT] + numbers[b, column] * codes[b, COUNT]) / total
    if numbers[a, EXTENT] >= 0 and numbers[b, EXTENT] >= 0:
        numbers[a, EXTENT] += codes[b, COUNT] / total * (numbers[b, EXTENT] - numbers[a, EXTENT])
    else:
        numbers[a, EXTENT] = max(numbers[a, EXTENT], numbers[b, EXTENT])
    numbers[a, OWN_VAR] = min(numbers[a, OWN_VAR], numbers[b, OWN_VAR])
    numbers[a, HALF] = min(numbers[a, HALF], numbers[b, HALF])
    if codes[a, POINT] != codes[b, POINT]:
        codes[a, POINT] = -1
    codes[a, AGENCIES] |= codes[b, AGENCIES]
    codes[a, COUNT] = total


@leaf
def _commonest(codes: Codes, who: Any, count: int, column: int) -> int:
    """The code that most members have, of those that have one; the first one's where two are as common."""
    best, most = -1, 0
    for place in range(count):
        code, votes = codes[who[place, MEMBER], column], 0
        if code < 0 or code == best:
            continue
        for other in range(count):
            votes += codes[who[other, MEMBER], column] == code
        if votes > most:
            best, most = code, votes
    return best


@leaf
def _is_first_to_time(numbers: Numbers, who: Any, count: int, place: int) -> bool:
    """Whether no other member gives the same time and length with a smaller error, or as small and earlier in order."""
    row = who[place, MEMBER]
    for other in range(count):
        rival = who[other, MEMBER]
        if other != place and numbers[rival, T] == numbers[row, T] and numbers[rival, HALF] == numbers[row, HALF]:
            smaller, equal = numbers[rival, T_VAR] < numbers[row, T_VAR], numbers[rival, T_VAR] == numbers[row, T_VAR]
            if smaller or (equal and other < place):
                return False
    return True


@leaf
def _is_first_to_place(numbers: Numbers, codes: Codes, who: Any, count: int, place: int) -> bool:
    """Whether no other member gives the same point with a smaller area, or as small and earlier in order."""
    row = who[place, MEMBER]
    for other in range(count):
        rival = who[other, MEMBER]
        if other != place and codes[rival, POINT] == codes[row, POINT]:
            smaller, equal = _area(numbers, rival) < _area(numbers, row), _area(numbers, rival) == _area(numbers, row)
            if smaller or (equal and other < place):
                return False
    return True


@leaf
def _area(numbers: Numbers, row: int) -> float:
    return float(numbers[row, C_EE] * numbers[row, C_NN] - numbers[row, C_EN] * numbers[row, C_EN])


@leaf
def _fuse_time(numbers: Numbers, a: int, b: int) -> None:
    va, vb = numbers[a, T_VAR], numbers[b, T_VAR]
    numbers[a, T] += va / (va + vb) * (numbers[b, T] - numbers[a, T])
    numbers[a, T_VAR] = va * vb / (va + vb)


@leaf
def _fuse_place(numbers: Numbers, a: int, b: int) -> None:
    """Gain K = Ca (Ca + Cb)^-1; mean a + K d; covariance Ca - K Ca."""
    if numbers[a, C_EE] <= 0:
        for column in (UX, UY, UZ, C_EE, C_EN, C_NN):
            numbers[a, column] = numbers[b, column]
        return
    east, north = offset_km(numbers, a, b)
    ee, en, nn = numbers[a, C_EE], numbers[a, C_EN], numbers[a, C_NN]
    see, sen, snn = ee + numbers[b, C_EE], en + numbers[b, C_EN], nn + numbers[b, C_NN]
    det = see * snn - sen * sen
    k11, k12 = (ee * snn - en * sen) / det, (en * see - ee * sen) / det
    k21, k22 = (en * snn - nn * sen) / det, (nn * see - en * sen) / det
    _move(numbers, a, b, k11 * east + k12 * north, k21 * east + k22 * north)
    numbers[a, C_EE] = ee - k11 * ee - k12 * en
    numbers[a, C_EN] = en - k11 * en - k12 * nn
    numbers[a, C_NN] = nn - k21 * en - k22 * nn


@leaf
def _move(numbers: Numbers, a: int, b: int, east: float, north: float) -> None:
    """Move place a by km east and north on the plane halfway between a and b."""
    mx, my, mz = numbers[a, UX] + numbers[b, UX], numbers[a, UY] + numbers[b, UY], numbers[a, UZ] + numbers[b, UZ]
    level = math.sqrt(mx * mx + my * my)
    length = max(math.sqrt(level * level + mz * mz), POLAR)
    ex, ey = (-my / level, mx / level) if level > POLAR else (0.0, 1.0)
    x = numbers[a, UX] + (east * ex - north * mz * ey / length) / EARTH_KM
    y = numbers[a, UY] + (east * ey + north * mz * ex / length) / EARTH_KM
    z = numbers[a, UZ] + north * (mx * ey - my * ex) / length / EARTH_KM
    size = math.sqrt(x * x + y * y + z * z)
    numbers[a, UX], numbers[a, UY], numbers[a, UZ] = x / size, y / size, z / size


@leaf
def _fuse_sizes(numbers: Numbers, codes: Codes, who: Any, count: int, a: int) -> None:
    """The sizes of the commonest family, averaged."""
    family = _commonest(codes, who, count, FAMILY)
    for place in range(count):
        row = who[place, MEMBER]
        if family >= 0 and codes[row, FAMILY] == family and _is_first_to_size(numbers, codes, who, count, place):
            if codes[a, FAMILY] < 0:
                _take_size(numbers, codes, a, row)
            else:
                _fuse_size(numbers, a, row)


@leaf
def _is_first_to_size(numbers: Numbers, codes: Codes, who: Any, count: int, place: int) -> bool:
    """Whether no other member gives the same time, point and size with a smaller error, or as small and earlier in order."""
    row = who[place, MEMBER]
    for other in range(count):
        rival = who[other, MEMBER]
        if other != place and codes[rival, FAMILY] == codes[row, FAMILY] and _are_copies(numbers, codes, rival, row):
            smaller, equal = numbers[rival, SIZE_VAR] < numbers[row, SIZE_VAR], numbers[rival, SIZE_VAR] == numbers[row, SIZE_VAR]
            if smaller or (equal and other < place):
                return False
    return True


@leaf
def _are_copies(numbers: Numbers, codes: Codes, a: int, b: int) -> bool:
    """Whether a and b give the same time and point to the last digit, and the same size within its error (the agencies' biases are taken off)."""
    if codes[a, POINT] != codes[b, POINT] or numbers[a, T] != numbers[b, T] or numbers[a, HALF] != numbers[b, HALF]:
        return False
    gap = numbers[a, SIZE] - numbers[b, SIZE]
    return bool(gap * gap <= numbers[a, SIZE_VAR] + numbers[b, SIZE_VAR])


@leaf
def _take_size(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    numbers[a, SIZE], numbers[a, SIZE_VAR], numbers[a, SIZE_SPREAD] = numbers[b, SIZE], numbers[b, SIZE_VAR], numbers[b, SIZE_SPREAD]
    codes[a, FAMILY] = codes[b, FAMILY]


@leaf
def _fuse_size(numbers: Numbers, a: int, b: int) -> None:
    va, vb = numbers[a, SIZE_VAR], numbers[b, SIZE_VAR]
    numbers[a, SIZE] += va / (va + vb) * (numbers[b, SIZE] - numbers[a, SIZE])
    numbers[a, SIZE_VAR] = va * vb / (va + vb)
