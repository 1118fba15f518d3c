"""Rules and warning problems as a person writes them, in `rules.yaml`; what cannot stand is refused in one sentence.

    field: conflict
    rules:
      violent_protest:
        title: Protest that turns violent
        how: baseline                       # baseline, fact or judged
        query: {kinds: [unrest.riot, viol.repress]}
        minimum: 3
        baseline: {red: 0.005}
        outcome: {query: {kinds: [viol.*]}, horizon_days: 30}
    problems:
      unrest_turns_violent:
        title: Unrest that turns violent
        question: Will unrest turn violent in the next three months?
        confirming: [violent_protest]       # a name without a dot is a rule of this file

The keys are the fields of `model.rule`; what is left out has its default value there. A query that names no field asks the rule's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar, get_type_hints

import pydantic
import yaml

from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC
from vigie.model.rule import PEACEFUL, Baseline, Outcome, Problem, Query, Rule, RuleBook, rule_name

MAX_BYTES = 256 * 1024
"""No file of rules is larger."""

_MAX_DEPTH = 12
_MAX_COUNT = 1_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KIND = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?")
_OF_PEOPLE = re.compile(r"actor|person|people|name|ethni|relig|faith|nationalit|tribe|race|gender|suspect|victim", re.IGNORECASE)
_SETTINGS = {"rules", "problems", "field"}
_LIMITS: Mapping[str, tuple[float, float]] = {
    "window_days": (1 / 24, 366),
    "minimum": (1, 100_000),
    "clear_after_days": (0, 366),
    "cool_down_days": (0, 366),
    "grey_after_days": (1, 3_660),
    "budget_per_week": (0.001, 10_000),
    "horizon_days": (1, 3_660),
    "review_days": (1, 3_660),
    "years": (1, 20),
    "at_least_years": (1, 20),
    "expected_at_least": (0, 1_000_000),
    "count": (1, 100_000),
    "agencies": (1, 1_000),
    "severity_at_least": (0, 10),
    "magnitude_at_least": (-10, 1e12),
    "depth_km_at_most": (-10, 1_000),
}
_MAX_BASELINE_DAYS = 180
"""A longer window would reach into the window of the year before, moved by half its length."""

_Noun = TypeVar("_Noun", Query, Baseline, Outcome, Rule, Problem)


def rules_from_yaml(text: str, source: str, pack: str = "") -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The rules and problems of a file, in its order; `pack` is the field whose pack it belongs to, empty for a node's own.

    Raises `BadSetting` for what is no such file and for every rule or problem that cannot stand by itself.
    """
    content = _loaded(text, source)
    _known_keys(content, _SETTINGS, source, "the file")
    field = content.get("field") or pack
    if not isinstance(field, str) or (pack and field != pack):
        raise BadSetting("The rules belong to another field", source=source, got=str(field), expected=pack or "the name of a field")
    rules = tuple(_rule(name, cells, field, pack, source) for name, cells in _named(content.get("rules"), "rule", source))
    problems = tuple(_problem(name, cells, pack, source) for name, cells in _named(content.get("problems"), "problem", source))
    for problem in problems if pack else ():
        _names_its_own(problem, pack, {known.name for known in problems}, source)
    return rules, problems


def checked_book(rules: Iterable[Rule], problems: Iterable[Problem]) -> RuleBook:
    """All rules and problems together. Raises `BadSetting` for a name that stands twice, one that is unknown, and problems in a circle."""
    book = RuleBook(rules=_once(((rule_name(rule), rule) for rule in rules), "rules"), problems=_once(((item.name, item) for item in problems), "problems"))
    for problem in book.problems.values():
        place = f"the problem {problem.name}"
        unknown = next((name for name in (*problem.confirming, *problem.disconfirming, *problem.critical) if name not in book.rules), None)
        if unknown is not None:
            raise BadSetting("A problem names a rule that does not exist", source=place, got=unknown, todo="write the rule first, or correct its name")
        missing = next((name for name in problem.parts if name not in book.problems), None)
        if missing is not None:
            raise BadSetting("A problem names a part that does not exist", source=place, got=missing, todo="write that problem first, or correct its name")
    circle = _circle({name: problem.parts for name, problem in book.problems.items()})
    if circle:
        raise BadSetting("Problems are parts of each other in a circle", got=" > ".join(circle), todo="take one part out")
    return book


class _Loader(yaml.SafeLoader):
    """Plain YAML: no anchors, and no key twice in one table."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, unless it is an alias or nests too deep."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not allowed")
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > _MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="it nests too deep")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        """The table, unless a key is no text or stands twice."""
        keys = [key.value if isinstance(key, yaml.ScalarNode) else None for key, _ in node.value]
        bad = [key for number, key in enumerate(keys) if not key or key in keys[:number] or key == "<<"]
        if bad:
            raise yaml.MarkedYAMLError(problem=f"the key {bad[0]} stands twice or is no plain text", problem_mark=node.start_mark)
        return {str(key): value for key, value in super().construct_mapping(node, deep=deep).items()}


def _loaded(text: str, source: str) -> dict[str, Any]:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise BadSetting("The file of rules is too large", source=source, got=f"{len(text)} characters", expected=f"at most {MAX_BYTES} bytes")
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        said = getattr(fault, "problem", None) or str(fault).partition("\n")[0]
        mark = getattr(fault, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        raise BadSetting("The rules are not plain YAML", source=source, record=place, got=str(said)) from fault
    return _table(content if content is not None else {}, source, "the file")


def _named(value: Any, what: str, source: str) -> list[tuple[str, dict[str, Any]]]:
    table = _table(value if value is not None else {}, source, f"the list of {what}s")
    bad = next((name for name in table if not _NAME.fullmatch(name)), None)
    if bad is not None:
        raise BadSetting(f"A {what} has a name that cannot be used", source=source, got=bad, expected="small letters, digits and _, at most 64")
    return [(name, _table(cells, source, f"the {what} {name}")) for name, cells in table.items()]


def _table(value: Any, source: str, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadSetting(f"In the rules, {what} is not a table", source=source, got=repr(value), expected="keys and values")
    return value


def _known_keys(cells: Mapping[str, Any], known: Iterable[str], source: str, what: str) -> None:
    unknown = next((key for key in cells if key not in set(known)), None)
    if unknown is None:
        return
    if _OF_PEOPLE.search(unknown):
        todo = "rules count happenings; no rule may ask who somebody is, what they believe or where they come from"
        raise BadSetting(f"There is no such key in {what}", source=source, got=unknown, todo=todo)
    raise BadSetting(f"There is no such key in {what}", source=source, got=unknown, expected=", ".join(known))


def _noun(kind: type[_Noun], cells: Mapping[str, Any], given: Mapping[str, Any], source: str, what: str) -> _Noun:
    """The value that `cells` hold; `given` are the fields that a file does not set."""
    wanted = [item for item in fields(kind) if item.name not in given]
    _known_keys(cells, [item.name for item in wanted], source, what)
    missing = next((item.name for item in wanted if item.default is MISSING and item.default_factory is MISSING and item.name not in cells), None)
    if missing is not None:
        raise BadSetting(f"{what[:1].upper()}{what[1:]} lacks a key", source=source, field=missing)
    made = kind(**{**{key: _value(kind, key, value, source, what) for key, value in cells.items()}, **given})
    for item in fields(kind):
        value, (low, high) = getattr(made, item.name), _LIMITS.get(item.name, (0.0, 0.0))
        if item.name in _LIMITS and value is not None and not low <= value <= high:
            raise BadSetting(f"A number of {what} is out of range", source=source, field=item.name, got=str(value), expected=f"{low:g} to {high:g}")
    return made


def _value(kind: Any, key: str, value: Any, source: str, what: str) -> Any:
    """A list becomes a tuple; all else must be of the field's own type."""
    try:
        return _reader(kind, key).validate_python(tuple(value) if isinstance(value, list) else value, strict=True)
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        raise BadSetting(f"A value of {what} cannot be used", source=source, field=key, got=repr(first["input"]), expected=str(first["msg"])) from fault


@cache
def _reader(kind: Any, key: str) -> pydantic.TypeAdapter[Any]:
    return pydantic.TypeAdapter(get_type_hints(kind)[key])


def _rule(name: str, cells: dict[str, Any], field: str, pack: str, source: str) -> Rule:
    what, own = f"the rule {name}", dict(cells)
    field = str(own.pop("field", field)) if not pack else field
    if not field:
        raise BadSetting("A rule names no field", source=source, record=what, todo="write `field:` above the rules or in the rule")
    given: dict[str, Any] = {"name": name, "field": field, "pack": pack}
    if own.get("how") != "judged" or "query" in own:
        given["query"] = _query(own.pop("query", None), field, source, what)
    else:
        given["query"] = Query(fields=(field,))
    for key, kind in (("baseline", Baseline), ("outcome", Outcome)):
        if own.get(key) is not None:
            given[key] = (
                _outcome(own.pop(key), field, source, what) if kind is Outcome else _noun(Baseline, _table(own.pop(key), source, what), {}, source, what)
            )
    rule = _noun(Rule, {key: value for key, value in own.items() if value is not None}, given, source, what)
    _check_rule(rule, source, what)
    return rule


def _query(value: Any, field: str, source: str, what: str) -> Query:
    if value is None:
        raise BadSetting("A rule asks nothing", source=source, record=what, field="query", todo="say which kinds it counts")
    query = _noun(Query, _table(value, source, f"the query of {what}"), {}, source, f"the query of {what}")
    bad = next((kind for kind in query.kinds if not _KIND.fullmatch(kind)), None)
    if bad is not None:
        raise BadSetting("A rule names a kind that cannot be", source=source, record=what, got=bad, expected="a kind such as unrest.riot, or viol.*")
    if any(_holds_assembly(kind) for kind in query.kinds):
        todo = "peaceful assembly raises no warning; name the violent or obstructive kinds"
        raise BadSetting("A rule would count peaceful assembly", source=source, record=what, got=", ".join(query.kinds), todo=todo)
    if not query.kinds and query.magnitude_at_least is None and query.severity_at_least is None:
        raise BadSetting("A rule would count everything", source=source, record=what, todo="name kinds, or a least magnitude or severity")
    return query if query.fields else replace(query, fields=(field,))


def _holds_assembly(kind: str) -> bool:
    stem = kind.removesuffix(".*")
    return stem == PEACEFUL or PEACEFUL.startswith(f"{stem}.") or stem.startswith(f"{PEACEFUL}.")


def _outcome(value: Any, field: str, source: str, what: str) -> Outcome:
    cells = dict(_table(value, source, f"the outcome of {what}"))
    query = _query(cells.pop("query", None), field, source, f"the outcome of {what}")
    return _noun(Outcome, cells, {"query": query}, source, f"the outcome of {what}")


def _check_rule(rule: Rule, source: str, what: str) -> None:
    if (rule.how == "baseline") != (rule.baseline is not None):
        problem = "A threshold has no baseline" if rule.baseline is None else "A rule has a baseline that it does not use"
        raise BadSetting(problem, source=source, record=what, todo="write a `baseline` table with `how: baseline`, and none with fact or judged")
    if rule.direction == "down" and rule.how != "baseline":
        raise BadSetting("Only a count beside a baseline can fall", source=source, record=what, todo="write `how: baseline`")
    if rule.baseline is not None:
        _check_baseline(rule, rule.baseline, source, what)
    stranger = next((party for party in rule.tells if party != rule.reads), None)
    if stranger is not None and rule.reads != PUBLIC:
        todo = f"let it read {PUBLIC}, or what {stranger} may read and nothing more"
        raise BadSetting("A rule reads what its audience may not", source=source, record=what, got=f"reads {rule.reads or 'all'}, tells {stranger}", todo=todo)


def _check_baseline(rule: Rule, baseline: Baseline, source: str, what: str) -> None:
    if not 0 < baseline.red <= baseline.amber < 1:
        got = f"red {baseline.red:g}, amber {baseline.amber:g}"
        raise BadSetting("The chances of a baseline are out of order", source=source, record=what, got=got, expected="0 < red <= amber < 1")
    if baseline.at_least_years > baseline.years:
        raise BadSetting("A baseline needs more years than it looks at", source=source, record=what, got=str(baseline.at_least_years))
    if rule.window_days > _MAX_BASELINE_DAYS:
        raise BadSetting("A window is too long for a season", source=source, record=what, got=f"{rule.window_days:g}", expected=f"at most {_MAX_BASELINE_DAYS}")


def _problem(name: str, cells: dict[str, Any], pack: str, source: str) -> Problem:
    what = f"the problem {name}"
    made = _noun(Problem, cells, {"name": name, "pack": pack}, source, what)
    confirming, disconfirming, critical = (tuple(_full(rule, pack) for rule in rules) for rules in (made.confirming, made.disconfirming, made.critical))
    problem = replace(made, confirming=confirming, disconfirming=disconfirming, critical=critical)
    if not (problem.confirming or problem.critical or problem.parts):
        raise BadSetting("A problem has no indicator that could confirm it", source=source, record=what, todo="name a confirming or critical rule, or a part")
    named = (*problem.confirming, *problem.disconfirming, *problem.critical)
    twice = next((rule for rule in named if named.count(rule) > 1), None)
    if twice is not None:
        raise BadSetting("A problem names a rule twice", source=source, record=what, got=twice)
    return problem


def _full(rule: str, pack: str) -> str:
    return rule if "." in rule else f"{pack or 'own'}.{rule}"


def _names_its_own(problem: Problem, pack: str, known: set[str], source: str) -> None:
    named = (*problem.confirming, *problem.disconfirming, *problem.critical)
    other = next((rule for rule in named if not rule.startswith(f"{pack}.")), None) or next((part for part in problem.parts if part not in known), None)
    if other is not None:
        todo = "put a problem of several fields into the node's own rules.yaml"
        raise BadSetting("A pack's problem names what is not the pack's", source=source, record=f"the problem {problem.name}", got=other, todo=todo)


_Value = TypeVar("_Value")


def _once(pairs: Iterable[tuple[str, _Value]], what: str) -> dict[str, _Value]:
    found: dict[str, _Value] = {}
    for name, value in pairs:
        if name in found:
            raise BadSetting(f"Two {what} have the same name", got=name, todo="rename one of them")
        found[name] = value
    return found


def _circle(parts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The names of a circle, the first again at the end; empty where there is none."""
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as fault:
        return tuple(fault.args[1])
    return ()
