"""Meetings, agreements and joint activities that took place, from tables, JSON and GeoJSON that organisations keep themselves.

The columns are listed in the README. Participants are institutions and countries; what looks like a person is taken out
before anything is hashed or kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO

from vigie.fields.cooperation.vocabulary import FIELD, SCHEME, TERMS, meaning_of
from vigie.ingest.rows import CellFault, number_of, payload_of, reports_of, required, text_of
from vigie.ingest.shapes import any_rows, names_in
from vigie.model.canonical import Json
from vigie.model.errors import Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report, TimeMeaning
from vigie.model.terms import coding
from vigie.model.times import parse_interval
from vigie.model.vocabulary import country_code

PERSONAL = (
    *("contact", "contacts", "contact_person", "focal_point", "person", "persons", "author", "authors", "email", "phone"),
    *("chair", "chairs", "speaker", "speakers", "director", "directors", "rapporteur", "rapporteurs", "moderator", "moderators"),
    *("delegate", "delegates", "attendee", "attendees", "signatory", "signatories", "description", "notes", "minutes"),
)
"""People, and free text that names them."""

PLACE_KM = 5.0
"""Radius of a place given by its coordinates, where the table states none: a town (our choice)."""

_KIND = ("kind", "type", "activity_type")
_BEGIN = ("begin", "date", "start", "start_date", "begin_date")
_END = ("end", "end_date")
_PLACE = ("place", "city", "location")
_COUNTRY = ("country", "countries")
_ORGANISERS = ("organisers", "organiser", "organizers", "organizer", "host")
_PARTICIPANTS = ("participants", "participating_institutions", "parties")
_MECHANISM = ("mechanism", "framework", "programme")
_THEMES = ("themes", "theme", "topics")
_AGENCY = ("agency", "reported_by")
_MARKS = ("organisers", "organiser", "organizers", "organizer", "participants", "participating_institutions", "mechanism")
_SPLIT = re.compile(r"[;|\n]")
_LON, _LAT = ("lon", "longitude"), ("lat", "latitude")
_PERSON = re.compile(r"(?:mr|mrs|ms|miss|dr|prof|gen|lt|col|maj|capt|adm|sgt|sir|h\.\s?e)\b\.?\s|.*\S@\S|.*\+?\d[\d /()-]{7,}\d", re.IGNORECASE | re.DOTALL)


def recognises(sample: Sample) -> bool:
    """Whether the file has a title, a kind and a date, and says who took part or under what mechanism."""
    names = names_in(sample.head)
    wanted = (("title",), _KIND, _BEGIN, _MARKS)
    return all(names & set(some) for some in wanted)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Report | Reject]:
    """What took place, as reports of the agency that each row names (else the context). Raises `BadReport` where the file is neither table nor JSON."""
    return reports_of(any_rows(stream, "features"), partial(_report, context), PERSONAL)


def _report(context: ReadContext, cells: Mapping[str, Any]) -> Report:
    kept, removed = _without_persons(_flat(cells))
    word = required(kept, *_KIND)
    term = meaning_of(word)
    if term is None:
        msg = "kind"
        raise CellFault(msg, word, f"a kind of cooperation, or a word of {TERMS.editions[SCHEME]}")
    begin_us, end_us, meaning = _when(kept)
    named = [text for name in _COUNTRY for text in _texts(kept, name)]
    codes = sorted({code for text in named if (code := country_code(text))})
    return Report(
        agency=text_of(kept, *_AGENCY) or context.agency or required({}, "agency"),
        agency_ref=text_of(kept, "id", "identifier", "ref"),
        field=FIELD,
        kind=term.kind,
        begin_us=begin_us,
        end_us=end_us,
        time_meaning=meaning,
        lon=number_of(kept, *_LON),
        lat=number_of(kept, *_LAT),
        radius_km=_radius_km(kept),
        place=text_of(kept, *_PLACE),
        country=codes[0] if len(codes) == 1 and len(named) == 1 else None,
        actors=tuple(dict.fromkeys(actor for name in (*_ORGANISERS, *_PARTICIPANTS) for actor in _texts(kept, name))),
        summary=required(kept, "title"),
        language=text_of(kept, "language", "lang"),
        exercise=context.exercise,
        details=_details(kept, coding(TERMS, SCHEME, word, term), removed),
        payload=payload_of(kept),
    )


def _flat(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells with names in small letters; a GeoJSON feature as its properties, with lon and lat of its point."""
    if cells.get("type") != "Feature":
        return {str(name).strip().casefold(): value for name, value in cells.items()}
    properties = cells.get("properties")
    if not isinstance(properties, Mapping):
        msg = "properties"
        raise CellFault(msg, properties, "an object")
    flat = {str(name).strip().casefold(): value for name, value in properties.items()}
    if "id" in cells:
        flat.setdefault("id", cells["id"])
    return flat | _point(cells.get("geometry"))


def _point(geometry: Any) -> dict[str, Any]:
    if geometry is None:
        return {}
    place = geometry.get("coordinates") if isinstance(geometry, Mapping) and geometry.get("type") == "Point" else None
    if not isinstance(place, list) or len(place) not in (2, 3):
        msg = "geometry"
        raise CellFault(msg, geometry, "a Point with lon and lat")
    return {"lon": place[0], "lat": place[1]}


def _texts(cells: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a cell: a list, or one text with semicolons or bars between them."""
    value = cells.get(name)
    parts = value if isinstance(value, list) else _SPLIT.split("" if value is None else str(value))
    if not all(isinstance(part, str) for part in parts):
        raise CellFault(name, value, "texts, each an institution or a country")
    return [text for part in parts if (text := part.strip())]


def _without_persons(cells: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The cells without those organisers and participants that look like persons, and how many these were."""
    lists = {name: _texts(cells, name) for name in (*_ORGANISERS, *_PARTICIPANTS) if name in cells}
    kept: dict[str, list[str]] = {name: [text for text in texts if not _PERSON.match(text)] for name, texts in lists.items()}
    removed = sum(map(len, lists.values())) - sum(map(len, kept.values()))
    return {**cells, **kept}, removed


def _when(cells: Mapping[str, Any]) -> tuple[int, int, TimeMeaning]:
    """A year, a month or a day is an interval in which it took place; with an end it lasted from the one to the other."""
    begin, end = required(cells, *_BEGIN), text_of(cells, *_END)
    if end is None and begin.count("/") == 1:
        begin, _, end = begin.partition("/")
        end = begin[: -len(end)] + end if len(end) < len(begin) else end
    begin_us, until_us = _interval("begin", begin)
    if end is None:
        return begin_us, until_us, "uncertain"
    end_us = _interval("end", end)[1]
    if end_us < begin_us:
        msg = "end"
        raise CellFault(msg, end, f"not before {begin}")
    return begin_us, end_us, "lasted"


def _interval(name: str, text: str) -> tuple[int, int]:
    try:
        return parse_interval(text)
    except (ValueError, OverflowError):
        raise CellFault(name, text, "a year, a month, a day or an instant, as ISO 8601 writes them") from None


def _radius_km(cells: Mapping[str, Any]) -> float | None:
    radius_km = number_of(cells, "radius_km")
    if radius_km is not None and radius_km < 0:
        msg = "radius_km"
        raise CellFault(msg, radius_km, "0 or more")
    return PLACE_KM if radius_km is None and number_of(cells, *_LON) is not None else radius_km


def _details(cells: Mapping[str, Any], code: dict[str, Json], removed: int) -> dict[str, Json]:
    countries = [text for name in _COUNTRY for text in _texts(cells, name)]
    themes = [text for name in _THEMES for text in _texts(cells, name)]
    said: dict[str, Json] = {
        "code": code,
        "mechanism": text_of(cells, *_MECHANISM),
        "organisers": [text for name in _ORGANISERS for text in _texts(cells, name)],
        "themes": themes,
        "countries": sorted({found for text in countries if (found := country_code(text))}),
        "country_name": [text for text in countries if country_code(text) is None],
        "url": text_of(cells, "url", "link"),
        "persons_removed": removed or None,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


READERS = (Reader("cooperation", "Meetings, agreements and joint activities (table, JSON or GeoJSON)", recognises, read, PERSONAL),)
