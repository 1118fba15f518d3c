"""How fast and how well the engine links the reports of an exercise: `python bench/link.py --reports 1000000 [--peer closure best]`.

Makes the exercise as `vigie exercise make` does (all seven fields), reads its files into a catalogue (seconds stated apart), and measures what lies
between the catalogue and the clusters, learning included: wall, CPU, peak memory, and precision, recall and F1 over pairs of reports. Every step is a
process of its own. What compiling costs the first start, and what a second start pays, is measured with a kernel cache that is empty at first.
`--peer` gives the same reports to Splink in the same run (see `peers/`); `--growth` goes from 10,000 reports up and draws the picture of the manual.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import link_growth
import link_peer
from link_exercise import load, make, shares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vigie.model.catalogue import Catalogue
    from vigie.model.event import Clusters

SIZES = tuple(int(number) for number in (1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7))
FEW = 2_000
"""A start is measured on so many reports: the earliest, of all fields."""


def linked(part: Catalogue, field: str) -> Clusters:
    """The clusters of one field's reports, with all that is learned from them: the one place that calls the engine."""
    from vigie.harmonise import learn, link
    from vigie.node.packs import pack

    sameness = pack(field).sameness
    return link(part, sameness, learned=learn(part, sameness))


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Links all fields with warm kernels: the figures of each and of all."""
    import numpy as np

    from vigie.harmonise import pair_scores

    catalogue, truth = load(asked.folder)
    link_all(catalogue.take(np.argsort(catalogue.begin_us, kind="stable")[:FEW]))
    before, started, cpu = peak_gib(), time.perf_counter(), time.process_time()
    found = link_all(catalogue)
    whole = {"wall_s": round(time.perf_counter() - started, 3), "cpu_s": round(time.process_time() - cpu, 3)}
    peak = peak_gib()
    counts = {name: pair_scores(cluster, truth[rows]) for name, (rows, cluster, _) in found.items()}
    each = {name: {"reports": len(rows), "cpu_s": cpu_s, **shares([counts[name]])} for name, (rows, _, cpu_s) in found.items()}
    return {**whole, "before_gib": before, "peak_gib": peak, **shares(list(counts.values())), "fields": each}


def link_all(catalogue: Catalogue) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64], float]]:
    """The rows, the clusters and the CPU seconds of each field, two fields at once as a node links them."""
    import numpy as np

    from vigie.node.worlds import side_by_side

    rows = {name: np.flatnonzero(catalogue.field.is_in([name])) for name in catalogue.field.names}

    def of_field(name: str) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
        started = time.thread_time()
        cluster = linked(catalogue.take(rows[name]), name).cluster
        return rows[name], cluster, round(time.thread_time() - started, 3)

    return dict(zip(rows, side_by_side(rows, of_field), strict=True))


def peak_gib() -> float:
    """The most memory that this process has held so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3)


def start(asked: argparse.Namespace) -> dict[str, float]:
    """The seconds that a fresh process takes to import the engine, and then to link a few reports."""
    import numpy as np

    catalogue, _ = load(asked.folder)
    few = catalogue.take(np.argsort(catalogue.begin_us, kind="stable")[:FEW])
    started = time.perf_counter()
    importlib.import_module("vigie.harmonise")
    imported, cpu = time.perf_counter(), time.process_time()
    link_all(few)
    wall_s, cpu_s = time.perf_counter() - imported, time.process_time() - cpu
    return {"import_s": round(imported - started, 2), "wall_s": round(wall_s, 2), "cpu_s": round(cpu_s, 2)}


STEPS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "make": lambda asked: make(asked.folder, asked.reports, asked.seed),
    "start": start,
    "measure": measure,
    "table": lambda asked: link_peer.write_table(asked.folder),
    "score": lambda asked: link_peer.score(asked.folder, asked.peer[0]),
}


def main() -> None:
    """Prints the figures as one JSON object."""
    asked = arguments()
    if asked.step:
        sys.stdout.write(json.dumps(STEPS[asked.step](asked)))
        return
    keep_cores(asked.cores)
    with kept_folder(asked) as folder:
        said = growth(asked, folder) if asked.growth else figures(asked, folder / str(asked.reports))
        if asked.peer is not None:
            said["peers"] = peers(asked, folder / str(asked.reports))
    json.dump(said, sys.stdout, indent=2)
    sys.stdout.write("\n")


def arguments() -> argparse.Namespace:
    """What the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2, help="use no more than so many")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the exercise for the next run; by default a temporary one")
    parser.add_argument("--peer", nargs="*", choices=tuple(link_peer.THRESHOLDS), help="also ask Splink: closure (Splink 5), best links (Splink 4)")
    parser.add_argument("--peer-env", type=Path, default=link_peer.ENVIRONMENTS, help="a folder for Splink's environments, kept for the next run")
    parser.add_argument("--growth", action="store_true", help="10,000 reports and more; writes the figures and draws the manual's picture")
    parser.add_argument("--to", type=lambda text: int(float(text)), default=10**6, help="how far --growth goes")
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.growth and asked.peer is not None:
        parser.error("--growth is for the engine alone: leave out --peer")
    return asked


def keep_cores(count: int) -> None:
    """Leaves this process and those it starts so many cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


@contextlib.contextmanager
def kept_folder(asked: argparse.Namespace) -> Iterator[Path]:
    """The folder to keep, one for each seed, or a temporary one."""
    with tempfile.TemporaryDirectory() as passing:
        yield asked.keep / f"seed-{asked.seed}" if asked.keep else Path(passing)


def figures(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All figures of one number of reports. This process stays small: what a child holds at most is counted from its parent's size on."""
    order = ordered(asked, folder, asked.reports)
    made = run("make", order)
    with tempfile.TemporaryDirectory() as kernels:
        starts = {name: run("start", order, kernels) for name in ("first_start", "second_start")}
        found = run("measure", order, kernels)
    return {"reports": asked.reports, "seed": asked.seed, "cores": min(asked.cores, os.cpu_count() or 1), **made, **starts, **found}


def growth(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The figures of rising numbers of reports, kept and drawn; an exercise that is not kept is removed at once."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as kernels:
        for reports in (size for size in SIZES if size <= asked.to):
            order = ordered(asked, folder / str(reports), reports)
            made = run("make", order)
            if not found:
                run("start", order, kernels)  # compiles, so that no size pays for it in seconds or memory
            found.append({"reports": reports, "seed": asked.seed, **made, **run("measure", order, kernels)})
            print(f"{reports:,} reports: {found[-1]['wall_s']} s, {found[-1]['peak_gib']} GiB", file=sys.stderr)
            if not asked.keep:
                shutil.rmtree(folder / str(reports))
    link_growth.publish(found)
    return {"growth": found}


def ordered(asked: argparse.Namespace, folder: Path, reports: int) -> list[str]:
    """What a step is told; makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return ["--folder", str(folder), "--reports", str(reports), "--seed", str(asked.seed)]


def peers(asked: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """The figures of each peer on the same reports."""
    order = ["--folder", str(folder)]
    run("table", order)
    for links in asked.peer or ["closure"]:
        link_peer.ask(folder, links, asked.peer_env, asked.cores)
    return [run("score", [*order, "--peer", links]) for links in asked.peer or ["closure"]]


def run(step: str, order: list[str], kernels: str = "") -> dict[str, Any]:
    """One step in a process of its own, with its compiled kernels in a folder of their own."""
    settings = {**os.environ, "NUMBA_CACHE_DIR": kernels} if kernels else None
    done = subprocess.run([sys.executable, __file__, "--step", step, *order], check=True, stdout=subprocess.PIPE, env=settings)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
