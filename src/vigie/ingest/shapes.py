"""What a file looks like from its first bytes, and its rows whichever of the usual shapes it has: a delimited table, or JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from vigie.ingest.rows import Row, json_rows, table_rows
from vigie.model.errors import Reject

HEAD_BYTES = 64 * 1024
MAX_DEPTH = 64
"""Lists and objects inside each other in one JSON record; deeper ones are refused."""

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t", "|")
_KEY = re.compile(r'"([^"\\]{1,80})"\s*:')


def peekable(stream: BinaryIO) -> io.BufferedReader:
    """The same stream, able to show its first bytes without taking them."""
    if hasattr(stream, "peek"):
        return cast("io.BufferedReader", stream)
    return io.BufferedReader(cast("io.RawIOBase", stream), HEAD_BYTES)


def is_json(head: bytes) -> bool:
    """Whether the first bytes are those of JSON objects, alone or in a list."""
    return _start(head)[:1] in (b"{", b"[")


def delimiter_of(head: bytes) -> str:
    """The delimiter of a table's header line: of comma, semicolon, tab and bar the one that stands in it most often (comma where none does)."""
    line = _first_line(head)
    return max(_DELIMITERS, key=line.count)


def names_in(head: bytes) -> frozenset[str]:
    """The names of what a file holds, in folded letter case: a table's columns, or the keys that come early in JSON."""
    if is_json(head):
        return frozenset(key.casefold() for key in _KEY.findall(head.decode("utf-8", "replace")))
    try:
        header = next(csv.reader([_first_line(head)], delimiter=delimiter_of(head)), [])
    except csv.Error:
        return frozenset()
    return frozenset(cell.strip().casefold() for cell in header)


def any_rows(stream: BinaryIO, member: str = "") -> Iterator[Row | Reject]:
    """The rows of a table with a header line (any usual delimiter) or of a JSON file.

    `member` names the list of objects inside a JSON object, so that an empty list before it is not taken for it.
    Raises `BadReport` where the file is neither.
    """
    shown = peekable(stream)
    head = shown.peek(HEAD_BYTES)[:HEAD_BYTES]
    if not is_json(head):
        yield from table_rows(shown, delimiter_of(head))
        return
    found = re.search(rb'"' + re.escape(member.encode()) + rb'"\s*:\s*(?=\[)', head) if member else None
    if found and _start(head).startswith(b"{"):
        shown.read(found.end())
    yield from map(_shallow, json_rows(shown))


def _shallow(item: Row | Reject) -> Row | Reject:
    """The row, or a `Reject` where lists and objects lie deeper in it than any agency's do: walking them would exhaust the stack."""
    if isinstance(item, Reject):
        return item
    level: list[Any] = [value for value in item.cells.values() if isinstance(value, dict | list)]
    for _ in range(MAX_DEPTH):
        if not level:
            return item
        inner = (value for outer in level for value in (outer.values() if isinstance(outer, dict) else outer))
        level = [value for value in inner if isinstance(value, dict | list)]
    return Reject(item.place, "The record is nested too deeply", expected=f"at most {MAX_DEPTH} levels")


def _start(head: bytes) -> bytes:
    return head.removeprefix(_BOM).lstrip()


def _first_line(head: bytes) -> str:
    """The first line as text; blank lines before it do not count, as the csv module has it."""
    return _start(head).partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
