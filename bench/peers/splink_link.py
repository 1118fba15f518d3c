"""The peer of `bench/link.py`: one table of reports linked field by field by Splink on DuckDB, in an environment that has nothing of Vigie.

    python splink_link.py TABLE.parquet FOLDER [--links closure|best] [--threads 2]

TABLE is what `bench/link.py` wrote. FOLDER gets `FIELD-THRESHOLD.parquet` (report, cluster) and `figures.json`
(seconds of wall and CPU per field and step, peak memory). Works with Splink 5 and 4.

The model is a plain Fellegi-Sunter one as a careful user would build it, one for each field: blocks of half a degree and
a day, each also shifted by half; quakes, whose times are sharp, also by minutes. Place is compared in levels of
the distance over both stated radii, apart for sharp and for vague places; time in levels of the gap, apart for instants, days
and longer spans; ends of what lasted, kind, size and agency by themselves. u comes from random pairs, m from EM.
"""

# ruff: noqa: S608 - names of tables cannot be parameters; they are those of Splink and of the fields
from __future__ import annotations

import argparse
import json
import logging
import resource
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import splink
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

IS_FIVE = int(splink.__version__.split(".")[0]) >= 5

REPORTS = "select * replace (replace(agency, '-', '_') as agency) from read_parquet(?) where field = ?"
"""Best links make column names of the agencies, so these are made plain."""

INSTANT_H, DAY_H = 3, 36
"""A stated span up to the first is an instant; up to the second, a day."""

GAPS_H = {"seismic": (3 / 3600, 8 / 3600, 20 / 3600, 60 / 3600, 240 / 3600)}
COMMON_GAPS_H = (1, 3, 8, 16, 36)

SIZES = {"seismic": (0.15, 0.35, 0.7, 1.2)}
COMMON_SIZES = (0.05, 0.25, 0.5, 1.0)
"""Differences of magnitudes, or of ln(1 + count)."""


def blocking(field: str) -> list[Any]:
    """The rules that name candidates; only reports of one field are in the table by then."""
    cells = [block_on(f"y{shift}", f"x{shift}", f"day{turn}") for shift in (0, 1) for turn in (0, 1)]
    return cells + ([block_on("minutes0"), block_on("minutes1")] if field == "seismic" else [])


def comparisons(field: str) -> list[Any]:
    """What is compared, each with its levels."""
    return [
        _comparison("place", _places()),
        _comparison("time", _times(GAPS_H.get(field, COMMON_GAPS_H))),
        _comparison("until", [f"abs(until_h_l - until_h_r) <= {hours}" for hours in (1, 4, 12, 24)], "until_h"),
        _comparison("kind", ["kind_l = kind_r", "kind2_l = kind2_r", "kind1_l = kind1_r"]),
        _comparison("size", [f"family_l = family_r and abs(size_l - size_r) <= {off}" for off in SIZES.get(field, COMMON_SIZES)], "size"),
        _comparison("agency", ["agency_l = agency_r"]),
    ]


def _comparison(name: str, conditions: list[str], may_miss: str = "") -> Any:
    missing = [cll.NullLevel(may_miss)] if may_miss else []
    levels = [*missing, *(cll.CustomLevel(condition) for condition in conditions), cll.ElseLevel()]
    return cl.CustomComparison(output_column_name=name, comparison_levels=levels)


def _places() -> list[str]:
    """Sharp, middling and vague pairs, each at rising shares of their radius."""
    far = "(pow((lat_l - lat_r) * 111.2, 2) + pow((lon_l - lon_r) * 111.2 * cos_lat_l, 2))"
    radius = "(pow(radius_km_l, 2) + pow(radius_km_r, 2))"
    classes = (f"{radius} <= 25", f"{radius} <= 144", f"{radius} > 144")
    return [f"{of} and {far} <= {share**2} * {radius}" for of in classes for share in (0.5, 1, 2)] + [f"{far} <= 16 * {radius}"]


def _times(gaps_h: tuple[float, ...]) -> list[str]:
    """Pairs of instants by the gap between them; pairs with a day or a longer span by whether they meet."""
    gap = "greatest(0, greatest(from_h_l, from_h_r) - least(to_h_l, to_h_r))"
    longest = "greatest(to_h_l - from_h_l, to_h_r - from_h_r)"
    instants = [f"{longest} <= {INSTANT_H} and {gap} <= {hours}" for hours in gaps_h]
    days = [f"{longest} between {INSTANT_H} and {DAY_H} and {gap} <= {hours}" for hours in (0, 12)]
    return [*instants, *days, f"{longest} > {DAY_H} and {gap} <= 0"]


def make_linker(connection: Any, field: str, links: str, share: float) -> Any:
    """The untrained linker of one field's reports; `share` is the share of all pairs that are true."""
    settings = SettingsCreator(
        link_type="dedupe_only" if links == "closure" else "link_and_dedupe",
        unique_id_column_name="report",
        source_dataset_column_name="agency",
        comparisons=comparisons(field),
        blocking_rules_to_generate_predictions=blocking(field),
        probability_two_random_records_match=share,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection)
    return Linker(api.register(f"reports_{field}"), settings) if IS_FIVE else Linker(f"reports_{field}", settings, api)


def cluster(linker: Any, pairs: Any, links: str, threshold: float, agencies: list[str]) -> Any:
    """Connected groups at a threshold, or the best links with one report an agency."""
    if links == "closure":
        return linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    return linker.clustering.cluster_using_single_best_links(pairs, duplicate_free_datasets=agencies, threshold_match_probability=threshold)


class Clock:
    """Seconds of wall and CPU by step."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float]] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times what is done inside."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.steps[name] = (round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3))


def link_field(connection: Any, field: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Links one field's reports, writes the clusters of all thresholds, and gives the seconds of each step."""
    connection.execute(f"create table reports_{field} as {REPORTS}", [str(asked.table), field])
    count, share = connection.execute(f"select count(*), any_value(true_share) from reports_{field}").fetchall()[0]
    agencies = [row[0] for row in connection.execute(f"select distinct agency from reports_{field} order by 1").fetchall()]
    clock = Clock()
    with clock.step("start"):
        linker = make_linker(connection, field, asked.links, share)
    with clock.step("u"):
        linker.training.estimate_u_using_random_sampling(max_pairs=asked.most_pairs, seed=1)
    with clock.step("em"):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on("y0", "x0", "day0"))
    with clock.step("predict"):
        pairs = linker.inference.predict(threshold_match_probability=min(asked.thresholds))
    for threshold in asked.thresholds:
        with clock.step(f"cluster {threshold}"):
            found = cluster(linker, pairs, asked.links, threshold, agencies)
        groups = f"select report, dense_rank() over (order by cluster_id) as cluster from {found.physical_name}"
        connection.execute(f"copy ({groups}) to '{asked.folder / f'{field}-{threshold}.parquet'}' (format parquet)")
        found.drop_table_from_database_and_remove_from_cache()
    predicted = connection.execute(f"select count(*) from {pairs.physical_name}").fetchall()[0][0]
    linker.table_management.delete_tables_created_by_splink_from_db()
    connection.execute(f"drop table if exists reports_{field} cascade")
    return {"reports": count, "pairs": predicted, "steps": clock.steps}


def main() -> None:
    """Links all fields, each by a model of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--links", choices=("closure", "best"), default="closure")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--most-pairs", type=float, default=1_000_001)
    parser.add_argument("--thresholds", type=float, nargs="+", required=True, help="match probabilities, the lowest first")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    connection = duckdb.connect(config={"threads": asked.threads})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    names = [row[0] for row in connection.execute("select distinct field from read_parquet(?) order by 1", [str(asked.table)]).fetchall()]
    fields = {name: link_field(connection, name, asked) for name in names}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = {"splink": splink.__version__, "duckdb": duckdb.__version__, "threads": asked.threads, "before_gib": before / 2**20, "peak_gib": peak / 2**20}
    (asked.folder / "figures.json").write_text(json.dumps({**said, "fields": fields}, indent=2))


if __name__ == "__main__":
    main()
