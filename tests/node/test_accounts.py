"""Accounts and sessions: what may be made, who gets in, how long, and what the store knows of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from made import NOW_US
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.accounts import _HASHER, _NOBODY, Account, add_account, list_accounts, may, remove_account, session_of, set_password, sign_in, sign_out
from vigie.node.settings import Node, init_node, open_node, read_settings
from vigie.store import list_notes

PASSWORD = "a lookout on the hill"
HOUR_US = 3_600 * SECOND_US
WRONG = r"^The account or the password is wrong\.$"


def post(node: Node, name: str = "duty-analyst", role: str = "analyst", **changes: str) -> Account:
    """An account of the node's party."""
    facts = {"party": "", "password": PASSWORD, "deputy": ""} | changes
    return add_account(node, name, facts["party"], role, facts["password"], facts["deputy"], now_us=NOW_US)


def fail(node: Node, name: str, now_us: int, times: int = 1) -> None:
    """Signs in with a wrong password."""
    for _ in range(times):
        with pytest.raises(BadSetting, match=WRONG):
            sign_in(node, name, "a wrong password", now_us)


def test_an_account_is_of_the_nodes_party_unless_told(node: Node) -> None:
    """It is listed by name with all but its password."""
    head = post(node, "head-of-desk", "releaser")
    made = post(node, deputy="head-of-desk")
    assert made == Account("duty-analyst", "ME-NODE", "analyst", "head-of-desk", NOW_US)
    assert list_accounts(node) == [made, head]


@pytest.mark.parametrize(
    ("name", "role", "changes", "words"),
    [
        ("cap", "analyst", {}, "name cannot be used"),
        ("Duty Analyst", "analyst", {}, "name cannot be used"),
        ("-analyst", "analyst", {}, "name cannot be used"),
        ("a" * 65, "analyst", {}, "name cannot be used"),
        ("", "analyst", {}, "name cannot be used"),
        ("desk", "chief", {}, r"no such role.*reader, analyst, releaser, operator"),
        ("desk", "analyst", {"party": "RS-NODE"}, r"No such party.*directory\.toml"),
        ("desk", "analyst", {"party": "PUBLIC"}, "No such party"),
        ("desk", "analyst", {"password": "short"}, r"password cannot be used.*5 characters.*12"),
        ("desk", "analyst", {"deputy": "nobody"}, "deputy must be another account"),
        ("desk", "analyst", {"deputy": "desk"}, "deputy must be another account"),
        ("duty-analyst", "analyst", {}, "of this name already"),
    ],
)
def test_what_is_no_account_is_refused_with_one_sentence(node: Node, name: str, role: str, changes: dict[str, str], words: str) -> None:
    """And nothing is written; a password is never said again."""
    known = post(node)
    with pytest.raises(BadSetting, match=words) as caught:
        post(node, name, role, **changes)
    assert changes.get("password", PASSWORD) not in str(caught.value)
    assert list_accounts(node) == [known]


def test_another_party_of_the_directory_may_have_accounts_here(tmp_path: Path) -> None:
    """Two local parties stand in until nodes are linked; a deputy is of the same party."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    (tmp_path / "node" / "directory.toml").write_text('[parties.RS-NODE]\norg = "RS"\n')
    node = open_node(tmp_path / "node")
    post(node)
    assert post(node, "rs-desk", party="RS-NODE").party == "RS-NODE"
    with pytest.raises(BadSetting, match="same party"):
        post(node, "rs-night", party="RS-NODE", deputy="duty-analyst")
    node.store.close()


def test_who_signs_in_is_known_by_the_token_until_it_runs_out(node: Node) -> None:
    """After `session_hours` it opens nothing."""
    post(node)
    token = sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    session = session_of(node, token, NOW_US + 12 * HOUR_US - 1)
    assert session is not None
    assert (session.account, session.party, session.role) == ("duty-analyst", "ME-NODE", "analyst")
    assert session_of(node, token, NOW_US + 12 * HOUR_US) is None
    assert session_of(node, token + "x", NOW_US) is None
    assert session_of(node, "", NOW_US) is None


def test_two_sessions_share_neither_token_nor_form_key(node: Node) -> None:
    """A token has 256 bits; signing out ends one session alone."""
    post(node)
    tokens = [sign_in(node, "duty-analyst", PASSWORD, NOW_US) for _ in range(2)]
    sessions = [session_of(node, token, NOW_US) for token in tokens]
    assert len(set(tokens)) == len({session.form_key for session in sessions if session}) == 2
    assert all(len(token) == 43 for token in tokens)
    sign_out(node, tokens[0], NOW_US)
    assert [session_of(node, token, NOW_US) is None for token in tokens] == [True, False]


def test_the_store_knows_neither_password_nor_token_nor_form_key(node: Node) -> None:
    """Only an argon2id hash and the SHA-256 of a token; not in its journal either."""
    post(node)
    token = sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    session = session_of(node, token, NOW_US)
    assert session is not None
    held = b"".join(path.read_bytes() for path in node.folder.rglob("*") if path.is_file())
    assert b"$argon2id$" in held
    assert [secret for secret in (PASSWORD, token, session.form_key) if secret.encode() in held] == []


def test_a_password_may_be_typed_in_either_form_of_its_letters(node: Node) -> None:
    """Keyboards differ in how they compose them."""
    words = "stražarska kućica"
    post(node, password=words)
    assert sign_in(node, "duty-analyst", unicodedata.normalize("NFD", words), NOW_US)


def test_an_unknown_account_and_a_wrong_password_are_told_the_same(node: Node) -> None:
    """The same sentence after the same work: nobody learns which accounts there are."""
    post(node)
    fail(node, "duty-analyst", NOW_US)
    fail(node, "no-such-post", NOW_US)
    for name in ("Kein Name \ud800", "nul\0", "", "x" * 10_000):
        fail(node, name, NOW_US)
    assert not _HASHER.check_needs_rehash(_NOBODY)
    assert _HASHER.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("name", ["duty-analyst", "no-such-post"])
def test_after_five_failures_the_wait_doubles(node: Node, name: str) -> None:
    """Half a minute, then a minute; the right password does not help meanwhile, and a known name is treated as an unknown one."""
    post(node)
    fail(node, name, NOW_US, times=5)
    with pytest.raises(BadSetting, match="wait 30 seconds"):
        sign_in(node, name, PASSWORD, NOW_US)
    with pytest.raises(BadSetting, match="wait 1 seconds"):
        sign_in(node, name, PASSWORD, NOW_US + 30 * SECOND_US - 1)
    fail(node, name, NOW_US + 30 * SECOND_US)
    with pytest.raises(BadSetting, match="wait 60 seconds"):
        sign_in(node, name, PASSWORD, NOW_US + 30 * SECOND_US)


def test_success_a_day_and_a_new_password_each_forget_the_failures(node: Node) -> None:
    """Who gets in starts from nought; so does who comes back the next day, and whom the operator helps."""
    post(node)
    fail(node, "duty-analyst", NOW_US, times=4)
    assert sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    fail(node, "duty-analyst", NOW_US, times=5)
    fail(node, "duty-analyst", NOW_US + DAY_US, times=5)
    set_password(node, "duty-analyst", PASSWORD, now_us=NOW_US)
    assert sign_in(node, "duty-analyst", PASSWORD, NOW_US + DAY_US)


def test_attempts_at_once_are_no_way_around_the_count(node: Node) -> None:
    """Of twelve at the same time five are looked at."""
    post(node)

    def attempt(_number: int) -> str:
        try:
            return sign_in(node, "duty-analyst", "a wrong password", NOW_US)
        except BadSetting as fault:
            return fault.what

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(attempt, range(12)))
    assert told.count("The account or the password is wrong") == 5


def test_made_up_names_do_not_fill_the_store(node: Node) -> None:
    """They are counted in a bounded number of places, and none of them is written down."""
    fail(node, "someones-real-name", NOW_US)
    (place,) = list_notes(node.store, "failures")
    assert re.fullmatch("[0-9a-f]{4}", place)


def test_another_password_or_the_end_of_the_account_ends_its_sessions(node: Node) -> None:
    """At once, also where a new account of that name is made."""
    post(node)
    token = sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    set_password(node, "duty-analyst", "another lookout on the hill", now_us=NOW_US)
    assert session_of(node, token, NOW_US) is None
    fail(node, "duty-analyst", NOW_US)
    token = sign_in(node, "duty-analyst", "another lookout on the hill", NOW_US)
    remove_account(node, "duty-analyst", now_us=NOW_US)
    post(node)
    assert session_of(node, token, NOW_US) is None


def test_what_is_not_there_is_neither_removed_nor_changed(node: Node) -> None:
    """One sentence for each."""
    for act in (lambda: remove_account(node, "nobody", now_us=NOW_US), lambda: set_password(node, "nobody", PASSWORD, now_us=NOW_US)):
        with pytest.raises(BadSetting, match="no such account"):
            act()


def test_an_account_that_goes_is_nobodys_deputy(node: Node) -> None:
    """Those who lose one are named."""
    post(node, "head-of-desk", "releaser")
    post(node, deputy="head-of-desk")
    assert remove_account(node, "head-of-desk", now_us=NOW_US) == ["duty-analyst"]
    assert [account.deputy for account in list_accounts(node)] == [""]


def test_sessions_that_ran_out_are_forgotten(node: Node) -> None:
    """At the next sign-in."""
    post(node)
    sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    sign_in(node, "duty-analyst", PASSWORD, NOW_US + DAY_US)
    assert len(list_notes(node.store, "sessions")) == 1


def test_each_role_may_do_what_the_one_below_may_and_more() -> None:
    """Reader, analyst, releaser, operator; what is unknown is a no."""
    acts = ("read", "draft", "triage", "answer", "judge", "assess", "approve", "release", "rules", "accounts")
    allowed = {role: [act for act in acts if may(role, act)] for role in ("reader", "analyst", "releaser", "operator")}
    assert {role: len(found) for role, found in allowed.items()} == {"reader": 1, "analyst": 6, "releaser": 8, "operator": 10}
    assert all(found == list(acts[: len(found)]) for found in allowed.values())
    assert not may("chief", "read")
    assert not may("operator", "erase")


def test_the_settings_of_the_desk_are_written_as_toml(tmp_path: Path) -> None:
    """What `vigie init` writes can be uncommented and read back; a wrong one is refused."""
    folder = tmp_path / "node"
    init_node(folder, "ME-NODE").store.close()
    path = folder / "node.toml"
    text = path.read_text().replace("# four_eyes", "four_eyes").replace("# yardstick", "yardstick").replace("# session_hours", "session_hours")
    path.write_text(text)
    settings = read_settings(folder)
    assert (settings.four_eyes, settings.yardstick, settings.sender, settings.session_hours) == (True, "ICD203", "", 12)
    for wrong in ('yardstick = "KENT"', 'sender = "a b"', "session_hours = 0", 'four_eyes = "perhaps"'):
        path.write_text(f'party = "ME-NODE"\n{wrong}\n')
        with pytest.raises(BadSetting, match=wrong.split()[0]):
            read_settings(folder)


def vigie(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command on the node."""
    command = [sys.executable, "-m", "vigie", "accounts", *words, "--node", str(folder)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, check=False)


def test_the_operator_makes_lists_and_removes_accounts_by_command(node: Node) -> None:
    """The password comes through the input and is shown nowhere."""
    added = vigie(node.folder, "add", "duty-analyst", "--role", "analyst", "--password-stdin", typed=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    listed = vigie(node.folder, "list", "--json")
    assert [(item["name"], item["party"], item["role"], item["deputy"]) for item in json.loads(listed.stdout)] == [("duty-analyst", "ME-NODE", "analyst", "")]
    assert sign_in(node, "duty-analyst", PASSWORD, NOW_US)
    assert vigie(node.folder, "password", "duty-analyst", "--password-stdin", typed="short\n").returncode == 3
    assert vigie(node.folder, "remove", "duty-analyst").returncode == 0
    assert PASSWORD not in added.stdout + added.stderr + listed.stdout
    assert list_accounts(node) == []
    assert "never a person" in " ".join(vigie(node.folder, "add", "--help").stdout.split())
