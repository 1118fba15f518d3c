"""All that a dossier shows of one event to one audience, and where reports are now: the form that the page reads.

Everything comes from the audience's world and from the words that it may read; nothing from what the node holds beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.label import PUBLIC, Label, join, may_read, parts_of
from vigie.node.answers import KeptWorlds, event_answer, events_of_report, report_name, row_of_id, when_text
from vigie.node.facts import attributions, event_facts
from vigie.node.kept_logs import Read
from vigie.node.pictures import notes_on
from vigie.node.review_facts import Reviewer, decision_facts
from vigie.node.sides import table
from vigie.node.warning_facts import wording_for
from vigie.node.worlds import World
from vigie.store import held_reports

MOST_SIDES = 60
"""How many reports a dossier shows side by side: the best first; the event's own count says how many there are."""

MOST_NEAR = 12
"""How many other events a dossier offers for a merger."""

_DAYS_PER_100_KM = 2.0
"""What counts as near in time, beside what counts as near in space, where candidates are put in order (our own choice)."""

_EARTH_KM = 6_371.0
_NEAR_KM, _NEAR_DAYS = 200.0, 10.0
_TOLD = ("id", "agency", "agency_ref", "title", "when", "begin", "end", "issued", "revision", "probability", "label", "lon", "lat", "radius_km", "ellipse")
_DAY_US = 86_400e6


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks at which world, at what was said in it, and in which language."""

    kept: KeptWorlds
    world: World
    read: Read
    language: str

    @property
    def atlas(self) -> Atlas:
        """The atlas."""
        return self.kept.atlas

    @property
    def reviewer(self) -> Reviewer:
        """The same, for the review."""
        return Reviewer(self.kept.node, self.kept.node.audience(self.kept.party, self.read.log.now_us), self.world)


def dossier(seen: Looker, number: int) -> dict[str, Json]:
    """The dossier of event `number`: its facts, the table of who said what, links, label, history, what answers it, and what it may be merged with."""
    answer: dict[str, Any] = event_answer(seen.kept, seen.world, number, seen.language)
    members: list[dict[str, Any]] = answer.pop("members")[:MOST_SIDES]
    names, sent = _names(members), _kept_payloads(seen, seen.world.events.members[number][:MOST_SIDES])
    words = [item for item in decision_facts(seen.reviewer) if _is_about(item, answer["id"], names)]
    return {
        "event": answer,
        "label": label_facts(seen, number),
        "reports": [_side(said) | {"is_kept": said["id"] in sent} for said in members],
        "rows": table(members, answer["chosen"]),
        "history": history(members),
        "decisions": list[Json](words),
        "answers": what_answers(seen.read, answer["id"], names, seen.language),
        "near": near(seen, number),
        "notes": notes_on(seen.world.country[[number]], seen.atlas),
        "attribution": list[Json](attributions(answer["agencies"])),
    }


def _side(said: Mapping[str, Any]) -> dict[str, Json]:
    """What the head of a column shows of a report."""
    return {key: said[key] for key in _TOLD if key in said} | {"name": _name(said)}


def _name(said: Mapping[str, Any]) -> str:
    """What a decision calls the report."""
    return f"{said['agency']}/{said['agency_ref']}" if said.get("agency_ref") is not None else str(said["id"])


def _names(members: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(_name(said) for said in members)


def _is_about(item: Mapping[str, Any], event: str, names: frozenset[str]) -> bool:
    return event in item["events"] or any(name in names for group in item["groups"] for name in group)


def history(members: Sequence[Mapping[str, Any]]) -> list[Json]:
    """The reports in the order in which their agencies issued them; one that says no such instant comes by its end, and `is_said` is false."""
    ordered = sorted(members, key=lambda said: (str(said.get("issued") or said["end"]), str(said["id"])))
    return [
        {"at": said.get("issued") or said["end"], "is_said": "issued" in said, "report": said["id"], "revision": said.get("revision", 0)} for said in ordered
    ]


def label_facts(seen: Looker, number: int) -> dict[str, Json]:
    """The joined label of all that the event is made of; who may read the whole of it is told to the node's own party alone."""
    node, members = seen.kept.node, seen.world.events.members[number]
    labels = [held.label for held in seen.kept.held(seen.world, members)]
    whole = reduce(lambda first, second: join(first, second, node.directory), labels)
    policies = list[Json](sorted({f"{part.policy} {part.level}" for part in parts_of(whole)}))
    return {"tlp": whole.tlp, "policies": policies, "readers": _readers(seen, labels)}


def _kept_payloads(seen: Looker, members: NDArray[np.int64]) -> frozenset[str]:
    """The ids of the reports of which the bytes that the agency sent are kept; told to the node's own party alone."""
    node = seen.kept.node
    if seen.kept.party != node.settings.party:
        return frozenset()
    at = {int(seen.world.catalogue.row[row]): report_name(*seen.world.catalogue.witness[row]) for row in members}
    held = held_reports(node.store, seen.reviewer.audience, list(at), payloads=True)
    return frozenset(at[one.row] for one in held if one.report.payload)


def _readers(seen: Looker, labels: Sequence[Label]) -> list[Json] | None:
    """The parties that may read every report, PUBLIC alone where everybody may; None where the audience is not told."""
    node, now_us = seen.kept.node, seen.read.log.now_us
    if seen.kept.party != node.settings.party:
        return None
    known = (PUBLIC, *sorted({*node.directory.parties, node.settings.party}))
    found = [party for party in known if all(may_read(party, label, node.directory, now_us) for label in labels)]
    return [PUBLIC] if PUBLIC in found else list[Json](found)


def what_answers(read: Read, event: str, names: frozenset[str], language: str) -> dict[str, Json]:
    """The warnings that name the event or a report of it, and the activities that answer one of these or name it themselves; the newest first."""

    def names_it(records: Iterable[Any]) -> bool:
        return any(record.event == event or names & set(record.reports) for record in records)

    chains = [chain for chain in read.chains if names_it(chain.head.content.evidence)]
    told: list[Json] = [
        {"warning": one.warning, "owner": one.owner, "status": one.status, "headline": wording_for(one.head.content, language).headline} for one in chains
    ]
    warned = {chain.warning for chain in chains}
    done = [one for one in read.activities if names_it(one.activity.events) or warned & set(one.activity.answers)]
    made: list[Json] = [{"owner": one.owner, "ref": one.ref, "title": one.activity.title(language), "status": one.activity.status} for one in done]
    return {"warnings": told, "activities": made}


def near(seen: Looker, number: int) -> list[Json]:
    """Other events of the field that this one may be merged with: those of doubtful links first, the likeliest first, then the nearest in space and time."""
    chances = _doubted(seen.world, number)
    beside = [other for other in _nearest(seen.world, number) if other not in chances]
    ordered = [*sorted(chances, key=lambda other: (-chances[other], seen.world.events.id[other])), *beside][:MOST_NEAR]
    return [brief(seen, other) | _apart(seen.world, number, other) | {"probability": chances.get(other)} for other in ordered]


def _doubted(world: World, number: int) -> dict[int, float]:
    """The other events that doubtful links of this one lead to, each with the chance of the likeliest."""
    ends = np.stack([world.event_of[world.doubtful.first], world.event_of[world.doubtful.second]])
    found: dict[int, float] = {}
    for place in np.flatnonzero((ends == number).any(axis=0) & (ends[0] != ends[1])):
        other = int(ends[0, place] if ends[1, place] == number else ends[1, place])
        found[other] = max(found.get(other, 0.0), round(float(world.doubtful.probability[place]), 4))
    return found


def _nearest(world: World, number: int) -> list[int]:
    """The events of the same field within 200 km and 10 days, the nearest first."""
    events = world.events
    days = np.abs(events.begin_us - events.begin_us[number]) / _DAY_US
    early = np.flatnonzero(days <= _NEAR_DAYS)
    km = _km_from(world, number, early)
    fits = np.array([events.field[other] == events.field[number] and other != number for other in early.tolist()], bool) & (km <= _NEAR_KM)
    order = np.argsort(km[fits] / 100 + days[early][fits] / _DAYS_PER_100_KM, kind="stable")
    return [int(other) for other in early[fits][order][:MOST_NEAR]]


def _km_from(world: World, number: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Great-circle distances (k,) on a sphere; infinite where one of the two has no place."""
    lon, lat = np.radians(world.events.lon), np.radians(world.events.lat)
    half = np.sin((lat[others] - lat[number]) / 2) ** 2 + np.cos(lat[number]) * np.cos(lat[others]) * np.sin((lon[others] - lon[number]) / 2) ** 2
    km = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return np.where(np.isfinite(km), km, np.inf)


def _apart(world: World, number: int, other: int) -> dict[str, Json]:
    km = float(_km_from(world, number, np.array([other]))[0])
    seconds = (int(world.events.begin_us[other]) - int(world.events.begin_us[number])) / 1e6
    return {"km": round(km, 1) if np.isfinite(km) else None, "later_s": round(seconds, 1)}


def brief(seen: Looker, number: int) -> dict[str, Json]:
    """An event in short: what, when, where, how grave, and who saw it."""
    facts = event_facts(seen.world, number, seen.atlas, seen.language)
    kept = ("id", "field", "kind", "title", "begin", "end", "lon", "lat", "magnitude", "scale", "severity", "country", "country_name", "unit_name", "agencies")
    when = when_text(int(seen.world.events.begin_us[number]), int(seen.world.events.end_us[number]))
    return {name: facts[name] for name in kept} | {"reports": facts["reports"], "when": when}


def whereabouts(seen: Looker, reports: Sequence[str]) -> list[Json]:
    """The events that these reports (ids of our answers) are in now, each with those of them that it holds; what the audience may not read is left out."""
    held: dict[int, list[Json]] = {}
    for name in dict.fromkeys(reports):
        rows = row_of_id(seen.world, name)
        if len(rows):
            held.setdefault(int(seen.world.event_of[rows[0]]), []).append(name)
    return [{"event": brief(seen, number), "reports": names} for number, names in held.items()]


def after_decisions(seen: Looker, event: str) -> list[Json]:
    """Where an event went that is no more, as far as a decision that the audience may read names it: the events that its reports are in now."""
    told = [item for item in decision_facts(seen.reviewer) if isinstance(item["events"], list) and event in item["events"]]
    groups: list[Any] = [group for item in told for group in (item["groups"] if isinstance(item["groups"], list) else [])]
    names = dict.fromkeys(name for group in groups for name in group)
    found = dict.fromkeys(number for name in names for number in events_of_report(seen.kept, seen.world, str(name)))
    return [brief(seen, number) for number in found]
