"""What people do with activities: write them down, have them agreed, break a silence. Each act checks who acts and what stands, and adds entries.

What a step may do is said once, by the fold that reads it (`activities.approval`): a step that would have no effect is refused with the fold's own reason.
Steps are read by whoever reads the activity; why a silence was broken stands under a label of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import get_args

from vigie.activities.approval import DONE_WORDS, Course, Round, course
from vigie.activities.record import Known, known
from vigie.model.activity import Activity
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.entry import Entry, Log, body_digest
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, Label, may_read
from vigie.model.procedure import Act, Reason, Step
from vigie.model.said import body_of, read_body, said_in
from vigie.model.warning import Answer
from vigie.node.activity_labels import answering_label, asked_label, check_grounds, label_for_readers
from vigie.node.deadlines import deadline_of, zone_named
from vigie.node.desk import Desk, answer_label, chain_of, check_may, new_name, own_label, word_of
from vigie.node.silences import silences_due, tell_silences
from vigie.store import add_entries

__all__ = [
    "activity_of",
    "break_silence",
    "deadline_of",
    "extend_silence",
    "open_activity",
    "open_silence",
    "save_activity",
    "silences_due",
    "take_step",
    "tell_silences",
]

_OF_ANALYSTS: tuple[Act, ...] = ("submit",)
_OF_ROUNDS: tuple[Act, ...] = ("silence", "extend", "break")
_SEEN_STATES = ("screened", "peer review", "list")
"""States in which the text was looked at: what comes next is about the same text."""

_STRICTER = "Said under a stricter label."


def open_activity(desk: Desk, activity: Activity, tlp: str = "") -> Entry:
    """An activity that answers warnings, and for each of them the answer `action`; all in one transaction."""
    check_may(desk, "answer")
    ref = new_name("a")
    if tlp.upper() == "CLEAR":
        check_may(desk, "release")
    heads = [chain_of(desk, name).head for name in activity.answers]
    written = [word_of(desk, "activity", ref, activity, answering_label(desk, heads, tlp))]
    for head in (head for head in heads if head.entry.owner != desk.actor.party):
        said = Answer(warning=head.content.warning, entry=head.id, word="action", activity=ref, text=next(iter(activity.titles.values())))
        written.append(word_of(desk, "answer", f"{head.content.warning}|{ref}", said, answer_label(desk, head, tlp)))
    return add_entries(desk.node.store, written)[0]


def activity_of(desk: Desk, owner: str, ref: str) -> Known:
    """The activity of that owner and name as the party may read it. Raises `BadSetting` where there is none."""
    found = _found(desk.log, owner, ref)
    if found is None:
        raise BadSetting("There is no such activity", got=ref)
    return found


def _found(log: Log, owner: str, ref: str) -> Known | None:
    return next((each for each in known(log) if (each.owner, each.ref) == (owner, ref)), None)


def save_activity(desk: Desk, activity: Activity, ref: str = "", version: int = 0, tlp: str = "", rel_to: Collection[str] | None = None) -> Entry:
    """A new activity, or the next version of one; `version` is the one that was looked at, 0 for a new one. Without a label it keeps the one that it has.

    Who opens it to more readers must be allowed to release; they are told the steps of its procedure again. Raises where somebody has changed it meanwhile,
    where it is under silence, and where its readers could not read what it answers.
    """
    check_may(desk, "draft")
    log = desk.log
    found = _found(log, desk.actor.party, ref) if ref else None
    _check_version(found, ref, version)
    label = asked_label(desk, found.entry.label if found else None, tlp, rel_to)
    _check_public(desk, label)
    check_grounds(desk, activity, label, found.activity if found else None)
    said = word_of(desk, "activity", ref or new_name("a"), activity, label)
    if found is None:
        return add_entries(desk.node.store, [replace(said, version=1)])[0]
    return add_entries(desk.node.store, [replace(said, version=version + 1), *_told_again(desk, log, found, label)])[0]


def _check_public(desk: Desk, label: Label) -> None:
    """Raises where somebody speaks to everybody who may not release."""
    if may_read(PUBLIC, label, desk.node.directory, desk.now_us):
        check_may(desk, "release")


def _check_version(found: Known | None, ref: str, version: int) -> None:
    standing_version = found.entry.version if found else 0
    if version != standing_version:
        raise BadSetting("Somebody else has changed this meanwhile", record=f"activity {ref}", todo="look at it again")
    if found and found.course.open_round:
        todo = "extend the silence, or withdraw the activity"
        raise BadSetting("The activity is under silence; what is being agreed cannot change", record=ref, todo=todo)


def _told_again(desk: Desk, log: Log, found: Known, label: Label) -> list[Entry]:
    """The steps of its procedure under the activity's new label: the owner's own, and that others broke a silence. Texts stay where they were said."""
    if label == found.entry.label:
        return []
    own: dict[str, list[tuple[Entry, Step]]] = {}
    for entry, step in _steps(log, found.owner, found.ref):
        if entry.owner == found.owner:
            own.setdefault(entry.ref, []).append((entry, step))
    again = [_relabelled(desk, sorted(versions, key=lambda pair: pair[0].version), label) for versions in own.values()]
    told = [_telling(desk, found, asked, label) for asked in found.course.rounds for each in asked.breaks if each.party != found.owner]
    return again + [entry for entry in told if entry.ref not in own]


def _relabelled(desk: Desk, versions: Sequence[tuple[Entry, Step]], label: Label) -> Entry:
    (first, step), (last, _) = versions[0], versions[-1]
    text = (_STRICTER if step.act in ("return", "withdraw") else "") if step.text else ""
    asked = {name: _STRICTER for name in ("agree", "note") if getattr(step, name).strip()}
    at_us = first.said_us if step.at_us is None else step.at_us
    body = body_of(step.model_copy(update={"at_us": at_us, "text": text, **asked}))
    return replace(last, label=label, said_us=desk.now_us, version=last.version + 1, body=body)


def _telling(desk: Desk, found: Known, asked: Round, label: Label) -> Entry:
    """The owner's word that another party broke a silence."""
    broken = asked.breaks[0]
    name = digest(canonical_bytes([broken.party, broken.step]))[:16]
    step = Step(activity=found.ref, owner=found.owner, act="break", round=asked.name, party=broken.party, at_us=broken.at_us)
    return replace(word_of(desk, "step", f"t-{name}", step, label), version=1)


def _steps(log: Log, owner: str, ref: str) -> list[tuple[Entry, Step]]:
    return [(entry, step) for entry, step in said_in(log, "step", Step) if (step.owner, step.activity) == (owner, ref)]


def take_step(desk: Desk, owner: str, ref: str, act: str, text: str = "", day: str = "") -> Entry:
    """The step by which the owner does an act: submit, screen, review, list, return, discuss, start, close, evaluate, withdraw, or sheet with its `day`.

    Raises where the actor may not do it, where the activity does not stand there, and where its text is another one than the one that was looked at.
    """
    if act not in get_args(Act) or act in _OF_ROUNDS:
        raise BadSetting("There is no such step", got=act, expected=", ".join(name for name in get_args(Act) if name not in _OF_ROUNDS))
    found = _own_activity(desk, owner, ref)
    check_may(desk, "draft" if act in _OF_ANALYSTS else "release")
    _check_public(desk, found.entry.label)
    _check_eyes(desk, found, act)
    _check_same_text(found, act)
    facts: dict[str, Json] = {"act": act, "text": text.strip(), "content": body_digest(found.entry.body)}
    if act == "sheet":
        facts |= {"round": _last_round(found.course, ref).name, "day": day.strip()}
    return _kept(desk, found, [_step(desk, found, facts, found.entry.label)])


def _own_activity(desk: Desk, owner: str, ref: str) -> Known:
    found = activity_of(desk, owner, ref)
    if owner != desk.actor.party:
        raise BadSetting(f"Only {owner} can do that with its activity", record=ref)
    return found


def _check_eyes(desk: Desk, found: Known, act: str) -> None:
    """Raises where one person would screen what the same person has submitted."""
    if act == "screen" and desk.node.settings.four_eyes and desk.actor.account in ("", found.course.submitted_by):
        raise NotReleasable("Who submitted an activity cannot screen it; a second person must", record=found.ref)


def _check_same_text(found: Known, act: str) -> None:
    """Raises where the text that is passed on is not the one that was looked at before. What was discussed may be another text."""
    is_next = found.course.state in _SEEN_STATES if act in ("review", "list", "silence") else act == "screen" and bool(found.course.submitted_by)
    if is_next and found.course.content not in ("", body_digest(found.entry.body)):
        todo = "submit it again" if act == "screen" else "send it back and submit it again"
        raise BadSetting("The text was changed after it was last looked at", record=found.ref, todo=todo)


def _last_round(stand: Course, ref: str) -> Round:
    if not stand.rounds:
        raise BadSetting("The activity was never put under silence", record=ref)
    return stand.rounds[-1]


def _step(desk: Desk, found: Known, facts: dict[str, Json], label: Label) -> Entry:
    """The entry of a step. Raises with the fold's own reason where it would have no effect now, or would take its effect from one said at the same instant."""
    step = read_body(Step, {"activity": found.ref, "owner": found.owner, **facts})
    entry = word_of(desk, "step", new_name("st"), step, label)
    steps = _steps(desk.log, found.owner, found.ref)
    counted = {line.step for line in course(found.owner, found.ref, steps, desk.now_us).lines if not line.is_without_effect}
    after = course(found.owner, found.ref, [*steps, (entry, step)], desk.now_us)
    why = next((line.why for line in after.lines if line.is_without_effect and line.step in (entry.ref, *counted)), "")
    if why:
        raise BadSetting(why.rstrip("."), record=f"activity {found.ref}")
    return entry


def _kept(desk: Desk, found: Known, written: Sequence[Entry]) -> Entry:
    """The first of the entries, written down with the others. Raises where somebody else's step came between, so that it stands in the log without effect."""
    entry = add_entries(desk.node.store, written)[0]
    lines = course(found.owner, found.ref, _steps(desk.log, found.owner, found.ref), desk.now_us).lines
    why = next((line.why for line in lines if line.step == entry.ref and line.is_without_effect), "")
    if why:
        raise BadSetting(f"Somebody else was faster; the step has no effect: {why.rstrip('.')}", record=f"activity {found.ref}", todo="look at it again")
    return entry


def open_silence(desk: Desk, ref: str, deadline_us: int, zone: str, parties: Sequence[str], agree: str = "", note: str = "") -> Entry:
    """The step that asks the parties for silence until a deadline. `agree` is what silence agrees to, `note` what is only noted.

    Raises where a party is unknown or could not read the activity, where nobody but the owner is asked, and where the deadline has passed.
    """
    found = _own_activity(desk, desk.actor.party, ref)
    check_may(desk, "release")
    _check_same_text(found, "silence")
    asked = tuple(dict.fromkeys(party.strip() for party in parties if party.strip()))
    _check_asked(desk, found, asked)
    _check_deadline(desk, deadline_us, zone)
    about: dict[str, Json] = {"agree": agree.strip(), "note": note.strip(), "content": body_digest(found.entry.body)}
    facts: dict[str, Json] = {"act": "silence", "deadline_us": deadline_us, "zone": zone, "parties": list[Json](asked), **about}
    return _kept(desk, found, [_step(desk, found, facts, found.entry.label)])


def _check_asked(desk: Desk, found: Known, asked: Sequence[str]) -> None:
    directory = desk.node.directory
    if unknown := next((party for party in asked if party not in (*directory.parties, desk.actor.party)), ""):
        raise BadSetting("The party is not in the directory", field="parties", got=unknown, todo="add it to directory.toml")
    if set(asked) == {desk.actor.party}:
        raise BadSetting("Nobody agrees with itself in silence", field="parties", got=desk.actor.party, todo="ask at least one other party")
    deaf = [party for party in asked if not may_read(party, found.entry.label, directory, desk.now_us)]
    if deaf:
        todo = "release the activity to them first"
        raise NotReleasable(f"{', '.join(deaf)} may not read the activity and cannot be asked for silence", record=found.ref, todo=todo)


def _check_deadline(desk: Desk, deadline_us: int, zone: str) -> None:
    zone_named(zone)
    if deadline_us <= desk.now_us:
        raise BadReport("The deadline has passed already", field="deadline", expected="an instant that is still to come")


def extend_silence(desk: Desk, ref: str, deadline_us: int, zone: str = "") -> Entry:
    """The step that gives the silence that runs a later deadline, in the same zone if none is named. Raises once it is over or broken."""
    found = _own_activity(desk, desk.actor.party, ref)
    check_may(desk, "release")
    asked = _last_round(found.course, ref)
    facts: dict[str, Json] = {"act": "extend", "round": asked.name, "deadline_us": deadline_us, "zone": zone or asked.zone}
    entry = _step(desk, found, facts, found.entry.label)
    _check_deadline(desk, deadline_us, zone or asked.zone)
    return _kept(desk, found, [entry])


def break_silence(desk: Desk, owner: str, ref: str, reason: str = "", rel_to: Collection[str] | None = None) -> Entry:
    """The step by which the actor's party breaks the silence, for every reader of the activity, and the reason for those named; in one transaction.

    The reason is read by the party itself and the activity's owner; by the parties of `rel_to` alone where it is given, by nobody else where that is empty.
    """
    found = activity_of(desk, owner, ref)
    check_may(desk, "answer")
    facts: dict[str, Json] = {"act": "break", "round": _last_round(found.course, ref).name}
    label = label_for_readers(found.entry.label, desk.actor.party, desk.node.directory, desk.now_us)
    entry = _step(desk, found, facts, label)
    written = [entry]
    if reason.strip():
        said = read_body(Reason, {"activity": ref, "owner": owner, "step": entry.ref, "text": reason.strip()})
        written.append(word_of(desk, "reason", new_name("r"), said, _reason_label(desk, found, rel_to)))
    return _kept(desk, found, written)


def _reason_label(desk: Desk, found: Known, rel_to: Collection[str] | None) -> Label:
    party = desk.actor.party
    listed = frozenset({found.owner} if rel_to is None else rel_to) - {party}
    deaf = sorted(name for name in listed if not may_read(name, found.entry.label, desk.node.directory, desk.now_us))
    if deaf:
        raise NotReleasable(f"{', '.join(deaf)} may not read the activity, and so not why its silence was broken", record=found.ref)
    return Label(party, tlp="AMBER", rel_to=listed) if listed else own_label(party)


def done_words(act: str) -> str:
    """What an act has done, in plain English: `screened`, `silence broken`."""
    return next((words for name, words in DONE_WORDS.items() if name == act), act)
