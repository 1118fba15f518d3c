"""Which report each value of an event follows."""

from __future__ import annotations

import numpy as np
import pytest

from harmonise.crowds import RULES, catalogue, crowd
from vigie.harmonise import link, make_events
from vigie.model.event import Events, event_id
from vigie.model.times import DAY_US

HOUR_US = DAY_US // 24


def _event(*reports: dict[str, object], severity: list[float] | None = None) -> Events:
    known = catalogue(*reports)
    tied = [(0, other) for other in range(1, len(reports))]
    return make_events(known, link(known, RULES, must_link=tied), np.array(severity or [0.0] * len(reports)))


def test_each_value_names_the_report_it_comes_from() -> None:
    """The sharpest time, the smallest area and its depth, the moment magnitude."""
    event = _event(
        {"agency": "a", "end_us": DAY_US, "radius_km": 1.0, "magnitude": 5.5, "scale": "mb"},
        {"agency": "b", "begin_us": HOUR_US, "sigma_s": 2.0, "radius_km": 5.0, "depth_km": 12.0, "magnitude": 5.9, "scale": "Mww"},
        {"agency": "c", "begin_us": HOUR_US, "sigma_s": 9.0, "major_km": 3.0, "minor_km": 2.0, "depth_km": 30.0, "magnitude": 5.4, "scale": "mb"},
    )
    assert {name: int(rows[0]) for name, rows in event.chosen.items()} == {"time": 1, "place": 0, "depth": 2, "magnitude": 1, "kind": 0, "severity": 1} | {
        "kind": int(event.chosen["kind"][0])
    }
    assert (event.begin_us[0], event.magnitude[0], event.scale[0], event.depth_km[0]) == (HOUR_US, 5.9, "Mww", 30.0)
    assert (event.agencies[0], event.members[0][0]) == (3, 0)


def test_the_kind_is_that_of_most_agencies_then_the_most_specific() -> None:
    """One agency that says it thrice is one voice, and silence is none."""
    most = _event(
        {"agency": "a", "kind": "x.y"},
        {"agency": "a", "kind": "x.y"},
        {"agency": "b", "kind": "z"},
        {"agency": "c", "kind": "z"},
        {"agency": "d"},
        {"agency": "e"},
    )
    assert most.kind == ("z",)
    assert _event({"agency": "a", "kind": "x"}, {"agency": "b", "kind": "x.y"}, {"agency": "c"}).kind == ("x.y",)


def test_the_death_toll_is_the_one_most_agencies_give() -> None:
    """Without a moment magnitude, agreement decides."""
    tolls = [{"agency": name, "magnitude": toll, "scale": "deaths"} for name, toll in (("a", 9.0), ("b", 4.0), ("c", 4.0))]
    assert _event(*tolls).magnitude.tolist() == [4.0]


def test_severity_follows_the_magnitude_then_the_kind() -> None:
    """An outlying report does not make an event grave."""
    reports: list[dict[str, object]] = [{"agency": "a", "magnitude": 5.0, "scale": "Mw"}, {"agency": "b", "kind": "x"}]
    assert _event(*reports, severity=[3.0, 8.0]).severity.tolist() == [3.0]
    assert _event(*reports, severity=[float("nan"), 8.0]).severity.tolist() == [8.0]


def test_what_nobody_said_is_missing() -> None:
    """No place, no magnitude, no depth: NaN, an empty text, and no row."""
    event = _event({"lon": np.nan, "lat": np.nan})
    assert np.isnan([event.lon[0], event.magnitude[0], event.depth_km[0], event.radius_km[0]]).all()
    assert [int(event.chosen[name][0]) for name in ("place", "depth", "magnitude")] == [-1, -1, -1]
    assert event.scale == ("",)


@pytest.mark.parametrize("seed", [1, 2])
def test_events_are_sorted_and_named_by_their_members(seed: int) -> None:
    """By begin and id; the id is that of the model."""
    known = crowd(seed)
    clusters = link(known, RULES)
    events = make_events(known, clusters, np.zeros(len(known)))
    assert list(zip(events.begin_us, events.id, strict=True)) == sorted(zip(events.begin_us, events.id, strict=True))
    assert all(name == event_id(known.witness[rows]) for name, rows in zip(events.id, events.members, strict=True))
    assert all(len(set(clusters.cluster[rows])) == 1 for rows in events.members)
