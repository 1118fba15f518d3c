"""`link`: a catalogue becomes clusters. The steps are one function each, in the order of the method's page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.harmonise.answer import clusters_of
from vigie.harmonise.learning import Learned
from vigie.harmonise.state import start
from vigie.model.catalogue import Catalogue
from vigie.model.event import Clusters
from vigie.model.sameness import Sameness

IndexPairs = NDArray[np.int64] | Sequence[tuple[int, int]]


def link(
    catalogue: Catalogue,
    sameness: Sameness,
    *,
    must_link: IndexPairs = (),
    cannot_link: IndexPairs = (),
    learned: Learned | None = None,
    most_doubtful: int = 1000,
) -> Clusters:
    """The clusters of reports that speak of one event, with the chance of each link and what is doubtful.

    `must_link` and `cannot_link` are pairs of catalogue rows (k, 2). Reports of different fields, and real and exercise
    ones, are never linked. `learned` is what `learn` gave; without it the field's priors hold, with the catalogue's own rate of events.
    The answer depends on what the reports say, not on their order.
    Raises `BadSetting` where pairs name no row, tie together what may not be tied, or contradict each other.
    """
    state = start(catalogue, sameness, must_link=must_link, cannot_link=cannot_link, learned=learned)
    return clusters_of(state, most_doubtful=most_doubtful)
