"""A report: one agency's record of something that happened. It is never changed; a new word is a new version.

Hashes of a report, from the inside out:
`facts` are all that the agency said; `witness` names the testimony whoever holds it (ties and event ids rest on it);
`record_id` is the hash of the whole record with owner, version and label.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from vigie.model.canonical import Json, canonical_text, digest, number_text, quoted
from vigie.model.label import Label, label_to_json
from vigie.model.times import format_time, parse_time

TimeMeaning = Literal["lasted", "uncertain"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number the agency gave: a magnitude (`name` is its scale), `deaths_low`, `area_m2`, `power_mw`."""

    name: str
    value: float
    sigma: float | None = None
    agency: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The measure without what is missing."""
        return {name: value for name in ("name", "value", "sigma", "agency") if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Ellipse:
    """The area that holds the true place with 68 %: semi-axes in km, azimuth of the major axis in degrees from north."""

    major_km: float
    minor_km: float
    azimuth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one agency says of one happening. Times are int64 µs UTC, half-open; lon, lat are WGS84 degrees."""

    agency: str
    field: str
    kind: str
    begin_us: int
    end_us: int
    agency_ref: str | None = None
    revision: int = 0
    time_meaning: TimeMeaning = "uncertain"
    sigma_s: float | None = None
    issued_us: int | None = None
    lon: float | None = None
    lat: float | None = None
    radius_km: float | None = None
    ellipse: Ellipse | None = None
    depth_km: float | None = None
    place: str | None = None
    country: str | None = None
    magnitude: float | None = None
    scale: str | None = None
    measures: tuple[Measure, ...] = ()
    actors: tuple[str, ...] = ()
    summary: str | None = None
    language: str | None = None
    grade: str | None = None
    exercise: bool = False
    details: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    payload: bytes = b""

    def __post_init__(self) -> None:
        if self.end_us < self.begin_us:
            msg = f"it ends ({format_time(self.end_us)}) before it begins ({format_time(self.begin_us)})"
            raise ValueError(msg)
        if (self.lon is None) != (self.lat is None):
            msg = "lon and lat come together or not at all"
            raise ValueError(msg)
        if self.lon is not None and self.lat is not None and not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):  # noqa: PLR2004
            msg = f"lon {self.lon}, lat {self.lat} is not a place on Earth"
            raise ValueError(msg)


_TEXTS = ("agency", "agency_ref", "country", "field", "grade", "kind", "language", "place", "scale", "summary", "time_meaning")
_NUMBERS = ("depth_km", "lat", "lon", "magnitude", "radius_km", "sigma_s")


def facts(report: Report) -> dict[str, Json]:
    """All that the agency said, as canonical JSON has it; what is missing is left out, so that new fields change no old hash."""
    said: dict[str, Json] = {name: value for name in (*_TEXTS, *_NUMBERS) if (value := getattr(report, name)) is not None}
    said["begin"], said["end"], said["exercise"] = format_time(report.begin_us), format_time(report.end_us), report.exercise
    if report.revision:
        said["revision"] = report.revision
    if report.issued_us is not None:
        said["issued"] = format_time(report.issued_us)
    if report.ellipse is not None:
        said["ellipse"] = [report.ellipse.major_km, report.ellipse.minor_km, report.ellipse.azimuth]
    if report.measures:
        said["measures"] = [measure.to_json() for measure in report.measures]
    if report.actors:
        said["actors"] = list(report.actors)
    if report.details:
        said["details"] = report.details
    return said


def report_of_facts(said: Mapping[str, Json], payload: bytes = b"") -> Report:
    """The report whose `facts` these are. Raises `ValueError` or `TypeError` where they are none; what else may be wrong shows when they are made again."""
    left: dict[str, Any] = dict(said)
    for name in ("begin", "end", "issued"):
        if name in left:
            left[f"{name}_us"] = parse_time(left.pop(name))
    if "ellipse" in left:
        left["ellipse"] = Ellipse(*map(float, left["ellipse"]))
    left |= {name: float(left[name]) for name in _NUMBERS if name in left}
    measures = tuple(_measure(**measure) for measure in left.pop("measures", ()))
    return Report(**(left | {"measures": measures, "actors": tuple(left.pop("actors", ())), "payload": payload}))


def _measure(name: str, value: float, sigma: float | None = None, agency: str | None = None) -> Measure:
    """A measure as JSON has it, where a whole number is an integer."""
    return Measure(name, float(value), None if sigma is None else float(sigma), agency)


def _write_true(value: bool) -> str:  # noqa: FBT001 - one of a table of writers, each of one argument
    return "true" if value else "false"


def _write_time(time_us: int) -> str:
    return f'"{format_time(time_us)}"'


def _write_ellipse(ellipse: Ellipse) -> str:
    return canonical_text([ellipse.major_km, ellipse.minor_km, ellipse.azimuth])


def _write_measures(measures: tuple[Measure, ...]) -> str:
    return canonical_text([measure.to_json() for measure in measures])


_WRITERS: dict[str, Callable[..., str]] = {
    **dict.fromkeys(_TEXTS, quoted),
    **dict.fromkeys(_NUMBERS, number_text),
    "begin_us": _write_time,
    "end_us": _write_time,
    "issued_us": _write_time,
    "exercise": _write_true,
    "revision": str,
    "ellipse": _write_ellipse,
    "measures": _write_measures,
    "actors": canonical_text,
    "details": canonical_text,
}
_WRITTEN = tuple((f'"{name.removesuffix("_us")}":', _WRITERS[name]) for name in sorted(_WRITERS))
_values_of = attrgetter(*sorted(_WRITERS))
_REVISION = sorted(_WRITERS).index("revision")


def facts_text(report: Report) -> str:
    """Canonical text of the facts. Written member by member, since every report of every file passes here; tested equal to `canonical_text(facts(report))`."""
    values = list(_values_of(report))
    values[_REVISION] = values[_REVISION] or None
    said = [start + write(value) for (start, write), value in zip(_WRITTEN, values, strict=True) if value or value == 0 or value == ""]  # noqa: PLR1714 - a list cannot be looked up in a set
    return "{" + ",".join(said) + "}"


def witness(agency: str, agency_ref: str | None, revision: int, facts_digest: str) -> str:
    """The name of a testimony: never owner, label, version or arrival, so that copies through several owners are one."""
    ref = "null" if agency_ref is None else quoted(agency_ref)
    return digest(f'[{quoted(agency)},{ref},{revision},"{facts_digest}"]'.encode())


@dataclass(frozen=True, slots=True)
class Key:
    """What a record is about, in its owner's log. `ref` is the agency's own, or the hash of the facts where it gives none.

    A real record and one of an exercise never share a key, though an agency should use its references again.
    """

    owner: str
    agency: str
    ref: str
    exercise: bool = False

    @property
    def text(self) -> str:
        """Canonical text."""
        return _key_text(self.owner, self.agency, self.ref, exercise=self.exercise)


@dataclass(frozen=True, slots=True)
class Record:
    """What travels between nodes: one version of one report, with its label."""

    key: Key
    version: int
    label: Label
    report: Report


def record_bytes(key_text: str, version: int, label_text: str, body_text: str, payload_digest: str | None) -> bytes:
    """Canonical bytes of a record, put together from canonical parts (the keys below are in canonical order).

    `key_text` is `Key.text`, `body_text` is `facts_text`, `label_text` is `label_text(label)`; the signature is not part of it.
    """
    payload = f',"payload":"{payload_digest}"' if payload_digest else ""
    return f'{{"body":{body_text},"key":{key_text},"label":{label_text}{payload},"type":"report","version":{version}}}'.encode()


def record_id(record: Record) -> str:
    """SHA-256 of the record's canonical bytes, hexadecimal."""
    payload_digest = digest(record.report.payload) if record.report.payload else None
    label = canonical_text(label_to_json(record.label))
    return digest(record_bytes(record.key.text, record.version, label, facts_text(record.report), payload_digest))


def _key_text(owner: str, agency: str, ref: str, *, exercise: bool) -> str:
    return f"[{quoted(owner)},{quoted(agency)},{quoted(ref)}{',true' if exercise else ''}]"


def report_key(owner: str, report: Report, facts_digest: str) -> Key:
    """The key of an owner's record of this report."""
    return Key(owner, report.agency, _ref(report, facts_digest), report.exercise)


def report_key_text(owner: str, report: Report, facts_digest: str) -> str:
    """`report_key(...).text`, at once."""
    return _key_text(owner, report.agency, _ref(report, facts_digest), exercise=report.exercise)


def _ref(report: Report, facts_digest: str) -> str:
    return report.agency_ref if report.agency_ref is not None else f"sha256:{facts_digest}"


_numbers_of = attrgetter(*_NUMBERS)


def is_finite(report: Report) -> bool:
    """Whether every number of the report is a finite one."""
    numbers = [number for number in _numbers_of(report) if number is not None]
    if report.ellipse is not None:
        numbers += [report.ellipse.major_km, report.ellipse.minor_km, report.ellipse.azimuth]
    for measure in report.measures:
        numbers += [measure.value, measure.sigma or 0.0]
    return math.isfinite(sum(numbers)) or all(map(math.isfinite, numbers))
