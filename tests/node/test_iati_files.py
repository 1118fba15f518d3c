"""IATI files in and out of a node: one transaction, the same file twice changes nothing, and only what the reader may read goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from exchange.test_iati import assert_valid
from exchange.test_iati_read import theirs
from made import NOW_US
from vigie.activities.record import known
from vigie.exchange.iati import Read
from vigie.exchange.iati_read import read_iati
from vigie.model.activity import Activity
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US
from vigie.node.desk import Actor, Desk
from vigie.node.iati_files import Exported, LeftOut, export_iati, import_iati, ref_of, with_remarks
from vigie.node.procedures import open_silence, save_activity, take_step
from vigie.node.settings import Node, init_node, open_node

PARTIES = '[parties.ME-CERT]\norg = "ME"\ncommunity = true\n'


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of ME-NODE that knows a partner."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text(PARTIES)
    made = open_node(tmp_path / "node")
    yield made
    made.store.close()


def desk(node: Node, role: str = "releaser", *, at_us: int = NOW_US, exercise: bool = False) -> Desk:
    """A desk with somebody at it."""
    return Desk(node, Actor("chief", "ME-NODE", role), at_us, exercise)


def saved(tmp_path: Path, data: bytes, name: str = "theirs.xml") -> Path:
    """A file of these bytes."""
    path = tmp_path / name
    path.write_bytes(data)
    return path


def small(**changes: object) -> Activity:
    """A small activity, with changes."""
    return Activity(**({"titles": {"en": "Training"}, "begin": date(2024, 3, 1), "countries": ({"code": "ME"},), "priorities": ("cyber",)} | changes))  # type: ignore[arg-type]


def test_a_file_is_taken_in_with_its_provenance(node: Node, tmp_path: Path) -> None:
    """Its activity stands in the log under its identifier, for the party's own eyes, and says who reported it."""
    found = import_iati(desk(node), saved(tmp_path, theirs()))
    assert found.sentence == "1 new, 0 changed, 0 as before, 0 refused."
    (each,) = known(desk(node).log)
    assert (each.ref, each.activity.identifier) == (ref_of("XM-OTHER-1"), "XM-OTHER-1")
    assert each.activity.provenance == "Published as IATI by Another organisation."
    assert each.entry.label.rel_to == frozenset()


def test_the_same_file_twice_changes_nothing_and_newer_words_are_the_next_version(node: Node, tmp_path: Path) -> None:
    """Whatever the file is called."""
    import_iati(desk(node), saved(tmp_path, theirs()))
    again = import_iati(desk(node, at_us=NOW_US + DAY_US), saved(tmp_path, theirs(), "other.xml"))
    assert again.sentence == "0 new, 0 changed, 1 as before, 0 refused."
    newer = import_iati(desk(node, at_us=NOW_US + DAY_US), saved(tmp_path, theirs(first="50", second="50")))
    assert newer.sentence == "0 new, 1 changed, 0 as before, 0 refused."
    (each,) = known(desk(node, at_us=NOW_US + DAY_US).log)
    assert each.entry.version == 2
    assert [int(share.percent or 0) for share in each.activity.countries] == [50, 50]


def test_explain_writes_nothing(node: Node, tmp_path: Path) -> None:
    """It only says what would be."""
    assert import_iati(desk(node), saved(tmp_path, theirs()), explain=True).taken[0].state == "new"
    assert desk(node).log.entries == ()


def test_a_broken_file_leaves_nothing_half_done(node: Node, tmp_path: Path) -> None:
    """An activity that was read before the fault is not taken in either; one that is wrong in itself does not stop the others."""
    with pytest.raises(BadReport, match="well-formed"):
        import_iati(desk(node), saved(tmp_path, theirs()[:-20]))
    assert desk(node).log.entries == ()
    root = etree.fromstring(theirs())
    root.append(etree.fromstring(theirs(identifier="XM-OTHER-2", first="60", second="30"))[0])
    found = import_iati(desk(node), saved(tmp_path, etree.tostring(root)))
    assert found.sentence == "1 new, 0 changed, 0 as before, 1 refused."
    assert "XM-OTHER-2" in str(found.rejects[0])
    with pytest.raises(BadSetting, match="cannot be opened"):
        import_iati(desk(node), tmp_path / "absent.xml")


def test_all_or_none_is_written(node: Node, tmp_path: Path) -> None:
    """Where one of the activities is under silence, none of the file's is changed."""
    import_iati(desk(node), saved(tmp_path, theirs()), "CLEAR")
    ref = ref_of("XM-OTHER-1")
    quiet = replace(node, settings=node.settings.model_copy(update={"four_eyes": False}))
    for number, act in enumerate(("submit", "screen", "review", "list"), 1):
        take_step(desk(quiet, at_us=NOW_US + number), "ME-NODE", ref, act)
    open_silence(desk(quiet, at_us=NOW_US + 9), ref, NOW_US + DAY_US, "Europe/Podgorica", ["ME-CERT"], agree="The project.")
    root = etree.fromstring(theirs(first="50", second="50"))
    root.append(etree.fromstring(theirs(identifier="XM-OTHER-2"))[0])
    with pytest.raises(BadSetting, match="under silence"):
        import_iati(desk(node, at_us=NOW_US + 10), saved(tmp_path, etree.tostring(root)))
    assert [each.entry.version for each in known(desk(node, at_us=NOW_US + 10).log)] == [1]


def test_who_may_not_draft_takes_in_nothing(node: Node, tmp_path: Path) -> None:
    """A reader reads."""
    with pytest.raises(NotReleasable, match="may not draft"):
        import_iati(desk(node, "reader"), saved(tmp_path, theirs()))


def test_only_what_the_reader_may_read_goes_out(node: Node) -> None:
    """What a reader may not read changes no byte of its file."""
    save_activity(desk(node), small(), "a-open", tlp="CLEAR")
    before = export_iati(node, PUBLIC, NOW_US + 5)
    save_activity(desk(node, at_us=NOW_US + 1), small(titles={"en": "Quiet talks"}, identifier="secret"), "a-shut")
    save_activity(desk(node, at_us=NOW_US + 1, exercise=True), small(titles={"en": "Played"}), "a-played", tlp="CLEAR")
    assert export_iati(node, PUBLIC, NOW_US + 5) == before
    assert export_iati(node, "ME-NODE", NOW_US + 5).count == 2
    assert b"Quiet" not in before.data
    assert_valid(before.data)


def test_what_a_node_writes_it_takes_in_as_nothing_new(node: Node, tmp_path: Path) -> None:
    """Out and in: the same activities."""
    save_activity(desk(node), small(), "a-one", tlp="CLEAR")
    import_iati(desk(node), saved(tmp_path, theirs()), "CLEAR")
    data = export_iati(node, "ME-NODE", NOW_US + 5).data
    assert_valid(data)
    again = import_iati(desk(node, at_us=NOW_US + 6), saved(tmp_path, data))
    assert again.sentence == "0 new, 0 changed, 2 as before, 0 refused."


def test_another_node_takes_in_what_this_one_writes(node: Node, tmp_path: Path) -> None:
    """With its identifier, who reported it, and without warnings that are not known there."""
    save_activity(desk(node), small(), "a-one", tlp="CLEAR")
    data = export_iati(node, PUBLIC, NOW_US + 5).data
    other = init_node(tmp_path / "other", "RS-NODE")
    there = Desk(other, Actor("chief", "RS-NODE", "releaser"), NOW_US + 6, exercise=False)
    import_iati(there, saved(tmp_path, data.replace(b"</iati-activity>", b"<vigie:answers>w-9</vigie:answers></iati-activity>")), "CLEAR")
    (each,) = known(there.log)
    assert (each.activity.identifier, each.activity.answers) == ("ME-NODE-a-one", ())
    assert each.activity.provenance == "Published as IATI by ME-NODE."
    (read,) = read_iati(export_iati(other, PUBLIC, NOW_US + 7).data, now_us=NOW_US + 7)
    assert isinstance(read, Read)
    assert (read.identifier, read.reporting.ref) == ("ME-NODE-a-one", "ME-NODE")
    other.store.close()


def test_what_breaks_a_rule_is_left_out_and_told_with_the_rule(node: Node) -> None:
    """One sentence each, and the others are written; a breach that is only a warning is told beside the file; who asks for it gets a refusal instead."""
    save_activity(desk(node), small(countries=()), "a-one", tlp="CLEAR")
    assert [fault.rule for _, fault in export_iati(node, PUBLIC, NOW_US).warnings] == ["3.7.1"]
    save_activity(desk(node, at_us=NOW_US + 1), small(begin=date(2090, 1, 1)), "a-two", tlp="CLEAR")
    save_activity(desk(node, at_us=NOW_US + 2), small(begin=None, titles={"en": "Talks"}), "a-three", tlp="CLEAR")
    made = export_iati(node, PUBLIC, NOW_US + 3)
    assert_valid(made.data)
    assert (made.count, [one.identifier for one in made.left_out]) == (1, ["ME-NODE/a-two", "ME-NODE/a-three"])
    assert "rule 11.1.4" in made.left_out[0].sentence
    assert made.left_out[1].sentence.startswith("Left out: Talks. The activity has no day (ME-NODE-a-three)")
    with pytest.raises(BadReport, match=r"The actual start lies in the future \(ME-NODE-a-two\).*rule 11\.1\.4"):
        export_iati(node, PUBLIC, NOW_US + 3, strict=True)


def test_where_nothing_can_be_written_there_is_no_file(node: Node) -> None:
    """Neither for a reader who may read nothing, nor where all that may be read breaks a rule."""
    with pytest.raises(BadReport, match="no activity that this reader may read"):
        export_iati(node, PUBLIC, NOW_US, exercise=True)
    save_activity(desk(node), small(begin=None), "a-one", tlp="CLEAR")
    with pytest.raises(BadReport, match=r"only activity cannot be written\. The activity has no day"):
        export_iati(node, PUBLIC, NOW_US + 1)


def test_of_two_activities_with_one_identifier_the_older_goes_out(node: Node) -> None:
    """The other is named, with the rule."""
    save_activity(desk(node), small(identifier="XM-1"), "a-one", tlp="CLEAR")
    save_activity(desk(node, at_us=NOW_US + 1), small(identifier="XM-1", titles={"en": "Again"}), "a-two", tlp="CLEAR")
    made = export_iati(node, PUBLIC, NOW_US + 2)
    assert b"Again" not in made.data
    assert [one.title for one in made.left_out] == ["Again"]
    assert "1.1.2" in made.left_out[0].sentence


def test_a_file_that_is_too_large_is_one_sentence(node: Node, tmp_path: Path) -> None:
    """Before any of it is read."""
    path = tmp_path / "large.xml"
    with path.open("wb") as out:
        out.truncate(300 * 1024 * 1024)
    with pytest.raises(BadReport, match=r"too large.*got '300 MiB', expected at most 128 MiB; split it\.$"):
        import_iati(desk(node), path)


def test_who_fetches_the_file_reads_what_was_left_out() -> None:
    """A comment an activity after the root, with nothing that XML cannot hold; the activities are those of the file itself."""
    fault = BadReport("It cannot be written--as IATI", record="a-1")
    bare = Exported(b"<iati-activities/>\n", 0, (), (LeftOut("a-1", "Bridge\ufffe -- of peace -", fault),))
    told = with_remarks(bare)
    assert etree.fromstring(told).tag == "iati-activities"
    assert b"Left out: Bridge? - - of peace -" in told
    assert with_remarks(Exported(b"<iati-activities/>\n", 0, ())) == b"<iati-activities/>\n"
