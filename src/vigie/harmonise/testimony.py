"""What the engine knows of each report, as two plain tables: numbers and codes, one row a report.

Rows stand in canonical order (by witness), one for each testimony, so nothing computed from them can depend on the
order of arrival. The same columns describe a single report and a cluster of reports (its fused estimate), so one
function scores both. Plain arrays are used because the compiled kernels read whole rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vigie.harmonise.habits import RADIUS_PER_SIGMA, habits_of
from vigie.harmonise.kernel import leaf
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.errors import BadReport
from vigie.model.linkmodel import LinkModel, untrained
from vigie.model.sameness import Sameness

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""

# Columns of `numbers`. Times are seconds since 1970; the place is a unit vector with a covariance in km² (east, north).
# T_VAR is the variance of the time, its interval taken for a Gaussian; OWN_VAR that of the interval's ends.
# SIZE_SPREAD is the spread of a Gaussian whose differences are as dense at zero as sizes are around this one.
T, T_VAR, HALF, EXTENT, OWN_VAR, UX, UY, UZ, C_EE, C_EN, C_NN, SIZE, SIZE_VAR, SIZE_SPREAD, RATE, POINT_RATE = range(16)
# Columns of `codes`. AGENCY stays that of the single report; AGENCIES is a bit set of all of them.
AGENCY, AGENCIES, FAMILY, KIND, GROUP, POINT, COUNT, TIME_LEVEL, PLACE_LEVEL = range(9)
# How precise a time or a place is: for the fine window, the coarse one, for a proposal only, or not there at all.
FINE, COARSE, VAGUE, NOWHERE = range(4)
# Forms of the error of a time and of a place; a radius that is a code has form CODED + its place among the codes.
INSTANT, STATED, INTERVAL = range(3)
UNSTATED, CODED = 0, 2
_POINTS_PER_DEGREE = 10_000.0
_AROUND, _FROM_POLE_TO_POLE = 3_600_000, 1_800_000
_ROUND_ABOVE_LAT = 85.0
_MOST_KM, _MOST_S = math.pi * EARTH_KM, 2_600 * 31_556_952.0
"""No error is larger than half-way around the Earth, or than the years -500 to 2100: such a report says nothing of where, or when."""
_FARTHEST = {"lon": 360.0, "lat": 90.0}
_EARLIEST_US, _LATEST_US = -(1 << 61), 1 << 61
_ROUNDED_ENDS = 0.05
"""An interval's ends are rounded or in local time: that much of its length is added to their error."""
_BITS = 63


@dataclass(frozen=True, slots=True, eq=False)
class Testimonies:
    """`numbers` (k, 16) and `codes` (k, 9) of k testimonies; `shared_levels` (kinds, kinds) is how many levels two kinds share.

    `one_of_many` (n,) gives each catalogue row's testimony, `representative` (k,) a catalogue row of each testimony.
    """

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]
    shared_levels: NDArray[np.int64]
    one_of_many: NDArray[np.int64]
    representative: NDArray[np.int64]


class Columns(NamedTuple):
    """The columns of a catalogue that say where, when and how much (a named tuple, since numba reads those)."""

    agency: NDArray[np.int32]
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lasted: NDArray[np.bool_]
    sigma_s: NDArray[np.float64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]
    major_km: NDArray[np.float64]
    minor_km: NDArray[np.float64]
    azimuth: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: NDArray[np.int32]


def columns_of(catalogue: Catalogue) -> Columns:
    """The columns of a catalogue, not copied."""
    plain = {name: getattr(catalogue, name) for name in Columns._fields if name not in ("agency", "scale")}
    return Columns(agency=catalogue.agency.codes, scale=catalogue.scale.codes, **plain)


def read_testimonies(catalogue: Catalogue, sameness: Sameness, model: LinkModel | None = None) -> Testimonies:
    """The testimonies of a catalogue with the errors of the model, untrained if none is given; rates are left zero.

    Raises `BadReport` for a time or a place that cannot be.
    """
    _check(catalogue)
    representative, one_of_many = _distinct(catalogue)
    habits = habits_of(model or untrained(sameness), catalogue.agency.names, catalogue.scale.names)
    numbers, codes = np.zeros((len(representative), 16)), np.zeros((len(representative), 9), np.int64)
    others = (_known(catalogue.kind), catalogue.field.codes, catalogue.exercise)
    columns, rows = columns_of(catalogue), np.sort(representative)
    places = one_of_many[rows]
    _read_codes(columns, others, rows, places, codes)
    read_times(columns, rows, places, habits, numbers, codes[:, TIME_LEVEL])
    read_places(columns, rows, places, habits, numbers, codes[:, PLACE_LEVEL])
    read_sizes(columns, rows, places, habits, numbers, codes[:, FAMILY])
    return Testimonies(numbers, codes, shared_levels(catalogue.kind.names), one_of_many, representative)


def _check(catalogue: Catalogue) -> None:
    begin_us, end_us = catalogue.begin_us, catalogue.end_us
    if begin_us.min(initial=0) < _EARLIEST_US or end_us.max(initial=0) > _LATEST_US:
        raise _impossible("A report has no time that a calendar knows", (begin_us < _EARLIEST_US) | (end_us > _LATEST_US), "end_us", end_us)
    if (end_us < begin_us).any():
        raise _impossible("A report ends before it begins", end_us < begin_us, "end_us", end_us)
    for name, most in _FARTHEST.items():
        values = getattr(catalogue, name)
        if np.fmax.reduce(values, initial=0.0) > most or np.fmin.reduce(values, initial=0.0) < -most:
            raise _impossible("A report is from no place on Earth", np.abs(values) > most, name, values)


def _impossible(what: str, is_bad: NDArray[np.bool_], name: str, values: NDArray[Any]) -> BadReport:
    row = int(np.flatnonzero(is_bad)[0])
    return BadReport(what, record=f"row {row}", field=name, got=str(values[row]), todo="mend it, or leave it out")


def shared_levels(kinds: tuple[str, ...]) -> NDArray[np.int64]:
    """How many leading dotted levels each two kinds share (len, len).

    >>> int(shared_levels(("unrest.riot", "unrest.protest"))[0, 1])
    1
    """
    parts = [kind.split(".") for kind in kinds]
    depth = max((len(part) for part in parts), default=0)
    shared, so_far = np.zeros((len(kinds), len(kinds)), np.int64), np.ones((len(kinds), len(kinds)), bool)
    for level in range(depth):
        names: dict[str, int] = {}
        code = np.array([names.setdefault(part[level], len(names)) if level < len(part) else -1 for part in parts])
        so_far &= (code[:, None] == code[None, :]) & (code[:, None] >= 0)
        shared += so_far
    return shared


def _distinct(catalogue: Catalogue) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row for each witness, in canonical order, and each row's place in that list."""
    high, low = (np.ascontiguousarray(catalogue.witness[:, word]) for word in (0, 1))
    order = np.argsort(high)
    in_order = high[order]
    if (in_order[1:] == in_order[:-1]).any():
        order = np.lexsort((low, high))
        in_order = high[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = in_order[1:] != in_order[:-1]
    alike = np.flatnonzero(~is_new)
    is_new[alike] = low[order[alike]] != low[order[alike - 1]]
    one_of_many = np.empty(len(order), np.int64)
    one_of_many[order] = np.cumsum(is_new) - 1
    return order[is_new].astype(np.int64), one_of_many


def _known(column: Coded) -> NDArray[np.int32]:
    """Codes, with -1 for the empty text."""
    if "" not in column.names:
        return column.codes
    return np.where(column.codes == column.names.index(""), np.int32(-1), column.codes)


@leaf
def _read_codes(columns: Any, others: Any, rows: Any, places: Any, codes: Any) -> None:
    """Write agency, kind, group, point and count of catalogue rows (k,) to `places` (k,)."""
    kind, field, exercise = others
    agency, lon, lat = columns.agency, columns.lon, columns.lat
    for which in range(len(rows)):
        row, at = rows[which], places[which]
        codes[at, AGENCY], codes[at, AGENCIES] = agency[row], np.int64(1) << np.int64(agency[row] % _BITS)
        codes[at, KIND], codes[at, GROUP], codes[at, COUNT] = kind[row], 2 * field[row] + exercise[row], 1
        codes[at, POINT] = point_code(lon[row], lat[row])


# The arrays of a tuple are taken out of it before each loop: numba counts a reference whenever one is looked up.
@leaf
def read_times(columns: Any, rows: Any, places: Any, habits: Any, numbers: Any, level: Any) -> None:
    """Write the times of catalogue rows (k,) to `places` (k,) of the numbers, and the finest window that each fits to `level`.

    It fits where its error is at most half of the window and its interval at most all of it.
    """
    agency, begin_us, end_us, lasted, sigma_s = columns.agency, columns.begin_us, columns.end_us, columns.lasted, columns.sigma_s
    table, floor, fine_s, coarse_s = habits.time, habits.time_floor, habits.windows[0], habits.windows[1]
    for which in range(len(rows)):
        row, at = rows[which], places[which]
        length_s = (end_us[row] - begin_us[row]) / 1e6
        is_interval = length_s > 0 and not lasted[row]
        form = time_form(length_s, lasted[row], sigma_s[row])
        own_var = table[agency[row], form] * (min(sigma_s[row], _MOST_S) ** 2 if form == STATED else 1.0) + floor
        if is_interval:
            own_var += (_ROUNDED_ENDS * length_s) ** 2
        numbers[at, T], numbers[at, HALF] = begin_us[row] / 1e6 + length_s / 2, length_s / 2
        numbers[at, EXTENT] = length_s / 2 if lasted[row] and length_s > 0 else -1.0
        numbers[at, OWN_VAR], numbers[at, T_VAR] = own_var, own_var + length_s * length_s / 12
        level[at] = _level(math.sqrt(own_var if lasted[row] else numbers[at, T_VAR]), length_s, fine_s, coarse_s)


@leaf
def read_places(columns: Any, rows: Any, places: Any, habits: Any, numbers: Any, level: Any) -> None:
    """Write the places of catalogue rows (k,), and the finest window that each fits: its error along the major axis at most half of it."""
    agency, lon, lat, radius_km = columns.agency, columns.lon, columns.lat, columns.radius_km
    major_km, minor_km, azimuth, variances = columns.major_km, columns.minor_km, columns.azimuth, habits.code_var
    table, start, known, floor, fine_km, coarse_km = habits.place, habits.code_start, habits.code_km, habits.place_floor, habits.windows[2], habits.windows[3]
    for which in range(len(rows)):
        row, at, who = rows[which], places[which], agency[rows[which]]
        if not (abs(lon[row]) < math.inf and abs(lat[row]) < math.inf):
            numbers[at, UX], numbers[at, UY], numbers[at, UZ], level[at] = 1.0, 0.0, 0.0, NOWHERE
            continue
        east, north = math.radians(lon[row]), math.radians(lat[row])
        numbers[at, UX], numbers[at, UY], numbers[at, UZ] = math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)
        form = place_form(radius_km[row], major_km[row], minor_km[row], azimuth[row], start[who], start[who + 1], known)
        error = variances[form - CODED] if form >= CODED else table[who, form]
        major, minor = axes(form, radius_km[row], major_km[row], minor_km[row], azimuth[row])
        major, minor = major * error, minor * error
        if abs(lat[row]) > _ROUND_ABOVE_LAT:  # east turns with the meridians there: a round error of equal area
            major = minor = math.sqrt(major * minor)
        if major == minor:
            numbers[at, C_EE], numbers[at, C_EN], numbers[at, C_NN] = major + floor, 0.0, major + floor
        else:
            sine, cosine = math.sin(math.radians(azimuth[row])), math.cos(math.radians(azimuth[row]))
            numbers[at, C_EE] = major * sine * sine + minor * cosine * cosine + floor
            numbers[at, C_EN] = (major - minor) * sine * cosine
            numbers[at, C_NN] = major * cosine * cosine + minor * sine * sine + floor
        level[at] = _level(math.sqrt(max(major, minor) + floor), 0.0, fine_km, coarse_km)


@leaf
def read_sizes(columns: Any, rows: Any, places: Any, habits: Any, numbers: Any, family: Any) -> None:
    """Write the sizes of catalogue rows (k,) on their family's axis, less the agency's bias, and their families, -1 where none is known."""
    agency, scale, magnitude = columns.agency, columns.scale, columns.magnitude
    bias, variance, families, logarithmic = habits.bias, habits.size_var, habits.family, habits.logarithmic
    first, step, curve = habits.curve_first, habits.curve_step, habits.curve
    for which in range(len(rows)):
        row, at = rows[which], places[which]
        value, group = magnitude[row], families[scale[row]]
        if group < 0 or not abs(value) < math.inf:
            family[at] = -1
            continue
        size = (math.log1p(max(value, 0.0)) if logarithmic[scale[row]] else value) - bias[agency[row], scale[row]]
        bin_ = min(max((size - first[group]) / step[group] + 0.5, 0.0), curve.shape[1] - 1.0)
        numbers[at, SIZE], numbers[at, SIZE_VAR], numbers[at, SIZE_SPREAD] = size, variance[agency[row], scale[row]], curve[group, int(bin_)]
        family[at] = group


@njit(cache=True, nogil=True, inline="always")
def time_form(length_s: float, lasted: bool, sigma_s: float) -> int:  # noqa: FBT001 - compiled, called by position
    """Which form the error of a time has."""
    if sigma_s > 0:
        return STATED
    return INTERVAL if length_s > 0 and not lasted else INSTANT


@njit(cache=True, nogil=True, inline="always")
def place_form(radius_km: float, major_km: float, minor_km: float, azimuth: float, first: int, last: int, known_km: Any) -> int:
    """Which form the error of a place has; the codes of its agency are `known_km[first:last]`."""
    if major_km > 0 and minor_km >= 0 and abs(azimuth) < math.inf:
        return STATED
    if not radius_km > 0:
        return UNSTATED
    for code in range(first, last):
        if known_km[code] == radius_km:
            return CODED + code
    return STATED


@njit(cache=True, nogil=True, inline="always")
def axes(form: int, radius_km: float, major_km: float, minor_km: float, azimuth: float) -> tuple[float, float]:
    """Stated variances along the major and the minor axis in km², ones where the error is not the stated one."""
    if form != STATED:
        return 1.0, 1.0
    major, minor = radius_km, radius_km
    if major_km > 0 and minor_km >= 0 and abs(azimuth) < math.inf:
        major, minor = major_km, minor_km
    return (min(major, _MOST_KM) / RADIUS_PER_SIGMA) ** 2, (min(minor, _MOST_KM) / RADIUS_PER_SIGMA) ** 2


@njit(cache=True, nogil=True, inline="always")
def _level(error: float, length: float, fine: float, coarse: float) -> int:
    if error > coarse / 2 or length > coarse:
        return VAGUE
    return COARSE if error > fine / 2 or length > fine else FINE


@njit(cache=True, nogil=True, inline="always")
def point_code(lon: float, lat: float) -> int:
    """One number for each point of a 0.0001 degree lattice; -1 where there is none. The antimeridian is one line."""
    if not (abs(lon) < math.inf and abs(lat) < math.inf):
        return -1
    north = int(np.rint((lat + 90.0) * _POINTS_PER_DEGREE))
    if north <= 0 or north >= _FROM_POLE_TO_POLE:
        return north * _AROUND
    return north * _AROUND + int(np.rint(lon * _POINTS_PER_DEGREE)) % _AROUND
