"""What a rule asks and how it did on the archive, in the words of a language: for the pages of the watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.model.languages import number_text, said, said_n, to_say
from vigie.model.rule import Rule, rule_name
from vigie.model.times import format_day
from vigie.node.packs import packs
from vigie.warn.replay import Replay


def rule_words(rule: Rule, language: str) -> dict[str, Any]:
    """What a rule asks, in words."""
    known = packs().get(rule.field)
    baseline = rule.baseline
    return {
        "name": rule_name(rule),
        "title": rule.title,
        "field": rule.field,
        "field_title": known.title if known else rule.field,
        "how": rule.how,
        "flag": rule.flag,
        "why": rule.why,
        "kinds": list(rule.query.kinds),
        "counts": _counts(rule, language),
        "area": rule.area,
        "minimum": rule.minimum,
        "direction": rule.direction,
        "baseline": ""
        if baseline is None
        else said(
            language,
            "red below a chance of {red}, amber below {amber}, against up to {years} earlier years",
            red=f"{baseline.red:g}",
            amber=f"{baseline.amber:g}",
            years=baseline.years,
        ),
        "waits": said(
            language,
            "usual days until it ends: {clear}; quiet days after that: {quiet}; silent days until it is grey: {grey}",
            clear=rule.clear_after_days,
            quiet=rule.cool_down_days,
            grey=rule.grey_after_days,
        ),
        "budget": rule.budget_per_week,
        "outcome": "" if rule.outcome is None else _outcome(rule.outcome, language),
        "severity": rule.severity,
    }


def _counts(rule: Rule, language: str) -> str:
    """What a rule counts, and when it speaks."""
    text = (
        to_say("{kinds}, over days: {days}, at least {minimum}, rising")
        if rule.direction == "up"
        else to_say("{kinds}, over days: {days}, at least {minimum}, falling")
    )
    kinds = ", ".join(rule.query.kinds) or said(language, "everything of its field")
    return said(language, text, kinds=kinds, days=f"{rule.window_days:g}", minimum=rule.minimum)


def _outcome(outcome: Any, language: str) -> str:
    kinds = ", ".join(outcome.query.kinds) or said(language, "the same")
    return said_n(
        language,
        "{count} or more of {kinds} within {n} day",
        "{count} or more of {kinds} within {n} days",
        outcome.horizon_days,
        count=outcome.count,
        kinds=kinds,
    )


def replay_words(seen: Replay | None, language: str) -> dict[str, Any] | None:
    """A replay in words and figures."""
    if seen is None:
        return None
    lead = seen.lead_quartiles
    return {
        "sentence": seen.sentence,
        "period": said(language, "{begin} to {end}", begin=format_day(seen.since_us), end=format_day(seen.until_us)),
        "fired": seen.fired,
        "hits": seen.hits,
        "misses": seen.misses,
        "false_alarms": seen.false_alarms,
        "precision": str(seen.precision),
        "recall": str(seen.recall),
        "lead": _lead(lead, language) if lead else said(language, "not known: fewer than two hits"),
        "per_week": number_text(language, seen.signals_per_week, 2),
        "budget": f"{seen.budget_per_week:g}",
        "is_over": seen.is_over_budget,
        "undated": f"{seen.undated_share:.0%}",
        "cases": [_case(case.raised_us, case.verdict, seen) for case in seen.cases],
    }


def _lead(quartiles: Sequence[float], language: str) -> str:
    low, middle, high = (number_text(language, days, 1) for days in quartiles)
    return said(language, "{middle} days (quartiles {low} and {high})", middle=middle, low=low, high=high)


def _case(raised_us: int, verdict: str, seen: Replay) -> dict[str, Any]:
    place = 1000 * (raised_us - seen.since_us) / max(seen.until_us - seen.since_us, 1)
    return {"x": round(place, 1), "verdict": verdict, "day": format_day(raised_us)}
