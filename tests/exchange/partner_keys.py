"""Made-up partners for tests: keys that are the same in every run, histories, signers."""

from __future__ import annotations

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vigie.exchange.identity import History, begun

NOW_US = 1_790_000_000_000_000


def private_key(name: str) -> Ed25519PrivateKey:
    """The key that this name always gives."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def public_key(name: str) -> bytes:
    """The public half of the key of this name."""
    return private_key(name).public_key().public_bytes_raw()


def history_of(party: str, key: str | None = None) -> History:
    """A history of one key, named after the party where no other is named."""
    return begun(party, public_key(key or party), NOW_US, private_key(key or party).sign)
