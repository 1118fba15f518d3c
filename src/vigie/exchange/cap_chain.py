"""Which CAP messages are live: updates and cancels find what they speak of, in whatever order the messages came.

A message acts only on messages of its own sender and its own status, and on none that was sent after it: an exercise cannot call back
what is real, and nobody can call back what somebody else has said. Acknowledgements and errors are answers; they change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from vigie.exchange.cap_message import CapMessage, Reference, cap_instant

State = Literal["live", "expired", "ended", "superseded", "cancelled", "cancel", "orphan"]
"""`cancel` is a Cancel that found what it calls back, `orphan` one that did not yet; `ended` is a head that says AllClear.

Expired (the time ran out) is not ended (the thing is over), and neither is cancelled (it should not have been said).
"""

Key: TypeAlias = tuple[str, str, str]
"""Status, sender, identifier."""


@dataclass(frozen=True, slots=True)
class Chained:
    """A message, how it stands, and the references for which no message has come: the gaps of its chain."""

    message: CapMessage
    state: State
    missing: tuple[Reference, ...] = ()


def chain_states(messages: Iterable[CapMessage], now_us: int) -> tuple[Chained, ...]:
    """Every message once (answers left out) with its state at `now_us`, oldest first: the same in any order of arrival."""
    known = _known(messages)
    by: defaultdict[Key, set[str]] = defaultdict(set)
    for message in known.values():
        for key in _acts_on(message, known):
            by[key].add(message.msg_type)
    ordered = sorted(known.items(), key=lambda item: (item[1].sent_us, item[0]))
    return tuple(Chained(message, _state(message, by[key], known, now_us), _missing(message, known)) for key, message in ordered)


def chain_heads(messages: Iterable[CapMessage], now_us: int) -> tuple[CapMessage, ...]:
    """The messages that are live at `now_us`, newest first: of each chain the newest known, and never a Cancel."""
    return tuple(one.message for one in reversed(chain_states(messages, now_us)) if one.state == "live")


def _known(messages: Iterable[CapMessage]) -> dict[Key, CapMessage]:
    """The messages by key; of two that share one the later, and of two as late the same one always."""
    known: dict[Key, CapMessage] = {}
    for message in messages:
        if message.msg_type in ("Ack", "Error"):
            continue
        key = (message.status, message.sender, message.identifier)
        held = known.get(key)
        if held is None or _age(message) > _age(held):
            known[key] = message
    return known


def _age(message: CapMessage) -> tuple[int, str]:
    return message.sent_us, repr(message)


def _acts_on(message: CapMessage, known: Mapping[Key, CapMessage]) -> list[Key]:
    if message.msg_type == "Alert":
        return []
    keys = [(message.status, message.sender, one.identifier) for one in message.references if one.sender == message.sender]
    return [key for key in keys if key in known and known[key] is not message and known[key].sent_us <= message.sent_us]


def _state(message: CapMessage, by: set[str], known: Mapping[Key, CapMessage], now_us: int) -> State:
    if message.msg_type == "Cancel":
        return "cancel" if _acts_on(message, known) else "orphan"
    if by:
        return "cancelled" if "Cancel" in by else "superseded"
    if message.infos and all("AllClear" in info.response_types for info in message.infos):
        return "ended"
    return "expired" if _is_expired(message, now_us) else "live"


def _is_expired(message: CapMessage, now_us: int) -> bool:
    """Whether every info block has run out; one without `expires` never does."""
    return bool(message.infos) and all(info.expires and cap_instant(info.expires) <= now_us for info in message.infos)


def _missing(message: CapMessage, known: Mapping[Key, CapMessage]) -> tuple[Reference, ...]:
    return tuple(one for one in message.references if (message.status, one.sender, one.identifier) not in known)
