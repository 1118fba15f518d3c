"""Partners: other nodes that records are exchanged with, each known by the card that its people handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vigie.exchange.card import Card, card_bytes, read_card
from vigie.exchange.identity import History, checked_history, extends, fingerprint, history_json
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.node.certificates import certificate_of
from vigie.node.identity import identity_of
from vigie.node.line import is_loopback, parsed_address
from vigie.node.settings import Node
from vigie.store import change_note, list_notes, read_note, remove_note, save_note

BOOK, STATUS = "peers", "peer_status"
"""The books of notes: who the partners are, and how the exchange with each of them went."""

PULLED, SERVED, ASKED = "pulled", "served", "asked"
"""How far this node has read from each partner, how far each has been told, and how often each was asked."""

_QUIET_US = 300 * 1_000_000
"""So often it is written down again that all is well."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A partner node. `address` is where it answers (empty: it only asks), `certificate` (PEM) what it shows there."""

    party: str
    address: str
    certificate: str
    history: History
    added_us: int

    @property
    def fingerprint(self) -> str:
        """What people read to each other: of the first key, in groups of four."""
        return fingerprint(self.history.genesis)


@dataclass(frozen=True, slots=True)
class Status:
    """How the exchange with a partner stands: the last fault, since when and how often in a row; and when it last went well. None = never."""

    well_us: int | None = None
    fault: str = ""
    fault_us: int | None = None
    since_us: int | None = None
    faults: int = 0


def own_card(node: Node, address: str = "", now_us: int = 0) -> bytes:
    """The card that is handed to partners; with an address it holds the certificate that is shown there. Raises `BadSetting` for a bad address."""
    identity = identity_of(node)
    is_secure = bool(address) and checked_address(address).startswith("https")
    certificate = certificate_of(node, now_us or max(one.since_us for one in identity.history.statements)).text if is_secure else ""
    return card_bytes(Card(identity.party, address, certificate, identity.history), identity.sign)


def checked_address(address: str) -> str:
    """The address without a slash at its end. Raises `BadSetting` where it is none, or leads over an open line to another machine."""
    url = parsed_address(address)
    if url.scheme != "https" and not is_loopback(url.host):
        raise BadSetting("Partners are not asked over an open line", got=address, expected="https://, or http:// on this machine")
    return address.rstrip("/")


def add_peer(node: Node, card: bytes, now_us: int) -> Peer:
    """The partner whose card it is, now known here; a known one gets its new address and keys.

    Raises `BadReport` for a damaged card, or one that tells another history than the known one, `BadSetting` for the node's own.
    """
    read = read_card(card)
    if read.party == node.settings.party:
        raise BadSetting("The card is this node's own", got=read.party, todo="give it to the partner, and add the partner's here")
    if read.address:
        _check_way(read)

    def change(known: Mapping[str, Any] | None) -> Mapping[str, Json]:
        if known is not None and not extends(_peer(read.party, known).history, read.history):
            todo = "compare fingerprints with the partner; if its keys are new indeed, remove it first"
            raise BadReport("The card tells another key history than the one that is known here", source=read.party, todo=todo)
        return _note(Peer(read.party, read.address, read.certificate, read.history, known["added_us"] if known else now_us))

    change_note(node.store, BOOK, read.party, change)
    return peer(node, read.party)


def _check_way(card: Card) -> None:
    try:
        address = checked_address(card.address)
    except VigieError as fault:
        raise BadReport("The card's address cannot be used", source=card.party, got=card.address, expected=fault.expected) from fault
    if address.startswith("https") and not card.certificate:
        raise BadReport("The card names an address of https and no certificate", source=card.party, todo="ask the partner for its card again")


def _note(one: Peer) -> dict[str, Json]:
    return {"address": one.address, "certificate": one.certificate, "history": history_json(one.history), "added_us": one.added_us}


def _peer(party: str, said: Mapping[str, Any]) -> Peer:
    return Peer(party, said["address"], said["certificate"], checked_history(said["history"], party), said["added_us"])


def list_peers(node: Node) -> list[Peer]:
    """Every partner, by name."""
    return [_peer(party, said) for party, said in list_notes(node.store, BOOK).items()]


def count_revoked(node: Node) -> int:
    """How many keys all partners have revoked, as far as is known here."""
    return sum(statement["type"] == "revoke" for said in list_notes(node.store, BOOK).values() for statement in said["history"])


def known_peer(node: Node, party: str) -> Peer | None:
    """The partner of that name, or None."""
    said = read_note(node.store, BOOK, party)
    return None if said is None else _peer(party, said)


def peer(node: Node, party: str) -> Peer:
    """The partner of that name. Raises `BadSetting` where there is none."""
    found = known_peer(node, party)
    if found is None:
        known = ", ".join(list_notes(node.store, BOOK)) or "none yet"
        raise BadSetting("There is no such partner", got=party, expected=known, todo="add it with `vigie peers add CARD`")
    return found


def remove_peer(node: Node, party: str) -> None:
    """Forgets a partner: nothing is given to it or taken from it any more; what it gave stays. Raises `BadSetting` where there is none.

    Should it be added again, everything is read anew, and told anew. How often it was asked is not forgotten.
    """
    peer(node, party)
    for book in (BOOK, STATUS):
        remove_note(node.store, book, party)
    change_note(node.store, SERVED, party, lambda known: {"count": known.get("count", 0)} if known else None)
    change_note(node.store, PULLED, party, lambda known: {"cursor": "", "generation": known["generation"] + 1, "whole": 0} if known else None)


def keep_history(node: Node, party: str, history: History) -> None:
    """Remembers a longer key history of a partner. One that was forgotten meanwhile stays so, and no history becomes shorter."""

    def change(known: Mapping[str, Any] | None) -> Mapping[str, Json] | None:
        if known is None or not extends(_peer(party, known).history, history):
            return known
        return dict(known) | {"history": history_json(history)}

    change_note(node.store, BOOK, party, change)


def status_of(node: Node, party: str) -> Status:
    """How the exchange with a partner stands."""
    said = read_note(node.store, STATUS, party) or {}
    return Status(**{name: said[name] for name in Status.__slots__ if name in said})


def keep_fault(node: Node, party: str, sentence: str, now_us: int) -> None:
    """Writes down that the exchange failed, and why."""

    def change(known: Mapping[str, Any] | None) -> Mapping[str, Json]:
        said = known or {}
        faults = said.get("faults", 0)
        return {"well_us": said.get("well_us"), "fault": sentence, "fault_us": now_us, "since_us": said["since_us"] if faults else now_us, "faults": faults + 1}

    change_note(node.store, STATUS, party, change)


def keep_well(node: Node, party: str, now_us: int) -> None:
    """Writes down that the exchange went well: after a fault, and from time to time."""
    known = status_of(node, party)
    if known.faults or known.well_us is None or not 0 <= now_us - known.well_us < _QUIET_US:
        save_note(node.store, STATUS, party, {"well_us": now_us})
