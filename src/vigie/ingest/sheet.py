"""One batch under a mapping: for each report field its texts or numbers, and the first fault of every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.ingest.mapping import UNITS, Mapping
from vigie.ingest.personal import EMAIL, PHONE, personal_columns
from vigie.model.errors import Reject

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_DECIMAL_COMMA = (r"^([+-]?[0-9]+),([0-9]+)$", "${1}.${2}")


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """A kind of fault: the column, its texts (n,), and what was expected there."""

    column: str
    got: pl.Series
    expected: str
    what: str = "A cell cannot be understood"


class Sheet:
    """The cells of a batch, personal ones blank, found by report field; it remembers what was wrong with each row."""

    def __init__(self, cells: pl.DataFrame, mapping: Mapping, *, decimal_comma: bool) -> None:
        """The sheet of a batch's cells; `decimal_comma` reads 4,2 as 4.2."""
        self.mapping = mapping
        self.height = cells.height
        self.personal = personal_columns(cells.columns, mapping.personal)
        self.cells = scrubbed_cells(cells.with_columns(pl.lit("").alias(name) for name in self.personal) if self.personal else cells)
        self.faults: list[Fault] = []
        self.fault = np.full(cells.height, -1, np.int16)
        self._decimal_comma = decimal_comma
        self._names = {name.casefold(): name for name in reversed(cells.columns)}

    def columns(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that the batch has, as it spells them."""
        return [self._names[name.casefold()] for name in names if name.casefold() in self._names]

    def sources(self, field: str) -> list[str]:
        """The columns that the mapping gives for a report field."""
        return self.columns(self.mapping.columns.get(field, ()))

    def text(self, field: str) -> pl.Series:
        """The texts of a report field (n,), stripped, blank where nothing was said; else the mapping's constant."""
        texts = self.first(self.sources(field), self.mapping.missing.get(field, ()))
        constant = self.mapping.constants.get(field)
        return or_else(texts, constant) if constant else texts

    def first(self, columns: Sequence[str], missing: Sequence[str] = ()) -> pl.Series:
        """Of several columns, each row's first that is not blank (n,)."""
        texts = self.blank()
        for position, name in enumerate(columns):
            stripped = self.cells.get_column(name).str.strip_chars()
            if missing:
                stripped = stripped.zip_with(~stripped.is_in(list(missing)), self.blank())
            texts = stripped if position == 0 else texts.zip_with(texts != "", stripped)
        return texts

    def blank(self) -> pl.Series:
        """Blank texts (n,)."""
        return pl.Series([""], dtype=pl.String).new_from_index(0, self.height)

    def number(self, field: str, low: float = -np.inf, high: float = np.inf, expected: str = "a finite number") -> Floats:
        """The numbers of a report field (n,), NaN where blank; its unit converted. What is no number between `low` and `high` is a fault."""
        texts = self.text(field)
        return self.numbers(texts, self.label(field), (low, high), expected, UNITS[self.mapping.units[field]] if field in self.mapping.units else 1.0)

    def numbers(self, texts: pl.Series, column: str, bounds: tuple[float, float], expected: str, factor: float = 1.0) -> Floats:
        """`texts` as numbers."""
        plain = texts.str.replace(*_DECIMAL_COMMA) if self._decimal_comma else texts
        values = plain.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() * factor
        with np.errstate(invalid="ignore"):
            bad = (texts != "").to_numpy() & ~(np.isfinite(values) & (values >= bounds[0]) & (values <= bounds[1]))
        self.blame(bad, Fault(column, texts, expected))
        return values

    def label(self, field: str) -> str:
        """The column that a fault of this field names: the field's own where the file has none."""
        return next(iter(self.sources(field)), field)

    def blame(self, bad: Mask, fault: Fault) -> None:
        """Notes a fault for the rows that have none yet."""
        new = bad & (self.fault < 0)
        if new.any():
            self.fault[new] = len(self.faults)
            self.faults.append(fault)

    def reject(self, index: int, place: str, raw: bytes) -> Reject:
        """The reject of a faulty row."""
        fault = self.faults[int(self.fault[index])]
        return Reject(place, fault.what, fault.column, str(fault.got[index]) or "nothing", fault.expected, raw)

    def flags(self, field: str) -> Mask:
        """A yes-or-no field (n,), no where blank."""
        texts = self.text(field)
        if not self.sources(field) and field not in self.mapping.constants:
            return np.zeros(self.height, bool)
        small = texts.str.to_lowercase()
        yes, no = (small.is_in(words).to_numpy() for words in (["true", "1", "yes", "t", "y"], ["", "false", "0", "no", "f", "n"]))
        self.blame(~(yes | no), Fault(self.label(field), texts, "true or false"))
        return yes

    def coded(self, texts: pl.Series, agencies: pl.Series, table: dict[str, dict[str, str]]) -> pl.Series:
        """What the codes `texts` (n,) mean by agency, null where the table has no such code, blank where blank."""
        if set(table) <= {""}:
            return replaced(texts, table.get("", {}))
        keys = pl.Series(agencies + "\x1f" + texts)
        answers = {key: _meaning(*_halves(key), table) for key in keys.unique().to_list()}
        return keys.replace_strict(list(answers), list(answers.values()), return_dtype=pl.String)


def _halves(key: str) -> tuple[str, str]:
    agency, _, code = key.partition("\x1f")
    return agency, code


def _meaning(agency: str, code: str, table: dict[str, dict[str, str]]) -> str | None:
    codes = table.get("", {}) | table.get(agency.casefold(), {})
    return codes_of(codes, code)


def codes_of(codes: dict[str, str], code: str) -> str | None:
    """The meaning of a code in any letter case; a code written as a decimal (1.0) is the whole number."""
    small = code.casefold()
    return "" if not code else codes.get(small, codes.get(small.removesuffix(".0")))


def replaced(texts: pl.Series, table: dict[str, str]) -> pl.Series:
    """`texts` by a table of codes; null where it has none."""
    known = {text: codes_of(table, text) for text in texts.unique().to_list()}
    return texts.replace_strict(list(known), list(known.values()), return_dtype=pl.String) if known else texts


def or_else(texts: pl.Series, default: str) -> pl.Series:
    """`texts` with a default for the blank ones."""
    if not default:
        return texts
    return texts.zip_with(texts != "", pl.Series([default]).new_from_index(0, len(texts)))


def scrubbed_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """The cells as `personal.scrubbed` leaves each of them; only columns that hold a sign of an address or a number are looked through."""
    changed = [_scrubbed(column) for column in cells.get_columns() if column.dtype == pl.String and _holds_signs(column)]
    return cells.with_columns(changed) if changed else cells


def _holds_signs(column: pl.Series) -> bool:
    return bool(column.str.contains_any(["@", "+"]).any())


def _scrubbed(column: pl.Series) -> pl.Series:
    return column.str.replace_all(EMAIL.pattern, "").str.replace(PHONE.pattern, "")
