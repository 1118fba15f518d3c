"""What one audience is shown of the stocktake and of coverage: from its own world and log, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from vigie.activities.coverage import Record
from vigie.model.activity import Activity, CountryShare, Place
from vigie.model.atlas import Atlas
from vigie.model.canonical import canonical_bytes
from vigie.model.entry import Entry
from vigie.model.label import PUBLIC, Label
from vigie.model.report import Report
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.node.desk import log_of
from vigie.node.outlook import make_outlook
from vigie.node.risks import LEAST_WEIGHT, risks_of, risky_fields
from vigie.node.settings import Node
from vigie.node.stocktaking import Reader, coverage_facts, coverage_lines, coverage_of, coverage_picture, placed, stocktake_facts, stocktake_lines
from vigie.node.worlds import make_world
from vigie.store import add_entry
from web.desk_world import OWN, PARTNER, RULE, content, desk_node, issue, watch
from web.world import NOW_US, take

TODAY = datetime.fromtimestamp(NOW_US / 1e6, UTC).date()
PODGORICA, NIKSIC = (19.26, 42.44), (18.94, 42.77)


@pytest.fixture
def desk(tmp_path: Path) -> Node:
    """A node with public reports of three fields, two parties and a secret report."""
    return desk_node(tmp_path / "node")


def reader(node: Node, atlas: Atlas, party: str = OWN, *, exercise: bool = False) -> Reader:
    """What one party has."""
    world = make_world(node, node.audience(party, NOW_US), atlas, exercise=exercise)
    log = log_of(node, party, NOW_US, exercise=exercise)
    return Reader(make_outlook(node, atlas, world, log), log, atlas)


def happen(kind: str, number: int, place: tuple[float, float] = PODGORICA, *, field: str = "conflict", days_ago: int = 10) -> Report:
    """One happening of its own, far from the others in time."""
    begin_us = NOW_US - days_ago * DAY_US - number * 3_600_000_000
    return Report(
        agency="DESK-9",
        field=field,
        kind=kind,
        agency_ref=f"{kind}-{number}-{place}",
        begin_us=begin_us,
        end_us=begin_us + 1,
        lon=place[0],
        lat=place[1],
        radius_km=1.0,
    )


def do(node: Node, ref: str, *, tlp: str = "CLEAR", exercise: bool = False, **facts: Any) -> None:
    """Adds an activity of the node's own party."""
    said = Activity(**({"titles": {"en": ref}, "begin": TODAY - timedelta(days=30)} | facts))
    label = Label(OWN, tlp=tlp, rel_to=None if tlp == "CLEAR" else frozenset())
    add_entry(node.store, Entry(type="activity", owner=OWN, ref=ref, label=label, said_us=NOW_US - DAY_US, body=body_of(said), by="duty", exercise=exercise))


def rows(seen: Reader) -> dict[tuple[str, str], Any]:
    """The rows of today's coverage, by area and field."""
    facts: Any = coverage_facts(seen, TODAY)
    return {(row["area"], row["field"]): row for row in facts["rows"]}


@lru_cache
def podgorica(atlas: Atlas) -> str:
    """The unit that the town is in."""
    return placed_area(atlas, PODGORICA)


def placed_area(atlas: Atlas, place: tuple[float, float]) -> str:
    """The unit of a point."""
    from vigie.model.atlas import unit_at

    return str(unit_at(atlas, *([part] for part in place))[0])  # type: ignore[arg-type]


def test_a_live_warning_is_a_gap_until_an_activity_answers_it(desk: Node, atlas: Atlas) -> None:
    """A severe warning of a country, nobody there: a gap; a project in that country and field covers it."""
    name = issue(desk, content("w-riots"))
    row = rows(reader(desk, atlas))["ME", "conflict"]
    assert (row["level"], row["verdict"]) == ("high", "gap")
    assert {"type": "warning", "ref": name, "owner": OWN} in row["records"]
    do(desk, "project", priorities=("counter-terrorism",), countries=(CountryShare(code="ME"),))
    assert rows(reader(desk, atlas))["ME", "conflict"]["verdict"] == "covered"


def test_a_warning_that_has_run_out_and_a_test_are_no_risk(desk: Node, atlas: Atlas) -> None:
    """Only what is live, and meant, counts."""
    issue(desk, content("w-test", test=True))
    issue(desk, content("w-old", expires_us=NOW_US + 1))
    seen = reader(desk, atlas)
    assert ("ME", "conflict") not in rows(replace(seen, log=replace(seen.log, now_us=NOW_US + 2)))


def test_harm_raises_a_risk_and_peaceful_assembly_never_does(desk: Node, atlas: Atlas) -> None:
    """Three explosions make a unit's risk high; a hundred peaceful protests leave it low."""
    take(desk, [happen("unrest.protest", number, days_ago=number + 1) for number in range(100)])
    assert rows(reader(desk, atlas))[podgorica(atlas), "conflict"]["level"] == "low"
    take(desk, [happen("viol.explosion", number, days_ago=10 + 20 * number) for number in range(3)])
    row = rows(reader(desk, atlas))[podgorica(atlas), "conflict"]
    assert (row["level"], row["verdict"], row["events"]) == ("high", "gap", 3)
    assert LEAST_WEIGHT < 3 * 0.7


def test_a_red_rule_is_a_high_risk_and_where_rules_are_blind_nothing_is_low(desk: Node, atlas: Atlas) -> None:
    """Red names the rule; with the same rule grey, the units that would be low are not known."""
    watch(desk, atlas)
    seen = reader(desk, atlas)
    for stands, of_podgorica, of_niksic in (("red", "high", "low"), ("grey", "raised", "unknown")):
        level: Any = stands
        changed = [replace(item, level=level if stands == "grey" or item.area == podgorica(atlas) else "green") for item in seen.outlook.standings]
        outlook = replace(seen.outlook, standings=tuple(changed), world=replace(seen.outlook.world))
        found = {(risk.area, risk.field): risk for risk in risks_of(outlook, seen.log, atlas, TODAY)}
        here, there = found[podgorica(atlas), "conflict"], found[placed_area(atlas, NIKSIC), "conflict"]
        assert there.level == of_niksic
        assert here.level in (of_podgorica, "high")
        assert (Record("rule", RULE) in here.records) == (stands == "red")


def test_old_harm_no_longer_counts(desk: Node, atlas: Atlas) -> None:
    """What happened more than half a year before the day is not the risk of the day, but it was that of its own."""
    take(desk, [happen("viol.explosion", number, days_ago=200 + 20 * number) for number in range(3)])
    seen = reader(desk, atlas)
    levels = [
        next(
            risk.level
            for risk in risks_of(seen.outlook, seen.log, atlas, TODAY - timedelta(days=back))
            if risk.area == podgorica(atlas) and risk.field == "conflict"
        )
        for back in (0, 190)
    ]
    assert levels == ["low", "high"]


def test_a_field_that_nobody_reports_on_is_not_known_and_never_low(desk: Node, atlas: Atlas) -> None:
    """No report on mines from any country: every unit is grey, with the reason."""
    found = rows(reader(desk, atlas))
    mines = [row for (_, field), row in found.items() if field == "mines"]
    assert {(row["level"], row["verdict"]) for row in mines} == {("unknown", "not known")}
    assert "Nothing was reported" in mines[0]["why"][0]
    assert "cooperation" not in risky_fields()


def test_a_place_in_degrees_says_which_unit_an_activity_is_in(desk: Node, atlas: Atlas) -> None:
    """Who works in one town of a country is not taken to work in all of it."""
    take(desk, [happen("viol.explosion", number, place, days_ago=10 + 20 * number) for number in range(3) for place in (PODGORICA, NIKSIC)])
    there = Place(name="Podgorica", lon=PODGORICA[0], lat=PODGORICA[1])
    do(desk, "town", fields=("conflict",), countries=(CountryShare(code="ME"),), places=(there,))
    found = rows(reader(desk, atlas))
    assert [found[unit, "conflict"]["verdict"] for unit in (podgorica(atlas), placed_area(atlas, NIKSIC))] == ["covered", "gap"]
    assert found[podgorica(atlas), "conflict"]["running"][0]["name"] == f"{OWN}/town"
    assert placed((), atlas) == ()


def test_what_a_reader_may_not_read_changes_no_byte(desk: Node, atlas: Atlas) -> None:
    """A secret activity, a secret warning and secret events: PUBLIC and the partner see what they saw before."""
    do(desk, "open", fields=("conflict",), countries=(CountryShare(code="ME"),))

    def seen(party: str) -> bytes:
        who = reader(desk, atlas, party)
        return canonical_bytes([stocktake_facts(who, TODAY), coverage_facts(who, TODAY), *coverage_lines(who, TODAY), *stocktake_lines(who, TODAY)])

    before = {party: seen(party) for party in (PUBLIC, PARTNER, OWN)}
    do(desk, "secret", tlp="RED", fields=("conflict",), countries=(CountryShare(code="ME"),))
    issue(desk, content("w-secret", recipients=(OWN,)), tlp="RED", rel_to=())
    take(desk, [happen("viol.explosion", number) for number in range(3)], Label(OWN, tlp="RED", rel_to=frozenset()))
    assert [seen(party) == before[party] for party in (PUBLIC, PARTNER, OWN)] == [True, True, False]


def test_the_exercise_and_the_real_world_never_meet(desk: Node, atlas: Atlas) -> None:
    """An exercise's project closes no real gap, and says that it is an exercise."""
    issue(desk, content("w-real"))
    do(desk, "played", exercise=True, fields=("conflict",), countries=(CountryShare(code="ME"),))
    assert rows(reader(desk, atlas))["ME", "conflict"]["verdict"] == "gap"
    played = reader(desk, atlas, exercise=True)
    facts: Any = stocktake_facts(played, TODAY)
    assert (facts["exercise"], facts["total"]["counts"]["running"]) == (True, 1)
    assert "EXERCISE" in coverage_picture(played, coverage_of(played, TODAY))
