"""Signing in by page: the cookie, the way back, the key of a form, other sites' forms, and what is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.node.accounts import Session, add_account, list_accounts, remove_account
from vigie.node.settings import Node, init_node
from vigie.store import list_notes
from vigie.web import make_app
from vigie.web.sessions import MAX_FORM_BYTES, Form, Signed, allow, maybe_signed_in
from web.world import NOW_US

PASSWORD = "a lookout on the hill"
NAME = "duty-analyst"
HERE = {"Origin": "http://testserver"}


@pytest.fixture(scope="module")
def desk_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with one account."""
    folder: Path = tmp_path_factory.mktemp("sessions") / "node"
    node = init_node(folder, "ME-NODE")
    add_account(node, NAME, "", "analyst", PASSWORD, now_us=NOW_US)
    yield node
    node.store.close()


@pytest.fixture(scope="module")
def app(desk_node: Node, atlas: Atlas) -> FastAPI:
    """Its application, with a page and two forms such as a desk has."""
    made = make_app(desk_node, atlas, lambda: NOW_US)

    @made.get("/private")
    def private(session: Signed) -> dict[str, str]:
        return {"account": session.account, "key": session.form_key}

    @made.get("/either")
    def either(session: Annotated[Session | None, Depends(maybe_signed_in)]) -> dict[str, str]:
        return {"account": session.account if session else ""}

    @made.post("/private")
    def act(form: Form, session: Signed) -> dict[str, str]:
        allow(session, "draft")
        return form

    @made.post("/release")
    def release(_form: Form, session: Signed) -> None:
        allow(session, "release")

    return made


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser that nobody has signed in with."""
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def signed(client: TestClient) -> TestClient:
    """A browser that is signed in."""
    assert enter(client).status_code == 303
    return client


def enter(client: TestClient, password: str = PASSWORD, **fields: str):  # noqa: ANN201 - the client's own answer
    """Sends the form of the sign-in page."""
    return client.post("/sign-in", data={"account": NAME, "password": password, **fields}, headers=HERE)


def key_of(client: TestClient) -> str:
    """The key that the forms of this session bear."""
    found: str = client.get("/private").json()["key"]
    return found


def test_a_private_page_leads_to_the_sign_in_page_and_back(client: TestClient) -> None:
    """With the question that was asked; the form carries it on."""
    away = client.get("/private?exercise=true&field=cyber")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/private%3Fexercise%3Dtrue%26field%3Dcyber")
    page = client.get(away.headers["location"])
    assert page.status_code == 200
    (there,) = re.findall(r'name="next" value="([^"]*)"', page.text)
    assert "<script" not in page.text
    back = enter(client, next=there.replace("&amp;", "&"))
    assert (back.status_code, back.headers["location"]) == (303, "/private?exercise=true&field=cyber")
    assert client.get("/private").json()["account"] == NAME


def test_the_cookie_is_for_this_site_and_for_no_script(client: TestClient) -> None:
    """Strict, without a domain, for the length of a session; over TLS for TLS alone."""
    cookie = enter(client).headers["set-cookie"]
    assert re.fullmatch(r"vigie-session=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=strict", cookie)
    safe = TestClient(client.app, base_url="https://testserver", follow_redirects=False)
    answer = safe.post("/sign-in", data={"account": NAME, "password": PASSWORD}, headers={"Origin": "https://testserver"})
    assert answer.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("place", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)", "/\t/elsewhere", ""])
def test_the_way_back_never_leaves_this_site(client: TestClient, place: str) -> None:
    """Neither on the page nor after the form."""
    page = client.get("/sign-in", params={"next": place})
    assert re.findall(r"(?:href|value)=\"([^\"]*(?:elsewhere|alert)[^\"]*)", page.text) == []
    assert enter(client, next=place).headers.get("location", "/") == "/"


def test_a_wrong_password_shows_the_form_again_with_one_sentence(client: TestClient) -> None:
    """Nothing of what was typed but the account comes back, and no cookie."""
    answer = client.post("/sign-in", data={"account": '"><b>', "password": "a wrong password"}, headers=HERE)
    assert answer.status_code == 403
    assert "The account or the password is wrong." in answer.text
    assert "a wrong password" not in answer.text
    assert "<b>" not in answer.text
    assert "set-cookie" not in answer.headers


def test_what_a_reader_sees_who_is_signed_in_is_kept_nowhere(signed: TestClient) -> None:
    """Nor is the sign-in page, nor a page that would differ; public pages stay as they were."""
    for path in ("/private", "/either", "/sign-in"):
        assert signed.get(path).headers["cache-control"] == "no-store", path
    assert signed.get("/health").headers["cache-control"] == "no-cache"
    assert signed.get("/private").headers["content-security-policy"].startswith("default-src 'none'")


def test_a_form_with_the_key_of_its_session_is_believed(signed: TestClient) -> None:
    """Its fields come without the key; a field that comes twice has its values on lines of their own."""
    sent = {"form_key": key_of(signed), "words": "један\r\nдва", "to": ["RS", "ME"], "empty": ""}
    answer = signed.post("/private", data=sent, headers=HERE)
    assert answer.json() == {"words": "један\nдва", "to": "RS\nME", "empty": ""}


@pytest.mark.parametrize("key", ["", "0" * 32, "ш"])
def test_a_form_without_the_key_is_refused_with_one_sentence(signed: TestClient, key: str) -> None:
    """A key of another session is no better."""
    answer = signed.post("/private", data={"form_key": key, "words": "x"}, headers=HERE)
    assert (answer.status_code, answer.json()) == (403, {"error": "The form is not of this session; open its page again and send it from there."})


@pytest.mark.parametrize(
    ("headers", "is_believed"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "https://testserver"}, True),
        ({"Origin": "http://elsewhere.example"}, False),
        ({"Origin": "http://testserver.elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({}, True),
    ],
)
def test_a_form_of_another_site_is_refused(signed: TestClient, headers: dict[str, str], *, is_believed: bool) -> None:
    """By what the browser says of where it comes from, key or no key; a proxy that ends TLS does not matter."""
    answer = signed.post("/private", data={"form_key": key_of(signed)}, headers=headers)
    assert answer.status_code == (200 if is_believed else 403)
    assert signed.post("/sign-in", data={"account": "x", "password": "y"}, headers=headers).text.count("another site") == (0 if is_believed else 1)


def test_a_form_is_bounded_and_of_one_kind(signed: TestClient) -> None:
    """Size, kind, letters and the number of fields: each refusal is one sentence."""
    plain = {"Content-Type": "application/x-www-form-urlencoded", **HERE}
    answers = [
        signed.post("/private", content=b"x=" + b"y" * MAX_FORM_BYTES, headers=plain),
        signed.post("/private", json={"form_key": key_of(signed)}, headers=HERE),
        signed.post("/private", files={"file": b"x"}, headers=HERE),
        signed.post("/private", content=b"x=%FF", headers=plain),
        signed.post("/private", content=b"x=%00", headers=plain),
        signed.post("/private", content=b"x=1&" * 1_500, headers=plain),
    ]
    assert [answer.status_code for answer in answers] == [413, 415, 415, 400, 400, 400]
    assert all(re.fullmatch(r'\{"error":"[^"]+\."\}', answer.text) for answer in answers)


def test_a_form_that_comes_after_the_session_leads_to_the_sign_in_page(client: TestClient) -> None:
    """It is not sent again by itself, so the way back is the first page."""
    answer = client.post("/private", data={"words": "x"}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/")


def test_a_role_that_may_not_is_told_so(signed: TestClient) -> None:
    """An analyst releases nothing."""
    answer = signed.post("/release", data={"form_key": key_of(signed)}, headers=HERE)
    assert answer.status_code == 403
    assert "analyst" in answer.json()["error"]


def test_signing_out_ends_the_session_and_not_by_another_sites_hand(signed: TestClient) -> None:
    """The form needs its key; afterwards the token opens nothing."""
    token = signed.cookies["vigie-session"]
    assert signed.post("/sign-out", data={"form_key": ""}, headers=HERE).status_code == 403
    (key,) = set(re.findall(r'name="form_key" value="(\w+)"', signed.get("/sign-in").text))
    answer = signed.post("/sign-out", data={"form_key": key}, headers=HERE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "vigie-session" not in signed.cookies
    signed.cookies.set("vigie-session", token)
    assert signed.get("/private").status_code == 303


def test_signing_in_again_ends_the_session_before(signed: TestClient, desk_node: Node) -> None:
    """A browser has one; the token is never the one it came with."""
    before, count = signed.cookies["vigie-session"], len(list_notes(desk_node.store, "sessions"))
    enter(signed)
    assert signed.cookies["vigie-session"] != before
    assert len(list_notes(desk_node.store, "sessions")) == count


def test_an_account_that_is_removed_is_out_at_once(app: FastAPI, desk_node: Node) -> None:
    """Its open session with it."""
    add_account(desk_node, "for-a-while", "", "reader", PASSWORD, now_us=NOW_US)
    browser = TestClient(app, follow_redirects=False)
    browser.post("/sign-in", data={"account": "for-a-while", "password": PASSWORD}, headers=HERE)
    assert browser.get("/either").json() == {"account": "for-a-while"}
    remove_account(desk_node, "for-a-while", now_us=NOW_US)
    assert browser.get("/either").json() == {"account": ""}
    assert [account.name for account in list_accounts(desk_node)] == [NAME]


@pytest.mark.parametrize(("method", "path", "words"), [("GET", "/sign-out", "POST"), ("PUT", "/private", "GET or HEAD"), ("POST", "/health", "GET or HEAD")])
def test_a_method_that_an_address_does_not_take_is_said(client: TestClient, method: str, path: str, words: str) -> None:
    """With the one that it does."""
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert words in answer.json()["error"]
