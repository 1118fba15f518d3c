"""Locks between processes: whoever holds one is alone with what it stands for, until it lets go or ends, however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether the lock of this file is ours within the block; False where another process, or another thread of this one, holds it.

    A process that is killed leaves an open lock. A system that has no such locks is taken to have one process only.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as lock:
        yield _is_ours(lock.fileno())


def is_held(path: Path) -> bool:
    """Whether anybody holds the lock of this file now."""
    if not path.exists():
        return False
    with locked(path) as is_ours:
        return not is_ours


def _is_ours(number: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
