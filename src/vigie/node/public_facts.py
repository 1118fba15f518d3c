"""The public page as JSON: what everybody may see of events, warnings, activities and results, and what is not known.

It is a function of what PUBLIC may read, the atlas and the time. It serves confidence, so that it names its own gaps; what is hidden is not counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.activities.checks import contacts
from vigie.activities.record import Known, day_of, known, standing
from vigie.model.atlas import Atlas, units_of
from vigie.model.entry import Log
from vigie.model.languages import is_language_reviewed, said, said_n
from vigie.model.times import DAY_US, NEVER_US
from vigie.node import public_words as words
from vigie.node.answers import when_text, worst_first
from vigie.node.facts import area_name, attributions, event_facts
from vigie.node.packs import packs
from vigie.node.pictures import Choice, chosen_events
from vigie.node.public_activities import activity_lines, going_now, lately_lines, more_lines
from vigie.node.review_facts import doubts_among
from vigie.node.settings import Node
from vigie.node.warning_facts import Shown, content_facts, live_first, notes_of
from vigie.node.worlds import World
from vigie.picture import Silence, silences
from vigie.warn.chain import Chain

PUBLIC_DAYS = 30
LATELY_DAYS = 90
"""How far back the page looks for events, and for what was agreed or ended."""

MOST_OF_A_COUNTRY = 6
MOST_SILENT = 12
MOST_AGENCIES = 60
"""How many events of a country, silent agencies and agencies are named one by one."""


@dataclass(frozen=True)
class Seen:
    """All that the page is made from: what PUBLIC may read, at an instant, in a language."""

    node: Node
    atlas: Atlas
    world: World
    log: Log
    chains: Sequence[Chain]
    now_us: int
    language: str
    activities: tuple[Known, ...]

    @cached_property
    def shown(self) -> Shown:
        """For whom facts are written."""
        own = self.node.settings
        return Shown(self.atlas, self.language, own.yardstick, self.log, own.party)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of the events of the period."""
        return public_rows(self.world, self.now_us)

    @cached_property
    def live(self) -> list[Chain]:
        """The warnings in force, the most severe first; tests of the channel are none."""
        return [chain for chain in live_first(self.chains) if chain.status == "live" and not chain.head.content.test]

    def say(self, text: str, **values: object) -> str:
        """A text in the reader's language."""
        return said(self.language, text, **values)

    def count(self, forms: tuple[str, str], number: int, **values: object) -> str:
        """A text in the plural form that a number asks for."""
        return said_n(self.language, *forms, number, **values)

    def day(self, time_us: int) -> str:
        """The day of an instant as the reader's language writes it."""
        found: Any = self.shown.moment(time_us)
        return str(found["day"])

    def names(self, codes: Sequence[str]) -> str:
        """The names of areas, in the order of the alphabet."""
        return ", ".join(sorted(area_name(self.atlas, code, self.language) or code for code in codes))


def public_rows(world: World, now_us: int) -> NDArray[np.int64]:
    """The numbers of the events that went on in the last `PUBLIC_DAYS` days, the most severe first."""
    return worst_first(world, chosen_events(world, Choice(since_us=now_us - PUBLIC_DAYS * DAY_US, until_us=now_us + 1)))


def public_facts(  # noqa: PLR0913, PLR0917 - all that PUBLIC sees
    node: Node, atlas: Atlas, world: World, log: Log, chains: Sequence[Chain], now_us: int, language: str, found: tuple[Known, ...] | None = None
) -> dict[str, Any]:
    """The page's facts in one language. `world`, `log`, `chains` and the activities `found` must be those of PUBLIC."""
    seen = Seen(node, atlas, world, log, chains, now_us, language, known(log) if found is None else found)
    unknown, warnings, countries = unknown_lines(seen), [warning_line(seen, chain) for chain in seen.live], country_lines(seen)
    going = going_now(seen.activities, now_us)
    lately = lately_lines(seen.shown, seen.activities, LATELY_DAYS)
    facts: dict[str, Any] = {
        "party": node.settings.party,
        "audience": world.party,
        "exercise": world.exercise,
        "language": language,
        "as_of": seen.shown.moment(now_us // 60_000_000 * 60_000_000),
        "days": PUBLIC_DAYS,
        "lately_days": LATELY_DAYS,
        "short": _short(seen, sum(map(len, going.values())), len(lately), len(unknown)),
        "warnings": warnings,
        "happened": {"events": len(seen.rows), "countries": countries, "not_mapped": _not_mapped(seen)},
        "activities": activity_lines(seen.shown, going, seen.chains, world),
        "more_activities": more_lines(seen.shown, going),
        "lately": lately,
        "unknown": unknown,
        "sources": source_facts(seen),
    }
    return facts | {"notes": _notes(seen, facts)}


def _short(seen: Seen, going: int, lately: int, gaps: int) -> list[str]:
    """The sentences of the first part, each with its figure."""
    begin_us, lands = seen.now_us - PUBLIC_DAYS * DAY_US, {str(code) for code in seen.world.country[seen.rows] if code}
    lone = int((seen.world.events.agencies[seen.rows] <= 1).sum())
    events = seen.count(words.EVENTS, len(seen.rows), begin=seen.day(begin_us), end=seen.day(seen.now_us))
    return [
        seen.say(words.WORDS["no_event"])
        if not len(seen.rows)
        else events + (" " + seen.count(words.COUNTRIES, len(lands)) if lands else "") + (" " + seen.count(words.LONE, lone) if lone else ""),
        seen.count(words.IN_FORCE, len(seen.live)) if seen.live else seen.say(words.WORDS["no_warning"]),
        seen.count(words.ACTIVITIES, going) if going else seen.say(words.WORDS["no_activity"]),
        seen.count(words.LATELY, lately, days=LATELY_DAYS) if lately else seen.say(words.WORDS["no_lately"], days=LATELY_DAYS),
        seen.count(words.GAPS, gaps),
    ]


def warning_line(seen: Seen, chain: Chain) -> dict[str, Any]:
    """A warning in force."""
    facts: dict[str, Any] = content_facts(chain.head.content, seen.shown)
    kept = (
        *("headline", "text", "text_language", "is_own_language", "reviewed", "field", "field_title", "severity", "severity_words", "stage_words"),
        *("likelihood", "confidence_words", "areas", "expires", "urgency_words"),
    )
    return {name: facts[name] for name in kept} | {
        "id": chain.warning,
        "issuer": chain.owner,
        "issued": seen.shown.moment(chain.first.said_us),
        "said": seen.shown.moment(chain.head.said_us),
        "updated_us": chain.head.said_us,
        "path": f"/warnings/{chain.warning}",
    }


def country_lines(seen: Seen) -> list[dict[str, Any]]:
    """The events of the period by country, that with the most first; of each the most severe, and how many more there are."""
    of = seen.world.country[seen.rows]
    codes = sorted(set(map(str, of)), key=lambda code: (code == "", -int((of == code).sum()), code))
    return [_country_line(seen, code, seen.rows[of == code]) for code in codes]


def _country_line(seen: Seen, code: str, rows: NDArray[np.int64]) -> dict[str, Any]:
    more = len(rows) - MOST_OF_A_COUNTRY
    name = area_name(seen.atlas, code, seen.language) if code else seen.say(words.WORDS["elsewhere"])
    return {
        "code": code,
        "name": name,
        "events": len(rows),
        "listed": [event_line(seen, row) for row in _listed(seen, rows)],
        "more": seen.count(words.MORE, more) if more > 0 else "",
        "path": f"/?last={PUBLIC_DAYS}d" + (f"&country={code}" if code else ""),
    }


def _listed(seen: Seen, rows: NDArray[np.int64]) -> list[int]:
    """The most severe of a country's events, with the newest that did no harm among them: a page that serves confidence tells of meetings too."""
    shown = [int(row) for row in rows[:MOST_OF_A_COUNTRY]]
    calm = [int(row) for row in rows if seen.world.events.severity[row] <= 0]
    newest = max(calm, key=lambda row: int(seen.world.events.begin_us[row]), default=None)
    return shown if newest is None or newest in shown else [*shown[:-1], newest]


def event_line(seen: Seen, number: int) -> dict[str, Any]:
    """An event of the list; `updated_us` is when its newest report was issued, `first` names its oldest."""
    world = seen.world
    facts: dict[str, Any] = event_facts(world, number, seen.atlas, seen.language)
    members = world.events.members[number]
    issued = world.catalogue.issued_us[members]
    said_us = np.where(issued == NEVER_US, world.catalogue.begin_us[members], issued)
    oldest = members[np.lexsort((world.catalogue.witness[members, 1], world.catalogue.witness[members, 0], said_us))[0]]
    size = f" {facts['scale']} {facts['magnitude']:g}" if facts["scale"] and facts["magnitude"] is not None else ""
    return {
        "id": facts["id"],
        "title": f"{said(seen.language, str(facts['title']))}{size}",
        "field": facts["field"],
        "place": facts["unit_name"] or "",
        "begin": facts["begin"],
        "when": when_text(int(world.events.begin_us[number]), int(world.events.end_us[number])),
        "day": seen.day(int(world.events.begin_us[number])),
        "severity": facts["severity"],
        "agencies": facts["agencies"],
        "reports": facts["reports"],
        "path": f"/events/{facts['id']}",
        "updated_us": int(said_us.max()),
        "first": "".join(f"{int(half):016x}" for half in world.catalogue.witness[oldest]),
    }


def unknown_lines(seen: Seen) -> list[str]:
    """What is not known, a sentence each."""
    own = [chain.head.content for chain in seen.live]
    facts = [content_facts(content, seen.shown) for content in own]
    unread = sum(bool(item["is_own_language"]) and not item["reviewed"] for item in facts)
    unwritten = sum(not item["is_own_language"] for item in facts)
    doubts, today = doubts_among(seen.world, seen.rows), _today(seen)
    going = [each for each in seen.activities if standing(each, today) in ("running", "planned")]
    running = [each for each in going if standing(each, today) == "running"]
    counts = (
        (words.DOUBTS, doubts),
        (words.PLACELESS, _not_mapped(seen)["placeless"]),
        (words.UNREAD, unread),
        (words.UNWRITTEN, unwritten),
        (words.UNMEASURED, sum(not any(item.actual for result in each.activity.results for item in result.indicators) for each in running)),
        (words.UNAREAED, sum(not (each.activity.areas or each.activity.places or each.activity.countries) for each in going)),
    )
    lines = [*_silent_lines(seen), *_empty_lines(seen), *(seen.count(forms, number) for forms, number in counts if number)]
    lines += [] if is_language_reviewed(seen.language) else [seen.say(words.TONGUE)]
    return [*lines, seen.say(words.NO_GAP), seen.say(words.NOT_SHOWN)]


def _today(seen: Seen) -> date:
    return day_of(seen.now_us)


def _silent_lines(seen: Seen) -> list[str]:
    """The agencies that have fallen silent, each once with all fields in which it has: since its last word in one of them, by the longest usual gap."""
    found: dict[str, list[Silence]] = {}
    for item in silences(seen.world.catalogue, seen.now_us):
        if item.is_silent:
            found.setdefault(item.agency, []).append(item)
    lines = [_silent_line(seen, agency, items) for agency, items in list(found.items())[:MOST_SILENT]]
    return lines + ([seen.count(words.MORE_SILENT, len(found) - MOST_SILENT)] if len(found) > MOST_SILENT else [])


def _silent_line(seen: Seen, agency: str, items: Sequence[Silence]) -> str:
    fields = ", ".join(dict.fromkeys(_field(seen, item.field) for item in items))
    day, days = seen.day(max(item.last_us for item in items)), f"{3 * max(item.usual_days for item in items):.0f}"
    return seen.say(words.SILENT, agency=agency, field=fields, day=day, days=days)


def _field(seen: Seen, name: str) -> str:
    found = packs().get(name)
    return said(seen.language, found.title) if found else name


def _empty_lines(seen: Seen) -> list[str]:
    """Fields without a report, countries of the region without an event of the period, and countries whose parts the atlas does not know."""
    codes = seen.world.catalogue.field
    heard = {codes.names[code] for code in np.unique(codes.codes)}
    dumb = [_field(seen, name) for name in packs() if name not in heard]
    met = {str(code) for code in seen.world.country[seen.rows]}
    region = seen.atlas.region
    quiet, whole = [code for code in region if code not in met], [code for code in region if not units_of(seen.atlas, code)]
    return [
        *([seen.say(words.NO_FIELD, fields=", ".join(dumb))] if dumb else []),
        *([seen.say(words.NO_COUNTRY, days=PUBLIC_DAYS, countries=seen.names(quiet))] if quiet else []),
        *([seen.say(words.NO_UNITS, countries=seen.names(whole))] if whole else []),
    ]


def _not_mapped(seen: Seen) -> dict[str, int]:
    events = seen.world.events
    return {"placeless": int((~(np.isfinite(events.lon[seen.rows]) & np.isfinite(events.lat[seen.rows]))).sum())}


def source_facts(seen: Seen) -> dict[str, Any]:
    """Which agencies the reports come from, what must be said of them, and whom to tell of a mistake."""
    agencies = sorted({seen.world.catalogue.agency.names[code] for code in np.unique(seen.world.catalogue.agency.codes)})
    shown = [*agencies[:MOST_AGENCIES], *(["…"] if len(agencies) > MOST_AGENCIES else [])]
    return {
        "agencies": seen.say(words.AGENCIES, agencies=", ".join(shown)) if agencies else seen.say(words.NO_AGENCY),
        "credits": attributions(agencies),
        "map": seen.say(words.MAP_FROM, sources="; ".join(seen.atlas.sources)),
        "mistake": _mistake(seen),
    }


def _mistake(seen: Seen) -> str:
    """Whom to tell of a mistake: the first point of contact of the node's party that everybody may read and that has an address, else the party."""
    party, day = seen.node.settings.party, seen.day(seen.now_us)
    for item in contacts(seen.log):
        line = next((line for line in item.contact.lines if line.channel in ("mail", "page") and line.address), None)
        if item.contact.party == item.entry.owner == party and not item.contact.is_closed and line:
            return seen.say(words.MISTAKE_AT, role=item.contact.role, institution=item.contact.institution, address=line.address, day=day)
    return seen.say(words.MISTAKE, party=party, day=day)


def _notes(seen: Seen, facts: Mapping[str, Any]) -> list[str]:
    """The notes that must stand beside the names of the page: those of the region are named on the map."""
    codes = {*seen.atlas.region, *(item["code"] for item in facts["happened"]["countries"])}
    codes |= {area["code"] for item in facts["warnings"] for area in item["areas"]}
    for item in (*facts["lately"], *(item for group in facts["activities"].values() for item in group)):
        codes |= set(item["codes"])
    return list(notes_of(sorted(codes), seen.atlas))
