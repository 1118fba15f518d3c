"""Briefs that were asked for once and are made again and again: the orders are notes of the node, the pages lie in `briefs/` in its folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vigie.model.atlas import Atlas
from vigie.model.errors import PeerUnavailable, VigieError
from vigie.model.times import DAY_US
from vigie.node.addresses import safe_name
from vigie.node.briefs import Order, make_brief, order_subject
from vigie.node.settings import Node
from vigie.store import list_notes, remove_note, save_note

BOOK = "brief_orders"


def order_brief(node: Node, atlas: Atlas, name: str, order: Order) -> None:
    """Asks for a brief every `order.days` days, the first at the watch's next round. Raises `BadSetting` for a subject that is not there."""
    order_subject(node, atlas, order)
    save_note(node.store, BOOK, name, {"order": asdict(order), "made_us": None})


def cancel_order(node: Node, name: str) -> bool:
    """Whether there was such an order to cancel; the pages that were made stay."""
    return remove_note(node.store, BOOK, name)


def make_ordered(node: Node, atlas: Atlas, now_us: int) -> str:
    """How many of the briefs whose time has come were made, in one sentence. One that cannot be made stops no other.

    Raises `PeerUnavailable` with the first fault after all were tried.
    """
    made, faults = 0, []
    for name, note in list_notes(node.store, BOOK).items():
        if not _is_due(note, now_us):
            continue
        try:
            _make(node, atlas, name, note, now_us)
            made += 1
        except VigieError as fault:
            faults.append(f"{name}: {fault}".rstrip("."))
    if faults:
        raise PeerUnavailable(f"{made} briefs were made, {len(faults)} could not be", todo=faults[0])
    return f"{made} briefs made." if made else ""


def _is_due(note: dict[str, Any], now_us: int) -> bool:
    """Whether a period has gone by since it was last made; a last time in the future means that the clock was set back."""
    made_us = note["made_us"]
    return made_us is None or not 0 <= now_us - made_us < note["order"]["days"] * DAY_US


def _make(node: Node, atlas: Atlas, name: str, note: dict[str, Any], now_us: int) -> None:
    from vigie.node.brief_pages import write_brief

    folder = node.folder / "briefs"
    folder.mkdir(exist_ok=True, mode=0o700)
    write_brief(make_brief(node, atlas, Order(**{**note["order"], "keep": True}), now_us), folder / f"{safe_name(name)}.html")
    save_note(node.store, BOOK, name, note | {"made_us": now_us})
