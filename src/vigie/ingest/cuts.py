"""Where the records of a delimited table end, found with array operations and with the csv module's own rules."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LF, _CR = 34, 10, 13


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """The whole records at the start of a buffer: how many, how many bytes, cells of each (n,), lines before each (n,).

    `is_doubtful` says that quoting goes wrong right behind them, or that a record is too long for one cell of the csv module.
    """

    count: int
    size: int
    cells: NDArray[np.int64]
    lines: NDArray[np.int64]
    has_quotes: bool
    has_odd_lines: bool
    is_doubtful: bool

    def is_plain(self, width: int) -> bool:
        """Whether every record has `width` cells and no line is blank or ends in a lone carriage return."""
        return not self.has_odd_lines and bool((self.cells == width).all())


def cut(buffer: bytes, delimiter: str, at_most: int | None = None) -> Cuts:
    """The cuts of a buffer that begins where a record begins."""
    data = np.frombuffer(buffer, np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    newlines = np.flatnonzero(data == _LF)
    ends = newlines[_outside(quotes, newlines)]
    limit = _first_fault(data, quotes, ord(delimiter))
    ends = ends[ends < limit][:at_most]
    starts = np.concatenate([[0], ends + 1])
    lengths = np.diff(np.append(starts, len(buffer))) - 1
    too_long = np.flatnonzero(lengths > csv.field_size_limit())
    if len(too_long):
        ends = ends[: too_long[0]]
    starts, size = starts[: len(ends)], int(ends[-1]) + 1 if len(ends) else 0
    delimiters = np.flatnonzero(data[:size] == ord(delimiter))
    delimiters = delimiters[_outside(quotes, delimiters)]
    cells = np.searchsorted(delimiters, ends) - np.searchsorted(delimiters, starts) + 1
    return Cuts(
        count=len(ends),
        size=min(size, len(buffer)),
        cells=cells,
        lines=np.searchsorted(newlines, starts),
        has_quotes=bool(len(quotes)) and int(quotes[0]) < size,
        has_odd_lines=_has_odd_lines(data[:size], starts, ends),
        is_doubtful=bool(len(too_long)) or limit < len(buffer),
    )


def _outside(quotes: NDArray[np.int64], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which places lie outside quotes: behind an even number of them."""
    if not len(quotes):
        return np.ones(len(places), bool)
    outside: NDArray[np.bool_] = np.searchsorted(quotes, places) % 2 == 0
    return outside


def _first_fault(data: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> int:
    """The first quote that neither opens nor closes a whole cell (nor doubles another); the length of the data where there is none."""
    borders = np.array([delimiter, _LF, _CR, _QUOTE], np.uint8)
    opening, closing = quotes[0::2], quotes[1::2]
    opening = opening[opening > 0]
    closing = closing[closing + 1 < len(data)]
    bad = np.concatenate([opening[~np.isin(data[opening - 1], borders)], closing[~np.isin(data[closing + 1], borders)]])
    return int(bad.min()) if len(bad) else len(data)


def _has_odd_lines(data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> bool:
    returns = np.flatnonzero(data == _CR)
    if len(returns) and bool((data[np.minimum(returns + 1, len(data) - 1)] != _LF).any()):
        return True
    lengths = ends - starts
    if bool((lengths == 0).any()):
        return True
    return bool(len(returns)) and bool((data[starts[lengths == 1]] == _CR).any())
