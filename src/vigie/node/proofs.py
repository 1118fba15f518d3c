"""Whether every record in the store is provably its owner's: the seals of the node's own records, and of those that partners released to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from vigie.exchange.identity import History, checked_history
from vigie.exchange.seals import KnownRoots, is_sealed
from vigie.model.errors import BadReport, BadSetting
from vigie.model.seal import Seal
from vigie.node.identity import identity_of
from vigie.node.settings import Node
from vigie.store import Unproved, check_seals, list_notes

PEERS = "peers"
"""The book of partners; the field `history` of each note is its key history."""


def known_histories(node: Node) -> tuple[dict[str, History], list[str]]:
    """The key history of each party that is known, the node's own first; and a sentence for each that is damaged."""
    found, faults = _own_history(node)
    partners = {party: note for party, note in list_notes(node.store, PEERS).items() if party != node.settings.party}
    for party, note in partners.items():
        try:
            found[party] = _history(note, party)
        except BadReport as fault:
            faults.append(f"The key history of the partner {party} that is kept here is damaged: {fault}")
    return found, faults


def _own_history(node: Node) -> tuple[dict[str, History], list[str]]:
    try:
        return {node.settings.party: identity_of(node).history}, []
    except BadSetting as fault:
        return {}, [str(fault)]


def _history(note: dict[str, Any], party: str) -> History:
    return checked_history(note.get("history"), party)


def seal_faults(node: Node) -> Iterator[str]:
    """A sentence for every record whose seal does not prove that it is its owner's, and for every damaged key history."""
    histories, faults = known_histories(node)
    yield from faults
    roots: KnownRoots = {}
    for fault in check_seals(node.store, _proof(histories, roots)):
        if fault is not None:
            yield _sentence(fault, histories.get(fault.owner))


def _proof(histories: dict[str, History], roots: KnownRoots) -> Callable[[bytes, Seal, str], bool]:
    def is_proved(record_id: bytes, seal: Seal, owner: str) -> bool:
        history = histories.get(owner)
        return history is not None and is_sealed(record_id, seal, owner, history, roots)

    return is_proved


def _sentence(fault: Unproved, history: History | None) -> str:
    named = f"record {fault.record_id.hex()} of {fault.owner}"
    if fault.seal is None:
        return f"Nothing proves {named}: it was received from a partner and has no seal."
    if fault.signer != fault.owner:
        return f"The seal of {named} is not its owner's but is signed by {fault.signer}."
    if history is None:
        return f"Nothing proves {named}: the owner's key history is not known here; add the partner with its card."
    if history.key(fault.seal.key_id) is None:
        return f"The seal of {named} is signed with the key {fault.seal.key_id}, which its owner never had."
    if history.is_revoked(fault.seal.key_id):
        return f"The seal of {named} is signed with the key {fault.seal.key_id}, which its owner revoked; it counts no more until it is sealed anew."
    return f"The seal of {named} does not prove it: the seal or the record was changed."
