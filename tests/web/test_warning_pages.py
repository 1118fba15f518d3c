"""The pages of warnings: what PUBLIC may read and nothing else, in three languages, as text, as CAP and as a feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from vigie.exchange import check_cap, read_cap
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US
from vigie.model.warning import Draft, Evidence
from vigie.node import desk, procedures
from vigie.node.settings import Node, init_node
from vigie.web import make_app
from web.desk_world import PARTNER, at, content, desk_node, fill, issue, sign_in, wording
from web.world import NOW_US

PATHS = (
    *("/warnings", "/warnings?exercise=true", "/warnings?language=fr", "/warnings?language=sr-Cyrl", "/warnings.atom", "/warnings.atom?exercise=true"),
    *("/warnings/w-public", "/warnings/w-public?language=fr", "/warnings/w-public/cap.xml", "/warnings/w-expired", "/warnings/w-drill?exercise=true"),
    *("/brief?country=ME", "/brief?country=ME&exercise=true", "/warnings/w-partner", "/warnings/w-partner/cap.xml", "/warnings/w-none", "/desk"),
)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with warnings in every state."""
    made = desk_node(tmp_path_factory.mktemp("warned") / "node")
    fill(made)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def client(node: Node, atlas: Atlas) -> TestClient:
    """A reader who is not signed in."""
    return TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False)


def _order(text: str) -> list[str]:
    return re.findall(r'id="w-(w-\w+)"', text)


def test_live_warnings_come_first_and_the_gravest_before_all(client: TestClient) -> None:
    """Extreme, moderate, minor; then what is over, each marked as what it is."""
    text = client.get("/warnings").text
    assert _order(text)[:3] == ["w-public", "w-quake", "w-hostile"]
    live, over = text.split('id="over-title"')
    assert live.count("status-live") == 3
    assert all(f"status-{word}" in over for word in ("cancelled", "ended", "expired"))
    assert "status-live" not in over


def test_expired_is_not_ended(client: TestClient) -> None:
    """Each says in words what it is."""
    expired, ended, cancelled = (client.get(f"/warnings/{name}").text for name in ("w-expired", "w-ended", "w-cancelled"))
    assert "nobody has said that the thing itself is over" in expired
    assert "What it warned of is over." in ended
    assert "It was called back." in cancelled


def test_a_warning_says_how_likely_in_word_and_number_and_confidence_apart(client: TestClient) -> None:
    """Every part of the text form is there; likelihood and confidence stand in two places."""
    text = client.get("/warnings/w-public").text
    headings = re.findall(r"<dt>([^<]+)</dt>", text)
    assert headings[:5] == ["What", "Where", "When", "How likely", "Confidence"]
    assert {"Why", "What changed", "Another explanation", "What would change our mind", "What can be done", "Next review", "Who was told"} <= set(headings)
    likely, confidence = (re.search(rf'class="said-{name}">(.*?)</div>', text, re.DOTALL)[1] for name in ("likelihood", "confidence"))  # type: ignore[index]
    assert "45-60 %" in likely
    assert "onfidence" not in likely
    assert "moderate" in confidence
    assert "%" not in confidence


def test_only_the_head_is_live_and_the_history_tells_the_rest(client: TestClient) -> None:
    """The severity of the update counts; the first issue stands in the history."""
    text = client.get("/warnings/w-public").text
    steps = re.search(r'class="steps">(.*?)</ol>', text, re.DOTALL)
    assert steps
    assert steps[1].count("<li>") == 2
    assert client.get("/warnings").text.count('href="/warnings/w-public"') == 1


def test_an_answer_that_is_open_is_shown_and_another_is_not(client: TestClient) -> None:
    """The partner's CLEAR counter-argument is on the public page."""
    text = client.get("/warnings/w-public").text
    assert "The second march was called off yesterday evening." in text
    assert "contested" in text


def test_the_page_is_in_the_readers_language_and_says_what_nobody_has_read(client: TestClient) -> None:
    """The French text is taken where there is one and marked as unreviewed; the English one bears its language elsewhere."""
    french = client.get("/warnings/w-public?language=fr").text
    assert '<html lang="fr">' in french
    assert "Les manifestations à Podgorica" in french
    assert 'class="unreviewed"' in french
    serbian = client.get("/warnings/w-public?language=sr-Cyrl").text
    assert '<html lang="sr-Cyrl">' in serbian
    assert '<h1 lang="en">Protests' in serbian
    assert client.get("/warnings?language=xx").status_code == 400


def test_an_exercise_says_so_and_never_mixes(client: TestClient) -> None:
    """The banner, the links and the CAP status are the exercise's; its warning is not in the real world."""
    drill = client.get("/warnings?exercise=true").text
    assert "EXERCISE · EXERCISE · EXERCISE" in drill
    assert _order(drill) == ["w-drill"]
    assert "EXERCISE ·" not in client.get("/warnings").text
    assert client.get("/warnings/w-drill").status_code == 404
    message = read_cap(client.get("/warnings/w-drill/cap.xml?exercise=true").content)
    assert message.status == "Exercise"
    assert message.infos[0].headline.startswith("EXERCISE EXERCISE EXERCISE")


def test_cap_of_an_update_names_what_it_replaces_and_has_a_block_a_language(client: TestClient) -> None:
    """Update, one reference, the reader's language first, polygons of the area, nothing that the rules of CAP forbid."""
    answer = client.get("/warnings/w-public/cap.xml?language=fr")
    message = read_cap(answer.content)
    assert answer.headers["content-type"] == "application/cap+xml"
    assert (message.msg_type, message.scope, message.status) == ("Update", "Public", "Actual")
    assert len(message.references) == 1
    assert [info.language for info in message.infos] == ["fr", "en"]
    assert message.infos[0].categories == ("Security",)
    assert message.infos[0].areas[0].polygons
    assert check_cap(message, (13.0, 36.0, 30.0, 48.5)) == []


def test_the_feed_holds_the_live_warnings_of_one_world(client: TestClient) -> None:
    """Three entries of the real world, one of the exercise, each leading to its message."""
    real, drill = client.get("/warnings.atom").text, client.get("/warnings.atom?exercise=true").text
    assert real.count("<entry") == 3
    assert drill.count("<entry") == 1
    for address in re.findall(r'href="(/warnings/[^"]+)"', real):
        assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_what_a_warning_rests_on_leads_to_the_readers_own_event(client: TestClient) -> None:
    """The report is found in the world of PUBLIC, whatever the event is called at the issuer's desk."""
    found = re.search(r'class="evidence"><li><a href="(/events/[^"]+)"', client.get("/warnings/w-public").text)
    assert found
    assert client.get(f"/plain{found[1]}").status_code == 200


def test_records_stand_in_the_order_of_time_with_day_and_place(node: Node, client: TestClient) -> None:
    """The newest first, however the warning lists them; what the reader's world does not have comes last."""
    names = ("EMSC/q3", "EMSC/q0", "EMSC/q6")
    issue(node, content("w-order", evidence=tuple(Evidence(reports=(name,)) for name in names)))
    listed = re.search(r'class="evidence">(.*?)</ul>', client.get("/warnings/w-order").text, re.DOTALL)
    assert listed
    days = re.findall(r'<span class="sub">(\d{4}-\d\d-\d\d)', listed[1])
    assert len(days) == len(names)
    assert days == sorted(days, reverse=True)
    assert all(", " in title for title in re.findall(r"<a [^>]*>([^<]+)</a>", listed[1]))


def test_what_is_written_once_for_all_languages_bears_its_own(client: TestClient) -> None:
    """The reason for the confidence and the options are in the language of the first text, and a French page says so."""
    french = client.get("/warnings/w-public?language=fr").text
    assert '<span class="because" lang="en">Two independent agencies' in french
    assert '<span lang="en">Speak with the organisers' in french
    assert "temps restant\u00a0: 13 jours" in french
    assert french.index("relu ce texte") < french.index('class="letter"'), "that nobody has read the text stands above it"


def test_an_activity_that_answers_is_told_once(node: Node, client: TestClient) -> None:
    """The answer leads to what is being done, and does not repeat it."""
    issue(node, content("w-mediated"))
    procedures.open_activity(at(node, "partner"), Activity(titles={"en": "Mediation of the town"}, answers=("w-mediated",)), "CLEAR")
    page = client.get("/warnings/w-mediated").text
    assert page.count("Mediation of the town") == 1
    assert page.count('href="#activity-1"') == page.count('id="activity-1"') == 1


def test_hidden_and_absent_warnings_look_alike(client: TestClient) -> None:
    """The same answer for a warning that PUBLIC may not read and for one that never was."""
    hidden, absent = client.get("/warnings/w-partner"), client.get("/warnings/w-none")
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (404, absent.content)
    assert "SECRET" not in client.get("/warnings").text


def test_a_partner_sees_what_it_may_read_and_is_asked_for_an_answer(node: Node, atlas: Atlas) -> None:
    """Signed in, the party's own world and warnings are shown, kept nowhere, with the forms of an answer."""
    partner = sign_in(TestClient(make_app(node, atlas, lambda: NOW_US)), "partner")
    answer = partner.get("/warnings")
    assert "w-partner" in _order(answer.text)
    assert answer.headers["cache-control"] == "no-store"
    page = partner.get("/warnings/w-partner").text
    assert 'value="accepted"' in page
    assert 'name="form_key"' in page


@pytest.mark.parametrize("path", PATHS)
def test_no_page_runs_or_loads_anything(client: TestClient, path: str) -> None:
    """No script, no style in a page, no foreign host; a hostile headline is text."""
    text = client.get(path, follow_redirects=False).text
    assert not re.search(r"<script|<iframe|\son\w+=|\sstyle=|javascript:", text)
    hosts = set(re.findall(r"https?://([^\s/'\"<]+)", text))
    assert hosts <= {"www.w3.org"}


def test_a_hostile_text_is_shown_and_does_nothing(client: TestClient) -> None:
    """On the list, on its page, in CAP and in the feed."""
    for path in ("/warnings", "/warnings/w-hostile", "/warnings/w-hostile/cap.xml", "/warnings.atom"):
        text = client.get(path).text
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_the_brief_is_a_page_and_a_pdf(client: TestClient) -> None:
    """Both say whether they are of an exercise; a brief on a problem is not for PUBLIC."""
    assert client.get("/brief?country=ME").status_code == 200
    assert "EXERCISE" in client.get("/brief?country=ME&exercise=true").text
    pytest.importorskip("typst", reason="the extra vigie[brief] is not installed")
    assert client.get("/brief.pdf?country=ME").content.startswith(b"%PDF")
    assert client.get("/brief?problem=unrest_turns_violent").status_code == 400


def test_hidden_words_change_no_byte_of_a_public_page(tmp_path: Path, atlas: Atlas) -> None:
    """A node with secret drafts, answers, warnings, assessments and activities answers PUBLIC as one without them."""
    plain, full = desk_node(tmp_path / "plain"), desk_node(tmp_path / "full")
    for node in (plain, full):
        issue(node, content("w-public"), now_us=NOW_US - DAY_US)
    _whisper(full)
    first, second = (TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False) for node in (plain, full))
    for path in PATHS:
        answers = [client.get(path, follow_redirects=False, headers={"Accept-Encoding": "identity"}) for client in (first, second)]
        assert answers[0].content == answers[1].content, path
        assert {name: value for name, value in answers[0].headers.items() if name != "date"} == {
            name: value for name, value in answers[1].headers.items() if name != "date"
        }
    for node in (plain, full):
        node.store.close()


def _whisper(node: Node) -> None:
    """All that people may say to themselves or to a partner."""
    writer, partner = at(node, "duty"), at(node, "partner")
    desk.open_draft(writer, Draft(content=content("w-next", texts=(wording(headline="SECRET"),))))
    desk.draft_update(writer, "w-public", "update")
    desk.answer(partner, "w-public", "contested", "SECRET")
    issue(node, content("w-partner", recipients=(PARTNER,), evidence=()), tlp="AMBER", rel_to=(PARTNER,))
    desk.answer(partner, "w-partner", "accepted")
    issue(node, content("w-drill-2", recipients=(PARTNER,), evidence=()), tlp="AMBER", rel_to=(PARTNER,), exercise=True)


def test_a_node_without_a_warning_has_pages_too(tmp_path: Path, atlas: Atlas) -> None:
    """None is no promise of peace, and the page says so; the feed is empty and well formed."""
    node = init_node(tmp_path / "empty", "ME-NODE")
    client = TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False)
    assert "That is no promise that nothing will happen." in client.get("/warnings").text
    assert [client.get(path).status_code for path in ("/warnings.atom", "/brief", "/brief?exercise=true")] == [200] * 3
    assert "<entry" not in client.get("/warnings.atom").text
    node.store.close()
