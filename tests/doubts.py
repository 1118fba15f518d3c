"""Reports of which some pairs must be doubtful, however an engine judges: pairs that lie farther and farther apart, from surely one to surely two."""

from __future__ import annotations

from made import NOW_US
from vigie.model.report import Report
from vigie.model.times import DAY_US

STEPS = 24


def ladder(*, exercise: bool = False) -> list[Report]:
    """Two agencies on one protest a month; each month their places lie 2.5 km and their days two hours farther apart."""
    return [_report(step, agency, exercise=exercise) for step in range(STEPS) for agency in ("DAILY", "WIRE")]


def _report(step: int, agency: str, *, exercise: bool) -> Report:
    moved = step if agency == "WIRE" else 0
    begin_us = (NOW_US // DAY_US - 30 * step - 400) * DAY_US + moved * DAY_US // 12
    return Report(
        agency=agency,
        agency_ref=f"{'x' if exercise else 'p'}{step}",
        field="conflict",
        kind="unrest.protest",
        begin_us=begin_us,
        end_us=begin_us + DAY_US,
        issued_us=begin_us + 2 * DAY_US,
        lon=19.26 + moved * 0.03,
        lat=42.44,
        radius_km=5.0,
        country="ME",
        exercise=exercise,
    )
