"""Worlds: a pure function of what an audience may read, whatever the order, the day and the rest of the store."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from made import NOW_US
from vigie.model.atlas import Atlas
from vigie.model.label import PUBLIC, Label
from vigie.node.answers import KeptWorlds, event_answer
from vigie.node.desk import Actor, Desk
from vigie.node.example import OWNER, example_files
from vigie.node.exercises import make_exercise_files
from vigie.node.flow import draw, see, write_out
from vigie.node.intake import Order, ingest_each, ingest_file
from vigie.node.review import Word, decide
from vigie.node.settings import Node, init_node

CLEAR = Order(label=Label(OWNER, tlp="CLEAR"))
YEAR_US = 365 * 86_400_000_000
HEADER = "report_id,agency,field,kind,begin,lon,lat,magnitude,scale,radius_km,sigma_s,exercise"
PAIR = [
    "a1,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.10,42.00,4.5,Mw,5,1,",
    "b1,RSO,seismic,seismic.earthquake,2026-01-05T10:00:01Z,19.12,42.01,4.6,Mw,5,1,",
]


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small exercise on disk."""
    folder = tmp_path_factory.mktemp("made") / "exercise"
    make_exercise_files(folder, 600, 3, int)
    return folder


def filled(folder: Path, files: list[Path], now_us: int) -> Node:
    """A node that has taken the files in, one after the other."""
    node = init_node(folder, OWNER)
    outcomes = list(ingest_each(node, files, CLEAR, now_us))
    assert [outcome.sentence for outcome in outcomes if outcome.status == "refused"] == []
    return node


def written(node: Node, folder: Path, now_us: int, atlas: Atlas) -> tuple[bytes, bytes]:
    """The bytes of both files."""
    worlds = [see(node, PUBLIC, now_us, atlas, exercise=kind) for kind in (False, True)]
    return tuple(path.read_bytes() for path in write_out(worlds, atlas, folder))  # type: ignore[return-value]


def test_the_same_input_gives_the_same_bytes_on_any_day_in_any_order(exercise: Path, tmp_path: Path, atlas: Atlas) -> None:
    """Two fresh nodes, files and rows shuffled, clocks sixty years apart."""
    files = [*example_files(), *sorted(exercise.glob("reports-*.csv"))]
    shuffled = []
    for path in files:
        head, *lines = path.read_text().splitlines(keepends=True)
        random.Random(5).shuffle(lines)
        (tmp_path / path.name).write_text(head + "".join(lines))
        shuffled.append(tmp_path / path.name)
    random.Random(7).shuffle(shuffled)
    first = filled(tmp_path / "first", files, NOW_US)
    second = filled(tmp_path / "second", shuffled, NOW_US - 60 * YEAR_US)
    assert written(first, tmp_path, NOW_US, atlas) == written(second, tmp_path, NOW_US - 60 * YEAR_US, atlas)


def table(folder: Path, rows: list[str], name: str = "reports.csv") -> Path:
    """A table of these rows."""
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_two_bulletins_of_one_quake_become_one_event(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """One second and two kilometres apart; the event has a country and both agencies."""
    ingest_file(node, table(tmp_path, PAIR), Order(label=Label("ME-NODE")), NOW_US)
    world = see(node, "ME-NODE", NOW_US, atlas, exercise=False)
    assert (len(world.events), world.events.agencies.tolist(), world.country.tolist()) == (1, [2], ["ME"])
    assert draw(world, atlas, NOW_US)["seen_by"] == {"1": 0, "2": 1, "3": 0, "4+": 0}


def test_a_real_report_and_an_exercise_never_become_one_event(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Though place, time and size agree; each world says which it is and shows nothing of the other."""
    ingest_file(node, table(tmp_path, [PAIR[0], PAIR[1] + "true"]), Order(label=Label("ME-NODE")), NOW_US)
    worlds = [see(node, "ME-NODE", NOW_US, atlas, exercise=kind) for kind in (False, True)]
    assert [(len(world.catalogue), world.exercise, bool(world.events.exercise[0])) for world in worlds] == [(1, False, False), (1, True, True)]


def test_what_the_public_may_not_read_changes_nothing_that_it_sees(tmp_path: Path, atlas: Atlas) -> None:
    """Two nodes that differ only in a hidden report, which would join, move or count an event."""
    seen = []
    for name, hidden in (("plain", []), ("hidden", [PAIR[1]])):
        node = init_node(tmp_path / name, "ME-NODE")
        ingest_file(node, table(tmp_path, [PAIR[0]]), Order(label=Label("ME-NODE", tlp="CLEAR")), NOW_US)
        if hidden:
            ingest_file(node, table(tmp_path, hidden), Order(label=Label("ME-NODE")), NOW_US)
        world = see(node, PUBLIC, NOW_US, atlas, exercise=False)
        paths = write_out([world], atlas, tmp_path)
        seen.append(([path.read_bytes() for path in paths], draw(world, atlas, NOW_US)))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("same", "events"), [(True, 1), (False, 2)])
def test_an_analysts_word_is_obeyed(node: Node, tmp_path: Path, atlas: Atlas, *, same: bool, events: int) -> None:
    """Far apart but one event; close together but two."""
    second = PAIR[1] if not same else "b1,RSO,seismic,seismic.earthquake,2026-01-09T10:00:00Z,22.0,44.0,4.6,Mw,5,1,"
    ingest_file(node, table(tmp_path, [PAIR[0], second]), Order(label=Label("ME-NODE")), NOW_US)
    decide(Desk(node, Actor("analyst", "ME-NODE", "analyst"), NOW_US), "same" if same else "apart", "RSO/b1", "MSO/a1", Word(reason="looked at both"))
    assert len(see(node, "ME-NODE", NOW_US, atlas, exercise=False).events) == events
    assert len(see(node, PUBLIC, NOW_US, atlas, exercise=False).events) == 0


def test_an_empty_node_has_an_empty_world(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """And a picture without anything in it."""
    world = see(node, "ME-NODE", NOW_US, atlas, exercise=False)
    assert draw(world, atlas, NOW_US)["events"] == 0
    assert write_out([world], atlas, tmp_path)[1].read_text().count("\n") == 1


def test_an_incident_within_an_episode_stays_an_event_of_its_own(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Both events say that one may lie within the other, and neither is lost in it."""
    rows = [
        "report_id,agency,field,kind,begin,end,time_meaning,lon,lat,radius_km",
        "e1,MON,conflict,viol.clash,2026-01-01,2026-01-10,lasted,20.00,43.00,2",
        "i1,WIRE,conflict,viol.clash,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,uncertain,20.00,43.01,2",
    ]
    (tmp_path / "episode.csv").write_text("\n".join(rows) + "\n")
    ingest_file(node, tmp_path / "episode.csv", CLEAR, NOW_US)
    world = see(node, OWNER, NOW_US, atlas, exercise=False)
    assert len(world.events) == 2
    (part,) = world.parts
    incident, episode = (world.catalogue.agency.text(row) for row in (part.first, part.second))
    assert (incident, episode) == ("WIRE", "MON")
    kept = KeptWorlds(node, atlas, lambda: NOW_US, OWNER)
    assert all(len(event_answer(kept, world, number)["parts"]) == 1 for number in range(2))  # type: ignore[arg-type]
