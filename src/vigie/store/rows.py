"""Reports as rows of the store, and back: the columns hold every fact, so that the canonical bytes can be made again."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from types import SimpleNamespace
from typing import Any, NamedTuple

from vigie.model.canonical import canonical_text, quoted
from vigie.model.report import Ellipse, Measure, Report, facts_text, record_bytes, report_key_text

TILES_PER_CIRCLE = 360
NO_TILE = -1


class PreparedReport(NamedTuple):
    """A report made ready to be written: all that does not depend on what the store holds already.

    A plain tuple, since millions of them pass from one process to another. `record_id` is that of its block's version.
    """

    key: bytes
    facts: bytes
    record_id: bytes
    revision: int
    issued_us: int | None
    columns: tuple[Any, ...]
    payload_digest: bytes | None
    payload_start: int | None
    payload_length: int


@dataclass(frozen=True, slots=True)
class PreparedBlock:
    """Some reports of one file, in order, and their payloads, packed together; made ready as this version of their keys."""

    reports: tuple[PreparedReport, ...]
    payloads: bytes
    version: int = 1


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


def prepare(reports: Sequence[Report], owner: str, label: str, version: int = 1) -> PreparedBlock:
    """The reports made ready to be written for `owner` under `label` (canonical text). Pure, and most of the work of taking in a file.

    `version` is the one that new keys get (`Intake.first`); where another one was named, their ids are made again when they are written.
    """
    prepared, start, said_owner = [], 0, quoted(owner)
    for report in reports:
        prepared.append(_prepare_one(report, said_owner, label, start, version))
        start += len(report.payload)
    return PreparedBlock(tuple(prepared), zlib.compress(b"".join([report.payload for report in reports]), 1), version)


def prepare_one(report: Report, owner: str, label: str, version: int) -> PreparedReport:
    """One report made ready as this version, as `prepare` does it for many; its payload begins at 0."""
    return _prepare_one(report, quoted(owner), label, 0, version)


def _prepare_one(report: Report, owner: str, label: str, start: int, version: int) -> PreparedReport:
    """As `model.report` names a report (`report_key_text`, `record_bytes`, `witness`), each text made once; tested equal."""
    body, payload = facts_text(report), report.payload
    facts = sha256(body.encode())
    facts_digest = facts.hexdigest()
    agency, ref = quoted(report.agency), "null" if report.agency_ref is None else quoted(report.agency_ref)
    key_tail = f"{agency},{ref if report.agency_ref is not None else quoted(f'sha256:{facts_digest}')}{',true' if report.exercise else ''}]"
    key = f"[{owner},{key_tail}"
    payload_digest = sha256(payload) if payload else None
    record = record_bytes(key, version, label, body, payload_digest.hexdigest() if payload_digest else None)
    name = sha256(f'[{agency},{ref},{report.revision},"{facts_digest}"]'.encode()).digest()
    return PreparedReport(
        sha256(key.encode()).digest()[:16],
        facts.digest(),
        sha256(record).digest(),
        report.revision,
        report.issued_us,
        (*_THREE_NUMBERS.unpack(name[:16] + sha256(key_tail.encode()).digest()[:8]), *_fact_columns(report)),
        payload_digest.digest() if payload_digest else None,
        start if payload else None,
        len(payload),
    )


_THREE_NUMBERS = Struct(">qqq")


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


def record_id_of(row: Any, owner: str, version: int, label: str) -> bytes:
    """The id of the record that a row (or anything with its fact columns) holds, as this version under this label."""
    body = facts_text(report_of_row(row))
    key = report_key_text(owner, report_of_row(row), sha256(body.encode()).hexdigest())
    return sha256(record_bytes(key, version, label, body, row.payload_digest.hex() if row.payload_digest else None)).digest()


def renewed(report: PreparedReport, owner: str, version: int, label: str) -> PreparedReport:
    """The same report made ready as another version."""
    row = SimpleNamespace(**dict(zip(FACT_COLUMNS, report.columns, strict=True)), payload_digest=report.payload_digest)
    return report._replace(record_id=record_id_of(row, owner, version, label))


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
