"""The seismic pack: its parts fit together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.fields.seismic.pack import PACK
from vigie.fields.seismic.solution import Size, chosen_size, family_rank
from vigie.fields.seismic.spread import KM_PER_DEGREE, area_factor, ellipse_at_68, radius_of_axes, radius_of_degrees, radius_of_ellipsoid, sigma_of
from vigie.model.terms import kind_of, severity_of


def test_every_source_names_a_reader_of_this_pack_and_says_how_it_is_fetched() -> None:
    """A source that nobody can read is a trap for the operator."""
    names = {reader.name for reader in PACK.readers} | {path.stem for path in PACK.presets}
    assert PACK.sources
    assert all(source.reader in names and source.fetch in ("fdsn-event", "by-hand") and source.attribution and source.licence for source in PACK.sources)
    servers = [source for source in PACK.sources if source.fetch == "fdsn-event"]
    assert len(servers) >= 8
    assert all(source.address.split("?")[0].endswith("/fdsnws/event/1/") for source in servers)


def test_agencies_whose_terms_are_unknown_are_never_passed_on() -> None:
    """`ask the agency` means owner only."""
    assert all(source.floor == "owner" for source in PACK.sources if source.licence == "ask the agency")


def test_every_code_has_a_kind_of_this_field() -> None:
    """QuakeML's 44 event types and the ISC's 18."""
    assert (len(PACK.terms.codes["quakeml"]), len(PACK.terms.codes["ims"])) == (45, 18)
    assert all(kind.field == "seismic" for kind in PACK.terms.kinds.values())
    nuclear = kind_of(PACK.terms, "quakeml", "nuclear explosion")
    assert nuclear is not None
    assert nuclear.name == "seismic.nuclear"


def test_severity_rises_with_magnitude_on_every_scale() -> None:
    """From nothing to the most severe."""
    for scale in ("Mw", "ML", "mb", "MS", "Md", "M"):
        found = [severity_of(PACK.terms, "seismic.earthquake", magnitude, scale) for magnitude in (1, 3, 4.5, 6, 7, 9)]
        assert found == sorted(found)
        assert (found[2], found[-1]) == (3.5, 10.0)


def test_moment_magnitude_comes_first_and_order_does_not_matter() -> None:
    """Whatever order the bulletin has."""
    sizes = [Size("mb", 5.9, agency="A"), Size("Mwc", 6.2, agency="A"), Size("ML", 6.0, agency="A"), Size("Mw", 6.3, agency="B"), Size("MS>", 9, is_bound=True)]
    assert {chosen_size(order, "A") for order in (sizes, sizes[::-1], sizes[2:] + sizes[:2])} == {sizes[1]}
    assert [family_rank(scale) for scale in ("MW", "Ms_20", "mB", "mbLg", "Mjma")] == [0, 1, 2, 3, 5]
    assert chosen_size([], "A") is None


@given(percent=st.floats(1.5, 99.9), sigma_km=st.floats(0.1, 100))
def test_a_circle_of_any_level_holds_68_percent_after_conversion(percent: float, sigma_km: float) -> None:
    """Written a second time from the Rayleigh law: P(r) = 1 - exp(-r² / 2 sigma²)."""
    radius_km = sigma_km * math.sqrt(-2 * math.log(1 - percent / 100)) * area_factor(percent)
    assert 1 - math.exp(-(radius_km**2) / (2 * sigma_km**2)) == pytest.approx(0.68, abs=1e-9)


@pytest.mark.parametrize("ratio", [0.01, 0.2, 0.5, 0.8, 1.0])
def test_the_radius_of_an_ellipse_holds_68_percent_of_the_draws_or_a_little_more(ratio: float) -> None:
    """Counted on 200,000 draws: between 67 and 72 %."""
    draws = np.random.default_rng(5).normal(size=(200_000, 2)) * [1.0, ratio]
    radius = radius_of_axes(1.5096, 1.5096 * ratio, 68)
    assert radius is not None
    assert 0.67 < np.mean(np.hypot(*draws.T) <= radius) < 0.73


def test_degrees_shrink_with_latitude() -> None:
    """A degree of longitude at 60° is half one at the equator."""
    assert radius_of_degrees(0.02, 0.01, 60) == pytest.approx(1.5096 * 0.01 * KM_PER_DEGREE, rel=1e-3)


def test_an_ellipsoid_gives_an_upper_bound() -> None:
    """A ball of 68 % in space is, seen from above, a circle of more than 68 %: chi-square with three degrees of freedom, 3.5059."""
    assert radius_of_ellipsoid(10, 10, 68) == pytest.approx(10 * math.sqrt(2.27887 / 3.5059), rel=1e-3)


def test_what_is_no_ellipse_is_none_and_axes_are_put_in_order() -> None:
    """An axis of zero or an azimuth of -1 says that nothing is known."""
    assert ellipse_at_68(10, 0, 20, 90) is None
    assert ellipse_at_68(10, 5, -1, 90) is None
    turned = ellipse_at_68(5, 10, 20, 68)
    assert turned is not None
    assert (turned.major_km, turned.minor_km, turned.azimuth) == pytest.approx((10, 5, 110))


def test_90_percent_of_one_number_is_1_645_sigma() -> None:
    """And without a level it is taken as one sigma."""
    assert sigma_of(1.6449, 90) == pytest.approx(1, abs=1e-4)
    assert sigma_of(2.5) == 2.5
