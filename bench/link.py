"""How fast and how well the linking engine is on made-up reports with known truth: `python bench/link.py --reports 100000`.

The made-up world: incidents at a steady rate of about 90 a day over 8 by 7 degrees of south-east Europe, half of them
around 300 towns; eight agencies tell of each with one to four reports, err in place by 1 to 20 km (stated) and in time,
some know the day only, and one in five towns' reports is coded at the town's own point. Compilation is timed apart.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vigie.fields.conflict.sameness import SAMENESS
from vigie.harmonise import link, make_events, pair_scores
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.times import DAY_US, NEVER_US

KINDS = ("unrest.protest", "unrest.riot", "violence.attack", "violence.battle", "violence.explosion")
AGENCIES = tuple(f"agency-{number}" for number in range(8))
EVENTS_PER_DAY = 90.0


def made_up(reports: int, seed: int) -> tuple[Catalogue, NDArray[np.int64]]:
    """A catalogue of `reports` made-up reports, and the true event of each."""
    rng = np.random.default_rng(seed)
    of_each = rng.integers(1, 5, reports)
    truth = np.repeat(np.arange(reports), of_each)[:reports]
    events = int(truth[-1]) + 1
    rank = np.concatenate([np.arange(count) for count in np.bincount(truth)])
    first = rng.integers(0, 8, events)
    agency = ((first[truth] + rank * (1 + 2 * rng.integers(0, 4, events)[truth])) % 8).astype(np.int64)
    lon, lat, town = _places(rng, events)
    when = rng.uniform(0, events / EVENTS_PER_DAY, events) * DAY_US
    sigma_km = np.array([1, 1, 2, 2, 5, 5, 10, 20.0])[agency]
    at_town = (town[truth] >= 0) & (rng.random(reports) < 0.2)
    noise = np.where(at_town[:, None], 0.0, rng.standard_normal((reports, 2)) * sigma_km[:, None]) / 111.2
    begin, end = _times(rng, when[truth], agency)
    kind = rng.integers(0, len(KINDS), events)[truth]
    confused = rng.random(reports) < 0.2
    nan = np.full(reports, np.nan)
    catalogue = Catalogue(
        row=np.arange(reports),
        witness=rng.integers(0, 2**63, (reports, 2)).astype(np.uint64),
        agency=Coded(agency.astype(np.int32), AGENCIES),
        field=Coded(np.zeros(reports, np.int32), ("conflict",)),
        kind=Coded(np.where(confused, rng.integers(0, len(KINDS), reports), kind).astype(np.int32), KINDS),
        begin_us=begin,
        end_us=end,
        lasted=np.zeros(reports, bool),
        sigma_s=nan,
        issued_us=np.full(reports, NEVER_US),
        lon=lon[truth] + noise[:, 0] / np.cos(np.radians(lat[truth])),
        lat=lat[truth] + noise[:, 1],
        radius_km=np.where(at_town, 3.0, sigma_km * 1.51),
        major_km=nan,
        minor_km=nan,
        azimuth=nan,
        depth_km=nan,
        country=Coded(np.zeros(reports, np.int32), ("",)),
        magnitude=nan,
        scale=Coded(np.zeros(reports, np.int32), ("",)),
        exercise=np.zeros(reports, bool),
    )
    return catalogue, truth


def _places(rng: np.random.Generator, events: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    lon, lat = rng.uniform(14, 22, events), rng.uniform(40, 47, events)
    towns = np.column_stack([rng.uniform(14, 22, 300), rng.uniform(40, 47, 300)])
    weight = 1 / (np.arange(300) + 20)
    town = np.where(rng.random(events) < 0.5, rng.choice(300, events, p=weight / weight.sum()), -1)
    return np.where(town >= 0, towns[town, 0], lon), np.where(town >= 0, towns[town, 1], lat), town


def _times(rng: np.random.Generator, when: NDArray[np.float64], agency: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Agencies 0 to 2 know the time within hours, the others the day; one report in twenty is a day late."""
    told = when + rng.standard_normal(len(when)) * np.where(agency < 3, 3 / 24, 0.0) * DAY_US
    told = (told + (rng.random(len(when)) < 0.05) * DAY_US).astype(np.int64)
    day = told // DAY_US * DAY_US
    return np.where(agency < 3, told, day), np.where(agency < 3, told, day + DAY_US)


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sameness = replace(SAMENESS, sigma_s=3 * 3600.0, threshold_nats=0.0)  # a steady rate is true here
    started = time.perf_counter()
    small, _ = made_up(2_000, options.seed)
    make_events(small, link(small, sameness), np.zeros(len(small)))
    compile_s = time.perf_counter() - started
    catalogue, truth = made_up(options.reports, options.seed)
    started, cpu = time.perf_counter(), time.process_time()
    clusters = link(catalogue, sameness)
    link_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    started = time.perf_counter()
    events = make_events(catalogue, clusters, np.zeros(len(catalogue)))
    agreement = pair_scores(clusters.cluster, truth)
    json.dump(
        {
            "reports": len(catalogue),
            "events": len(events),
            "links": len(clusters.links),
            "first_run_with_compilation_s": round(compile_s, 2),
            "link_wall_s": round(link_s, 2),
            "link_cpu_s": round(cpu_s, 2),
            "reports_per_s": round(len(catalogue) / link_s),
            "events_wall_s": round(time.perf_counter() - started, 2),
            "peak_rss_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
            "precision": round(agreement.precision, 4),
            "recall": round(agreement.recall, 4),
            "f1": round(agreement.f1, 4),
        },
        sys.stdout,
        indent=2,
    )
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
