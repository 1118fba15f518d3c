"""A table in, reports or a catalogue out: one code for CSV, TSV, JSON lines, GeoJSON and Parquet.

Nothing is lost: every row is a report or a `Reject` that says its line. Memory holds a few batches, never the file.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np

from vigie.ingest.assemble import Read, catalogue_part, ids_of, reports_of_batch
from vigie.ingest.batches import CHUNK_BYTES, Batch, table_batches
from vigie.ingest.columns import understand
from vigie.ingest.mapping import Mapping
from vigie.ingest.objects import json_batches, parquet_batches, raw_bytes
from vigie.ingest.rows import Row
from vigie.ingest.shapes import delimiter_of, is_json, names_in, peekable
from vigie.ingest.sheet import Sheet
from vigie.model.catalogue import Catalogue, concat
from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report
from vigie.model.terms import Terms

_HEAD_BYTES = 64 * 1024
MAX_PARQUET_BYTES = 1024**3
"""A Parquet file has its index at its end and is read whole into memory: a larger one is refused."""


def mapping_reader(mapping: Mapping, terms: Terms | None = None) -> Reader:
    """A reader that reads any table by a mapping; it recognises a file only where the mapping says by which columns."""
    return Reader(
        name=mapping.name,
        title=mapping.title or mapping.name,
        recognises=partial(recognises, mapping),
        read=partial(_read, mapping, terms),
        personal=mapping.personal,
        floor=mapping.floor,
    )


def _read(mapping: Mapping, terms: Terms | None, stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    return read_reports(stream, mapping, context, terms)


def recognises(mapping: Mapping, sample: Sample) -> bool:
    """Whether the sample's columns hold one of every group that the mapping asks for."""
    if not mapping.recognise:
        return False
    names = names_in(sample.head)
    return all(any(name.casefold() in names for name in group) for group in mapping.recognise)


def read_reports(
    stream: BinaryIO,
    mapping: Mapping,
    context: ReadContext,
    terms: Terms | None = None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Report | Reject]:
    """The reports of a table, and a `Reject` for each row that is none, in the file's order.

    Raises `BadReport` for a file that is no table or lacks the columns that every row needs, `BadSetting` for a scheme nobody defined.
    """
    for read in read_batches(stream, mapping, context, terms, chunk_bytes):
        yield from _in_order(read, reports_of_batch(read))


def read_catalogue(
    source: Path | BinaryIO,
    mapping: Mapping,
    context: ReadContext,
    terms: Terms | None = None,
    *,
    exact: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> tuple[Catalogue, list[str], list[Reject]]:
    """The catalogue of a table (n rows), the agency's own id of each (its place in the file where it has none), and the rejects.

    `exact` gives the witness that a node's store gives (it needs every report's facts); else a row's witness is the first 128 bits
    of SHA-256 over agency, id and revision, or over the row's own content where it has no id: enough for a file that is linked alone.
    """
    parts: list[Catalogue] = []
    ids: list[str] = []
    rejects: list[Reject] = []
    with opened(source) as stream:
        for read in read_batches(stream, mapping, context, terms, chunk_bytes):
            parts.append(catalogue_part(read, exact=exact))
            ids.extend(ids_of(read))
            rejects.extend(item for item in _in_order(read, None) if isinstance(item, Reject))
    return concat(parts), ids, rejects


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A stream of unpacked bytes; a path is closed afterwards, a stream stays as it is. Raises `BadReport` where a packed file is cut off or damaged."""
    if not isinstance(source, Path):
        yield source
        return
    with source.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        try:
            yield io.BufferedReader(gzip.GzipFile(fileobj=file)) if is_packed else file
        except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
            raise BadReport("The packed file is cut off or damaged", source.name, got=str(fault), expected="a whole gzip file", todo="send it again") from fault


def read_batches(stream: BinaryIO, mapping: Mapping, context: ReadContext, terms: Terms | None = None, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Read]:
    """Each batch of a file, understood."""
    for batch in batches_of(stream, mapping, chunk_bytes):
        if batch.payloads is None and batch.cells.height == 0:
            _check_header(batch.cells.columns, mapping, context)
        sheet = Sheet(batch.cells, mapping, decimal_comma=mapping.delimiter == ";" or batch.delimiter == ";")
        yield Read(batch, sheet, understand(sheet, context, terms))


def batches_of(stream: BinaryIO, mapping: Mapping, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Batch]:
    """Batches of a file whose form its first bytes tell: Parquet, JSON, or a table with a delimiter."""
    whole = peekable(stream)
    head = whole.peek(_HEAD_BYTES)
    if head.startswith(b"PAR1"):
        return parquet_batches(io.BytesIO(_whole_parquet(whole)), mapping.personal)
    if is_json(head):
        return json_batches(whole, mapping.personal)
    return table_batches(whole, mapping.delimiter or delimiter_of(head), chunk_bytes)


def _whole_parquet(stream: io.BufferedReader) -> bytes:
    data = stream.read(MAX_PARQUET_BYTES + 1)
    if len(data) > MAX_PARQUET_BYTES:
        raise BadReport("The Parquet file is too large", expected=f"at most {MAX_PARQUET_BYTES} bytes", todo="cut it into several, or send it as CSV")
    return data


def _check_header(names: Sequence[str], mapping: Mapping, context: ReadContext) -> None:
    """Raises `BadReport` once, instead of one reject a row, where a column that every row needs is not there."""
    present = {name.casefold() for name in names}
    defaults = {"begin": "", "agency": mapping.agency or context.agency, "field": mapping.field, "kind": mapping.kind}
    for target, default in defaults.items():
        wanted = mapping.columns.get(target, ())
        if not default and not any(name.casefold() in present for name in wanted):
            asked = " or ".join(wanted) or f"a mapping that names a column for {target}"
            fault = "The table lacks a column that every row needs"
            raise BadReport(fault, context.source, field=target, got=", ".join(names), expected=asked, todo="name the right mapping")


def _in_order(read: Read, reports: Iterator[Report] | None) -> Iterator[Report | Reject]:
    """Reports (left out where None) and rejects as their rows stood."""
    others = dict[int, list[Reject]]()
    for index, reject in read.batch.rejects:
        others.setdefault(index, []).append(reject)
    for index in np.flatnonzero(~read.columns.good).tolist():
        others.setdefault(index, []).append(read.sheet.reject(index, read.batch.place(index), _raw(read.batch, index)))
    good = np.concatenate([[0], np.cumsum(read.columns.good)])
    done = 0
    for index in sorted(others):
        yield from islice(reports or (), int(good[index]) - done)
        done = int(good[index])
        yield from others[index]
    yield from reports or ()


def _raw(batch: Batch, index: int) -> bytes:
    row = batch.rows[index] if batch.rows else Row(batch.place(index), batch.cells.row(index, named=True))
    return raw_bytes(row)
