"""The small world that the tests of the face look at."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from vigie.model.label import Label, label_text
from vigie.model.report import Measure, Report
from vigie.model.times import DAY_US
from vigie.node.settings import Node
from vigie.store import FileFacts, prepare, taking_in

NOW_US = 1_790_000_000_000_000
"""The instant that these tests call now (September 2026)."""

HOSTILE = '<script>alert("x")</script>'
_files = itertools.count()
_TOWNS = ((19.26, 42.44, "ME"), (20.46, 44.82, "RS"), (21.43, 41.99, "MK"), (19.82, 41.33, "AL"), (21.17, 42.66, "XK"), (18.41, 43.86, "BA"))
_KINDS = (("seismic", "seismic.earthquake"), ("conflict", "unrest.protest"), ("cyber", "cyber.ddos"))


def take(node: Node, reports: Sequence[Report], label: Label | None = None, *, exercise: bool = False) -> None:
    """Takes reports in as one file, readable by everybody unless a label says otherwise."""
    name = f"file{next(_files)}"
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=exercise, received_us=NOW_US)
    release = label or Label("ME-NODE", tlp="CLEAR")
    with taking_in(node.store, node.keyring, facts, release, NOW_US + DAY_US) as intake:
        intake.add(prepare(list(reports), "ME-NODE", label_text(release)))


def public_reports(*, exercise: bool = False) -> list[Report]:
    """Forty-odd reports of three fields and four agencies: some of one event, some without a place, one far away, one hostile."""
    quakes = [_quake(number, agency, exercise=exercise) for number in range(12) for agency in ("EMSC", "MSO", "RSO")[: 1 + number % 3]]
    others = [_other(number, exercise=exercise) for number in range(18)]
    far = _quake(99, "EMSC", exercise=exercise, lon=102.0, lat=25.0)
    reports = [*quakes, *others, far, _hostile(exercise=exercise)]
    return [replace(report, agency_ref=f"x-{report.agency_ref}") for report in reports] if exercise else reports


def _quake(number: int, agency: str, *, exercise: bool = False, lon: float | None = None, lat: float | None = None) -> Report:
    town = _TOWNS[number % len(_TOWNS)]
    begin_us = NOW_US - (3 * number + 1) * DAY_US + ord(agency[0]) * 10_000
    return Report(
        agency=agency,
        field="seismic",
        kind="seismic.earthquake",
        agency_ref=f"q{number}",
        begin_us=begin_us,
        end_us=begin_us,
        issued_us=begin_us + 60_000_000,
        lon=town[0] if lon is None else lon,
        lat=town[1] if lat is None else lat,
        radius_km=4.0,
        depth_km=10.0,
        magnitude=3.0 + number / 10,
        scale="ML",
        measures=(Measure("ML", 3.0 + number / 10, 0.2), Measure("mb", 3.1)),
        details={"stations": 12 + number},
        exercise=exercise,
    )


def _other(number: int, *, exercise: bool = False) -> Report:
    town, (field, kind) = _TOWNS[number % len(_TOWNS)], _KINDS[1 + number % 2]
    begin_us = (NOW_US // DAY_US - 5 * number) * DAY_US
    has_place = number % 5 != 0
    return Report(
        agency=f"DESK-{number % 3}",
        field=field,
        kind=kind,
        agency_ref=f"d/{number}",
        begin_us=begin_us,
        end_us=begin_us + DAY_US,
        lon=town[0] if has_place else None,
        lat=town[1] if has_place else None,
        radius_km=5.0 * (1 + number % 4) if has_place else None,
        country=town[2],
        exercise=exercise,
    )


def _hostile(*, exercise: bool) -> Report:
    begin_us = NOW_US - 2 * DAY_US
    return Report(
        agency=HOSTILE,
        field="conflict",
        kind="unrest.protest",
        agency_ref="bad",
        begin_us=begin_us,
        end_us=begin_us,
        lon=19.0,
        lat=42.5,
        place=HOSTILE,
        summary=HOSTILE,
        details={HOSTILE: HOSTILE},
        exercise=exercise,
    )
