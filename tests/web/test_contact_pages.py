"""The desk's page of contacts: by forms alone a post is written down, asked, answered and counted, by two parties."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.contact import Contact, Line
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.contacts import answer_check, save_contact, send_check
from vigie.node.settings import Node
from vigie.web import contact_pages, make_app
from web.browser import CALM, CHROMIUM, served
from web.desk_world import OWN, PARTNER, PASSWORD, at, desk_node, form_key, sign_in
from web.world import HOSTILE, NOW_US

HERE = "/desk/contacts"
FIELDS = {
    "institution": "Crisis Centre",
    "role": "duty desk",
    "party": PARTNER,
    "lines": "phone: +381 11 123 456\nmail: duty@cc.example",
    "fields": "cyber, seismic",
    "countries": "RS",
    "languages": "en sr-Cyrl",
    "zone": "Europe/Belgrade",
    "readers": "named",
    "named": PARTNER,
}


def app_of(node: Node, atlas: Atlas, now: Callable[[], int]) -> object:
    """The application, with the page's routes where it does not have them yet."""
    app = make_app(node, atlas, now)
    if not any(getattr(route, "path", "") == HERE for route in app.routes):
        app.include_router(contact_pages.routes)
    return app


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two parties and people at both desks."""
    made = desk_node(tmp_path_factory.mktemp("contacts") / "node")
    yield made
    made.store.close()


@pytest.fixture
def login(node: Node, atlas: Atlas) -> Callable[..., TestClient]:
    """A browser in which an account is signed in, some time after now."""

    def of(name: str, later_us: int = 0) -> TestClient:
        return sign_in(TestClient(app_of(node, atlas, lambda: NOW_US + later_us), raise_server_exceptions=False), name)  # type: ignore[arg-type]

    return of


def post(client: TestClient, path: str, **fields: str) -> Response:
    """Sends a form."""
    key = form_key(client, HERE) if 'name="form_key"' in client.get(HERE).text else "none"
    return client.post(path, data={"form_key": key, **fields}, follow_redirects=False, headers={"accept": "text/html"})  # type: ignore[return-value]


def known(node: Node, **changed: object) -> str:
    """A point of contact of the partner that both read."""
    facts: dict[str, object] = {"party": PARTNER, "institution": "Crisis Centre", "role": "duty desk", "lines": (Line(channel="phone", address="+381 11 123"),)}
    return save_contact(at(node, "head", NOW_US - DAY_US), Contact(**(facts | changed)), rel_to=(PARTNER,)).ref  # type: ignore[arg-type]


def test_a_contact_is_written_down_checked_and_answered_by_forms_alone(login: Callable[..., TestClient]) -> None:
    """Two parties, no JavaScript; the same form twice does no more than once."""
    own, partner = login("duty"), login("partner", 5 * 60 * SECOND_US)
    assert post(own, HERE, **FIELDS).status_code == 303
    assert post(own, HERE, **FIELDS).status_code == 303
    page = own.get(HERE).text
    (ref,) = set(re.findall(r"/desk/contacts/(p-\w+)/checks", page))
    name = re.search(r'name="name" value="(k-\w+)"', page)
    assert name
    for _ in range(2):
        assert post(own, f"{HERE}/{ref}/checks", name=name[1], minutes="30", channel="page", text="Are you there?").status_code == 303
    assert own.get(HERE).text.count("due ") == 1
    asked = partner.get(HERE).text
    (check,) = set(re.findall(r"/desk/checks/(k-\w+)/answers", asked))
    assert "Are you there?" in asked
    assert post(partner, f"/desk/checks/{check}/answers", text="Yes.").status_code == 303
    after = login("duty", 3_600 * SECOND_US).get(HERE).text
    assert "answered in time" in after
    assert "5.0 min" in after
    assert "Yes." in after
    table = own.get(f"{HERE}.csv?year=2026")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("year,party")


def test_a_refusal_shows_one_sentence_and_what_was_typed(login: Callable[..., TestClient]) -> None:
    """Nothing is lost, and nothing is written."""
    own = login("duty")
    answer = post(own, HERE, **(FIELDS | {"role": "Dr Ana Petrović"}))
    assert answer.status_code == 400
    assert "looks like a person" in unescape(answer.text)
    assert 'value="Dr Ana Petrović"' in answer.text
    assert "duty@cc.example" in answer.text
    assert "Nobody is written down yet." in own.get(HERE).text


def test_a_contact_is_changed_and_closed(node: Node, login: Callable[..., TestClient]) -> None:
    """The form shows what stands; a second change of the same version is refused."""
    ref, own = known(node), login("head")
    form = own.get(f"{HERE}?edit={ref}").text
    assert 'name="version" value="1"' in form
    changed = FIELDS | {"ref": ref, "version": "1", "hours": "Mon-Fri"}
    assert post(own, HERE, **changed).status_code == 303
    assert post(own, HERE, **(changed | {"hours": "Sat-Sun"})).status_code == 409
    assert post(own, f"{HERE}/{ref}/close").status_code == 303
    assert "1 closed" in own.get(HERE).text


def test_an_answer_by_phone_is_written_down(node: Node, login: Callable[..., TestClient]) -> None:
    """By who asked, with when it came; a time before the question is refused."""
    ref = known(node)
    check = send_check(at(node, "head"), ref, minutes=30, channel="phone").ref
    own = login("duty", DAY_US)
    assert "Write the answer down" in own.get(HERE).text
    assert post(own, f"/desk/checks/{check}/records", at="2026-09-01T00:00", text="x").status_code == 400
    assert post(own, f"/desk/checks/{check}/records", at="", text="x").status_code == 400
    assert post(own, f"/desk/checks/{check}/records", at="2026-09-21T14:20", text="All well.").status_code == 303
    assert "written down by ME-NODE, by phone" in own.get(HERE).text


def test_a_reader_looks_and_does_nothing_and_strangers_sign_in_first(node: Node, login: Callable[..., TestClient]) -> None:
    """The role decides; who is not signed in sees nothing."""
    ref, looker = known(node), login("looker")
    page = looker.get(HERE).text
    assert "duty desk" in page
    assert "Send a check" not in page
    assert post(looker, f"{HERE}/{ref}/checks", minutes="5").status_code == 403
    looker.cookies.clear()
    assert looker.get(HERE, follow_redirects=False).status_code == 303


def test_a_party_sees_what_it_may_read_and_nothing_else(node: Node, login: Callable[..., TestClient]) -> None:
    """What is our own alone changes no byte of the partner's page."""
    known(node)
    answer_check(at(node, "partner", NOW_US + 5), send_check(at(node, "head"), known(node), minutes=5).ref)
    before = re.sub(r"(k-\w{16}|value=\"\w{32}\")", "", login("partner", DAY_US).get(HERE).text)
    save_contact(at(node, "head"), Contact(party=OWN, institution="Centre", role="secret desk"))
    after = re.sub(r"(k-\w{16}|value=\"\w{32}\")", "", login("partner", DAY_US).get(HERE).text)
    assert before == after
    assert "secret desk" in login("head").get(HERE).text


def test_real_and_exercise_are_apart(node: Node, login: Callable[..., TestClient]) -> None:
    """The page of the exercise knows nothing of the real directory."""
    known(node)
    page = login("duty").get(f"{HERE}?exercise=true").text
    assert "Nobody is written down yet." in page
    assert "Crisis Centre" not in page


def test_hostile_text_stays_text(node: Node, login: Callable[..., TestClient]) -> None:
    """Nothing that was typed becomes a tag."""
    ref = known(node, hours=HOSTILE)
    send_check(at(node, "head"), ref, minutes=5, text=HOSTILE)
    for name in ("head", "partner"):
        assert HOSTILE not in login(name).get(HERE).text


@pytest.mark.parametrize("query", ["year=1", "year=x", "edit=" + "x" * 300, "colour=red", "year=2026&year=2025"])
def test_an_unknown_question_is_one_sentence(login: Callable[..., TestClient], query: str) -> None:
    """No traceback, no page that pretends."""
    assert login("duty").get(f"{HERE}?{query}").status_code == 400


@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")
def test_the_page_fits_a_telephone(node: Node, atlas: Atlas) -> None:
    """320 pixels wide, light and dark: nothing sticks out."""
    sync = pytest.importorskip("playwright.sync_api").sync_playwright
    send_check(at(node, "head"), known(node), minutes=5, channel="phone")
    server, port = served(app_of(node, atlas, lambda: NOW_US + DAY_US))  # type: ignore[arg-type]
    with sync() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        for scheme in ("light", "dark"):
            page = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme).new_page()
            page.goto(f"http://127.0.0.1:{port}/sign-in?next={HERE}")
            page.fill("[name=account]", "duty")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_load_state("load")  # else the page may be measured before its style is there
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
        browser.close()
    server.should_exit = True
