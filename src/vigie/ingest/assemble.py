"""Columns of one batch put together: as reports, one by one, or as a piece of a catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.ingest.batches import Batch
from vigie.ingest.columns import NUMBERS, TEXTS, Columns
from vigie.ingest.objects import GEOMETRY
from vigie.ingest.sheet import Sheet
from vigie.model.canonical import Json, digest
from vigie.model.catalogue import Catalogue, Coded, witness_array
from vigie.model.report import Ellipse, Report, facts_text, witness
from vigie.model.times import NEVER_US

_CODED = ("agency", "field", "kind", "country", "scale")
_CODE_TABLES = {"kind": ("kinds", "kind_scheme"), "country": ("countries",), "place_precision": ("radius_by_code",), "time_precision": ("interval_by_code",)}
_MEANINGS = np.array(["uncertain", "lasted"], object)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """One batch as read: its sheet, its columns, and the texts of its rows."""

    batch: Batch
    sheet: Sheet
    columns: Columns


def reports_of_batch(read: Read) -> Iterator[Report]:
    """The reports of the good rows, each made as it is asked for."""
    columns, good = read.columns, read.columns.good
    rows = np.flatnonzero(good)
    parts: list[list[Any]] = [_list(columns.texts[name].filter(good), name) for name in TEXTS]
    numbers: list[list[Any]] = [_maybe(columns.numbers[name][good]) for name in NUMBERS if name not in ("major_km", "minor_km", "azimuth")]
    times: list[list[Any]] = [columns.begin_us[good].tolist(), columns.end_us[good].tolist(), _maybe_times(columns.issued_us[good])]
    meanings = _MEANINGS[columns.lasted[good].astype(np.int8)].tolist()
    rest: list[list[Any]] = [meanings, columns.exercise[good].tolist(), columns.revision[good].tolist()]
    lists: list[Sequence[Any]] = [_picked(columns.measures, rows), _picked(columns.actors, rows), _ellipses(columns, good)]
    lists += [_details(read, rows), _payloads(read, rows)]
    return (
        Report(
            agency=agency, field=field, kind=kind, begin_us=begin, end_us=end, agency_ref=ref, revision=revision,
            time_meaning=meaning, sigma_s=sigma_s, issued_us=issued, lon=lon, lat=lat, radius_km=radius_km, ellipse=ellipse,
            depth_km=depth_km, place=place, country=country, magnitude=magnitude, scale=scale, measures=measures, actors=actors,
            summary=summary, language=language, grade=grade, exercise=exercise, details=details, payload=payload,
        )
        for ref, agency, field, kind, place, country, scale, summary, language, grade,
            sigma_s, lon, lat, radius_km, depth_km, magnitude,
            begin, end, issued, meaning, exercise, revision, measures, actors, ellipse, details, payload
        in zip(*parts, *numbers, *times, *rest, *lists, strict=True)
    )  # fmt: skip


def _list(texts: pl.Series, name: str) -> list[str | None]:
    values: list[str | None] = texts.to_list() if name in ("agency", "field", "kind") else [text or None for text in texts.to_list()]
    return values


def _maybe(numbers: NDArray[np.float64]) -> list[float | None]:
    values: list[float | None] = pl.Series(numbers).fill_nan(None).to_list()
    return values


def _maybe_times(times: NDArray[np.int64]) -> list[int | None]:
    return [None if time == NEVER_US else time for time in times.tolist()]


def _picked(values: Sequence[tuple[_Item, ...]] | None, rows: NDArray[np.int64]) -> list[tuple[_Item, ...]]:
    return [values[index] for index in rows.tolist()] if values else [()] * len(rows)


def _ellipses(columns: Columns, good: NDArray[np.bool_]) -> list[Ellipse | None]:
    major, minor, azimuth = (columns.numbers[name][good] for name in ("major_km", "minor_km", "azimuth"))
    if np.isnan(major).all():
        return [None] * len(major)
    return [None if np.isnan(axes[0]) else Ellipse(*axes) for axes in zip(major.tolist(), minor.tolist(), azimuth.tolist(), strict=True)]


def detail_columns(sheet: Sheet) -> list[str]:
    """The columns whose texts go to the details: those to keep, or every one that is not mapped, personal or dropped.

    A mapped column whose codes a table translates stays too: the agency's own code is part of what it said.
    """
    mapping = sheet.mapping
    dropped = set(sheet.columns(mapping.drop)) | sheet.personal
    if mapping.keep is not None:
        return [name for name in sheet.columns(mapping.keep) if name not in dropped]
    coded_fields = {field for field, table in _CODE_TABLES.items() if any(getattr(mapping, name) for name in table)}
    used = {name for field in mapping.columns if field not in coded_fields for name in sheet.sources(field)}
    used |= {name for columns in mapping.measures.values() for name in sheet.columns(columns)}
    return [name for name in sheet.cells.columns if name not in used | dropped | {GEOMETRY, ""}]


def _details(read: Read, rows: NDArray[np.int64]) -> list[dict[str, Json]]:
    """What else each row said, blanks left out."""
    names = detail_columns(read.sheet)
    if not names:
        said: list[dict[str, Json]] = [{} for _ in rows]
    else:
        texts = read.sheet.cells.select(pl.col(name).str.strip_chars() for name in names)[rows]
        said = [{name: text for name, text in zip(names, row, strict=True) if text} for row in texts.iter_rows()]
    if read.columns.shapes:
        for place, index in enumerate(rows.tolist()):
            if index in read.columns.shapes:
                said[place][GEOMETRY] = read.columns.shapes[index]
    return said


def _payloads(read: Read, rows: NDArray[np.int64]) -> list[bytes]:
    """Canonical bytes of each row's redacted cells."""
    if read.batch.payloads is not None:
        return [read.batch.payloads[index] for index in rows.tolist()]
    return canonical_rows(read.sheet.cells[rows])


def canonical_rows(cells: pl.DataFrame) -> list[bytes]:
    """Each row of a frame of texts as the canonical bytes of its object (polars escapes texts as RFC 8785 asks)."""
    names = sorted(cells.columns, key=lambda name: name.encode("utf-16-be"))
    rows: list[bytes] = cells.select(pl.struct(names).struct.json_encode().cast(pl.Binary)).to_series().to_list()
    return rows


def ids_of(read: Read) -> list[str]:
    """The agency's id of each good row, or its place in the file."""
    rows = np.flatnonzero(read.columns.good).tolist()
    refs = read.columns.texts["agency_ref"].filter(read.columns.good).to_list()
    return [ref or read.batch.place(index) for ref, index in zip(refs, rows, strict=True)]


def catalogue_part(read: Read, *, exact: bool) -> Catalogue:
    """The catalogue of the good rows; `exact` says which witness (see `table.read_catalogue`)."""
    columns, good = read.columns, read.columns.good
    count = int(good.sum())
    floats: dict[str, Any] = {name: columns.numbers[name][good] for name in NUMBERS}
    texts: dict[str, Any] = {name: coded(columns.texts[name].filter(good)) for name in _CODED}
    return Catalogue(
        row=np.full(count, -1, np.int64),
        witness=_exact_witness(read) if exact else _quick_witness(read),
        begin_us=columns.begin_us[good],
        end_us=columns.end_us[good],
        lasted=columns.lasted[good],
        issued_us=columns.issued_us[good],
        exercise=columns.exercise[good],
        **floats,
        **texts,
    )


def coded(texts: pl.Series) -> Coded:
    """A text column by sorted names, as `Coded.of` gives it."""
    names = sorted(texts.unique().to_list())
    codes = texts.replace_strict(names, list(range(len(names))), return_dtype=pl.Int32).to_numpy() if names else np.zeros(0, np.int32)
    return Coded(codes.astype(np.int32), tuple(names))


def _exact_witness(read: Read) -> NDArray[np.uint64]:
    reports = reports_of_batch(read)
    names = [witness(report.agency, report.agency_ref, report.revision, digest(facts_text(report).encode())) for report in reports]
    return witness_array(names)


def _quick_witness(read: Read) -> NDArray[np.uint64]:
    """SHA-256 over agency, id and revision; over the whole row where it has no id."""
    columns, good = read.columns, read.columns.good
    rows = np.flatnonzero(good)
    refs = columns.texts["agency_ref"].filter(good).to_list()
    texts = pl.DataFrame([columns.texts["agency"].alias("agency"), columns.texts["agency_ref"].alias("ref"), pl.Series("revision", columns.revision)])
    keys = texts.select(pl.concat_str("agency", "ref", "revision", separator="\x1f")).to_series().filter(good).to_list()
    lone = np.array([not ref for ref in refs], bool)
    content = iter(_payloads(read, rows[lone]) if lone.any() else [])
    digests = [hashlib.sha256(key.encode() if ref else key.encode() + next(content)).digest()[:16] for ref, key in zip(refs, keys, strict=True)]
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64).reshape(len(digests), 2)
