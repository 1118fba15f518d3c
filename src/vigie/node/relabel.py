"""Another label for a report of one's own. Who takes readers away acts at once; who adds any proposes it, and a second account agrees.

A report may say several things in its versions, one of them open and a later one not. A new label takes hold of all of them: an earlier word that
opens to somebody whom the new label refuses is written again under both labels together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from vigie.model.entry import Entry
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import PUBLIC, TLP_ORDER, Directory, Label, join, label_from_json, label_to_json, parts_of, why_closed
from vigie.model.narrowing import is_narrower, is_wider
from vigie.model.relabelling import Relabelling
from vigie.model.said import latest_of, said_in
from vigie.node.desk import Desk, check_may, new_name, word_of
from vigie.store import Held, add_entry, find_reports
from vigie.store.relabel import Wording, relabel, wordings


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a label as it stands: its latest word, and what it says."""

    entry: Entry
    said: Relabelling

    @property
    def ref(self) -> str:
        """Its name."""
        return self.entry.ref


def report_named(desk: Desk, name: str) -> Held:
    """The node's own report of this name (AGENCY/REF, REF alone, or a record id). Raises `BadSetting` where there is none or several bear the name."""
    check_at_home(desk)
    audience = desk.node.audience(desk.actor.party, desk.now_us)
    found = [held for held in find_reports(desk.node.store, audience, name) if held.report.exercise == desk.exercise]
    own = [held for held in found if held.owner == desk.node.settings.party]
    if found and not own:
        raise NotReleasable("Only its owner may give a report another label", record=name, got=found[0].owner)
    if len(own) != 1:
        words = "Several reports bear this name" if own else "There is no such report"
        raise BadSetting(words, got=name, todo="name it as AGENCY/REF, or by the id of its record")
    return own[0]


def check_at_home(desk: Desk) -> None:
    """Raises `NotReleasable` where somebody of another party acts."""
    if desk.actor.party != desk.node.settings.party:
        raise NotReleasable("Only an account of the node's own party may do this", record=desk.actor.account, got=desk.actor.party)


def changed_label(before: Label, tlp: str, rel_to: Collection[str] | None) -> Label:
    """The label with another TLP level, another list, or both; one made of several is replaced by a simple one. `rel_to` None = the list stays."""
    simple = before if not before.parts else Label(before.owner, tlp=before.tlp, rel_to=before.rel_to)
    return replace(simple, tlp=tlp.upper() or simple.tlp, rel_to=simple.rel_to if rel_to is None else frozenset(rel_to))


def check_label(label: Label, directory: Directory, party: str) -> None:
    """Raises `BadSetting` where the label is not the party's own, or holds what nobody has defined."""
    if {part.owner for part in parts_of(label)} != {party}:
        raise BadSetting("The label of one's own report is one's own", field="owner", got=label.owner, expected=party)
    known = {party, PUBLIC, *directory.parties, *directory.groups}
    for part in parts_of(label):
        if part.tlp not in TLP_ORDER:
            raise BadSetting("There is no such TLP level", field="tlp", got=part.tlp, expected=", ".join(TLP_ORDER))
        if part.level not in directory.levels.get(part.policy, ()):
            raise BadSetting("There is no such level", field="level", got=f"{part.policy} {part.level}", todo="write it into directory.toml")
        if unknown := sorted((part.not_to | (part.rel_to or frozenset())) - known):
            raise BadSetting("The party is not in the directory", field="rel_to", got=unknown[0], todo="add it to directory.toml")


def propose(desk: Desk, name: str, label: Label, reason: str = "") -> Proposal:
    """Gives a report another label, or proposes it where that adds a reader and four eyes are asked for; `said.state` tells which."""
    held = report_named(desk, name)
    check_label(label, desk.node.directory, desk.node.settings.party)
    check_may(desk, "draft")
    if label == held.label:
        raise BadSetting("The report bears this label already", record=name)
    if widens := is_wider(label, held.label, desk.node.directory, desk.now_us):
        _check_terms(desk, held)
        if not desk.node.settings.four_eyes:
            check_may(desk, "release")
    said = Relabelling(
        record=held.record_id,
        name=_name(held),
        label=label_to_json(label),
        before=label_to_json(held.label),
        proposer=desk.actor.account,
        state="open" if widens and desk.node.settings.four_eyes else "done",
        reason=reason.strip(),
    )
    entry = word_of(desk, "relabelling", new_name("l"), said)
    return Proposal(add_entry(desk.node.store, entry) if said.state == "open" else _relabelled(desk, said, label, entry), said)


def _name(held: Held) -> str:
    return f"{held.report.agency}/{held.report.agency_ref}"[:160] if held.report.agency_ref is not None else held.record_id


def _check_terms(desk: Desk, held: Held) -> None:
    """Raises where the report came for its owner alone: a source's terms are a floor."""
    taken = _head(desk, held.record_id)[-1].taken_under
    if taken is not None and any(part.rel_to == frozenset() for part in parts_of(taken)):
        todo = "take it in again from where its terms allow that"
        raise NotReleasable("The report was taken in for its owner alone, as its source's terms may ask; nobody may open it", record=_name(held), todo=todo)


def _head(desk: Desk, record_id: str) -> list[Wording]:
    """What the report says in its versions, of which this one must be the latest."""
    found = wordings(desk.node.store, desk.node.directory, record_id)
    if not found or found[-1].record_id != record_id:
        raise BadSetting("The report has changed meanwhile", record=record_id, todo="look at it, and propose its label again")
    return found


def _relabelled(desk: Desk, said: Relabelling, label: Label, entry: Entry) -> Entry:
    *earlier, head = _head(desk, said.record)
    directory = desk.node.directory
    changes = [(wording, join(wording.label, label, directory)) for wording in earlier if not is_narrower(wording.label, label, directory)]
    changes = [(wording, both) for wording, both in changes if both != wording.label]
    return relabel(desk.node.store, [*changes, (head, label)], [entry])[0]


def proposals(desk: Desk) -> tuple[Proposal, ...]:
    """Every change of a label as it stands, the one that was spoken of last at the end."""
    check_at_home(desk)
    found = [Proposal(entry, said) for entry, said in latest_of(said_in(desk.log, "relabelling", Relabelling))]
    return tuple(sorted(found, key=lambda item: (item.entry.said_us, item.ref)))


def proposal_named(desk: Desk, ref: str) -> Proposal:
    """A change that waits. Raises `BadSetting` where there is none of this name, or where it was settled."""
    found = next((item for item in proposals(desk) if item.ref == ref), None)
    if found is None:
        raise BadSetting("There is no such proposal", got=ref, todo="see `vigie labels list`")
    if found.said.state != "open":
        raise BadSetting("The proposal is settled", record=ref, got=found.said.state, expected="one that waits")
    return found


def approve(desk: Desk, ref: str) -> Proposal:
    """Gives the report its proposed label, as the second person. Raises where the same account proposed it or the report has changed since."""
    found = proposal_named(desk, ref)
    check_may(desk, "approve")
    check_may(desk, "release")
    if found.said.proposer == desk.actor.account and desk.node.settings.four_eyes:
        raise NotReleasable("Who proposed it may not approve it", record=ref, todo="ask a second person")
    label = label_from_json(found.said.label, desk.node.directory)
    check_label(label, desk.node.directory, desk.node.settings.party)
    said, entry = _settled(desk, found, "done", found.said.reason)
    return Proposal(_relabelled(desk, said, label, entry), said)


def refuse(desk: Desk, ref: str, reason: str = "") -> Proposal:
    """Settles a proposal without changing anything; who proposed it may take it back."""
    found = proposal_named(desk, ref)
    if found.said.proposer != desk.actor.account:
        check_may(desk, "approve")
    said, entry = _settled(desk, found, "refused", reason.strip() or found.said.reason)
    return Proposal(add_entry(desk.node.store, entry), said)


def _settled(desk: Desk, found: Proposal, state: str, reason: str) -> tuple[Relabelling, Entry]:
    said = found.said.model_copy(update={"state": state, "reason": reason})
    return said, replace(word_of(desk, "relabelling", found.ref, said), version=found.entry.version + 1)


def readers_of(desk: Desk, label: Label) -> Mapping[str, tuple[str, ...]]:
    """PUBLIC and each party of the directory, with the reasons why it may not read what bears the label; none where it may. For the owner's eyes."""
    check_at_home(desk)
    names = [PUBLIC, *sorted(set(desk.node.directory.parties) - {desk.actor.party})]
    return {name: why_closed(name, label, desk.node.directory, desk.now_us) for name in names}
