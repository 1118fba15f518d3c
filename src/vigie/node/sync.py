"""The asking side of the exchange: one page is asked for, looked at from end to end, and taken in whole or not at all.

The next page is asked for while one is looked at, so that neither side waits for the other.
Nothing changes where anything is wrong, but for one sentence beside the partner's name that says what, when, and how often in a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import structlog

from vigie.exchange.identity import Domain, History, checked_history, history_json
from vigie.exchange.page import MAX_PAGE_BYTES, Page, Request, read_page, request_bytes
from vigie.model.errors import BadReport, BadSetting, PeerUnavailable, VigieError
from vigie.node.addresses import safe_name
from vigie.node.identity import Identity, identity_of
from vigie.node.locks import locked
from vigie.node.peers import ASKED, PULLED, Peer, count_revoked, keep_fault, keep_history, keep_well, list_peers, peer
from vigie.node.sending import sender_to
from vigie.node.serving import Answer, answer
from vigie.node.settings import Node
from vigie.node.signed import is_by, key_named, signature_line
from vigie.node.verifying import Judge, Verified, verified
from vigie.store import change_note, read_note, save_note
from vigie.store.applying import Delivery, apply
from vigie.store.epochs import store_epoch

Send = Callable[[bytes, str], tuple[int, bytes, str]]
"""Gives a request and its signature to the partner; the status, the body and the signature of its answer."""

MAX_PAGES = 1_000_000
"""So many pages are asked for at one go; a partner that never comes to an end is left alone then."""

_EPOCH_BITS, _OK, _SHOWN = 32, 200, 200


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came: counts of what was `taken`, `known`, `withdrawn`, `erased`, `refused`, `unproved`; whether more is there; whether all is read anew."""

    counts: Counter[str] = field(default_factory=Counter)
    more: bool = False
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far a partner was read: its cursor, in which pass from the beginning, and which pass came to its end; and how many keys were revoked then.

    Where something could not be proved since, `unproved` has the names of all whose keys were known.
    """

    cursor: str = ""
    generation: int = 1
    whole: int = 0
    revoked: int = 0
    unproved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that is on its way: what the partner was known by when it was made, from which cursor it asks, and the answer to come."""

    known: Peer
    cursor: str
    answer: Future[tuple[int, bytes, str]]


@dataclass(frozen=True, slots=True)
class _Line:
    """The way to one partner: a thread of its own brings the next page while this one takes in the last."""

    node: Node
    party: str
    send: Send
    now_us: int
    limit: int
    thread: Executor

    def ask(self, known: Peer, cursor: str) -> _Asked:
        """Asks for what comes after the cursor; does not wait for the answer."""
        identity = identity_of(self.node)
        body = request_bytes(_request(self.node, identity, known, cursor, self.limit))
        return _Asked(known, cursor, self.thread.submit(self.send, body, signature_line(identity, Domain.REQUEST, body)))


def pull(node: Node, party: str, send: Send, now_us: int, limit: int = 1000) -> Pulled:
    """What one page of the partner brought. Raises `BadSetting` for an unknown partner, `PeerUnavailable` and `BadReport` where nothing was taken."""
    with _exchanging(node, party, send, now_us, limit) as line:
        return _taken(line, _asked_first(line), None)


def sync_with(node: Node, party: str, send: Send, now_us: int, limit: int = 2000) -> Pulled:
    """What the partner had for us, page by page until nothing more is there. What was taken stays where a later page fails.

    `send` is called in a thread of its own: the next page is asked for while one is verified and taken in.
    """
    with _exchanging(node, party, send, now_us, limit) as line:
        return _all_taken(line)


@contextmanager
def _exchanging(node: Node, party: str, send: Send, now_us: int, limit: int) -> Iterator[_Line]:
    """The way to a partner, for us alone; beside the partner's name it is kept how it went. Ends when nothing is on its way any more."""
    peer(node, party)
    try:
        with _alone(node, party), ThreadPoolExecutor(1, thread_name_prefix="vigie-asks") as thread:
            yield _Line(node, party, send, now_us, limit, thread)
    except VigieError as fault:
        keep_fault(node, party, str(fault), now_us)
        raise
    keep_well(node, party, now_us)


def _all_taken(line: _Line) -> Pulled:
    counts: Counter[str] = Counter()
    ahead: list[_Asked] = []
    restarts = 0
    for _ in range(MAX_PAGES):
        pulled = _taken(line, ahead.pop() if ahead else _asked_first(line), ahead)
        counts += pulled.counts
        restarts += pulled.restarted
        if restarts > 1:
            raise PeerUnavailable("The partner forgets its own cursors", source=line.party, todo="ask its operator to look at its log")
        if not pulled.more:
            return Pulled(counts, more=False, restarted=bool(restarts))
    raise PeerUnavailable("The partner comes to no end", source=line.party, expected=f"at most {MAX_PAGES:,} pages")


def _asked_first(line: _Line) -> _Asked:
    """Asks on from where everything is taken in."""
    return line.ask(peer(line.node, line.party), _reading(line.node, line.party).cursor)


def _taken(line: _Line, asked: _Asked, ahead: list[_Asked] | None) -> Pulled:
    """What the page that was asked for brought. With `ahead` the one after it is asked for before this one is looked at record by record.

    Where the partner has revoked a key, all that it told is to be read anew: then more is there. Asking on confirms to the partner what is not taken in
    yet; so it keeps the place before it as well, and should this page fail, our cursor is that one.
    """
    node, known = line.node, asked.known
    status, data, signature = asked.answer.result()
    if status != _OK:
        raise PeerUnavailable("The partner does not answer the request", source=known.party, got=f"{status} {_plain(data)}", todo="try later")
    page, history = _believed(node, known, data, signature)
    _check_page(page, asked.cursor)
    reading = _reading(node, known.party)
    if reading.cursor != asked.cursor:
        raise PeerUnavailable("The partner was removed or read anew meanwhile", source=known.party, todo="try again")
    if ahead is not None and page.more and not page.restart:
        ahead.append(line.ask(replace(known, history=history), page.next))
    pulled = _restart(node, known.party, reading) if page.restart else _applied(node, page, history, reading, line.now_us)
    if len(history.statements) > len(known.history.statements):
        keep_history(node, known.party, history)
    if history.revoked_ids == known.history.revoked_ids:
        return pulled
    if ahead:
        ahead.clear()
    return replace(pulled, more=True)


@contextmanager
def _alone(node: Node, party: str) -> Iterator[None]:
    with locked(node.folder / "jobs" / f"sync-{safe_name(party)}.lock") as is_ours:
        if not is_ours:
            raise PeerUnavailable("Another process is exchanging with the partner", source=party, todo="let it end, and try again")
        yield


def _reading(node: Node, party: str) -> _Reading:
    """How far the partner was read. Once any partner has revoked a key all are read anew: what that key sealed is sealed anew, or is forged.

    So is one that passed on what could not be proved, once another partner's keys are known.
    """
    said, revoked = read_note(node.store, PULLED, party), count_revoked(node)
    known = _Reading(**{name: said[name] for name in _Reading.__slots__ if name in said}) if said else _Reading(revoked=revoked)
    is_same = known.revoked == revoked and (not known.unproved or list(known.unproved) == _known_parties(node))
    return known if is_same else _Reading("", known.generation + 1, known.whole, revoked)


def _known_parties(node: Node) -> list[str]:
    return sorted(one.party for one in list_peers(node))


def _request(node: Node, identity: Identity, known: Peer, cursor: str, limit: int) -> Request:
    """The request, with a count that no request of this node bore before: not of another process, and not of a store that was restored since."""
    first = store_epoch(node.store) << _EPOCH_BITS

    def next_count(said: Mapping[str, Any] | None) -> Mapping[str, int]:
        return {"count": max((said or {}).get("count", 0), first) + 1}

    counted = change_note(node.store, ASKED, known.party, next_count) or {}
    own = identity.history.statements
    return Request(
        sender=node.settings.party,
        to=known.party,
        cursor=cursor,
        limit=limit,
        count=int(str(counted["count"])),
        keys=len(known.history.statements),
        history=tuple(one for one in history_json(identity.history) if isinstance(one, dict)) if len(own) > 1 else (),
    )


def _plain(data: bytes) -> str:
    """The beginning of what a partner says, without what cannot be shown."""
    text = data[: 4 * _SHOWN].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text)[:_SHOWN].strip()


def _believed(node: Node, known: Peer, data: bytes, signature: str) -> tuple[Page, History]:
    """The page, signed by the partner to us, and the partner's key history with what the page adds to it."""
    if len(data) > MAX_PAGE_BYTES:
        raise BadReport("The page is too large", source=known.party, got=f"{len(data):,} bytes", expected=f"at most {MAX_PAGE_BYTES:,}")
    key = key_named(signature)
    if known.history.key(key) is not None and not is_by(known.history, Domain.PAGE, data, signature):
        raise _unsigned(known.party)
    try:
        page = read_page(data)
    except BadReport as fault:
        raise replace(fault, source=known.party) from fault
    history = _longer(known, page)
    if not is_by(history, Domain.PAGE, data, signature):
        raise _unsigned(known.party)
    if (page.sender, page.to) != (known.party, node.settings.party):
        raise BadReport("The page is from somebody else, or for somebody else", source=known.party, got=f"from {page.sender} to {page.to}")
    return page, history


def _unsigned(party: str) -> BadReport:
    return BadReport("The page is not signed with a key of the partner that counts", source=party, todo="compare fingerprints, and ask it for its card again")


def _longer(known: Peer, page: Page) -> History:
    if not page.keys:
        return known.history
    return checked_history([*history_json(known.history), *(dict(one) for one in page.keys)], known.party)


def _check_page(page: Page, cursor: str) -> None:
    """Raises `BadReport` for a page that answers another question, or contradicts itself."""
    if page.cursor != cursor:
        raise BadReport("The page begins at another cursor than was asked for", source=page.sender)
    if page.restart and (page.items or not page.more or not cursor):
        raise BadReport("The page tells to begin anew and contradicts itself", source=page.sender)
    if not page.restart and ((page.items and page.next in ("", cursor)) or (page.more and not page.items)):
        raise BadReport("The page leads nowhere", source=page.sender)


def _restart(node: Node, party: str, reading: _Reading) -> Pulled:
    """Notes that the partner is to be read from its beginning."""
    save_note(node.store, PULLED, party, {**asdict(reading), "cursor": "", "generation": reading.generation + 1})
    return Pulled(more=True, restarted=True)


def _applied(node: Node, page: Page, history: History, reading: _Reading, now_us: int) -> Pulled:
    """Takes the page in: records, withdrawals, erasures and the cursor in one transaction."""
    is_whole = not page.more and reading.whole < reading.generation
    if not page.items and not is_whole and page.next == reading.cursor:
        return Pulled()
    judge = _judge(node, page.sender, history)
    found = verified(page, judge) if page.items else Verified()
    whole = reading.generation if is_whole else reading.whole
    unproved = _known_parties(node) if found.unproved else [*reading.unproved]
    delivery = Delivery(
        peer=page.sender,
        generation=reading.generation,
        reports=found.reports,
        ready=found.ready,
        entries=found.entries,
        withdrawn=found.withdrawn,
        erased=found.erased,
        is_whole=is_whole,
        revoked=frozenset(name for one in judge.histories.values() for name in one.revoked_ids),
        unproved=found.unproved,
        note={**asdict(reading), "cursor": page.next, "whole": whole, "unproved": [*unproved]},
    )
    return Pulled(+_taken_in(node, delivery, now_us), more=page.more)


def _judge(node: Node, party: str, history: History) -> Judge:
    histories = {one.party: one.history for one in list_peers(node)} | {party: history}
    return Judge(node.settings.party, party, histories, node.directory)


def _taken_in(node: Node, delivery: Delivery, now_us: int) -> Counter[str]:
    try:
        return apply(node.store, delivery, now_us)
    except VigieError:
        raise
    except Exception as fault:
        structlog.get_logger().error("a partner's page was not taken in", party=delivery.peer, fault=type(fault).__name__, said=str(fault)[:_SHOWN])
        todo = "the node's log says why; tell the partner"
        raise BadReport("The partner's page cannot be kept", source=delivery.peer, got=type(fault).__name__, todo=todo) from fault


__all__ = ["Answer", "BadSetting", "Pulled", "Send", "answer", "pull", "sender_to", "sync_with"]
