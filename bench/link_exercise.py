"""The exercise that `bench/link.py` links: made as `vigie exercise make` makes it, read into a catalogue, and kept as arrays for the steps that follow."""

from __future__ import annotations

import json
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vigie.model.catalogue import Catalogue


def make(folder: Path, reports: int, seed: int) -> dict[str, Any]:
    """Makes the exercise, reads it, and keeps catalogue and truth in the folder; the seconds of both. What the folder holds is not made again."""
    done = folder / "made.json"
    if not done.exists():
        from vigie.node.exercises import make_exercise_files

        started = time.perf_counter()
        files = make_exercise_files(folder / "exercise", reports, seed, int)
        made_s = time.perf_counter() - started
        catalogue, ids, read_s = read(files)
        save(folder / "catalogue.npz", catalogue, truth_of(folder / "exercise" / "truth.csv", ids))
        done.write_text(json.dumps({"make_s": round(made_s, 2), "read_s": round(read_s, 2)}))
    return dict(json.loads(done.read_text()))


def read(files: list[Path]) -> tuple[Catalogue, list[str], float]:
    """The catalogue of the files, its reports' names, and the seconds it took."""
    from vigie.ingest.table import read_catalogue
    from vigie.model.catalogue import concat
    from vigie.model.pack import ReadContext
    from vigie.node.mappings import preset_mapping, terms_of

    mapping = preset_mapping("vigie")
    terms = terms_of(mapping)
    started = time.perf_counter()
    parts = [read_catalogue(path, mapping, ReadContext(path.name, ""), terms) for path in files]
    catalogue = concat([part for part, _, _ in parts])
    return catalogue, [name for _, names, _ in parts for name in names], time.perf_counter() - started


def truth_of(path: Path, ids: list[str]) -> NDArray[np.int64]:
    """The number of the true event of each report (n,)."""
    import polars as pl

    told = pl.read_csv(path).with_columns(event=pl.col("event_id").rank("dense").cast(pl.Int64) - 1)
    return pl.DataFrame({"report_id": ids}).join(told, on="report_id", how="left", maintain_order="left")["event"].to_numpy()


def save(path: Path, catalogue: Catalogue, truth: NDArray[np.int64]) -> None:
    """Writes both into one file of arrays."""
    import numpy as np

    columns: dict[str, Any] = {"truth": truth}
    for item in fields(catalogue):
        value = getattr(catalogue, item.name)
        columns |= {item.name: value.codes, f"{item.name} names": np.array(value.names, str)} if hasattr(value, "codes") else {item.name: value}
    np.savez(path, **columns)


def load(folder: Path) -> tuple[Catalogue, NDArray[np.int64]]:
    """The catalogue and the truth that `save` wrote."""
    import numpy as np

    from vigie.model.catalogue import Catalogue, Coded

    with np.load(folder / "catalogue.npz") as kept:
        plain = {name: kept[name] for name in kept.files if not name.endswith(" names")}
        names = {name.removesuffix(" names"): tuple(map(str, kept[name])) for name in kept.files if name.endswith(" names")}
    truth = plain.pop("truth")
    columns: dict[str, Any] = {name: Coded(value, names[name]) if name in names else value for name, value in plain.items()}
    return Catalogue(**columns), truth


def shares(counts: list[Any]) -> dict[str, float]:
    """Precision, recall and F1 over the pairs of several agreements together."""
    from vigie.harmonise import Agreement

    whole = Agreement(*(sum(getattr(one, name) for one in counts) for name in ("right", "found", "true")))
    return {name: round(getattr(whole, name), 4) for name in ("precision", "recall", "f1")}
