"""Where fetched files lie until they have been taken in, and what is swept away there and in the quarantine."""

from __future__ import annotations

import shutil
from pathlib import Path

from vigie.model.times import DAY_US
from vigie.node.addresses import safe_name
from vigie.node.settings import Node
from vigie.node.source_list import known
from vigie.node.uploads import forget_old
from vigie.store import sweep_quarantine

LEFTOVER_US = DAY_US
"""The part of a download that no followed source will go on with, or the folder of a process that died, is removed after so long."""


def incoming_folder(node: Node, now_us: int) -> Path:
    """The folder of fetched files, readable by the operator alone, without what was left in it long ago."""
    folder = node.folder / "incoming"
    folder.mkdir(exist_ok=True, mode=0o700)
    sweep_incoming(node, now_us)
    return folder


def sweep(node: Node, now_us: int, running: str = "") -> None:
    """Forgets what has lain long enough in the quarantine and among the fetched files, and tables that were sent. `running` is the source whose run this is."""
    forget_old(node, now_us)
    sweep_quarantine(node.store, node.keyring, node.quarantine, now_us)
    sweep_incoming(node, now_us, running)


def sweep_incoming(node: Node, now_us: int, running: str = "") -> None:
    """Removes what is older than a day: folders of processes that died, files of sources that nobody follows any more.

    The part of a followed source's download stays: its next run goes on with it.
    """
    folder = node.folder / "incoming"
    entries = [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    followed = {safe_name(entry.source.name) for entry in known(node) if entry.is_added} | {safe_name(running)} if entries else set()
    for entry in entries:
        if entry.name in followed:
            continue
        if entry.name.startswith("tmp") and _is_old(entry, now_us):
            shutil.rmtree(entry, ignore_errors=True)
            continue
        for path in entry.iterdir():
            if path.is_file() and _is_old(path, now_us):
                path.unlink(missing_ok=True)


def _is_old(path: Path, now_us: int) -> bool:
    """Whether nothing was written there for a day; a path that is gone meanwhile is not."""
    try:
        return path.stat().st_mtime_ns // 1_000 < now_us - LEFTOVER_US
    except FileNotFoundError:
        return False
