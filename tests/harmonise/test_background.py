"""The local rate of unrelated events, against a count by hand."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonise.crowds import RULES, catalogue, crowd
from vigie.harmonise.background import background_of, estimate_background, rates
from vigie.harmonise.testimony import AGENCY, EARTH_KM, UX, UY, UZ, T, read_testimonies
from vigie.harmonise.testimony import Testimonies as Known
from vigie.model.times import DAY_US, FIRST_US, LAST_US

LAW = settings(max_examples=30, deadline=None)
_REPORT = st.fixed_dictionaries(
    {
        "agency": st.sampled_from("abc"),
        "begin_us": st.integers(-60 * DAY_US, 60 * DAY_US) | st.sampled_from([0, 7 * DAY_US, FIRST_US, LAST_US]),
        "lon": st.floats(18, 22) | st.sampled_from([20.0, -180.0, 179.99]),
        "lat": st.floats(40, 44) | st.sampled_from([42.0, 90.0, -89.9, -16.0]),
    }
)
_REPORTS = st.lists(_REPORT, max_size=50)
Cell = tuple[int, int]


def _read(reports: list[dict[str, Any]]) -> Known:
    return read_testimonies(catalogue(*reports), RULES)


class _World:
    """Cells of a size, and the counts of reports in them, as dictionaries."""

    def __init__(self, km: float) -> None:
        self.bands = int(math.pi * EARTH_KM / km)

    def columns(self, band: int) -> int:
        return max(1, round(2 * self.bands * math.cos((band + 0.5) / self.bands * math.pi - math.pi / 2)))

    def cell(self, up: float, around: float) -> Cell:
        band = min(int(up * self.bands), self.bands - 1)
        return band, min(int(around * self.columns(band)), self.columns(band) - 1)

    def middle(self, cell: Cell) -> tuple[float, float]:
        return (cell[0] + 0.5) / self.bands, (cell[1] + 0.5) / self.columns(cell[0])

    def around(self, cell: Cell) -> tuple[set[Cell], float]:
        """A cell with its neighbours, and their area in km²."""
        cells, area = set(), 0.0
        for band in range(max(0, cell[0] - 1), min(self.bands, cell[0] + 2)):
            columns = self.columns(band)
            middle = int((cell[1] + 0.5) / self.columns(cell[0]) * columns)
            near = {(band, (middle + step) % columns) for step in (-1, 0, 1)}
            south, north = (math.sin(edge / self.bands * math.pi - math.pi / 2) for edge in (band, band + 1))
            area += len(near) * 2 * math.pi * EARTH_KM**2 * (north - south) / columns
            cells |= near
        return cells, area


def _most(rows: list[tuple[Cell, int, int]], cells: set[Cell], steps: range | None) -> int:
    agencies = Counter(agency for cell, step, agency in rows if cell in cells and (steps is None or step in steps))
    return max(max(agencies.values(), default=0) - 1, 0)


def _by_hand(past: Known, known: Known) -> list[float]:
    near, wide, step_s = _World(RULES.rate_km), _World(5 * RULES.rate_km), RULES.rate_days * 86_400

    def place(table: Known, row: int) -> Cell:
        x, y, z = table.numbers[row, [UX, UY, UZ]]
        return near.cell(0.5 + math.asin(min(max(z, -1.0), 1.0)) / math.pi, 0.5 + math.atan2(y, x) / (2 * math.pi))

    steps = [math.floor(time / step_s) for time in past.numbers[:, T]]
    rows = [(place(past, row), step, int(past.codes[row, AGENCY])) for row, step in enumerate(steps)]
    outer = [(wide.cell(*near.middle(cell)), step // 5, agency) for cell, step, agency in rows]
    first, last = (past.numbers[:, T].min(), past.numbers[:, T].max()) if steps else (0.0, 0.0)
    found = []
    for row, time in enumerate(known.numbers[:, T]):
        cell, step = place(known, row), math.floor(time / step_s)
        (cells, area), (wider, wide_area) = near.around(cell), wide.around(wide.cell(*near.middle(cell)))
        if first - 2 * step_s <= time <= last + 2 * step_s:
            prior = (_most(outer, wider, range(step // 5 - 1, step // 5 + 2)) + 1) / (wide_area * 15 * step_s)
            rate = (_most(rows, cells, range(step - 1, step + 2)) + 1) / (area * 3 * step_s + 1 / prior)
        else:
            rate = (_most(outer, wider, None) + 1) / (wide_area * max(last - first, 5 * step_s))
        found.append(rate)
    return found


@LAW
@given(_REPORTS, _REPORTS)
def test_rates_are_what_is_counted_by_hand(past: list[dict[str, Any]], reports: list[dict[str, Any]]) -> None:
    """For the reports that were counted and for others, in and out of their time, near the poles and across the antimeridian."""
    before = _read(past)
    background = background_of(before, RULES)
    for known in (before, _read(reports)):
        assert rates(known, background)[0] == pytest.approx(_by_hand(before, known), rel=1e-9)


def test_the_background_does_not_know_the_order_of_reports() -> None:
    """The same arrays to the last bit."""
    reports = crowd(4)
    first, second = (estimate_background(part, RULES) for part in (reports, reports.take(np.arange(len(reports))[::-1])))
    for name in ("near", "wide", "always", "spots"):
        for one, other in zip(getattr(first, name), getattr(second, name), strict=True):
            assert one.tolist() == other.tolist()


def test_reports_without_a_place_are_not_counted_and_have_a_rate_all_the_same() -> None:
    """So that nothing divides by zero later."""
    known = _read([{"lon": np.nan, "lat": np.nan}, {"lon": np.nan, "lat": np.nan}])
    background = background_of(known, RULES)
    rate, at_point = rates(known, background)
    assert len(background.near.cell) == 0
    assert (rate > 0).all()
    assert at_point.tolist() == [0, 0]
