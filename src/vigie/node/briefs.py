"""The brief: one page on a country, a warning problem or the region, for one party, in one language, as of an instant.

Every sentence names the records that it rests on, or the question that found none. The page's marking is the join of the labels of everything
that it was made from, so that nobody may read the brief who may not read all of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, area_by_code, displayed_name, footnotes, units_of
from vigie.model.entry import Log
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Directory, Label, join, label_from_json, label_to_json
from vigie.model.languages import EXERCISE, NOT_REAL, check_language, day_text, is_language_reviewed, moment_text, said, said_n
from vigie.model.rule import Problem, RuleBook
from vigie.model.times import DAY_US, parse_time
from vigie.node.answers import worst_first
from vigie.node.brief_changes import changes_section
from vigie.node.brief_events import (
    agencies_section,
    counted_sentence,
    event_digests,
    events_between,
    kinds_section,
    most_severe,
    report_names,
    severe_section,
    subject_rows,
)
from vigie.node.brief_problem import problem_sentences
from vigie.node.brief_shape import Asked, BriefFacts, Section, Subject
from vigie.node.brief_warnings import activities_section, answered_of, entry_labels, lead_sentences, shown_entries, warnings_section
from vigie.node.facts import attributions
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.picture.charts import MAX_MARKS, land, region_view
from vigie.picture.map_svg import TONES, map_svg
from vigie.store import labels_of_rows, list_notes, read_note, readable_log, save_note
from vigie.warn.answers import Responses

BOOK = "briefs"
"""The book of notes in which a brief is remembered for the next one."""

USUAL_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which brief: on a country or a problem (neither = the whole world), for a party, in a language, over so many days until now."""

    party: str
    country: str = ""
    problem: str = ""
    language: str = "en"
    days: float = USUAL_DAYS
    exercise: bool = False


def make_brief(node: Node, atlas: Atlas, order: Order, now_us: int, world: World | None = None) -> BriefFacts:
    """The brief that is ordered, with what has changed since the one that was kept last; nothing is remembered of it until `keep_brief`.

    `world` is the reader's, where it is at hand. Raises `BadSetting` for an unknown country, problem or language.
    """
    subject = order_subject(node, atlas, order)
    return brief_since(node, atlas, order, now_us, read_note(node.store, BOOK, note_name(order, subject)), world)


def keep_brief(node: Node, order: Order, facts: BriefFacts) -> None:
    """Remembers the brief, for the next one on the same subject for the same reader. To be done when the page is where its reader finds it."""
    save_note(node.store, BOOK, note_name(order, facts.subject), facts.shown)


def brief_since(node: Node, atlas: Atlas, order: Order, now_us: int, previous: Mapping[str, Any] | None, world: World | None = None) -> BriefFacts:
    """The brief that is ordered, with what has changed since `previous`, the `shown` of an earlier one; None = it is the first. Raises as `make_brief`."""
    from vigie.node.flow import see

    subject = order_subject(node, atlas, order)
    seen = world or see(node, order.party, now_us, atlas, exercise=order.exercise)
    log = readable_log(node.store, node.audience(order.party, now_us), exercise=order.exercise)
    asked = Asked(seen, atlas, subject, now_us - round(order.days * DAY_US), now_us, order.language, heard_by(node, order.party), node.settings.yardstick)
    return brief_facts(node, asked, log, previous)


def order_subject(node: Node, atlas: Atlas, order: Order) -> Subject:
    """What the order is about. Raises `BadSetting` where it names a country, a problem or a language that there is not."""
    check_language(order.language, is_partial=True)
    if not order.problem:
        return subject_of(atlas, RuleBook(rules={}, problems={}), order)
    from vigie.node.rules import rule_book

    return subject_of(atlas, rule_book(node), order)


def heard_by(node: Node, party: str) -> dict[str, int]:
    """When signals were first heard, by id: known to the node's own party, which they are told to."""
    if party != node.settings.party:
        return {}
    return {name: parse_time(str(note["heard"])) for name, note in list_notes(node.store, "signals").items()}


def note_name(order: Order, subject: Subject) -> str:
    """Under which name a brief is remembered: the same for every language."""
    return f"{order.party}|{subject.key}|{'exercise' if order.exercise else 'real'}"


def subject_of(atlas: Atlas, book: RuleBook, order: Order) -> Subject:
    """What the order is about. Raises `BadSetting` where there is no such country or problem, or both are named."""
    if order.country and order.problem:
        raise BadSetting("A brief is on a country or on a problem, not on both", got=f"{order.country} and {order.problem}", todo="leave one out")
    if order.problem:
        return _problem_subject(book, order)
    if order.country:
        return _country_subject(atlas, order)
    return Subject("region", said(order.language, "The whole region"))


def _country_subject(atlas: Atlas, order: Order) -> Subject:
    area = area_by_code(atlas, order.country)
    if area is None or area.level != 0:
        raise BadSetting("There is no such country", got=order.country, expected="two letters, such as ME, or XK for Kosovo")
    areas = frozenset({area.code, *(unit.code for unit in units_of(atlas, area.code))})
    return Subject(f"country:{area.code}", displayed_name(area, order.language), area.code, areas)


def _problem_subject(book: RuleBook, order: Order) -> Subject:
    if order.problem not in book.problems:
        known = ", ".join(sorted(book.problems)) or "none: this node has no warning problem yet"
        raise BadSetting("There is no such warning problem", got=order.problem, expected=known)
    problem = book.problems[order.problem]
    return Subject(f"problem:{problem.name}", said(order.language, problem.title), "", frozenset(problem.areas), _fields_of(book, problem), problem)


def _fields_of(book: RuleBook, problem: Problem) -> frozenset[str]:
    """The fields that the problem's rules, and those of its parts, ask."""
    names = [*problem.confirming, *problem.disconfirming, *problem.critical]
    own = {field for name in names if name in book.rules for field in (book.rules[name].query.fields or (book.rules[name].field,))}
    parts = [_fields_of(book, book.problems[name]) for name in problem.parts if name in book.problems]
    return frozenset(own).union(*parts)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a brief was made from: events of the period and of the one before, the most severe, all rows of the subject, warnings with their answers."""

    now: NDArray[np.int64]
    before: NDArray[np.int64]
    severe: NDArray[np.int64]
    answered: tuple[Responses, ...]
    names: Mapping[int, tuple[str, ...]]
    rows: NDArray[np.int64]


def brief_facts(node: Node, asked: Asked, log: Log, previous: Mapping[str, Any] | None = None) -> BriefFacts:
    """The brief of what was asked, from the reader's world and log; `previous` is what the last one remembered."""
    now, before = (events_between(asked, *period) for period in ((asked.since_us, asked.now_us), (asked.before_us, asked.since_us)))
    found = _Found(now, before, most_severe(asked, now), answered_of(asked, log), report_names(node, asked, now), subject_rows(asked))
    shown = event_digests(asked, now, found.names) | shown_entries(asked, found.answered, log)
    label = _label(node, asked, found, log, previous)
    drawn = _map(asked, now, found.severe)
    return BriefFacts(
        title=asked.subject.name,
        subject=asked.subject,
        language=asked.language,
        party=log.party,
        exercise=asked.world.exercise,
        since_us=asked.since_us,
        now_us=asked.now_us,
        marking=marking_text(label, asked.language, node.directory),
        label=label,
        lead=(*problem_sentences(node, asked, log), counted_sentence(asked, now, before), *lead_sentences(asked, found.answered)),
        sections=(changes_section(node, asked, shown, previous), *_sections(asked, found, log)),
        map_svg=drawn[0],
        map_words=drawn[1],
        legend=_legend(asked, now),
        words=_words(asked, node, log.party),
        notes=_notes(asked, found.rows),
        shown={"made": asked.now_us // 1000, "label": label_to_json(label), "shown": shown},
    )


def _sections(asked: Asked, found: _Found, log: Log) -> tuple[Section, ...]:
    return (
        warnings_section(asked, found.answered),
        activities_section(asked, found.answered, log),
        kinds_section(asked, found.now, found.before),
        severe_section(asked, found.severe, found.names),
        agencies_section(asked, found.rows),
    )


def _label(node: Node, asked: Asked, found: _Found, log: Log, previous: Mapping[str, Any] | None) -> Label:
    """The join of the labels of everything that was read for the page, and of the last brief where it is compared with."""
    rows = [int(asked.world.catalogue.row[row]) for row in found.rows]
    labels = [label for label, _ in labels_of_rows(node.store, node.directory, rows)] + entry_labels(asked, found.answered, log)
    if previous is not None:
        labels.append(label_from_json(previous["label"], node.directory))
    if labels:
        return reduce(lambda first, second: join(first, second, node.directory), labels)
    return Label(node.settings.party, tlp="CLEAR") if log.party == PUBLIC else Label(node.settings.party, rel_to=frozenset({log.party}))


def marking_text(label: Label, language: str, directory: Directory) -> str:
    """A label as a page prints it; its level only where that is above its policy's lowest.

    >>> marking_text(Label("ME-NODE+RS-NODE", tlp="GREEN"), "en", Directory())
    'TLP:GREEN, owners ME-NODE, RS-NODE'
    >>> marking_text(Label("ME-NODE", level="RESTRICTED", orcon=True), "en", Directory())
    'TLP:AMBER, VIGIE RESTRICTED, owner ME-NODE; ORCON'
    """
    owners = label.owner.split("+")
    level = "" if label.level in directory.levels.get(label.policy, ())[:1] else f"{label.policy} {label.level}".strip()
    owned = said_n(language, "owner {names}", "owners {names}", len(owners), names=", ".join(owners))
    parts = [", ".join(part for part in (f"TLP:{label.tlp}", level, owned) if part)]
    if label.rel_to is not None:
        parts.append(
            said(language, "readable by {names}", names=", ".join(sorted(label.rel_to))) if label.rel_to else said(language, "readable by the owner alone")
        )
    parts += [said(language, "not by {names}", names=", ".join(sorted(label.not_to)))] if label.not_to else []
    parts += [*sorted(label.caveats), *(["ORCON"] if label.orcon else [])]
    return "; ".join(parts)


def _map(asked: Asked, now: NDArray[np.int64], severe: NDArray[np.int64]) -> tuple[str, str]:
    """The map of the period's events, those of the list numbered, and its words: how many are on it and how many are not."""
    view, events = region_view(asked.atlas, asked.subject.country), asked.world.events
    placed = now[view.holds(events.lon[now], events.lat[now])]
    first = [number for number in severe if number in placed]
    drawn = np.array([*first, *(number for number in worst_first(asked.world, placed) if number not in first)], np.int64)[:MAX_MARKS]
    places = {number: place for place, number in enumerate(severe, 1) if number in first}
    svg = map_svg(asked.atlas, view, events, drawn, tones(), named=places, language=asked.language)
    on = said_n(asked.language, "{n} event on the map", "{n} events on the map", len(drawn))
    off = said_n(asked.language, "{n} not on it", "{n} not on it", len(now) - len(drawn))
    signs = said(asked.language, "Numbers: the list of the most severe. Hollow: one agency only. Ring: the true place is inside with 68 %.")
    return svg, f"{on}, {off}. {signs}"


def _legend(asked: Asked, now: NDArray[np.int64]) -> tuple[tuple[str, str], ...]:
    """The colour and the name of each field that has an event in the period."""
    held = {asked.world.events.field[number] for number in now}
    return tuple((TONES[number], said(asked.language, packs()[name].title)) for name, number in tones().items() if name in held)


def tones() -> dict[str, int]:
    """The number of each field's colour."""
    return {name: number % len(TONES) for number, name in enumerate(packs())}


def _words(asked: Asked, node: Node, party: str) -> dict[str, str]:
    """What the page prints around the facts."""
    language, problem = asked.language, asked.subject.problem
    since, until = day_text(language, asked.since_us), moment_text(language, asked.now_us)
    reader = said(language, "everybody") if party == PUBLIC else party
    return {
        "kicker": said(language, "Brief of {node} for {reader}", node=node.settings.party, reader=reader),
        "period": said(language, "{since} to {until}", since=since, until=until),
        "banner": said(language, EXERCISE) if asked.world.exercise else "",
        "not_real": said(language, NOT_REAL),
        "records": said(language, "Records"),
        "question": said(language, problem.question) if problem else "",
    }


def _notes(asked: Asked, rows: NDArray[np.int64]) -> tuple[str, ...]:
    """What must stand on the page: names under dispute, the sources' terms, that nobody has read the translation, where the map is from."""
    named = land(asked.atlas, region_view(asked.atlas, asked.subject.country), asked.language)
    codes = {shape.code for shape in named if shape.name} | set(asked.world.country[np.unique(asked.world.event_of[rows])])
    areas = [area for code in sorted(codes) if (area := area_by_code(asked.atlas, str(code)))]
    agencies = {asked.world.catalogue.agency.text(int(row)) for row in rows}
    unread = [] if is_language_reviewed(asked.language) else [said(asked.language, "Nobody who speaks this language has reviewed these texts yet.")]
    mapped = said(asked.language, "Map: {sources}.", sources="; ".join(asked.atlas.sources))
    return (*unread, *footnotes(areas), *attributions(agencies), mapped)
