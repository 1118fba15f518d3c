"""What may be asked: the parameters of every route, checked, and the choice of events that they mean.

An unknown parameter, one that is given twice and a value that cannot be understood are refused with one sentence.
An empty value says nothing: a form sends its empty fields.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

import pydantic
from fastapi import Request
from pydantic import BeforeValidator, ConfigDict, Field

from vigie.model.errors import BadSetting
from vigie.model.times import parse_interval
from vigie.node.pictures import Choice

MAX_TEXT = 200
"""The longest value of a parameter that is a name."""

_FORBID = ConfigDict(extra="forbid", frozen=True)
_Said = BeforeValidator(lambda value: None if value == "" else value)
"""Turns the empty text of a form's field into nothing."""

_Name = Annotated[str, Field(max_length=MAX_TEXT)]
_Date = Annotated[str, Field(max_length=40)]
_Key = Annotated[str, Field(max_length=400)]
_Degree = Annotated[float, Field(ge=0, le=10)]
_Count = Annotated[int, Field(ge=1, le=1000)]

FieldName = Annotated[_Name | None, _Said, Field(description="Only this field, such as the names that /api/vocabulary lists.")]
KindName = Annotated[_Name | None, _Said, Field(description="Only this kind and the kinds below it.")]
Country = Annotated[_Name | None, _Said, Field(description="Only this country: ISO 3166-1 alpha-2, XK for Kosovo (UNSCR 1244/1999).")]
Agency = Annotated[_Name | None, _Said, Field(description="Only what this agency reported.")]
Since = Annotated[_Date | None, _Said, Field(description="Only what went on at or after the begin of this ISO 8601 date or instant (UTC).")]
Until = Annotated[_Date | None, _Said, Field(description="Only what began before the end of this ISO 8601 date, or before this instant (UTC).")]
Box = Annotated[_Name | None, _Said, Field(description="Only in this box: west,south,east,north in degrees; may cross the 180th meridian.")]
Severity = Annotated[_Degree | None, _Said, Field(description="Only events of at least this severity, 0 to 10.")]
Agencies = Annotated[_Count | None, _Said, Field(description="Only events that at least so many agencies saw.")]
Exercise = Annotated[Literal["true", "false"] | None, _Said, Field(description="true = the exercise world, false = the real one (the default); never mixed.")]
Limit = Annotated[Annotated[int, Field(ge=1)] | None, _Said, Field(description="How many to a page: 100 unless told, and never more than the node's max_page.")]
After = Annotated[_Key | None, _Said, Field(description="Where the page begins: take it from an answer's next link.")]
Format = Annotated[Literal["geojson", "csv"] | None, _Said, Field(description="The form of the answer; geojson unless told.")]
Period = Annotated[Literal["day", "week", "month", "year"] | None, _Said, Field(description="The periods of the timeline; month unless told.")]
Resolution = Annotated[Annotated[int, Field(ge=2, le=7)] | None, _Said, Field(description="The resolution of the H3 cells, 2 to 7; 4 unless told.")]
Tongue = Annotated[_Name | None, _Said, Field(description="The language of the page: a BCP 47 tag such as en, fr, sq or sr-Latn.")]
Problem = Annotated[_Name | None, _Said, Field(description="Only this warning problem.")]
Number = Annotated[Annotated[int, Field(ge=1, le=1_000_000)] | None, _Said, Field(description="The number of the page; 1 unless told.")]
Days = Annotated[Annotated[float, Field(gt=0, le=366)] | None, _Said, Field(description="How many days back; 7 unless told.")]
Recent = Annotated[Literal["1", "7", "30", "365", "all"] | None, _Said, Field(description="How many days back; all unless told.")]


class EventQuery(pydantic.BaseModel):
    """Which events, and which page of them."""

    model_config = _FORBID
    field: FieldName = None
    kind: KindName = None
    country: Country = None
    agency: Agency = None
    since: Since = None
    until: Until = None
    bbox: Box = None
    min_severity: Severity = None
    min_agencies: Agencies = None
    exercise: Exercise = None
    limit: Limit = None
    after: After = None
    format: Format = None


class WiderEventQuery(EventQuery):
    """Which events, by all that the page can choose by, so that every choice of the page is a feed too."""

    unit: Annotated[_Name | None, _Said, Field(description="Only this first-level unit of a country, by its code.")] = None
    max_agencies: Annotated[_Count | None, _Said, Field(description="Only events that at most so many agencies saw.")] = None
    q: Annotated[
        _Name | None, _Said, Field(description="Only events that bear these words: names of places, kinds, fields and agencies, in any language and script.")
    ] = None


class ReportQuery(pydantic.BaseModel):
    """Which reports, and which page of them."""

    model_config = _FORBID
    field: FieldName = None
    agency: Agency = None
    since: Since = None
    until: Until = None
    bbox: Box = None
    exercise: Exercise = None
    limit: Limit = None
    after: After = None


class PictureQuery(pydantic.BaseModel):
    """Which events, in which periods and cells."""

    model_config = _FORBID
    field: FieldName = None
    kind: KindName = None
    country: Country = None
    agency: Agency = None
    since: Since = None
    until: Until = None
    bbox: Box = None
    min_severity: Severity = None
    min_agencies: Agencies = None
    exercise: Exercise = None
    period: Period = None
    resolution: Resolution = None


class ReviewQuery(pydantic.BaseModel):
    """Which page of what an analyst reviews, and how long it is."""

    model_config = _FORBID
    exercise: Exercise = None
    limit: Limit = None
    page: Number = None


class PageQuery(pydantic.BaseModel):
    """What the page's form asks."""

    model_config = _FORBID
    field: FieldName = None
    country: Country = None
    agency: Agency = None
    days: Recent = None
    min_agencies: Agencies = None
    exercise: Exercise = None
    language: Tongue = None
    after: After = None


class WorldQuery(pydantic.BaseModel):
    """Which of the two worlds."""

    model_config = _FORBID
    exercise: Exercise = None


class ReferQuery(pydantic.BaseModel):
    """For which partner, in which of the two worlds."""

    model_config = _FORBID
    to: Annotated[str, pydantic.Field(min_length=1, max_length=64, description="The partner's party.")]
    exercise: Exercise = None


class TongueQuery(pydantic.BaseModel):
    """Which of the two worlds, in which language."""

    model_config = _FORBID
    exercise: Exercise = None
    language: Tongue = None


class ListQuery(pydantic.BaseModel):
    """Which page of a list, of which of the two worlds, in which language."""

    model_config = _FORBID
    exercise: Exercise = None
    language: Tongue = None
    page: Number = None


class RejectQuery(pydantic.BaseModel):
    """Which page of what could not be read: of one source (`-` = what was taken in by hand), of one file, or of all."""

    model_config = _FORBID
    source: Annotated[_Key | None, _Said] = None
    file: Annotated[Annotated[int, Field(ge=1, le=2**53)] | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None
    page: Number = None


class PlaceQuery(pydantic.BaseModel):
    """Which places: by what was typed, or the one that holds a point."""

    model_config = _FORBID
    q: Annotated[_Name | None, _Said] = None
    lon: Annotated[Annotated[float, Field(ge=-180, le=180)] | None, _Said] = None
    lat: Annotated[Annotated[float, Field(ge=-90, le=90)] | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None


class WhenQuery(pydantic.BaseModel):
    """A time as it was said; see `node.said_when`."""

    model_config = _FORBID
    how: Annotated[str, Field(max_length=20)]
    day: Annotated[_Date | None, _Said] = None
    clock: Annotated[_Date | None, _Said] = None
    part: Annotated[_Date | None, _Said] = None
    until_day: Annotated[_Date | None, _Said] = None
    until_clock: Annotated[_Date | None, _Said] = None
    about: Annotated[Literal["true", "false"] | None, _Said] = None
    zone: Annotated[_Name | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None


class AuditQuery(pydantic.BaseModel):
    """Which rows of the audit log."""

    model_config = _FORBID
    account: Annotated[_Name | None, _Said] = None
    act: Annotated[_Name | None, _Said] = None
    since: Since = None
    until: Until = None
    before: Annotated[Annotated[int, Field(ge=1, le=2**53)] | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None


class ActivityQuery(pydantic.BaseModel):
    """Which warnings a new activity answers."""

    model_config = _FORBID
    answers: Annotated[_Key | None, _Said] = None
    exercise: Exercise = None
    language: Tongue = None


class BriefQuery(pydantic.BaseModel):
    """Which brief, in which language."""

    model_config = _FORBID
    country: Country = None
    problem: Problem = None
    days: Days = None
    exercise: Exercise = None
    language: Tongue = None


def is_exercise(query: EventQuery | ReportQuery | PictureQuery | PageQuery | WorldQuery | ReviewQuery | ReferQuery) -> bool:
    """Whether the exercise world is meant."""
    return query.exercise == "true"


def choice_of(query: EventQuery | ReportQuery | PictureQuery) -> Choice:
    """The events that the query means. Raises `BadSetting` for a date or a box that cannot be understood."""
    return Choice(
        field=query.field or "",
        kind=getattr(query, "kind", None) or "",
        country=getattr(query, "country", None) or "",
        unit=getattr(query, "unit", None) or "",
        max_agencies=getattr(query, "max_agencies", None),
        agency=query.agency or "",
        since_us=_time(query.since, "since")[0] if query.since else None,
        until_us=_time(query.until, "until")[1] if query.until else None,
        box=box_of(query.bbox) if query.bbox else None,
        min_severity=getattr(query, "min_severity", None),
        min_agencies=getattr(query, "min_agencies", None) or 1,
    )


def bounds_of(since: str | None, until: str | None) -> tuple[int | None, int | None]:
    """From the begin of the first to the end of the second, in µs; None where one was not asked. Raises `BadSetting` for what is no date."""
    return _time(since, "since")[0] if since else None, _time(until, "until")[1] if until else None


def _time(text: str, name: str) -> tuple[int, int]:
    try:
        return parse_interval(text)
    except (ValueError, OverflowError) as fault:
        raise BadSetting("The date cannot be understood", field=name, got=text, expected="an ISO 8601 date or instant such as 2014-10-31") from fault


def box_of(text: str) -> tuple[float, float, float, float]:
    """West, south, east and north of `W,S,E,N`. Raises `BadSetting` for anything else."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west, south, east, north = (math.nan,) * 4
    if not (max(abs(west), abs(east)) <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 - degrees
        raise BadSetting("The box cannot be understood", field="bbox", got=text, expected="west,south,east,north in degrees, such as 13,36,30,48.5")
    return west, south, east, north


def check_once(request: Request) -> None:
    """Raises `BadSetting` where a parameter is given twice."""
    names = [name for name, _value in request.query_params.multi_items()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadSetting("A parameter is given twice", field=twice[0], expected="each parameter once")


def check_none(request: Request) -> None:
    """Raises `BadSetting` where there is any parameter: this address takes none."""
    if request.query_params:
        raise BadSetting("This address takes no parameter", got=min(request.query_params))
