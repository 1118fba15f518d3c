"""The mine-action pack's own choices."""

from __future__ import annotations

import pytest

from vigie.fields.mines.pack import PACK
from vigie.model.terms import kind_of, severity_of


@pytest.mark.parametrize(("code", "kind"), [("SHA", "mines.suspected_area"), ("CHA", "mines.confirmed_area"), ("Risk education", "mines.risk_education")])
def test_words_of_the_minimum_data_are_known(code: str, kind: str) -> None:
    """In any letter case."""
    known = kind_of(PACK.terms, "mdr", code)
    assert known is not None
    assert known.name == kind


def test_answers_are_no_harm_and_an_accident_is() -> None:
    """Clearance has severity 0 whatever its area; an accident grows with its casualties."""
    assert severity_of(PACK.terms, "mines.clearance") == 0
    assert severity_of(PACK.terms, "mines.accident", 10, "casualties") > severity_of(PACK.terms, "mines.accident", 1, "casualties") >= 6


def test_presets_of_the_folder_are_found() -> None:
    """Every TOML file there is a preset."""
    assert {"accidents", "hazardous-areas"} <= {path.stem for path in PACK.presets}
