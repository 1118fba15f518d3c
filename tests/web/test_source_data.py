"""What each agency sent, what could not be read, and help with a table: as the page's program asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from vigie.node.settings import Node
from vigie.node.uploads import KEPT_US, forget_old
from web.asks import Sitter, sitter
from web.desk_world import desk_node
from web.world import HOSTILE, NOW_US, public_reports, take

HEADER = "Broj;Datum;Vrijeme;Sirina;Duzina;Dubina;ML;Mjesto;Ime"
ROWS = [f"{number};{number % 28 + 1}.2.2014;12:05;42,10;21,50;12000;3,1;Peć;Petra" for number in range(25)]
TABLE = "\n".join([HEADER, *ROWS, "25;nonsense;12:05;42,10;21,50;12000;3,1;Peć;Petra", ""])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with people at its desk."""
    made = desk_node(tmp_path_factory.mktemp("sources") / "node")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def at(node: Node, make_client: Callable[[Node], TestClient]) -> Callable[[str], Sitter]:
    """Who sits at the page, by the name of the account; nobody for the empty one."""
    client, known = make_client(node), dict[str, Sitter]()
    return lambda name: known.setdefault(name, sitter(client, node, name))


@pytest.fixture(scope="module")
def taken(at: Callable[[str], Sitter]) -> dict[str, object]:
    """The table, sent, looked at and taken in."""
    shown = at("duty").upload("emsc-quakes.csv", TABLE).json()
    done = at("duty").send("/data/sources/table/import", upload=shown["upload"], mapping=shown["mapping"] | {"agency": "OURS"})
    assert done.status_code == 200, done.text
    return {"shown": shown, "done": done.json()}


def test_every_audience_is_told_what_its_world_tells_of_the_agencies(at: Callable[[str], Sitter]) -> None:
    """Counts and the last word; sources, files and rejects are told to the node's own party alone, and what is hidden is not counted."""
    for name in ("", "partner"):
        told = at(name).get("/data/sources").json()
        assert set(told) == {"own", "agencies"}
        assert {"EMSC", HOSTILE} <= {line["agency"] for line in told["agencies"]}
        assert "SECRET" not in {line["agency"] for line in told["agencies"]}
        assert "latency" not in told["agencies"][0]
    own = at("looker").get("/data/sources").json()
    assert "SECRET" in {line["agency"] for line in own["agencies"]}
    assert own["may_act"] is False


def test_an_operator_sees_what_each_source_sent_and_how_late(at: Callable[[str], Sitter]) -> None:
    """Files, reports, delays from issue to arrival, and the last runs to draw."""
    told = at("chief").get("/data/sources").json()
    brought = next(line for line in told["sources"] if line["name"] == "s")
    assert brought["word"] == "by hand"
    assert brought["files"] == len(brought["runs"])
    assert brought["latency"]["n"] == sum(report.issued_us is not None for report in public_reports()) + 1
    assert 0 < brought["latency"]["median_s"] <= brought["latency"]["p90_s"]
    assert next(line for line in told["agencies"] if line["agency"] == "EMSC")["latency"]["n"] >= 12
    assert {line["name"] for line in told["unfollowed"]} >= {"emsc"}


def test_the_two_worlds_never_mix(at: Callable[[str], Sitter]) -> None:
    """The exercise has its own files and agencies."""
    drill = at("chief").get("/data/sources", exercise="true").json()
    assert sum(line["files"] for line in drill["sources"]) == 1
    assert sum(line["reports"] for line in drill["agencies"]) == 9


def test_a_table_is_understood_column_by_column(taken: dict[str, Any]) -> None:
    """Each with its guess, how sure that is, why, its unit and what else it could be; a personal one shows no value."""
    shown = taken["shown"]
    assert shown["how"] == "guessed"
    columns = {column["name"]: column for column in shown["columns"]}
    assert (columns["Sirina"]["targets"], columns["Sirina"]["confidence"], columns["Sirina"]["fits"][:2]) == (["lat"], "sure", ["lat", "lon"])
    assert (columns["Dubina"]["targets"], columns["Dubina"]["unit"]) == (["depth_km"], "m")
    assert (columns["Ime"]["understood"], columns["Ime"]["examples"], columns["Ime"]["reasons"]) == ("blanked", [], ["personal"])
    assert (shown["agency"], shown["mapping"]["field"]) == ("EMSC", "seismic")
    assert (shown["reports"], shown["rejects"], len(shown["examples"])) == (25, 1, 20)
    assert (shown["bad"][0]["field"], shown["bad"][0]["place"]) == ("Datum", "line 27")
    assert "Petra" not in str(shown)


@pytest.mark.usefixtures("taken")
def test_a_corrected_mapping_shows_what_would_become_of_the_table(at: Callable[[str], Sitter]) -> None:
    """Another unit gives other reports; a mapping that lacks what every row needs is told in one sentence, and nothing is written."""
    shown = at("duty").upload("other.csv", TABLE.replace("Peć", "Пећ")).json()
    mapping = shown["mapping"] | {"units": {"depth_km": "km"}, "agency": "OURS"}
    seen = at("duty").send("/data/sources/table/preview", upload=shown["upload"], mapping=mapping).json()
    assert (seen["examples"][0]["depth_km"], seen["examples"][0]["agency"]) == (12000, "OURS")
    columns = {name: column for name, column in mapping["columns"].items() if name != "begin"}
    lacking = at("duty").send("/data/sources/table/preview", upload=shown["upload"], mapping=mapping | {"columns": columns}).json()
    assert lacking["reports"] == 0
    assert "begin" in lacking["fault"]
    wrong = at("duty").send("/data/sources/table/preview", upload=shown["upload"], mapping=mapping | {"units": {"depth_km": "miles"}})
    assert (wrong.status_code, "units.depth_km" in wrong.json()["error"]) == (409, True)


def test_a_table_is_taken_in_once(at: Callable[[str], Sitter], taken: dict[str, Any]) -> None:
    """The same file again says when it came before, is read by the mapping that was kept, and nothing is doubled."""
    assert (taken["done"]["status"], taken["done"]["reports"], taken["done"]["rejects"]) == ("taken in", 25, 1)
    again = at("duty").upload("again.csv", TABLE).json()
    assert (again["how"], again["before"]["reports"], again["mapping"]["agency"]) == ("kept", 25, "OURS")
    done = at("duty").send("/data/sources/table/import", upload=again["upload"], mapping=again["mapping"]).json()
    assert (done["status"], done["reports"], done["unchanged"]) == ("known", 0, 25)
    told = at("duty").get("/data/sources").json()
    assert [line["reports"] for line in told["agencies"] if line["agency"] == "OURS"] == [25]


@pytest.mark.usefixtures("taken")
def test_what_was_got_is_shown_to_the_operator_alone(at: Callable[[str], Sitter]) -> None:
    """The place, the reason and what was expected are shown to the own party; another party is shown nothing."""
    for name, got in (("duty", None), ("chief", "nonsenseT12:05")):
        told = at(name).get("/data/sources/rejects", source="-").json()
        assert [(item["field"], item["place"], item["got"]) for item in told["items"]] == [("Datum", "line 27", got)]
        assert told["total"] == 1
    assert at("partner").get("/data/sources/rejects").status_code == 403
    assert at("").get("/data/sources/rejects").status_code == 403


@pytest.mark.usefixtures("taken")
def test_a_file_is_tried_again_from_the_quarantine(at: Callable[[str], Sitter]) -> None:
    """What was read before is found unchanged; a reader may not try, and another party neither."""
    number = at("duty").get("/data/sources").json()["rejected"][0]["file"]
    outcome = at("duty").send("/data/sources/retry", file=number).json()["outcomes"]
    assert [(item["file"], item["reports"], item["unchanged"], item["rejects"]) for item in outcome] == [(number, 0, 25, 1)]
    assert at("looker").send("/data/sources/retry", file=number).status_code == 403
    assert at("partner").send("/data/sources/retry", file=number).status_code == 403


def test_a_table_that_was_sent_is_sealed_for_its_sender_and_forgotten_after_an_hour(at: Callable[[str], Sitter], node: Node) -> None:
    """Nobody else can open it, nothing of it lies in the clear, and its key goes with it."""
    name = at("duty").upload("secret.csv", TABLE).json()["upload"]
    assert at("chief").send("/data/sources/table/preview", upload=name, mapping=None).status_code == 409
    sealed = node.quarantine / f"{name}.sealed"
    assert "Peć".encode() not in sealed.read_bytes()
    assert not [path for path in Path(node.folder / "incoming").rglob("*") if path.is_file()]
    assert forget_old(node, NOW_US + KEPT_US - 1) == 0
    assert forget_old(node, NOW_US + KEPT_US) >= 1
    assert not sealed.exists()
    assert node.keyring.key(name) is None
    assert at("duty").send("/data/sources/table/preview", upload=name, mapping=None).status_code == 409


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("sheet.pdf", b"%PDF-1.7", "a PDF document"),
        ("old.xls", b"\xd0\xcf\x11\xe0", "save the sheet as CSV"),
        ("picture.png", b"\x89PNG\r\n\x00\x00", "binary data"),
        ("page.html", b"<!doctype html><html><body>News</body></html>", "a page of text"),
    ],
)
def test_a_bad_file_gets_one_sentence(at: Callable[[str], Sitter], name: str, data: bytes, said: str) -> None:
    """It says what it is and what to do, and nothing is kept."""
    answer = at("duty").upload(name, data)
    assert (answer.status_code, said in answer.json()["error"]) == (400, True), answer.text


def test_a_table_that_is_too_large_is_refused(at: Callable[[str], Sitter], node: Node, make_client: Callable[[Node], TestClient]) -> None:
    """By the node's own limit, before it is read."""
    small = replace(node, settings=node.settings.model_copy(update={"max_upload_bytes": 100}))
    answer = replace(at("duty"), client=make_client(small)).upload("big.csv", b"x" * 20_000)
    assert (answer.status_code, "at most 100 bytes" in answer.json()["error"]) == (413, True)


def test_a_label_that_opens_at_once_asks_for_a_role_that_may_release(at: Callable[[str], Sitter]) -> None:
    """An analyst takes tables in for the party's own eyes; a releaser may name readers."""
    table = TABLE.replace("Peć", "Istok")
    for name, status in (("duty", 403), ("head", 200)):
        shown = at(name).upload("wide.csv", table).json()
        sent = {"upload": shown["upload"], "mapping": shown["mapping"] | {"agency": "WIDE"}, "tlp": "GREEN"}
        assert at(name).send("/data/sources/table/import", **sent).status_code == status
    assert [line["reports"] for line in at("partner").get("/data/sources").json()["agencies"] if line["agency"] == "WIDE"] == [25]


def test_nothing_is_sent_without_the_key_of_the_session(at: Callable[[str], Sitter]) -> None:
    """Without it, from another site, or signed out: 403 with one sentence, and no redirect."""
    duty = at("duty")
    without = replace(duty, headers={"cookie": duty.headers["cookie"]})
    elsewhere = replace(duty, headers=duty.headers | {"sec-fetch-site": "cross-site"})
    for who in (without, elsewhere, at("")):
        assert who.send("/data/sources/retry", file=1).status_code == 403
        assert who.upload("x.csv", TABLE).status_code == 403
        assert who.send("/data/report").status_code == 403


def test_a_hostile_name_stays_text(at: Callable[[str], Sitter]) -> None:
    """The name of a file leads nowhere and is told as a plain one."""
    shown = at("duty").upload("../../etc/<script>.csv", TABLE).json()
    assert "/" not in shown["name"]
    assert "<" not in shown["name"]


def test_what_is_taken_in_later_moves_the_page(at: Callable[[str], Sitter], node: Node) -> None:
    """The next look counts it."""
    before = sum(line["reports"] for line in at("").get("/data/sources").json()["agencies"])
    take(node, [replace(public_reports()[0], agency="NEW", agency_ref="n1")])
    assert sum(line["reports"] for line in at("").get("/data/sources").json()["agencies"]) == before + 1
