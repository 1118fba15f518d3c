"""Tokens of the API: what may be made, whose they are, what they may do and when they end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from made import NOW_US
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US, format_time
from vigie.node.accounts import Session, add_account, remove_account, set_password
from vigie.node.api_tokens import add_token, allows, list_tokens, revoke_token, session_with, token_of
from vigie.node.settings import Node, init_node, open_node
from vigie.store import AuditChoice, list_notes, read_audit

PASSWORD = "a lookout on the hill"


@pytest.fixture
def posts(node: Node) -> Node:
    """A node with a post of each role, named after it."""
    for role in ("reader", "analyst", "releaser", "operator"):
        add_account(node, role, "", role, PASSWORD, now_us=NOW_US)
    return node


def asks(node: Node, secret: str, now_us: int = NOW_US) -> Session | None:
    """For whom the secret asks at an instant."""
    token = token_of(node, secret)
    return session_with(node, token, now_us) if token else None


def test_a_token_has_256_bits_and_the_node_keeps_its_hash_alone(posts: Node) -> None:
    """It can be known for what it is where it lies about; nothing in the node's folder holds it."""
    secrets = [add_token(posts, "analyst", name, now_us=NOW_US) for name in ("one", "two")]
    assert all(re.fullmatch(r"vigie-[A-Za-z0-9_-]{43}", secret) for secret in secrets)
    assert len(set(secrets)) == 2
    held = b"".join(path.read_bytes() for path in posts.folder.rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret.encode() in held or secret[6:].encode() in held] == []


def test_a_token_asks_for_the_party_of_its_account_until_its_day(posts: Node) -> None:
    """Ninety days unless told; without a form key."""
    secret = add_token(posts, "analyst", "nightly", now_us=NOW_US)
    session = asks(posts, secret, NOW_US + 90 * DAY_US - 1)
    assert session == Session("analyst", "ME-NODE", "reader", "", NOW_US + 90 * DAY_US, "nightly", ("read",))
    assert asks(posts, secret, NOW_US + 90 * DAY_US) is None
    assert asks(posts, secret + "x") is asks(posts, "") is asks(posts, "vigie-\ud800") is None


@pytest.mark.parametrize(
    ("account", "scopes", "role"),
    [
        ("operator", ("read",), "reader"),
        ("operator", ("write", "read"), "releaser"),
        ("operator", ("decide",), "analyst"),
        ("releaser", ("release",), "releaser"),
        ("analyst", ("read", "write"), "analyst"),
        ("reader", ("read",), "reader"),
    ],
)
def test_a_token_may_do_what_its_scopes_say_and_never_more_than_its_account(posts: Node, account: str, scopes: tuple[str, ...], role: str) -> None:
    """Nor are rules and accounts ever changed by one."""
    session = asks(posts, add_token(posts, account, "t", scopes, now_us=NOW_US))
    assert session is not None
    assert session.role == role
    assert allows(session, writes=False) is ("read" in scopes)
    assert allows(session, writes=True) is (set(scopes) != {"read"})


@pytest.mark.parametrize(
    ("account", "name", "scopes", "days", "words"),
    [
        ("nobody", "t", ("read",), 90, "no such account"),
        ("reader", "A b", ("read",), 90, "token's name cannot be used"),
        ("reader", "taken", ("read",), 90, "of this name already"),
        ("reader", "t", ("read",), 0, "0 days.*1 to 365"),
        ("reader", "t", ("read",), 366, "366 days.*1 to 365"),
        ("reader", "t", ("all",), 90, "no such scope.*read, decide, release, write"),
        ("reader", "t", (), 90, "without a scope"),
        ("reader", "t", ("write",), 90, "role of reader, reader, does not allow this scope.*write.*read"),
        ("analyst", "t", ("read", "release"), 90, "does not allow this scope.*release.*read, decide, write"),
    ],
)
def test_what_is_no_token_is_refused_with_one_sentence(posts: Node, account: str, name: str, scopes: tuple[str, ...], days: int, words: str) -> None:
    """And nothing is written."""
    add_token(posts, "analyst", "taken", now_us=NOW_US)
    with pytest.raises(BadSetting, match=words):
        add_token(posts, account, name, scopes, days, now_us=NOW_US)
    assert [token.name for token in list_tokens(posts)] == ["taken"]


def test_a_token_ends_with_its_account_its_password_its_role_or_when_revoked(posts: Node) -> None:
    """At once; also where an account of that name and password is made again."""
    ended = []
    for end in (
        lambda: revoke_token(posts, "t", now_us=NOW_US),
        lambda: set_password(posts, "analyst", PASSWORD, now_us=NOW_US),
        lambda: remove_account(posts, "analyst", now_us=NOW_US),
    ):
        ended.append(add_token(posts, "analyst", "t", now_us=NOW_US))
        other = add_token(posts, "reader", f"other-{len(ended)}", now_us=NOW_US)
        assert asks(posts, ended[-1])
        end()
        assert asks(posts, ended[-1]) is None
        assert asks(posts, other)
    add_account(posts, "analyst", "", "analyst", PASSWORD, now_us=NOW_US)
    assert [asks(posts, secret) for secret in ended] == [None] * 3
    with pytest.raises(BadSetting, match="no such token"):
        revoke_token(posts, "t", now_us=NOW_US)


def test_a_token_of_another_mark_opens_nothing(posts: Node) -> None:
    """Where a store was mended by hand: an account with another role or password than the token was made for."""
    from vigie.store import change_note

    secret = add_token(posts, "analyst", "t", now_us=NOW_US)
    change_note(posts.store, "accounts", "analyst", lambda facts: facts and facts | {"role": "operator"})
    assert asks(posts, secret) is None
    change_note(posts.store, "accounts", "analyst", lambda facts: facts and facts | {"role": "analyst"})
    assert asks(posts, secret)


def test_what_is_done_with_accounts_and_tokens_stands_in_the_audit_log(posts: Node) -> None:
    """Names of posts and tokens, never a secret or a hash."""
    add_token(posts, "analyst", "t", ("read", "decide"), 30, now_us=NOW_US)
    revoke_token(posts, "t", now_us=NOW_US)
    set_password(posts, "analyst", PASSWORD, now_us=NOW_US)
    remove_account(posts, "analyst", now_us=NOW_US)
    rows = read_audit(posts.store, AuditChoice())[::-1]
    assert [(row.act, row.subject) for row in rows[-4:]] == [
        ("token-add", "t"), ("token-revoke", "t"), ("account-password", "analyst"), ("account-remove", "analyst"),
    ]  # fmt: skip
    assert rows[-4].facts == {"account": "analyst", "scopes": ["read", "decide"], "days": 30}
    assert [row.act for row in rows[:4]] == ["account-add"] * 4
    assert "argon2" not in str(rows)


def vigie(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command on the node, in a process of its own."""
    command = [sys.executable, "-m", "vigie", "accounts", *words, "--node", str(folder)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_the_operator_makes_accounts_of_parties_and_tokens_by_command(tmp_path: Path) -> None:
    """The node's own party unless another is named; the token alone is on the output, once."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text('[parties.RS-NODE]\norg = "RS"\n')
    for words, said in (
        (("add", "desk", "--role", "analyst"), "desk of ME-NODE may sign in as analyst"),
        (("add", "rs-desk", "--party", "RS-NODE", "--role", "reader"), "rs-desk of RS-NODE may sign in as reader"),
    ):
        done = vigie(tmp_path / "node", *words, "--password-stdin", typed=f"{PASSWORD}\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout
    refused = vigie(tmp_path / "node", "add", "far", "--party", "XX", "--role", "reader", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "No such party is known" in refused.stderr
    made = vigie(tmp_path / "node", "token", "rs-desk", "--name", "nightly", "--scope", "read", "--days", "30")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert "30 days" in made.stderr
    node = open_node(tmp_path / "node")
    token = token_of(node, secret)
    assert token is not None
    session = session_with(node, token, token.created_us)
    assert session is not None
    assert (session.party, token.expires_us - token.created_us) == ("RS-NODE", 30 * DAY_US)
    listed = json.loads(vigie(tmp_path / "node", "tokens", "rs-desk", "--json").stdout)
    assert [(item["name"], item["scopes"], item["expires"]) for item in listed] == [("nightly", ["read"], format_time(token.expires_us))]
    assert secret not in vigie(tmp_path / "node", "tokens").stdout
    assert vigie(tmp_path / "node", "token", "rs-desk", "--name", "w", "--scope", "write").returncode == 3
    assert vigie(tmp_path / "node", "revoke", "nightly").returncode == 0
    assert list_notes(node.store, "tokens") == {}
    node.store.close()
