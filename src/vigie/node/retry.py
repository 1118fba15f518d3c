"""Reading a file again from the quarantine: after a reader was mended, or a mapping corrected."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from vigie.model.errors import BadReport
from vigie.model.label import label_from_json
from vigie.node.intake import Order, Outcome, ingest_each, order_again
from vigie.node.settings import Node
from vigie.store import raw_item, unseal_stream
from vigie.store.journal import FileEntry


def retry_file(node: Node, entry: FileEntry, now_us: int) -> Outcome:
    """Takes in a file's own bytes once more, under the label that it had. What was read before is found unchanged."""
    item = raw_item(node.store, entry.id)
    key = node.keyring.key(item) if item else None
    if item is None or key is None:
        fault = BadReport("The file is no longer in the quarantine", source=entry.name, todo="send it again")
        return Outcome(entry.name, "refused", sentence=str(fault))
    try:
        order = _order(node, entry)
    except BadReport as fault:
        return Outcome(entry.name, "refused", sentence=str(fault))
    incoming = node.folder / "incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        path = Path(folder) / entry.name
        with path.open("wb") as out:
            out.writelines(unseal_stream(key, node.quarantine / f"{item}.sealed"))
        return replace(next(ingest_each(node, [path], order, now_us)), name=entry.name)


def _order(node: Node, entry: FileEntry) -> Order:
    label = label_from_json(json.loads(entry.label), node.directory)
    return order_again(node, entry.reader, Order(label=label, source=entry.source, exercise=entry.exercise))
