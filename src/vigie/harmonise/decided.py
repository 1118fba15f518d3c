"""Decisions of analysts as the engine needs them: pairs of testimonies, checked to make sense together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.components import Pairs, label_components
from vigie.harmonise.testimony import GROUP
from vigie.model.errors import BadSetting

IndexPairs = NDArray[np.int64] | Sequence[tuple[int, int]]
_TODO = "withdraw that decision"


def must_pairs(pairs: IndexPairs, one_of_many: NDArray[np.int64], codes: NDArray[np.int64]) -> Pairs:
    """Pairs of catalogue rows to be tied as distinct pairs of testimonies (k, 2), the smaller first.

    Raises `BadSetting` where a pair names no row, or ties reports of two fields, or a real and an exercise one.
    """
    wanted = _as_testimonies(pairs, one_of_many, "must_link")
    wanted = np.unique(np.sort(wanted[wanted[:, 0] != wanted[:, 1]], axis=1), axis=0)
    crossing = codes[wanted[:, 0], GROUP] != codes[wanted[:, 1], GROUP]
    if crossing.any():
        what = "a must-link ties together reports of two fields, or a real and an exercise report"
        raise BadSetting(what, got=_rows(wanted[crossing][0], one_of_many), todo=_TODO)
    return wanted


def cannot_pairs(pairs: IndexPairs, one_of_many: NDArray[np.int64], must: Pairs) -> Pairs:
    """Pairs of catalogue rows to be kept apart as pairs of testimonies (k, 2), each both ways, sorted.

    Raises `BadSetting` where a pair names no row, parts a report from a copy of itself, or parts what `must` ties.
    """
    wanted = _as_testimonies(pairs, one_of_many, "cannot_link")
    same = wanted[:, 0] == wanted[:, 1]
    if same.any():
        row = int(np.flatnonzero(one_of_many == wanted[same][0, 0])[0])
        raise BadSetting("a cannot-link parts a report from itself or from a copy of itself", got=f"row {row}", todo=_TODO)
    if len(wanted) and len(must):
        tied = label_components(int(one_of_many.max()) + 1, must, np.zeros(len(must), np.int8), must)
        broken = tied[wanted[:, 0]] == tied[wanted[:, 1]]
        if broken.any():
            what = "decisions contradict each other: a chain of must-links ties together two reports that a cannot-link keeps apart"
            raise BadSetting(what, got=_rows(wanted[broken][0], one_of_many), todo="withdraw one of the decisions")
    return np.unique(np.concatenate([wanted, wanted[:, ::-1]]), axis=0)


def _as_testimonies(pairs: IndexPairs, one_of_many: NDArray[np.int64], name: str) -> Pairs:
    found: Pairs = one_of_many[row_pairs(pairs, len(one_of_many), name)]
    return found


def row_pairs(pairs: IndexPairs, count: int, name: str) -> Pairs:
    """Pairs of rows (k, 2) of a catalogue of `count` reports; raises `BadSetting` where they are none."""
    rows = np.asarray(pairs, np.int64).reshape(-1, 2) if np.size(pairs) % 2 == 0 else np.full((1, 2), -1)
    if len(rows) and (rows.min() < 0 or rows.max() >= count):
        what = f"{name} is not made of pairs of rows of the catalogue"
        raise BadSetting(what, got=f"rows {rows.min()} to {rows.max()}", expected=f"rows 0 to {count - 1}" if count else "none, since the catalogue is empty")
    return rows


def _rows(pair: NDArray[np.int64], one_of_many: NDArray[np.int64]) -> str:
    first, second = (int(np.flatnonzero(one_of_many == testimony)[0]) for testimony in pair)
    return f"rows {first} and {second}"
