"""What waits for an analyst, as JSON: the queue of doubtful links, one of them with both reports side by side, and the decisions that were taken.

The command line, the page and the API share this form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import Json, digest
from vigie.model.decision import Decision, ReportName, decisions_of, version_text, word_on
from vigie.model.entry import Entry
from vigie.model.errors import BadSetting
from vigie.model.said import said_in
from vigie.model.times import format_time
from vigie.node.answers import link_answer, report_answer, report_name
from vigie.node.decided import Ruling, rulings
from vigie.node.facts import kind_title
from vigie.node.review import names_of
from vigie.node.review_value import Questions, questions
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.store import Audience, held_reports, readable_log

_WORTH_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who looks at which world: the node, the audience and its world as it is now."""

    node: Node
    audience: Audience
    world: World


_QUEUES: WeakKeyDictionary[World, Questions] = WeakKeyDictionary()
_LOCK = Lock()


def queue_of(world: World) -> Questions:
    """What to ask about this world, the answer that is worth most first. Of a million reports it takes a second: it is kept as long as the world is."""
    with _LOCK:
        if world not in _QUEUES:
            _QUEUES[world] = questions(world.links, world.doubtful, world.event_of, world.events.severity)
        return _QUEUES[world]


def doubts_among(world: World, rows: NDArray[np.int64]) -> int:
    """How many questions of the queue concern these events: those that have a report of one of them at either end."""
    kept, asked = np.zeros(len(world.events), bool), queue_of(world).links
    kept[rows] = True
    return int((kept[world.event_of[asked.first]] | kept[world.event_of[asked.second]]).sum())


def link_name(world: World, first: int, second: int) -> str:
    """The name of the question whether two reports are one event: the same on every node and in every world that has both."""
    return f"ln-{digest(''.join(sorted((_witness(world, first), _witness(world, second)))).encode())[:16]}"


def _witness(world: World, row: int) -> str:
    return report_name(*world.catalogue.witness[row])


def place_of(world: World, asked: Questions, name: str) -> int:
    """The place in the queue of the question of this name, or of this number in it (from 1). Raises `BadSetting` where nothing is asked so."""
    if name.isascii() and name.isdecimal() and 1 <= int(name[:9]) <= len(asked):
        return int(name[:9]) - 1
    ends = zip(asked.links.first.tolist(), asked.links.second.tolist(), strict=True)
    found = next((place for place, (first, second) in enumerate(ends) if link_name(world, first, second) == name), None)
    if found is None:
        raise BadSetting("There is no such question", got=name, expected=f"a link's name, or a number from 1 to {len(asked):,}", todo="see `vigie review`")
    return found


def queue_answer(seen: Reviewer, asked: Questions, places: Sequence[int]) -> dict[str, Json]:
    """A page of the queue: how many questions there are, and those at these places."""
    shown = queue_facts(seen, asked, places)
    head: dict[str, Json] = {"audience": seen.world.party, "exercise": seen.world.exercise}
    return head | {"numberMatched": len(asked), "numberReturned": len(shown), "questions": list[Json](shown)}


def queue_facts(seen: Reviewer, asked: Questions, places: Sequence[int]) -> list[dict[str, Json]]:
    """The questions at these places of the queue, each in short."""
    rows = sorted({int(row) for place in places for row in (asked.links.first[place], asked.links.second[place])})
    names = dict(zip(rows, names_of(seen.node, seen.audience, seen.world, rows), strict=True))
    return [_question(seen.world, asked, place, names) for place in places]


def _question(world: World, asked: Questions, place: int, names: Mapping[int, ReportName]) -> dict[str, Json]:
    link, made = asked.links[place], bool(asked.is_made[place])
    said = link_answer(world, link)
    ends: list[Any] = [said["first"], said["second"]]
    titles = [kind_title(world.catalogue.field.text(row), world.catalogue.kind.text(row)) for row in (link.first, link.second)]
    first, second = (end | {"name": names[row].text, "title": title} for end, row, title in zip(ends, (link.first, link.second), titles, strict=True))
    return said | {
        "link": link_name(world, link.first, link.second),
        "number": place + 1,
        "first": first,
        "second": second,
        "together": made,
        "worth": round(float(asked.worth[place]), _WORTH_DECIMALS),
        "reports": _concerned(world, asked, place),
        "would": _effects(world, asked, place),
    }


def _concerned(world: World, asked: Questions, place: int) -> int:
    """How many reports the answer concerns: all of the events that the link touches."""
    touched = {int(world.event_of[row]) for row in (asked.links.first[place], asked.links.second[place])}
    return sum(len(world.events.members[number]) for number in touched)


def _effects(world: World, asked: Questions, place: int) -> dict[str, Json]:
    """What either answer would change, in plain words."""
    whole, (one, other) = _concerned(world, asked, place), asked.sides[place].tolist()
    if asked.is_made[place]:
        parted = f"{_reports(one)} and {_reports(other)}, as far as no other link holds them together"
        return {"same": f"they stay one event of {_reports(whole)}", "apart": f"the event of {_reports(whole)} falls into {parted}"}
    return {"same": f"two events of {_reports(one)} and {_reports(other)} become one of {_reports(whole)}", "apart": "they stay two events"}


def _reports(count: int) -> str:
    return f"{count:,} report{'' if count == 1 else 's'}"


def link_facts_whole(seen: Reviewer, asked: Questions, place: int) -> dict[str, Json]:
    """One question with both reports in full; `differs` names what they do not agree on."""
    question = queue_facts(seen, asked, [place])[0]
    rows = [int(asked.links.first[place]), int(asked.links.second[place])]
    held = {item.row: item for item in held_reports(seen.node.store, seen.audience, [int(seen.world.catalogue.row[row]) for row in rows])}
    reports = [report_answer(seen.world, row, held[int(seen.world.catalogue.row[row])]) for row in rows]
    names = sorted({*reports[0], *reports[1]} - {"id", "event", "label", "when", "title"})
    differs = [name for name in names if name in reports[0] and name in reports[1] and reports[0][name] != reports[1][name]]
    return question | {"said": list[Json](reports), "differs": list[Json](differs)}


def standing_of(seen: Reviewer, pair: Sequence[str]) -> str:
    """How two reports (as decisions name them) stand by the word of the party itself: `open`, or the decision's `version_text`."""
    log = readable_log(seen.node.store, seen.audience, exercise=seen.world.exercise, types=("decision",))
    found = word_on(decisions_of(log), seen.world.party, pair)
    return "open" if found is None else version_text(found[0])


def decision_facts(seen: Reviewer) -> list[dict[str, Json]]:
    """The decisions that the audience may read, the latest first, each with whether it is obeyed."""
    log = readable_log(seen.node.store, seen.audience, exercise=seen.world.exercise, types=("decision",))
    versions: dict[tuple[str, str], list[tuple[Entry, Decision]]] = {}
    for entry, found in said_in(log, "decision", Decision):
        versions.setdefault((entry.owner, entry.ref), []).append((entry, found))
    standing = rulings(seen.node, seen.audience, seen.world.catalogue, exercise=seen.world.exercise)
    ordered = sorted(standing, key=lambda ruling: (-ruling.entry.said_us, ruling.entry.owner, ruling.entry.ref))
    return [_ruling(seen.world, ruling, versions[ruling.entry.owner, ruling.entry.ref]) for ruling in ordered]


def _ruling(world: World, ruling: Ruling, versions: Sequence[tuple[Entry, Decision]]) -> dict[str, Json]:
    entry, said = ruling.entry, ruling.decision
    spoken = [found.verdict for version, found in versions if found.verdict != "withdrawn" and version.version <= entry.version]
    groups: list[Json] = [[name.text for name in group] for group in said.groups]
    pairs: list[Json] = [[_witness(world, first), _witness(world, second)] for first, second, _ in ruling.contradicts]
    return {
        "decision": entry.ref,
        "owner": entry.owner,
        "by": entry.by or None,
        "said": format_time(entry.said_us),
        "verdict": said.verdict,
        "was": spoken[-1] if said.verdict == "withdrawn" and spoken else None,
        "reason": said.reason,
        "groups": groups,
        "events": list[Json](said.events),
        "version": entry.version,
        "tlp": entry.label.tlp,
        "state": _state(ruling),
        "obeyed": len(ruling.obeyed),
        "contradicts": pairs,
    }


def _state(ruling: Ruling) -> str:
    """Whether a decision is obeyed, contradicts a weightier one (wholly or in part), is withdrawn, or speaks of reports that are not here."""
    if ruling.decision.verdict == "withdrawn":
        return "withdrawn"
    if ruling.contradicts:
        return "contradicts in part" if ruling.obeyed else "contradicts"
    return "obeyed" if ruling.obeyed else "not here"
