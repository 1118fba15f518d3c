"""The audit log at the desk: who may look, what it shows, and that no answer goes out unwritten."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.node.audit import audit_rows, waiting_count
from vigie.node.settings import Node
from vigie.store import AuditChoice, AuditRow, append_audit
from vigie.web import make_app
from web.desk_world import PASSWORD, desk_node
from web.world import HOSTILE, NOW_US

HERE = {"Origin": "http://testserver"}


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with five accounts."""
    made = desk_node(tmp_path_factory.mktemp("audit") / "node")
    yield made
    made.store.close()


@pytest.fixture
def app(node: Node, atlas: Atlas) -> FastAPI:
    """Its application."""
    return make_app(node, atlas, lambda: NOW_US)


def enter(app: FastAPI, account: str) -> TestClient:
    """A browser that is signed in."""
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    assert client.post("/sign-in", data={"account": account, "password": PASSWORD}, headers=HERE).status_code == 303
    return client


def test_the_log_is_for_operators_of_the_nodes_own_party(app: FastAPI) -> None:
    """Nobody else finds it among the pages of the desk, or may open it."""
    chief = enter(app, "chief")
    assert chief.get("/desk/audit").status_code == 200
    assert "/desk/audit" in chief.get("/desk").text
    for account in ("head", "partner"):
        client = enter(app, account)
        assert client.get("/desk/audit").status_code == 403
        assert "/desk/audit" not in client.get("/desk").text
    assert TestClient(app, follow_redirects=False).get("/desk/audit").status_code == 303


def test_the_page_shows_who_saw_and_did_what(app: FastAPI, node: Node) -> None:
    """One row a request and one an act; what was typed is text and nothing else; filters and pages work without JavaScript."""
    duty = enter(app, "duty")
    duty.get("/desk?exercise=true")
    form_key = re.search(r'name="form_key" value="(\w+)"', duty.get("/desk/contacts").text)
    assert form_key
    sent = {"form_key": form_key[1], "organisation": "ME-NODE", "post": "duty officer", "role": "analyst"}
    duty.post("/desk/contacts", data=sent, headers=HERE)
    duty.post("/sign-out", data={"form_key": form_key[1]}, headers=HERE)
    TestClient(app).get("/plain")
    append_audit(node.store, [AuditRow(NOW_US, HOSTILE, HOSTILE, "see", HOSTILE, {HOSTILE: HOSTILE})] * 120)
    rows = [(row.act, row.account, row.subject) for row in audit_rows(node, AuditChoice(account="duty"))][::-1]
    assert rows[:3] == [("sign-in", "duty", "duty"), ("see", "duty", "/desk?exercise=true"), ("see", "duty", "/desk/contacts")]
    assert ("sign-out", "duty", "duty") in rows
    assert [act for act, _, _ in rows].count("send") == 2
    chief = enter(app, "chief")
    page = chief.get("/desk/audit?account=duty").text
    assert "/desk?exercise=true" in page
    whole = chief.get("/desk/audit")
    assert "<script" not in whole.text
    older = re.search(r'href="(/desk/audit\?before=\d+)"', whole.text)
    assert older
    assert "sign-in" in chief.get(older[1]).text
    assert "Nothing that was asked for" in chief.get("/desk/audit?act=sync&since=2026-01-01&until=2026-12-31").text
    assert chief.get("/desk/audit?act=dance").status_code == 400
    assert chief.get("/desk/audit?since=soon").status_code == 400


def test_a_reader_does_not_wait_for_who_writes(app: FastAPI, node: Node) -> None:
    """While a large file is taken in, a page is answered; its row waits and is in the log afterwards."""
    duty = enter(app, "duty")
    duty.get("/desk/contacts")
    begun, done = threading.Event(), threading.Event()

    def ingest() -> None:
        with node.store.writing():
            begun.set()
            done.wait(60)

    writer = threading.Thread(target=ingest)
    writer.start()
    begun.wait(30)
    assert duty.get("/desk/contacts").status_code == 200
    assert waiting_count(node) == 1
    done.set()
    writer.join()
    assert [row.subject for row in audit_rows(node, AuditChoice(account="duty", act="see"))] == ["/desk/contacts"] * 2


def test_what_cannot_be_written_down_is_not_answered(app: FastAPI, node: Node) -> None:
    """A disk that takes no row: one sentence instead of the page; PUBLIC is answered as ever."""
    duty = enter(app, "duty")
    (node.folder / "audit" / "waiting").mkdir(parents=True)
    refused = duty.get("/desk/contacts")
    assert refused.status_code == 503
    assert refused.json()["error"].startswith("The node cannot write its audit log")
    assert "form_key" not in refused.text
    assert TestClient(app).get("/public").status_code == 200
