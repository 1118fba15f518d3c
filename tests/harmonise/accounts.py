"""Reading the four agencies' accounts of Nigeria in 2011 for the tests of the engine."""

from __future__ import annotations

import hashlib
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from harmonise.crowds import catalogue
from vigie.model.catalogue import Catalogue, witness_array
from vigie.model.times import DAY_US, parse_time


def accounts(folder: Path) -> tuple[Catalogue, NDArray[np.float64]]:
    """The accounts, and the deaths of each, which the engine does not see; kinds are the taxonomy, broadest level first."""
    table = pl.read_csv(folder / "meltt" / "nigeria_2011_reports.csv.gz", infer_schema_length=None)
    kinds = _kinds(folder)
    rows = []
    for row in table.iter_rows(named=True):
        begin, end = parse_time(row["date"]), parse_time(row["enddate"]) + DAY_US
        kind = kinds[row["agency"], str(row["event_tax"])]
        rows.append(
            {
                "agency": row["agency"],
                "kind": kind,
                "begin_us": begin,
                "end_us": end,
                "lasted": end - begin > DAY_US,
                "lon": row["longitude"],
                "lat": row["latitude"],
            }
        )
    known = catalogue(*rows)
    known.witness[:] = witness_array([hashlib.sha256(name.encode()).hexdigest() for name in table["report_id"]])
    return known, table["fatalities"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def death_agreement(cluster: NDArray[np.int64], deaths: NDArray[np.float64]) -> tuple[int, float]:
    """How many pairs were linked, and what share of those in which anyone died, by either account, agree within one or a quarter."""
    pairs = [pair for event in range(int(cluster.max()) + 1) for pair in combinations(np.flatnonzero(cluster == event).tolist(), 2)]
    first, second = deaths[np.array(pairs)].T
    known = np.isfinite(first) & np.isfinite(second) & ((first > 0) | (second > 0))
    agree = np.abs(first - second) <= np.maximum(1, 0.25 * np.maximum(first, second))
    return len(pairs), float(agree[known].mean())


def _kinds(folder: Path) -> dict[tuple[str, str], str]:
    table = pl.read_csv(folder / "meltt" / "nigeria_2011_taxonomies.csv.gz").filter(pl.col("taxonomy") == "event_tax")
    levels = ["level_4", "level_3", "level_2", "level_1"]
    return {
        (row["agency"], str(row["category"])): ".".join(str(row[level]).lower().replace(".", "") for level in levels) for row in table.iter_rows(named=True)
    }
