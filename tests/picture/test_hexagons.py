"""Cells by arithmetic on their bits are those of the H3 library."""

from __future__ import annotations

import h3
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vigie.picture.hexagons import CELL_KM, cells_at, names_of, outline, parents, resolution_at

places = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20)


@given(places, st.integers(2, 7))
def test_parents_are_those_of_the_library(spots: list[tuple[float, float]], resolution: int) -> None:
    """At every resolution, everywhere on Earth; no place has no cell at any."""
    lon, lat = (np.array([*part, np.nan]) for part in zip(*spots, strict=True))
    cells = cells_at(lon, lat, 7)
    assert names_of(cells[:-1]) == [h3.latlng_to_cell(north, east, 7) for east, north in spots]
    assert names_of(parents(cells, resolution)[:-1]) == [h3.cell_to_parent(name, resolution) for name in names_of(cells[:-1])]
    assert parents(cells, resolution)[-1] == 0


@given(places)
def test_an_outline_is_closed_and_never_spans_the_world(spots: list[tuple[float, float]]) -> None:
    """Also across the 180th meridian, but for the cells that hold a pole."""
    for cell in cells_at(*(np.array(part) for part in zip(*((east, north * 0.8) for east, north in spots), strict=True)), 3).tolist():
        corners = outline(cell)
        assert corners[0] == corners[-1]
        assert max(lon for lon, _ in corners) - min(lon for lon, _ in corners) < 20


def test_the_resolution_grows_with_the_zoom() -> None:
    """Never coarser when nearer, and always one that there is."""
    found = [resolution_at(zoom / 4) for zoom in range(80)]
    assert found == sorted(found)
    assert {*found} == {*CELL_KM}
