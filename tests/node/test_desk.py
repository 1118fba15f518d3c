"""The warning desk: four eyes, release rules, chains, answers; every act by every role; nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US, quake
from node.test_histories import take
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Label
from vigie.model.times import DAY_US
from vigie.model.warning import Content, Draft, Evidence, Likelihood, Wording
from vigie.node.accounts import ROLES, add_account, remove_account
from vigie.node.desk import (
    Actor,
    Desk,
    answer,
    approve,
    assess,
    chain_of,
    draft_of,
    draft_update,
    judge,
    log_of,
    open_draft,
    release,
    save_draft,
    strike_figures,
    submit_draft,
    tell_overdue,
)
from vigie.node.procedures import open_activity
from vigie.node.settings import Node, init_node, open_node
from vigie.node.worlds import make_world
from vigie.store import list_notes

PARTIES = """
[parties.ME-CERT]
org = "ME"
community = true

[parties.RS-DESK]
org = "RS"
"""
HOUR_US = 3_600_000_000


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of ME-NODE that knows two partners."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text(PARTIES)
    made = open_node(tmp_path / "node")
    add_account(made, "chief", "", "releaser", "a long password", now_us=NOW_US)
    yield made
    made.store.close()


def desk(node: Node, account: str = "analyst", role: str = "analyst", party: str = "ME-NODE", *, at_us: int = NOW_US, exercise: bool = False) -> Desk:
    """A desk with somebody at it."""
    return Desk(node, Actor(account, party, role), at_us, exercise)


def content(**changes: object) -> Content:
    """What a warning says, with changes."""
    facts: dict[str, object] = {
        "warning": "w-1",
        "event": "Roads obstructed",
        "field": "conflict",
        "severity": "Severe",
        "likelihood": Likelihood(low=0.25, high=0.35),
        "areas": ("ME-16",),
        "onset_us": NOW_US,
        "expires_us": NOW_US + 10 * DAY_US,
        "texts": (Wording(language="en", headline="Roads obstructed near Podgorica"),),
        "recipients": ("ME-CERT",),
    }
    return Content(**(facts | changes))  # type: ignore[arg-type]


def draft(tlp: str = "AMBER", rel_to: tuple[str, ...] | None = ("ME-CERT",), **changes: object) -> Draft:
    """A draft of such a warning."""
    return Draft(content=content(**changes), tlp=tlp, rel_to=rel_to)


def released(node: Node, made: Draft | None = None, *, at_us: int = NOW_US, exercise: bool = False) -> str:
    """Takes a draft through the four eyes; the warning's name."""
    writer, chief = desk(node, at_us=at_us, exercise=exercise), desk(node, "chief", "releaser", at_us=at_us + 2, exercise=exercise)
    ref = open_draft(writer, made or draft()).ref
    submit_draft(replace(writer, now_us=at_us + 1), ref, 1)
    approve(chief, ref, draft_of(chief, ref).digest, approved=True)
    return release(replace(chief, now_us=at_us + 3), ref).ref


def seen_by(node: Node, party: str, *, at_us: int = NOW_US + DAY_US, exercise: bool = False) -> list[str]:
    """The types of the entries that a party may read."""
    return [entry.type for entry in log_of(node, party, at_us, exercise=exercise).entries]


def test_a_warning_needs_a_second_person(node: Node) -> None:
    """Nobody approves what they wrote, an unapproved draft is not released, and a refusal reopens it with its reason."""
    writer, chief = desk(node, role="releaser"), desk(node, "chief", "releaser")
    ref = open_draft(writer, draft()).ref
    submit_draft(writer, ref, 1)
    with pytest.raises(NotReleasable, match="second person"):
        approve(writer, ref, draft_of(writer, ref).digest, approved=True)
    with pytest.raises(NotReleasable, match="approved"):
        release(chief, ref)
    with pytest.raises(BadReport, match="must say why"):
        approve(chief, ref, draft_of(chief, ref).digest, approved=False)
    approve(chief, ref, draft_of(chief, ref).digest, approved=False, note="Which road?")
    assert draft_of(writer, ref).draft.state == "open"
    assert seen_by(node, "ME-CERT") == []


def test_an_approval_is_for_what_was_read_and_nothing_else(node: Node) -> None:
    """A draft that changes after it was shown must be read again, and an approval of the old text releases nothing."""
    writer, chief = desk(node), desk(node, "chief", "releaser")
    ref = open_draft(writer, draft()).ref
    submit_draft(writer, ref, 1)
    old = draft_of(chief, ref).digest
    approve(chief, ref, old, approved=True)
    changed = draft(severity="Extreme").model_copy(update={"state": "submitted"})
    save_draft(replace(writer, now_us=NOW_US + 5), ref, changed, 2)
    with pytest.raises(BadSetting, match="changed after it was shown"):
        approve(chief, ref, old, approved=True)
    with pytest.raises(NotReleasable, match="approved"):
        release(replace(chief, now_us=NOW_US + 6), ref)


def test_two_who_write_at_once_do_not_overwrite_each_other(node: Node) -> None:
    """The second to save is told to look again."""
    first, second = desk(node), desk(node, "other")
    ref = open_draft(first, draft()).ref
    save_draft(first, ref, draft(severity="Minor"), 1)
    with pytest.raises(BadSetting, match="meanwhile"):
        save_draft(second, ref, draft(severity="Extreme"), 1)


def test_four_eyes_is_a_setting(node: Node) -> None:
    """Off, one person may write and release."""
    settings = node.settings.model_copy(update={"four_eyes": False})
    alone = desk(replace(node, settings=settings), "chief", "releaser")
    assert release(alone, open_draft(alone, draft()).ref).type == "warning"


def test_a_released_warning_reaches_its_recipients_and_nobody_else(node: Node) -> None:
    """The draft and its approval stay at home."""
    released(node)
    assert seen_by(node, "ME-CERT") == ["warning"]
    assert seen_by(node, "RS-DESK") == []
    assert seen_by(node, PUBLIC) == []


def test_a_recipient_without_clearance_is_refused_with_the_record_that_stands_in_the_way(node: Node) -> None:
    """The sentence is for the author; the recipient's world does not change."""
    take(node, [quake("open1")])
    take(node, [quake("secret", lon=20.0)], Label("ME-NODE", tlp="RED"))
    before = seen_by(node, "ME-CERT")
    made = draft(evidence=(Evidence(reports=("MSO/open1", "MSO/secret")),))
    with pytest.raises(NotReleasable, match="ME-CERT, because of MSO/secret"):
        released(node, made)
    assert seen_by(node, "ME-CERT") == before == []


def test_a_report_without_a_reference_stands_in_the_way_through_its_event(node: Node, atlas: Atlas) -> None:
    """The label of a warning is joined from all members of the events that it names, also from those that have no name of their own."""
    take(node, [quake(None, lon=20.0)], Label("ME-NODE", tlp="RED"))
    (event,) = make_world(node, node.audience("ME-NODE", NOW_US), atlas, exercise=False).events.id
    with pytest.raises(NotReleasable, match=f"ME-CERT, because of {event}"):
        released(node, draft(evidence=(Evidence(event=event),)))
    with pytest.raises(BadSetting, match="not to be found"):
        released(node, draft(evidence=(Evidence(event="ev-gone"),)))


def test_an_unknown_recipient_and_lost_evidence_are_refused(node: Node) -> None:
    """One sentence each."""
    with pytest.raises(NotReleasable, match="directory of parties"):
        released(node, draft(recipients=("NOBODY",)))
    with pytest.raises(BadSetting, match="not to be found"):
        released(node, draft(evidence=(Evidence(reports=("MSO/none",)),)))


def test_a_public_warning_needs_an_open_label(node: Node) -> None:
    """AMBER is not for PUBLIC; CLEAR without a list is."""
    with pytest.raises(NotReleasable, match="PUBLIC"):
        released(node, draft(recipients=("PUBLIC",)))
    released(node, draft("CLEAR", None, recipients=("PUBLIC", "ME-CERT")))
    assert seen_by(node, PUBLIC) == ["warning"]


def test_only_the_head_of_a_chain_is_live(node: Node) -> None:
    """An update replaces; an update of what has been updated is refused; an end ends."""
    name = released(node)
    writer = desk(node, at_us=NOW_US + HOUR_US)
    stale = draft_update(writer, name, "update")
    again = draft_update(writer, name, "update")
    for ref, is_first in ((stale.ref, True), (again.ref, False)):
        chief = desk(node, "chief", "releaser", at_us=NOW_US + 2 * HOUR_US)
        submit_draft(replace(writer, now_us=NOW_US + HOUR_US + 1), ref, 1)
        approve(chief, ref, draft_of(chief, ref).digest, approved=True)
        if is_first:
            release(chief, ref)
        else:
            with pytest.raises(NotReleasable, match="changed since this draft was begun"):
                release(chief, ref)
    chain = chain_of(desk(node, at_us=NOW_US + DAY_US), name)
    assert (len(chain.history), chain.status) == (2, "live")
    assert chain_of(desk(node, at_us=NOW_US + 20 * DAY_US), name).status == "expired"


def test_answers_are_read_by_the_issuer_and_the_recipients_only(node: Node) -> None:
    """Accepted by one partner; contesting needs an argument; a stranger cannot answer what it cannot read."""
    name = released(node, draft(rel_to=("ME-CERT", "RS-DESK"), recipients=("ME-CERT", "RS-DESK")))
    later = NOW_US + HOUR_US
    answer(desk(node, "me-duty", party="ME-CERT", at_us=later), name, "accepted")
    with pytest.raises(BadReport, match="counter-argument"):
        answer(desk(node, "rs-duty", party="RS-DESK", at_us=later), name, "contested")
    said = answer(desk(node, "rs-duty", party="RS-DESK", at_us=later), name, "contested", "The road was closed for repair.")
    again = answer(desk(node, "rs-duty", party="RS-DESK", at_us=later + 5), name, "contested", "The road was closed for repair.")
    assert again == said
    assert seen_by(node, "ME-CERT").count("answer") == 2
    assert seen_by(node, PUBLIC) == []
    with pytest.raises(BadSetting, match="no such warning"):
        answer(desk(node, "x", party="XK-DESK", at_us=later), name, "accepted")


def test_an_answer_is_never_more_open_than_its_warning(node: Node) -> None:
    """CLEAR is for answers to what everybody may read."""
    name = released(node)
    with pytest.raises(NotReleasable, match="more open"):
        answer(desk(node, "me-duty", "releaser", "ME-CERT", at_us=NOW_US + 9), name, "accepted", tlp="CLEAR")


def test_an_activity_answers_its_warnings_in_one_step(node: Node) -> None:
    """It is an entry of its own, and the answer `action` names it."""
    name = released(node)
    partner = desk(node, "me-duty", party="ME-CERT", at_us=NOW_US + HOUR_US)
    entry = open_activity(partner, Activity(titles={"en": "Mediation on site"}, status="running", answers=(name,)))
    said = [item.body for item in log_of(node, "ME-NODE", NOW_US + DAY_US, exercise=False).of("answer")]
    assert [item["activity"] for item in said] == [entry.ref]


def test_the_issuer_alone_updates_and_assesses(node: Node) -> None:
    """A recipient is told so."""
    name = released(node)
    partner = desk(node, "me-duty", party="ME-CERT", at_us=NOW_US + HOUR_US)
    with pytest.raises(BadSetting, match="Only the party that issued"):
        assess(partner, name, "hit")
    with pytest.raises(BadSetting, match="Only the party that issued"):
        draft_update(partner, name, "cancel")
    assess(desk(node, at_us=NOW_US + HOUR_US), name, "hit", began_us=NOW_US + 5)
    assert chain_of(desk(node, at_us=NOW_US + DAY_US), name).status == "assessed"
    assert seen_by(node, "ME-CERT") == ["warning"], "an analyst's word stays at home"
    assess(desk(node, "chief", "releaser", at_us=NOW_US + HOUR_US + 1), name, "hit", began_us=NOW_US + 5)
    assert seen_by(node, "ME-CERT").count("assessment") == 1
    assert seen_by(node, "RS-DESK") == []
    with pytest.raises(BadSetting, match="own warning"):
        answer(desk(node, at_us=NOW_US + HOUR_US), name, "accepted")


def test_an_approval_lapses_with_its_account(node: Node) -> None:
    """Who was removed after approving has approved nothing."""
    writer, chief, other = desk(node), desk(node, "chief", "releaser"), desk(node, "other", "releaser")
    ref = open_draft(writer, draft()).ref
    submit_draft(writer, ref, 1)
    approve(chief, ref, draft_of(chief, ref).digest, approved=True)
    remove_account(node, "chief", now_us=NOW_US)
    with pytest.raises(NotReleasable, match="may not approve any more"):
        release(other, ref)


def test_everybody_who_read_a_warning_hears_that_it_is_over(node: Node) -> None:
    """An end for fewer readers is refused; it is drafted under the widest label of the chain."""
    name = released(node, draft("CLEAR", None, recipients=("PUBLIC",)))
    ref = draft_update(desk(node, at_us=NOW_US + HOUR_US), name, "end").ref
    ended = draft_of(desk(node, at_us=NOW_US + HOUR_US), ref).draft
    assert (ended.tlp, ended.rel_to) == ("CLEAR", None)
    narrow = ended.model_copy(update={"tlp": "AMBER", "rel_to": ("ME-CERT",), "content": ended.content.model_copy(update={"recipients": ("ME-CERT",)})})
    save_draft(desk(node, at_us=NOW_US + HOUR_US), ref, narrow, 1)
    with pytest.raises(NotReleasable, match="PUBLIC, RS-DESK may read an earlier version"):
        submit_draft(desk(node, at_us=NOW_US + HOUR_US), ref, 2)


def test_figures_from_an_archive_that_a_recipient_may_not_read_are_struck_or_stay_at_home(node: Node) -> None:
    """The usual count, the replay and the likelihood rest on the whole archive, not on the evidence alone."""
    take(node, [quake("open1")])
    take(node, [quake("secret", lon=20.0)], Label("ME-NODE", tlp="RED"))
    told = draft(figures=True, rule="seismic.strong_earthquake", replay="Would have fired 3 times.", evidence=(Evidence(reports=("MSO/open1",)),))
    with pytest.raises(NotReleasable, match=r"the archive behind the figures of seismic\.strong_earthquake"):
        released(node, told)
    writer = desk(node)
    ref = open_draft(writer, told).ref
    strike_figures(writer, ref, 1)
    struck = draft_of(writer, ref).draft.content
    assert (struck.figures, struck.replay, struck.likelihood, struck.texts[0].why) == (False, "", None, "1 event is named as evidence.")
    submit_draft(writer, ref, 2)


def test_an_event_that_was_linked_anew_is_found_by_its_reports(node: Node, atlas: Atlas) -> None:
    """Its id is another one by now, and its members' labels still count."""
    take(node, [quake("open1")])
    (before,) = make_world(node, node.audience("ME-NODE", NOW_US), atlas, exercise=False).events.id
    take(node, [quake(None, agency="RSO")], Label("ME-NODE", tlp="RED"))
    (after,) = make_world(node, node.audience("ME-NODE", NOW_US), atlas, exercise=False).events.id
    assert before != after
    with pytest.raises(NotReleasable, match=f"ME-CERT, because of {before}"):
        released(node, draft(evidence=(Evidence(event=before, reports=("MSO/open1",)),)))


def test_only_who_may_release_speaks_to_everybody(node: Node) -> None:
    """An analyst's answer or activity under CLEAR is refused."""
    name = released(node, draft("CLEAR", None, recipients=("PUBLIC", "ME-CERT")))
    for role, is_open in (("analyst", False), ("releaser", True)):
        partner = desk(node, "me-duty", role, "ME-CERT", at_us=NOW_US + HOUR_US)
        if is_open:
            answer(partner, name, "accepted", tlp="CLEAR")
        else:
            with pytest.raises(NotReleasable, match="may not release"):
                answer(partner, name, "accepted", tlp="CLEAR")
            with pytest.raises(NotReleasable, match="may not release"):
                open_activity(partner, Activity(titles={"en": "Talks"}, answers=(name,)), "CLEAR")
    assert seen_by(node, PUBLIC) == ["warning", "answer"]


def test_a_silent_recipient_has_its_deputy_told_once(node: Node) -> None:
    """Whatever the number of rounds, restarts included."""
    add_account(node, "me-duty", "ME-CERT", "analyst", "a long password", now_us=NOW_US)
    add_account(node, "me-second", "ME-CERT", "analyst", "a long password", "me-duty", now_us=NOW_US)
    released(node)
    assert tell_overdue(node, NOW_US + HOUR_US) == ""
    assert "1 deputy told" in tell_overdue(node, NOW_US + 30 * HOUR_US)
    assert "0 deputies told" in tell_overdue(node, NOW_US + 31 * HOUR_US)
    assert [note["deputy"] for note in list_notes(node.store, "escalations").values()] == ["me-duty"]


def test_real_and_exercise_desks_are_apart(node: Node) -> None:
    """An exercise warning is not in the real log of anybody."""
    released(node, exercise=True)
    assert seen_by(node, "ME-CERT") == []
    assert seen_by(node, "ME-CERT", exercise=True) == ["warning"]


ACTS = {
    "draft": lambda at: open_draft(at, draft()),
    "judge": lambda at: judge(at, "conflict.preparations_seen", "ME", "red", "seen", NOW_US + DAY_US),
    "answer": lambda at: answer(at, "w-1", "read"),
    "assess": lambda at: assess(at, "w-1", "hit"),
    "approve": lambda at: approve(at, "d", "x", approved=True),
    "release": lambda at: release(at, "d"),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", ACTS)
def test_a_role_does_what_it_may_and_nothing_else(node: Node, role: str, act: str) -> None:
    """Who may not is told so before anything else is looked at."""
    at = desk(node, role=role)
    if act in ROLES[role]:
        if act not in ("draft", "judge"):
            with pytest.raises(BadSetting, match="There is no such"):
                ACTS[act](at)
        return
    with pytest.raises(NotReleasable, match=f"may not {act}"):
        ACTS[act](at)
    assert log_of(node, "ME-NODE", NOW_US, exercise=False).entries == ()
