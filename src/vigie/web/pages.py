"""The pages: HTML from the server, which needs no JavaScript and loads nothing from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query
from numpy.typing import NDArray
from starlette.exceptions import HTTPException
from starlette.responses import Response

from vigie.model.atlas import Atlas, area_by_code, displayed_name, footnotes
from vigie.model.languages import number_text, said, said_n, to_say, to_say_n
from vigie.model.times import DAY_US, format_time
from vigie.node.answers import agencies_of, event_answer, event_number, fitting_period, page_of, sums, when_text, worst_first
from vigie.node.facts import attributions, event_facts
from vigie.node.packs import packs
from vigie.node.pictures import Choice, check_choice, chosen_events, silent_agencies
from vigie.node.review_facts import doubts_among
from vigie.node.worlds import World
from vigie.picture.charts import MAX_MARKS, Mark, View, bars, land, mark_radius, marks, region_view, unit_lines
from vigie.web.asking import PageQuery, TongueQuery, check_none, check_once
from vigie.web.desk import address, question
from vigie.web.said import history_of, preferred_rows, said_rows, where_text
from vigie.web.seats import Reader, Seat
from vigie.web.sheets import sheet, tone_of
from vigie.web.warning_pages import minute_text
from vigie.web.warning_words import words

ON_PAGE = 50
MAX_UNMAPPED = 50
"""How many of the events that are not on the map the page names one by one."""

PRESETS = {"1": to_say("last day"), "7": to_say("last 7 days"), "30": to_say("last 30 days"), "365": to_say("last 365 days"), "all": to_say("of all times")}
BARS_WIDE, BARS_HIGH = 1000.0, 120.0
_WHOLE_DAY = len("YYYY-MM-DD")

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which of the chosen events are on the map, and why the others are not. `drawn` + `crowded` + `outside` + `placeless` are all of them."""

    view: View
    drawn: NDArray[np.int64]
    crowded: NDArray[np.int64]
    outside: NDArray[np.int64]
    placeless: NDArray[np.int64]

    @property
    def unmapped(self) -> NDArray[np.int64]:
        """Those without a mark."""
        return np.concatenate([self.placeless, self.outside, self.crowded])


def mapped(world: World, rows: NDArray[np.int64], atlas: Atlas, country: str) -> Mapped:
    """The chosen events, sorted out by what the map can show of them."""
    view, events = region_view(atlas, country), world.events
    has_place = np.isfinite(events.lon[rows]) & np.isfinite(events.lat[rows])
    placed = rows[has_place]
    inside = view.holds(events.lon[placed], events.lat[placed])
    worst = worst_first(world, placed[inside])
    return Mapped(view, worst[:MAX_MARKS], worst[MAX_MARKS:], placed[~inside][::-1], rows[~has_place][::-1])


@routes.get("/plain")
def picture_page(seat: Reader, query: Annotated[PageQuery, Query()]) -> Response:
    """The picture: map, list, timeline and counts of one choice of events."""
    desk, world = seat.desk, seat.world
    if seat.session:
        return _picture(seat, query, world)
    return desk.memory.answer(question("/plain", query, seat.now_us), world, lambda: _picture(seat, query, world))


def _picture(seat: Seat, query: PageQuery, world: World) -> Response:
    desk, now_us = seat.desk, seat.now_us
    rows = chosen_events(world, check_choice(page_choice(query, now_us), desk.atlas))
    page, following = page_of(world, rows, query.after or "", ON_PAGE)
    counted = sums(world, rows, desk.atlas, seat.tongue)
    on_map = mapped(world, rows, desk.atlas, query.country or "")
    return sheet(
        "picture.html",
        desk,
        audience=world.party,
        exercise=world.exercise,
        here="picture",
        session=seat.session,
        query=query.model_dump(),
        ask=lambda **changed: address("/plain", query, **({"after": ""} | changed)),
        choice=_choice_words(seat, query),
        total=len(rows),
        listed=[_line(seat, world, int(number)) for number in page],
        next_page=address("/plain", query, after=following) if following else "",
        first_page=address("/plain", query, after="") if query.after else "",
        options=_options(seat, world, query),
        counted=counted,
        period=fitting_period(world, rows),
        bars=bars(counted["time"], BARS_WIDE, BARS_HIGH),
        most=max(counted["time"].values(), default=0),
        silent=[item | {"day": str(item["last"])[:_WHOLE_DAY]} for item in silent_agencies(world, now_us) if isinstance(item, dict)],
        doubts=doubts_among(world, rows),
        credits=attributions(counted["agency"]),
        place=address("/plain", query, exercise="", language=""),
        tongue=seat.tongue,
        as_of=words(seat.tongue)["as_of"].format(moment=minute_text(seat)),
        notes=_notes(seat, world, on_map.view, rows),
        api=api_address(query, now_us),
        **_map_parts(seat, world, on_map),
    )


def _choice_words(seat: Seat, query: PageQuery) -> str:
    """The choice in words."""
    known, area, least = packs().get(query.field or ""), area_by_code(seat.desk.atlas, query.country or ""), query.min_agencies or 1
    parts = [
        said(seat.tongue, known.title) if known else query.field,
        (displayed_name(area, seat.tongue) if area else query.country),
        said(seat.tongue, "reported by {agency}", agency=query.agency) if query.agency else "",
        said(seat.tongue, PRESETS[query.days or "all"]),
        said_n(seat.tongue, "seen by at least {n} agency", "seen by at least {n} agencies", least) if least > 1 else "",
    ]
    return ", ".join(part for part in parts if part)


def page_choice(query: PageQuery, now_us: int) -> Choice:
    """The events that the page's form means."""
    return Choice(
        field=query.field or "",
        country=query.country or "",
        agency=query.agency or "",
        since_us=_since(query, now_us),
        min_agencies=query.min_agencies or 1,
    )


def _since(query: PageQuery, now_us: int) -> int | None:
    return now_us - int(query.days) * DAY_US if query.days and query.days != "all" else None


def api_address(query: PageQuery, now_us: int) -> str:
    """The same question to the API, so that a page is also a feed."""
    since_us = _since(query, now_us)
    return address(
        "/api/events", query, days="", after="", language="", since=format_time(since_us).partition(".")[0].removesuffix("Z") + "Z" if since_us else ""
    )


@routes.get("/plain/events/{event_id}")
def event_page(seat: Reader, event_id: Annotated[str, Path(max_length=100)], _query: Annotated[TongueQuery, Query()]) -> Response:
    """One event: who said what, side by side."""
    desk, world = seat.desk, seat.world
    number = event_number(world, event_id)
    if number is None:
        raise HTTPException(404)
    answer: dict[str, Any] = event_answer(desk.worlds_of(seat.party), world, number, seat.tongue)
    area = area_by_code(desk.atlas, world.country[number])
    return sheet(
        "event.html",
        desk,
        audience=world.party,
        exercise=world.exercise,
        here="picture",
        place=f"/plain/events/{answer['id']}",
        tongue=seat.tongue,
        session=seat.session,
        event=answer,
        preferred=preferred_rows(answer, seat.tongue),
        rows=said_rows(answer, seat.tongue),
        history=history_of(answer, seat.tongue),
        notes=footnotes([area] if area else []),
        credits=attributions(agencies_of(world, number)),
        tone=tone_of(world.events.field[number]),
        where=where_text(answer, seat.tongue),
    )


@routes.get("/static/frame.css", dependencies=[Depends(check_none)])
def frame_css() -> Response:
    """The style of every page."""
    return Response(resources.files(__package__).joinpath("static/frame.css").read_bytes(), media_type="text/css")


@routes.get("/static/vigie.css", dependencies=[Depends(check_none)])
def style() -> Response:
    """The style of the plain picture and of maps."""
    return Response(resources.files(__package__).joinpath("static/vigie.css").read_bytes(), media_type="text/css")


def _line(seat: Seat, world: World, number: int) -> dict[str, Any]:
    """What the list, the map's titles and the line of the unmapped show of one event."""
    facts: dict[str, Any] = event_facts(world, number, seat.desk.atlas, seat.tongue)
    size = f"{facts['scale']} {facts['magnitude']:g}" if facts["magnitude"] is not None and facts["scale"] else ""
    return facts | {
        "size": size,
        "when": when_text(int(world.events.begin_us[number]), int(world.events.end_us[number])),
        "tone": tone_of(str(facts["field"])),
        "path": seat.path(f"/plain/events/{facts['id']}"),
    }


def _map_parts(seat: Seat, world: World, on_map: Mapped) -> dict[str, Any]:
    desk = seat.desk
    placed = marks(world.events, on_map.drawn, on_map.view)
    missing = {
        to_say_n("{n} without a place", "{n} without a place"): on_map.placeless,
        to_say_n("{n} outside this map", "{n} outside this map"): on_map.outside,
        to_say_n("{n} not drawn, since only the {most} most severe are", "{n} not drawn, since only the {most} most severe are"): on_map.crowded,
    }
    return {
        "view": on_map.view,
        "countries": land(desk.atlas, on_map.view, seat.tongue),
        "units": unit_lines(desk.atlas, on_map.view),
        "marks": [_titled(seat, world, mark) for mark in placed],
        "unmapped": [_line(seat, world, int(number)) for number in on_map.unmapped[:MAX_UNMAPPED]],
        "unmapped_total": len(on_map.unmapped),
        "missing": {_missing_words(seat, words, len(numbers)): len(numbers) for words, numbers in missing.items()},
        "sizes": [(severity, mark_radius(severity)) for severity in (1, 5, 9)],
    }


def _missing_words(seat: Seat, words: tuple[str, str], count: int) -> str:
    return said_n(seat.tongue, *words, count, most=number_text(seat.tongue, MAX_MARKS))


def _titled(seat: Seat, world: World, mark: Mark) -> dict[str, Any]:
    line = _line(seat, world, mark.number)
    seen = said_n(seat.tongue, "{n} agency", "{n} agencies", len(line["agencies"]))
    told = said_n(seat.tongue, "{n} report", "{n} reports", int(line["reports"]))
    words = [part for part in (said(seat.tongue, str(line["title"])), line["size"], line["when"], line["country_name"], f"{seen}, {told}") if part]
    return {"mark": mark, "tone": line["tone"], "path": line["path"], "words": " · ".join(words)}


def _options(seat: Seat, world: World, query: PageQuery) -> dict[str, list[tuple[str, str]]]:
    """What the form offers: only what this world holds, and what is chosen now."""
    desk = seat.desk
    countries = {*desk.atlas.region, *map(str, world.country), (query.country or "").upper()} - {""}
    named = [(code, displayed_name(area, seat.tongue) if (area := area_by_code(desk.atlas, code)) else code) for code in countries]
    agencies = {world.catalogue.agency.names[code] for code in np.unique(world.catalogue.agency.codes)} | {query.agency or ""}
    fields = {name: said(seat.tongue, found.title) for name, found in packs().items()} | (
        {query.field: query.field} if query.field and query.field not in packs() else {}
    )
    return {
        "field": list(fields.items()),
        "country": sorted(named, key=lambda item: item[1]),
        "agency": [(name, name) for name in sorted(agencies - {""})],
        "days": [(value, said(seat.tongue, text)) for value, text in PRESETS.items()],
    }


def _notes(seat: Seat, world: World, view: View, rows: NDArray[np.int64]) -> tuple[str, ...]:
    """The notes of all names that the page shows: on the map, in the form, in the list and in the counts."""
    desk = seat.desk
    named = {shape.code for shape in land(desk.atlas, view, seat.tongue) if shape.name}
    codes = {*named, *desk.atlas.region, *world.country[rows], *world.country}
    return footnotes([area for code in sorted(codes) if (area := area_by_code(desk.atlas, str(code)))])
