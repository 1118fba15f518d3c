"""How long a day's reports take that come to a catalogue already linked: `python bench/link_day.py --reports 1000000 --day 2000`.

The exercise of `bench/link.py` is linked without the last reports to begin; these are then added to the warm state, field by field, and the answer is
asked for. It is compared with linking all of them at once under the same parameters: every cluster must be the same, and so must the ids of events.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import link
from link_exercise import load, make

if TYPE_CHECKING:
    from vigie.model.catalogue import Catalogue


def main() -> None:
    """Prints the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=1_000_000)
    parser.add_argument("--day", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2, help="use no more than so many")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the exercise for the next run; by default a temporary one")
    asked = parser.parse_args()
    link.keep_cores(asked.cores)
    with link.kept_folder(asked) as kept:
        folder = kept / str(asked.reports)
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, asked.reports, asked.seed)
        catalogue, _ = load(folder)
    json.dump(added(catalogue, asked.day), sys.stdout, indent=2)
    sys.stdout.write("\n")


def added(catalogue: Catalogue, day: int) -> dict[str, Any]:
    """The seconds of each field and of all."""
    import numpy as np

    order = np.argsort(catalogue.begin_us, kind="stable")
    is_new = np.zeros(len(catalogue), bool)
    is_new[order[-day:]] = True
    link.link_all(catalogue.take(order[: link.FEW]))
    fields = {}
    for name in catalogue.field.names:
        rows = np.flatnonzero(catalogue.field.is_in([name]))
        if is_new[rows].any():
            fields[name] = of_field(catalogue.take(rows[~is_new[rows]]), catalogue.take(rows[is_new[rows]]), name)
    whole = {key: round(sum(one[key] for one in fields.values()), 3) for key in ("add_s", "answer_s", "cpu_s")}
    return {"reports": len(catalogue), "day": day, **whole, "same": all(one["same"] for one in fields.values()), "fields": fields}


def of_field(before: Catalogue, day: Catalogue, name: str) -> dict[str, Any]:
    """One field's reports: linked without the day's, with them added, and all at once."""
    import numpy as np

    from vigie.harmonise import add, clusters_of, learn, start
    from vigie.model.catalogue import concat
    from vigie.node.packs import pack

    sameness = pack(name).sameness
    learned = learn(before, sameness)
    state = start(before, sameness, learned=learned)
    clusters_of(add(state, day.take(np.arange(1))))
    began, cpu = time.perf_counter(), time.process_time()
    state = add(state, day)
    middle = time.perf_counter()
    warm = clusters_of(state)
    took = {"add_s": round(middle - began, 3), "answer_s": round(time.perf_counter() - middle, 3), "cpu_s": round(time.process_time() - cpu, 3)}
    whole = clusters_of(start(concat([before, day]), sameness, learned=learned))
    return {"reports": len(before), "new": len(day), **took, "same": bool((warm.cluster == whole.cluster).all())}


if __name__ == "__main__":
    main()
