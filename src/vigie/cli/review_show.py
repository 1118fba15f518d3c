"""How `vigie review` prints a question, two reports side by side, and the log of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vigie.cli.show import say, say_table

_MARK = "≠"
_SHORT = (("when", "begin"), ("kind", "kind"), ("lon", "lon"), ("lat", "lat"), ("size", "magnitude"), ("scale", "scale"))
_MAX_GROUP = 3
_ALMOST = 0.99


def say_question(item: dict[str, Any], of: int = 0) -> None:
    """One question in a few lines: both reports, the chance, the evidence, what an answer would change."""
    head = f"{item['number']}{f' of {of:,}' if of else ''}. {item['link']}"
    say(f"── {head}: chance {_chance(item['probability'])} that it is one event; an answer is worth {item['worth']:.2f} pairs; {_held(item)} ──")
    first, second = item["first"], item["second"]
    rows = [(name, _text(first[key]), _text(second[key]), _mark(first[key], second[key])) for name, key in _SHORT if first[key] or second[key]]
    say_table("", ["", first["name"], second["name"], ""], rows)
    say_why(item)
    say()


def _chance(probability: float | None) -> str:
    """Two decimals, and never a certainty that is not one.

    >>> _chance(0.9991), _chance(0.5)
    ('above 0.99', '0.50')
    """
    if probability is None:
        return "not known"
    return "above 0.99" if _ALMOST < probability < 1 else f"{probability:.2f}"


def _held(item: dict[str, Any]) -> str:
    return "held to be one event now" if item["together"] else "held to be two events now"


def say_why(item: dict[str, Any]) -> None:
    """The evidence in words and nats, and what either answer would change."""
    say(f"  Evidence: {'; '.join(item['words']) or 'none that weighs anything'}.")
    say(f"  If they are the same, {item['would']['same']}; if not, {item['would']['apart']}.")


def say_both(item: dict[str, Any]) -> None:
    """One question with all that both reports say, side by side; what differs is marked."""
    from vigie.web.said import said_rows

    first, second = item["first"], item["second"]
    say(f"{item['link']}: chance {_chance(item['probability'])} that it is one event; {_held(item)}.")
    rows = [(row.name, *(cell.text for cell in row.cells), _MARK if row.differs else "") for row in said_rows({"members": item["said"], "chosen": {}})]
    rows += [("event", first["event"], second["event"], _MARK if first["event"] != second["event"] else "")]
    rows += [("release", *(f"TLP:{said['label']['tlp']}" for said in item["said"]), "")]
    say_table("", ["", first["name"], second["name"], ""], rows)
    say_why(item)


def _mark(first: Any, second: Any) -> str:
    return _MARK if first and second and first != second else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def say_decisions(found: Sequence[dict[str, Any]]) -> None:
    """The log of decisions, and which of them contradict a weightier one."""
    columns = ["decision", "said", "verdict", "reports", "by", "party", "state", "reason"]
    say_table("Decisions", columns, [_decision_row(item) for item in found])
    say(f"{len(found):,} decision{'' if len(found) == 1 else 's'}.")


def _decision_row(item: dict[str, Any]) -> tuple[str, ...]:
    said = item["said"][:16].replace("T", " ")
    return (item["decision"], said, _verdict(item), _about(item), item["by"] or "", item["owner"], _state(item), item["reason"])


def _verdict(item: dict[str, Any]) -> str:
    return f"withdrawn (was {item['was']})" if item["was"] else str(item["verdict"])


def _state(item: dict[str, Any]) -> str:
    return f"{item['state']}: {len(item['contradicts'])} pair(s) left out" if item["contradicts"] else str(item["state"])


def _about(item: dict[str, Any]) -> str:
    return " | ".join(", ".join(group[:_MAX_GROUP]) + (f" and {len(group) - _MAX_GROUP} more" if len(group) > _MAX_GROUP else "") for group in item["groups"])
