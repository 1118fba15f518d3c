"""What the linking engine holds to be one event, and what it never does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harmonise.crowds import RULES, catalogue, crowd, same, settled
from vigie.harmonise import SizeScale, estimate_background, link, make_events
from vigie.model.errors import BadSetting
from vigie.model.event import EVIDENCE, PART_OF
from vigie.model.times import DAY_US, FIRST_US, LAST_US, parse_time

HOUR_US = DAY_US // 24
A, B = {"agency": "a"}, {"agency": "b"}


def test_two_reports_of_one_incident_become_one_event() -> None:
    """Same place and time, two agencies: one event; far away or weeks later: another one."""
    found = link(catalogue(A, B | {"begin_us": HOUR_US, "lon": 20.02}, B | {"lon": 25.0}, B | {"begin_us": 20 * DAY_US}), RULES).cluster
    assert same(found, 0, 1)
    assert len(set(found.tolist())) == 3


def test_an_empty_catalogue_has_no_events() -> None:
    """Nothing in, nothing out."""
    nothing = catalogue()
    clusters = link(nothing, RULES)
    assert len(clusters.cluster) == len(clusters.links) == len(make_events(nothing, clusters, np.zeros(0))) == 0


def test_one_report_is_one_certain_event() -> None:
    """A report alone belongs to its event with certainty."""
    clusters = link(catalogue(A), RULES)
    assert clusters.probability.tolist() == clusters.cluster_probability.tolist() == [1.0]


@pytest.mark.parametrize(
    ("first", "second"),
    [((179.99, 10.0), (-179.99, 10.0)), ((0.0, 89.99), (180.0, 89.99)), ((-90.0, -89.995), (45.0, -89.99)), ((180.0, -16.5), (-180.0, -16.5))],
)
def test_no_pair_is_lost_at_the_antimeridian_or_a_pole(first: tuple[float, float], second: tuple[float, float]) -> None:
    """Neighbours on the ground are neighbours, whatever their coordinates look like."""
    reports = [A | {"lon": first[0], "lat": first[1]}, B | {"lon": second[0], "lat": second[1]}]
    assert same(link(catalogue(*reports), RULES).cluster, 0, 1)


def test_no_pair_is_lost_at_a_cell_border() -> None:
    """Wherever a close pair lies on Earth, it is found."""
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(-180, 180, 300), np.degrees(np.arcsin(rng.uniform(-1, 1, 300)))
    reports = [{"agency": name, "lon": (x + 180 + step / max(np.cos(np.radians(y)), 0.05)) % 360 - 180, "lat": y, "begin_us": number * 60 * DAY_US}
               for number, (x, y) in enumerate(zip(lon, lat, strict=True)) for name, step in (("a", 0.0), ("b", 0.03))]  # fmt: skip
    found = link(catalogue(*reports), RULES).cluster
    assert (found[::2] == found[1::2]).all()


@pytest.mark.parametrize("time", [FIRST_US, parse_time("-0217-06-24"), parse_time("1667-04-06"), LAST_US - DAY_US])
def test_years_from_minus_500_to_2100_link_alike(time: int) -> None:
    """Time far from 1970 loses nothing."""
    assert same(link(catalogue(A | {"begin_us": time}, B | {"begin_us": time + HOUR_US}), RULES).cluster, 0, 1)


def test_reports_without_a_place_stay_alone() -> None:
    """Nothing is linked blindly."""
    nowhere = {"lon": np.nan, "lat": np.nan}
    clusters = link(catalogue(A | nowhere, B | nowhere, B), RULES)
    assert len(clusters.cluster_probability) == 3
    assert np.isfinite(clusters.probability).all()


def test_real_and_exercise_reports_never_meet() -> None:
    """Linking never crosses from one to the other, nor between fields."""
    assert len(link(catalogue(A, B | {"exercise": True}, B | {"field": "mines"}), RULES).cluster_probability) == 3


def test_identical_reports_of_many_agencies_are_one_event() -> None:
    """All agree on everything: one event, whose links all have probabilities."""
    clusters = link(catalogue(*({"agency": name} for name in "abcdef")), RULES)
    assert len(clusters.cluster_probability) == 1
    assert ((clusters.probability > 0.5) & (clusters.probability <= 1)).all()


def test_a_hard_agency_sends_one_report_an_event_and_a_soft_one_may_send_two() -> None:
    """The penalty can be outweighed, the declaration cannot."""
    quakes = replace(RULES, time_window_s=100.0, sigma_s=1.0, sigma_floor_s=1.0, agency_penalty_nats=3.0)
    twice = catalogue(A, A | {"begin_us": 1_000_000})
    assert same(link(twice, quakes).cluster, 0, 1)
    assert not same(link(twice, replace(quakes, one_report_agencies=frozenset({"a"}))).cluster, 0, 1)


def test_a_chain_is_broken_where_its_ends_are_far_apart() -> None:
    """Neighbour by neighbour across a hundred km is not one event, where there are others."""
    rng = np.random.default_rng(7)
    others = catalogue(*({"lon": rng.uniform(19, 23), "lat": rng.uniform(41, 43), "begin_us": int(rng.integers(-7, 7) * DAY_US)} for _ in range(300)))
    chain = catalogue(*({"agency": f"a{step}", "lon": 20 + step * 0.12, "radius_km": 5.0} for step in range(12)))
    found = link(chain, RULES, learned=settled(estimate_background(others, RULES))).cluster
    assert same(found, 0, 1)
    assert not same(found, 0, 11)


def test_a_short_incident_is_not_the_long_episode_around_it() -> None:
    """Two that lasted are compared by both ends."""
    long, short = {"begin_us": 0, "end_us": 20 * DAY_US, "lasted": True}, {"begin_us": 9 * DAY_US, "end_us": 10 * DAY_US, "lasted": True}
    clusters = link(catalogue(A | long, B | short, {"agency": "c"} | long), RULES)
    assert same(clusters.cluster, 0, 2)
    assert not same(clusters.cluster, 0, 1)


EPISODE, INCIDENT = A | {"end_us": 20 * DAY_US, "lasted": True}, B | {"begin_us": 9 * DAY_US, "end_us": 10 * DAY_US}


def test_an_incident_inside_an_episode_is_a_part_of_it() -> None:
    """It is never the same event; the incident is named first, with the chance and the reasons."""
    clusters = link(catalogue(EPISODE, INCIDENT), RULES)
    assert (len(clusters.links), len(set(clusters.cluster.tolist()))) == (0, 2)
    (part,) = clusters.part_of
    assert (part.first, part.second, part.bond) == (1, 0, PART_OF)
    assert part.probability >= 0.5
    assert tuple(part.reasons) == EVIDENCE


def test_an_incident_is_a_part_of_one_episode_at_most() -> None:
    """Of two episodes around it the one that fits better has it; two reports of one incident are one part."""
    near, far = EPISODE | {"lon": 20.03}, EPISODE | {"lon": 20.4, "agency": "d"}
    clusters = link(catalogue(near, INCIDENT, INCIDENT | {"agency": "c"}, far), RULES, cannot_link=[(0, 3)])
    assert same(clusters.cluster, 1, 2)
    assert [clusters.cluster[row] for row in clusters.part_of.second] == [clusters.cluster[0]]


def test_what_may_just_be_a_part_of_an_episode_is_proposed_as_such() -> None:
    """Near the threshold the analyst sees it, as a part and not as the same event."""
    edge = INCIDENT | {"lon": 20.46}
    clusters = link(catalogue(EPISODE, edge), replace(RULES, doubt_nats=30.0))
    assert clusters.doubtful.bond.tolist() == [PART_OF]


def test_a_day_only_report_links_with_the_hour_inside_its_day() -> None:
    """The gap to an interval is none inside it."""
    assert same(link(catalogue(A | {"end_us": DAY_US}, B | {"begin_us": 20 * HOUR_US, "sigma_s": 600.0}), RULES).cluster, 0, 1)


def test_a_vague_report_is_proposed_and_never_linked() -> None:
    """Somewhere in the country, some time in the year: the analyst decides."""
    vague = B | {"radius_km": 500.0, "end_us": 300 * DAY_US}
    clusters = link(catalogue(A | {"begin_us": DAY_US}, vague), replace(RULES, doubt_nats=30.0))
    assert len(clusters.links) == 0
    assert [(link.first, link.second) in {(0, 1), (1, 0)} for link in clusters.doubtful] == [True]


def test_sizes_and_kinds_speak_for_and_against() -> None:
    """A like size raises the chance, an unlike size or kind lowers it, and a missing one does neither."""
    rules = replace(RULES, sizes={"mw": SizeScale(family="m", sigma=0.2, spread=0.8)})

    def score(**second: object) -> float:
        first = A | {"magnitude": 5.0, "scale": "Mw", "kind": "unrest.riot"}
        return float(link(catalogue(first, B | second), rules, must_link=[(0, 1)]).links.score()[0])

    plain = score()
    assert score(magnitude=5.1, scale="MW") > plain > score(magnitude=7.0, scale="Mw")
    assert score(magnitude=7.0, scale="deaths") == plain
    assert score(kind="unrest.riot") > plain > score(kind="violence.attack")


def test_a_point_shared_by_many_events_is_weak_evidence() -> None:
    """Two reports at a country's centroid are not thereby close together."""
    many = [{"agency": "c", "begin_us": number * DAY_US // 2, "lon": 21.0} for number in range(14)]
    pair = [A | {"begin_us": 3 * DAY_US}, B | {"begin_us": 3 * DAY_US}]
    alone = link(catalogue(*pair, *many), RULES, must_link=[(0, 1)]).links
    shared = link(catalogue(*({**report, "lon": 21.0} for report in pair), *many), RULES, must_link=[(0, 1)]).links
    assert alone[0].reasons["density"] > shared[0].reasons["density"] + 2


def test_the_reasons_of_a_link_sum_to_its_score() -> None:
    """Each kind of evidence is named, and together they are the score that the probability comes from."""
    clusters = link(crowd(1), RULES)
    assert len(clusters.links) > 20
    for one, score in zip(clusters.links, clusters.links.score(), strict=True):
        assert tuple(one.reasons) == EVIDENCE
        assert sum(one.reasons.values()) == pytest.approx(score)
        assert one.probability == pytest.approx(1 / (1 + np.exp(-score)))


def test_doubtful_links_lie_near_the_threshold_closest_first() -> None:
    """Made or not, they are within two nats, and no more than asked for."""
    clusters = link(crowd(2), RULES)
    distance = np.abs(clusters.doubtful.score())
    assert len(clusters.doubtful) > 3
    assert len(link(crowd(2), RULES, most_doubtful=3).doubtful) == 3
    assert (distance[np.diff(distance, prepend=0) >= 0].size, distance.max() <= 2) == (distance.size, True)


def test_decisions_are_obeyed() -> None:
    """A must-link ties what is far apart, a cannot-link parts what is the same."""
    reports = catalogue(A, B, B | {"lon": 80.0}, {"agency": "c", "lon": np.nan, "lat": np.nan})
    clusters = link(reports, RULES, must_link=[(0, 2), (3, 2)], cannot_link=[(0, 1)])
    assert same(clusters.cluster, 0, 2, 3)
    assert not same(clusters.cluster, 0, 1)
    assert clusters.probability[[0, 2, 3]].tolist() == [1, 1, 1]
    assert np.isfinite(clusters.links.reasons).all()


@pytest.mark.parametrize(("must", "cannot"), [([(0, 1), (1, 2)], [(2, 0)]), ([(0, 3)], []), ([(0, 9)], []), ([], [(1, 1)])])
def test_contradicting_decisions_are_the_operators_fault(must: list[tuple[int, int]], cannot: list[tuple[int, int]]) -> None:
    """Contradictions, crossings into an exercise, unknown rows and a report parted from itself are named."""
    with pytest.raises(BadSetting):
        link(catalogue(A, B, {"agency": "c"}, {"exercise": True}), RULES, must_link=must, cannot_link=cannot)


def test_copies_of_one_testimony_are_one_witness() -> None:
    """The same testimony held twice changes no score and no event id."""
    once, twice = catalogue(A | {"ref": "x"}, B | {"ref": "y"}), catalogue(A | {"ref": "x"}, B | {"ref": "y"}, A | {"ref": "x"})
    first, second = link(once, RULES), link(twice, RULES)
    assert second.cluster.tolist() == [0, 0, 0]
    assert first.links.reasons.tolist() == second.links.reasons.tolist()
    assert make_events(once, first, np.zeros(2)).id == make_events(twice, second, np.zeros(3)).id


def test_a_later_catalogue_uses_the_long_run_rate_of_an_earlier_one() -> None:
    """Where much happened before, later agreement counts for less."""
    quiet, busy = catalogue(A), catalogue(*({"begin_us": number * DAY_US // 8, "ref": number} for number in range(400)))
    later = catalogue(A | {"begin_us": 400 * DAY_US}, B | {"begin_us": 400 * DAY_US, "lon": 20.1})
    scores = [float(link(later, RULES, learned=settled(estimate_background(past, RULES)), must_link=[(0, 1)]).links.score()[0]) for past in (quiet, busy)]
    assert scores[0] > scores[1] + 1
