"""The made-up world: laws of its parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.exercise.agencies import AGENCIES, covers
from vigie.exercise.growth import Seeds, grow, steady_times
from vigie.exercise.towns import distance_km, nearest_town, shift, towns_of
from vigie.exercise.world import report_counts
from vigie.model.atlas import Atlas, Place
from vigie.model.errors import BadSetting

PERIOD = (0, 10**12)


@given(st.integers(1, 200), st.floats(1, 6), st.integers(0, 99))
def test_report_counts_add_up_exactly(events: int, mean: float, seed: int) -> None:
    """Whatever is possible is reached: one to six reports an event, with the exact sum."""
    wanted = min(max(round(events * mean), events), 6 * events)
    random = np.random.default_rng(seed)
    counts = report_counts(random, random.random(events), wanted)
    assert counts.sum() == wanted
    assert counts.min() >= 1
    assert counts.max() <= 6


@given(st.integers(0, 300), st.floats(0, 0.95), st.integers(0, 99))
def test_a_growth_has_the_number_asked_inside_the_period(count: int, branching: float, seed: int) -> None:
    """Offspring and background together are exactly as many as asked."""

    def background(random: np.random.Generator, number: int) -> Seeds:
        zeros = np.zeros(number)
        return Seeds(steady_times(random, number, PERIOD), zeros, zeros, zeros)

    def brood(random: np.random.Generator, parents: Seeds) -> Seeds:
        row = np.repeat(np.arange(len(parents)), random.poisson(branching, len(parents)))
        later = Seeds(parents.time_us + 10**11, parents.lon, parents.lat, parents.mark)
        return later.take(row)

    grown = grow(np.random.default_rng(seed), count, branching, background, brood, PERIOD)
    assert len(grown) == count
    assert ((grown.time_us >= 0) & (grown.time_us < 10**12)).all()


def test_a_shift_goes_as_far_as_it_says() -> None:
    """Ten km east and twenty north are the root of 500 away, at all latitudes of the region."""
    for lat in (36.0, 42.0, 48.0):
        lon, north = shift(np.array([20.0]), np.array([lat]), np.array([10.0]), np.array([20.0]))
        assert distance_km(lon, north, 20.0, lat)[0] == pytest.approx(500**0.5, rel=2e-3)


def test_the_nearest_town_is_the_one_that_a_search_through_all_finds(atlas: Atlas) -> None:
    """The tree agrees with measuring every distance."""
    towns, random = towns_of(atlas), np.random.default_rng(5)
    lon, lat = random.uniform(13, 30, 20), random.uniform(36, 48.5, 20)
    index, away = nearest_town(towns, lon, lat)
    for point in range(20):
        every = distance_km(towns.lon, towns.lat, float(lon[point]), float(lat[point]))
        assert away[point] == pytest.approx(every.min())
        assert every[index[point]] == pytest.approx(every.min())


def test_every_field_has_at_least_two_agencies_even_with_four() -> None:
    """The generalists come first."""
    for number in range(9):
        assert sum(covers(agency, number) for agency in AGENCIES[:4]) >= 2


def test_a_region_without_places_is_refused() -> None:
    """Nothing can be made up there."""
    nowhere = Atlas(countries=(), units=(), places=(Place("Far", {}, (), "NZ", 170.0, -40.0, 10),))
    with pytest.raises(BadSetting):
        towns_of(nowhere)
