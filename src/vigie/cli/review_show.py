"""How `vigie review` prints a question, two reports side by side, and the log of decisions."""

from __future__ import annotations

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

from vigie.cli.show import say, say_table, world_word
from vigie.model.times import parse_time

_MARK = "≠"
_EARTH_KM = 6371.0088
NATS = "1 nat of evidence is odds of 2.7 to 1, 3 nats of 20 to 1."
_MAX_GROUP = 3
_ALMOST = 0.99


def say_question(item: dict[str, Any], of: int = 0) -> None:
    """One question in a few lines: both reports, the chance, the evidence, what an answer would change."""
    head = f"{item['number']}{f' of {of:,}' if of else ''}. {item['link']}"
    say(f"── {head}: chance {_chance(item['probability'])} that it is one event; an answer is worth {item['worth']:.2f} pairs; {_held(item)} ──")
    first, second = item["first"], item["second"]
    say_table("", ["", first["name"], second["name"], ""], [row for row in _short_rows(first, second) if row[1] or row[2]])
    say_why(item)
    say()


def _short_rows(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """When, what, where and how large, and how far apart."""
    titles, sizes = ((first["title"], second["title"]), (_size(first), _size(second)))
    return [
        ("when", _instant(first["begin"]), _instant(second["begin"]), _apart(_time_gap(first, second))),
        ("kind", *titles, _mark(*titles)),
        ("lon, lat", _place(first), _place(second), _apart(_place_gap(first, second))),
        ("size", *sizes, _mark(*sizes)),
    ]


def _instant(text: str) -> str:
    return text.removesuffix("Z").partition(".")[0].replace("T", " ")


def _place(end: dict[str, Any]) -> str:
    return "" if end["lon"] is None else f"{end['lon']:g}, {end['lat']:g}"


def _size(end: dict[str, Any]) -> str:
    return "" if end["magnitude"] is None else f"{end['magnitude']:g} {end['scale'] or ''}".strip()


def _apart(gap: str) -> str:
    return f"{gap} apart" if gap else ""


def _time_gap(first: dict[str, Any], second: dict[str, Any]) -> str:
    return time_gap(abs(parse_time(first["begin"]) - parse_time(second["begin"])) / 1e6)


def time_gap(seconds: float) -> str:
    """A length of time in its two largest units; nothing where it is none.

    >>> time_gap(187_200), time_gap(3_661), time_gap(0.4), time_gap(0)
    ('2 d 4 h', '1 h 1 min', '0.4 s', '')
    """
    left, parts = round(seconds), list[str]()
    for name, unit in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, left = divmod(left, unit)
        parts += [f"{count} {name}"] if count or parts else []
    said = [part for part in parts[:2] if not part.startswith("0 ")]
    return " ".join(said) or (f"{seconds:.2g} s" if seconds else "")


def _place_gap(first: dict[str, Any], second: dict[str, Any]) -> str:
    if first["lon"] is None or second["lon"] is None:
        return ""
    away = _km(first["lon"], first["lat"], second["lon"], second["lat"])
    return f"{away:.0f} km" if away >= 10 else f"{away:.1f} km" if away else ""  # noqa: PLR2004 - below ten kilometres a tenth counts


def _km(lon: float, lat: float, to_lon: float, to_lat: float) -> float:
    """Along the great circle (haversine)."""
    up, over = sin(radians(to_lat - lat) / 2), sin(radians(to_lon - lon) / 2)
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(up * up + cos(radians(lat)) * cos(radians(to_lat)) * over * over)))


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


def say_both(item: dict[str, Any], *, exercise: bool) -> None:
    """One question with all that both reports say, side by side; what differs is marked."""
    from vigie.web.said import said_rows

    first, second = item["first"], item["second"]
    gaps = [_apart(gap) for gap in (_place_gap(first, second), _time_gap(first, second)) if gap]
    state = f"chance {_chance(item['probability'])} that it is one event; {'; '.join((_held(item), *gaps))}"
    say(f"{world_word(exercise=exercise)}: {item['link']}: {state}.")
    rows = [(row.name, *(cell.text for cell in row.cells), _MARK if row.differs else "") for row in said_rows({"members": item["said"], "chosen": {}})]
    rows += [("event", first["event"], second["event"], _MARK if first["event"] != second["event"] else "")]
    rows += [("release", *(f"TLP:{said['label']['tlp']}" for said in item["said"]), "")]
    say_table("", ["", first["name"], second["name"], ""], rows)
    say_why(item)
    say(NATS)


def _mark(first: Any, second: Any) -> str:
    return _MARK if first and second and first != second else ""


def say_decisions(found: Sequence[dict[str, Any]], *, exercise: bool) -> None:
    """The log of decisions, and which of them contradict a weightier one."""
    columns = ["decision", "said", "verdict", "reports", "by", "party", "state", "reason"]
    say_table("Decisions", columns, [_decision_row(item) for item in found])
    say(f"{world_word(exercise=exercise)}: {len(found):,} decision{'' if len(found) == 1 else 's'}.")


def _decision_row(item: dict[str, Any]) -> tuple[str, ...]:
    said = item["said"][:16].replace("T", " ")
    return (item["decision"], said, _verdict(item), _about(item), item["by"] or "", item["owner"], _state(item), item["reason"])


def _verdict(item: dict[str, Any]) -> str:
    return f"withdrawn (was {item['was']})" if item["was"] else str(item["verdict"])


def _state(item: dict[str, Any]) -> str:
    return f"{item['state']}: {len(item['contradicts'])} pair(s) left out" if item["contradicts"] else str(item["state"])


def _about(item: dict[str, Any]) -> str:
    return " | ".join(", ".join(group[:_MAX_GROUP]) + (f" and {len(group) - _MAX_GROUP} more" if len(group) > _MAX_GROUP else "") for group in item["groups"])
