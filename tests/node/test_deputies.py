"""Deputies are really told: once, in the warning's thread, through their own party's subscriptions, and on their own desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from node.test_notify import DIRECTORY, Hooks, PostOffice, hooks, mail_office, subscribe
from vigie.model.atlas import Atlas
from vigie.model.errors import PeerUnavailable
from vigie.model.times import DAY_US, SECOND_US, format_time
from vigie.node import desk
from vigie.node.accounts import add_account
from vigie.node.deputies import BOOK, escalations, tell_deputies
from vigie.node.desk import tell_overdue
from vigie.node.notify import GIVE_UP_US, RUN_US, read_ledger, send_due
from vigie.node.schedule import send_notices
from vigie.node.settings import Node, init_node, open_node
from vigie.store import add_note
from vigie.web import make_app
from web.desk_world import OWN, PARTNER, PASSWORD, at, content, follow, issue, sign_in

__all__ = ["hooks"]

NOON_US = 1_790_000_000 * SECOND_US
HOUR_US = 3600 * SECOND_US
LATE_US = NOON_US + DAY_US + HOUR_US
"""A warning waits a day for an answer."""

ACCOUNTS = {"duty": (OWN, "analyst", ""), "head": (OWN, "releaser", ""), "stand-in": (PARTNER, "analyst", ""), "partner": (PARTNER, "analyst", "stand-in")}


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server."""
    with mail_office() as made:
        yield made


@pytest.fixture
def manned(tmp_path: Path, office: PostOffice) -> Iterator[Node]:
    """A node with people at two desks; the partner's post has a deputy."""
    folder = tmp_path / "manned"
    init_node(folder, OWN).store.close()
    (folder / "directory.toml").write_text(DIRECTORY)
    (folder / "mail.toml").write_text(f'host = "127.0.0.1"\nport = {office.port}\nsender = "vigie@node.example"\nsecurity = "none"\n')
    node = open_node(folder)
    for name, (party, role, deputy) in ACCOUNTS.items():
        add_account(node, name, party, role, PASSWORD, deputy, now_us=NOON_US)
    yield node
    node.store.close()


def release(node: Node, name: str = "w-1", *, exercise: bool = False, **changed: Any) -> str:
    """A warning to the partner alone, released at noon."""
    facts = {"onset_us": NOON_US, "expires_us": NOON_US + 13 * DAY_US, "next_review_us": None, "evidence": (), "recipients": (PARTNER,)}
    return issue(node, content(name, **(facts | changed)), tlp="AMBER", rel_to=(PARTNER,), now_us=NOON_US, exercise=exercise)


def text_of(office: PostOffice, number: int = -1) -> str:
    """The text of a mail that was taken."""
    body = office.took[number].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_silent_partys_deputy_is_told_once_in_the_thread(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """Named by its post, with the warning; not again in a later round, nor after a restart, nor when the clock jumps."""
    subscribe(manned, atlas, created_us=NOON_US - DAY_US)
    release(manned)
    send_due(manned, atlas, NOON_US)
    assert tell_deputies(manned, atlas, LATE_US) == ""
    tell_overdue(manned, LATE_US)
    assert tell_deputies(manned, atlas, LATE_US) == "1 message asks a deputy for an answer."
    warned, asked = office.took
    assert asked["References"] == warned["Message-ID"]
    assert (asked["To"], str(asked["Subject"])) == ("desk@rs.example", f"Answer awaited: {warned['Subject']}")
    for part in ("RS-NODE has not answered", "stand-in", "Protests in Podgorica may turn violent", "TLP:AMBER"):
        assert part in text_of(office)
    for now_us in (LATE_US, LATE_US + HOUR_US, LATE_US + 365 * DAY_US, NOON_US - DAY_US, LATE_US + 2 * HOUR_US):
        again = open_node(manned.folder)
        tell_overdue(again, now_us)
        assert tell_deputies(again, atlas, now_us) == ""
        again.store.close()
    assert len(office.took) == 2


def test_each_subscription_of_the_party_is_told_and_no_other(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """Whatever it filters; another party's, one of only later, and that of whoever issued the warning hear nothing."""
    subscribe(manned, atlas, name="quakes", channel="quakes@rs.example", filter={"fields": ["seismic"], "severity_at_least": "Extreme"})
    subscribe(manned, atlas, name="daily", channel="daily@rs.example", digest="daily")
    subscribe(manned, atlas, name="later", channel="later@rs.example", created_us=LATE_US)
    for party in ("AL-NODE", "PUBLIC", OWN):
        subscribe(manned, atlas, party=party, channel="other@example.org")
    release(manned)
    tell_overdue(manned, LATE_US)
    assert tell_deputies(manned, atlas, LATE_US) == "2 messages ask deputies for an answer."
    assert sorted(office.said("To")) == ["daily@rs.example", "quakes@rs.example"]
    assert office.said("References") == ["None", "None"]


@pytest.mark.parametrize("what", ["answered", "assessed", "cancelled"])
def test_who_is_waited_for_no_more_is_not_asked(manned: Node, atlas: Atlas, office: PostOffice, what: str) -> None:
    """Though the book holds the escalation: an answer, an assessment or a cancel came before the message went."""
    subscribe(manned, atlas)
    name = release(manned)
    tell_overdue(manned, LATE_US)
    if what == "answered":
        desk.answer(at(manned, "partner", LATE_US), name, "read")
    elif what == "assessed":
        desk.assess(at(manned, "head", LATE_US), name, "miss")
    else:
        follow(manned, name, "cancel", LATE_US)
    assert len(escalations(manned)) == 1
    assert tell_deputies(manned, atlas, LATE_US + HOUR_US) == ""
    assert office.took == []


def test_what_the_party_may_not_read_is_not_told(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """Whatever the book says: the gate is that of the screen, at the moment of sending."""
    subscribe(manned, atlas, name="al", party="AL-NODE", channel="desk@al.example")
    release(manned, recipients=(PARTNER,))
    release(manned, "w-2", recipients=(PARTNER,))
    tell_overdue(manned, LATE_US)
    for told in escalations(manned):
        note = {"warning": told.warning, "party": "AL-NODE", "deputy": "al-stand-in", "at": format_time(told.due_us), "exercise": False}
        assert add_note(manned.store, BOOK, f"{told.id}-al", note)
    assert tell_deputies(manned, atlas, LATE_US) == ""
    assert (len(escalations(manned)), office.took) == (4, [])


def test_an_exercise_goes_only_to_those_who_take_part(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """Its subject begins with the word, and the text says it before all else."""
    subscribe(manned, atlas, name="real", channel="real@rs.example")
    subscribe(manned, atlas, name="both", channel="both@rs.example", exercise=True, language="fr")
    release(manned, exercise=True)
    tell_overdue(manned, LATE_US)
    tell_deputies(manned, atlas, LATE_US)
    assert office.said("To") == ["both@rs.example"]
    assert office.said("Subject")[0].startswith("EXERCICE EXERCICE EXERCICE: Réponse attendue: Protest")
    assert text_of(office).startswith("EXERCICE EXERCICE EXERCICE")


@pytest.mark.parametrize(("severity", "stage", "went"), [("Severe", "warning", 0), ("Extreme", "warning", 1)])
def test_quiet_hours_are_waited_for_unless_it_is_extreme(manned: Node, atlas: Atlas, office: PostOffice, severity: str, stage: str, went: int) -> None:
    """What waited goes at their end."""
    hour = (LATE_US // HOUR_US) % 24
    subscribe(manned, atlas, quiet_from=f"{hour:02d}:00", quiet_to=f"{(hour + 2) % 24:02d}:00")
    release(manned, severity=severity, stage=stage)
    tell_overdue(manned, LATE_US)
    tell_deputies(manned, atlas, LATE_US)
    assert len(office.took) == went
    tell_deputies(manned, atlas, LATE_US + 3 * HOUR_US)
    assert len(office.took) == 1


def test_a_test_of_the_channel_asks_only_those_who_want_tests(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """And says in its subject that it is one."""
    subscribe(manned, atlas, name="plain", channel="plain@rs.example")
    subscribe(manned, atlas, name="tests", channel="tests@rs.example", filter={"tests": True})
    release(manned, test=True)
    tell_overdue(manned, LATE_US)
    tell_deputies(manned, atlas, LATE_US)
    assert office.said("To") == ["tests@rs.example"]
    assert office.said("Subject")[0].startswith("TEST: Answer awaited")


def test_what_cannot_be_sent_is_tried_again_under_the_same_name_and_given_up(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """It waits meanwhile; an answer in between takes it away."""
    subscribe(manned, atlas)
    release(manned)
    tell_overdue(manned, LATE_US)
    office.answer = "451 later"
    with pytest.raises(PeerUnavailable, match="0 messages ask deputies"):
        tell_deputies(manned, atlas, LATE_US)
    with pytest.raises(PeerUnavailable, match="could not be sent yet"):
        tell_deputies(manned, atlas, LATE_US + SECOND_US)
    assert len(office.took) == 1
    office.answer = "250 OK"
    other = open_node(manned.folder)
    assert tell_deputies(other, atlas, LATE_US + HOUR_US) == "1 message asks a deputy for an answer."
    other.store.close()
    assert len(set(office.said("Message-ID"))) == 1
    late = release(manned, "w-2")
    office.answer = "451 later"
    tell_overdue(manned, LATE_US)
    for now_us in (LATE_US, LATE_US + HOUR_US):
        with pytest.raises(PeerUnavailable):
            tell_deputies(manned, atlas, now_us)
    desk.answer(at(manned, "partner", LATE_US + HOUR_US), late, "read")
    assert tell_deputies(manned, atlas, LATE_US + 2 * HOUR_US) == ""
    assert {sending.state for sending in read_ledger(manned).values()} == {"sent"}
    release(manned, "w-3")
    tell_overdue(manned, LATE_US)
    for now_us in (LATE_US, LATE_US + GIVE_UP_US):
        with pytest.raises(PeerUnavailable):
            tell_deputies(manned, atlas, now_us)
    assert tell_deputies(manned, atlas, LATE_US + 2 * GIVE_UP_US) == ""


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """A server that hangs holds up no other job for long, and nobody is forgotten."""
    for number in range(4):
        subscribe(manned, atlas, name=f"s{number}", channel=f"s{number}@rs.example")
    release(manned)
    tell_overdue(manned, LATE_US)
    clock = iter(range(0, 100 * RUN_US, RUN_US // 2))
    assert tell_deputies(manned, atlas, LATE_US, lambda: next(clock)) == "1 message asks a deputy for an answer."
    assert tell_deputies(manned, atlas, LATE_US) == "3 messages ask deputies for an answer."
    assert len(set(office.said("To"))) == 4


def test_a_webhook_is_asked_too(manned: Node, atlas: Atlas, hooks: Hooks) -> None:
    """With what a program needs to find the warning, and who is to answer."""
    subscribe(manned, atlas, channel=hooks.address)
    release(manned)
    tell_overdue(manned, LATE_US)
    tell_deputies(manned, atlas, LATE_US)
    ((_, body),) = hooks.took
    said = json.loads(body)
    assert said["type"] == "answer_awaited"
    assert {part: said["data"][part] for part in ("warning", "owner", "party", "deputy", "exercise")} == {
        "warning": "w-1",
        "owner": OWN,
        "party": PARTNER,
        "deputy": "stand-in",
        "exercise": False,
    }


def test_the_watch_tells_deputies_after_the_warning_and_although_others_fail(manned: Node, atlas: Atlas, office: PostOffice) -> None:
    """One round at which both are due sends first the warning, then the question in its thread."""
    subscribe(manned, atlas)
    release(manned)
    tell_overdue(manned, LATE_US)
    assert send_notices(manned, atlas, LATE_US).endswith("went out. 1 message asks a deputy for an answer.")
    assert office.said("References")[1] == office.said("Message-ID")[0]


def test_the_deputy_finds_it_on_the_desk_until_somebody_answers(manned: Node, atlas: Atlas) -> None:
    """And nobody else does: neither the silent post itself, nor the issuer, nor in the other world."""
    name = release(manned)
    tell_overdue(manned, LATE_US)
    app = make_app(manned, atlas, lambda: LATE_US)
    seen = {account: sign_in(TestClient(app), account).get("/desk").text for account in ("stand-in", "partner", "head")}
    assert [account for account, text in seen.items() if "You are asked as deputy" in text] == ["stand-in"]
    assert "You are asked as deputy of partner: ME-NODE waits for an answer." in seen["stand-in"]
    deputy = sign_in(TestClient(app), "stand-in")
    assert "asked as deputy" not in deputy.get("/desk?exercise=true").text
    desk.answer(at(manned, "partner", LATE_US), name, "accepted")
    assert "asked as deputy" not in deputy.get("/desk").text
