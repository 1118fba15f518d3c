"""What the pages of the stocktake and of coverage say: sums, records with their pages, areas that are not known, and changes between two days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from vigie.activities.coverage import VERDICT_WORDS, VERDICTS, Change, Coverage, Level, Row, Verdict, coverage_changes
from vigie.model.history import Region
from vigie.model.languages import number_text, said, to_say
from vigie.model.times import format_day
from vigie.node.facts import event_facts
from vigie.node.histories import region_of
from vigie.node.packs import packs
from vigie.node.stocktaking import Reader
from vigie.web.desk_lists import is_own
from vigie.web.seats import Seat

MOST_CHANGES = 40
"""How many changes are shown, those that are or were the gravest first."""

LEVEL_RISKS: Mapping[Level, str] = {
    "high": to_say("high risk"),
    "raised": to_say("raised risk"),
    "low": to_say("low risk"),
    "unknown": to_say("unknown risk"),
}

REACH_WORDS: Mapping[str, str] = {
    "here": to_say("there"),
    "country-wide": to_say("for the whole country"),
    "in part": to_say("in a part of it"),
    "answers": to_say("says that it answers this"),
}

STAND_WORDS: Mapping[Verdict, str] = {
    "gap": to_say("no known activity"),
    "open": to_say("no known activity"),
    "planned only": to_say("activity only planned"),
    "covered": to_say("activity running"),
    "not known": "",
    "no known risk": "",
}
"""What a verdict says beside the level of its risk."""


_PARTS = (
    ("activities", "/activities", to_say("Activities")),
    ("stocktake", "/stocktake", to_say("Stocktake")),
    ("coverage", "/coverage", to_say("Coverage against risk")),
)


def activity_parts(language: str) -> list[tuple[str, str, str]]:
    """The pages about activities: name, address and words."""
    return [(name, path, said(language, words)) for name, path, words in _PARTS]


def money_words(language: str, item: Mapping[str, Any]) -> list[str]:
    """Sums in words, each with its currency; an empty list where no budget is known."""
    sums = [f"{_amount(one['total'], language)} {one['currency']}" for one in item["budgets"]]
    whole = to_say("{sum} not divided")
    return sums + [said(language, whole, sum=f"{_amount(one['total'], language)} {one['currency']}") for one in item["not_divided"]]


def _amount(text: str, language: str) -> str:
    """An amount with thousands set apart; two decimals where it is not whole.

    >>> _amount("1250000", "en"), _amount("0.125", "en"), _amount("1250000", "mk")
    ('1,250,000', '0.12', '1.250.000')
    """
    value = Decimal(text)
    return number_text(language, float(value), 0 if value == value.to_integral_value() else 2)


def linker(seat: Seat) -> Callable[[Mapping[str, str]], tuple[str, str]]:
    """Gives the words of a record that a risk rests on, and its page: empty where this reader has none."""
    numbers = {name: number for number, name in enumerate(seat.world.events.id)}

    def of(record: Mapping[str, str]) -> tuple[str, str]:
        ref, type_ = record["ref"], record["type"]
        name, words = quote(ref, safe=""), f"{said(seat.tongue, type_)} {ref}"
        if type_ == "event":
            return _event_link(seat, ref, numbers.get(ref))
        if type_ == "warning":
            return words, seat.path(f"/warnings/{name}")
        if type_ == "signal":
            return words, seat.path(f"/desk/signals/{name}") if seat.session and seat.outlook.signal(ref) else ""
        return words, seat.path("/desk/rules") if type_ == "rule" and seat.session and is_own(seat) else ""

    return of


def _event_link(seat: Seat, ref: str, number: int | None) -> tuple[str, str]:
    """What an event of the reader's world was and on which day, and its page; its name alone where this world does not have it."""
    if number is None:
        return f"{said(seat.tongue, 'event')} {ref}", ""
    facts = event_facts(seat.world, number, seat.desk.atlas, seat.tongue)
    return f"{said(seat.tongue, str(facts['title']))}, {format_day(int(seat.world.events.begin_us[number]))}", seat.path(f"/events/{quote(ref, safe='')}")


def unknown_lines(reader: Reader, rows: Sequence[Row], verdict: Verdict) -> list[dict[str, Any]]:
    """By field, how many areas have this verdict and of how many, and how many of each country."""
    region, known = region_of(reader.atlas), packs()
    of_unit = {unit: country for country, units in region.units.items() for unit in units}
    every = Counter(row.risk.field for row in rows)
    by_field: dict[str, Counter[str]] = {}
    for row in rows:
        if row.verdict == verdict:
            by_field.setdefault(row.risk.field, Counter())[of_unit.get(row.risk.area, row.risk.area)] += 1
    return [
        {
            "title": known[field].title if field in known else field,
            "areas": counts.total(),
            "of": every[field],
            "countries": sorted((reader.name_of(code), count, _area_count(region, code)) for code, count in counts.items()),
        }
        for field, counts in sorted(by_field.items())
    ]


def _area_count(region: Region, country: str) -> int:
    """How many areas a country has: its units, or itself."""
    return len(region.units.get(country, ())) or 1


def changes_between(reader: Reader, before: Coverage, after: Coverage) -> dict[str, Any]:
    """What is otherwise than on the earlier day: the first changes, those that are or were the gravest before the others, and how many there are."""
    every = coverage_changes(before, after)
    ordered = sorted(every, key=lambda change: min(_gravity(change.before), _gravity(change.after)))
    return {"total": len(every), "lines": [_change_line(change, reader) for change in ordered[:MOST_CHANGES]]}


def _gravity(stand: tuple[Level, Verdict] | None) -> int:
    return len(VERDICTS) if stand is None else VERDICTS.index(stand[1])


def _change_line(change: Change, reader: Reader) -> dict[str, str]:
    known, before, after = packs().get(change.field), _stand_words(reader.language, change.before), _stand_words(reader.language, change.after)
    field = said(reader.language, known.title) if known else change.field
    return {"area": reader.name_of(change.area), "field": field, "before": before, "after": after}


def _stand_words(language: str, stand: tuple[Level, Verdict] | None) -> str:
    if stand is None:
        return said(language, "nothing is said of it")
    level, verdict = stand
    if not STAND_WORDS[verdict]:
        return said(language, VERDICT_WORDS[verdict])
    return f"{said(language, LEVEL_RISKS[level])}, {said(language, STAND_WORDS[verdict])}"
