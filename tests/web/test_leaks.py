"""What an audience may not read changes no byte of what it gets, whatever is hidden and wherever; every leak that is put in is found by that comparison.

Each example is two nodes that hear the same, but that one of them hears more (`worlds_apart`). Everything that the audience can ask is found from the table
of routes (`faces`). How long answers take is not compared here: that is measured in `bench/`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from vigie.model.atlas import Atlas
from vigie.model.label import PUBLIC, Label
from vigie.model.report import Report
from vigie.model.times import DAY_US
from vigie.node.answers import KeptWorlds
from vigie.node.referring import reference_for
from vigie.node.settings import Node, open_node
from vigie.store import find_reports
from web.faces import Difference, Door, Question, ask, door_of, first_difference, fix_clock, paths_of, queries_of, routes_of
from web.leak_list import LATER, LEAKS, NAMED
from web.leaks import a_learned_parameter
from web.leaks_outside import a_reference_to_what_is_hidden
from web.world import NOW_US, public_reports, take
from web.worlds_apart import OWN, SECRET, THIRD, Apart, Template, make_pair, make_template, rich, worlds_apart

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
DRAWN = 1
"""How many examples are drawn for each audience, beside the one that holds everything, where time is short."""

Compare = Callable[..., tuple[Difference | None, int]]


@dataclass(frozen=True)
class Pairs:
    """Pairs of nodes, each made once and copied whenever it is asked for again."""

    template: Template
    folder: Path
    _made: dict[Apart, Path] = field(default_factory=dict)

    def copy(self, apart: Apart, folder: Path) -> tuple[Node, Node]:
        """The two nodes of an example in a folder of their own; see `make_pair`."""
        if apart not in self._made:
            self._made[apart] = self.folder / str(len(self._made))
            for node in make_pair(self.template, self._made[apart], apart):
                node.store.close()
        shutil.copytree(self._made[apart], folder, dirs_exist_ok=True)
        return open_node(folder / "plain"), open_node(folder / "full")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A node with accounts and nothing else."""
    return make_template(tmp_path_factory.mktemp("apart") / "template")


@pytest.fixture(scope="module")
def pairs(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    """The nodes of the examples, each made once."""
    return Pairs(template, tmp_path_factory.mktemp("pairs"))


@pytest.fixture
def compare(pairs: Pairs, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Opens the two nodes of an example and asks them everything, or `only` some of it, until they differ."""
    fix_clock(monkeypatch)

    def compared(apart: Apart, **how: Any) -> tuple[Difference | None, int]:
        with ExitStack() as stack:
            nodes = [stack.enter_context(closing(node.store)) and node for node in pairs.copy(apart, tmp_path_factory.mktemp("pair"))]
            doors = [door_of(node, atlas, pairs.template.keys) for node in nodes]
            for door in doors:
                stack.enter_context(door.client)
            return first_difference(*doors, apart, **how)

    return compared


@cache
def drawn(party: str, count: int) -> Sequence[Apart]:
    """The examples for a party: the one that holds everything, then what hypothesis draws, the same on every run but not the simplest, which it draws first."""
    found: dict[Apart, None] = {}

    @seed(crc32(party.encode()))
    @settings(max_examples=count + 5, phases=[Phase.generate], derandomize=False, database=None)
    @given(worlds_apart(party))
    def note(apart: Apart) -> None:
        found[apart] = None

    note()
    return (rich(party), *list(found)[1 : count + 1])


def all_drawn() -> list[Apart]:
    """The examples of both audiences in turn."""
    return [apart for pair in zip(drawn(PUBLIC, DRAWN), drawn(THIRD, DRAWN), strict=True) for apart in pair]


@pytest.mark.parametrize("number", range(1 + DRAWN))
@pytest.mark.parametrize("party", [PUBLIC, THIRD])
def test_what_is_hidden_changes_no_byte(compare: Compare, party: str, number: int) -> None:
    """Pages, feeds, API, files, forms, errors, headers and log lines are the same; and what is compared is not nothing."""
    difference, asked = compare(drawn(party, DRAWN)[number], is_whole=IS_LONG, every=1 if IS_LONG or not number else 2)
    assert difference is None
    assert asked > 50


@pytest.mark.parametrize("number", range(1 + DRAWN * IS_LONG))
def test_what_is_hidden_changes_nothing_that_a_partner_node_is_told(compare: Compare, number: int) -> None:
    """Its pages are the same to the byte, but for the words of the cursors: items, their order, where a page ends, and whether more follows."""
    difference, asked = compare(drawn(THIRD, DRAWN)[number].without_versions(), is_whole=IS_LONG, only=("PULL",), after_owner=False)
    assert difference is None
    assert asked > 1


@pytest.mark.long
@pytest.mark.parametrize("party", [PUBLIC, THIRD])
def test_whatever_is_hidden_changes_no_byte(compare: Compare, party: str) -> None:
    """The same of many more examples, each asked every address."""

    @settings(max_examples=15, phases=[Phase.generate, Phase.shrink], suppress_health_check=[HealthCheck.too_slow])
    @given(worlds_apart(party))
    def holds(apart: Apart) -> None:
        assert compare(apart, is_whole=True)[0] is None

    holds()


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] if name in LATER else []) for name in LEAKS])
def test_a_leak_is_found(compare: Compare, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Of the questions that show no difference in the sound program, some show each leak that is put in."""
    found, apart = LEAKS[name], rich(LEAKS[name].party)
    found.put(monkeypatch)
    asked = {"only": found.only, "after_owner": found.after_owner}
    assert compare(apart.without_versions() if found.only == ("PULL",) else apart, **asked)[0] is not None


def test_the_leaks_that_must_be_looked_for_are_among_those_that_are_found() -> None:
    """Ten kinds at least, and two more, also where time is short."""
    assert set(NAMED) < set(LEAKS) - LATER
    assert len(NAMED) >= 10
    assert len(set(LEAKS) - LATER) >= 12


@pytest.mark.long
@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found_by_what_is_drawn_alone(compare: Compare, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Asked everything, and without the example that holds everything, which somebody wrote who knew the leaks."""
    LEAKS[name].put(monkeypatch)
    examples = [apart for party in (PUBLIC, THIRD) for apart in drawn(party, 12)[1:]]
    assert any(compare(one)[0] is not None for apart in examples for one in dict.fromkeys((apart, apart.without_versions())))


def test_examples_hide_every_kind_of_thing() -> None:
    """Reports in every way, words and rejects; and something in each example."""
    kinds = [apart.kinds for apart in all_drawn()]
    assert all(kinds)
    assert {kind.partition(" ")[0] for kind in frozenset().union(*kinds)} == {"reports", "words", "rejects"}
    assert {kind.partition(" ")[2] for kind in kinds[0]} >= {"beside", "elsewhere", "reworded", "another owner's", "told before"}


def test_every_route_is_asked(template: Template, atlas: Atlas) -> None:
    """A route that is added is asked too; one with a place or a parameter that nobody has thought of is told here."""
    node = open_node(template.folder)
    app = door_of(node, atlas, template.keys).client.app
    names = dict.fromkeys(("event_id", "link", "name", "owner", "report"), ("x",))
    routes = routes_of(app)
    assert len(routes) > 80
    assert all(paths_of(route, names) and isinstance(queries_of(route), frozenset) for route in routes)
    node.store.close()


def _crowd(agency: str, hours: float, shift_s: float) -> list[Report]:
    """A quake every so many hours for two months, a good while ago: enough for linking to learn from."""
    first, begin_us = public_reports()[0], NOW_US - 400 * DAY_US
    times = [begin_us + int(number * hours * 3.6e9) + int(shift_s * 1e6) * (number % 7) for number in range(int(1_400 / hours))]
    return [
        replace(first, agency=agency, agency_ref=f"c{number}", begin_us=at, end_us=at, issued_us=at, lon=19.0 + number % 11 / 5, lat=42.0 + number % 7 / 4)
        for number, at in enumerate(times)
    ]


def _learners(folder: Path, template: Template, atlas: Atlas, patch: pytest.MonkeyPatch) -> list[bytes]:
    """What PUBLIC is shown where there is enough to learn from; where as much again is hidden; and there by a program that learns from everything."""
    shown = []
    nodes = make_pair(template, folder, Apart(PUBLIC, (), 0))
    for node in nodes:
        take(node, [*public_reports()[:1], *_crowd("EMSC", 5, 0.0), *_crowd("MSO", 5, 1.5)])
    take(nodes[1], _crowd(SECRET, 1, 9.0), Label(OWN, tlp="AMBER"))
    for number, node in enumerate((*nodes, nodes[1])):
        if number == len(nodes):
            a_learned_parameter(patch)
        door = door_of(node, atlas, template.keys)
        paths = ("/api/events?limit=1000", "/api/events/by-report/MSO/c3", "/api/review")
        shown.append(b"".join(ask(door, PUBLIC, Question("GET", path)).body for path in paths) + ask(door, PUBLIC, Question("RUN", "", words=EXPLAIN)).body)
    for node in nodes:
        node.store.close()
    return shown


EXPLAIN = ("link", "--explain-model", "--json", "--for", PUBLIC)


def test_what_linking_learns_it_learns_from_what_the_reader_may_read(
    template: Template, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With reports enough for parameters to be learned: the same events, chances and model; and not so where everything was learned from."""
    fix_clock(monkeypatch)
    plain, full, leaky = _learners(tmp_path_factory.mktemp("learned"), template, atlas, monkeypatch)
    assert b"Nothing was learned" not in plain
    assert plain == full
    assert plain != leaky


@pytest.fixture(scope="module")
def full_door(pairs: Pairs, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The node that holds everything there is to hide from the third party."""
    plain, full = pairs.copy(rich(THIRD), tmp_path_factory.mktemp("full"))
    plain.store.close()
    door = door_of(full, atlas, pairs.template.keys)
    with closing(full.store), door.client:
        yield door


def test_the_owner_sees_what_others_do_not(full_door: Door) -> None:
    """So that the comparison compares something: what is hidden moves its owner's pages, and what is open stands on everybody's."""
    for path in ("/activities", "/activities/ME-NODE/a-open", "/stocktake", "/desk/activities", "/desk/contacts", "/warnings", "/desk"):
        assert SECRET.encode() in ask(full_door, OWN, Question("GET", path)).body, path
    page = ask(full_door, THIRD, Question("GET", "/activities/ME-NODE/a-open")).body
    assert b"Broken by" in page
    assert b"a warning that MK-NODE cannot see" in page
    assert b"Open workshop" in ask(full_door, PUBLIC, Question("GET", "/public")).body


@pytest.mark.parametrize(
    ("hidden", "absent"),
    [
        (f"/api/events/by-report/{SECRET}/s1", "/api/events/by-report/NOBODY/n1"),
        ("/activities/ME-NODE/a-secret", "/activities/ME-NODE/a-absent"),
        ("/warnings/w-secret", "/warnings/w-absent"),
        ("/warnings/w-secret/cap.xml", "/warnings/w-absent/cap.xml"),
        ("/desk/contacts/ME-NODE/p-secret", "/desk/contacts/ME-NODE/p-absent"),
        ("/api/review/ln-00000000000000000001", "/api/review/ln-00000000000000000002"),
    ],
)
def test_hidden_and_absent_look_alike(full_door: Door, hidden: str, absent: str) -> None:
    """The same answer for what is hidden and for what never was, but for the name that was asked for."""
    for party in (PUBLIC, THIRD):
        first, second = (ask(full_door, party, Question("GET", path)) for path in (hidden, absent))
        assert first.status >= 300
        assert (first.status, first.headers, first.body) == (second.status, second.headers, second.body)


def test_a_reference_for_a_partner_names_what_it_may_open(full_door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of half of the events of the owner's world: the partner opens what it is referred to, or is referred to nothing; a careless program is found out."""

    def referred() -> set[str]:
        kept = KeptWorlds(full_door.node, full_door.atlas, lambda: NOW_US, OWN)
        world = kept.world(exercise=False)
        return {reference_for(kept, world, number, THIRD) for number in range(0, len(world.events), 2)} - {""}

    def opens(name: str) -> bool:
        return bool(find_reports(full_door.node.store, full_door.node.audience(THIRD, NOW_US), name))

    assert len(referred()) > 2
    assert all(map(opens, referred()))
    a_reference_to_what_is_hidden(monkeypatch)
    assert not all(map(opens, referred()))
