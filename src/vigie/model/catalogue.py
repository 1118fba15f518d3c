"""Many reports at once: equal-length NumPy arrays, one row a report. Engines take and give these.

A missing number is NaN, a missing time `NEVER_US`, a missing text the empty string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import digest
from vigie.model.report import Report, facts_text, witness
from vigie.model.times import NEVER_US


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A text column with few distinct values: `names[codes[i]]`. Names are sorted, so codes compare as texts do."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str] | NDArray[np.str_]) -> Coded:
        """The column of `values` (n,)."""
        if len(values) == 0:
            return cls(np.zeros(0, np.int32), ())
        position = {name: code for code, name in enumerate(sorted(set(values)))}
        return cls(np.fromiter((position[value] for value in values), np.int32, len(values)), tuple(map(str, position)))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Coded:
        """The same names, fewer rows."""
        return Coded(self.codes[rows], self.names)

    def text(self, row: int) -> str:
        """The value of one row."""
        return self.names[int(self.codes[row])]

    def texts(self) -> NDArray[np.object_]:
        """All values (n,), as Python texts."""
        return np.array(self.names, dtype=object)[self.codes] if self.names else np.zeros(0, object)

    def is_in(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """Which rows hold one of `wanted` (n,)."""
        chosen = set(wanted)
        return np.array([name in chosen for name in self.names], bool)[self.codes] if self.names else np.zeros(0, bool)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Reports as columns, each of shape (n,); `witness` is (n, 2), the first 128 bits of the testimony's name.

    `row` is the store's own number of the record (-1 outside a store); it orders nothing and never leaves the node.
    `radius_km` and the ellipse hold the true place with 68 %.
    """

    row: NDArray[np.int64]
    witness: NDArray[np.uint64]
    agency: Coded
    field: Coded
    kind: Coded
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lasted: NDArray[np.bool_]
    sigma_s: NDArray[np.float64]
    issued_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]
    major_km: NDArray[np.float64]
    minor_km: NDArray[np.float64]
    azimuth: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    country: Coded
    magnitude: NDArray[np.float64]
    scale: Coded
    exercise: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Catalogue:
        """The chosen rows, in that order; `rows` are indices or a mask (n,)."""
        return Catalogue(**{item.name: _take(getattr(self, item.name), rows) for item in fields(Catalogue)})


def _take(column: Any, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Any:
    return column.take(rows) if isinstance(column, Coded) else column[rows]


_FLOATS = ("sigma_s", "lon", "lat", "radius_km", "depth_km", "magnitude")
_CODED = ("agency", "field", "kind", "country", "scale")
_ELLIPSE = ("major_km", "minor_km", "azimuth")


def catalogue_of(reports: Sequence[Report], rows: Sequence[int] | None = None) -> Catalogue:
    """The catalogue of single reports, in their order."""
    count = len(reports)
    names = [witness(report.agency, report.agency_ref, report.revision, digest(facts_text(report).encode())) for report in reports]
    floats: dict[str, Any] = {name: np.array([_number(getattr(report, name)) for report in reports], np.float64) for name in _FLOATS}
    axes: dict[str, Any] = {name: np.array([_number(getattr(report.ellipse, name, None)) for report in reports], np.float64) for name in _ELLIPSE}
    coded: dict[str, Any] = {name: Coded.of([getattr(report, name) or "" for report in reports]) for name in _CODED}
    never = [NEVER_US if report.issued_us is None else report.issued_us for report in reports]
    return Catalogue(
        row=np.array(rows if rows is not None else [-1] * count, np.int64),
        witness=witness_array(names),
        begin_us=np.array([report.begin_us for report in reports], np.int64),
        end_us=np.array([report.end_us for report in reports], np.int64),
        lasted=np.array([report.time_meaning == "lasted" for report in reports], bool),
        issued_us=np.array(never, np.int64),
        exercise=np.array([report.exercise for report in reports], bool),
        **(floats | axes | coded),
    )


def witness_array(names: Sequence[str]) -> NDArray[np.uint64]:
    """The first 128 bits of each hexadecimal name, shape (n, 2)."""
    return np.array([(int(name[:16], 16), int(name[16:32], 16)) for name in names], np.uint64).reshape(len(names), 2)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def concat(catalogues: Sequence[Catalogue]) -> Catalogue:
    """All rows of `catalogues`, in order."""
    if not catalogues:
        return catalogue_of([])
    return Catalogue(**{item.name: _join([getattr(part, item.name) for part in catalogues]) for item in fields(Catalogue)})


def _join(columns: Sequence[Any]) -> Any:
    arrays = [column for column in columns if not isinstance(column, Coded)]
    if arrays:
        return np.concatenate(arrays)
    coded = [column for column in columns if isinstance(column, Coded)]
    names = sorted({name for column in coded for name in column.names})
    position = {name: code for code, name in enumerate(names)}
    moved = [np.array([position[name] for name in column.names], np.int32)[column.codes] for column in coded if len(column.codes)]
    return Coded(np.concatenate(moved) if moved else np.zeros(0, np.int32), tuple(names))


def trimmed(catalogue: Catalogue) -> Catalogue:
    """The same reports, with no name in any text column that no report bears: what the columns hold is a function of the reports alone."""
    columns: dict[str, Any] = {name: _trimmed(getattr(catalogue, name)) for name in _CODED}
    return replace(catalogue, **columns)


def _trimmed(column: Coded) -> Coded:
    is_used = np.bincount(column.codes, minlength=len(column.names)) > 0
    if is_used.all():
        return column
    code = (np.cumsum(is_used) - 1).astype(np.int32)
    return Coded(code[column.codes], tuple(name for name, used in zip(column.names, is_used, strict=True) if used))
