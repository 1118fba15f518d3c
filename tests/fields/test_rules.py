"""Safeguards and honesty of every rule of every pack."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from importlib.resources import files

import pytest
import yaml
from tests.warn.pasts import REGION, Said, at, past

from vigie.model.pack import Pack
from vigie.model.rule import PEACEFUL, Query, Rule, rule_name
from vigie.model.rules_yaml import checked_book
from vigie.warn.counting import is_of
from vigie.warn.standing import watch

FOUND: dict[str, Pack] = {point.name: point.load() for point in sorted(entry_points(group="vigie.fields"))}
PACKS = [pytest.param(pack, id=name) for name, pack in FOUND.items()]
RULES = [pytest.param(rule, id=rule_name(rule)) for pack in FOUND.values() for rule in pack.rules]
KINDS = {kind for pack in FOUND.values() for kind in pack.terms.kinds}

OF_PEOPLE = re.compile(
    r"ethni|religi|faith|muslim|christian|orthodox|catholic|jew|roma\b|serbs?\b|albanians?\b|croats?\b|bosniaks?\b|tribe|minorit|nationalit"
    r"|\bactors?\b|\bpersons?\b|leader|president|minister\b|politician|\bsuspects?\b|gender|\brace\b",
    re.IGNORECASE,
)
"""Words that no rule or problem uses; `ministries` and `people` as such are no persons."""

CBRN_MORE = re.compile(r"dose|plume|yield|agent|dispers|release|casualt|lethal|toxic|expos|litre|gram|substance|downwind|hazard zone", re.IGNORECASE)


def queries(rule: Rule) -> list[Query]:
    """What the rule asks and what it warns of."""
    return [rule.query, *([rule.outcome.query] if rule.outcome else [])]


def said(pack: Pack) -> str:
    """All texts of a pack's rules and problems, comments left out."""
    return yaml.safe_dump(yaml.safe_load(files(f"vigie.fields.{pack.name}").joinpath("rules.yaml").read_text("utf-8")), allow_unicode=True)


def protests(count: int) -> list[Said]:
    """Peaceful assemblies over nine years: one a day, and thousands in the last week."""
    steady = [Said(event=number, day=number + 0.5, kind=PEACEFUL, severity=0.5, agency="AB"[number % 2]) for number in range(3_285)]
    crowd = [
        Said(
            event=4_000 + number,
            day=3_278 + number / count * 7,
            kind=PEACEFUL,
            severity=10.0,
            agency="ABC"[number % 3],
            unit=("AA-1", "AA-2", "BB-1")[number % 3],
        )
        for number in range(count)
    ]
    return [*steady, *crowd]


CROWDS = past(protests(4_000))


@pytest.mark.parametrize("rule", RULES)
def test_peaceful_assembly_alone_raises_nothing(rule: Rule) -> None:
    """Thousands of assemblies in a week, even marked as most severe: no signal, and no level above green."""
    signals, standings = watch(rule, CROWDS, REGION, at(3_285))
    assert signals == ()
    assert {standing.level for standing in standings} <= {"green", "grey"}


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_names_or_covers_peaceful_assembly(rule: Rule) -> None:
    """Neither to count nor to foretell."""
    column = CROWDS.kind
    assert not any(is_of(column, query.kinds).any() for query in queries(rule))


@pytest.mark.parametrize("pack", PACKS)
def test_no_rule_speaks_of_who_people_are(pack: Pack) -> None:
    """Persons, origin and belief stand in no key and no text."""
    assert OF_PEOPLE.findall(said(pack)) == []


def test_cbrn_rules_only_report() -> None:
    """That something was reported: facts, no baseline, no outcome to foretell, nothing on what or how much."""
    pack = FOUND["cbrn"]
    assert pack.rules
    assert all(rule.how == "fact" and rule.outcome is None and rule.query.magnitude_at_least is None for rule in pack.rules)
    assert CBRN_MORE.findall(said(pack)) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_kind_and_field_exists(rule: Rule) -> None:
    """A kind that no pack has would be waited for in vain."""
    assert rule.pack == rule.field
    for query in queries(rule):
        assert set(query.fields) <= set(FOUND)
        assert not [kind for kind in query.kinds if not any(name == kind or (kind.endswith(".*") and name.startswith(kind[:-1])) for name in KINDS)]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_why(rule: Rule) -> None:
    """In a sentence a duty officer understands."""
    assert len(rule.why) > 30
    assert rule.why.endswith(".")
    assert rule.title != rule.name


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_a_pack_reads_for_its_own_node_only(rule: Rule) -> None:
    """Whom it tells is for a node to say."""
    assert (rule.reads, rule.tells, rule.areas) == ("", (), ())


def test_all_packs_make_one_book() -> None:
    """Every name once, every indicator a rule, no circle."""
    book = checked_book([rule for pack in FOUND.values() for rule in pack.rules], [item for pack in FOUND.values() for item in pack.problems])
    assert {problem.pack for problem in book.problems.values()} >= {"conflict", "cooperation", "cyber", "seismic"}
    assert all(rule.pack == name.partition(".")[0] for name, rule in book.rules.items())


def test_there_are_opportunities_and_things_that_speak_against() -> None:
    """Good news count: tension down, cooperation up; problems can be disconfirmed, and some indicators are judged."""
    rules = {rule_name(rule): rule for pack in FOUND.values() for rule in pack.rules}
    assert {rules[name].flag for name in ("conflict.tension_down", "cooperation.rise")} == {"opportunity"}
    assert rules["cooperation.fall"].direction == rules["conflict.tension_down"].direction == "down"
    assert any(problem.disconfirming for pack in FOUND.values() for problem in pack.problems)
    assert [rule for rule in rules.values() if rule.how == "judged"]


@pytest.mark.parametrize("pack", PACKS)
def test_every_number_has_a_reason(pack: Pack) -> None:
    """The key of each number that a rules file sets is explained at its top or on a line that sets it."""
    lines = files(f"vigie.fields.{pack.name}").joinpath("rules.yaml").read_text("utf-8").splitlines()
    comments = "\n".join(line.partition("#")[2] for line in lines)
    explained = {key for line in lines if "#" in line for key in re.findall(r"(\w+): -?\d", line.partition("#")[0])}
    explained |= set(re.findall(r"(\w+) -?\d", comments))
    bare = {key for line in lines for key in re.findall(r"(\w+): -?\d", line.partition("#")[0])}
    assert bare - explained == set()
    assert comments


def test_a_quiet_region_can_fire() -> None:
    """Three riots in a month in a unit that had none for two years, and one clash that two agencies report."""
    quiet = [Said(event=number, day=number * 3 + 0.25, unit=("AA", "BB")[number % 2], kind="other.statement", severity=0) for number in range(700)]
    restless = [Said(event=800 + number, day=2_000 + 7 * number, severity=4.5, agency="A") for number in range(4)]
    clash = [Said(event=900, day=2_010, unit="BB-1", kind="viol.clash", severity=7.0, agency=agency) for agency in "AB"]
    history = past([*quiet, *restless, *clash])
    rules = {rule.name: rule for rule in FOUND["conflict"].rules}
    assert [signal.area for signal in watch(rules["violent_protest"], history, REGION, at(2_040))[0]] == ["AA-1"]
    assert [signal.area for signal in watch(rules["armed_clash"], history, REGION, at(2_012))[0]] == ["BB-1"]
