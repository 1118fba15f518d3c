"""Risks beside what answers them, as JSON: one page of rows, the sums that lead to others, and the map in words and in shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS, Doing, Row
from vigie.activities.record import Known
from vigie.model.canonical import Json
from vigie.model.languages import said
from vigie.model.rule import Signal
from vigie.model.times import format_day, format_time
from vigie.node.facts import event_facts
from vigie.node.histories import region_of
from vigie.node.packs import packs
from vigie.node.risk_board import Beside, Board, Deadline, silence_deadlines, verdict_sentence, warning_deadlines
from vigie.node.stocktaking import SHOWN_ACTIVITIES, Reader
from vigie.node.warning_facts import Shown, chain_facts, notes_of
from vigie.warn.answers import Responses
from vigie.warn.problems import ProblemState

SHOWN_EVENTS, SHOWN_GAPS, MOST_LOOSE = 5, 6, 50
"""How many events a row names, how many gaps the summary names, and how many of what fits beside no risk are listed; how many there are is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """For whom it is written: the reader, how warnings are shown to it, the problems that it watches, and its events' numbers by id."""

    reader: Reader
    shown: Shown
    problems: Mapping[str, ProblemState]
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which rows: of a field, a country (and its units), an area, a verdict; empty = all."""

    field: str = ""
    country: str = ""
    area: str = ""
    verdict: str = ""

    def holds(self, row: Row, units: Mapping[str, Sequence[str]]) -> bool:
        """Whether a row is meant, whatever its verdict."""
        within = {self.country, *units.get(self.country, ())}
        is_there = (not self.area or row.risk.area == self.area) and (not self.country or row.risk.area in within)
        return is_there and (not self.field or row.risk.field == self.field)


def narrowed(board: Board, reader: Reader, narrow: Narrow) -> tuple[list[Beside], Counter[str]]:
    """The rows that are meant, and how many rows there are of each verdict: of those that are not meant for their verdict alone too."""
    units = region_of(reader.atlas).units
    known = [each for each in board.beside if narrow.holds(each.row, units)]
    quiet = [row for row in board.quiet if narrow.holds(row, units)]
    counts = Counter[str](row.verdict for row in (*(each.row for each in known), *quiet))
    shown = [each for each in known if not narrow.verdict or each.row.verdict == narrow.verdict]
    if narrow.verdict in ("not known", "no known risk"):
        shown += [Beside(row, (), (), (), (), ()) for row in quiet if row.verdict == narrow.verdict]
    return shown, counts


def row_facts(each: Beside, desk: Desk) -> dict[str, Json]:
    """One risk: where, how great and why; what speaks of it; what answers it; what may come, of which nothing is known yet."""
    row, reader = each.row, desk.reader
    risk, known = row.risk, packs().get(row.risk.field)
    return {
        "area": risk.area,
        "area_name": reader.name_of(risk.area),
        "country": region_of(reader.atlas).country_of(risk.area),
        "country_name": reader.name_of(region_of(reader.atlas).country_of(risk.area)),
        "field": risk.field,
        "field_title": said(reader.language, known.title) if known else risk.field,
        "level": risk.level,
        "verdict": row.verdict,
        "verdict_words": VERDICT_WORDS[row.verdict],
        "verdict_why": verdict_sentence(row, reader.language),
        "why": [*risk.why],
        "problems": [_problem(desk.problems[record.ref]) for record in risk.records if record.type == "problem" and record.ref in desk.problems],
        "events": _events(row, desk),
        "signals": [signal_facts(item, desk) for item in each.signals],
        "warnings": [warning_facts(item, desk) for item in each.warnings],
        "wide": [warning_facts(item, desk) for item in each.wide],
        "deadlines": [deadline_facts(item, reader) for item in each.deadlines],
        "running": _doings(row.running, reader),
        "planned": _doings(row.planned, reader),
        "elsewhere": len(row.elsewhere),
        "done": [done for item in (*each.warnings, *each.wide) for done in _done(item, desk)],
        "forecasts": [],
    }


def _problem(state: ProblemState) -> dict[str, Json]:
    return {"name": state.name, "title": state.title, "level": state.level, "why": state.sentence, "review_due": state.review_due}


def _events(row: Row, desk: Desk) -> dict[str, Json]:
    """How many harmful events stand behind a risk, and the first few of them as this reader's world has them."""
    names = [record.ref for record in row.risk.records if record.type == "event"]
    return {"total": len(names), "shown": [_event(name, desk) for name in names if name in desk.numbers][:SHOWN_EVENTS]}


def _event(name: str, desk: Desk) -> dict[str, Json]:
    world, number = desk.reader.outlook.world, desk.numbers[name]
    facts = event_facts(world, number, desk.reader.atlas, desk.reader.language)
    picked = ("id", "field", "kind", "title", "severity", "agencies")
    title: dict[str, Json] = {"title": said(desk.reader.language, str(facts["title"]))}
    return {each: facts[each] for each in picked} | title | {"day": format_day(int(world.events.begin_us[number]))}


def signal_facts(item: Signal, desk: Desk) -> dict[str, Json]:
    """A signal that nobody has dealt with: what fired, where, when, and in one sentence why."""
    return {
        "id": item.id,
        "rule": item.rule,
        "title": desk.reader.outlook.book.rules[item.rule].title,
        "area_name": desk.reader.name_of(item.area),
        "raised": format_time(item.raised_us),
        "count": item.count,
        "expected": item.expected,
        "is_over": item.ended_us is not None,
        "why": item.why,
    }


_PICKED = ("id", "issuer", "status", "is_live", "stage", "stage_words", "severity", "severity_words", "headline", "text_language", "likelihood")


def warning_facts(each: Responses, desk: Desk) -> dict[str, Json]:
    """A warning in short: its headline and standing, who answered what, and which of those who were addressed are silent, as far as it is shown."""
    facts = chain_facts(each.chain, each, desk.shown)
    party = desk.reader.log.party
    told = [item for item in each.recipients if party in (each.chain.owner, item.party)]
    return {name: facts[name] for name in _PICKED} | {
        "expires": format_time(each.chain.head.content.expires_us),
        "answers": facts["answers"],
        "silent": [{"party": item.party, "overdue": item.state == "overdue"} for item in told if item.state in ("open", "overdue", "untimed")],
        "waits": "" if each.chain.status == "live" else "assessment",
    }


def deadline_facts(item: Deadline, reader: Reader) -> dict[str, Json]:
    """A deadline: of what, from whom, when, and whether it has passed."""
    return {"kind": item.kind, "at": format_time(item.at_us), "over": item.at_us <= reader.log.now_us, "of": item.of, "parties": [*item.parties]}


def _doings(doings: Iterable[Doing], reader: Reader) -> dict[str, Json]:
    """The activities that meet a risk, the first of them by name."""
    items = list(doings)
    return {"total": len(items), "shown": [activity_facts(item.known, reader) | {"reach": item.reach} for item in items[:SHOWN_ACTIVITIES]]}


def activity_facts(item: Known, reader: Reader) -> dict[str, Json]:
    """An activity in short, with the silence that runs over it."""
    asking = item.course.open_round
    return {
        "party": item.owner,
        "id": item.ref,
        "title": item.activity.title(reader.language),
        "silence": None if asking is None else {"until": format_time(asking.deadline_us), "parties": [*asking.parties]},
    }


def _done(each: Responses, desk: Desk) -> list[dict[str, Json]]:
    """The action that recipients say they took."""
    found: Any = chain_facts(each.chain, each, desk.shown)["answers"]
    return [{"warning": each.chain.warning, **{name: word[name] for name in ("party", "words", "text", "said")}} for word in found if word["word"] == "action"]


def loose_facts(board: Board, desk: Desk) -> dict[str, Json]:
    """What fits beside no risk that stands: warnings that wait for an assessment or whose area is elsewhere, signals that are over, silences that run."""
    reader, party = desk.reader, desk.reader.log.party
    due = [deadline for each in board.warnings for deadline in warning_deadlines(each, party)]
    due += [deadline for item in board.silences for deadline in silence_deadlines(item)]
    return {
        "totals": {"signals": len(board.signals), "warnings": len(board.warnings), "silences": len(board.silences)},
        "signals": [signal_facts(item, desk) for item in board.signals[:MOST_LOOSE]],
        "warnings": [warning_facts(each, desk) for each in board.warnings[:MOST_LOOSE]],
        "silences": [activity_facts(item, reader) for item in board.silences[:MOST_LOOSE]],
        "deadlines": [deadline_facts(item, reader) for item in sorted(due, key=lambda item: item.at_us)[:MOST_LOOSE]],
    }


def summary_facts(shown: Sequence[Beside], counts: Counter[str], desk: Desk) -> dict[str, Json]:
    """The map in words: how many areas and fields have each verdict, and the gravest gaps by name."""
    gaps = [each.row.risk for each in shown if each.row.verdict == "gap"]
    return {
        "verdicts": [{"verdict": verdict, "words": VERDICT_WORDS[verdict], "rows": counts[verdict]} for verdict in VERDICTS],
        "gaps": len(gaps),
        "worst": [{"area": risk.area, "area_name": desk.reader.name_of(risk.area), "field": risk.field} for risk in gaps[:SHOWN_GAPS]],
        "deadlines": sum(not item.at_us <= desk.reader.log.now_us for each in shown for item in each.deadlines),
        "overdue": sum(item.at_us <= desk.reader.log.now_us and item.kind in ("answer", "our answer") for each in shown for item in each.deadlines),
    }


def notes_for(shown: Iterable[Beside], desk: Desk) -> list[Json]:
    """The notes that belong to names of areas in these rows."""
    return [*notes_of([each.row.risk.area for each in shown], desk.reader.atlas)]
