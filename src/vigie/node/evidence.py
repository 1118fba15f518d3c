"""What a warning rests on: the reports and events that it names, and the archive behind its rule's figures, each with its label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vigie.model.errors import BadSetting
from vigie.model.label import Label
from vigie.model.rule import Rule
from vigie.model.warning import Content, Evidence
from vigie.node.rules import rule_book
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import Audience, find_reports, labels_of_rows


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the evidence is looked up: the node, who reads as of when, and its world, which is made only when it is asked for."""

    node: Node
    audience: Audience
    world: Callable[[], World]


def labels_of_evidence(ground: Ground, content: Content) -> list[tuple[str, Label]]:
    """The reports that a content names, all reports of the events that it names, and the archive where it tells a rule's figures; each with its label.

    Raises `BadSetting` where one of them is not to be found.
    """
    found: list[tuple[str, Label]] = []
    for name in dict.fromkeys(name for item in content.evidence for name in item.reports):
        held = find_reports(ground.node.store, ground.audience, name)
        if not held:
            raise BadSetting("A record that the warning rests on is not to be found", record=name, todo="take it out of the evidence")
        found += [(name, item.label) for item in held]
    found += labels_of_events(ground, [item for item in content.evidence if item.event])
    return found + (_labels_of_figures(ground, content.rule) if content.figures else [])


def labels_of_events(ground: Ground, named: Sequence[Evidence]) -> list[tuple[str, Label]]:
    """The labels of all members of the events, in the world as it is now; an event that has another id by now is found by its reports."""
    if not named:
        return []
    world = ground.world()
    numbers = {name: number for number, name in enumerate(world.events.id)}
    members = {item.event: _members(ground, world, item, numbers) for item in named}
    if gone := next((name for name, rows in members.items() if not rows), None):
        raise BadSetting("An event that the warning rests on is not to be found", record=gone, todo="take it out of the evidence")
    return [(name, label) for name, rows in members.items() for label in _labels(ground, sorted(rows))]


def _labels(ground: Ground, rows: Sequence[int]) -> list[Label]:
    return [label for label, _ in labels_of_rows(ground.node.store, ground.node.directory, rows)]


def _members(ground: Ground, world: World, item: Evidence, numbers: Mapping[str, int]) -> set[int]:
    """The store's rows of the event, or of every event that holds one of its named reports now."""
    if item.event in numbers:
        found = {numbers[item.event]}
    else:
        held = [report.row for name in item.reports for report in find_reports(ground.node.store, ground.audience, name)]
        found = {int(number) for number in world.event_of[np.isin(world.catalogue.row, held)]}
    return {int(row) for number in found for row in world.catalogue.row[world.events.members[number]]}


def _labels_of_figures(ground: Ground, name: str) -> list[tuple[str, Label]]:
    """The labels of the archive from which a rule's figures come: all reports of the fields that it and its outcome ask."""
    rule, world = rule_book(ground.node).rules.get(name), ground.world()
    rows = world.catalogue.row[world.catalogue.field.is_in(fields_asked(rule))] if rule else world.catalogue.row
    return [(f"the archive behind the figures of {name}", label) for label in _labels(ground, [int(row) for row in rows])]


def fields_asked(rule: Rule) -> tuple[str, ...]:
    """The fields of the reports that a rule counts, and of those that it warns of."""
    asked = {*(rule.query.fields or (rule.field,)), *((rule.outcome.query.fields or (rule.field,)) if rule.outcome else ())}
    return tuple(sorted(asked))


def without_figures(content: Content) -> Content:
    """The content with only the count of the events that it names as evidence."""
    count = len(content.evidence)
    why = "1 event is named as evidence." if count == 1 else f"{count} events are named as evidence."
    texts = tuple(text.model_copy(update={"why": why}) for text in content.texts)
    changed = {"figures": False, "replay": "", "signal": "", "likelihood": None, "confidence_why": "", "texts": texts}
    return content.model_copy(update=changed)
