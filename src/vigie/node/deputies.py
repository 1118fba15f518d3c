"""Telling deputies: who has not answered a warning in time is asked again, through their party's own subscriptions, in the warning's thread.

What is to be told stands in the book `escalations`, which the timers write. Whether it is still to be told is judged by what the party itself
may read at that moment; what was sent stands among the notices. Each subscription is told once. Filters and digests do not matter here; quiet
hours are waited for, unless the warning is Extreme and such may pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.entry import Log
from vigie.model.errors import PeerUnavailable, VigieError
from vigie.model.label import label_to_json
from vigie.model.languages import EXERCISE, moment_text, said, to_say
from vigie.model.times import format_time, parse_time
from vigie.node.clock import now_us as machine_us
from vigie.node.desk import log_of
from vigie.node.jobs import counted
from vigie.node.letters import TEST, warning_text
from vigie.node.mail import Letter, mail_server, send_letter
from vigie.node.notify import GIVE_UP_US, LEDGER, RUN_US, THREADS, Sending, read_ledger
from vigie.node.settings import Node
from vigie.node.subscription_list import Kept, list_subscriptions, webhook_secret
from vigie.node.warning_facts import Shown
from vigie.node.webhooks import Post, send_post
from vigie.store import add_note, list_notes, read_note, remove_note, save_note
from vigie.warn.answers import Responses, all_responses
from vigie.warn.chain import Chain, chains
from vigie.warn.quiet import is_quiet
from vigie.warn.subscriptions import Subscription, subject_of, thread_id

BOOK = "escalations"
AWAITED = to_say("Answer awaited")
SILENT = to_say("{party} has not answered this warning. Its answer was due by {moment}.")
ASKED = to_say("The post {deputy} is asked to answer as deputy.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One escalation of the book: of whose silence which post is told. `due_us` is when the answer was due."""

    id: str
    warning: str
    party: str
    deputy: str
    due_us: int
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One escalation for one subscription of the party: `name` is that of its message, the same at every attempt; `before` the last attempt."""

    name: str
    told: Told
    kept: Kept
    before: Sending | None

    @property
    def wanted(self) -> Subscription:
        """The subscription."""
        return self.kept.subscription


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at an instant, the logs that were read in it, by party and world, and what became of its messages."""

    node: Node
    atlas: Atlas
    now_us: int
    seen: dict[tuple[str, bool], tuple[Log, tuple[Responses, ...]]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def readable(self, told: Told) -> tuple[Log, tuple[Responses, ...]]:
        """The log of the party that is told, and the warnings that it may read, with what it may read of the answers."""
        key = told.party, told.exercise
        if key not in self.seen:
            log = log_of(self.node, told.party, self.now_us, exercise=told.exercise)
            self.seen[key] = log, all_responses(chains(log), log, {})
        return self.seen[key]


def escalations(node: Node) -> tuple[Told, ...]:
    """The book: all that deputies were, or are to be, told of."""
    return tuple(_told(name, note) for name, note in list_notes(node.store, BOOK).items())


def awaited(told: Told, answered: tuple[Responses, ...], owner: str) -> Chain | None:
    """The warning of `owner` that an escalation is about, where its answer is still overdue; None where it came, is waited for no more, or cannot be read."""
    for each in answered:
        if (each.chain.owner, each.chain.warning) == (owner, told.warning):
            return each.chain if any((who.party, who.state) == (told.party, "overdue") for who in each.recipients) else None
    return None


def tell_deputies(node: Node, atlas: Atlas, now_us: int, clock: Callable[[], int] = machine_us) -> str:
    """How many messages asked deputies for an answer, in one sentence; empty where there was nothing to ask. `clock` tells how long the run takes.

    Raises `PeerUnavailable` after all were tried, where some could not be sent: they wait, and are tried again.
    """
    run, began_us = _Run(node, atlas, now_us), clock()
    for call in _calls(node):
        if clock() - began_us >= RUN_US:
            break
        log, answered = run.readable(call.told)
        chain = awaited(call.told, answered, node.settings.party)
        if chain is not None and _may_go(call.wanted, chain, now_us):
            _deliver(run, call, chain, log)
        elif chain is None and call.before:
            remove_note(node.store, LEDGER, call.name)
    asked = counted(len(run.sent), "message asks a deputy", "messages ask deputies")
    if run.faults:
        raise PeerUnavailable(f"{asked} for an answer, {len(run.faults)} could not be sent yet", todo=run.faults[0].rstrip("."))
    return f"{asked} for an answer." if run.sent else ""


def _told(name: str, note: Mapping[str, Any]) -> Told:
    facts = {part: note[part] for part in ("warning", "party", "deputy", "exercise")}
    return Told(id=name, due_us=parse_time(str(note["at"])), **facts)


def _calls(node: Node) -> Iterator[_Call]:
    """Every escalation with every subscription that is to hear of it and has not; a subscription hears of nothing from before it was added."""
    book = escalations(node)
    if not book:
        return
    ledger, subscriptions = read_ledger(node), list_subscriptions(node)
    for told in book:
        for kept in subscriptions:
            if kept.subscription.party != told.party or told.exercise not in kept.worlds or told.due_us < kept.created_us:
                continue
            name = f"dp-{digest(canonical_bytes([told.id, told.party, kept.name]))[:24]}"
            before = ledger.get(name)
            if before is None or not before.is_over:
                yield _Call(name=name, told=told, kept=kept, before=before)


def _may_go(wanted: Subscription, chain: Chain, now_us: int) -> bool:
    """Whether it may go now: tests only to those who want them, nothing in quiet hours but what is Extreme and may pass."""
    content = chain.head.content
    if content.test and not wanted.filter.tests:
        return False
    passes = wanted.extreme_passes and content.severity == "Extreme"
    return passes or not is_quiet(now_us, wanted.quiet_from, wanted.quiet_to, wanted.zone)


def _deliver(run: _Run, call: _Call, chain: Chain, log: Log) -> None:
    """Writes down that a message begins, sends it, and writes down what became of it."""
    before, now_us = call.before, run.now_us
    if before and before.ready_us > now_us >= before.tried_us:
        run.faults.append(f"{call.kept.name}: {before.fault}")
        return
    sending = _begun(call, chain, now_us)
    _remember(run, call, sending)
    try:
        _send(run, call, chain, log)
    except VigieError as fault:
        is_late = now_us - sending.began_us >= GIVE_UP_US
        _remember(run, call, replace(sending, state="failed" if is_late else "waiting", fault=str(fault)))
        run.faults.append(f"{call.kept.name}: {fault}")
    else:
        _remember(run, call, replace(sending, state="sent"))
        run.sent.append(call.name)


def _begun(call: _Call, chain: Chain, now_us: int) -> Sending:
    """The attempt that begins now."""
    before = call.before
    return Sending(
        subscription=call.kept.name,
        party=call.told.party,
        thread=thread_id(chain),
        version=chain.head.id,
        batch=call.name,
        state="sending",
        attempts=before.attempts + 1 if before else 1,
        began_us=min(before.began_us, now_us) if before else now_us,
        tried_us=now_us,
    )


def _remember(run: _Run, call: _Call, sending: Sending) -> None:
    save_note(run.node.store, LEDGER, call.name, asdict(sending))


def _send(run: _Run, call: _Call, chain: Chain, log: Log) -> None:
    node, wanted = run.node, call.wanted
    thread = _thread(node, call, chain)
    if wanted.is_mail:
        text = f"{_question(call)}\n\n{warning_text(chain.head.entry, chain.head.content, Shown(run.atlas, wanted.language, node.settings.yardstick, log))}"
        letter = Letter(name=call.name, to=wanted.channel, subject=_subject(call, chain, thread), text=text, thread=thread["first"], language=wanted.language)
        send_letter(mail_server(node), letter, run.now_us)
    else:
        post = Post(
            name=call.name,
            address=wanted.channel,
            body=_hook(call, chain, thread),
            secret=webhook_secret(node, call.kept),
            may_be_private=call.kept.may_be_private,
        )
        send_post(post, run.now_us)


def _thread(node: Node, call: _Call, chain: Chain) -> dict[str, Any]:
    """The subject and the first message of the warning's thread; this message begins it where nothing was sent in it yet."""
    name = f"{call.told.party}|{call.kept.name}|{thread_id(chain)}"
    begun = {"subject": subject_of(chain, call.wanted.language), "first": call.name}
    add_note(node.store, THREADS, name, dict[str, Json](begun))
    return read_note(node.store, THREADS, name) or begun


def _subject(call: _Call, chain: Chain, thread: Mapping[str, str]) -> str:
    """The thread's subject after the words that an answer is awaited; an exercise says first that it is one."""
    language, exercise = call.wanted.language, said(call.wanted.language, EXERCISE)
    marks = [exercise] * call.told.exercise + [said(language, TEST)] * chain.head.content.test
    return ": ".join([*marks, said(language, AWAITED), thread["subject"].removeprefix(f"{exercise}: ")])


def _question(call: _Call) -> str:
    """Who is silent, since when, and who is asked."""
    language, told = call.wanted.language, call.told
    lines = [said(language, EXERCISE)] if told.exercise else []
    lines.append(said(language, SILENT, party=told.party, moment=moment_text(language, told.due_us)))
    return "\n\n".join([*lines, said(language, ASKED, deputy=told.deputy)])


def _hook(call: _Call, chain: Chain, thread: Mapping[str, str]) -> dict[str, Json]:
    """The body of a webhook."""
    told = call.told
    data: dict[str, Json] = {
        "subscription": call.kept.name,
        "exercise": told.exercise,
        "owner": chain.owner,
        "warning": chain.warning,
        "thread": thread_id(chain),
        "subject": thread["subject"],
        "party": told.party,
        "deputy": told.deputy,
        "due": format_time(told.due_us),
        "label": label_to_json(chain.head.entry.label),
    }
    return {"type": "answer_awaited", "timestamp": format_time(told.due_us), "data": data}
