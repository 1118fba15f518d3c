"""Pages as a liar writes them: what an honest node must refuse whole."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from node.network import Member, Said
from vigie.exchange.identity import Domain
from vigie.exchange.seals import sealed
from vigie.model.canonical import canonical_bytes
from vigie.node.identity import Identity, identity_of
from vigie.node.signed import signature_line

FORGERIES = (
    "unsigned",
    "signed by another",
    "payload",
    "body",
    "wider",
    "narrower",
    "owner",
    "version",
    "resealed",
    "for another",
    "from another",
    "cursor",
    "no end",
)


def forged(said: Said, how: str, giver: Identity, members: Mapping[str, Member]) -> Said | None:
    """The page with something false in it, signed by the partner that gives it unless that is the lie; None where nothing can be forged."""
    page = json.loads(said[1])
    offers = [item for item in page["items"] if "offer" in item]
    if how == "unsigned":
        return said[0], said[1] + b" ", said[2]
    if how == "signed by another":
        return said[0], said[1], signature_line(identity_of(next(one for one in members.values() if one.name != giver.party).node), Domain.PAGE, said[1])
    if how in _HEADS:
        page |= _HEADS[how]
    elif not offers or page["restart"] or not _alter(page, offers[-1], how, giver):
        return None
    data = json.dumps(page).encode()
    return said[0], data, signature_line(giver, Domain.PAGE, data)


_HEADS: Mapping[str, Mapping[str, Any]] = {
    "for another": {"to": "X"},
    "from another": {"from": "X"},
    "cursor": {"cursor": "no cursor of yours"},
    "no end": {"more": True, "items": [], "restart": False, "batches": []},
}


def _alter(page: Any, offer: Any, how: str, giver: Identity) -> bool:
    """Whether a record could be changed so."""
    record = offer["record"]
    owner = record["key"][0]
    before = json.dumps(offer)
    if how == "payload":
        offer["payload"] = b64encode(b"other").decode()
    elif how == "body":
        record["body"] |= {"summary" if offer["offer"] == "report" else "word": "other"}
    elif how == "wider":
        record["label"] = {name: value for name, value in record["label"].items() if name not in ("rel_to", "not_to", "orcon")} | {"tlp": "CLEAR"}
    elif how == "narrower":
        record["label"]["rel_to"] = []
    elif how == "owner":
        record["key"][0] = record["label"]["owner"] = giver.party
    elif how == "version":
        record["version"] += 1
    elif how == "resealed" and owner != giver.party:
        record["label"]["tlp"] = "CLEAR"
        _reseal(page, offer, owner, giver)
    return json.dumps(offer) != before


def _reseal(page: Any, offer: Any, owner: str, giver: Identity) -> None:
    """Seals the record in its owner's name with the giver's own key."""
    seal = sealed([sha256(canonical_bytes(offer["record"])).digest()], owner, giver.key_id, giver.sign, giver.secret)[0]
    page["batches"].append({"owner": owner, "key": seal.key_id, "root": seal.root.hex(), "size": seal.size, "signature": b64encode(seal.signature).decode()})
    offer["seal"] = [len(page["batches"]) - 1, seal.position, seal.nonce.hex(), seal.path.hex()]
