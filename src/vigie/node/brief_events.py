"""What a brief says of events: how many of which kind and where, against the period before; the most severe; who speaks and who is silent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.languages import day_text, number_text, said, said_n, to_say
from vigie.model.times import DAY_US, NEVER_US
from vigie.node.answers import agencies_of, worst_first
from vigie.node.brief_shape import Asked, Cited, Row, Section, Sentence
from vigie.node.facts import area_name, kind_title
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.picture import silences
from vigie.store import held_reports

MOST_ROWS = 8
MOST_SEVERE = 5
MOST_AGENCIES = 6
MOST_NAMES = 3
"""How many names a sentence lists before it says how many more there are."""

_KIND_HEADS = (to_say("Kind"), to_say("Area"), to_say("Events"), to_say("Before"), to_say("Change"))
_HOUR_US = DAY_US // 24
_HOURS_SHOWN_BELOW = 48


def events_between(asked: Asked, since_us: int, until_us: int) -> NDArray[np.int64]:
    """The numbers of the subject's events that began in [since_us, until_us), in the world's order."""
    world, subject = asked.world, asked.subject
    keep = (world.events.begin_us >= since_us) & (world.events.begin_us < until_us)
    if subject.areas:
        keep &= np.isin(world.country.astype(str), list(subject.areas)) | np.isin(world.unit.astype(str), list(subject.areas))
    if subject.fields:
        keep &= np.isin(np.array(world.events.field, str), list(subject.fields))
    return np.flatnonzero(keep)


def counted_sentence(asked: Asked, now: NDArray[np.int64], before: NDArray[np.int64]) -> Sentence:
    """How many events began in the period, and how many in the one before."""
    days = max(round((asked.now_us - asked.since_us) / DAY_US), 1)
    if not len(now) and not len(before):
        text = said(asked.language, "No agency reported an event. That is no sign that nothing happened.")
        return Sentence(text, (asked.question(),))
    first = said_n(asked.language, "{n} event began in the period", "{n} events began in the period", len(now))
    length = said_n(asked.language, "{n} day", "{n} days", days)
    then = said_n(asked.language, "{n} in the {length} before", "{n} in the {length} before", len(before), length=length)
    return Sentence(f"{first}; {then}.", (*asked.events(now), *asked.events(before)) or (asked.question(),))


def kinds_section(asked: Asked, now: NDArray[np.int64], before: NDArray[np.int64], most: int = MOST_ROWS) -> Section:
    """The table of events by kind and area (the units of a country, else countries), the most frequent first, with the change against the period before."""
    groups = {key: (rows, _groups(asked, before).get(key, [])) for key, rows in _groups(asked, now).items()}
    groups |= {key: ([], rows) for key, rows in _groups(asked, before).items() if key not in groups}
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1][0]), -len(item[1][1]), item[0]))
    head = tuple(said(asked.language, text) for text in _KIND_HEADS)
    rows = tuple(_kind_row(asked, *item) for item in ordered[:most])
    left = ordered[most:]
    rest = said_n(asked.language, "{n} more row is not shown.", "{n} more rows are not shown.", len(left))
    cited = asked.events(number for _, parts in left for part in parts for number in part)
    return Section("kinds", said(asked.language, "Events by kind and area"), (Sentence(rest, cited),) if left else (), head, rows)


def _groups(asked: Asked, numbers: NDArray[np.int64]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    world = asked.world
    for number in map(int, numbers):
        title = said(asked.language, kind_title(world.events.field[number], world.events.kind[number]))
        found[title, _area(asked, number)].append(number)
    return dict(found)


def _area(asked: Asked, number: int, *, finely: bool = False) -> str:
    """The area of an event: in a brief on a country its unit, else its country; `finely` both."""
    unit, country = str(asked.world.unit[number]), str(asked.world.country[number])
    is_inside = bool(asked.subject.country)
    codes = [unit if is_inside or finely else "", country if not (is_inside and unit) else ""]
    names = [area_name(asked.atlas, code, asked.language) for code in codes if code]
    return ", ".join(name for name in names if name) or said(asked.language, "at sea, abroad or without a place")


def _kind_row(asked: Asked, key: tuple[str, str], parts: tuple[list[int], list[int]]) -> Row:
    now, before = (len(part) for part in parts)
    change = ("+" if now > before else "−" if now < before else "±") + number_text(asked.language, abs(now - before))
    cells = (*key, number_text(asked.language, now), number_text(asked.language, before), change)
    return Row(cells, asked.events([*parts[0], *parts[1]]))


def most_severe(asked: Asked, now: NDArray[np.int64], most: int = MOST_SEVERE) -> NDArray[np.int64]:
    """The numbers of the most severe events of the period, worst first."""
    return worst_first(asked.world, now[asked.world.events.severity[now] > 0])[:most]


def report_names(node: Node, asked: Asked, numbers: NDArray[np.int64]) -> dict[int, tuple[str, ...]]:
    """The reports of each of these events, as `AGENCY/REF`; one that has no reference bears its record's id."""
    catalogue, events = asked.world.catalogue, asked.world.events
    event_of = {int(catalogue.row[row]): int(number) for number in numbers for row in events.members[number]}
    names: dict[int, list[str]] = {int(number): [] for number in numbers}
    for held in held_reports(node.store, node.audience(asked.world.party, asked.now_us), event_of):
        ref = held.report.agency_ref
        names[event_of[held.row]].append(f"{held.report.agency}/{ref}" if ref else held.record_id)
    return {number: tuple(sorted(found)) for number, found in names.items()}


def severe_section(asked: Asked, severe: NDArray[np.int64], names: Mapping[int, tuple[str, ...]]) -> Section:
    """The most severe events, one sentence each, with the reports that they rest on; nothing where there was no event."""
    title = said(asked.language, "Most severe events")
    sentences = [Sentence(_event_text(asked, int(number)), _event_records(asked, int(number), names)) for number in severe]
    return Section("severe", title, tuple(sentences))


def _event_records(asked: Asked, number: int, names: Mapping[int, tuple[str, ...]]) -> tuple[Cited, ...]:
    event = asked.events([number])
    return (*event, *(Cited(name, event[0].path) for name in names[number]))


def _event_text(asked: Asked, number: int) -> str:
    events = asked.world.events
    title = said(asked.language, kind_title(events.field[number], events.kind[number]))
    day = day_text(asked.language, int(events.begin_us[number]), "medium")
    seen = said(asked.language, "reported by {names}", names=listed(asked.language, agencies_of(asked.world, number)))
    return f"{title}{_size(asked, number)}, {_area(asked, number, finely=True)}, {day}; {seen}."


def _size(asked: Asked, number: int) -> str:
    """The magnitude on its scale, or what was counted where the field's pack says what that is."""
    value, scale, field = float(asked.world.events.magnitude[number]), asked.world.events.scale[number], asked.world.events.field[number]
    if not np.isfinite(value) or not scale:
        return ""
    shown = number_text(asked.language, value, 0 if value.is_integer() else 1)
    counted = packs()[field].units.get(scale, "") if field in packs() else ""
    return f" ({said(asked.language, counted)}: {shown})" if counted else f" {scale} {shown}"


def listed(language: str, names: list[str], most: int = MOST_NAMES) -> str:
    """Names with commas; of a long list the first, and how many more there are."""
    shown = ", ".join(names[:most])
    left = len(names) - most
    return said_n(language, "{names} and {n} more", "{names} and {n} more", left, names=shown) if left > 0 else shown


def agencies_section(asked: Asked, rows: NDArray[np.int64], most: int = MOST_AGENCIES) -> Section:
    """Who speaks of the subject in these rows of the catalogue, when each said its last word, and who has fallen silent."""
    part = asked.world.catalogue.take(rows)
    said_us = np.where(part.issued_us == NEVER_US, part.end_us, part.issued_us)
    found = [item for item in silences(part, asked.now_us) if np.any(said_us[part.agency.is_in([item.agency])] < asked.now_us)]
    silent = [item for item in found if item.is_silent]
    last: dict[str, int] = {}
    for item in found:
        last[item.agency] = max(last.get(item.agency, NEVER_US), min(item.last_us, asked.now_us))
    texts = [_last_words(asked, last, most)] if last else [said(asked.language, "No agency has ever spoken of this. Silence is never taken for peace.")]
    cited = [_agency_records(asked, rows, set(last))]
    if silent:
        names = [f"{item.agency} ({_age(asked.language, asked.now_us - item.last_us)})" for item in silent]
        silence = said(
            asked.language, "Silent for longer than is usual for them: {names}. Silence is never taken for peace.", names=listed(asked.language, names)
        )
        texts.append(silence)
        cited.append(_agency_records(asked, rows, {item.agency for item in silent}))
    sentences = tuple(Sentence(text, records or (asked.question(),)) for text, records in zip(texts, cited, strict=True))
    return Section("sources", said(asked.language, "Sources"), sentences)


def subject_rows(asked: Asked) -> NDArray[np.int64]:
    """The catalogue's rows of all events of the subject that began before now."""
    numbers = events_between(asked, int(np.iinfo(np.int64).min), asked.now_us)
    members = [asked.world.events.members[number] for number in numbers]
    return np.sort(np.concatenate(members)) if members else np.zeros(0, np.int64)


def _last_words(asked: Asked, last: Mapping[str, int], most: int) -> str:
    ordered = sorted(last.items(), key=lambda item: (-item[1], item[0]))
    names = [f"{name} ({_age(asked.language, asked.now_us - last_us)})" for name, last_us in ordered]
    return said(asked.language, "Last word of each agency on this subject, age in brackets: {names}.", names=listed(asked.language, names, most))


def _age(language: str, age_us: int) -> str:
    hours = max(age_us // _HOUR_US, 0)
    if not hours:
        return said(language, "less than an hour")
    if hours < _HOURS_SHOWN_BELOW:
        return said_n(language, "{n} hour", "{n} hours", int(hours))
    return said_n(language, "{n} day", "{n} days", int(hours // 24))


def _agency_records(asked: Asked, rows: NDArray[np.int64], agencies: set[str]) -> tuple[Cited, ...]:
    """The event of each agency's last report."""
    catalogue = asked.world.catalogue
    said_us = np.where(catalogue.issued_us == NEVER_US, catalogue.end_us, catalogue.issued_us)[rows]
    found = []
    for agency in sorted(agencies):
        own = catalogue.agency.take(rows).is_in([agency])
        latest = rows[own][np.argmax(np.where(said_us[own] < asked.now_us, said_us[own], NEVER_US))]
        found.append(int(asked.world.event_of[latest]))
    return asked.events(dict.fromkeys(found))


def event_digests(asked: Asked, numbers: NDArray[np.int64], names: Mapping[int, tuple[str, ...]]) -> dict[str, Json]:
    """What a later brief compares an event with: the digest of what is known of it, and its reports, by its id."""
    events = asked.world.events
    found: dict[str, Json] = {}
    for number in map(int, numbers):
        place: list[Json] = [round(float(value), 2) if np.isfinite(value) else None for value in (events.lon[number], events.lat[number])]
        size = float(events.magnitude[number])
        facts: list[Json] = [events.kind[number], int(events.begin_us[number]) // 1000, place, round(size, 2) if np.isfinite(size) else None]
        members = list[Json](names[number])
        found[events.id[number]] = {"digest": digest(canonical_bytes([*facts, members]))[:16], "members": members}
    return found
