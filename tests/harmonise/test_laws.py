"""Laws of the linking engine: what holds for any catalogue."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonise.crowds import RULES, catalogue, crowd, settled
from vigie.harmonise import estimate_background, link, make_events
from vigie.model.catalogue import Catalogue, concat
from vigie.model.event import Events
from vigie.model.times import DAY_US

LAW = settings(max_examples=25, deadline=None)
_NUMBER = st.floats(0.1, 300) | st.just(float("nan")) | st.just(0.0)
_REPORT = st.fixed_dictionaries(
    {
        "agency": st.sampled_from("abcd"),
        "kind": st.sampled_from(["", "unrest", "unrest.riot", "violence.attack"]),
        "begin_us": st.integers(0, 6 * DAY_US),
        "lon": st.floats(19.5, 20.5) | st.sampled_from([20.0, -180.0, 179.999, float("nan")]),
        "lat": st.floats(41.5, 42.5) | st.sampled_from([42.0, 90.0, -90.0]),
        "lasted": st.booleans(),
        "sigma_s": _NUMBER,
        "radius_km": _NUMBER,
        "major_km": _NUMBER,
        "minor_km": _NUMBER,
        "azimuth": st.floats(0, 360) | st.just(float("nan")),
        "exercise": st.booleans(),
    }
)
_PAIRS = st.lists(st.tuples(st.integers(0, 119), st.integers(0, 119)).filter(lambda pair: pair[0] != pair[1]), max_size=8)


def _facts(events: Events, reports: Catalogue) -> list[tuple[object, ...]]:
    return [(name, *reports.witness[rows, 0].tolist(), chance) for name, rows, chance in zip(events.id, events.members, events.probability, strict=True)]


@LAW
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_shuffled_reports_make_the_same_events(seed: int, random: object) -> None:
    """Ids, members, chances and doubts do not depend on the order of arrival, to the last bit."""
    reports = crowd(seed)
    order = np.array(range(len(reports)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = reports.take(order)
    first, second = link(reports, RULES), link(shuffled, RULES)
    assert _facts(make_events(reports, first, np.zeros(120)), reports) == _facts(make_events(shuffled, second, np.zeros(120)), shuffled)
    assert first.probability[order].tolist() == second.probability.tolist()
    assert first.doubtful.reasons.tolist() == second.doubtful.reasons.tolist()


@LAW
@given(st.lists(_REPORT, max_size=40))
def test_every_report_is_in_exactly_one_event(reports: list[dict[str, object]]) -> None:
    """Nothing is lost, nothing is doubled, and every chance is one."""
    known = catalogue(*reports)
    clusters = link(known, RULES)
    events = make_events(known, clusters, np.zeros(len(known)))
    assert sorted(row for rows in events.members for row in rows.tolist()) == list(range(len(known)))
    for chances in (clusters.probability, clusters.cluster_probability, clusters.links.probability, clusters.doubtful.probability):
        assert ((chances >= 0) & (chances <= 1)).all()
    assert len(clusters.links) == len(known) - len(events)


@LAW
@given(st.integers(0, 10**6), _PAIRS, _PAIRS)
def test_decisions_are_always_obeyed(seed: int, must: list[tuple[int, int]], cannot: list[tuple[int, int]]) -> None:
    """Whatever the scores say."""
    reports = crowd(seed)
    tied = link(reports, RULES, must_link=must).cluster
    assert all(tied[a] == tied[b] for a, b in must)
    parted = link(reports, RULES, cannot_link=cannot).cluster
    assert all(parted[a] != parted[b] for a, b in cannot)


@LAW
@given(st.integers(0, 10**6))
def test_a_report_far_away_changes_no_other_event(seed: int) -> None:
    """With the background given, what happens elsewhere has no effect here."""
    reports, far = crowd(seed), catalogue({"ref": "far", "lon": -70.0, "lat": -30.0, "agency": "z"})
    background = estimate_background(reports, RULES)
    first, second = link(reports, RULES, learned=settled(background)), link(concat([reports, far]), RULES, learned=settled(background))
    alone, together = first.cluster, second.cluster[:-1]
    assert (np.equal.outer(alone, alone) == np.equal.outer(together, together)).all()
    assert first.probability.tolist() == second.probability[:-1].tolist()


@LAW
@given(st.integers(0, 10**6))
def test_no_linkable_clusters_are_left_apart(seed: int) -> None:
    """At the end no doubtful, unmade link between precise reports lies above the threshold."""
    clusters = link(crowd(seed), RULES)
    precise = crowd(seed).radius_km < 100
    for one, score in zip(clusters.doubtful, clusters.doubtful.score(), strict=True):
        if clusters.cluster[one.first] != clusters.cluster[one.second] and precise[one.first] and precise[one.second]:
            assert score < 0
