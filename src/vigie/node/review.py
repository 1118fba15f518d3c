"""The analyst's acts on links: two reports are one event or are not, events are merged or split, a decision is undone. Each adds one entry.

A decision is for the party's own eyes unless it is opened: then it bears the label of the reports that it names as well, and whoever may read it all
has its world made under it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from vigie.model.decision import Decision, ReportName, Verdict, decisions_of, version_text, word_on
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting, NotReleasable, Overtaken
from vigie.model.label import PUBLIC, Label, may_read
from vigie.model.said import read_body
from vigie.node.answers import report_name
from vigie.node.atlas import load_atlas
from vigie.node.decided import row_of_witness, rulings
from vigie.node.desk import Desk, check_may, new_name, own_label, word_of
from vigie.node.kept import kept_world
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import Audience, add_entry, find_reports, held_reports, labels_of_rows
from vigie.warn.release import release_label

Pair = tuple[Entry, Decision]

_SHOWN = 10
_SAYING = Lock()
"""One word after the other: of two at once the second sees the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What stands beside a verdict: why, and whom it is opened to. An empty `tlp` is for the party's own eyes, or as the decision was opened before."""

    reason: str = ""
    tlp: str = ""
    rel_to: tuple[str, ...] | None = None
    knew: str | None = None
    """How the pair stood when it was asked: `open`, or a decision's `version_text`. None: whatever stands is overruled."""


PLAIN = Word()


def world_at(desk: Desk) -> World:
    """The world of the party that sits at the desk."""
    return desk.seen or kept_world(desk.node, _audience(desk), load_atlas(), exercise=desk.exercise)


def _audience(desk: Desk) -> Audience:
    return desk.node.audience(desk.actor.party, desk.now_us)


def row_named(node: Node, audience: Audience, world: World, text: str) -> int:
    """The row of the world's catalogue that a report's name stands for: AGENCY/REF, REF alone, or its id in our answers.

    Raises `BadSetting` where there is none that the audience may read, or where several agencies use the reference.
    """
    name = text.strip()
    known = row_of_witness(world.catalogue, name.lower()) if re.fullmatch("[0-9a-fA-F]{32}", name) else None
    if known is not None:
        return known
    held = {item.row for item in find_reports(node.store, audience, name) if item.record_id != name.lower()}
    rows = np.flatnonzero(np.isin(world.catalogue.row, np.array(sorted(held), np.int64)))
    if not len(rows):
        raise BadSetting("There is no such report", got=name, expected="AGENCY/REF, or the report's id")
    if len(rows) > 1:
        agencies = ", ".join(f"{world.catalogue.agency.text(int(row))}/{name}" for row in rows[:_SHOWN])
        raise BadSetting("Several agencies use this reference", got=name, expected=agencies)
    return int(rows[0])


def names_of(node: Node, audience: Audience, world: World, rows: Sequence[int]) -> list[ReportName]:
    """What decisions call the reports of these rows: the agency's reference where it gives one, else the witness."""
    at = {item.row: item.report for item in held_reports(node.store, audience, [int(world.catalogue.row[row]) for row in rows])}
    return [_name(world, row, at[int(world.catalogue.row[row])].agency_ref) for row in rows]


def _name(world: World, row: int, ref: str | None) -> ReportName:
    agency = world.catalogue.agency.text(row)
    return ReportName(agency=agency, ref=ref) if ref is not None else ReportName(agency=agency, witness=report_name(*world.catalogue.witness[row]))


def event_named(world: World, event: str) -> int:
    """The number of an event. Raises `BadSetting` where the world has none of this id."""
    if event not in world.events.id:
        raise BadSetting("There is no such event", got=event, todo="its id changes with its reports: look it up again with `vigie events`")
    return world.events.id.index(event)


def decide(desk: Desk, verdict: Verdict, first: str, second: str, word: Word = PLAIN) -> Entry:
    """That two reports are one event (`same`) or are not (`apart`). The same word again changes nothing; another one is a new version."""
    world = world_at(desk)
    rows = [row_named(desk.node, _audience(desk), world, name) for name in (first, second)]
    if rows[0] == rows[1]:
        raise BadSetting("A report is one event with itself, and cannot be parted from itself", got=first)
    with _SAYING:
        _check_known(desk, verdict, [name.text for name in names_of(desk.node, _audience(desk), world, rows)], word.knew)
        return _say(desk, world, verdict, [[rows[0]], [rows[1]]], word)


def _check_known(desk: Desk, verdict: Verdict, pair: Sequence[str], knew: str | None) -> None:
    """Nothing where what stands of the pair is what was known, or says the same. Raises `Overtaken` where the party has said otherwise since."""
    standing = None if knew is None else word_on(decisions_of(desk.log), desk.actor.party, pair)
    if standing is not None and version_text(standing[0]) != knew and standing[1].verdict != verdict:
        raise _overtaken("It was answered", *standing)


_WORDS = {"same": "one event", "apart": "not one event", "withdrawn": "withdrawn"}


def _overtaken(what: str, entry: Entry, found: Decision) -> Overtaken:
    by, word = entry.by or entry.owner, _WORDS[found.verdict]
    said = f"{what} meanwhile by {by}: {word}. Nothing was written"
    return Overtaken(said, by=by, word=found.verdict, todo="look at it again, and withdraw that answer first if it is wrong")


def merge(desk: Desk, events: Sequence[str], word: Word = PLAIN) -> Entry:
    """That several events are one: all their reports stay together from now on."""
    world = world_at(desk)
    numbers = [event_named(world, event) for event in dict.fromkeys(events)]
    if len(numbers) < 2:  # noqa: PLR2004 - a merger has two sides
        raise BadSetting("A merger needs two events or more", got=", ".join(events) or "none")
    return _say(desk, world, "same", [world.events.members[number].tolist() for number in numbers], word, [world.events.id[number] for number in numbers])


def split(desk: Desk, event: str, parts: Sequence[Sequence[str]] = (), word: Word = PLAIN) -> Entry:
    """That the parts of an event are events of their own: no later report brings two of them together again.

    `parts` are lists of reports; what none of them names is a part too. Without any, a merger falls into the events that it was made of, and any other
    event is cut at the link for which the evidence is weakest.
    """
    world = world_at(desk)
    number = event_named(world, event)
    members = world.events.members[number].tolist()
    named = [[row_named(desk.node, _audience(desk), world, name) for name in dict.fromkeys(part)] for part in parts]
    if strange := [name for part, rows in zip(parts, named, strict=True) for name, row in zip(dict.fromkeys(part), rows, strict=True) if row not in members]:
        raise BadSetting("The report is not part of the event", record=event, got=strange[0])
    groups = named or _merged_parts(desk, world, members) or _weakest_cut(world, members)
    rest = [row for row in members if row not in {row for group in groups for row in group}]
    groups = [group for group in (*groups, rest) if group]
    if len(groups) < 2:  # noqa: PLR2004 - what is split has two parts
        raise BadSetting("Nothing would be split", record=event, got=f"{len(members)} reports in one part", todo="name the reports that are another event")
    return _say(desk, world, "apart", groups, word, [event])


def _merged_parts(desk: Desk, world: World, members: Sequence[int]) -> list[list[int]]:
    """The events that the weightiest merger of this event was made of, each with what has joined it since; none where nobody merged it."""
    inside = set(members)
    for ruling in rulings(desk.node, _audience(desk), world.catalogue, exercise=desk.exercise):
        parts = [[row for row in group if row in inside] for group in ruling.groups]
        parts = [part for part in parts if part]
        if ruling.decision.verdict == "same" and ruling.decision.events and len(parts) > 1:
            return _with_joined(parts, _pairs_among(world, members))
    return []


def _with_joined(parts: Sequence[Sequence[int]], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The parts, each with the rows that links hold to it."""
    side = {row: number for number, part in enumerate(parts) for row in part}
    while ties := [(a, b) for a, b in pairs if (a in side) is not (b in side)]:
        a, b = ties[0]
        side[a] = side[b] = side[a] if a in side else side[b]
    return [[row for row, number in side.items() if number == part] for part in range(len(parts))]


def _weakest_cut(world: World, members: Sequence[int]) -> list[list[int]]:
    """The reports on one side of the link for which the evidence is weakest, an analyst's word not counted; none where no link holds the event together."""
    inside = np.flatnonzero(np.isin(world.links.first, members))
    if not len(inside):
        return []
    weakest = np.argmin(world.links.score()[inside])
    pairs = _pairs_among(world, members)
    near = {pairs.pop(int(weakest))[0]}
    while grown := {row for pair in pairs if near & set(pair) for row in pair} - near:
        near |= grown
    return [sorted(near)]


def _pairs_among(world: World, members: Sequence[int]) -> list[tuple[int, int]]:
    """The two rows of each link inside an event."""
    inside = np.flatnonzero(np.isin(world.links.first, members))
    return list(zip(world.links.first[inside].tolist(), world.links.second[inside].tolist(), strict=True))


def events_of(desk: Desk, entry: Entry) -> list[str]:
    """The ids of the events, as they are now, of the reports that a decision names."""
    world = world_at(desk)
    found = rulings(desk.node, _audience(desk), world.catalogue, exercise=desk.exercise)
    groups = [group for ruling in found if (ruling.entry.owner, ruling.entry.ref) == (entry.owner, entry.ref) for group in ruling.groups]
    return list(dict.fromkeys(world.events.id[int(world.event_of[row])] for group in groups for row in group))


def undo(desk: Desk, ref: str, reason: str = "", version: int | None = None) -> Entry:
    """Withdraws a decision of the party's own, by its name or the first digits of it; all its pairs at once. What it said stays in the log.

    With a `version` only that word is withdrawn. Raises `Overtaken` where a later one stands.
    """
    check_may(desk, "decide")
    with _SAYING:
        return _withdrawn(desk, ref, reason, version)


def _withdrawn(desk: Desk, ref: str, reason: str, version: int | None) -> Entry:
    entry, decision = own_decision(desk, ref)
    if decision.verdict == "withdrawn":
        raise BadSetting("The decision is withdrawn already", record=entry.ref)
    if version not in (None, entry.version):
        raise _overtaken("It was answered again", entry, decision)
    said = decision.model_copy(update={"verdict": "withdrawn", "reason": reason.strip()})
    return add_entry(desk.node.store, replace(word_of(desk, "decision", entry.ref, said, entry.label), version=entry.version + 1))


def own_decision(desk: Desk, ref: str) -> Pair:
    """The party's decision of that name. Raises `BadSetting` where there is none, or several whose names begin so."""
    known = {entry.ref: (entry, found) for entry, found in decisions_of(desk.log) if entry.owner == desk.actor.party}
    near = [name for name in known if name == ref or (name.startswith(ref) and len(ref) > len("dc-"))]
    if len(near) != 1:
        raise BadSetting("Several decisions begin so" if near else "There is no such decision of this party", got=ref, todo="see `vigie review decisions`")
    return known[near[0]]


def _say(desk: Desk, world: World, verdict: Verdict, groups: Sequence[Sequence[int]], word: Word, events: Iterable[str] = ()) -> Entry:
    """Writes a decision down: as the next version where the party has spoken of the same groups before, else as a new one."""
    check_may(desk, "decide")
    if word.rel_to is not None and not word.tlp:
        todo = "say how far the decision is opened, such as CLEAR, or leave the readers out"
        raise BadSetting("Readers are named, but the decision is not opened", field="tlp", got=", ".join(word.rel_to), expected="a TLP level", todo=todo)
    rows = [row for group in groups for row in group]
    if len({int(code) for code in world.catalogue.field.codes[rows]}) > 1:
        raise BadSetting("Reports of two fields are never one event", got=" and ".join(sorted({world.catalogue.field.text(row) for row in rows})))
    names = dict(zip(rows, names_of(desk.node, _audience(desk), world, rows), strict=True))
    named = [[names[row] for row in group] for group in groups]
    body = {"verdict": verdict, "groups": [[name.model_dump() for name in group] for group in named], "reason": word.reason.strip(), "events": [*events]}
    said = read_body(Decision, body)
    before = next(((entry, found) for entry, found in decisions_of(desk.log) if entry.owner == desk.actor.party and found.is_about(named)), None)
    if before is None:
        return add_entry(desk.node.store, word_of(desk, "decision", new_name("dc"), said, _label(desk, world, rows, word)))
    entry, found = before
    if found.verdict == verdict and not word.tlp and word.reason.strip() in ("", found.reason):
        return entry
    label = _heard(desk, entry, _label(desk, world, rows, word)) if word.tlp else entry.label
    return add_entry(desk.node.store, replace(word_of(desk, "decision", entry.ref, said, label), version=entry.version + 1))


def _label(desk: Desk, world: World, rows: Sequence[int], word: Word) -> Label:
    """The label of a decision: the party's own eyes, or what was chosen joined with that of every report that it names."""
    if not word.tlp:
        return own_label(desk.actor.party)
    check_may(desk, "release")
    held = labels_of_rows(desk.node.store, desk.node.directory, [int(world.catalogue.row[row]) for row in rows])
    return release_label(desk.actor.party, word.tlp.upper(), word.rel_to, [label for label, _ in held], desk.node.directory)


def _heard(desk: Desk, entry: Entry, label: Label) -> Label:
    """The label, where everybody who may read the decision as it stands may read the new word too. Raises `NotReleasable` where not."""
    directory, now_us = desk.node.directory, desk.now_us
    readers = [party for party in (PUBLIC, *sorted(directory.parties)) if may_read(party, entry.label, directory, now_us)]
    if deaf := [party for party in readers if not may_read(party, label, directory, now_us)]:
        raise NotReleasable(f"{', '.join(deaf)} may read the decision and would not learn of the new word", record=entry.ref, todo="keep its label")
    return label
