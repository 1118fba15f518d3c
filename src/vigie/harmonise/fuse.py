"""Fusing estimates: two into one, and one taken out again. Both take constant time.

The fused estimate is the precision-weighted mean (the Kalman form is used, which needs no inverse of a sum of inverses).
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

from vigie.harmonise.score import POLAR, Codes, Numbers, offset_km
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

_NOTHING_LEFT = 1e-9


@njit(cache=True, nogil=True)
def fuse(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """Make row a the fused estimate of a and b."""
    _fuse_time(numbers, a, b)
    _fuse_place(numbers, codes, a, b)
    _fuse_size(numbers, codes, a, b)
    _fuse_kind(codes, a, b)
    total = codes[a, COUNT] + codes[b, COUNT]
    for column in (RATE, POINT_RATE):
        numbers[a, column] = (numbers[a, column] * codes[a, COUNT] + numbers[b, column] * codes[b, COUNT]) / total
    codes[a, AGENCIES] |= codes[b, AGENCIES]
    codes[a, COUNT] = total


@njit(cache=True, nogil=True)
def _fuse_time(numbers: Numbers, a: int, b: int) -> None:
    va, vb = numbers[a, T_VAR], numbers[b, T_VAR]
    gain = va / (va + vb)
    numbers[a, T] += gain * (numbers[b, T] - numbers[a, T])
    numbers[a, T_VAR] = va * vb / (va + vb)
    numbers[a, OWN_VAR] = min(numbers[a, OWN_VAR], numbers[b, OWN_VAR])
    numbers[a, HALF] = min(numbers[a, HALF], numbers[b, HALF])
    if numbers[a, EXTENT] >= 0 and numbers[b, EXTENT] >= 0:
        numbers[a, EXTENT] += gain * (numbers[b, EXTENT] - numbers[a, EXTENT])
    else:
        numbers[a, EXTENT] = max(numbers[a, EXTENT], numbers[b, EXTENT])


@njit(cache=True, nogil=True)
def _fuse_place(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """Gain K = Ca (Ca + Cb)^-1; mean a + K d; covariance Ca - K Ca."""
    if codes[a, POINT] != codes[b, POINT]:
        codes[a, POINT] = -1
    if numbers[b, C_EE] <= 0:
        return
    if numbers[a, C_EE] <= 0:
        numbers[a, UX:SIZE] = numbers[b, UX:SIZE]
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _fuse_size(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """Sizes of one family are averaged; of unlike families the one with more reports stays."""
    if codes[b, FAMILY] < 0:
        return
    if codes[a, FAMILY] == codes[b, FAMILY]:
        va, vb = numbers[a, SIZE_VAR], numbers[b, SIZE_VAR]
        numbers[a, SIZE] += va / (va + vb) * (numbers[b, SIZE] - numbers[a, SIZE])
        numbers[a, SIZE_VAR] = va * vb / (va + vb)
    elif codes[a, FAMILY] < 0 or codes[b, COUNT] > codes[a, COUNT]:
        numbers[a, SIZE], numbers[a, SIZE_VAR], numbers[a, SIZE_SPREAD] = numbers[b, SIZE], numbers[b, SIZE_VAR], numbers[b, SIZE_SPREAD]
        codes[a, FAMILY] = codes[b, FAMILY]


@njit(cache=True, nogil=True)
def _fuse_kind(codes: Codes, a: int, b: int) -> None:
    """The larger cluster's kind stands for both, the first one's where they are equal."""
    if codes[a, KIND] < 0 or (codes[b, KIND] >= 0 and codes[b, COUNT] > codes[a, COUNT]):
        codes[a, KIND] = codes[b, KIND]


@njit(cache=True, nogil=True)
def take_out(numbers: Numbers, codes: Codes, a: int, b: int) -> None:
    """Make row a, a fused estimate that b is part of, the estimate of all others; kind, half and extent stay."""
    share = max(1.0 - numbers[a, T_VAR] / numbers[b, T_VAR], 1e-9)
    numbers[a, T] += (numbers[a, T] - numbers[b, T]) * (1.0 - share) / share
    numbers[a, T_VAR] /= share
    _take_place_out(numbers, a, b)
    if codes[a, FAMILY] >= 0 and codes[a, FAMILY] == codes[b, FAMILY]:
        share = 1.0 - numbers[a, SIZE_VAR] / numbers[b, SIZE_VAR]
        if share < _NOTHING_LEFT:
            codes[a, FAMILY] = -1
        else:
            numbers[a, SIZE] += (numbers[a, SIZE] - numbers[b, SIZE]) * (1.0 - share) / share
            numbers[a, SIZE_VAR] /= share
    left = codes[a, COUNT] - 1
    for column in (RATE, POINT_RATE):
        numbers[a, column] = max((numbers[a, column] * codes[a, COUNT] - numbers[b, column]) / left, 0.0)
    codes[a, COUNT] = left


@njit(cache=True, nogil=True)
def _take_place_out(numbers: Numbers, a: int, b: int) -> None:
    if numbers[b, C_EE] <= 0:
        return
    pa, qa, ra = _inverse(numbers[a, C_EE], numbers[a, C_EN], numbers[a, C_NN])
    pb, qb, rb = _inverse(numbers[b, C_EE], numbers[b, C_EN], numbers[b, C_NN])
    p, q, r = pa - pb, qa - qb, ra - rb
    if p <= 1e-9 * pa or p * r - q * q <= 1e-12 * pa * ra:
        numbers[a, C_EE] = 0.0
        return
    ee, en, nn = _inverse(p, q, r)
    east, north = offset_km(numbers, a, b)
    pull_east, pull_north = pb * east + qb * north, qb * east + rb * north
    _move(numbers, a, b, -(ee * pull_east + en * pull_north), -(en * pull_east + nn * pull_north))
    numbers[a, C_EE], numbers[a, C_EN], numbers[a, C_NN] = ee, en, nn


@njit(cache=True, nogil=True)
def _inverse(ee: float, en: float, nn: float) -> Any:
    det = ee * nn - en * en
    return nn / det, -en / det, ee / det
