"""The node's identity on disk: its signing key, the history of its keys, and the certificate that it shows to partners.

In the folder `keys`: `node.pem` (the current private key), `history.json` (public; the order of keys), `tls.key` and `tls.pem`. A change of key is done
when the new history is in place; the new key waits in `next.pem` until then, and whoever opens the node after a crash finishes the change.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from vigie.exchange.identity import History, Sign, begun, checked_history, history_json, is_line, revoked, rotated
from vigie.exchange.seals import sealed
from vigie.model.canonical import canonical_bytes
from vigie.model.errors import BadReport, BadSetting
from vigie.model.seal import Seal
from vigie.node.locks import locked
from vigie.node.settings import Node
from vigie.store import forget_seals

MAX_REASON = 500
"""The most characters of the reason of a revocation."""

_RESTORE: Final = "restore the folder keys from a backup"
_WAITS, _WAIT_S = 1_000, 0.01


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the node is: its key history, the signature of its current key, and the secret that blinds its seals."""

    history: History
    sign: Sign
    secret: bytes

    @property
    def party(self) -> str:
        """The node's own party."""
        return self.history.party

    @property
    def key_id(self) -> str:
        """The name of the current key."""
        return self.history.current_id

    def seal(self, record_ids: Sequence[bytes]) -> list[Seal]:
        """Seals of the node's own records, in their order: those of one label at a time."""
        return sealed(record_ids, self.party, self.key_id, self.sign, self.secret)


def identity_of(node: Node) -> Identity:
    """The node's identity. A node of an older version gets its history now; a change of key that was cut off is finished.

    Raises `BadSetting` where the key and the history are not each other's.
    """
    standing = _standing(node)
    if standing is not None:
        return standing
    with alone_with_keys(node):
        return _whole(node)


def rotate_key(node: Node, now_us: int) -> Identity:
    """The identity with a new current key. What the old one signed stays good; the old private key is gone."""
    with alone_with_keys(node):
        identity, fresh = _whole(node), Ed25519PrivateKey.generate()
        return _changed(node, rotated(identity.history, _public(fresh), now_us, fresh.sign, identity.sign), fresh)


def revoke_key(node: Node, key_id: str, reason: str, now_us: int) -> Identity:
    """The identity with a key revoked, and replaced first where it is the current one. What it sealed is sealed anew when it is next offered.

    A key that is revoked already stays so, with its reason. Raises `BadSetting` where the node never had the key, or the reason is no line of text.
    """
    if not reason.strip() or not is_line(reason, MAX_REASON):
        raise BadSetting("The reason must be one line of text", field="--reason", got=reason, expected=f"1 to {MAX_REASON} characters")
    with alone_with_keys(node):
        identity = _without(node, _whole(node), key_id, reason, now_us)
    with node.store.writing() as connection:
        forget_seals(connection, identity.party, key_id)
    return identity


def _without(node: Node, identity: Identity, key_id: str, reason: str, now_us: int) -> Identity:
    history, sign, fresh = identity.history, identity.sign, None
    if history.is_revoked(key_id):
        return identity
    if key_id == history.current_id:
        fresh = Ed25519PrivateKey.generate()
        history, sign = rotated(history, _public(fresh), now_us, fresh.sign, sign), fresh.sign
    try:
        history = revoked(history, key_id, reason, sign)
    except BadReport as fault:
        raise BadSetting(fault.what, field="key", got=fault.got, expected=fault.expected, todo="see vigie keys show") from fault
    return _changed(node, history, fresh)


def _changed(node: Node, history: History, fresh: Ed25519PrivateKey | None) -> Identity:
    """Puts another history in place, with the new key where there is one: the moment of change is that of the history."""
    folder = _folder(node)
    if fresh is not None:
        write_secret(folder / "next.pem", fresh.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_secret(folder / "history.json", canonical_bytes(history_json(history)) + b"\n")
    return _whole(node)


def _standing(node: Node) -> Identity | None:
    """The identity where the key is the current one of the history; else None."""
    history, key = _read_history(node), read_key(_folder(node) / "node.pem")
    return _identity(history, key) if history is not None and history.current == _public(key) else None


def _whole(node: Node) -> Identity:
    """As `identity_of`, for whoever is alone with the keys."""
    standing = _standing(node)
    if standing is not None:
        return standing
    folder = _folder(node)
    history = _read_history(node)
    if history is None:
        return _begin(node)
    waiting = folder / "next.pem"
    if not waiting.exists() or _public(key := read_key(waiting)) != history.current:
        raise BadSetting("The node's key is not the current one of its key history", source=str(folder), todo=_RESTORE)
    waiting.replace(folder / "node.pem")
    _settle(folder)
    return _identity(history, key)


def _begin(node: Node) -> Identity:
    """The first history: its key counts from when it was written down, so that two who make it make the same."""
    path = _folder(node) / "node.pem"
    key = read_key(path)
    history = begun(node.settings.party, _public(key), path.stat().st_mtime_ns // 1_000, key.sign)
    write_secret(_folder(node) / "history.json", canonical_bytes(history_json(history)) + b"\n")
    return _identity(history, key)


def _identity(history: History, key: Ed25519PrivateKey) -> Identity:
    return Identity(history, key.sign, hmac.digest(key.private_bytes_raw(), b"vigie nonce\n", "sha256"))


def _read_history(node: Node) -> History | None:
    path = _folder(node) / "history.json"
    try:
        return checked_history(json.loads(path.read_bytes()), node.settings.party)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as fault:
        raise BadSetting("The node's key history cannot be read", source=str(path), got=str(fault), todo=_RESTORE) from fault
    except BadReport as fault:
        raise BadSetting(f"The node's key history is damaged: {fault.what}", source=str(path), record=fault.record, todo=_RESTORE) from fault


def read_key(path: Path) -> Ed25519PrivateKey:
    """The private signing key of a file. Raises `BadSetting` where it holds none."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise BadSetting("The node's key cannot be read", source=str(path), got=str(fault), todo=_RESTORE) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise BadSetting("The node's key is not an Ed25519 key", source=str(path), todo=_RESTORE)
    return key


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def write_secret(path: Path, data: bytes) -> None:
    """Puts a file in place at once, whole and on the disk, readable to its owner alone. For whoever is alone with the keys."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(path)
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Sees to it that the names in a folder are on the disk, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _folder(node: Node) -> Path:
    return node.folder / "keys"


@contextmanager
def alone_with_keys(node: Node) -> Iterator[None]:
    """Alone with the keys: other processes and threads wait, ten seconds at most."""
    for _ in range(_WAITS):
        with locked(_folder(node) / "keys.lock") as is_ours:
            if is_ours:
                yield
                return
        time.sleep(_WAIT_S)
    raise BadSetting("Another process is changing the node's keys", source=str(node.folder), todo="try again")
