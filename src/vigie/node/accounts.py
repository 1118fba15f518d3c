"""Accounts and who is signed in. An account is a post (duty-analyst, head-of-desk), never a person: its name stands under every word that is said with it.

Accounts, sessions and failed attempts are notes of the node and are never exchanged. Of a password only its argon2id hash is kept, of a session only
the SHA-256 of its token. A wrong password and an unknown name cost the same work and give the same sentence.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.audit import witness
from vigie.node.settings import Node
from vigie.store import AuditRow, add_note, change_note, list_notes, read_note, remove_note, save_note
from vigie.warn.answers import BY_CAP

MIN_PASSWORD = 12
MAX_PASSWORD = 1_000
"""How many characters a password has."""

FREE_FAILURES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 900
"""After five failures in a row a name must wait half a minute, after each further one twice as long, and never longer than a quarter of an hour."""

TOKEN_BYTES = 32

ACCOUNTS, TOKENS = "accounts", "tokens"
"""The books of accounts and of their tokens (`api_tokens`)."""

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
"""The name of an account or of a token."""

_SESSIONS, _FAILURES = "sessions", "failures"
_BUCKET_DIGITS = 4
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""Argon2id as RFC 9106, section 4, recommends second: 3 passes over 64 MiB in 4 lanes."""

_NOBODY = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"
"""A hash of the same cost that no password is known to have: what the password for an unknown name is compared with."""

_CHECKING = threading.BoundedSemaphore(2)
"""So many passwords are checked at once, since each check takes 64 MiB."""

_READER = frozenset({"read", "subscribe"})
_ANALYST = _READER | {"triage", "draft", "answer", "judge", "assess", "decide"}
_RELEASER = _ANALYST | {"approve", "release"}
ROLES: Mapping[str, frozenset[str]] = {"reader": _READER, "analyst": _ANALYST, "releaser": _RELEASER, "operator": _RELEASER | {"rules", "accounts"}}
"""What each role may do."""


@dataclass(frozen=True, slots=True)
class Account:
    """A post: whose it is, what it may do, and which account is told when it does not answer in time. `created_us` is in µs UTC."""

    name: str
    party: str
    role: str
    deputy: str
    created_us: int


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. Every form that changes something must bear `form_key`, which other sites cannot know.

    A program that asks by a token has no form key, but the token's name and scopes (see `api_tokens`).
    """

    account: str
    party: str
    role: str
    form_key: str
    expires_us: int
    token: str = ""
    scopes: tuple[str, ...] = ()


def may(role: str, act: str) -> bool:
    """Whether a role may do something: read, subscribe; triage, draft, answer, judge, assess, decide; approve, release; rules, accounts. Unknown is a no."""
    return act in ROLES.get(role, frozenset())


def add_account(node: Node, name: str, party: str, role: str, password: str, deputy: str = "", *, now_us: int) -> Account:
    """A new account; an empty party is the node's own. Raises `BadSetting` where the name is taken or one of the facts cannot be used."""
    account = Account(name, party or node.settings.party, role, deputy, now_us)
    _check_account(node, account)
    facts: dict[str, Json] = {"party": account.party, "role": role, "deputy": deputy, "hash": _hashed(password), "created_us": now_us}
    row = _row(node, now_us, "account-add", name, {"party": account.party, "role": role, "deputy": deputy})
    if not add_note(node.store, ACCOUNTS, name, facts, witness=row):
        raise BadSetting("There is an account of this name already", got=name)
    return account


def _row(node: Node, now_us: int, act: str, name: str, facts: Mapping[str, Json]) -> AuditRow:
    """What the operator did with an account, for the audit log."""
    return AuditRow(now_us, "", node.settings.party, act, name, facts)


def _check_account(node: Node, account: Account) -> None:
    if not NAME.fullmatch(account.name) or account.name == BY_CAP:
        raise BadSetting("The account's name cannot be used", got=account.name, expected="1 to 64 of a-z, 0-9 and -, such as duty-analyst")
    if account.role not in ROLES:
        raise BadSetting("There is no such role", got=account.role, expected=", ".join(ROLES))
    if account.party == PUBLIC or (account.party != node.settings.party and account.party not in node.directory.parties):
        raise BadSetting("No such party is known", got=account.party, expected="the node's own or one of directory.toml")
    if account.deputy and not _is_of(node, account.deputy, account.party):
        raise BadSetting("The deputy must be another account of the same party", got=account.deputy, todo="add that account first")


def _is_of(node: Node, name: str, party: str) -> bool:
    found = read_note(node.store, ACCOUNTS, name)
    return found is not None and found["party"] == party


def list_accounts(node: Node) -> list[Account]:
    """Every account, by name."""
    return [_account(name, facts) for name, facts in list_notes(node.store, ACCOUNTS).items()]


def _account(name: str, facts: Mapping[str, Any]) -> Account:
    return Account(name, facts["party"], facts["role"], facts["deputy"], facts["created_us"])


def remove_account(node: Node, name: str, *, now_us: int) -> list[str]:
    """Removes an account and ends its sessions and tokens; the accounts whose deputy it was and that have none now.

    Raises `BadSetting` where there is none.
    """
    if not remove_note(node.store, ACCOUNTS, name, witness=_row(node, now_us, "account-remove", name, {})):
        raise BadSetting("There is no such account", got=name, todo="see `vigie accounts list`")
    orphans = [account.name for account in list_accounts(node) if account.deputy == name]
    for orphan in orphans:
        change_note(node.store, ACCOUNTS, orphan, lambda facts: None if facts is None else facts | {"deputy": ""})
    _end_all(node, name)
    return orphans


def set_password(node: Node, name: str, password: str, *, now_us: int) -> None:
    """Gives an account another password, ends its sessions and tokens and forgets failed attempts. Raises `BadSetting` where there is none."""
    hashed, row = _hashed(password), _row(node, now_us, "account-password", name, {})
    if change_note(node.store, ACCOUNTS, name, lambda facts: None if facts is None else facts | {"hash": hashed}, witness=row) is None:
        raise BadSetting("There is no such account", got=name, todo="see `vigie accounts list`")
    _end_all(node, name)
    remove_note(node.store, _FAILURES, _bucket(name))


def _hashed(password: str) -> str:
    said = _composed(password)
    if not MIN_PASSWORD <= len(said) <= MAX_PASSWORD:
        raise BadSetting("The password cannot be used", got=f"{len(said)} characters", expected=f"{MIN_PASSWORD} to {MAX_PASSWORD:,} of them")
    return _HASHER.hash(said.encode("utf-8", "surrogatepass"))


def _composed(password: str) -> str:
    """The password with its letters composed in one way, since keyboards differ."""
    return unicodedata.normalize("NFKC", password)


def sign_in(node: Node, name: str, password: str, now_us: int) -> str:
    """The token of a new session: 256 random bits, of which the node keeps the SHA-256 alone.

    Raises `BadSetting` where the name or the password is wrong (which of them is not said), or where the name has failed too often and must wait.
    """
    _count_attempt(node, name, now_us)
    facts = read_note(node.store, ACCOUNTS, name) if NAME.fullmatch(name) else None
    if not _is_right(facts, password) or facts is None:
        witness(node, AuditRow(now_us, "", "", "sign-in-refused", _bucket(name)))
        raise BadSetting("The account or the password is wrong")
    remove_note(node.store, _FAILURES, _bucket(name))
    _end_sessions(node, lambda session: session["expires_us"] <= now_us)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_us = now_us + node.settings.session_hours * 3_600 * SECOND_US
    row = AuditRow(now_us, name, facts["party"], "sign-in", name)
    save_note(node.store, _SESSIONS, _digest(token), {"account": name, "expires_us": expires_us, "of": _digest(facts["hash"])}, witness=row)
    return token


def _count_attempt(node: Node, name: str, now_us: int) -> None:
    """Counts an attempt as failed before it is looked at, so that many at once are no way around the count. Raises `BadSetting` where the name must wait."""

    def counted(known: dict[str, Any] | None) -> dict[str, Any]:
        count = known["count"] if known and now_us - known["last_us"] < DAY_US else 0
        if known and count >= FREE_FAILURES:
            left_us = known["last_us"] + wait_s(count) * SECOND_US - now_us
            if left_us > 0:
                raise BadSetting("There were too many failed attempts with this name", todo=f"wait {-(-left_us // SECOND_US)} seconds")
        return {"count": count + 1, "last_us": now_us}

    change_note(node.store, _FAILURES, _bucket(name), counted)


def wait_s(failures: int) -> int:
    """How long a name must wait after so many failures in a row, in seconds.

    >>> [wait_s(failures) for failures in (4, 5, 6, 7, 50)]
    [0, 30, 60, 120, 900]
    """
    return 0 if failures < FREE_FAILURES else min(FIRST_WAIT_S << min(failures - FREE_FAILURES, 10), LONGEST_WAIT_S)


def _bucket(name: str) -> str:
    """Under what the failures of a name are counted, known or not: a hash cut short, so that made-up names cannot fill the store."""
    return _digest(name)[:_BUCKET_DIGITS]


def _is_right(facts: Mapping[str, Any] | None, password: str) -> bool:
    """Whether the password is the account's; an unknown account takes as much work."""
    said = _composed(password[: 2 * MAX_PASSWORD]).encode("utf-8", "surrogatepass")
    with _CHECKING:
        try:
            return _HASHER.verify(facts["hash"] if facts else _NOBODY, said) and facts is not None
        except (VerificationError, InvalidHashError):
            return False


def session_of(node: Node, token: str, now_us: int) -> Session | None:
    """Who is signed in with this token; None where nobody is: the session has run out or was ended, the account is gone or has another password."""
    found = read_note(node.store, _SESSIONS, _digest(token))
    facts = read_note(node.store, ACCOUNTS, found["account"]) if found and found["expires_us"] > now_us else None
    if found is None or facts is None or not compare_digest(found["of"], _digest(facts["hash"])):
        return None
    return Session(found["account"], facts["party"], facts["role"], _digest(f"form {token}")[:32], found["expires_us"])


def sign_out(node: Node, token: str, now_us: int) -> None:
    """Ends a session."""
    found = session_of(node, token, now_us)
    row = AuditRow(now_us, found.account, found.party, "sign-out", found.account) if found else None
    remove_note(node.store, _SESSIONS, _digest(token), witness=row)


def _end_sessions(node: Node, is_over: Any, book: str = _SESSIONS) -> None:
    for name, facts in list_notes(node.store, book).items():
        if is_over(facts):
            remove_note(node.store, book, name)


def _end_all(node: Node, name: str) -> None:
    """Ends the sessions and the tokens of an account."""
    for book in (_SESSIONS, TOKENS):
        _end_sessions(node, lambda facts: facts["account"] == name, book)


def secret_mark(text: str) -> str:
    """A mark by which something that belongs to a secret is known again, and that tells nothing of the secret."""
    return _digest(f"mark {text}")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
