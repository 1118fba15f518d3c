"""One clash that four agencies tell of, each otherwise, beside the ladder of doubtful pairs: what the tests of dossier and review look at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from doubts import ladder
from vigie.model.report import Measure, Report
from vigie.model.times import DAY_US
from vigie.model.warning import Evidence
from vigie.node.review import Word, decide
from vigie.node.settings import Node
from web.desk_world import at, content, desk_node, issue
from web.world import NOW_US, take

HOUR_US = DAY_US // 24
_DAY_US = (NOW_US // DAY_US - 12) * DAY_US


def clash_node(folder: Path) -> Node:
    """A node with the desk's small world, the ladder, the clash, a warning that rests on it and a decision about it."""
    node = desk_node(folder)
    take(node, [*ladder(), *clash()])
    decide(at(node, "head", NOW_US - 2 * DAY_US), "same", "EMM/c3", "MISSION/c1", Word(reason="The mission's patrol named the same bridge."))
    evidence = (Evidence(event="", reports=("MISSION/c1",), words="the clash at the bridge"),)
    issue(node, content("w-clash", evidence=evidence, event="Armed clash"), now_us=NOW_US - DAY_US)
    return node


def clash() -> list[Report]:
    """Four reports of one armed clash at a bridge: other hours, places, counts of deaths, organisations, languages."""
    patrol = {"summary": "Exchange of fire at the main bridge; two dead.", "language": "en", "grade": "B2", "sigma_s": 300.0}
    tells = [
        _told("MISSION", "c1", 14.0, 20.866, 42.891, 1.0, 2, **patrol),
        _told("WIRE", "c2", 16.0, 20.93, 42.91, 8.0, 3, summary="Trois morts dans un échange de tirs près du pont.", language="fr", grade="C3"),
        _told("EMM", "c3", 0.0, 20.70, 42.84, 25.0, None, whole_day=True, summary="Пуцњава код моста, више повређених.", language="sr-Cyrl"),
        _told("DAILY", "c4", 15.5, 20.87, 42.89, 5.0, 2, kind="viol.civilians", actors=("Police",), summary="Të shtëna pranë urës.", language="sq"),
    ]
    return [tells[0], replace(tells[1], revision=2), *tells[2:]]


def _told(agency: str, ref: str, hour: float, lon: float, lat: float, radius_km: float, deaths: int | None, *, whole_day: bool = False, **more: Any) -> Report:
    begin_us = _DAY_US + round(hour * HOUR_US)
    counts = () if deaths is None else (Measure("deaths_low", 1.0), Measure("deaths_best", float(deaths)), Measure("deaths_high", deaths + 2.0))
    said: dict[str, Any] = {
        "kind": "viol.clash",
        "actors": ("Border police", "Armed group A"),
        "end_us": begin_us + (DAY_US if whole_day else HOUR_US),
        "issued_us": begin_us + (30 if whole_day else 3) * HOUR_US,
        "place": "Mitrovica, main bridge" if agency != "EMM" else "Mitrovica",
        "country": "XK",
        "details": {"event_type": "Battles", "source_scale": "Local"} if agency == "WIRE" else {},
    }
    size: dict[str, Any] = {} if deaths is None else {"magnitude": float(deaths), "scale": "deaths"}
    place: dict[str, Any] = {"lon": lon, "lat": lat, "radius_km": radius_km}
    return Report(agency=agency, agency_ref=ref, field="conflict", begin_us=begin_us, measures=counts, **(said | size | place | more))
