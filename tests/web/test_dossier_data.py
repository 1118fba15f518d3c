"""What the page reads of an event and of the review: side by side with differences as numbers, history, label, what answers it, and where reports went."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from doubts import ladder
from vigie.model.atlas import Atlas
from vigie.model.warning import Evidence
from vigie.node.kept import kept_world
from vigie.node.review import Word, decide, merge, split
from vigie.node.settings import Node, open_node
from vigie.web import make_app
from web.desk_world import OWN, at, content, desk_node, issue, sign_in
from web.world import NOW_US, take

Login = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Path:
    """The folder of a node with reports of which some pairs are doubtful; its world is kept there."""
    folder: Path = tmp_path_factory.mktemp("dossier") / "node"
    made = desk_node(folder)
    take(made, ladder())
    for party in (OWN, "PUBLIC"):
        kept_world(made, made.audience(party, NOW_US), atlas, exercise=False)
    made.store.close()
    return folder


@pytest.fixture
def node(template: Path, tmp_path: Path) -> Iterator[Node]:
    """A node of one's own that is like the template."""
    made = open_node(Path(shutil.copytree(template, tmp_path / "node")))
    yield made
    made.store.close()


@pytest.fixture
def login(node: Node, atlas: Atlas) -> Login:
    """A browser in which an account is signed in; without a name, nobody is."""
    app = make_app(node, atlas, lambda: NOW_US)
    return lambda name: sign_in(TestClient(app, raise_server_exceptions=False), name) if name else TestClient(app, raise_server_exceptions=False)


def dossier(client: TestClient, report: str) -> dict[str, Any]:
    """The dossier of the event that a report is in."""
    found: dict[str, Any] = client.get(f"/data/events/by-report/{report}").json()
    return found


def row(found: dict[str, Any], name: str) -> dict[str, Any]:
    """One row of the table."""
    known: dict[str, Any] = next(item for item in found["rows"] if item["name"] == name)
    return known


def test_differences_are_told_with_their_units_and_the_value_that_counts_is_marked(login: Login) -> None:
    """Four hours later, five kilometres to the east; what is the same is no difference, and each report has its own reference."""
    found = dossier(login(""), "DAILY/p2")
    assert [said["name"] for said in found["reports"]] in (["DAILY/p2", "WIRE/p2"], ["WIRE/p2", "DAILY/p2"])
    begin, where = row(found, "begin"), row(found, "where")
    chosen = [cell["chosen"] for cell in begin["cells"]]
    assert (begin["differs"], chosen.count(True)) == (True, 1)
    later = found["reports"][chosen.index(False)]["agency"] == "WIRE"
    assert begin["cells"][chosen.index(False)]["off"] == {"in": "s", "by": 4 * 3_600 * (1 if later else -1)}
    off = next(cell["off"] for cell in where["cells"] if cell["off"])
    assert (off["in"], off["toward"] in ("E", "W"), off["by"]) == ("km", True, pytest.approx(4.9, abs=0.1))
    assert [row(found, name)["differs"] for name in ("kind", "country", "agency_ref", "issued")] == [False] * 4


def test_a_dossier_is_found_by_its_id_and_by_each_of_its_reports(login: Login) -> None:
    """The same bytes; what is not there is one sentence."""
    client = login("")
    one = client.get("/data/events/by-report/EMSC/q2")
    assert one.content == client.get("/data/events/by-report/MSO/q2").content == client.get(f"/data/events/{one.json()['event']['id']}").content
    missed = client.get("/data/events/ev-none")
    assert (missed.status_code, missed.json()) == (404, {"error": "There is nothing at this address."})


def test_who_may_read_an_event_is_told_to_the_own_party_alone(login: Login) -> None:
    """What is made of public reports is public; what is only the party's own is nobody's else; others are told the level and no list."""
    public, own = dossier(login(""), "EMSC/q2")["label"], login("duty")
    assert public == {"tlp": "CLEAR", "policies": ["VIGIE OPEN"], "readers": None}
    assert dossier(own, "EMSC/q2")["label"]["readers"] == ["PUBLIC"]
    secret = dossier(own, "SECRET/s1")["label"]
    assert (secret["tlp"], secret["readers"]) == ("RED", [OWN])
    assert login("partner").get("/data/events/by-report/SECRET/s1").status_code == 404


def test_a_decision_stands_in_the_dossier_and_can_be_undone_by_its_party(node: Node, login: Login) -> None:
    """With its reason; who may not decide, or is another party, sees no undo."""
    decide(at(node, "head"), "same", "DAILY/p3", "WIRE/p3", Word(reason="one march", tlp="CLEAR"))
    told = {name: dossier(login(name), "DAILY/p3")["decisions"] for name in ("duty", "looker", "partner", "")}
    assert {name: [item["may_undo"] for item in found] for name, found in told.items()} == {"duty": [True], "looker": [False], "partner": [False], "": [False]}
    assert {item["reason"] for found in told.values() for item in found} == {"one march"}
    assert dossier(login("duty"), "EMSC/q2")["decisions"] == []


def test_history_is_in_the_order_in_which_agencies_issued(login: Login) -> None:
    """Each report once, at the instant that its agency names."""
    found = dossier(login(""), "EMSC/q2")
    told = [item["at"] for item in found["history"]]
    assert told == sorted(told)
    assert {item["report"] for item in found["history"]} == {said["id"] for said in found["reports"]}
    assert all(item["is_said"] for item in found["history"])


def test_a_warning_that_rests_on_a_report_answers_its_event(node: Node, login: Login) -> None:
    """For whoever may read the warning; an event that it does not name has none."""
    issue(node, content("w-q1", evidence=(Evidence(event="", reports=("EMSC/q1",), words="one of three"),)))
    assert [item["warning"] for item in dossier(login(""), "EMSC/q1")["answers"]["warnings"]] == ["w-q1"]
    assert dossier(login(""), "EMSC/q2")["answers"] == {"warnings": [], "activities": []}


def test_the_nearest_events_of_the_field_are_offered_for_a_merger(node: Node, login: Login) -> None:
    """With how far and how much later they are; never the event itself, and none of another field."""
    decide(at(node, "head"), "apart", "DAILY/p2", "WIRE/p2", Word())
    client = login("duty")
    one, other = (dossier(client, f"{agency}/p2") for agency in ("DAILY", "WIRE"))
    first = one["near"][0]
    assert (first["id"], first["later_s"], first["km"]) == (other["event"]["id"], 4 * 3_600, pytest.approx(4.9, abs=0.1))
    assert {item["field"] for item in one["near"]} == {"conflict"}
    assert one["event"]["id"] not in [item["id"] for item in one["near"]]


def test_reports_are_found_again_where_a_merger_and_a_split_put_them(node: Node, login: Login) -> None:
    """By their ids; and the ids that were merged or split lead on as far as the decision may be read."""
    client = login("duty")
    one, two = (dossier(client, name) for name in ("DAILY/p0", "DAILY/p1"))
    ids = [said["id"] for found in (one, two) for said in found["reports"]]
    before = [one["event"]["id"], two["event"]["id"]]
    merge(at(node, "head", NOW_US - 1), before, Word())
    now = client.get(f"/data/whereabouts?reports={','.join(ids)}&event={before[0]}").json()
    assert [sorted(item["reports"]) for item in now["found"]] == [sorted(ids)]
    assert [item["id"] for item in now["after"]] == [now["found"][0]["event"]["id"]]
    assert login("").get(f"/data/whereabouts?event={before[0]}").json() == {"found": [], "after": []}
    split(at(node, "head"), now["after"][0]["id"], [["DAILY/p0"]], Word())
    parts = client.get(f"/data/whereabouts?reports={','.join(ids)}").json()["found"]
    assert sorted(len(item["reports"]) for item in parts) == [1, len(ids) - 1]


def test_nothing_is_said_of_reports_that_may_not_be_read(login: Login) -> None:
    """Their ids are answered like ids that never were."""
    secret = next(said["id"] for said in dossier(login("duty"), "SECRET/s1")["reports"] if said["agency"] == "SECRET")
    for client in (login(""), login("partner")):
        assert client.get(f"/data/whereabouts?reports={secret}").content == client.get(f"/data/whereabouts?reports={32 * '0'}").content


def test_what_an_agency_sent_is_for_the_own_party_alone(login: Login) -> None:
    """Others are refused or led to sign in; the own party is told where nothing is kept."""
    report = dossier(login(""), "EMSC/q2")["reports"][0]["id"]
    told = {name: login(name).get(f"/data/payloads/{report}", follow_redirects=False).status_code for name in ("duty", "partner", "")}
    assert told == {"duty": 404, "partner": 403, "": 303}


def test_a_question_shows_both_sides_and_what_would_change(login: Login) -> None:
    """The events that it touches, how many reports stand on either side, and the differences."""
    client = login("duty")
    queue = client.get("/data/review").json()
    assert (queue["may_decide"], queue["waiting"], queue["answered_today"]) == (True, len(queue["questions"]), 0)
    found = [client.get(f"/data/review/{item['link']}").json() for item in queue["questions"]]
    for item, whole in zip(queue["questions"], found, strict=True):
        assert len(whole["events"]) == (1 if item["together"] else 2)
        assert sum(whole["sides"]) == item["reports"] == sum(event["reports"] for event in whole["events"])
        assert {len(line["cells"]) for line in whole["rows"]} == {2}
    assert any(line["differs"] for whole in found for line in whole["rows"])


@pytest.mark.parametrize("account", ["duty", ""])
def test_as_many_doubtful_links_wait_as_the_queue_has_questions(login: Login, account: str) -> None:
    """The picture and the plain page count what the review asks, of the chosen events alone."""
    client = login(account)
    queue = client.get("/data/review").json()
    assert client.get("/data/picture").json()["doubts"] == queue["waiting"] > 0
    for field in ("conflict", "seismic"):
        events = {event["id"] for event in client.get(f"/data/picture?field={field}").json()["list"]["events"]}
        among = sum(bool({item["first"]["event"], item["second"]["event"]} & events) for item in queue["questions"])
        assert client.get(f"/data/picture?field={field}").json()["doubts"] == among


def test_an_answer_counts_for_today_until_it_is_undone(login: Login) -> None:
    """For the party that gave it; the question is then not asked any more, and is again after the undo."""
    client = login("duty")
    question = client.get("/data/review").json()["questions"][0]
    key = client.get("/data/review").json()["form_key"]
    form = {"form_key": key, "act": "apart", "first": question["first"]["name"], "second": question["second"]["name"]}
    said = client.post("/api/decisions", data=form).json()["decision"]
    queue = client.get("/data/review").json()
    assert (queue["answered_today"], question["link"] in [item["link"] for item in queue["questions"]]) == (1, False)
    assert client.get(f"/data/review/{question['link']}").status_code == 404
    log = client.get("/data/review/decisions").json()
    assert [(item["decision"], item["may_undo"]) for item in log["decisions"]] == [(said, True)]
    client.post("/api/decisions", data={"form_key": key, "act": "withdraw", "decision": said})
    queue = client.get("/data/review").json()
    assert (queue["answered_today"], question["link"] in [item["link"] for item in queue["questions"]]) == (0, True)
    assert login("partner").get("/data/review/decisions").json()["decisions"] == []


def test_who_may_not_decide_is_told_so(login: Login) -> None:
    """A reader's role and nobody's."""
    told = {name: login(name).get("/data/review").json() for name in ("looker", "")}
    assert {name: (item["may_decide"], item["role"]) for name, item in told.items()} == {"looker": (False, "reader"), "": (False, None)}


@pytest.mark.parametrize("path", ["/data/whereabouts?reports=EMSC", "/data/whereabouts?event=a&event=b", "/data/review?page=0", "/data/events/x?kind=y"])
def test_what_cannot_be_understood_is_one_sentence(login: Login, path: str) -> None:
    """And 400."""
    done = login("").get(path)
    assert (done.status_code, done.json()["error"].endswith((".", "]"))) == (400, True)
