"""The sentences of the watch: why a level is what it is."""

from __future__ import annotations

from vigie.model.rule import Rule
from vigie.model.times import DAY_US, NEVER_US

_LEAST_PERCENT = 0.01


def said_of_count(rule: Rule, count: int, expected: float | None, chance: float | None) -> str:
    """What was counted and how usual that is, in one sentence."""
    said = f"{count} event{'' if count == 1 else 's'} in {rule.window_days:g} day{'' if rule.window_days == 1 else 's'}"
    if expected is None or chance is None:
        return f"{said}."
    many = "few" if rule.direction == "down" else "many"
    return f"{said} where {expected:.1f} are usual; so {many} or {'fewer' if many == 'few' else 'more'} come by chance in {percent(chance)} of cases."


def said_of_silence(rule: Rule, heard_us: int, now_us: int, group: str) -> str:
    """How long nothing was heard, in one sentence."""
    where = f" from {group}" if group else " in the region"
    fields = ", ".join(rule.query.fields or (rule.field,))
    if heard_us == NEVER_US:
        return f"Nothing was ever heard{where} in {fields}."
    return f"Nothing was heard{where} in {fields} for {(now_us - heard_us) // DAY_US} days."


def said_of_history(years: int, needed: int) -> str:
    """How much of the past there is to compare with, in one sentence."""
    return f"Too little history: {years} of at least {needed} earlier year{'' if needed == 1 else 's'} can be compared with."


_WHOLE_PERCENT = 10


def percent(share: float) -> str:
    """A share as a percentage of two digits."""
    value = 100 * share
    return f"less than {_LEAST_PERCENT} %" if value < _LEAST_PERCENT else f"{value:.0f} %" if value >= _WHOLE_PERCENT else f"{value:.2g} %"
