"""What the faces that answer questions ask of a node: worlds that are kept until they change, and one event or one page of them as JSON."""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.event import DECIDED, Link, Links
from vigie.model.label import PUBLIC, label_from_json, parts_of
from vigie.model.report import facts
from vigie.model.times import DAY_US, format_day, format_time
from vigie.node.facts import area_name, event_facts, kind_title, link_facts, reports_of_event
from vigie.node.indexes import index_of
from vigie.node.kept import content_of, kept_world
from vigie.node.packs import packs
from vigie.node.pictures import Choice
from vigie.node.settings import Node
from vigie.node.worlds import World
from vigie.picture import timeline
from vigie.picture.sums import by_agency, counted
from vigie.store import Held, change_count, find_reports, held_reports, list_files

MAX_PERIODS = 5_000
"""The most days, weeks, months or years that one timeline may have."""

_AUTO_PERIODS = (("day", 62), ("week", 430), ("month", 12 * 366))
"""The finest period of a timeline, while it spans at most so many days; else years."""

_PERIOD_DAYS = {"day": 1, "week": 7, "month": 28, "year": 365}
_STRONG_NATS, _SLIGHT_NATS, _UNSAID_NATS = 3.0, 1.0, 0.005
"""3 nats are odds of 20 to 1, 1 nat is 2.7 to 1; less than the last is not worth a word."""

_EVIDENCE_WORDS = {"density": "how crowded it is there"}
"""What evidence is called where its name would not be understood."""


@dataclass(slots=True)
class KeptWorlds:
    """The real and the exercise world of one audience, each computed once and again when the store, the day or an embargo moves on."""

    node: Node
    atlas: Atlas
    now: Callable[[], int]
    party: str = PUBLIC
    _kept: dict[bool, tuple[tuple[int, int], str, World]] = field(default_factory=dict)
    _embargoes: tuple[int, frozenset[int]] = (-1, frozenset())
    _lock: Lock = field(default_factory=Lock)

    def world(self, *, exercise: bool) -> World:
        """The world as it is now. One thread computes it; the others wait for it."""
        with self._lock:
            now_us = self.now()
            mark = self._mark(now_us)
            known = self._kept.get(exercise)
            if known is None or known[0] != mark:
                self._kept[exercise] = self._looked_at(known, mark, now_us, exercise=exercise)
            return self._kept[exercise][2]

    def _looked_at(
        self, known: tuple[tuple[int, int], str, World] | None, mark: tuple[int, int], now_us: int, *, exercise: bool
    ) -> tuple[tuple[int, int], str, World]:
        """The world after something has changed: the one that is known, if nothing of what the audience may read has."""
        audience = self.node.audience(self.party, now_us)
        content = content_of(self.node, audience, self.atlas, exercise=exercise)
        if known is not None and known[1] == content.key:
            return mark, content.key, known[2]
        return mark, content.key, kept_world(self.node, audience, self.atlas, exercise=exercise, content=content)

    def _mark(self, now_us: int) -> tuple[int, int]:
        """What must move before a world is computed again: the count of changes, and the last instant at which time alone may have opened a record."""
        changes = change_count(self.node.store)
        if self._embargoes[0] != changes:
            self._embargoes = (changes, embargo_ends(self.node))
        return changes, max(now_us // DAY_US * DAY_US, *(end for end in self._embargoes[1] if end <= now_us), 0)

    def held(self, world: World, members: Iterable[int]) -> list[Held]:
        """The reports of these rows of the world's catalogue, best kept in the order asked."""
        rows = [int(world.catalogue.row[row]) for row in members]
        return held_reports(self.node.store, self.node.audience(self.party, self.now()), rows)


def embargo_ends(node: Node) -> frozenset[int]:
    """The instants at which an embargo ends, of all labels under which files were taken in."""
    texts = {entry.label for entry in list_files(node.store)}
    ends = {part.embargo_us for text in texts for part in parts_of(label_from_json(json.loads(text), node.directory))}
    return frozenset(end for end in ends if end is not None)


def event_number(world: World, event_id: str) -> int | None:
    """The number of the event with this id, or None."""
    return world.events.id.index(event_id) if event_id in world.events.id else None


def events_of_report(kept: KeptWorlds, world: World, name: str) -> list[int]:
    """The numbers of the events that hold a report of this name: `AGENCY/REF`, REF alone, or the report's id in our answers.

    The record's own id is no name here: it counts versions, and would tell of a version that the reader may not see.
    """
    catalogue = world.catalogue
    audience = kept.node.audience(kept.party, kept.now())
    found = {held.row for held in find_reports(kept.node.store, audience, name) if held.record_id != name.lower()}
    rows = np.flatnonzero(np.isin(catalogue.row, list(found))) if found else row_of_id(world, name)
    return sorted({int(world.event_of[row]) for row in rows})


def row_of_id(world: World, name: str) -> NDArray[np.int64]:
    """The row of the report with this id, as an array of none or one."""
    try:
        high, low = np.uint64(int(name[:16], 16)), np.uint64(int(name[16:], 16))
    except (ValueError, OverflowError):
        return np.zeros(0, np.int64)
    witness = world.catalogue.witness
    return np.flatnonzero((witness[:, 0] == high) & (witness[:, 1] == low) & (report_name(high, low) == name.lower()))


def report_name(high: np.uint64, low: np.uint64) -> str:
    """The id of a report in our answers: the first 128 bits of its testimony's name, 32 hexadecimal digits."""
    return f"{int(high):016x}{int(low):016x}"


def event_answer(kept: KeptWorlds, world: World, number: int, language: str = "en") -> dict[str, Json]:
    """All that is shown of one event: its facts, who said what, and why the reports are held to be one event."""
    members = world.events.members[number]
    held = {held.row: report_answer(world, row, held) for row, held in _matched(world, members, kept.held(world, members))}
    links, doubtful, parts = (links_of(world, found, members) for found in (world.links, world.doubtful, world.parts))
    shown = event_facts(world, number, kept.atlas, language)
    return shown | {
        "when": when_text(int(world.events.begin_us[number]), int(world.events.end_us[number])),
        "chosen": {name: _name_at(world, rows[number]) for name, rows in world.events.chosen.items() if rows[number] >= 0},
        "members": reports_of_event(world, number, held),
        "links": [*links],
        "doubtful": [*doubtful],
        "parts": [*parts],
    }


def _matched(world: World, members: Sequence[int] | NDArray[np.int64], held: Sequence[Held]) -> list[tuple[int, Held]]:
    at = {int(world.catalogue.row[row]): int(row) for row in members}
    return [(at[report.row], report) for report in held]


def _name_at(world: World, row: int) -> str:
    return report_name(*world.catalogue.witness[row])


def report_answer(world: World, row: int, held: Held) -> dict[str, Json]:
    """All that the agency said, under which release, and in which event it is."""
    label: dict[str, Json] = {"tlp": held.label.tlp, "policy": held.label.policy, "level": held.label.level}
    named: dict[str, Json] = {"id": _name_at(world, row), "event": world.events.id[int(world.event_of[row])], "label": label}
    said = facts(held.report)
    times: dict[str, Json] = {"when": when_text(held.report.begin_us, held.report.end_us), "title": kind_title(held.report.field, held.report.kind)}
    return named | times | said


def report_answers(kept: KeptWorlds, world: World, rows: Sequence[int]) -> list[Json]:
    """The reports of these rows of the catalogue, in this order."""
    return [report_answer(world, row, held) for row, held in _matched(world, rows, kept.held(world, rows))]


def links_of(world: World, links: Links, members: NDArray[np.int64]) -> list[Json]:
    """The links that touch these rows, each with both reports' ids, its reasons in nats and in words, and whether an analyst decided it."""
    found = links.take(np.flatnonzero(np.isin(links.first, members) | np.isin(links.second, members)))
    return [link_answer(world, link) | {"decided": link.bond == DECIDED} for link in found]


def link_answer(world: World, link: Link) -> dict[str, Json]:
    """A link with both reports' ids and its reasons in nats and in words."""
    ends: list[Json] = [_name_at(world, link.first), _name_at(world, link.second)]
    said: list[Json] = [
        f"{_EVIDENCE_WORDS.get(name, name)} {words_of(nats)} ({nats:+.1f} nats)" for name, nats in link.reasons.items() if abs(nats) >= _UNSAID_NATS
    ]
    return link_facts(world, link) | {"between": ends, "words": said}


def words_of(nats: float) -> str:
    """How strongly a piece of evidence speaks, in words.

    >>> words_of(4.2), words_of(0.0)
    ('speaks strongly for one event', 'says little')
    """
    if abs(nats) < _SLIGHT_NATS:
        return "says little"
    strength = " strongly" if abs(nats) >= _STRONG_NATS else ""
    return f"speaks{strength} {'for' if nats > 0 else 'against'} one event"


def when_text(begin_us: int, end_us: int) -> str:
    """An interval as people write it: whole days without a false hour, an instant to the second.

    >>> when_text(0, DAY_US), when_text(0, 2 * DAY_US), when_text(60_000_000, 60_000_000)
    ('1970-01-01', '1970-01-01 to 1970-01-02', '1970-01-01 00:01:00 UTC')
    """
    if begin_us % DAY_US == 0 and end_us % DAY_US == 0 and end_us > begin_us:
        first, last = format_day(begin_us), format_day(end_us - DAY_US)
        return first if first == last else f"{first} to {last}"
    first, last = (format_time(time_us).replace("T", " ").removesuffix("Z").partition(".")[0] for time_us in (begin_us, end_us))
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"


def page_of(world: World, rows: NDArray[np.int64], after: str, limit: int) -> tuple[NDArray[np.int64], str]:
    """At most `limit` of the events `rows`, newest first, that come after the key; and the key of the next page, or nothing."""
    keys = _Keys(world.events.begin_us, world.events.id.__getitem__)
    return keys.cut(rows, after, limit)


def page_of_reports(world: World, rows: NDArray[np.int64], after: str, limit: int) -> tuple[NDArray[np.int64], str]:
    """As `page_of`, for rows of the catalogue, which come in the order of `report_order`."""
    order = report_order(world)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    keys = _Keys(world.catalogue.begin_us[order], lambda number: _name_at(world, int(order[number])))
    shown, following = keys.cut(np.sort(place[rows]), after, limit)
    return order[shown], following


def report_order(world: World) -> NDArray[np.int64]:
    """The rows of the catalogue by begin, then by the report's id."""
    witness = world.catalogue.witness
    return np.lexsort((witness[:, 1], witness[:, 0], world.catalogue.begin_us))


@dataclass(frozen=True, slots=True)
class _Keys:
    """What a list is paged by: times (n,) in rising order, and the name of each, rising where times are equal."""

    begin_us: NDArray[np.int64]
    name: Callable[[int], str]

    def cut(self, rows: NDArray[np.int64], after: str, limit: int) -> tuple[NDArray[np.int64], str]:
        """The page of rising `rows` that comes after the key, from the last to the first, and the key of its last row if any follow."""
        left = rows if not after else rows[rows < self._place(*_read_key(after))]
        shown = left[::-1][:limit]
        return shown, _write_key(int(self.begin_us[shown[-1]]), self.name(int(shown[-1]))) if len(left) > limit else ""

    def _place(self, begin_us: int, name: str) -> int:
        first, last = (int(np.searchsorted(self.begin_us, begin_us, side)) for side in ("left", "right"))
        return bisect_left(range(last), name, lo=first, key=self.name)


def _write_key(begin_us: int, name: str) -> str:
    return base64.urlsafe_b64encode(f"{begin_us} {name}".encode()).decode().rstrip("=")


def _read_key(text: str) -> tuple[int, str]:
    try:
        begin, _, name = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode().partition(" ")
        return int(np.int64(int(begin))), name
    except (binascii.Error, ValueError, OverflowError) as fault:
        raise BadSetting("There is no such page", field="after", got=text, expected="what an answer's next link says") from fault


def chosen_reports(world: World, choice: Choice) -> NDArray[np.int64]:
    """The rows of the catalogue that meet the choice's field, agency, times and box; its other conditions are of events."""
    catalogue = world.catalogue
    keep = np.ones(len(catalogue), bool)
    for column, wanted in ((catalogue.field, choice.field), (catalogue.agency, choice.agency)):
        keep &= column.is_in([wanted]) if wanted else True
    keep &= np.maximum(catalogue.end_us, catalogue.begin_us + 1) > choice.since_us if choice.since_us is not None else True
    keep &= catalogue.begin_us < choice.until_us if choice.until_us is not None else True
    if choice.box:
        west, south, east, north = choice.box
        after, before = catalogue.lon >= west, catalogue.lon <= east
        keep &= (after & before if west <= east else after | before) & (catalogue.lat >= south) & (catalogue.lat <= north)
    return np.flatnonzero(keep)


def fitting_period(world: World, rows: NDArray[np.int64]) -> str:
    """The period of a timeline that shows these events in a few hundred bars at most."""
    days = _span_days(world, rows)
    return next((period for period, most in _AUTO_PERIODS if days <= most), "year")


def check_period(world: World, rows: NDArray[np.int64], period: str) -> None:
    """Raises `BadSetting` where a timeline of these events would have more than `MAX_PERIODS` periods."""
    days = _span_days(world, rows)
    if days / _PERIOD_DAYS[period] > MAX_PERIODS:
        got, todo = f"{days:.0f} days by {period}", "choose a longer period, or name since and until"
        raise BadSetting("The timeline would be too long", field="period", got=got, expected=f"at most {MAX_PERIODS} periods", todo=todo)


def _span_days(world: World, rows: NDArray[np.int64]) -> float:
    begin_us = world.events.begin_us[rows]
    return (int(begin_us.max()) - int(begin_us.min())) / DAY_US if len(rows) else 0.0


def sums(world: World, rows: NDArray[np.int64], atlas: Atlas, language: str = "en") -> dict[str, dict[str, int]]:
    """How many of these events by field, by country and by agency (an event counts once for each agency that saw it), and over time."""
    index = index_of(world)
    countries = [area_name(atlas, code, language) or "no country" for code in index.country.names]
    return {
        "field": counted(index.field.counts(rows), index.field.names),
        "country": counted(index.country.counts(rows), countries),
        "agency": counted(by_agency(index, rows), index.agencies),
        "time": timeline(world.events.begin_us[rows], fitting_period(world, rows)),
    }


def agencies_of(world: World, number: int) -> list[str]:
    """The agencies that saw an event, in alphabetical order."""
    return sorted({world.catalogue.agency.text(row) for row in world.events.members[number]})


def worst_first(world: World, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """These events, the most severe first; then by number of agencies, then the newer."""
    events = world.events
    return rows[np.lexsort((rows, -events.begin_us[rows], -events.agencies[rows], -events.severity[rows]))]


def vocabulary() -> dict[str, Json]:
    """The fields and kinds that this node knows, with their titles."""
    return {
        "fields": [{"name": name, "title": found.title} for name, found in packs().items()],
        "kinds": [
            {"name": kind.name, "title": kind.title, "field": name, "severity": kind.severity, "broader": kind.broader or None}
            for name, found in packs().items()
            for kind in sorted(found.terms.kinds.values(), key=lambda kind: kind.name)
            if kind.field == name
        ],
    }
