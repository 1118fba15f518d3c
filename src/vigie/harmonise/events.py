"""From clusters to events: for every value the one report that is followed, and the event's id."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from vigie.model.catalogue import Catalogue, Coded
from vigie.model.event import Clusters, Events

Column = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]
Rows = NDArray[np.int64]


def make_events(catalogue: Catalogue, clusters: Clusters, severity: NDArray[np.float64]) -> Events:
    """The events of the clusters, sorted by begin and id; `severity` is that of each report (n,).

    Preferred values: the time with the shortest interval, then the smallest stated error; the place with the smallest
    stated area; the moment magnitude where there is one, else the scale and value that most agencies give; the kind
    that most agencies give, then the most specific. Ties go by witness. Severity is that of the report whose magnitude
    is followed, else of the one whose kind is. `chosen` has time, place, depth, magnitude, kind and severity; -1 is none.
    """
    rank = np.empty(len(catalogue), np.int64)
    rank[catalogue.canonical_order()] = np.arange(len(catalogue))
    count, cluster = len(clusters.cluster_probability), clusters.cluster
    chosen = _choices(catalogue, cluster, rank, count, severity)
    members = _members(catalogue, cluster, rank, count, chosen["place"])
    ids = _ids(catalogue.witness, members)
    order = np.lexsort((np.array(ids, "U23"), catalogue.begin_us[chosen["time"]])).astype(np.int64)
    chosen = {name: rows[order] for name, rows in chosen.items()}
    place, size, kind = chosen["place"], chosen["magnitude"], chosen["kind"]
    return Events(
        id=tuple(ids[event] for event in order),
        members=tuple(members[event] for event in order),
        chosen=chosen,
        begin_us=catalogue.begin_us[chosen["time"]],
        end_us=catalogue.end_us[chosen["time"]],
        lon=_value(catalogue.lon, place),
        lat=_value(catalogue.lat, place),
        radius_km=_value(_radius_km(catalogue), place),
        depth_km=_value(catalogue.depth_km, chosen["depth"]),
        magnitude=_value(catalogue.magnitude, size),
        scale=_text(catalogue.scale, size),
        field=_text(catalogue.field, kind),
        kind=_text(catalogue.kind, kind),
        agencies=_distinct_in(cluster, catalogue.agency.codes.astype(np.int64), count)[order],
        probability=clusters.cluster_probability[order],
        severity=np.nan_to_num(_value(np.asarray(severity, np.float64), chosen["severity"])),
        exercise=catalogue.exercise[kind],
    )


def _choices(catalogue: Catalogue, cluster: Rows, rank: Rows, count: int, severity: NDArray[np.float64]) -> dict[str, Rows]:
    uncertain_us = np.where(catalogue.lasted, 0, catalogue.end_us - catalogue.begin_us)
    radius = _radius_km(catalogue)
    placed = np.isfinite(catalogue.lon) & np.isfinite(catalogue.lat)
    kind_votes, depth = _votes(catalogue, cluster, catalogue.kind.codes.astype(np.int64)), _levels(catalogue.kind)
    chosen = {
        "time": _first(cluster, count, None, uncertain_us, _last(catalogue.sigma_s), rank),
        "place": _first(cluster, count, placed, _last(radius), rank),
        "depth": _first(cluster, count, np.isfinite(catalogue.depth_km), ~placed, _last(radius), rank),
        "magnitude": _choose_magnitude(catalogue, cluster, rank, count),
        "kind": _first(cluster, count, None, _empty(catalogue.kind), -kind_votes, -depth, rank),
    }
    by_size = chosen["magnitude"]
    usable = (by_size >= 0) & np.isfinite(np.asarray(severity, np.float64)[by_size]) if len(severity) else np.zeros(count, bool)
    return {**chosen, "severity": np.where(usable, by_size, chosen["kind"])}


def _choose_magnitude(catalogue: Catalogue, cluster: Rows, rank: Rows, count: int) -> Rows:
    is_moment = np.array([name.lower().startswith("mw") for name in catalogue.scale.names], bool)
    scale = catalogue.scale.codes.astype(np.int64)
    known = np.isfinite(catalogue.magnitude)
    value = np.unique(np.where(known, catalogue.magnitude, 0.0), return_inverse=True)[1].astype(np.int64)
    scale_votes = _votes(catalogue, cluster, np.where(known, scale, -1))
    value_votes = _votes(catalogue, cluster, np.where(known, scale * (int(value.max(initial=0)) + 1) + value, -1))
    other = ~is_moment[scale] if len(is_moment) else np.zeros(len(catalogue), bool)
    return _first(cluster, count, known, other, -scale_votes, -value_votes, rank)


def _first(cluster: Rows, count: int, valid: NDArray[np.bool_] | None, *criteria: Column) -> Rows:
    """The row of each cluster (count,) that is first by the criteria, most important first; -1 where none is valid."""
    rows = np.arange(len(cluster)) if valid is None else np.flatnonzero(valid)
    order = rows[np.lexsort((*(item[rows] for item in reversed(criteria)), cluster[rows]))]
    chosen = np.full(count, -1, np.int64)
    chosen[cluster[order][::-1]] = order[::-1]
    return chosen


def _votes(catalogue: Catalogue, cluster: Rows, value: Rows) -> Rows:
    """How many agencies in the same cluster say the same as each row (n,)."""
    if not len(cluster):
        return np.zeros(0, np.int64)
    span = int(value.max()) + 2
    said = cluster * span + value + 1
    agency = catalogue.agency.codes.astype(np.int64)
    order = np.lexsort((agency, said))
    is_said = np.concatenate([[True], said[order][1:] != said[order][:-1]])
    is_new = is_said | np.concatenate([[True], agency[order][1:] != agency[order][:-1]])
    group = np.cumsum(is_said) - 1
    votes = np.empty(len(cluster), np.int64)
    votes[order] = np.bincount(group, weights=is_new).astype(np.int64)[group]
    return votes


def _distinct_in(cluster: Rows, value: Rows, count: int) -> Rows:
    """How many distinct values each cluster holds (count,)."""
    order = np.lexsort((value, cluster))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (cluster[order][1:] != cluster[order][:-1]) | (value[order][1:] != value[order][:-1])
    return np.bincount(cluster[order], weights=is_new, minlength=count).astype(np.int64)


def _members(catalogue: Catalogue, cluster: Rows, rank: Rows, count: int, place: Rows) -> list[Rows]:
    """The rows of each cluster, the one that gave the place first, then by area and witness."""
    is_other = np.ones(len(cluster), bool)
    is_other[place[place >= 0]] = False
    order = np.lexsort((rank, _last(_radius_km(catalogue)), is_other, cluster))
    return np.split(order, np.searchsorted(cluster[order], np.arange(1, count))) if count else []


def _ids(witness: NDArray[np.uint64], members: list[Rows]) -> list[str]:
    """`event_id` of each cluster, without its detours; copies of one testimony count once."""
    texts = witness.astype(">u8").tobytes().hex()
    return [_id(sorted({texts[32 * row : 32 * row + 32] for row in rows.tolist()})) for rows in members]


def _id(names: list[str]) -> str:
    canonical = '["' + '","'.join(names) + '"]'
    return f"ev-{hashlib.sha256(canonical.encode()).hexdigest()[:20]}"


def _radius_km(catalogue: Catalogue) -> NDArray[np.float64]:
    """The stated radius, or that of a circle as large as the stated ellipse, NaN where neither is given."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(catalogue.radius_km), catalogue.radius_km, np.sqrt(catalogue.major_km * catalogue.minor_km))


def _last(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values with infinity for what is missing, or no error at all (agencies write 0 for unknown)."""
    return np.where(values > 0, values, np.inf)


def _empty(column: Coded) -> NDArray[np.bool_]:
    return ~column.is_in(name for name in column.names if name)


def _levels(column: Coded) -> Rows:
    levels = np.array([name.count(".") for name in column.names], np.int64)
    return levels[column.codes] if len(levels) else np.zeros(0, np.int64)


def _value(values: NDArray[np.float64], rows: Rows) -> NDArray[np.float64]:
    return np.where(rows >= 0, values[rows], np.nan) if len(values) else np.zeros(0)


def _text(column: Coded, rows: Rows) -> tuple[str, ...]:
    codes = column.codes[rows].tolist() if len(column.codes) else []
    return tuple(column.names[code] if row >= 0 else "" for code, row in zip(codes, rows.tolist(), strict=True))
