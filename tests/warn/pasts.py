"""Made-up pasts for tests of rules: a few lines of who said what, when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from vigie.model.catalogue import Coded
from vigie.model.history import History, Region
from vigie.model.rule import Baseline, Query, Rule
from vigie.model.times import DAY_US, parse_time

START_US = parse_time("2014-01-01")
"""Day 0 of every made-up past."""

REGION = Region(
    {"AA": ("AA-1", "AA-2"), "BB": ("BB-1",)},
    {"AA-1": frozenset({"AA-2"}), "AA-2": frozenset({"AA-1", "BB-1"}), "BB-1": frozenset({"AA-2"}), "AA": frozenset({"BB"}), "BB": frozenset({"AA"})},
)
"""Two countries; AA-1 touches AA-2, and AA-2 touches BB-1."""

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One version of one report. Days are counted from day 0; `known` None = as it happens; `report` None = one of its own."""

    event: int
    day: float
    unit: str = "AA-1"
    kind: str = "unrest.riot"
    agency: str = "A"
    known: float | None = None
    report: int | None = None
    revision: int = 0
    field: str = "conflict"
    country: str = ""
    severity: float = 4.0
    magnitude: float = NAN
    depth_km: float = NAN
    counts: bool = True


def at(day: float) -> int:
    """The instant of a day."""
    return START_US + round(day * DAY_US)


def past(said: Iterable[Said], *, exercise: bool = False) -> History:
    """The history of these words, in their order."""
    rows = list(said)
    events = 1 + max((row.event for row in rows), default=-1)
    reports = [row.report if row.report is not None else 1_000_000 + number for number, row in enumerate(rows)]
    return History(
        event=np.array([row.event for row in rows], np.int64),
        event_ids=tuple(f"ev-{number:05d}" for number in range(events)),
        testimony=np.array(reports, np.int64),
        revision=np.array([row.revision for row in rows], np.int64),
        known_us=np.array([at(row.day if row.known is None else row.known) for row in rows], np.int64),
        is_dated=np.ones(len(rows), bool),
        agency=Coded.of([row.agency for row in rows]),
        field=Coded.of([row.field for row in rows]),
        kind=Coded.of([row.kind for row in rows]),
        begin_us=np.array([at(row.day) for row in rows], np.int64),
        end_us=np.array([at(row.day) for row in rows], np.int64),
        country=Coded.of([row.country or row.unit.partition("-")[0] for row in rows]),
        unit=Coded.of([row.unit if "-" in row.unit else "" for row in rows]),
        lon=np.array([20.0 if row.unit or row.country else NAN for row in rows]),
        lat=np.array([44.0 if row.unit or row.country else NAN for row in rows]),
        depth_km=np.array([row.depth_km for row in rows]),
        magnitude=np.array([row.magnitude for row in rows]),
        scale=Coded.of(["" for _ in rows]),
        severity=np.array([row.severity for row in rows]),
        counts=np.array([row.counts for row in rows], bool),
        exercise=exercise,
    )


def chatter(until: int, first_event: int = 3_000, countries: Sequence[str] = ("AA", "BB"), every: int = 5) -> list[Said]:
    """Statements that keep the countries heard, and count for nothing."""
    return [
        Said(event=first_event + number * len(countries) + place, day=day, unit=country, kind="other.statement", severity=0)
        for number, day in enumerate(range(0, until, every))
        for place, country in enumerate(countries)
    ]


def riots(days: Iterable[float], unit: str = "AA-1", first_event: int = 0, **changes: object) -> list[Said]:
    """A riot on each of these days."""
    return [Said(event=first_event + number, day=day, unit=unit, **changes) for number, day in enumerate(days)]  # type: ignore[arg-type]


def rule(**changes: object) -> Rule:
    """Riots by unit in thirty days beside their baseline, with changes."""
    facts: dict[str, object] = {
        "name": "riots",
        "title": "Riots",
        "field": "conflict",
        "how": "baseline",
        "query": Query(fields=("conflict",), kinds=("unrest.riot",)),
        "baseline": Baseline(),
        "minimum": 3,
        "grey_after_days": 14,
        "pack": "conflict",
    }
    return Rule(**(facts | changes))  # type: ignore[arg-type]


def fact(**changes: object) -> Rule:
    """A rule that fires on each riot."""
    return rule(**({"how": "fact", "baseline": None, "minimum": 1, "window_days": 7.0} | changes))


words = st.builds(
    Said,
    event=st.integers(0, 12),
    day=st.integers(0, 900).map(lambda day: day + 0.25),
    unit=st.sampled_from(["AA-1", "AA-1", "AA-2", "BB-1", "AA", ""]),
    kind=st.sampled_from(["unrest.riot", "unrest.riot", "unrest.protest", "viol.clash"]),
    agency=st.sampled_from("ABC"),
    known=st.none() | st.integers(0, 1_000).map(lambda day: day + 0.5),
    report=st.none() | st.integers(0, 8),
    revision=st.integers(0, 2),
    counts=st.sampled_from([True, True, False]),
)
"""Any word of a conflict past; versions of one report may speak of different events, which only a broken link would do."""

pasts = st.lists(words, max_size=30)
