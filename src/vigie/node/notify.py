"""Notices: what each subscription is told of, sent once, in one thread for each warning; what was sent is in a book of the node's own.

A notice is planned from what the subscription's party may read at the moment of sending, by the same gate as the screen: nothing else has any
influence on what is sent, when, or how it is numbered. A run sends for so long and leaves the rest to the next. A delivery is written down
before it is sent and after; one that was cut off between is sent again under the same Message-ID, so that the receiver can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.entry import Entry, Log
from vigie.model.errors import PeerUnavailable, VigieError
from vigie.model.history import Region
from vigie.model.label import label_to_json
from vigie.model.languages import said, to_say
from vigie.model.times import SECOND_US, format_time
from vigie.model.warning import Content
from vigie.node.clock import now_us as machine_us
from vigie.node.histories import region_of
from vigie.node.letters import TEST, digest_subject, digest_text, warning_text
from vigie.node.mail import Letter, mail_server, send_letter
from vigie.node.settings import Node
from vigie.node.subscription_list import Kept, chains_for, list_subscriptions, webhook_secret
from vigie.node.warning_facts import Shown
from vigie.node.webhooks import Post, send_post
from vigie.store import add_note, list_notes, read_note, save_note
from vigie.warn.chain import Chain, Version
from vigie.warn.subscriptions import Notice, due, latest_of_threads, notices

LEDGER, THREADS = "notices", "notice_threads"
FIRST_WAIT_US, LONGEST_WAIT_US = 60 * SECOND_US, 3_600 * SECOND_US
"""After a failure a delivery waits a minute, then twice as long each time, an hour at most (our own choice)."""
RUN_US = 120 * SECOND_US
"""For so long a run begins deliveries (our own choice): one that hangs holds up the others for that long at most, and its next turn comes later."""

GIVE_UP_US = 2 * 86_400 * SECOND_US
"""For so long a delivery is tried."""

TEST_WORDS = to_say("This is a test message.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is remembered of one notice. `batch` names the delivery that it is part of; `began_us` is its first attempt, `tried_us` the last.

    `sending` without a process that sends means that the attempt was cut off.
    """

    subscription: str
    party: str
    thread: str
    version: str
    batch: str
    state: Literal["sending", "waiting", "sent", "failed"]
    attempts: int
    began_us: int
    tried_us: int
    fault: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done."""
        return self.state in ("sent", "failed")

    @property
    def ready_us(self) -> int:
        """From when it may be tried again."""
        if self.state != "waiting":
            return self.tried_us
        return self.tried_us + min(FIRST_WAIT_US << min(self.attempts - 1, 10), LONGEST_WAIT_US)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Notices that go in one message, oldest first. `shown` are those that it prints: of each warning the newest."""

    batch: str
    members: tuple[Notice, ...]

    @property
    def shown(self) -> tuple[Notice, ...]:
        """What it prints."""
        return latest_of_threads(self.members)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One subscription in one of its worlds, at the moment of sending: the warnings that its party may read."""

    node: Node
    atlas: Atlas
    region: Region
    kept: Kept
    now_us: int
    exercise: bool
    chains: tuple[Chain, ...]
    versions: Mapping[str, Version]
    ledger: Mapping[str, Sending]
    threads: dict[str, dict[str, Any]]


@dataclass(slots=True)
class _Run:
    """One run: what it has looked up already, and what became of its deliveries. `clock` tells how long it has been at it."""

    node: Node
    atlas: Atlas
    now_us: int
    clock: Callable[[], int]
    ledger: Mapping[str, Sending]
    threads: dict[str, dict[str, Any]]
    began_us: int
    seen: dict[tuple[str, bool], tuple[tuple[Chain, ...], Mapping[str, Version]]] = field(default_factory=dict)
    sent: int = 0
    faults: list[str] = field(default_factory=list)
    left: int = 0

    @property
    def is_out_of_time(self) -> bool:
        """Whether what has not begun waits for the next run."""
        return self.clock() - self.began_us >= RUN_US


def send_due(node: Node, atlas: Atlas, now_us: int, clock: Callable[[], int] = machine_us) -> str:
    """How many notices went out, in one sentence; empty where there was none to send. `clock` is read for how long the run takes, for nothing else.

    Raises `PeerUnavailable` after all were tried, where some could not be sent: they wait, and are tried again.
    """
    run = _Run(node, atlas, now_us, clock, read_ledger(node), list_notes(node.store, THREADS), clock())
    for kept in list_subscriptions(node):
        for exercise in kept.worlds:
            _serve(run, kept, exercise=exercise)
    if run.faults:
        todo = run.faults[0].rstrip(".")
        raise PeerUnavailable(f"{run.sent} messages went out, {len(run.faults)} could not be sent yet", todo=todo)
    rest = f" {run.left} wait for the next run." if run.left else ""
    return f"{run.sent} messages went out.{rest}" if run.sent or run.left else ""


def _serve(run: _Run, kept: Kept, *, exercise: bool) -> None:
    """Sends what one subscription is to be told of one world, while there is time."""
    found, versions = _seen(run, kept.subscription.party, exercise=exercise)
    reader = _Reader(run.node, run.atlas, region_of(run.atlas), kept, run.now_us, exercise, found, versions, run.ledger, run.threads)
    for delivery in deliveries(reader):
        if run.is_out_of_time:
            run.left += 1
        else:
            _deliver(reader, delivery, run)


def _seen(run: _Run, party: str, *, exercise: bool) -> tuple[tuple[Chain, ...], Mapping[str, Version]]:
    """The warnings that a party may read of one world, read once a run, and every version of them by its id."""
    if (party, exercise) not in run.seen:
        found = chains_for(run.node, party, run.now_us, exercise=exercise)
        run.seen[party, exercise] = found, {version.id: version for chain in found for version in chain.history}
    return run.seen[party, exercise]


def deliveries(reader: _Reader) -> list[Delivery]:
    """What goes now: first what was tried before, in the same messages; then what is new, the versions of one warning in one message."""
    subscription, now_us = reader.kept.subscription, reader.now_us
    found = notices(subscription, reader.chains, reader.region, reader.kept.created_us, _subjects(reader))
    unsent = [replace(notice, at_us=min(notice.at_us, now_us)) for notice in found if not _is_over(reader.ledger, notice.id)]
    going = due(subscription, unsent, now_us)
    again: dict[str, list[Notice]] = {}
    for notice in (*going.at_once, *going.digest):
        if notice.id in reader.ledger:
            again.setdefault(reader.ledger[notice.id].batch, []).append(notice)
    alone = _by_thread(notice for notice in going.at_once if notice.id not in reader.ledger)
    together = tuple(notice for notice in going.digest if notice.id not in reader.ledger)
    fresh = [Delivery(members[-1].id, members) for members in alone]
    fresh += [Delivery(_batch_name(together), together)] if together else []
    return [Delivery(batch, tuple(members)) for batch, members in again.items()] + fresh


def read_ledger(node: Node) -> dict[str, Sending]:
    """What is remembered of every notice, by its id."""
    return {name: Sending(**facts) for name, facts in list_notes(node.store, LEDGER).items()}


def send_test(node: Node, kept: Kept, now_us: int) -> None:
    """Sends a message that says that it is a test. Raises what sending raises."""
    subscription = kept.subscription
    name = f"ts-{digest(canonical_bytes([subscription.party, kept.name, now_us]))[:24]}"
    words = said(subscription.language, TEST_WORDS)
    if subscription.is_mail:
        subject = f"{said(subscription.language, TEST)} Vigie: {kept.name}"
        letter = Letter(name=name, to=subscription.channel, subject=subject, text=words, language=subscription.language)
        send_letter(mail_server(node), letter, now_us)
    else:
        _post(node, kept, name, {"type": "test", "timestamp": format_time(now_us), "data": {"subscription": kept.name, "words": words}}, now_us)


def _is_over(ledger: Mapping[str, Sending], name: str) -> bool:
    return name in ledger and ledger[name].is_over


def _is_ready(last: Sending, now_us: int) -> bool:
    """Whether a delivery that was tried before may be tried again; a last attempt in the future means that the clock was set back."""
    return last.ready_us <= now_us or last.tried_us > now_us


def _by_thread(found: Iterable[Notice]) -> list[tuple[Notice, ...]]:
    threads: dict[str, list[Notice]] = {}
    for notice in found:
        threads.setdefault(notice.thread, []).append(notice)
    return [tuple(members) for members in threads.values()]


def _batch_name(members: Sequence[Notice]) -> str:
    if len({notice.thread for notice in members}) == 1:
        return members[-1].id
    return f"dg-{digest(canonical_bytes(sorted(notice.id for notice in members)))[:24]}"


def _deliver(reader: _Reader, delivery: Delivery, run: _Run) -> None:
    """Writes down that a delivery begins, sends it, and writes down what became of it."""
    now_us = reader.now_us
    before = [reader.ledger[notice.id] for notice in delivery.members if notice.id in reader.ledger]
    if before and not _is_ready(before[-1], now_us):
        run.faults.append(f"{reader.kept.name}: {before[-1].fault}")
        return
    began_us = min((known.began_us for known in before if known.began_us <= now_us), default=now_us)
    facts: dict[str, Any] = {"attempts": max((known.attempts for known in before), default=0) + 1, "began_us": began_us, "tried_us": now_us}
    _remember(reader, delivery, facts | {"state": "sending"})
    try:
        _send(reader, delivery)
    except VigieError as fault:
        _remember(reader, delivery, facts | {"state": "failed" if now_us - began_us >= GIVE_UP_US else "waiting", "fault": str(fault)})
        run.faults.append(f"{reader.kept.name}: {fault}")
    else:
        _remember(reader, delivery, facts | {"state": "sent"})
        run.sent += 1


def _remember(reader: _Reader, delivery: Delivery, facts: Mapping[str, Any]) -> None:
    subscription = reader.kept.subscription
    for notice in delivery.members:
        named: dict[str, Any] = {"subscription": subscription.name, "party": subscription.party, "batch": delivery.batch}
        named |= {"thread": notice.thread, "version": notice.version}
        save_note(reader.node.store, LEDGER, notice.id, asdict(Sending(**named, **facts)))


def _send(reader: _Reader, delivery: Delivery) -> None:
    if reader.kept.subscription.is_mail:
        send_letter(mail_server(reader.node), _letter(reader, delivery), reader.now_us)
    else:
        _post(reader.node, reader.kept, delivery.batch, _hook(reader, delivery), reader.now_us)


def _letter(reader: _Reader, delivery: Delivery) -> Letter:
    """The mail: in its warning's thread where it speaks of one, under the subject that the thread had from its beginning."""
    subscription, shown = reader.kept.subscription, delivery.shown
    log = Log(party=subscription.party, now_us=reader.now_us, exercise=reader.exercise)
    words = Shown(reader.atlas, subscription.language, reader.node.settings.yardstick, log)
    said_now = [_said(reader, notice) for notice in shown]
    facts: dict[str, Any] = {"name": delivery.batch, "to": subscription.channel, "language": subscription.language}
    if len(shown) > 1:
        subject = digest_subject(len(shown), subscription.language, exercise=reader.exercise)
        return Letter(**facts, subject=subject, text=digest_text(said_now, words))
    thread = _thread(reader, shown[0], delivery.batch)
    return Letter(**facts, subject=thread["subject"], thread=thread["first"], text=warning_text(*said_now[0], words))


def _said(reader: _Reader, notice: Notice) -> tuple[Entry, Content]:
    version = reader.versions[notice.version]
    return version.entry, version.content


def _thread(reader: _Reader, notice: Notice, batch: str) -> dict[str, Any]:
    """The subject and the first message of a thread; the message at hand begins it where nothing was sent in it yet."""
    name = _thread_name(reader.kept, notice.thread)
    begun: dict[str, Any] = {"subject": notice.subject, "first": batch}
    if name not in reader.threads:
        add_note(reader.node.store, THREADS, name, begun)
        reader.threads[name] = read_note(reader.node.store, THREADS, name) or begun
    return reader.threads[name]


def _thread_name(kept: Kept, thread: str) -> str:
    return f"{kept.subscription.party}|{kept.name}|{thread}"


def _subjects(reader: _Reader) -> dict[str, str]:
    """The subjects that this subscription's threads have, by thread."""
    begin = _thread_name(reader.kept, "")
    return {name.removeprefix(begin): str(note["subject"]) for name, note in reader.threads.items() if name.startswith(begin)}


def _post(node: Node, kept: Kept, name: str, body: Mapping[str, Json], now_us: int) -> None:
    secret = webhook_secret(node, kept)
    send_post(Post(name=name, address=kept.subscription.channel, body=body, secret=secret, may_be_private=kept.may_be_private), now_us)


def _hook(reader: _Reader, delivery: Delivery) -> dict[str, Json]:
    """The body of a webhook: the same at every attempt."""
    last_us = max(notice.at_us for notice in delivery.members)
    data: dict[str, Json] = {"subscription": reader.kept.name, "exercise": reader.exercise, "warnings": [_notice_json(reader, item) for item in delivery.shown]}
    return {"type": "warnings", "timestamp": format_time(last_us), "data": data}


def _notice_json(reader: _Reader, notice: Notice) -> dict[str, Json]:
    """One warning for a program. Its version's number, and predecessors that the reader may not read, are left out: they would tell of hidden ones."""
    entry, content = _said(reader, notice)
    body = dict(entry.body) | {"predecessors": [name for name in content.predecessors if name in reader.versions]}
    return {
        "id": notice.version,
        "owner": notice.owner,
        "warning": notice.warning,
        "thread": notice.thread,
        "subject": notice.subject,
        "said": format_time(entry.said_us),
        "label": label_to_json(entry.label),
        "exercise": notice.exercise,
        "content": body,
    }
