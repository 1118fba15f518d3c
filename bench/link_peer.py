"""Splink beside the engine in `bench/link.py`: the same reports as a table, an environment of its own, and its clusters scored by the same truth.

The table holds what a user of Splink would work out before: cells and days, the middle of a stated span, sizes on common axes, the field's own default
where an agency states no radius, and the true share of matching pairs. None of that is counted as time. Of several thresholds each field
takes the one with the best F1, which nobody without the truth could choose: both favour the peer.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from link_exercise import load, shares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vigie.model.catalogue import Catalogue

PEERS = Path(__file__).resolve().parent / "peers"
ENVIRONMENTS = Path(tempfile.gettempdir()) / "vigie-bench-peers"
THRESHOLDS = {"closure": (0.1, 0.3, 0.5, 0.8, 0.9, 0.95, 0.98, 0.995), "best": (0.15, 0.5)}
REQUIREMENTS = {"closure": "splink5.txt", "best": "splink4.txt"}
"""Best links do not end in Splink 5.0.0, so Splink 4 is asked for them."""

HOUR_US = 3_600_000_000
CELL_LON, CELL_LAT = 0.65, 0.5


def ask(folder: Path, links: str, environments: Path, cores: int) -> None:
    """Has Splink link the table in the folder; it writes its clusters and its figures into a folder beside."""
    out = folder / links
    out.mkdir(exist_ok=True)
    python = environment(environments / REQUIREMENTS[links].removesuffix(".txt"), PEERS / REQUIREMENTS[links])
    thresholds = ["--thresholds", *map(str, THRESHOLDS[links])]
    order = [str(folder / "reports.parquet"), str(out), "--links", links, "--threads", str(cores), *thresholds]
    subprocess.run([str(python), str(PEERS / "splink_link.py"), *order], check=True)


def environment(folder: Path, requirements: Path) -> Path:
    """The interpreter of a virtual environment with these packages, made where it is not there."""
    python, ready = folder / "bin" / "python", folder / requirements.name
    if not ready.exists() or ready.read_text() != requirements.read_text():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", "-r", str(requirements)], check=True)
        ready.write_text(requirements.read_text())
    return python


def write_table(folder: Path) -> dict[str, Any]:
    """Writes `reports.parquet` from the catalogue kept in the folder."""
    import numpy as np
    import polars as pl

    catalogue, truth = load(folder)
    levels = [name.split(".") for name in catalogue.kind.names]
    coarse = {f"kind{depth}": np.array([".".join(name[:depth]) for name in levels], object)[catalogue.kind.codes] for depth in (1, 2)}
    texts = {name: getattr(catalogue, name).texts() for name in ("field", "agency", "kind")}
    columns = {"report": np.arange(len(catalogue)), **texts, **coarse, **spans(catalogue), **places(catalogue), **packed(catalogue, truth)}
    pl.DataFrame(columns).fill_nan(None).write_parquet(folder / "reports.parquet")
    return {}


def spans(catalogue: Catalogue) -> dict[str, NDArray[Any]]:
    """Hours: the stated span of the begin, the end of what lasted, and blocks of a day and of four minutes around the middle, plain and shifted."""
    import numpy as np

    begin, end = catalogue.begin_us / HOUR_US, catalogue.end_us / HOUR_US
    to = np.where(catalogue.lasted, begin, end)
    middle = (begin + to) / 2
    blocks = {f"day{shift}": block(middle / 24, shift) for shift in (0, 1)} | {f"minutes{shift}": block(middle * 15, shift) for shift in (0, 1)}
    return {"from_h": begin, "to_h": to, "until_h": np.where(catalogue.lasted, end, np.nan), **blocks}


def places(catalogue: Catalogue) -> dict[str, NDArray[Any]]:
    """Coordinates, the cosine of the latitude, and cells, plain and shifted by half."""
    import numpy as np

    units = {"x": catalogue.lon / CELL_LON, "y": catalogue.lat / CELL_LAT}
    cells = {f"{name}{shift}": block(value, shift) for name, value in units.items() for shift in (0, 1)}
    return {"lon": catalogue.lon, "lat": catalogue.lat, "cos_lat": np.cos(np.radians(catalogue.lat)), **cells}


def block(value: NDArray[np.float64], shift: int) -> NDArray[np.int64]:
    """The whole number at or below the value (n,), shifted by so many halves."""
    import numpy as np

    return np.floor(value + shift / 2).astype(np.int64)


def packed(catalogue: Catalogue, truth: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """What depends on the field: the radius, the size on its family's axis, the family, and the share of all pairs that are true."""
    import numpy as np

    from vigie.harmonise import pair_scores
    from vigie.node.packs import pack

    size, share = np.full(len(catalogue), np.nan), np.zeros(len(catalogue))
    family, radius = np.full(len(catalogue), "", object), catalogue.radius_km.copy()
    for name in catalogue.field.names:
        rows, sameness = catalogue.field.is_in([name]), pack(name).sameness
        radius[rows & np.isnan(radius)] = sameness.radius_km
        share[rows] = pair_scores(truth[rows], truth[rows]).true / max(1, int(rows.sum()) * (int(rows.sum()) - 1) // 2)
        for scale, known in sameness.sizes.items():
            of = rows & catalogue.scale.is_in([one for one in catalogue.scale.names if one.lower() == scale])
            size[of], family[of] = np.log1p(catalogue.magnitude[of]) if known.logarithmic else catalogue.magnitude[of], known.family
    return {"radius_km": radius, "size": size, "family": family, "true_share": share}


def score(folder: Path, links: str) -> dict[str, Any]:
    """The figures of the peer: each field at its best threshold, and all together."""
    _, truth = load(folder)
    told = json.loads((folder / links / "figures.json").read_text())
    best = {name: best_of(folder / links, name, truth) for name in told["fields"]}
    each = {name: {**seconds(told["fields"][name], best[name][0]), "threshold": best[name][0], **shares([best[name][1]])} for name in best}
    whole = {name: round(sum(figures[name] for figures in each.values()), 3) for name in ("wall_s", "cpu_s")}
    said = {name: told[name] for name in ("splink", "duckdb", "threads", "before_gib", "peak_gib")}
    return {"links": links, **said, **whole, **shares([one for _, one in best.values()]), "fields": each}


def best_of(folder: Path, field: str, truth: NDArray[np.int64]) -> tuple[float, Any]:
    """The threshold with the best F1, and the agreement at it."""
    import polars as pl

    from vigie.harmonise import pair_scores

    found = {path: pl.read_parquet(path) for path in folder.glob(f"{field}-*.parquet")}
    agreed = {float(path.stem.rpartition("-")[2]): pair_scores(one["cluster"].to_numpy(), truth[one["report"].to_numpy()]) for path, one in found.items()}
    return max(agreed.items(), key=lambda item: (item[1].f1, item[0]))


def seconds(told: dict[str, Any], threshold: float) -> dict[str, float]:
    """What one field took: the model, training, prediction and one clustering."""
    steps = [span for name, span in told["steps"].items() if not name.startswith("cluster") or name == f"cluster {threshold}"]
    whole = {"wall_s": round(sum(wall for wall, _ in steps), 3), "cpu_s": round(sum(cpu for _, cpu in steps), 3)}
    parts = {f"{name}_s": told["steps"][name][0] for name in ("u", "em", "predict")}
    return {"reports": told["reports"], "pairs": told["pairs"], **whole, **parts}
