"""When to ask for a person's attention: rules, the problems that they are indicators of, and what they come to: standings and signals.

A rule is a question to the events of one audience and a threshold. It has no way to ask for persons, actors, religion or ethnicity.
`fields/*/rules.yaml` and a node's own `rules.yaml` hold rules; `model/rules_yaml.py` reads and checks them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from vigie.model.canonical import canonical_bytes, digest

Level = Literal["green", "amber", "red", "grey"]
LEVELS: tuple[Level, ...] = ("grey", "green", "amber", "red")
"""Grey means that there is no data (or no baseline yet); it is never green."""

How = Literal["baseline", "fact", "judged"]
"""A count against the area's own seasonal baseline; one grave happening; or an analyst's own word."""

AreaLevel = Literal["unit", "country", "region"]

PEACEFUL = "unrest.protest"
"""Peaceful assembly: no rule may count it, and the engine never does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which events: all conditions must hold, in at least `agencies` distinct agencies' reports of the event. Empty = any.

    `kinds` are whole kinds or, with a trailing `.*`, all below one (`viol.*`).
    """

    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    magnitude_at_least: float | None = None
    scales: tuple[str, ...] = ()
    depth_km_at_most: float | None = None
    severity_at_least: float | None = None
    agencies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How the area's own usual count is found, and how unusual is red and amber.

    Windows of the same length in the same season of up to `years` earlier years; `red` and `amber` are the greatest tail probabilities
    under that baseline; a fall is only looked for where at least `expected_at_least` events are usual.
    """

    years: int = 5
    at_least_years: int = 1
    red: float = 0.005
    amber: float = 0.05
    expected_at_least: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a signal warns of: at least `count` events of the query that begin in the area within `horizon_days` after the signal."""

    query: Query
    horizon_days: int
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One indicator. Windows and waits are in days; `minimum` is the least count that may raise a signal.

    `reads` is the party whose world it asks (empty = the node's own), `tells` those who hear of its signals (empty = the node's own).
    A red level ends when the count has been usual for `clear_after_days`; after a signal there is none for the same area for `cool_down_days`.
    An area is grey when nothing at all was heard in the rule's fields for `grey_after_days`, in its country or, with
    `heard_in` region, in the whole region. `budget_per_week` is how many signals a week its readers can bear.
    """

    name: str
    title: str
    field: str
    how: How
    query: Query
    flag: Literal["risk", "opportunity"] = "risk"
    area: AreaLevel = "unit"
    areas: tuple[str, ...] = ()
    window_days: float = 30.0
    direction: Literal["up", "down"] = "up"
    minimum: int = 1
    baseline: Baseline | None = None
    clear_after_days: int = 3
    cool_down_days: int = 14
    grey_after_days: int = 30
    heard_in: Literal["country", "region"] = "country"
    outcome: Outcome | None = None
    budget_per_week: float = 3.0
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"] = "Moderate"
    reads: str = ""
    tells: tuple[str, ...] = ()
    why: str = ""
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A warning problem: a question about areas, with the rules that speak for it (`confirming`), against it (`disconfirming`), and alone suffice (`critical`).

    `parts` are problems whose levels count as confirming indicators. Names of rules are `field.name` or, for own rules, `own.name`.
    """

    name: str
    title: str
    question: str
    owner: str = ""
    areas: tuple[str, ...] = ()
    horizon_days: int = 90
    scenarios: tuple[str, ...] = ()
    confirming: tuple[str, ...] = ()
    disconfirming: tuple[str, ...] = ()
    critical: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    review_days: int = 30
    flag: Literal["risk", "opportunity"] = "risk"
    pack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """All rules by full name (`conflict.violent_protest`, `own.my_rule`) and all problems by name."""

    rules: dict[str, Rule]
    problems: dict[str, Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a rule stands in one area at an instant. `expected` and `chance` (tail probability) are None where there is no baseline; `why` is one sentence."""

    rule: str
    area: str
    level: Level
    count: int
    expected: float | None
    chance: float | None
    since_us: int
    until_us: int
    heard_us: int | None
    why: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A rule that fired in an area: what it saw in [`since_us`, `raised_us`], and until when it stayed red (None = still)."""

    id: str
    rule: str
    area: str
    raised_us: int
    since_us: int
    count: int
    expected: float | None
    chance: float | None
    events: tuple[str, ...]
    ended_us: int | None
    exercise: bool
    why: str
    flag: Literal["risk", "opportunity"] = "risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """What a rule warns of has begun in an area: the instant, and the event that brought it about. Foretold or not, an episode has one onset."""

    rule: str
    problem: str
    area: str
    at_us: int
    event: str


def rule_name(rule: Rule) -> str:
    """The full name of a rule: its pack's field, or `own`, then its name."""
    return f"{rule.pack or 'own'}.{rule.name}"


def rule_digest(rule: Rule) -> str:
    """SHA-256 of what the rule says: a replay holds for this wording and no other."""
    return digest(canonical_bytes(asdict(rule)))


def signal_id(rule: str, area: str, raised_us: int, *, exercise: bool) -> str:
    """The id of a signal: the same rule, area and instant, the same id, in any order of arrival."""
    return f"sg-{digest(canonical_bytes([rule, area, raised_us, exercise]))[:20]}"
