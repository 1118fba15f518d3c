"""`link`: a catalogue becomes clusters. The steps are one function each, in the order of the method's page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.background import Background, background_of, rates
from vigie.harmonise.blocking import candidate_edges
from vigie.harmonise.cluster import Forest, Pairs, apart_of, grow, member_nats
from vigie.harmonise.doubt import doubtful_links
from vigie.harmonise.learning import Learned
from vigie.harmonise.score import Rules, probabilities, rules_of
from vigie.harmonise.testimony import COUNT, GROUP, POINT_RATE, RATE, Testimonies, read_testimonies
from vigie.model.catalogue import Catalogue
from vigie.model.errors import BadSetting
from vigie.model.event import Clusters, Links
from vigie.model.linkmodel import LinkModel
from vigie.model.sameness import Sameness

IndexPairs = NDArray[np.int64] | Sequence[tuple[int, int]]


def link(
    catalogue: Catalogue,
    sameness: Sameness,
    *,
    must_link: IndexPairs = (),
    cannot_link: IndexPairs = (),
    learned: Learned | None = None,
    background: Background | None = None,
    most_doubtful: int = 1000,
) -> Clusters:
    """The clusters of reports that speak of one event, with the chance of each link and what is doubtful.

    `must_link` and `cannot_link` are pairs of catalogue rows (k, 2). Reports of different fields, and real and exercise
    ones, are never linked. `background` is the local rate of events; without it the catalogue's own is taken.
    The answer depends on what the reports say, not on their order.
    Raises `BadSetting` where pairs name no row, tie together what may not be tied, or contradict each other.
    """
    model = None if learned is None else learned.model
    known = read_testimonies(catalogue, sameness, model)
    rules = rules_of(sameness, known.shared_levels, catalogue.agency.names, model, catalogue.kind.names)
    given = background if learned is None else learned.background
    settled = background_of(known, sameness) if given is None else given
    known.numbers[:, RATE], known.numbers[:, POINT_RATE] = rates(known, settled)
    must = _must_pairs(must_link, known)
    apart = apart_of(_cannot_pairs(cannot_link, known), len(known.numbers))
    edges = candidate_edges(known.numbers, known.codes, rules, sameness)
    forest = grow(known.numbers, known.codes, edges, rules, must, apart)
    doubtful = doubtful_links(forest, edges, apart, rules, sameness, known.representative, most_doubtful, model)
    return _clusters(known, forest, rules, sameness, must, doubtful, model)


def _clusters(known: Testimonies, forest: Forest, rules: Rules, sameness: Sameness, forced: Pairs, doubtful: Links, model: LinkModel | None) -> Clusters:
    root = forest.built.root
    cluster = (np.cumsum(root == np.arange(len(root))) - 1)[root]
    chance = probabilities(forest.reasons.sum(axis=1), sameness, model)
    chance[: forest.forced] = 1.0
    member = probabilities(member_nats(known.numbers, known.codes, forest.built, rules), sameness, model)
    member[forced.ravel()] = 1.0
    member[(forest.built.codes[root, COUNT] == 1)] = 1.0
    whole = np.ones(int(cluster.max(initial=-1)) + 1)
    np.multiply.at(whole, cluster[forest.pairs[:, 0]], chance)
    rows = known.representative[forest.pairs]
    links = Links(rows[:, 0], rows[:, 1], chance, forest.reasons)
    return Clusters(cluster[known.one_of_many], member[known.one_of_many], whole, links, doubtful)


def _must_pairs(pairs: IndexPairs, known: Testimonies) -> Pairs:
    wanted = _as_testimonies(pairs, known, "must_link")
    wanted = np.unique(np.sort(wanted[wanted[:, 0] != wanted[:, 1]], axis=1), axis=0)
    crossing = known.codes[wanted[:, 0], GROUP] != known.codes[wanted[:, 1], GROUP]
    if crossing.any():
        rows = known.representative[wanted[crossing][0]]
        what = "a must-link ties together reports of two fields, or a real and an exercise report"
        raise BadSetting(what, got=f"rows {rows[0]} and {rows[1]}", todo="withdraw that decision")
    return wanted


def _cannot_pairs(pairs: IndexPairs, known: Testimonies) -> Pairs:
    wanted = _as_testimonies(pairs, known, "cannot_link")
    same = wanted[:, 0] == wanted[:, 1]
    if same.any():
        row = known.representative[wanted[same][0, 0]]
        what = "a cannot-link parts a report from itself or from a copy of itself"
        raise BadSetting(what, got=f"row {row}", todo="withdraw that decision")
    return wanted


def _as_testimonies(pairs: IndexPairs, known: Testimonies, name: str) -> Pairs:
    rows = np.asarray(pairs, np.int64).reshape(-1, 2) if np.size(pairs) % 2 == 0 else np.full((1, 2), -1)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(known.one_of_many)):
        what = f"{name} is not made of pairs of rows of the catalogue"
        raise BadSetting(what, got=f"rows {rows.min()} to {rows.max()}", expected=f"rows 0 to {len(known.one_of_many) - 1}")
    return known.one_of_many[rows]
