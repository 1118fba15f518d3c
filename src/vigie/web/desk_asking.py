"""What the page's own data may be asked: one choice of events for all of it, and what each answer needs beside that."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic
from pydantic import BeforeValidator, ConfigDict, Field

from vigie.model.errors import BadSetting
from vigie.node.pictures import Choice
from vigie.web.asking import After, Agencies, Agency, Box, Country, Exercise, FieldName, Severity, Since, Tongue, Until, bounds_of, box_of

MAX_WORDS = 200
"""The longest text that is searched for."""

_FORBID = ConfigDict(extra="forbid", frozen=True)
_Said = BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[str, Field(max_length=MAX_WORDS)]
_Code = Annotated[Annotated[str, Field(max_length=400)] | None, _Said]
_Km = Annotated[Annotated[float, Field(gt=0, le=20_000, allow_inf_nan=False)] | None, _Said]
_Longitude = Annotated[Annotated[float, Field(ge=-720, le=720)] | None, _Said]
_Latitude = Annotated[Annotated[float, Field(ge=-90, le=90)] | None, _Said]
_Zoom = Annotated[Annotated[float, Field(ge=0, le=24)] | None, _Said]
_Days = Annotated[Annotated[float, Field(gt=0, le=36_600)] | None, _Said]
_Period = Annotated[Literal["hour", "day", "week", "month", "year", "decade", "century"] | None, _Said]


class ChoiceQuery(pydantic.BaseModel):
    """Which events: the same parameters for picture, list, map and playback."""

    model_config = _FORBID
    field: FieldName = None
    kind: Annotated[Annotated[str, Field(max_length=1_000)] | None, _Said] = None
    country: Country = None
    unit: _Code = None
    agency: Agency = None
    since: Since = None
    until: Until = None
    bbox: Box = None
    min_severity: Severity = None
    min_agencies: Agencies = None
    max_agencies: Agencies = None
    q: Annotated[_Text | None, _Said] = None
    mapped: Annotated[Literal["yes", "no"] | None, _Said] = None
    cell_km: _Km = None
    exercise: Exercise = None
    language: Tongue = None


class PictureDataQuery(ChoiceQuery):
    """With a period of the histogram, and a second time to compare with."""

    period: _Period = None
    vs_since: Since = None
    vs_until: Until = None


class ListDataQuery(ChoiceQuery):
    """With the key of a page."""

    after: After = None


class MapDataQuery(ChoiceQuery):
    """With a window of the map, and a second time to compare with."""

    west: _Longitude = None
    south: _Latitude = None
    east: _Longitude = None
    north: _Latitude = None
    zoom: _Zoom = None
    vs_since: Since = None
    vs_until: Until = None


class FramesQuery(ChoiceQuery):
    """With the length of a step of the playback."""

    step_days: _Days = None


class BasemapQuery(pydantic.BaseModel):
    """How finely the land is drawn."""

    model_config = _FORBID
    detail: Annotated[Literal["low", "high"] | None, _Said] = None


class SearchQuery(pydantic.BaseModel):
    """What was typed into the search field."""

    model_config = _FORBID
    q: Annotated[_Text | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None


def wide_choice(query: ChoiceQuery) -> Choice:
    """The events that the query means, but for its words. Raises `BadSetting` for a date or a box that cannot be understood."""
    since_us, until_us = bounds_of(query.since, query.until)
    return Choice(
        field=query.field or "",
        kind=query.kind or "",
        country=query.country or "",
        unit=query.unit or "",
        agency=query.agency or "",
        since_us=since_us,
        until_us=until_us,
        box=box_of(query.bbox) if query.bbox else None,
        min_severity=query.min_severity,
        min_agencies=query.min_agencies or 1,
        max_agencies=query.max_agencies,
        mapped=query.mapped or "",
        cell_km=query.cell_km,
    )


def versus_of(query: PictureDataQuery | MapDataQuery) -> tuple[int | None, int | None] | None:
    """The second time, where one is asked for."""
    return bounds_of(query.vs_since, query.vs_until) if query.vs_since or query.vs_until else None


def window_of(query: MapDataQuery) -> tuple[float, float, float, float]:
    """West, south, east and north of the window; the whole world where none is named. Raises `BadSetting` where it is none."""
    sides = (query.west, query.south, query.east, query.north)
    if sides == (None,) * 4:
        return -180.0, -90.0, 180.0, 90.0
    west, south, east, north = (side if side is not None else float("nan") for side in sides)
    if not (west <= east and south <= north):
        got = ",".join("" if side is None else f"{side:g}" for side in sides)
        raise BadSetting("The window cannot be understood", field="west", got=got, expected="west, south, east and north in degrees, west before east")
    return west, south, east, north
