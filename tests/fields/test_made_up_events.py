"""What every pack's made-up events obey."""

from __future__ import annotations

import numpy as np
import pytest

from vigie.model.atlas import Atlas
from vigie.model.pack import MadeUp, Pack
from vigie.model.times import parse_time
from vigie.node.packs import packs

PERIOD = parse_time("2024-01-01"), parse_time("2026-01-01")
MAKERS = [pack for pack in packs().values() if pack.make_events]


def _made(pack: Pack, atlas: Atlas, count: int = 2_000, seed: int = 1) -> MadeUp:
    assert pack.make_events is not None
    return pack.make_events(np.random.default_rng(seed), count, PERIOD, atlas)


@pytest.mark.parametrize("pack", MAKERS, ids=lambda pack: pack.name)
@pytest.mark.parametrize("count", [0, 1, 2_000])
def test_there_are_as_many_events_as_asked_in_the_period_and_the_region(pack: Pack, count: int, atlas: Atlas) -> None:
    """Columns are of one length, times begin in the period, places lie in the bounds."""
    made = _made(pack, atlas, count)
    columns = (made.begin_us, made.end_us, made.lon, made.lat, made.depth_km, made.magnitude, made.kind.codes, made.scale.codes)
    assert {len(column) for column in columns} == {count}
    west, south, east, north = atlas.bounds
    assert ((made.begin_us >= PERIOD[0]) & (made.begin_us < PERIOD[1]) & (made.end_us >= made.begin_us)).all()
    assert ((made.lon >= west) & (made.lon <= east) & (made.lat >= south) & (made.lat <= north)).all()


@pytest.mark.parametrize("pack", MAKERS, ids=lambda pack: pack.name)
def test_all_randomness_comes_from_the_generator(pack: Pack, atlas: Atlas) -> None:
    """The same generator makes the same events, another one others."""
    one, same, other = _made(pack, atlas), _made(pack, atlas), _made(pack, atlas, seed=2)
    assert (one.begin_us == same.begin_us).all()
    assert (one.lon == same.lon).all()
    assert not (one.begin_us == other.begin_us).all()


@pytest.mark.parametrize("pack", MAKERS, ids=lambda pack: pack.name)
def test_kinds_and_scales_are_the_fields_own(pack: Pack, atlas: Atlas) -> None:
    """Every kind has its terms, every size its scale with severity points, and no size no scale."""
    made = _made(pack, atlas)
    assert set(made.kind.names) <= set(pack.terms.kinds)
    assert list(made.kind.names) == sorted(made.kind.names)
    assert list(made.scale.names) == sorted(made.scale.names)
    assert set(made.scale.names) - {""} <= set(pack.terms.severity)
    assert set(made.scale.names) - {""} <= {*made.errors.other_scales, *made.scale.names}
    assert (np.isnan(made.magnitude) == (made.scale.texts() == "")).all()


def test_magnitudes_follow_gutenberg_and_richter(atlas: Atlas) -> None:
    """Aki's estimate of b on 20,000 made-up earthquakes is 1 within 3 %."""
    made = _made(packs()["seismic"], atlas, 20_000)
    b_value = np.log10(np.e) / (made.magnitude - 2.5).mean()
    assert b_value == pytest.approx(1.0, rel=0.03)
    assert made.magnitude.max() <= 7.0


@pytest.mark.parametrize("name", ["seismic", "conflict", "cyber"])
def test_events_bring_about_events(name: str, atlas: Atlas) -> None:
    """Gaps between neighbours in time are more uneven than those of a steady rate, whose coefficient of variation is 1."""
    made = _made(packs()[name], atlas, 5_000)
    counts = np.histogram(made.begin_us, bins=730)[0]
    assert counts.var() / counts.mean() > 1.15


def test_made_up_unrest_is_mostly_peaceful_and_seldom_deadly(atlas: Atlas) -> None:
    """Protest is the most frequent kind; few events have a death."""
    made = _made(packs()["conflict"], atlas, 20_000)
    kinds = made.kind.texts()
    assert 0.4 < (kinds == "unrest.protest").mean() < 0.7
    assert (np.nan_to_num(made.magnitude) > 0).mean() < 0.1


def test_meetings_are_held_on_working_days(atlas: Atlas) -> None:
    """No made-up meeting begins on a Saturday or Sunday (but at the very edge of the period)."""
    made = _made(packs()["cooperation"], atlas)
    days = made.begin_us // 86_400_000_000
    inner = days * 86_400_000_000 > PERIOD[0]
    assert ((days - 4) % 7 < 5)[inner].all()
