"""What is going on at a day: activities by country, field, priority, partner institution and mechanism, with budgets and trends.

An activity in several countries (fields, partners) counts once in each and once in the total, so that the rows sum to more than the total.
A budget is divided over countries by the shares that the activity gives; where it gives none for several of them, it stands under "not divided".
Sums are per currency, over the activities whose budget is known: one that is not known is left out and never 0.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from vigie.activities.record import Known, Life, Standing, life_of
from vigie.model.activity import Activity, Budget
from vigie.model.canonical import Json
from vigie.model.priorities import PRIORITIES, Priority, fields_of

By = Literal["country", "field", "priority", "partner", "mechanism"]
WAYS: tuple[By, ...] = ("country", "field", "priority", "partner", "mechanism")

TREND_MONTHS = 24
FINISHED_MONTHS = 12

COLUMNS = ("by", "code", "running", "planned", "finished_12_months", "suspended", "currency", "budget", "budgets_known", "not_divided")
"""The columns of `stock_rows`."""

_EXACT = Context(prec=60)
_WHOLE = Decimal(100)
_COUNTED: tuple[Standing, ...] = ("running", "planned", "finished", "suspended")


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in one currency, and of how many activities it is."""

    currency: str
    total: Decimal
    activities: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Tally:
    """The activities of one country, field, priority, partner or mechanism (the empty code: of those that name none), by owner and ref.

    `finished` are those of the last 12 months. `budgets` are of the running ones: `budget_known` of them give any, in whatever currency.
    `undivided` are budgets of running ones that belong to several codes and do not say how they are shared.
    """

    code: str
    running: tuple[Known, ...] = ()
    planned: tuple[Known, ...] = ()
    finished: tuple[Known, ...] = ()
    suspended: tuple[Known, ...] = ()
    budgets: tuple[Money, ...] = ()
    undivided: tuple[Money, ...] = ()
    budget_known: int = 0


@dataclass(frozen=True, slots=True)
class Trend:
    """How many activities were running at the end of each month, oldest first: in all, and by field (the empty code: of no field)."""

    days: tuple[date, ...]
    total: tuple[int, ...]
    by_field: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Stocktake:
    """What is going on at the end of a day: the total, in which each activity counts once, and tallies by code for each way of looking.

    In `undivided`, each budget that a way of looking cannot divide stands once: a way's budgets and its undivided ones sum to the total's.
    """

    day: date
    total: Tally
    by: Mapping[By, tuple[Tally, ...]]
    undivided: Mapping[By, tuple[Money, ...]]
    trend: Trend


_Share = tuple[str, Decimal | None]
"""A code, and the part of an activity's budget that falls to it in percent; None where it is not said."""

_Money = Mapping[str, Decimal]
"""Amounts by currency."""


class _Counted(NamedTuple):
    """An activity that is counted, how it stands, what it costs while it runs, and the range of the trend's months in which it ran."""

    item: Known
    stand: Standing | None
    money: _Money
    months: tuple[int, int]
    fields: tuple[str, ...]
    life: Life


def stocktake(known: Iterable[Known], day: date, priorities: Mapping[str, Priority] = PRIORITIES) -> Stocktake:
    """What is going on on a day, of the activities that one reader knows; the order in which they come does not matter."""
    days, named = month_ends(day, TREND_MONTHS), _field_names(priorities)
    every = [_counted(item, day, days, named) for item in _by_name(known)]
    earlier = months_before(day, FINISHED_MONTHS)
    counted = [each for each in every if each.stand in _COUNTED and not (each.stand == "finished" and each.life.on(earlier) == "finished")]
    ways = {by: _tallied(counted, of) for by, of in _ways(counted).items()}
    whole, _ = _tallied(counted, lambda _: _equals(()))
    return Stocktake(
        day=day,
        total=whole[0] if whole else Tally(code=""),
        by={by: tallies for by, (tallies, _) in ways.items()},
        undivided={by: left for by, (_, left) in ways.items()},
        trend=_trend(every, days),
    )


def _counted(item: Known, day: date, days: Sequence[date], named: Callable[[Activity], tuple[str, ...]]) -> _Counted:
    life = life_of(item)
    stand = life.on(day)
    return _Counted(item, stand, money_of(item.activity) if stand == "running" else {}, life.running(days), named(item.activity), life)


def _field_names(priorities: Mapping[str, Priority]) -> Callable[[Activity], tuple[str, ...]]:
    """Gives an activity's fields, sorted; what the same words come to is found once."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}

    def named(activity: Activity) -> tuple[str, ...]:
        key = activity.fields, activity.priorities
        if key not in found:
            found[key] = tuple(sorted(fields_of(activity, priorities)))
        return found[key]

    return named


def _ways(counted: Sequence[_Counted]) -> dict[By, Callable[[_Counted], Sequence[_Share]]]:
    """For each way of looking, the codes that an activity belongs to, with their shares."""
    names = _partner_names(each.item.activity for each in counted)
    return {
        "country": lambda each: _countries(each.item.activity),
        "field": lambda each: _equals(each.fields),
        "priority": lambda each: _equals(each.item.activity.priorities),
        "partner": lambda each: _equals(tuple(names[_partner_key(partner.ref, partner.name)] for partner in each.item.activity.partners)),
        "mechanism": lambda each: _equals((each.item.activity.mechanism,)),
    }


def stock_rows(found: Stocktake, ways: Sequence[By] = WAYS) -> Iterator[dict[str, Json]]:
    """The stocktake as rows for a table (`COLUMNS`): the total first; a row a currency, the counts of a code in its first row only."""
    yield from _rows("total", found.total)
    for by in ways:
        for tally in found.by[by]:
            yield from _rows(by, tally)


def money_of(activity: Activity) -> dict[str, Decimal]:
    """What an activity costs by currency: the sum of its budgets, of which a revised one replaces the original ones of its time; empty where unknown."""
    if len(activity.budgets) == 1:
        return {activity.budgets[0].currency: activity.budgets[0].value}
    revised = [budget for budget in activity.budgets if budget.type == "revised"]
    found: dict[str, Decimal] = {}
    for budget in activity.budgets:
        if budget.type == "revised" or not any(_overlap(budget, later) for later in revised):
            found[budget.currency] = _EXACT.add(found.get(budget.currency, Decimal(0)), budget.value)
    return found


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month where it has no such day.

    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    first = _first_of_month(day, -months)
    return min(first + timedelta(days=day.day - 1), _first_of_month(first, 1) - timedelta(days=1))


def month_ends(day: date, months: int) -> tuple[date, ...]:
    """The last days of the last whole months up to a day, oldest first; the day's own month counts where the day is its last.

    >>> month_ends(date(2026, 3, 30), 2)
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28))
    """
    newest = day + timedelta(days=1)
    return tuple(_first_of_month(newest, -back) - timedelta(days=1) for back in range(months - 1, -1, -1))


def _first_of_month(day: date, months: int) -> date:
    """The first day of the month that lies so many months after the day's own."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _by_name(known: Iterable[Known]) -> list[Known]:
    """By owner and ref: two sorts by one text each take a third of the time of one by both."""
    return sorted(sorted(known, key=attrgetter("entry.ref")), key=attrgetter("entry.owner"))


def _name(known: Known) -> tuple[str, str]:
    return known.entry.owner, known.entry.ref


def _overlap(one: Budget, other: Budget) -> bool:
    return one.begin <= other.end and other.begin <= one.end


def _countries(activity: Activity) -> Sequence[_Share]:
    """Its countries with their shares; a single one has all."""
    if len(activity.countries) > 1:
        return [(share.code.upper(), share.percent) for share in activity.countries]
    return _equals(tuple(share.code.upper() for share in activity.countries))


def _equals(codes: tuple[str, ...]) -> Sequence[_Share]:
    """Codes of which none has a share of its own: a single one has all, and so has the empty code where there is none."""
    if len(codes) <= 1:
        return ((codes[0] if codes else "", _WHOLE),)
    found = dict.fromkeys(codes)
    percent = _WHOLE if len(found) == 1 else None
    return [(code, percent) for code in found]


@lru_cache(maxsize=65_536)
def _partner_key(ref: str, name: str) -> str:
    """What a partner is known by: its identifier in a register, or else its name, whatever its spaces and letter case."""
    return ref.strip() or " ".join(name.split()).casefold()


def _partner_names(activities: Iterable[Activity]) -> dict[str, str]:
    """The name that each partner is shown by: the first of those that are given, or its identifier. A name that an identifier has goes with it."""
    spelled: dict[str, set[str]] = defaultdict(set)
    for ref, name in {(partner.ref, partner.name) for activity in activities for partner in activity.partners}:
        spelled[_partner_key(ref, name)] |= {" ".join(name.split())} - {""}
    return {key: min(names, default=key) for key, names in spelled.items()}


def _tallied(counted: Sequence[_Counted], of: Callable[[_Counted], Sequence[_Share]]) -> tuple[tuple[Tally, ...], tuple[Money, ...]]:
    """The tallies by code, and what could not be divided among them."""
    groups: defaultdict[str, dict[Standing | None, list[Known]]] = defaultdict(lambda: {name: [] for name in _COUNTED})
    sums, undivided, apart, with_budget = _Sums({}), _Sums({}), _Sums({}), Counter[str]()
    for each in counted:
        shares = of(each)
        for code, percent in shares:
            groups[code][each.stand].append(each.item)
            if each.money:
                (undivided if percent is None else sums).add(code, each.money, percent or _WHOLE)
                with_budget[code] += 1
        if each.money and shares[0][1] is None:
            apart.add("", each.money, _WHOLE)
    with localcontext(_EXACT):
        return tuple(_tally(code, groups[code], sums, undivided, with_budget[code]) for code in sorted(groups)), apart.of("")


def _tally(code: str, group: Mapping[Standing | None, Sequence[Known]], sums: _Sums, undivided: _Sums, budget_known: int) -> Tally:
    parts = [tuple(group[name]) for name in _COUNTED]
    return Tally(
        code=code,
        running=parts[0],
        planned=parts[1],
        finished=parts[2],
        suspended=parts[3],
        budgets=sums.of(code),
        undivided=undivided.of(code),
        budget_known=budget_known,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Amounts that will be added up, by code and currency. `of` adds in the current decimal context, which must be exact."""

    held: dict[str, dict[str, list[Decimal]]]

    def add(self, code: str, money: _Money, percent: Decimal) -> None:
        held = self.held.setdefault(code, {})
        for currency, value in money.items():
            part = value if percent == _WHOLE else _EXACT.divide(_EXACT.multiply(value, percent), _WHOLE)
            held.setdefault(currency, []).append(part)

    def of(self, code: str) -> tuple[Money, ...]:
        return tuple(Money(currency, sum(parts, Decimal(0)), len(parts)) for currency, parts in sorted(self.held.get(code, {}).items()))


def _trend(every: Iterable[_Counted], days: tuple[date, ...]) -> Trend:
    spans = Counter((each.fields or ("",), each.months) for each in every if each.months[0] < each.months[1])
    by_field: dict[str, list[int]] = {name: [0] * len(days) for names, _ in spans for name in names}
    total = [0] * len(days)
    for (names, (first, last)), many in spans.items():
        for series in (total, *(by_field[name] for name in names)):
            for month in range(first, last):
                series[month] += many
    return Trend(days, tuple(total), {name: tuple(by_field[name]) for name in sorted(by_field)})


def _rows(by: str, tally: Tally) -> Iterator[dict[str, Json]]:
    """One row for each currency of a tally, at least one; the counts stand in the first."""
    counts: dict[str, Json] = {
        "running": len(tally.running),
        "planned": len(tally.planned),
        "finished_12_months": len(tally.finished),
        "suspended": len(tally.suspended),
        "budgets_known": tally.budget_known,
    }
    divided, left = ({money.currency: str(money.total) for money in found} for found in (tally.budgets, tally.undivided))
    for place, currency in enumerate(sorted({*divided, *left}) or [""]):
        sums: dict[str, Json] = {"currency": currency, "budget": divided.get(currency, ""), "not_divided": left.get(currency, "")}
        yield {"by": by, "code": tally.code} | (counts if place == 0 else {}) | sums
