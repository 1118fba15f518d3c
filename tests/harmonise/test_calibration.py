"""Chances that are kept, and models that say what they are, on bulletins whose association people made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmonise.bulletins import WORLD, YUNNAN, bulletin
from vigie.fields.seismic.sameness import SAMENESS as SEISMIC
from vigie.harmonise import explain_model, learn, link


def test_what_was_learned_is_said_of_every_agency(data: Path) -> None:
    """With its version, and in whole sentences."""
    known, _ = bulletin(data, WORLD)
    model = learn(known, SEISMIC).model
    lines = explain_model(model, known.agency.names)
    assert model.version in lines[0]
    assert all(any(name in line for line in lines) for name in known.agency.names)
    assert all(line.endswith(".") for line in lines)


@pytest.mark.parametrize("name", [WORLD, YUNNAN])
@pytest.mark.parametrize("is_learned", [True, False])
def test_stated_chances_are_kept(data: Path, name: str, *, is_learned: bool) -> None:
    """In ten bins of stated chance the share of right links is within 0.1 of it, wherever a bin holds 50: made links and doubtful ones together."""
    known, truth = bulletin(data, name)
    found = link(known, SEISMIC, learned=learn(known, SEISMIC) if is_learned else None)
    first, second, chance = (
        np.concatenate([getattr(found.links, part), getattr(found.doubtful, part)[found.doubtful.bond == 0]]) for part in ("first", "second", "probability")
    )
    right, tenth = truth[first] == truth[second], np.minimum((chance * 10).astype(int), 9)
    for number in np.flatnonzero(np.bincount(tenth, minlength=10) >= 50):
        held = tenth == number
        assert right[held].mean() == pytest.approx(chance[held].mean(), abs=0.1)
