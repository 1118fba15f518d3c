"""Another label for a report: narrowing at once, widening with a second account, and never against a source's terms."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from made import NOW_US, quake
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Label, label_text
from vigie.model.report import Report
from vigie.node.desk import Actor, Desk
from vigie.node.relabel import approve, changed_label, proposals, propose, readers_of, refuse, report_named
from vigie.node.settings import Node, init_node, open_node
from vigie.store import FileFacts, check_records, prepare, taking_in, visible
from vigie.store.extent import readable_extent
from vigie.store.reading import held_reports

OWN = "ME-NODE"
CLEAR, SECRET = Label(OWN, tlp="CLEAR"), Label(OWN, rel_to=frozenset({"RS-NODE"}))
DIRECTORY = '[parties.RS-NODE]\norg = "RS"\n\n[parties.MK-NODE]\norg = "MK"\ncommunity = true\n\n[groups]\nTWO = ["RS-NODE", "MK-NODE"]\n'
_files = itertools.count()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with two partner parties and a group of both."""
    init_node(tmp_path / "node", OWN).store.close()
    (tmp_path / "node" / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    made = open_node(tmp_path / "node")
    yield made
    made.store.close()


def take(node: Node, report: Report, label: Label = CLEAR) -> None:
    """Takes a report in."""
    name = f"file{next(_files)}"
    facts = FileFacts(digest=name, name=name, source="s", reader="r", bytes=1, exercise=report.exercise, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, label, NOW_US + 1) as intake:
        intake.add(prepare([report], label.owner, label_text(label)))


def sit(node: Node, account: str = "analyst", role: str = "analyst", party: str = OWN) -> Desk:
    """An account's desk."""
    return Desk(node, Actor(account, party, role), NOW_US)


def chief(node: Node) -> Desk:
    """The desk of the second person."""
    return sit(node, "chief", "releaser")


def magnitudes(node: Node, party: str) -> list[float | None]:
    """What a party reads."""
    audience = node.audience(party, NOW_US)
    return [held.report.magnitude for held in held_reports(node.store, audience, visible(node.store, audience).row.tolist())]


def test_a_narrowing_label_is_given_at_once(node: Node) -> None:
    """A new version of the same key with the same facts; who may not read it any more finds nothing, and kept worlds are made again."""
    take(node, quake())
    before = readable_extent(node.store, node.audience(PUBLIC, NOW_US), exercise=False)
    done = propose(sit(node), "MSO/r1", SECRET, "it names a source")
    assert (done.said.state, done.said.name, done.entry.by) == ("done", "MSO/r1", "analyst")
    assert [magnitudes(node, party) for party in (OWN, "RS-NODE", "MK-NODE", PUBLIC)] == [[4.5], [4.5], [], []]
    held = report_named(sit(node), "r1")
    assert (held.version, held.label, held.report) == (2, SECRET, quake())
    assert readable_extent(node.store, node.audience(PUBLIC, NOW_US), exercise=False) != before
    assert [fault for fault in check_records(node.store) if fault] == []


def test_a_widening_label_waits_for_a_second_account(node: Node) -> None:
    """Neither who proposed it nor who may not release can approve it; it is approved once."""
    take(node, quake(), SECRET)
    waiting = propose(sit(node), "r1", Label(OWN, rel_to=frozenset({"TWO"})))
    assert waiting.said.state == "open"
    assert magnitudes(node, "MK-NODE") == []
    with pytest.raises(NotReleasable, match="may not approve"):
        approve(sit(node, "other"), waiting.ref)
    own = propose(chief(node), "r1", CLEAR)
    with pytest.raises(NotReleasable, match="Who proposed it may not approve it"):
        approve(chief(node), own.ref)
    assert approve(chief(node), waiting.ref).said.state == "done"
    assert magnitudes(node, "MK-NODE") == [4.5]
    with pytest.raises(BadSetting, match=r"settled.*got 'done'"):
        approve(chief(node), waiting.ref)
    with pytest.raises(BadSetting, match="changed meanwhile"):
        approve(sit(node, "head", "releaser"), own.ref)
    standing = {(item.said.proposer, item.said.state, item.entry.by) for item in proposals(sit(node))}
    assert standing == {("chief", "open", "chief"), ("analyst", "done", "chief")}


def test_a_refused_proposal_changes_nothing(node: Node) -> None:
    """The second person says why; who proposed it may take it back."""
    take(node, quake(), SECRET)
    first, second = (propose(sit(node), "r1", label) for label in (CLEAR, Label(OWN, tlp="GREEN")))
    assert refuse(chief(node), first.ref, "the source asked us not to").said.reason == "the source asked us not to"
    assert refuse(sit(node), second.ref).said.state == "refused"
    assert magnitudes(node, PUBLIC) == []


def test_without_four_eyes_who_may_release_widens_alone(node: Node) -> None:
    """The setting is the operator's; an analyst still may not."""
    path = node.folder / "node.toml"
    path.write_text(path.read_text().replace("# four_eyes = true", "four_eyes = false"))
    alone = open_node(node.folder)
    take(alone, quake(), SECRET)
    with pytest.raises(NotReleasable, match="An analyst may not release"):
        propose(sit(alone), "r1", CLEAR)
    assert propose(chief(alone), "r1", CLEAR).said.state == "done"
    assert magnitudes(alone, PUBLIC) == [4.5]
    alone.store.close()


def test_what_came_for_its_owner_alone_is_opened_to_nobody(node: Node) -> None:
    """A source's terms are a floor; a label that was narrowed later may be widened again."""
    take(node, quake("kept"), Label(OWN, rel_to=frozenset()))
    with pytest.raises(NotReleasable, match="taken in for its owner alone"):
        propose(sit(node), "kept", CLEAR)
    take(node, quake("own"), Label(OWN))
    propose(sit(node), "own", Label(OWN, rel_to=frozenset()))
    assert propose(sit(node), "own", CLEAR).said.state == "open"


def test_an_earlier_word_that_was_open_is_closed_with_the_later_one(node: Node) -> None:
    """The public reads the first word, RS-NODE the correction; narrowed to RS-NODE, the first word is not left open."""
    take(node, quake())
    take(node, quake(magnitude=4.9, revision=1), Label(OWN, tlp="AMBER", rel_to=frozenset({"TWO"})))
    assert [magnitudes(node, party) for party in (PUBLIC, "MK-NODE")] == [[4.5], [4.9]]
    propose(sit(node), "r1", SECRET)
    assert [magnitudes(node, party) for party in (OWN, "RS-NODE", "MK-NODE", PUBLIC)] == [[4.9], [4.9], [], []]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (Label(OWN, tlp="PURPLE"), "no such TLP level"),
        (Label(OWN, level="ULTRA"), "no such level"),
        (Label(OWN, rel_to=frozenset({"NOBODY"})), "not in the directory"),
        (Label("RS-NODE", tlp="CLEAR"), "one's own"),
        (CLEAR, "bears this label already"),
    ],
)
def test_a_label_that_cannot_stand_is_refused(node: Node, label: Label, words: str) -> None:
    """Unknown is always closed, and so it is never written by mistake."""
    take(node, quake())
    with pytest.raises(BadSetting, match=words):
        propose(sit(node), "r1", label)


def test_only_the_owner_gives_a_report_another_label(node: Node) -> None:
    """Not a partner's account, and not what a partner owns; a name must name one report."""
    take(node, quake())
    take(node, quake("theirs"), Label("RS-NODE", tlp="CLEAR"))
    take(node, quake(agency="OTHER"))
    with pytest.raises(NotReleasable, match="node's own party"):
        propose(sit(node, party="RS-NODE"), "MSO/r1", SECRET)
    with pytest.raises(NotReleasable, match="Only its owner"):
        propose(sit(node), "theirs", SECRET)
    with pytest.raises(BadSetting, match="Several reports bear this name"):
        propose(sit(node), "r1", SECRET)
    with pytest.raises(BadSetting, match="There is no such report"):
        propose(sit(node), "r9", SECRET)
    with pytest.raises(NotReleasable, match="A reader may not draft"):
        propose(sit(node, role="reader"), "MSO/r1", SECRET)


def test_the_owner_is_told_who_may_read_and_why_others_may_not(node: Node) -> None:
    """Each party of the directory, and the public."""
    assert readers_of(sit(node), SECRET) == {
        PUBLIC: ("PUBLIC is not on the list of readers (RS-NODE)",),
        "MK-NODE": ("MK-NODE is not on the list of readers (RS-NODE)",),
        "RS-NODE": (),
    }
    with pytest.raises(NotReleasable, match="node's own party"):
        readers_of(sit(node, party="MK-NODE"), SECRET)


def test_a_label_is_changed_where_it_was_asked_to() -> None:
    """What is not named stays."""
    before = Label(OWN, rel_to=frozenset({"TWO"}), caveats=frozenset({"MEDICAL"}))
    assert changed_label(before, "red", None) == Label(OWN, tlp="RED", rel_to=frozenset({"TWO"}), caveats=frozenset({"MEDICAL"}))
    assert changed_label(before, "", ()).rel_to == frozenset()
