"""What the recipients of a warning said, who is silent and for how long, when a deputy is told, and what was done: the response log.

Any word that an addressed party says here stops its timer. An acknowledgement that came as a CAP message is signed by nobody and stops nothing.
The words of parties that were not addressed are kept apart and stop nothing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from vigie.model.activity import Activity
from vigie.model.canonical import canonical_bytes, digest
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.label import PUBLIC
from vigie.model.said import latest_of, said_in
from vigie.model.times import SECOND_US
from vigie.model.warning import Answer, Content, Word
from vigie.warn.chain import CLOSING, Chain

HOUR_US = 3_600 * SECOND_US
BY_CAP = "cap"
"""Who says what a CAP message says: anybody may have written it."""

DECIDED: tuple[Word, ...] = ("accepted", "contested", "action", "none")
"""The words that say what the recipient made of it; received and read only say that it came."""

State = Literal["answered", "open", "overdue", "untimed", "closed"]
"""Untimed: no answer is waited for. Closed: silent, and the warning was cancelled, ended or assessed, or goes to it no more."""

_WAITS_H: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "alert": MappingProxyType({"Extreme": 1.0, "Severe": 4.0, "Moderate": 12.0, "Minor": 24.0, "Unknown": 12.0}),
        "warning": MappingProxyType(dict.fromkeys(("Extreme", "Severe", "Moderate", "Minor", "Unknown"), 24.0)),
        "heads-up": MappingProxyType({}),
    }
)


@dataclass(frozen=True, slots=True)
class Timers:
    """How many hours a recipient has for its first word, by stage and severity; no entry, no timer.

    The defaults are our own choice: an alert of Extreme severity 1 h, Severe 4 h, Moderate and Unknown 12 h, Minor 24 h; a warning 24 h; a heads-up none.
    """

    hours: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: _WAITS_H)


DEFAULT_TIMERS = Timers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One word of one party: to which version (`answered`), and the id of the entry that says it."""

    id: str
    party: str
    by: str
    said_us: int
    word: Word
    text: str
    activity: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """That a deputy is told of a recipient's silence: when, and an id that is the same on every run, so that it happens once."""

    id: str
    party: str
    deputy: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Where one addressed party stands. `due_us` None = no timer; `word` is its last word, empty while it is silent.

    `said` holds its unverified words too; `word`, `state` and the times do not count them.
    """

    party: str
    addressed_us: int
    due_us: int | None
    said: tuple[Said, ...]
    word: Word | Literal[""]
    first_us: int | None
    decided_us: int | None
    state: State
    escalation: Escalation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the response log: an act of the issuer, an answer, an escalation, an activity or the assessment.

    `word` is the act, the answer, the activity's status or the outcome; `is_apart` marks who was not addressed.
    """

    at_us: int
    what: Literal["released", "answer", "escalation", "activity", "assessment"]
    party: str
    by: str
    word: str
    text: str
    record: str
    is_apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """A chain with all that was answered: recipients by name, the words of others (`apart`), and activities."""

    chain: Chain
    recipients: tuple[Recipient, ...]
    apart: tuple[Said, ...]
    activities: tuple[tuple[Entry, Activity], ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The response log in time order."""
        return _lines(self.chain, self.recipients, self.apart, self.activities)


@dataclass(frozen=True, slots=True)
class Words:
    """All that a log holds of answers and activities, each by the warning, or the version, that it names: the same at any instant."""

    answers: Mapping[str, Sequence[Said]]
    activities: Mapping[str, Sequence[tuple[Entry, Activity]]]


def wait_us(timers: Timers, content: Content) -> int | None:
    """How long a recipient of this version has for its first word, in µs; None where no answer is waited for."""
    hours = timers.hours.get(content.stage, {}).get(content.severity)
    return None if hours is None or content.act in CLOSING else round(hours * HOUR_US)


def responses(chain: Chain, log: Log, deputies: Mapping[str, str], timers: Timers = DEFAULT_TIMERS) -> Responses:
    """What was answered to one warning as of the log's now. `deputies` names, by party, who is told of its silence."""
    return all_responses([chain], log, deputies, timers)[0]


def all_responses(chains: Iterable[Chain], log: Log, deputies: Mapping[str, str], timers: Timers = DEFAULT_TIMERS) -> tuple[Responses, ...]:
    """`responses` for many warnings, in their order, reading the log once."""
    return responses_in(words_of(log), chains, log.now_us, deputies, timers)


def words_of(log: Log) -> Words:
    """The answers and activities of a log, oldest first, and of each activity the version that counts."""
    answers: dict[str, list[Said]] = {}
    for entry, answer in said_in(log, "answer", Answer):
        answers.setdefault(answer.warning, []).append(_said(entry, answer))
    activities: dict[str, list[tuple[Entry, Activity]]] = {}
    for entry, activity in latest_of(said_in(log, "activity", Activity)):
        for name in dict.fromkeys(activity.answers):
            activities.setdefault(name, []).append((entry, activity))
    return Words(answers, activities)


def responses_in(words: Words, chains: Iterable[Chain], now_us: int, deputies: Mapping[str, str], timers: Timers = DEFAULT_TIMERS) -> tuple[Responses, ...]:
    """`all_responses` of a log that has been read: the words are the log's, the chains as of `now_us`."""
    clock = _Clock(now_us, deputies, timers)
    return tuple(_responses(chain, words, clock) for chain in chains)


def unanswered(answered: Iterable[Responses]) -> tuple[tuple[Chain, Recipient], ...]:
    """The silent past their timer, the longest overdue first."""
    late = [(each.chain, recipient) for each in answered for recipient in each.recipients if recipient.state == "overdue"]
    return tuple(sorted(late, key=lambda pair: (pair[1].due_us or 0, pair[0].owner, pair[0].warning, pair[1].party)))


@dataclass(frozen=True, slots=True)
class _Clock:
    """As of when, who stands in for whom, and how long they have."""

    now_us: int
    deputies: Mapping[str, str]
    timers: Timers


def _responses(chain: Chain, words: Words, clock: _Clock) -> Responses:
    ids = {version.id for version in chain.history}
    said, addressed = words.answers.get(chain.warning, ()), _addressed(chain)
    to_us = {word.id for word in said if word.party in addressed and word.answered in ids | set(chain.missing)}
    recipients = tuple(_recipient(chain, party, [word for word in said if word.id in to_us and word.party == party], clock) for party in addressed)
    apart = tuple(word for word in said if word.id not in to_us)
    return Responses(chain=chain, recipients=recipients, apart=apart, activities=_activities(chain, words))


def _activities(chain: Chain, words: Words) -> tuple[tuple[Entry, Activity], ...]:
    """The activities that name the warning or one of its versions, each once, oldest first."""
    names = (chain.warning, *(version.id for version in chain.history))
    named = {(entry.owner, entry.ref): (entry, activity) for name in names for entry, activity in words.activities.get(name, ())}
    return tuple(sorted(named.values(), key=lambda pair: (pair[0].said_us, pair[0].owner, pair[0].ref)))


def _addressed(chain: Chain) -> tuple[str, ...]:
    """The parties that any version addresses; the public does not answer, nor does the owner."""
    names = {name for version in chain.history for name in version.content.recipients}
    return tuple(sorted(names - {PUBLIC, chain.owner}))


def _recipient(chain: Chain, party: str, said: Sequence[Said], clock: _Clock) -> Recipient:
    due_us, closed_us = _due_us(chain, party, clock.timers), _closed_us(chain, party)
    heard = [word for word in said if word.by != BY_CAP]
    first_us = heard[0].said_us if heard else None
    return Recipient(
        party=party,
        addressed_us=min(version.said_us for version in chain.history if party in version.content.recipients),
        due_us=due_us,
        said=tuple(said),
        word=heard[-1].word if heard else "",
        first_us=first_us,
        decided_us=next((word.said_us for word in heard if word.word in DECIDED), None),
        state="answered" if heard else _silence(due_us, closed_us, clock.now_us),
        escalation=_escalation(chain, party, due_us, min((at for at in (first_us, closed_us) if at is not None), default=None), clock),
    )


def _due_us(chain: Chain, party: str, timers: Timers) -> int | None:
    """The earliest instant by which any version asks for a word: an update may shorten the wait and never lengthens it."""
    addressing = [version for version in chain.history if party in version.content.recipients]
    waits = [(version.said_us, wait_us(timers, version.content)) for version in addressing]
    return min((said_us + wait for said_us, wait in waits if wait is not None), default=None)


def _closed_us(chain: Chain, party: str) -> int | None:
    """When nobody waited for the party's word any more. A warning whose time ran out is still waited for."""
    ends = [chain.assessed_us] if chain.status == "assessed" and chain.assessed_us is not None else []
    if chain.head.content.act in CLOSING or party not in chain.head.content.recipients:
        ends.append(chain.head.said_us)
    return min(ends, default=None)


def _silence(due_us: int | None, closed_us: int | None, now_us: int) -> State:
    if closed_us is not None and closed_us <= now_us:
        return "closed"
    if due_us is None:
        return "untimed"
    return "overdue" if due_us <= now_us else "open"


def _escalation(chain: Chain, party: str, due_us: int | None, stopped_us: int | None, clock: _Clock) -> Escalation | None:
    """Once for each party and warning, at the instant at which the timer ran out, unless something stopped it before."""
    deputy = clock.deputies.get(party, "")
    if not deputy or due_us is None or due_us > clock.now_us or (stopped_us is not None and stopped_us <= due_us):
        return None
    name = digest(canonical_bytes([chain.owner, chain.warning, party, deputy, *([True] if chain.exercise else [])]))[:20]
    return Escalation(id=f"es-{name}", party=party, deputy=deputy, at_us=due_us)


def _lines(chain: Chain, recipients: Sequence[Recipient], apart: Sequence[Said], activities: Sequence[tuple[Entry, Activity]]) -> tuple[Line, ...]:
    lines = [*_released(chain), *_assessed(chain)]
    lines += [_line(word, is_apart=False) for recipient in recipients for word in recipient.said]
    lines += [_line(word, is_apart=True) for word in apart]
    lines += [_escalated(recipient.escalation) for recipient in recipients if recipient.escalation]
    lines += [_done(entry, activity) for entry, activity in activities]
    return tuple(sorted(lines, key=lambda line: (line.at_us, line.what, line.record, line.party)))


def _released(chain: Chain) -> list[Line]:
    return [
        Line(
            at_us=version.said_us,
            what="released",
            party=chain.owner,
            by=version.entry.by,
            word=version.content.act,
            text=version.content.texts[0].headline,
            record=version.id,
        )
        for version in chain.history
    ]


def _assessed(chain: Chain) -> list[Line]:
    if chain.assessment is None or chain.assessed_us is None:
        return []
    said = chain.assessment
    return [Line(at_us=chain.assessed_us, what="assessment", party=chain.owner, by="", word=said.outcome, text=said.text, record="")]


def _line(word: Said, *, is_apart: bool) -> Line:
    return Line(at_us=word.said_us, what="answer", party=word.party, by=word.by, word=word.word, text=word.text, record=word.id, is_apart=is_apart)


def _escalated(told: Escalation) -> Line:
    return Line(at_us=told.at_us, what="escalation", party=told.party, by="", word="deputy told", text=told.deputy, record=told.id)


def _done(entry: Entry, activity: Activity) -> Line:
    title = activity.titles.get("en") or next(iter(activity.titles.values()))
    return Line(at_us=entry.said_us, what="activity", party=entry.owner, by=entry.by, word=activity.status, text=title, record=entry.ref)


def _said(entry: Entry, answer: Answer) -> Said:
    return Said(
        id=entry_id(entry),
        party=entry.owner,
        by=entry.by,
        said_us=entry.said_us,
        word=answer.word,
        text=answer.text,
        activity=answer.activity,
        answered=answer.entry,
    )
