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
from vigie.model.catalogue import Catalogue, Coded
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
    """The testimonies of a catalogue with the errors of the model, untrained if none is given; rates are left zero."""
    representative, one_of_many = _distinct(catalogue)
    habits = habits_of(model or untrained(sameness), catalogue.agency.names, catalogue.scale.names)
    numbers, codes = np.zeros((len(representative), 16)), np.zeros((len(representative), 9), np.int64)
    others = (_known(catalogue.kind), catalogue.field.codes, catalogue.exercise)
    _read_rows(columns_of(catalogue), others, one_of_many, representative, habits, numbers, codes)
    return Testimonies(numbers, codes, shared_levels(catalogue.kind.names), one_of_many, representative)


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


@njit(cache=True, nogil=True)
def _read_rows(columns: Any, others: Any, one_of_many: Any, representative: Any, habits: Any, numbers: Any, codes: Any) -> None:
    """Fill the tables, in the order of the catalogue."""
    kind, field, exercise = others
    for row in range(len(one_of_many)):
        at = one_of_many[row]
        if representative[at] != row:
            continue
        codes[at, AGENCY] = columns.agency[row]
        codes[at, AGENCIES] = np.int64(1) << np.int64(columns.agency[row] % _BITS)
        codes[at, KIND], codes[at, GROUP], codes[at, COUNT] = kind[row], 2 * field[row] + exercise[row], 1
        codes[at, TIME_LEVEL] = _read_time(columns, row, habits, numbers, at)
        codes[at, POINT] = point_code(columns.lon[row], columns.lat[row])
        codes[at, PLACE_LEVEL] = _read_place(columns, row, habits, numbers, at)
        codes[at, FAMILY] = _read_size(columns, row, habits, numbers, at)


@njit(cache=True, nogil=True)
def read_again(columns: Any, rows: Any, habits: Any, numbers: Any) -> None:
    """Fill the numbers of some catalogue rows (k,) anew with other habits; rates stay."""
    for at in range(len(rows)):
        _read_time(columns, rows[at], habits, numbers, at)
        _read_place(columns, rows[at], habits, numbers, at)
        _read_size(columns, rows[at], habits, numbers, at)


@njit(cache=True, nogil=True)
def time_form(columns: Any, row: int) -> int:
    """Which form the error of a row's time has."""
    if columns.sigma_s[row] > 0 and columns.sigma_s[row] < math.inf:
        return STATED
    return INTERVAL if columns.end_us[row] > columns.begin_us[row] and not columns.lasted[row] else INSTANT


@njit(cache=True, nogil=True)
def place_form(columns: Any, row: int, habits: Any) -> int:
    """Which form the error of a row's place has."""
    if _has_ellipse(columns, row):
        return STATED
    radius, agency = columns.radius_km[row], columns.agency[row]
    if not (radius > 0 and radius < math.inf):
        return UNSTATED
    for code in range(habits.code_start[agency], habits.code_start[agency + 1]):
        if habits.code_km[code] == radius:
            return CODED + code
    return STATED


@njit(cache=True, nogil=True)
def _has_ellipse(columns: Any, row: int) -> bool:
    major = columns.major_km[row]
    return bool(major > 0 and major < math.inf and columns.minor_km[row] >= 0 and abs(columns.azimuth[row]) < math.inf)


@njit(cache=True, nogil=True)
def _read_time(columns: Any, row: int, habits: Any, numbers: Any, at: int) -> int:
    """Write the time of a row; the finest window that it fits: its error at most half of it, its interval at most all of it."""
    length_s = (columns.end_us[row] - columns.begin_us[row]) / 1e6
    form = time_form(columns, row)
    own_var = habits.time[columns.agency[row], form] + habits.time_floor
    if form == STATED:
        own_var += habits.time[columns.agency[row], form] * (columns.sigma_s[row] ** 2 - 1.0)
    if length_s > 0 and not columns.lasted[row]:
        own_var += (_ROUNDED_ENDS * length_s) ** 2
    numbers[at, T], numbers[at, HALF] = columns.begin_us[row] / 1e6 + length_s / 2, length_s / 2
    numbers[at, EXTENT] = length_s / 2 if columns.lasted[row] and length_s > 0 else -1.0
    numbers[at, OWN_VAR], numbers[at, T_VAR] = own_var, own_var + length_s * length_s / 12
    error_s = math.sqrt(own_var if columns.lasted[row] else numbers[at, T_VAR])
    return _level(error_s, length_s, habits.windows[0], habits.windows[1])


@njit(cache=True, nogil=True)
def _level(error: float, length: float, fine: float, coarse: float) -> int:
    if error > coarse / 2 or length > coarse:
        return VAGUE
    return COARSE if error > fine / 2 or length > fine else FINE


@njit(cache=True, nogil=True)
def _read_place(columns: Any, row: int, habits: Any, numbers: Any, at: int) -> int:
    """Write the place of a row; the finest window that it fits: its error along the major axis at most half of it."""
    if not (abs(columns.lon[row]) < math.inf and abs(columns.lat[row]) < math.inf):
        numbers[at, UX], numbers[at, UY], numbers[at, UZ] = 1.0, 0.0, 0.0
        return NOWHERE
    lon, lat = math.radians(columns.lon[row]), math.radians(columns.lat[row])
    numbers[at, UX], numbers[at, UY], numbers[at, UZ] = math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
    major, minor, azimuth = _axes(columns, row, habits)
    if abs(columns.lat[row]) > _ROUND_ABOVE_LAT:  # east turns with the meridians there: a round error of equal area
        major = minor = math.sqrt(major * minor)
    sine, cosine = math.sin(azimuth), math.cos(azimuth)
    numbers[at, C_EE] = major * sine * sine + minor * cosine * cosine + habits.place_floor
    numbers[at, C_EN] = (major - minor) * sine * cosine
    numbers[at, C_NN] = major * cosine * cosine + minor * sine * sine + habits.place_floor
    return _level(math.sqrt(max(major, minor) + habits.place_floor), 0.0, habits.windows[2], habits.windows[3])


@njit(cache=True, nogil=True)
def _axes(columns: Any, row: int, habits: Any) -> tuple[float, float, float]:
    """Variances along the major and the minor axis in km², without the floor, and the azimuth in radians."""
    form, agency = place_form(columns, row, habits), columns.agency[row]
    if form == UNSTATED:
        return habits.place[agency, UNSTATED], habits.place[agency, UNSTATED], 0.0
    if form >= CODED:
        return habits.code_var[form - CODED], habits.code_var[form - CODED], 0.0
    factor = habits.place[agency, STATED] / RADIUS_PER_SIGMA**2
    if _has_ellipse(columns, row):
        return columns.major_km[row] ** 2 * factor, columns.minor_km[row] ** 2 * factor, math.radians(columns.azimuth[row])
    return columns.radius_km[row] ** 2 * factor, columns.radius_km[row] ** 2 * factor, 0.0


@njit(cache=True, nogil=True)
def _read_size(columns: Any, row: int, habits: Any, numbers: Any, at: int) -> int:
    """Write the size of a row on its family's axis, less the agency's bias; its family, -1 where none is known."""
    scale, agency, value = columns.scale[row], columns.agency[row], columns.magnitude[row]
    family = habits.family[scale]
    if family < 0 or not abs(value) < math.inf:
        return -1
    size = (math.log1p(max(value, 0.0)) if habits.logarithmic[scale] else value) - habits.bias[agency, scale]
    bin_ = (size - habits.curve_first[family]) / habits.curve_step[family]
    numbers[at, SIZE], numbers[at, SIZE_VAR] = size, habits.size_var[agency, scale]
    numbers[at, SIZE_SPREAD] = habits.curve[family, int(min(max(bin_ + 0.5, 0.0), habits.curve.shape[1] - 1.0))]
    return int(family)


@njit(cache=True, nogil=True)
def point_code(lon: float, lat: float) -> int:
    """One number for each point of a 0.0001 degree lattice; -1 where there is none. The antimeridian is one line."""
    if not (abs(lon) < math.inf and abs(lat) < math.inf):
        return -1
    north = int(np.rint((lat + 90.0) * _POINTS_PER_DEGREE))
    if north <= 0 or north >= _FROM_POLE_TO_POLE:
        return north * _AROUND
    return north * _AROUND + int(np.rint(lon * _POINTS_PER_DEGREE)) % _AROUND
