"""A partner's card: who it is, where it answers, its certificate and its key history, signed; it is handed over by people.

A card proves nothing about whose it is: whoever gets one reads the fingerprint to its owner, by telephone for instance.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography import x509

from vigie.exchange.identity import Domain, History, Sign, checked_history, from_hex, history_json, is_line, is_signed, signed
from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadReport

MAX_CARD_BYTES = 512 * 1024
"""A longer one is not read: a history of 256 statements has half of that."""

_FIELDS = frozenset({"vigie", "party", "address", "certificate", "history", "signature"})
_SIGNATURE_BYTES, _MAX_ADDRESS = 64, 500
_AGAIN = "ask the partner for its card again"


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. `address` is where the partner answers and `certificate` (PEM) what it shows there; both may be empty."""

    party: str
    address: str
    certificate: str
    history: History


def card_bytes(card: Card, sign: Sign) -> bytes:
    """The card as it is handed over: canonical JSON and a line's end, signed with the current key."""
    said = _said(card)
    return canonical_bytes({**said, "signature": signed(Domain.CARD, canonical_bytes(said), sign).hex()}) + b"\n"


def _said(card: Card) -> dict[str, Json]:
    return {"vigie": "card", "party": card.party, "address": card.address, "certificate": card.certificate, "history": history_json(card.history)}


def read_card(data: bytes) -> Card:
    """The card that the bytes hold, its history and its signature checked. Raises `BadReport` with one sentence where it is damaged or forged."""
    said = _parsed(data)
    if said.get("vigie") != "card" or said.keys() != _FIELDS:
        _refuse("The file is not a card of a partner", expected="what `vigie peers card` wrote")
    texts = [said[name] for name in ("party", "address", "certificate")]
    if not all(isinstance(text, str) for text in texts) or not is_line(texts[1], _MAX_ADDRESS):
        _refuse("The card's party, address or certificate cannot be understood")
    party, address, certificate = texts
    card = Card(party, address, certificate, checked_history(said["history"], party))
    _check_signature(card, said["signature"])
    _check_certificate(card)
    return card


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_CARD_BYTES:
        _refuse("The file is too long for a card", expected=f"at most {MAX_CARD_BYTES} bytes")
    try:
        said = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        raise BadReport("The card cannot be read: it is cut or damaged", todo=_AGAIN) from fault
    if not isinstance(said, dict):
        _refuse("The file is not a card of a partner", expected="what `vigie peers card` wrote")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose names are different."""
    if len(found := dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _check_signature(card: Card, signature: Any) -> None:
    try:
        is_whole = is_signed(Domain.CARD, canonical_bytes(_said(card)), from_hex(signature, _SIGNATURE_BYTES), card.history.current)
    except ValueError:
        is_whole = False
    if not is_whole:
        _refuse("The card's signature is not its owner's: it is forged or damaged", source=card.party)


def _check_certificate(card: Card) -> None:
    if not card.certificate:
        return
    try:
        x509.load_pem_x509_certificate(card.certificate.encode())
    except ValueError as fault:
        raise BadReport("The card's certificate cannot be read", source=card.party, todo=_AGAIN) from fault


def _refuse(what: str, source: str = "", expected: str = "") -> NoReturn:
    raise BadReport(what, source=source, expected=expected, todo=_AGAIN)
