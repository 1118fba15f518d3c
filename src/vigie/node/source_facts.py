"""What each source and each agency sent, as JSON: counts, runs, delays and silences. Sources are for the node's own party, agencies for every audience."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from vigie.model.canonical import Json
from vigie.model.times import format_time
from vigie.node.settings import Node
from vigie.node.source_health import SourceStatus, health
from vigie.node.source_list import Entry, known
from vigie.node.tokens import token_of
from vigie.node.worlds import World
from vigie.picture.silences import MIN_REPORTS, Silence, silences
from vigie.store.source_harvest import Delay, Harvest, Taken, delays, files_with_rejects, harvests, last_files

RUNS_SHOWN = 30
"""How many of a source's last files are drawn."""

DELAYS_OF = 50_000
"""Of how many of the newest reports it is told how long they were under way."""

FILES_SHOWN = 100
"""How many files with rejects are listed, the newest first."""

_SECOND_US = 1_000_000


def agency_facts(world: World, now_us: int, late: Mapping[str, Json] | None = None) -> list[Json]:
    """What the world says of each agency in each field: how many reports, its last word, its usual and its present silence in days; the most silent first.

    `late` adds how long its reports were under way, which only the node's own party is told.
    """
    return [_agency(item, late) for item in silences(world.catalogue, now_us)]


def _agency(item: Silence, late: Mapping[str, Json] | None) -> Json:
    word = "silent" if item.is_silent else "new" if item.reports < MIN_REPORTS else "speaks"
    said: dict[str, Json] = {
        "agency": item.agency,
        "field": item.field,
        "reports": item.reports,
        "last": format_time(item.last_us),
        "silent_days": item.silent_days,
        "usual_days": item.usual_days,
        "word": word,
    }
    return said if late is None else said | {"latency": late.get(item.agency)}


def agency_delays(found: Iterable[Delay]) -> dict[str, Json]:
    """How long the reports of each agency were under way."""
    return _spreads((item.agency, item.delay_us) for item in found)


def source_facts(node: Node, found: Iterable[Delay], now_us: int, *, exercise: bool) -> list[Json]:
    """Every source of one of the two worlds that is followed, was run or has brought something, and what was taken in by hand; by name."""
    brought = {item.source: item for item in harvests(node.store, exercise=exercise)}
    runs: dict[str, list[Taken]] = {}
    for taken in last_files(node.store, RUNS_SHOWN, exercise=exercise):
        runs.setdefault(taken.source, []).append(taken)
    late = _spreads((item.source, item.delay_us) for item in found)
    entries = {entry.source.name: entry for entry in known(node) if entry.exercise == exercise}
    names = {name for name, entry in entries.items() if entry.is_added or entry.state} | set(brought)
    return [_source(node, name, entries.get(name), brought.get(name), runs.get(name, []), late.get(name), now_us) for name in sorted(names)]


def unfollowed(node: Node) -> list[Json]:
    """The sources that are known and that nobody follows: name, title, field, and what account they ask for."""
    rest = [entry.source for entry in known(node) if not entry.is_added]
    return [{"name": source.name, "title": source.title, "field": source.field, "account": source.account} for source in rest]


def rejected_files(node: Node, *, exercise: bool) -> list[Json]:
    """The files of which something could not be read, newest first."""
    return [_run(taken) | {"source": taken.source} for taken in files_with_rejects(node.store, exercise=exercise)[:FILES_SHOWN]]


def newest_delays(node: Node, *, exercise: bool) -> list[Delay]:
    """How long the newest reports were under way."""
    return delays(node.store, DELAYS_OF, exercise=exercise)


def _source(node: Node, name: str, entry: Entry | None, brought: Harvest | None, runs: list[Taken], late: Json, now_us: int) -> Json:
    counts: dict[str, Json] = {part: getattr(brought, part) if brought else 0 for part in ("files", "reports", "unchanged", "rejects")}
    said: dict[str, Json] = {"name": name, **counts, "last": _text(brought.last_us if brought else None), "latency": late, "runs": [_run(run) for run in runs]}
    if entry is None:
        return said | {"word": "by hand", "title": "", "field": ""}
    return said | _followed(health(entry, now_us, has_token=bool(token_of(node, name))), now_us)


def _followed(status: SourceStatus, now_us: int) -> dict[str, Json]:
    source = status.entry.source
    last_us = status.new_us or status.succeeded_us
    return {
        "word": status.word,
        "title": source.title,
        "field": source.field,
        "address": source.address,
        "licence": source.licence,
        "floor": source.floor,
        "followed": status.entry.is_added,
        "cadence_minutes": source.cadence_minutes,
        "tried": _text(status.tried_us),
        "succeeded": _text(status.succeeded_us),
        "new": _text(status.new_us),
        "newest": _text(status.newest_us),
        "due": _text(status.due_us),
        "silence": None if last_us is None else {"gap_s": (now_us - last_us) // _SECOND_US, "usual_s": _seconds(status.usual_us)},
        "fault": status.fault,
        "notes": list[Json](status.notes),
    }


def _run(taken: Taken) -> dict[str, Json]:
    counts: dict[str, Json] = {part: getattr(taken, part) for part in ("reports", "unchanged", "rejects")}
    return {"file": taken.id, "name": taken.name, "at": format_time(taken.received_us), **counts}


def _spreads(found: Iterable[tuple[str, int]]) -> dict[str, Json]:
    """By name the median and the 90th percentile in seconds, and of how many."""
    groups: dict[str, list[int]] = {}
    for name, delay_us in found:
        groups.setdefault(name, []).append(delay_us)
    return {name: _spread(each) for name, each in groups.items()}


def _spread(delays_us: list[int]) -> Json:
    median, late = np.quantile(np.maximum(np.array(delays_us), 0), [0.5, 0.9]) / _SECOND_US
    return {"median_s": round(float(median)), "p90_s": round(float(late)), "n": len(delays_us)}


def _seconds(time_us: int | None) -> int | None:
    return None if time_us is None else time_us // _SECOND_US


def _text(time_us: int | None) -> str | None:
    return None if time_us is None else format_time(time_us)
