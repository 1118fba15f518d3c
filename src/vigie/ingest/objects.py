"""JSON lines, JSON lists, GeoJSON and Parquet as batches of texts, the same that a delimited table gives."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import polars as pl

from vigie.ingest.batches import BATCH_ROWS, Batch
from vigie.ingest.personal import redact
from vigie.ingest.rows import Row, json_rows, payload_of, raw_of
from vigie.model.canonical import canonical_text
from vigie.model.errors import BadReport, Reject

GEOMETRY = "geometry"
"""The column that holds a GeoJSON feature's shape, as text."""

_NESTED = (pl.List, pl.Struct, pl.Array, pl.Object)


def json_batches(stream: BinaryIO, personal: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """Batches of the objects of a JSON file; a GeoJSON feature gives its properties and its geometry.

    Personal members are blanked at any depth. Raises `BadReport` where the file is not JSON.
    """
    held: list[tuple[Row, dict[str, str], bytes]] = []
    rejects: list[tuple[int, Reject]] = []
    for row in json_rows(stream):
        flat = row if isinstance(row, Reject) else _flat(row, personal)
        if isinstance(flat, Reject):
            rejects.append((len(held), flat))
        else:
            held.append(flat)
        if len(held) + len(rejects) >= batch_rows:
            yield _object_batch(held, rejects)
            held, rejects = [], []
    yield _object_batch(held, rejects)


def _flat(row: Row, personal: Sequence[str]) -> tuple[Row, dict[str, str], bytes] | Reject:
    """The row as it was, its redacted cells as texts, and its payload."""
    try:
        cells = redact(_members(row.cells), personal)
        texts = {name: cell_text(value) for name, value in cells.items()}
        "".join(chain_of(texts)).encode()
        return row, texts, payload_of(cells)
    except (ValueError, TypeError, RecursionError) as fault:
        return Reject(row.place, "The record makes no sense", got=str(fault), expected="texts, finite numbers and lists of them", raw=raw_bytes(row))


def chain_of(texts: Mapping[str, str]) -> Iterator[str]:
    """Names and texts, one after the other."""
    for name, text in texts.items():
        yield name
        yield text


def raw_bytes(row: Row) -> bytes:
    """The row for the quarantine, whatever it holds."""
    try:
        return raw_of(row)
    except (ValueError, TypeError, RecursionError):
        return repr(row.place).encode()


def _members(cells: Mapping[str, Any]) -> Mapping[str, Any]:
    """A GeoJSON feature's properties, its id and its geometry; any other object as it is."""
    if cells.get("type") != "Feature" or GEOMETRY not in cells:
        return cells
    own = {"id": cells["id"]} if cells.get("id") is not None else {}
    return {**own, **(cells.get("properties") or {}), GEOMETRY: cells[GEOMETRY] or ""}


def cell_text(value: Any) -> str:
    """A JSON value as a table would have it: numbers and texts bare, blank for nothing, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else canonical_text(value)


def _object_batch(held: Sequence[tuple[Row, dict[str, str], bytes]], rejects: Sequence[tuple[int, Reject]]) -> Batch:
    names = list(dict.fromkeys(name for _, texts, _ in held for name in texts))
    columns = {name: pl.Series([texts.get(name, "") for _, texts, _ in held], dtype=pl.String) for name in names}
    words = [row.place.rpartition(" ") for row, _, _ in held]
    return Batch(
        cells=pl.DataFrame(columns) if names else pl.DataFrame({"": [""] * len(held)}, schema={"": pl.String}),
        numbers=np.array([int(number) for _, _, number in words], np.int64),
        word=words[0][0] if words else "item",
        rejects=tuple(rejects),
        payloads=tuple(payload for _, _, payload in held),
        rows=tuple(row for row, _, _ in held),
    )


def parquet_batches(stream: BinaryIO, personal: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[Batch]:
    """Batches of a Parquet file. Raises `BadReport` where it cannot be read."""
    source = stream if stream.seekable() else io.BytesIO(stream.read())
    try:
        table = pl.scan_parquet(source)
        count = table.select(pl.len()).collect().item()
        yield Batch(_texts(table.head(0).collect(), personal), np.zeros(0, np.int64), "row")
        for start in range(0, count, batch_rows):
            frame = table.slice(start, batch_rows).collect()
            yield Batch(_texts(frame, personal), np.arange(start + 1, start + 1 + frame.height), "row")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as fault:
        raise BadReport("The Parquet file cannot be read", got=str(fault), expected="a whole file") from fault


def _texts(frame: pl.DataFrame, personal: Sequence[str]) -> pl.DataFrame:
    return frame.select(_column_texts(column, personal) for column in frame.get_columns())


def _column_texts(column: pl.Series, personal: Sequence[str]) -> pl.Series:
    """A typed column as the texts that a CSV file would hold."""
    if isinstance(column.dtype, pl.Datetime):
        utc = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if column.dtype.time_zone else column
        texts = utc.cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    elif isinstance(column.dtype, _NESTED):
        values = [redact({column.name: value}, personal)[column.name] for value in column.to_list()]
        texts = pl.Series([cell_text(value) for value in values], dtype=pl.String)
    elif column.dtype == pl.Binary:
        texts = column.bin.encode("hex")
    else:
        texts = column.cast(pl.String)
    return texts.fill_null("").rename(column.name)
