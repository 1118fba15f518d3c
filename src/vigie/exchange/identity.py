"""Who a partner is: a history of signing keys that each partner checks for itself, and the card that hands it over.

A history begins with one key, whose fingerprint people compare; each later statement names the one before by its hash and is signed with the key that
was current then. A statement is either a new key, signed with itself too, or the revocation of an older one. Nobody needs a clock to read a history.
Every signature stands over a line that says what it is for, and a hash: one made for a page can never pass for one over a batch of records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadReport
from vigie.model.times import format_time, parse_time

MAX_STATEMENTS = 256
"""The most statements of a history that are read: a key a month for twenty years."""

_FIELDS = {
    "key": frozenset({"type", "party", "number", "key", "from", "previous", "signatures"}),
    "revoke": frozenset({"type", "party", "number", "key", "reason", "previous", "signatures"}),
}
MAX_PARTY = 64
"""The most characters of a party's name."""

_KEY_BYTES, _SIGNATURE_BYTES, _MAX_REASON = 32, 64, 500

Sign = Callable[[bytes], bytes]
"""Gives the Ed25519 signature (64 bytes) of a message."""


class Domain(StrEnum):
    """What a signature is for."""

    PAGE = "page"
    REQUEST = "request"
    BATCH = "batch"
    KEY = "key"
    CARD = "card"


def signed(domain: Domain, data: bytes, sign: Sign) -> bytes:
    """The signature (64 bytes) over `data` for this purpose alone."""
    return sign(_message(domain, data))


def is_signed(domain: Domain, data: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether it is the key's signature over `data` for this purpose; never an error, whatever the bytes are."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _message(domain, data))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(domain: Domain, data: bytes) -> bytes:
    return f"vigie {domain}\n".encode() + sha256(data).digest()


@lru_cache(maxsize=4096)
def key_id_of(public_key: bytes) -> str:
    """The name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(public_key).hexdigest()[:16]


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of a public key in groups of four digits, as two people read it to each other."""
    digits = sha256(public_key).hexdigest()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


@dataclass(frozen=True, slots=True)
class Statement:
    """One step of a history: a new key (`since_us` is when its owner began to use it) or a revocation (with its reason)."""

    type: str
    party: str
    number: int
    key: bytes
    previous: str
    since_us: int = 0
    reason: str = ""
    signatures: tuple[bytes, ...] = ()

    @property
    def said(self) -> bytes:
        """Canonical bytes of what is signed: all but the signatures."""
        return canonical_bytes(_said(self))

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed, as the next statement names it."""
        return sha256(self.said).hexdigest()


@dataclass(frozen=True, slots=True)
class History:
    """The keys of a party, in the order in which it took and revoked them. One from elsewhere is made by `checked_history` only."""

    party: str
    statements: tuple[Statement, ...]

    @property
    def genesis(self) -> bytes:
        """The first public key (32 bytes): the fingerprint that people compare is its."""
        return self.statements[0].key

    @property
    def current(self) -> bytes:
        """The public key (32 bytes) that pages, requests and cards are signed with now."""
        return next(one.key for one in reversed(self.statements) if one.type == "key")

    @property
    def current_id(self) -> str:
        """The name of the current key."""
        return key_id_of(self.current)

    def key(self, key_id: str) -> bytes | None:
        """The public key of that name, revoked or not; None where it was never this party's."""
        return next((one.key for one in self.statements if one.type == "key" and key_id_of(one.key) == key_id), None)

    def is_revoked(self, key_id: str) -> bool:
        """Whether nothing that the key signed counts any more."""
        return key_id in self.revoked_ids

    @property
    def revoked_ids(self) -> frozenset[str]:
        """The names of the keys of which nothing counts any more."""
        return frozenset(key_id_of(one.key) for one in self.statements if one.type == "revoke")


def begun(party: str, public_key: bytes, now_us: int, sign: Sign) -> History:
    """A new history: one key, signed with itself. Raises `BadReport` where the party's name cannot be shown, or the signature is another key's."""
    return _extended(History(party, ()), Statement("key", party, 0, public_key, "", since_us=now_us), sign)


def rotated(history: History, public_key: bytes, now_us: int, sign_new: Sign, sign_old: Sign) -> History:
    """The history with another current key. Raises `BadReport` where the party had that key before."""
    return _extended(history, Statement("key", history.party, len(history.statements), public_key, _last(history), since_us=now_us), sign_new, sign_old)


def revoked(history: History, key_id: str, reason: str, sign: Sign) -> History:
    """The history with a key revoked. Raises `BadReport` where it is unknown, revoked already, or current: a current one is replaced first."""
    public_key = history.key(key_id)
    if public_key is None:
        known = ", ".join(key_id_of(one.key) for one in history.statements if one.type == "key")
        raise BadReport("The party never had that key", source=history.party, got=key_id, expected=known)
    return _extended(history, Statement("revoke", history.party, len(history.statements), public_key, _last(history), reason=reason), sign)


def _last(history: History) -> str:
    return history.statements[-1].digest


def _extended(history: History, statement: Statement, *signers: Sign) -> History:
    """The history with one statement more, read again as a partner would."""
    made = History(history.party, (*history.statements, _signed_statement(statement, *signers)))
    return checked_history(history_json(made), history.party)


def _signed_statement(statement: Statement, *signers: Sign) -> Statement:
    return replace(statement, signatures=tuple(signed(Domain.KEY, statement.said, sign) for sign in signers))


def extends(known: History, offered: History) -> bool:
    """Whether the offered history says all that the known one says, in the same order, and perhaps more. Where not, somebody has told two stories."""
    said = [one.digest for one in offered.statements[: len(known.statements)]]
    return known.party == offered.party and [one.digest for one in known.statements] == said


def history_json(history: History) -> list[Json]:
    """The statements as JSON, the first first: what `checked_history` reads."""
    return [{**_said(one), "signatures": [signature.hex() for signature in one.signatures]} for one in history.statements]


def _said(one: Statement) -> dict[str, Json]:
    own: dict[str, Json] = {"from": format_time(one.since_us)} if one.type == "key" else {"reason": one.reason}
    return {"type": one.type, "party": one.party, "number": one.number, "key": one.key.hex(), "previous": one.previous, **own}


def checked_history(said: Any, party: str) -> History:
    """The history that JSON holds, every statement checked. Raises `BadReport` where anything is missing, unknown, forged or another party's."""
    if not is_line(party, MAX_PARTY) or not party:
        raise BadReport("The party's name is empty, too long, or holds what cannot be shown", got=repr(party))
    if not isinstance(said, list) or not 0 < len(said) <= MAX_STATEMENTS:
        raise BadReport("A key history must be a list of statements", source=party, expected=f"1 to {MAX_STATEMENTS} statements")
    history = History(party, ())
    for number, one in enumerate(said):
        try:
            statement = _read_statement(one)
        except (ValueError, TypeError, KeyError) as fault:
            raise _bad("A statement of the key history cannot be understood", party, number, str(fault)) from fault
        _check(history, statement)
        history = History(party, (*history.statements, statement))
    return history


def _read_statement(said: Any) -> Statement:
    """A statement from JSON. Raises `ValueError`, `TypeError` or `KeyError` where a part is missing, unknown or of the wrong kind."""
    if not isinstance(said, dict) or said.keys() != _FIELDS.get(str(said.get("type")), frozenset()):
        raise ValueError("its fields are not those of a key or a revocation")
    is_key = said["type"] == "key"
    texts = [said[name] for name in ("party", "key", "previous", "from" if is_key else "reason")]
    if not all(isinstance(text, str) for text in texts) or type(said["number"]) is not int or not isinstance(said["signatures"], list):
        raise TypeError("a field is of the wrong kind")
    party, key, previous, last = texts
    since_us, reason = (parse_time(last), "") if is_key else (0, last)
    if not is_line(reason, _MAX_REASON) or (is_key and format_time(since_us) != last):
        raise ValueError("its reason is no line of text, or its time is not written as it should be")
    signatures = tuple(from_hex(one, _SIGNATURE_BYTES) for one in said["signatures"])
    return Statement(said["type"], party, said["number"], from_hex(key, _KEY_BYTES), previous, since_us, reason, signatures)


def is_line(text: str, longest: int) -> bool:
    """Whether it can be shown on one line as it is: not too long, and without control characters and halves of characters."""
    return len(text) <= longest and text.isprintable()


def from_hex(text: Any, length: int) -> bytes:
    """So many bytes from lower-case hexadecimal digits. Raises `ValueError` for anything else."""
    if not isinstance(text, str) or len(text) != 2 * length or not set(text) <= set("0123456789abcdef"):
        raise ValueError(f"{length} bytes in hexadecimal digits are wanted")
    return bytes.fromhex(text)


def _check(history: History, one: Statement) -> None:
    """Raises `BadReport` where the statement does not follow the history."""
    number = len(history.statements)
    if one.party != history.party:
        raise _bad("The key history is another party's", history.party, number, one.party, history.party)
    if one.number != number or one.previous != (_last(history) if number else ""):
        raise _bad("A statement of the key history does not follow the one before; it is cut or changed", history.party, number)
    if one.type == "revoke":
        _check_revoked(history, one)
    elif history.key(key_id_of(one.key)) is not None:
        raise _bad("The key history takes a key again that was given up", history.party, number, key_id_of(one.key))
    signers = ([one.key] if one.type == "key" else []) + ([history.current] if number else [])
    if len(one.signatures) != len(signers) or not all(
        is_signed(Domain.KEY, one.said, signature, key) for signature, key in zip(one.signatures, signers, strict=True)
    ):
        raise _bad("A statement of the key history is not signed as it should be; it is forged or damaged", history.party, number)


def _check_revoked(history: History, one: Statement) -> None:
    key_id, number = key_id_of(one.key), len(history.statements)
    if number == 0 or history.key(key_id) is None:
        raise _bad("The key history revokes a key that it never had", history.party, number, key_id)
    if one.key == history.current:
        raise _bad("The key history revokes the current key, which must be replaced first", history.party, number, key_id)
    if history.is_revoked(key_id):
        raise _bad("The key history revokes a key twice", history.party, number, key_id)


def _bad(what: str, party: str, number: int, got: str = "", expected: str = "") -> BadReport:
    return BadReport(what, source=party, record=f"statement {number}", got=got, expected=expected, todo="ask the partner for its card again")
