"""What one audience is shown of the stocktake and of coverage against risk, as JSON and as tables: the form that pages and the command line share.

Everything is a function of the audience's outlook (with its world), its log, the atlas and the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date

import numpy as np

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS, Coverage, Doing, Record, Risk, Row, coverage, verdicts_by_area
from vigie.activities.record import Known, known, standing
from vigie.activities.stocktake import COLUMNS as STOCK_COLUMNS
from vigie.activities.stocktake import WAYS, By, Money, Stocktake, Tally, stock_rows, stocktake
from vigie.exchange.table import csv_lines
from vigie.model.atlas import Atlas, unit_at
from vigie.model.canonical import Json
from vigie.model.entry import Log
from vigie.model.label import PUBLIC
from vigie.model.languages import said, to_say
from vigie.model.priorities import MECHANISMS, PRIORITIES, Priority, areas_of
from vigie.node.facts import area_name
from vigie.node.histories import region_of
from vigie.node.outlook import Outlook
from vigie.node.packs import packs
from vigie.node.priorities import priorities_of
from vigie.node.risks import risks_of
from vigie.node.settings import Node
from vigie.node.warning_facts import notes_of
from vigie.picture.coverage_map import CoverageMap, coverage_map, coverage_svg

SHOWN_ACTIVITIES = 50
"""How many activities are named in one place; how many there are is said beside them, and the CSV names all."""

SHOWN_RECORDS = 5
"""How many events of a risk are named in its facts; how many there are is said beside them."""

COVERAGE_COLUMNS = ("area", "area_name", "country", "field", "level", "verdict", "running", "planned", "elsewhere", "why")
"""The columns of the coverage as CSV."""

TWICE_NOTE = to_say("An activity in several countries counts once in each of them and once in the total.")
BUDGET_NOTE = to_say("Budgets are of running activities; one that is not known is left out of the sums.")
KNOWN_NOTE = to_say("A gap is a high risk without an activity that this reader knows of; somebody else may be at work there.")

_NONE_NAMED: Mapping[By, str] = {
    "country": "no country named",
    "field": "no field",
    "priority": "no priority",
    "partner": "no partner named",
    "mechanism": "no mechanism",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is taken: the outlook (with the world) and the log of one audience, the atlas, the language and the node's priorities."""

    outlook: Outlook
    log: Log
    atlas: Atlas
    language: str = "en"
    priorities: Mapping[str, Priority] = dataclass_field(default_factory=lambda: PRIORITIES)
    read: tuple[Known, ...] | None = None

    @property
    def activities(self) -> tuple[Known, ...]:
        """The activities of the log: as the caller has `read` them already, or read now."""
        return known(self.log) if self.read is None else self.read

    def name_of(self, area: str) -> str:
        """An area's name as it must be shown."""
        return area_name(self.atlas, area, self.language) or said(self.language, "the region")


def reader_of(node: Node, outlook: Outlook, log: Log, atlas: Atlas, language: str, read: tuple[Known, ...] | None = None) -> Reader:
    """The reader with the node's own priorities.

    What a rule says is for desks, where somebody looks at it before anybody is warned: PUBLIC sees only where rules cannot tell.
    """
    return Reader(_without_signals(outlook) if log.party == PUBLIC else outlook, log, atlas, language, priorities_of(node), read)


def _without_signals(outlook: Outlook) -> Outlook:
    """The outlook as if no rule had fired; a rule that is grey stays so."""
    calm = tuple(item if item.level == "grey" else replace(item, level="green") for item in outlook.standings)
    return replace(outlook, standings=calm, signals=())


def placed(items: Iterable[Known], atlas: Atlas) -> tuple[Known, ...]:
    """The activities with the units of the places where they are, and the units of a larger subdivision that they name, among their areas."""
    found = tuple(items)
    spots = [(number, place.lon, place.lat) for number, item in enumerate(found) for place in item.activity.places if place.lon is not None and not place.area]
    units = unit_at(atlas, np.array([lon for _, lon, _ in spots], float), np.array([lat for _, _, lat in spots], float)) if spots else ()
    more: dict[int, list[str]] = {}
    for (number, _, _), unit in zip(spots, units, strict=True):
        more.setdefault(number, []).extend([unit] if unit else [])
    inner: dict[str, list[str]] = {}
    for area in atlas.units:
        inner.setdefault(area.parent, []).append(area.code)
    for number, item in enumerate(found):
        if parts := [code for named in areas_of(item.activity) if named for code in inner.get(named, ())]:
            more.setdefault(number, []).extend(parts)
    return tuple(_with_areas(item, more.get(number, [])) for number, item in enumerate(found))


def _with_areas(item: Known, areas: Sequence[str]) -> Known:
    if not areas:
        return item
    every = tuple(dict.fromkeys((*item.activity.areas, *areas)))
    return replace(item, activity=item.activity.model_copy(update={"areas": every}))


def coverage_of(reader: Reader, day: date) -> Coverage:
    """The coverage against risk that the reader knows of on a day."""
    risks = risks_of(reader.outlook, reader.log, reader.atlas, day)
    return coverage(risks, placed(reader.activities, reader.atlas), region_of(reader.atlas), day, reader.priorities)


def stocktake_of(reader: Reader, day: date) -> Stocktake:
    """What the reader knows to be going on on a day."""
    return stocktake(reader.activities, day, reader.priorities)


def stocktake_facts(reader: Reader, day: date) -> dict[str, Json]:
    """The stocktake as JSON: the total, the tallies of each way of looking, the trend, and what must be said beside them."""
    found = stocktake_of(reader, day)
    codes = [tally.code for tally in found.by["country"]]
    return {
        "party": reader.log.party,
        "exercise": reader.log.exercise,
        "day": day.isoformat(),
        "total": _tally(found.total, "all activities", day, reader),
        "by": {by: [_tally(tally, _title(by, tally.code, reader), day, reader) for tally in found.by[by]] for by in WAYS},
        "not_divided": {by: _money(found.undivided[by]) for by in WAYS},
        "trend": {
            "days": [each.isoformat() for each in found.trend.days],
            "total": list[Json](found.trend.total),
            "by_field": [
                {"code": code, "title": _title("field", code, reader), "running": list[Json](counts)} for code, counts in found.trend.by_field.items()
            ],
        },
        "notes": [TWICE_NOTE, BUDGET_NOTE, *notes_of(codes, reader.atlas)],
    }


def stocktake_lines(reader: Reader, day: date, ways: Sequence[By] = WAYS) -> Iterator[str]:
    """The stocktake as CSV, header first: a row for each code and currency."""
    return csv_lines(stock_rows(stocktake_of(reader, day), ways), STOCK_COLUMNS)


def coverage_facts(reader: Reader, day: date, *, field: str = "", found: Coverage | None = None) -> dict[str, Json]:
    """The coverage as JSON: counts by verdict, all rows (the gravest first, so that gaps lead) of one field or all, and running activities without a risk.

    `found` is `coverage_of` the same reader and day, where the caller has it already.
    """
    whole = found or coverage_of(reader, day)
    rows = _rows(whole, field)
    counts = Counter(row.verdict for row in rows)
    areas = [row.risk.area for row in rows]
    return {
        "party": reader.log.party,
        "exercise": reader.log.exercise,
        "day": day.isoformat(),
        "field": field,
        "verdicts": [{"verdict": verdict, "words": VERDICT_WORDS[verdict], "rows": counts[verdict]} for verdict in VERDICTS],
        "rows": [_row(row, reader, day) for row in rows],
        "gaps": counts["gap"],
        "without_risk": [_activity(item, reader, day) for item in whole.without_risk],
        "answers_other": [_activity(item, reader, day) for item in whole.answers_other],
        "notes": [KNOWN_NOTE, *notes_of(areas, reader.atlas)],
    }


def coverage_lines(reader: Reader, day: date, *, field: str = "", found: Coverage | None = None) -> Iterator[str]:
    """The coverage as CSV, header first: a row for each area and field, the activities by name."""
    rows = _rows(found or coverage_of(reader, day), field)
    return csv_lines((_flat(row, reader, day) for row in rows), COVERAGE_COLUMNS)


def _rows(found: Coverage, field: str) -> list[Row]:
    """The rows of one field or of all, the gravest first."""
    return sorted((row for row in found.rows if not field or row.risk.field == field), key=lambda row: (VERDICTS.index(row.verdict), row.key))


def _flat(row: Row, reader: Reader, day: date) -> dict[str, Json]:
    facts = _row(row, reader, day)
    doings = {"running": row.running, "planned": row.planned, "elsewhere": row.elsewhere}
    return facts | {name: ["/".join(item.name) for item in items] for name, items in doings.items()}


def coverage_shapes(reader: Reader, found: Coverage, *, field: str = "", country: str = "", prefix: str = "cover") -> CoverageMap:
    """The map for a page: shapes, patterns, notes."""
    return coverage_map(reader.atlas, _verdicts(reader, found, field), reader.language, country=country, prefix=prefix)


def coverage_picture(reader: Reader, found: Coverage, *, field: str = "", country: str = "") -> str:
    """The map as one SVG for print and export, with its legend."""
    what = f"{_title('field', field, reader)}: c" if field else "C"
    title = f"{'EXERCISE. ' if reader.log.exercise else ''}{what}overage against risk on {found.day.isoformat()}, as {reader.log.party} knows it"
    return coverage_svg(
        reader.atlas,
        _verdicts(reader, found, field),
        reader.language,
        words={verdict: VERDICT_WORDS[verdict] for verdict in VERDICTS},
        title=title,
        country=country,
    )


def _verdicts(reader: Reader, found: Coverage, field: str) -> dict[str, str]:
    return dict[str, str](verdicts_by_area(found, region_of(reader.atlas), field))


def _title(by: By, code: str, reader: Reader) -> str:
    """The plain words of a code."""
    if not code:
        return _NONE_NAMED[by]
    if by == "country":
        return reader.name_of(code)
    if by == "field":
        known_pack = packs().get(code)
        return known_pack.title if known_pack else code
    if by == "priority":
        return reader.priorities[code].title if code in reader.priorities else code
    return MECHANISMS.get(code, code) if by == "mechanism" else code


def _tally(tally: Tally, title: str, day: date, reader: Reader) -> dict[str, Json]:
    stands = {"running": tally.running, "planned": tally.planned, "finished": tally.finished, "suspended": tally.suspended}
    return {
        "code": tally.code,
        "title": title,
        "counts": {name: len(items) for name, items in stands.items()},
        "budgets": _money(tally.budgets),
        "not_divided": _money(tally.undivided),
        "budgets_known": tally.budget_known,
        **{name: [_activity(item, reader, day) for item in items[:SHOWN_ACTIVITIES]] for name, items in stands.items()},
    }


def _money(sums: Sequence[Money]) -> list[Json]:
    return [{"currency": money.currency, "total": f"{money.total:f}", "activities": money.activities} for money in sums]


def _activity(item: Known, reader: Reader, day: date) -> dict[str, Json]:
    return {
        "id": item.ref,
        "party": item.owner,
        "name": f"{item.owner}/{item.ref}",
        "title": item.activity.title(reader.language),
        "standing": standing(item, day) or "",
    }


def _row(row: Row, reader: Reader, day: date) -> dict[str, Json]:
    risk = row.risk
    doings = {"running": row.running, "planned": row.planned, "elsewhere": row.elsewhere}
    return {
        "area": risk.area,
        "area_name": reader.name_of(risk.area),
        "country": region_of(reader.atlas).country_of(risk.area),
        "field": risk.field,
        "field_title": _title("field", risk.field, reader),
        "level": risk.level,
        "verdict": row.verdict,
        "verdict_words": VERDICT_WORDS[row.verdict],
        "why": list[Json](risk.why),
        "records": [_record(record) for record in _shown(risk)],
        "events": sum(record.type == "event" for record in risk.records),
        "counts": {name: len(items) for name, items in doings.items()},
        **{name: [_doing(item, reader, day) for item in items[:SHOWN_ACTIVITIES]] for name, items in doings.items()},
    }


def _doing(item: Doing, reader: Reader, day: date) -> dict[str, Json]:
    return _activity(item.known, reader, day) | {"reach": item.reach}


def _record(record: Record) -> dict[str, Json]:
    return {"type": record.type, "ref": record.ref, "owner": record.owner}


def _shown(risk: Risk) -> list[Record]:
    """The records of a risk, of the events the first few."""
    events = [record for record in risk.records if record.type == "event"]
    return [*(record for record in risk.records if record.type != "event"), *events[:SHOWN_RECORDS]]
