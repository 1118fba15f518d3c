"""A batch of texts as columns of reports: every field checked and converted, many rows at once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from vigie.ingest.geometry import outline_place
from vigie.ingest.mapping import Mapping
from vigie.ingest.moments import Times, intervals, widen
from vigie.ingest.objects import GEOMETRY
from vigie.ingest.sheet import Fault, Floats, Mask, Sheet, or_else
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.pack import ReadContext
from vigie.model.report import Measure
from vigie.model.terms import Terms
from vigie.model.times import NEVER_US

TEXTS = ("agency_ref", "agency", "field", "kind", "place", "country", "scale", "summary", "language", "grade")
NUMBERS = ("sigma_s", "lon", "lat", "radius_km", "major_km", "minor_km", "azimuth", "depth_km", "magnitude")
_TIME = "a date or time of the years -500 to 2100, such as 2014-10-01 or 2014-10-01T12:30:00Z"
_PARTS = re.compile(r";(?=[^;:]*:|\s*$)")
UNNAMED = "unknown"
"""The name of a listed measure whose agency gave it none, as bulletins do with magnitudes of unknown type."""

_LARGEST = 1e12
_MAX_REVISION = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The fields of n rows; where `good` is false the row is a reject and its values mean nothing. NaN, blank and `NEVER_US` stand for missing."""

    good: Mask
    texts: AnyMapping[str, pl.Series]
    numbers: AnyMapping[str, Floats]
    begin_us: Times
    end_us: Times
    issued_us: Times
    lasted: Mask
    exercise: Mask
    revision: Times
    measures: list[tuple[Measure, ...]] | None
    actors: list[tuple[str, ...]] | None
    shapes: AnyMapping[int, Json]


def understand(sheet: Sheet, context: ReadContext, terms: Terms | None) -> Columns:
    """The columns of a sheet; the sheet then knows which rows are faulty and why. Raises `BadSetting` for a scheme that nobody defined."""
    texts = _texts(sheet, context, terms)
    begin, end, lasted = _times(sheet, texts["agency"])
    numbers = _numbers(sheet)
    shapes = _place(sheet, numbers)
    _radius_by_code(sheet, numbers, texts["agency"])
    _ellipse(numbers, sheet.mapping.ellipse_level)
    revision = sheet.number("revision", 0, _MAX_REVISION, "a whole number, zero or more")
    with np.errstate(invalid="ignore"):
        sheet.blame(revision % 1 > 0, Fault(sheet.label("revision"), sheet.text("revision"), "a whole number, zero or more"))
        is_whole = (revision >= 0) & (revision <= _MAX_REVISION)
    issued = _issued(sheet)
    exercise = sheet.flags("exercise") | context.exercise
    measures = _measures(sheet)
    return Columns(
        good=sheet.fault < 0,
        texts=texts,
        numbers=numbers,
        begin_us=begin,
        end_us=end,
        issued_us=issued,
        lasted=lasted,
        exercise=exercise,
        revision=np.where(is_whole, revision, 0).astype(np.int64),
        measures=measures,
        actors=_actors(sheet),
        shapes=shapes,
    )


def _texts(sheet: Sheet, context: ReadContext, terms: Terms | None) -> dict[str, pl.Series]:
    mapping = sheet.mapping
    texts = {name: sheet.text(name) for name in TEXTS}
    texts["agency"] = or_else(texts["agency"], mapping.agency or context.agency)
    texts["field"] = or_else(texts["field"], mapping.field)
    texts["kind"] = _kinds(sheet, texts["kind"], texts["agency"], terms)
    for name in ("agency", "field", "kind"):
        sheet.blame((texts[name] == "").to_numpy(), Fault(sheet.label(name), texts[name], f"the {name} of the report"))
    texts["country"] = _countries(texts["country"], mapping)
    grade = texts["grade"].str.to_uppercase()
    sheet.blame(~grade.str.contains(r"^([A-F][1-6])?$").to_numpy(), Fault(sheet.label("grade"), texts["grade"], "a grade from A1 to F6"))
    return texts | {"grade": grade}


def _kinds(sheet: Sheet, codes: pl.Series, agencies: pl.Series, terms: Terms | None) -> pl.Series:
    """Shared kinds for the codes; a code that no table has is a fault, never a guess."""
    mapping = sheet.mapping
    table = {agency: dict(known) for agency, known in mapping.kinds.items()}
    if mapping.kind_scheme:
        table[""] = _scheme(mapping, terms) | table.get("", {})
    if not table:
        return or_else(codes, mapping.kind)
    kinds = sheet.coded(codes, agencies, table)
    sheet.blame(kinds.is_null().to_numpy(), Fault(sheet.label("kind"), codes, "a code that the mapping or its scheme knows", "The kind has an unknown code"))
    return or_else(kinds.fill_null(mapping.kind or "?"), mapping.kind)


def _scheme(mapping: Mapping, terms: Terms | None) -> dict[str, str]:
    codes = terms.codes.get(mapping.kind_scheme) if terms else None
    if codes is None:
        known = ", ".join(sorted(terms.codes)) if terms and terms.codes else "a scheme of the field's terms"
        raise BadSetting("The mapping names an unknown scheme of kinds", mapping.name, field="kind_scheme", got=mapping.kind_scheme, expected=known)
    return {code.casefold(): term.kind for code, term in codes.items()}


def _countries(texts: pl.Series, mapping: Mapping) -> pl.Series:
    """Countries by the mapping's table; two letters in capitals; anything else as it stands."""
    if (texts == "").all():
        return texts
    known = {text: mapping.countries.get(text.casefold(), text.upper() if len(text) == 2 and text.isascii() else text) for text in texts.unique().to_list()}  # noqa: PLR2004
    return texts.replace_strict(list(known), list(known.values()), return_dtype=pl.String)


def _times(sheet: Sheet, agencies: pl.Series) -> tuple[Times, Times, Mask]:
    """Begin, end, and whether it lasted."""
    mapping = sheet.mapping
    begin_text, end_text = _moment(sheet, "begin", "clock"), _moment(sheet, "end", "end_clock")
    begin, own_end = intervals(begin_text, mapping)
    sheet.blame(begin == NEVER_US, Fault(sheet.label("begin"), begin_text, _TIME))
    has_end = (end_text != "").to_numpy()
    end = own_end
    if has_end.any():
        end = np.where(has_end, intervals(end_text, mapping)[1], own_end)
        sheet.blame(end == NEVER_US, Fault(sheet.label("end"), end_text, _TIME))
        sheet.blame(end < begin, Fault(sheet.label("end"), end_text, "an end that does not lie before the begin"))
    lasted = _lasted(sheet, has_end & (end > own_end))
    if mapping.interval_by_code:
        spans = _codes(sheet, "time_precision", agencies, mapping.interval_by_code)
        wider = (spans.is_in(["week", "month", "year"])).to_numpy()
        begin, end = widen(begin, end, spans)
        lasted &= ~wider
    return begin, end, lasted


def _moment(sheet: Sheet, day: str, clock: str) -> pl.Series:
    """The text of a time; a time of day from a column of its own is put behind its date."""
    texts = sheet.text(day)
    if not sheet.sources(clock):
        return texts
    clocks = sheet.text(clock)
    joined = pl.Series(texts + (" " if sheet.mapping.time_format else "T") + clocks)
    return joined.zip_with((clocks != "") & (texts != ""), texts)


def _lasted(sheet: Sheet, is_longer: Mask) -> Mask:
    texts = sheet.text("time_meaning").str.to_lowercase()
    sheet.blame(~texts.is_in(["", "lasted", "uncertain"]).to_numpy(), Fault(sheet.label("time_meaning"), texts, "lasted or uncertain"))
    default = is_longer if sheet.mapping.time_meaning == "lasted" else np.zeros(sheet.height, bool)
    return np.where((texts == "").to_numpy(), default, (texts == "lasted").to_numpy())


def _issued(sheet: Sheet) -> Times:
    texts = sheet.text("issued")
    issued = intervals(texts, sheet.mapping)[0]
    sheet.blame((issued == NEVER_US) & (texts != "").to_numpy(), Fault(sheet.label("issued"), texts, _TIME))
    return issued


def _codes(sheet: Sheet, field: str, agencies: pl.Series, table: AnyMapping[str, AnyMapping[str, str]]) -> pl.Series:
    """Meanings of a precision code; one that the table lacks is a fault."""
    codes = sheet.text(field)
    meanings = sheet.coded(codes, agencies, {agency: dict(known) for agency, known in table.items()})
    sheet.blame(meanings.is_null().to_numpy(), Fault(sheet.label(field), codes, "a precision code that the mapping knows"))
    return meanings.fill_null("")


def _numbers(sheet: Sheet) -> dict[str, Floats]:
    numbers = {name: sheet.number(name, 0, _LARGEST, "a number, zero or more") for name in ("sigma_s", "radius_km", "major_km", "minor_km")}
    numbers |= {name: sheet.number(name) for name in ("azimuth", "depth_km", "magnitude")}
    numbers["lon"] = sheet.number("lon", -180, 180, "a longitude from -180 to 180 degrees")
    numbers["lat"] = sheet.number("lat", -90, 90, "a latitude from -90 to 90 degrees")
    return numbers


def _place(sheet: Sheet, numbers: dict[str, Floats]) -> dict[int, Json]:
    """Shapes by row; they set the place, and the radius where the row gives none."""
    half = np.isnan(numbers["lon"]) != np.isnan(numbers["lat"])
    lacking = np.isnan(numbers["lon"])
    for name, rows in (("lon", half & lacking), ("lat", half & ~lacking)):
        sheet.blame(rows & (sheet.fault < 0), Fault(sheet.label(name), sheet.text(name), "lon and lat together or not at all"))
    outlines = sheet.first(sheet.columns([*sheet.mapping.columns.get("outline", ()), GEOMETRY]))
    shapes: dict[int, Json] = {}
    bad = np.zeros(sheet.height, bool)
    for index in np.flatnonzero((outlines != "").to_numpy()).tolist():
        try:
            lon, lat, radius_km, shape = outline_place(outlines[index])
        except ValueError:
            bad[index] = True
            continue
        numbers["lon"], numbers["lat"] = _put(numbers["lon"], index, lon), _put(numbers["lat"], index, lat)
        bad[index] = not (abs(lon) <= 180 and abs(lat) <= 90)  # noqa: PLR2004
        if shape is not None:
            shapes[index] = shape
            if radius_km is not None and math.isnan(numbers["radius_km"][index]):
                numbers["radius_km"] = _put(numbers["radius_km"], index, radius_km)
    sheet.blame(bad, Fault(next(iter(sheet.sources("outline")), GEOMETRY), outlines, "a GeoJSON geometry or WKT in degrees, longitude first"))
    return shapes


def _put(values: Floats, index: int, value: float) -> Floats:
    own = values if values.flags.writeable else values.copy()
    own[index] = value
    return own


def _radius_by_code(sheet: Sheet, numbers: dict[str, Floats], agencies: pl.Series) -> None:
    """A precision code gives the radius where the row has none of its own."""
    if not sheet.mapping.radius_by_code:
        return
    meanings = _codes(sheet, "place_precision", agencies, sheet.mapping.radius_by_code)
    by_code = meanings.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    has_place = ~np.isnan(numbers["lon"])
    numbers["radius_km"] = np.where(np.isnan(numbers["radius_km"]) & has_place, by_code, numbers["radius_km"])


def _ellipse(numbers: dict[str, Floats], level: float) -> None:
    """Axes at 68 %, the longer one first; without an azimuth or with one axis alone a circle of the longest."""
    factor = axes_factor(level)
    major, minor, azimuth = numbers["major_km"] * factor, numbers["minor_km"] * factor, numbers["azimuth"]
    longest, shortest = np.fmax(major, minor), np.fmin(major, minor)
    turned = np.where(minor > major, (azimuth + 90) % 180, azimuth)
    whole = ~(np.isnan(major) | np.isnan(minor) | np.isnan(azimuth))
    numbers["radius_km"] = np.where(np.isnan(numbers["radius_km"]) & ~whole, longest, numbers["radius_km"])
    for name, values in (("major_km", longest), ("minor_km", shortest), ("azimuth", turned)):
        numbers[name] = np.where(whole, values, np.nan)


def axes_factor(level: float) -> float:
    """By what an ellipse's axes that hold `level` are multiplied to hold 68 %: of a two-dimensional Gaussian, p = 1 - exp(-r^2 / 2).

    >>> round(axes_factor(0.9), 4)
    0.7035
    """
    return 1.0 if level == 0.68 else math.sqrt(math.log(1 - 0.68) / math.log(1 - level))  # noqa: PLR2004


def _actors(sheet: Sheet) -> list[tuple[str, ...]] | None:
    """The organisations of each row: all mapped columns, each cut at the separator, each name once."""
    columns = sheet.sources("actors")
    if not columns or all((sheet.cells.get_column(name) == "").all() for name in columns):
        return None
    lists = [sheet.first([name]).to_list() for name in columns]
    return [_names(row, sheet.mapping.separator) for row in zip(*lists, strict=True)]


def _names(cells: tuple[str, ...], separator: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for cell in cells if cell for part in cell.split(separator) if (name := part.strip())))


def _measures(sheet: Sheet) -> list[tuple[Measure, ...]] | None:
    """Named numbers of each row: from columns of their own, and from one column that lists them."""
    found: list[list[Measure]] = []
    for name, columns in sheet.mapping.measures.items():
        present = sheet.columns(columns)
        if not present:
            continue
        values = sheet.numbers(sheet.first(present), present[0], (-np.inf, np.inf), "a finite number").tolist()
        found = found or [[] for _ in range(sheet.height)]
        for row, value in zip(found, values, strict=True):
            if not math.isnan(value):
                row.append(Measure(name, value))
    listed = _listed_measures(sheet)
    if listed is None:
        return [tuple(row) for row in found] if found else None
    return [(*row, *more) for row, more in zip(found or [[] for _ in listed], listed, strict=True)]


def _listed_measures(sheet: Sheet) -> list[tuple[Measure, ...]] | None:
    texts = sheet.text("measures")
    if not sheet.sources("measures"):
        return None
    known = {text: measure_list(text) for text in texts.unique().to_list()}
    listed = [known[text] for text in texts.to_list()]
    expected = "a list such as mb:5.1@ISC;MS:5.3"
    sheet.blame(np.array([item is None for item in listed], bool), Fault(sheet.label("measures"), texts, expected))
    return [item or () for item in listed]


def measure_list(text: str) -> tuple[Measure, ...] | None:
    """The measures of `name:value~sigma@agency;...` (sigma and agency may be left out), or None where it is no such list.

    >>> measure_list("mb:5.1@ISC;MS:5.3~0.2")[1]
    Measure(name='MS', value=5.3, sigma=0.2, agency=None)
    """
    try:
        measures = tuple(_measure(part) for part in _PARTS.split(text) if part.strip())
    except ValueError:
        return None
    numbers = [number for item in measures for number in (item.value, item.sigma) if number is not None]
    return measures if all(map(math.isfinite, numbers)) else None


def _measure(text: str) -> Measure:
    name, colon, rest = text.strip().partition(":")
    number, _, agency = rest.partition("@")
    value, _, sigma = number.partition("~")
    if not colon:
        raise ValueError(text)
    return Measure(name.strip() or UNNAMED, float(value), float(sigma) if sigma.strip() else None, agency.strip() or None)
