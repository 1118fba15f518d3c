"""The made-up world: the true events of all fields in the order of time, and how many reports each will get.

One event has 1 to 6 reports, 2.3 on average; the more important ones have more. The sum is exactly what was asked.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.pack import MadeUp, Pack, ReportErrors
from vigie.model.terms import Terms
from vigie.model.times import DAY_US, parse_time

REPORTS_PER_EVENT = 2.3
MOST_REPORTS = 6
FEWEST_IN_ALL, MOST_IN_ALL = 100, 10_000_000
REPORTS_A_DAY = 240
"""No default period is so short that more reports than this fall on one day of the region."""

FIRST_US, END_US = parse_time("2024-01-01"), parse_time("2026-01-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the world needs to know of one pack."""

    name: str
    errors: ReportErrors
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """The truth as columns (m,), by rising time. `field`, `kind` and `scale` are positions in `fields`, `kinds` and `scales`.

    `importance` (0 to 1) ranks events inside their field; `reports` is how many each gets.
    """

    fields: tuple[Field, ...]
    kinds: tuple[str, ...]
    scales: tuple[str, ...]
    field: NDArray[np.int16]
    kind: NDArray[np.int16]
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: NDArray[np.int16]
    importance: NDArray[np.float64]
    reports: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.begin_us)


Part: TypeAlias = tuple[Pack, MadeUp, NDArray[np.float64], NDArray[np.int64]]
"""A field's pack, its events, how important each is, and how many reports each gets."""

_COLUMNS = tuple(item.name for item in fields(World) if item.name not in ("fields", "kinds", "scales"))


def default_period(reports: int) -> tuple[int, int]:
    """The period in µs when none is asked: 2024 and 2025, begun earlier where more than `REPORTS_A_DAY` reports would fall on a day."""
    return min(FIRST_US, END_US - -(-reports // REPORTS_A_DAY) * DAY_US), END_US


def make_world(packs: Sequence[Pack], atlas: Atlas, reports: int, seed: int, period: tuple[int, int]) -> World:
    """The true events behind so many reports. Raises `BadSetting` for a number, seed or period out of range, or packs without made-up events."""
    _check(reports, seed, period)
    chosen = sorted((pack for pack in packs if pack.make_events is not None and pack.exercise_share > 0), key=lambda pack: pack.name)
    if not chosen:
        raise BadSetting("No field of this installation makes up events", todo="install a pack that has an exercise part")
    shares = _split(reports, [pack.exercise_share for pack in chosen])
    parts = [_field_events(pack, atlas, share, seed, period) for pack, share in zip(chosen, shares, strict=True) if share]
    return _by_time(parts)


def _check(reports: int, seed: int, period: tuple[int, int]) -> None:
    if not FEWEST_IN_ALL <= reports <= MOST_IN_ALL:
        raise BadSetting("An exercise cannot have this many reports", got=str(reports), expected=f"{FEWEST_IN_ALL} to {MOST_IN_ALL}")
    if seed < 0:
        raise BadSetting("The seed is negative", got=str(seed), expected="a whole number from 0 on")
    if period[1] - period[0] < DAY_US:
        raise BadSetting("The exercise's period is shorter than a day", expected="an end at least one day after the begin")


def _split(reports: int, shares: list[float]) -> list[int]:
    """The reports of each field in proportion to its share, by largest remainders."""
    exact = np.array(shares) / sum(shares) * reports
    whole = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: reports - int(whole.sum())]] += 1
    return [int(number) for number in whole]


def _field_events(pack: Pack, atlas: Atlas, reports: int, seed: int, period: tuple[int, int]) -> Part:
    """The field's events, how important each is, and how many reports it gets. Other fields do not change them."""
    random = np.random.default_rng([seed, zlib.crc32(pack.name.encode())])
    make = pack.make_events
    assert make is not None  # noqa: S101 - the caller chose packs that have it
    made = make(random, -int(-reports // REPORTS_PER_EVENT), period, atlas)
    importance = _importance(made, pack.terms)
    return pack, made, importance, report_counts(random, importance, reports)


def _importance(made: MadeUp, terms: Terms) -> NDArray[np.float64]:
    """The rank of each event in its field (m,), from 0 to 1: by the severity of its kind, then by its size."""
    own = np.array([terms.kinds[name].severity if name in terms.kinds else 0.0 for name in made.kind.names])[made.kind.codes]
    size = np.nan_to_num(made.magnitude, nan=0.0)
    rank = np.empty(len(made))
    rank[np.lexsort((size, own))] = np.arange(len(made))
    return rank / max(len(made) - 1, 1)


def report_counts(random: np.random.Generator, importance: NDArray[np.float64], reports: int) -> NDArray[np.int64]:
    """How many reports each event gets (m,): 1 to 6, with the sum exactly `reports`, which must lie between m and 6 m."""
    mean = reports / len(importance)
    chance = np.clip((mean - 1) / (MOST_REPORTS - 1) * (0.5 + importance), 0, 1)
    counts = 1 + random.binomial(MOST_REPORTS - 1, chance).astype(np.int64)
    while (short := reports - int(counts.sum())) != 0:
        movable = np.flatnonzero(counts < MOST_REPORTS if short > 0 else counts > 1)
        counts[random.choice(movable, min(abs(short), len(movable)), replace=False)] += 1 if short > 0 else -1
    return counts


def _by_time(parts: list[Part]) -> World:
    """All fields' events in one order: of time, then of field, then as they were made."""
    kinds = tuple(sorted({name for _, made, _, _ in parts for name in made.kind.names}))
    scales = tuple(sorted({"", *(name for _, made, _, _ in parts for name in made.scale.names)}))
    columns = [_columns(number, part, kinds, scales) for number, part in enumerate(parts)]
    order = np.argsort(np.concatenate([column["begin_us"] for column in columns]), kind="stable")
    return World(
        fields=tuple(Field(name=pack.name, errors=made.errors, terms=pack.terms) for pack, made, _, _ in parts),
        kinds=kinds,
        scales=scales,
        **{name: np.concatenate([column[name] for column in columns])[order] for name in _COLUMNS},
    )


def _columns(number: int, part: Part, kinds: tuple[str, ...], scales: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    _, made, importance, reports = part
    plain = {name: getattr(made, name) for name in ("begin_us", "end_us", "lon", "lat", "depth_km", "magnitude")}
    kind = np.array([kinds.index(name) for name in made.kind.names], np.int16)[made.kind.codes]
    scale = np.array([scales.index(name) for name in made.scale.names], np.int16)[made.scale.codes]
    return {**plain, "field": np.full(len(made), number, np.int16), "kind": kind, "scale": scale, "importance": importance, "reports": reports}
