"""An event: reports that speak of one happening, with preferred values that each name their report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import canonical_bytes, digest

EVIDENCE = ("time", "place", "size", "kind", "density", "agency")
"""What a link's score is the sum of, in this order."""
MAY_BE_LINKED, PROPOSED, PART_OF, DECIDED = range(4)
"""Bonds: the two may be linked as one event; may be, but only an analyst can say; the first may be a part of the second; an analyst said that they are one."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Two rows of a catalogue that are held to be one event, how sure that is, and why (nats per evidence).

    With the bond `PART_OF` the first is held to be an incident within the second, an episode.
    """

    first: int
    second: int
    probability: float
    reasons: Mapping[str, float]
    bond: int = MAY_BE_LINKED


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Many links as columns (k,), `reasons` (k, 6) in the order of `EVIDENCE`, `bond` (k,) int8; iterating gives single `Link`s."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    probability: NDArray[np.float64]
    reasons: NDArray[np.float64]
    bond: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, index: int) -> Link:
        reasons = dict(zip(EVIDENCE, map(float, self.reasons[index]), strict=True))
        return Link(int(self.first[index]), int(self.second[index]), float(self.probability[index]), reasons, int(self.bond[index]))

    def __iter__(self) -> Iterator[Link]:
        return map(self.__getitem__, range(len(self)))

    def score(self) -> NDArray[np.float64]:
        """The sum of the reasons of each link, nats (k,)."""
        total: NDArray[np.float64] = self.reasons.sum(axis=1)
        return total

    def take(self, rows: NDArray[np.int64]) -> Links:
        """The links at these places, in this order."""
        return Links(**{item.name: getattr(self, item.name)[rows] for item in fields(Links)})


def no_links() -> Links:
    """Links with no rows."""
    rows, nats = np.zeros(0, np.int64), np.zeros(0)
    return Links(rows, rows, nats, np.zeros((0, len(EVIDENCE))), np.zeros(0, np.int8))


def concat_links(parts: Sequence[Links]) -> Links:
    """The links of all parts, one part after the other."""
    columns: dict[str, Any] = {item.name: np.concatenate([getattr(part, item.name) for part in (no_links(), *parts)]) for item in fields(Links)}
    return Links(**columns)


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """The answer of the linking engine for a catalogue of n reports.

    `cluster` (n,) numbers the events 0..m-1 by the smallest witness in each; `probability` (n,) is the chance that
    the report belongs to its event, judged against all other members (1 where it stands alone or an analyst said so);
    `cluster_probability` (m,) is the product over the links that built the event: the chance that none of them is wrong.
    `links` are the accepted ones, as many as it takes to build the clusters, event by event, in each the must-links first
    (with the bond `DECIDED`) and then the strongest first; `doubtful` are links, made or not, that lie near the threshold
    and wait for an analyst, closest first. `part_of` says which event lies within which episode, by a report of each, the
    most certain first.
    """

    cluster: NDArray[np.int64]
    probability: NDArray[np.float64]
    cluster_probability: NDArray[np.float64]
    links: Links
    doubtful: Links
    part_of: Links


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Events as columns (m,). `members[i]` are catalogue rows, best first; `chosen[name][i]` is the row that gave the value."""

    id: tuple[str, ...]
    members: tuple[NDArray[np.int64], ...]
    chosen: Mapping[str, NDArray[np.int64]]
    begin_us: NDArray[np.int64]
    end_us: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_km: NDArray[np.float64]
    depth_km: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    scale: tuple[str, ...]
    field: tuple[str, ...]
    kind: tuple[str, ...]
    agencies: NDArray[np.int64]
    probability: NDArray[np.float64]
    severity: NDArray[np.float64]
    exercise: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.id)


def event_id(witnesses: NDArray[np.uint64]) -> str:
    """The id of the event whose members have these witnesses (k, 2): the same members, the same id, in any order.

    >>> event_id(np.array([[1, 2]], np.uint64))
    'ev-95a233a26c2c584f4166'
    """
    names = sorted(f"{int(high):016x}{int(low):016x}" for high, low in witnesses)
    return f"ev-{digest(canonical_bytes(names))[:20]}"
