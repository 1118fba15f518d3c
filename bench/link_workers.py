"""How fast workers link the reports of an exercise, with the answers compared: `python bench/link_workers.py --reports 300000`.

All seven fields, learning included, from catalogue to clusters: first by the engine in one process with one core, with all
cores, and then by 1, 2, ... workers. Each worker is held to one core, as if it were a machine with one; this process, which
learns, cuts and joins, may use any. CPU seconds are those of all processes. Starting workers, and their first linking
of a few reports (which loads the compiled kernels), is not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from link_exercise import load, make

if TYPE_CHECKING:
    from vigie.model.catalogue import Catalogue
    from vigie.model.event import Clusters

FEW = 2_000
Linker = Callable[..., "Clusters"]


def link_all(catalogue: Catalogue, linker: Linker) -> dict[str, Clusters]:
    """The clusters of each field, two fields at once as a node links them."""
    from vigie.harmonise import learn
    from vigie.node.packs import pack
    from vigie.node.worlds import side_by_side

    rows = {name: catalogue.field.is_in([name]).nonzero()[0] for name in catalogue.field.names}

    def of_field(name: str) -> Clusters:
        part, sameness = catalogue.take(rows[name]), pack(name).sameness
        return linker(part, sameness, learned=learn(part, sameness))

    return dict(zip(rows, side_by_side(rows, of_field), strict=True))


def measure(catalogue: Catalogue, linker: Linker, others: Callable[[], float]) -> tuple[dict[str, float], dict[str, Clusters]]:
    """Wall and CPU seconds, and the answer; `others` gives the CPU seconds of all workers so far."""
    link_all(catalogue.take(catalogue.begin_us.argsort(kind="stable")[:FEW]), linker)
    own, theirs, started = time.process_time(), others(), time.perf_counter()
    found = link_all(catalogue, linker)
    wall_s, own_s, theirs_s = time.perf_counter() - started, time.process_time() - own, others() - theirs
    return {"wall_s": round(wall_s, 2), "cpu_s": round(own_s + theirs_s, 2), "own_cpu_s": round(own_s, 2), "workers_cpu_s": round(theirs_s, 2)}, found


def by_workers(catalogue: Catalogue, workers: int) -> tuple[dict[str, float], dict[str, Clusters]]:
    """The same by so many workers of one core each."""
    from vigie.node.cluster_link import linking_on

    with linking_on(workers=workers) as linker:
        assert linker is not None  # noqa: S101 - workers were named
        client: Any = linker.args[0].client  # type: ignore[attr-defined]
        for core, address in zip(cores(), client.nthreads(), strict=False):
            client.run(hold, [core], workers=[address])
        return measure(catalogue, linker, lambda: sum(client.run(time.process_time).values()))


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def hold(numbers: list[int]) -> None:
    """Holds every thread of this process to these cores."""
    import os
    from pathlib import Path

    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), numbers)


@contextlib.contextmanager
def held(count: int) -> Iterator[None]:
    """Holds this process to so many cores for a while."""
    before = cores()
    hold(before[:count])
    try:
        yield
    finally:
        hold(before)


def same(first: dict[str, Clusters], second: dict[str, Clusters]) -> bool:
    """Whether two answers are the same to the last bit, doubts and reasons included."""
    return all(_same_value(getattr(first[name], item.name), getattr(second[name], item.name)) for name in first for item in fields(first[name]))


def _same_value(one: Any, other: Any) -> bool:
    import numpy as np

    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return all(np.array_equal(getattr(one, item.name), getattr(other, item.name)) for item in fields(one))


def main() -> None:
    """Prints the figures as one JSON object; fails where an answer differs."""
    asked = arguments()
    with tempfile.TemporaryDirectory() as passing:
        folder = asked.keep / f"seed-{asked.seed}" / str(asked.reports) if asked.keep else Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, asked.reports, asked.seed)
        said, answers = compared(load(folder)[0], asked.workers)
    wrong = [name for name, answer in answers.items() if not same(answer, answers["one process, one core"])]
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3)
    json.dump({"reports": asked.reports, "seed": asked.seed, "same": not wrong, "peak_gib": peak, **said}, sys.stdout, indent=2)
    sys.stdout.write("\n")
    if wrong:
        sys.exit(f"Not the same answer: {', '.join(wrong)}.")


def compared(catalogue: Catalogue, workers: list[int]) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Clusters]]]:
    """Figures and answers of each way of working."""
    from vigie.harmonise import link

    with held(1):
        found = {"one process, one core": measure(catalogue, link, lambda: 0.0)}
    found["one process, all cores"] = measure(catalogue, link, lambda: 0.0)
    for count in workers:
        found[f"workers: {count}"] = by_workers(catalogue, count)
    return {name: figures for name, (figures, _) in found.items()}, {name: answer for name, (_, answer) in found.items()}


def arguments() -> argparse.Namespace:
    """What the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of workers to try, one after the other")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the exercise for the next run; by default a temporary one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
