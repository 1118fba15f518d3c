"""The audit log of a node: who saw, changed and released what.

What changes something takes its row along in its own transaction. What only reads must not wait for whoever is writing: its row goes to a small file in the
node's folder first, and from there into the log as soon as nobody else writes. A row that cannot even be put into that file stops what it speaks of.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from threading import Lock

from vigie.model.canonical import canonical_bytes
from vigie.node.locks import locked
from vigie.node.settings import Node
from vigie.store import AuditChoice, AuditRow, append_soon, check_audit, read_audit

ACTS = (
    *("see", "send", "write", "release", "ingest", "erase", "export", "sync"),
    *("sign-in", "sign-in-refused", "sign-out", "token-refused"),
    *("account-add", "account-password", "account-remove", "token-add", "token-revoke", "unreadable"),
)
"""What a row can say that was done. `see` and `send` are requests of who is signed in, `write` and `release` words that were said."""

READ_WAIT_MS = 2_000
"""How long who reads the log waits for another writer; what still waits then is counted."""

_WRITING = Lock()


def note_down(node: Node, row: AuditRow) -> None:
    """Puts a row where it waits to be written into the log: at once, whoever else writes. Raises `OSError` where the disk does not take it."""
    line = canonical_bytes({name: value for name, value in asdict(row).items() if name not in ("number", "chain")} | {"mark": secrets.token_hex(8)})
    with _alone(node):
        _append(_folder(node) / "waiting", line + b"\n")


def witness(node: Node, row: AuditRow) -> None:
    """Writes a row into the log, now or as soon as nobody else writes."""
    note_down(node, row)
    drain(node)


def _append(path: Path, line: bytes) -> None:
    """Adds a line whole or not at all."""
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(number).st_size
        if os.write(number, line) < len(line):
            os.ftruncate(number, before)
            raise OSError("The disk is full.")
    finally:
        os.close(number)


def _folder(node: Node) -> Path:
    return node.folder / "audit"


@contextmanager
def _alone(node: Node) -> Iterator[None]:
    """Nobody else touches the rows that wait, neither another thread nor another process; both hold on for microseconds."""
    _folder(node).mkdir(mode=0o700, exist_ok=True)
    with _WRITING, (_folder(node) / "waiting.lock").open("w") as lock:
        _lock(lock.fileno())
        yield


def _lock(number: int) -> None:
    """A system without such locks is taken to have one process only."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(number, fcntl.LOCK_EX)


def drain(node: Node, wait_ms: int = 0) -> bool:
    """Writes what waits into the log; whether nothing waits any more. Does nothing where another writer, or another drain, is at work."""
    with locked(_folder(node) / "drain.lock") as is_ours:
        while is_ours and _waits(node):
            if not append_soon(node.store, lambda: _batch(node), wait_ms):
                return False
            (_folder(node) / "moving").unlink(missing_ok=True)
    return is_ours


def _waits(node: Node) -> bool:
    return any((_folder(node) / name).exists() for name in ("moving", "waiting"))


def _batch(node: Node) -> tuple[str, Sequence[AuditRow]]:
    """The rows that are moved now, under a name that tells whether they were written before a crash; those that a crash left first."""
    moving = _folder(node) / "moving"
    if not moving.exists():
        with _alone(node):
            (_folder(node) / "waiting").replace(moving)
    content = moving.read_bytes()
    return sha256(content).hexdigest(), [_row(line) for line in content.splitlines()]


def _row(line: bytes) -> AuditRow:
    """What was damaged while it waited is said to be so, and not left out."""
    try:
        facts = json.loads(line)
        facts.pop("mark")
        return AuditRow(**facts)
    except (ValueError, TypeError, AttributeError, KeyError):
        return AuditRow(0, "", "", "unreadable", "", {"bytes": len(line)})


def waiting_count(node: Node) -> int:
    """How many rows wait to be written into the log."""
    paths = [_folder(node) / name for name in ("moving", "waiting")]
    return sum(len(path.read_bytes().splitlines()) for path in paths if path.exists())


def audit_rows(node: Node, choice: AuditChoice) -> list[AuditRow]:
    """The rows that are meant, the latest first; what waits is written first if nobody else writes for long."""
    drain(node, READ_WAIT_MS)
    return read_audit(node.store, choice)


def audit_faults(node: Node) -> list[str]:
    """A sentence for each row of the log that was removed, altered or put in."""
    drain(node, READ_WAIT_MS)
    return [fault for fault in check_audit(node.store) if fault]
