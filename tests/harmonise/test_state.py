"""The warm state: what is added, taken away or decided later gives the answer of linking all at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonise.crowds import RULES, alike, catalogue, crowd, settled
from vigie.harmonise import add, clusters_of, decide, estimate_background, from_arrays, link, make_events, start, take_away, to_arrays
from vigie.model.catalogue import Catalogue, concat
from vigie.model.errors import BadSetting
from vigie.model.times import DAY_US

LAW = settings(max_examples=25, deadline=None)
_ROW = st.integers(0, 119)
_PAIRS = st.lists(st.tuples(_ROW, _ROW).filter(lambda pair: pair[0] != pair[1]), max_size=6)


def _parts(reports: Catalogue, cuts: list[int]) -> list[Catalogue]:
    edges = [0, *sorted(cuts), len(reports)]
    return [reports.take(np.arange(begin, end)) for begin, end in pairwise(edges)]


@LAW
@given(st.integers(0, 10**6), st.lists(st.integers(0, 120), max_size=4), st.randoms(use_true_random=False), st.lists(_ROW, max_size=10))
def test_batches_give_the_answer_of_the_whole(seed: int, cuts: list[int], random: object, again: list[int]) -> None:
    """However the reports are split and in whatever order they come, copies of one testimony among them."""
    reports = crowd(seed)
    order = [*range(120), *again]
    random.shuffle(order)  # type: ignore[attr-defined]
    whole = reports.take(np.array(order))
    background = estimate_background(reports, RULES)
    first, *later = _parts(whole, cuts)
    state = start(first, RULES, learned=settled(background))
    for part in later:
        state = add(state, part)
    alike(clusters_of(state), link(whole, RULES, learned=settled(background)))


@LAW
@given(st.integers(0, 10**6), _PAIRS, _PAIRS, _PAIRS)
def test_decisions_made_later_give_the_answer_of_all_at_once(
    seed: int, must: list[tuple[int, int]], cannot: list[tuple[int, int]], before: list[tuple[int, int]]
) -> None:
    """Made, changed and withdrawn."""
    reports = crowd(seed)
    background = estimate_background(reports, RULES)
    state = start(reports, RULES, must_link=before, learned=settled(background))
    try:
        whole = link(reports, RULES, must_link=must, cannot_link=cannot, learned=settled(background))
    except BadSetting:
        with pytest.raises(BadSetting):
            decide(state, must, cannot)
        return
    alike(clusters_of(decide(state, must, cannot)), whole)


@LAW
@given(st.integers(0, 10**6), st.sets(_ROW, max_size=40), _PAIRS)
def test_what_is_taken_away_leaves_no_trace(seed: int, rows: set[int], must: list[tuple[int, int]]) -> None:
    """The answer is that of the reports that stay, and of the decisions on them."""
    reports = crowd(seed)
    background = estimate_background(reports, RULES)
    gone = np.array(sorted(rows), np.int64)
    stays = np.setdiff1d(np.arange(120), gone)
    place = {int(row): number for number, row in enumerate(stays)}
    left = [(place[a], place[b]) for a, b in must if a in place and b in place]
    state = take_away(start(reports, RULES, must_link=must, learned=settled(background)), gone)
    alike(clusters_of(state), link(reports.take(stays), RULES, must_link=left, learned=settled(background)))


def test_untouched_events_keep_their_ids_and_chances() -> None:
    """A day of reports elsewhere changes nothing here."""
    reports, later = crowd(3), catalogue(*({"ref": f"new{number}", "lon": -70.0 + number, "lat": -30.0} for number in range(5)))
    before = start(reports, RULES)
    after = add(before, later)
    whole = concat([reports, later])
    old, new = make_events(reports, clusters_of(before), np.zeros(120)), make_events(whole, clusters_of(after), np.zeros(125))
    chances = dict(zip(new.id, new.probability, strict=True))
    assert all(chances[name] == chance for name, chance in zip(old.id, old.probability, strict=True))
    assert len(new) == len(old) + 5


def test_adding_leaves_the_state_before_as_it_was() -> None:
    """States are values: two futures of one state do not mix."""
    reports = crowd(4)
    before = start(reports.take(np.arange(100)), RULES)
    answer = clusters_of(before)
    add(before, reports.take(np.arange(100, 120)))
    alike(clusters_of(before), answer)


def test_names_not_met_before_are_understood() -> None:
    """A new agency, kind and field in a later batch, with names that sort before the old ones."""
    reports = crowd(5, 90)
    more = catalogue(*({"ref": f"n{number}", "agency": "A", "kind": "a.b", "field": "Cyber", "begin_us": number * DAY_US} for number in range(9)))
    whole = concat([reports, more])
    background = estimate_background(reports, RULES)
    alike(clusters_of(add(start(reports, RULES, learned=settled(background)), more)), link(whole, RULES, learned=settled(background)))


@pytest.mark.parametrize("count", [0, 1, 60])
def test_a_state_survives_on_disk_as_plain_arrays(count: int) -> None:
    """Written, read and added to, it gives the same answer."""
    reports = crowd(6)
    background = estimate_background(reports, RULES)
    state = start(reports.take(np.arange(count)), RULES, must_link=[(0, 5)] if count > 5 else (), learned=settled(background))
    arrays = to_arrays(state)
    assert all(isinstance(column, np.ndarray) and not column.dtype.hasobject for column in arrays.values())
    again = from_arrays(arrays, state.basis)
    rest = reports.take(np.arange(count, 120))
    alike(clusters_of(add(again, rest)), clusters_of(add(state, rest)))


def test_arrays_that_are_no_state_are_refused() -> None:
    """With one sentence that says what to do."""
    state = start(crowd(7), RULES)
    arrays = to_arrays(state)
    arrays.pop("numbers")
    with pytest.raises(BadSetting):
        from_arrays(arrays, state.basis)
