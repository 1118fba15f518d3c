"""Uncertainty as it comes: copied sources, several solutions of one agency, dates that are intervals.

Centroid places are in `test_linking`: a point shared by many events is weak evidence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harmonise.crowds import RULES, catalogue, same
from vigie.harmonise import learn, link, make_events
from vigie.harmonise.fuse import fuse_members, fuse_two
from vigie.harmonise.space import MEMBER
from vigie.harmonise.testimony import C_EE, C_NN, SIZE, SIZE_VAR, T_VAR, read_testimonies
from vigie.model.event import Clusters
from vigie.model.linkmodel import LearnedSize, LinkModel
from vigie.model.sameness import SizeScale
from vigie.model.times import DAY_US, parse_interval, parse_time

SIZED = replace(RULES, sizes={"mw": SizeScale(family="m", sigma=0.2, spread=0.8)})
SOURCE = {"radius_km": 5.0, "magnitude": 5.0, "scale": "mw", "kind": "unrest.riot"}
WITNESS = SOURCE | {"agency": "witness", "begin_us": 3_600_000_000, "lon": 20.05, "lat": 42.03, "magnitude": 5.1}


def told(copies: int) -> list[dict[str, Any]]:
    """One source and its exact copies by other agencies."""
    return [SOURCE | {"agency": f"c{number:02d}"} for number in range(1 + copies)]


def fused(reports: list[dict[str, Any]], model: LinkModel | None = None) -> np.ndarray:
    """The estimate of the event of these reports."""
    known = read_testimonies(catalogue(*reports), SIZED, model)
    count = len(reports)
    numbers, codes = np.vstack([known.numbers, known.numbers[:1]]), np.vstack([known.codes, known.codes[:1]])
    who = np.zeros((count, MEMBER + 1), np.int64)
    who[:, MEMBER] = np.arange(count)
    fuse_members(numbers, codes, who, count, count)
    return numbers[count]


@pytest.mark.parametrize("copies", [2, 4, 25])
def test_agencies_that_copy_one_source_are_one_witness(copies: int) -> None:
    """An independent report is as sure to belong to the event with many copies as with one, and the event as a whole is no surer."""
    one, many = (link(catalogue(*told(number), WITNESS), SIZED) for number in (1, copies))
    assert same(many.cluster, *range(copies + 2))
    assert many.probability[-1] == pytest.approx(one.probability[-1], abs=1e-12)
    assert _weight(many, copies + 1) == pytest.approx(_weight(one, 2), abs=1e-9)
    assert many.cluster_probability[0] <= one.cluster_probability[0]
    assert many.probability[0] <= one.probability[0] + 1e-12


def _weight(clusters: Clusters, row: int) -> float:
    """What the link that brought this row in scores."""
    return next(sum(one.reasons.values()) for one in clusters.links if row in (one.first, one.second))


@pytest.mark.parametrize("copies", [1, 4, 31])
def test_copies_make_no_estimate_sharper(copies: int) -> None:
    """Neither time, nor place, nor size; whereas an independent report does all three."""
    columns = [T_VAR, C_EE, C_NN, SIZE, SIZE_VAR]
    assert fused(told(copies))[columns].tolist() == fused(told(0))[columns].tolist()
    assert fused([*told(copies), WITNESS])[columns] == pytest.approx(fused([*told(0), WITNESS])[columns])
    assert (fused([*told(0), WITNESS])[[T_VAR, C_EE, SIZE_VAR]] < fused(told(0))[[T_VAR, C_EE, SIZE_VAR]]).all()


def test_copies_in_a_cluster_too_large_to_compare_make_no_estimate_sharper() -> None:
    """There reports are fused one by one."""
    known = read_testimonies(catalogue(*told(1)), SIZED)
    numbers, codes = known.numbers.copy(), known.codes.copy()
    for _ in range(50):
        fuse_two(numbers, codes, 0, 1)
    assert numbers[0, [T_VAR, C_EE, C_NN, SIZE, SIZE_VAR]].tolist() == known.numbers[0, [T_VAR, C_EE, C_NN, SIZE, SIZE_VAR]].tolist()


def test_a_copy_is_known_though_the_biases_of_the_agencies_are_not_the_same() -> None:
    """What is learned of a copying agency's sizes does not make it a witness."""
    sizes = tuple(LearnedSize(agency=f"c{number:02d}", scale="mw", bias=0.05 * number, sigma=0.2, pairs=9.0) for number in range(3))
    model = LinkModel(sameness=SIZED, sizes=sizes)
    assert fused(told(2), model)[SIZE_VAR] == pytest.approx(0.2**2)


def test_an_event_told_by_copies_is_as_large_on_the_map_as_its_source() -> None:
    """The preferred place keeps the stated radius, and all agencies are counted."""
    reports = catalogue(*told(4))
    events = make_events(reports, link(reports, SIZED), np.zeros(5))
    assert (events.radius_km.tolist(), events.agencies.tolist()) == ([5.0], [5])


def test_several_solutions_of_one_agency_are_one_event_with_those_of_others() -> None:
    """Each solution costs something, since an agency seldom tells of one event twice; an agency that declares that it never does has two events."""
    rules = replace(SIZED, time_window_s=120.0, sigma_s=2.0, sigma_floor_s=1.0, agency_penalty_nats=3.0)
    quake = {"begin_us": 0, "radius_km": 10.0, "magnitude": 5.0, "scale": "mw"}
    automatic, revised = quake | {"agency": "a"}, quake | {"agency": "a", "begin_us": 1_500_000, "lon": 20.03, "magnitude": 5.1}
    reports = catalogue(automatic, revised, quake | {"agency": "b", "begin_us": 700_000, "lon": 20.01})
    clusters = link(reports, rules)
    assert same(clusters.cluster, 0, 1, 2)
    assert [one.reasons["agency"] for one in clusters.links].count(-3.0) == 1
    assert make_events(reports, clusters, np.zeros(3)).agencies.tolist() == [2]
    assert not same(link(reports, replace(rules, one_report_agencies=frozenset({"a"}))).cluster, 0, 1)


def test_the_longer_the_interval_of_a_date_the_less_it_says() -> None:
    """A day, a month, a season and a year around one incident: each tells less of its time than the one before; only the day is linked by itself."""
    incident = {"agency": "a", "begin_us": parse_time("2020-05-17T15:00:00Z"), "sigma_s": 600.0}
    dates = ("2020-05-17", "2020-05", "spring 2020", "2020")
    intervals = [dict(zip(("begin_us", "end_us"), parse_interval(date), strict=True)) for date in dates]
    pairs = [catalogue(incident, {"agency": "b"} | interval) for interval in intervals]
    nats = [link(pair, RULES, must_link=[(0, 1)]).links[0].reasons["time"] for pair in pairs]
    assert nats == sorted(nats, reverse=True)
    assert len(set(nats)) == 4
    assert [same(link(pair, RULES).cluster, 0, 1) for pair in pairs][::3] == [True, False]
    assert link(pairs[3], replace(RULES, doubt_nats=30.0)).doubtful.first.tolist() != []


def test_a_date_that_is_an_interval_is_none_the_worse_for_where_in_it_the_incident_lies() -> None:
    """The third day of the month, its middle and the third-last are as likely, but for a tenth of a nat."""
    month = dict(zip(("begin_us", "end_us"), parse_interval("2020-05"), strict=True)) | {"agency": "b"}
    times = ("2020-05-03T12:00:00Z", "2020-05-16T12:00:00Z", "2020-05-29T12:00:00Z")
    nats = [link(catalogue({"begin_us": parse_time(time), "sigma_s": 600.0}, month), RULES, must_link=[(0, 1)]).links[0].reasons["time"] for time in times]
    assert nats == pytest.approx([nats[0]] * 3, abs=0.1)


def test_an_agency_does_not_look_more_precise_for_being_copied() -> None:
    """What is learned of the errors of its times and sizes is the same with and without a copier."""
    rng, reports = np.random.default_rng(0), list[dict[str, Any]]()
    for event in range(300):
        told_by = [
            {
                "agency": name,
                "begin_us": event * 10 * DAY_US + int(rng.normal() * 0.25 * DAY_US),
                "lon": 20 + rng.normal() * 0.05,
                "lat": 42 + rng.normal() * 0.05,
                "magnitude": 5 + rng.normal() * 0.2,
                "scale": "mw",
            }
            for name in "ab"
        ]
        reports += [*told_by, told_by[0] | {"agency": "c"}]
    plain, copied = (learn(catalogue(*some), SIZED).model for some in ([one for one in reports if one["agency"] != "c"], reports))
    for errors in (("times", "value"), ("sizes", "sigma")):
        first, second = ({one.agency: getattr(one, errors[1]) for one in getattr(model, errors[0])} for model in (plain, copied))
        assert second["a"] == pytest.approx(first["a"], rel=0.25)
