"""What linking learns from the reports themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harmonise.bulletins import WORLD, YUNNAN, bulletin
from harmonise.crowds import RULES, crowd
from vigie.fields.seismic.sameness import SAMENESS as SEISMIC
from vigie.harmonise import explain_model, learn, link
from vigie.model.linkmodel import untrained
from vigie.model.times import NEVER_US


def test_the_order_of_reports_teaches_nothing(data: Path) -> None:
    """The same parameters to the last bit, so the same version."""
    known, _ = bulletin(data, YUNNAN)
    order = np.random.default_rng(1).permutation(len(known))
    assert learn(known, SEISMIC).model.version == learn(known.take(order), SEISMIC).model.version


def test_what_is_issued_later_teaches_nothing(data: Path) -> None:
    """The parameters are a function of the reports issued before the limit; one without a time of issue counts from its begin."""
    known, _ = bulletin(data, YUNNAN)
    said_us = np.where(known.issued_us == NEVER_US, known.begin_us, known.issued_us)
    until_us = int(np.median(said_us))
    whole, earlier = (learn(part, SEISMIC, until_us=until_us).model for part in (known, known.take(said_us < until_us)))
    assert whole == earlier


def test_few_reports_leave_the_priors() -> None:
    """Three reports teach nothing, and the model says so."""
    model = learn(crowd(1).take(np.arange(3)), RULES).model
    assert not model.is_trained
    assert "Nothing was learned" in explain_model(model)[0]


def test_a_version_names_the_parameters() -> None:
    """Other priors, another version."""
    assert untrained(RULES).version != untrained(SEISMIC).version


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
