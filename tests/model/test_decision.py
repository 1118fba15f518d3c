"""Decisions: what they tie and part, and that contradictions among them are left out, never raised."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made import NOW_US
from vigie.model.decision import MAX_NAMED, Decision, ReportName, Tie, Verdict, by_weight, consistent
from vigie.model.entry import Entry
from vigie.model.errors import BadReport
from vigie.model.label import Label
from vigie.model.said import body_of, read_body

VERDICTS: tuple[Verdict, ...] = ("same", "apart", "withdrawn")
TIES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=40)


def together(ties: list[Tie]) -> dict[int, int]:
    """The event of each row under the ties alone, found by walking until nothing changes."""
    event = {row: row for row in range(8)}
    for _ in range(8):
        for first, second, same in ties:
            if same:
                low = min(event[first], event[second])
                event = {row: low if number in (event[first], event[second]) else number for row, number in event.items()}
    return event


def contradicts(ties: list[Tie]) -> bool:
    """Whether some two rows are tied and parted."""
    event = together(ties)
    return any(event[first] == event[second] for first, second, same in ties if not same)


def settled(ties: list[Tie]) -> list[bool]:
    """Of each pair, said as a decision of its own, whether it holds."""
    found = consistent([([[first], [second]], "same" if same else "apart") for first, second, same in ties])
    assert all(len(some.obeyed) + len(some.contradicts) <= 1 for some in found)
    return [not some.contradicts for some in found]


@given(TIES)
def test_what_holds_never_contradicts_itself_and_nothing_is_left_out_without_need(ties: list[Tie]) -> None:
    """Taken one after the other: a tie holds exactly where it fits all that hold before it."""
    held: list[Tie] = []
    for tie, holds in zip(ties, settled(ties), strict=True):
        assert holds is not contradicts([*held, tie])
        held += [tie] if holds else []


@given(TIES)
def test_consistent_ties_all_hold(ties: list[Tie]) -> None:
    """What is left of a list holds again, whole."""
    assert all(settled([tie for tie, holds in zip(ties, settled(ties), strict=True) if holds]))


GROUPS = st.lists(st.integers(0, 3), min_size=2, max_size=8).map(
    lambda parts: [[row for row, part in enumerate(parts) if part == number] for number in range(4)]
)
SPOKEN = st.lists(st.tuples(GROUPS, st.sampled_from(VERDICTS)), max_size=6)


@given(SPOKEN)
def test_decisions_on_many_reports_never_contradict_each_other(spoken: list[tuple[list[list[int]], Verdict]]) -> None:
    """All that is obeyed holds together; what is left out would not have fitted."""
    held: list[Tie] = []
    for found in consistent(spoken):
        held += found.obeyed
        assert not contradicts(held)
        assert all(contradicts([*held, tie]) for tie in found.contradicts)


@given(GROUPS)
def test_a_split_parts_every_pair_across_its_groups_and_a_merger_ties_all(groups: list[list[int]]) -> None:
    """Whatever is tied later, no chain reunites two groups; what is withdrawn does neither."""
    tied, parted, nothing = (consistent([(groups, verdict)])[0].obeyed for verdict in VERDICTS)
    assert {(first, second) for first, second, _ in parted} == {
        pair for number, one in enumerate(groups) for other in groups[number + 1 :] for pair in product(one, other)
    }
    event = together(list(tied))
    assert len({event[row] for group in groups for row in group}) == 1
    assert nothing == ()


def test_a_report_that_was_split_off_later_leaves_the_rest_of_a_merger_together() -> None:
    """The split weighs more: only what it parts is left out."""
    split, merger = consistent([([[0], [1, 2, 3]], "apart"), ([[0, 1], [2, 3]], "same")])
    assert split.contradicts == ()
    assert together(list(merger.obeyed))[1] == together(list(merger.obeyed))[2] == together(list(merger.obeyed))[3]
    assert merger.contradicts == ((0, 1, True),)


def name(ref: str) -> dict[str, str]:
    """A report of one agency."""
    return {"agency": "MSO", "ref": ref}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"verdict": "same", "groups": [[name("a")]]}, "at least 2"),
        ({"verdict": "same", "groups": [[name("a")], []]}, "at least 1"),
        ({"verdict": "same", "groups": [[name("a")], [name("a")]]}, "names a report twice"),
        ({"verdict": "perhaps", "groups": [[name("a")], [name("b")]]}, "'same', 'apart' or 'withdrawn'"),
        ({"verdict": "same", "groups": [[name("a")], [{"agency": "MSO"}]]}, "by one of them"),
        ({"verdict": "same", "groups": [[name("a")], [{"agency": "MSO", "witness": "xyz"}]]}, "pattern"),
        ({"verdict": "apart", "groups": [[name("a")], [name(f"b{number}") for number in range(MAX_NAMED)]]}, "at most 1,000"),
    ],
)
def test_what_no_decision_can_be_is_refused_with_one_sentence(body: dict[str, object], why: str) -> None:
    """Too few reports, a report twice, no such verdict, a report without a name."""
    with pytest.raises(BadReport) as refused:
        read_body(Decision, body)  # type: ignore[arg-type]
    assert why in str(refused.value)


def said(verdict: str, owner: str, said_us: int, first: str = "a") -> tuple[Entry, Decision]:
    """A decision on two reports."""
    decision = read_body(Decision, {"verdict": verdict, "groups": [[name(first)], [name("b")]]})
    return Entry(type="decision", owner=owner, ref="dc-1", label=Label(owner), said_us=said_us, body=body_of(decision), version=1), decision


def test_the_nodes_own_word_counts_first_then_the_latest() -> None:
    """In whatever order they came."""
    own, late, early = said("same", "ME", NOW_US), said("apart", "RS", NOW_US + 2), said("apart", "AL", NOW_US + 1)
    assert by_weight([early, own, late], "ME") == by_weight([late, early, own], "ME") == [own, late, early]


def test_a_decision_reads_as_it_was_written() -> None:
    """By reference or by witness, whatever the order of the groups."""
    found = Decision(verdict="apart", groups=((ReportName(agency="MSO", ref=""),), (ReportName(agency="RSO", witness="0" * 32),)), reason="two shocks")
    assert read_body(Decision, body_of(found)) == found
    assert found.is_about(found.groups[::-1])
    assert [report.text for group in found.groups for report in group] == ["MSO/", "0" * 32]
