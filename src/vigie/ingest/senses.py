"""How sure it is what a column means: whether its name says so, whether its cells look like it, and what else they could be."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from vigie.ingest.explain import ColumnView, column_views
from vigie.ingest.guess import CLOCK_LIKE, SYNONYMS, TIME_LIKE, plain_name
from vigie.ingest.mapping import UNIT_OF, Mapping
from vigie.ingest.personal import looks_personal
from vigie.model.canonical import Json
from vigie.model.vocabulary import country_code

Confidence = Literal["sure", "likely", "doubtful"]
Why = Literal["name", "cells", "unlike", "chosen", "personal", "spare"]
"""Its name is often met; its cells look like it; its cells do not; somebody chose it; its name is that of personal data; nothing needs it."""

ENOUGH = 0.9
"""Cells look like a field where nine in ten of those that are not blank do."""

_FEW = 40
"""A column of codes has no more different values than this, or than a fifth of its rows."""
_FIFTH = 5
_LONG = 25
"""Characters of a cell from which on it is a text rather than a name."""

_Shape = Callable[[pl.Series], float]


@dataclass(frozen=True, slots=True)
class Sense:
    """A column as it is understood, how sure that is and why, the unit its numbers are in, and which fields its cells could fill."""

    view: ColumnView
    confidence: Confidence
    why: tuple[Why, ...]
    unit: str
    units: tuple[str, ...]
    fits: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The sense as JSON. Of a column that is blanked no value is in it."""
        said: dict[str, Json] = {"confidence": self.confidence, "reasons": list(self.why), "unit": self.unit}
        return self.view.to_json() | said | {"units": list(self.units), "fits": list(self.fits)}


def senses(cells: pl.DataFrame, mapping: Mapping, *, is_guessed: bool) -> tuple[Sense, ...]:
    """The sense of each column of `cells` (some rows as texts) under a mapping."""
    return tuple(_sense(view, cells.get_column(view.name), mapping, is_guessed=is_guessed) for view in column_views(cells, mapping))


def _sense(view: ColumnView, texts: pl.Series, mapping: Mapping, *, is_guessed: bool) -> Sense:
    if view.understood == "blanked":
        return Sense(view, "sure", ("personal" if looks_personal(view.name) else "chosen",), "", (), ())
    known = texts.str.strip_chars()
    known = known.filter(known != "")
    fits = fitting(known)
    if not view.targets:
        return Sense(view, "likely", ("spare",), "", (), fits)
    target = view.targets[0]
    units = tuple(sorted(UNIT_OF.get(target, ())))
    confidence, why = _confidence(view.name, target, fits, is_guessed=is_guessed, is_checked=target in _SHAPES and len(known) > 0)
    return Sense(view, confidence, why, mapping.units.get(target, _usual_unit(target)), units, fits)


def _confidence(name: str, target: str, fits: tuple[str, ...], *, is_guessed: bool, is_checked: bool) -> tuple[Confidence, tuple[Why, ...]]:
    by_name: tuple[Why, ...] = ("name",) if plain_name(name) in SYNONYMS.get(target, ()) else () if is_guessed else ("chosen",)
    if not is_checked:
        return "likely", by_name
    if target not in fits:
        return "doubtful", (*by_name, "unlike")
    return ("sure" if by_name else "likely"), (*by_name, "cells")


def _usual_unit(target: str) -> str:
    return "km" if target in UNIT_OF and target != "sigma_s" else "s" if target == "sigma_s" else ""


def fitting(known: pl.Series) -> tuple[str, ...]:
    """The fields that nine in ten of these texts, none of them blank, look like, the most telling shapes first.

    >>> fitting(pl.Series(["42.44", "43.1"]))[:2], fitting(pl.Series(["2026-01-05", "2026-01-07"]))[:2]
    (('lat', 'lon'), ('begin', 'end'))
    """
    if not len(known):
        return ()
    return tuple(target for target, shape in _SHAPES.items() if shape(known) >= ENOUGH)


def _share(hits: pl.Series) -> float:
    return float(hits.fill_null(value=False).mean() or 0.0)  # type: ignore[arg-type]


def _numbers(known: pl.Series) -> pl.Series:
    return known.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _within(low: float, high: float, *, decimals: bool = False) -> _Shape:
    """The share of numbers between two bounds; coordinates have decimals."""

    def shape(known: pl.Series) -> float:
        inside = _share(_numbers(known).is_between(low, high))
        return inside if not decimals or _share(known.str.contains(r"[.,]\d")) >= ENOUGH / 2 else 0.0

    return shape


def _like(pattern: str) -> _Shape:
    return lambda known: _share(known.str.contains(pattern))


def _countries(known: pl.Series) -> float:
    values = known.unique()
    return sum(bool(country_code(text)) for text in values.head(_FEW).to_list()) / min(len(values), _FEW) if len(values) else 0.0


def _codes(known: pl.Series) -> float:
    """Words that come again: kinds, agencies, scales."""
    few = known.n_unique() <= max(2, min(_FEW, len(known) // _FIFTH + 1))
    return float(few) * _share(known.str.contains(r"\p{L}")) * float(_share(known.str.len_chars() > _LONG) < ENOUGH)


def _references(known: pl.Series) -> float:
    return float(known.n_unique() == len(known)) * _share(~known.str.contains(TIME_LIKE)) * _share(known.str.len_chars() <= _LONG * 2)


def _words(known: pl.Series) -> float:
    return _share(known.str.contains(r"\p{L}{2}"))


_SHAPES: AnyMapping[str, _Shape] = {
    "begin": _like(TIME_LIKE),
    "end": _like(TIME_LIKE),
    "issued": _like(TIME_LIKE),
    "clock": _like(CLOCK_LIKE),
    "lat": _within(-90, 90, decimals=True),
    "lon": _within(-180, 180, decimals=True),
    "country": _countries,
    "kind": _codes,
    "agency": _codes,
    "agency_ref": _references,
    "magnitude": _within(-5, 1e9),
    "depth_km": _within(-10, 1e6),
    "radius_km": _within(0, 1e6),
    "place": _words,
    "actors": _words,
    "summary": _words,
}
"""Of each field how many of a column's cells look like it; a field that is not here cannot be told by its cells."""
