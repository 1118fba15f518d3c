"""Histories: what was known when, from what an audience may read and from nothing else."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from made import NOW_US, quake
from vigie.model.atlas import Atlas
from vigie.model.history import History
from vigie.model.label import PUBLIC, Label, label_text
from vigie.model.report import Report
from vigie.model.times import DAY_US
from vigie.node.histories import history_of, region_of
from vigie.node.settings import Node, init_node
from vigie.node.worlds import make_world
from vigie.store import FileFacts, prepare, taking_in

_files = itertools.count()


def take(node: Node, reports: Sequence[Report], label: Label | None = None) -> None:
    """Takes reports in as one file, readable by everybody unless a label says otherwise."""
    name, release = f"file{next(_files)}", label or Label("ME-NODE", tlp="CLEAR")
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=reports[0].exercise, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, release, NOW_US + DAY_US) as intake:
        intake.add(prepare(list(reports), "ME-NODE", label_text(release)))


def seen(node: Node, atlas: Atlas, party: str = PUBLIC, *, exercise: bool = False) -> History:
    """The history of a party's world."""
    audience = node.audience(party, NOW_US)
    return history_of(node, audience, make_world(node, audience, atlas, exercise=exercise), atlas)


def same(first: History, second: History) -> bool:
    """Whether two histories are equal in every column."""
    columns = ("event", "testimony", "revision", "known_us", "is_dated", "begin_us", "lon", "severity", "counts", "magnitude")
    coded = ("agency", "field", "kind", "country", "unit", "scale")
    return (
        first.event_ids == second.event_ids
        and all(np.array_equal(getattr(first, name), getattr(second, name), equal_nan=True) for name in columns)
        and all(list(getattr(first, name).texts()) == list(getattr(second, name).texts()) for name in coded)
    )


def revised() -> list[Report]:
    """One testimony in three versions and one of another agency."""
    first = quake("r1", issued_us=NOW_US, begin_us=NOW_US - DAY_US, end_us=NOW_US - DAY_US)
    return [
        first,
        replace(first, revision=1, magnitude=4.9, issued_us=NOW_US + 1),
        replace(first, revision=2, magnitude=5.1, issued_us=NOW_US + 2),
        replace(first, agency="RSO", agency_ref="b1", issued_us=None),
    ]


def test_every_version_of_a_report_is_in_the_history_with_the_instant_from_which_it_was_known(node: Node, atlas: Atlas) -> None:
    """Three versions of one testimony of one event; the report that does not say when it was issued counts from its end."""
    for report in revised():
        take(node, [report])
    history = seen(node, atlas)
    own = history.agency.is_in(["MSO"])
    assert sorted(history.magnitude[own]) == [4.5, 4.9, 5.1]
    assert len(set(history.testimony[own])) == 1
    assert len(set(history.event)) == 1
    assert sorted(history.known_us[own]) == [NOW_US, NOW_US + 1, NOW_US + 2]
    assert list(history.known_us[~own]) == [NOW_US - DAY_US]
    assert list(history.is_dated[~own]) == [False]


def test_the_history_does_not_depend_on_the_order_of_arrival(node: Node, atlas: Atlas) -> None:
    """The same reports in another order, twice over: the same columns."""
    other = init_node(node.folder.parent / "other", "ME-NODE")
    reports = [
        *revised(),
        *[quake(f"x{number}", begin_us=NOW_US - number * DAY_US, end_us=NOW_US - number * DAY_US, lon=18 + number / 3) for number in range(9)],
    ]
    for report in reports:
        take(node, [report])
    shuffled = reports * 2
    random.Random(4).shuffle(shuffled)
    for report in shuffled:
        take(other, [report])
    assert same(seen(node, atlas), seen(other, atlas))
    other.store.close()


def test_what_an_audience_may_not_read_changes_nothing_of_its_history(node: Node, atlas: Atlas) -> None:
    """A hidden revision and a hidden report; the owner sees both."""
    first, second, *_ = revised()
    take(node, [first])
    before = seen(node, atlas)
    take(node, [second, quake("hidden", lon=20.0)], Label("ME-NODE", tlp="RED"))
    assert same(before, seen(node, atlas))
    assert len(seen(node, atlas, "ME-NODE")) == 3


def test_a_relabelled_report_counts_once(node: Node, atlas: Atlas) -> None:
    """The same wording under two labels is one row."""
    take(node, [quake("r1")])
    take(node, [quake("r1")], Label("ME-NODE", tlp="GREEN"))
    assert len(seen(node, atlas, "ME-NODE")) == 1


def test_real_and_exercise_are_never_mixed(node: Node, atlas: Atlas) -> None:
    """Each history holds its own world only."""
    take(node, [quake("r1")])
    take(node, [quake("r1", exercise=True, lon=20.0)])
    assert [len(seen(node, atlas, exercise=kind)) for kind in (False, True)] == [1, 1]
    assert seen(node, atlas, exercise=True).exercise


def test_a_vague_place_names_no_unit_and_a_flagged_record_is_no_count(node: Node, atlas: Atlas) -> None:
    """Known to 200 km: a country, no unit; not_for_counts: kept, not counted."""
    take(node, [quake("r1", radius_km=200.0), quake("r2", lon=20.5, lat=44.8, radius_km=2.0, details={"flags": ["not_for_counts"]})])
    history = seen(node, atlas)
    units = dict(zip(history.magnitude * 0 + history.lon, history.unit.texts(), strict=True))
    assert units[19.1] == ""
    assert units[20.5].startswith("RS-")
    assert sorted(history.counts) == [False, True]


def test_an_empty_world_has_an_empty_history(node: Node, atlas: Atlas) -> None:
    """No rows and no fault."""
    assert len(seen(node, atlas)) == 0


def test_the_region_knows_its_units_and_who_touches_whom(atlas: Atlas) -> None:
    """Neighbours are mutual, none is its own, and Montenegro touches Albania."""
    region = region_of(atlas)
    assert "AL" in region.neighbours["ME"]
    assert all(area not in others and all(area in region.neighbours[other] for other in others) for area, others in region.neighbours.items())
    assert region.country_of(region.units["ME"][0]) == "ME"
    assert set(region.countries) == set(atlas.region)
