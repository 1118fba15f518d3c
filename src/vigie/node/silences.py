"""Silences that have ended: each is told once, with the instant at which it ended, however long the node was down."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.activities.approval import Outcome
from vigie.activities.record import Known, known
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.times import format_time
from vigie.node.desk import log_of
from vigie.node.jobs import counted
from vigie.node.settings import Node
from vigie.store import add_note, list_notes

BOOK = "silences"
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A silence that has ended: of which activity, how, and when (`at_us`: the deadline, or the break). `id` is the same on every run."""

    id: str
    owner: str
    ref: str
    title: str
    round: str
    outcome: Outcome
    at_us: int
    exercise: bool


def silences_due(node: Node, now_us: int) -> tuple[Ended, ...]:
    """The silences that have ended and were not told yet, of all activities that the node's party may read, oldest end first.

    A silence that ended otherwise than was told, since a break that was in time came late, is told again.
    """
    told = list_notes(node.store, BOOK)
    found: list[Ended] = []
    for exercise in (False, True):
        for each in known(log_of(node, node.settings.party, now_us, exercise=exercise)):
            found += [ended for ended in _ended(each, exercise=exercise) if ended.id not in told]
    return tuple(sorted(found, key=lambda ended: (ended.at_us, ended.id)))


def _ended(each: Known, *, exercise: bool) -> list[Ended]:
    title = each.activity.title("en")
    return [
        Ended(
            id=f"sl-{digest(canonical_bytes([each.owner, each.ref, asked.name, asked.outcome, exercise]))[:20]}",
            owner=each.owner,
            ref=each.ref,
            title=title,
            round=asked.name,
            outcome=asked.outcome,
            at_us=asked.outcome_us,
            exercise=exercise,
        )
        for asked in each.course.rounds
        if asked.outcome != "open"
    ]


def tell_silences(node: Node, _atlas: Atlas, now_us: int) -> str:
    """Writes down every silence that has ended, each once, in the node's book `silences`; says which are new, in one sentence, or nothing."""
    told = [ended for ended in silences_due(node, now_us) if add_note(node.store, BOOK, ended.id, _note(ended))]
    if not told:
        return ""
    words = [f"{ended.title}: {ended.outcome} at {format_time(ended.at_us)}" for ended in told[:_SHOWN]]
    rest = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return f"{counted(len(told), 'silence has', 'silences have')} ended: {'; '.join(words)}{rest}."


def _note(ended: Ended) -> dict[str, Json]:
    named: dict[str, Json] = {"activity": ended.ref, "owner": ended.owner, "title": ended.title, "round": ended.round}
    return {**named, "outcome": ended.outcome, "at": format_time(ended.at_us), "exercise": ended.exercise}
