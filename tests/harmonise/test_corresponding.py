"""Linking by windows and taxonomies: against double loops written a second time, by its laws, and on four agencies' accounts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonise.accounts import death_agreement
from harmonise.crowds import catalogue
from vigie.harmonise.corresponding import Correspondence, Windows, correspond
from vigie.harmonise.stable import Contest, stable_events
from vigie.ingest.taxonomies import Categorised, classified, of_place_and_time, read_categorised, read_taxonomies
from vigie.model.taxonomy import Classified
from vigie.model.times import DAY_US
from vigie.node.mappings import preset_mapping

EVENT = ((("clash", "violent"),), (("riot", "violent"),), (("march", "peaceful"),), (("clash", "violent"), ("march", "peaceful")))
ACTOR = ((("army",),), (("crowd",),))
DEPTHS = (2, 1)
NEAR = Windows()
KM_PER_DEGREE = math.pi * 6371.0088 / 180


@dataclass(frozen=True)
class Account:
    """One report of a small made-up world; categories are places in `EVENT` and `ACTOR`, -1 = none stated."""

    name: str
    agency: str
    day: int
    lasts: int
    east_km: float
    event: int
    actor: int


def account(number: int, agency: str, **facts: float) -> Account:
    """An account of a clash by the army on day 0, where nothing else is said."""
    return Account(f"r{number}", agency, **{"day": 0, "lasts": 1, "east_km": 0.0, "event": 0, "actor": 0, **facts})  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> list[Account]:
    """Up to 14 accounts of up to five agencies, near enough to each other that many could be one."""
    count = draw(st.integers(0, 14))
    agencies = "abcde"[: draw(st.integers(2, 5))]
    days, lasts, places = st.integers(0, 3), st.sampled_from([1, 1, 1, 3, 4]), st.sampled_from([0.0, 0.0, 2.0, 4.0])
    return [
        Account(
            f"r{number}", draw(st.sampled_from(agencies)), draw(days), draw(lasts), draw(places), draw(st.integers(-1, 3)), draw(st.sampled_from([0, 0, 0, 1]))
        )
        for number in range(count)
    ]


def linked(accounts: list[Account], windows: Windows = NEAR) -> Correspondence:
    """The engine's answer, across the antimeridian."""
    rows = [
        {
            "agency": one.agency,
            "begin_us": one.day * DAY_US,
            "end_us": (one.day + one.lasts) * DAY_US,
            "lon": (179.99 + one.east_km / KM_PER_DEGREE + 180) % 360 - 180,
            "lat": 0.0,
        }
        for one in accounts
    ]
    codes = [[one.event for one in accounts], [one.actor for one in accounts]]
    classes = [Classified(depth, np.array(code, np.int64), paths) for depth, code, paths in zip(DEPTHS, codes, (EVENT, ACTOR), strict=True)]
    return correspond(catalogue(*rows), [one.name for one in accounts], classes, windows)


def grades(one: Account, other: Account) -> list[list[float]]:
    """S for each reading of the one (rows) and of the other: infinite where they share no level."""
    if min(one.event, other.event) < 0 or one.actor != other.actor:
        return [[math.inf]]
    return [[next((level for level in range(2) if path[level] == word[level]), math.inf) / 2 for word in EVENT[other.event]] for path in EVENT[one.event]]


def could_meet(one: Account, other: Account) -> bool:
    """Two agencies, both short or both long, a level shared by some reading."""
    return one.agency != other.agency and (one.lasts > 1) == (other.lasts > 1) and min(map(min, grades(one, other))) < math.inf


def is_candidate(one: Account, other: Account, windows: Windows) -> bool:
    """And within the windows."""
    begin, end = abs(one.day - other.day), abs(one.day + one.lasts - other.day - other.lasts)
    return could_meet(one, other) and max(begin, end) <= windows.days and abs(one.east_km - other.east_km) <= windows.km


def would_rather(one: Account, other: Account, partner: Account | None, windows: Windows) -> bool:
    """Whether the other is better than the partner, in some reading of the three."""
    if partner is None or not is_candidate(one, partner, windows):
        return True
    return any(min(new) < max(old) for new, old in zip(grades(one, other), grades(one, partner), strict=True))


def judged(accounts: list[Account], cluster: list[int], windows: Windows) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Unstable pairs and pairs left, by a double loop."""
    unstable, left = set(), set()
    for (first, one), (second, other) in combinations(enumerate(accounts), 2):
        if cluster[first] == cluster[second] or not is_candidate(one, other, windows):
            continue
        partners = [
            next((known for at, known in enumerate(accounts) if cluster[at] == cluster[mine] and at != mine and known.agency == agency), None)
            for mine, agency in ((first, other.agency), (second, one.agency))
        ]
        if partners == [None, None]:
            left.add(frozenset((one.name, other.name)))
        elif would_rather(one, other, partners[0], windows) and would_rather(other, one, partners[1], windows):
            unstable.add(frozenset((one.name, other.name)))
    return unstable, left


def named(accounts: list[Account], pairs: np.ndarray) -> set[frozenset[str]]:
    """Pairs of rows as pairs of names."""
    return {frozenset((accounts[first].name, accounts[second].name)) for first, second in pairs.tolist()}


def groups(accounts: list[Account], cluster: np.ndarray) -> set[frozenset[str]]:
    """The events as sets of names."""
    return {frozenset(one.name for one, event in zip(accounts, cluster, strict=True) if event == chosen) for chosen in set(cluster.tolist())}


@given(worlds())
def test_no_two_reports_would_both_do_better_together(accounts: list[Account]) -> None:
    """A double loop finds no unstable pair, as many candidates, and the same pairs left."""
    found = linked(accounts)
    unstable, left = judged(accounts, found.cluster.tolist(), NEAR)
    assert unstable == set()
    assert len(found.unstable) == 0
    assert left == named(accounts, found.left)
    assert found.candidates == sum(is_candidate(one, other, NEAR) for one, other in combinations(accounts, 2))


@given(worlds())
def test_an_event_is_judged_as_a_whole(accounts: list[Account]) -> None:
    """One report an agency, every two may meet, and candidate pairs hold the event together."""
    for names in groups(accounts, linked(accounts).cluster):
        members = [one for one in accounts if one.name in names]
        assert all(could_meet(one, other) for one, other in combinations(members, 2))
        reached = members[:1]
        for one in reached:
            reached += [other for other in members if other not in reached and is_candidate(one, other, NEAR)]
        assert len(reached) == len(members)


@given(worlds(), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_names_of_agencies_matter(accounts: list[Account], chance: object) -> None:
    """Shuffled rows and agencies that swap their names make the same events."""
    names = sorted({one.agency for one in accounts})
    renamed = dict(zip(names, reversed(names), strict=True))
    moved = [Account(one.name, renamed[one.agency], one.day, one.lasts, one.east_km, one.event, one.actor) for one in accounts]
    chance.shuffle(moved)  # type: ignore[attr-defined]
    assert groups(accounts, linked(accounts).cluster) == groups(moved, linked(moved).cluster)


@given(worlds())
def test_a_short_report_may_be_part_of_a_longer_one_and_is_never_linked_to_it(accounts: list[Account]) -> None:
    """Another agency's, within the windows of place and days, a level shared."""
    found = linked(accounts)
    wanted = {
        (short.name, long.name)
        for short in accounts
        for long in accounts
        if short.lasts == 1 < long.lasts and short.agency != long.agency and min(map(min, grades(short, long))) < math.inf
        if long.day - 1 <= short.day <= long.day + long.lasts and abs(short.east_km - long.east_km) <= 3
    }
    assert {(accounts[short].name, accounts[long].name) for short, long in found.parts.tolist()} == wanted


def test_what_stays_left_would_put_two_reports_of_an_agency_into_one_event() -> None:
    """a1 is b1's and a2 is c1's: b1 and c1 cannot follow each other."""
    accounts = [account(1, "a", event=0), account(2, "b", event=0), account(3, "a", event=1), account(4, "c", event=1)]
    found = linked(accounts)
    assert groups(accounts, found.cluster) == {frozenset({"r1", "r2"}), frozenset({"r3", "r4"})}
    assert named(accounts, found.left) == {frozenset({"r2", "r4"})}
    assert found.likeness.tolist() == [1, 1, 1, 1]


def test_the_closer_of_two_accounts_is_taken() -> None:
    """By level first, then by days, then by distance."""
    for worse in ({"event": 1}, {"day": 1}, {"east_km": 1.0}):
        accounts = [account(1, "a"), account(2, "b", **worse), account(3, "b")]
        assert groups(accounts, linked(accounts).cluster) == {frozenset({"r1", "r3"}), frozenset({"r2"})}


def test_likeness_is_one_less_the_mean_distance_of_the_taxonomies() -> None:
    """The broader level of one of two taxonomies, the other of one level only: S is a half."""
    assert linked([account(1, "a", event=0), account(2, "b", event=1)]).likeness.tolist() == [0.5, 0.5]


def test_an_unstable_pair_is_parted_where_no_move_helps() -> None:
    """Whatever the candidates and whoever may meet, no pair is left unstable."""
    rng = np.random.default_rng(5)
    for _ in range(300):
        contest = _made_up(rng)
        event = stable_events(contest)
        assert not [pair for pair in contest.pairs if _both_gain(contest, event, *pair)]


def _made_up(rng: np.random.Generator) -> Contest:
    count = int(rng.integers(2, 10))
    agency = rng.integers(0, 4, count).tolist()
    pairs = [pair for pair in combinations(range(count), 2) if agency[pair[0]] != agency[pair[1]] and rng.random() < 0.6]
    apart: list[dict[int, tuple[tuple[int, int], ...]]] = [{} for _ in range(count)]
    for first, second in pairs:
        apart[first][second] = apart[second][first] = ((int(rng.integers(0, 3)),) * 2,)
    foes = {pair for pair in combinations(range(count), 2) if pair not in pairs and rng.random() < 0.5}
    closest_first = sorted(pairs, key=lambda pair: apart[pair[0]][pair[1]])
    return Contest(agency, closest_first, apart, lambda one, two: (min(one, two), max(one, two)) not in foes)


def _both_gain(contest: Contest, event: list[int], first: int, second: int) -> bool:
    if event[first] == event[second]:
        return False
    partners = []
    for mine, other in ((first, second), (second, first)):
        known = [report for report, name in enumerate(event) if name == event[mine] and report != mine and contest.agency[report] == contest.agency[other]]
        partners.append(known[0] if known else None)
    if partners == [None, None]:
        return False
    worth = contest.apart[first][second]
    return all(partner is None or contest.apart[mine].get(partner, ((9, 9),)) > worth for mine, partner in zip((first, second), partners, strict=True))


@pytest.fixture(scope="module")
def nigeria(data: Path) -> tuple[Categorised, list[Classified]]:
    """The accounts of four agencies of Nigeria in 2011, and their paths in three taxonomies."""
    folder = data / "meltt"
    taxonomies = read_taxonomies(folder / "nigeria_2011_taxonomies.csv.gz")
    read = read_categorised([folder / "nigeria_2011_reports.csv.gz"], of_place_and_time(preset_mapping("meltt")), taxonomies)
    return read, [classified(known, read.catalogue.agency.texts().tolist(), read.categories[known.name]) for known in taxonomies]


@pytest.mark.parametrize(("km", "events"), [(3.0, 688), (50.0, 649)])
def test_as_many_events_are_left_as_the_papers_program_leaves(nigeria: tuple[Categorised, list[Classified]], km: float, events: int) -> None:
    """Within two per cent; no pair is unstable, and joining any pair left would put two reports of an agency, or two that may not meet, into one event."""
    read, classes = nigeria
    found = correspond(read.catalogue, read.ids, classes, Windows(km, 1))
    assert abs(found.cluster.max() + 1 - events) <= 0.02 * events
    assert len(found.unstable) == 0
    assert len(found.left) <= 6
    agency = read.catalogue.agency.codes
    twice = [len(set(both)) < len(both) for both in (agency[np.isin(found.cluster, found.cluster[pair])].tolist() for pair in found.left)]
    assert sum(twice) >= len(found.left) - 1


def test_the_order_of_the_four_agencies_does_not_matter(nigeria: tuple[Categorised, list[Classified]]) -> None:
    """All 24 orders make the same events, bit for bit."""
    read, classes = nigeria
    whole = correspond(read.catalogue, read.ids, classes, NEAR)
    for order in permutations(range(4)):
        rows = np.argsort(np.array(order)[read.catalogue.agency.codes], kind="stable")
        moved = [Classified(known.depth, known.code[rows], known.paths) for known in classes]
        found = correspond(read.catalogue.take(rows), [read.ids[row] for row in rows], moved, NEAR)
        assert _same_grouping(whole.cluster[rows], found.cluster)
        assert (found.likeness == whole.likeness[rows]).all()


def _same_grouping(one: np.ndarray, other: np.ndarray) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def test_linked_accounts_agree_on_deaths_that_were_not_used(data: Path, nigeria: tuple[Categorised, list[Classified]]) -> None:
    """At least as many pairs as the paper's program links (298), and at least as many of them agree (0.547)."""
    read, classes = nigeria
    deaths = pl.read_csv(data / "meltt" / "nigeria_2011_reports.csv.gz", infer_schema_length=None)["fatalities"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    pairs, agree = death_agreement(correspond(read.catalogue, read.ids, classes, NEAR).cluster, deaths)
    assert pairs >= 298
    assert agree >= 0.547


def test_every_part_that_the_papers_program_flags_is_flagged(data: Path, nigeria: tuple[Categorised, list[Classified]]) -> None:
    """It flags one longer report of an agency for each; here all are named."""
    read, classes = nigeria
    flags = pl.read_csv(data / "meltt" / "nigeria_2011_meltt_3km_1d_episode_flags.csv.gz")
    parts = correspond(read.catalogue, read.ids, classes, NEAR).parts
    assert set(flags.iter_rows()) <= {(read.ids[short], read.ids[long]) for short, long in parts.tolist()}
