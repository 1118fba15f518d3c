"""Rows of text tables and objects of JSON files, one by one, with the place where each stood.

Readers of every pack stand on this: they say how one row becomes a report, and a row that does not is a `Reject`.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from vigie.ingest.personal import redact
from vigie.model.canonical import canonical_bytes
from vigie.model.errors import BadReport, Reject
from vigie.model.report import Report

MAX_ITEM_CHARACTERS = 16 * 1024 * 1024
"""One JSON object, or one line, longer than this is refused."""

_CHUNK = 256 * 1024
_OPENS_OBJECTS, _EMPTY = re.compile(r"\[\s*\{"), re.compile(r"\[\s*\]")
_KEY_OF_RECORDS = re.compile(r'"(features|results?|data|items|events|records|reports|objects|rows|values|response|vulnerabilities)"\s*:\s*$', re.IGNORECASE)
"""Under these keys a small object holds a list of records; in a larger one any list of objects is taken for it."""

_SURROGATES = ("\udc80", "\udcff")


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: `place` says where it stood, `cells` is what it held (texts for tables, JSON values for JSON)."""

    place: str
    cells: Mapping[str, Any]


class CellFault(ValueError):
    """One cell that cannot be understood: which, what it held, what was expected."""

    def __init__(self, field: str, got: object, expected: str) -> None:
        super().__init__(f"{field}: got {got!r}, expected {expected}")
        self.field, self.got, self.expected = field, str(got), expected


def table_rows(stream: BinaryIO, delimiter: str = ",") -> Iterator[Row | Reject]:
    """Rows of a delimited text table with a header line, in UTF-8 (a byte-order mark is allowed).

    A row with another number of cells than the header, or with bytes that are not UTF-8, is a `Reject`.
    Raises `BadReport` where there is no header.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=False)
    header = _header(reader)
    while True:
        place = f"line {reader.line_num + 1}"
        try:
            cells = next(reader, None)
        except csv.Error as fault:
            yield Reject(place, f"The row cannot be split into cells ({fault})")
            continue
        if cells is None:
            break
        if cells:
            yield _row(place, header, cells)
    text.detach()


def _header(reader: Any) -> list[str]:
    try:
        header = next(reader, None)
    except csv.Error as fault:
        raise BadReport("The header line cannot be split into cells", got=str(fault)) from fault
    if not header or not any(cell.strip() for cell in header):
        raise BadReport("The table has no header line", todo="send the file with its column names in the first line")
    return [cell.strip() for cell in header]


def _row(place: str, header: list[str], cells: list[str]) -> Row | Reject:
    raw = ",".join(cells).encode("utf-8", "surrogateescape")
    if len(cells) != len(header):
        return Reject(place, "The row has another number of cells than the header", got=str(len(cells)), expected=str(len(header)), raw=raw)
    if any(_SURROGATES[0] <= character <= _SURROGATES[1] for cell in cells if not cell.isascii() for character in cell):
        return Reject(place, "The row holds bytes that are not UTF-8", expected="text in UTF-8", raw=raw)
    return Row(place, dict(zip(header, cells, strict=True)))


def json_rows(stream: BinaryIO) -> Iterator[Row | Reject]:
    """Objects of a JSON file: one object, a list of objects, an object that holds one list of objects, or one object a line.

    Reads as it goes; a list of any length needs no more memory than its longest object.
    Raises `BadReport` where the file is not JSON at all.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace")
    items = _Items(text)
    opening = items.peek()
    if opening == "[":
        yield from items.elements("item")
    elif opening == "{":
        yield from _object_rows(items)
    else:
        raise BadReport("The file is not JSON", got=opening, expected="an object or a list of objects")
    text.detach()


def _object_rows(items: _Items) -> Iterator[Row | Reject]:
    """An object alone or one a line, or the list inside one (GeoJSON `features`, an API's `Result` or `data`)."""
    if items.enter_list():
        yield from items.elements("item")
        return
    number = 0
    while items.peek():
        number += 1
        yield items.one(f"object {number}")


class _Items:
    """A text that is read piece by piece, decoding one JSON value at a time."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._buffer, self._at = text, "", 0
        self._decoder = json.JSONDecoder()
        self._ended = False

    def peek(self) -> str:
        """The next character that is not white space, or the empty string at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        chunk = "" if self._ended else self._text.read(_CHUNK)
        self._ended = not chunk
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return bool(chunk)

    def enter_list(self) -> bool:
        """Moves to the `[` of the first member that is a list of objects, if the object that begins here holds the file's records; else stays."""
        while len(self._buffer) - self._at < _CHUNK and self._more():
            pass
        place = _first_list(self._buffer, self._at, _OPENS_OBJECTS)
        place = place if place >= 0 else _first_list(self._buffer, self._at, _EMPTY)
        if place < 0 or not (self._is_longer_than_seen() or _KEY_OF_RECORDS.search(self._buffer, self._at, place)):
            return False
        self._at = place
        return True

    def _is_longer_than_seen(self) -> bool:
        """Whether the object that begins here goes on behind what was read so far: then it is no record."""
        try:
            self._decoder.raw_decode(self._buffer, self._at)
        except (ValueError, RecursionError):
            return len(self._buffer) - self._at >= _CHUNK
        return False

    def elements(self, word: str) -> Iterator[Row | Reject]:
        """Each element of the list that begins here."""
        self._at += 1
        number = 0
        while self.peek() not in ("]", ""):
            number += 1
            yield (item := self.one(f"{word} {number}"))
            if isinstance(item, Reject) and item.expected == "JSON":
                return
            if self.peek() == ",":
                self._at += 1
        if not self.peek():
            yield Reject(f"after {word} {number}", "The file ends in the middle of its list", expected="JSON")

    def one(self, place: str) -> Row | Reject:
        """The value that begins here. What cannot be decoded ends the file: there is no way to find the next one."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as fault:
                if len(self._buffer) - self._at <= MAX_ITEM_CHARACTERS and self._more():
                    continue
                raw = self._buffer[self._at :].encode("utf-8", "replace")
                self._buffer, self._at, self._ended = "", 0, True
                return Reject(place, "From here on the file cannot be decoded", got=str(fault) or "too deeply nested", expected="JSON", raw=raw)
            if end == len(self._buffer) and self._more():
                continue
            self._at = end
            return Row(place, value) if isinstance(value, dict) else Reject(place, "The value is not an object", got=repr(value)[:80], expected="an object")


def _first_list(text: str, place: int, opening: re.Pattern[str]) -> int:
    """The position of the first `[` that is a member of the object which begins at `place` and looks like `opening`; -1 without one."""
    depth = 0
    while place < len(text):
        character = text[place]
        if character == '"':
            place = _string_end(text, place)
        elif character == "[" and depth == 1 and opening.match(text, place):
            return place
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(character, 0)
        if depth <= 0:
            return -1
        place += 1
    return -1


def _string_end(text: str, place: int) -> int:
    """The position of the quote that ends the string which begins at `place` (or the end of the text)."""
    place += 1
    while place < len(text) and text[place] != '"':
        place += 2 if text[place] == "\\" else 1
    return place


def reports_of(rows: Iterator[Row | Reject], make: Callable[[Mapping[str, Any]], Report], personal: tuple[str, ...] = ()) -> Iterator[Report | Reject]:
    """What `make` makes of each row, its personal cells blanked first; a row that it refuses is a `Reject`.

    `make` raises `CellFault`, or any `ValueError`, `KeyError` or `TypeError`, for a row that it does not understand.
    """
    for row in rows:
        yield row if isinstance(row, Reject) else _report_of(row, make, personal)


def _report_of(row: Row, make: Callable[[Mapping[str, Any]], Report], personal: tuple[str, ...]) -> Report | Reject:
    try:
        return make(redact(row.cells, personal))
    except CellFault as fault:
        return Reject(row.place, "A cell cannot be understood", fault.field, fault.got, fault.expected, raw_of(row))
    except KeyError as fault:
        return Reject(row.place, "A column is missing", str(fault.args[0]) if fault.args else "", raw=raw_of(row))
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError) as fault:
        return Reject(row.place, "The record makes no sense", got=str(fault), raw=raw_of(row))


def raw_of(row: Row) -> bytes:
    """The row's own content as bytes, for the quarantine; nothing where it is nested too deep to be written."""
    try:
        return _raw_json(row)
    except RecursionError:
        return b""


def _raw_json(row: Row) -> bytes:
    return json.dumps(dict(row.cells), ensure_ascii=False, default=str).encode("utf-8", "replace")


def payload_of(cells: Mapping[str, Any]) -> bytes:
    """A redacted row's own content as canonical bytes: what a report keeps as its payload.

    Raises `ValueError` where a value has no canonical form.
    """
    return canonical_bytes(dict(cells))


def text_of(cells: Mapping[str, Any], *names: str) -> str | None:
    """The first of the named cells that is not blank, stripped; None where all are."""
    for name in names:
        value = cells.get(name)
        if value is not None and (text := str(value).strip()):
            return text
    return None


def number_of(cells: Mapping[str, Any], *names: str) -> float | None:
    """The first of the named cells that is not blank, as a finite number. Raises `CellFault` for anything else."""
    text = text_of(cells, *names)
    if text is None:
        return None
    name = next(name for name in names if text_of(cells, name) is not None)
    try:
        value = float(text)
    except ValueError:
        raise CellFault(name, text, "a number") from None
    if not math.isfinite(value):
        raise CellFault(name, text, "a finite number")
    return value


def required(cells: Mapping[str, Any], *names: str) -> str:
    """The first of the named cells that is not blank. Raises `CellFault` where all are."""
    text = text_of(cells, *names)
    if text is None:
        raise CellFault(names[0], "nothing", "a value")
    return text
