"""The law of worlds: one that is made from the world before is the world made from nothing, to the last bit, whatever came and went."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made import NOW_US, quake
from node.plain_worlds import differing
from vigie.model.atlas import Atlas
from vigie.model.canonical import canonical_bytes, digest
from vigie.model.decision import Decision, ReportName
from vigie.model.entry import Entry
from vigie.model.label import PUBLIC, Label, label_text
from vigie.model.pack import Pack
from vigie.model.report import Report
from vigie.model.said import body_of
from vigie.model.times import DAY_US, quarter_start
from vigie.node import going_on, world_file, worlds
from vigie.node.going_on import Made, go_on, made_whole
from vigie.node.kept import kept_world
from vigie.node.packs import pack
from vigie.node.settings import Node, init_node, open_node
from vigie.node.worlds import make_world
from vigie.store import FileFacts, add_entries, erase, prepare, taking_in
from vigie.store.changed import Extent, read_extent

OWN = "ME-NODE"
PARTIES = (OWN, PUBLIC, "RS-NODE")
LABELS = (Label(OWN, tlp="CLEAR"), Label(OWN), Label(OWN, rel_to=frozenset({"RS-NODE"})), Label(OWN, tlp="CLEAR", embargo_us=NOW_US + DAY_US))
QUARTER_US = quarter_start(NOW_US)
FEW = 6


@pytest.fixture(autouse=True)
def learns_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fields learn from a few reports, and go on however much has changed."""

    def early(name: str) -> Pack:
        found = pack(name)
        return replace(found, sameness=replace(found.sameness, least_learned=FEW))

    for module in (worlds, going_on, world_file):
        monkeypatch.setattr(module, "pack", early)
    monkeypatch.setattr(going_on, "MOST_CHANGED", 1.0)


def told(number: int, agency: int, revision: int, *, is_new: bool) -> Report:
    """One agency's word on one of a few shocks; the new ones were issued in this quarter."""
    begin_us = (QUARTER_US + 3 * DAY_US if is_new else QUARTER_US - 40 * DAY_US) + number % 7 * DAY_US // 2 + agency * 700_000
    place = {"lon": 19.0 + number % 3 * 0.4 + agency * 0.01, "lat": 42.0 + revision * 0.005, "magnitude": 4.0 + number % 2 + revision * 0.1}
    field = {"field": "conflict", "kind": "unrest.riot", "magnitude": None, "scale": None} if number % 4 == 3 else {}
    times = {"begin_us": begin_us, "end_us": begin_us, "issued_us": begin_us + 1_000_000 + revision}
    return quake(f"r{number}-{is_new}", f"A{agency}", revision=revision, **(times | place | field))


def take(node: Node, reports: Sequence[Report], label: Label) -> None:
    """Takes reports in as one file."""
    name = f"{label_text(label)}{[(report.agency, report.agency_ref, report.revision) for report in reports]}"
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, label, NOW_US + DAY_US) as intake:
        intake.add(prepare(list(reports), OWN, label_text(label)))


def ground() -> list[Report]:
    """What every example begins with: enough to learn from, and something of this quarter."""
    return [told(number, agency, 0, is_new=number > 8) for number in range(12) for agency in range(3)]


_REPORT = st.builds(told, st.integers(0, 15), st.integers(0, 3), st.integers(0, 2), is_new=st.sampled_from([True, True, True, False]))
_TAKE = st.tuples(st.just("take"), st.lists(_REPORT, min_size=1, max_size=4, unique_by=lambda one: (one.agency, one.agency_ref)), st.sampled_from(LABELS))
_ERASE = st.tuples(st.just("erase"), st.integers(0, 15), st.integers(0, 3))
_NAMES = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 3)), min_size=2, max_size=3, unique=True)
_SAID = st.sampled_from([NOW_US, QUARTER_US - DAY_US])
_DECIDE = st.tuples(st.just("decide"), _NAMES, st.booleans(), st.sampled_from(LABELS[:3]), _SAID)
_WAIT = st.tuples(st.just("wait"), st.sampled_from([DAY_US, 2 * DAY_US]))
_ACTS = st.lists(st.one_of(_TAKE, _TAKE, _ERASE, _DECIDE, _WAIT), min_size=1, max_size=4)


def act(node: Node, said: tuple[Any, ...], now_us: int) -> None:
    """Does one of the acts."""
    what, *facts = said
    if what == "take":
        take(node, facts[0], facts[1])
    if what == "erase":
        name = f"A{facts[1]}/r{facts[0]}-True"
        erase(node.store, node.keyring, node.quarantine, [name], "wrong", now_us, node.sign)
    if what == "decide":
        names = [ReportName(agency=f"A{agency}", ref=f"r{number}-{number > 8}") for number, agency in facts[0]]
        body = body_of(Decision(verdict="same" if facts[1] else "apart", groups=tuple((name,) for name in names)))
        ref = f"dc-{digest(canonical_bytes(body))[:10]}-{label_text(facts[2])}"
        add_entries(node.store, [Entry(type="decision", owner=OWN, ref=ref, label=facts[2], said_us=facts[3], body=body, version=0)])


@pytest.mark.long
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(_ACTS, st.booleans())
def test_a_world_made_from_the_world_before_is_the_world_made_from_nothing(atlas: Atlas, acts: list[tuple[Any, ...]], each: bool) -> None:  # noqa: FBT001
    """For every audience, after every act or after several at once."""
    with tempfile.TemporaryDirectory() as folder:
        node = new_node(Path(folder) / "node")
        now_us = NOW_US
        made = {party: made_whole(node, node.audience(party, now_us), atlas, exercise=False) for party in PARTIES}
        extents = {party: read_extent(node.store, node.audience(party, now_us), exercise=False) for party in PARTIES}
        for number, said in enumerate(acts):
            now_us += said[1] if said[0] == "wait" else 0
            act(node, said, now_us)
            if each or number == len(acts) - 1:
                made = {party: followed(node, atlas, made[party], party, now_us) for party in PARTIES}
                extents = {party: told_again(node, extents[party], party, now_us) for party in PARTIES}
        node.store.close()


def new_node(folder: Path) -> Node:
    """A node with a partner and the ground."""
    init_node(folder, OWN).store.close()
    (folder / "directory.toml").write_text("[parties.RS-NODE]\n")
    node = open_node(folder)
    for number, label in enumerate((*LABELS[:3], LABELS[0])):
        take(node, ground()[number::4], label)
    return node


def told_again(node: Node, before: Extent, party: str, now_us: int) -> Extent:
    """What may be read, told from what could be read before: it must be what is told without."""
    audience = node.audience(party, now_us)
    whole = read_extent(node.store, audience, exercise=False)
    assert differing(read_extent(node.store, audience, exercise=False, before=before), whole) == []
    return whole


def followed(node: Node, atlas: Atlas, before: Made, party: str, now_us: int) -> Made:
    """The world gone on to, which must be the one made from nothing; and what is kept of it must be what would be."""
    audience = node.audience(party, now_us)
    made = go_on(node, audience, atlas, before.before())
    whole = made_whole(node, audience, atlas, exercise=False)
    assert differing(made.world, whole.world) == []
    assert differing(made.readable, whole.readable) == []
    assert made.decided == whole.decided
    return made


def test_reports_of_this_quarter_are_added_to_what_is_linked(atlas: Atlas, tmp_path: Path) -> None:
    """Neither they, nor a decision on them, nor that they go, has a field linked whole; an older report does."""
    node = new_node(tmp_path / "node")
    made = made_whole(node, node.audience(OWN, NOW_US), atlas, exercise=False)
    first = made.states["seismic"].basis
    steps: list[tuple[Any, ...]] = [
        ("take", [told(12, 0, 0, is_new=True), told(12, 1, 0, is_new=True)], LABELS[0]),
        ("decide", [(9, 0), (12, 1)], True, LABELS[0], NOW_US),
        ("erase", 12, 0),
        ("take", [told(10, 0, 1, is_new=True)], LABELS[1]),
    ]
    for said in steps:
        act(node, said, NOW_US)
        made = followed(node, atlas, made, OWN, NOW_US)
        assert made.states["seismic"].basis is first
    assert differing(made.world, make_world(node, node.audience(OWN, NOW_US), atlas, exercise=False)) == []
    act(node, ("take", [told(12, 0, 0, is_new=False)], LABELS[0]), NOW_US)
    made = followed(node, atlas, made, OWN, NOW_US)
    assert made.states["seismic"].basis is not first
    node.store.close()


def test_a_world_that_little_came_to_is_not_written_again_until_something_goes(atlas: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown is right all the same; what went does not stay on disk."""
    monkeypatch.setattr("vigie.node.kept.MIN_KEPT", 0)
    monkeypatch.setattr("vigie.node.kept.KEPT_AGAIN", 0.5)
    node = new_node(tmp_path / "node")
    audience = node.audience(OWN, NOW_US)
    kept_world(node, audience, atlas, exercise=False)
    (before,) = (node.folder / "worlds").glob("*.world")
    act(node, ("take", [told(12, 0, 0, is_new=True), told(13, 1, 0, is_new=True)], LABELS[0]), NOW_US)
    for _ in range(2):
        assert differing(kept_world(node, audience, atlas, exercise=False), make_world(node, audience, atlas, exercise=False)) == []
        assert [*(node.folder / "worlds").glob("*.world")] == [before]
    act(node, ("erase", 10, 1), NOW_US)
    assert differing(kept_world(node, audience, atlas, exercise=False), make_world(node, audience, atlas, exercise=False)) == []
    assert [*(node.folder / "worlds").glob("*.world")] != [before]
    node.store.close()
