"""CAP messages of others: an acknowledgement is no more than it can prove, and what others say is listed for the node's own party."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from vigie.exchange import ack_of, cap_time, cap_xml, read_cap
from vigie.model.atlas import Atlas
from vigie.model.entry import Log
from vigie.model.times import DAY_US
from vigie.node.desk import log_of
from vigie.node.desk_facts import cap_bytes, desk_facts
from vigie.node.outlook import make_outlook
from vigie.node.received import receive_alert
from vigie.node.settings import Node
from vigie.node.worlds import make_world
from vigie.warn.answers import Recipient, all_responses
from vigie.warn.chain import chains
from vigie.web import make_app
from web.desk_world import OWN, PARTNER, content, desk_node, issue, sign_in
from web.world import NOW_US

HOUR_US = DAY_US // 24


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with one alert to a partner."""
    made = desk_node(tmp_path / "node")
    issue(made, content("w-alert", stage="alert"))
    yield made
    made.store.close()


def own_log(node: Node, now_us: int = NOW_US) -> Log:
    """What the node's own party may read."""
    return log_of(node, OWN, now_us, exercise=False)


def receive(node: Node, atlas: Atlas, folder: Path, *, sent_us: int = NOW_US, status: str = "Actual", name: str = "ack-1") -> str:
    """Takes in the partner's acknowledgement of the alert ten hours after its release."""
    message = read_cap(cap_bytes(node, atlas, own_log(node), "w-alert"))
    said = replace(ack_of(message, sender=PARTNER, sent_us=sent_us, identifier=name), status=status)
    path = folder / f"{name}.xml"
    path.write_bytes(cap_xml(said))
    return receive_alert(node, path, "AMBER", NOW_US + 10 * HOUR_US)


def partner_of(node: Node, now_us: int) -> Recipient:
    """Where the partner stands."""
    log = own_log(node, now_us)
    (recipient,) = all_responses(chains(log), log, {})[0].recipients
    return recipient


@pytest.mark.parametrize("sent_us", [NOW_US - 5 * HOUR_US, NOW_US + 900 * HOUR_US])
def test_an_acknowledgement_is_said_when_it_came_whatever_time_it_bears(node: Node, atlas: Atlas, tmp_path: Path, sent_us: int) -> None:
    """It says that it is unverified and which time it bears; it stops no timer."""
    assert "acknowledges w-alert" in receive(node, atlas, tmp_path, sent_us=sent_us)
    recipient = partner_of(node, NOW_US + 30 * HOUR_US)
    (word,) = recipient.said
    assert word.said_us == NOW_US + 10 * HOUR_US
    assert word.text.startswith("unverified:")
    assert cap_time(sent_us)[:19] in word.text
    assert (recipient.state, recipient.word) == ("overdue", "")


@pytest.mark.parametrize("status", ["Test", "System", "Exercise"])
def test_an_acknowledgement_of_another_status_answers_no_real_alert(node: Node, atlas: Atlas, tmp_path: Path, status: str) -> None:
    """It is kept as a message, and nobody has answered."""
    assert "taken in" in receive(node, atlas, tmp_path, status=status)
    assert partner_of(node, NOW_US + HOUR_US).said == ()


def test_a_test_is_acknowledged_by_a_test(node: Node, atlas: Atlas, tmp_path: Path) -> None:
    """An acknowledgement of status Test finds the released test of the channel."""
    issue(node, content("w-test", stage="alert", test=True))
    message = read_cap(cap_bytes(node, atlas, own_log(node), "w-test"))
    path = tmp_path / "ack.xml"
    path.write_bytes(cap_xml(ack_of(message, sender=PARTNER, sent_us=NOW_US, identifier="t-1")))
    assert "acknowledges w-test" in receive_alert(node, path, "AMBER", NOW_US)


def take_alert(node: Node, atlas: Atlas, folder: Path) -> None:
    """Takes in an alert of another sender."""
    message = read_cap(cap_bytes(node, atlas, own_log(node), "w-alert"))
    info = replace(message.infos[0], headline="Flood on the Drina")
    path = folder / "other.xml"
    path.write_bytes(cap_xml(replace(message, sender="rs.example", identifier="rs-1", infos=(info,))))
    receive_alert(node, path, "CLEAR", NOW_US)


def test_alerts_of_others_are_listed_for_the_own_party_alone(node: Node, atlas: Atlas, tmp_path: Path) -> None:
    """On the page of warnings of somebody who is signed in at the node; not for PUBLIC, not for a partner."""
    take_alert(node, atlas, tmp_path)
    client = TestClient(make_app(node, atlas, lambda: NOW_US))
    assert "Flood on the Drina" not in client.get("/warnings").text
    assert "Flood on the Drina" in sign_in(client, "duty").get("/warnings").text
    partner = sign_in(TestClient(make_app(node, atlas, lambda: NOW_US)), "partner")
    assert "Flood on the Drina" not in partner.get("/warnings").text


def test_the_state_of_the_desk_lists_alerts_of_others(node: Node, atlas: Atlas, tmp_path: Path) -> None:
    """With sender, state and headline; live until its time runs out."""
    take_alert(node, atlas, tmp_path)
    world = make_world(node, node.audience(OWN, NOW_US), atlas, exercise=False)
    for now_us, state in ((NOW_US, "live"), (NOW_US + 60 * DAY_US, "expired")):
        log = own_log(node, now_us)
        (alert,) = desk_facts(node, atlas, make_outlook(node, atlas, world, log), log)["alerts"]  # type: ignore[misc,union-attr]
        assert (alert["sender"], alert["state"], alert["headline"]) == ("rs.example", state, "Flood on the Drina")  # type: ignore[index,call-overload]


def test_only_the_owner_is_told_who_is_silent(node: Node, atlas: Atlas) -> None:
    """The state of a partner's desk does not call another recipient silent: it may have answered the owner alone."""
    issue(node, content("w-both", recipients=(PARTNER, "MK-NODE"), evidence=()), tlp="GREEN")
    later_us = NOW_US + 2 * DAY_US
    for party, late in ((OWN, {PARTNER, "MK-NODE"}), (PARTNER, set())):
        world = make_world(node, node.audience(party, later_us), atlas, exercise=False)
        log = log_of(node, party, later_us, exercise=False)
        found = desk_facts(node, atlas, make_outlook(node, atlas, world, log), log)["unanswered"]
        assert {line["party"] for line in found} == late  # type: ignore[union-attr,index,call-overload]
