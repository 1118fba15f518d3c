"""The data of the picture, for the page's own program: one choice of events drives the histogram, the facets, the list and the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

import vigie
from vigie.model.atlas import area_by_code, displayed_name, footnotes
from vigie.model.canonical import Json
from vigie.model.languages import LANGUAGE_NAMES, is_language_reviewed
from vigie.model.times import format_time
from vigie.node.finding import are_words_searched, found_by, suggestions
from vigie.node.map_answer import change_answer, frames_answer, map_answer
from vigie.node.map_names import map_names
from vigie.node.packs import packs
from vigie.node.picture_answer import Asked, check_asked, field_title, list_answer, picture_answer, title_of_kind
from vigie.picture.basemap import basemap
from vigie.web.asking import TongueQuery, check_once
from vigie.web.borders import json_answer
from vigie.web.desk import At, question
from vigie.web.desk_asking import (
    BasemapQuery,
    ChoiceQuery,
    FramesQuery,
    ListDataQuery,
    MapDataQuery,
    PictureDataQuery,
    SearchQuery,
    versus_of,
    wide_choice,
    window_of,
)
from vigie.web.seats import Reader, Seat
from vigie.web.sheets import tone_of
from vigie.web.ways import ways_for

SHAPES = 8
"""How many shapes of marks there are."""

_MINUTE_US = 60_000_000
_LONG = {"Cache-Control": "public, max-age=86400"}

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def asked_of(seat: Seat, query: ChoiceQuery) -> Asked:
    """The question that a query puts to the reader's world. Raises `BadSetting` for what cannot be understood."""
    choice = check_asked(seat.world, wide_choice(query), seat.desk.atlas)
    if not query.q:
        return Asked(seat.world, seat.desk.atlas, seat.tongue, seat.now_us, choice)
    words = found_by(seat.desk.worlds_of(seat.party), seat.world, query.q)
    searched = "names and words" if are_words_searched(seat.world) else "names"
    return Asked(seat.world, seat.desk.atlas, seat.tongue, seat.now_us, choice, words, searched)


def _answered(seat: Seat, path: str, query: ChoiceQuery, make: Callable[[Asked], Json]) -> Response:
    """The answer to a question, made once a minute for a world."""
    asked = f"{seat.party} {seat.tongue} {question(path, query, seat.now_us)}"
    return seat.desk.memory.answer(asked, seat.world, lambda: json_answer(make(asked_of(seat, query))))


@routes.get("/data/desk")
def desk_data(seat: Reader, _query: Annotated[TongueQuery, Query()]) -> Response:
    """Who asks, and what every screen needs to know."""
    desk, session = seat.desk, seat.session
    home = [area for code in desk.atlas.region if (area := area_by_code(desk.atlas, code))]
    return json_answer(
        {
            "party": desk.node.settings.party,
            "audience": seat.party,
            "account": session.account if session else None,
            "role": session.role if session else None,
            "own": seat.party == desk.node.settings.party,
            "form_key": session.form_key if session else None,
            "language": seat.tongue,
            "languages": [{"tag": tag, "name": name, "reviewed": is_language_reviewed(tag)} for tag, name in LANGUAGE_NAMES.items()],
            "exercise": seat.exercise,
            "as_of": format_time(seat.now_us // _MINUTE_US * _MINUTE_US),
            "version": vigie.__version__,
            "fields": [{"name": name, "title": field_title(name, seat.tongue), "tone": tone_of(name)} for name in packs()],
            "kinds": kinds_of(seat.tongue),
            "countries": [{"code": area.code, "name": displayed_name(area, seat.tongue)} for area in home],
            "ways": [{"name": name, "path": path, "title": title} for name, path, title in ways_for(seat.tongue, is_signed_in=session is not None)],
            "bounds": list(desk.atlas.bounds),
            "notes": list[Json](footnotes(home)),
            "sources": list[Json](desk.atlas.sources),
        }
    )


def kinds_of(language: str) -> list[Json]:
    """Every kind with its field, its shape (its place among the kinds of the field, by name) and its severity."""
    found: list[Json] = []
    for field, pack in packs().items():
        kinds = sorted((kind for kind in pack.terms.kinds.values() if kind.field == field), key=lambda kind: kind.name)
        for place, kind in enumerate(kinds):
            title = title_of_kind(kind.name, language)
            found.append({"name": kind.name, "title": title, "field": field, "severity": kind.severity, "broader": kind.broader, "shape": place % SHAPES})
    return found


@routes.get("/data/picture")
def picture_data(seat: Reader, query: Annotated[PictureDataQuery, Query()]) -> Response:
    """Totals, histogram, facets and the first page of the list of one choice of events."""
    return _answered(seat, "/data/picture", query, lambda asked: picture_answer(asked, query.period or "", versus_of(query)))


@routes.get("/data/list")
def list_data(seat: Reader, query: Annotated[ListDataQuery, Query()]) -> Response:
    """A further page of the list."""
    asked = asked_of(seat, query)
    rows = asked.rows()
    return json_answer({"total": len(rows), "exercise": asked.world.exercise, **list_answer(asked, rows, query.after or "")})


@routes.get("/data/map")
def map_data(seat: Reader, query: Annotated[MapDataQuery, Query()]) -> Response:
    """Marks, or cells, of the same choice in a window."""
    asked, window, versus, zoom = asked_of(seat, query), window_of(query), versus_of(query), query.zoom or 0.0
    return json_answer(change_answer(asked, versus, window, zoom) if versus else map_answer(asked, window, zoom))


@routes.get("/data/frames")
def frames_data(seat: Reader, query: Annotated[FramesQuery, Query()]) -> Response:
    """The playback of the same choice."""
    return _answered(seat, "/data/frames", query, lambda asked: frames_answer(asked, query.step_days or 1.0))


@routes.get("/data/basemap")
def basemap_data(desk: At, query: Annotated[BasemapQuery, Query()]) -> Response:
    """The land, the same for everybody."""
    return json_answer(basemap(desk.atlas, query.detail or "low"), headers=_LONG)


@routes.get("/data/names")
def names_data(seat: Reader, _query: Annotated[TongueQuery, Query()]) -> Response:
    """The names on the map in the reader's language."""
    return json_answer(map_names(seat.desk.atlas, seat.tongue))


@routes.get("/data/search")
def search_data(seat: Reader, query: Annotated[SearchQuery, Query()]) -> Response:
    """What the typed words may mean."""
    return json_answer({"q": query.q or "", "suggestions": suggestions(seat.desk.atlas, seat.world, query.q or "", seat.tongue)})
