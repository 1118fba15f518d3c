"""Released warnings as chains of versions, of which only the head counts; and drafts with the words of those who approved them.

Everything is a function of a log, in whatever order its entries came. A chain belongs to one owner: nobody else can update, cancel
or assess it. Its versions name their predecessors by entry id; a missing one is marked, and the newest known version is the head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vigie.model.activity import Activity
from vigie.model.entry import Entry, Log, body_digest, entry_id
from vigie.model.errors import BadReport, Reject
from vigie.model.label import PUBLIC
from vigie.model.said import Noun, age, body_of, latest_of, of_world, read_body, said_in
from vigie.model.times import format_time
from vigie.model.warning import Answer, Approval, Assessment, Content, Draft, Judgement, Review, Triage

Status = Literal["live", "expired", "ended", "cancelled", "assessed"]
"""Expired: its time ran out, and it still waits for an assessment. Ended: the thing is over. Cancelled: it should not have been issued."""

CLOSING = ("cancel", "end")
NO_REVIEW = ("heads-up",)
"""Stages that go out without a second person."""


_NOUNS: Mapping[str, type[Noun]] = {
    "draft": Draft,
    "approval": Approval,
    "warning": Content,
    "answer": Answer,
    "assessment": Assessment,
    "judgement": Judgement,
    "review": Review,
    "triage": Triage,
    "activity": Activity,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One released version of a warning: the entry, its id (which answers and successors name), and what it says."""

    id: str
    entry: Entry
    content: Content

    @property
    def said_us(self) -> int:
        """When it was released."""
        return self.entry.said_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A warning with all its known versions, oldest first; the last of them is the head.

    `missing` are ids of versions that known ones name and that are not there; `is_orphan` says that its beginning is not known.
    """

    owner: str
    warning: str
    head: Version
    history: tuple[Version, ...]
    missing: tuple[str, ...]
    is_orphan: bool
    status: Status
    assessment: Assessment | None
    assessed_us: int | None
    exercise: bool

    @property
    def first(self) -> Version:
        """The oldest known version: a warning counts as issued when it was said."""
        return self.history[0]

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an assessment."""
        return self.status != "assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What an account other than the authors says of a draft as it stands."""

    by: str
    said_us: int
    approved: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The latest version of a draft, all accounts that wrote at its content or label, the digest that an approval must name, and the votes that count."""

    ref: str
    owner: str
    entry: Entry
    draft: Draft
    authors: tuple[str, ...]
    digest: str
    votes: tuple[Vote, ...]
    versions: int

    @property
    def approvers(self) -> tuple[str, ...]:
        """The accounts that approve it as it stands."""
        return tuple(vote.by for vote in self.votes if vote.approved)


def proposal_digest(draft: Draft) -> str:
    """SHA-256 of what would be released and under which label: what an approval names. For other words or other readers it is another one."""
    return body_digest({"content": body_of(draft.content), "tlp": draft.tlp, "rel_to": None if draft.rel_to is None else sorted(draft.rel_to)})


def as_of(log: Log, now_us: int) -> Log:
    """The log as it stood at an earlier instant: without what was said later."""
    return replace(log, now_us=now_us, entries=tuple(entry for entry in log.entries if entry.said_us <= now_us))


def faults(log: Log) -> tuple[Reject, ...]:
    """The entries whose body cannot be understood, one sentence each: they take part in nothing."""
    return tuple(fault for of, kind in _NOUNS.items() for entry in of_world(log, of) if (fault := _fault(entry, kind)))


def chains(log: Log) -> tuple[Chain, ...]:
    """The warnings that the log's reader may read, each with its head and its status as of the log's now; newest head first."""
    families: dict[tuple[str, str], dict[str, Version]] = {}
    for entry, content in said_in(log, "warning", Content):
        version = Version(id=entry_id(entry), entry=entry, content=content)
        families.setdefault((entry.owner, content.warning), {})[version.id] = version
    words = _assessments(log)
    made = [_chain(log, tuple(family.values()), words.get(key)) for key, family in families.items()]
    return tuple(sorted(made, key=lambda chain: (-chain.head.said_us, chain.owner, chain.warning)))


def chain_named(found: Iterable[Chain], warning: str, party: str) -> Chain | None:
    """The chain of that name: the party's own where it has one, else the first by owner; None where there is none."""
    named = [chain for chain in found if chain.warning == warning]
    return min(named, key=lambda chain: (chain.owner != party, chain.owner), default=None)


def drafts(log: Log) -> tuple[Proposal, ...]:
    """The drafts that the log's reader may read, as their latest version has them, newest first."""
    written: dict[tuple[str, str], list[tuple[Entry, Draft]]] = {}
    for entry, draft in said_in(log, "draft", Draft):
        written.setdefault((entry.owner, entry.ref), []).append((entry, draft))
    words: dict[tuple[str, str], list[tuple[Entry, Approval]]] = {}
    for entry, word in said_in(log, "approval", Approval):
        words.setdefault((entry.owner, word.draft), []).append((entry, word))
    made = [_proposal(sorted(versions, key=lambda pair: pair[0].version), words.get(key, [])) for key, versions in written.items()]
    return tuple(sorted(made, key=lambda proposal: (-proposal.entry.said_us, proposal.owner, proposal.ref)))


def may_approve(proposal: Proposal, log: Log, *, four_eyes: bool, by: str) -> str:
    """Why the account may not approve the draft, in one sentence; empty where it may."""
    if why := _not_ours(proposal, log) or _not_standing(proposal):
        return why
    if not by:
        return "An approval needs the account that gives it; sign in."
    if four_eyes and by in proposal.authors:
        return f"{by} wrote at this draft and cannot approve it; a second person must."
    return ""


def may_release(proposal: Proposal, log: Log, *, four_eyes: bool, by: str) -> str:
    """Why the account may not release the draft now, in one sentence; empty where it may. Labels are checked apart (`check_release`)."""
    if not by:
        return "A release needs the account that gives it; sign in."
    if why := _not_ours(proposal, log) or _not_standing(proposal) or _not_timely(proposal, log):
        return why
    return _not_next(proposal, log) or _not_seen(proposal, four_eyes=four_eyes)


def _not_ours(proposal: Proposal, log: Log) -> str:
    if proposal.owner == log.party:
        return ""
    return f"The draft belongs to {proposal.owner}; only {proposal.owner} can approve and release it."


def _not_standing(proposal: Proposal) -> str:
    state = proposal.draft.state
    return f"The draft is already {state}; write a new one." if state in {"withdrawn", "released"} else ""


def _not_timely(proposal: Proposal, log: Log) -> str:
    content = proposal.draft.content
    if content.act in CLOSING or content.expires_us > log.now_us:
        return ""
    return f"The warning would expire before it is released, at {format_time(content.expires_us)}; give it a later end."


def _not_next(proposal: Proposal, log: Log) -> str:
    """A warning that has been released is only ever continued from its head."""
    content = proposal.draft.content
    chain = next((chain for chain in chains(log) if (chain.owner, chain.warning) == (proposal.owner, content.warning)), None)
    if chain is None:
        return f"There is no released warning {content.warning} to {content.act}; issue it first." if content.act in CLOSING else ""
    if content.test != chain.head.content.test:
        return "A test and a real warning never continue each other; leave the mark of a test as it is."
    if chain.head.id in content.predecessors:
        return ""
    return f"The warning {content.warning} has changed since this draft was begun; begin again from its head of {format_time(chain.head.said_us)}."


def needs_no_review(draft: Draft) -> bool:
    """Whether one person may release it: a first heads-up to named parties. What continues a warning, and what everybody reads, needs two."""
    content = draft.content
    is_open = PUBLIC in content.recipients or (draft.tlp == "CLEAR" and draft.rel_to is None)
    return content.stage in NO_REVIEW and content.act == "issue" and not content.predecessors and not is_open


def _not_seen(proposal: Proposal, *, four_eyes: bool) -> str:
    if not four_eyes or needs_no_review(proposal.draft):
        return ""
    if proposal.draft.state != "submitted":
        return "The draft has not been submitted to a second person; submit it first."
    if not any(proposal.authors):
        return "The draft names no author, so that nobody can be the second person; let an analyst sign it first."
    if refusal := next((vote for vote in proposal.votes if not vote.approved), None):
        return f"{refusal.by} has refused this draft ({refusal.note or 'no reason given'}); change it, or let {refusal.by} approve."
    return "" if proposal.approvers else "Nobody but its authors has approved this draft as it stands; ask a second person."


def _chain(log: Log, members: tuple[Version, ...], said: tuple[Entry, Assessment] | None) -> Chain:
    head = _head(members)
    known = {version.id for version in members}
    named = {name for version in members for name in version.content.predecessors}
    entry, assessment = said or (None, None)
    return Chain(
        owner=head.entry.owner,
        warning=head.content.warning,
        head=head,
        history=(*sorted((version for version in members if version is not head), key=_order(members)), head),
        missing=tuple(sorted(named - known)),
        is_orphan=all(version.content.act != "issue" for version in members),
        status=_status(head, said, log.now_us),
        assessment=assessment,
        assessed_us=entry.said_us if entry else None,
        exercise=log.exercise,
    )


def _head(members: Sequence[Version]) -> Version:
    """The newest version that no other replaces."""
    replaced = {name for version in members for name in version.content.predecessors}
    tips = [version for version in members if version.id not in replaced]
    return max(tips or members, key=_order(members))


def _order(members: Sequence[Version]) -> Callable[[Version], tuple[int, int, str]]:
    """By the owner's own counter where the versions share it, or else by the time of release."""
    is_counted = len({version.entry.ref for version in members}) == 1
    if is_counted:
        return lambda version: (version.entry.version, version.said_us, version.id)
    return lambda version: (version.said_us, version.entry.version, version.id)


def _status(head: Version, said: tuple[Entry, Assessment] | None, now_us: int) -> Status:
    """An update after an assessment opens the warning again; a cancel or an end after it does not."""
    if said and (_is_of_head(head, *said) or head.content.act in CLOSING):
        return "assessed"
    if head.content.act == "cancel":
        return "cancelled"
    if head.content.act == "end":
        return "ended"
    return "live" if now_us < head.content.expires_us else "expired"


def _is_of_head(head: Version, entry: Entry, word: Assessment) -> bool:
    """Whether the assessment speaks of the head: by the name of the entry, or, where it names none, by time."""
    return word.entry == head.id if word.entry else entry.said_us >= head.said_us


def _assessments(log: Log) -> dict[tuple[str, str], tuple[Entry, Assessment]]:
    """The last word of each owner on each of its warnings: the highest version, whatever the clock said."""
    return {(entry.owner, word.warning): (entry, word) for entry, word in latest_of(said_in(log, "assessment", Assessment))}


def _proposal(versions: Sequence[tuple[Entry, Draft]], approvals: Sequence[tuple[Entry, Approval]]) -> Proposal:
    entry, draft = versions[-1]
    authors = _authors(versions)
    wanted = proposal_digest(draft)
    return Proposal(
        ref=entry.ref,
        owner=entry.owner,
        entry=entry,
        draft=draft,
        authors=authors,
        digest=wanted,
        votes=_votes([(said, word) for said, word in approvals if word.content == wanted], authors),
        versions=len(versions),
    )


def _authors(versions: Sequence[tuple[Entry, Draft]]) -> tuple[str, ...]:
    """Who wrote at the content or at the label; to submit a draft or to send it back is not to write at it."""
    earlier = [None, *(draft for _, draft in versions)]
    return tuple(sorted({entry.by for (entry, draft), before in zip(versions, earlier, strict=False) if before is None or _is_other(draft, before)}))


def _is_other(draft: Draft, before: Draft) -> bool:
    return (draft.content, draft.tlp, draft.rel_to) != (before.content, before.tlp, before.rel_to)


def _votes(approvals: Iterable[tuple[Entry, Approval]], authors: Sequence[str]) -> tuple[Vote, ...]:
    """The last vote of each account that is no author on the content and label as they stand."""
    last: dict[str, tuple[Entry, Approval]] = {}
    for said, word in sorted(approvals, key=lambda pair: (pair[0].version, *age(pair[0]))):
        if said.by and said.by not in authors:
            last[said.by] = said, word
    return tuple(Vote(by=by, said_us=last[by][0].said_us, approved=last[by][1].approved, note=last[by][1].note) for by in sorted(last))


def _fault(entry: Entry, kind: type[Noun]) -> Reject | None:
    try:
        read_body(kind, entry.body)
    except BadReport as fault:
        return Reject(place=f"{entry.type} {entry.ref} of {entry.owner}", what=fault.what, field=fault.field, got=fault.got, expected=fault.expected)
    return None
