"""Reports that are odd, extreme or wrong: a right answer, or one clear sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harmonise.crowds import RULES, alike, catalogue, crowd, same
from vigie.harmonise import LinkState, add, clusters_of, cut, decide, join, learn, link, make_events, start, take_away, unlinked, work
from vigie.harmonise.corresponding import MOST_CANDIDATES, Correspondence, Windows, correspond
from vigie.harmonise.grid import MOST_ALIKE
from vigie.model.catalogue import Catalogue, Coded
from vigie.model.errors import BadReport, BadSetting
from vigie.model.event import EVIDENCE, Clusters
from vigie.model.sameness import SizeScale
from vigie.model.taxonomy import Classified
from vigie.model.times import DAY_US, FIRST_US, LAST_US, NEVER_US, parse_interval, parse_time

A, B, C = {"agency": "a"}, {"agency": "b"}, {"agency": "c"}
SIZED = replace(RULES, sizes={"mw": SizeScale(family="m", sigma=0.2, spread=0.8)})
INFINITE, UNKNOWN = float("inf"), float("nan")
NOWHERE = {"lon": UNKNOWN, "lat": UNKNOWN}


def many(count: int, agencies: int, begin_us: Any = 0) -> Catalogue:
    """So many reports at one point that differ in nothing but their names, their times and whose they are."""
    one = catalogue(A).take(np.zeros(count, np.int64))
    names = Coded((np.arange(count) % agencies).astype(np.int32), tuple(f"a{number:05d}" for number in range(agencies)))
    witness = np.random.default_rng(count).integers(0, 2**63, (count, 2)).astype(np.uint64)
    when = np.zeros(count, np.int64) + begin_us
    return replace(one, row=np.arange(count), witness=witness, agency=names, begin_us=when, end_us=when)


def linked(reports: Catalogue, *, is_taught: bool = False) -> Clusters:
    """The clusters of reports, with or without learning; fails unless the answer is whole and every number in it finite."""
    clusters = link(reports, SIZED, learned=learn(reports, SIZED) if is_taught else None)
    events = make_events(reports, clusters, np.zeros(len(reports)))
    assert sorted(row for rows in events.members for row in rows.tolist()) == list(range(len(reports)))
    for chances in (clusters.probability, clusters.cluster_probability, clusters.links.probability, clusters.doubtful.probability):
        assert ((chances >= 0) & (chances <= 1)).all()
    assert np.isfinite(clusters.links.reasons).all()
    assert np.isfinite(clusters.doubtful.reasons).all()
    return clusters


def events_of(clusters: Clusters) -> int:
    """How many events there are."""
    return len(clusters.cluster_probability)


@pytest.mark.parametrize("is_taught", [False, True])
@pytest.mark.parametrize("agencies", [1, 50])
def test_fifty_thousand_identical_reports_are_left_alone(agencies: int, *, is_taught: bool) -> None:
    """Nobody can tell how many events they are: no pair is looked at, and each report stands for itself."""
    reports = many(50_000, agencies)
    assert events_of(linked(reports, is_taught=is_taught)) == len(reports)
    assert len(start(reports, SIZED).edges.pairs) == 0


@pytest.mark.parametrize(("agencies", "events"), [(1, MOST_ALIKE), (MOST_ALIKE, 1)])
def test_as_many_identical_reports_as_are_compared_are_as_many_events_as_their_agencies_say(agencies: int, events: int) -> None:
    """One agency tells of a thousand events, a thousand agencies of one."""
    assert events_of(linked(many(MOST_ALIKE, agencies))) == events


@pytest.mark.parametrize("agencies", [1, 50])
def test_twenty_thousand_reports_on_one_centroid_are_told_apart_by_nothing(agencies: int) -> None:
    """Fifty a day over 400 days at one point that is nowhere in particular: no two of them stand out, so each stays alone."""
    day = np.random.default_rng(1).integers(0, 400, 20_000) * DAY_US
    assert events_of(linked(many(20_000, agencies, day))) == 20_000


def test_a_centroid_where_little_happens_still_tells_of_events() -> None:
    """Two agencies, and a day in sixty on which both report: ten thousand events."""
    day = np.repeat(np.arange(10_000), 2) * 6 * DAY_US
    clusters = linked(many(20_000, 2, day))
    assert events_of(clusters) == 10_000
    assert (clusters.cluster[::2] == clusters.cluster[1::2]).all()


def test_a_crowd_of_a_thousand_agencies_at_one_point_comes_to_an_end() -> None:
    """Thousands of pairs tie the same two large clusters, which are judged once as long as neither grows; no event spans more than the window."""
    day = np.random.default_rng(3).integers(0, 5, 1250) * DAY_US
    reports = many(1250, 1000, day)
    clusters = linked(reports)
    assert 1 < events_of(clusters) < 20
    spans = [np.ptp(day[clusters.cluster == event]) for event in range(events_of(clusters))]
    assert max(spans) <= SIZED.coarse_time_window_s * 1e6


def test_ten_thousand_agencies_with_one_report_each_are_linked_like_two() -> None:
    """Five thousand events, each told twice, far from each other."""
    day = np.repeat(np.arange(5_000), 2) * 60 * DAY_US
    assert events_of(linked(many(10_000, 10_000, day), is_taught=True)) == 5_000


@pytest.mark.parametrize("is_taught", [False, True])
@pytest.mark.parametrize(
    "blank",
    [
        {"magnitude": UNKNOWN, "scale": ""},
        {"magnitude": INFINITE, "scale": "mw"},
        {"magnitude": -1e200, "scale": "mw"},
        {"kind": ""},
        {"sigma_s": UNKNOWN, "radius_km": UNKNOWN},
        {"agency": "a"},
        {},
    ],
)
def test_what_no_report_says_is_missed_by_none(blank: dict[str, Any], *, is_taught: bool) -> None:
    """Sizes, kinds or errors missing everywhere, absurd sizes, one agency only: there is an answer, and it is whole."""
    plain = crowd(5)
    given = {name: Coded.of([value] * len(plain)) if isinstance(value, str) else np.full(len(plain), value) for name, value in blank.items()}
    assert 1 < events_of(linked(replace(plain, **given), is_taught=is_taught)) <= len(plain)


def test_one_absurd_size_teaches_nothing() -> None:
    """It does not reach the parameters of the others."""
    reports = [{"agency": "ab"[number % 2], "begin_us": number // 2 * 30 * DAY_US, "magnitude": 5.0 + number % 2 / 10, "scale": "mw"} for number in range(60)]
    reports[0]["magnitude"] = 1e200
    model = learn(catalogue(*reports), SIZED).model
    assert np.isfinite([value for size in model.sizes for value in (size.bias, size.sigma)]).all()


@pytest.mark.parametrize("is_taught", [False, True])
def test_reports_without_any_place_are_events_of_their_own(*, is_taught: bool) -> None:
    """None is linked blindly, and no event has a place."""
    reports = catalogue(*({"agency": name, "begin_us": number * DAY_US} | NOWHERE for number, name in enumerate("abcabc")))
    clusters = linked(reports, is_taught=is_taught)
    assert events_of(clusters) == 6
    assert np.isnan(make_events(reports, clusters, np.zeros(6)).lon).all()


@pytest.mark.parametrize("name", ["radius_km", "sigma_s"])
@pytest.mark.parametrize("value", [0.0, -3.0])
def test_an_error_of_nothing_is_an_error_that_is_not_stated(name: str, value: float) -> None:
    """Agencies write 0 for unknown."""
    stated, unstated = (linked(catalogue(A | {name: given}, B)) for given in (value, UNKNOWN))
    alike(stated, unstated)


@pytest.mark.parametrize(
    "vague",
    [
        {"radius_km": INFINITE},
        {"radius_km": 1e5},
        {"radius_km": 1e200},
        {"major_km": INFINITE, "minor_km": 5.0, "azimuth": 0.0},
        {"major_km": 1e200, "minor_km": INFINITE, "azimuth": 30.0},
        {"sigma_s": INFINITE},
        {"sigma_s": 1e200},
    ],
)
def test_a_report_from_anywhere_or_any_time_is_linked_by_analysts_only(vague: dict[str, float]) -> None:
    """An error larger than the Earth, or than history, makes no link; a must-link with it has reasons that are numbers."""
    reports = catalogue(A, B | vague, C)
    clusters = linked(reports)
    assert same(clusters.cluster, 0, 2)
    assert not same(clusters.cluster, 0, 1)
    tied = link(reports, RULES, must_link=[(1, 0)])
    assert same(tied.cluster, 0, 1, 2)
    assert np.isfinite(tied.links.reasons).all()
    assert tied.probability[2] == pytest.approx(clusters.probability[2], abs=0.02)


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ({"begin_us": DAY_US, "end_us": 0}, r"A report ends before it begins \(row 1\), field end_us: got '0'"),
        ({"begin_us": NEVER_US}, "A report has no time that a calendar knows"),
        ({"lat": 90.5}, r"A report is from no place on Earth \(row 1\), field lat: got '90.5'"),
        ({"lon": -361.0}, "field lon: got '-361.0'"),
        ({"lat": INFINITE}, "field lat: got 'inf'"),
    ],
)
@pytest.mark.parametrize("call", [link, learn, start])
def test_what_cannot_be_is_refused_in_one_sentence(report: dict[str, Any], sentence: str, call: Callable[..., object]) -> None:
    """The sentence names the row and the value."""
    with pytest.raises(BadReport, match=sentence):
        call(catalogue(A, B | report), RULES)


@pytest.mark.parametrize("is_taught", [False, True])
def test_antiquity_and_the_future_stand_in_one_catalogue(*, is_taught: bool) -> None:
    """The first instant of the year -500, today, and the last of 2100: each told twice."""
    times = [FIRST_US, parse_time("2020-02-29"), LAST_US - 1]
    clusters = linked(catalogue(*({"agency": name, "begin_us": time} for time in times for name in "ab")), is_taught=is_taught)
    assert clusters.cluster[::2].tolist() == clusters.cluster[1::2].tolist()
    assert events_of(clusters) == 3


@pytest.mark.parametrize("interval", [parse_interval("1950"), (parse_time("1900-01-01"), parse_time("2000-01-01")), (FIRST_US, LAST_US)])
def test_a_report_of_a_century_changes_no_event(interval: tuple[int, int]) -> None:
    """Some time in it: that is a matter for an analyst."""
    day = {"begin_us": parse_time("1950-06-01")}
    vague = {"agency": "c", "begin_us": interval[0], "end_us": interval[1]}
    clusters = linked(catalogue(A | day, B | day, vague))
    assert same(clusters.cluster, 0, 1)
    assert not same(clusters.cluster, 0, 2)


@pytest.mark.parametrize(
    ("first", "second"),
    [((180.0, 10.0), (-180.0, 10.0)), ((190.0, 10.0), (-170.0, 10.0)), ((0.0, 90.0), (120.0, 90.0)), ((-90.0, -90.0), (77.0, -90.0))],
)
def test_one_place_written_in_two_ways_is_one_place(first: tuple[float, float], second: tuple[float, float]) -> None:
    """It scores as if it were written alike."""
    plain, other = (linked(catalogue(A | {"lon": first[0], "lat": first[1]}, B | {"lon": place[0], "lat": place[1]})) for place in (first, second))
    assert same(other.cluster, 0, 1)
    assert other.links.reasons == pytest.approx(plain.links.reasons)


@pytest.mark.parametrize(("first", "second"), [((0.0, 0.0), (180.0, 0.0)), ((30.0, 40.0), (-150.0, -40.0)), ((0.0, 90.0), (0.0, -90.0))])
def test_antipodes_are_as_far_apart_as_can_be(first: tuple[float, float], second: tuple[float, float]) -> None:
    """They are never linked, and where an analyst insists, their place speaks against it as much as any."""
    reports = catalogue(A | {"lon": first[0], "lat": first[1]}, B | {"lon": second[0], "lat": second[1]})
    assert events_of(linked(reports)) == 2
    tied = link(reports, RULES, must_link=[(0, 1)])
    assert tied.links.reasons[0, EVIDENCE.index("place")] < -100
    assert np.isfinite(tied.links.reasons).all()


def test_a_must_link_of_a_report_with_itself_is_none() -> None:
    """It changes nothing; several of one pair are one."""
    reports = catalogue(A, B | {"lon": 80.0})
    alike(link(reports, RULES, must_link=[(0, 0)]), link(reports, RULES))
    alike(link(reports, RULES, must_link=[(0, 1), (1, 0), (0, 1)]), link(reports, RULES, must_link=[(1, 0)]))


@pytest.mark.parametrize("pairs", [[(0, 2)], [(-1, 0)], [(0, 1, 1)]])
def test_a_decision_on_a_row_that_is_not_there_is_named(pairs: Any) -> None:
    """By linking, by learning and by the warm state alike."""
    reports = catalogue(A, B)
    calls: dict[str, Callable[[], object]] = {
        "must_link": lambda: link(reports, RULES, must_link=pairs),
        "cannot_link": lambda: decide(start(reports, RULES), (), pairs),
        "same": lambda: learn(reports, RULES, same=pairs),
        "apart": lambda: learn(reports, RULES, apart=pairs),
    }
    for name, call in calls.items():
        with pytest.raises(BadSetting, match=rf"{name} is not made of pairs of rows of the catalogue.*expected rows 0 to 1"):
            call()


def test_no_row_can_be_decided_on_where_there_is_none() -> None:
    """The sentence does not speak of rows 0 to -1."""
    with pytest.raises(BadSetting, match="expected none, since the catalogue is empty"):
        link(catalogue(), RULES, must_link=[(0, 0)])


def test_a_refused_decision_leaves_the_state_as_it_was() -> None:
    """One sentence, and what was known is known still."""
    state = start(catalogue(A, B, C), RULES)
    with pytest.raises(BadSetting, match=r"decisions contradict each other.*got 'rows 2 and 0'; withdraw one of the decisions"):
        decide(state, [(0, 1), (1, 2)], [(2, 0)])
    alike(clusters_of(state), link(catalogue(A, B, C), RULES))


def test_the_warm_state_takes_nothing_in_and_gives_everything_away() -> None:
    """Nothing added to nothing, all taken away, and added again."""
    nothing, reports = catalogue(), crowd(3, 30)
    empty = start(nothing, RULES)
    assert len(add(empty, nothing)) == len(take_away(empty, np.zeros(0, np.int64))) == 0
    whole = add(add(empty, reports), nothing)
    gone = take_away(whole, np.arange(30))
    assert (len(whole), len(gone), len(clusters_of(gone).cluster)) == (30, 0, 0)
    alike(clusters_of(add(gone, reports)), clusters_of(whole))


@pytest.mark.parametrize("rows", [[2], [-1], [0, 5]])
def test_what_is_not_held_cannot_be_taken_away(rows: list[int]) -> None:
    """One sentence."""
    with pytest.raises(BadSetting, match=r"A report to be taken away is not held.*rows below 2"):
        take_away(start(catalogue(A, B), RULES), np.array(rows))


@pytest.mark.parametrize("change", [add, lambda state, reports: take_away(state, np.arange(len(reports)))])
def test_a_crowd_that_comes_or_goes_leaves_the_answer_of_the_whole(change: Callable[[LinkState, Catalogue], LinkState]) -> None:
    """Reports crowded out by others are found again when these are gone, and the other way round."""
    few, lot = many(300, 300), replace(many(MOST_ALIKE, MOST_ALIKE), row=np.arange(MOST_ALIKE))
    is_added = change is add
    first, second = (few, lot) if is_added else (lot, few)
    if is_added:
        state = change(start(first, RULES), second)
        assert events_of(clusters_of(state)) == len(few) + len(lot)
    else:
        state = change(add(start(first, RULES), second), first)
        assert events_of(clusters_of(state)) == 1


@pytest.mark.parametrize("most", [-1, 0, 1, 5])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_slabs_of_any_number_of_odd_reports(count: int, most: int) -> None:
    """None, one, or forty of all times and places, some of them missing."""
    rng = np.random.default_rng(2)
    odd = [
        {"agency": "ab"[number % 2], "begin_us": FIRST_US, "end_us": int(rng.integers(FIRST_US, LAST_US))} | (NOWHERE if number % 3 else {})
        for number in range(count)
    ]
    reports = catalogue(*odd)
    state = unlinked(reports, RULES)
    alike(clusters_of(join(state, [work(slab, RULES, state.rules()) for slab in cut(state, most)])), link(reports, RULES))


def compared(reports: Catalogue) -> Correspondence:
    """The events of reports by windows and a taxonomy in which all are alike."""
    alike_all = Classified(1, np.zeros(len(reports), np.int64), ((("unrest",),),))
    return correspond(reports, [str(row) for row in range(len(reports))], [alike_all], Windows())


@pytest.mark.parametrize(
    ("reports", "events"),
    [
        ([], 0),
        ([A], 1),
        ([A, A, A], 3),
        ([A, B, C], 1),
        ([A | NOWHERE, B | NOWHERE], 2),
        ([A | {"lon": 180.0}, B | {"lon": -180.0}], 1),
        ([A | {"lat": 90.0}, B | {"lon": 200.0, "lat": 90.0}], 1),
        ([A | {"lon": 0.0, "lat": 0.0}, B | {"lon": 180.0, "lat": 0.0}], 2),
        ([A | {"begin_us": FIRST_US}, B | {"begin_us": FIRST_US}, A | {"begin_us": LAST_US - DAY_US}], 2),
        ([A, B | {"begin_us": FIRST_US, "end_us": LAST_US}], 2),
    ],
)
def test_windows_and_taxonomies_bear_odd_reports_too(reports: list[dict[str, Any]], events: int) -> None:
    """Empty, one, one agency, all identical, all missing, the antimeridian, a pole, antipodes, years -500 to 2100."""
    found = compared(catalogue(*reports))
    assert len(set(found.cluster.tolist())) == events
    assert ((found.likeness >= 0) & (found.likeness <= 1)).all()


def test_more_candidates_than_can_be_arranged_are_refused() -> None:
    """One sentence instead of all memory."""
    alike_reports = many(2 * int(MOST_CANDIDATES**0.5) + 2, 2)
    with pytest.raises(BadReport, match=r"More pairs lie within the windows than can be arranged.*take smaller windows"):
        compared(alike_reports)
