"""The public page as an Atom feed: warnings in force, activities, and the events of the period, each dated by its record and never by the clock."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from vigie.exchange.atom import AtomEntry, atom_xml
from vigie.model.languages import EXERCISE, said
from vigie.node import public_words as words

_PAGE = "text/html"


def public_feed(facts: Mapping[str, Any]) -> bytes:
    """The feed of the page's facts (`public_facts`) as UTF-8 XML; the same records, the same ids and times, whatever the clock says."""
    exercise, language = bool(facts["exercise"]), str(facts["language"])
    asked = [f"language={language}", *(["exercise=true"] if exercise else [])]
    title = f"{facts['party']}: {said(language, words.TITLE)}"
    entries = [_finished(entry, exercise=exercise) for entry in _entries(facts)]
    return atom_xml(
        f"{said(language, EXERCISE)} {title}" if exercise else title,
        _name(facts, "page", language),
        max((entry.updated_us for entry in entries), default=0),
        entries,
        author=str(facts["party"]),
        address=f"/public/feed.atom?{'&'.join(asked)}",
    )


def _finished(entry: AtomEntry, *, exercise: bool) -> AtomEntry:
    path, mark, place = entry.address.partition("#")
    return replace(entry, address=f"{path}?exercise=true{mark}{place}" if exercise else entry.address)


def _name(facts: Mapping[str, Any], *parts: str) -> str:
    world = "exercise" if facts["exercise"] else "real"
    return uuid.uuid5(uuid.NAMESPACE_URL, ":".join(("vigie-public", str(facts["party"]), world, *parts))).urn


def _entries(facts: Mapping[str, Any]) -> Iterator[AtomEntry]:
    language = str(facts["language"])
    for item in facts["warnings"]:
        summary, spoken = str(item["text"].get("what", "")), str(item["text_language"])
        yield _entry(facts, ("warning", item["issuer"], item["id"]), item, item["headline"], summary, spoken, item["path"])
    for item in _activities(facts):
        summary = " ".join([*item.get("turns", ()), item["text"]]).strip()
        yield _entry(facts, ("activity", item["id"]), item, item["title"], summary, str(item["title_language"]), f"/public#activity-{item['ref']}")
    for country in facts["happened"]["countries"]:
        for item in country["listed"]:
            place = ", ".join(part for part in (item["place"], country["name"]) if part)
            summary = f"{item['when']}; {', '.join(item['agencies'])}"
            yield _entry(facts, ("event", item["first"]), item, f"{item['title']}, {place}", summary, language, item["path"])


def _activities(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each activity once: as it goes on, else as it ended."""
    going = [item for group in facts["activities"].values() for item in group]
    known = {item["id"] for item in going}
    return [*going, *(item for item in facts["lately"] if item["id"] not in known)]


def _entry(facts: Mapping[str, Any], name: tuple[str, ...], item: Mapping[str, Any], title: str, summary: str, language: str, path: str) -> AtomEntry:
    return AtomEntry(
        id=_name(facts, *name),
        title=title,
        updated_us=int(item["updated_us"]),
        address=path,
        status="Exercise" if facts["exercise"] else "Actual",
        summary=summary,
        language=language,
        media_type=_PAGE,
    )
