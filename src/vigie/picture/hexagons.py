"""The cells of H3 for many events at once: a cell is 64 bits, and its parents are found by writing these bits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

FINEST, COARSEST = 7, 2
"""The resolutions that the picture has."""

CELL_KM = {2: 180.0, 3: 70.0, 4: 26.0, 5: 10.0, 6: 4.0, 7: 1.4}
"""Per resolution the edge length of its cells in km (h3geo.org, table of average cell edges, rounded): a place that is known less well fills no cell."""

_DEEPEST = 15
_DIGIT_BITS, _RESOLUTION_AT = 3, 52
_DECIMALS = 4
_HALF_TURN = 180.0


def cells_at(lon: NDArray[np.float64], lat: NDArray[np.float64], resolution: int) -> NDArray[np.uint64]:
    """The cell of each place in degrees (n,); 0 where there is none."""
    from h3.api.basic_int import latlng_to_cell

    found = np.zeros(len(lon), np.uint64)
    placed = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    pairs = zip(lat[placed].tolist(), lon[placed].tolist(), strict=True)
    found[placed] = np.fromiter((latlng_to_cell(north, east, resolution) for north, east in pairs), np.uint64, len(placed))
    return found


def parents(cells: NDArray[np.uint64], resolution: int) -> NDArray[np.uint64]:
    """The parent of each cell (n,) at a coarser resolution or the same; 0 stays 0.

    The bits of an H3 index from the 52nd hold the resolution; each level has three bits below, all set where it is not used (h3geo.org, "H3Index Bit Layout").
    """
    unused = np.uint64((1 << (_DIGIT_BITS * (_DEEPEST - resolution))) - 1)
    cleared = cells & ~np.uint64(0xF << _RESOLUTION_AT)
    found = cleared | np.uint64(resolution << _RESOLUTION_AT) | unused
    return np.where(cells == 0, np.uint64(0), found)


def resolution_at(zoom: float) -> int:
    """The resolution whose cells are some fifteen pixels wide on a map of this zoom (512 pixels for the world at zoom 0).

    >>> [resolution_at(zoom) for zoom in (0, 4, 6, 12)]
    [2, 3, 4, 7]
    """
    return int(min(max(0.75 * zoom + 0.25, COARSEST), FINEST))


def cell_name(cell: int) -> str:
    """The cell as H3 writes it."""
    return f"{cell:x}"


def centre(cell: int) -> tuple[float, float]:
    """Longitude and latitude of a cell's middle."""
    from h3.api.basic_int import cell_to_latlng

    lat, lon = cell_to_latlng(cell)
    return round(lon, _DECIMALS), round(lat, _DECIMALS)


def outline(cell: int) -> list[list[float]]:
    """The corners of a cell as [lon, lat], closed; one that lies across the 180th meridian goes on beyond it."""
    from h3.api.basic_int import cell_to_boundary

    corners = [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lat, lon in cell_to_boundary(cell)]
    lons = [lon for lon, _ in corners]
    if max(lons) - min(lons) > _HALF_TURN:
        corners = [[lon + 2 * _HALF_TURN if lon < 0 else lon, lat] for lon, lat in corners]
    return [*corners, corners[0]]


def names_of(cells: Iterable[int]) -> list[str]:
    """The cells as H3 writes them."""
    return [cell_name(int(cell)) for cell in cells]
