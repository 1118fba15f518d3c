"""The cyber pack's own choices."""

from __future__ import annotations

from vigie.fields.cyber.pack import PACK
from vigie.model.terms import severity_of


def test_severity_of_a_vulnerability_is_its_cvss_score_where_that_is_higher() -> None:
    """CVSS runs from 0 to 10, as severity does."""
    assert severity_of(PACK.terms, "cyber.vulnerability", 9.8, "cvss") == 9.8
    assert severity_of(PACK.terms, "cyber.vulnerability", 1.0, "cvss") == 3.0


def test_a_shared_event_is_never_exported_under_the_sources_floor() -> None:
    """CIRCL's terms were not confirmed: the floor is the owner alone."""
    assert {source.name: source.floor for source in PACK.sources} == {"cisa-kev": "open", "circl-osint": "owner"}
