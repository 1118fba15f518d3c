"""What people do at the warning desk: each act checks who acts and what stands, and adds one entry. Nothing is ever changed.

What a party says to itself (drafts, approvals, judgements, reviews, triage) is readable by that party alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.entry import Entry, Log
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC, TLP_ORDER, Label, join, may_read
from vigie.model.rule import Signal
from vigie.model.said import body_of, read_body
from vigie.model.times import format_time
from vigie.model.warning import Answer, Approval, Assessment, Content, Draft, Evidence, Judgement, Review, Triage
from vigie.node.accounts import list_accounts, may
from vigie.node.atlas import load_atlas
from vigie.node.evidence import Ground, labels_of_events, labels_of_evidence, without_figures
from vigie.node.histories import region_of
from vigie.node.jobs import counted
from vigie.node.kept import kept_world
from vigie.node.rules import rule_book
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import add_entries, add_entry, add_note, readable_log
from vigie.warn.answers import Escalation, all_responses
from vigie.warn.chain import CLOSING, Chain, Proposal, Version, chain_named, chains, drafts, may_approve, may_release, needs_no_review
from vigie.warn.counting import areas_of
from vigie.warn.release import check_release, release_label


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, its party and its role."""

    account: str
    party: str
    role: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of one party in one of its two worlds at an instant, and who sits at it."""

    node: Node
    actor: Actor
    now_us: int
    exercise: bool = False
    seen: World | None = None
    """The party's world, where the caller has it already."""

    @property
    def log(self) -> Log:
        """All that the party may read."""
        return log_of(self.node, self.actor.party, self.now_us, exercise=self.exercise)


def log_of(node: Node, party: str, now_us: int, *, exercise: bool) -> Log:
    """The entries that a party (or PUBLIC) may read of one of its worlds."""
    return readable_log(node.store, node.audience(party, now_us), exercise=exercise)


def new_name(prefix: str) -> str:
    """A name that tells nothing: not how many there are, not when it was given."""
    return f"{prefix}-{secrets.token_hex(8)}"


def own_label(party: str) -> Label:
    """The label of what a party says to itself."""
    return Label(party, tlp="AMBER", rel_to=frozenset())


_ARTICLES = {"analyst": "An", "operator": "An"}


def check_may(desk: Desk, act: str) -> None:
    """Nothing where the actor's role may do this. Raises `NotReleasable` with one sentence where not."""
    if not may(desk.actor.role, act):
        words = f"{_ARTICLES.get(desk.actor.role, 'A')} {desk.actor.role} may not {act}"
        raise NotReleasable(words, record=desk.actor.account, todo="ask somebody with another role")


def word_of(desk: Desk, type_: str, ref: str, body: Any, label: Label | None = None) -> Entry:
    """What the actor says now, as an entry that is not written down yet; without a label for the party's own eyes."""
    return Entry(
        type=type_,
        owner=desk.actor.party,
        ref=ref,
        label=label or own_label(desk.actor.party),
        said_us=desk.now_us,
        by=desk.actor.account,
        exercise=desk.exercise,
        body=body_of(body),
    )


def _add(desk: Desk, type_: str, ref: str, body: Any, label: Label | None = None) -> Entry:
    return add_entry(desk.node.store, word_of(desk, type_, ref, body, label))


def triage(desk: Desk, signal: Signal, word: str, *, reason: str = "", until_us: int | None = None) -> Entry:
    """Dismisses a signal with a reason, or snoozes it until an instant."""
    check_may(desk, "triage")
    said = read_body(Triage, {"signal": signal.id, "word": word, "reason": reason, "until_us": until_us})
    return _add(desk, "triage", signal.id, said)


def judge(desk: Desk, rule: str, area: str, level: str, reason: str, until_us: int) -> Entry:
    """An analyst's level for a judged indicator in one of its areas."""
    check_may(desk, "judge")
    judged = {name: found for name, found in rule_book(desk.node).rules.items() if found.how == "judged"}
    if rule not in judged:
        raise BadSetting("There is no such judged indicator", got=rule, expected=", ".join(sorted(judged)))
    if area not in areas_of(judged[rule], region_of(load_atlas())):
        raise BadSetting("The indicator has no such area", record=rule, got=area, expected=f"the code of a {judged[rule].area}")
    said = read_body(Judgement, {"rule": rule, "area": area, "level": level, "reason": reason.strip(), "until_us": until_us})
    if until_us <= desk.now_us:
        raise BadReport("A judgement must hold for a while", field="until", expected="an instant that is still to come")
    return _add(desk, "judgement", f"{rule}|{area}", said)


def review(desk: Desk, problem: str, text: str = "") -> Entry:
    """Says that a warning problem was looked at as a whole, now."""
    check_may(desk, "judge")
    known = rule_book(desk.node).problems
    if problem not in known:
        raise BadSetting("There is no such problem", got=problem, expected=", ".join(sorted(known)))
    return _add(desk, "review", problem, Review(problem=problem, text=text.strip()))


def open_draft(desk: Desk, draft: Draft, signal: str = "") -> Entry:
    """A new draft; where it comes from a signal, that is marked as promoted, and a draft that it has already is given back."""
    check_may(desk, "draft")
    standing = [item for item in drafts(desk.log) if item.draft.state in ("open", "submitted")] if signal else []
    begun = next((item.entry for item in standing if item.draft.content.signal == signal), None)
    if begun is not None:
        return begun
    ref = new_name("d")
    written = [word_of(desk, "draft", ref, draft)]
    if signal:
        written.append(word_of(desk, "triage", signal, Triage(signal=signal, word="promoted", draft=ref)))
    return add_entries(desk.node.store, written)[0]


def save_draft(desk: Desk, ref: str, draft: Draft, version: int) -> Entry:
    """The next version of a draft that is still open or waiting; `version` is the one that was looked at. Raises where it has moved on."""
    check_may(desk, "draft")
    found = draft_of(desk, ref)
    if version != found.entry.version:
        raise BadSetting("Somebody else has changed this meanwhile", record=f"draft {ref}", todo="look at it again")
    if found.draft.state not in ("open", "submitted"):
        raise BadSetting(f"The draft is {found.draft.state}", record=ref, todo="begin a new one")
    return add_entry(desk.node.store, replace(word_of(desk, "draft", ref, draft), version=version + 1))


def draft_of(desk: Desk, ref: str) -> Proposal:
    """The draft of that name as it stands. Raises `BadSetting` where there is none."""
    found = next((item for item in drafts(desk.log) if item.ref == ref), None)
    if found is None:
        raise BadSetting("There is no such draft", got=ref)
    return found


def submit_draft(desk: Desk, ref: str, version: int) -> Entry:
    """Hands a draft to a second person. Refused where it could not be released to those whom it names."""
    found = draft_of(desk, ref)
    release_check(desk, found.draft)
    return save_draft(desk, ref, found.draft.model_copy(update={"state": "submitted"}), version)


def approve(desk: Desk, ref: str, content: str, *, approved: bool, note: str = "") -> Entry:
    """A second person's word on the content that has this digest. Raises where it is another one by now, or one's own. A refusal reopens the draft."""
    check_may(desk, "approve")
    found = draft_of(desk, ref)
    if found.digest != content:
        raise BadSetting("The draft was changed after it was shown", record=ref, todo="read it again")
    if why := may_approve(found, desk.log, four_eyes=desk.node.settings.four_eyes, by=desk.actor.account):
        raise NotReleasable(why.rstrip("."), record=ref)
    if not approved and not note.strip():
        raise BadReport("Who sends a draft back must say why", record=ref)
    said = word_of(desk, "approval", f"{ref}|{desk.actor.account}", Approval(draft=ref, content=content, approved=approved, note=note.strip()))
    if approved:
        return add_entry(desk.node.store, said)
    reopened = word_of(desk, "draft", ref, found.draft.model_copy(update={"state": "open"}))
    return add_entries(desk.node.store, [said, replace(reopened, version=found.entry.version + 1)])[0]


def release(desk: Desk, ref: str) -> Entry:
    """Releases a draft as a warning: the label is the join with its evidence's, checked against every recipient."""
    check_may(desk, "release")
    found = draft_of(desk, ref)
    if why := may_release(found, desk.log, four_eyes=desk.node.settings.four_eyes, by=desk.actor.account):
        raise NotReleasable(why.rstrip("."), record=ref)
    _check_votes(desk, found)
    content, label = found.draft.content, release_check(desk, found.draft)
    head = next((chain.head for chain in chains(desk.log) if (chain.owner, chain.warning) == (desk.actor.party, content.warning)), None)
    warning = replace(word_of(desk, "warning", content.warning, content, label), version=head.entry.version + 1 if head else 1)
    done = word_of(desk, "draft", ref, found.draft.model_copy(update={"state": "released"}))
    return add_entries(desk.node.store, [warning, replace(done, version=found.entry.version + 1)])[0]


def _check_votes(desk: Desk, found: Proposal) -> None:
    """Raises where those who approved are no accounts any more, or may not approve by now."""
    standing = {account.name for account in list_accounts(desk.node) if account.party == desk.actor.party and may(account.role, "approve")}
    if desk.node.settings.four_eyes and not needs_no_review(found.draft) and not standing & set(found.approvers):
        raise NotReleasable("Who approved this draft may not approve any more", record=found.ref, todo="ask a second person")


def release_check(desk: Desk, draft: Draft) -> Label:
    """The label that the draft would be released under. Raises `NotReleasable`, naming the recipient and the record that stand in the way."""
    evidence, directory = evidence_labels(desk, draft.content), desk.node.directory
    unknown = [name for name in draft.content.recipients if name not in (*directory.parties, PUBLIC, desk.actor.party)]
    if unknown:
        raise NotReleasable("The recipient is not in the directory of parties", got=unknown[0], todo="add it to directory.toml")
    if not draft.content.recipients and draft.content.stage != "heads-up":
        raise NotReleasable("The warning has no recipient", todo="name the parties that shall answer it, or PUBLIC")
    label = release_label(desk.actor.party, draft.tlp, draft.rel_to, [found for _, found in evidence], directory)
    check_release(draft.content, label, directory, desk.now_us, evidence)
    if draft.content.act in CLOSING:
        _check_all_hear(desk, draft.content.warning, label)
    return label


def _check_all_hear(desk: Desk, warning: str, label: Label) -> None:
    """Raises where somebody who may read an earlier version would not learn that it is over."""
    directory, now_us = desk.node.directory, desk.now_us
    earlier = [version.entry.label for chain in chains(desk.log) if (chain.owner, chain.warning) == (desk.actor.party, warning) for version in chain.history]
    readers = [party for party in (PUBLIC, *sorted(directory.parties)) if any(may_read(party, known, directory, now_us) for known in earlier)]
    if deaf := [party for party in readers if not may_read(party, label, directory, now_us)]:
        todo = "release it under the label of that version"
        raise NotReleasable(f"{', '.join(deaf)} may read an earlier version and would not learn that it is over", record=warning, todo=todo)


def evidence_labels(desk: Desk, content: Content) -> list[tuple[str, Label]]:
    """The records that a content rests on, each with its label; see `node.evidence`."""
    return labels_of_evidence(_ground(desk), content)


def _ground(desk: Desk) -> Ground:
    audience = desk.node.audience(desk.actor.party, desk.now_us)
    return Ground(desk.node, audience, lambda: desk.seen or kept_world(desk.node, audience, load_atlas(), exercise=desk.exercise))


def strike_figures(desk: Desk, ref: str, version: int) -> Entry:
    """The draft without what its rule took from the whole archive: usual count, replay, likelihood. Then their labels do not stand in its way."""
    found = draft_of(desk, ref)
    return save_draft(desk, ref, found.draft.model_copy(update={"content": without_figures(found.draft.content), "state": "open"}), version)


def chain_of(desk: Desk, warning: str) -> Chain:
    """The chain of a warning that the party may read. Raises `BadSetting` where there is none."""
    found = chain_named(chains(desk.log), warning, desk.actor.party)
    if found is None:
        raise BadSetting("There is no such warning", got=warning)
    return found


def _own_chain(desk: Desk, warning: str) -> Chain:
    chain = chain_of(desk, warning)
    if chain.owner != desk.actor.party:
        raise BadSetting("Only the party that issued a warning can change or assess it", record=warning)
    return chain


def draft_update(desk: Desk, warning: str, act: str) -> Entry:
    """A draft that updates, cancels or ends a warning of the party's own, to be released under the label that it was drafted with."""
    head = _own_chain(desk, warning).head
    content = read_body(Content, body_of(head.content) | {"act": act, "predecessors": [head.id]})
    earlier = [item.draft for item in drafts(desk.log) if item.draft.content.warning == warning and item.draft.state == "released"]
    widest = sorted(earlier, key=_openness) if act in CLOSING else earlier
    label = {"tlp": widest[0].tlp, "rel_to": widest[0].rel_to} if widest else {}
    return open_draft(desk, Draft(content=content, **label))


def _openness(draft: Draft) -> tuple[int, bool, int]:
    """Sorts drafts by how many may read them, the most first."""
    return TLP_ORDER.index(draft.tlp), draft.rel_to is not None, -len(draft.rel_to or ())


def answer(desk: Desk, warning: str, word: str, text: str = "", activity: str = "", tlp: str = "") -> Entry:
    """A party's answer to the head of a warning; read by those who got the warning, and by its owner. The same word again changes nothing."""
    check_may(desk, "answer")
    chain = chain_of(desk, warning)
    if chain.owner == desk.actor.party:
        raise BadSetting("Nobody answers their own warning", record=warning, todo="update it, or name an activity")
    head = chain.head
    said = read_body(Answer, {"warning": warning, "entry": head.id, "word": word, "text": text.strip(), "activity": activity})
    mark = digest(canonical_bytes([head.id, word, said.text, activity, desk.actor.account]))[:16]
    known = next((entry for entry in desk.log.of("answer") if entry.owner == desk.actor.party and entry.ref == f"{warning}|{mark}"), None)
    return known or _add(desk, "answer", f"{warning}|{mark}", said, answer_label(desk, head, tlp))


def answer_label(desk: Desk, head: Version, tlp: str = "") -> Label:
    """Whoever got the warning may read what is answered, and its owner; with CLEAR everybody, where the warning itself is open to all."""
    label = head.entry.label
    if tlp.upper() == "CLEAR":
        check_may(desk, "release")
        if label.tlp != "CLEAR" or label.rel_to is not None or label.parts:
            raise NotReleasable("An answer cannot be more open than its warning", got="TLP:CLEAR", expected=f"TLP:{label.tlp}")
        return Label(desk.actor.party, tlp="CLEAR")
    return Label(desk.actor.party, tlp="AMBER", rel_to=frozenset({head.entry.owner, *head.content.recipients}) - {PUBLIC})


def assess(desk: Desk, warning: str, outcome: str, text: str = "", began_us: int | None = None, events: Sequence[str] = ()) -> Entry:
    """What became of a warning, by its owner. The word of somebody who may release goes to whoever may read the warning and the events that it names."""
    check_may(desk, "assess")
    head = _own_chain(desk, warning).head
    if outcome == "hit" and began_us is None and not events:
        raise BadReport("A hit needs the event, or when what was warned of began", record=warning)
    said = read_body(Assessment, {"warning": warning, "outcome": outcome, "text": text, "began_us": began_us, "events": list(events), "entry": head.id})
    if not may(desk.actor.role, "release"):
        return _add(desk, "assessment", warning, said)
    named = [label for _, label in labels_of_events(_ground(desk), [Evidence(event=name) for name in said.events])]
    label = reduce(lambda first, second: join(first, second, desk.node.directory), named, head.entry.label)
    return _add(desk, "assessment", warning, said, label)


def deputies(node: Node) -> dict[str, str]:
    """Who is told of a party's silence: the deputy that one of its accounts names, the first by name."""
    named = [account for account in list_accounts(node) if account.deputy]
    return {account.party: account.deputy for account in reversed(named)}


def tell_overdue(node: Node, now_us: int) -> str:
    """Writes down whom a deputy is now told of, each once, in the node's book `escalations`; says how many are new and how many are silent."""
    told, silent = 0, 0
    for exercise in (False, True):
        log = log_of(node, node.settings.party, now_us, exercise=exercise)
        own = [chain for chain in chains(log) if chain.owner == node.settings.party]
        late = [(each, recipient) for each in all_responses(own, log, deputies(node)) for recipient in each.recipients if recipient.state == "overdue"]
        silent += len(late)
        told += sum(_tell(node, each.chain.warning, recipient.escalation, exercise=exercise) for each, recipient in late if recipient.escalation)
    if not silent:
        return ""
    return f"{counted(silent, 'recipient has', 'recipients have')} not answered in time; {counted(told, 'deputy', 'deputies')} told."


def _tell(node: Node, warning: str, told: Escalation, *, exercise: bool) -> bool:
    note: dict[str, Json] = {"warning": warning, "party": told.party, "deputy": told.deputy, "at": format_time(told.at_us), "exercise": exercise}
    return add_note(node.store, "escalations", told.id, note)
