"""What an answer is worth: the expected number of pairs that change, by a second, naive way; and the order of the questions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.event import EVIDENCE, PART_OF, Links
from vigie.node.review_value import NEGLIGIBLE, alternated, questions, sides_of, worth


def links(pairs: list[tuple[int, int]], chances: list[float]) -> Links:
    """Links without reasons."""
    first, second = (np.array([pair[end] for pair in pairs], np.int64) for end in (0, 1))
    return Links(first, second, np.array(chances, float), np.zeros((len(pairs), len(EVIDENCE))), np.zeros(len(pairs), np.int8))


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[int]]:
    """Links that hold events together as trees, and the event of each row."""
    count = draw(st.integers(1, 12))
    pairs, event = [], list(range(count))
    for row in range(1, count):
        other = draw(st.integers(-1, row - 1))
        if other >= 0:
            pairs.append((other, row) if draw(st.booleans()) else (row, other))
            event = [event[other] if found == event[row] else found for found in event]
    number = {name: place for place, name in enumerate(dict.fromkeys(event))}
    return draw(st.permutations(pairs)), [number[found] for found in event]


def side(pairs: list[tuple[int, int]], cut: int) -> int:
    """How many rows hang together with the first end of a link that is cut, by walking."""
    near = {pairs[cut][0]}
    for _ in pairs:
        near |= {row for number, pair in enumerate(pairs) if number != cut and near & set(pair) for row in pair}
    return len(near)


@given(forests())
def test_the_sides_of_every_link_are_those_found_by_walking(forest: tuple[list[tuple[int, int]], list[int]]) -> None:
    """Of every tree, in whatever order its links come."""
    pairs, event = forest
    cluster = np.array(event, np.int64)
    size = np.bincount(cluster)[cluster]
    found = sides_of(links(pairs, [0.5] * len(pairs)), size, len(cluster))
    assert [sorted(row) for row in found.tolist()] == [sorted((side(pairs, cut), int(size[pair[0]]) - side(pairs, cut))) for cut, pair in enumerate(pairs)]


@given(forests(), st.data())
def test_an_answer_is_worth_the_pairs_that_it_changes_on_average(forest: tuple[list[tuple[int, int]], list[int]], data: st.DataObject) -> None:
    """A made link with one minus its chance, a link that was not made with its chance; each pair is asked about once, the dearest first."""
    pairs, event = forest
    cluster = np.array(event, np.int64)
    chances = data.draw(st.lists(st.floats(0, 1), min_size=len(pairs), max_size=len(pairs)))
    others = [(a, b) for a in range(len(event)) for b in range(a) if event[a] != event[b]]
    wanted = data.draw(st.lists(st.sampled_from(others), max_size=5)) if others else []
    made, doubtful = links(pairs, chances), links([*wanted, *pairs[:1]], [0.4] * len(wanted) + chances[:1])
    found = questions(made, doubtful, cluster)
    size = np.bincount(cluster)
    naive = {
        tuple(sorted(pair)): (1 - chance) * side(pairs, cut) * (size[event[pair[0]]] - side(pairs, cut))
        for cut, (pair, chance) in enumerate(zip(pairs, chances, strict=True))
    }
    naive |= {tuple(sorted(pair)): 0.4 * size[event[pair[0]]] * size[event[pair[1]]] for pair in wanted}
    told = {tuple(sorted(pair)): value for *pair, value in zip(found.links.first.tolist(), found.links.second.tolist(), found.worth.tolist(), strict=True)}
    assert len(told) == len(found)
    assert sorted(told) == sorted(pair for pair, value in naive.items() if value > NEGLIGIBLE)
    assert np.allclose([told[pair] for pair in sorted(told)], [naive[pair] for pair in sorted(told)])


def test_the_graver_event_comes_first_among_equals() -> None:
    """And what changes nothing is not asked."""
    asked = links([(0, 1), (2, 3), (4, 5)], [0.5, 0.5, 0.0])
    order = worth(asked, np.arange(6), np.array([0.5, 0.5, 0.0]), np.array([1.0, 1.0, 7.0, 1.0, 9.0, 9.0]))
    assert order.tolist() == [1, 0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12))
def test_the_same_events_are_not_asked_about_twice_in_a_row_while_others_wait(pairs: list[tuple[int, int]]) -> None:
    """Nothing is lost; repeats stand together at the end only, where no other question is left."""
    pair = np.array(pairs, np.int64).reshape(len(pairs), 2)
    order = alternated(np.arange(len(pairs)), pair).tolist()
    assert sorted(order) == list(range(len(pairs)))
    shown = [pairs[number] for number in order]
    again = [place for place in range(1, len(shown)) if shown[place] == shown[place - 1]]
    assert not again or len(set(shown[again[0] :])) <= len(shown) - again[0]


def test_a_world_without_reports_has_nothing_to_ask() -> None:
    """Nor has one in which all is certain."""
    none = links([], [])
    assert len(questions(none, none, np.zeros(0, np.int64))) == 0
    assert len(questions(links([(0, 1)], [1.0]), none, np.zeros(2, np.int64))) == 0


def test_whether_an_incident_is_part_of_an_episode_is_not_asked() -> None:
    """Neither answer to it is about one event."""
    pairs = links([(0, 1), (0, 2)], [0.5, 0.5])
    within = Links(pairs.first, pairs.second, pairs.probability, pairs.reasons, np.array([PART_OF, 0], np.int8))
    asked = questions(links([], []), within, np.arange(3))
    assert asked.links.second.tolist() == [2]
