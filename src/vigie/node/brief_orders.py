"""Briefs that were asked for once and are made again and again: the orders are notes of the node, the pages lie in `briefs/` in its folder.

An order's note also holds what its last page showed. It is written once the page is there: whoever is cut off between makes the page anew, and
no change goes unsaid.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting, PeerUnavailable, VigieError
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US
from vigie.node.briefs import Order, brief_since, order_subject
from vigie.node.jobs import counted
from vigie.node.settings import Node
from vigie.store import add_note, change_note, list_notes, remove_note

BOOK = "brief_orders"
FOLDER = "briefs"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def order_brief(node: Node, atlas: Atlas, name: str, order: Order, every_days: float | None = None) -> None:
    """Asks for a brief every so many days (else `order.days`), the first at the watch's next round.

    Raises `BadSetting` for a name that is no file's or is taken, a party or a subject that is not there.
    """
    known = (node.settings.party, PUBLIC, *sorted(node.directory.parties))
    if order.party not in known:
        raise BadSetting("The directory knows no such party", got=order.party, expected=", ".join(known))
    order_subject(node, atlas, order)
    note: dict[str, Json] = {"order": asdict(order), "every_days": order.days if every_days is None else every_days, "made_us": None, "shown": None}
    if not add_note(node.store, BOOK, checked_name(name), note):
        raise BadSetting("There is an order of that name already", got=name, todo="stop that one first, or take another name")


def checked_name(name: str) -> str:
    """The name, which is also that of the order's file. Raises `BadSetting` where two names could mean one file, or another folder."""
    if not _NAME.fullmatch(name):
        raise BadSetting("An order cannot have this name", got=name, expected="at most 60 small letters of a to z, digits, dashes and underscores")
    return name


def list_orders(node: Node) -> dict[str, dict[str, Any]]:
    """The orders by name: `order`, `every_days`, and `made_us`, None before the first page."""
    return {name: {part: note[part] for part in ("order", "every_days", "made_us")} for name, note in list_notes(node.store, BOOK).items()}


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
        raise PeerUnavailable(f"{counted(made, 'brief was', 'briefs were')} made, {len(faults)} could not be", todo=faults[0])
    return f"{counted(made, 'brief', 'briefs')} made." if made else ""


def _is_due(note: dict[str, Any], now_us: int) -> bool:
    """Whether a period has gone by since it was last made; a last time in the future means that the clock was set back."""
    made_us = note["made_us"]
    return made_us is None or not 0 <= now_us - made_us < note["every_days"] * DAY_US


def _make(node: Node, atlas: Atlas, name: str, note: dict[str, Any], now_us: int) -> None:
    """Writes the page, then what it showed; an order that was stopped meanwhile stays stopped."""
    from vigie.node.brief_pages import write_brief

    folder = node.folder / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    facts = brief_since(node, atlas, Order(**note["order"]), now_us, note["shown"])
    write_brief(facts, folder / f"{checked_name(name)}.html")
    change_note(node.store, BOOK, name, lambda held: held | {"made_us": now_us, "shown": facts.shown} if held == note else held)
