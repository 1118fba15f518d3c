"""Which pairs the search looks at: all that it should, once each, however the rows are cut up."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from harmonise.crowds import RULES, catalogue
from vigie.harmonise.background import background_of, rates
from vigie.harmonise.episode import MAY_LINK, PART_OF, PROPOSED, log_within, part_parts
from vigie.harmonise.grid import MOST_ALIKE, MOST_EVENTS, Grids, build_grids, crowded, reach_s, sort_by
from vigie.harmonise.score import Rules, gap_s, rules_of, score_parts
from vigie.harmonise.search import Edges, agency_nats, search
from vigie.harmonise.sphere import angle_of, cells_at, runs_near, sphere_of
from vigie.harmonise.testimony import (
    AGENCY,
    EARTH_KM,
    EXTENT,
    FINE,
    GROUP,
    HALF,
    NOWHERE,
    OWN_VAR,
    PLACE_LEVEL,
    POINT_RATE,
    RATE,
    T_VAR,
    TIME_LEVEL,
    UX,
    UZ,
    VAGUE,
    T,
    read_testimonies,
)  # fmt: skip
from vigie.harmonise.testimony import Testimonies as Known
from vigie.model.sameness import Sameness, SizeScale
from vigie.model.times import DAY_US, FIRST_US, LAST_US

LAW = settings(max_examples=30, deadline=None)
SLACK = 6.0
SIZED = replace(RULES, doubt_nats=SLACK, sizes={"mw": SizeScale(family="m", sigma=0.2, spread=0.8), "deaths": SizeScale(family="d", sigma=0.4, spread=0.9)})
SINGLE = replace(SIZED, one_report_agencies=frozenset({"a"}), time_window_s=7200.0, sigma_s=600.0, place_window_km=600.0, coarse_place_window_km=600.0)
_LENGTHS = st.sampled_from([0, 0, DAY_US // 24, DAY_US, 4 * DAY_US, 30 * DAY_US, 80 * DAY_US, 900 * DAY_US, 40_000 * DAY_US])
_REPORT = st.fixed_dictionaries(
    {
        "agency": st.sampled_from("abcd"),
        "kind": st.sampled_from(["", "unrest", "unrest.riot", "violence.attack"]),
        "begin_us": st.integers(0, 6 * DAY_US) | st.sampled_from([0, DAY_US, 40 * DAY_US, FIRST_US, LAST_US - 41_000 * DAY_US]),
        "length": _LENGTHS,
        "lon": st.floats(19.5, 20.5) | st.sampled_from([20.0, -180.0, 179.999, -179.8, 20.6, float("nan")]),
        "lat": st.floats(41.5, 42.5) | st.sampled_from([42.0, 90.0, -90.0, 89.9, -16.0]),
        "lasted": st.booleans(),
        "sigma_s": st.sampled_from([float("nan"), 60.0, 3e5, 4e6]),
        "radius_km": st.sampled_from([float("nan"), 1.0, 20.0, 150.0, 500.0]),
        "magnitude": st.floats(3, 7) | st.just(float("nan")),
        "scale": st.sampled_from(["mw", "deaths", ""]),
        "exercise": st.sampled_from([False, False, False, True]),
    }
)
_REPORTS = st.lists(_REPORT, max_size=40)


def _read(reports: list[dict[str, Any]], sameness: Sameness) -> tuple[Known, Rules]:
    rows = [{**report, "end_us": report["begin_us"] + report["length"]} for report in reports]
    known = catalogue(*({name: value for name, value in row.items() if name != "length"} for row in rows))
    table = read_testimonies(known, sameness)
    table.numbers[:, RATE], table.numbers[:, POINT_RATE] = rates(table, background_of(table, sameness))
    return table, rules_of(sameness, table.shared_levels, known.agency.names)


def _grids(known: Known, rows: NDArray[np.int64], sameness: Sameness) -> Grids:
    return build_grids(known.numbers, known.codes, rows, sameness)


def _as_set(edges: Edges) -> set[tuple[int, int, float, int]]:
    found = set(zip(*edges.pairs.T.tolist(), edges.score.tolist(), edges.bond.tolist(), strict=True))
    assert len(found) == len(edges.pairs)
    return found


def _all(known: Known, rules: Rules, sameness: Sameness) -> set[tuple[int, int, float, int]]:
    grids = _grids(known, np.arange(len(known.numbers)), sameness)
    return _as_set(search(known.numbers, known.codes, grids, grids, rules, sameness))


def _naive(known: Known, rules: Rules, sameness: Sameness) -> set[tuple[int, int, float, int]]:
    """Every pair of rows, one after the other, by the words of the manual."""
    numbers, codes = known.numbers, known.codes
    found = set()
    for a in range(len(numbers)):
        for b in range(a + 1, len(numbers)):
            bond = _bond(known, a, b, sameness)
            if bond is None or _is_lost(known, a, sameness) or _is_lost(known, b, sameness):
                continue
            parts = (part_parts if bond == PART_OF else score_parts)(numbers, codes, a, b, rules)
            nats = parts[0] + parts[1] + parts[2] + parts[3] + parts[4]
            nats += 0.0 if bond == PART_OF else agency_nats(codes[a, AGENCY], codes[b, AGENCY], rules)
            if nats >= rules.threshold - rules.doubt:
                found.add((a, b, nats, bond))
    return found


def _bond(known: Known, a: int, b: int, sameness: Sameness) -> int | None:
    """What the pair may become; none where it lies outside the windows."""
    numbers, codes = known.numbers, known.codes
    if codes[a, GROUP] != codes[b, GROUP] or NOWHERE in codes[[a, b], PLACE_LEVEL]:
        return None
    window_s = sameness.time_window_s if (codes[[a, b], TIME_LEVEL] == FINE).all() else sameness.coarse_time_window_s
    window_km = sameness.place_window_km if (codes[[a, b], PLACE_LEVEL] == FINE).all() else sameness.coarse_place_window_km
    if np.linalg.norm(numbers[a, UX : UZ + 1] - numbers[b, UX : UZ + 1]) * EARTH_KM > window_km:
        return None
    lasted = numbers[[a, b], EXTENT] >= 0
    is_long = 2 * numbers[[a, b], EXTENT] > sameness.time_window_s
    ends_apart = abs(numbers[a, T] - numbers[b, T]) + abs(numbers[a, EXTENT] - numbers[b, EXTENT])
    is_vague = codes[[a, b], TIME_LEVEL] >= VAGUE
    vague_place = bool((codes[[a, b], PLACE_LEVEL] >= VAGUE).any())
    is_part = is_long[0] != is_long[1] and not (lasted.all() and ends_apart <= sameness.time_window_s)
    if is_part and not vague_place and not is_vague[~is_long].any():
        gap = max(0.0, abs(numbers[a, T] - numbers[b, T]) - numbers[a, HALF] - numbers[b, HALF])
        return PART_OF if gap <= window_s else None
    gap = gap_s(numbers, a, b)[0]
    if gap > window_s or (lasted.all() and gap > sameness.time_window_s):
        return None
    return PROPOSED if is_vague.any() or vague_place else MAY_LINK


def _is_lost(known: Known, row: int, sameness: Sameness) -> bool:
    """Whether a vague row stands among more unrelated events than anything could stand out of."""
    time, place = known.codes[row, TIME_LEVEL] > FINE, known.codes[row, PLACE_LEVEL] > FINE
    window_s = (sameness.coarse_time_window_s if time else sameness.time_window_s) + known.numbers[row, HALF]
    window_km = sameness.coarse_place_window_km if place else sameness.place_window_km
    return bool((time or place) and known.numbers[row, RATE] * 2 * window_s * math.pi * window_km**2 > MOST_EVENTS)


@LAW
@given(_REPORTS, st.sampled_from([SIZED, SINGLE]))
def test_the_search_finds_what_a_double_loop_finds(reports: list[dict[str, Any]], sameness: Sameness) -> None:
    """The same pairs with the same scores to the last bit: near poles, across the antimeridian, at ties, precise or vague."""
    known, rules = _read(reports, sameness)
    assert _all(known, rules, sameness) == _naive(known, rules, sameness)


def test_many_pairs_of_all_bonds_are_found() -> None:
    """A crowd on one spot, so that the law above is not about nothing."""
    rng = np.random.default_rng(3)
    reports = [
        {
            "agency": "abcd"[rng.integers(4)],
            "begin_us": int(rng.integers(0, 6 * DAY_US)),
            "length": int(rng.choice([0, DAY_US, 5 * DAY_US, 60 * DAY_US])),
            "lasted": bool(rng.integers(2)),
            "lon": float(rng.normal(180, 0.2) + 180) % 360 - 180,
            "radius_km": float(rng.choice([5.0, 500.0])),
        }
        for _ in range(150)
    ]
    known, rules = _read(reports, SIZED)
    found = _all(known, rules, SIZED)
    assert found == _naive(known, rules, SIZED)
    assert min(np.bincount([bond for *_, bond in found], minlength=3)) > 20


@LAW
@given(_REPORTS, st.integers(0, 40), st.randoms(use_true_random=False))
def test_old_and_new_rows_together_make_what_all_rows_make_at_once(reports: list[dict[str, Any]], new: int, random: Any) -> None:
    """New against old and new against new complete old against old, wherever the rows stand in the table."""
    known, rules = _read(reports, SIZED)
    place = np.array(random.sample(range(len(reports)), len(reports)), np.int64)
    moved = Known(known.numbers[place], known.codes[place], known.shared_levels, place, place)
    witness = np.column_stack([place // 2, place % 2]).astype(np.uint64)
    old, fresh = _grids(moved, np.arange(new, len(place)), SIZED), _grids(moved, np.arange(min(new, len(place))), SIZED)
    whole = _grids(moved, np.arange(len(place)), SIZED)

    def between(seekers: Grids, grids: Grids) -> set[tuple[int, int, float, int]]:
        edges = search(moved.numbers, moved.codes, seekers, grids, rules, SIZED, witness=witness)
        return _as_set(Edges(place[edges.pairs], edges.score, edges.bond))

    parts = [between(old, old), between(fresh, old), between(fresh, fresh)]
    assert sum(map(len, parts)) == len(set.union(*parts))
    assert set.union(*parts) == between(whole, whole) == _all(known, rules, SIZED)
    assert between(fresh, whole) == parts[1] | parts[2]


@LAW
@given(_REPORTS, st.lists(st.floats(-10, 60), max_size=5))
def test_slabs_with_their_halos_make_what_all_rows_make_at_once(reports: list[dict[str, Any]], days: list[float]) -> None:
    """Each pair belongs to the slab in which its reaches begin to overlap, and is found there."""
    known, rules = _read(reports, SIZED)
    time_s, reach = known.numbers[:, T], reach_s(known.numbers, known.codes, SIZED)
    cuts = [-math.inf, *sorted(day * 86_400 for day in days), math.inf]
    found = set()
    for begin, end in pairwise(cuts):
        rows = np.flatnonzero((time_s + reach >= begin) & (time_s - reach < end))
        grids = _grids(known, rows, SIZED)
        edges = search(known.numbers, known.codes, grids, grids, rules, SIZED)
        meeting = (time_s - reach)[edges.pairs].max(axis=1, initial=-math.inf)
        own = _as_set(edges.take((meeting >= begin) & (meeting < end)))
        assert not found & own
        found |= own
    assert found == _all(known, rules, SIZED)


@LAW
@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 1), st.sampled_from([20.0, 150.0, 600.0, 9000.0]), st.floats(1, 9000))
def test_what_lies_within_reach_lies_in_the_cells_near(lon: float, lat: float, bearing: float, share: float, cell_km: float, km: float) -> None:
    """From any point in any direction, over a pole or the antimeridian, and between cells of two sizes."""
    first = np.array(
        [math.cos(math.radians(lat)) * math.cos(math.radians(lon)), math.cos(math.radians(lat)) * math.sin(math.radians(lon)), math.sin(math.radians(lat))]
    )
    across = np.cross(first, [math.cos(bearing), math.sin(bearing), 0.3])
    angle = angle_of(km)
    second = first * math.cos(angle * share) + across / np.linalg.norm(across) * math.sin(angle * share)
    numbers = np.zeros((2, 16))
    numbers[:, UX : UZ + 1] = first, second
    home, sphere = sphere_of(cell_km), sphere_of(200.0)
    runs = np.empty((2 * len(sphere.columns) + 2, 2), np.int64)
    count = runs_near(cells_at(numbers, np.array([0]), home)[0], home, angle, sphere, runs)
    cell = cells_at(numbers, np.array([1]), sphere)[0]
    assert sum(low <= cell <= high for low, high in runs[:count].tolist()) == 1


@pytest.mark.parametrize("count", [0, 1, 300])
def test_alike_rows_all_meet(count: int) -> None:
    """None, one, or many at one point and time of many agencies: each two once."""
    known, rules = _read([{"agency": f"a{number}", "begin_us": 0, "length": 0} for number in range(count)], RULES)
    known.numbers[:, RATE], known.numbers[:, POINT_RATE] = 1e-15, 0.0
    assert len(_all(known, rules, RULES)) == count * (count - 1) // 2
    assert not crowded(known.numbers, known.codes, RULES).any()


def test_a_hundred_thousand_alike_rows_are_left_alone() -> None:
    """Nobody can tell how many events those are; the row next door still meets its partner."""
    known, _ = _read([{"begin_us": 0, "length": 0}, {"begin_us": 0, "length": 0, "lat": 50.0}], RULES)
    rows = np.concatenate([np.zeros(100_000, np.int64), [1], np.ones(MOST_ALIKE - 1, np.int64)])
    is_crowded = crowded(known.numbers[rows], known.codes[rows], RULES)
    assert is_crowded[:100_000].all()
    assert not is_crowded[100_000:].any()


def test_an_incident_anywhere_in_an_episode_is_as_likely_there_as_elsewhere() -> None:
    """The density is one over the length, inside; nothing far outside; and one in all."""
    month = {"begin_us": 0, "length": 30 * DAY_US, "lasted": True}
    known, rules = _read([month, *({"begin_us": day * DAY_US, "length": 0, "sigma_s": 60.0} for day in range(-40, 80))], RULES)
    whole = int(np.argmax(known.numbers[:, EXTENT]))
    rows = np.array([row for row in range(len(known.numbers)) if row != whole])
    density = np.exp([log_within(known.numbers, whole, row, rules) for row in rows])
    day = known.numbers[rows, T] / 86_400
    assert density[(day > 3) & (day < 27)] == pytest.approx(1 / (30 * 86_400), rel=0.03)
    assert density[(day < -15) | (day > 45)] == pytest.approx(0, abs=1e-12)
    assert density.sum() * 86_400 == pytest.approx(1, abs=0.02)
    assert (known.numbers[whole, OWN_VAR] + known.numbers[rows, T_VAR] < 86_400**2).all()


@LAW
@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.integers(-9, 9)), max_size=30))
def test_rows_are_sorted_by_columns_however_wide(rows: list[tuple[int, int]]) -> None:
    """Packed into one number or not."""
    table = np.array(rows, np.int64).reshape(-1, 2)
    for first, second in ((0, 1), (1, 0)):
        order = sort_by(table[:, first], table[:, second])
        assert table[order][:, [first, second]].tolist() == sorted(table[:, [first, second]].tolist())
