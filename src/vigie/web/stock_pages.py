"""The pages of the stocktake and of coverage against risk: what is going on at a day, and where a risk is known and no activity is.

Who is not signed in reads as PUBLIC, and every figure comes from what the reader may read. No page needs JavaScript; the CSV files are in English.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import resources
from typing import Annotated, Any
from urllib.parse import quote

import pydantic
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS, Coverage, Verdict
from vigie.activities.record import Known, day_of
from vigie.activities.stocktake import WAYS, By
from vigie.model.errors import BadSetting
from vigie.model.languages import day_text, to_say
from vigie.model.priorities import areas_of, fields_of
from vigie.model.times import format_day, from_date
from vigie.node.histories import region_of
from vigie.node.packs import packs
from vigie.node.stocktaking import Reader as StockReader
from vigie.node.stocktaking import coverage_facts, coverage_lines, coverage_of, coverage_picture, coverage_shapes, reader_of, stocktake_facts, stocktake_lines
from vigie.picture.charts import bars
from vigie.web.asking import Country, FieldName, TongueQuery, check_none, check_once
from vigie.web.desk import address
from vigie.web.seats import Reader, Seat
from vigie.web.sheets import sheet
from vigie.web.stock_words import REACH_WORDS, activity_parts, changes_between, linker, money_words, unknown_lines
from vigie.web.warning_pages import frame_of

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""The days that may be asked about."""

MOST_ROWS, MOST_NAMED = 100, 4
"""How many rows a table shows, and how many activities a row names of each kind; how many there are is said, and the CSV has all."""

TREND_WIDE, TREND_HIGH = 720.0, 110.0

WAY_WORDS: Mapping[By, str] = {
    "country": to_say("Country"),
    "field": to_say("Field"),
    "priority": to_say("Priority"),
    "partner": to_say("Partner institution"),
    "mechanism": to_say("Mechanism"),
}

WAY_CAPTIONS: Mapping[By, str] = {
    "country": to_say("By country"),
    "field": to_say("By field"),
    "priority": to_say("By priority"),
    "partner": to_say("By partner institution"),
    "mechanism": to_say("By mechanism"),
}

SECTIONS: Sequence[tuple[Verdict, str]] = (
    ("gap", to_say("Gaps")),
    ("open", to_say("Raised risk, no known activity")),
    ("planned only", to_say("Only planned")),
    ("covered", to_say("Covered")),
)
"""The verdicts that have a table of their own, and its title."""

routes = APIRouter(include_in_schema=False, dependencies=[Depends(check_once)])

_Day = Annotated[str | None, pydantic.Field(max_length=40)]


class StockQuery(TongueQuery):
    """Which day, and perhaps one way of looking."""

    at: _Day = None
    by: Annotated[str | None, pydantic.Field(max_length=40)] = None


class CoverQuery(TongueQuery):
    """Which day, field and country, and the earlier day to compare with."""

    at: _Day = None
    field: FieldName = None
    country: Country = None
    against: _Day = None


def day_asked(text: str | None, name: str, now_us: int) -> date:
    """The day that a parameter names, or today (UTC). Raises `BadSetting` where it is none, or too far away."""
    try:
        found = date.fromisoformat(text) if text else day_of(now_us)
    except ValueError as fault:
        raise BadSetting("The day cannot be understood", field=name, got=text or "", expected="a day such as 2026-11-22") from fault
    if text and not FIRST_DAY <= found <= LAST_DAY:
        raise BadSetting("The day is too far away", field=name, got=text, expected=f"a day from {FIRST_DAY} to {LAST_DAY}")
    return found


def reader_at(seat: Seat) -> StockReader:
    """For whom it is taken: the reader's outlook and log, the node's priorities."""
    return reader_of(seat.desk.node, seat.outlook, seat.log, seat.desk.atlas, seat.tongue, seat.activities)


def stock_sheet(name: str, seat: Seat, place: str, query: StockQuery | CoverQuery, **parts: Any) -> Response:
    """A page of the stocktake or of coverage, with what both bear."""
    asked = query.model_copy(update={"exercise": None, "language": None})
    here = frame_of(seat) | {
        "here": "activities",
        "page": place.removeprefix("/"),
        "subnav": activity_parts(seat.tongue),
        "place": address(place, asked),
        "activity_path": lambda item: seat.path(f"/activities/{quote(str(item['party']), safe='')}/{quote(str(item['id']), safe='')}"),
        "money": partial(money_words, seat.tongue),
        "table_path": address(f"{place}.csv", query),
        "table_of": lambda **changed: address(f"{place}.csv", query, **changed),
        "today": format_day(seat.now_us),
        "most_rows": MOST_ROWS,
        "most_named": MOST_NAMED,
    }
    return sheet(name, seat.desk, **(here | parts))


@routes.get("/stocktake")
def stocktake_page(seat: Reader, query: Annotated[StockQuery, Query()]) -> Response:
    """What is going on at a day: the total, tables by each way of looking, the trend, and the activities by name."""
    day, ways = day_asked(query.at, "at", seat.now_us), ways_asked(query.by)
    facts: dict[str, Any] = stocktake_facts(reader_at(seat), day)
    trend = facts["trend"]
    return stock_sheet(
        "stocktake.html",
        seat,
        "/stocktake",
        query,
        day=day.isoformat(),
        day_words=day_text(seat.tongue, from_date(day)),
        total=facts["total"],
        tables=[
            {"way": way, "title": WAY_WORDS[way], "caption": WAY_CAPTIONS[way], "rows": _by_title(facts["by"][way]), "not_divided": facts["not_divided"][way]}
            for way in ways
        ],
        ways=[("", to_say("All"))] + [(way, WAY_WORDS[way]) for way in WAYS],
        way=query.by or "",
        said=facts["notes"][:2],
        notes=facts["notes"][2:],
        trend=trend,
        bars=bars(dict(zip(trend["days"], trend["total"], strict=True)), TREND_WIDE, TREND_HIGH),
        wide=TREND_WIDE,
        high=TREND_HIGH,
    )


def _table_of(way: By, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One way of looking, with its title and caption."""
    words = {"way": way, "title": WAY_WORDS[way], "caption": WAY_CAPTIONS[way]}
    return words | {"rows": _by_title(facts["by"][way]), "not_divided": facts["not_divided"][way]}


def _by_title(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tallies as a reader looks for them: by name, those that name none last."""
    return sorted(items, key=lambda item: (not item["code"], str(item["title"]).casefold()))


def ways_asked(text: str | None) -> tuple[By, ...]:
    """The ways of looking that are asked for, all unless one is named. Raises `BadSetting` for one that there is not."""
    found = tuple(way for way in WAYS if way == text)
    if text and not found:
        raise BadSetting("The stocktake has no such table", field="by", got=text, expected=", ".join(WAYS))
    return found or WAYS


@routes.get("/stocktake.csv")
def stocktake_table(asked: Reader, query: Annotated[StockQuery, Query()]) -> Response:
    """The stocktake as CSV: a row for each code and currency."""
    seat = replace(asked, tongue="en")
    day, ways = day_asked(query.at, "at", seat.now_us), ways_asked(query.by)
    return _table(seat, "stocktake", day, stocktake_lines(reader_at(seat), day, ways))


def _table(seat: Seat, name: str, day: date, lines: Iterable[str]) -> Response:
    file = f"{name}-{day}{'-exercise' if seat.exercise else ''}.csv"
    return Response("".join(lines), headers={"Content-Disposition": f'attachment; filename="{file}"'}, media_type="text/csv")


@routes.get("/coverage")
def coverage_page(seat: Reader, query: Annotated[CoverQuery, Query()]) -> Response:
    """Coverage against risk on a day: the map, the gaps first, what is not known, and activities without a risk."""
    reader, day, earlier = reader_at(seat), day_asked(query.at, "at", seat.now_us), earlier_asked(query, seat.now_us)
    check_places(reader, query)
    found = narrowed(coverage_of(reader, day), reader, query)
    map_ = coverage_shapes(reader, found, field=query.field or "", country=(query.country or "").upper())
    risky = replace(found, rows=tuple(row for row in found.rows if row.risk.level in ("high", "raised")))
    facts: dict[str, Any] = coverage_facts(reader, day, found=risky)
    counts, drawn = (Counter(verdicts) for verdicts in ([row.verdict for row in found.rows], [unit.verdict for unit in map_.units]))
    return stock_sheet(
        "coverage.html",
        seat,
        "/coverage",
        query,
        day=day.isoformat(),
        day_words=day_text(seat.tongue, from_date(day)),
        asked={"field": query.field or "", "country": (query.country or "").upper(), "against": query.against or ""},
        countries=_countries(reader),
        map=map_,
        legend=[(verdict, VERDICT_WORDS[verdict], drawn[verdict], counts[verdict]) for verdict in VERDICTS],
        counts=counts,
        sections=[(verdict, title, [item for item in facts["rows"] if item["verdict"] == verdict]) for verdict, title in SECTIONS],
        reach=REACH_WORDS,
        links=linker(seat),
        unknown=unknown_lines(reader, found.rows, "not known"),
        quiet=unknown_lines(reader, found.rows, "no known risk"),
        without_risk=facts["without_risk"],
        answers_other=facts["answers_other"],
        said=facts["notes"][:1],
        notes=tuple(dict.fromkeys([*map_.notes, *facts["notes"][1:]])),
        changes=None if earlier is None else changes_between(reader, narrowed(coverage_of(reader, earlier), reader, query), found),
        earlier_words="" if earlier is None else day_text(seat.tongue, from_date(earlier)),
        picture_path=address("/coverage.svg", query, against=""),
        table_path=address("/coverage.csv", query, against=""),
    )


def earlier_asked(query: CoverQuery, now_us: int) -> date | None:
    """The earlier day to compare with; None where none is asked for. Raises `BadSetting` for one that is not earlier."""
    if not query.against:
        return None
    found = day_asked(query.against, "against", now_us)
    if found >= day_asked(query.at, "at", now_us):
        raise BadSetting("The day to compare with must be an earlier one", field="against", got=query.against)
    return found


def check_places(reader: StockReader, query: CoverQuery) -> None:
    """Raises `BadSetting` for a field or a country that there is not: a mistyped name must not look like peace."""
    if query.field and query.field not in packs():
        raise BadSetting("There is no such field", field="field", got=query.field, expected=", ".join(packs()))
    known = region_of(reader.atlas).countries
    if query.country and query.country.upper() not in known:
        raise BadSetting("The region has no such country", field="country", got=query.country, expected=", ".join(known))


def narrowed(found: Coverage, reader: StockReader, query: CoverQuery) -> Coverage:
    """The coverage of the field and country that are asked for; what is said of the region as a whole stays."""
    field, country, region = query.field or "", (query.country or "").upper(), region_of(reader.atlas)
    within = {country, "", *region.units.get(country, ())}

    def is_of(item: Known) -> bool:
        has_field = not field or field in fields_of(item.activity, reader.priorities)
        return has_field and (not country or _meets(item, within))

    return replace(
        found,
        rows=tuple(row for row in found.rows if (not field or row.risk.field == field) and (not country or row.risk.area in within)),
        without_risk=tuple(filter(is_of, found.without_risk)),
        answers_other=tuple(filter(is_of, found.answers_other)),
    )


def _meets(item: Known, within: set[str]) -> bool:
    """Whether an activity names one of these areas; one that names none may be anywhere."""
    areas = {area.upper() for area in areas_of(item.activity)}
    return not areas or not areas.isdisjoint(within)


def _countries(reader: StockReader) -> list[tuple[str, str]]:
    """The countries of the region, by name."""
    return sorted(((code, reader.name_of(code)) for code in region_of(reader.atlas).countries), key=lambda item: item[1])


@routes.get("/coverage.csv")
def coverage_table(asked: Reader, query: Annotated[CoverQuery, Query()]) -> Response:
    """The coverage as CSV: a row for each area and field, the activities by name."""
    seat, reader, day, found = _covered(asked, query)
    return _table(seat, "coverage", day, coverage_lines(reader, day, found=found))


@routes.get("/coverage.svg")
def coverage_map_file(asked: Reader, query: Annotated[CoverQuery, Query()]) -> Response:
    """The map as one SVG with its legend, for print and for other documents."""
    _seat, reader, _day, found = _covered(asked, query)
    made = coverage_picture(reader, found, field=query.field or "", country=(query.country or "").upper())
    return Response(made, media_type="image/svg+xml")


def _covered(asked: Seat, query: CoverQuery) -> tuple[Seat, StockReader, date, Coverage]:
    """What a file of the coverage is made of."""
    seat = replace(asked, tongue="en")
    reader, day = reader_at(seat), day_asked(query.at, "at", seat.now_us)
    if query.against:
        raise BadSetting("The file shows one day only", field="against", got=query.against)
    check_places(reader, query)
    return seat, reader, day, narrowed(coverage_of(reader, day), reader, query)


@routes.get("/static/cover.css", dependencies=[Depends(check_none)])
def cover_css() -> Response:
    """The style of these pages, beside that of all pages and of the desk."""
    return Response(resources.files(__package__).joinpath("static/cover.css").read_bytes(), media_type="text/css")
