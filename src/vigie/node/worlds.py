"""A world: everything that one audience sees of the real or of the exercise, computed from what it may read and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.catalogue import Catalogue, trimmed
from vigie.model.event import Events, Links, concat_links
from vigie.model.pack import Pack
from vigie.model.sameness import Sameness
from vigie.model.times import NEVER_US, quarter_start
from vigie.node.decided import Decided, decided_among, decided_rows
from vigie.node.gathered import Gathered, Linked, gather
from vigie.node.packs import pack, packs
from vigie.node.settings import Node
from vigie.store import Audience, Window, visible

if TYPE_CHECKING:
    from vigie.harmonise import Learned

_AT_ONCE = 2

T = TypeVar("T")
Watch = Any
"""Told the name of the field that is being linked and how many reports it has."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
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
    catalogue = of_known_fields(visible(node.store, audience, Window(exercise=exercise)))
    decisions = decided_rows(node, audience, catalogue, exercise=exercise)
    parts = link_all(catalogue, lambda rows, name: link_field(catalogue, rows, pack(name), decisions), watch)
    return joined(audience.party, catalogue, parts, gather(catalogue, parts, atlas), exercise=exercise)


def of_known_fields(catalogue: Catalogue) -> Catalogue:
    """The reports that an installed pack understands: a partner's node may have packs that are not here, and its reports wait for them."""
    known = catalogue.field.is_in(sorted(packs()))
    return trimmed(catalogue if known.all() else catalogue.take(np.flatnonzero(known)))


def link_all(catalogue: Catalogue, work: Callable[[NDArray[np.int64], str], Linked], watch: Watch = None) -> list[Linked]:
    """What `work` makes of the rows of each field of the catalogue, by name."""
    rows = {name: np.flatnonzero(catalogue.field.is_in([name])) for name in catalogue.field.names}
    return side_by_side(rows, lambda name: work(rows[name], name), watch)


def link_field(catalogue: Catalogue, rows: NDArray[np.int64], field: Pack, decisions: Sequence[Decided]) -> Linked:
    """One field's reports, linked all at once; what is learned of them rests on this field's reports alone."""
    from vigie.harmonise import clusters_of, start

    part = trimmed(catalogue.take(rows))
    decided = decided_among(rows, decisions)
    must, cannot = ([(a, b) for a, b, is_same, _ in decided if is_same is same] for same in (True, False))
    learned = learned_before(part, field.sameness, decided)
    state = start(part, field.sameness, must_link=must, cannot_link=cannot, learned=learned)
    return Linked(rows, clusters_of(state), field, state, state.basis.model.version)


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


def joined(party: str, catalogue: Catalogue, parts: Sequence[Linked], gathered: Gathered, *, exercise: bool) -> World:
    """The world of these fields."""
    probability = np.ones(len(catalogue))
    for part in parts:
        probability[part.rows] = part.clusters.probability
    names = ("links", "doubtful", "part_of")
    links, doubtful, within = (concat_links([_moved_links(getattr(part.clusters, name), part.rows) for part in parts]) for name in names)
    closest = np.lexsort((doubtful.second, doubtful.first, np.abs(doubtful.probability - 0.5)))
    models = tuple((part.field.name, part.version) for part in parts)
    areas = (gathered.country, gathered.unit)
    return World(party, exercise, catalogue, gathered.events, gathered.event_of, probability, links, doubtful.take(closest), *areas, within, models)


def _moved_links(links: Links, rows: NDArray[np.int64]) -> Links:
    return replace(links, first=rows[links.first], second=rows[links.second])
