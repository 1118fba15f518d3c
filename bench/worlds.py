"""How long ten audiences wait for their worlds: `python bench/worlds.py --reports 1000000 --day 2000 --keep FOLDER`.

A node takes in the reports of an exercise under eleven labels. Ten audiences read it: two pairs of them may read exactly the same. Each asks for its
world for the first time, again with nothing new, and again after the reports of a day (the last to be issued) have come; every time in a process of its
own, as a command does, and at the end one after the other in one process. Wall and CPU seconds, and what takes them: looking whether anything has
changed, reading what was kept, reading rows, linking, events with their areas, keeping; peak memory of a process, and disk.
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
    named = {f"P{number}" for number in range(1, 6) if chunk % (number + 1) == 0} | ({"P6", "P7"} if chunk > 5 else set())
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


def see(folder: Path, parties: list[str]) -> dict[str, Any]:
    """The wall and CPU seconds in which these audiences see their worlds, one after the other, the peak memory, and what took how long."""
    from vigie.node import going_on, kept, worlds
    from vigie.node.atlas import load_atlas
    from vigie.node.settings import open_node

    node, atlas = open_node(folder / "node"), load_atlas()
    spent: dict[str, float] = {}
    named = {(kept, "content_of"): "look", (kept, "read_before"): "read", (kept, "read_world"): "read", (kept, "write_made"): "keep"}
    named |= {(going_on, name): "rows" for name in ("read_change", "read_whole", "_merged")}
    named |= {(going_on, "link_all"): "link", (going_on, "gather"): "gather", (worlds, "link_all"): "link", (worlds, "gather"): "gather"}
    for (module, name), what in named.items():
        setattr(module, name, _timed(getattr(module, name), spent, what))
    _ = kept.content_of(node, node.audience(OWN, NOW_US), atlas, exercise=False)
    seen = {}
    for party in parties:
        spent.clear()
        began, cpu = time.perf_counter(), time.process_time()
        world = kept.kept_world(node, node.audience(party, NOW_US), atlas, exercise=True)
        took = {"wall_s": round(time.perf_counter() - began, 2), "cpu_s": round(time.process_time() - cpu, 2)}
        seen[party] = took | {"reports": len(world.catalogue), "events": len(world.events)} | {name: round(value, 2) for name, value in spent.items()}
        del world
    node.store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    disk = sum(path.stat().st_size for path in (folder / "node" / "worlds").glob("*.world")) / 1024**3
    return {"audiences": seen, "peak_gib": round(peak, 2), "disk_gib": round(disk, 2)}


def _timed(work: Any, spent: dict[str, float], what: str) -> Any:
    def timed(*given: Any, **named: Any) -> Any:
        cpu = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent[what] = spent.get(what, 0.0) + time.process_time() - cpu

    return timed


def _apart(folder: Path, parties: list[str]) -> dict[str, Any]:
    """As `see`, in a process of its own for each audience, as a command is."""
    runs = [subprocess.run([sys.executable, __file__, "--see", party, "--keep", str(folder)], check=True, capture_output=True, text=True) for party in parties]
    found = [json.loads(run.stdout) for run in runs]
    peak, disk = (max(one[name] for one in found) for name in ("peak_gib", "disk_gib"))
    return {"audiences": {party: told for one in found for party, told in one["audiences"].items()}, "peak_gib": peak, "disk_gib": disk}


def main() -> None:
    """Prints the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--day", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--audiences", nargs="+", default=list(AUDIENCES), choices=AUDIENCES, help="those that are measured")
    parser.add_argument("--keep", type=Path, required=True, help="a folder for the node; one that was made before is used as it is, and not as it was")
    parser.add_argument("--see", nargs="+", help="only show these audiences their worlds")
    asked = parser.parse_args()
    if asked.see:
        json.dump(see(asked.keep, asked.see), sys.stdout)
        return
    if not (asked.keep / "node").exists():
        prepare(asked.keep, asked.reports, asked.day, asked.seed)
    for name in ("first", "again", "day", "after the day", "once more"):
        told = {"intake_s": round(take_in(asked.keep / "day", asked.keep / "node"), 1)} if name == "day" else _apart(asked.keep, asked.audiences)
        _say({name: told})
    _say({"in one process": see(asked.keep, asked.audiences)})


def _say(told: dict[str, Any]) -> None:
    json.dump(told, sys.stdout)
    sys.stdout.write("\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
