"""The line beside a message: which key signed its bytes, and the signature, as the header `Vigie-Signature` has them."""

from __future__ import annotations

from base64 import b64decode, b64encode

from vigie.exchange.identity import Domain, History, is_signed, signed
from vigie.node.identity import Identity

HEADER = "Vigie-Signature"

_KEY_DIGITS, _MAX_LINE = 16, 200


def signature_line(identity: Identity, domain: Domain, body: bytes) -> str:
    """The key's name and the signature in base64."""
    return f"{identity.key_id} {b64encode(signed(domain, body, identity.sign)).decode()}"


def key_named(line: str) -> str:
    """The name of the key that a line names; empty where it is no such line."""
    name = line.partition(" ")[0] if len(line) <= _MAX_LINE else ""
    return name if len(name) == _KEY_DIGITS else ""


def is_by(history: History, domain: Domain, body: bytes, line: str) -> bool:
    """Whether a key of the history that is not revoked signed the bytes for this purpose."""
    name = key_named(line)
    public_key = history.key(name) if name else None
    if public_key is None or history.is_revoked(name):
        return False
    try:
        signature = b64decode(line.partition(" ")[2], validate=True)
    except ValueError:
        return False
    return is_signed(domain, body, signature, public_key)
