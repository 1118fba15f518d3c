"""How fast the page's data come from a world of a million events: `python bench/desk.py --events 1000000`.

The world is made up as it would come out of linking: events around the towns of the region, some of them vague or without a place, of all kinds, over ten
years, each told by one to four of sixty agencies. It is put before the application as the world of PUBLIC, and each address is asked through ASGI, once
cold and then warm with another choice each time, so that no kept answer is timed. `--serve PORT` serves the same world, for a browser to be timed on it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas, Place, unit_at
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.event import Events, no_links
from vigie.model.label import PUBLIC
from vigie.model.times import DAY_US, SECOND_US
from vigie.node.answers import KeptWorlds
from vigie.node.atlas import load_atlas
from vigie.node.packs import packs
from vigie.node.settings import init_node
from vigie.node.worlds import World
from vigie.web import make_app

NOW_US = 1_790_000_000_000_000
DAYS, AGENCIES = 3_650, 60
ASKED = (
    ("picture", "/data/picture?min_severity={0}"),
    ("picture of a field and a country", "/data/picture?field=conflict&country=RS&min_severity={0}"),
    ("picture of a month", "/data/picture?since=2026-0{1}-01&until=2026-0{1}-28"),
    ("picture, two times", "/data/picture?since=2026-0{1}-01&vs_since=2025-0{1}-01&vs_until=2025-12-31"),
    ("picture of words", "/data/picture?q=shqiperi+{2}"),
    ("further page of the list", "/data/list?min_severity={0}&after="),
    ("map of the region", "/data/map?west=13&south=36&east=30&north=48.5&zoom=5&min_severity={0}"),
    ("map of the world", "/data/map?west=-180&south=-80&east=180&north=80&zoom=1&min_severity={0}"),
    ("map of a town", "/data/map?west=20.2&south=44.6&east=20.7&north=45&zoom=10&min_severity={0}"),
    ("map of a change", "/data/map?west=13&south=36&east=30&north=48.5&zoom=6&since=2026-0{1}-01&vs_since=2025-0{1}-01&vs_until=2025-12-31"),
    ("playback of ten years", "/data/frames?step_days=1{1}"),
    ("playback of a field", "/data/frames?field=cyber&step_days=1{1}"),
    ("suggestions", "/data/search?q=beogr"),
    ("names", "/data/names?language=mk"),
    ("land", "/data/basemap?detail=low"),
    ("land in detail", "/data/basemap?detail=high"),
    ("who asks", "/data/desk"),
)


class Made(KeptWorlds):
    """Kept worlds that are one made-up world."""

    made: dict[bool, World]

    def world(self, *, exercise: bool) -> World:
        """The world that was made up."""
        return self.made[exercise]


def big_world(count: int, atlas: Atlas, *, seed: int = 1, exercise: bool = False) -> World:
    """A world of so many events."""
    chance = np.random.default_rng(seed)
    towns = [place for place in atlas.places if place.country in atlas.region]
    town = chance.choice(len(towns), count, p=_weights(towns))
    begin_us = np.sort(NOW_US - chance.integers(0, DAYS * DAY_US, count) // SECOND_US * SECOND_US)
    events, told = _events(chance, towns, town, begin_us), 1 + np.minimum(chance.geometric(0.7, count) - 1, 3)
    units = unit_at(atlas, *(np.array([getattr(place, name) for place in towns]) for name in ("lon", "lat")))
    catalogue, event_of = _catalogue(chance, events, told)
    edges = np.concatenate([[0], np.cumsum(told)]).tolist()
    rows = np.arange(len(event_of))
    members = tuple(rows[first:last] for first, last in pairwise(edges))
    country = np.array([place.country for place in towns], object)[town]
    whole = Events(members=members, agencies=_agencies(catalogue, event_of, count), **events)
    links = no_links()
    return World(PUBLIC, exercise, catalogue, whole, event_of, np.ones(len(rows)), links, links, country, units[town], links, ())


def _weights(towns: list[Place]) -> NDArray[np.float64]:
    people = np.sqrt(np.array([max(place.population, 500) for place in towns], float))
    return np.asarray(people / people.sum())


def _events(chance: np.random.Generator, towns: list[Place], town: NDArray[np.int64], begin_us: NDArray[np.int64]) -> dict[str, Any]:
    """The columns of the events but their members and agencies."""
    count, kinds = len(town), [(name, kind) for name, found in packs().items() for kind in found.terms.kinds.values() if kind.field == name]
    lon, lat = (np.array([getattr(place, name) for place in towns])[town] + chance.normal(0, 0.15, count) for name in ("lon", "lat"))
    radius_km = chance.choice([0.5, 2.0, 8.0, 30.0, 220.0], count, p=[0.3, 0.3, 0.25, 0.12, 0.03])
    kind, nowhere = chance.integers(0, len(kinds), count), chance.random(count) < 0.02
    none = np.full(count, np.nan)
    return {
        "id": tuple(f"ev-{number:020x}" for number in range(count)),
        "chosen": {},
        "begin_us": begin_us,
        "end_us": begin_us + chance.choice([0, DAY_US, 5 * DAY_US], count, p=[0.5, 0.4, 0.1]),
        "lon": np.where(nowhere, np.nan, lon),
        "lat": np.where(nowhere, np.nan, lat),
        "radius_km": np.where(nowhere, np.nan, radius_km),
        "depth_km": none,
        "magnitude": none,
        "scale": ("",) * count,
        "field": tuple(kinds[number][0] for number in kind.tolist()),
        "kind": tuple(kinds[number][1].name for number in kind.tolist()),
        "probability": np.ones(count),
        "severity": np.array([one.severity for _, one in kinds])[kind],
        "exercise": np.zeros(count, bool),
    }


def _catalogue(chance: np.random.Generator, events: dict[str, Any], told: NDArray[np.int64]) -> tuple[Catalogue, NDArray[np.int64]]:
    """The reports of the events, and the event of each."""
    event_of = np.repeat(np.arange(len(told)), told)
    count, none = len(event_of), np.full(len(event_of), np.nan)
    agency = Coded(chance.integers(0, AGENCIES, count).astype(np.int32), tuple(f"Agency {number:02d}" for number in range(AGENCIES)))
    field, kind = Coded.of(events["field"]), Coded.of(events["kind"])
    whole = Catalogue(
        row=np.arange(count),
        witness=chance.integers(0, 2**63, (count, 2)).astype(np.uint64),
        agency=agency,
        field=field.take(event_of),
        kind=kind.take(event_of),
        lasted=np.zeros(count, bool),
        issued_us=events["end_us"][event_of] + chance.integers(0, DAY_US, count),
        country=Coded(np.zeros(count, np.int32), ("",)),
        scale=Coded(np.zeros(count, np.int32), ("",)),
        exercise=np.zeros(count, bool),
        **{name: events[name][event_of] for name in ("begin_us", "end_us", "lon", "lat", "radius_km")},
        **dict.fromkeys(("sigma_s", "major_km", "minor_km", "azimuth", "depth_km", "magnitude"), none),
    )
    return whole, event_of


def _agencies(catalogue: Catalogue, event_of: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    pairs = np.unique(event_of * AGENCIES + catalogue.agency.codes)
    return np.bincount(pairs // AGENCIES, minlength=count)


def big_app(folder: Path, count: int) -> Any:
    """The application of an empty node before which a world of so many events is put."""
    node, atlas = init_node(folder / "node", "BENCH"), load_atlas()
    app = make_app(node, atlas, lambda: NOW_US)
    shown = Made(node, atlas, lambda: NOW_US)
    shown.made = {exercise: big_world(10_000 if exercise else count, atlas, exercise=exercise) for exercise in (False, True)}
    object.__setattr__(app.state.desk, "worlds", shown)
    return app


def timed(client: TestClient, times: int) -> dict[str, Any]:
    """For each address the seconds of the first ask and the middle of the others, and the size of the answer, as it is and packed."""
    found = {}
    for name, path in ASKED:
        seconds, body = [], b""
        for number in range(times + 1):
            asked = path.format(round(number / 100, 2), 1 + number % 6, "abcdef"[number % 6])
            began = time.perf_counter()
            answer = client.get(asked, headers={"Accept-Encoding": "identity"})
            seconds.append(time.perf_counter() - began)
            body = answer.content
            if answer.status_code != 200:
                raise SystemExit(f"{asked}: {answer.text}")
        packed = len(gzip.compress(body, 6))
        found[name] = {"first_s": round(seconds[0], 3), "warm_s": round(statistics.median(seconds[1:]), 3), "kB": len(body) // 1000, "gzip_kB": packed // 1000}
    return found


def main() -> None:
    """Prints the figures, or serves the world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="how often each address is asked warm")
    parser.add_argument("--serve", type=int, default=0, metavar="PORT")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        app = big_app(Path(place), chosen.events)
        if chosen.serve:
            import uvicorn

            uvicorn.run(app, host="127.0.0.1", port=chosen.serve, log_config=None)
            return
        found = timed(TestClient(app), chosen.times)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2)
    if chosen.json:
        print(json.dumps({"events": chosen.events, "peak_gib": peak, "asked": found}, indent=2))
        return
    for name, figures in found.items():
        print(f"{name:36} first {figures['first_s']:7.3f} s  warm {figures['warm_s']:7.3f} s  {figures['kB']:6} kB  {figures['gzip_kB']:5} kB packed")
    print(f"{chosen.events:,} events; peak memory {peak} GiB")


if __name__ == "__main__":
    main()
