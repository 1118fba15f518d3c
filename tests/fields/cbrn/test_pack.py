"""The CBRN pack's own choices."""

from __future__ import annotations

import pytest

from vigie.fields.cbrn.pack import PACK
from vigie.model.terms import kind_of


@pytest.mark.parametrize(
    ("letter", "kind"),
    [
        ("C", "cbrn.incident.chemical"),
        ("b", "cbrn.incident.biological"),
        ("R", "cbrn.incident.radiological"),
        ("N", "cbrn.incident.nuclear"),
        ("UNK", "cbrn.unknown"),
    ],
)
def test_letters_tell_the_sort_and_unknown_stays_unknown(letter: str, kind: str) -> None:
    """All of them are CBRN incidents."""
    known = kind_of(PACK.terms, "letter", letter)
    assert known is not None
    assert (known.name, known.broader) == (kind, "cbrn.incident")


def test_an_exercise_has_very_few_cbrn_reports() -> None:
    """One in two hundred."""
    assert 0 < PACK.exercise_share <= 0.005
