"""From clusters to events: for every value the one report that is followed, and the event's id."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.choices import Facts, choose, group_rows
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.event import Clusters, Events

Rows = NDArray[np.int64]


def make_events(catalogue: Catalogue, clusters: Clusters, severity: NDArray[np.float64]) -> Events:
    """The events of the clusters, sorted by begin and id; `severity` is that of each report (n,).

    Preferred values: the time with the shortest interval, then the smallest stated error; the place with the smallest
    stated area; the moment magnitude where there is one, else the scale and value that most agencies give; the kind
    that most agencies give, then the most specific. Ties go by witness. Severity is that of the report whose magnitude
    is followed, else of the one whose kind is. `chosen` has time, place, depth, magnitude, kind and severity; -1 is none.
    """
    start, rows = group_rows(clusters.cluster, len(clusters.cluster_probability), catalogue.witness)
    ids = _ids(catalogue.witness, start, rows)
    facts = _facts(catalogue, np.asarray(severity, np.float64))
    chosen, agencies = choose(start, rows, facts)
    order = _by_begin_and_id(catalogue.begin_us[chosen["time"]], ids)
    chosen = {name: column[order] for name, column in chosen.items()}
    place, size, kind = chosen["place"], chosen["magnitude"], chosen["kind"]
    begin, end = start[:-1][order].tolist(), start[1:][order].tolist()
    return Events(
        id=tuple(ids[order].tolist()),
        members=tuple(rows[first:last] for first, last in zip(begin, end, strict=True)),
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
        agencies=agencies[order],
        probability=clusters.cluster_probability[order],
        severity=np.nan_to_num(_value(facts.severity, chosen["severity"])),
        exercise=catalogue.exercise[kind],
    )


def _facts(catalogue: Catalogue, severity: NDArray[np.float64]) -> Facts:
    return Facts(
        uncertain_us=np.where(catalogue.lasted, 0, catalogue.end_us - catalogue.begin_us),
        sigma_s=_last(catalogue.sigma_s),
        is_placed=np.isfinite(catalogue.lon) & np.isfinite(catalogue.lat),
        radius_km=_last(_radius_km(catalogue)),
        depth_km=catalogue.depth_km,
        magnitude=catalogue.magnitude,
        scale=catalogue.scale.codes,
        is_moment=np.array([name.lower().startswith("mw") for name in catalogue.scale.names], bool),
        kind=catalogue.kind.codes,
        kind_levels=np.array([name.count(".") if name else -1 for name in catalogue.kind.names], np.int64),
        agency=catalogue.agency.codes,
        severity=severity,
    )


def _by_begin_and_id(begin_us: Rows, ids: NDArray[np.str_]) -> Rows:
    """The order of events; ids, which are slow to compare, are looked at only where begins are equal."""
    order = np.argsort(begin_us, kind="stable")
    in_order = begin_us[order]
    is_tied = np.zeros(len(order), bool)
    is_tied[1:] = in_order[1:] == in_order[:-1]
    is_tied[:-1] |= is_tied[1:]
    tied = order[is_tied]
    order[is_tied] = tied[np.lexsort((ids[tied], begin_us[tied]))]
    return order.astype(np.int64)


def _ids(witness: NDArray[np.uint64], start: Rows, rows: Rows) -> NDArray[Any]:
    """`event_id` of each event (m,), without its detours; copies of one testimony, which stand side by side, count once."""
    named = witness[rows]
    is_copy = np.zeros(len(rows), bool)
    is_copy[1:] = (named[1:] == named[:-1]).all(axis=1)
    is_copy[start[:-1]] = False
    texts = _canonical(named[~is_copy])
    place = np.concatenate([[0], np.cumsum(~is_copy)])[start] * 35
    sha = hashlib.sha256
    digests = [sha(b"[" + texts[begin : end - 1] + b"]").hexdigest()[:20] for begin, end in zip(place[:-1].tolist(), place[1:].tolist(), strict=True)]
    return np.char.add("ev-", np.array(digests, "U20")) if digests else np.zeros(0, "U23")


def _canonical(witness: NDArray[np.uint64]) -> bytes:
    """Every witness in hexadecimal digits and quotes, with a comma after it: 35 bytes each."""
    digits = np.frombuffer(witness.astype(">u8").tobytes().hex().encode(), np.uint8).reshape(-1, 32)
    text = np.empty((len(witness), 35), np.uint8)
    text[:, 0] = text[:, 33] = ord('"')
    text[:, 1:33], text[:, 34] = digits, ord(",")
    return text.tobytes()


def _radius_km(catalogue: Catalogue) -> NDArray[np.float64]:
    """The stated radius, or that of a circle as large as the stated ellipse, NaN where neither is given."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(catalogue.radius_km), catalogue.radius_km, np.sqrt(catalogue.major_km * catalogue.minor_km))


def _last(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values with infinity for what is missing, or no error at all (agencies write 0 for unknown)."""
    return np.where(values > 0, values, np.inf)


def _value(values: NDArray[np.float64], rows: Rows) -> NDArray[np.float64]:
    return np.where(rows >= 0, values[rows], np.nan) if len(values) else np.zeros(0)


def _text(column: Coded, rows: Rows) -> tuple[str, ...]:
    if not len(column.codes):
        return ()
    names = np.array([*column.names, ""], object)
    return tuple(names[np.where(rows >= 0, column.codes[rows], -1)].tolist())
