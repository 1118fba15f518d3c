"""The pages of the stocktake and of coverage: what one reader may know of, as pages, tables and a map."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.activities.stocktake import COLUMNS
from vigie.model.activity import Activity, Budget, CountryShare, Partner
from vigie.model.atlas import Atlas
from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.model.report import Report
from vigie.model.said import body_of
from vigie.model.times import DAY_US
from vigie.node.settings import Node
from vigie.node.stocktaking import COVERAGE_COLUMNS
from vigie.store import add_entry
from vigie.web import make_app, stock_pages
from web.browser import CALM, CHROMIUM, served
from web.desk_world import OWN, RULE, content, desk_node, issue, sign_in, watch
from web.world import HOSTILE, NOW_US, take

TODAY = datetime.fromtimestamp(NOW_US / 1e6, UTC).date()
PATHS = (
    *("/stocktake", "/stocktake?by=partner", "/stocktake.csv", "/stocktake?exercise=true", "/coverage", "/coverage?field=conflict", "/coverage?country=ME"),
    *("/coverage.csv", "/coverage.svg", "/coverage?exercise=true", f"/coverage?against={TODAY - timedelta(days=60)}", "/static/cover.css"),
)


def app_of(node: Node, atlas: Atlas) -> FastAPI:
    """The application, with these pages where it does not have them yet."""
    app = make_app(node, atlas, lambda: NOW_US)
    if not any(getattr(route, "path", "") == "/stocktake" for route in app.routes):
        app.include_router(stock_pages.routes)
    return app


def client_of(node: Node, atlas: Atlas) -> TestClient:
    """A reader who is not signed in."""
    return TestClient(app_of(node, atlas), raise_server_exceptions=False)


def do(node: Node, ref: str, *, tlp: str = "CLEAR", exercise: bool = False, **facts: Any) -> None:
    """Adds an activity of the node's own party, which runs since a month ago unless told otherwise."""
    said = Activity(**({"titles": {"en": f"Work {ref}"}, "begin": TODAY - timedelta(days=30)} | facts))
    label = Label(OWN, tlp=tlp, rel_to=None if tlp == "CLEAR" else frozenset())
    add_entry(node.store, Entry(type="activity", owner=OWN, ref=ref, label=label, said_us=NOW_US - DAY_US, body=body_of(said), by="duty", exercise=exercise))


def explosions() -> list[Report]:
    """Three explosions in Podgorica in two months: a high risk there."""
    begins = [NOW_US - (10 + 20 * number) * DAY_US for number in range(3)]
    return [
        Report(agency="DESK-9", field="conflict", kind="viol.explosion", agency_ref=f"x{at}", begin_us=at, end_us=at + 1, lon=19.26, lat=42.44, radius_km=1.0)
        for at in begins
    ]


def fill(node: Node) -> None:
    """Activities in every standing, a warning, harm in one town, and a played activity."""
    euros = Budget(begin=date(2026, 1, 1), end=date(2026, 12, 31), value=Decimal(1_250_000), currency="EUR")
    partners = (Partner(name="Mine Action Centre"), Partner(name=HOSTILE))
    do(node, "mines", priorities=("mines",), countries=(CountryShare(code="AL"),), budgets=(euros,), partners=partners, mechanism="project")
    do(node, "two/lands", fields=("conflict",), countries=(CountryShare(code="RS"), CountryShare(code="MK")))
    do(node, "soon", fields=("conflict",), countries=(CountryShare(code="AL"),), begin=TODAY + timedelta(days=9))
    do(node, "over", fields=("cyber",), begin=TODAY - timedelta(days=400), end=TODAY - timedelta(days=40))
    do(node, "played", exercise=True, fields=("conflict",), countries=(CountryShare(code="ME"),))
    take(node, explosions())
    issue(node, content("w-quake", field="seismic", severity="Moderate", areas=("AL",)), now_us=NOW_US - 5 * DAY_US)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with a small record of cooperation."""
    made = desk_node(tmp_path_factory.mktemp("stock") / "node")
    fill(made)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def client(node: Node, atlas: Atlas) -> TestClient:
    """A reader who is not signed in."""
    return client_of(node, atlas)


def text_of(part: str) -> str:
    """The words of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


def table_of(text: str, way: str) -> list[list[str]]:
    """The rows of a table of the stocktake: its summary and its figures."""
    body = text.split(f'id="by-{way}"')[1].split("<tbody>")[1].partition("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    return [[text_of(row.split("<summary>")[1].split("</summary>")[0]), *map(text_of, re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL))] for row in rows]


def section_of(text: str, name: str) -> str:
    """A section of the page of coverage by the id of its title."""
    return text.split(f'<section class="card" aria-labelledby="{name}"')[1].partition("</section>")[0]


def test_the_stocktake_says_the_total_in_words_and_the_rows_by_country(client: TestClient) -> None:
    """Two run, one is planned, one finished; who works in two countries counts in both."""
    text = client.get("/stocktake").text
    lead = text_of(text.split('<p class="lead">')[1].split("</p>")[0])
    assert "2 activities are running, 1 is planned, 1 finished within the 12 months before, 0 are suspended" in lead
    assert "(1 of 2): 1,250,000 EUR" in lead
    found = {row[0]: row[1:] for row in table_of(text, "country")}
    assert found["Albania"] == ["1", "1", "0", "0", "1,250,000 EUR"]
    assert found["Serbia"] == found["North Macedonia"] == ["1", "0", "0", "0", "not known"]
    assert list(found)[-1] == "no country named"


def test_rows_name_their_activities_with_links_that_keep_odd_names(client: TestClient) -> None:
    """The address of an activity has its owner and its name, whatever is in it; what others wrote is text, never code."""
    text = client.get("/stocktake").text
    assert 'href="/activities/ME-NODE/two%2Flands"' in text
    assert ">Work mines</a>" in text
    assert HOSTILE not in text
    assert "Mine Action Centre" in {row[0] for row in table_of(text, "partner")}


def test_the_trend_is_the_same_in_bars_and_in_its_table(client: TestClient) -> None:
    """Twenty-four months, each with one number in both."""
    figure = client.get("/stocktake").text.split('class="card trend"')[1].split("</figure>")[0]
    drawn = re.findall(r"<title>(\S+): (\d+) running</title>", figure)
    told = re.findall(r'<th scope="row">(\S+)</th><td class="figure">(\d+)</td>', figure)
    assert drawn == told
    assert len(drawn) == 24
    assert drawn[-1] == ("2026-08-31", "2")


def test_one_way_of_looking_can_be_asked_for(client: TestClient) -> None:
    """Only its table is there."""
    text = client.get("/stocktake?by=mechanism").text
    assert 'id="by-mechanism"' in text
    assert 'id="by-country"' not in text


def test_the_day_decides_what_runs(client: TestClient) -> None:
    """Half a year ago only what is over now was running."""
    text = client.get(f"/stocktake?at={TODAY - timedelta(days=180)}").text
    assert "1 activity is running" in text_of(text)


def test_both_tables_are_given_as_csv_with_a_header(client: TestClient) -> None:
    """A row for each code; a row for each area and field, gaps first."""
    stock = client.get("/stocktake.csv")
    assert stock.headers["content-type"].startswith("text/csv")
    assert "stocktake-2026-09-21.csv" in stock.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(stock.text)))
    assert tuple(rows[0]) == COLUMNS
    assert {"by": "country", "code": "AL", "running": "1", "budget": "1250000"}.items() <= next(row for row in rows if row["code"] == "AL").items()
    cover = list(csv.DictReader(StringIO(client.get("/coverage.csv?field=conflict&country=me").text)))
    assert tuple(cover[0]) == COVERAGE_COLUMNS
    assert (cover[0]["verdict"], cover[0]["level"], cover[0]["area_name"]) == ("gap", "high", "Podgorica")
    assert {row["country"] for row in cover} == {"ME"}


def test_a_gap_stands_first_with_why_and_its_events(client: TestClient) -> None:
    """Where explosions are known and nobody works, the row says so, with a link to each event."""
    text = client.get("/coverage").text
    gap = section_of(text, "cover-gap-title")
    assert "Podgorica" in gap
    assert "3 harmful events in 180 days" in text_of(gap)
    links = re.findall(r'href="(/events/[^"]+)"', gap.split("3 harmful events")[1].partition("</tr>")[0])
    assert len(links) == 3
    assert {client.get(f"/plain{link}").status_code for link in links} == {200}
    assert text.index("cover-gap-title") < text.index("cover-open-title") < text.index("unknown-title")


def test_a_warning_is_linked_and_work_in_other_fields_is_named(client: TestClient) -> None:
    """A moderate warning of Albania with a mines project beside it: a raised risk that is open, and what runs in other fields."""
    row = section_of(client.get("/coverage?field=seismic").text, "cover-open-title")
    assert 'href="/warnings/w-quake"' in row
    assert 'href="/activities/ME-NODE/mines"' in row
    assert "for the whole country" not in row


def test_not_known_is_said_plainly_and_never_shown_as_safe(client: TestClient) -> None:
    """Nobody reports on CBRN: every area is not known, on the map as in words."""
    text = client.get("/coverage?field=cbrn").text
    assert "No gap is known. That is no promise that there is none" in text_of(section_of(text, "cover-gap-title"))
    assert "never shown as safe" in section_of(text, "unknown-title")
    assert "quiet-title" not in text
    drawn = text.split('<g class="cover">')[1].split("</g>")[0]
    assert set(re.findall(r'class="([^"]+)"', drawn)) == {"cover-not-known"}


def test_running_work_without_a_known_risk_is_listed(client: TestClient) -> None:
    """The work in two countries meets no raised risk; who asks for another country or field does not see it."""
    assert "two%2Flands" in section_of(client.get("/coverage").text, "without-title")
    assert "two%2Flands" in section_of(client.get("/coverage?country=MK").text, "without-title")
    assert "two%2Flands" not in section_of(client.get("/coverage?country=AL").text, "without-title")
    assert "two%2Flands" not in section_of(client.get("/coverage?field=cyber").text, "without-title")


def test_what_changed_since_an_earlier_day_is_a_table(client: TestClient) -> None:
    """Before the explosions there was no gap in Podgorica."""
    text = client.get(f"/coverage?field=conflict&country=ME&against={TODAY - timedelta(days=100)}").text
    assert "Podgorica Conflict not known: no data high risk, no known activity" in text_of(section_of(text, "changes-title"))
    assert "changes-title" not in client.get("/coverage").text


def test_the_map_has_a_pattern_and_a_word_for_every_verdict(client: TestClient) -> None:
    """Each unit says its name and verdict; the legend counts what is drawn; the file is XML that stands alone."""
    text = client.get("/coverage").text
    drawn = text.split('<g class="cover">')[1].split("</g>")[0]
    assert "<title>Podgorica: gap</title>" in drawn
    legend = text_of(text.split('class="cover-legend"')[1].split("</ul>")[0].partition(">")[2])
    gaps = drawn.count('class="cover-gap"')
    assert f"high risk, no known activity {gaps} " in legend
    assert {f'id="cover-{name}"' in text for name in ("gap", "planned-only", "open", "not-known")} == {True}
    answer = client.get("/coverage.svg?field=conflict")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own file


@pytest.mark.parametrize(
    "path",
    [
        *("/stocktake?at=soon", "/stocktake?at=0001-01-01", "/stocktake?at=9999-12-31", "/stocktake?by=colour", "/stocktake?x=1", "/stocktake?at=&at="),
        *("/stocktake.csv?at=2026-02-30", "/coverage?at=1066-10-14", "/coverage?field=peace", "/coverage?country=FR", "/coverage?country=Montenegro"),
        *("/coverage?against=2099-01-01", "/coverage?against=x", "/coverage.csv?field=peace", "/coverage.svg?country=QQ", "/coverage?language=xx"),
        *("/coverage.csv?against=2026-01-01", "/static/cover.css?x=1", f"/stocktake?at={'9' * 50}"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(client: TestClient, path: str) -> None:
    """A mistyped name never looks like peace."""
    answer = client.get(path)
    assert answer.status_code == 400
    assert len(answer.text) < 4_000
    assert "Traceback" not in answer.text


def test_the_exercise_stands_apart(client: TestClient) -> None:
    """A played activity is on the pages of the exercise alone, whose links stay in it."""
    assert "played" not in client.get("/stocktake").text + client.get("/coverage").text
    text = client.get("/stocktake?exercise=true").text
    assert 'href="/activities/ME-NODE/played?exercise=true"' in text
    assert 'name="exercise" value="true"' in text
    assert 'href="/stocktake.csv?exercise=true"' in text
    assert "EXERCISE" in client.get("/coverage.svg?exercise=true").text
    assert "exercise" in client.get("/coverage.csv?exercise=true").headers["content-disposition"]


def test_hidden_activities_change_no_byte_of_what_public_sees(tmp_path: Path, atlas: Atlas) -> None:
    """An activity, a warning and reports that only their owner may read: page, table, map and bars are what they were."""
    nodes = [desk_node(tmp_path / name) for name in ("plain", "full")]
    do(nodes[1], "secret", tlp="RED", fields=("conflict",), countries=(CountryShare(code="ME"),), partners=(Partner(name="SECRET-PARTNER"),))
    for each in nodes:
        fill(each)
    issue(nodes[1], content("w-secret", recipients=(OWN,)), tlp="RED", rel_to=())
    take(nodes[1], [replace(report, agency_ref=f"hidden {report.agency_ref}") for report in explosions()], Label(OWN, tlp="RED", rel_to=frozenset()))
    plain, full = (client_of(each, atlas) for each in nodes)
    for path in PATHS:
        assert plain.get(path).content == full.get(path).content, path
    assert "Work secret" in sign_in(full, "duty").get("/stocktake").text
    for each in nodes:
        each.store.close()


def test_a_signal_of_a_rule_is_for_desks(tmp_path: Path, atlas: Atlas) -> None:
    """What a rule says is shown to those who are signed in, with the way to its signal; PUBLIC hears of a risk from warnings and reports alone."""
    made = desk_node(tmp_path / "node")
    watch(made, atlas)
    client = client_of(made, atlas)
    assert f"rule {RULE}" not in client.get("/coverage").text
    text = sign_in(client, "duty").get("/coverage").text
    assert f"The rule {RULE} is" in text
    assert 'href="/desk/rules"' in text
    made.store.close()


@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")
def test_both_pages_fit_a_telephone_and_a_screen(node: Node, atlas: Atlas) -> None:
    """At 320 and 1280 pixels, light and dark, nothing sticks out; a map's patterns are drawn in both."""
    sync = pytest.importorskip("playwright.sync_api").sync_playwright
    server, port = served(app_of(node, atlas))
    with sync() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CALM.split())
        for scheme in ("light", "dark"):
            for width in (320, 1280):
                page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
                for path in ("/stocktake", f"/coverage?against={TODAY - timedelta(days=100)}"):
                    page.goto(f"http://127.0.0.1:{port}{path}")
                    assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate("getComputedStyle(document.querySelector('.cover-gap')).fill").startswith('url("#cover-gap")')
        browser.close()
    server.should_exit = True
