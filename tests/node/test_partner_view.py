"""What a partner would see, as its host's own people are shown it: it is what the partner does see, with the reason for all else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from made import NOW_US, quake
from node.two_nodes import for_party, nodes, open_label, take, to
from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Label
from vigie.model.times import DAY_US
from vigie.node.answers import KeptWorlds
from vigie.node.partner_view import Compared, KeptViews, Looking, looking_at, reasons_by_kind, rows_closed_by, warned
from vigie.node.partner_view_facts import SIDES, by_label, by_reason, event_view, lines_of, rows_of_side, totals, view_of
from vigie.node.settings import Node
from vigie.node.sync import sync_with
from vigie.node.sync_round import told_to
from vigie.node.worlds import make_world
from vigie.store import find_reports, list_notes

LABELS = {
    "clear": open_label("A"),
    "list": for_party("A", "B"),
    "own": for_party("A"),
    "group": Label("A", tlp="AMBER", rel_to=frozenset({"FRIENDS"})),
    "amber": Label("A", tlp="AMBER"),
    "level": Label("A", tlp="CLEAR", level="RESTRICTED"),
    "excluded": Label("A", tlp="CLEAR", not_to=frozenset({"B"})),
    "embargo": Label("A", tlp="CLEAR", embargo_us=NOW_US + DAY_US),
    "caveat": Label("A", tlp="CLEAR", caveats=frozenset({"MEDICAL"})),
    "green": Label("A", tlp="GREEN"),
}
"""A label of each kind; one report stands under each, far from the others."""

SEEN_BY_B = {"clear", "list", "group", "green"}
RULES = {"own": "owner", "amber": "tlp", "level": "clearance", "excluded": "excluded", "embargo": "embargo", "caveat": "caveat"}
"""By what rule each of the others is closed to B."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Node]]:
    """Three partners; A has a report under each label, and what C released to it."""
    with nodes(tmp_path_factory.mktemp("view"), "ABC") as found:
        for number, (name, label) in enumerate(LABELS.items()):
            take(found["A"], label, replace(quake(name), lon=14.0 + number, begin_us=NOW_US - number * DAY_US, end_us=NOW_US - number * DAY_US))
        take(found["C"], for_party("C", "A", "B"), replace(quake("kept"), lon=27.0))
        take(found["C"], replace(for_party("C", "A", "B"), relay=True), replace(quake("passed"), lon=28.0))
        sync_with(found["A"], "C", to(found["C"]), NOW_US)
        yield found


def ours(node: Node, atlas: Atlas) -> KeptWorlds:
    """The worlds of the node's own party."""
    return KeptWorlds(node, atlas, lambda: NOW_US, node.settings.party)


def looked(node: Node, atlas: Atlas, party: str) -> tuple[Compared, Looking]:
    """What is shown to A's people of a party."""
    views = KeptViews(node, atlas, lambda: NOW_US)
    return views.compared(ours(node, atlas).world(exercise=False), party), looking_at(node, party, NOW_US)


def names_seen(node: Node, atlas: Atlas, party: str) -> dict[str, bool]:
    """By the name of each of our reports whether the party sees it."""
    found, _ = looked(node, atlas, party)
    audience = node.audience(node.settings.party, NOW_US)
    rows = {held.row: name for name in (*LABELS, "kept", "passed") for held in find_reports(node.store, audience, name)}
    return {rows[int(row)]: bool(seen) for row, seen in zip(found.ours.catalogue.row, found.is_seen, strict=True)}


def test_what_is_shown_of_a_partner_is_what_the_partner_sees(made: dict[str, Node], atlas: Atlas) -> None:
    """The very records of the partner's own world on this node, and no other; of its own reports its node is told the same."""
    for party in ("B", PUBLIC):
        found, _ = looked(made["A"], atlas, party)
        theirs = make_world(made["A"], made["A"].audience(party, NOW_US), atlas, exercise=False)
        assert found.ours.catalogue.row[found.is_seen].tolist() == theirs.catalogue.row.tolist()
        assert found.theirs.events.id == theirs.events.id
    seen = names_seen(made["A"], atlas, "B")
    assert {name for name in LABELS if seen[name]} == SEEN_BY_B
    told = sum(share.records for share in told_to(made["A"], "B", NOW_US) if share.stream == "report")
    assert told == sum(seen.values())
    sync_with(made["B"], "A", to(made["A"]), NOW_US)
    at_b = make_world(made["B"], made["B"].audience("B", NOW_US), atlas, exercise=False)
    assert len(at_b.catalogue) == told


def test_each_record_that_is_kept_back_has_its_reason(made: dict[str, Node], atlas: Atlas) -> None:
    """One rule for each label; what was received and may not be passed on says so; what they see has none."""
    found, looking = looked(made["A"], atlas, "B")
    reasons = reasons_by_kind(found, looking)
    closed = {rule: int(rows_closed_by(found, reasons, rule).sum()) for rule in (*RULES.values(), "relay")}
    assert closed == dict.fromkeys((*RULES.values(), "relay"), 1)
    for number in np.flatnonzero(found.is_seen):
        assert not reasons[found.labelled.of[number]]
    for number in np.flatnonzero(~found.is_seen):
        assert reasons[found.labelled.of[number]]
    lines: Any = by_label(view_of(found, looking, atlas, "en"))["lines"]
    sentences = {sentence for line in lines for sentence in line["why"]}
    assert "TLP:AMBER without relay stays with A." in sentences
    assert any(str(sentence).startswith("It is under embargo until 2026-") for sentence in sentences)


def test_the_sums_agree_with_the_lists(made: dict[str, Node], atlas: Atlas) -> None:
    """Each side's list is as long as its sum says, and hidden, in part and whole are all of ours."""
    node = made["A"]
    found, looking = looked(node, atlas, "B")
    view = view_of(found, looking, atlas, "en")
    both = warned((), node, looking, exercise=False)
    sums: Any = totals(view, both)["events"]
    for side in SIDES:
        assert len(rows_of_side(view, side)) == sums[side]
    assert sums["hidden"] + sums["part"] + sums["whole"] == sums["ours"]
    lines: Any = by_reason(view, both)
    for line in lines:
        assert len(rows_of_side(view, "ours", rule=str(line["rule"]))) == line["events"]


def test_one_event_is_told_report_by_report(made: dict[str, Node], atlas: Atlas) -> None:
    """Which of its reports they see, under which label, why not the others, and what they make of it."""
    node = made["A"]
    take(node, LABELS["own"], replace(quake("twin", agency="MSO"), lon=14.0, begin_us=NOW_US, end_us=NOW_US))
    found, looking = looked(node, atlas, "B")
    view = view_of(found, looking, atlas, "en")
    number = next(int(one) for one in rows_of_side(view, "part"))
    told: Any = event_view(view, ours(node, atlas), number)
    reports = {line["ref"]: line for line in told["reports_by_label"]}
    assert {name: line["seen"] for name, line in reports.items()} == {"clear": True, "twin": False}
    assert reports["twin"]["why"] == ["The list of readers is empty: nobody but A."]
    (theirs,) = told["their_events"]
    assert theirs["reports"] == 1
    assert theirs["ours"] == [found.ours.events.id[number]]
    (line,) = cast("Any", lines_of(view, "ours", [number]))
    assert line["state"] == "part"


def test_looking_leaves_nothing_in_the_exchange(made: dict[str, Node], atlas: Atlas) -> None:
    """No note of the exchange moves, no row is written, and the partner is told the same afterwards."""
    node = made["A"]
    before = {book: list_notes(node.store, book) for book in ("peers", "pulled", "served", "asked", "peer_status")}
    told = told_to(node, "B", NOW_US)
    files = sorted(path.name for path in node.folder.rglob("*"))
    looked(node, atlas, "B")
    assert {book: list_notes(node.store, book) for book in before} == before
    assert told_to(node, "B", NOW_US) == told
    assert sorted(path.name for path in node.folder.rglob("*")) == files


def test_nobody_looks_as_the_node_itself_or_as_a_stranger(made: dict[str, Node]) -> None:
    """PUBLIC, the directory and partners; anything else is one sentence."""
    for party in ("A", "NOBODY", ""):
        with pytest.raises(BadSetting, match="There is no such party"):
            looking_at(made["A"], party, NOW_US)


def test_a_comparison_is_made_again_when_a_record_comes(made: dict[str, Node], atlas: Atlas) -> None:
    """The last one is kept while both worlds stay the same."""
    node = made["A"]
    views, own = KeptViews(node, atlas, lambda: NOW_US), ours(node, atlas)
    first = views.compared(own.world(exercise=False), "B")
    assert views.compared(own.world(exercise=False), "B") is first
    take(node, LABELS["clear"], replace(quake("new"), lon=13.0))
    again = views.compared(own.world(exercise=False), "B")
    assert int(again.is_seen.sum()) == int(first.is_seen.sum()) + 1
