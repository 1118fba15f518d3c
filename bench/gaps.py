"""How fast the stocktake and the coverage are taken: `python bench/gaps.py --activities 100000`.

The made-up record: activities in one to three of twelve countries of 47 units each, half of them in one unit, one to three priorities and partners,
two thirds with budgets, begun over the last ten years for one to five years. Prints the seconds of the stocktake and of the coverage of a risk in
every unit and field.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from vigie.activities.approval import Course
from vigie.activities.coverage import LEVELS, Risk, coverage
from vigie.activities.record import Known
from vigie.activities.stocktake import stocktake
from vigie.model.activity import Activity, Budget, CountryShare, Partner
from vigie.model.entry import Entry
from vigie.model.history import Region
from vigie.model.label import Label
from vigie.model.priorities import MECHANISMS, PRIORITIES

COUNTRIES, UNITS, YEARS = 12, 47, 10
DAY = date(2026, 11, 22)
FIELDS = ("cbrn", "conflict", "cyber", "energy", "mines", "seismic")


def made_region() -> Region:
    """Countries C00 to C11 of 47 units each."""
    return Region({f"C{number:02d}": tuple(f"C{number:02d}-{unit:02d}" for unit in range(UNITS)) for number in range(COUNTRIES)}, {})


def made_record(count: int, region: Region, seed: int) -> list[Known]:
    """So many activities."""
    rng, label = np.random.default_rng(seed), Label("OWN", tlp="CLEAR")
    return [_made(number, rng, region, label) for number in range(count)]


def _made(number: int, rng: np.random.Generator, region: Region, label: Label) -> Known:
    countries = [region.countries[place] for place in rng.choice(COUNTRIES, rng.integers(1, 4), replace=False)]
    begin = DAY - timedelta(days=int(rng.integers(-200, YEARS * 365)))
    end = begin + timedelta(days=int(rng.integers(365, 5 * 365)))
    activity = Activity(
        titles={"en": f"Activity {number}"},
        mechanism=str(rng.choice(list(MECHANISMS))),
        priorities=tuple(rng.choice(list(PRIORITIES), rng.integers(1, 4), replace=False)),
        partners=tuple(Partner(name=f"Institution {place}") for place in rng.integers(0, 2_000, rng.integers(1, 4))),
        countries=tuple(CountryShare(code=code) for code in countries),
        areas=(str(rng.choice(region.units[countries[0]])),) if rng.random() < 0.5 else (),
        begin=begin,
        planned_end=end,
        budgets=(Budget(begin=begin, end=end, value=Decimal(int(rng.integers(1, 400))) * 1000, currency="EUR"),) if rng.random() < 2 / 3 else (),
    )
    entry = Entry(type="activity", owner="OWN", ref=f"activity-{number}", label=label, said_us=number, body={}, version=1)
    return Known(entry=entry, activity=activity, course=Course(), first_us=number, status_us=number)


def main() -> int:
    """Times both over one made-up record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activities", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    region = made_region()
    known = made_record(asked.activities, region, asked.seed)
    started = time.perf_counter()
    found = stocktake(known, DAY)
    print(f"{asked.activities:,} activities, {len(found.total.running):,} running: stocktake in {time.perf_counter() - started:.2f} s")
    areas = region.areas("unit")
    risks = [Risk(area, name, LEVELS[(place + turn) % len(LEVELS)]) for place, area in enumerate(areas) for turn, name in enumerate(FIELDS)]
    started = time.perf_counter()
    covered = coverage(risks, known, region, DAY)
    print(f"{len(risks):,} risks: coverage in {time.perf_counter() - started:.2f} s, {len(covered.gaps):,} gaps")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
