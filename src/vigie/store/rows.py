"""Reports as rows of the store, and back: the columns hold every fact, so that the canonical bytes can be made again."""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vigie.model.canonical import canonical_text, digest
from vigie.model.report import Ellipse, Measure, Report, facts_text, record_bytes, report_key, witness

TILES_PER_CIRCLE = 360
NO_TILE = -1


@dataclass(frozen=True, slots=True)
class PreparedReport:
    """A report made ready to be written: all that does not depend on what the store holds already."""

    key: bytes
    key_text: str
    agency_ref: str | None
    revision: int
    issued_us: int | None
    facts: bytes
    body: str
    payload_digest: str | None
    payload_start: int
    payload_length: int
    columns: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class PreparedBlock:
    """Some reports of one file, in order, and their payloads, packed together."""

    reports: tuple[PreparedReport, ...]
    payloads: bytes


FACT_COLUMNS = (
    *(
        "witness_high",
        "witness_low",
        "testimony",
        "tile",
        "agency",
        "agency_ref",
        "revision",
        "field",
        "kind",
        "begin_us",
        "end_us",
        "lasted",
        "sigma_s",
        "issued_us",
    ),
    *("lon", "lat", "radius_km", "major_km", "minor_km", "azimuth", "depth_km", "place", "country", "magnitude", "scale"),
    *("measures", "actors", "summary", "language", "grade", "exercise", "details"),
)
"""The columns of `PreparedReport.columns`, in order."""


def prepare(reports: Sequence[Report], owner: str) -> PreparedBlock:
    """The reports made ready to be written for `owner`. Pure, and most of the work of taking in a file."""
    prepared, payloads, start = [], [], 0
    for report in reports:
        prepared.append(_prepare_one(report, owner, start))
        payloads.append(report.payload)
        start += len(report.payload)
    return PreparedBlock(tuple(prepared), zlib.compress(b"".join(payloads), 3))


def _prepare_one(report: Report, owner: str, start: int) -> PreparedReport:
    body = facts_text(report)
    facts = digest(body.encode())
    key = report_key(owner, report, facts)
    key_text = key.text
    testimony = _signed64(hashlib.sha256(f"{report.agency}\x00{key.ref}".encode()).digest()[:8])
    name = bytes.fromhex(witness(report.agency, report.agency_ref, report.revision, facts))
    payload_digest = digest(report.payload) if report.payload else None
    return PreparedReport(
        hashlib.sha256(key_text.encode()).digest()[:16],
        key_text,
        report.agency_ref,
        report.revision,
        report.issued_us,
        bytes.fromhex(facts),
        body,
        payload_digest,
        start,
        len(report.payload),
        (_signed64(name[:8]), _signed64(name[8:16]), testimony, *_fact_columns(report)),
    )


def _fact_columns(report: Report) -> tuple[Any, ...]:
    ellipse = report.ellipse
    return (
        *(tile_of(report.lon, report.lat), report.agency, report.agency_ref, report.revision, report.field, report.kind, report.begin_us, report.end_us),
        *(report.time_meaning == "lasted", report.sigma_s, report.issued_us, report.lon, report.lat, report.radius_km),
        *((ellipse.major_km, ellipse.minor_km, ellipse.azimuth) if ellipse else (None, None, None)),
        *(report.depth_km, report.place, report.country, report.magnitude, report.scale),
        canonical_text([measure.to_json() for measure in report.measures]) if report.measures else None,
        canonical_text(report.actors) if report.actors else None,
        *(report.summary, report.language, report.grade, report.exercise),
        canonical_text(report.details) if report.details else None,
    )


def tile_of(lon: float | None, lat: float | None) -> int:
    """The number of the one-degree tile that holds the place, row by row from the south-west corner; -1 without a place."""
    if lon is None or lat is None:
        return NO_TILE
    return min(math.floor(lat) + 90, 179) * TILES_PER_CIRCLE + min(math.floor(lon) + 180, TILES_PER_CIRCLE - 1)


def _signed64(data: bytes) -> int:
    return int.from_bytes(data, "big", signed=True)


def prepared_record_id(report: PreparedReport, version: int, label: str) -> bytes:
    """The record's id when it is written as this version under this label (canonical text)."""
    return hashlib.sha256(record_bytes(report.key_text, version, label, report.body, report.payload_digest)).digest()


def report_of_row(row: Any, payload: bytes = b"") -> Report:
    """The report that a row of `reports` holds."""
    ellipse = None if row.major_km is None else Ellipse(row.major_km, row.minor_km, row.azimuth)
    same = ("agency", "agency_ref", "revision", "field", "kind", "begin_us", "end_us", "sigma_s", "issued_us", "lon", "lat", "radius_km", "depth_km")
    more = ("place", "country", "magnitude", "scale", "summary", "language", "grade", "exercise")
    return Report(
        **{name: getattr(row, name) for name in (*same, *more)},
        time_meaning="lasted" if row.lasted else "uncertain",
        ellipse=ellipse,
        measures=tuple(Measure(**measure) for measure in json.loads(row.measures or "[]")),
        actors=tuple(json.loads(row.actors or "[]")),
        details=json.loads(row.details or "{}"),
        payload=payload,
    )
