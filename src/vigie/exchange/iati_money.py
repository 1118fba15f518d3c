"""Budgets, transactions and results of an activity, each in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from babel import Locale
from lxml import etree

from vigie.exchange.iati import NOT_GIVEN, day_of, decimal_of, decimal_text, made, mark, named, narrative, own, text_in, worded
from vigie.exchange.iati_parts import cut, cut_texts, cut_titles, name_in
from vigie.exchange.iati_table import BUDGET_TYPES, COMMITTED, MEASURES, RESULT_TYPES
from vigie.model.activity import Budget, Indicator, Result, Transaction
from vigie.model.errors import BadReport

_QUALITATIVE: Final = "qualitative"


class Span(NamedTuple):
    """The first and the last day of the activity, as far as they are known: the period of an indicator that has none of its own."""

    begin: date | None = None
    end: date | None = None


def budget_element(budget: Budget) -> etree._Element:
    """`budget`."""
    start, end = (made(f"period-{name}", iso_date=day.isoformat()) for name, day in (("start", budget.begin), ("end", budget.end)))
    status = COMMITTED if budget.is_committed else None
    return made("budget", start, end, _value(budget, budget.begin), type=BUDGET_TYPES[budget.type], status=status)


def _value(money: Budget | Transaction, otherwise: date) -> etree._Element:
    """The amount. The schema demands the day whose rate counts; where nobody has said it, `otherwise` stands there, marked."""
    day = money.valued or otherwise
    value = made("value", text=decimal_text(money.value), currency=money.currency, value_date=day.isoformat())
    return mark(value, given=None if money.valued else "no")


def _amount(element: etree._Element) -> dict[str, Any]:
    value = element.find("value")
    if value is None:
        raise BadReport("An amount of money is missing", field=f"{element.tag}/value")
    currency = value.get("currency", "")
    if currency not in _currencies():
        raise BadReport("There is no such currency", field=f"{element.tag}/value", got=currency, expected="a code of ISO 4217 such as EUR")
    return {"value": decimal_of(text_in(value), f"{element.tag}/value"), "currency": currency, "valued": day_of(value, "value-date")}


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    """The currencies that CLDR names, past ones included."""
    return frozenset(Locale("en").currencies)


def budget_of(element: etree._Element) -> Budget | None:
    """The budget; None for a type that the list does not have."""
    type_ = _word(BUDGET_TYPES, element.get("type", "1"))
    if type_ is None:
        return None
    days: dict[str, Any] = {name: day_of(element.find(f"period-{tag}")) for name, tag in (("begin", "start"), ("end", "end"))}
    return Budget(**days, **_amount(element), type=type_, is_committed=element.get("status") == COMMITTED)


def _word(codes: Mapping[str, str], code: str | None) -> Any:
    return next((word for word, known in codes.items() if known == code), None)


def transaction_element(transaction: Transaction) -> etree._Element:
    """`transaction`."""
    kind, day = made("transaction-type", code=transaction.type), made("transaction-date", iso_date=transaction.day.isoformat())
    texts = worded("description", transaction.texts) if any(transaction.texts.values()) else None
    sides = (("provider-org", transaction.provider), ("receiver-org", transaction.receiver))
    orgs = (named(tag, name) if name else None for tag, name in sides)
    return made("transaction", kind, day, _value(transaction, transaction.day), texts, *orgs, ref=transaction.ref or None)


def transaction_of(element: etree._Element) -> Transaction | None:
    """The transaction; None for one without a type."""
    kind = element.find("transaction-type")
    if kind is None or not kind.get("code"):
        return None
    sides = {name: name_in(element.find(f"{name}-org")) for name in ("provider", "receiver")}
    texts, day = cut_texts(element.find("description")), day_of(element.find("transaction-date"))
    if day is None:
        raise BadReport("A transaction has no day", field="transaction-date")
    return Transaction(type=kind.get("code", ""), day=day, ref=element.get("ref", ""), texts=texts, **sides, **_amount(element))


def result_element(result: Result, span: Span) -> etree._Element:
    """`result`. The schema demands an indicator: a result without one gets one of its own title, marked."""
    texts = worded("description", result.texts) if any(result.texts.values()) else None
    indicators = [_indicator_element(one, span) for one in result.indicators]
    none = mark(made("indicator", worded("title", result.titles), measure=MEASURES[_QUALITATIVE]), given="no")
    return made("result", worded("title", result.titles), texts, *(indicators or [none]), type=RESULT_TYPES[result.type])


def result_of(element: etree._Element) -> Result | None:
    """The result; None for a type that the list does not have, for one without a title, or with an indicator that cannot be told here."""
    type_, titles = _word(RESULT_TYPES, element.get("type")), cut_titles(element.find("title"))
    indicators = [_indicator_of(one) for one in element.findall("indicator") if one.get(NOT_GIVEN) is None]
    told = tuple(one for one in indicators if one is not None)
    if type_ is None or not titles or len(told) < len(indicators):
        return None
    return Result(titles=titles, type=type_, texts=cut_texts(element.find("description")), indicators=told)


def _indicator_element(indicator: Indicator, span: Span) -> etree._Element:
    """`indicator`. What has no place (a baseline without a year, a target when no period is known) stands in attributes of ours."""
    baseline, period = _baseline_element(indicator), _period_element(indicator, span)
    parts = (worded("title", indicator.titles), baseline, period)
    element = made("indicator", *parts, measure=MEASURES[indicator.measure], ascending="1" if indicator.ascending else "0")
    if baseline is None:
        mark(element, baseline=indicator.baseline, baseline_year=None if indicator.baseline_year is None else str(indicator.baseline_year))
    if period is None:
        days = {name: day.isoformat() for name, day in (("begin", indicator.begin), ("end", indicator.end)) if day}
        mark(element, target=indicator.target, actual=indicator.actual, **days)
    return element


def _figure(name: str, text: str, measure: str, **attributes: str) -> etree._Element:
    """A figure as `value`, or, of a qualitative measure, as a comment."""
    if measure != _QUALITATIVE:
        return made(name, value=text, **attributes)
    return made(name, made("comment", narrative(text)), **attributes)


def _baseline_element(indicator: Indicator) -> etree._Element | None:
    if not indicator.baseline or indicator.baseline_year is None or indicator.baseline_year < 1:
        return None
    return _figure("baseline", indicator.baseline, indicator.measure, year=str(indicator.baseline_year))


def _period_element(indicator: Indicator, span: Span) -> etree._Element | None:
    """The period, filled up with the activity's own days; None where that makes none."""
    begin, end = indicator.begin or span.begin, indicator.end or span.end
    if not (indicator.begin or indicator.end or indicator.target or indicator.actual):
        return None
    if begin is None or end is None or (end < begin and not (indicator.begin and indicator.end)):
        return None
    start = mark(made("period-start", iso_date=begin.isoformat()), given=None if indicator.begin else "no")
    stop = mark(made("period-end", iso_date=end.isoformat()), given=None if indicator.end else "no")
    figures = (("target", indicator.target), ("actual", indicator.actual))
    return made("period", start, stop, *(_figure(name, text, indicator.measure) for name, text in figures if text))


def _indicator_of(element: etree._Element) -> Indicator | None:
    measure, titles = _word(MEASURES, element.get("measure")), cut_titles(element.find("title"))
    if measure is None or not titles:
        return None
    period = max(element.findall("period"), key=_ends, default=None)
    baseline = element.find("baseline")
    said_year = element.get(own("baseline-year")) if baseline is None else baseline.get("year")
    year = decimal_of(said_year, "baseline year")
    days = {name: _own_day(element, period, name, tag) for name, tag in (("begin", "start"), ("end", "end"))}
    figures = {name: _figure_in(period, name) or cut(element.get(own(name), "")) for name in ("target", "actual")}
    return Indicator(
        titles=titles,
        measure=measure,
        ascending=element.get("ascending", "1") == "1",
        baseline=_said(baseline) if baseline is not None else cut(element.get(own("baseline"), "")),
        baseline_year=None if year is None else _whole(year),
        **days,
        **figures,
    )


def _ends(period: etree._Element) -> str:
    end = period.find("period-end")
    return end.get("iso-date", "") if end is not None else ""


def _own_day(element: etree._Element, period: etree._Element | None, name: str, tag: str) -> Any:
    said = element.get(own(name))
    if said is not None:
        return day_of(element, own(name))
    return None if period is None else day_of(period.find(f"period-{tag}"))


def _whole(year: Decimal) -> int:
    if year != int(year) or abs(year) > 9999:  # noqa: PLR2004 - the last year of a date
        raise BadReport("A baseline's year cannot be read", field="baseline year", got=str(year), expected="a whole number")
    return int(year)


def _figure_in(period: etree._Element | None, name: str) -> str:
    """The figure for the whole: the first that is of no dimension and no place."""
    found = [] if period is None else [one for one in period.findall(name) if one.find("dimension") is None and one.find("location") is None]
    return _said(found[0]) if found else ""


def _said(figure: etree._Element) -> str:
    return cut(figure.get("value") or name_in(figure.find("comment")))
