"""From linked fields to the events of a world: those whose reports are what they were are taken over, the others are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, country_at, unit_at
from vigie.model.catalogue import Catalogue
from vigie.model.event import Clusters, Events, no_links
from vigie.model.pack import Pack
from vigie.node.severity import severities

if TYPE_CHECKING:
    from vigie.harmonise import LinkState

Rows = NDArray[np.int64]
TEXTS = ("scale", "field", "kind")
PLAIN = tuple(item.name for item in fields(Events) if item.name not in (*TEXTS, "id", "members", "chosen"))
"""The columns of events that are texts, and those that are numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """One field's reports, which are `rows` (k,) of the catalogue, with their clusters, and the state of linking to go on from."""

    rows: Rows
    clusters: Clusters
    field: Pack
    state: LinkState
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Events, the event of each row of the catalogue (n,), and the country and the unit of each event (m,)."""

    events: Events
    event_of: Rows
    country: NDArray[np.object_]
    unit: NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Events as plain columns (m,): event i has the reports `rows[begin[i]:begin[i] + size[i]]`. `texts` hold country and unit too, `id` is in bytes."""

    id: NDArray[np.bytes_]
    rows: Rows
    begin: Rows
    size: Rows
    chosen: Mapping[str, Rows]
    texts: Mapping[str, NDArray[np.object_]]
    plain: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The events before, the event of each row there, `source` (n,), the row there of each row now, and `row_of`, the other way round; -1 is none."""

    columns: Columns
    event_of: Rows
    source: Rows
    row_of: Rows


def gather(catalogue: Catalogue, parts: Sequence[Linked], atlas: Atlas, earlier: Earlier | None = None) -> Gathered:
    """The events of all fields, sorted by begin and id: the same whether or not there is something to go on from."""
    group, chance, edges = _groups(len(catalogue), parts)
    number = np.full(len(chance), -1) if earlier is None else _unchanged(group, len(chance), earlier)
    made = [_made(catalogue, part, number[begin:end] < 0) for part, begin, end in zip(parts, edges[:-1], edges[1:], strict=True)]
    fresh = _placed(catalogue, [*made, _no_events(catalogue)], atlas)
    old = _renumbered(earlier) if earlier is not None else None
    whole = fresh if old is None else _beside(old, fresh)
    kept = np.flatnonzero(number >= 0)
    of_event = np.concatenate([kept, group[fresh.rows[fresh.begin]]])
    chosen = np.concatenate([number[kept], len(whole) - len(fresh) + np.arange(len(fresh))])
    order = _by_begin_and_id(whole.plain["begin_us"][chosen], whole.id, chosen)
    of_event, chosen = of_event[order], chosen[order]
    place = np.empty(len(chance), np.int64)
    place[of_event] = np.arange(len(order))
    return Gathered(_events(whole, chosen, chance[of_event]), place[group], whole.texts["country"][chosen], whole.texts["unit"][chosen])


def columns_of(gathered: Gathered) -> Columns:
    """Events with their areas as plain columns."""
    return _columns([gathered.events], gathered.country, gathered.unit)


def _groups(count: int, parts: Sequence[Linked]) -> tuple[Rows, NDArray[np.float64], list[int]]:
    """The cluster of each row, all fields' numbered through (n,), each cluster's chance (m,), and where the numbers of each field begin and end."""
    group, edges = np.zeros(count, np.int64), [0]
    for part in parts:
        group[part.rows] = part.clusters.cluster + edges[-1]
        edges.append(edges[-1] + len(part.clusters.cluster_probability))
    return group, np.concatenate([np.zeros(0), *(part.clusters.cluster_probability for part in parts)]), edges


def _unchanged(group: Rows, count: int, earlier: Earlier) -> Rows:
    """The event that each cluster was before (m,), -1 where no event had the same reports."""
    was = np.where(earlier.source >= 0, earlier.event_of[earlier.source], -1) if len(earlier.event_of) else np.full(len(group), -1)
    one = np.full(count, -1)
    one[group] = was
    is_mixed = np.bincount(group[was != one[group]], minlength=count) > 0
    same = np.flatnonzero((one >= 0) & ~is_mixed)
    same = same[np.bincount(group, minlength=count)[same] == earlier.columns.size[one[same]]]
    number = np.full(count, -1)
    number[same] = one[same]
    return number


def _made(catalogue: Catalogue, part: Linked, wanted: NDArray[np.bool_]) -> Events:
    """The events of the wanted clusters of a field (m,), by rows of the catalogue."""
    from vigie.harmonise import make_events

    inside = np.flatnonzero(wanted[part.clusters.cluster])
    rows, cluster = part.rows[inside], (np.cumsum(wanted) - 1)[part.clusters.cluster[inside]]
    reports = catalogue.take(rows)
    clusters = Clusters(cluster, np.ones(len(rows)), np.ones(int(wanted.sum())), no_links(), no_links(), no_links())
    events = make_events(reports, clusters, severities(part.field.terms, reports))
    chosen = {name: np.where(at < 0, -1, rows[at]) if len(rows) else at for name, at in events.chosen.items()}
    return replace(events, members=tuple(rows[members] for members in events.members), chosen=chosen)


def _no_events(catalogue: Catalogue) -> Events:
    from vigie.harmonise import make_events

    none = catalogue.take(np.zeros(0, np.int64))
    return make_events(none, Clusters(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), no_links(), no_links(), no_links()), np.zeros(0))


def _placed(catalogue: Catalogue, made: Sequence[Events], atlas: Atlas) -> Columns:
    """The events as columns, with the country and the unit of each: those of its place; the country may be the one that the report of its kind named."""
    lon, lat = (np.concatenate([getattr(part, name) for part in made]) for name in ("lon", "lat"))
    kind = np.concatenate([part.chosen["kind"] for part in made])
    at_place = country_at(atlas, lon, lat)
    said = catalogue.country.texts()[kind] if len(kind) else np.zeros(0, object)
    return _columns(made, np.where(at_place == "", said, at_place) if len(said) else at_place, unit_at(atlas, lon, lat))


def _columns(parts: Sequence[Events], country: NDArray[np.object_], unit: NDArray[np.object_]) -> Columns:
    members = [rows for part in parts for rows in part.members]
    size = np.fromiter(map(len, members), np.int64, len(members))
    rows = np.concatenate([np.zeros(0, np.int64), *members])
    names = np.array([name for part in parts for name in part.id], "S23")
    chosen = {name: np.concatenate([part.chosen[name] for part in parts]) for name in parts[0].chosen}
    texts = {name: np.concatenate([_objects(getattr(part, name)) for part in parts]) for name in TEXTS} | {"country": country, "unit": unit}
    plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in PLAIN}
    return Columns(names, rows, np.cumsum(size) - size, size, chosen, texts, plain)


def _renumbered(earlier: Earlier) -> Columns:
    """The events before, by rows as they are numbered now."""
    columns = earlier.columns
    chosen = {name: np.where(at < 0, -1, earlier.row_of[at]) if len(at) else at for name, at in columns.chosen.items()}
    return replace(columns, rows=earlier.row_of[columns.rows] if len(columns.rows) else columns.rows, chosen=chosen)


def _beside(old: Columns, fresh: Columns) -> Columns:
    """The events of both, one after the other."""
    pairs = ((old.chosen, fresh.chosen), (old.texts, fresh.texts), (old.plain, fresh.plain))
    chosen, texts, plain = ({name: np.concatenate([own[name], others[name]]) for name in own} for own, others in pairs)
    begin = np.concatenate([old.begin, fresh.begin + len(old.rows)])
    rows, size, names = (np.concatenate([getattr(part, name) for part in (old, fresh)]) for name in ("rows", "size", "id"))
    return Columns(names, rows, begin, size, chosen, texts, plain)


def _by_begin_and_id(begin_us: Rows, ids: NDArray[np.bytes_], chosen: Rows) -> Rows:
    """The order of the chosen events; ids, which are slow to compare, are looked at only where begins are equal."""
    order = np.argsort(begin_us, kind="stable")
    in_order = begin_us[order]
    is_tied = np.zeros(len(order), bool)
    is_tied[1:] = in_order[1:] == in_order[:-1]
    is_tied[:-1] |= is_tied[1:]
    tied = order[is_tied]
    order[is_tied] = tied[np.lexsort((ids[chosen[tied]], begin_us[tied]))]
    return order


def _events(columns: Columns, chosen: Rows, probability: NDArray[np.float64]) -> Events:
    """The chosen events, with these chances (m,)."""
    begin, end = columns.begin[chosen].tolist(), (columns.begin + columns.size)[chosen].tolist()
    found: dict[str, Any] = {name: column[chosen] for name, column in columns.plain.items()} | {"probability": probability}
    found |= {name: tuple(columns.texts[name][chosen].tolist()) for name in TEXTS} | {"id": tuple(columns.id[chosen].astype(np.str_).tolist())}
    members = tuple([columns.rows[first:last] for first, last in zip(begin, end, strict=True)])
    return Events(members=members, chosen={name: rows[chosen] for name, rows in columns.chosen.items()}, **found)


def _objects(texts: tuple[str, ...]) -> NDArray[np.object_]:
    found = np.empty(len(texts), object)
    found[:] = texts
    return found
