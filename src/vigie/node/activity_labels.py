"""Who may read an activity, the words of its procedure, and why a silence was broken: labels that never open more than what they rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from vigie.model.activity import Activity
from vigie.model.errors import BadSetting, NotReleasable
from vigie.model.label import PUBLIC, TLP_ORDER, Directory, Label, may_read, parts_of
from vigie.node.atlas import load_atlas
from vigie.node.desk import Desk, answer_label, chain_of, check_may, own_label
from vigie.node.evidence import Ground, labels_of_events
from vigie.node.kept import kept_world
from vigie.warn.chain import Version, chain_named, chains


def answering_label(desk: Desk, heads: Sequence[Version], tlp: str) -> Label:
    """As open as what it answers lets it be; one that answers nothing is the party's own, or open where that was asked."""
    labels = [answer_label(desk, head, tlp) for head in heads]
    if not labels:
        return Label(desk.actor.party, tlp="CLEAR") if tlp.upper() == "CLEAR" else own_label(desk.actor.party)
    lists = [label.rel_to for label in labels if label.rel_to is not None]
    return replace(labels[0], rel_to=frozenset.intersection(*lists)) if lists else labels[0]


def asked_label(desk: Desk, before: Label | None, tlp: str, rel_to: Collection[str] | None) -> Label:
    """The label that was asked for; where none was, the one that stands, and for a new activity the party's own eyes.

    Raises `BadSetting` for what cannot stand, and `NotReleasable` where somebody opens it who may not release.
    """
    party, stands = desk.actor.party, before or own_label(desk.actor.party)
    if not tlp and rel_to is None:
        return stands
    level = (tlp or "AMBER").upper()
    if level not in TLP_ORDER:
        raise BadSetting("There is no such TLP level", field="tlp", got=tlp, expected=", ".join(TLP_ORDER))
    listed = frozenset(rel_to) - {party} if rel_to is not None else None if level in TLP_ORDER[:2] else frozenset()
    _check_names(desk, listed or ())
    is_simple = not stands.parts and stands.owner == party
    label = replace(stands, tlp=level, rel_to=listed) if is_simple else Label(party, tlp=level, rel_to=listed)
    if is_wider(desk, label, stands):
        check_may(desk, "release")
    return label


def _check_names(desk: Desk, names: Collection[str]) -> None:
    directory = desk.node.directory
    if unknown := sorted(set(names) - set(directory.parties) - set(directory.groups)):
        raise BadSetting("The reader is not in the directory of parties", field="rel_to", got=unknown[0], todo="add it to directory.toml")


def is_wider(desk: Desk, label: Label, other: Label) -> bool:
    """Whether somebody may read the one, now or when the directory grows, who may not read the other."""
    more = _readers(desk, label) - _readers(desk, other)
    return bool(more) or _openness(label) > _openness(other) or bool(_names(label) - _names(other) and not _openness(other))


def _openness(label: Label) -> int:
    """2 for what everybody may read, 1 for what the community may, 0 for what is listed."""
    return 0 if label.parts or label.rel_to is not None else {"CLEAR": 2, "GREEN": 1}.get(label.tlp, 0)


def _names(label: Label) -> frozenset[str]:
    return label.rel_to or frozenset()


def _readers(desk: Desk, label: Label) -> frozenset[str]:
    parties = {PUBLIC, *desk.node.directory.parties} - {desk.actor.party}
    return frozenset(party for party in parties if may_read(party, label, desk.node.directory, desk.now_us))


def check_grounds(desk: Desk, activity: Activity, label: Label, before: Activity | None) -> None:
    """Raises where somebody could read the activity who may not read a warning or an event that it answers, or where one of them is not to be found."""
    for name, ground in _grounds(desk, activity, before, is_shared=is_wider(desk, label, own_label(desk.actor.party))):
        more = sorted(_readers(desk, label) - _readers(desk, ground))
        if more or _openness(label) > _openness(ground):
            whom = ", ".join(more) or "others"
            todo = "name fewer readers, or take it out of what the activity answers"
            raise NotReleasable(f"{whom} could read the activity, but not what it answers", record=name, todo=todo)


def _grounds(desk: Desk, activity: Activity, before: Activity | None, *, is_shared: bool) -> list[tuple[str, Label]]:
    known = set(before.answers) if before else set()
    stand = chains(desk.log) if activity.answers else ()
    found = [(name, chain_named(stand, name, desk.actor.party)) for name in activity.answers]
    if missing := next((name for name, chain in found if chain is None and name not in known), None):
        chain_of(desk, missing)
    labels = [(name, chain.head.entry.label) for name, chain in found if chain is not None]
    return labels + (labels_of_events(_ground(desk), [item for item in activity.events if item.event]) if is_shared else [])


def _ground(desk: Desk) -> Ground:
    audience = desk.node.audience(desk.actor.party, desk.now_us)
    return Ground(desk.node, audience, lambda: desk.seen or kept_world(desk.node, audience, load_atlas(), exercise=desk.exercise))


def label_for_readers(label: Label, speaker: str, directory: Directory, now_us: int) -> Label:
    """A label of the party `speaker` for exactly those who may read what bears `label`, its owner included."""
    if speaker == label.owner:
        return label
    same = replace(label, owner=speaker, rel_to=None if label.rel_to is None else label.rel_to | {label.owner})
    if not label.parts and _read_alike(same, label, directory, now_us):
        return same
    if may_read(PUBLIC, label, directory, now_us):
        return Label(speaker, tlp="CLEAR")
    owners = {part.owner for part in parts_of(label)}
    readers = frozenset(party for party in {*directory.parties, *owners} if may_read(party, label, directory, now_us))
    return Label(speaker, tlp="AMBER", rel_to=readers - {speaker})


def _read_alike(first: Label, second: Label, directory: Directory, now_us: int) -> bool:
    parties = {PUBLIC, first.owner, second.owner, *directory.parties}
    return all(may_read(party, first, directory, now_us) == may_read(party, second, directory, now_us) for party in parties)
