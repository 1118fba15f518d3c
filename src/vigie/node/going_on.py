"""A world made from the one before: what came and went is read, linked and gathered; the rest is taken over.

The answer is that of `make_world`, to the last bit. Where linking has learned something else meanwhile, or cannot know without reading all, a field is
linked whole; so it is where much of it has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.atlas import Atlas
from vigie.model.catalogue import Catalogue, Coded, concat, trimmed
from vigie.model.event import Clusters, Links
from vigie.model.times import NEVER_US, quarter_start
from vigie.node.decided import Decided, decided_among, decided_rows
from vigie.node.gathered import Columns, Earlier, Gathered, Linked, columns_of, gather
from vigie.node.packs import pack
from vigie.node.settings import Node
from vigie.node.worlds import Watch, World, joined, link_all, link_field, of_known_fields
from vigie.store import Audience
from vigie.store.changed import Extent, Readable, among, read_change, read_whole

if TYPE_CHECKING:
    from vigie.harmonise import LinkState

Rows = NDArray[np.int64]
MOST_CHANGED = 0.2
"""A field of which a larger share came or went is linked whole: that is as quick."""
_MOST_RUNS = 20_000
_LEARNED_OF = ("agency", "kind", "scale")


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """What is needed of a world to go on from it: reports and events, which rows they were read from, what was decided, and each field's state of linking."""

    catalogue: Catalogue
    columns: Columns
    event_of: Rows
    exercise: bool
    readable: Readable
    decided: tuple[Decided, ...]
    states: Mapping[str, LinkState]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A world, with what is needed to go on from it; `came` is how many reports came since the one that was gone on from.

    It is None where there was none, where a field was linked whole, or where reports went, which should not stay in what is kept.
    """

    world: World
    readable: Readable
    decided: tuple[Decided, ...]
    states: Mapping[str, LinkState]
    came: int | None = None

    def before(self) -> Before:
        """What is needed to go on."""
        world = self.world
        columns = columns_of(Gathered(world.events, world.event_of, world.country, world.unit))
        return Before(world.catalogue, columns, world.event_of, world.exercise, self.readable, self.decided, self.states)


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """From one catalogue to the next: `source` (n,) is the row before of each row now, `row_of` (m,) the other way round; -1 is none."""

    before: Before
    catalogue: Catalogue
    source: Rows
    row_of: Rows
    decided: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """One field within a step: its `rows` now and before, which of them (positions) are new or gone, and what is decided of both."""

    rows: Rows
    old: Rows
    fresh: Rows
    gone: Rows
    now: tuple[Decided, ...]
    was: tuple[Decided, ...]


def made_whole(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool, watch: Watch = None) -> Made:
    """The world of an audience, made from nothing: that of `make_world`."""
    readable, found = read_whole(node.store, audience, exercise=exercise)
    catalogue = of_known_fields(found)
    decided = decided_rows(node, audience, catalogue, exercise=exercise)
    parts = link_all(catalogue, lambda rows, name: link_field(catalogue, rows, pack(name), decided), watch)
    world = joined(audience.party, catalogue, parts, gather(catalogue, parts, atlas), exercise=exercise)
    return Made(world, readable, tuple(decided), {part.field.name: part.state for part in parts})


def go_on(node: Node, audience: Audience, atlas: Atlas, before: Before, *, extent: Extent | None = None, watch: Watch = None) -> Made:
    """The world of an audience as it is now, made from one of the same kind, real or exercise: that of `make_world`.

    `extent` is what `read_extent` has just told of the same audience.
    """
    change = read_change(node.store, audience, before.readable, exercise=before.exercise, extent=extent)
    catalogue, source, row_of = _merged(before.catalogue, change.left, of_known_fields(change.came))
    decided = tuple(decided_rows(node, audience, catalogue, exercise=before.exercise))
    step = _Step(before, catalogue, source, row_of, decided)
    parts = link_all(catalogue, lambda rows, name: _linked(step, rows, name), watch)
    gathered = gather(catalogue, parts, atlas, Earlier(before.columns, before.event_of, source, row_of))
    world = joined(audience.party, catalogue, parts, gathered, exercise=before.exercise)
    states = {part.field.name: part.state for part in parts}
    is_linked_on = all(name in before.states and state.basis is before.states[name].basis for name, state in states.items())
    came = int((source < 0).sum()) if is_linked_on and (row_of >= 0).all() else None
    return Made(world, change.now, decided, states, came)


def _merged(old: Catalogue, left: Rows, came: Catalogue) -> tuple[Catalogue, Rows, Rows]:
    """The catalogue without the rows that left and with those that came, in canonical order; and where each row comes from, and goes to."""
    leaving = among(old.row, left)
    were, are = ([*zip(part.row.tolist(), part.witness[:, 1].tolist(), strict=True)] for part in (old.take(leaving), came))
    still = set(were) & set(are)
    came = came.take(np.flatnonzero([name not in still for name in are])) if still else came
    stays = np.ones(len(old), bool)
    stays[leaving[[name not in still for name in were]]] = False
    kept = np.flatnonzero(stays)
    source = np.insert(kept, _places(old.witness[kept], came.witness), len(old) + np.arange(len(came)))
    catalogue = old if len(kept) == len(source) == len(old) else trimmed(_spliced(old, came, source))
    source = np.where(source < len(old), source, -1)
    row_of = np.full(len(old), -1)
    row_of[source[source >= 0]] = np.flatnonzero(source >= 0)
    return catalogue, source, row_of


def _spliced(old: Catalogue, came: Catalogue, source: Rows) -> Catalogue:
    """The rows of both (n,), counted through: run after run, since most stand as they stood."""
    starts = np.append(0, np.flatnonzero(np.diff(source) != 1) + 1)
    if len(starts) > _MOST_RUNS:
        return concat([old, came]).take(source)
    runs = [*zip(source[starts].tolist(), (source[np.append(starts[1:], len(source)) - 1] + 1).tolist(), strict=True)]
    count = len(old)
    pieces = [(0, first, last) if last <= count else (1, first - count, last - count) for first, last in _cut(runs, count)]
    columns = {item.name: [getattr(part, item.name) for part in (old, came)] for item in fields(Catalogue)}
    return Catalogue(**{name: _spliced_column(pair, pieces) for name, pair in columns.items()})


def _cut(runs: Sequence[tuple[int, int]], count: int) -> Iterator[tuple[int, int]]:
    """The runs, none of which goes on from the rows below `count` to those above."""
    for first, last in runs:
        if first < count < last:
            yield first, count
            yield count, last
        else:
            yield first, last


def _spliced_column(pair: Sequence[Any], pieces: Sequence[tuple[int, int, int]]) -> Any:
    if not isinstance(pair[0], Coded):
        return np.concatenate([pair[which][first:last] for which, first, last in pieces])
    names = tuple(sorted({*pair[0].names, *pair[1].names}))
    position = {name: np.int32(code) for code, name in enumerate(names)}
    codes = [column.codes if column.names == names else _recoded(column, position) for column in pair]
    return Coded(_spliced_column(codes, pieces), names)


def _recoded(column: Coded, position: Mapping[str, np.int32]) -> NDArray[np.int32]:
    codes = np.array([position[name] for name in column.names], np.int32)
    return codes[column.codes] if len(codes) else column.codes


def _places(witness: NDArray[np.uint64], came: NDArray[np.uint64]) -> Rows:
    """Where each of some sorted names (k, 2) belongs in a sorted list (n, 2) that does not hold it."""
    high = np.ascontiguousarray(witness[:, 0])
    places = np.searchsorted(high, came[:, 0])
    for number in np.flatnonzero(places < len(high)):
        while places[number] < len(high) and high[places[number]] == came[number, 0] and witness[places[number], 1] < came[number, 1]:
            places[number] += 1
    return np.asarray(places, np.int64)


def _linked(step: _Step, rows: Rows, name: str) -> Linked:
    """One field's reports now: linked from the state before where what was learned still holds, else whole."""
    state, field = step.before.states.get(name), _field(step, rows, name)
    if state is None or not _still_holds(step, field, state):
        return link_field(step.catalogue, rows, pack(name), step.decided)
    from vigie.harmonise import add, decide, take_away

    if len(field.gone):
        state = take_away(state, state.representative[state.order[field.gone]])
    if len(field.fresh):
        state = add(state, trimmed(step.catalogue.take(rows[field.fresh])))
    if field.now or field.was:
        arrival = state.representative[state.order]
        must, cannot = ([(int(arrival[a]), int(arrival[b])) for a, b, is_same, _ in field.now if is_same is same] for same in (True, False))
        state = decide(state, must, cannot)
    return Linked(rows, _in_order(state), pack(name), state, state.basis.model.version)


def _field(step: _Step, rows: Rows, name: str) -> _Field:
    catalogue = step.before.catalogue
    old = np.flatnonzero(catalogue.field.is_in([name]))
    fresh, gone = np.flatnonzero(step.source[rows] < 0), np.flatnonzero(step.row_of[old] < 0)
    earlier = [(int(step.row_of[a]), int(step.row_of[b]), same, said_us) for a, b, same, said_us in step.before.decided]
    return _Field(rows, old, fresh, gone, tuple(decided_among(rows, step.decided)), tuple(decided_among(rows, earlier)))


def _still_holds(step: _Step, field: _Field, state: LinkState) -> bool:
    """Whether all at once would be linked with the parameters of the state: nothing that they were learned from has changed."""
    if not len(field.fresh) and not len(field.gone) and field.now == field.was:
        return True
    old, new, until_us = step.before.catalogue, step.catalogue, state.basis.model.until_us
    if until_us is None or len(field.fresh) + len(field.gone) > MOST_CHANGED * len(field.rows):
        return False
    if quarter_start(int(_said_us(new, field.rows).max())) != until_us:
        return False
    moved = np.concatenate([_said_us(new, field.rows[field.fresh]), _said_us(old, field.old[field.gone])])
    said = [{tie for tie in ties if tie[3] < until_us} for ties in (field.now, field.was)]
    names = all(_names(getattr(old, name), field.old) == _names(getattr(new, name), field.rows) for name in _LEARNED_OF)
    return names and said[0] == said[1] and bool((moved >= until_us).all())


def _said_us(catalogue: Catalogue, rows: Rows) -> Rows:
    issued_us = catalogue.issued_us[rows]
    return np.where(issued_us == NEVER_US, catalogue.begin_us[rows], issued_us)


def _names(column: Coded, rows: Rows) -> Sequence[str]:
    """The names that these rows bear."""
    return [column.names[code] for code in np.flatnonzero(np.bincount(column.codes[rows], minlength=len(column.names)))]


def _in_order(state: LinkState) -> Clusters:
    """The clusters of a state by report in canonical order, in which a catalogue stands; reports are in order of arrival there."""
    from vigie.harmonise import clusters_of

    found, row = clusters_of(state), state.rank()[state.one_of_many].astype(np.int64)
    if (row[1:] > row[:-1]).all():
        return found
    cluster, probability = np.empty_like(found.cluster), np.empty_like(found.probability)
    cluster[row], probability[row] = found.cluster, found.probability
    links, doubtful, part_of = (_by_row(links, row) for links in (found.links, found.doubtful, found.part_of))
    return Clusters(cluster, probability, found.cluster_probability, links, doubtful, part_of)


def _by_row(links: Links, row: Rows) -> Links:
    return replace(links, first=row[links.first], second=row[links.second])
