"""What is read of each report: learned errors in the place of stated ones, one row a testimony, in canonical order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harmonise.crowds import RULES, catalogue
from vigie.harmonise.habits import RADIUS_PER_SIGMA
from vigie.harmonise.testimony import C_EE, C_NN, COARSE, FAMILY, FINE, NOWHERE, OWN_VAR, PLACE_LEVEL, SIZE, SIZE_VAR, TIME_LEVEL, VAGUE, read_testimonies
from vigie.model.linkmodel import LearnedError, LearnedSize, LinkModel, SizeCurve
from vigie.model.sameness import Sameness, SizeScale
from vigie.model.times import DAY_US

SIZED = Sameness(sizes={"mw": SizeScale(family="m", sigma=0.2, spread=0.8), "deaths": SizeScale(family="d", sigma=0.4, spread=0.9, logarithmic=True)})


def _row(report: dict[str, object], model: LinkModel | None = None, rules: Sameness = RULES) -> tuple[np.ndarray, np.ndarray]:
    known = read_testimonies(catalogue(report), rules, model)
    return known.numbers[0], known.codes[0]


def test_rows_stand_in_the_order_of_their_witnesses_and_copies_are_one() -> None:
    """Whatever the order of arrival."""
    reports = catalogue({"ref": "x", "lon": 1.0}, {"ref": "y", "lon": 2.0}, {"ref": "x", "lon": 1.0}, {"ref": "z", "lon": 3.0})
    first, second = read_testimonies(reports, RULES), read_testimonies(reports.take(np.array([3, 2, 1, 0])), RULES)
    assert len(first.numbers) == 3
    assert first.numbers.tolist() == second.numbers.tolist()
    assert first.one_of_many.tolist() == second.one_of_many[::-1].tolist()


def test_witnesses_that_share_their_first_half_are_told_apart() -> None:
    """Sorting by the first 64 bits alone would mix them up."""
    reports = catalogue({"lon": 1.0}, {"lon": 2.0}, {"lon": 3.0})
    reports.witness[:] = [[7, 9], [7, 3], [7, 9]]
    known = read_testimonies(reports, RULES)
    assert known.one_of_many.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("report", "form", "expected"),
    [
        ({}, "instant", 50.0**2),
        ({"sigma_s": 100.0}, "stated", (50.0 * 100.0) ** 2),
        ({"end_us": DAY_US}, "interval", 50.0**2 + (0.05 * 86_400.0) ** 2),
        ({"end_us": DAY_US, "lasted": True}, "instant", 50.0**2),
    ],
)
def test_a_learned_error_of_a_time_stands_in_for_the_prior(report: dict[str, object], form: str, expected: float) -> None:
    """For the agency and the form it was learned of, with the floor added."""
    model = LinkModel(sameness=RULES, times=(LearnedError(agency="a", form=form, value=50.0, pairs=9.0),))
    assert _row(report, model)[0][OWN_VAR] == pytest.approx(expected + RULES.sigma_floor_s**2)
    assert _row(report | {"agency": "b"}, model)[0][OWN_VAR] == _row(report)[0][OWN_VAR]


@pytest.mark.parametrize(
    ("report", "error", "radius"),
    [
        ({}, LearnedError(agency="a", form="unstated", value=9.0, pairs=9.0), 9.0),
        ({"radius_km": 5.0}, LearnedError(agency="a", form="stated", value=2.0, pairs=9.0), 10.0),
        ({"radius_km": 5.0}, LearnedError(agency="a", form="repeated", of=5.0, value=1.5, pairs=9.0), 1.5),
        ({"radius_km": 5.1}, LearnedError(agency="a", form="repeated", of=5.0, value=1.5, pairs=9.0), 5.1),
    ],
)
def test_a_learned_error_of_a_place_stands_in_for_the_prior(report: dict[str, object], error: LearnedError, radius: float) -> None:
    """A radius that is a code has the radius learned of that code, and no other has."""
    numbers, _ = _row(report, LinkModel(sameness=RULES, places=(error,)))
    assert numbers[C_EE] == pytest.approx((radius**2 + RULES.radius_floor_km**2) / RADIUS_PER_SIGMA**2)


def test_sizes_lose_the_bias_of_their_agency() -> None:
    """On the family's axis: a count is taken as its logarithm."""
    model = LinkModel(sameness=SIZED, sizes=(LearnedSize(agency="a", scale="mw", bias=0.3, sigma=0.1, pairs=9.0),))
    numbers, codes = _row({"magnitude": 5.0, "scale": "Mw"}, model, SIZED)
    assert (numbers[SIZE], numbers[SIZE_VAR], codes[FAMILY]) == (pytest.approx(4.7), pytest.approx(0.01), 1)
    assert _row({"magnitude": 3.0, "scale": "deaths"}, model, SIZED)[0][SIZE] == pytest.approx(math.log(4))
    assert _row({"magnitude": 3.0, "scale": "unheard of"}, model, SIZED)[1][FAMILY] == -1


def test_a_size_that_many_reports_give_tells_less() -> None:
    """The spread around a size is that of a Gaussian as dense as the learned curve is there."""
    curve = SizeCurve(family="m", first=4.0, step=1.0, densities=(0.8, 0.1))
    model = LinkModel(sameness=SIZED, curves=(curve,))
    spreads = [_row({"magnitude": size, "scale": "mw"}, model, SIZED)[0][13] for size in (4.0, 5.2)]
    assert spreads == [pytest.approx(1 / (math.sqrt(4 * math.pi) * density)) for density in (0.8, 0.1)]


def test_how_vague_a_report_is_decides_which_window_it_gets() -> None:
    """A month is coarse, a year is vague, and so are a district and a country."""
    times = [_row({"end_us": days * DAY_US})[1][TIME_LEVEL] for days in (1, 20, 300)]
    places = [_row({"radius_km": radius})[1][PLACE_LEVEL] for radius in (5.0, 60.0, 500.0, float("nan"))]
    assert times == [FINE, COARSE, VAGUE]
    assert places == [FINE, COARSE, VAGUE, FINE]
    assert _row({"lon": float("nan")})[1][PLACE_LEVEL] == NOWHERE


def test_an_error_near_a_pole_is_round() -> None:
    """East turns with the meridians there."""
    numbers, _ = _row({"lat": 89.0, "major_km": 20.0, "minor_km": 5.0, "azimuth": 30.0})
    assert numbers[C_EE] == numbers[C_NN] == pytest.approx((100.0 + RULES.radius_floor_km**2) / RADIUS_PER_SIGMA**2)
