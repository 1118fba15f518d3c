"""Versions of a key: a number that grows, never given out twice, not even by a node that was restored from an old backup.

A version holds the epoch of the store's life in which it was given, and a counter: `epoch << 20 | counter`.
In epoch 0 the versions of a key are 1, 2, 3. A restored store no longer knows what it said after the backup, so it opens
a new epoch: whatever it says next lies above all that was said before, and is never another record under an old number.
"""

from __future__ import annotations

EPOCH_BITS = 20
"""How many bits of a version count within an epoch: a million versions of one key."""

MAX_EPOCH = (1 << 31 - EPOCH_BITS) - 1
"""The last epoch whose versions fit a column of 32 bits: 2047 restores."""


def first_of(epoch: int) -> int:
    """The version that a new key gets in an epoch.

    >>> first_of(0), first_of(1)
    (1, 1048577)
    """
    return (epoch << EPOCH_BITS) + 1


def next_version(latest: int, epoch: int) -> int:
    """The version after `latest` (0 where there is none) in an epoch: the next number, or the epoch's first.

    >>> next_version(2, 0), next_version(2, 1), next_version(1048577, 1)
    (3, 1048577, 1048578)
    """
    return max(latest, epoch << EPOCH_BITS) + 1


def epoch_of(version: int) -> int:
    """The epoch in which a version was given.

    >>> epoch_of(3), epoch_of(1048577)
    (0, 1)
    """
    return version >> EPOCH_BITS
