"""Which epochs a party's nodes have used, written down beside the backups: a store from before a restore cannot know of it.

Two restores, of one backup or of two, must not open the same epoch. The book lies in the folder of the backups and beside the
restored node; each restore reads both and writes to both before the node can say a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from vigie.model.canonical import canonical_text
from vigie.model.errors import BadSetting

BOOK = "vigie-epochs.json"


def known_epoch(folders: Iterable[Path], party: str) -> int:
    """The highest epoch of the party that the folders' books tell of; 0 where they tell of none. Raises `BadSetting` where a book cannot be understood."""
    return max((_read(folder / BOOK).get(party, 0) for folder in folders), default=0)


def note_epoch(folder: Path, party: str, epoch: int) -> None:
    """Writes down that the party has used this epoch; what a book says never becomes less. Raises `BadSetting` where it cannot be written."""
    path = folder / BOOK
    known = _read(path)
    if known.get(party, -1) >= epoch:
        return
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_text(canonical_text({**known, party: epoch}), encoding="utf-8")
        unfinished.replace(path)
    except OSError as fault:
        todo = "make the folder writable, or copy the backup to another one"
        raise BadSetting("The epochs that were used cannot be written down", source=str(path), got=fault.strerror or str(fault), todo=todo) from fault


def _read(path: Path) -> dict[str, int]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {str(party): int(epoch) for party, epoch in said.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError) as fault:
        todo = "take the file away and name the highest epoch with --beyond"
        raise BadSetting("The book of epochs cannot be understood", source=str(path), got=str(fault), todo=todo) from fault
