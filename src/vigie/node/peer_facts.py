"""How the exchange stands, as JSON: this node's card, each partner with how far either side has read, what waits and why, and labels that wait.

For the node's own people alone: nothing of it is for a partner or for the public.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from vigie.exchange.identity import fingerprint
from vigie.model.canonical import Json
from vigie.model.label import Directory, label_from_json, why_closed
from vigie.model.times import DAY_US, SECOND_US, format_time
from vigie.node.audit import READ_WAIT_MS, drain
from vigie.node.briefs import marking_text
from vigie.node.desk import Desk
from vigie.node.identity import identity_of
from vigie.node.jobs import standing
from vigie.node.peers import PULLED, SERVED, Peer, Status, list_peers, status_of
from vigie.node.relabel import Proposal, proposals, readers_of
from vigie.node.schedule import is_watched, jobs_as_run
from vigie.node.settings import Node
from vigie.store import AuditChoice, read_audit, read_note
from vigie.store.offering import Place, place_of
from vigie.store.telling import left_to_tell, live_copies

State = Literal["fresh", "late", "failing", "never", "asks"]
"""The last exchange went well and lately; well but long ago; badly; never was; or the partner has no address and only asks here."""

LATE_CADENCES = 5
"""So many rounds without a good exchange make a partner late, and ten minutes at the least: that all is well is written down every five (our own choice)."""

_LEAST_LATE_US = 600 * SECOND_US
MOST_COUNTED = 1_000
"""How far what waits for a partner is counted."""

RECENT_DAYS = 30
"""Of so many days what went out and came in is summed up."""

_PAGES_READ = 20_000
"""The most rows of the log that are summed up."""


def card_facts(node: Node) -> dict[str, Json]:
    """Who this node is to its partners: its party, the fingerprint to read to them, its current key and how many it has had."""
    history = identity_of(node).history
    return {
        "party": node.settings.party,
        "fingerprint": fingerprint(history.genesis),
        "key": history.current_id,
        "since": format_time(history.statements[-1].since_us),
        "statements": len(history.statements),
        "revoked": len(history.revoked_ids),
    }


def round_facts(node: Node, now_us: int) -> dict[str, Json]:
    """How often partners are asked, whether anybody watches over it now, and how the last round went."""
    found = standing(node, next(job for job in jobs_as_run(node) if job.name == "sync"), now_us)
    began = found.state.began_us
    return {
        "every_s": found.every_s,
        "watched": is_watched(node),
        "word": found.word,
        "began": None if began is None else format_time(began),
        "said": found.state.said,
        "fault": found.state.fault,
    }


def peer_list(node: Node, now_us: int) -> list[dict[str, Json]]:
    """Every partner: those that fail first, then those that are late or never were asked, then the others, by name."""
    late_us = max(_LEAST_LATE_US, LATE_CADENCES * next(job for job in jobs_as_run(node) if job.name == "sync").every_s * SECOND_US)
    moved = _moved(node, now_us)
    found = [_peer(node, one, status_of(node, one.party), late_us, moved, now_us) for one in list_peers(node)]
    order = ("failing", "late", "never", "asks", "fresh")
    return sorted(found, key=lambda item: (order.index(str(item["state"])), str(item["party"])))


def state_of(one: Peer, status: Status, late_us: int, now_us: int) -> State:
    """How the exchange with a partner stands; `late_us` is how old a good one may be."""
    if status.faults:
        return "failing"
    if status.well_us is None:
        return "never" if one.address else "asks"
    return "late" if now_us - status.well_us > late_us else "fresh"


def _peer(node: Node, one: Peer, status: Status, late_us: int, moved: Mapping[str, Counter[str]], now_us: int) -> dict[str, Json]:
    state = state_of(one, status, late_us, now_us)
    since = {"failing": status.since_us, "never": one.added_us, "asks": one.added_us}.get(state, status.well_us)
    known = node.directory.parties.get(one.party)
    mine = moved.get(one.party, Counter[str]())
    return {
        "party": one.party,
        "org": known.org if known else "",
        "in_directory": known is not None,
        "address": one.address,
        "fingerprint": one.fingerprint,
        "key": one.history.current_id,
        "revoked": len(one.history.revoked_ids),
        "added": format_time(one.added_us),
        "state": state,
        "since": _time(since),
        "well": _time(status.well_us),
        "fault": status.fault if status.faults else "",
        "faults": status.faults,
        "last_fault": _time(status.fault_us) if status.faults else None,
        "in": _read_from(node, one.party) | _came(mine),
        "out": _told_to(node, one.party, now_us) | _went(mine),
    }


def _time(at_us: int | None) -> str | None:
    return None if at_us is None else format_time(at_us)


def _read_from(node: Node, party: str) -> dict[str, Json]:
    """How far this node has read from the partner: its cursor there, in which pass, and how many records the partner releases to it."""
    said = read_note(node.store, PULLED, party) or {}
    generation = said.get("generation", 1)
    unproved = said.get("unproved", ())
    return {
        "cursor": said.get("cursor", ""),
        "pass": generation,
        "is_whole": said.get("whole", 0) >= generation,
        "held": live_copies(node.store, party),
        "unproved": bool(unproved),
        "why_unproved": _why_unproved(node, party) if unproved else "",
    }


def _why_unproved(node: Node, party: str) -> str:
    known = ", ".join(one.party for one in list_peers(node))
    return f"{party} passed on records of others that cannot be proved here: of an owner whose card is not known, or by a key that was revoked; known: {known}."


def _told_to(node: Node, party: str, now_us: int) -> dict[str, Json]:
    """How far the partner has been told, what it has not confirmed yet, and how much is still to be told, by the very function that makes its next page."""
    said = read_note(node.store, SERVED, party) or {}
    acked, pending = said.get("acked") or {}, said.get("pending") or {}
    kept = pending.get("place") or acked.get("place")
    waiting, more = left_to_tell(node.store, node.audience(party, now_us), place_of(kept) if kept else Place(), MOST_COUNTED)
    return {
        "cursor": acked.get("token", ""),
        "told_rows": sum((acked.get("place") or {}).get(name, 0) for name in ("report", "entry")),
        "unconfirmed": bool(pending),
        "waiting": waiting,
        "waiting_more": more,
    }


def _came(moved: Counter[str]) -> dict[str, Json]:
    """What came in from a partner lately, by name, and when the last page did."""
    return {"recent": {name: moved[name] for name in ("taken", "withdrawn_in", "erased_in", "refused", "unproved")}, "last": _time(moved["in"] or None)}


def _went(moved: Counter[str]) -> dict[str, Json]:
    """What went out to a partner lately, by name, and when the last page did."""
    return {"recent": {name: moved[name] for name in ("offered", "withdrawn_out", "erased_out")}, "last": _time(moved["out"] or None)}


def _moved(node: Node, now_us: int) -> dict[str, Counter[str]]:
    """By partner what the log says of the last `RECENT_DAYS`, counted by name; `out` and `in` are the instants of the last page of each."""
    drain(node, READ_WAIT_MS)
    found: dict[str, Counter[str]] = {}
    for row in read_audit(node.store, AuditChoice(since_us=now_us - RECENT_DAYS * DAY_US, act="sync", limit=_PAGES_READ)):
        mine, side = found.setdefault(row.party, Counter()), "out" if row.subject == "page" else "in"
        mine[side] = max(mine[side], row.at_us)
        for name, count in row.facts.items():
            mine[f"{name}_{side}" if name in ("withdrawn", "erased") else name] += _count(count)
    return found


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def waiting_labels(desk: Desk) -> list[dict[str, Json]]:
    """The wider labels that wait for a second person: for which record, whom they would let in, by whom and why, and the command that settles each."""
    return [_waiting(desk, item) for item in proposals(desk) if item.said.state == "open"]


def _waiting(desk: Desk, item: Proposal) -> dict[str, Json]:
    directory: Directory = desk.node.directory
    before, after = (label_from_json(said, directory) for said in (item.said.before, item.said.label))
    gained = [party for party, reasons in readers_of(desk, after).items() if not reasons and why_closed(party, before, directory, desk.now_us)]
    flag = " --exercise" if desk.exercise else ""
    return {
        "ref": item.ref,
        "record": item.said.name,
        "before": marking_text(before, "en", directory),
        "after": marking_text(after, "en", directory),
        "gained": [*gained],
        "by": item.said.proposer,
        "reason": item.said.reason,
        "said": format_time(item.entry.said_us),
        "approve": f"vigie labels approve {item.ref} --as ACCOUNT{flag}",
        "refuse": f"vigie labels refuse {item.ref} --as ACCOUNT{flag}",
    }
