"""The review of links in a browser and over the API: the queue, one question side by side, answers by forms alone, the log and its undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from doubts import ladder
from vigie.model.atlas import Atlas
from vigie.model.decision import decisions_of
from vigie.node.desk import log_of
from vigie.node.review import Word, merge
from vigie.node.settings import Node
from vigie.web import make_app
from web.desk_world import OWN, at, desk_node, form_key, sign_in
from web.world import HOSTILE, NOW_US, take

Login = Callable[[str], TestClient]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node with reports of which some pairs are doubtful."""
    made = desk_node(tmp_path / "node")
    take(made, [replace(report, summary=HOSTILE) for report in ladder()])
    yield made
    made.store.close()


@pytest.fixture
def login(node: Node, atlas: Atlas) -> Login:
    """A browser in which an account is signed in; without a name, nobody is."""
    app = make_app(node, atlas, lambda: NOW_US)
    return lambda name: sign_in(TestClient(app, raise_server_exceptions=False), name) if name else TestClient(app, raise_server_exceptions=False)


def post(client: TestClient, path: str, **fields: object) -> Response:
    """Sends a form from its page."""
    return client.post(path, data={"form_key": form_key(client), **fields}, follow_redirects=False, headers={"accept": "text/html"})  # type: ignore[return-value,arg-type]


def first(client: TestClient) -> dict[str, Any]:
    """The question that comes first."""
    found: dict[str, Any] = client.get("/api/review?limit=1").json()["questions"][0]
    return found


def verdicts(node: Node) -> list[str]:
    """What the party's decisions say by now, oldest first."""
    return [found.verdict for _, found in decisions_of(log_of(node, OWN, NOW_US, exercise=False))]


def test_the_queue_leads_to_a_question_with_both_reports_side_by_side(login: Login) -> None:
    """From the desk's own navigation; differences are marked, nothing that an agency wrote runs."""
    client = login("duty")
    assert 'href="/desk/review"' in client.get("/desk").text
    question = first(client)
    queue = client.get("/desk/review").text
    assert f"/desk/review/{question['link']}" in queue
    assert question["would"]["same"] in queue
    page = client.get(f"/desk/review/{question['link']}").text
    assert question["first"]["name"] in page
    assert 'class="differs"' in page
    assert "The same event" in page
    assert "Skip" in page
    assert HOSTILE not in queue + page


def test_an_answer_leads_to_the_next_question_and_is_not_asked_again(node: Node, login: Login) -> None:
    """It stands in the log, in the world of the party and in its queue; the public's world is as it was."""
    client, public = login("duty"), login("")
    question, before = first(client), public.get("/api/events").json()
    done: Any = post(client, f"/desk/review/{question['link']}", answer="apart", reason="two marches")
    assert done.status_code == 303
    assert re.fullmatch(r"/desk/review/ln-\w+", done.headers["location"])
    assert question["link"] not in [item["link"] for item in client.get("/api/review").json()["questions"]]
    assert "two marches" in client.get("/desk/review/decisions").text
    assert verdicts(node) == ["apart"]
    assert public.get("/api/events").json() == before
    assert public.get("/api/decisions").json()["decisions"] == []
    assert client.get(f"/desk/review/{question['link']}", follow_redirects=False).headers["location"] == "/desk/review"


def test_a_decision_is_undone_by_a_form(node: Node, login: Login) -> None:
    """Once; a second undo says that it is withdrawn already."""
    client = login("duty")
    question = first(client)
    post(client, f"/desk/review/{question['link']}", answer="same")
    ref = client.get("/api/decisions").json()["decisions"][0]["decision"]
    assert f"/desk/review/decisions/{ref}/undo" in client.get("/desk/review/decisions").text
    assert post(client, f"/desk/review/decisions/{ref}/undo").status_code == 303
    assert verdicts(node) == ["withdrawn"]
    again = post(client, f"/desk/review/decisions/{ref}/undo")
    assert (again.status_code, "withdrawn already" in again.text) == (409, True)  # type: ignore[attr-defined]
    assert question["link"] in [item["link"] for item in client.get("/api/review").json()["questions"]]


def test_whole_events_are_merged_and_split_by_forms(node: Node, login: Login) -> None:
    """A fault shows the page again with what was typed."""
    client = login("duty")
    pairs = sorted({item["event"] for item in client.get("/api/reports?agency=DAILY&limit=100").json()["reports"]})[:2]
    assert post(client, "/desk/review/merge", events=" ".join(pairs), reason="one campaign").status_code == 303
    fault = post(client, "/desk/review/split", event="ev-none", reports="DAILY/p0")
    assert (fault.status_code, 'value="ev-none"' in fault.text) == (409, True)  # type: ignore[attr-defined]
    assert verdicts(node) == ["same"]


def test_an_event_that_an_analyst_made_says_so_beside_the_evidence(node: Node, login: Login) -> None:
    """On its page and to programs, for whoever may read the decision; links that nobody decided say nothing of the kind."""
    client = login("")
    found = client.get("/api/events?field=conflict&limit=100").json()["features"]
    pairs = [one["id"] for one in found if one["properties"]["reports"] == 2][:2]
    assert "decided by an analyst" not in client.get(f"/plain/events/{pairs[0]}").text
    merge(at(node, "head"), pairs, Word(tlp="CLEAR"))
    found = client.get("/api/events?field=conflict&limit=100").json()["features"]
    merged = max(found, key=lambda one: int(one["properties"]["reports"]))["id"]
    decided = [link for link in client.get(f"/api/events/{merged}").json()["links"] if link["decided"]]
    assert {link["probability"] for link in decided} == {1}
    page = client.get(f"/plain/events/{merged}").text
    assert page.count("decided by an analyst; ") == sum(bool(link["words"]) for link in decided) > 0


def test_who_may_only_read_sees_the_queue_and_cannot_answer(node: Node, login: Login) -> None:
    """No button, and the form is refused."""
    client = login("looker")
    question = first(client)
    assert "The same event" not in client.get(f"/desk/review/{question['link']}").text
    assert post(client, f"/desk/review/{question['link']}", answer="same").status_code == 403
    assert verdicts(node) == []
    assert "/sign-in" in login("").get("/desk/review", follow_redirects=False).headers["location"]


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_an_answer_that_is_none_is_refused_on_the_page(node: Node, login: Login, answer: str) -> None:
    """With one sentence; nothing is written."""
    client = login("duty")
    done: Any = post(client, f"/desk/review/{first(client)['link']}", answer=answer, reason="typed")
    assert (done.status_code, "same or apart" in done.text, "typed" in done.text) == (400, True, True)
    assert verdicts(node) == []


def send(client: TestClient, **fields: object) -> Any:
    """Sends a decision as a program does, with the key that the API gives."""
    key = client.get("/api/decisions").json()["form_key"]
    return client.post("/api/decisions", data={"form_key": key or "", **fields})


def test_a_program_decides_in_a_session(node: Node, login: Login) -> None:
    """Every act; the same word again changes nothing; each is in the log that the API gives."""
    client = login("duty")
    said = send(client, act="same", first="DAILY/p1", second="WIRE/p22", reason="one march").json()
    assert send(client, act="same", first="WIRE/p22", second="DAILY/p1").json() == said
    event = client.get("/api/reports?agency=DAILY&limit=100").json()["reports"]
    ids = [next(item["event"] for item in event if item["agency_ref"] == ref) for ref in ("p3", "p4")]
    merged = send(client, act="merge", event=ids).json()
    assert send(client, act="withdraw", decision=said["decision"], reason="wrong").json()["verdict"] == "withdrawn"
    log = client.get("/api/decisions").json()
    assert {item["decision"]: item["verdict"] for item in log["decisions"]} == {said["decision"]: "withdrawn", merged["decision"]: "same"}
    assert log["numberMatched"] == 2
    assert sorted(verdicts(node)) == ["same", "withdrawn"]


@pytest.mark.parametrize(
    ("name", "fields", "status", "why"),
    [
        ("", {"act": "same"}, 401, "Sign in first"),
        ("looker", {"act": "same", "first": "DAILY/p1", "second": "WIRE/p1"}, 403, "may not decide"),
        ("duty", {"act": "same", "first": "DAILY/p1", "second": "WIRE/p1", "tlp": "CLEAR"}, 403, "may not release"),
        ("duty", {"act": "same", "first": "DAILY/p1", "second": "NOBODY/n"}, 400, "no such report"),
        ("duty", {"act": "unite"}, 400, "no such act"),
        ("duty", {"act": "merge"}, 400, "two events or more"),
        ("duty", {"act": "split", "event": "ev-0"}, 400, "no such event"),
        ("duty", {"act": "withdraw", "decision": "dc-0"}, 400, "no such decision"),
        ("duty", {"act": "same", "form_key": "0"}, 403, "not of this session"),
    ],
)
def test_what_a_program_may_not_or_cannot_is_one_sentence(node: Node, login: Login, name: str, fields: dict[str, str], status: int, why: str) -> None:
    """With the status of its kind; nothing is written."""
    done = send(login(name), **fields)
    assert (done.status_code, why in done.json()["error"]) == (status, True), done.text
    assert verdicts(node) == []


def test_another_sites_page_decides_nothing(node: Node, login: Login) -> None:
    """Though its form bears the key."""
    client = login("duty")
    key = client.get("/api/decisions").json()["form_key"]
    done = client.post(
        "/api/decisions", data={"form_key": key, "act": "same", "first": "DAILY/p1", "second": "WIRE/p1"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert done.status_code == 403
    assert verdicts(node) == []


def test_the_queue_is_paged(login: Login) -> None:
    """Every question stands on one page; beyond the last there is none."""
    client = login("")
    whole, seen, path = client.get("/api/review").json(), [], "/api/review?limit=2"
    while path:
        page = client.get(path).json()
        seen += [item["link"] for item in page["questions"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert seen == [item["link"] for item in whole["questions"]]
    assert len(seen) == whole["numberMatched"] > 2
    assert client.get("/api/review?page=1000000").json()["questions"] == []


def test_each_party_reviews_its_own_world(node: Node, login: Login) -> None:
    """What a partner decides here is its own word: it changes its own world and nobody else's."""
    partner, own = login("partner"), login("duty")
    before = own.get("/api/review").json()
    send(partner, act="apart", first="DAILY/p0", second="WIRE/p0")
    assert own.get("/api/review").json() == before
    assert [item["owner"] for item in partner.get("/api/decisions").json()["decisions"]] == ["RS-NODE"]
    assert own.get("/api/decisions").json()["decisions"] == []
    assert at(node, "duty").log.of("decision") == ()


PAIR = {"first": "DAILY/p1", "second": "WIRE/p1"}


def test_an_answer_to_a_question_that_was_answered_otherwise_meanwhile_is_refused(node: Node, login: Login) -> None:
    """With who said what; the same word, or who does not say what was known, is taken as ever."""
    first_tab, second_tab = login("duty"), login("head")
    send(first_tab, act="same", knew="open", **PAIR)
    late = send(second_tab, act="apart", knew="open", **PAIR)
    assert (late.status_code, late.json()["by"], late.json()["verdict"]) == (409, "duty", "same")
    assert "answered meanwhile by duty: one event. Nothing was written" in late.json()["error"]
    assert verdicts(node) == ["same"]
    assert send(second_tab, act="same", knew="open", **PAIR).json()["version"] == 1
    assert send(second_tab, act="apart", **PAIR).json()["version"] == 2


def test_an_answer_that_knew_what_stands_is_taken(node: Node, login: Login) -> None:
    """By the decision and its version; what was withdrawn stands no more."""
    client = login("duty")
    said = send(client, act="same", knew="open", **PAIR).json()
    assert send(client, act="apart", knew=f"{said['decision']}/1", **PAIR).status_code == 200
    assert send(client, act="withdraw", decision=said["decision"], version="2").status_code == 200
    assert send(client, act="same", knew="open", **PAIR).status_code == 200
    assert verdicts(node) == ["same"]


def test_a_merger_that_holds_the_pair_overtakes_an_answer_too(node: Node, login: Login) -> None:
    """Whatever decision said it: the pair is answered."""
    client = login("duty")
    reports = {item["agency_ref"]: item["event"] for item in client.get("/api/reports?agency=DAILY&limit=100").json()["reports"]}
    merge(at(node, "head"), [reports["p3"], reports["p4"]])
    late = send(client, act="apart", first="DAILY/p3", second="DAILY/p4", knew="open")
    assert (late.status_code, late.json()["by"]) == (409, "head")
    assert verdicts(node) == ["same"]


def test_an_undo_leaves_a_later_word_as_it_is(node: Node, login: Login) -> None:
    """It names the version that it made; without one, whatever stands is withdrawn."""
    mine, other = login("duty"), login("head")
    said = send(mine, act="same", **PAIR).json()
    send(other, act="apart", **PAIR)
    late = send(mine, act="withdraw", decision=said["decision"], version=str(said["version"]))
    assert (late.status_code, late.json()["by"]) == (409, "head")
    assert "answered again meanwhile by head: not one event" in late.json()["error"]
    assert verdicts(node) == ["apart"]
    assert send(mine, act="withdraw", decision=said["decision"], version="x").status_code == 400
    assert send(mine, act="withdraw", decision=said["decision"]).json()["version"] == 3


def test_a_question_says_how_its_pair_stands(login: Login) -> None:
    """Open, for whoever has not answered it; a partner's word is not ours."""
    client = login("duty")
    path = f"/data/review/{first(client)['link']}"
    assert client.get(path).json()["standing"] == login("").get(path).json()["standing"] == "open"
