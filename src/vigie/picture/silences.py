"""Agencies that fell silent. Silence is shown, and never taken for peace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue
from vigie.model.times import DAY_US, NEVER_US

MIN_REPORTS = 5
"""An agency with fewer reports in a field has shown no rhythm yet."""

TIMES_USUAL = 3.0
"""Silent means: longer without a word than three times its usual long gap (our own rule; the usual long gap is the 90th percentile of its gaps)."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long an agency has said nothing in a field, and how long its gaps usually are."""

    agency: str
    field: str
    reports: int
    last_us: int
    silent_days: float
    usual_days: float
    is_silent: bool


def silences(catalogue: Catalogue, now_us: int) -> list[Silence]:
    """For every agency and field how long it has been silent at `now_us`, longest silence (in its own measure) first. A day is the least that counts."""
    said_us = np.where(catalogue.issued_us == NEVER_US, catalogue.end_us, catalogue.issued_us)
    groups = catalogue.agency.codes.astype(np.int64) * (len(catalogue.field.names) + 1) + catalogue.field.codes
    found = [_silence(catalogue, np.flatnonzero(groups == group), said_us, now_us) for group in np.unique(groups)]
    return sorted(found, key=lambda item: (-item.silent_days / item.usual_days, item.agency, item.field))


def _silence(catalogue: Catalogue, rows: NDArray[np.int64], said_us: NDArray[np.int64], now_us: int) -> Silence:
    times = np.sort(said_us[rows][said_us[rows] <= now_us])
    last_us = int(times[-1]) if len(times) else int(said_us[rows].min())
    usual_days = max(float(np.quantile(np.diff(times), 0.9)) / DAY_US if len(times) > 1 else 1.0, 1.0)
    silent_days = max((now_us - last_us) / DAY_US, 0.0)
    is_silent = len(times) >= MIN_REPORTS and silent_days > TIMES_USUAL * usual_days
    return Silence(catalogue.agency.text(rows[0]), catalogue.field.text(rows[0]), len(rows), last_us, round(silent_days, 2), round(usual_days, 2), is_silent)
