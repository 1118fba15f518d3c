"""Every risk beside what answers it, as JSON for its screen: rows with filters, and the map of verdicts, each reader's own.

PUBLIC is told what the public pages tell: risks from public reports and warnings, and activities that everybody may read; never what a rule says.
They are of now, of the day that is named, or of the end of an exercise that lies in the past: `node.risk_days` says which.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.languages import said
from vigie.model.times import format_day, format_time
from vigie.node.accounts import may
from vigie.node.desk import deputies
from vigie.node.histories import region_of
from vigie.node.packs import packs
from vigie.node.risk_board import Board, board_of
from vigie.node.risk_days import When, answered_as_of, are_signals_told, reader_as_of, when_of
from vigie.node.risk_facts import Desk, Narrow, loose_facts, narrowed, notes_for, row_facts, summary_facts
from vigie.node.stocktaking import KNOWN_NOTE, Reader, coverage_of, coverage_shapes
from vigie.picture.charts import WIDTH
from vigie.warn.problems import ProblemState
from vigie.web.asking import Country, FieldName, Number, TongueQuery, check_once
from vigie.web.borders import json_answer
from vigie.web.desk_lists import is_own
from vigie.web.public_pages import coarse
from vigie.web.seats import Reader as AnyReader
from vigie.web.seats import Seat
from vigie.web.stock_pages import day_asked, reader_at
from vigie.web.warning_pages import shown_of

PER_PAGE = 30

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

_Said = pydantic.BeforeValidator(lambda value: None if value == "" else value)
_Text = Annotated[Annotated[str, pydantic.Field(max_length=200)] | None, _Said]
_Day = Annotated[Annotated[str, pydantic.Field(max_length=40)] | None, _Said]


class RiskMapQuery(TongueQuery):
    """The verdicts of one field or all, of one country or the region, on the day that is named."""

    at: _Day = None
    field: FieldName = None
    country: Country = None


class RiskQuery(RiskMapQuery):
    """Which rows, and which page of them."""

    area: _Text = None
    verdict: _Text = None
    page: Number = None


def _fields(board: Board) -> list[str]:
    """The fields of all risks and of all that is quiet, by name."""
    return sorted({row.risk.field for row in (*_rows(board), *board.quiet)})


@routes.get("/data/risks")
def risks_data(seat: AnyReader, query: Annotated[RiskQuery, Query()]) -> Response:
    """One page of risks, gaps first, each with what speaks of it and what answers it."""
    reader, when = reader_at(seat), _when(seat, query)
    narrow = _narrow(reader, query)
    seen = reader_as_of(reader, when)
    desk, board = _desk(seat, seen), _board(seat, reader, seen, when)
    rows, counts = narrowed(board, reader, narrow)
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = min(query.page or 1, pages)
    shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    return json_answer(
        {
            "party": seat.party,
            "exercise": seat.exercise,
            **_when_facts(seat, when),
            "are_signals_told": are_signals_told(reader, when),
            "summary": summary_facts(rows, counts, desk),
            "total": len(rows),
            "page": page,
            "pages": pages,
            "rows": [row_facts(each, desk) for each in shown],
            "loose": loose_facts(board, desk),
            "countries": _countries(reader),
            "fields": [{"name": name, "title": said(seat.tongue, packs()[name].title)} for name in _fields(board)],
            "notes": [said(seat.tongue, KNOWN_NOTE), *notes_for(shown, desk)],
            "forecasts": [],
            "may": {"draft": _may_draft(seat, when)},
        }
    )


def _when(seat: Seat, query: RiskMapQuery) -> When:
    """As of when it is asked. Raises `BadSetting` for a day that is none, or too far away."""
    return when_of(seat.world, seat.now_us, day_asked(query.at, "at", seat.now_us) if query.at else None)


def _when_facts(seat: Seat, when: When) -> dict[str, Json]:
    """As of when the answer is: the instant and day of its risks, the clock that warnings and deadlines go by, and the exercise's end."""
    return {
        "as_of": format_time(when.at_us),
        "day": when.day.isoformat(),
        "today": format_day(seat.now_us),
        "clock": format_time(when.acts_us),
        "is_now": when.is_now,
        "is_at_end_of_exercise": when.is_at_end,
        "exercise_ends": when.ends.isoformat() if when.ends else None,
    }


def _may_draft(seat: Seat, when: When) -> bool:
    """Whether the reader may begin a warning from what it sees: not from how things stood on a day that is past."""
    return may(seat.session.role if seat.session else "", "draft") and when.acts_us == seat.now_us


def _rows(board: Board) -> list[Any]:
    return [each.row for each in board.beside]


def _narrow(reader: Reader, query: RiskQuery) -> Narrow:
    """What is asked for. Raises `BadSetting` for a field, country, area or verdict that there is not: a mistyped name must not look like peace."""
    _check_places(reader, query)
    region = region_of(reader.atlas)
    area = (query.area or "").upper()
    if area and area not in {*region.areas("unit"), *region.countries}:
        raise BadSetting("The region has no such area", field="area", got=query.area or "", expected="a unit or country of the region")
    if query.verdict and query.verdict not in VERDICTS:
        raise BadSetting("There is no such verdict", field="verdict", got=query.verdict, expected=", ".join(VERDICTS))
    return Narrow(query.field or "", (query.country or "").upper(), area, query.verdict or "")


def _check_places(reader: Reader, query: RiskMapQuery) -> None:
    if query.field and query.field not in packs():
        raise BadSetting("There is no such field", field="field", got=query.field, expected=", ".join(packs()))
    known = region_of(reader.atlas).countries
    if query.country and query.country.upper() not in known:
        raise BadSetting("The region has no such country", field="country", got=query.country, expected=", ".join(known))


def _board(seat: Seat, reader: Reader, seen: Reader, when: When) -> Board:
    """What `seen`, the reader as it stood, has beside the coverage of the day, which is that of the page of coverage."""
    known = deputies(seat.desk.node) if is_own(seat) else {}
    answered = seat.responses(seat.chains, known) if when.acts_us == seat.now_us else answered_as_of(seen, known)
    return board_of(seen, coverage_of(reader, when.day), answered)


def _desk(seat: Seat, reader: Reader) -> Desk:
    shown = replace(shown_of(seat), log=reader.log)
    return Desk(reader, shown, _problems(seat), {name: number for number, name in enumerate(seat.world.events.id)})


def _problems(seat: Seat) -> dict[str, ProblemState]:
    """The problems that the reader's party watches: its own, and at the node's own desk all."""
    if seat.session is None:
        return {}
    book = seat.outlook.book.problems
    return {state.name: state for state in seat.outlook.problems if is_own(seat) or book[state.name].owner == seat.party}


def _countries(reader: Reader) -> list[Json]:
    """The countries of the region by name."""
    found = sorted((reader.name_of(code), code) for code in region_of(reader.atlas).countries)
    return [{"code": code, "name": name} for name, code in found]


@routes.get("/data/risks/map")
def risk_map_data(seat: AnyReader, query: Annotated[RiskMapQuery, Query()]) -> Response:
    """The map of verdicts as shapes: the gravest verdict of each unit, of one field or of all."""
    reader, when = reader_at(seat), _when(seat, query)
    _check_places(reader, query)
    country = (query.country or "").upper()
    made = coverage_shapes(reader, coverage_of(reader, when.day), field=query.field or "", country=country)
    units: list[Json] = [
        {"code": unit.code, "name": unit.name, "country": unit.country, "verdict": unit.verdict, "path": coarse(unit.path)} for unit in made.units
    ]
    lands: list[Json] = [
        {"code": land.code, "name": land.name, "x": round(land.x, 1), "y": round(land.y, 1), "home": land.is_home, "path": coarse(land.path)}
        for land in made.countries
    ]
    return json_answer(
        {
            **_when_facts(seat, when),
            "width": WIDTH,
            "height": round(made.view.height, 1),
            "countries": lands,
            "units": units,
            "words": {verdict: VERDICT_WORDS[verdict] for verdict in VERDICTS},
            "notes": [*made.notes],
        }
    )
