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

_USUAL = 0.9


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


@dataclass(frozen=True, slots=True, eq=False)
class Rhythms:
    """When each agency spoke on each field: `said_us[i]` are the rising instants of `agency[i]` on `field[i]`."""

    agency: tuple[str, ...]
    field: tuple[str, ...]
    said_us: tuple[NDArray[np.int64], ...]


def rhythms_of(catalogue: Catalogue) -> Rhythms:
    """When each agency of the catalogue spoke on each field: when it issued its reports, or where it does not say, when what they tell had ended."""
    said_us = np.where(catalogue.issued_us == NEVER_US, catalogue.end_us, catalogue.issued_us)
    groups = catalogue.agency.codes.astype(np.int64) * (len(catalogue.field.names) + 1) + catalogue.field.codes
    order = np.lexsort((said_us, groups))
    first = np.flatnonzero(np.diff(groups[order], prepend=-1))
    times = np.split(said_us[order], first[1:]) if len(first) else []
    agency, field = (tuple(column.take(order[first]).texts()) for column in (catalogue.agency, catalogue.field))
    return Rhythms(agency, field, tuple(times))


def silences(catalogue: Catalogue, now_us: int) -> list[Silence]:
    """For every agency and field how long it has been silent at `now_us`, longest silence (in its own measure) first. A day is the least that counts."""
    return silences_in(rhythms_of(catalogue), now_us)


def silences_in(rhythms: Rhythms, now_us: int) -> list[Silence]:
    """As `silences`, of rhythms."""
    found = [_silence(agency, field, said, now_us) for agency, field, said in zip(rhythms.agency, rhythms.field, rhythms.said_us, strict=True)]
    return sorted(found, key=lambda item: (-item.silent_days / item.usual_days, item.agency, item.field))


def last_words(rhythms: Rhythms, now_us: int) -> list[tuple[str, int]]:
    """Each agency with the instant of its last word until `now_us`, the latest first; one that has only words of later is left out."""
    last: dict[str, int] = {}
    for agency, said_us in zip(rhythms.agency, rhythms.said_us, strict=True):
        heard = int(np.searchsorted(said_us, now_us, "right"))
        if heard:
            last[agency] = max(last.get(agency, int(said_us[0])), int(said_us[heard - 1]))
    return sorted(last.items(), key=lambda item: (-item[1], item[0]))


def _silence(agency: str, field: str, said_us: NDArray[np.int64], now_us: int) -> Silence:
    times = said_us[: np.searchsorted(said_us, now_us, "right")]
    last_us = int(times[-1]) if len(times) else int(said_us[0])
    usual_days = max(_usual_gap(np.diff(times)) / DAY_US if len(times) > 1 else 1.0, 1.0)
    silent_days = max((now_us - last_us) / DAY_US, 0.0)
    is_silent = len(times) >= MIN_REPORTS and silent_days > TIMES_USUAL * usual_days
    return Silence(agency, field, len(said_us), last_us, round(silent_days, 2), round(usual_days, 2), is_silent)


def _usual_gap(gaps: NDArray[np.int64]) -> float:
    """The 90th percentile of the gaps (n,), between two of them on the straight line."""
    place = _USUAL * (len(gaps) - 1)
    low, high = int(place), min(int(place) + 1, len(gaps) - 1)
    in_order = np.partition(gaps, (low, high))
    return float(in_order[low] + (in_order[high] - in_order[low]) * (place - low))
