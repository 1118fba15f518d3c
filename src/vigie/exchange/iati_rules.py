"""IATI's rule language, and the standard's rules in it (`iati_rules.yaml`).

A rule set is a mapping from a context (an XPath of elements) to names of rules to cases. The published sets write the names in two ways
(`date_order`, `dateOrder`); both are read. "Now" is an argument. Source: IATI-Rulesets, its specification of rule names and keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import resources
from typing import Any, Final, TypeAlias

import yaml
from lxml import etree

from vigie.exchange.iati import RuleFault
from vigie.exchange.iati_kept import parser
from vigie.model.errors import BadReport, BadSetting

Case = Mapping[str, Any]
Test: TypeAlias = "Callable[[etree._Element, Case, datetime], bool]"  # noqa: SLF001 - the only name that lxml has for an element

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_INNER: Final = {"lang": ("descendant::narrative", "@xml:lang"), "sector": ("transaction", "sector")} | {
    "recipient-country|recipient-region": ("transaction", "recipient-country|recipient-region"),
    "currency": ("descendant::value|descendant::forecast|descendant::loan-status", "@currency"),
}
"""What `all` of one_or_all means: each of these elements must have that."""

_PRECISION: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Rule:
    """A case of a rule set: what it is about, the rule's name in the first way of writing, and its keys."""

    context: str
    name: str
    case: Case


def check_iati(source: etree._Element | bytes, now_us: int, rules: Iterable[Rule] | None = None) -> tuple[RuleFault, ...]:
    """Every rule that an activity, or each activity of a file, breaks, in the order of the rules. Raises `BadReport` for bytes that are no XML.

    `rules` is another set than the standard's (`read_rules`).
    """
    element = _parsed(source) if isinstance(source, bytes) else source
    now = _EPOCH + timedelta(microseconds=now_us)
    return tuple(fault for rule in (standard_rules() if rules is None else rules) for fault in _faults(element, rule, now))


def _parsed(data: bytes) -> etree._Element:
    try:
        return etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as fault:
        raise BadReport("The file is no well-formed XML", got=str(fault)) from fault


@lru_cache(maxsize=1)
def standard_rules() -> tuple[Rule, ...]:
    """The standard's rules."""
    return read_rules(resources.files("vigie.exchange").joinpath("iati_rules.yaml").read_text(encoding="utf-8"))


def read_rules(text: str, source: str = "") -> tuple[Rule, ...]:
    """The rules of a rule set in JSON or YAML. Raises `BadSetting` for a name that the language does not have, and for what is no rule set."""
    try:
        found: Mapping[str, Mapping[str, Mapping[str, Any]]] = yaml.safe_load(text)
        rules = [Rule(context, _name(name, source), case) for context, named in found.items() for name, held in named.items() for case in held["cases"]]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as fault:
        raise BadSetting("The file is no IATI rule set", source=source, got=str(fault)[:80], expected="contexts, names of rules, cases") from fault
    return tuple(rules)


def _name(said: str, source: str) -> str:
    name = _OTHER_NAMES.get(said) or re.sub(r"(?<!^)([A-Z])", lambda found: f"_{found.group(1).lower()}", said)
    if name != "loop" and name not in TESTS:
        raise BadSetting("The rule language has no such rule", source=source, got=said, expected=", ".join(sorted(TESTS)))
    return name


def _faults(element: etree._Element, rule: Rule, now: datetime) -> Iterator[RuleFault]:
    for one in _select(element, _from_here(rule.context)):
        for name, case in _cases(one, rule):
            if _holds(one, case.get("condition")) and not TESTS[name](one, case, now):
                yield _fault(one, name, case)


def _from_here(context: str) -> str:
    """The context within an element, itself included."""
    return f"descendant-or-self::{context[2:]}" if context.startswith("//") else context


def _fault(element: etree._Element, name: str, case: Case) -> RuleFault:
    told = case.get("ruleInfo", {})
    path = element.getroottree().getelementpath(element)
    severity = told.get("severity") or "warning"
    return RuleFault(str(told.get("id", name)), severity, path, told.get("message") or f"The rule {name} is broken.", bool(case.get("wrong")))


def _cases(element: etree._Element, rule: Rule) -> Iterator[tuple[str, Case]]:
    """The cases to try: the rule's own, or, of a loop, those inside it for each value."""
    if rule.name != "loop":
        yield rule.name, rule.case
        return
    values = dict.fromkeys(_texts(element, [rule.case["foreach"]]))
    for name, held in rule.case["do"].items():
        yield from ((_name(name, ""), _filled(case, rule.case["subs"], value)) for case in held["cases"] for value in values)


def _filled(case: Case, subs: Iterable[str], value: str) -> Case:
    """The case with a value of the loop in place of `$1`, quoted or not."""
    quoted = _quoted(value)

    def fill(path: str) -> str:
        return path.replace("'$1'", quoted).replace('"$1"', quoted).replace("$1", quoted)

    return {**case, **{key: fill(case[key]) if isinstance(case[key], str) else [*map(fill, case[key])] for key in subs if key in case}}


def _quoted(value: str) -> str:
    """The value as XPath writes a text; one with both kinds of quotes matches nothing."""
    if "'" not in value:
        return f"'{value}'"
    return f'"{value}"' if '"' not in value else "''"


@lru_cache(maxsize=2048)
def _compiled(path: str) -> etree.XPath:
    try:
        return etree.XPath(path)
    except etree.XPathSyntaxError as fault:
        raise BadSetting("A path of the rule set is no XPath", got=path) from fault


def _select(element: etree._Element, path: str) -> list[Any]:
    found = _compiled(path)(element)
    return found if isinstance(found, list) else [found]


def _all(element: etree._Element, paths: Iterable[str]) -> list[Any]:
    return [item for path in paths for item in _select(element, path)]


def _texts(element: etree._Element, paths: Iterable[str]) -> list[str]:
    return ["".join(str(part) for part in item.itertext()) if etree.iselement(item) else str(item) for item in _all(element, paths)]


def _holds(element: etree._Element, path: str | None) -> bool:
    return path is None or bool(_compiled(path)(element))


def _instant(element: etree._Element, path: str, now: datetime) -> datetime | None:
    """The first date of a path, a day from its beginning in UTC; None where there is none that can be read."""
    if path == "NOW":
        return now
    said = _texts(element, [path])[:1]
    found = _TIME.fullmatch(said[0].strip()) if said else None
    try:
        zone = (found.group(3) or "Z") if found else ""
        return datetime.fromisoformat(f"{found.group(1)}{found.group(2) or 'T00:00:00'}{zone}").astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


def _numbers(element: etree._Element, case: Case) -> list[Decimal]:
    """The numbers of the paths; NaN for a text that is none."""
    return [_number(text) for text in _texts(element, case["paths"])]


def _number(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return Decimal("NaN")


def _sums(numbers: list[Decimal], total: Decimal) -> bool:
    if not all(number.is_finite() and abs(number) < Decimal(10) ** 12 for number in numbers):
        return False
    return sum(numbers, Decimal(0)).quantize(_PRECISION) == total


def _only_one_of(element: etree._Element, case: Case, _now: datetime) -> bool:
    count = len(_all(element, case["paths"]))
    return all(count == 0 if _select(element, path) else count == 1 for path in case["excluded"])


def _one_or_all(element: etree._Element, case: Case, _now: datetime) -> bool:
    inner, needed = _INNER.get(case["all"], ("self::*", case["all"]))
    return bool(_select(element, case["one"])) or all(_select(one, needed) for one in _select(element, inner))


def _dependent(element: etree._Element, case: Case, _now: datetime) -> bool:
    present = [bool(_select(element, path)) for path in case["paths"]]
    return all(present) or not any(present)


def _date_order(element: etree._Element, case: Case, now: datetime) -> bool:
    less, more = (_instant(element, case[key], now) for key in ("less", "more"))
    return less is None or more is None or less <= more


def _between_dates(element: etree._Element, case: Case, now: datetime) -> bool:
    start, day, end = (_instant(element, case[key], now) for key in ("start", "date", "end"))
    return start is None or day is None or end is None or start <= day <= end


def _time_limit(element: etree._Element, case: Case, now: datetime) -> bool:
    start, end = (_instant(element, case[key], now) for key in ("start", "end"))
    return start is None or end is None or end <= _a_year_after(start)


def _a_year_after(start: datetime) -> datetime:
    """The same day of the next year; 28 February after the 29th."""
    if start.year == MAXYEAR:
        return start
    try:
        return start.replace(year=start.year + 1)
    except ValueError:
        return start.replace(year=start.year + 1, day=28)


def _begins(element: etree._Element, case: Case, _now: datetime) -> bool:
    beginnings = case.get("prefix", case.get("start", []))
    starts = _texts(element, [beginnings] if isinstance(beginnings, str) else beginnings)
    found = tuple(start + case.get("separator", "") for start in starts)
    return all(text.startswith(found) for text in _texts(element, case["paths"]))


def _in_range(element: etree._Element, case: Case, _now: datetime) -> bool:
    low, high = (Decimal(str(case[key])) if key in case else None for key in ("min", "max"))
    numbers = _numbers(element, case)
    return all(one.is_finite() and (low is None or low <= one) and (high is None or one <= high) for one in numbers)


def _fits(element: etree._Element, case: Case) -> Iterator[bool]:
    """Whether each text that is not empty holds the pattern."""
    pattern = re.compile(case["regex"])
    return (pattern.search(text) is not None for text in _texts(element, case["paths"]) if text)


def _is_unique(element: etree._Element, case: Case, _now: datetime) -> bool:
    texts = _texts(element, case["paths"])
    return len(set(texts)) == len(texts)


TESTS: Final[Mapping[str, Test]] = {
    "no_more_than_one": lambda element, case, _: len(_all(element, case["paths"])) <= 1,
    "atleast_one": lambda element, case, _: bool(_all(element, case["paths"])),
    "only_one_of": _only_one_of,
    "one_or_all": _one_or_all,
    "dependent": _dependent,
    "sum": lambda element, case, _: not _all(element, case["paths"]) or _sums(_numbers(element, case), Decimal(str(case["sum"]))),
    "strict_sum": lambda element, case, _: _sums(_numbers(element, case), Decimal(str(case["sum"]))),
    "date_order": _date_order,
    "date_now": lambda element, case, now: _date_order(element, {"less": case["date"], "more": "NOW"}, now),
    "between_dates": _between_dates,
    "time_limit": _time_limit,
    "regex_matches": lambda element, case, _: all(_fits(element, case)),
    "regex_no_matches": lambda element, case, _: not any(_fits(element, case)),
    "startswith": _begins,
    "unique": _is_unique,
    "if_then": lambda element, case, _: not _holds(element, case["if"]) or _holds(element, case["then"]),
    "evaluates_to": lambda element, case, _: _holds(element, case["eval"]),
    "range": _in_range,
    "no_spaces": lambda element, case, _: all(text == text.strip() for text in _texts(element, case["paths"])),
    "no_percent": lambda element, case, _: not any("%" in text for text in _texts(element, case["paths"])),
    "positive_decimal": lambda element, case, _: all(one.is_finite() and one > 0 for one in _numbers(element, case)),
}
"""The rules of the language; `loop` tries others for each value of a path."""

_OTHER_NAMES: Final = {"atLeastOne": "atleast_one", "startsWith": "startswith", "evaluates_to_true": "evaluates_to"}
