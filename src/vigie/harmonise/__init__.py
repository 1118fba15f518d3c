"""Harmonising: which reports speak of one event, and what that event is.

`learn` gives what the reports say of the errors of agencies and of how events lie, `explain_model` says it in words;
`link` gives the clusters of a catalogue, `make_events` the events of the clusters, `estimate_background` the local rate
of events for use in a later run, and `pair_scores` the agreement with a known truth. The engine names no field: what is
special to one stands in its `Sameness`.
"""

from vigie.harmonise.agreement import Agreement, pair_scores
from vigie.harmonise.background import Background, estimate_background
from vigie.harmonise.events import make_events
from vigie.harmonise.explain import explain_model
from vigie.harmonise.learning import Learned, learn
from vigie.harmonise.linking import link
from vigie.model.sameness import Sameness, SizeScale

__all__ = [
    "Agreement", "Background", "Learned", "Sameness", "SizeScale", "estimate_background", "explain_model", "learn", "link", "make_events", "pair_scores",
]  # fmt: skip
