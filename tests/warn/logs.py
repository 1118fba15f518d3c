"""Made-up entries of a warning desk for tests: ME-NODE warns, BA-NODE and XK-NODE answer."""

from __future__ import annotations

from vigie.model.activity import Activity
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.history import Region
from vigie.model.label import Label
from vigie.model.rule import Signal
from vigie.model.said import body_of
from vigie.model.warning import Answer, Approval, Assessment, Content, Draft, Likelihood, Triage, Wording
from vigie.warn.chain import proposal_digest

NOW_US = 1_790_000_000_000_000
"""September 2026, a Monday in the afternoon."""

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
LABEL = Label("ME-NODE", tlp="GREEN")
REGION = Region({"ME": ("ME-01", "ME-02"), "BA": ("BA-BIH", "BA-SRP")}, {})


def content(**changes: object) -> Content:
    """What a warning says, with changes."""
    facts: dict[str, object] = {
        "warning": "w1",
        "event": "unrest.riot",
        "field": "conflict",
        "stage": "alert",
        "severity": "Severe",
        "areas": ("ME-01",),
        "onset_us": NOW_US,
        "expires_us": NOW_US + 10 * DAY_US,
        "texts": (Wording(language="en", headline="Riots are likely"),),
        "recipients": ("BA-NODE", "XK-NODE"),
        "likelihood": Likelihood(low=0.6, high=0.6),
    }
    return Content(**(facts | changes))  # type: ignore[arg-type]


def warning(said_us: int = NOW_US, *, owner: str = "ME-NODE", version: int = 1, by: str = "analyst", exercise: bool = False, **changes: object) -> Entry:
    """A released warning, its content with changes."""
    said = content(**changes)
    body = body_of(said)
    return Entry(type="warning", owner=owner, ref=said.warning, label=LABEL, said_us=said_us, by=by, version=version, exercise=exercise, body=body)


def following(earlier: Entry, act: str = "update", after_us: int = HOUR_US, **changes: object) -> Entry:
    """The next release of a warning: it names the one before."""
    facts = dict(earlier.body) | {"act": act, "predecessors": (entry_id(earlier),)} | changes
    return warning(earlier.said_us + after_us, owner=earlier.owner, version=earlier.version + 1, exercise=earlier.exercise, **facts)


def answer(to: Entry, party: str, word: str = "received", after_us: int = HOUR_US, text: str = "", *, said_us: int | None = None) -> Entry:
    """What a party says to a release."""
    said = Answer(warning=str(to.body["warning"]), entry=entry_id(to), word=word, text=text)  # type: ignore[arg-type]
    at_us = to.said_us + after_us if said_us is None else said_us
    return _entry("answer", party, f"{said.warning}|{word}|{at_us}", at_us, said, by=f"{party} desk", exercise=to.exercise)


def assessment(warned: str = "w1", outcome: str = "hit", said_us: int = NOW_US + 5 * DAY_US, *, owner: str = "ME-NODE", **facts: object) -> Entry:
    """What became of a warning."""
    return _entry("assessment", owner, warned, said_us, Assessment(warning=warned, outcome=outcome, **facts))  # type: ignore[arg-type]


def draft(
    by: str = "ana", *, ref: str = "d1", version: int = 1, state: str = "submitted", said_us: int = NOW_US, tlp: str = "GREEN", **changes: object
) -> Entry:
    """A version of a draft."""
    return _entry("draft", "ME-NODE", ref, said_us, Draft(content=content(**changes), state=state, tlp=tlp), by=by, version=version)  # type: ignore[arg-type]


def digest_of(tlp: str = "GREEN", **changes: object) -> str:
    """The digest that an approval of such a draft names."""
    return proposal_digest(Draft(content=content(**changes), tlp=tlp))


def approval(by: str, digest: str, *, ref: str = "d1", approved: bool = True, said_us: int = NOW_US, owner: str = "ME-NODE", note: str = "") -> Entry:
    """A word on a draft's content."""
    return _entry("approval", owner, f"{ref}|{by}", said_us, Approval(draft=ref, content=digest, approved=approved, note=note), by=by)


def activity(
    answers: tuple[str, ...], said_us: int = NOW_US + HOUR_US, *, ref: str = "a1", owner: str = "BA-NODE", version: int = 1, status: str = "planned"
) -> Entry:
    """An activity that answers warnings."""
    return _entry("activity", owner, ref, said_us, Activity(titles={"en": "Mediation"}, answers=answers, status=status), version=version)  # type: ignore[arg-type]


def triage(signal: str, word: str, said_us: int = NOW_US, owner: str = "ME-NODE") -> Entry:
    """What was done with a signal."""
    return _entry("triage", owner, signal, said_us, Triage(signal=signal, word=word, reason="seen", until_us=said_us))  # type: ignore[arg-type]


def signal(number: int, rule: str = "conflict.riots", raised_us: int = NOW_US, *, exercise: bool = False) -> Signal:
    """A rule that fired."""
    name = f"sg-{rule}-{number}"
    facts = {"count": 5, "expected": 1.0, "chance": 0.001, "events": (), "ended_us": None, "why": "five instead of one"}
    return Signal(id=name, rule=rule, area="ME-01", raised_us=raised_us, since_us=raised_us, exercise=exercise, **facts)  # type: ignore[arg-type]


def log(*entries: Entry, now_us: int = NOW_US + DAY_US, party: str = "ME-NODE", exercise: bool = False) -> Log:
    """What a party may read as of now."""
    return Log(party=party, now_us=now_us, exercise=exercise, entries=entries)


def _entry(type_: str, owner: str, ref: str, said_us: int, said: object, *, by: str = "", version: int = 1, exercise: bool = False) -> Entry:
    body = body_of(said)  # type: ignore[arg-type]
    return Entry(type=type_, owner=owner, ref=ref, label=LABEL, said_us=said_us, by=by, version=version, exercise=exercise, body=body)
