"""What a partner would see of this node, as JSON: sums by field and by reason, both sides as lists, and one event report by report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.label import RULES, Label, Reason, parts_of
from vigie.model.times import format_time
from vigie.node.answers import KeptWorlds, events_of_report, report_name, when_text
from vigie.node.briefs import marking_text
from vigie.node.facts import event_facts, kind_title
from vigie.node.packs import packs
from vigie.node.partner_view import HIDDEN, IN_PART, WHOLE, Compared, Looking, Warned, events_holding, reasons_by_kind, rows_closed_by
from vigie.node.settings import Node
from vigie.node.warning_facts import notes_of
from vigie.node.worlds import World
from vigie.store import Held
from vigie.warn.chain import Chain

ALL_RULES = (*RULES, "theirs", "word")
"""The rules of labels; what is the party's own; and what it sees another word of."""

Side = Literal["ours", "hidden", "part", "whole", "theirs"]
SIDES: tuple[Side, ...] = ("ours", "hidden", "part", "whole", "theirs")
"""Our events: all, those that they do not see, see in part, see whole; and their events as they see them."""

STATES: Mapping[int, str] = {HIDDEN: "hidden", IN_PART: "part", WHOLE: "whole"}

MOST_WARNINGS, MOST_LABELS = 100, 200
"""How many hidden warnings, and how many kinds of labels, one answer names; how many there are is said beside them."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """All that the answers are made of: the comparison, who is looked at, why they do not see each kind of report, and the language of names."""

    found: Compared
    looking: Looking
    reasons: tuple[tuple[Reason, ...], ...]
    atlas: Atlas
    language: str


def view_of(found: Compared, looking: Looking, atlas: Atlas, language: str) -> View:
    """The view with its reasons."""
    return View(found, looking, reasons_by_kind(found, looking), atlas, language)


def label_text_of(label: Label, view: View) -> str:
    """The release rules in one line, with what a short form leaves out: an embargo and the leave to pass on."""
    ends = [part.embargo_us for part in parts_of(label) if part.embargo_us is not None]
    embargo = [f"embargo until {format_time(max(ends))}"] if ends else []
    return "; ".join([marking_text(label, view.language, view.looking.directory), *embargo, *(["RELAY"] if label.relay else [])])


def totals(view: View, warnings: Warned) -> dict[str, Json]:
    """How many events, reports and warnings each side sees, and how many of ours they do not."""
    found = view.found
    states = np.bincount(found.state, minlength=3)
    hidden = int((~found.is_seen).sum())
    return {
        "events": {
            "ours": len(found.ours.events),
            "theirs": len(found.theirs.events),
            "whole": int(states[WHOLE]),
            "part": int(states[IN_PART]),
            "hidden": int(states[HIDDEN]),
        },
        "reports": {"ours": len(found.ours.catalogue), "theirs": len(found.theirs.catalogue), "hidden": hidden, "earlier": len(found.extra)},
        "warnings": {"ours": len(warnings.ours), "theirs": len(warnings.theirs), "hidden": len(warnings.hidden), "other": len(warnings.other)},
    }


def by_field(view: View, warnings: Warned) -> list[Json]:
    """The same for each field that either side has anything of, in the order of the packs."""
    known = {*view.found.ours.events.field, *view.found.theirs.events.field, *(chain.head.content.field for chain in warnings.ours.values())}
    return [_field(view, warnings, name) for name in packs() if name in known]


def _is_of(world: World, name: str) -> NDArray[np.bool_]:
    """Which events of a world (m,) are of a field."""
    is_of: NDArray[np.bool_] = np.asarray(world.events.field, object) == name
    return is_of


def _field(view: View, warnings: Warned, name: str) -> dict[str, Json]:
    ours, theirs, state = view.found.ours, view.found.theirs, view.found.state
    mine = _is_of(ours, name)
    reports = ours.catalogue.field.is_in([name])
    return {
        "field": name,
        "title": packs()[name].title,
        "events": {
            "ours": int(mine.sum()),
            "theirs": int(_is_of(theirs, name).sum()),
            **{word: int((state[mine] == number).sum()) for number, word in STATES.items()},
        },
        "reports": {
            "ours": int(reports.sum()),
            "theirs": int(theirs.catalogue.field.is_in([name]).sum()),
            "hidden": int((reports & ~view.found.is_seen).sum()),
        },
        "warnings": {side: _warned(chains, name) for side, chains in (("ours", warnings.ours.values()), ("theirs", warnings.theirs.values()))},
    }


def _warned(chains: Iterable[Chain], name: str) -> int:
    return sum(chain.head.content.field == name for chain in chains)


def by_reason(view: View, warnings: Warned) -> list[Json]:
    """For each rule that keeps anything from them how many reports, events (whole or in part) and warnings; one with several counts under each."""
    closed = {rule: rows_closed_by(view.found, view.reasons, rule) for rule in ALL_RULES}
    words = [{reason.rule for reason in view.looking.why_word(chain.head.entry)} for chain in warnings.hidden]
    found: list[Json] = []
    for rule, rows in closed.items():
        count, told = int(rows.sum()), sum(rule in rules for rules in words)
        if count or told:
            found.append({"rule": rule, "reports": count, "events": int(events_holding(view.found, rows).sum()), "warnings": told})
    return found


def by_label(view: View) -> dict[str, Json]:
    """Every label that our reports bear: how many reports, how many of them they see, and the sentences why not; the most frequent first."""
    of, kinds = view.found.labelled.of, view.found.labelled.kinds
    counts, seen = (np.bincount(rows[rows >= 0], minlength=len(kinds)) for rows in (of, of[view.found.is_seen]))
    order = sorted(range(len(kinds)), key=lambda number: (-int(counts[number]), label_text_of(kinds[number].label, view)))
    lines: list[Json] = [
        {
            "label": label_text_of(kinds[number].label, view),
            "received": kinds[number].received,
            "reports": int(counts[number]),
            "seen": int(seen[number]),
            "why": sentences(view.reasons[number]),
        }
        for number in order[:MOST_LABELS]
    ]
    return {"total": len(kinds), "lines": lines}


def sentences(reasons: Iterable[Reason]) -> list[Json]:
    """The reasons as sentences."""
    return [f"{reason.words[:1].upper()}{reason.words[1:]}." for reason in reasons]


def hidden_warnings(view: View, warnings: Warned) -> list[Json]:
    """The warnings that they do not see, or read another version of, each with its label and why; the first `MOST_WARNINGS`."""
    other = {id(chain) for chain in warnings.other}
    shown = [*warnings.hidden, *warnings.other][:MOST_WARNINGS]
    return [
        {
            "id": chain.warning,
            "issuer": chain.owner,
            "headline": chain.head.content.texts[0].headline,
            "field": chain.head.content.field,
            "status": chain.status,
            "label": label_text_of(chain.head.entry.label, view),
            "state": "other" if id(chain) in other else "hidden",
            "why": sentences(view.looking.why_word(chain.head.entry)),
        }
        for chain in shown
    ]


def rows_of_side(view: View, side: Side, field: str = "", rule: str = "") -> NDArray[np.int64]:
    """The events of a list, newest first: numbers of ours, or with `theirs` of theirs. A rule asks for events that hold a report which it keeps back."""
    world = view.found.theirs if side == "theirs" else view.found.ours
    keep = _is_of(world, field) if field else np.ones(len(world.events), bool)
    if side in ("hidden", "part", "whole"):
        keep &= view.found.state == {word: number for number, word in STATES.items()}[side]
    if rule and side != "theirs":
        keep &= events_holding(view.found, rows_closed_by(view.found, view.reasons, rule))
    return np.flatnonzero(keep)[::-1]


def lines_of(view: View, side: Side, rows: Sequence[int]) -> list[Json]:
    """These events as a list shows them: of ours with how much they see and why not more; of theirs with the names of ours that it is."""
    if side == "theirs":
        return [_their_line(view, int(number)) for number in rows]
    return [_our_line(view, int(number)) for number in rows]


def notes_beside(view: View, side: Side, rows: Sequence[int]) -> list[Json]:
    """The notes that belong to names of places in these lines."""
    world = view.found.theirs if side == "theirs" else view.found.ours
    return [*notes_of({str(world.country[number]) for number in rows}, view.atlas)]


def _our_line(view: View, number: int) -> dict[str, Json]:
    found = view.found
    members = found.ours.events.members[number]
    hidden = members[~found.is_seen[members]]
    kinds = dict.fromkeys(found.labelled.of[hidden].tolist())
    why = list(dict.fromkeys(sentence for kind in kinds if kind >= 0 for sentence in sentences(view.reasons[kind])))
    labels = list(
        dict.fromkeys(label_text_of(found.labelled.kinds[kind].label, view) for kind in dict.fromkeys(found.labelled.of[members].tolist()) if kind >= 0)
    )
    seen = len(members) - len(hidden)
    return _line(view, number, theirs=False) | {"state": STATES[int(found.state[number])], "seen": seen, "why": why, "labels": labels}


def _their_line(view: View, number: int) -> dict[str, Json]:
    found = view.found
    rows = found.theirs.catalogue.row[found.theirs.events.members[number]]
    ours = found.ours.event_of[np.isin(found.ours.catalogue.row, rows)]
    return _line(view, number, theirs=True) | {"ours": [found.ours.events.id[int(one)] for one in np.unique(ours)]}


def _line(view: View, number: int, *, theirs: bool) -> dict[str, Json]:
    world = view.found.theirs if theirs else view.found.ours
    facts = event_facts(world, number, view.atlas, view.language)
    names = ("id", "field", "kind", "title", "severity", "country_name", "unit_name", "agencies", "reports", "scale", "magnitude")
    when = when_text(int(world.events.begin_us[number]), int(world.events.end_us[number]))
    return {name: facts[name] for name in names} | {"when": when}


def event_view(view: View, ours: KeptWorlds, number: int) -> dict[str, Json]:
    """One event of ours, report by report: which they see, under which label and why not; and the events that they make of it."""
    found = view.found
    members = found.ours.events.members[number]
    at = {int(found.ours.catalogue.row[row]): int(row) for row in members}
    held = ours.held(found.ours, members)
    events = _their_events(view, ours.node, members, held)
    return _our_line(view, number) | {
        "their_events": [_their_line(view, one) for one in events],
        "reports_by_label": [_report_line(view, at[one.row], one) for one in held],
    }


def _their_events(view: View, node: Node, members: NDArray[np.int64], held: Sequence[Held]) -> list[int]:
    """Their events that hold one of these records, or another word of the same report."""
    theirs = view.found.theirs
    kept = KeptWorlds(node, view.atlas, lambda: view.looking.now_us, view.looking.party)
    rows = np.isin(theirs.catalogue.row, view.found.ours.catalogue.row[members])
    named = [f"{one.report.agency}/{one.report.agency_ref}" for one in held if one.report.agency_ref is not None]
    return sorted({*theirs.event_of[rows].tolist(), *(event for name in named for event in events_of_report(kept, theirs, name))})


def _report_line(view: View, row: int, held: Held) -> dict[str, Json]:
    found = view.found
    kind, is_seen = int(found.labelled.of[row]), bool(found.is_seen[row])
    report = held.report
    return {
        "id": report_name(*found.ours.catalogue.witness[row]),
        "agency": report.agency,
        "ref": report.agency_ref,
        "title": kind_title(report.field, report.kind),
        "when": when_text(report.begin_us, report.end_us),
        "owner": held.owner,
        "label": label_text_of(held.label, view),
        "seen": is_seen,
        "why": [] if is_seen or kind < 0 else sentences(view.reasons[kind]),
    }
