"""Sealing many records with one signature, so that each can be proved alone.

A batch is a tree of hashes of at most 64 records, shaped as in RFC 6962, section 2.1: a leaf is SHA-256(0x00, nonce, record id), a node SHA-256(0x01,
left, right), and an odd node moves up unchanged. The root is SHA-256(0x02, size, top), so that the size is signed too. One Ed25519 signature over the
root and the owner's name stands for all. A record's proof holds hashes of other records, which its reader may not know of: each leaf is blinded with a
nonce that only the owner can work out, so these hashes confirm no guess.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from hashlib import sha256

from vigie.exchange.identity import Domain, History, is_signed, signed
from vigie.model.seal import Seal

__all__ = ["MAX_BATCH", "KnownRoots", "Seal", "is_sealed", "sealed"]

MAX_BATCH = 64
"""The most records of one batch: a proof then has at most 6 hashes."""

KnownRoots = dict[tuple[str, bytes, bytes, bytes], bool]
"""Whether a signature over a root is good, by owner, public key, root and signature."""

_ID_BYTES, _NONCE_BYTES, _HASH_BYTES, _SIGNATURE_BYTES = 32, 16, 32, 64


def sealed(record_ids: Sequence[bytes], owner: str, key_id: str, sign: Callable[[bytes], bytes], secret: bytes) -> list[Seal]:
    """A seal for each record id (32 bytes), in their order; 64 at a time share a signature. `secret` blinds the hashes: the same one gives the same seals.

    Seal records of one label together, never others: a proof tells how many stand beside it.
    """
    starts = range(0, len(record_ids), MAX_BATCH)
    return [seal for start in starts for seal in _batch(record_ids[start : start + MAX_BATCH], owner, key_id, sign, secret)]


def _batch(record_ids: Sequence[bytes], owner: str, key_id: str, sign: Callable[[bytes], bytes], secret: bytes) -> list[Seal]:
    nonces = [hmac.digest(secret, record_id, "sha256")[:_NONCE_BYTES] for record_id in record_ids]
    rows = _tree([_leaf(nonce, record_id) for nonce, record_id in zip(nonces, record_ids, strict=True)])
    size = len(record_ids)
    root = _root(size, rows[-1][0])
    signature = signed(Domain.BATCH, root + owner.encode(), sign)
    return [Seal(key_id, root, signature, position, size, nonce, _path(rows, position)) for position, nonce in enumerate(nonces)]


def is_sealed(record_id: bytes, seal: Seal, owner: str, history: History, known_roots: KnownRoots) -> bool:
    """Whether the seal proves that this record is the owner's, under a key of its history that is not revoked.

    `known_roots` remembers which signatures were looked at, so that one is checked once for all records of its batch; begin with an empty one.
    """
    public_key = history.key(seal.key_id)
    if public_key is None or history.party != owner or history.is_revoked(seal.key_id) or not _is_in_batch(record_id, seal):
        return False
    asked = (owner, public_key, seal.root, seal.signature)
    found = known_roots.get(asked)
    if found is None:
        found = known_roots[asked] = is_signed(Domain.BATCH, seal.root + owner.encode(), seal.signature, public_key)
    return found


def _is_in_batch(record_id: bytes, seal: Seal) -> bool:
    lengths = (len(record_id), len(seal.nonce), len(seal.root), len(seal.signature))
    if lengths != (_ID_BYTES, _NONCE_BYTES, _HASH_BYTES, _SIGNATURE_BYTES) or not 0 <= seal.position < seal.size <= MAX_BATCH:
        return False
    top = _climbed(_leaf(seal.nonce, record_id), seal.position, seal.size - 1, seal.path)
    return top is not None and _root(seal.size, top) == seal.root


def _climbed(node: bytes, place: int, last: int, path: bytes) -> bytes | None:
    """The top of the tree above a leaf; None where the path is too short or too long. `last` is the place of the last node of the row."""
    start = 0
    while last:
        if place & 1 or place < last:
            beside = path[start : start + _HASH_BYTES]
            start += _HASH_BYTES
            node = _inner(beside, node) if place & 1 else _inner(node, beside)
        place, last = place >> 1, last >> 1
    return node if start == len(path) else None


def _tree(leaves: list[bytes]) -> list[list[bytes]]:
    """The rows of the tree, from the leaves to the top."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        row = rows[-1]
        pairs = [_inner(row[place], row[place + 1]) for place in range(0, len(row) - 1, 2)]
        rows.append(pairs + row[len(row) - len(row) % 2 :])
    return rows


def _path(rows: list[list[bytes]], position: int) -> bytes:
    """The hashes beside the way from a leaf to the top, the lowest first; an odd node has none beside it."""
    places = [(row, (position >> height) ^ 1) for height, row in enumerate(rows)]
    return b"".join(row[place] for row, place in places if place < len(row) > 1)


def _leaf(nonce: bytes, record_id: bytes) -> bytes:
    return sha256(b"\x00" + nonce + record_id).digest()


def _inner(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _root(size: int, top: bytes) -> bytes:
    return sha256(b"\x02" + bytes([size]) + top).digest()
