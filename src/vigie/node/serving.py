"""The serving side of the exchange: a partner's request is looked at, and a page of what it may be told is made, signed, and remembered.

What it was told last is kept three times: the place that it has asked on from, the place after the page that it was given last, and the place before
both, since a partner asks on while it takes a page in, and may fail at that. So a page that was lost on its way is made again, and a poll that finds
nothing new writes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple, NoReturn

import structlog

from vigie.exchange.identity import Domain, History, checked_history, extends, history_json
from vigie.exchange.page import MAX_REQUEST_BYTES, Batch, Erasure, Gone, Item, Offer, Page, Request, Sealed, Stream, Withdrawal, page_bytes, read_request
from vigie.model.canonical import Json
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.model.seal import Seal
from vigie.model.times import format_time
from vigie.node.identity import Identity, identity_of
from vigie.node.peers import keep_history, known_peer
from vigie.node.settings import Node
from vigie.node.signed import is_by, key_named, signature_line
from vigie.store import AuditRow, append_within
from vigie.store.offering import Place, Told, place_json, place_of, tell
from vigie.store.seals import seal_missing, seals_of
from vigie.store.served import PLACES, keep_served, served_note
from vigie.store.telling import Spoken, spoken, tell_more, tombstones_told

MOST_ITEMS = 4_000
"""The most items of a page, whatever is asked for."""

PAGE_BYTES = 8 * 2**20
"""About the most text of a page."""

WAIT_MS = 20_000
"""How long a partner's request waits for somebody else who writes into the store."""

TURN_S = 45.0
"""How long it waits for the pages of other partners; less than an asker waits for us."""

_SEEN: dict[tuple[str, str], int] = {}
_LOCKS: dict[tuple[str, str], Lock] = {}
_TURNS: dict[str, Lock] = {}
_GUARD = Lock()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: 200 with a page and its signature; else one sentence."""

    status: int
    body: bytes
    signature: str = ""


@dataclass(eq=False)
class _Refusal(Exception):
    """A request that is answered with a sentence."""

    status: int
    sentence: str


class _Standpoint(NamedTuple):
    """Where a partner stands: the cursor that it named, and the place that it stands for."""

    token: str
    place: Place


def answer(node: Node, body: bytes, signature: str, now_us: int) -> Answer:
    """The answer to a request of a partner; every fault is a status and one sentence, which tells nothing of what is held here."""
    try:
        return _answered(node, body, signature, now_us)
    except _Refusal as refusal:
        return Answer(refusal.status, refusal.sentence.encode())
    except VigieError as fault:
        structlog.get_logger().error("a partner was not answered", fault=type(fault).__name__, said=str(fault))
    except Exception as fault:  # noqa: BLE001 - whatever a partner sends, the others are served
        structlog.get_logger().error("a partner was not answered", fault=type(fault).__name__, said=str(fault)[:200])
    return Answer(503, b"The node cannot answer now; its log says why.")


def _answered(node: Node, body: bytes, signature: str, now_us: int) -> Answer:
    if len(body) > MAX_REQUEST_BYTES:
        _refuse(413, "The request is too large.")
    request = _request(body)
    history = _asker(node, request, body, signature)
    if request.to != node.settings.party:
        _refuse(403, f"The request is to {request.to!r}, and this is the node of {node.settings.party}.")
    identity = identity_of(node)
    with _alone(node, request.sender):
        page = _page(node, identity, request, now_us)
    if history is not None:
        keep_history(node, request.sender, history)
    made = page_bytes(page)
    return Answer(200, made, signature_line(identity, Domain.PAGE, made))


def _refuse(status: int, sentence: str) -> NoReturn:
    raise _Refusal(status, sentence)


def _request(body: bytes) -> Request:
    try:
        return read_request(body)
    except BadReport:
        _refuse(400, "The request cannot be understood.")


def _asker(node: Node, request: Request, body: bytes, signature: str) -> History | None:
    """The asker's longer key history, where it sends one, else None. Refuses who is no partner, or has not signed: both in the same words."""
    found = known_peer(node, request.sender)
    if found is None:
        _refuse(401, "The request is not signed by a partner of this node.")
    longer = _longer(found.history, request)
    if not is_by(longer or found.history, Domain.REQUEST, body, signature):
        _refuse(401, "The request is not signed by a partner of this node.")
    return longer


def _longer(known: History, request: Request) -> History | None:
    if len(request.history) <= len(known.statements):
        return None
    try:
        offered = checked_history([dict(one) for one in request.history], known.party)
    except BadReport:
        return None
    return offered if extends(known, offered) else None


@contextmanager
def _alone(node: Node, party: str) -> Iterator[None]:
    """One request of a partner at a time."""
    with _GUARD:
        lock = _LOCKS.setdefault((str(node.folder), party), Lock())
    with lock:
        yield


def _page(node: Node, identity: Identity, request: Request, now_us: int) -> Page:
    """The next page. Refuses a request that was made before another one that was answered."""
    party, name = node.settings.party, (str(node.folder), request.sender)
    audience = node.audience(request.sender, now_us)
    with node.store.reading() as connection:
        state = served_note(connection, request.sender)
        if request.count <= max(_SEEN.get(name, -1), state.get("count", -1)):
            _refuse(403, "The request was sent before another one that was answered already; it may be a copy.")
        stand = _standpoint(state, request.cursor)
        is_quiet = stand is not None and bool(request.cursor) and _is_quiet(tell(connection, audience, stand.place, 1), stand.place)
    _SEEN[name] = request.count
    head: dict[str, Any] = {"sender": party, "to": request.sender, "cursor": request.cursor, "keys": _new_statements(identity, request)}
    if stand is None:
        return Page(**head, next="", more=True, restart=True)
    if is_quiet:
        return Page(**head, next=request.cursor)
    with _in_turn(node), node.store.writing_soon(WAIT_MS) as writing:
        if writing is None:
            _refuse(503, "The node is writing; ask again later.")
        return _told(writing, node, identity, request, now_us, head)


@contextmanager
def _in_turn(node: Node) -> Iterator[None]:
    """One page of the node is made at a time: many partners who ask at once stand in a line, and do not try for the store again and again."""
    with _GUARD:
        lock = _TURNS.setdefault(str(node.folder), Lock())
    if not lock.acquire(timeout=TURN_S):
        _refuse(503, "Many partners ask this node now; ask again later.")
    try:
        yield
    finally:
        lock.release()


def _new_statements(identity: Identity, request: Request) -> tuple[Mapping[str, Json], ...]:
    """What the asker does not know yet of the node's key history."""
    return tuple(one for one in history_json(identity.history)[request.keys :] if isinstance(one, dict))


def _standpoint(state: Mapping[str, Any], cursor: str) -> _Standpoint | None:
    """The place that a cursor stands for; None for one that was not given to this partner, or too long ago."""
    if not cursor:
        return _Standpoint("", Place())
    for known in map(state.get, PLACES):
        if known and known["token"] == cursor:
            return _Standpoint(cursor, place_of(known["place"]))
    return None


def _before(state: Mapping[str, Any], token: str) -> dict[str, Json]:
    """The place whose cursor the partner still has where it fails to take in the page that led it to this one: kept until it asks on once more."""
    pending, acked = state.get("pending") or {}, state.get("acked") or {}
    if token and token == pending.get("token"):
        return {"before": acked}
    return {"before": state["before"]} if token and token == acked.get("token") and state.get("before") else {}


def _is_quiet(told: Told, place: Place) -> bool:
    return not len(told) and not told.more and told.place == place


def _told(connection: Any, node: Node, identity: Identity, request: Request, now_us: int, head: Mapping[str, Any]) -> Page:
    """The page of what is to be told, sealed; the place after it is kept in the same transaction."""
    audience = node.audience(request.sender, now_us)
    known = served_note(connection, request.sender)
    stand = _standpoint(known, request.cursor)
    if stand is None:
        return Page(**head, next="", more=True, restart=True)
    told, said = _fitting(connection, audience, stand.place, min(max(request.limit, 1), MOST_ITEMS))
    here: dict[str, Json] = {"token": stand.token, "place": place_json(told.place if not len(told) else stand.place)}
    state: dict[str, Json] = {"acked": here, "count": request.count, **_before(known, stand.token)}
    if not len(told) and request.cursor:
        keep_served(connection, request.sender, state)
        return Page(**head, next=request.cursor)
    token = secrets.token_urlsafe(18)
    keep_served(connection, request.sender, state | {"pending": {"token": token, "place": place_json(told.place)}})
    own = [(row.record_id, row.label_id) for _, row in told.offered if not row.received]
    seal_missing(connection, node.settings.party, own, identity.seal)
    batches, items = _items(connection, told, said, stand.place)
    append_within(connection, [_witness(request.sender, told, now_us)] if len(told) else [])
    return Page(**head, next=token, more=told.more, batches=batches, items=items)


def _witness(party: str, told: Told, now_us: int) -> AuditRow:
    facts = {"offered": len(told.offered), "withdrawn": len(told.withdrawn), "erased": len(told.erased)}
    return AuditRow(now_us, "", party, "sync", "page", facts)


def _fitting(connection: Any, audience: Any, place: Place, limit: int) -> tuple[Told, list[Spoken]]:
    """As much as a page holds, and the records word for word."""
    while True:
        told = tell_more(connection, audience, place, limit)
        said = spoken(connection, told.offered)
        size = sum(len(one.text) + 4 * len(one.payload) // 3 for one in said)
        if size <= PAGE_BYTES or limit == 1:
            return told, said
        limit = max(1, min(limit // 2, limit * PAGE_BYTES * 4 // (size * 5)))


def _items(connection: Any, told: Told, said: Sequence[Spoken], before: Place) -> tuple[tuple[Batch, ...], tuple[Item, ...]]:
    """The items of the page, and the batches that their seals stand in, each once."""
    seals = seals_of(connection, [row.record_id for _, row in told.offered])
    numbers: dict[bytes, int] = {}
    batches: list[Batch] = []
    items: list[Item] = list(_erasures(connection, told, before))
    items += [Withdrawal(_stream(stream), record_id, owner) for stream, record_id, owner in told.withdrawn]
    for (stream, row), one in zip(told.offered, said, strict=True):
        seal = seals.get(row.record_id)
        if seal is None:
            raise BadSetting("A record that was received has no seal", record=row.record_id.hex(), todo="run `vigie check`")
        if seal.root not in numbers:
            numbers[seal.root] = len(batches)
            batches.append(Batch(row.owner, seal.key_id, seal.root, seal.size, seal.signature))
        items.append(Offer(_stream(stream), one.text, _place_in(seal, numbers[seal.root]), one.payload))
    return tuple(batches), tuple(items)


def _place_in(seal: Seal, number: int) -> Sealed:
    return Sealed(number, seal.position, seal.nonce, seal.path)


def _erasures(connection: Any, told: Told, before: Place) -> Iterator[Erasure]:
    labels = before.own | before.received | told.place.own | told.place.received
    found: dict[tuple[bytes, str], list[Gone]] = {}
    for one in tombstones_told(connection, told.erased, labels):
        said = Gone(one.record_id, one.version, format_time(one.erased_us), one.reason, one.signature)
        found.setdefault((one.key, one.owner), []).append(said)
    for (key, owner), versions in found.items():
        yield Erasure("report", key, owner, tuple(versions))


def _stream(name: str) -> Stream:
    return "report" if name == "report" else "entry"


__all__ = ["Answer", "answer", "key_named"]
