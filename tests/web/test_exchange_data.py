"""The exchange as its screen is told it: who may look, what a partner would see, what went out and came in, and the audit log with its chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.times import format_time
from vigie.node.settings import Node
from vigie.store import AuditChoice, list_notes, read_audit
from vigie.store.schema import audit
from vigie.web import make_app
from web.desk_world import ACCOUNTS, OWN, PARTNER, sign_in
from web.faces import routes_of
from web.partner_world import FAILING, FAULT, STRANGER, partnered_node
from web.world import NOW_US, public_reports

ADDRESSES = (
    "/data/exchange",
    "/data/exchange/log",
    "/data/exchange/view?party=PUBLIC",
    "/data/exchange/view/events?party=PUBLIC",
    "/data/exchange/view/events/ev-00000000000000000000?party=PUBLIC",
)
AUDIT = "/data/exchange/audit"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A desk's node with three partners."""
    with partnered_node(tmp_path_factory.mktemp("exchange")) as made:
        yield made


@pytest.fixture(scope="module")
def app(node: Node, atlas: Atlas) -> FastAPI:
    """Its application."""
    return make_app(node, atlas, lambda: NOW_US)


@pytest.fixture(scope="module")
def clients(app: FastAPI) -> Mapping[str, TestClient]:
    """Somebody who is not signed in, and one client an account."""
    made = {name: sign_in(TestClient(app, raise_server_exceptions=False), name) for name in ACCOUNTS}
    return made | {"": TestClient(app, raise_server_exceptions=False)}


def told(clients: Mapping[str, TestClient], path: str, account: str = "duty") -> Any:
    """The answer to an account."""
    answer_ = clients[account].get(path)
    assert answer_.status_code == 200, answer_.text
    return answer_.json()


def test_only_the_nodes_own_party_is_told_of_its_exchange(clients: Mapping[str, TestClient], app: FastAPI) -> None:
    """Every address gives a partner and the public one sentence, the same one; the audit log is for operators; no address is forgotten here."""
    known = {route.path for route in routes_of(app) if route.path.startswith("/data/exchange")}
    assert known == {address.partition("?")[0].replace("ev-00000000000000000000", "{event_id}") for address in (*ADDRESSES, AUDIT)}
    for address in (*ADDRESSES, AUDIT):
        for account in ("", "partner"):
            refused = clients[account].get(address)
            assert refused.status_code == 403
            assert refused.json() == {"error": "The exchange is shown to this node's own party only; sign in with an account of it."}
    for account in ("duty", "head", "looker"):
        assert clients[account].get(AUDIT).status_code == 403
        assert clients[account].get(ADDRESSES[0]).status_code == 200
    assert clients["chief"].get(AUDIT).status_code == 200
    assert clients["duty"].get(ADDRESSES[-1]).status_code == 404


def test_every_partner_is_shown_as_it_stands(clients: Mapping[str, TestClient]) -> None:
    """Who fails comes first, with its sentence; who never was asked; who is well, with how far either side has read."""
    found = told(clients, "/data/exchange")
    peers = {item["party"]: item for item in found["peers"]}
    assert [(item["party"], item["state"]) for item in found["peers"]] == [(FAILING, "failing"), (STRANGER, "never"), (PARTNER, "fresh")]
    assert (peers[FAILING]["fault"], peers[FAILING]["since"]) == (FAULT, format_time(NOW_US - 60_000_000))
    well = peers[PARTNER]
    assert (well["fault"], well["since"], well["fingerprint"].count(" ")) == ("", format_time(NOW_US), 15)
    assert (well["in"]["held"], well["in"]["recent"]["taken"], bool(well["in"]["cursor"])) == (1, 1, True)
    assert (well["out"]["waiting"], well["out"]["waiting_more"], well["out"]["unconfirmed"]) == (0, False, True)
    assert well["out"]["recent"]["offered"] > peers[STRANGER]["out"]["waiting"] > len(public_reports())
    assert found["card"]["party"] == OWN


def test_a_partner_becomes_late_when_nothing_was_heard_for_long(node: Node, atlas: Atlas) -> None:
    """Ten minutes after the last good exchange it is late, and says since when."""
    late = sign_in(TestClient(make_app(node, atlas, lambda: NOW_US + 700_000_000)), "duty")
    (found,) = [item for item in late.get("/data/exchange").json()["peers"] if item["party"] == PARTNER]
    assert (found["state"], found["since"]) == ("late", format_time(NOW_US))


def test_a_label_that_waits_says_whom_it_would_let_in(clients: Mapping[str, TestClient]) -> None:
    """Before and after, the readers that are gained, who asked and why, and the commands that settle it."""
    (found,) = told(clients, "/data/exchange")["labels"]
    assert (found["record"], found["by"], found["reason"]) == ("AMBERS/a1", "duty", "Agreed with the desk in Belgrade.")
    assert found["gained"] == ["MK-NODE", PARTNER]
    assert found["approve"] == f"vigie labels approve {found['ref']} --as ACCOUNT"


def test_the_log_tells_each_page_and_can_be_narrowed(clients: Mapping[str, TestClient]) -> None:
    """By partner, by direction, by what was counted; a page at a time without loss."""
    whole = told(clients, "/data/exchange/log")["rows"]
    assert {(row["peer"], row["direction"]) for row in whole} == {(PARTNER, "in"), (PARTNER, "out")}
    assert told(clients, "/data/exchange/log?direction=in")["rows"] == [row for row in whole if row["direction"] == "in"]
    assert told(clients, "/data/exchange/log?kind=offered")["rows"] == [row for row in whole if row["direction"] == "out"]
    assert told(clients, "/data/exchange/log?kind=erased")["rows"] == []
    assert told(clients, "/data/exchange/log?peer=AL-NODE")["rows"] == []
    rows, before = [], ""
    while True:
        page = told(clients, f"/data/exchange/log?limit=1{before}")
        rows += page["rows"]
        if page["before"] is None:
            break
        before = f"&before={page['before']}"
    assert rows == whole
    assert clients["duty"].get("/data/exchange/log?kind=gossip").status_code == 400
    assert clients["duty"].get("/data/exchange/log?direction=up").status_code == 400


def test_what_they_would_see_is_what_they_see(clients: Mapping[str, TestClient]) -> None:
    """The sums are those of the partner's own answers; hidden warnings and reports are named with their labels and reasons."""
    for party, account in (("PUBLIC", ""), (PARTNER, "partner")):
        sums = told(clients, f"/data/exchange/view?party={party}")["totals"]
        world = clients[account].get("/api/events?limit=1000").json() if not account else None
        if world is not None:
            assert sums["events"]["theirs"] == len(world["features"])
    public = told(clients, "/data/exchange/view?party=PUBLIC")
    assert (public["totals"]["reports"]["hidden"], public["totals"]["warnings"]["hidden"]) == (3, 1)
    assert [item["id"] for item in public["warnings"]] == ["w-partner"]
    assert public["told"] is None
    theirs = told(clients, f"/data/exchange/view?party={PARTNER}")
    assert theirs["totals"]["warnings"]["hidden"] == 0
    assert {line["rule"] for line in theirs["reasons"]} == {"owner", "tlp", "theirs"}
    assert theirs["told"]["records"] > 0
    assert clients["duty"].get("/data/exchange/view?party=NOBODY").status_code == 400
    assert clients["duty"].get("/data/exchange/view").status_code == 400


def test_lists_of_both_sides_lead_to_one_event(clients: Mapping[str, TestClient]) -> None:
    """What is hidden in part is listed with the sentence why, narrowed by field and reason; its page names each report."""
    part = told(clients, "/data/exchange/view/events?party=PUBLIC&side=part")
    line = next(item for item in part["items"] if "The list of readers is empty: nobody but ME-NODE." in item["why"])
    assert line["state"] == "part"
    assert told(clients, "/data/exchange/view/events?party=PUBLIC&field=seismic&kind=owner")["total"] == 1
    assert told(clients, "/data/exchange/view/events?party=PUBLIC&field=cyber&kind=owner")["total"] == 0
    one = told(clients, f"/data/exchange/view/events/{line['id']}?party=PUBLIC")
    assert {report["seen"]: bool(report["why"]) for report in one["reports_by_label"]} == {False: True, True: False}
    theirs = told(clients, "/data/exchange/view/events?party=PUBLIC&side=theirs")
    assert theirs["total"] == told(clients, "/data/exchange/view?party=PUBLIC")["totals"]["events"]["theirs"]
    for asked in ("side=left", "kind=gossip", "field=nothing"):
        assert clients["duty"].get(f"/data/exchange/view/events?party=PUBLIC&{asked}").status_code == 400


def test_a_partner_cannot_tell_that_it_was_looked_at(clients: Mapping[str, TestClient], node: Node) -> None:
    """All that the partner and the public are answered is the same, byte by byte, before and after; only our own audit log knows."""
    faces = ("/", "/warnings", "/coverage", "/api/events", "/public", "/data/risks", "/metrics")
    asked = [(account, path) for account in ("", "partner") for path in faces]
    before = [clients[account].get(path) for account, path in asked]
    notes = {book: list_notes(node.store, book) for book in ("peers", "pulled", "served", "asked", "peer_status")}
    for path in (f"/data/exchange/view?party={PARTNER}", "/data/exchange/view?party=PUBLIC", f"/data/exchange/view/events?party={PARTNER}"):
        told(clients, path)
    after = [clients[account].get(path) for account, path in asked]
    for (account, path), one, other in zip(asked, before, after, strict=True):
        assert (one.content, one.headers.get("etag")) == (other.content, other.headers.get("etag")), (account, path)
    assert {book: list_notes(node.store, book) for book in notes} == notes
    assert f"/data/exchange/view?party={PARTNER}" in {row.subject for row in read_audit(node.store, AuditChoice(account="duty"))}


def test_the_audit_log_says_whether_its_chain_holds(clients: Mapping[str, TestClient], node: Node) -> None:
    """Narrowed by account and act, paged, proved; a row that was altered is named."""
    found = told(clients, f"{AUDIT}?account=duty&act=see&limit=2", "chief")
    assert {(row["account"], row["act"]) for row in found["rows"]} == {("duty", "see")}
    older = told(clients, f"{AUDIT}?account=duty&act=see&limit=2&before={found['before']}", "chief")
    assert older["rows"][0]["number"] < found["rows"][-1]["number"]
    assert found["chain"]["verified"] is True
    assert clients["chief"].get(f"{AUDIT}?act=dance").status_code == 400
    with node.store.writing() as connection:
        kept = connection.execute(audit.select().where(audit.c.id == 3)).one()
        connection.execute(audit.update().where(audit.c.id == 3).values(account="nobody"))
    broken = told(clients, AUDIT, "chief")["chain"]
    assert (broken["verified"], len(broken["faults"])) == (False, 1)
    with node.store.writing() as connection:
        connection.execute(audit.update().where(audit.c.id == 3).values(account=kept.account))
