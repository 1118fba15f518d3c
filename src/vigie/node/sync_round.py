"""The exchange with several partners, one after the other: a fault of one never stops the others. And what a partner would be told, and why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting, VigieError
from vigie.model.label import Directory, label_from_json, why_closed
from vigie.node.jobs import Work, counted
from vigie.node.peers import PULLED, SERVED, keep_fault, list_peers, peer
from vigie.node.settings import Node
from vigie.node.sync import sender_to, sync_with
from vigie.store import read_note
from vigie.store.owned import Owned, owned_named
from vigie.store.telling import Share, live_copies, shares


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What became of the exchange with one partner: what came, or one sentence."""

    party: str
    counts: Counter[str] = field(default_factory=Counter)
    restarted: bool = False
    fault: str = ""


def sync_all(node: Node, parties: Sequence[str], now_us: int) -> list[Exchanged]:
    """What became of the exchange with each of these partners; with all that have an address where none is named. Raises `BadSetting` for an unknown one."""
    named = [peer(node, party).party for party in parties] or [one.party for one in list_peers(node) if one.address]
    return [_exchanged(node, party, now_us) for party in named]


def _exchanged(node: Node, party: str, now_us: int) -> Exchanged:
    try:
        pulled = sync_with(node, party, sender_to(peer(node, party)), now_us)
    except VigieError as fault:
        return Exchanged(party, fault=str(fault))
    except Exception as fault:  # noqa: BLE001 - one partner that breaks must not stop the others
        structlog.get_logger().error("exchange broke", party=party, fault=type(fault).__name__, said=str(fault)[:200])
        sentence = f"The exchange broke ({type(fault).__name__}); the log says where."
        keep_fault(node, party, sentence, now_us)
        return Exchanged(party, fault=sentence)
    return Exchanged(party, pulled.counts, pulled.restarted)


def sync_partners(node: Node, _atlas: Atlas, now_us: int) -> str:
    """What the partners brought, in one sentence; a job of the watch. One that fails says so among the partners, and stops nothing."""
    return _said_of(sync_all(node, (), now_us))


def _said_of(found: Sequence[Exchanged]) -> str:
    if not found:
        return ""
    counts = sum((one.counts for one in found), Counter[str]())
    failed = [one.party for one in found if one.fault]
    brought = f"{counted(len(found), 'partner', 'partners')} asked, {counted(counts['taken'], 'new record', 'new records')}"
    gone = counts["withdrawn"] + counts["erased"]
    return brought + (f", {gone:,} withdrawn or erased" if gone else "") + (f"; failed: {', '.join(failed)}." if failed else ".")


def round_with(parties: Sequence[str]) -> Work:
    """The job of exchanging with these partners; with all where none is named."""
    return lambda node, _atlas, now_us: _said_of(sync_all(node, parties, now_us))


def told_to(node: Node, party: str, now_us: int) -> list[Share]:
    """What the partner would be told of what is here now, counted by field or kind of entry, and label. Before anything goes."""
    return shares(node.store, node.audience(party, now_us))


def exchange_facts(node: Node, party: str) -> dict[str, Json]:
    """How far this node has read from the partner, how many records that it releases are held, and how far the partner has been told."""
    pulled, served = read_note(node.store, PULLED, party) or {}, read_note(node.store, SERVED, party) or {}
    acked = (served.get("acked") or {}).get("place", {})
    return {
        "cursor": pulled.get("cursor", ""),
        "generation": pulled.get("generation", 1),
        "held": live_copies(node.store, party),
        "told_rows": acked.get("report", 0) + acked.get("entry", 0),
        "page_under_way": bool(served.get("pending")),
    }


def why_not_sent(node: Node, name: str, party: str, now_us: int) -> list[str]:
    """For each version that bears the name one sentence: that the partner is told of it, or why not. Records of this node's own party alone.

    Raises `BadSetting` where the own party has none of that name: what belongs to others is explained to nobody else.
    """
    found = owned_named(node.store, node.settings.party, name)
    if not found:
        todo = "name it as AGENCY/REF, TYPE/REF or by its record id; others' records are for their owners to explain"
        raise BadSetting("This node's party owns no record of that name", got=name, todo=todo)
    peer(node, party)
    return [_reason(one, party, node.directory, now_us) for one in found]


def _reason(one: Owned, party: str, directory: Directory, now_us: int) -> str:
    label = label_from_json(json.loads(one.label), directory)
    named = f"{one.name}, version {one.version}"
    if one.is_relabelled:
        return f"{named}: a later version says the same under another label, so this one counts no more."
    if reasons := why_closed(party, label, directory, now_us):
        return f"{named}: {party} is not told: {'; '.join(reasons)}."
    return f"{named}: {party} may read it and is told when it next asks."
