"""Where the procedure of an activity stands: a fold over the steps of all parties, in whatever order they came.

A text under silence is agreed unless a party that was asked breaks the silence before the deadline. Nothing here has a clock or a memory: a deadline that
passes while nobody looks counts from the deadline. A step that was not allowed when it was taken has no effect, and is listed with the reason why.
To note is not to agree: a round that only notes ends as noted, and from there an activity cannot start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Literal

from vigie.model.entry import Entry, Log
from vigie.model.procedure import ACTS, Act, Reason, State, Step
from vigie.model.said import said_in

Outcome = Literal["open", "agreed", "noted", "agreed and noted", "broken", "withdrawn"]
"""What became of a round of silence; `withdrawn` with its activity, before the deadline."""

LineAct = Act | Literal["end"]
"""An act, or the end of a silence that nobody broke."""

FROM: Mapping[Act, tuple[State | Literal[""], ...]] = {
    "submit": ("", "draft"),
    "screen": ("draft",),
    "review": ("screened",),
    "list": ("screened", "peer review", "discussion", "noted"),
    "return": ("draft", "screened", "peer review", "list", "noted", "broken", "discussion"),
    "silence": ("list", "discussion", "noted"),
    "discuss": ("broken", "noted"),
    "start": ("agreed",),
    "close": ("running",),
    "evaluate": ("closed",),
    "withdraw": ("", "draft", "screened", "peer review", "list", "under silence", "agreed", "noted", "broken", "discussion", "running"),
}
"""From which states an act of the owner may be done; `extend`, `break` and `sheet` are of a round of silence and are checked apart."""

_TO: Mapping[Act, State] = {
    "submit": "draft",
    "screen": "screened",
    "review": "peer review",
    "list": "list",
    "return": "draft",
    "silence": "under silence",
    "break": "broken",
    "discuss": "discussion",
    "start": "running",
    "close": "closed",
    "evaluate": "evaluated",
    "withdraw": "withdrawn",
}
_ABOUT_CONTENT: tuple[Act, ...] = ("submit", "screen", "review", "list", "silence")

DONE_WORDS: Mapping[LineAct, str] = {
    "submit": "submitted",
    "screen": "screened",
    "review": "sent to peer review",
    "list": "listed",
    "return": "sent back to draft",
    "silence": "put under silence",
    "extend": "deadline extended",
    "break": "silence broken",
    "sheet": "sheet issued",
    "discuss": "taken up for discussion",
    "start": "started",
    "close": "closed",
    "evaluate": "evaluated",
    "withdraw": "withdrawn",
    "end": "silence ended",
}
"""What was done by each act, in plain English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """That a party broke a silence, when, and the name of the step by which it did. Why is told apart (`reasons`)."""

    party: str
    at_us: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of silence. `deadlines` are (deadline, said at) in µs UTC, the one that counts last; `outcome_us` is 0 while it is open.

    `breaks` holds the break that ended it; `sheet_day` is the day (ISO 8601) that its sheet bears, which is not the day of its outcome.
    """

    name: str
    opened_us: int
    deadlines: tuple[tuple[int, int], ...]
    zone: str
    parties: tuple[str, ...]
    agree: str
    note: str
    content: str = ""
    breaks: tuple[Break, ...] = ()
    outcome: Outcome = "open"
    outcome_us: int = 0
    sheet_day: str = ""

    @property
    def deadline_us(self) -> int:
        """The deadline that counts."""
        return self.deadlines[-1][0]

    @property
    def is_agreed(self) -> bool:
        """Whether something was agreed in it; to note is not to agree."""
        return self.outcome in ("agreed", "agreed and noted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the log of a procedure: `words` say what was done, `text` is what its party wrote, `until_us` the deadline that it set."""

    at_us: int
    party: str
    by: str
    act: LineAct
    step: str
    words: str
    text: str = ""
    until_us: int | None = None
    is_without_effect: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a procedure stands and since when. State "" = there is none. `content` is the digest of the text that was last submitted, listed or asked."""

    state: State | Literal[""] = ""
    since_us: int = 0
    rounds: tuple[Round, ...] = ()
    lines: tuple[Line, ...] = ()
    content: str = ""
    submitted_by: str = ""
    """The account that submitted it; empty while it is not submitted."""

    @property
    def open_round(self) -> Round | None:
        """The round whose silence runs, if there is one."""
        return self.rounds[-1] if self.rounds and self.rounds[-1].outcome == "open" else None

    @property
    def agreed_us(self) -> int | None:
        """When it was agreed; None where it was not."""
        return next((each.outcome_us for each in self.rounds if each.is_agreed), None)

    def when(self, act: LineAct) -> int | None:
        """When an act was last done with effect; None where it was not."""
        return next((line.at_us for line in reversed(self.lines) if line.act == act and not line.is_without_effect), None)


@dataclass(frozen=True, slots=True)
class _Act:
    """A step as it counts: whose act it is, and when it was done."""

    at_us: int
    party: str
    entry: Entry
    step: Step

    @property
    def is_retold(self) -> bool:
        return self.party != self.entry.owner


def course(owner: str, ref: str, steps: Iterable[tuple[Entry, Step]], now_us: int) -> Course:
    """Where the procedure of an activity stands at `now_us`, of the steps said until then; those of other activities are left out."""
    acts = _acts((entry, step) for entry, step in steps if (step.owner, step.activity) == (owner, ref) and entry.said_us <= now_us)
    return settled(reduce(_after, acts, Course()), now_us, owner)


def courses(log: Log) -> dict[tuple[str, str], Course]:
    """The course of every activity of which the log tells a step, by its owner and name, as of the log's now."""
    told: dict[tuple[str, str], list[tuple[Entry, Step]]] = {}
    for entry, step in said_in(log, "step", Step):
        told.setdefault((step.owner, step.activity), []).append((entry, step))
    return {key: course(*key, steps, log.now_us) for key, steps in told.items()}


def reasons(log: Log) -> dict[str, tuple[Entry, Reason]]:
    """Why silences were broken, as far as the log tells, by the name of the break: of the party that broke it only."""
    told = list(said_in(log, "reason", Reason))
    named = {reason.step for _, reason in told}
    few = replace(log, entries=tuple(entry for entry in log.of("step") if entry.ref in named))
    breaks = {(entry.ref, entry.owner) for entry, step in said_in(few, "step", Step) if step.act == "break"}
    return {reason.step: (entry, reason) for entry, reason in told if (reason.step, entry.owner) in breaks}


def _acts(steps: Iterable[tuple[Entry, Step]]) -> list[_Act]:
    """Each step once, in the order in which they were done; of its versions the first, so that nobody rewrites what was said."""
    first: dict[tuple[str, str], tuple[Entry, Step]] = {}
    for entry, step in steps:
        key = entry.owner, entry.ref
        if key not in first or _version(entry) < _version(first[key][0]):
            first[key] = entry, step
    acts = [_act(entry, step) for entry, step in first.values()]
    own = {_same(act) for act in acts if not act.is_retold}
    return sorted((act for act in acts if not act.is_retold or _same(act) not in own), key=_order)


def _version(entry: Entry) -> tuple[int, int]:
    return entry.version, entry.said_us


def _same(act: _Act) -> tuple[Act, str, str, int]:
    return act.step.act, act.step.round, act.party, act.at_us


def _order(act: _Act) -> tuple[int, int, str, str]:
    """By time; what was done at one instant in the order of a procedure, then by who said it and its name."""
    return act.at_us, ACTS.index(act.step.act), act.entry.owner, act.entry.ref


def _act(entry: Entry, step: Step) -> _Act:
    """The step with its party and time. Only the owner tells of another's act; only what is told again under another label was done earlier than said."""
    is_retold = entry.owner == step.owner and step.party not in ("", entry.owner)
    is_earlier = step.at_us is not None and (is_retold or entry.version > 1)
    at_us = min(step.at_us, entry.said_us) if is_earlier and step.at_us is not None else entry.said_us
    return _Act(at_us, step.party if is_retold else entry.owner, entry, step)


def settled(stand: Course, now_us: int, owner: str) -> Course:
    """The course as time alone has made it by now: after a deadline that has passed, at the deadline's own instant."""
    asked = stand.open_round
    if asked is None or now_us < asked.deadline_us:
        return stand
    is_agreed, is_noted = bool(asked.agree.strip()), bool(asked.note.strip())
    outcome: Outcome = "agreed and noted" if is_agreed and is_noted else "agreed" if is_agreed else "noted"
    at_us = asked.deadline_us
    ended = replace(asked, outcome=outcome, outcome_us=at_us)
    line = Line(at_us=at_us, party=owner, by="", act="end", step=asked.name, words=f"silence ended without a break: {outcome}")
    state: State = "agreed" if is_agreed else "noted"
    return replace(stand, state=state, since_us=at_us, rounds=(*stand.rounds[:-1], ended), lines=(*stand.lines, line))


def _after(before: Course, act: _Act) -> Course:
    """The course after an act; one that was not allowed only adds a line."""
    stand = settled(before, act.at_us, act.step.owner)
    why = _refusal(stand, act)
    line = Line(
        at_us=act.at_us,
        party=act.party,
        by="" if act.is_retold else act.entry.by,
        act=act.step.act,
        step=act.entry.ref,
        words=DONE_WORDS[act.step.act],
        text=act.step.text,
        until_us=act.step.deadline_us,
        is_without_effect=bool(why),
        why=why,
    )
    return replace(stand if why else _done(stand, act), lines=(*stand.lines, line))


def _refusal(stand: Course, act: _Act) -> str:
    """Why the act has no effect, in one sentence; empty where it has."""
    step = act.step
    if step.act == "break":
        return _break_refusal(stand, act)
    if act.is_retold or act.party != step.owner:
        return f"Only {step.owner} can do that with its activity."
    if step.party not in ("", act.party):
        return f"{act.party} cannot speak for {step.party}."
    if step.act == "extend":
        return _extension_refusal(stand, act)
    if step.act == "sheet":
        return _sheet_refusal(stand, step)
    return _state_refusal(stand, act)


def _state_refusal(stand: Course, act: _Act) -> str:
    name, state = act.step.act, stand.state
    if name == "start" and state == "noted":
        return "It was only noted; what is not agreed cannot start."
    if state not in FROM[name]:
        known = ", ".join(each or "not yet submitted" for each in FROM[name])
        return f"An activity that stands at '{state or 'not yet submitted'}' cannot be {DONE_WORDS[name]}; that is done from: {known}."
    if name == "submit" and stand.submitted_by and act.step.content in ("", stand.content):
        return "It is submitted already, and waits to be screened."
    if name == "screen" and not stand.submitted_by:
        return "It was sent back and has not been submitted again."
    if name == "silence" and (act.step.deadline_us or 0) <= act.at_us:
        return "The deadline of a silence must be still to come."
    return ""


def _named(stand: Course, act: _Act) -> Round | None:
    return next((each for each in stand.rounds if each.name == act.step.round), None)


def _break_refusal(stand: Course, act: _Act) -> str:
    asked = _named(stand, act)
    if asked is None:
        return "There is no such round of silence."
    if not act.is_retold and act.step.party not in ("", act.party):
        return f"{act.party} cannot speak for {act.step.party}."
    if act.party not in asked.parties:
        return f"{act.party} was not asked, and cannot break this silence."
    if act.party in [each.party for each in asked.breaks]:
        return f"{act.party} has broken this silence already."
    if asked.outcome in ("broken", "withdrawn"):
        return "This silence is broken already." if asked.outcome == "broken" else "The activity was withdrawn before."
    return "" if asked.outcome == "open" else "The deadline had passed; the silence was not broken in time."


def _extension_refusal(stand: Course, act: _Act) -> str:
    asked = _named(stand, act)
    if asked is None:
        return "There is no such round of silence."
    if asked.outcome != "open":
        return "A broken silence cannot be extended." if asked.outcome == "broken" else "The silence is over; it could be extended only before its deadline."
    return "" if (act.step.deadline_us or 0) > asked.deadline_us else "A silence can only be extended to a later deadline."


def _sheet_refusal(stand: Course, step: Step) -> str:
    asked = next((each for each in stand.rounds if each.name == step.round), None)
    if asked is None:
        return "There is no such round of silence."
    if asked.outcome == "open":
        return "The silence is not over; there is nothing yet that a sheet could tell."
    try:
        date.fromisoformat(step.day)
    except ValueError:
        return "The day of a sheet is a calendar day such as 2026-12-01."
    return ""


def _done(stand: Course, act: _Act) -> Course:
    """The course after an act that was allowed, but for its line."""
    step = act.step
    after = replace(stand, rounds=_rounds_after(stand, act))
    if step.act in _TO:
        after = replace(after, state=_TO[step.act], since_us=act.at_us)
    if step.act in _ABOUT_CONTENT:
        after = replace(after, content=step.content or stand.content)
    if step.act in ("submit", "return"):
        after = replace(after, submitted_by=(act.entry.by or act.party) if step.act == "submit" else "")
    return after


def _rounds_after(stand: Course, act: _Act) -> tuple[Round, ...]:
    step = act.step
    if step.act == "silence":
        return (*stand.rounds, _opened(act))
    if step.act == "withdraw" and stand.open_round:
        return (*stand.rounds[:-1], replace(stand.open_round, outcome="withdrawn", outcome_us=act.at_us))
    return tuple(_changed(each, act) if each.name == step.round else each for each in stand.rounds)


def _opened(act: _Act) -> Round:
    step = act.step
    return Round(
        name=act.entry.ref,
        opened_us=act.at_us,
        deadlines=((step.deadline_us or 0, act.at_us),),
        zone=step.zone,
        parties=step.parties,
        agree=step.agree,
        note=step.note,
        content=step.content,
    )


def _changed(asked: Round, act: _Act) -> Round:
    """The round after an act that names it."""
    step = act.step
    if step.act == "extend":
        return replace(asked, deadlines=(*asked.deadlines, (step.deadline_us or 0, act.at_us)), zone=step.zone or asked.zone)
    if step.act == "break":
        broken = Break(party=act.party, at_us=act.at_us, step=act.entry.ref)
        return replace(asked, breaks=(*asked.breaks, broken), outcome="broken", outcome_us=act.at_us)
    return replace(asked, sheet_day=step.day) if step.act == "sheet" else asked
