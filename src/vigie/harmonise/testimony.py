"""What the engine knows of each report, as two plain tables: numbers and codes, one row a report.

Rows stand in canonical order (by witness), one for each testimony, so nothing computed from them can depend on the
order of arrival. The same columns describe a single report and a cluster of reports (its fused estimate), so one
function scores both. Plain arrays are used because the compiled kernels read whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue, Coded
from vigie.model.sameness import Sameness

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
RADIUS_PER_SIGMA = 1.5096
"""A round Gaussian holds 68 % of its mass within this many sigma: sqrt(-2 ln 0.32)."""

# Columns of `numbers`. Times are seconds since 1970; the place is a unit vector with a covariance in km² (east, north).
T, T_VAR, HALF, EXTENT, OWN_VAR, UX, UY, UZ, C_EE, C_EN, C_NN, SIZE, SIZE_VAR, SIZE_SPREAD, RATE, POINT_RATE = range(16)
# Columns of `codes`. AGENCY stays that of the single report; AGENCIES is a bit set of all of them.
AGENCY, AGENCIES, FAMILY, KIND, GROUP, POINT, COUNT, TIME_LEVEL, PLACE_LEVEL = range(9)
# How precise a time or a place is: for the fine window, the coarse one, for a proposal only, or not there at all.
FINE, COARSE, VAGUE, NOWHERE = range(4)
_POINT_STEP = 1e-4
_AROUND, _FROM_POLE_TO_POLE = 3_600_000, 1_800_000
_ROUND_ABOVE_LAT = 85.0


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


def read_testimonies(catalogue: Catalogue, sameness: Sameness) -> Testimonies:
    """The testimonies of a catalogue; rates are left zero."""
    representative, one_of_many = _distinct(catalogue)
    rows = catalogue.take(representative)
    numbers, codes = np.zeros((len(rows), 16)), np.zeros((len(rows), 9), np.int64)
    _fill_time(numbers, rows, sameness)
    placed = _fill_place(numbers, codes, rows, sameness)
    _fill_size(numbers, codes, rows, sameness)
    codes[:, AGENCY] = rows.agency.codes
    codes[:, AGENCIES] = np.left_shift(np.int64(1), rows.agency.codes.astype(np.int64) % 63)
    codes[:, KIND] = _known(rows.kind)
    codes[:, GROUP] = 2 * rows.field.codes.astype(np.int64) + rows.exercise
    codes[:, COUNT] = 1
    codes[:, TIME_LEVEL] = _time_levels(numbers, rows, sameness)
    codes[:, PLACE_LEVEL] = np.where(placed, _place_levels(numbers, sameness), NOWHERE)
    return Testimonies(numbers, codes, shared_levels(rows.kind.names), one_of_many, representative)


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


def point_codes(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """One number for each point of a 0.0001 degree lattice (n,); -1 where there is none. The antimeridian is one line."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    east = np.round(np.where(placed, lon, 0.0) / _POINT_STEP).astype(np.int64) % _AROUND
    north = np.round((np.where(placed, lat, 0.0) + 90.0) / _POINT_STEP).astype(np.int64)
    is_pole = (north <= 0) | (north >= _FROM_POLE_TO_POLE)
    return np.where(placed, north * _AROUND + np.where(is_pole, 0, east), -1)


def _distinct(catalogue: Catalogue) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row for each witness, in canonical order, and each row's place in that list."""
    order = catalogue.canonical_order().astype(np.int64)
    witness = catalogue.witness[order]
    is_new = np.ones(len(order), bool)
    is_new[1:] = (witness[1:] != witness[:-1]).any(axis=1)
    one_of_many = np.empty(len(order), np.int64)
    one_of_many[order] = np.cumsum(is_new) - 1
    return order[is_new], one_of_many


def _fill_time(numbers: NDArray[np.float64], rows: Catalogue, sameness: Sameness) -> None:
    begin_s, length_s = rows.begin_us / 1e6, (rows.end_us - rows.begin_us) / 1e6
    stated = np.isfinite(rows.sigma_s) & (rows.sigma_s > 0)
    is_interval = (length_s > 0) & ~rows.lasted
    default = np.where(is_interval, 0.0, sameness.sigma_s)
    sigma_s = np.where(stated, np.where(stated, rows.sigma_s, 0.0) * sameness.stated_error_factor, default)
    own_var = sigma_s**2 + sameness.sigma_floor_s**2
    numbers[:, T] = begin_s + length_s / 2
    numbers[:, HALF] = length_s / 2
    numbers[:, EXTENT] = np.where(rows.lasted & (length_s > 0), length_s / 2, -1.0)
    numbers[:, OWN_VAR] = own_var
    numbers[:, T_VAR] = own_var + length_s**2 / 12


def _fill_place(numbers: NDArray[np.float64], codes: NDArray[np.int64], rows: Catalogue, sameness: Sameness) -> NDArray[np.bool_]:
    placed = np.isfinite(rows.lon) & np.isfinite(rows.lat)
    lon, lat = np.radians(np.where(placed, rows.lon, 0.0)), np.radians(np.where(placed, rows.lat, 0.0))
    numbers[:, UX], numbers[:, UY], numbers[:, UZ] = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    numbers[:, C_EE:SIZE] = _covariance(rows, sameness) * placed[:, None]
    codes[:, POINT] = point_codes(rows.lon, rows.lat)
    return placed


def _covariance(rows: Catalogue, sameness: Sameness) -> NDArray[np.float64]:
    """East-east, east-north and north-north covariance in km² (n, 3)."""
    has_ellipse = (rows.major_km > 0) & (rows.minor_km >= 0) & np.isfinite(rows.azimuth) & np.isfinite(rows.major_km)
    has_radius = (rows.radius_km > 0) & np.isfinite(rows.radius_km)
    factor = sameness.stated_error_factor / RADIUS_PER_SIGMA
    plain = np.where(has_radius, np.where(has_radius, rows.radius_km, 0.0) * factor, sameness.radius_km / RADIUS_PER_SIGMA)
    major = np.where(has_ellipse, np.where(has_ellipse, rows.major_km, 0.0) * factor, plain) ** 2
    minor = np.where(has_ellipse, np.where(has_ellipse, rows.minor_km, 0.0) * factor, plain) ** 2
    is_polar = np.abs(rows.lat) > _ROUND_ABOVE_LAT  # east turns with the meridians there: a round error of equal area
    major, minor = np.where(is_polar, np.sqrt(major * minor), major), np.where(is_polar, np.sqrt(major * minor), minor)
    azimuth = np.radians(np.where(has_ellipse, rows.azimuth, 0.0))
    sine, cosine, floor = np.sin(azimuth), np.cos(azimuth), (sameness.radius_floor_km / RADIUS_PER_SIGMA) ** 2
    east = major * sine**2 + minor * cosine**2 + floor
    north = major * cosine**2 + minor * sine**2 + floor
    return np.column_stack([east, (major - minor) * sine * cosine, north])


def _fill_size(numbers: NDArray[np.float64], codes: NDArray[np.int64], rows: Catalogue, sameness: Sameness) -> None:
    families = sorted({scale.family for scale in sameness.sizes.values()})
    table = np.zeros((len(rows.scale.names) + 1, 4))
    table[:, 0] = -1
    for code, name in enumerate(rows.scale.names):
        scale = sameness.sizes.get(name.lower())
        if scale is not None:
            table[code] = families.index(scale.family), scale.sigma**2, scale.spread, scale.logarithmic
    family, variance, spread, logarithmic = table[rows.scale.codes].T
    known = np.isfinite(rows.magnitude) & (family >= 0)
    value = np.where(known, rows.magnitude, 0.0)
    numbers[:, SIZE] = np.where(logarithmic > 0, np.log1p(np.maximum(value, 0.0)), value)
    numbers[:, SIZE_VAR], numbers[:, SIZE_SPREAD] = variance, spread
    codes[:, FAMILY] = np.where(known, family, -1).astype(np.int64)


def _known(column: Coded) -> NDArray[np.int64]:
    """Codes, with -1 for the empty text."""
    empty = np.array([not name for name in column.names], bool)
    return np.where(empty[column.codes], -1, column.codes).astype(np.int64) if column.names else np.zeros(0, np.int64)


def _time_levels(numbers: NDArray[np.float64], rows: Catalogue, sameness: Sameness) -> NDArray[np.int64]:
    """The finest window each time fits: its error at most half of it, its interval at most all of it."""
    error_s, length_s = np.sqrt(np.where(rows.lasted, numbers[:, OWN_VAR], numbers[:, T_VAR])), 2 * numbers[:, HALF]
    is_coarse, is_vague = ((error_s > window / 2) | (length_s > window) for window in (sameness.time_window_s, sameness.coarse_time_window_s))
    return np.where(is_vague, VAGUE, np.where(is_coarse, COARSE, FINE))


def _place_levels(numbers: NDArray[np.float64], sameness: Sameness) -> NDArray[np.int64]:
    """The finest window each place fits: its error along the major axis at most half of it."""
    mean, half_gap = (numbers[:, C_EE] + numbers[:, C_NN]) / 2, (numbers[:, C_EE] - numbers[:, C_NN]) / 2
    error_km = np.sqrt(mean + np.hypot(half_gap, numbers[:, C_EN]))
    is_coarse, is_vague = (error_km > window / 2 for window in (sameness.place_window_km, sameness.coarse_place_window_km))
    return np.where(is_vague, VAGUE, np.where(is_coarse, COARSE, FINE))
