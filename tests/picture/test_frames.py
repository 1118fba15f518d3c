"""The playback: what goes on at each step, counted naively too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picture.crowds import DAY_ONE_US, crowd
from vigie.model.times import DAY_US
from vigie.picture.frames import MAX_STEPS, frames_of
from vigie.picture.hexagons import parents


@settings(max_examples=15)
@given(st.integers(0, 50), st.integers(1, 40), st.integers(0, 300))
def test_an_event_counts_in_every_step_that_it_touches(seed: int, step_days: int, since_day: int) -> None:
    """By cell and step, as a loop over events and steps counts."""
    index, first, step = crowd(seed, 60), DAY_ONE_US + since_day * DAY_US, step_days * DAY_US
    found = frames_of(index, np.arange(len(index)), first, first + 100 * DAY_US, step)
    assert found
    cell = parents(index.cells, found.resolution)
    for place, name in enumerate(found.cells.cell):
        here = [row for row in np.flatnonzero(cell == name) if not index.events.radius_km[row] > 26.0]
        for at in range(found.steps):
            begin, end = first + at * step, first + (at + 1) * step
            assert found.counts[place, at] == sum(index.events.begin_us[row] < end and index.last_us[row] > begin for row in here)


@pytest.mark.parametrize("step_us", [DAY_US // 24, 1])
def test_too_many_steps_are_no_frames(step_us: int) -> None:
    """Four hundred are the most."""
    index = crowd(1, 20)
    assert frames_of(index, np.arange(20), DAY_ONE_US, DAY_ONE_US + MAX_STEPS * step_us, step_us) is None
    assert frames_of(index, np.arange(20), DAY_ONE_US, DAY_ONE_US + MAX_STEPS * step_us - 1, step_us)
