"""A brief as a value: sentences and rows, each with the records that it rests on, and what the page prints around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from vigie.model.atlas import Atlas, area_by_code
from vigie.model.canonical import Json
from vigie.model.label import Label
from vigie.model.languages import said
from vigie.model.rule import Problem
from vigie.model.times import format_time
from vigie.node.worlds import World


@dataclass(frozen=True, slots=True)
class Cited:
    """A record that a sentence rests on, or, where nothing was found, the question that was asked: its name and its address on the node."""

    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and its records; `language` is that of somebody else's own words, where they are not in the brief's. A headline stands out."""

    text: str
    records: tuple[Cited, ...]
    language: str = ""
    is_headline: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and its records."""

    cells: tuple[str, ...]
    records: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: sentences, and a table where `head` names its columns."""

    name: str
    title: str
    sentences: tuple[Sentence, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a brief is about. No areas = the whole world, no fields = all; `key` names it in every language."""

    key: str
    name: str
    country: str = ""
    areas: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFacts:
    """All that a brief says, in its language.

    `legend` are the colours of the map with the fields that they stand for; `shown` is what the next brief is compared with:
    the digest of each record, and of events their reports, by key.
    """

    title: str
    subject: Subject
    language: str
    party: str
    exercise: bool
    since_us: int
    now_us: int
    marking: str
    label: Label
    lead: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    map_svg: str
    map_words: str
    legend: tuple[tuple[str, str], ...]
    words: Mapping[str, str]
    notes: tuple[str, ...]
    shown: Mapping[str, Json] = field(default_factory=dict)

    def section(self, name: str) -> Section:
        """The section of that name. Raises `KeyError` where there is none."""
        return {section.name: section for section in self.sections}[name]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence of the brief, in reading order."""
        return (*self.lead, *(sentence for section in self.sections for sentence in section.sentences))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the parts of a brief are made from: the world, the atlas, the subject, the period [`since_us`, `now_us`) and the language.

    `heard` says when signals were first heard, by id, as far as the reader may know.
    """

    world: World
    atlas: Atlas
    subject: Subject
    since_us: int
    now_us: int
    language: str
    heard: Mapping[str, int] = field(default_factory=dict)
    yardstick: str = "ICD203"

    @property
    def before_us(self) -> int:
        """The begin of the period of the same length before this one."""
        return 2 * self.since_us - self.now_us

    def page(self, path: str) -> str:
        """The address of a page of this world."""
        return path + (("&" if "?" in path else "?") + "exercise=true" if self.world.exercise else "")

    def question(self) -> Cited:
        """The question to the events that the brief asks."""
        asked = [f"country={self.subject.country}"] if self.subject.country else []
        asked += [f"since={format_time(self.since_us)}", f"until={format_time(self.now_us)}"]
        return Cited(said(self.language, "asked: events of the period"), self.page(f"/api/events?{'&'.join(asked)}"))

    def events(self, numbers: Iterable[int]) -> tuple[Cited, ...]:
        """The events with these numbers."""
        names = [self.world.events.id[int(number)] for number in numbers]
        return tuple(Cited(name, self.page(f"/events/{name}")) for name in names)

    def warning(self, name: str) -> Cited:
        """A warning by its name, which another party may have chosen."""
        return Cited(name, self.page(f"/warnings/{quote(name, safe='')}"))

    def concerns(self, areas: Iterable[str]) -> bool:
        """Whether something that names these areas concerns the subject; what names none concerns all."""
        named = set(areas)
        return not self.subject.areas or not named or bool(self._around(named) & self.subject.areas) or bool(named & self._around(self.subject.areas))

    def _around(self, codes: Iterable[str]) -> set[str]:
        found = [area_by_code(self.atlas, code) for code in codes]
        return {*codes, *(area.country for area in found if area)}


def ended(text: str) -> str:
    """The text with a full stop, unless it has an end: a date may bring its own.

    >>> ended("Done"), ended("22. 11. 2026.")
    ('Done.', '22. 11. 2026.')
    """
    return text if text.endswith((".", "…", "?", "!")) else f"{text}."


def brief_json(facts: BriefFacts) -> dict[str, Json]:
    """The brief for programs: every sentence and row with the names and addresses of its records."""
    return {
        "title": facts.title,
        "subject": facts.subject.key,
        "language": facts.language,
        "audience": facts.party,
        "exercise": facts.exercise,
        "since": format_time(facts.since_us),
        "until": format_time(facts.now_us),
        "marking": facts.marking,
        "lead": [_sentence(sentence) for sentence in facts.lead],
        "sections": [_section(section) for section in facts.sections],
        "notes": list[Json](facts.notes),
    }


def _section(section: Section) -> dict[str, Json]:
    rows: list[Json] = [{"cells": list[Json](row.cells), "records": _records(row.records)} for row in section.rows]
    return {
        "name": section.name,
        "title": section.title,
        "sentences": [_sentence(sentence) for sentence in section.sentences],
        "head": list[Json](section.head),
        "rows": rows,
    }


def _sentence(sentence: Sentence) -> dict[str, Json]:
    own: dict[str, Json] = {"language": sentence.language} if sentence.language else {}
    return {"text": sentence.text, "records": _records(sentence.records), **own}


def _records(records: tuple[Cited, ...]) -> list[Json]:
    return [{"name": record.name, "path": record.path} for record in records]
