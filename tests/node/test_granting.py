"""Leave to pass a record on, from its owner over a holder to a third party, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US
from node.two_nodes import held, nodes, quakes, take, to, word, words
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.granting import Granting
from vigie.model.label import Label
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.node.desk import Actor, Desk
from vigie.node.granting import grant, grants, take_back
from vigie.node.relabel import propose
from vigie.node.settings import Node
from vigie.node.sync import sync_with
from vigie.store import add_entry

ASKED = Label("A", tlp="GREEN", orcon=True)
UNTIL_US = NOW_US + 10 * DAY_US


def desk_of(node: Node, role: str = "releaser") -> Desk:
    """The desk of the node's own party."""
    return Desk(node, Actor(f"{role}-1", node.settings.party, role), NOW_US)


def go_round(made: dict[str, Node], now_us: int = NOW_US) -> set[str]:
    """B asks A, then C asks B; the references of what C has then."""
    sync_with(made["B"], "A", to(made["A"], now_us), now_us)
    sync_with(made["C"], "B", to(made["B"], now_us), now_us)
    return held(made["C"]) | words(made["C"]) - {entry for entry in words(made["C"]) if entry.startswith("g-")}


def test_what_needs_leave_is_passed_on_with_it_and_withdrawn_when_it_ends(tmp_path: Path) -> None:
    """Of two records marked orcon C gets from B the one that A gave leave for, no sooner and no longer."""
    with nodes(tmp_path, "ABC") as made:
        take(made["A"], ASKED, *quakes(1, 2))
        assert go_round(made) == set()
        given = grant(desk_of(made["A"]), "MSO/r1", "C", UNTIL_US)
        assert go_round(made) == {"r1"}
        assert go_round(made) == {"r1"}
        take_back(desk_of(made["A"]), given.entry.ref)
        assert go_round(made) == set()
        assert held(made["B"]) == {"r1", "r2"}


def test_leave_expires_by_the_clock_of_who_serves(tmp_path: Path) -> None:
    """Ten days on the record leaves C, though nobody said anything."""
    with nodes(tmp_path, "ABC") as made:
        take(made["A"], ASKED, *quakes(1))
        found = grant(desk_of(made["A"]), "MSO/r1", "C", UNTIL_US)
        assert go_round(made) == {"r1"}
        assert go_round(made, UNTIL_US + 1) == set()
        assert [item.words(UNTIL_US + 1) for item in grants(desk_of(made["A"]))] == ["expired"]
        assert found.words(NOW_US) == "given"


def test_leave_is_for_one_version_and_one_party(tmp_path: Path) -> None:
    """A record that is told anew needs leave anew, and leave for C is none for D."""
    with nodes(tmp_path, "ABCD") as made:
        take(made["A"], ASKED, *quakes(1))
        grant(desk_of(made["A"]), "MSO/r1", "C", UNTIL_US)
        assert go_round(made) == {"r1"}
        sync_with(made["D"], "B", to(made["B"]), NOW_US)
        assert held(made["D"]) == set()
        propose(desk_of(made["A"]), "MSO/r1", replace(ASKED, rel_to=frozenset({"B", "C"})))
        assert go_round(made) == set()


def test_words_are_passed_on_by_leave_too(tmp_path: Path) -> None:
    """An assessment marked orcon reaches C with leave alone."""
    with nodes(tmp_path, "ABC") as made:
        word(made["A"], "w1", ASKED, text="hello")
        assert go_round(made) == set()
        grant(desk_of(made["A"]), "assessment/w1", "C", UNTIL_US)
        assert go_round(made) == {"w1"}


def test_nobody_gives_leave_for_what_another_owns(tmp_path: Path) -> None:
    """A word of leave that B itself writes about A's record opens nothing, at B as little as at C; leave never opens what C may not read."""
    with nodes(tmp_path, "ABC") as made:
        take(made["A"], ASKED, *quakes(1))
        take(made["A"], replace(ASKED, rel_to=frozenset({"B"})), *quakes(2))
        first = grant(desk_of(made["A"]), "MSO/r1", "C", UNTIL_US)
        take_back(desk_of(made["A"]), first.entry.ref)
        go_round(made)
        said = Granting(record=first.said.record, name="MSO/r1", to="C", until_us=UNTIL_US)
        for owner in "AB":
            forged = Entry(type="grant", owner=owner, ref="g-1", label=Label(owner, tlp="CLEAR"), said_us=NOW_US, by="x", body=body_of(said))
            add_entry(made["B"].store, forged)
        assert go_round(made) == set()
        with pytest.raises(BadSetting, match="C may not read"):
            grant(desk_of(made["A"]), "MSO/r2", "C", UNTIL_US)


@pytest.mark.parametrize(
    ("name", "to_party", "until_us", "words_"),
    [
        ("MSO/r9", "C", UNTIL_US, "owns no record"),
        ("MSO/r1", "Z", UNTIL_US, "not in the directory"),
        ("MSO/r1", "C", NOW_US, "hold for a while"),
        ("MSO/r3", "C", UNTIL_US, "needs no leave"),
    ],
)
def test_leave_that_means_nothing_is_refused(tmp_path: Path, name: str, to_party: str, until_us: int, words_: str) -> None:
    """In one sentence each."""
    with nodes(tmp_path, "ABC") as made:
        take(made["A"], ASKED, *quakes(1))
        take(made["A"], Label("A", tlp="GREEN"), *quakes(3))
        with pytest.raises(BadSetting, match=words_):
            grant(desk_of(made["A"]), name, to_party, until_us)


def test_an_analyst_gives_no_leave(tmp_path: Path) -> None:
    """It takes who may release."""
    with nodes(tmp_path, "AB") as made:
        take(made["A"], ASKED, *quakes(1))
        with pytest.raises(NotReleasable, match="may not release"):
            grant(desk_of(made["A"], "analyst"), "MSO/r1", "B", UNTIL_US)
