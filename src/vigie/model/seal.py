"""What proves that a record is its owner's: its place in a tree of hashes, over the root of which one signature stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seal:
    """One record's proof. Of a batch of `size` records, whose `root` (32 bytes) the key named signed (64 bytes), it is the one at `position`, from 0.

    `nonce` (16 bytes) blinds the record's own hash; `path` is the hashes beside its way to the root, 32 bytes each, the lowest first.
    """

    key_id: str
    root: bytes
    signature: bytes
    position: int
    size: int
    nonce: bytes
    path: bytes
