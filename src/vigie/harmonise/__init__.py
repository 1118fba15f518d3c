"""Harmonising: which reports speak of one event, and what that event is.

`learn` gives what the reports say of the errors of agencies and of how events lie, `explain_model` says it in words;
`link` gives the clusters of a catalogue, `make_events` the events of the clusters, `estimate_background` the local rate
of events for use in a later run, and `pair_scores` the agreement with a known truth. `start`, `add`, `decide` and
`take_away` keep a linked catalogue warm, and `clusters_of` gives its clusters. `unlinked`, `cut`, `work` and `join` do
the same in slabs of time; `is_compiled` tells whether a run has to compile the engine first. The engine names no field:
what is special to one stands in its `Sameness`.
"""

from vigie.harmonise.agreement import Agreement, pair_scores
from vigie.harmonise.answer import clusters_of, is_compiled
from vigie.harmonise.arrays import from_arrays, to_arrays
from vigie.harmonise.background import Background, estimate_background
from vigie.harmonise.events import make_events
from vigie.harmonise.explain import explain_model
from vigie.harmonise.learning import Learned, learn
from vigie.harmonise.linking import link
from vigie.harmonise.slabs import cut, join, work
from vigie.harmonise.state import LinkState, add, decide, start, take_away, unlinked
from vigie.model.sameness import Sameness, SizeScale

__all__ = [
    "Agreement",
    "Background",
    "Learned",
    "LinkState",
    "Sameness",
    "SizeScale",
    "add",
    "clusters_of",
    "cut",
    "decide",
    "estimate_background",
    "explain_model",
    "from_arrays",
    "is_compiled",
    "join",
    "learn",
    "link",
    "make_events",
    "pair_scores",
    "start",
    "take_away",
    "to_arrays",
    "unlinked",
    "work",
]
