"""Keys of the quarantine, one an item, kept apart from the store: to destroy a key is to erase what it sealed."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
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
        return self.new_keys([item])[0]

    def new_keys(self, items: Sequence[str]) -> list[bytes]:
        """New keys for items, in their order, all written down at once before they are used."""
        keys = [secrets.token_bytes(32) for _ in items]
        with self._writing() as connection:
            connection.executemany("INSERT INTO keys (item, key) VALUES (?, ?)", zip(items, keys, strict=True))
        return keys

    def key(self, item: str) -> bytes | None:
        """The key of an item; None once it is destroyed."""
        with self._writing() as connection:
            row = connection.execute("SELECT key FROM keys WHERE item = ?", (item,)).fetchone()
        return row[0] if row else None

    def destroy(self, items: Iterable[str]) -> None:
        """Overwrites and forgets the keys of the items."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM keys WHERE item = ?", [(item,) for item in items])

    def strays(self, wanted: AbstractSet[str], now_us: int, after_us: int) -> list[str]:
        """The items with a key that were not among `wanted` at an earlier call either, `after_us` or more ago.

        A key is written down before its item is, so one without an item may be a moment old: it is noted at the first call and given at a later one.
        """
        with self._writing() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS strays (item TEXT PRIMARY KEY, since_us INTEGER NOT NULL)")
            known = dict(connection.execute("SELECT item, since_us FROM strays").fetchall())
            found = {item: known.get(item, now_us) for (item,) in connection.execute("SELECT item FROM keys").fetchall() if item not in wanted}
            connection.execute("DELETE FROM strays")
            connection.executemany("INSERT INTO strays (item, since_us) VALUES (?, ?)", found.items())
        return sorted(item for item, since_us in found.items() if since_us + after_us <= now_us)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._open()
        try:
            with connection:
                yield connection
        finally:
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
