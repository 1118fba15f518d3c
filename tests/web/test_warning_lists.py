"""Lists of warnings: what stands in them and what does not, page by page, and nothing that tells of what the reader may not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.entry import Entry
from vigie.model.label import PUBLIC, Label
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.model.warning import Draft
from vigie.node import desk
from vigie.node.cap_out import MOST_ENTRIES
from vigie.node.settings import Node
from vigie.node.warning_facts import wording_for
from vigie.store import add_entries
from vigie.web import make_app
from web.desk_world import OWN, PARTNER, at, content, desk_node, follow, form_key, issue, sign_in, wording
from web.world import NOW_US

GAP = "An earlier message of this chain is missing here."


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node without a warning."""
    made = desk_node(tmp_path / "node")
    yield made
    made.store.close()


def client_of(node: Node, atlas: Atlas, account: str = "", now_us: int = NOW_US) -> TestClient:
    """A reader, signed in where an account is named."""
    client = TestClient(make_app(node, atlas, lambda: now_us), raise_server_exceptions=False)
    return sign_in(client, account) if account else client


def narrow(node: Node, name: str, now_us: int) -> None:
    """Updates a warning for the partner alone."""
    writer, second = at(node, "duty", now_us), at(node, "head", now_us)
    entry = desk.draft_update(writer, name, "update")
    made = desk.draft_of(writer, entry.ref).draft.content.model_copy(update={"recipients": (PARTNER,)})
    entry = desk.save_draft(writer, entry.ref, Draft(content=made, tlp="AMBER", rel_to=(PARTNER,)), entry.version)
    desk.submit_draft(writer, entry.ref, entry.version)
    desk.approve(second, entry.ref, desk.draft_of(second, entry.ref).digest, approved=True)
    desk.release(second, entry.ref)


def widen(node: Node, name: str, now_us: int) -> None:
    """Updates a warning for everybody."""
    writer, second = at(node, "duty", now_us), at(node, "head", now_us)
    entry = desk.draft_update(writer, name, "update")
    made = desk.draft_of(writer, entry.ref).draft.content.model_copy(update={"recipients": (PUBLIC, PARTNER)})
    entry = desk.save_draft(writer, entry.ref, Draft(content=made, tlp="CLEAR"), entry.version)
    desk.submit_draft(writer, entry.ref, entry.version)
    desk.approve(second, entry.ref, desk.draft_of(second, entry.ref).digest, approved=True)
    desk.release(second, entry.ref)


def test_a_hidden_update_leaves_no_gap_in_what_others_read(node: Node, atlas: Atlas) -> None:
    """Of versions for all, for the partner, for all PUBLIC reads two and is told of no third."""
    issue(node, content("w-gap", evidence=()))
    narrow(node, "w-gap", NOW_US + 1)
    widen(node, "w-gap", NOW_US + 2)
    text = client_of(node, atlas, now_us=NOW_US + 3).get("/warnings/w-gap").text
    assert text.count("<li><p><strong>") >= 2
    assert GAP not in text


def test_a_message_that_has_not_come_is_missed_by_the_nodes_own_party_alone(node: Node, atlas: Atlas) -> None:
    """An update of another party whose first message is not here."""
    made = content("w-received", act="update", predecessors=("0" * 64,), evidence=())
    add_entries(node.store, [Entry(type="warning", owner="MK-NODE", ref="w-received", label=Label("MK-NODE", tlp="CLEAR"), said_us=NOW_US, body=body_of(made))])
    assert GAP in client_of(node, atlas, "duty").get("/warnings/w-received").text
    assert GAP not in client_of(node, atlas, "partner").get("/warnings/w-received").text
    assert GAP not in client_of(node, atlas).get("/warnings/w-received").text


def test_a_test_of_the_channel_is_in_no_public_list(node: Node, atlas: Atlas) -> None:
    """It is neither in force nor counted; those who are signed in find it apart."""
    issue(node, content("w-test", test=True, severity="Extreme", texts=(wording(headline="CHANNEL CHECK"),), evidence=()))
    public, partner = client_of(node, atlas), client_of(node, atlas, "partner")
    for path in ("/warnings", "/warnings.atom", "/brief"):
        assert "CHANNEL CHECK" not in public.get(path).text
    assert "No warning is in force." in public.get("/warnings").text
    before, _, after = partner.get("/warnings").text.partition('id="tests-title"')
    assert "CHANNEL CHECK" not in before
    assert "CHANNEL CHECK" in after


def test_one_warning_that_makes_no_message_takes_down_no_feed(node: Node, atlas: Atlas) -> None:
    """A circle beyond the globe, and a text that XML cannot carry, are left out; the others are there."""
    issue(node, content("w-good", evidence=()))
    issue(node, content("w-globe", circle=(500.0, 1.0, 3.0), evidence=()))
    issue(node, content("w-control", event="a\x0bb", evidence=()))
    client = client_of(node, atlas)
    answer = client.get("/warnings.atom")
    assert (answer.status_code, answer.text.count("<entry")) == (200, 1)
    assert [client.get(f"/warnings/{name}/cap.xml").status_code for name in ("w-good", "w-globe", "w-control")] == [200, 404, 404]


def test_a_language_that_is_none_is_refused_in_the_form(node: Node, atlas: Atlas) -> None:
    """With one sentence, and nothing is saved."""
    client = client_of(node, atlas, "duty")
    key, same = form_key(client), {"sec-fetch-site": "same-origin"}
    there = client.post("/desk/drafts", data={"form_key": key}, headers=same, follow_redirects=False).headers["location"]
    fields = {
        "form_key": key,
        "version": "1",
        "headline_1": "x",
        "language_1": "not a tag!",
        "event": "e",
        "onset_us": "2026-09-21T00:00",
        "expires_us": "2027-10-21T00:00",
    }
    answer = client.post(there, data=fields, headers=same, follow_redirects=False)
    assert answer.status_code == 400
    assert "BCP 47 tag" in answer.text


@pytest.mark.parametrize("version", ["9" * 30, "9" * 5000, "-1", "1e9"])
def test_a_version_that_cannot_be_is_refused_in_the_form(node: Node, atlas: Atlas, version: str) -> None:
    """With a sentence, not with a fault of the node."""
    client = client_of(node, atlas, "duty")
    key, same = form_key(client), {"sec-fetch-site": "same-origin"}
    there = client.post("/desk/drafts", data={"form_key": key}, headers=same, follow_redirects=False).headers["location"]
    fields = {
        "form_key": key,
        "version": version,
        "headline_1": "x",
        "language_1": "en",
        "event": "e",
        "onset_us": "2026-09-21T00:00",
        "expires_us": "2027-10-21T00:00",
    }
    assert client.post(there, data=fields, headers=same, follow_redirects=False).status_code in (400, 409)
    assert client.post(there, data=fields | {"version": "1"}, headers=same, follow_redirects=False).status_code == 303


def _many(node: Node, count: int) -> None:
    """Released warnings of the node, a second apart."""
    label = Label(OWN, tlp="CLEAR")
    entries = [
        Entry(type="warning", owner=OWN, ref=f"w{number}", label=label, said_us=NOW_US - number * 1_000_000, body=body_of(content(f"w{number}", evidence=())))
        for number in range(count)
    ]
    add_entries(node.store, entries)


def test_a_long_list_comes_in_pages_and_each_warning_stands_on_one(node: Node, atlas: Atlas) -> None:
    """The count is of all; the feed holds the newest; the desk's own list is paged too."""
    _many(node, MOST_ENTRIES + 30)
    client = client_of(node, atlas)
    found = [re.findall(r'id="w-(w\d+)"', client.get(f"/warnings?page={page}").text) for page in (1, 2, 3)]
    assert [len(names) for names in found] == [100, 100, 30]
    assert len({name for names in found for name in names}) == MOST_ENTRIES + 30
    first = client.get("/warnings").text
    assert f"<strong>{MOST_ENTRIES + 30}</strong>" in first
    assert 'href="/warnings?page=2"' in first
    assert client.get("/warnings.atom").text.count("<entry") == MOST_ENTRIES
    head = client_of(node, atlas, "head")
    listed = [re.findall(r'href="/desk/warnings/(w\d+)"', head.get(f"/desk/warnings?page={page}").text) for page in (1, 2, 3)]
    assert sorted(name for names in listed for name in names) == sorted(name for names in found for name in names)
    assert f'Warnings in force <span class="count">{MOST_ENTRIES + 30}</span>' in head.get("/desk").text


def test_a_recipient_is_told_of_no_other_recipients_silence(node: Node, atlas: Atlas) -> None:
    """It may have answered the owner alone; the owner is told, and sees the deputy."""
    issue(node, content("w-both", recipients=(PARTNER, "MK-NODE"), evidence=()), tlp="GREEN")
    later_us = NOW_US + 2 * DAY_US
    for path in ("/desk", "/desk/warnings", "/desk/warnings/w-both"):
        partner = client_of(node, atlas, "partner", later_us).get(path).text
        assert "MK-NODE <span" not in partner, path
    assert "RS-NODE <span" in client_of(node, atlas, "partner", later_us).get("/desk/warnings/w-both").text
    owner = client_of(node, atlas, "duty", later_us).get("/desk/warnings/w-both").text
    assert re.search(r"MK-NODE <span[^>]*>silent, overdue", owner)


def test_what_the_rules_asked_is_measured_over_the_days_that_signals_are_kept(node: Node, atlas: Atlas) -> None:
    """Sixty days of both: signals of sixty days in a year would look six times as rare."""
    assert "What was asked of each recipient, last 60 days" in client_of(node, atlas, "duty").get("/desk/scoreboard").text


def test_a_text_in_a_language_that_vigie_does_not_speak_is_not_english() -> None:
    """A reader of English is given the English text beside a German one, and is told where there is none."""
    made = content("w", texts=(wording("de", "Deutsch"), wording("en", "English"), wording("cnr-Cyrl", "Ћирилица")))
    assert [wording_for(made, language).headline for language in ("en", "de", "sr-Cyrl", "fr")] == ["English", "Deutsch", "Ћирилица", "English"]


def test_an_updated_warning_stays_one_in_the_feed(node: Node, atlas: Atlas) -> None:
    """The head stands for its chain."""
    issue(node, content("w-one", evidence=()))
    follow(node, "w-one", "update", NOW_US + 1, severity="Extreme")
    assert client_of(node, atlas, now_us=NOW_US + 2).get("/warnings.atom").text.count("<entry") == 1
