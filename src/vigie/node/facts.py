"""What a world says of one event, as JSON: the one form that the page, the API and the exports share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from vigie.model.atlas import Atlas, area_by_code, displayed_name, footnotes
from vigie.model.canonical import Json
from vigie.model.event import Link
from vigie.model.times import format_time
from vigie.node.packs import packs
from vigie.node.worlds import World

COLUMNS = (
    *("id", "exercise", "field", "kind", "title", "begin", "end", "lon", "lat", "radius_km", "depth_km", "magnitude", "scale"),
    *("severity", "country", "country_name", "unit", "unit_name", "agencies", "reports", "probability"),
)
"""The columns of `events.csv`, in order."""

_COORDINATE_DECIMALS, _SHORT_DECIMALS, _PROBABILITY_DECIMALS = 5, 2, 4


def event_facts(world: World, number: int, atlas: Atlas, language: str = "en") -> dict[str, Json]:
    """All that is shown of event `number`; what is missing is None."""
    events = world.events
    members = events.members[number]
    agencies = sorted({world.catalogue.agency.text(row) for row in members})
    chosen = {name: world.catalogue.agency.text(rows[number]) for name, rows in events.chosen.items() if rows[number] >= 0}
    return {
        "id": events.id[number],
        "exercise": bool(events.exercise[number]),
        "field": events.field[number],
        "kind": events.kind[number],
        "title": kind_title(events.field[number], events.kind[number]),
        "begin": format_time(int(events.begin_us[number])),
        "end": format_time(int(events.end_us[number])),
        "lon": _number(events.lon[number], _COORDINATE_DECIMALS),
        "lat": _number(events.lat[number], _COORDINATE_DECIMALS),
        "radius_km": _number(events.radius_km[number], _SHORT_DECIMALS),
        "depth_km": _number(events.depth_km[number], _SHORT_DECIMALS),
        "magnitude": _number(events.magnitude[number], _SHORT_DECIMALS),
        "scale": events.scale[number] or None,
        "severity": _number(events.severity[number], _SHORT_DECIMALS),
        "country": world.country[number] or None,
        "country_name": area_name(atlas, world.country[number], language),
        "unit": world.unit[number] or None,
        "unit_name": area_name(atlas, world.unit[number], language),
        "agencies": list[Json](agencies),
        "reports": len(members),
        "probability": _number(events.probability[number], _PROBABILITY_DECIMALS),
        "preferred": dict[str, Json](chosen),
    }


def all_event_facts(world: World, atlas: Atlas, language: str = "en") -> Iterator[dict[str, Json]]:
    """The facts of every event, in the world's order."""
    for number in range(len(world.events)):
        yield event_facts(world, number, atlas, language)


def collection_head(worlds: Sequence[World], atlas: Atlas) -> dict[str, Json]:
    """What a file of events says of itself: for whom, real or exercise (or both), and the notes that belong to names in it."""
    codes = sorted({str(code) for world in worlds for code in world.country})
    shown = [area for code in codes if (area := area_by_code(atlas, code))]
    kinds = ["exercise" if world.exercise else "real" for world in worlds]
    agencies = {name for world in worlds for name in world.catalogue.agency.names}
    owed = list[Json](attributions(agencies))
    return {"audience": worlds[0].party, "worlds": list[Json](kinds), "notes": list[Json](footnotes(shown)), "attribution": owed}


def attributions(agencies: Iterable[str]) -> list[str]:
    """What must be said of the sources from which these agencies' reports may have come, each once."""
    shown = set(agencies)
    known = [source for found in packs().values() for source in found.sources]
    return sorted({f"{source.attribution} ({source.licence})" for source in known if source.attribution and source.agency in shown})


def area_name(atlas: Atlas, code: str, language: str) -> str | None:
    """The name of a country or unit as it must be shown; its code where the atlas does not know it."""
    area = area_by_code(atlas, code) if code else None
    return displayed_name(area, language) if area else (code or None)


def kind_title(field: str, kind: str) -> str:
    """The plain words of a kind; the kind itself where its pack does not know it."""
    known = packs().get(field)
    found = known.terms.kinds.get(kind) if known else None
    return found.title if found else kind


def link_facts(world: World, link: Link) -> dict[str, Json]:
    """A link with both reports' agencies and its reasons in nats."""
    return {
        "first": report_brief(world, link.first),
        "second": report_brief(world, link.second),
        "probability": _number(link.probability, _PROBABILITY_DECIMALS),
        "reasons": {name: round(float(value), _SHORT_DECIMALS) for name, value in link.reasons.items()},
    }


def report_brief(world: World, row: int) -> dict[str, Json]:
    """What a list shows of one report."""
    catalogue = world.catalogue
    return {
        "agency": catalogue.agency.text(row),
        "kind": catalogue.kind.text(row),
        "begin": format_time(int(catalogue.begin_us[row])),
        "lon": _number(catalogue.lon[row], _COORDINATE_DECIMALS),
        "lat": _number(catalogue.lat[row], _COORDINATE_DECIMALS),
        "magnitude": _number(catalogue.magnitude[row], _SHORT_DECIMALS),
        "scale": catalogue.scale.text(row) or None,
        "event": world.events.id[int(world.event_of[row])],
        "probability": _number(world.probability[row], _PROBABILITY_DECIMALS),
    }


def _number(value: Any, decimals: int) -> float | None:
    return round(float(value), decimals) if np.isfinite(value) else None


def reports_of_event(world: World, number: int, held: Mapping[int, dict[str, Json]]) -> list[Json]:
    """The members of an event, best first, each as `held` has it (by the store's row) with its probability."""
    members = [(int(world.catalogue.row[row]), world.probability[row]) for row in world.events.members[number]]
    return [held[row] | {"probability": _number(chance, _PROBABILITY_DECIMALS)} for row, chance in members if row in held]
