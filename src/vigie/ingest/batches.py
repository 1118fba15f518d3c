"""Any file of rows, cut into batches of texts: delimited tables, JSON lines or lists, GeoJSON, Parquet.

A table in well-formed quoting is cut at record ends and split by polars; what is doubtful in a piece goes to the row-wise
reader, which gives the same cells and line numbers more slowly. So the answer never depends on where the cuts fall.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.ingest.cuts import Cuts, cut
from vigie.ingest.rows import Row, table_rows
from vigie.model.errors import BadReport, Reject

CHUNK_BYTES = 8 * 1024 * 1024
BATCH_ROWS = 20_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some rows of a file as text columns (n,), blank = empty text, and the records between them that were no rows.

    `place` of row i is `word` and `numbers[i]`; `rejects` stand before the row of their index.
    `payloads` and `rows` are given where rows are not flat (JSON): canonical redacted bytes, and the rows as they were.
    """

    cells: pl.DataFrame
    numbers: NDArray[np.int64]
    word: str = "line"
    delimiter: str = ""
    rejects: tuple[tuple[int, Reject], ...] = ()
    payloads: tuple[bytes, ...] | None = None
    rows: tuple[Row, ...] | None = None

    def place(self, index: int) -> str:
        """Where a row stood in its file."""
        return f"{self.word} {self.numbers[index]}"


def table_batches(stream: BinaryIO, delimiter: str, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Batch]:
    """Batches of a delimited table with a header line. Raises `BadReport` where there is none."""
    buffer, at_end = _first_record(stream, delimiter, chunk_bytes)
    names, size = _header(buffer, delimiter)
    line, buffer = 1 + _line_breaks(buffer[:size]), buffer[size:]
    yield Batch(_frame(names, []), np.zeros(0, np.int64), delimiter=delimiter)
    while buffer or not at_end:
        if not at_end:
            block = stream.read(chunk_bytes)
            buffer, at_end = buffer + block, not block
        cuts = cut(buffer + b"\n" if at_end and not buffer.endswith(b"\n") else buffer, delimiter)
        if cuts.count == 0 and (cuts.is_doubtful or at_end):
            yield from _slow(io.BufferedReader(_Chained(chain([buffer], _blocks(stream, chunk_bytes)))), names, delimiter, line)
            return
        piece, buffer = buffer[: cuts.size], buffer[cuts.size :]
        yield from _piece_batches(piece, cuts, names, delimiter, line)
        line += _line_breaks(piece)


def _first_record(stream: BinaryIO, delimiter: str, chunk_bytes: int) -> tuple[bytes, bool]:
    """The first bytes, a whole record at least where there is one, and whether the stream has ended."""
    buffer = b""
    while block := stream.read(chunk_bytes):
        buffer += block
        cuts = cut(buffer, delimiter, at_most=1)
        if cuts.count or cuts.is_doubtful:
            break
    return buffer.removeprefix(_BOM), not block


def _blocks(stream: BinaryIO, chunk_bytes: int) -> Iterator[bytes]:
    while block := stream.read(chunk_bytes):
        yield block


def _header(buffer: bytes, delimiter: str) -> tuple[list[str], int]:
    """Column names, made distinct, and how many bytes the header takes."""
    size = cut(buffer, delimiter, at_most=1).size or len(buffer)
    lines = list(io.StringIO(buffer[:size].decode("utf-8", "surrogateescape"), newline=""))
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        cells = next(reader, [])
        taken = len("".join(lines[: reader.line_num]).encode("utf-8", "surrogateescape"))
        "".join(cells).encode()
    except (UnicodeEncodeError, csv.Error) as fault:
        raise BadReport("The header line cannot be split into cells", got=str(fault), expected="column names in UTF-8") from fault
    if not any(cell.strip() for cell in cells):
        raise BadReport("The table has no header line", todo="send the file with its column names in the first line")
    return _distinct([cell.strip() for cell in cells]), taken


def _distinct(names: Sequence[str]) -> list[str]:
    """Every column keeps a name of its own: a second `depth` becomes `depth_2`, a nameless third one `column_3`."""
    taken: list[str] = []
    for position, name in enumerate(names, 1):
        free, number = name or f"column_{position}", 1
        while free in taken:
            number += 1
            free = f"{name or 'column'}_{number}"
        taken.append(free)
    return taken


def _piece_batches(piece: bytes, cuts: Cuts, names: list[str], delimiter: str, line: int) -> Iterator[Batch]:
    """Whole records, split by polars where that surely gives what the row-wise reader would."""
    if not piece:
        return
    if cuts.is_plain(len(names)) and not piece.startswith(_BOM) and _is_utf8(piece):
        cells = _split(piece, names, delimiter, has_quotes=cuts.has_quotes)
        if cells.height == cuts.count:
            yield Batch(cells, line + cuts.lines, delimiter=delimiter)
            return
    yield from _slow(io.BytesIO(piece), names, delimiter, line)


def _split(piece: bytes, names: list[str], delimiter: str, *, has_quotes: bool) -> pl.DataFrame:
    quote = '"' if has_quotes else None
    frame = pl.read_csv(io.BytesIO(piece), has_header=False, new_columns=names, separator=delimiter, quote_char=quote, infer_schema=False)
    return frame.fill_null("")


def _is_utf8(piece: bytes) -> bool:
    if piece.isascii():
        return True
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _line_breaks(piece: bytes) -> int:
    """Line ends as a text file counts them: LF, CR, or both together."""
    returns = piece.count(b"\r")
    return piece.count(b"\n") + (returns - piece.count(b"\r\n") if returns else 0)


def _slow(stream: BinaryIO, names: list[str], delimiter: str, line: int) -> Iterator[Batch]:
    """The row-wise reader's answer, in batches; it is given a header of our own, so that no column hides another."""
    header = delimiter.join(f"c{position}" for position in range(len(names))).encode() + b"\n"
    rest: BinaryIO = io.BufferedReader(_Chained(chain([header], _blocks(stream, CHUNK_BYTES))))
    cells: list[list[str]] = []
    numbers: list[int] = []
    rejects: list[tuple[int, Reject]] = []
    for row in table_rows(rest, delimiter):
        number = int(row.place.rpartition(" ")[2]) - 2 + line
        if isinstance(row, Reject):
            rejects.append((len(cells), Reject(f"line {number}", row.what, row.field, row.got, row.expected, row.raw)))
        else:
            cells.append(list(row.cells.values()))
            numbers.append(number)
        if len(cells) + len(rejects) >= BATCH_ROWS:
            yield Batch(_frame(names, cells), np.array(numbers, np.int64), delimiter=delimiter, rejects=tuple(rejects))
            cells, numbers, rejects = [], [], []
    yield Batch(_frame(names, cells), np.array(numbers, np.int64), delimiter=delimiter, rejects=tuple(rejects))


def _frame(names: list[str], cells: list[list[str]]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


class _Chained(io.RawIOBase):
    """Blocks of bytes as one stream."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks, self._held = blocks, b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: memoryview) -> int:  # type: ignore[override]
        """How many bytes were put into `target`; 0 at the end."""
        while not self._held:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._held = block
        count = min(len(target), len(self._held))
        target[:count], self._held = self._held[:count], self._held[count:]
        return count
