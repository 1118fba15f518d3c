"""The public page says what everybody may know, names what is not known, and is not changed by what is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from starlette.testclient import TestClient

from vigie.model.activity import Activity, CountryShare, Document, Indicator, Partner, Result, Visibility
from vigie.model.atlas import Atlas
from vigie.model.contact import Contact, Line
from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.model.languages import LANGUAGES
from vigie.model.procedure import Step
from vigie.model.said import Noun, body_of
from vigie.model.times import DAY_US
from vigie.node.contacts import save_contact
from vigie.node.settings import Node, init_node
from vigie.store import add_entry
from vigie.web import make_app, public_pages
from web.browser import CALM, CHROMIUM, served
from web.desk_world import OWN, PARTNER, at, content, desk_node, fill, issue, sign_in, wording
from web.world import HOSTILE, NOW_US, public_reports, take

ATOM = "{http://www.w3.org/2005/Atom}"
HIDDEN = Label(OWN, tlp="AMBER", rel_to=frozenset({PARTNER}))


def app_of(node: Node, atlas: Atlas, now: Callable[[], int]) -> Any:
    """The application, with the page's routes where it does not have them yet."""
    app = make_app(node, atlas, now)
    if not any(getattr(route, "path", "") == "/public" for route in app.routes):
        app.include_router(public_pages.routes)
    return app


def put(node: Node, noun: Noun, ref: str, said_us: int = NOW_US - DAY_US, *, type_: str = "activity", label: Label | None = None) -> Entry:
    """Writes an entry of our party down, public unless a label says otherwise."""
    entry = Entry(type=type_, owner=OWN, ref=ref, label=label or Label(OWN, tlp="CLEAR"), said_us=said_us, body=body_of(noun), by="head")
    return add_entry(node.store, entry)


def training(**changed: object) -> Activity:
    """An activity that runs, with all that the page shows."""
    facts: dict[str, object] = {
        "titles": {"en": "Network administrators", "fr": "Administrateurs de réseau"},
        "abstracts": {"en": "Twelve administrators are trained."},
        "mechanism": "training",
        "priorities": ("cyber",),
        "partners": (Partner(name="Institute of Informatics", role="lead", country="RS"),),
        "countries": (CountryShare(code="ME"), CountryShare(code="XK")),
        "status": "running",
        "begin": date(2026, 3, 1),
        "planned_end": date(2027, 2, 28),
        "answers": ("w-public", "w-partner"),
        "results": (Result(titles={"en": "Trained"}, indicators=(Indicator(titles={"en": "Persons"}, baseline="0", target="12", actual="7"),)),),
        "visibility": (
            Visibility(audience="teachers", channel="radio", day=date(2026, 10, 2)),
            Visibility(audience="mayors", channel="letter", day=date(2026, 1, 2), done=True),
        ),
        "documents": (Document(url="https://example.org/project", titles={"en": "Description"}), Document(url="javascript:alert(1)", titles={"en": "Bad"})),
    }
    return Activity(**(facts | changed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with public and hidden events, warnings and activities."""
    made = desk_node(tmp_path_factory.mktemp("public") / "node")
    fill(made)
    put(made, training(), "a-run")
    put(made, Activity(titles={"en": "Hazard maps"}, planned_begin=date(2026, 11, 1)), "a-plan")
    put(made, Activity(titles={"sq": "Zvogëlimi i rrezikut"}, status="closed", begin=date(2026, 1, 1), end=date(2026, 9, 1)), "a-end")
    put(made, training(titles={"en": "SECRET-ACTIVITY"}), "a-secret", label=HIDDEN)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def client(node: Node, atlas: Atlas) -> TestClient:
    """A reader who is not signed in."""
    return TestClient(app_of(node, atlas, lambda: NOW_US), raise_server_exceptions=False)


def test_the_page_shows_what_the_public_may_see(client: TestClient) -> None:
    """Events by country, warnings in force, activities with results and answers, and what ended."""
    text = unescape(client.get("/public").text)
    for words in (
        "Protests in Podgorica",
        "3 warnings are in force.",
        "2 activities are running or planned.",
        "Network administrators",
        "Reached",
        "Hazard maps",
    ):
        assert words in text
    for words in (
        "2 October 2026: radio, for teachers",
        "Ended on 1 September 2026.",
        "Montenegro",
        "Kosovo*:",
        "Earthquake ML 3.6",
        "https://example.org/project",
    ):
        assert words in text
    for words in ("SECRET", "letter", "javascript:", "For partners only", HOSTILE):
        assert words not in client.get("/public").text


def test_the_page_says_what_is_not_known(client: TestClient) -> None:
    """Fields and countries without reports, places that are not known, and that silence is no peace."""
    lines = " ".join(client.get("/public.json").json()["unknown"])
    for words in (
        "No public report is known on: ",
        "Cooperation",
        "is known from: ",
        "Croatia",
        "no known place",
        "does not say where",
        "silence is not a proof",
        "not counted here",
    ):
        assert words in lines
    assert len(client.get("/public.json?language=sq").json()["unknown"]) > len(client.get("/public.json").json()["unknown"])


def test_a_quiet_node_promises_nothing(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """No warning, no event and no activity are no peace."""
    made = init_node(tmp_path_factory.mktemp("quiet") / "node", OWN)
    text = unescape(TestClient(app_of(made, atlas, lambda: NOW_US)).get("/public").text)
    assert "No public warning is in force; that does not mean that nothing can happen." in text
    assert "that does not mean that nothing happened." in text
    assert "0 events" not in text
    assert "No public activity is running or planned." in text
    assert "No public report has been taken in yet." in text
    made.store.close()


def test_an_agency_that_fell_silent_is_named_once(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """With all fields in which it did, since its last word; what is counted beside those named are agencies, not their fields."""
    made = init_node(tmp_path_factory.mktemp("silent") / "node", OWN)
    quake = public_reports()[0]
    for agency in range(15):
        for field, kind in (("seismic", "seismic.earthquake"), ("conflict", "conflict.protest")):
            days = [300 + 2 * number + (field == "seismic") for number in range(12)]
            facts = [
                {"agency": f"A{agency:02d}", "agency_ref": f"{field}{day}", "field": field, "kind": kind, "begin_us": NOW_US - day * DAY_US} for day in days
            ]
            take(made, [replace(quake, **each, end_us=each["begin_us"], issued_us=each["begin_us"]) for each in facts])  # type: ignore[arg-type]
    lines = [
        line for line in TestClient(app_of(made, atlas, lambda: NOW_US)).get("/public.json").json()["unknown"] if "silent" in line or "nothing since" in line
    ]
    assert len(lines) == 13
    assert {line.split(",")[0] for line in lines[:12]} == {f"A{number:02d}" for number in range(12)}
    assert all("Earthquakes" in line and "Conflict" in line and "nothing since 25 November 2025" in line for line in lines[:12])
    assert lines[12] == "3 more agencies have fallen silent."
    made.store.close()


def test_the_page_is_small(client: TestClient) -> None:
    """The outlines of the map are as fine as it is drawn: the page has less than 150 kB before it is packed."""
    assert len(client.get("/public").content) < 150_000


@given(st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), min_size=2, max_size=9))
def test_a_coarse_path_goes_through_the_same_points(tenths: list[tuple[int, int]]) -> None:
    """To half a unit, however many it has."""
    path = "M" + "L".join(f"{x / 10:g} {y / 10:g}" for x, y in tenths) + "Z"
    wanted = [point for number, point in enumerate(_whole(tenths)) if number == 0 or point != _whole(tenths)[number - 1]]
    made = public_pages.coarse(path)
    if len(wanted) == 1:
        assert made == ""
        return
    (left, top, *moves) = (int(number) for number in re.findall(r"-?\d+", made))
    points = [(left, top)]
    for right, down in zip(moves[::2], moves[1::2], strict=True):
        points.append((points[-1][0] + right, points[-1][1] + down))
    assert points == wanted


def _whole(tenths: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(round(x / 10), round(y / 10)) for x, y in tenths]


def test_whoever_looks_sees_the_same_bytes(client: TestClient, node: Node, atlas: Atlas) -> None:
    """The page is PUBLIC's, signed in or not."""
    signed = sign_in(TestClient(app_of(node, atlas, lambda: NOW_US)), "chief")
    for path in ("/public", "/public.json", "/public/feed.atom"):
        assert signed.get(path).content == client.get(path).content


def test_what_is_hidden_changes_no_byte(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """Reports, warnings, activities and contacts that PUBLIC may not read leave page, feed and JSON as they are."""
    made = desk_node(tmp_path_factory.mktemp("hidden") / "node")
    put(made, training(), "a-run")
    paths = ("/public", "/public?language=fr", "/public.json", "/public/feed.atom")
    before = [TestClient(app_of(made, atlas, lambda: NOW_US)).get(path).content for path in paths]
    take(
        made, [replace(public_reports()[0], agency="SECRET", agency_ref="s9", field="energy", kind="energy.outage")], Label(OWN, tlp="RED", rel_to=frozenset())
    )
    issue(made, content("w-hidden", recipients=(PARTNER,), evidence=(), texts=(wording(headline="SECRET"),)), tlp="AMBER", rel_to=(PARTNER,))
    put(made, training(), "a-secret", label=HIDDEN)
    put(made, training(titles={"en": "A hidden version"}), "a-run", NOW_US, label=HIDDEN)
    save_contact(at(made, "head"), Contact(party=OWN, institution="Centre", role="press office", lines=(Line(channel="mail", address="press@c.example"),)))
    assert [TestClient(app_of(made, atlas, lambda: NOW_US)).get(path).content for path in paths] == before
    made.store.close()


def test_what_is_only_noted_is_not_shown_as_agreed(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """A silence that agrees makes an activity agreed on the day of its deadline; one that notes does not."""
    made = desk_node(tmp_path_factory.mktemp("agreed") / "node")
    for ref, words in (("a-agreed", {"agree": "The project is agreed."}), ("a-noted", {"note": "The project is noted."})):
        activity = training(titles={"en": ref}, answers=())
        put(made, activity, ref, NOW_US - 9 * DAY_US)
        for number, act in enumerate(("submit", "screen", "list")):
            put(made, Step(activity=ref, owner=OWN, act=act), f"{ref}-{act}", NOW_US - (8 * DAY_US - number), type_="step")  # type: ignore[arg-type]
        silence = Step(activity=ref, owner=OWN, act="silence", deadline_us=NOW_US - 2 * DAY_US, zone="UTC", parties=(PARTNER,), **words)  # type: ignore[arg-type]
        put(made, silence, f"{ref}-silence", NOW_US - 7 * DAY_US, type_="step")
    facts = TestClient(app_of(made, atlas, lambda: NOW_US)).get("/public.json").json()
    assert [(item["ref"], item["turns"]) for item in facts["lately"]] == [("a-agreed", ["Agreed on 19 September 2026."])]
    made.store.close()


def test_the_feed_has_stable_names_and_the_times_of_its_records(node: Node, atlas: Atlas) -> None:
    """Another minute, the same feed; every entry is dated by its record and leads to a page of this node."""
    first, later = (TestClient(app_of(node, atlas, lambda us=us: NOW_US + us)).get("/public/feed.atom") for us in (0, 3_600_000_000))  # type: ignore[misc]
    assert first.content == later.content
    assert first.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(first.content)
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids)) > 10
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    assert "Network administrators" in titles
    assert {link.get("type") for entry in entries for link in entry.findall(f"{ATOM}link")} == {"text/html"}


def test_an_event_keeps_its_name_in_the_feed_when_another_agency_reports_it(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """The name is that of its oldest report, so that a reader of feeds sees a change and no second event."""
    made = init_node(tmp_path_factory.mktemp("named") / "node", OWN)
    quake = public_reports()[0]
    take(made, [quake])

    def names() -> dict[str, str]:
        feed = etree.fromstring(TestClient(app_of(made, atlas, lambda: NOW_US)).get("/public/feed.atom").content)
        return {str(entry.findtext(f"{ATOM}id")): str(entry.findtext(f"{ATOM}updated")) for entry in feed.findall(f"{ATOM}entry")}

    before = names()
    take(made, [replace(quake, agency="OTHER", agency_ref="o1", issued_us=NOW_US - 60_000_000)])
    after = names()
    assert list(before) == list(after)
    assert before != after
    made.store.close()


def test_real_and_exercise_are_apart(client: TestClient) -> None:
    """The exercise has its banner, its events and its own feed; nothing real is in it."""
    page = client.get("/public?exercise=true").text
    assert "EXERCISE · EXERCISE · EXERCISE" in page
    assert "A made-up clash" in page
    assert "Protests in Podgorica" not in page
    assert "A made-up clash" not in client.get("/public").text
    feeds = [etree.fromstring(client.get(path).content) for path in ("/public/feed.atom", "/public/feed.atom?exercise=true")]
    assert "EXERCISE" in str(feeds[1].findtext(f"{ATOM}title"))
    real, played = ({entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")} for feed in feeds)
    assert not real & played


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_page_comes_in_every_language(client: TestClient, language: str) -> None:
    """Each with its own title and its own days; no placeholder is left."""
    answer = client.get(f"/public?language={language}")
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    body = answer.text.partition("<main")[2].partition("</main>")[0]
    assert "{" not in body


@pytest.mark.parametrize("query", ["language=xx", "colour=red", "exercise=maybe", "language=en&language=fr"])
def test_an_unknown_question_is_one_sentence(client: TestClient, query: str) -> None:
    """No page that pretends."""
    assert client.get(f"/public.json?{query}").status_code == 400


def test_a_mistake_is_told_to_the_posts_that_everybody_may_read(tmp_path_factory: pytest.TempPathFactory, atlas: Atlas) -> None:
    """The first public point of contact of the node's own party, else the party."""
    made = desk_node(tmp_path_factory.mktemp("mistake") / "node")
    client = TestClient(app_of(made, atlas, lambda: NOW_US))
    assert (
        client.get("/public.json").json()["sources"]["mistake"]
        == "Is something wrong or missing here? Tell ME-NODE; name the entry and the day, 21 September 2026."
    )
    contact = Contact(party=OWN, institution="Crisis Centre", role="press office", lines=(Line(channel="mail", address="press@cc.example"),))
    save_contact(at(made, "head"), contact, tlp="CLEAR", rel_to=None)
    assert "Tell press office of Crisis Centre, press@cc.example;" in client.get("/public.json").json()["sources"]["mistake"]
    made.store.close()


@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")
def test_the_page_fits_a_telephone_and_a_sheet_of_paper(node: Node, atlas: Atlas) -> None:
    """320 pixels wide, light and dark: nothing sticks out; printed, addresses stand after their links."""
    sync = pytest.importorskip("playwright.sync_api").sync_playwright
    server, port = served(app_of(node, atlas, lambda: NOW_US))
    with sync() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        for scheme, path in (("light", "/public"), ("dark", "/public?exercise=true&language=mk")):
            page = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme).new_page()
            page.goto(f"http://127.0.0.1:{port}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            page.emulate_media(media="print")
            after = "[...document.querySelectorAll('.deed a, .warned a')].map(link => getComputedStyle(link, '::after').content)"
            assert all("(" in words for words in page.evaluate(after))
        browser.close()
    server.should_exit = True
