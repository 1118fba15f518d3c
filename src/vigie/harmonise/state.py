"""The warm state: all that is known of a linked catalogue, so that a day of new reports costs a day's work.

Features, pairs, components and clusters are kept; what is new is searched for, and only the components that it reaches
are clustered again. Rows of the state are testimonies in order of arrival; whatever could depend on that order goes by
`order`, so the clusters are those of the whole catalogue, linked at once with the same parameters, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.background import Background, background_of, rates
from vigie.harmonise.cluster import Grown, Noted, alone, cluster_parts
from vigie.harmonise.components import Labels, Pairs, parts_of, relabel
from vigie.harmonise.decided import IndexPairs, cannot_pairs, must_pairs
from vigie.harmonise.grid import Grids, build_grids, crowded
from vigie.harmonise.kernel import kernel
from vigie.harmonise.learning import Learned
from vigie.harmonise.score import Codes, Numbers, Rules, rules_of
from vigie.harmonise.search import Edges, search
from vigie.harmonise.space import Table
from vigie.harmonise.testimony import AGENCIES, AGENCY, GROUP, KIND, POINT_RATE, RATE, Testimonies, read_testimonies, shared_levels
from vigie.model.catalogue import Catalogue
from vigie.model.errors import BadSetting
from vigie.model.linkmodel import LinkModel, untrained
from vigie.model.sameness import Sameness

Rows = NDArray[np.int64]
_MOST_SHEETS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """What features and scores are made with, beside the reports."""

    sameness: Sameness
    background: Background
    model: LinkModel


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the codes of the state stand for."""

    fields: tuple[str, ...]
    agencies: tuple[str, ...]
    kinds: tuple[str, ...]


def rules_for(basis: Basis, names: Names) -> Rules:
    """The kernels' rules for codes that stand for these names."""
    return rules_of(basis.sameness, shared_levels(names.kinds), names.agencies, basis.model, names.kinds)


@dataclass(frozen=True, slots=True, eq=False)
class LinkState:
    """A linked catalogue of n reports in k testimonies; takes some 350 bytes a report.

    `one_of_many` (n,) gives each report's testimony, `representative` (k,) a report of each testimony, `order` (k,) the
    testimonies in canonical order. `labels` (k,) is the component of each; `must` (m, 2) and `cannot` are testimonies.
    """

    basis: Basis
    names: Names
    one_of_many: Rows
    representative: Rows
    numbers: Numbers
    codes: Codes
    witness: NDArray[np.uint64]
    order: Rows
    crowded: NDArray[np.bool_]
    grids: Grids
    edges: Edges
    must: Pairs
    cannot: Pairs
    labels: Labels
    grown: Grown

    def __len__(self) -> int:
        return len(self.one_of_many)

    def rank(self) -> NDArray[np.int32]:
        """The place of each testimony in canonical order (k,)."""
        rank = np.empty(len(self.order), np.int32)
        rank[self.order] = np.arange(len(self.order), dtype=np.int32)
        return rank

    def rules(self) -> Rules:
        """The kernels' rules for the names of this state."""
        return rules_for(self.basis, self.names)

    def table(self, edges: Edges | None = None) -> Table:
        """The kernels' view, with all pairs or those given."""
        pairs = self.edges if edges is None else edges
        starts = np.searchsorted(self.cannot[:, 0], np.arange(len(self.numbers) + 1)) if len(self.cannot) else np.zeros(1, np.int64)
        others = np.ascontiguousarray(self.cannot[:, 1])
        return Table(self.numbers, self.codes, self.rank(), pairs.pairs, pairs.score, self.must, starts, others)


def start(catalogue: Catalogue, sameness: Sameness, *, must_link: IndexPairs = (), cannot_link: IndexPairs = (), learned: Learned | None = None) -> LinkState:
    """The state of a catalogue, linked. Decisions are pairs of its rows; raises `BadSetting` as `link` does."""
    state = unlinked(catalogue, sameness, must_link=must_link, cannot_link=cannot_link, learned=learned)
    grids = build_grids(state.numbers, state.codes, np.flatnonzero(~state.crowded), sameness)
    edges = search(state.numbers, state.codes, grids, grids, state.rules(), sameness)
    return clustered(replace(state, grids=grids, edges=edges), np.ones(len(state.numbers), bool))


def unlinked(
    catalogue: Catalogue, sameness: Sameness, *, must_link: IndexPairs = (), cannot_link: IndexPairs = (), learned: Learned | None = None
) -> LinkState:
    """The state of a catalogue whose reports are read, and none of which is linked."""
    model = untrained(sameness) if learned is None else learned.model
    known = read_testimonies(catalogue, sameness, model)
    basis = Basis(sameness, background_of(known, sameness) if learned is None else learned.background, model)
    known.numbers[:, RATE], known.numbers[:, POINT_RATE] = rates(known, basis.background)
    names = Names(catalogue.field.names, catalogue.agency.names, catalogue.kind.names)
    must = must_pairs(must_link, known.one_of_many, known.codes)
    cannot = cannot_pairs(cannot_link, known.one_of_many, must)
    count = len(known.numbers)
    none = Edges(np.zeros((0, 2), np.int64), np.zeros(0), np.zeros(0, np.int8))
    return LinkState(
        basis=basis,
        names=names,
        one_of_many=known.one_of_many,
        representative=known.representative,
        numbers=known.numbers,
        codes=known.codes,
        witness=catalogue.witness[known.representative],
        order=np.arange(count),
        crowded=crowded(known.numbers, known.codes, sameness),
        grids=Grids(()),
        edges=none,
        must=must,
        cannot=cannot,
        labels=np.arange(count, dtype=np.int32),
        grown=alone(count),
    )


def add(state: LinkState, catalogue: Catalogue) -> LinkState:
    """The state with these reports after its own; what they do not reach is not looked at again."""
    known, names = _features(catalogue, state)
    count, at = len(state.numbers), _find(state.witness[state.order], catalogue.witness[known.representative])
    fresh, row = np.flatnonzero(at < 0), at.copy()
    row[at >= 0] = state.order[at[at >= 0]]
    row[fresh] = count + np.arange(len(fresh))
    numbers, codes = np.concatenate([state.numbers, known.numbers[fresh]]), np.concatenate([state.codes, known.codes[fresh]])
    witness = np.concatenate([state.witness, catalogue.witness[known.representative[fresh]]])
    grown, added = state.grown, alone(len(fresh))
    wider = replace(
        state,
        names=names,
        one_of_many=np.concatenate([state.one_of_many, row[known.one_of_many]]),
        representative=np.concatenate([state.representative, len(state) + known.representative[fresh]]),
        numbers=numbers,
        codes=codes,
        witness=witness,
        order=np.insert(state.order, -at[fresh] - 1, row[fresh]),
        crowded=np.concatenate([state.crowded, np.zeros(len(fresh), bool)]),
        labels=np.concatenate([state.labels, np.arange(count, count + len(fresh), dtype=np.int32)]),
        grown=replace(
            grown,
            root=np.concatenate([grown.root, added.root + np.int32(count)]),
            ring=np.concatenate([grown.ring, added.ring + np.int32(count)]),
            nats=np.concatenate([grown.nats, added.nats]),
        ),
    )
    return _searched(wider, row[fresh])


def decide(state: LinkState, must_link: IndexPairs, cannot_link: IndexPairs) -> LinkState:
    """The state under these decisions, all that hold now, as pairs of reports; raises `BadSetting` as `link` does."""
    must = _in_order(must_pairs(must_link, state.one_of_many, state.codes), state.rank())
    cannot = cannot_pairs(cannot_link, state.one_of_many, must)
    reached = np.zeros(len(state.numbers), bool)
    for old, new in ((state.must, must), (state.cannot, cannot)):
        reached[_changed(old, new)] = True
    return clustered(replace(state, must=must, cannot=cannot), reached)


def take_away(state: LinkState, rows: Rows) -> LinkState:
    """The state without these reports (positions in order of arrival); decisions on them go too. Raises `BadSetting` for one it does not hold."""
    rows = np.asarray(rows, np.int64)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(state)):
        raise BadSetting("A report to be taken away is not held", got=f"rows {rows.min()} to {rows.max()}", expected=f"rows below {len(state)}")
    stays = np.ones(len(state), bool)
    stays[rows] = False
    kept = np.zeros(len(state.numbers), bool)
    kept[state.one_of_many[stays]] = True
    cut = _without(state, _clear(state, _spread(state.labels, ~kept)), kept)
    one_of_many = (np.cumsum(kept) - 1)[state.one_of_many[stays]]
    representative = np.empty(int(kept.sum()), np.int64)
    representative[one_of_many[::-1]] = np.arange(len(one_of_many))[::-1]
    freed = np.flatnonzero(cut.crowded & ~crowded(cut.numbers, cut.codes, cut.basis.sameness))
    seated = ~cut.crowded
    seated[freed] = False
    grids = build_grids(cut.numbers, cut.codes, np.flatnonzero(seated), cut.basis.sameness)
    whole = replace(cut, one_of_many=one_of_many, representative=representative, grids=grids)
    return _searched(whole, freed, _spread(state.labels, ~kept)[kept])


def _features(catalogue: Catalogue, state: LinkState) -> tuple[Testimonies, Names]:
    """The testimonies of new reports, coded by the names of the state; new names come after the old."""
    known = read_testimonies(catalogue, state.basis.sameness, state.basis.model)
    known.numbers[:, RATE], known.numbers[:, POINT_RATE] = rates(known, state.basis.background)
    names, columns = state.names, known.codes
    fields, field_codes = _more_names(names.fields, catalogue.field.names)
    agencies, agency_codes = _more_names(names.agencies, catalogue.agency.names)
    kinds, kind_codes = _more_names(names.kinds, catalogue.kind.names)
    if len(columns):
        columns[:, GROUP] = 2 * field_codes[columns[:, GROUP] // 2] + columns[:, GROUP] % 2
        columns[:, AGENCY] = agency_codes[columns[:, AGENCY]]
        columns[:, AGENCIES] = np.left_shift(np.int64(1), columns[:, AGENCY] % 63)
        columns[:, KIND] = np.where(columns[:, KIND] < 0, -1, kind_codes[columns[:, KIND]])
    return known, Names(fields, agencies, kinds)


def _more_names(known: tuple[str, ...], others: tuple[str, ...]) -> tuple[tuple[str, ...], Rows]:
    """All names, and the code of each of the `others`."""
    code = {name: number for number, name in enumerate(known)}
    for name in others:
        code.setdefault(name, len(code))
    return tuple(code), np.array([code[name] for name in others], np.int64)


def _searched(state: LinkState, rows: Rows, touched: NDArray[np.bool_] | None = None) -> LinkState:
    """The state after a search for partners of `rows`, which are in no grid yet; `touched` (k,) are to be clustered again anyway."""
    sameness, rules = state.basis.sameness, state.rules()
    is_crowded = crowded(state.numbers, state.codes, sameness)
    touched = np.zeros(len(state.numbers), bool) if touched is None else touched
    touched[rows] = True
    newly = is_crowded & ~state.crowded
    newly[rows] = False
    edges, grids = state.edges, state.grids
    if newly.any():
        stays = ~newly[edges.pairs].any(axis=1)
        touched[edges.pairs[~stays & (edges.bond == 0)]] = True
        seekers = np.zeros(len(newly), bool)
        seekers[rows] = True
        edges, grids = edges.take(stays), build_grids(state.numbers, state.codes, np.flatnonzero(~is_crowded & ~seekers), sameness)
    fresh = build_grids(state.numbers, state.codes, rows[~is_crowded[rows]], sameness)
    found = [search(state.numbers, state.codes, fresh, among, rules, sameness, witness=state.witness) for among in (fresh, grids)]
    for part in found:
        touched[part.pairs[part.bond == 0]] = True
    joined = Edges(*(np.concatenate([getattr(part, name) for part in (edges, *found)]) for name in ("pairs", "score", "bond")))
    sheets = Grids(grids.sheets + fresh.sheets)
    if len(sheets.sheets) > _MOST_SHEETS:
        sheets = build_grids(state.numbers, state.codes, np.flatnonzero(~is_crowded), sameness)
    return clustered(replace(state, crowded=is_crowded, grids=sheets, edges=joined), touched)


def clustered(state: LinkState, touched: NDArray[np.bool_]) -> LinkState:
    """The state with the components of the `touched` rows (k,) found and clustered anew."""
    reached = _spread(state.labels, touched)
    clear = _clear(state, reached)
    inside = np.flatnonzero(reached[state.edges.pairs[:, 0]] & (state.edges.bond == 0))
    edges = state.edges.take(inside)
    labels = relabel(clear.labels, edges.pairs, state.must[reached[state.must].any(axis=1)])
    table = clear.table(edges)
    parts = parts_of(labels, state.order, (edges.pairs, edges.bond), state.must, reached)
    new = cluster_parts(table, parts, state.rules(), clear.grown)
    old = clear.grown
    grown = replace(
        new,
        links=_both(old.links, new.links),
        is_forced=np.concatenate([old.is_forced, new.is_forced]),
        close=_both(old.close, new.close),
    )
    return replace(state, labels=labels, grown=grown)


def _spread(labels: Labels, touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All rows whose component has a touched one (k,)."""
    reached = np.zeros(len(labels), bool)
    reached[labels[touched]] = True
    return np.asarray(reached[labels], bool)


def _clear(state: LinkState, reached: NDArray[np.bool_]) -> LinkState:
    """The state with each row that is reached alone (whole components are); nothing of the old one is written over."""
    own = np.arange(len(reached), dtype=np.int32)
    grown = state.grown
    stays, apart = ~reached[grown.links.pairs[:, 0]], ~reached[grown.close.pairs[:, 0]]
    cleared = Grown(
        np.where(reached, own, grown.root),
        np.where(reached, own, grown.ring),
        np.where(reached, np.inf, grown.nats),
        Noted(grown.links.pairs[stays], grown.links.reasons[stays]),
        grown.is_forced[stays],
        Noted(grown.close.pairs[apart], grown.close.reasons[apart]),
    )
    return replace(state, labels=np.where(reached, own, state.labels), grown=cleared)


def _both(first: Noted, second: Noted) -> Noted:
    return Noted(np.concatenate([first.pairs, second.pairs]), np.concatenate([first.reasons, second.reasons]))


def _without(state: LinkState, clear: LinkState, kept: NDArray[np.bool_]) -> LinkState:
    """The state with the kept testimonies only, renumbered; no component of others is left in `clear`."""
    number = np.cumsum(kept) - 1
    edges = state.edges.take(kept[state.edges.pairs].all(axis=1))
    grown, smaller = clear.grown, number.astype(np.int32)
    return replace(
        clear,
        numbers=state.numbers[kept],
        codes=state.codes[kept],
        witness=state.witness[kept],
        order=number[state.order[kept[state.order]]],
        crowded=state.crowded[kept],
        grids=Grids(()),
        edges=replace(edges, pairs=number[edges.pairs]),
        must=number[state.must[kept[state.must].all(axis=1)]],
        cannot=number[state.cannot[kept[state.cannot].all(axis=1)]],
        labels=smaller[clear.labels[kept]],
        grown=replace(
            grown,
            root=smaller[grown.root[kept]],
            ring=smaller[grown.ring[kept]],
            nats=grown.nats[kept],
            links=replace(grown.links, pairs=number[grown.links.pairs]),
            close=replace(grown.close, pairs=number[grown.close.pairs]),
        ),
    )


def _in_order(must: Pairs, rank: NDArray[np.int32]) -> Pairs:
    """Must-links in canonical order, as they are obeyed one after the other: numbers of testimonies go by arrival."""
    turned = np.where((rank[must[:, 0]] > rank[must[:, 1]])[:, None], must[:, ::-1], must)
    return np.asarray(turned[np.lexsort((rank[turned[:, 1]], rank[turned[:, 0]]))], np.int64)


def _changed(old: Pairs, new: Pairs) -> Rows:
    """The testimonies of pairs that are in one list and not in the other."""
    both, count = np.unique(np.concatenate([old, new]), axis=0, return_counts=True)
    return np.asarray(both[count == 1].ravel(), np.int64)


@kernel
def _find(witness: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> Rows:
    """Where each wanted witness (m, 2) stands in a sorted list (k, 2), or minus one and the place where it belongs."""
    found = np.empty(len(wanted), np.int64)
    for position in range(len(wanted)):
        high, low = wanted[position, 0], wanted[position, 1]
        begin, end = 0, len(witness)
        while begin < end:
            middle = (begin + end) // 2
            if witness[middle, 0] < high or (witness[middle, 0] == high and witness[middle, 1] < low):
                begin = middle + 1
            else:
                end = middle
        is_there = begin < len(witness) and witness[begin, 0] == high and witness[begin, 1] == low
        found[position] = begin if is_there else -begin - 1
    return found
