"""The public page: what everybody may see, the same for whoever looks, signed in or not; its feed, and the same as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from vigie.exchange.atom import MEDIA_TYPE_ATOM
from vigie.model.label import PUBLIC
from vigie.model.languages import check_language, said, said_n
from vigie.node import public_words
from vigie.node.packs import packs
from vigie.node.public_facts import PUBLIC_DAYS, public_facts, public_rows
from vigie.node.public_feed import public_feed
from vigie.picture.charts import land, marks, region_view, unit_lines
from vigie.web.asking import TongueQuery, check_once
from vigie.web.borders import json_answer
from vigie.web.desk import At, question
from vigie.web.seats import Seat
from vigie.web.sheets import sheet, tone_of
from vigie.web.warning_pages import minute_text
from vigie.web.warning_words import words

MOST_MARKS = 300
"""The most circles on the page's small map: the most severe."""

MOST_MARKS_SCALE = 1.5
"""How much larger than on the picture's map circles are drawn, since the map is smaller."""

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


def anybody(request: Request, desk: At) -> Seat:
    """The seat of PUBLIC, whoever looks."""
    asked = request.query_params.get("language", "")
    language = check_language(asked, is_partial=True) if asked else desk.usual_language
    return Seat(desk, None, request.query_params.get("exercise") == "true", language, desk.now(), "/public")


Anybody = Annotated[Seat, Depends(anybody)]
Asked = Annotated[TongueQuery, Query()]


def facts_of(seat: Seat) -> dict[str, Any]:
    """The facts of the page."""
    return public_facts(seat.desk.node, seat.desk.atlas, seat.world, seat.log, seat.chains, seat.now_us, seat.tongue, seat.activities)


@routes.get("/public")
def public_page(seat: Anybody, query: Asked) -> Response:
    """The page."""
    return _remembered(seat, "/public", query, lambda: _sheet(seat))


@routes.get("/public.json")
def public_json(seat: Anybody, query: Asked) -> Response:
    """The same for programs."""
    return _remembered(seat, "/public.json", query, lambda: json_answer(facts_of(seat)))


@routes.get("/public/feed.atom")
def public_atom(seat: Anybody, query: Asked) -> Response:
    """The feed of the page."""
    return _remembered(seat, "/public/feed.atom", query, lambda: Response(public_feed(facts_of(seat)), media_type=MEDIA_TYPE_ATOM))


def _remembered(seat: Seat, path: str, query: TongueQuery, make: Callable[[], Response]) -> Response:
    """The answer that was given in this minute to the same question, in the same world, with as many entries to read; else a new one."""
    entries = seat.log.entries
    mark = f"{len(entries)} {entries[-1].said_us if entries else 0} {seat.tongue}"
    return seat.desk.memory.answer(f"{question(path, query, seat.now_us)} {mark}", seat.world, make)


def _sheet(seat: Seat) -> Response:
    facts = facts_of(seat)
    return sheet(
        "public.html",
        seat.desk,
        audience=PUBLIC,
        exercise=seat.exercise,
        tongue=seat.tongue,
        style="desk.css",
        here="public",
        facts=facts,
        notes=facts["notes"],
        p=_words(seat, public_words.WORDS),
        headings=_words(seat, public_words.HEADINGS),
        title=said(seat.tongue, public_words.TITLE),
        lead=said(seat.tongue, public_words.LEAD, party=facts["party"]),
        as_of=words(seat.tongue)["as_of"].format(moment=minute_text(seat)),
        path=seat.path,
        place=seat.place,
        map=_map(seat),
    )


def _words(seat: Seat, texts: Mapping[str, str]) -> dict[str, str]:
    """The page's words in its language; where one asks how many days it is those of its part."""
    days = {"happened": PUBLIC_DAYS}
    found = {name: said(seat.tongue, text) for name, text in texts.items()}
    return {name: text.format(days=days[name]) if name in days else text for name, text in found.items()}


def _map(seat: Seat) -> dict[str, Any]:
    """The small map: the region, and the most severe events of the period that lie on it."""
    atlas, events, view = seat.desk.atlas, seat.world.events, region_view(seat.desk.atlas)
    rows = public_rows(seat.world, seat.now_us)
    placed = rows[np.isfinite(events.lon[rows]) & np.isfinite(events.lat[rows])]
    inside = placed[view.holds(events.lon[placed], events.lat[placed])]
    outside = len(placed) - len(inside)
    drawn: list[dict[str, Any]] = [{"mark": mark, "tone": tone_of(events.field[mark.number])} for mark in marks(events, inside[:MOST_MARKS], view)]
    return {
        "view": view,
        "land": [replace(shape, path=coarse(shape.path)) for shape in land(atlas, view, seat.tongue)],
        "units": coarse(unit_lines(atlas, view)),
        "marks": [item | {"radius": round(item["mark"].radius * MOST_MARKS_SCALE, 1)} for item in drawn[::-1]],
        "fields": sorted({(tone_of(field), _title(seat, field)) for field in {events.field[row] for row in inside[:MOST_MARKS]}}),
        "outside": said_n(seat.tongue, *public_words.OUTSIDE, outside) if outside else "",
    }


@lru_cache(maxsize=512)
def coarse(path: str) -> str:
    """An SVG path of straight lines in whole units, each point told from the one before: half a pixel on the page's small map, and a third of the bytes.

    >>> coarse("M10.2 10.4L12.6 10.4L12.7 10.3L9 30Z")
    'M10 10l3 0-4 20Z'
    """
    return "".join(_coarse_part(part) for part in re.findall(r"M[^M]*", path))


def _coarse_part(part: str) -> str:
    points = [(round(float(x)), round(float(y))) for x, y in re.findall(r"(-?[0-9.]+)[ ,](-?[0-9.]+)", part)]
    moves = "".join(_moves(points)).removeprefix(" ")
    return f"M{points[0][0]} {points[0][1]}l{moves}{'Z' if part.endswith('Z') else ''}" if moves else ""


def _moves(points: list[tuple[int, int]]) -> Iterator[str]:
    for (left, top), (x, y) in pairwise(points):
        if (x, y) != (left, top):
            yield "".join(f"{'' if step < 0 else ' '}{step}" for step in (x - left, y - top))


def _title(seat: Seat, field: str) -> str:
    return said(seat.tongue, packs()[field].title) if field in packs() else field
