"""Counts of events: by field, kind, area, period and agency, and by how many agencies saw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vigie.model.event import Events

PERIODS = {"day": "D", "week": "W", "month": "M", "year": "Y"}
"""The periods of a timeline and NumPy's units for them; a week begins on Thursday in NumPy, so weeks are counted from Monday here."""

_THURSDAY_TO_MONDAY = np.timedelta64(3, "D")


def count_by(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, most frequent first, then by name."""
    counts = Counter(values)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def seen_by(agencies: NDArray[np.int64]) -> dict[str, int]:
    """How many events were seen by 1, 2, 3 and 4 or more agencies; `agencies` (m,) is how many saw each."""
    agencies = np.minimum(agencies, 4)
    return {("4+" if number == 4 else str(number)): int((agencies == number).sum()) for number in (1, 2, 3, 4)}  # noqa: PLR2004 - the last class is open


def timeline(times_us: NDArray[np.int64], period: str) -> dict[str, int]:
    """How many of the times (n,) fall into each day, week (from Monday), month or year, UTC; periods without any are there with 0.

    Raises `KeyError` for another period.
    """
    if not len(times_us):
        return {}
    unit = PERIODS[period]
    days = times_us.astype("datetime64[us]")
    bins = (days.astype("datetime64[D]") + _THURSDAY_TO_MONDAY).astype("datetime64[W]") if unit == "W" else days.astype(f"datetime64[{unit}]")
    first = bins.min()
    counts = np.bincount((bins - first).astype(np.int64))
    starts = first + np.arange(len(counts))
    shown = starts.astype("datetime64[D]") - _THURSDAY_TO_MONDAY if unit == "W" else starts
    return {str(start): int(count) for start, count in zip(shown, counts, strict=True)}


def most_severe(events: Events, count: int) -> NDArray[np.int64]:
    """The numbers of the `count` most severe events, worst first; ties by agencies, then the later, then id."""
    order = sorted(range(len(events)), key=lambda n: (-events.severity[n], -events.agencies[n], -events.begin_us[n], events.id[n]))
    return np.array(order[:count], np.int64)
