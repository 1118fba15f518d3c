"""Events as CSV (RFC 4180, UTF-8): one row an event; lists are joined with a semicolon."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vigie.model.canonical import Json, number_text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(events: Iterable[Mapping[str, Json]], columns: Sequence[str]) -> Iterator[str]:
    """The table, header first. A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    yield _line(columns)
    for facts in events:
        yield _line([_cell(facts.get(name)) for name in columns])


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _cell(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(float(value))
    text = ";".join(map(str, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
