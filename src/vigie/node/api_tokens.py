"""Tokens by which programs ask the API for an account: 256 random bits each, of which the node keeps the SHA-256 alone.

A token belongs to an account and ends with it, with another password of it, on its day, or when it is revoked. It may do what its scopes say, and never more
than the account's role: `read` asks, `decide` decides on links, `release` may also open a decision to others, `write` is all of these that the role may.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US
from vigie.node.accounts import ACCOUNTS, NAME, ROLES, TOKEN_BYTES, TOKENS, Session, may, secret_mark
from vigie.node.settings import Node
from vigie.store import AuditRow, add_note, list_notes, read_note, remove_note

DEFAULT_DAYS = 90
MAX_DAYS = 365
"""How many days a token holds."""

PREFIX = "vigie-"
"""What every token begins with, so that programs that look for secrets in files can find it."""

SCOPES: Mapping[str, tuple[str, str]] = {
    "read": ("read", "reader"),
    "decide": ("decide", "analyst"),
    "release": ("release", "releaser"),
    "write": ("decide", "releaser"),
}
"""Each scope with the act that the account's role must allow, and the highest role that it gives."""

_RANKS = tuple(ROLES)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token without its secret; times in µs UTC. `mark` tells of which password of the account it is."""

    name: str
    account: str
    scopes: tuple[str, ...]
    created_us: int
    expires_us: int
    mark: str


def add_token(node: Node, account: str, name: str, scopes: Collection[str] = ("read",), days: int = DEFAULT_DAYS, *, now_us: int) -> str:
    """A new token, told this once. Raises `BadSetting` where the name is taken, the account is not there or its role may not do what a scope says."""
    facts = read_note(node.store, ACCOUNTS, account)
    if facts is None:
        raise BadSetting("There is no such account", got=account, todo="see `vigie accounts list`")
    if not NAME.fullmatch(name):
        raise BadSetting("The token's name cannot be used", got=name, expected="1 to 64 of a-z, 0-9 and -, such as nightly-export")
    if any(token.name == name for token in list_tokens(node)):
        raise BadSetting("There is a token of this name already", got=name, todo="revoke it first, or choose another name")
    if not 1 <= days <= MAX_DAYS:
        raise BadSetting("A token cannot hold for so long", got=f"{days} days", expected=f"1 to {MAX_DAYS} days")
    _check_scopes(scopes, account, facts["role"])
    return _added(node, ApiToken(name, account, tuple(scope for scope in SCOPES if scope in scopes), now_us, now_us + days * DAY_US, _mark(facts)))


def _check_scopes(scopes: Collection[str], account: str, role: str) -> None:
    for scope in scopes:
        if scope not in SCOPES:
            raise BadSetting("There is no such scope", got=scope, expected=", ".join(SCOPES))
        if not may(role, SCOPES[scope][0]):
            allowed = ", ".join(known for known, (act, _) in SCOPES.items() if may(role, act))
            raise BadSetting(f"The role of {account}, {role}, does not allow this scope", got=scope, expected=allowed)
    if not scopes:
        raise BadSetting("A token without a scope may do nothing", expected=", ".join(SCOPES))


def _added(node: Node, token: ApiToken) -> str:
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    facts: dict[str, Json] = {"name": token.name, "account": token.account, "scopes": list(token.scopes), "mark": token.mark}
    said: dict[str, Json] = {"account": token.account, "scopes": list(token.scopes), "days": (token.expires_us - token.created_us) // DAY_US}
    row = AuditRow(token.created_us, "", node.settings.party, "token-add", token.name, said)
    add_note(node.store, TOKENS, _digest(secret), facts | {"created_us": token.created_us, "expires_us": token.expires_us}, witness=row)
    return secret


def list_tokens(node: Node, account: str = "") -> list[ApiToken]:
    """Every token by name, or those of an account; also those that have run out."""
    found = [_token(facts) for facts in list_notes(node.store, TOKENS).values()]
    return sorted((token for token in found if account in ("", token.account)), key=lambda token: token.name)


def _token(facts: Mapping[str, Any]) -> ApiToken:
    return ApiToken(facts["name"], facts["account"], tuple(facts["scopes"]), facts["created_us"], facts["expires_us"], facts["mark"])


def revoke_token(node: Node, name: str, *, now_us: int) -> None:
    """Ends a token at once. Raises `BadSetting` where there is none of that name."""
    found = [digest for digest, facts in list_notes(node.store, TOKENS).items() if facts["name"] == name]
    if not found:
        raise BadSetting("There is no such token", got=name, todo="see `vigie accounts tokens`")
    for digest in found:
        remove_note(node.store, TOKENS, digest, witness=AuditRow(now_us, "", node.settings.party, "token-revoke", name))


def token_of(node: Node, secret: str) -> ApiToken | None:
    """The token that has this secret, whether it still holds or not. One that is wrong and one that never was cost the same work."""
    facts = read_note(node.store, TOKENS, _digest(secret))
    return _token(facts) if facts else None


def session_with(node: Node, token: ApiToken, now_us: int) -> Session | None:
    """For whom the token asks; None where it has run out, or the account is gone or has another password or role."""
    facts = read_note(node.store, ACCOUNTS, token.account)
    if facts is None or token.expires_us <= now_us or not compare_digest(token.mark, _mark(facts)):
        return None
    return Session(token.account, facts["party"], _role(facts["role"], token.scopes), "", token.expires_us, token.name, token.scopes)


def _role(role: str, scopes: Collection[str]) -> str:
    """The role that acts are checked against: the account's, and no more than the scopes give."""
    given = max((_RANKS.index(SCOPES[scope][1]) for scope in scopes if scope in SCOPES), default=0)
    return _RANKS[min(given, _RANKS.index(role))]


def allows(session: Session, *, writes: bool) -> bool:
    """Whether a token's scopes let it ask, or send something. Whether its role may do just that is looked at where it is done."""
    return bool(set(session.scopes) & ({"decide", "release", "write"} if writes else {"read"}))


def _mark(account: Mapping[str, Any]) -> str:
    return secret_mark(f"{account['hash']} {account['role']}")


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
