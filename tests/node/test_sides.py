"""Side by side: how far each value is from the one that counts, in numbers that anybody can check."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.node.sides import difference, table


def said(name: str, **more: Any) -> dict[str, Any]:
    """A report as an answer has it."""
    return {"id": name, "kind": "viol.clash", "begin": "2026-09-09T14:00:00Z", "end": "2026-09-09T14:00:00Z"} | more


def place(lon: float, lat: float) -> dict[str, float]:
    """A place as a cell has it."""
    return {"lon": lon, "lat": lat}


@pytest.mark.parametrize(
    ("other", "km", "toward"),
    [((0.0, 1.0), 110.6, "N"), ((1.0, 0.0), 111.3, "E"), ((0.0, -1.0), 110.6, "S"), ((-1.0, 0.0), 111.3, "W"), ((-1.0, 1.0), 156.9, "NW")],
)
def test_a_degree_at_the_equator_is_as_long_as_on_the_wgs84_ellipsoid(other: tuple[float, float], km: float, toward: str) -> None:
    """110.574 km of latitude, 111.320 km of longitude; and the wind is seen from the value that counts."""
    assert difference("place", place(*other), place(0.0, 0.0)) == {"in": "km", "by": km, "toward": toward}


def test_places_on_both_sides_of_the_180th_meridian_are_near() -> None:
    """0.2 degrees at the equator are 22.3 km, not half the Earth."""
    assert difference("place", place(-179.9, 0.0), place(179.9, 0.0)) == {"in": "km", "by": 22.3, "toward": "E"}


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_difference_the_other_way_round_has_the_other_sign(value: float, basis: float) -> None:
    """Of any two numbers; equal ones have none."""
    there, back = difference("number", value, basis), difference("number", basis, value)
    assert (there is None) == (back is None) == (value == basis)
    if isinstance(there, dict) and isinstance(back, dict):
        assert there["by"] == -back["by"]  # type: ignore[operator]


def test_sizes_on_two_scales_are_not_subtracted() -> None:
    """On one scale they are."""
    ml, mw = {"value": 4.1, "scale": "ML"}, {"value": 4.4, "scale": "Mw"}
    assert difference("size", ml, mw) == {"in": "scale"}
    assert difference("size", mw | {"scale": "ML"}, ml) == {"in": "number", "by": 0.3}


def test_the_chosen_report_is_the_measure_and_else_the_first_that_says_anything() -> None:
    """And what a report does not say differs from nothing."""
    members = [said("a", depth_km=10.0), said("b", depth_km=14.0), said("c")]
    rows: dict[str, Any] = {row["name"]: row for row in table(members, {"depth": "b"}) if isinstance(row, dict)}
    assert [cell["off"] for cell in rows["depth_km"]["cells"]] == [{"in": "number", "by": -4.0}, None, None]
    assert [cell["chosen"] for cell in rows["depth_km"]["cells"]] == [False, True, False]
    rows = {row["name"]: row for row in table(members, {}) if isinstance(row, dict)}
    assert [cell["off"] for cell in rows["depth_km"]["cells"]] == [None, {"in": "number", "by": 4.0}, None]
    assert not any(cell["chosen"] for row in rows.values() for cell in row["cells"])


def test_a_whole_day_bears_no_hour_and_an_instant_no_end() -> None:
    """The cell says which it is."""
    day = said("d", begin="2026-09-09T00:00:00Z", end="2026-09-10T00:00:00Z")
    rows: dict[str, Any] = {row["name"]: row for row in table([day, said("i")], {}) if isinstance(row, dict)}
    assert [cell["value"]["day"] for cell in rows["begin"]["cells"]] == [True, False]
    assert rows["end"]["cells"][1]["value"] is None


def test_what_every_report_has_its_own_of_is_no_difference() -> None:
    """References, revisions and times of issue; but measures and an agency's own words are compared."""
    one = said("a", agency_ref="1", issued="2026-09-09T15:00:00Z", measures=[{"name": "deaths_best", "value": 2.0}], details={"source": "x", "n": 1})
    two = said("b", agency_ref="2", issued="2026-09-09T16:00:00Z", measures=[{"name": "deaths_best", "value": 3.0}], details={"source": "y", "n": 1})
    differs = {row["name"]: row["differs"] for row in table([one, two], {}) if isinstance(row, dict)}
    assert differs == {"kind": False, "begin": False, "agency_ref": False, "issued": False, "deaths_best": True, "n": False, "source": True}


def test_every_row_has_a_cell_for_every_report() -> None:
    """Whatever the reports say, and in their order."""
    members = [said("a", actors=["X", "Y"]), said("b", actors=["Y", "X"]), said("c", summary="words", language="fr")]
    rows = [row for row in table(members, {}) if isinstance(row, dict)]
    assert {len(row["cells"]) for row in rows if isinstance(row["cells"], list)} == {3}
    assert not next(row for row in rows if row["name"] == "actors")["differs"]
