"""The desk: from a signal to an answer and its assessment, by two parties and for PUBLIC, with forms alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US, SECOND_US
from vigie.model.warning import Draft, Evidence
from vigie.node import desk
from vigie.node.jobs import Job, run_job
from vigie.node.outlook import enable_rule
from vigie.node.settings import Node
from vigie.web import make_app
from vigie.web.draft_forms import draft_of_form, values_of
from web.browser import CALM, CHROMIUM, served
from web.desk_world import PARTNER, PASSWORD, RULE, at, content, desk_node, form_key, issue, sign_in, watch
from web.world import HOSTILE, NOW_US

Login = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> Iterator[Node]:
    """A node on which a rule has fired."""
    made = desk_node(tmp_path_factory.mktemp("desk") / "node")
    watch(made, atlas)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def login(node: Node, atlas: Atlas) -> Login:
    """A browser in which an account is signed in."""
    app = make_app(node, atlas, lambda: NOW_US)
    known: dict[str, TestClient] = {}

    def of(name: str) -> TestClient:
        if name not in known:
            known[name] = sign_in(TestClient(app, raise_server_exceptions=False), name)
        return known[name]

    return of


def post(client: TestClient, path: str, **fields: object) -> Response:
    """Sends a form from the page that it stands on."""
    data = {"form_key": form_key(client), **fields}
    return client.post(path, data=data, follow_redirects=False, headers={"accept": "text/html"})  # type: ignore[return-value,arg-type]


def page_fields(client: TestClient, path: str) -> dict[str, object]:
    """The fields of a draft's form, as its page fills them."""
    text = client.get(path).text
    form = re.search(r'<form class="card fill".*?</form>', text, re.DOTALL)
    assert form
    fields: dict[str, object] = {
        name: unescape(value) for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*type="(?:text|datetime-local)"[^>]*value="([^"]*)"', form[0])
    }
    fields |= {name: unescape(value) for name, value in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL)}
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    ticked: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="checkbox"[^>]*name="(\w+)" value="([^"]*)" checked', form[0]):
        ticked.setdefault(name, []).append(unescape(value))
    version = re.search(r'name="version" value="(\d+)"', form[0])
    assert version
    return fields | ticked | {"version": version[1]}


def fault(answer: Response) -> str:
    """The sentence on the page."""
    found = re.search(r'class="fault" role="alert"[^>]*>([^<]+)<', answer.text)  # type: ignore[attr-defined]
    return unescape(found[1]) if found else ""


def test_from_a_signal_to_its_assessment(login: Login) -> None:
    """A signal is promoted, the draft written, handed over, approved by a second person, released, contested, answered, assessed."""
    duty, head, partner, public = login("duty"), login("head"), login("partner"), TestClient(login("duty").app)
    board = duty.get("/desk").text
    signal = re.search(r'href="(/desk/signals/sg-\w+)"', board)
    assert signal
    why = duty.get(signal[1]).text
    assert RULE in why
    assert "Would have fired" in why
    assert "/events/ev-" in why
    draft = str(post(duty, f"{signal[1]}/promote").headers["location"])
    assert draft == post(duty, f"{signal[1]}/promote").headers["location"], "sent twice, begun once"
    assert signal[1] not in duty.get("/desk").text
    fields = page_fields(duty, draft)
    fields |= {"headline_1": "Riots in Podgorica", "recipients": ["PUBLIC", PARTNER], "tlp": "CLEAR", "listed": "", "low": "20", "high": "40", "do": "save"}
    assert post(duty, draft, **fields).status_code == 303
    assert "TLP:CLEAR" in duty.get(draft).text
    assert post(duty, draft, **(page_fields(duty, draft) | {"do": "submit"})).status_code == 303
    digest = re.search(r'name="content" value="(\w+)"', head.get(draft).text)
    assert digest
    assert post(head, f"{draft}/approval", do="approve", content=digest[1]).status_code == 303
    live = str(post(head, f"{draft}/release").headers["location"])
    assert live == post(head, f"{draft}/release").headers["location"], "sent twice, released once"
    name = live.rpartition("/")[2]
    assert "Riots in Podgorica" in public.get(f"/warnings/{name}").text
    _answer_and_close(head, partner, public, name)


def _answer_and_close(head: TestClient, partner: TestClient, public: TestClient, name: str) -> None:
    assert name in partner.get("/desk").text, "it asks for the partner's answer"
    assert "has been read" not in partner.get(f"/warnings/{name}").text, "opening a page is no answer"
    refused = post(partner, f"/desk/warnings/{name}/answers", word="contested", text="  ")
    assert refused.status_code == 400
    assert "counter-argument" in fault(refused)
    assert post(partner, f"/desk/warnings/{name}/answers", word="contested", text="The marches were moved.", tlp="CLEAR").status_code == 303
    assert "The marches were moved." in public.get(f"/warnings/{name}").text
    activity = {
        "title_1": "Mediation of the municipality",
        "language_1": "en",
        "answers": name,
        "begin": "2026-10-01",
        "partners": "Mission",
        "readers": "CLEAR",
    }
    assert post(partner, "/desk/activities", **activity).status_code == 303
    assert post(partner, "/desk/activities", **activity).status_code == 303
    assert public.get(f"/warnings/{name}").text.count("Mediation of the municipality</a></strong>") == 1
    assert post(head, f"/desk/warnings/{name}/assessment", outcome="averted", text="Both marches were moved.").status_code == 303
    page = head.get(f"/desk/warnings/{name}").text
    assert "perhaps averted" in page
    assert "status-assessed" in page
    assert "Both marches were moved." in public.get(f"/warnings/{name}").text, "who may read a warning may read what became of it"


def test_nobody_approves_what_they_wrote(login: Login, node: Node) -> None:
    """With four-eyes on the author finds no button, and a form that is sent all the same is refused with one sentence."""
    writer = at(node, "head")
    entry = desk.open_draft(writer, Draft(content=content("w-own", recipients=(PARTNER,)), rel_to=(PARTNER,)))
    desk.submit_draft(writer, entry.ref, entry.version)
    head, path = login("head"), f"/desk/drafts/{entry.ref}"
    assert 'value="approve"' not in head.get(path).text
    digest = desk.draft_of(writer, entry.ref).digest
    answer = post(head, f"{path}/approval", do="approve", content=digest)
    assert answer.status_code == 403
    assert "second person" in fault(answer)
    assert post(head, f"{path}/release").status_code == 403


def test_who_has_approved_reads_what_was_said_and_is_not_asked_again(login: Login, node: Node) -> None:
    """Their word stands in the place of the buttons; a third person may still speak."""
    writer = at(node, "duty")
    entry = desk.open_draft(writer, Draft(content=content("w-said", recipients=(PARTNER,)), rel_to=(PARTNER,)))
    desk.submit_draft(writer, entry.ref, entry.version)
    head, path = login("head"), f"/desk/drafts/{entry.ref}"
    assert 'value="approve"' in head.get(path).text
    post(head, f"{path}/approval", do="approve", content=desk.draft_of(writer, entry.ref).digest)
    own, other = head.get(path).text, login("chief").get(path).text
    assert "You approved it as it stands" in own
    assert not re.search(r'value="(approve|refuse)"', own)
    assert ">Release it</button>" in own
    assert "head approved it as it stands" in other
    assert 'value="refuse"' in other


def test_a_list_that_keeps_the_public_out_is_said_to_be_unticked(login: Login, node: Node) -> None:
    """Where nothing else stands in the way; a colour that is not open has its list without a tick."""
    entry = desk.open_draft(at(node, "duty"), Draft(content=content("w-listed"), tlp="CLEAR", rel_to=(PARTNER,)))
    duty, path = login("duty"), f"/desk/drafts/{entry.ref}"
    answer = post(duty, path, **(page_fields(duty, path) | {"listed": "yes", "do": "submit"}))
    assert answer.status_code == 403
    assert "untick" in fault(answer)
    assert post(duty, path, **(page_fields(duty, path) | {"listed": "", "tlp": "AMBER", "do": "save"})).status_code == 303
    assert desk.draft_of(at(node, "duty"), entry.ref).draft.rel_to == (PARTNER,)
    assert post(duty, path, **(page_fields(duty, path) | {"tlp": "CLEAR", "do": "submit"})).status_code == 303


def test_signing_in_and_out_of_an_exercise_stays_in_it(node: Node, atlas: Atlas) -> None:
    """The sign-in page bears the banner and leads on into the exercise; signing out there leads to its first page."""
    visitor = TestClient(make_app(node, atlas, lambda: NOW_US))
    away = visitor.get("/desk?exercise=true", follow_redirects=False).headers["location"]
    page = visitor.get(away).text
    assert "EXERCISE · EXERCISE · EXERCISE" in page
    assert 'href="/warnings?exercise=true"' in page
    assert "EXERCISE ·" not in visitor.get("/sign-in?next=/desk").text
    sign_in(visitor, "duty")
    form = re.search(r'<form class="who".*?</form>', visitor.get("/desk?exercise=true").text, re.DOTALL)
    assert form
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form[0]))
    assert visitor.post("/sign-out", data=fields, follow_redirects=False).headers["location"] == "/?exercise=true"


def test_the_schedule_shows_the_cadence_that_was_run_and_the_last_word(login: Login, node: Node, atlas: Atlas) -> None:
    """Not the usual cadence; and a run that had nothing to say wipes nothing."""
    run_job(node, atlas, Job("sources", 30, lambda *_: "1 source run, 3 new reports."), NOW_US - 90 * SECOND_US)
    run_job(node, atlas, Job("sources", 30, lambda *_: ""), NOW_US - 20 * SECOND_US)
    page = login("chief").get("/desk/schedule").text
    assert "<td>30 s</td>" in page
    assert "1 source run, 3 new reports." in page


def test_the_desk_says_in_how_many_rules_and_countries_data_is_missing(login: Login) -> None:
    """One rule is on: it is the only one that is counted."""
    assert re.search(r"without data: \d of 1 rule everywhere, \d in some areas; \d+ of \d+ countries", login("duty").get("/desk").text)


def test_sending_back_needs_a_reason_and_shows_it(login: Login, node: Node) -> None:
    """Without a reason refused; with one the draft is open again and bears the sentence."""
    writer = at(node, "duty")
    entry = desk.open_draft(writer, Draft(content=content("w-back", recipients=(PARTNER,)), rel_to=(PARTNER,)))
    desk.submit_draft(writer, entry.ref, entry.version)
    head, path = login("head"), f"/desk/drafts/{entry.ref}"
    digest = desk.draft_of(writer, entry.ref).digest
    assert post(head, f"{path}/approval", do="refuse", content=digest).status_code == 400
    assert post(head, f"{path}/approval", do="refuse", content=digest, note="The place is too vague.").status_code == 303
    assert "being written" in login("duty").get(path).text


def test_two_editors_do_not_overwrite_each_other(login: Login, node: Node) -> None:
    """The second of two forms of one version is refused, with what was typed still in it."""
    entry = desk.open_draft(at(node, "duty"), Draft(content=content("w-two", recipients=(PARTNER,)), rel_to=(PARTNER,)))
    duty, head, path = login("duty"), login("head"), f"/desk/drafts/{entry.ref}"
    first, second = page_fields(duty, path), page_fields(head, path)
    assert post(duty, path, **(first | {"what_1": "As the duty analyst has it."})).status_code == 303
    answer = post(head, path, **(second | {"what_1": "As the head has it."}))
    assert answer.status_code == 409
    assert "meanwhile" in fault(answer)
    assert "As the head has it." in answer.text  # type: ignore[attr-defined]
    assert "As the duty analyst has it." in duty.get(path).text
    assert post(duty, path, **(first | {"what_1": "As the duty analyst has it."})).status_code == 303, "the same form twice is one"


def test_the_release_check_names_the_record_that_stands_in_the_way(login: Login, node: Node) -> None:
    """A record for the own party alone blocks a draft for PUBLIC: its author is told which, and a reader of the public pages nothing."""
    made = content("w-blocked", evidence=(Evidence(reports=("SECRET/s1",)), Evidence(reports=("EMSC/q1",))))
    entry = desk.open_draft(at(node, "duty"), Draft(content=made, tlp="CLEAR"))
    duty, path = login("duty"), f"/desk/drafts/{entry.ref}"
    page = duty.get(path).text
    assert "because of SECRET/s1 (TLP:RED)" in page
    answer = post(duty, path, **(page_fields(duty, path) | {"do": "submit"}))
    assert answer.status_code == 403
    assert "SECRET/s1" in fault(answer)
    kept = page_fields(duty, path) | {"keep": "1", "do": "submit"}
    assert post(duty, path, **kept).status_code == 303


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"headline_1": ""}, "headline"),
        ({"headline_1": "x" * 161}, "160"),
        ({"low": "60", "high": "40"}, "lower end"),
        ({"low": "much"}, "no number"),
        ({"expires_us": "2020-01-01T00:00"}, "expire"),
        ({"expires_us": "soon"}, "time"),
        ({"tlp": "PURPLE"}, "TLP"),
        ({"language_2": "en", "headline_2": "Once more"}, "one text for each language"),
        ({"version": "x"}, "version"),
    ],
)
def test_a_fault_is_one_sentence_and_the_form_is_kept(login: Login, node: Node, changed: dict[str, str], sentence: str) -> None:
    """What cannot be saved comes back with all that was typed."""
    entry = desk.open_draft(at(node, "duty"), Draft(content=content("w-fault", recipients=(PARTNER,), texts=content("x").texts[:1]), rel_to=(PARTNER,)))
    duty, path = login("duty"), f"/desk/drafts/{entry.ref}"
    answer = post(duty, path, **(page_fields(duty, path) | {"why_1": "A new reason."} | changed))
    assert answer.status_code == 400
    assert sentence in fault(answer)
    assert "A new reason." in answer.text  # type: ignore[attr-defined]


def test_a_draft_that_nobody_touched_is_saved_as_it_was(node: Node) -> None:
    """Form and draft are one another's inverse, to the microsecond."""
    draft = Draft(content=content("w-same", onset_us=NOW_US + 1), tlp="AMBER", rel_to=(PARTNER,))
    assert draft_of_form(values_of(draft), draft) == draft
    assert node.settings.four_eyes


def test_a_signal_is_dismissed_with_a_reason_only(login: Login) -> None:
    """Without one it stays; and a day in the past is no time to snooze until."""
    duty = login("duty")
    signal = re.search(r'href="(/desk/signals/sg-\w+)"', duty.get("/desk").text)
    path = signal[1] if signal else f"/desk/signals/{_signals(duty)}"
    assert post(duty, f"{path}/triage", word="snoozed", until="2020-01-01").status_code == 400
    answer = post(duty, f"{path}/triage", word="dismissed", reason=" ")
    assert answer.status_code == 400
    assert "reason" in fault(answer)
    assert post(duty, f"{path}/triage", word="dismissed", reason=HOSTILE).status_code == 303
    assert path not in duty.get("/desk").text
    assert "<script" not in duty.get(path).text


def _signals(client: TestClient) -> str:
    board = client.app.state.desk  # type: ignore[attr-defined]
    world = board.worlds_of("ME-NODE").world(exercise=False)
    log = desk.log_of(board.node, "ME-NODE", NOW_US, exercise=False)
    return str(board.outlooks().outlook(world, log).signals[0].id)


def test_a_rule_without_a_replay_cannot_be_switched_on(login: Login) -> None:
    """It is refused with one sentence at the rule; after a replay it goes on, and off again."""
    chief, path = login("chief"), "/desk/rules/conflict.obstruction"
    answer = post(chief, path, do="enable")
    assert answer.status_code == 409
    assert "not replayed" in fault(answer)
    assert "replay it first" in fault(answer), "the button stands beside it: nobody is sent to a command line"
    assert [post(chief, path, do=do).status_code for do in ("replay", "enable", "disable")] == [303] * 3
    assert post(login("duty"), path, do="enable").status_code == 403


def test_an_analyst_judges_with_a_reason_until_a_day(login: Login) -> None:
    """Judged indicators want a reason and a day that is still to come."""
    duty, path = login("duty"), "/desk/rules/conflict.preparations_seen/judgements"
    assert post(duty, path, area="ME", level="amber", reason="", until="2026-12-01").status_code == 400
    assert post(duty, path, area="ME", level="amber", reason="Seen twice.", until="2020-12-01").status_code == 400
    assert post(duty, path, area="ME", level="amber", reason="Seen twice.", until="2026-12-01").status_code == 303
    assert "Montenegro: Seen twice." in duty.get("/desk/rules").text


@pytest.mark.parametrize("path", ["/desk", "/desk/rules", "/desk/scoreboard", "/desk/schedule", "/desk/warnings", "/desk/activities/new"])
def test_the_desk_is_for_those_who_are_signed_in_and_kept_nowhere(login: Login, path: str) -> None:
    """Others are led to the sign-in page and back; what is shown is stored by no cache."""
    stranger = TestClient(login("duty").app)
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"
    seen = login("chief").get(path)
    assert seen.status_code == 200
    assert seen.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|\sstyle=|\son\w+=", seen.text)


def test_another_party_sees_neither_drafts_nor_rules_nor_jobs(login: Login, node: Node) -> None:
    """The partner's desk is its own; the node's drafts, rules and jobs are not there for it."""
    entry = desk.open_draft(at(node, "duty"), Draft(content=content("w-quiet")))
    partner = login("partner")
    assert partner.get(f"/desk/drafts/{entry.ref}").status_code == 404
    assert [partner.get(path).status_code for path in ("/desk/rules", "/desk/schedule")] == [403, 403]
    board = partner.get("/desk").text
    assert "Unrest that turns" not in board
    assert entry.ref not in board


def test_a_form_without_its_key_or_from_elsewhere_does_nothing(login: Login, node: Node) -> None:
    """Both are refused on a page with one sentence."""
    duty = login("duty")
    for data, headers in [({"word": "x"}, {}), ({"form_key": form_key(duty)}, {"sec-fetch-site": "cross-site"})]:
        answer = duty.post("/desk/drafts", data=data, headers={"accept": "text/html", **headers}, follow_redirects=False)
        assert answer.status_code == 403
        assert fault(answer)  # type: ignore[arg-type]
    assert node.settings.party


def test_a_reader_has_no_button_and_no_right_to_act(login: Login) -> None:
    """A role that may only read is shown no form of an act, and refused where it sends one."""
    looker = login("looker")
    assert "New draft" not in looker.get("/desk").text
    assert post(looker, "/desk/drafts").status_code == 403


def test_an_update_is_begun_once_and_follows_the_head(login: Login, node: Node) -> None:
    """Two clicks are one draft; an end that is released closes the chain, and is not a cancel."""
    issue(node, content("w-chain", recipients=(PARTNER,)), tlp="AMBER", rel_to=(PARTNER,))
    duty, head = login("duty"), login("head")
    begun = [post(duty, "/desk/warnings/w-chain/drafts", act="end").headers["location"] for _ in range(2)]
    assert begun[0] == begun[1]
    draft = str(begun[0])
    post(duty, draft, **(page_fields(duty, draft) | {"changed_1": "The marches are over.", "do": "submit"}))
    digest = re.search(r'name="content" value="(\w+)"', head.get(draft).text)
    assert digest
    post(head, f"{draft}/approval", do="approve", content=digest[1])
    assert post(head, f"{draft}/release").status_code == 303
    assert "status-ended" in login("partner").get("/warnings/w-chain").text
    assert TestClient(duty.app).get("/warnings/w-chain").status_code == 404


def test_scores_come_as_a_page_and_as_a_table(login: Login) -> None:
    """Few cases are called few; the table has a header and a row for all."""
    chief = login("chief")
    assert "too few" in chief.get("/desk/scoreboard").text
    lines = chief.get("/desk/scoreboard.csv").text.splitlines()
    assert lines[0].startswith("group,name,episodes")
    assert lines[1].startswith("all,")


def test_what_began_while_no_warning_stood_is_a_miss_on_the_scoreboard(login: Login, node: Node) -> None:
    """A clash four months ago, after the rule was switched on, of which nobody warned."""
    enable_rule(node, RULE, NOW_US - 150 * DAY_US, exercise=False)
    assert misses(login)["rule", RULE] == "1"
    assert misses(login)["problem", "unrest_turns_violent"] == "1"
    enable_rule(node, RULE, NOW_US, exercise=False)
    assert misses(login).get(("rule", RULE), "0") == "0"


def misses(login: Login) -> dict[tuple[str, str], str]:
    """The misses on the chief's scoreboard, by group and name."""
    rows = csv.DictReader(login("chief").get("/desk/scoreboard.csv").text.splitlines())
    return {(row["group"], row["name"]): row["misses"] for row in rows}


def test_the_desk_of_an_exercise_is_another(login: Login, tmp_path: Path) -> None:
    """Its drafts are not at the real desk, and its pages bear the banner."""
    duty = login("duty")
    there = str(post(duty, "/desk/drafts?exercise=true").headers["location"])
    assert there.endswith("?exercise=true")
    assert "EXERCISE · EXERCISE" in duty.get(there).text
    assert duty.get(there.partition("?")[0]).status_code == 404
    assert tmp_path.exists()


@pytest.mark.slow
def test_the_desk_works_without_javascript_on_a_small_screen(node: Node, atlas: Atlas) -> None:
    """In a browser of 320 px with JavaScript off somebody signs in, begins a draft, saves it; nothing is cut off, and no request leaves the node."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    asked: list[str] = []
    server, port = served(make_app(node, atlas, lambda: NOW_US))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        page = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"http://127.0.0.1:{port}/desk")
        page.fill("#account", "duty")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.get_by_role("button", name="New draft").press("Enter")
        page.fill("#headline_1", "Written by keyboard alone")
        page.get_by_role("button", name="Save", exact=True).press("Enter")
        saved = page.content()
        widest = {
            path: _widest(page, f"http://127.0.0.1:{port}{path}")
            for path in ("/desk", "/desk?exercise=true", "/desk/scoreboard", "/desk/schedule", "/warnings", page.url.partition(str(port))[2])
        }
        browser.close()
    server.should_exit = True
    assert "Written by keyboard alone" in saved
    assert {address.split("/")[2] for address in asked if not address.startswith("data:")} == {f"127.0.0.1:{port}"}
    assert {path: width for path, width in widest.items() if width > 321} == {}


def _widest(page: Any, address: str) -> float:
    page.goto(address)
    return max(float(box["x"] + box["width"]) for part in page.locator("main > *, header, section, form").all() if (box := part.bounding_box()))
