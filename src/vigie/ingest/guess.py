"""A mapping guessed from the names of a table's columns and from what their cells look like, for a person to check and save."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from typing import Any, Literal

import polars as pl

from vigie.ingest.mapping import Mapping, Texts
from vigie.ingest.personal import looks_personal

SYNONYMS: AnyMapping[str, Texts] = {
    "agency_ref": ("report_id", "event_id", "eventid", "globaleventid", "source_id", "id", "uuid", "ref", "reference", "broj", "br", "numri", "nr", "број"),
    "agency": ("agency", "source_agency", "reporting_agency", "organisation", "organization", "dataset", "author", "contributor", "institution"),
    "kind": ("kind", "event_type", "eventtype", "sub_event_type", "type", "category", "vrsta", "tip", "lloji", "врста", "вид", "тип"),
    "begin": (
        "begin",
        "time",
        "datetime",
        "date_time",
        "timestamp",
        "origin_time",
        "event_date",
        "date_start",
        "start_date",
        "start",
        "date",
        "datum",
        "data",
        "датум",
    ),
    "clock": ("time_of_day", "clock", "hour", "vrijeme", "vreme", "ora", "heure", "време"),
    "end": ("end", "enddate", "end_date", "date_end", "end_time"),
    "lon": (
        "lon",
        "lng",
        "long",
        "longitude",
        "x",
        "gjatesia",
        "gjatesi",
        "duzina",
        "geografska_duzina",
        "должина",
        "дужина",
        "географска_дужина",
        "географска_должина",
    ),
    "lat": ("lat", "latitude", "y", "gjeresia", "gjeresi", "sirina", "geografska_sirina", "ширина", "географска_ширина"),
    "outline": ("geometry", "wkt", "polygon", "outline", "geom"),
    "radius_km": ("radius_km", "uncertainty_km", "horizontal_error"),
    "depth_km": ("depth_km", "depth", "dubina", "thellesia", "дубина", "длабочина"),
    "place": (
        "place",
        "location",
        "place_name",
        "mjesto",
        "mesto",
        "vend",
        "vendi",
        "lieu",
        "место",
        "општина",
        "opstina",
        "opcina",
        "bashkia",
        "komuna",
        "municipality",
        "settlement",
        "city",
        "town",
    ),
    "country": ("country", "country_code", "iso2", "drzava", "shteti", "pays", "држава"),
    "magnitude": ("magnitude", "mag", "ml", "mw", "ms", "mb", "md", "deaths", "fatalities", "killed", "dead"),
    "scale": ("scale", "mag_type", "magtype"),
    "actors": ("actors", "actor", "actor1", "actor2"),
    "summary": ("summary", "description", "notes", "remarks", "opis", "pershkrimi", "опис"),
    "language": ("language", "lang"),
    "issued": ("issued", "published", "updated", "date_reported"),
}
"""Column names that are often met, best first; in small letters, joined by underscores."""

_SCALES = {"ml": "ML", "mw": "Mw", "ms": "MS", "mb": "mb", "md": "Md"} | dict.fromkeys(("deaths", "fatalities", "killed", "dead"), "deaths")
_SPACES = re.compile(r"[\s.\-]+")
TIME_LIKE = r"^\d{4}-\d{1,2}-\d{1,2}|^\d{1,2}[./-] ?\d{1,2}[./-] ?\d{4}|^\d{8}$"
CLOCK_LIKE = r"^\d{1,2}:\d{2}"
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
_YEAR_LAST = r"^(\d{1,2})[./-] ?(\d{1,2})[./-] ?\d{4}"
_METRES_FROM = 900.0


def guess(cells: pl.DataFrame, name: str = "guessed", delimiter: str = "") -> Mapping:
    """A mapping for a table of which `cells` shows some rows as texts. It is a proposal: nothing in it is certain."""
    chosen = _by_name(cells.columns)
    if "begin" not in chosen:
        chosen |= _by_shape(cells, {column for columns in chosen.values() for column in columns})
    if "clock" in chosen and not _share(cells, chosen["clock"][0], CLOCK_LIKE):
        del chosen["clock"]
    time = chosen.get("begin", ())
    magnitude = plain_name(chosen["magnitude"][0]) if "magnitude" in chosen else ""
    return Mapping(
        name=name,
        title="Guessed from the columns; check it before use",
        field=_field(chosen, magnitude),
        kind=_kind(chosen, magnitude),
        delimiter=delimiter,
        date_order=_date_order(cells, time),
        units={"depth_km": "m"} if _is_metres(cells, chosen.get("depth_km", ())) else {},
        columns=chosen,
        constants={"scale": _SCALES[magnitude]} if magnitude in _SCALES and "scale" not in chosen else {},
    )


def plain_name(name: str) -> str:
    """The name in small letters, without marks on them, its words joined by underscores."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    return _SPACES.sub("_", unicodedata.normalize("NFC", "".join(letter for letter in letters if not unicodedata.combining(letter))))


def _by_name(columns: Sequence[str]) -> dict[str, Texts]:
    """For each field the first synonym that a column bears; no column twice, no column that looks personal."""
    free = {plain_name(column): column for column in reversed(columns) if not looks_personal(column)}
    chosen: dict[str, Texts] = {}
    for field, synonyms in SYNONYMS.items():
        found = [free.pop(name) for name in synonyms if name in free][: None if field == "actors" else 1]
        if found:
            chosen[field] = tuple(found)
    return chosen


def _by_shape(cells: pl.DataFrame, taken: Iterable[str]) -> dict[str, Texts]:
    """The first column of dates, where no name told."""
    free = [column for column in cells.columns if column not in set(taken) and not looks_personal(column)]
    return next(({"begin": (column,)} for column in free if _share(cells, column, TIME_LIKE)), {})


def _share(cells: pl.DataFrame, column: str, pattern: str) -> bool:
    """Whether nine in ten of the cells that are not blank match."""
    texts = cells.get_column(column).str.strip_chars()
    texts = texts.filter(texts != "")
    return len(texts) > 0 and int(texts.str.contains(pattern).sum()) >= 0.9 * len(texts)


def _date_order(cells: pl.DataFrame, time: Texts) -> Literal["ymd", "dmy", "mdy"]:
    """Day first unless a second number above 12 shows that the month comes first; year first where no date ends in its year."""
    if not time:
        return "ymd"
    found = cells.get_column(time[0]).str.strip_chars().str.extract_groups(_YEAR_LAST).struct.unnest().cast(pl.Int32).drop_nulls()
    if not found.height:
        return "ymd"
    return "mdy" if (found.to_series(1) > 12).any() else "dmy"  # noqa: PLR2004


def _is_metres(cells: pl.DataFrame, depth: Texts) -> bool:
    """No earthquake is deeper than some 700 km, so larger numbers are metres."""
    if not depth:
        return False
    deepest: Any = cells.get_column(depth[0]).str.strip_chars().cast(pl.Float64, strict=False).max()
    return deepest is not None and bool(deepest > _METRES_FROM)


def _field(chosen: AnyMapping[str, Texts], magnitude: str) -> str:
    if "depth_km" in chosen or _SCALES.get(magnitude, "deaths") != "deaths" or magnitude in {"mag", "magnitude"}:
        return "seismic"
    return "conflict"


def _kind(chosen: AnyMapping[str, Texts], magnitude: str) -> str:
    if "kind" in chosen:
        return ""
    return "seismic.earthquake" if _field(chosen, magnitude) == "seismic" else "other.statement"


def mapping_toml(mapping: Mapping) -> str:
    """The mapping as the TOML text that `load_mapping` reads; what is left at its default is left out."""
    default = Mapping(name="")
    values = {item.name: value for item in dataclasses.fields(Mapping) if (value := getattr(mapping, item.name)) != getattr(default, item.name)}
    lines = [f"{name} = {_toml(value)}" for name, value in values.items() if not isinstance(value, AnyMapping)]
    for name, value in values.items():
        if isinstance(value, AnyMapping):
            lines += _table(name, value)
    return "\n".join(lines) + "\n"


def _table(name: str, table: AnyMapping[str, object]) -> list[str]:
    """A table of plain values, or one of tables by agency; the codes of any agency stand in the table itself."""
    plain = {key: value for key, value in table.items() if not isinstance(value, AnyMapping)}
    nested = {key: value for key, value in table.items() if isinstance(value, AnyMapping)}
    own = plain | dict(nested.pop("", {}))
    lines = ["", f"[{name}]", *(f"{_key(key)} = {_code(name, value)}" for key, value in own.items())] if own else []
    for agency, codes in nested.items():
        lines += ["", f"[{name}.{_key(agency)}]", *(f"{_key(code)} = {_code(name, value)}" for code, value in codes.items())]
    return lines


def _key(name: str) -> str:
    return name if _BARE.match(name) else _toml(name)


def _code(table: str, value: object) -> str:
    return str(float(value)) if table == "radius_by_code" and isinstance(value, str) else _toml(value)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return str(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
