"""The API with a token: whose world is answered, what is refused and how, who must wait, and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.api_tokens import add_token, revoke_token
from vigie.node.audit import audit_rows
from vigie.node.settings import Node
from vigie.store import AuditChoice
from vigie.web import make_app
from web.desk_world import desk_node
from web.world import NOW_US

ROUTES = ("/api/events", "/api/reports", "/api/picture", "/api/vocabulary", "/api/review", "/api/decisions", "/api/events/by-report/SECRET/s1", "/api/events/x")
WRONG = {"error": "The token is wrong, has run out or was revoked."}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two parties and a report that only its own may read."""
    made = desk_node(tmp_path_factory.mktemp("tokens") / "node")
    yield made
    made.store.close()


Ask = Callable[..., TestClient]


@pytest.fixture(scope="module")
def server(node: Node, atlas: Atlas) -> FastAPI:
    """The application at the instant that these tests call now."""
    return make_app(node, atlas, lambda: NOW_US)


@pytest.fixture
def ask(node: Node, atlas: Atlas, server: FastAPI) -> Ask:
    """Makes a program that shows a token, or none, from a place of its own."""
    places = count(1)

    def made(secret: str | None = None, now_us: int = NOW_US) -> TestClient:
        app = server if now_us == NOW_US else make_app(node, atlas, lambda: now_us)
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return TestClient(app, raise_server_exceptions=False, follow_redirects=False, headers=headers, client=(f"192.0.2.{next(places)}", 1))

    server.state.desk.refusals._failed.clear()
    return made

    return made


@pytest.fixture
def secret(node: Node) -> Iterator[Callable[..., str]]:
    """Makes tokens that are revoked after the test."""
    names: list[str] = []

    def made(account: str = "duty", *scopes: str, days: int = 90) -> str:
        names.append(f"t{len(names)}")
        return add_token(node, account, names[-1], scopes or ("read",), days, now_us=NOW_US)

    yield made
    for name in names:
        revoke_token(node, name, now_us=NOW_US)


def agencies(client: TestClient) -> set[str]:
    """All whose events the client is shown."""
    return {name for event in client.get("/api/events?limit=1000").json()["features"] for name in event["properties"]["agencies"]}


def test_a_token_is_answered_with_the_world_of_its_accounts_party(ask: Ask, secret: Callable[..., str]) -> None:
    """On every route; without one the answer is that of PUBLIC, byte for byte, and a partner sees what a partner may."""
    own, partner, public = ask(secret("duty")), ask(secret("partner")), ask()
    assert "SECRET" in agencies(own)
    assert "SECRET" not in agencies(public) | agencies(partner)
    assert own.get("/api/events/by-report/SECRET/s1").status_code == 200
    assert partner.get("/api/events/by-report/SECRET/s1").content == public.get("/api/events/by-report/SECRET/s1").content
    assert own.get("/api/reports").json()["numberMatched"] == public.get("/api/reports").json()["numberMatched"] + 1
    assert own.get("/api/reports").json()["audience"] == own.get("/api/picture").json()["audience"] == own.get("/api/review").json()["audience"] == "ME-NODE"
    assert own.get("/api/decisions").json()["form_key"] is None


def test_one_servers_answers_do_not_mix(server: FastAPI, secret: Callable[..., str]) -> None:
    """What is remembered for one audience is not given to another."""
    client, headers = TestClient(server), {"Authorization": f"Bearer {secret()}"}
    for path in ("/api/picture", "/api/events?limit=1000"):
        public = client.get(path)
        own = client.get(path, headers=headers | {"If-None-Match": public.headers["etag"]})
        assert own.status_code == 200
        assert own.headers["cache-control"] == "no-store"
        assert client.get(path).content == public.content != own.content


@pytest.mark.parametrize("path", ROUTES)
def test_a_token_that_is_no_good_is_refused_everywhere_with_the_same_bytes(ask: Ask, secret: Callable[..., str], path: str) -> None:
    """Unknown, wrong, empty, run out: one sentence; also where PUBLIC would be answered."""
    good = secret(days=1)
    refused = [ask(word).get(path) for word in ("", "x", good[:-1], good.upper())] + [ask(good, NOW_US + DAY_US).get(path)]
    assert {answer.status_code for answer in refused} == {401}
    assert {answer.content for answer in refused} == {refused[0].content}
    assert refused[0].json() == WRONG
    assert {answer.headers["www-authenticate"] for answer in refused} == {"Bearer"}
    assert ask(good).get(path).status_code in {200, 404}


def test_only_a_bearer_on_the_api_is_a_token(ask: Ask, secret: Callable[..., str]) -> None:
    """Two of them are none; what a proxy sends for itself is nothing; pages ask for a session; a token in an address is no parameter."""
    good, public = secret(), ask()
    events = public.get("/api/events").content
    assert public.get("/api/events", headers={"Authorization": "Basic eDp5"}).content == events
    assert public.get("/api/events", headers={"Authorization": f"bearer  {good} "}).content != events
    assert public.get("/api/events", headers=[("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]).status_code == 401
    assert ask(good).get("/desk").status_code == 303
    assert ask(good).get("/plain").content == public.get("/plain").content
    assert ask("x").get("/plain").content == public.get("/plain").content
    assert public.get(f"/api/events?access_token={good}").status_code == 400


def test_a_token_decides_without_a_form_key_as_far_as_its_scopes_go(ask: Ask, secret: Callable[..., str]) -> None:
    """Reading is one scope, deciding another, opening a decision a third; a session still needs its key."""
    form = {"act": "apart", "first": "MSO/q1", "second": "EMSC/q1", "reason": "two shocks"}
    assert ask().post("/api/decisions", data=form).status_code == 401
    reading = ask(secret("head")).post("/api/decisions", data=form)
    assert (reading.status_code, reading.json()["error"]) == (403, "The scope of this token, read, does not allow this.")
    deciding = ask(secret("head", "decide"))
    assert deciding.get("/api/events").status_code == 403
    assert deciding.post("/api/decisions", data=form | {"tlp": "GREEN"}).status_code == 403
    assert deciding.post("/api/decisions", data=form).json()["verdict"] == "apart"
    assert ask(secret("head", "write")).post("/api/decisions", data=form | {"tlp": "GREEN"}).json()["tlp"] == "GREEN"


def test_who_tries_many_must_wait_and_longer_each_time(node: Node, atlas: Atlas, secret: Callable[..., str]) -> None:
    """By where they come from; the right token does not help meanwhile, and does not stand in for others; other places are not touched."""
    clock, good = [NOW_US], secret()
    app = make_app(node, atlas, lambda: clock[0])

    def status(word: str, host: str = "192.0.2.7") -> tuple[int, str]:
        answer = TestClient(app, client=(host, 1)).get("/api/vocabulary", headers={"Authorization": f"Bearer {word}"})
        return answer.status_code, answer.headers.get("retry-after", "")

    assert [status("x") for _ in range(4)] == [(401, "")] * 4
    assert status(good) == (200, "")
    assert [status("x") for _ in range(6)] == [(401, "")] * 5 + [(429, "30")]
    assert status(good) == (429, "30")
    assert status(good, "192.0.2.8") == (200, "")
    clock[0] += 30 * SECOND_US
    assert [status("x"), status("x")] == [(401, ""), (429, "60")]
    clock[0] += 60 * SECOND_US
    assert status(good) == (200, "")
    assert [status("x", f"2001:db8::{number}")[0] for number in range(6)] == [401] * 5 + [429]
    assert status("x", "2001:db8:0:1::1")[0] == 401


def test_a_token_that_ran_out_makes_nobody_wait(ask: Ask, secret: Callable[..., str]) -> None:
    """A program that was forgotten is no attack."""
    late = ask(secret(days=1), NOW_US + 2 * DAY_US)
    assert [late.get("/api/vocabulary").status_code for _ in range(8)] == [401] * 8


def test_what_a_token_asked_is_written_down_and_public_is_not(node: Node, atlas: Atlas, ask: Ask, secret: Callable[..., str]) -> None:
    """The account, the token's name, the address with the choices in it; wrong tokens without a word of them."""
    good = secret("duty", "read", "decide")
    before = len(audit_rows(node, AuditChoice()))
    ask().get("/api/events")
    ask(good).get("/api/events?country=ME&limit=5")
    ask(good).head("/api/reports?field=")
    ask(good).get("/api/events/nothing?password=abc")
    ask(good).post("/api/decisions", data={"act": "dance"})
    app = make_app(node, atlas, iter(range(NOW_US, NOW_US + 9 * SECOND_US, SECOND_US // 3)).__next__)
    for _ in range(4):
        TestClient(app).get("/api/vocabulary", headers={"Authorization": "Bearer wrong-secret"})
    rows = audit_rows(node, AuditChoice(limit=1_000))[:-before]
    assert [(row.act, row.account, row.party, row.subject, row.facts) for row in rows[::-1]] == [
        ("see", "duty", "ME-NODE", "/api/events?country=ME&limit=5", {"status": 200, "token": "t0"}),
        ("see", "duty", "ME-NODE", "/api/reports", {"status": 200, "token": "t0"}),
        ("see", "duty", "ME-NODE", "/api/events/nothing", {"status": 400, "token": "t0"}),
        ("send", "duty", "ME-NODE", "/api/decisions", {"status": 400, "token": "t0"}),
        ("token-refused", "", "", "", {"count": 1}),
        ("token-refused", "", "", "", {"count": 2}),
    ]
    assert good not in str(rows)
    assert "wrong-secret" not in str(rows)


def test_the_description_tells_of_tokens(ask: Ask) -> None:
    """Each route of the API names what a token may be told."""
    paths = ask().get("/openapi.json").json()["paths"]
    assert all({"401", "403", "429"} <= set(said["get"]["responses"]) for path, said in paths.items() if path.startswith("/api/"))


def test_the_folder_tells_no_secret(node: Node, ask: Ask, secret: Callable[..., str]) -> None:
    """After all of it neither the token nor a part of it lies anywhere."""
    good = secret()
    ask(good).get("/api/vocabulary")
    held = b"".join(path.read_bytes() for path in Path(node.folder).rglob("*") if path.is_file())
    assert good[6:].encode() not in held
