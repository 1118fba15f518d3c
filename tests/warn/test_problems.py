"""What indicators come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.warn.pasts import at, rule

from vigie.model.rule import LEVELS, Level, Problem, RuleBook, Standing
from vigie.model.rules_yaml import checked_book
from vigie.warn.problems import ProblemState, problem_states

RULES = tuple(rule(name=name, title=name.capitalize()) for name in ("riots", "blockades", "threats", "calm", "clash"))
PROBLEM = Problem(
    name="unrest",
    title="Unrest",
    question="Will it?",
    confirming=("conflict.riots", "conflict.blockades", "conflict.threats"),
    disconfirming=("conflict.calm",),
    critical=("conflict.clash",),
    pack="conflict",
)


def standing(name: str, level: Level, area: str = "AA-1") -> Standing:
    """Where a rule stands."""
    return Standing(
        rule=f"conflict.{name}", area=area, level=level, count=0, expected=None, chance=None, since_us=0, until_us=at(10), heard_us=None, why=f"{name} {level}."
    )


def state(levels: dict[str, Level], *more: Standing, book: RuleBook | None = None, problem: str = "unrest") -> ProblemState:
    """The state of the problem with these levels, green where none is given."""
    named: dict[str, Level] = dict.fromkeys(("riots", "blockades", "threats", "calm", "clash"), "green")
    stands = [*(standing(name, level) for name, level in (named | levels).items()), *more]
    return next(item for item in problem_states(book or checked_book(RULES, [PROBLEM]), stands, at(10)) if item.name == problem)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({}, "green"),
        ({"riots": "amber"}, "amber"),
        ({"riots": "red"}, "amber"),
        ({"riots": "red", "threats": "red"}, "red"),
        ({"clash": "red"}, "red"),
        ({"clash": "amber"}, "amber"),
        ({"riots": "red", "threats": "red", "calm": "red"}, "amber"),
        ({"clash": "red", "calm": "red"}, "red"),
        ({"calm": "red"}, "green"),
        ({"riots": "grey", "blockades": "grey"}, "green"),
        ({"riots": "grey", "blockades": "grey", "threats": "grey"}, "grey"),
        ({"riots": "grey", "blockades": "grey", "threats": "amber"}, "amber"),
    ],
)
def test_levels_come_to_a_level(levels: dict[str, Level], expected: str) -> None:
    """One red indicator is amber, two are red, a critical one alone is red; what speaks against it never hides it."""
    assert state(levels).level == expected


def test_an_indicator_without_data_is_grey_and_counted() -> None:
    """The problem shows how many it knows nothing about."""
    found = state({"threats": "grey"})
    assert found.without_data == "1 of 5 without data"
    assert {item.name: item.level for item in found.indicators}["conflict.threats"] == "grey"
    assert state({}).without_data == ""


def test_a_rule_that_is_not_switched_on_is_grey() -> None:
    """It has no standing."""
    (found,) = problem_states(checked_book(RULES, [PROBLEM]), [], at(10))
    assert (found.level, found.without_data) == ("grey", "5 of 5 without data")
    assert found.indicators[0].why == "The rule is not switched on."


def test_an_indicator_is_green_only_where_half_its_areas_have_data() -> None:
    """Two grey areas beside one green one are grey; red shows through any grey."""
    grey = [standing("riots", "grey", "AA-2"), standing("riots", "grey", "BB-1")]
    found = {item.name: item for item in state({}, *grey).indicators}["conflict.riots"]
    assert (found.level, found.grey, found.areas) == ("grey", 2, 3)
    assert {item.name: item for item in state({"riots": "red"}, *grey).indicators}["conflict.riots"].red == ("AA-1",)


def test_a_problem_of_some_areas_hears_of_no_others() -> None:
    """A unit counts for its country and the country for its units; the region for all; AA is not AAB."""
    here = Problem(name="here", title="Here", question="?", areas=("AA",), confirming=("conflict.riots",))
    book = checked_book(RULES, [here])

    def level(area: str) -> str:
        return problem_states(book, [standing("riots", "red", area)], at(10))[0].level

    assert [level(area) for area in ("AA-1", "AA", "", "BB-1", "AAB-1")] == ["red", "red", "red", "grey", "grey"]


def test_parts_count_as_confirming_indicators() -> None:
    """And parts of parts."""
    whole = Problem(name="whole", title="Whole", question="?", parts=("middle",))
    middle = Problem(name="middle", title="Middle", question="?", parts=("unrest",), confirming=("conflict.riots",))
    book = checked_book(RULES, [whole, middle, PROBLEM])
    found = state({"clash": "red", "riots": "red"}, book=book, problem="whole")
    assert (found.level, found.indicators[0].role, found.sentence) == ("red", "part", "Red because of Middle.")


def test_a_long_chain_of_parts_is_no_trouble() -> None:
    """Two thousand problems, each a part of the next."""
    chain = [Problem(name="p0", title="0", question="?", confirming=("conflict.riots",))]
    chain += [Problem(name=f"p{number}", title=str(number), question="?", parts=(f"p{number - 1}",)) for number in range(1, 2_000)]
    states = problem_states(checked_book(RULES, reversed(chain)), [standing("riots", "red")], at(10))
    assert {item.level for item in states} == {"red"}


def test_what_speaks_against_it_is_named() -> None:
    """Apart, and in the sentence."""
    found = state({"riots": "red", "threats": "red", "calm": "red"})
    assert [item.name for item in found.disconfirming] == ["conflict.calm"]
    assert found.sentence == "Amber because of Riots and Threats, though Calm speaks against it."


def test_a_review_is_due_when_its_days_are_over() -> None:
    """Thirty days after the last one, and at once where there was none."""
    book = checked_book(RULES, [PROBLEM])
    due = [problem_states(book, [], at(50), {"unrest": at(day)})[0].review_due for day in (19, 20, 21)]
    assert due == [True, True, False]
    assert problem_states(book, [], at(50))[0].review_due


levels = st.dictionaries(st.sampled_from(["riots", "blockades", "threats", "calm", "clash"]), st.sampled_from(LEVELS))


@given(levels, st.sampled_from(["riots", "blockades", "threats", "clash"]))
def test_more_alarm_never_lowers_a_problem(given_levels: dict[str, Level], name: str) -> None:
    """Raising one indicator from green through amber to red lowers no level."""
    ranks = [LEVELS.index(state(given_levels | {name: level}).level) for level in ("green", "amber", "red")]
    assert ranks == sorted(ranks)


@given(levels)
def test_no_data_at_all_are_never_green(given_levels: dict[str, Level]) -> None:
    """Whatever the disconfirming ones say."""
    grey: dict[str, Level] = dict.fromkeys(("riots", "blockades", "threats", "clash"), "grey")
    assert state(given_levels | grey).level == "grey"
