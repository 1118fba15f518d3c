"""How sure a place or a number is, brought to one meaning: the area that holds the true place with 68 %, in km.

Agencies give half-axes of 90 % ellipses, circles at any level, degrees, or ellipsoids. For a Gaussian in the plane, the
ellipse that holds the share p is scaled by sqrt(-2 ln(1 - p)) (the chi-square law with two degrees of freedom), so ellipses
of two levels differ by the ratio of that root.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from vigie.model.report import Ellipse

PLACE_LEVEL: Final = 0.68
KM_PER_DEGREE: Final = math.pi * 6371.0088 / 180
"""One degree of latitude on a sphere of the Earth's mean radius (IUGG)."""

_SHORTEST_KM: Final = 1e-3


def level_of(percent: float | None) -> float:
    """The share that a stated confidence level means: per cent, or a share already where it is 1 or less; 68 % where none is given or it makes no sense."""
    if percent is None or not 0 < percent < 100:  # noqa: PLR2004 - per cent
        return PLACE_LEVEL
    return percent / 100 if percent > 1 else min(percent, 0.9999)


def area_factor(percent: float | None) -> float:
    """What an ellipse's axes (or a circle's radius) at this confidence level are multiplied by to hold 68 %.

    >>> round(area_factor(90), 4)
    0.7035
    """
    return math.sqrt(math.log(1 - PLACE_LEVEL) / math.log(1 - level_of(percent)))


def sigma_of(uncertainty: float, percent: float | None = None) -> float:
    """The standard deviation of one number whose two-sided uncertainty has this confidence level; unchanged where none is given.

    >>> round(sigma_of(1.645, 90), 3)
    1.0
    """
    return uncertainty if percent is None else uncertainty / NormalDist().inv_cdf((1 + level_of(percent)) / 2)


def ellipse_at_68(major_km: float, minor_km: float, azimuth: float, percent: float | None) -> Ellipse | None:
    """The 68 % ellipse of half-axes at another confidence level; None where they are no ellipse (an axis of zero, an azimuth of -1)."""
    major_km, minor_km, turn = (major_km, minor_km, 0.0) if major_km >= minor_km else (minor_km, major_km, 90.0)
    if minor_km < _SHORTEST_KM or not 0 <= azimuth <= 360:  # noqa: PLR2004 - degrees
        return None
    factor = area_factor(percent)
    return Ellipse(_rounded(major_km * factor), _rounded(minor_km * factor), (azimuth + turn) % 180.0)


def radius_of_axes(first_km: float, second_km: float, percent: float | None) -> float | None:
    """The 68 % radius that stands for an ellipse: the root mean square of its half-axes, exact for a circle.

    For a needle it is 7 % too wide, never too narrow. None where there is no extent at all.
    """
    radius_km = math.sqrt((first_km**2 + second_km**2) / 2) * area_factor(percent)
    return _rounded(radius_km) if radius_km >= _SHORTEST_KM else None


def radius_of_degrees(sigma_lon: float, sigma_lat: float, lat: float) -> float | None:
    """The 68 % radius of standard deviations in degrees of longitude and latitude at this latitude."""
    east_km = sigma_lon * KM_PER_DEGREE * math.cos(math.radians(lat))
    radius_km = math.sqrt(-2 * math.log(1 - PLACE_LEVEL)) * math.sqrt((east_km**2 + (sigma_lat * KM_PER_DEGREE) ** 2) / 2)
    return _rounded(radius_km) if radius_km >= _SHORTEST_KM else None


def radius_of_ellipsoid(major_km: float, intermediate_km: float, percent: float | None) -> float | None:
    """An upper bound of the 68 % radius on the map of a confidence ellipsoid: of its two longer half-axes, as if both lay flat.

    The ellipsoid's own level follows the chi-square law with three degrees of freedom.
    """
    from scipy.special import chdtri

    per_sigma = math.sqrt(float(chdtri(3, 1 - level_of(percent))))
    sigma_km = math.sqrt((major_km**2 + intermediate_km**2) / 2) / per_sigma
    radius_km = sigma_km * math.sqrt(-2 * math.log(1 - PLACE_LEVEL))
    return _rounded(radius_km) if radius_km >= _SHORTEST_KM else None


def _rounded(km: float) -> float:
    """To a tenth of a metre: the same figure whatever way the arithmetic went."""
    return round(km, 4)
