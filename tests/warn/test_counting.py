"""What counts when: versions, agencies, places."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.warn.naive import begins_at
from tests.warn.pasts import REGION, Said, at, fact, past, pasts, riots, rule

from vigie.model.rule import Query
from vigie.warn.counting import FOREVER_US, counted, meets


@given(pasts, st.integers(0, 1_000), st.integers(1, 3))
def test_counts_agree_with_the_plain_definition(said: list[Said], day: int, agencies: int) -> None:
    """At any instant the same events count, in the same units, with the same begins, as when every word is read one by one."""
    said = _clear(said)
    asked = rule(query=Query(fields=("conflict",), kinds=("unrest.riot",), agencies=agencies))
    seen = counted(asked, past(said), REGION)
    known = (seen.from_us <= at(day)) & (seen.until_us > at(day))
    found = {(seen.areas[area], int(event)): int(begin) for area, event, begin in zip(seen.area[known], seen.event[known], seen.begin_us[known], strict=True)}
    assert found == begins_at(said, at(day), agencies)
    assert int(known.sum()) == len(found)


def _clear(said: list[Said]) -> list[Said]:
    """Without words that contradict another of the same report, revision and instant: either may count."""
    first: dict[object, Said] = {}
    for number, word in enumerate(said):
        first.setdefault(number if word.report is None else ("of", word.report, word.revision, word.day if word.known is None else word.known), word)
    return list(first.values())


def test_a_later_revision_can_take_an_event_away() -> None:
    """The riot counts until its agency says that it was a peaceful assembly."""
    said = [Said(event=0, day=1, report=1), Said(event=0, day=1, known=5, report=1, revision=1, kind="unrest.protest")]
    seen = counted(fact(), past(said), REGION)
    assert (seen.from_us.tolist(), seen.until_us.tolist()) == ([at(1)], [at(5)])


def test_an_old_revision_that_arrives_late_changes_nothing() -> None:
    """Revision 1 was known first."""
    said = [Said(event=0, day=1, report=1, revision=1), Said(event=0, day=1, known=5, report=1, kind="unrest.protest")]
    assert counted(fact(), past(said), REGION).until_us.tolist() == [FOREVER_US]


def test_one_agency_is_not_two() -> None:
    """Its second report of an event adds no voice; another agency's does."""
    said = [Said(event=0, day=1), Said(event=0, day=1, known=2), Said(event=0, day=1, known=3, agency="B")]
    asked = fact(query=Query(kinds=("unrest.riot",), agencies=2))
    assert counted(asked, past(said), REGION).from_us.tolist() == [at(3)]


def test_one_event_counts_in_one_area() -> None:
    """The one that most agencies name; those that name only the country speak for the event, not for a unit."""
    said = [
        Said(event=0, day=1, unit="AA-2"),
        Said(event=0, day=1, unit="AA-1", agency="B"),
        Said(event=0, day=1, unit="AA-2", agency="C"),
        Said(event=0, day=1, unit="AA", agency="D"),
    ]
    seen = counted(fact(query=Query(agencies=4, kinds=("unrest.riot",))), past(said), REGION)
    assert [seen.areas[area] for area in seen.area] == ["AA-2"]


def test_what_names_no_place_counts_for_the_region_as_a_whole() -> None:
    """And what lies elsewhere in the world for nothing."""
    said = [Said(event=0, day=1, unit=""), Said(event=1, day=1, unit="ZZ-1"), Said(event=2, day=1, unit="BB-1")]
    assert counted(fact(area="region"), past(said), REGION).event.tolist() == [0, 2]
    assert counted(fact(area="country"), past(said), REGION).event.tolist() == [2]


def test_a_rule_may_name_its_areas() -> None:
    """A unit, or a country for all of its units."""
    said = riots([1, 2], "AA-1") + riots([3], "BB-1", first_event=2)
    assert counted(fact(areas=("BB-1",)), past(said), REGION).event.tolist() == [2]
    assert counted(fact(areas=("AA",)), past(said), REGION).areas == ("AA-1", "AA-2")


def test_records_that_are_no_count_series_count_for_facts_only() -> None:
    """Their number says nothing, but that one happened does."""
    said = riots([1], counts=False)
    assert len(counted(rule(), past(said), REGION)) == 0
    assert len(counted(fact(), past(said), REGION)) == 1


def test_peaceful_assembly_meets_no_query() -> None:
    """Whatever the query says."""
    history = past([Said(event=0, day=1, kind="unrest.protest"), Said(event=1, day=1)])
    queries = [Query(), Query(kinds=("unrest.*",)), Query(kinds=("unrest.protest",)), Query(severity_at_least=0)]
    assert [meets(query, history).tolist() for query in queries] == [[False, True], [False, True], [False, False], [False, True]]


def test_an_empty_past_counts_nothing() -> None:
    """No rows, no fault."""
    assert len(counted(rule(), past([]), REGION)) == 0


@given(pasts, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(said: list[Said], random: object) -> None:
    """Rows are permuted with their reports' numbers kept."""
    numbered = [word if word.report is not None else _numbered(word, number) for number, word in enumerate(said)]
    mixed = list(numbered)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = counted(rule(), past(numbered), REGION), counted(rule(), past(mixed), REGION)
    for name in ("area", "event", "begin_us", "from_us", "until_us"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def _numbered(word: Said, number: int) -> Said:
    return replace(word, report=1_000 + number)
