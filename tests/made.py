"""Made-up reports for tests."""

from __future__ import annotations

from vigie.model.report import Report

NOW_US = 1_790_000_000_000_000
"""The instant that tests call now (September 2026)."""


def quake(ref: str | None = "r1", agency: str = "MSO", **changes: object) -> Report:
    """A report of an earthquake, with changes."""
    facts: dict[str, object] = {
        "field": "seismic",
        "kind": "seismic.earthquake",
        "begin_us": NOW_US,
        "end_us": NOW_US,
        "lon": 19.1,
        "lat": 42.0,
        "magnitude": 4.5,
        "scale": "Mw",
    }
    return Report(agency=agency, agency_ref=ref, **(facts | changes))  # type: ignore[arg-type]
