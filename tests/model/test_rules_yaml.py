"""What a rules file may say, and what is refused in one sentence."""

from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vigie.model.errors import BadSetting
from vigie.model.rule import Baseline, Outcome, Query, rule_name
from vigie.model.rules_yaml import MAX_BYTES, checked_book, rules_from_yaml

GOOD = """
field: conflict
rules:
  riots:
    title: Riots
    how: baseline
    query: {kinds: [unrest.riot, viol.*], agencies: 2}
    minimum: 3
    window_days: 30
    baseline: {red: 0.01}
    outcome: {query: {kinds: [viol.clash]}, horizon_days: 30}
  clash: {title: Clash, how: fact, query: {severity_at_least: 7}}
  calm: {title: Calm, how: judged, flag: opportunity}
problems:
  unrest:
    title: Unrest
    question: Will it?
    confirming: [riots, conflict.clash]
    disconfirming: [calm]
"""


def _refused(text: str, pack: str = "conflict") -> str:
    with pytest.raises(BadSetting) as caught:
        checked_book(*rules_from_yaml(text, "rules.yaml", pack))
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def _rule(**changes: object) -> str:
    facts = {"title": "Riots", "how": "fact", "query": {"kinds": ["unrest.riot"]}} | changes
    return yaml.safe_dump({"field": "conflict", "rules": {"riots": {key: value for key, value in facts.items() if value is not None}}})


def _problem(**changes: object) -> str:
    facts = {"title": "Unrest", "question": "?", "confirming": ["riots"]} | changes
    return yaml.safe_dump(yaml.safe_load(_rule()) | {"problems": {"unrest": facts}})


def test_a_rules_file_is_read() -> None:
    """Defaults are the model's; a query asks the file's field; names in problems are full names."""
    rules, problems = rules_from_yaml(GOOD, "rules.yaml", "conflict")
    assert [rule_name(rule) for rule in rules] == ["conflict.riots", "conflict.clash", "conflict.calm"]
    assert rules[0].query == Query(fields=("conflict",), kinds=("unrest.riot", "viol.*"), agencies=2)
    assert rules[0].baseline == Baseline(red=0.01)
    assert rules[0].outcome == Outcome(query=Query(fields=("conflict",), kinds=("viol.clash",)), horizon_days=30)
    assert (rules[2].how, rules[2].flag, rules[2].pack) == ("judged", "opportunity", "conflict")
    assert problems[0].confirming == ("conflict.riots", "conflict.clash")
    assert set(checked_book(rules, problems).rules) == {"conflict.riots", "conflict.clash", "conflict.calm"}


def test_own_rules_are_named_own_and_may_speak_of_any_field() -> None:
    """And their problems of any pack's rules."""
    text = GOOD.replace("clash: {", "clash: {field: seismic, ")
    rules, problems = rules_from_yaml(text, "rules.yaml")
    assert [(rule_name(rule), rule.field) for rule in rules[:2]] == [("own.riots", "conflict"), ("own.clash", "seismic")]
    assert problems[0].confirming == ("own.riots", "conflict.clash")


def test_an_empty_file_has_no_rules() -> None:
    """It is a file with nothing in it, not a fault."""
    assert rules_from_yaml("", "rules.yaml") == ((), ())


def test_a_threshold_without_baseline_is_refused() -> None:
    """And a baseline that nothing uses."""
    assert "A threshold has no baseline" in _refused(_rule(how="baseline"))
    assert "baseline that it does not use" in _refused(_rule(baseline={}))


def test_a_circular_problem_is_refused_with_its_circle() -> None:
    """Problems a, b, c and a again; also one that is its own part."""
    parts = {"a": ["b"], "b": ["c"], "c": ["a"]}
    content = yaml.safe_load(_rule()) | {"problems": {name: {"title": name, "question": "?", "parts": found} for name, found in parts.items()}}
    said = _refused(yaml.safe_dump(content))
    assert "in a circle" in said
    assert all(name in said for name in "abc")
    assert "unrest > unrest" in _refused(_problem(parts=["unrest"]))


def test_a_diamond_of_problems_is_no_circle() -> None:
    """Two ways to the same part."""
    parts = {"a": ["b", "c"], "b": ["d"], "c": ["d"]}
    problems = {name: {"title": name, "question": "?", "parts": found} for name, found in parts.items()} | {
        "d": {"title": "d", "question": "?", "confirming": ["riots"]}
    }
    assert len(checked_book(*rules_from_yaml(yaml.safe_dump(yaml.safe_load(_rule()) | {"problems": problems}), "x", "conflict")).problems) == 4


@pytest.mark.parametrize(
    ("reads", "tells", "is_refused"),
    [
        ("", ["ME-CERT"], True),
        ("RS-CERT", ["ME-CERT"], True),
        ("RS-CERT", ["RS-CERT", "ME-CERT"], True),
        ("RS-CERT", ["RS-CERT"], False),
        ("PUBLIC", ["ME-CERT", "RS-CERT"], False),
        ("RS-CERT", [], False),
    ],
)
def test_a_rule_that_reads_what_its_audience_may_not_is_refused(reads: str, tells: list[str], is_refused: bool) -> None:  # noqa: FBT001 - a table's column
    """It would tell a party of what another party reads."""
    text = _rule(reads=reads, tells=tells)
    if is_refused:
        assert "reads what its audience may not" in _refused(text)
    else:
        assert rules_from_yaml(text, "x", "conflict")[0][0].tells == tuple(tells)


@pytest.mark.parametrize("kind", ["unrest.protest", "unrest.*", "unrest", "unrest.protest.*", "unrest.protest.sit_in"])
@pytest.mark.parametrize("place", ["query", "outcome"])
def test_peaceful_assembly_is_neither_counted_nor_foretold(kind: str, place: str) -> None:
    """By its name or by a name above or below it."""
    query = {"kinds": ["unrest.riot", kind]}
    changes = {"query": query} if place == "query" else {"outcome": {"query": query, "horizon_days": 30}}
    assert "peaceful assembly" in _refused(_rule(**changes))


@pytest.mark.parametrize("key", ["actors", "actor_role", "ethnicity", "religion", "person", "names", "nationality", "gender"])
@pytest.mark.parametrize("place", ["rule", "query"])
def test_no_rule_asks_who_somebody_is(key: str, place: str) -> None:
    """Refused with the reason."""
    changes = {key: ["x"]} if place == "rule" else {"query": {"kinds": ["unrest.riot"], key: ["x"]}}
    said = _refused(_rule(**changes))
    assert key in said
    assert "no rule may ask who somebody is" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_rule(treshold=3), "There is no such key in the rule riots"),
        (_rule(query={"kinds": ["unrest.riot"], "place": "x"}), "There is no such key in the query of the rule riots"),
        (_rule(query=None), "A rule asks nothing"),
        (_rule(query={"fields": ["conflict"]}), "A rule would count everything"),
        (_rule(query={"kinds": ["Unrest Riot"]}), "A rule names a kind that cannot be"),
        (_rule(query={"kinds": "unrest.riot"}), "cannot be used"),
        (_rule(query=["unrest.riot"]), "is not a table"),
        (_rule(how="guess"), "cannot be used"),
        (_rule(title=None), "lacks a key"),
        (_rule(minimum=0), "out of range"),
        (_rule(minimum="3"), "cannot be used"),
        (_rule(minimum=True), "cannot be used"),
        (_rule(window_days=float("nan")), "out of range"),
        (_rule(window_days=float("inf")), "out of range"),
        (_rule(window_days=-1), "out of range"),
        (_rule(query={"kinds": ["unrest.riot"], "agencies": 0}), "out of range"),
        (_rule(query={"severity_at_least": float("nan")}), "out of range"),
        (_rule(direction="down"), "Only a count beside a baseline can fall"),
        (_rule(how="baseline", baseline={"red": 0.1, "amber": 0.05}), "out of order"),
        (_rule(how="baseline", baseline={"red": float("nan")}), "out of order"),
        (_rule(how="baseline", baseline={"years": 2, "at_least_years": 3}), "needs more years"),
        (_rule(how="baseline", baseline={}, window_days=200), "too long for a season"),
        (_rule(outcome={"query": {"kinds": ["viol.clash"]}}), "lacks a key"),
        (_rule(outcome={"horizon_days": 30}), "asks nothing"),
        (_problem(confirming=["ghosts"]), "names a rule that does not exist"),
        (_problem(parts=["ghosts"]), "names what is not the pack's"),
        (_problem(confirming=["seismic.strong"]), "names what is not the pack's"),
        (_problem(confirming=[]), "no indicator that could confirm it"),
        (_problem(disconfirming=["riots"]), "names a rule twice"),
        (_problem(owner=3), "cannot be used"),
        (_problem(name="x"), "There is no such key"),
        ("field: seismic\nrules: {}", "belong to another field"),
        ("rules: []", "is not a table"),
        ("- a", "is not a table"),
        ("rulez: {}", "There is no such key in the file"),
        ("rules: {Riots!: {}}", "a name that cannot be used"),
        ("rules: {a: {}, a: {}}", "stands twice"),
        ("rules: {1: {}}", "a name that cannot be used"),
        ("rules: {? [a] : {}}", "no plain text"),
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("a: {<<: {b: 1}}", "no plain text"),
        ("[" * 200, "nests too deep"),
        ("a: !!python/object/apply:os.system [ls]", "not plain YAML"),
        ("a: b: c", "not plain YAML"),
        ("a: \x00", "not plain YAML"),
        ("#" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_what_cannot_stand_is_refused_in_one_sentence(text: str, words: str) -> None:
    """With what is wrong and where."""
    assert words in _refused(text)


def test_a_name_that_stands_twice_is_refused() -> None:
    """Own rules and packs' cannot clash, but two problems can."""
    rules, problems = rules_from_yaml(GOOD, "rules.yaml", "conflict")
    with pytest.raises(BadSetting, match="Two problems have the same name"):
        checked_book(rules, [*problems, *problems])
    with pytest.raises(BadSetting, match="Two rules have the same name"):
        checked_book([*rules, rules[0]], problems)


@given(st.text(max_size=200) | st.text(alphabet="rules: {}[]&*!-\n'\"#a1.", max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    """Nothing else ever happens."""
    with suppress(BadSetting):
        rules_from_yaml(text, "rules.yaml")


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates()
things = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=6)
keys = st.sampled_from(["title", "how", "query", "area", "areas", "window_days", "minimum", "baseline", "outcome", "reads", "tells", "flag", "why", "field"])


@given(st.dictionaries(keys, things, max_size=6))
def test_any_rule_is_read_or_refused_in_a_sentence(cells: dict[str, object]) -> None:
    """Any value under any key."""
    text = yaml.safe_dump({"field": "conflict", "rules": {"riots": {"title": "x", "how": "fact", "query": {"kinds": ["unrest.riot"]}} | cells}})
    with suppress(BadSetting):
        rules_from_yaml(text, "rules.yaml")
