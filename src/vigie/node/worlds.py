"""A world: everything that one audience sees of the real or of the exercise, computed from what it may read and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas, country_at, unit_at
from vigie.model.catalogue import Catalogue
from vigie.model.event import Clusters, Events, Links, concat_links, no_links
from vigie.model.linkmodel import untrained
from vigie.model.pack import Pack
from vigie.model.sameness import Sameness
from vigie.model.times import NEVER_US, quarter_start
from vigie.node.decided import Decided, decided_among, decided_rows
from vigie.node.packs import pack, packs
from vigie.node.settings import Node
from vigie.node.severity import severities
from vigie.store import Audience, Window, visible

if TYPE_CHECKING:
    from vigie.harmonise import Learned

_AT_ONCE = 2

T = TypeVar("T")
Watch = Any
"""Told the name of the field that is being linked and how many reports it has."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The events of one audience. `event_of` and `probability` (n,) go by row of `catalogue`; `country` and `unit` (m,) by event.

    `parts` are incidents (a row of each) that lie within episodes; `models` names, by field, the version of what linking has learned.
    """

    party: str
    exercise: bool
    catalogue: Catalogue
    events: Events
    event_of: NDArray[np.int64]
    probability: NDArray[np.float64]
    links: Links
    doubtful: Links
    country: NDArray[np.object_]
    unit: NDArray[np.object_]
    parts: Links
    models: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Linked:
    rows: NDArray[np.int64]
    clusters: Clusters
    events: Events
    model: tuple[str, str]


def side_by_side(rows: Mapping[str, NDArray[np.int64]], work: Callable[[str], T], watch: Watch = None) -> list[T]:
    """What `work` makes of each field, in the order of `rows`; two fields are worked on at once, the largest first."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        begun = {name: pool.submit(work, name) for name in sorted(rows, key=lambda name: -len(rows[name]))}
        done = []
        for name, found in rows.items():
            if watch:
                watch(name, len(found))
            done.append(begun[name].result())
    return done


def make_world(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool, watch: Watch = None) -> World:
    """The world of an audience: the one place where reports become events."""
    catalogue = _of_known_fields(visible(node.store, audience, Window(exercise=exercise)))
    decisions = decided_rows(node, audience, catalogue, exercise=exercise)
    names = [name for code, name in enumerate(catalogue.field.names) if (catalogue.field.codes == code).any()]
    rows = {name: np.flatnonzero(catalogue.field.is_in([name])) for name in names}
    parts = side_by_side(rows, lambda name: _link_field(catalogue, rows[name], pack(name), decisions), watch)
    return _joined(audience.party, catalogue, parts, atlas, exercise=exercise)


def _of_known_fields(catalogue: Catalogue) -> Catalogue:
    """The reports that an installed pack understands: a partner's node may have packs that are not here, and its reports wait for them."""
    known = catalogue.field.is_in(sorted(packs()))
    return catalogue if known.all() else catalogue.take(np.flatnonzero(known))


def _link_field(catalogue: Catalogue, rows: NDArray[np.int64], field: Pack, decisions: Sequence[Decided]) -> _Linked:
    from vigie.harmonise import link, make_events

    part = catalogue.take(rows)
    decided = decided_among(rows, decisions)
    must, cannot = ([(a, b) for a, b, is_same, _ in decided if is_same is same] for same in (True, False))
    learned = learned_before(part, field.sameness, decided)
    clusters = link(part, field.sameness, must_link=must, cannot_link=cannot, learned=learned)
    version = untrained(field.sameness).version if learned is None else learned.model.version
    return _Linked(rows, clusters, make_events(part, clusters, severities(field.terms, part)), (field.name, version))


def learned_before(catalogue: Catalogue, sameness: Sameness, decided: Sequence[Decided] = ()) -> Learned | None:
    """What is learned from all that was issued, and decided, before the quarter of the newest report: no clock, so the same on any day.

    None where that is fewer reports than the field asks for: then the field's priors hold. `decided` are rows of the catalogue.
    """
    from vigie.harmonise import learn

    is_old, until_us = learnable(catalogue)
    if int(is_old.sum()) < sameness.least_learned:
        return None
    pairs = {same: [(a, b) for a, b, is_same, when_us in decided if is_same is same and when_us < until_us] for same in (True, False)}
    return learn(catalogue, sameness, same=pairs[True], apart=pairs[False], until_us=until_us)


def learnable(catalogue: Catalogue) -> tuple[NDArray[np.bool_], int]:
    """Which reports were issued before the quarter of the newest one (n,), and when that quarter began; there must be a report."""
    said_us = np.where(catalogue.issued_us == NEVER_US, catalogue.begin_us, catalogue.issued_us)
    until_us = quarter_start(int(said_us.max()))
    return said_us < until_us, until_us


def _joined(party: str, catalogue: Catalogue, parts: Sequence[_Linked], atlas: Atlas, *, exercise: bool) -> World:
    """The fields' events side by side, sorted by begin and id."""
    events = _join_events([_moved(part) for part in parts]) if parts else _no_events(catalogue)
    event_of, probability = np.zeros(len(catalogue), np.int64), np.ones(len(catalogue))
    for number, members in enumerate(events.members):
        event_of[members] = number
    for part in parts:
        probability[part.rows] = part.clusters.probability
    names = ("links", "doubtful", "part_of")
    links, doubtful, within = (concat_links([_moved_links(getattr(part.clusters, name), part.rows) for part in parts]) for name in names)
    closest = np.lexsort((doubtful.second, doubtful.first, np.abs(doubtful.probability - 0.5)))
    doubtful = doubtful.take(closest)
    unit = unit_at(atlas, events.lon, events.lat)
    areas, models = (_countries(catalogue, events, atlas), unit), tuple(part.model for part in parts)
    return World(party, exercise, catalogue, events, event_of, probability, links, doubtful, *areas, within, models)


def _countries(catalogue: Catalogue, events: Events, atlas: Atlas) -> NDArray[np.object_]:
    """The country of each event (m,): that of its place, or else the one that the report which gave the kind named."""
    at_place = country_at(atlas, events.lon, events.lat)
    said = np.array([catalogue.country.text(row) for row in events.chosen["kind"]], object)
    return np.where(at_place == "", said, at_place) if len(said) else at_place


def _no_events(catalogue: Catalogue) -> Events:
    from vigie.harmonise import make_events

    return make_events(catalogue, Clusters(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), no_links(), no_links(), no_links()), np.zeros(0))


def _moved_links(links: Links, rows: NDArray[np.int64]) -> Links:
    return replace(links, first=rows[links.first], second=rows[links.second])


def _moved(part: _Linked) -> Events:
    """The events with rows of the whole catalogue."""
    chosen = {name: np.where(rows < 0, -1, part.rows[rows]) for name, rows in part.events.chosen.items()}
    return replace(part.events, members=tuple(part.rows[members] for members in part.events.members), chosen=chosen)


def _join_events(parts: Sequence[Events]) -> Events:
    columns: dict[str, Any] = {item.name: _join_column([getattr(part, item.name) for part in parts]) for item in fields(Events)}
    order = np.lexsort((np.array(columns["id"]), columns["begin_us"]))
    return Events(**{name: _ordered(column, order) for name, column in columns.items()})


def _join_column(columns: Sequence[Any]) -> Any:
    if isinstance(columns[0], tuple):
        return tuple(value for column in columns for value in column)
    if isinstance(columns[0], Mapping):
        return {name: np.concatenate([column[name] for column in columns]) for name in columns[0]}
    return np.concatenate(columns)


def _ordered(column: Any, order: NDArray[np.int64]) -> Any:
    if isinstance(column, tuple):
        return tuple(column[row] for row in order)
    if isinstance(column, Mapping):
        return {name: rows[order] for name, rows in column.items()}
    return column[order]
