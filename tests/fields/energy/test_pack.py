"""The energy pack's own choices."""

from __future__ import annotations

from vigie.fields.energy.pack import PACK
from vigie.model.terms import kind_of, severity_of


def test_document_types_tell_generation_from_transmission() -> None:
    """A77 and A80 are generation, A78 is transmission."""
    kinds = [kind_of(PACK.terms, "entsoe", code) for code in ("A77", "A78", "A80")]
    assert [kind.name if kind else "" for kind in kinds] == ["energy.outage.generation", "energy.outage.transmission", "energy.outage.generation"]


def test_more_megawatts_are_more_severe() -> None:
    """By straight lines between the points."""
    assert severity_of(PACK.terms, "energy.outage", 1000, "MW") == 6.0
    assert severity_of(PACK.terms, "energy.outage", 550, "MW") == 4.5


def test_sources_that_need_an_account_say_how_to_get_one() -> None:
    """Both of them do."""
    assert all(source.account for source in PACK.sources)
