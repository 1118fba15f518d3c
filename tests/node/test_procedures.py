"""Activities at the desk: who may do what, silences and their reasons by every reader, labels, restarts; nothing half done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import NOW_US
from node.test_desk import released
from vigie.activities.record import Known, known, standing
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.entry import body_digest
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Directory, Label, Party, may_read
from vigie.model.said import read_body
from vigie.model.times import DAY_US, format_time
from vigie.node import procedures
from vigie.node.accounts import add_account
from vigie.node.activity_facts import AHEAD_NOTE, REASONS_NOTE, activity_facts, activity_line
from vigie.node.activity_labels import label_for_readers
from vigie.node.desk import Actor, Desk, log_of
from vigie.node.procedures import (
    activity_of,
    break_silence,
    deadline_of,
    extend_silence,
    open_silence,
    save_activity,
    silences_due,
    take_step,
    tell_silences,
)
from vigie.node.settings import Node, init_node, open_node
from vigie.node.warning_facts import Shown
from vigie.store import list_notes

PARTIES = """
[parties.ME-CERT]
org = "ME"
community = true

[parties.RS-DESK]
org = "RS"

[parties.AL-DESK]
org = "AL"
"""
HOUR_US = 3_600_000_000
END_US = NOW_US + 10 * DAY_US
ASKED = ("RS-DESK", "AL-DESK")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of ME-NODE that knows three partners."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text(PARTIES)
    made = open_node(tmp_path / "node")
    add_account(made, "chief", "", "releaser", "a long password", now_us=NOW_US)
    yield made
    made.store.close()


def desk(node: Node, account: str = "chief", role: str = "releaser", party: str = "ME-NODE", *, at_us: int = NOW_US) -> Desk:
    """A desk with somebody at it."""
    return Desk(node, Actor(account, party, role), at_us)


def activity(**facts: Any) -> Activity:
    """An activity with changes."""
    return read_body(Activity, {"titles": {"en": "Training", "fr": "Formation"}, "planned_begin": "2026-01-01"} | facts)


def listed(node: Node, rel_to: tuple[str, ...] = (*ASKED, "ME-CERT"), **facts: Any) -> str:
    """The name of an activity that stands on the list and is released to the partners."""
    ref = save_activity(desk(node, "analyst", "analyst"), activity(**facts)).ref
    take_step(desk(node, "analyst", "analyst"), "ME-NODE", ref, "submit")
    save_activity(desk(node), activity(**facts), ref, 1, rel_to=rel_to)
    for act in ("screen", "review", "list"):
        take_step(desk(node), "ME-NODE", ref, act)
    return ref


def asked(node: Node, agree: str = "the project", note: str = "", **facts: Any) -> str:
    """The name of an activity whose silence runs."""
    ref = listed(node, **facts)
    open_silence(desk(node), ref, END_US, "Europe/Podgorica", ASKED, agree, note)
    return ref


def seen(node: Node, ref: str, party: str = "ME-NODE", at_us: int = NOW_US + HOUR_US) -> Known | None:
    """The activity as a party may read it at an instant."""
    return next((each for each in known(log_of(node, party, at_us, exercise=False)) if each.ref == ref), None)


def state(node: Node, ref: str, party: str = "ME-NODE", at_us: int = NOW_US + HOUR_US) -> str:
    """The state of its procedure as a party sees it."""
    found = seen(node, ref, party, at_us)
    return found.course.state if found else "not readable"


def facts_of(node: Node, atlas: Atlas, ref: str, party: str, at_us: int) -> dict[str, Any]:
    """What a party is shown of it."""
    found = seen(node, ref, party, at_us)
    assert found is not None
    return activity_facts(found, Shown(atlas, "en", "ICD203", log_of(node, party, at_us, exercise=False), own="ME-NODE"))


def test_silence_that_nobody_breaks_agrees_at_the_deadline(node: Node) -> None:
    """For every reader, whenever the node is asked."""
    ref = asked(node)
    for party in ("ME-NODE", "RS-DESK", "AL-DESK", "ME-CERT"):
        assert state(node, ref, party) == "under silence"
        found = seen(node, ref, party, END_US + 90 * DAY_US)
        assert found is not None
        assert (found.course.state, found.course.agreed_us) == ("agreed", END_US)
    assert state(node, ref, PUBLIC) == "not readable"


def test_a_break_is_seen_by_every_reader_and_its_reason_by_the_owner(node: Node, atlas: Atlas) -> None:
    """The party that broke it and the owner read the reason; everybody reads the same sentence about reasons."""
    ref = asked(node)
    break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=NOW_US + HOUR_US), "ME-NODE", ref, "Too costly for us")
    later_us = END_US + DAY_US
    shown = {party: facts_of(node, atlas, ref, party, later_us) for party in ("ME-NODE", "RS-DESK", "AL-DESK", "ME-CERT")}
    assert {facts["state"] for facts in shown.values()} == {"broken"}
    assert {facts["course"]["reasons_note"] for facts in shown.values()} == {REASONS_NOTE}
    assert [party for party, facts in shown.items() if "Too costly" in json.dumps(facts)] == ["ME-NODE", "RS-DESK"]


def test_a_reason_that_is_hidden_changes_no_byte(node: Node, atlas: Atlas, tmp_path: Path) -> None:
    """Who may not read it sees the same with a restricted reason, with another one and without."""
    ref = asked(node)
    shown = []
    for name, reason in (("none", ""), ("some", "Because of the elections"), ("more", "X" * 3000)):
        copy = tmp_path / name
        copy_node(node, copy)
        other = open_node(copy)
        break_silence(desk(other, "rs-duty", "analyst", "RS-DESK", at_us=NOW_US + HOUR_US), "ME-NODE", ref, reason, rel_to=())
        for party in ("ME-NODE", "AL-DESK"):
            facts = facts_of(other, atlas, ref, party, END_US)
            shown.append(json.dumps(facts | {"version": 0}, sort_keys=True))
        assert ("elections" in json.dumps(facts_of(other, atlas, ref, "RS-DESK", END_US))) == (name == "some")
        other.store.close()
    assert len(set(shown)) == 1


def copy_node(node: Node, folder: Path) -> None:
    """A copy of a node as it lies on disk."""
    import shutil
    import sqlite3

    shutil.copytree(node.folder, folder, ignore=shutil.ignore_patterns("vigie.sqlite*"))
    with sqlite3.connect(node.folder / "vigie.sqlite") as source, sqlite3.connect(folder / "vigie.sqlite") as target:
        source.backup(target)


def test_two_breaks_are_refused_with_a_sentence(node: Node) -> None:
    """The same party twice, and a second party; nothing is written."""
    ref = asked(node)
    duty = desk(node, "rs-duty", "analyst", "RS-DESK", at_us=NOW_US + HOUR_US)
    break_silence(duty, "ME-NODE", ref, "why")
    before = len(log_of(node, "RS-DESK", END_US, exercise=False).entries)
    with pytest.raises(BadSetting, match="RS-DESK has broken this silence already"):
        break_silence(duty, "ME-NODE", ref, "again")
    with pytest.raises(BadSetting, match="broken already"):
        break_silence(desk(node, "al-duty", "analyst", "AL-DESK", at_us=NOW_US + 2 * HOUR_US), "ME-NODE", ref, "too")
    with pytest.raises(BadSetting, match="was not asked"):
        break_silence(desk(node, "me-duty", "analyst", "ME-CERT", at_us=NOW_US + 2 * HOUR_US), "ME-NODE", ref, "too")
    assert len(log_of(node, "RS-DESK", END_US, exercise=False).entries) == before


def test_a_break_after_the_deadline_is_refused(node: Node) -> None:
    """At the deadline it is late."""
    ref = asked(node)
    with pytest.raises(BadSetting, match="deadline had passed"):
        break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=END_US), "ME-NODE", ref)
    break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=END_US - 60_000_000), "ME-NODE", ref)
    assert state(node, ref, at_us=END_US + 900 * DAY_US) == "broken"


def test_roles_and_four_eyes(node: Node) -> None:
    """An analyst submits, another person who may release screens; a reader does nothing."""
    ref = save_activity(desk(node, "analyst", "analyst"), activity()).ref
    with pytest.raises(NotReleasable, match="reader may not draft"):
        save_activity(desk(node, "guest", "reader"), activity())
    take_step(desk(node, "chief", "releaser"), "ME-NODE", ref, "submit")
    with pytest.raises(NotReleasable, match="analyst may not release"):
        take_step(desk(node, "analyst", "analyst"), "ME-NODE", ref, "screen")
    with pytest.raises(NotReleasable, match="second person"):
        take_step(desk(node, "chief", "releaser"), "ME-NODE", ref, "screen")
    take_step(desk(node, "deputy", "releaser"), "ME-NODE", ref, "screen")
    alone = replace(node, settings=node.settings.model_copy(update={"four_eyes": False}))
    other = save_activity(desk(alone), activity()).ref
    take_step(desk(alone), "ME-NODE", other, "submit")
    assert take_step(desk(alone), "ME-NODE", other, "screen").type == "step"


def test_what_was_changed_after_it_was_submitted_is_submitted_again(node: Node) -> None:
    """Nobody screens, lists or asks silence for another text than was looked at."""
    ref = listed(node)
    save_activity(desk(node), activity(mechanism="training"), ref, 2)
    with pytest.raises(BadSetting, match="changed after it was last looked at"):
        open_silence(desk(node), ref, END_US, "UTC", ASKED, "text")
    take_step(desk(node), "ME-NODE", ref, "return", "other text")
    take_step(desk(node, "analyst", at_us=NOW_US + 1), "ME-NODE", ref, "submit")
    assert state(node, ref) == "draft"


def test_what_is_under_silence_cannot_change(node: Node) -> None:
    """Once it is over it can, and who looks sees that the text is another one."""
    ref = asked(node)
    with pytest.raises(BadSetting, match="under silence; what is being agreed cannot change"):
        save_activity(desk(node, at_us=NOW_US + HOUR_US), activity(mechanism="workshop"), ref, 2)
    save_activity(desk(node, at_us=END_US), activity(mechanism="workshop"), ref, 2)
    found = seen(node, ref, at_us=END_US)
    assert found is not None
    assert found.course.content != body_digest(found.entry.body)


def test_two_people_do_not_write_over_each_other(node: Node) -> None:
    """The second looks again."""
    ref = save_activity(desk(node), activity()).ref
    save_activity(desk(node), activity(mechanism="training"), ref, 1)
    for version in (0, 1, 3):
        with pytest.raises(BadSetting, match="Somebody else has changed this meanwhile"):
            save_activity(desk(node), activity(), ref, version)


def test_who_is_released_to_later_reads_that_the_silence_was_broken(node: Node) -> None:
    """The owner tells the break again, once, with its instant; texts that were said to fewer stay there."""
    ref = asked(node, rel_to=ASKED)
    at_us = NOW_US + HOUR_US
    break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=at_us), "ME-NODE", ref, "secret reason")
    take_step(desk(node, at_us=at_us + 1), "ME-NODE", ref, "discuss", "SECRET talk")
    save_activity(desk(node, at_us=at_us + 2), activity(), ref, 2, tlp="CLEAR")
    for party in ("ME-CERT", PUBLIC, "RS-DESK", "ME-NODE"):
        found = seen(node, ref, party, END_US)
        assert found is not None
        assert (found.course.state, [(each.party, each.at_us) for each in found.course.rounds[0].breaks]) == ("discussion", [("RS-DESK", at_us)])
        assert len([line for line in found.course.lines if line.act == "break"]) == 1
    assert "secret" not in str(log_of(node, PUBLIC, END_US, exercise=False)).lower()
    save_activity(desk(node, at_us=at_us + 3), activity(), ref, 3, tlp="GREEN")
    save_activity(desk(node, at_us=at_us + 4), activity(), ref, 4, tlp="CLEAR")
    assert state(node, ref, PUBLIC, END_US) == "discussion"


def test_only_who_may_release_opens_an_activity(node: Node) -> None:
    """An analyst keeps the label, or narrows it."""
    ref = save_activity(desk(node, "analyst", "analyst"), activity()).ref
    for tlp, rel_to in (("CLEAR", None), ("GREEN", None), ("", ["RS-DESK"])):
        with pytest.raises(NotReleasable, match="may not release"):
            save_activity(desk(node, "analyst", "analyst"), activity(), ref, 1, tlp, rel_to)
    save_activity(desk(node), activity(), ref, 1, "AMBER", ASKED)
    save_activity(desk(node, "analyst", "analyst"), activity(mechanism="training"), ref, 2)
    save_activity(desk(node, "analyst", "analyst"), activity(), ref, 3, "AMBER", ["RS-DESK"])
    assert seen(node, ref, "AL-DESK") is not None
    newest = seen(node, ref, "RS-DESK")
    assert newest is not None
    assert newest.entry.version == 4
    with pytest.raises(BadSetting, match="not in the directory"):
        save_activity(desk(node), activity(), ref, 4, "AMBER", ["XX"])
    save_activity(desk(node), activity(), ref, 4, "CLEAR")
    with pytest.raises(NotReleasable, match="may not release"):
        save_activity(desk(node, "analyst", "analyst"), activity(mechanism="workshop"), ref, 5)
    with pytest.raises(BadSetting, match="no such TLP"):
        save_activity(desk(node), activity(), ref, 5, "PINK")


def test_an_activity_is_no_more_open_than_the_warning_that_it_answers(node: Node) -> None:
    """The sentence names the warning."""
    name = released(node)
    with pytest.raises(NotReleasable, match=r"could read the activity, but not what it answers \(w-1\)"):
        save_activity(desk(node), activity(answers=(name,)), tlp="CLEAR")
    with pytest.raises(BadSetting, match="no such warning"):
        save_activity(desk(node), activity(answers=("w-none",)))
    assert save_activity(desk(node), activity(answers=(name,)), rel_to=["ME-CERT"]).label.rel_to == {"ME-CERT"}


def test_only_known_parties_that_can_read_it_are_asked(node: Node) -> None:
    """Wrong zones and past deadlines too are refused with one sentence; nothing is written."""
    ref = listed(node, ("RS-DESK",))
    before = len(log_of(node, "ME-NODE", END_US, exercise=False).entries)
    wrong: list[tuple[tuple[Any, ...], type[Exception], str]] = [
        ((END_US, "UTC", ["XX"], "text"), BadSetting, "not in the directory"),
        ((END_US, "UTC", ["AL-DESK"], "text"), NotReleasable, "may not read the activity"),
        ((END_US, "Europe/Nowhere", ["RS-DESK"], "text"), BadSetting, "no such time zone"),
        ((NOW_US, "UTC", ["RS-DESK"], "text"), BadReport, "has passed already"),
        ((END_US, "UTC", [], "text"), BadReport, "needs a deadline"),
        ((END_US, "UTC", ["RS-DESK"], " "), BadReport, "needs a deadline"),
    ]
    for words, kind, said in wrong:
        with pytest.raises(kind, match=said):
            open_silence(desk(node), ref, *words)
    assert len(log_of(node, "ME-NODE", END_US, exercise=False).entries) == before


def test_who_is_too_late_by_a_moment_is_told(node: Node) -> None:
    """Where another's step comes between looking and writing, ours stands in the log without effect, and whoever did it reads why."""
    ref = listed(node)
    late = desk(node, at_us=NOW_US + HOUR_US)
    found = activity_of(late, "ME-NODE", ref)
    facts: dict[str, Any] = {"act": "silence", "deadline_us": END_US, "zone": "UTC", "parties": list(ASKED), "agree": "text"}
    ours = procedures._step(late, found, facts, found.entry.label)
    theirs = open_silence(desk(node, "deputy", at_us=NOW_US + HOUR_US - 1), ref, END_US + 1, "UTC", ASKED, "text")
    with pytest.raises(BadSetting, match="Somebody else was faster; the step has no effect"):
        procedures._kept(late, found, [ours])
    after = seen(node, ref)
    assert after is not None
    assert [each.name for each in after.course.rounds] == [theirs.ref]


def test_nobody_agrees_with_itself(node: Node) -> None:
    """The owner may be asked beside others, not alone; whoever is named twice is asked once."""
    ref = listed(node)
    with pytest.raises(BadSetting, match="Nobody agrees with itself"):
        open_silence(desk(node), ref, END_US, "UTC", ["ME-NODE", "ME-NODE "], "text")
    open_silence(desk(node), ref, END_US, "UTC", ["ME-NODE", "RS-DESK", "RS-DESK"], "text")
    found = seen(node, ref)
    assert found is not None
    assert found.course.rounds[0].parties == ("ME-NODE", "RS-DESK")


def test_what_is_agreed_is_told_under_the_label_that_it_was_said_under(node: Node, atlas: Atlas) -> None:
    """Who reads the activity later reads that it was agreed, and not the words that were said to fewer."""
    ref = asked(node, "SECRET terms", "SECRET report", rel_to=ASKED)
    save_activity(desk(node, at_us=END_US), activity(), ref, 2, tlp="CLEAR")
    for party in ("RS-DESK", "ME-NODE"):
        assert "SECRET terms" in json.dumps(facts_of(node, atlas, ref, party, END_US))
    for party in ("ME-CERT", PUBLIC):
        facts = facts_of(node, atlas, ref, party, END_US)
        assert (facts["state"], facts["course"]["rounds"][0]["outcome"]) == ("agreed", "agreed and noted")
    assert "SECRET" not in str(log_of(node, PUBLIC, END_US, exercise=False))


def test_a_clock_that_was_set_back_is_told(node: Node, atlas: Atlas) -> None:
    """The course is that of the clock; where a step bears a time to come, its readers are told, and a break in time still breaks."""
    ref = asked(node)
    take_step(desk(node, at_us=END_US + 1), "ME-NODE", ref, "start")
    assert facts_of(node, atlas, ref, "RS-DESK", END_US + 1)["notes"] == []
    back = facts_of(node, atlas, ref, "RS-DESK", END_US - HOUR_US)
    assert (back["state"], back["notes"]) == ("under silence", [AHEAD_NOTE])
    assert silences_due(node, END_US + 1)[0].outcome == "agreed"
    tell_silences(node, atlas, END_US + 1)
    break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=END_US - HOUR_US), "ME-NODE", ref)
    assert "broken" in tell_silences(node, atlas, END_US + 2)
    assert state(node, ref, at_us=END_US + 2) == "broken"
    assert facts_of(node, atlas, ref, "RS-DESK", END_US + 2)["course"]["lines"][0]["is_without_effect"]


def test_two_hundred_parties_are_asked(tmp_path: Path) -> None:
    """The last of them breaks."""
    init_node(tmp_path / "many", "ME-NODE").store.close()
    names = [f"P-{number:03d}" for number in range(200)]
    (tmp_path / "many" / "directory.toml").write_text("".join(f'[parties.{name}]\norg = "{name}"\n\n' for name in names))
    made = open_node(tmp_path / "many")
    ref = listed(made, tuple(names))
    open_silence(desk(made), ref, END_US, "UTC", names, "text")
    break_silence(desk(made, "p", "analyst", "P-199", at_us=END_US - 1), "ME-NODE", ref, "no")
    assert {state(made, ref, party, END_US) for party in ("ME-NODE", "P-000", "P-199")} == {"broken"}
    made.store.close()


def test_an_extension_before_the_deadline_only(node: Node) -> None:
    """To a later instant; after it, the activity is agreed and cannot be asked again."""
    ref = asked(node)
    with pytest.raises(BadSetting, match="only be extended to a later deadline"):
        extend_silence(desk(node), ref, END_US - 1)
    extend_silence(desk(node, at_us=END_US - 1), ref, END_US + DAY_US)
    assert state(node, ref, at_us=END_US) == "under silence"
    with pytest.raises(BadSetting, match="only before its deadline"):
        extend_silence(desk(node, at_us=END_US + DAY_US), ref, END_US + 9 * DAY_US)
    assert state(node, ref, at_us=END_US + DAY_US) == "agreed"


def test_what_is_noted_does_not_start(node: Node) -> None:
    """It can be put under silence again to be agreed."""
    ref = asked(node, "", "the report")
    with pytest.raises(BadSetting, match="only noted"):
        take_step(desk(node, at_us=END_US), "ME-NODE", ref, "start")
    found = seen(node, ref, at_us=END_US)
    assert found is not None
    assert standing(found, found.activity.planned_begin) == "planned"  # type: ignore[arg-type]
    open_silence(desk(node, at_us=END_US), ref, END_US + DAY_US, "UTC", ASKED, "the project")
    take_step(desk(node, at_us=END_US + DAY_US), "ME-NODE", ref, "start")
    take_step(desk(node, at_us=END_US + DAY_US), "ME-NODE", ref, "sheet", day="2026-10-05")
    assert state(node, ref, at_us=END_US + DAY_US) == "running"


def test_steps_out_of_turn_are_refused_with_the_reason(node: Node) -> None:
    """Unknown steps, other owners, days that are none."""
    ref = asked(node)
    owner = desk(node, at_us=NOW_US + 1)
    for words, said in (
        (("close",), "cannot be closed"),
        (("fly",), "no such step"),
        (("break",), "no such step"),
        (("sheet", "", "2026-01-01"), "nothing yet"),
    ):
        with pytest.raises(BadSetting, match=said):
            take_step(owner, "ME-NODE", ref, *words)
    with pytest.raises(BadReport, match="must say why"):
        take_step(owner, "ME-NODE", ref, "withdraw")
    with pytest.raises(BadSetting, match="Only ME-NODE"):
        take_step(desk(node, "rs-duty", "releaser", "RS-DESK"), "ME-NODE", ref, "withdraw", "why")
    with pytest.raises(BadSetting, match="no such activity"):
        activity_of(owner, "ME-NODE", "a-none")


def test_each_ended_silence_is_told_once_however_long_the_node_was_down(node: Node, atlas: Atlas) -> None:
    """With the deadline's instant; a restart tells nothing again."""
    refs = [asked(node), asked(node)]
    break_silence(desk(node, "rs-duty", "analyst", "RS-DESK", at_us=NOW_US + HOUR_US), "ME-NODE", refs[1])
    late_us = END_US + 400 * DAY_US
    assert [ended.outcome for ended in silences_due(node, late_us)] == ["broken", "agreed"]
    sentence = tell_silences(node, atlas, late_us)
    assert "2 silences have ended" in sentence
    assert f"agreed at {format_time(END_US)}" in sentence
    again = open_node(node.folder)
    assert (tell_silences(again, atlas, late_us + DAY_US), silences_due(again, late_us)) == ("", ())
    again.store.close()
    assert {note["at"] for note in list_notes(node.store, "silences").values()} == {format_time(END_US), format_time(NOW_US + HOUR_US)}


def test_the_facts_show_the_deadline_as_its_zone_does(node: Node, atlas: Atlas) -> None:
    """And leave out what is not known; the version is told to the owner alone."""
    ref = asked(node, countries=[{"code": "ME"}], priorities=["cyber"])
    facts = facts_of(node, atlas, ref, "RS-DESK", NOW_US + 1)
    assert facts["due"]["local"].endswith("Europe/Podgorica")
    assert (facts["version"], facts["budgets"], facts["fields"]) == (0, [], ["cyber"])
    assert facts_of(node, atlas, ref, "ME-NODE", NOW_US + 1)["version"] == 2
    found = seen(node, ref)
    assert found is not None
    line = activity_line(found, Shown(atlas, "fr", "ICD203", log_of(node, "ME-NODE", NOW_US, exercise=False)))
    assert line["title"] == "Formation"
    json.dumps(facts)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-12-01 18:00", "Europe/Sarajevo", "2026-12-01T17:00:00Z"),
        ("2015-04-30T18:00", "Europe/Brussels", "2015-04-30T16:00:00Z"),
        ("2026-12-01T18:00+01:00", "Europe/Sarajevo", "2026-12-01T17:00:00Z"),
        ("2026-10-25T02:30+02:00", "Europe/Brussels", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30+01:00", "Europe/Brussels", "2026-10-25T01:30:00Z"),
        ("2026-12-01T18:00Z", "UTC", "2026-12-01T18:00:00Z"),
    ],
)
def test_a_deadline_is_a_local_time_in_a_named_zone(text: str, zone: str, expected: str) -> None:
    """Summer time counts, an offset settles what stands twice."""
    assert format_time(deadline_of(text, zone)) == expected


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("2026-10-25 02:30", "Europe/Brussels", "stands twice"),
        ("2026-03-29 02:30", "Europe/Brussels", "leave this time out"),
        ("2026-12-01 18:00", "Europe/Nowhere", "no such time zone"),
        ("2026-12-01 18:00", "", "no such time zone"),
        ("2026-12-01 18:00", "../../etc/passwd", "no such time zone"),
        ("2026-12-01", "UTC", "cannot be understood"),
        ("2026-02-30 18:00", "UTC", "no such time"),
        ("9999-12-31 23:59", "UTC", "no such time"),
        ("tomorrow", "UTC", "cannot be understood"),
    ],
)
def test_a_deadline_that_cannot_stand_is_refused_with_one_sentence(text: str, zone: str, said: str) -> None:
    """Unknown zones, days that are none, hours that the clocks skip or repeat."""
    with pytest.raises((BadReport, BadSetting), match=said):
        deadline_of(text, zone)


@given(
    st.sampled_from(("CLEAR", "GREEN", "AMBER", "RED")),
    st.none() | st.frozensets(st.sampled_from(("A", "B", "GROUP"))),
    st.frozensets(st.sampled_from(("B", "C"))),
    st.frozensets(st.sampled_from(("MEDICAL",))),
)
def test_a_break_is_read_by_exactly_those_who_read_the_activity(
    tlp: str, listed: frozenset[str] | None, barred: frozenset[str], caveats: frozenset[str]
) -> None:
    """Whatever the label; the owner reads it too."""
    parties = {"A": Party("A", community=True, caveats=frozenset({"MEDICAL"})), "B": Party("B"), "C": Party("C"), "OWNER": Party("OWNER")}
    directory = Directory(parties=parties, groups={"GROUP": frozenset({"A", "C"})})
    label = Label("OWNER", tlp=tlp, rel_to=listed, not_to=barred, caveats=caveats)
    if not may_read("A", label, directory, 0):
        return
    made = label_for_readers(label, "A", directory, 0)
    assert [may_read(name, made, directory, 0) for name in (*parties, PUBLIC)] == [may_read(name, label, directory, 0) for name in (*parties, PUBLIC)]
