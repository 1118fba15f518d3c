"""Small catalogues for the tests of the linking engine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from vigie.harmonise import Background, Learned
from vigie.model.catalogue import Catalogue, Coded, witness_array
from vigie.model.event import Clusters, Links
from vigie.model.linkmodel import untrained
from vigie.model.sameness import Sameness
from vigie.model.times import DAY_US, NEVER_US

RULES = Sameness()
_DEFAULTS: dict[str, Any] = {
    "agency": "a", "field": "conflict", "kind": "", "begin_us": 0, "end_us": None, "lasted": False, "sigma_s": np.nan, "issued_us": NEVER_US,
    "lon": 20.0, "lat": 42.0, "radius_km": np.nan, "major_km": np.nan, "minor_km": np.nan, "azimuth": np.nan, "depth_km": np.nan,
    "country": "", "magnitude": np.nan, "scale": "", "exercise": False,
}  # fmt: skip
_TYPES: dict[str, Any] = {"begin_us": np.int64, "end_us": np.int64, "issued_us": np.int64, "lasted": bool, "exercise": bool}
_TEXTS = ("agency", "field", "kind", "country", "scale")


def catalogue(*reports: dict[str, Any]) -> Catalogue:
    """A catalogue of reports given by what differs from the default; `ref` names the testimony, else its position does."""
    rows = [{**_DEFAULTS, **report} for report in reports]
    for row in rows:
        row["end_us"] = row["begin_us"] if row["end_us"] is None else row["end_us"]
    names = [hashlib.sha256(str(row.pop("ref", place)).encode()).hexdigest() for place, row in enumerate(rows)]
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows], _TYPES.get(name, np.float64)) for name in _DEFAULTS if name not in _TEXTS}
    texts: dict[str, Any] = {name: Coded.of([row[name] for row in rows]) for name in _TEXTS}
    return Catalogue(row=np.arange(len(rows)), witness=witness_array(names), **columns, **texts)


def crowd(seed: int, count: int = 120) -> Catalogue:
    """Reports of some events told by several agencies, crowded enough that the answer is not obvious."""
    rng = np.random.default_rng(seed)
    events = count // 3
    place, when = rng.uniform([19, 41], [21, 43], (events, 2)), rng.integers(0, 20 * DAY_US, events)
    truth = rng.integers(0, events, count)
    agencies, kinds = ["a", "b", "c", "d"], ["", "unrest.riot", "unrest.protest", "violence.attack"]
    return catalogue(
        *(
            {
                "ref": f"{seed}-{number}",
                "agency": agencies[rng.integers(4)],
                "kind": kinds[rng.integers(4)],
                "begin_us": int(when[event] + rng.normal() * 0.4 * DAY_US),
                "lon": float(place[event, 0] + rng.normal() * 0.1),
                "lat": float(place[event, 1] + rng.normal() * 0.1),
                "radius_km": float(rng.choice([2.0, 10.0, np.nan, 150.0])),
                "lasted": bool(rng.integers(2)),
            }
            for number, event in enumerate(truth)
        )
    )


def alike(first: Clusters, second: Clusters) -> None:
    """Fails unless two answers are the same to the last bit."""
    for item in fields(Clusters):
        one, other = getattr(first, item.name), getattr(second, item.name)
        columns = fields(Links) if isinstance(one, Links) else ()
        for left, right in [(getattr(one, column.name), getattr(other, column.name)) for column in columns] or [(one, other)]:
            np.testing.assert_array_equal(left, right, err_msg=item.name)


def same(cluster: Sequence[int] | np.ndarray, *rows: int) -> bool:
    """Whether all these rows lie in one cluster."""
    return len({int(cluster[row]) for row in rows}) == 1


def settled(background: Background) -> Learned:
    """The priors, with this background."""
    return Learned(untrained(RULES), background)
