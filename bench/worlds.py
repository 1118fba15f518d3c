"""How long ten audiences wait for their worlds: `python bench/worlds.py --reports 1000000 --day 2000 [--keep FOLDER]`.

A node takes in the reports of an exercise under eleven labels. Ten audiences read it: two pairs of them may read exactly the same. Each asks for its
world for the first time, again with nothing new, again after the reports of a day (the last to be issued) have come, and again after twenty reports were
withdrawn; every time in a process of its own, as a command does, and at the end in one process, as the page does. Wall, CPU, peak memory, and disk.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vigie.model.label import Label

OWN, NOW_US = "BENCH", 1_790_000_000_000_000
AUDIENCES = (OWN, "PUBLIC", *(f"P{number}" for number in range(1, 9)))
CHUNKS = 11
_LAST_DAY = "2025-12-20"
"""Exercises end with the year 2025. The day lies within its last quarter, so that what linking learns from stays as it was."""
_OPEN = 0.5
"""Half of the reports are open to all; the rest lies under ten labels, each of which names some of the partners."""


def label_of(chunk: int) -> Label:
    """The label of a chunk. P6 and P7 stand in the same lists, P8 in none, so that it reads what PUBLIC does."""
    from vigie.model.label import Label

    if chunk == 0:
        return Label(OWN, tlp="CLEAR")
    named = {f"P{number}" for number in range(1, 6) if chunk % (number + 1) == 0} | ({"P6", "P7"} if chunk > 5 else set())  # noqa: PLR2004
    return Label(OWN, tlp="AMBER", rel_to=frozenset(named))


def prepare(folder: Path, reports: int, day: int, seed: int) -> None:
    """A node with all reports but the day's, and the day's as files that wait."""
    from vigie.node.exercises import make_exercise_files
    from vigie.node.settings import init_node

    files = make_exercise_files(folder / "exercise", reports, seed, int)
    node = init_node(folder / "node", OWN)
    (node.folder / "directory.toml").write_text("".join(f"[parties.{name}]\n" for name in AUDIENCES[2:]))
    node.store.close()
    _split(folder, files, day, seed)
    shutil.rmtree(folder / "exercise")
    take_in(folder / "before", folder / "node")


def _split(folder: Path, files: list[Path], day: int, seed: int) -> None:
    """The tables by label, without the newest reports and with those alone."""
    import numpy as np
    import polars as pl

    told = pl.concat([pl.read_csv(path, infer_schema=False) for path in files], how="diagonal")
    whole = told.filter(pl.col("issued") < _LAST_DAY).sort("issued", "report_id")
    share = (1 - _OPEN) / (CHUNKS - 1)
    chunk = np.random.default_rng(seed).choice(CHUNKS, len(whole), p=[_OPEN] + [share] * (CHUNKS - 1))
    for name, part, of_part in (("before", whole[:-day], chunk[:-day]), ("day", whole[-day:], chunk[-day:])):
        (folder / name).mkdir()
        for number in range(CHUNKS):
            part.filter(pl.Series(of_part == number)).write_csv(folder / name / f"{number}.csv")


def take_in(files: Path, folder: Path) -> float:
    """The seconds that the intake of these files takes."""
    from vigie.node.intake import Order, ingest_file
    from vigie.node.settings import open_node

    node, began = open_node(folder), time.perf_counter()
    for path in sorted(files.iterdir()):
        outcome = ingest_file(node, path, Order(label=label_of(int(path.stem))), NOW_US)
        if outcome.tally.rejects:
            raise SystemExit(f"{path}: {outcome.tally}")
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("n", type=int)
    parser.add_argument("--day", type=int, default=2000)
    a = parser.parse_args()
    prepare(a.folder, a.n, a.day, 1)


if __name__ == "__main__":
    main()
