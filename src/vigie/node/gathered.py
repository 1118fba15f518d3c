"""From linked fields to the events of a world: those whose reports are what they were are taken over, the others are made."""

from __future__ import annotations

from collections.abc import Sequence
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
_TEXTS = ("id", "scale", "field", "kind")


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
class Earlier:
    """What was gathered before, `source` (n,), the row there of each row now, and `row_of`, the row now of each row there; -1 is none."""

    gathered: Gathered
    source: Rows
    row_of: Rows


def gather(catalogue: Catalogue, parts: Sequence[Linked], atlas: Atlas, earlier: Earlier | None = None) -> Gathered:
    """The events of all fields, sorted by begin and id: the same whether or not there is something to go on from."""
    group, chance, edges = _groups(len(catalogue), parts)
    number = np.full(len(chance), -1) if earlier is None else _unchanged(group, len(chance), earlier)
    made = [_made(catalogue, part, number[begin:end] < 0) for part, begin, end in zip(parts, edges[:-1], edges[1:], strict=True)]
    fresh = _Columns.of([*made, _no_events(catalogue)])
    areas = _areas(catalogue, fresh, atlas)
    kept = number[number >= 0]
    old = fresh.none() if earlier is None else _taken_over(earlier, kept)
    were = [np.zeros(0, object)] * 2 if earlier is None else [earlier.gathered.country[kept], earlier.gathered.unit[kept]]
    whole = old.beside(fresh)
    order = _by_begin_and_id(whole.plain["begin_us"], whole.texts["id"])
    of_event = np.concatenate([np.flatnonzero(number >= 0), group[fresh.first_rows()]])[order]
    events = whole.events(order, chance[of_event])
    place = np.empty(len(chance), np.int64)
    place[of_event] = np.arange(len(order))
    country, unit = (np.concatenate(pair)[order] for pair in zip(were, areas, strict=True))
    return Gathered(events, place[group], country, unit)


def _groups(count: int, parts: Sequence[Linked]) -> tuple[Rows, NDArray[np.float64], list[int]]:
    """The cluster of each row, all fields' numbered through (n,), each cluster's chance (m,), and where the numbers of each field begin and end."""
    group, edges = np.zeros(count, np.int64), [0]
    for part in parts:
        group[part.rows] = part.clusters.cluster + edges[-1]
        edges.append(edges[-1] + len(part.clusters.cluster_probability))
    return group, np.concatenate([np.zeros(0), *(part.clusters.cluster_probability for part in parts)]), edges


def _unchanged(group: Rows, count: int, earlier: Earlier) -> Rows:
    """The event that each cluster was before (m,), -1 where no event had the same reports."""
    event_of = earlier.gathered.event_of
    was = np.where(earlier.source >= 0, event_of[earlier.source], -1) if len(event_of) else np.full(len(group), -1)
    one = np.full(count, -1)
    one[group] = was
    is_mixed = np.bincount(group, was != one[group], minlength=count) > 0
    sizes = np.bincount(event_of, minlength=len(earlier.gathered.events))
    same = np.flatnonzero((one >= 0) & ~is_mixed)
    same = same[np.bincount(group, minlength=count)[same] == sizes[one[same]]]
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


def _areas(catalogue: Catalogue, found: _Columns, atlas: Atlas) -> list[NDArray[np.object_]]:
    """The country and the unit of each event: those of its place; the country may be the one that the report which gave the kind named."""
    lon, lat, kind = found.plain["lon"], found.plain["lat"], found.chosen["kind"]
    at_place = country_at(atlas, lon, lat)
    said = catalogue.country.texts()[kind] if len(kind) else np.zeros(0, object)
    return [np.where(at_place == "", said, at_place) if len(said) else at_place, unit_at(atlas, lon, lat)]


def _taken_over(earlier: Earlier, kept: Rows) -> _Columns:
    """The events of these numbers, by rows as they are numbered now."""
    whole = _Columns.of([earlier.gathered.events])
    chosen = {name: np.where(at[kept] < 0, -1, earlier.row_of[at[kept]]) for name, at in whole.chosen.items()}
    texts, plain = ({name: column[kept] for name, column in columns.items()} for columns in (whole.texts, whole.plain))
    return _Columns(earlier.row_of[whole.rows], whole.begin[kept], whole.size[kept], chosen, texts, plain)


def _by_begin_and_id(begin_us: Rows, ids: NDArray[np.object_]) -> Rows:
    """The order of events; ids, which are slow to compare, are looked at only where begins are equal."""
    order = np.argsort(begin_us, kind="stable")
    in_order = begin_us[order]
    is_tied = np.zeros(len(order), bool)
    is_tied[1:] = in_order[1:] == in_order[:-1]
    is_tied[:-1] |= is_tied[1:]
    tied = order[is_tied]
    order[is_tied] = tied[np.lexsort((ids[tied].astype(str), begin_us[tied]))]
    return order


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Events as plain columns: event i has the reports `rows[begin[i]:begin[i] + size[i]]`."""

    rows: Rows
    begin: Rows
    size: Rows
    chosen: dict[str, Rows]
    texts: dict[str, NDArray[np.object_]]
    plain: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, parts: Sequence[Events]) -> _Columns:
        """The events of all parts, one part after the other."""
        members = [rows for part in parts for rows in part.members]
        size = np.fromiter(map(len, members), np.int64, len(members))
        rows = np.concatenate([np.zeros(0, np.int64), *members])
        chosen = {name: np.concatenate([part.chosen[name] for part in parts]) for name in parts[0].chosen}
        texts = {name: np.concatenate([_objects(getattr(part, name)) for part in parts]) for name in _TEXTS}
        others = [item.name for item in fields(Events) if item.name not in (*_TEXTS, "members", "chosen")]
        plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in others}
        return cls(rows, np.cumsum(size) - size, size, chosen, texts, plain)

    def none(self) -> _Columns:
        """The same columns with no events."""
        chosen, texts, plain = ({name: column[:0] for name, column in columns.items()} for columns in (self.chosen, self.texts, self.plain))
        return _Columns(self.rows[:0], self.begin[:0], self.size[:0], chosen, texts, plain)

    def beside(self, other: _Columns) -> _Columns:
        """These events and then the others."""
        begin = np.concatenate([self.begin, other.begin + len(self.rows)])
        pairs = ((self.chosen, other.chosen), (self.texts, other.texts), (self.plain, other.plain))
        chosen, texts, plain = ({name: np.concatenate([own[name], others[name]]) for name in own} for own, others in pairs)
        return _Columns(np.concatenate([self.rows, other.rows]), begin, np.concatenate([self.size, other.size]), chosen, texts, plain)

    def first_rows(self) -> Rows:
        """The first report of each event (m,)."""
        return self.rows[self.begin]

    def events(self, order: Rows, probability: NDArray[np.float64]) -> Events:
        """The events in this order, with these chances (m,)."""
        begin, end = self.begin[order].tolist(), (self.begin + self.size)[order].tolist()
        columns: dict[str, Any] = {name: column[order] for name, column in self.plain.items()} | {"probability": probability}
        columns |= {name: tuple(column[order].tolist()) for name, column in self.texts.items()}
        members = tuple([self.rows[first:last] for first, last in zip(begin, end, strict=True)])
        return Events(members=members, chosen={name: rows[order] for name, rows in self.chosen.items()}, **columns)


def _objects(texts: tuple[str, ...]) -> NDArray[np.object_]:
    found = np.empty(len(texts), object)
    found[:] = texts
    return found
