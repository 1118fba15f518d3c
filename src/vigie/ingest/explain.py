"""How a table would be understood, column by column, before anything is kept. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import polars as pl

from vigie.ingest.assemble import detail_columns
from vigie.ingest.guess import guess, mapping_toml
from vigie.ingest.mapping import Mapping
from vigie.ingest.objects import GEOMETRY
from vigie.ingest.sheet import Sheet
from vigie.ingest.table import batches_of, opened, read_reports
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext
from vigie.model.terms import Terms

Understood = Literal["field", "detail", "blanked", "ignored"]
EXAMPLES = 3
REASONS = 5
_SHOWN_ROWS = 2000
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column: what it is understood as, the report fields it fills, why, and a few of its values (never of a blanked one)."""

    name: str
    understood: Understood
    targets: tuple[str, ...]
    why: str
    examples: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The view as JSON."""
        return {"name": self.name, "understood": self.understood, "targets": list(self.targets), "why": self.why, "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A file as it would be read: its columns, how many rows would be reports and how many rejects, and the mapping as TOML."""

    mapping: Mapping
    is_guessed: bool
    columns: tuple[ColumnView, ...]
    reports: int
    rejects: int
    reasons: tuple[str, ...]
    toml: str

    def to_json(self) -> dict[str, Json]:
        """The explanation as JSON."""
        return {
            "mapping": self.mapping.name,
            "guessed": self.is_guessed,
            "columns": [column.to_json() for column in self.columns],
            "reports": self.reports,
            "rejects": self.rejects,
            "reasons": list(self.reasons),
            "toml": self.toml,
        }


def explain(path: Path, mapping: Mapping | None = None, context: ReadContext | None = None, terms: Terms | None = None) -> Explanation:
    """How `path` would be read by `mapping`, or by one that is guessed from it. Raises `BadReport` where it holds no rows at all."""
    cells, delimiter = shown_rows(path, mapping or Mapping(name=""))
    chosen = mapping or guessed_mapping(cells, path.name, delimiter)
    where = context or ReadContext(path.name)
    reports, rejects, reasons = _counted(path, chosen, where if where.agency or mapping else ReadContext(where.source, "unknown", where.exercise), terms)
    return Explanation(chosen, mapping is None, column_views(cells, chosen), reports, rejects, reasons, mapping_toml(chosen))


def guessed_mapping(cells: pl.DataFrame, name: str, delimiter: str) -> Mapping:
    """The mapping that is guessed for a file of this name, of which `cells` are the first rows."""
    return guess(cells, name.partition(".")[0], delimiter if delimiter != "," else "")


def shown_rows(path: Path, mapping: Mapping) -> tuple[pl.DataFrame, str]:
    """The first rows of a file as texts, and its delimiter. Raises `BadReport` where it holds none."""
    with opened(path) as stream:
        batches = islice((batch for batch in batches_of(stream, mapping) if batch.cells.columns), 2)
        found = [(batch.cells.head(_SHOWN_ROWS), batch.delimiter) for batch in batches]
    if not found:
        raise BadReport("The file holds no rows", str(path), expected="a table, JSON, GeoJSON or Parquet")
    return found[-1]


def _counted(path: Path, mapping: Mapping, context: ReadContext, terms: Terms | None) -> tuple[int, int, tuple[str, ...]]:
    reports, rejects = 0, 0
    reasons: list[str] = []
    try:
        with opened(path) as stream:
            for item in read_reports(stream, mapping, context, terms):
                if isinstance(item, Reject):
                    rejects += 1
                    reasons += [str(item)] if len(reasons) < REASONS else []
                else:
                    reports += 1
    except BadReport as fault:
        reasons.insert(0, str(fault))
    return reports, rejects, tuple(reasons)


def column_views(cells: pl.DataFrame, mapping: Mapping) -> tuple[ColumnView, ...]:
    """The view of each column of `cells` (some rows as texts)."""
    sheet = Sheet(cells, mapping, decimal_comma=False)
    details = frozenset(detail_columns(sheet))
    return tuple(_view(sheet, name, details) for name in cells.columns if name)


def _view(sheet: Sheet, name: str, details: frozenset[str]) -> ColumnView:
    mapping = sheet.mapping
    if name in sheet.personal:
        declared = name.casefold() in {column.casefold() for column in mapping.personal}
        return ColumnView(name, "blanked", (), "declared personal" if declared else "its name says that it is personal", ())
    shown = _examples(sheet.cells.get_column(name))
    targets = _targets(sheet, name)
    if targets:
        return ColumnView(name, "field", targets, _field_reason(mapping, name, targets), shown)
    if name in details:
        return ColumnView(name, "detail", (), "not mapped: kept as a detail" if mapping.keep is None else "named in keep", shown)
    if name in sheet.columns(mapping.drop):
        return ColumnView(name, "ignored", (), "named in drop", shown)
    return ColumnView(name, "ignored", (), "not named in keep", shown)


def _targets(sheet: Sheet, name: str) -> tuple[str, ...]:
    """The report fields and measures that a column fills."""
    mapping = sheet.mapping
    fields = [field for field in mapping.columns if name in sheet.sources(field)]
    measures = [f"measures.{measure}" for measure, columns in mapping.measures.items() if name in sheet.columns(columns)]
    shape = ["outline"] if name == GEOMETRY and "outline" not in fields else []
    return (*fields, *measures, *shape)


def _field_reason(mapping: Mapping, name: str, targets: Sequence[str]) -> str:
    if targets == ("outline",) and name == GEOMETRY:
        return "the shape of a GeoJSON feature"
    notes = [f"{field} in {mapping.units[field]}" for field in targets if field in mapping.units]
    if {"major_km", "minor_km"} & set(targets):
        notes.append(f"an ellipse that holds {mapping.ellipse_level:.0%}, brought to 68 %")
    if {"begin", "end", "issued"} & set(targets):
        notes.append(f"dates as {mapping.time_format or mapping.date_order}, zone {mapping.time_zone}")
    return "; ".join(["named in the mapping", *notes])


def _examples(texts: pl.Series) -> tuple[str, ...]:
    """A few different values, shortened."""
    values = dict.fromkeys(text for text in texts.str.strip_chars().to_list() if text)
    return tuple(value if len(value) <= _SHOWN_CHARACTERS else value[: _SHOWN_CHARACTERS - 1] + "…" for value in islice(values, EXAMPLES))
