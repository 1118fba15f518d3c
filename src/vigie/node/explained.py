"""What linking has learned, field by field, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigie.model.catalogue import Catalogue, trimmed
from vigie.model.linkmodel import LinkModel, untrained
from vigie.node.decided import decided_among, decided_rows
from vigie.node.packs import pack
from vigie.node.settings import Node
from vigie.node.worlds import learnable, learned_before
from vigie.store import Audience, Window, visible


@dataclass(frozen=True, slots=True)
class Explained:
    """The model of a field, the field's agencies, and how many reports there were to learn from."""

    model: LinkModel
    agencies: tuple[str, ...]
    reports: int


def node_models(node: Node, audience: Audience, *, exercise: bool) -> dict[str, Explained]:
    """The model of each field of an audience's world, as the world was linked with it."""
    catalogue = visible(node.store, audience, Window(exercise=exercise))
    decisions = decided_rows(node, audience, catalogue, exercise=exercise)
    found = {}
    for name in catalogue.field.names:
        rows = np.flatnonzero(catalogue.field.is_in([name]))
        if not len(rows):
            continue
        part, sameness = trimmed(catalogue.take(rows)), pack(name).sameness
        learned = learned_before(part, sameness, decided_among(rows, decisions))
        model = untrained(sameness) if learned is None else learned.model
        found[name] = Explained(model, agencies_of(part), int(learnable(part)[0].sum()))
    return found


def agencies_of(catalogue: Catalogue) -> tuple[str, ...]:
    """The agencies that reported."""
    return tuple(catalogue.agency.names[code] for code in np.unique(catalogue.agency.codes))


def model_sentences(models: dict[str, Explained]) -> dict[str, list[str]]:
    """What was learned of each field, a sentence a line."""
    from vigie.harmonise import explain_model

    return {name: explain_model(known.model, known.agencies, known.reports) for name, known in models.items()}
