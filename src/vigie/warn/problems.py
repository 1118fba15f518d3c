"""Where a warning problem stands: its indicators' levels and what they come to. Nothing is averaged, so that each level can be traced to a rule.

    red     a critical indicator is red; or two confirming ones are (one, where there is only one), and no disconfirming one is
    amber   any confirming or critical indicator is amber or red
    green   none is, and at least half of those with a say for it have data
    grey    else

A disconfirming indicator that is red takes a problem from red to amber, unless a critical one is red: it never hides what speaks for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Literal

from vigie.model.rule import LEVELS, Level, Problem, RuleBook, Standing
from vigie.model.times import DAY_US

Role = Literal["confirming", "disconfirming", "critical", "part"]
_ENOUGH_RED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator of a problem: a rule by full name, or a part by its problem's name.

    `level` is the highest of its areas, `red` and `amber` the areas at those levels, `grey` of `areas` are without data.
    It is green only where at least half of its areas have data.
    """

    name: str
    title: str
    role: Role
    level: Level
    red: tuple[str, ...] = ()
    amber: tuple[str, ...] = ()
    grey: int = 0
    areas: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemState:
    """Where a problem stands; `without_data` says how many indicators are grey, as `1 of 5 without data`, empty where none is."""

    name: str
    title: str
    level: Level
    indicators: tuple[Indicator, ...]
    without_data: str
    sentence: str
    flag: Literal["risk", "opportunity"] = "risk"
    review_due: bool = False
    review_us: int | None = None

    @property
    def disconfirming(self) -> tuple[Indicator, ...]:
        """What speaks against it: the disconfirming indicators that are amber or red."""
        return tuple(item for item in self.indicators if item.role == "disconfirming" and item.level in ("amber", "red"))


def problem_states(book: RuleBook, standings: Iterable[Standing], now_us: int, reviewed_us: Mapping[str, int] | None = None) -> tuple[ProblemState, ...]:
    """Where every problem of the book stands, by name; `reviewed_us` says when each was last reviewed, and one that never was is due.

    A rule without a standing (it is not switched on) is grey.
    """
    by_rule: dict[str, list[Standing]] = {}
    for standing in standings:
        by_rule.setdefault(standing.rule, []).append(standing)
    states: dict[str, ProblemState] = {}
    for name in TopologicalSorter({problem.name: problem.parts for problem in book.problems.values()}).static_order():
        states[name] = _state(book, book.problems[name], by_rule, states, now_us, (reviewed_us or {}).get(name))
    return tuple(states[name] for name in sorted(states))


def _state(
    book: RuleBook,
    problem: Problem,
    by_rule: Mapping[str, Sequence[Standing]],
    states: Mapping[str, ProblemState],
    now_us: int,
    reviewed_us: int | None,
) -> ProblemState:
    roles: tuple[tuple[Role, tuple[str, ...]], ...] = (
        ("critical", problem.critical),
        ("confirming", problem.confirming),
        ("disconfirming", problem.disconfirming),
    )
    indicators = [_indicator(name, book.rules[name].title, role, _within(problem.areas, by_rule.get(name, ()))) for role, names in roles for name in names]
    indicators += [_part(states[name]) for name in problem.parts]
    level, why = _level(indicators)
    grey = sum(item.level == "grey" for item in indicators)
    review_us = None if reviewed_us is None else reviewed_us + problem.review_days * DAY_US
    return ProblemState(
        name=problem.name,
        title=problem.title,
        level=level,
        indicators=tuple(indicators),
        without_data=f"{grey} of {len(indicators)} without data" if grey else "",
        sentence=why,
        flag=problem.flag,
        review_due=review_us is None or review_us <= now_us,
        review_us=review_us,
    )


def _within(areas: tuple[str, ...], standings: Sequence[Standing]) -> list[Standing]:
    """The standings that speak of the areas: of one itself, of a unit of it, of the country or region that holds it."""
    return [standing for standing in standings if not areas or any(_touches(area, standing.area) for area in areas)]


def _touches(area: str, other: str) -> bool:
    return not other or area == other or area.startswith(f"{other}-") or other.startswith(f"{area}-")


def _indicator(name: str, title: str, role: Role, standings: Sequence[Standing]) -> Indicator:
    count = Counter(standing.level for standing in standings)
    highest: Level = max((standing.level for standing in standings), key=LEVELS.index, default="grey")
    level: Level = highest if highest in ("amber", "red") or 2 * count["grey"] <= len(standings) else "grey"
    loudest = next((standing for standing in standings if standing.level == level), None)
    red, amber = (tuple(sorted(standing.area for standing in standings if standing.level == wanted)) for wanted in ("red", "amber"))
    why = loudest.why if loudest else "The rule is not switched on."
    return Indicator(name=name, title=title, role=role, level=level, red=red, amber=amber, grey=count["grey"], areas=len(standings), why=why)


def _part(state: ProblemState) -> Indicator:
    return Indicator(name=state.name, title=state.title, role="part", level=state.level, grey=int(state.level == "grey"), areas=1, why=state.sentence)


def _level(indicators: Sequence[Indicator]) -> tuple[Level, str]:
    """The problem's level and why, in one sentence."""
    speaking = [item for item in indicators if item.role != "disconfirming"]
    red = [item for item in speaking if item.level == "red"]
    against = [item for item in indicators if item.role == "disconfirming" and item.level == "red"]
    critical = [item for item in red if item.role == "critical"]
    confirming = [item for item in speaking if item.role != "critical"]
    enough = len(red) >= min(_ENOUGH_RED, max(1, len(confirming)))
    if critical or (enough and not against):
        return "red", f"Red because of {_named(critical or red)}."
    raised = [item for item in speaking if item.level in ("amber", "red")]
    if raised:
        return "amber", f"Amber because of {_named(raised)}{f', though {_named(against)} speaks against it' if against and enough else ''}."
    known = [item for item in speaking if item.level == "green"]
    if 2 * len(known) >= len(speaking):
        return "green", f"No indicator that speaks for it is raised ({len(known)} of {len(speaking)} have data)."
    return "grey", f"Only {len(known)} of {len(speaking)} indicators that speak for it have data."


def _named(items: Sequence[Indicator]) -> str:
    return " and ".join(item.title for item in items)
