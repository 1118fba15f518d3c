"""Tables that somebody sent to look at: sealed in the quarantine, each with its own key, for the account that sent them, and forgotten after an hour."""

from __future__ import annotations

import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vigie.model.canonical import Json, digest
from vigie.model.errors import BadReport, BadSetting
from vigie.model.times import SECOND_US, format_time
from vigie.node.addresses import safe_name
from vigie.node.settings import Node
from vigie.store import add_note, list_notes, read_note, remove_note, seal_stream, unseal_stream

KEPT_US = 3_600 * SECOND_US
"""How long a table that was sent to be looked at is kept: an hour, as everything in the quarantine that no file speaks of."""

_BOOK = "uploads"
_TODO = "send the table again"


@dataclass(frozen=True, slots=True)
class Upload:
    """A table that was sent: its name here, the name of its file, the account that sent it, its size, the SHA-256 of its bytes, and when it is forgotten."""

    item: str
    name: str
    account: str
    size_bytes: int
    digest: str
    until_us: int


def keep_upload(node: Node, account: str, name: str, data: bytes, now_us: int) -> Upload:
    """Seals a table for whoever sent it. Raises `BadReport` where it is empty."""
    forget_old(node, now_us)
    if not data:
        raise BadReport("The file is empty", source=safe_name(name, "table"), todo="nothing was kept")
    upload = Upload(secrets.token_hex(16), safe_name(name, "table"), account, len(data), digest(data), now_us + KEPT_US)
    seal_stream(node.keyring.new_key(upload.item), io.BytesIO(data), _path(node, upload.item))
    facts: dict[str, Json] = {"name": upload.name, "account": account, "size_bytes": upload.size_bytes, "digest": upload.digest, "until_us": upload.until_us}
    add_note(node.store, _BOOK, upload.item, facts)
    return upload


def upload_named(node: Node, account: str, item: str, now_us: int) -> Upload:
    """The table of that name that the account sent. Raises `BadSetting` where there is none, another account sent it, or it is forgotten."""
    known = read_note(node.store, _BOOK, item)
    if known is None or known["account"] != account or known["until_us"] <= now_us:
        raise BadSetting("The table is not kept any more", todo=_TODO)
    return Upload(item, **known)


@contextmanager
def opened_upload(node: Node, upload: Upload) -> Iterator[Path]:
    """The table as a file that the operator alone can read, for as long as it is looked at. Raises `BadSetting` where it is gone."""
    key = node.keyring.key(upload.item)
    if key is None or not _path(node, upload.item).exists():
        raise BadSetting("The table is not kept any more", todo=_TODO)
    incoming = node.folder / "incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        path = Path(folder) / upload.name
        with path.open("wb") as out:
            out.writelines(unseal_stream(key, _path(node, upload.item)))
        yield path


def forget_upload(node: Node, item: str) -> None:
    """Destroys the key of a table and what it sealed."""
    node.keyring.destroy([item])
    _path(node, item).unlink(missing_ok=True)
    remove_note(node.store, _BOOK, item)


def forget_old(node: Node, now_us: int) -> int:
    """Forgets every table whose hour is over; how many."""
    old = [item for item, facts in list_notes(node.store, _BOOK).items() if facts["until_us"] <= now_us]
    for item in old:
        forget_upload(node, item)
    return len(old)


def upload_facts(upload: Upload) -> dict[str, str | int]:
    """What is told of a table that was sent."""
    return {"upload": upload.item, "name": upload.name, "bytes": upload.size_bytes, "until": format_time(upload.until_us)}


def _path(node: Node, item: str) -> Path:
    return node.quarantine / f"{item}.sealed"
