"""How fast a node takes in reports: one CSV of Vigie's own columns, on SQLite and on PostgreSQL, each in a process of its own.

    python bench/ingest.py --reports 1000000 [--postgres]

Prints seconds, reports a second and the peak memory of each process.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))


def write_reports(path: Path, count: int) -> None:
    """A table of made-up reports of eight agencies over two years."""
    random = np.random.default_rng(1)
    start = np.datetime64("2024-01-01", "s")
    times = start + random.integers(0, 2 * 365 * 86_400, count).astype("timedelta64[s]")
    columns = {
        "report_id": [f"r{number:08d}" for number in range(count)],
        "agency": random.choice([f"EX-{letter}" for letter in "ABCDEFGH"], count),
        "field": np.full(count, "conflict"),
        "exercise": np.full(count, "true"),
        "kind": random.choice(["unrest.protest", "unrest.riot", "viol.clash"], count),
        "begin": np.char.add(times.astype(str), "Z"),
        "issued": np.char.add((times + np.timedelta64(3600, "s")).astype(str), "Z"),
        "lon": random.uniform(13, 30, count).round(4),
        "lat": random.uniform(38, 48, count).round(4),
        "radius_km": random.choice([1.0, 5.0, 25.0], count),
        "magnitude": random.integers(0, 5, count),
        "scale": np.full(count, "deaths"),
        "place": random.choice(["Skopje", "Mostar", "Niš", "Bar"], count),
    }
    pl.DataFrame(columns).write_csv(path)


def take_in(folder: Path, table: Path, url: str) -> None:
    """Takes the table in and prints the figures."""
    from vigie.model.label import Label
    from vigie.node.intake import Order, ingest_file
    from vigie.node.settings import init_node

    node = init_node(folder, "BENCH", url)
    started = time.perf_counter()
    outcome = ingest_file(node, table, Order(label=Label("BENCH", tlp="CLEAR")), 1_790_000_000_000_000)
    wall_s = time.perf_counter() - started
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    kind = node.store.engine.dialect.name
    count = outcome.tally.reports
    print(f"{kind}: {count:,} reports in {wall_s:.1f} s, {count / wall_s:,.0f} a second; peak {peaks[0]:.0f} MiB (writer), {peaks[1]:.0f} MiB (reader)")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("FOLDER", "TABLE", "URL"))
    asked = parser.parse_args()
    if asked.one:
        take_in(Path(asked.one[0]), Path(asked.one[1]), asked.one[2])
        return
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "reports.csv"
        write_reports(table, asked.reports)
        print(f"{asked.reports:,} rows, {table.stat().st_size / 1024**2:.0f} MiB")
        run(folder, table, "sqlite", "")
        if asked.postgres:
            with_postgres(folder, table)


def with_postgres(folder: str, table: Path) -> None:
    """The same on a throwaway PostgreSQL."""
    import conftest

    cluster = conftest.postgres_cluster()
    run(folder, table, "postgresql", next(cluster))
    next(cluster, None)


def run(folder: str, table: Path, name: str, url: str) -> None:
    """One run in a process of its own."""
    subprocess.run([sys.executable, __file__, "--one", f"{folder}/{name}", str(table), url], check=True)


if __name__ == "__main__":
    main()
