"""Events on the hexagons of H3."""

from __future__ import annotations

from collections import Counter

import numpy as np

from vigie.model.event import Events

VAGUE_KM = {2: 180.0, 3: 70.0, 4: 26.0, 5: 10.0, 6: 4.0, 7: 1.4}
"""Per resolution the edge length of its cells in km (h3geo.org, table of average cell edges, rounded): a place that is known less well fills no cell."""


def cell_counts(events: Events, resolution: int) -> tuple[dict[str, int], int]:
    """Events per H3 cell, by cell id, and how many are not mappable at this resolution (no place, or a radius above the cell's edge).

    Raises `KeyError` for a resolution outside 2 to 7.
    """
    import h3

    limit_km = VAGUE_KM[resolution]
    placed = np.isfinite(events.lon) & np.isfinite(events.lat) & ~(events.radius_km > limit_km)
    cells = Counter(h3.latlng_to_cell(float(lat), float(lon), resolution) for lon, lat in zip(events.lon[placed], events.lat[placed], strict=True))
    return dict(sorted(cells.items())), int((~placed).sum())
