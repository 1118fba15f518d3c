"""Keys of the quarantine, one an item, kept apart from the store: to destroy a key is to erase what it sealed."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_CHUNK = 1024 * 1024
_NONCE = 12
_TAG = 16


@dataclass(frozen=True, slots=True)
class Keyring:
    """A file of keys that only the operator can read."""

    path: Path

    def new_key(self, item: str) -> bytes:
        """A new key for an item, written down before it is used."""
        key = secrets.token_bytes(32)
        with self._open() as connection:
            connection.execute("INSERT INTO keys (item, key) VALUES (?, ?)", (item, key))
        connection.close()
        return key

    def key(self, item: str) -> bytes | None:
        """The key of an item; None once it is destroyed."""
        connection = self._open()
        row = connection.execute("SELECT key FROM keys WHERE item = ?", (item,)).fetchone()
        connection.close()
        return row[0] if row else None

    def destroy(self, items: Iterable[str]) -> None:
        """Overwrites and forgets the keys of the items."""
        with self._open() as connection:
            connection.executemany("DELETE FROM keys WHERE item = ?", [(item,) for item in items])
        connection.close()

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)
        connection = sqlite3.connect(self.path, timeout=60)
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("CREATE TABLE IF NOT EXISTS keys (item TEXT PRIMARY KEY, key BLOB NOT NULL)")
        return connection


def seal(key: bytes, data: bytes) -> bytes:
    """`data` encrypted and authenticated (AES-256-GCM, a random nonce before it)."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, None)


def unseal(key: bytes, sealed: bytes) -> bytes:
    """What `seal` encrypted. Raises `ValueError` where a byte was changed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag as fault:
        msg = "the sealed item was changed or the key is another one"
        raise ValueError(msg) from fault


def seal_stream(key: bytes, source: BinaryIO, target: Path) -> None:
    """Encrypts a stream of any length into a file, piece by piece; each piece knows its number, so none can be moved or dropped."""
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        for number, chunk in enumerate(_chunks(source, _CHUNK)):
            out.write(AESGCM(key).encrypt(number.to_bytes(_NONCE, "big"), chunk, None))


def unseal_stream(key: bytes, path: Path) -> Iterator[bytes]:
    """The pieces of a file that `seal_stream` wrote."""
    with path.open("rb") as stream:
        for number, chunk in enumerate(_chunks(stream, _CHUNK + _TAG)):
            yield AESGCM(key).decrypt(number.to_bytes(_NONCE, "big"), chunk, None)


def _chunks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while chunk := stream.read(size):
        yield chunk
