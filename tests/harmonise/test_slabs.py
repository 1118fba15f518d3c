"""Linking in slabs of time: the answer of one machine, whatever the cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonise.crowds import RULES, alike, catalogue, crowd, settled
from vigie.harmonise import clusters_of, cut, estimate_background, join, link, unlinked, work
from vigie.model.times import DAY_US

LAW = settings(max_examples=25, deadline=None)
_PAIRS = st.lists(st.tuples(st.integers(0, 119), st.integers(0, 119)).filter(lambda pair: pair[0] != pair[1]), max_size=4)


@LAW
@given(st.integers(0, 10**6), st.integers(1, 9), _PAIRS, st.randoms(use_true_random=False))
def test_slabs_give_the_answer_of_one_machine(seed: int, most: int, must: list[tuple[int, int]], random: object) -> None:
    """To the last bit, with decisions across the borders, in whatever order the slabs come back."""
    reports = crowd(seed)
    background = estimate_background(reports, RULES)
    state = unlinked(reports, RULES, must_link=must, learned=settled(background))
    worked = [work(slab, RULES, state.rules()) for slab in cut(state, most)]
    random.shuffle(worked)  # type: ignore[attr-defined]
    alike(clusters_of(join(state, worked)), link(reports, RULES, must_link=must, learned=settled(background)))


def test_vague_reports_and_copies_go_where_they_reach() -> None:
    """A year, a month, an episode and a copy among days: nothing is lost or doubled."""
    days = [{"ref": f"d{day}", "agency": "ab"[day % 2], "begin_us": day * DAY_US, "lon": 20 + day % 3 * 0.1} for day in range(0, 120, 2)]
    vague = [
        {"ref": "year", "agency": "c", "end_us": 365 * DAY_US},
        {"ref": "month", "agency": "c", "begin_us": 30 * DAY_US, "end_us": 60 * DAY_US},
        {"ref": "siege", "agency": "d", "begin_us": 20 * DAY_US, "end_us": 90 * DAY_US, "lasted": True},
        {"ref": "d4", "agency": "a", "begin_us": 4 * DAY_US, "lon": 20 + 4 % 3 * 0.1},
    ]
    reports = catalogue(*days, *vague)
    state = unlinked(reports, RULES)
    worked = [work(slab, RULES, state.rules()) for slab in cut(state, 7)]
    alike(clusters_of(join(state, worked)), link(reports, RULES))


def test_most_components_are_finished_in_their_slab() -> None:
    """What is left for the end is what crosses a border."""
    reports = catalogue(*({"agency": "ab"[number % 2], "begin_us": number // 2 * 30 * DAY_US} for number in range(200)))
    state = unlinked(reports, RULES)
    worked = [work(slab, RULES, state.rules()) for slab in cut(state, 4)]
    assert sum(len(part.rows) for part in worked) >= 190


@pytest.mark.parametrize("count", [0, 1, 50])
def test_reports_that_cannot_be_cut_are_one_slab(count: int) -> None:
    """All of one time, one, or none."""
    reports = catalogue(*({"agency": f"a{number}", "lon": 20 + number * 0.01} for number in range(count)))
    state = unlinked(reports, RULES)
    slabs = cut(state, 8)
    assert len(np.unique(np.concatenate([slab.rows for slab in slabs]))) == count
    alike(clusters_of(join(state, [work(slab, RULES, state.rules()) for slab in slabs])), link(reports, RULES))


def test_no_slab_needs_the_whole() -> None:
    """Where reports are precise, each goes to its own slab and at most the next."""
    state = unlinked(crowd(1, 2000), RULES)
    rows = np.concatenate([slab.rows for slab in cut(state, 2)])
    assert len(rows) < 2 * 2000
