"""A mapping: how the columns of somebody's table are understood as reports. It is a small TOML file; presets are such files.

The file is checked at the border by pydantic; inside, a mapping is the frozen value below.
"""

from __future__ import annotations

import dataclasses
import json
import math
import tomllib
from collections import abc
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vigie.model.errors import BadSetting
from vigie.model.source import Floor

Texts = tuple[str, ...]
ByAgency = abc.Mapping[str, abc.Mapping[str, str]]
"""Agency in small letters (empty = any) to code in small letters to what it means."""

TARGETS = (
    "agency_ref", "agency", "field", "kind", "begin", "clock", "end", "end_clock", "time_meaning", "time_precision", "sigma_s", "issued", "lon", "lat",
    "outline", "radius_km", "place_precision", "major_km", "minor_km", "azimuth", "depth_km", "place", "country", "magnitude", "scale",
    "measures", "actors", "summary", "language", "grade", "exercise", "revision",
)  # fmt: skip
"""What a column may be understood as."""

UNITS = {
    "km": 1.0, "m": 0.001, "mi": 1.609344, "nmi": 1.852, "ft": 0.0003048, "deg": 6371.0088 * math.pi / 180,
    "s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0, "d": 86400.0,
}  # fmt: skip
"""Factor of each unit to km or s. The international mile, nautical mile and foot are exact; a degree is one of arc on the IUGG's mean sphere, 6371.0088 km."""

LENGTHS, DURATIONS = frozenset({"km", "m", "mi", "nmi", "ft", "deg"}), frozenset({"s", "ms", "min", "h", "d"})
UNIT_OF = dict.fromkeys(("radius_km", "major_km", "minor_km", "depth_km"), LENGTHS) | {"sigma_s": DURATIONS}
"""The units that a column of each measured field may be in."""

CONSTANTS = ("place", "country", "scale", "language", "grade", "exercise", "sigma_s", "radius_km", "depth_km")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How a table is read. `columns`: report field -> column names, the first that is not blank counts, in any letter case.

    `keep` None keeps every other column that is not personal in the details.
    `ellipse_level` is the share that the table's ellipses hold; axes are brought to 68 %.
    """

    name: str
    title: str = ""
    field: str = ""
    kind: str = ""
    agency: str = ""
    delimiter: str = ""
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    time_format: str = ""
    time_zone: str = "UTC"
    time_meaning: Literal["lasted", "uncertain"] = "uncertain"
    ellipse_level: float = 0.68
    separator: str = "|"
    kind_scheme: str = ""
    columns: abc.Mapping[str, Texts] = dataclasses.field(default_factory=dict)
    measures: abc.Mapping[str, Texts] = dataclasses.field(default_factory=dict)
    units: abc.Mapping[str, str] = dataclasses.field(default_factory=dict)
    missing: abc.Mapping[str, Texts] = dataclasses.field(default_factory=dict)
    constants: abc.Mapping[str, str] = dataclasses.field(default_factory=dict)
    kinds: ByAgency = dataclasses.field(default_factory=dict)
    countries: abc.Mapping[str, str] = dataclasses.field(default_factory=dict)
    radius_by_code: ByAgency = dataclasses.field(default_factory=dict)
    interval_by_code: ByAgency = dataclasses.field(default_factory=dict)
    keep: Texts | None = None
    drop: Texts = ()
    personal: Texts = ()
    recognise: tuple[Texts, ...] = ()
    floor: Floor = "open"


_Names = str | list[str]
_Codes = dict[str, str | float | dict[str, str | float]]


class _File(BaseModel):
    """The mapping file as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1)
    title: str = ""
    field: str = ""
    kind: str = ""
    agency: str = ""
    delimiter: str = Field(default="", pattern=r"^[\t -!#-~]?$")
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    time_format: str = ""
    time_zone: str = "UTC"
    time_meaning: Literal["lasted", "uncertain"] = "uncertain"
    ellipse_level: float = Field(default=0.68, gt=0, lt=1)
    separator: str = Field(default="|", min_length=1)
    kind_scheme: str = ""
    columns: dict[str, _Names] = {}
    measures: dict[str, _Names] = {}
    units: dict[str, str] = {}
    missing: dict[str, _Names] = {}
    constants: dict[str, str | bool | float] = {}
    kinds: _Codes = {}
    countries: dict[str, str] = {}
    radius_by_code: _Codes = {}
    interval_by_code: _Codes = {}
    keep: list[str] | None = None
    drop: list[str] = []
    personal: list[str] = []
    recognise: list[_Names] = []
    floor: Floor = "open"


def load_mapping(text: str, source: str = "") -> Mapping:
    """The mapping that a TOML text describes. Raises `BadSetting` with one sentence for whatever is wrong with it."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadSetting("The mapping file is not TOML", source, got=str(fault)) from fault
    return mapping_of(values, source)


def mapping_of(values: abc.Mapping[str, Any], source: str = "") -> Mapping:
    """The mapping that these keys of a mapping file describe. Raises `BadSetting` with one sentence for whatever is wrong with it."""
    try:
        file = _File.model_validate(values)
    except ValidationError as fault:
        raise _setting_fault(fault, source) from fault
    if "\\u0000" in json.dumps(values, default=str):
        _refuse(source, "holds the character NUL", "", "\\u0000", "text that a store can keep")
    facts: dict[str, Any] = {item.name: _VALUES.get(item.name, _plain)(getattr(file, item.name)) for item in dataclasses.fields(Mapping)}
    mapping = Mapping(**facts)
    _check(mapping, source)
    return mapping


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file. Raises `BadSetting` where it cannot be read or understood."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting("The mapping file cannot be read", str(path), got=str(fault)) from fault
    return load_mapping(text, path.name)


@cache
def native_mapping() -> Mapping:
    """The preset `vigie`: a table whose columns bear the names of a report's own fields."""
    return load_mapping(resources.files("vigie.ingest").joinpath("presets/vigie.toml").read_text("utf-8"), "vigie.toml")


def _setting_fault(fault: ValidationError, source: str) -> BadSetting:
    """One sentence for the first of pydantic's faults."""
    first = fault.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return BadSetting("The mapping file has an unknown key", source, field=where, expected=f"one of {', '.join(_File.model_fields)}")
    if first["type"] == "missing":
        return BadSetting("The mapping file lacks a key", source, field=where, expected=f'a line such as {where} = "..."')
    return BadSetting("The mapping file has a wrong value", source, field=where, got=str(first["input"]), expected=first["msg"].lower())


def _plain(value: object) -> object:
    return value


def _texts(value: _Names | None) -> Texts | None:
    return None if value is None else (value,) if isinstance(value, str) else tuple(value)


def _texts_of_each(table: dict[str, _Names]) -> dict[str, Texts | None]:
    return {name: _texts(value) for name, value in table.items()}


def _by_agency(table: _Codes) -> dict[str, dict[str, str]]:
    """Codes without an agency stand under the empty one."""
    whole = {"": {code: value for code, value in table.items() if not isinstance(value, dict)}}
    parts = {agency.casefold(): codes for agency, codes in table.items() if isinstance(codes, dict)}
    return {agency: {code.casefold(): str(value) for code, value in codes.items()} for agency, codes in (whole | parts).items() if codes}


def _constants(table: dict[str, str | bool | float]) -> dict[str, str]:
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in table.items()}


_VALUES: dict[str, abc.Callable[..., object]] = {
    "columns": _texts_of_each,
    "measures": _texts_of_each,
    "missing": _texts_of_each,
    "constants": _constants,
    "kinds": _by_agency,
    "radius_by_code": _by_agency,
    "interval_by_code": _by_agency,
    "countries": lambda table: {name.casefold(): code for name, code in table.items()},
    "keep": _texts,
    "drop": _texts,
    "personal": _texts,
    "recognise": lambda groups: tuple(_texts(group) for group in groups),
}


def _check(mapping: Mapping, source: str) -> None:
    """Raises `BadSetting` for what pydantic cannot see."""
    for table, known in (("columns", TARGETS), ("missing", TARGETS), ("units", tuple(UNIT_OF)), ("constants", CONSTANTS)):
        for name in getattr(mapping, table):
            if name not in known:
                _refuse(source, "names an unknown report field", f"{table}.{name}", "", f"one of {', '.join(known)}")
    for name, unit in mapping.units.items():
        if unit not in UNIT_OF[name]:
            _refuse(source, "has an unknown unit", f"units.{name}", unit, f"one of {', '.join(sorted(UNIT_OF[name]))}")
    if not _is_zone(mapping.time_zone):
        _refuse(source, "names an unknown time zone", "time_zone", mapping.time_zone, "an IANA name such as Europe/Sarajevo")
    _check_codes(mapping, source)


def _check_codes(mapping: Mapping, source: str) -> None:
    for code, span in _pairs(mapping.interval_by_code):
        if span not in SPANS:
            _refuse(source, "has an unknown interval", f"interval_by_code.{code}", span, f"one of {', '.join(SPANS)}")
    for code, radius in _pairs(mapping.radius_by_code):
        if not _is_length(radius):
            _refuse(source, "has a wrong radius", f"radius_by_code.{code}", radius, "kilometres, zero or more")


def _refuse(source: str, what: str, field: str, got: str, expected: str) -> NoReturn:
    raise BadSetting(f"The mapping file {what}", source, field=field, got=got, expected=expected)


def _pairs(table: ByAgency) -> abc.Iterator[tuple[str, str]]:
    for codes in table.values():
        yield from codes.items()


def _is_zone(name: str) -> bool:
    import polars as pl

    try:
        pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(name)
    except pl.exceptions.PolarsError:
        return False
    return True


SPANS = ("instant", "day", "week", "month", "year")
"""How long an `interval_by_code` may say that the true time is unknown."""


def _is_length(text: str) -> bool:
    try:
        return 0 <= float(text) < math.inf
    except ValueError:
        return False
