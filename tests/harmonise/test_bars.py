"""The engine against associations made by people: what it must reach on real reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harmonise.accounts import accounts, death_agreement
from harmonise.bulletins import WORLD, YUNNAN, bulletin
from vigie.fields.conflict.sameness import SAMENESS as CONFLICT
from vigie.fields.seismic.sameness import SAMENESS as SEISMIC
from vigie.harmonise import learn, link, pair_scores

COMPUTED_FROM_OTHERS = ("ISC", "ISCJB")


@pytest.mark.parametrize(("name", "bar"), [(WORLD, 0.985), (YUNNAN, 0.995)])
@pytest.mark.parametrize("without", [(), COMPUTED_FROM_OTHERS])
def test_one_set_of_parameters_finds_the_analysts_events(data: Path, name: str, bar: float, without: tuple[str, ...]) -> None:
    """Pair F1 against the ISC's association, with and without the agencies whose solutions rest on it."""
    known, truth = bulletin(data, name, without)
    assert pair_scores(link(known, SEISMIC, learned=learn(known, SEISMIC)).cluster, truth).f1 >= bar


@pytest.mark.parametrize(("name", "bar"), [(WORLD, 0.985), (YUNNAN, 0.995)])
@pytest.mark.parametrize("without", [(), COMPUTED_FROM_OTHERS])
def test_the_priors_alone_find_the_analysts_events(data: Path, name: str, bar: float, without: tuple[str, ...]) -> None:
    """A node that has learned nothing yet links as well."""
    known, truth = bulletin(data, name, without)
    assert pair_scores(link(known, SEISMIC).cluster, truth).f1 >= bar


def test_stated_chances_are_not_boasts(data: Path) -> None:
    """Of the links said to be nearly certain, nearly all are right."""
    for name in (WORLD, YUNNAN):
        known, truth = bulletin(data, name)
        links = link(known, SEISMIC).links
        right, sure = truth[links.first] == truth[links.second], links.probability > 0.9
        assert right[sure].mean() >= 0.95


def test_linked_accounts_agree_on_deaths_that_the_engine_did_not_see(data: Path) -> None:
    """MELTT's 298 pairs of these reports agree at 0.547 by the same count; as many or more pairs must agree no less."""
    known, deaths = accounts(data)
    rules = replace(CONFLICT, kind_nats=(-6.0, -4.0, -1.0, 1.0, 2.0))  # the taxonomy of these accounts has four levels
    pairs, agree = death_agreement(link(known, rules).cluster, deaths)
    assert pairs >= 298
    assert agree >= 0.547


def test_the_order_of_agencies_does_not_matter(data: Path) -> None:
    """Reversed and sorted by agency, the accounts make the same events."""
    known, _ = accounts(data)
    order = np.argsort(known.agency.codes, kind="stable")[::-1]
    assert link(known, CONFLICT).cluster[order].tolist() == link(known.take(order), CONFLICT).cluster.tolist()
