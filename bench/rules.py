"""How fast the rules of all packs are asked: `python bench/rules.py --reports 100000`.

The made-up past: ten years of reports in twelve countries of 47 units each, half of the events in one unit of ten, four agencies, two to three reports
an event, one in ten revised once and one in ten not dated, all kinds of all packs. Prints the seconds that signals and standings take, of all rules
and of the slowest, the seconds of one two-year replay, and peak memory. Compilation is timed apart.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Coded
from vigie.model.history import History, Region
from vigie.model.rule import RuleBook, Standing, rule_name
from vigie.model.rules_yaml import checked_book
from vigie.model.terms import Kind
from vigie.model.times import DAY_US, parse_time
from vigie.node.packs import packs
from vigie.warn.problems import problem_states
from vigie.warn.replay import replay
from vigie.warn.standing import watch

COUNTRIES, UNITS, YEARS, AGENCIES = 12, 47, 10, 4
START_US = parse_time("2016-01-01")
NOW_US = parse_time("2026-01-01T06:00:00Z")
ALARM_RATIO = 10


def made_region() -> Region:
    """Countries C00 to C11; each unit touches the one before and after it."""
    units = {f"C{number:02d}": tuple(f"C{number:02d}-{unit:02d}" for unit in range(UNITS)) for number in range(COUNTRIES)}
    names = [unit for found in units.values() for unit in found]
    touching = {name: frozenset(names[max(0, place - 1) : place] + names[place + 1 : place + 2]) for place, name in enumerate(names)}
    return Region(units, touching)


def made_past(reports: int, region: Region, seed: int) -> History:
    """A history of `reports` versions of reports."""
    rng = np.random.default_rng(seed)
    kinds = [kind for _, pack in sorted(packs().items()) for kind in pack.terms.kinds.values()]
    event = np.sort(rng.integers(0, max(1, int(reports / 2.5)), reports))
    events = int(event[-1]) + 1
    kind = rng.integers(0, len(kinds), events)[event]
    begin = (START_US + rng.uniform(0, YEARS * 365.25, events) * DAY_US).astype(np.int64)[event]
    revised = rng.random(reports) < ALARM_RATIO / 100
    report = np.arange(reports) - np.concatenate([[False], revised[1:] & (event[1:] == event[:-1])])
    unit = _units(rng, events)[event]
    nan = np.full(reports, np.nan)
    return History(
        event=event,
        event_ids=tuple(f"ev-{number:07d}" for number in range(events)),
        testimony=report,
        revision=(report != np.arange(reports)).astype(np.int64),
        known_us=begin + (rng.exponential(1.0, reports) * DAY_US).astype(np.int64),
        is_dated=rng.random(reports) >= ALARM_RATIO / 100,
        agency=Coded(rng.integers(0, AGENCIES, reports).astype(np.int32), tuple(f"AGENCY-{number}" for number in range(AGENCIES))),
        field=_column([item.field for item in kinds], kind),
        kind=_column([item.name for item in kinds], kind),
        begin_us=begin,
        end_us=begin,
        country=_column([country for country in region.countries for _ in range(UNITS)], unit),
        unit=_column(list(region.areas("unit")), unit),
        lon=np.full(reports, 20.0),
        lat=np.full(reports, 43.0),
        depth_km=rng.uniform(0, 30, reports),
        magnitude=rng.exponential(0.8, reports) + 2.0,
        scale=Coded.of([""] * reports),
        severity=_severity(kinds, kind) + np.nan_to_num(nan),
        counts=np.ones(reports, bool),
    )


def _units(rng: np.random.Generator, events: int) -> NDArray[np.int64]:
    busy = rng.random(events) < 0.5
    whole = rng.integers(0, COUNTRIES * UNITS, events)
    return np.where(busy, whole // ALARM_RATIO * ALARM_RATIO, whole)


def _column(names: list[str], codes: NDArray[np.int64]) -> Coded:
    known = sorted(set(names))
    place = np.array([known.index(name) for name in names], np.int32)
    return Coded(place[codes], tuple(known))


def _severity(kinds: list[Kind], kind: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([item.severity for item in kinds])[kind]


def all_rules() -> RuleBook:
    """The rules and problems of every pack."""
    found = packs().values()
    return checked_book([rule for pack in found for rule in pack.rules], [item for pack in found for item in pack.problems])


def main() -> int:
    """Times all rules over one made-up past."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    book, region = all_rules(), made_region()
    started = time.perf_counter()
    watch(book.rules["conflict.violent_protest"], made_past(1_000, region, 2), region, NOW_US)
    print(f"compiled in {time.perf_counter() - started:.1f} s")
    history = made_past(asked.reports, region, asked.seed)
    seconds: dict[str, float] = {}
    stands: list[Standing] = []
    fired = 0
    for name, rule in book.rules.items():
        started = time.perf_counter()
        found, stand = watch(rule, history, region, NOW_US)
        seconds[name], fired = time.perf_counter() - started, fired + len(found)
        stands += stand
    started = time.perf_counter()
    problem_states(book, stands, NOW_US)
    print(f"{asked.reports:,} reports, {len(book.rules)} rules: {sum(seconds.values()):.2f} s, {fired:,} signals in ten years, {len(stands):,} standings")
    print(
        f"problems: {time.perf_counter() - started:.3f} s; slowest: "
        + ", ".join(f"{rule_name(book.rules[name])} {seconds[name]:.2f} s" for name in sorted(seconds, key=lambda name: -seconds[name])[:4])
    )
    started = time.perf_counter()
    said = replay(book.rules["conflict.violent_protest"], history, region, NOW_US - 730 * DAY_US, NOW_US)
    print(f"replay of two years: {time.perf_counter() - started:.2f} s; {said.sentence}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
