"""The dates that a text gives: single days, lists and ranges, across months and years, in the languages of the region.

Years that are left out come from the page's own date, never from a clock; without one such a date is dropped.
A span runs from the first day (or its weekday) to the year, or to the last word that was read.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from vigie.ingest.page.calendar_words import DateWords, words_of
from vigie.ingest.page.date_forms import Item, expression_at, stands_since
from vigie.ingest.page.tokens import Token, tokens_of

_SURE = {"iso": 0.98, "numeric": 0.9, "stroke": 0.8, "words": 0.95, "month-first": 0.95, "month": 0.5, "day": 0.95}
_FORMS = {"iso": "iso", "numeric": "numeric", "stroke": "numeric", "month": "month"}
_NEAREST_YEAR, _RELATIVE_YEAR = 0.75, 0.9
"""What is left of a confidence where the year is the one nearest to the page's date, or follows from a word such as "last"."""

_WRONG_WEEKDAY, _SINCE = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day or a run of days (both ends included) that a text gives, and the characters that were read for it (end excluded).

    `rule` names how it was read, as `date.range.fr` or `date.day.fr.nearest`; `is_relative` says that the year was taken from the page's own date.
    The runs of one list (`3, 10 and 17 May`) share the list's span.
    """

    begin: date
    end: date
    span: tuple[int, int]
    rule: str
    confidence: float
    is_relative: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Days from `begin` to `end`, and what kind of words gave them."""

    begin: date
    end: date
    form: str


def dates_in(text: str, language: str, anchor: date | None) -> tuple[FoundDate, ...]:
    """The dates of a text in the order in which they stand; `language` is a BCP 47 tag, `anchor` the page's own date, for years that are left out.

    Durations, years alone, numbers of laws and telephones, times of day and impossible days are no dates.
    English forms are read on pages of every language, and so is 2018-05-04.

    >>> [(str(each.begin), str(each.end)) for each in dates_in("du 30 avril au 2 mai 2017", "fr", None)]
    [('2017-04-30', '2017-05-02')]
    """
    return tuple(_found(tokens_of(text), words_of(language), anchor))


def _found(tokens: Sequence[Token], words: Sequence[DateWords], anchor: date | None) -> Iterator[FoundDate]:
    starts = frozenset[str]().union(*(each.starts for each in words))
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.word not in starts and token.kind != "number":
            at += 1
            continue
        items, after = expression_at(tokens, at, words)
        share = _SINCE if items and stands_since(tokens, at, words) else 1
        for run, rule, confidence, is_relative in _dates(items, anchor):
            name = f"date.{run.form}.{words[0].name}{rule}"
            yield FoundDate(run.begin, run.end, (token.begin, tokens[after - 1].end), name, round(confidence * share, 3), is_relative)
        at = after


def _dates(items: tuple[Item, ...], anchor: date | None) -> tuple[tuple[_Run, str, float, bool], ...]:
    """The runs of days of an expression, each with the end of its rule's name, its confidence, and whether its year is the anchor's."""
    if not items:
        return ()
    filled = _with_months(items)
    if any(item.year for item in filled):
        runs, rule, factor, is_relative = _runs(_with_years(filled, 0)), "", 1.0, False
    else:
        runs, rule, factor = _anchored(filled, anchor)
        is_relative = True
    return tuple((run, rule, factor * _confidence(filled, run), is_relative) for run in runs)


def _confidence(items: Sequence[Item], run: _Run) -> float:
    least = min(_SURE[item.style] for item in items)
    wrong = any(item.weekday not in {None, day.weekday()} for item, day in zip(items, _ends(items, run), strict=False))
    return least * (_WRONG_WEEKDAY if wrong else 1)


def _ends(items: Sequence[Item], run: _Run) -> tuple[date, ...]:
    """The days to compare weekdays with: both ends of a range, the day of a single date."""
    return (run.begin, run.end)[: len(items)] if len(items) < 3 else ()  # noqa: PLR2004


def _with_months(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Days without a month get that of the next item, or after `May 4` that of the one before."""
    done: list[Item] = []
    for item in reversed(items):
        done.append(item if item.month or not done else replace(item, month=done[-1].month))
    done.reverse()
    for i in range(1, len(done)):
        done[i] = done[i] if done[i].month else replace(done[i], month=done[i - 1].month)
    return tuple(done)


def _with_years(items: Sequence[Item], year: int) -> tuple[Item, ...]:
    """Items without a year get that of the next one that has one, else that of the one before; `year` where none has any."""
    done: list[Item] = []
    for item in reversed(items):
        done.append(item if item.year else replace(item, year=_year_before(item, done[-1]) if done else year))
    done.reverse()
    for i in range(1, len(done)):
        done[i] = done[i] if done[i].year else replace(done[i], year=done[i - 1].year)
    return tuple(done)


def _year_before(item: Item, following: Item) -> int:
    """The year of an item before another: the year before where a range goes over New Year, as from 30 December to 2 January 2016."""
    crosses = following.join == "range" and (item.month, item.day) > (following.month, following.day) and bool(following.year)
    return following.year - crosses


def _runs(items: Sequence[Item]) -> tuple[_Run, ...]:
    """The runs of days that the items say, those that touch joined; empty where one of them is impossible."""
    runs: list[_Run] = []
    for item in items:
        days = _days(item)
        if days is None:
            return ()
        if item.join == "range":
            if not runs or runs[-1].form == "range" or days[1] < runs[-1].begin:
                return ()
            runs[-1] = _Run(runs[-1].begin, days[1], "range")
        elif runs and days[0] == runs[-1].end + timedelta(days=1):
            runs[-1] = _Run(runs[-1].begin, days[1], "list")
        else:
            runs.append(_Run(*days, "list" if item.join else _FORMS.get(item.style, "day")))
    return tuple(runs)


def _days(item: Item) -> tuple[date, date] | None:
    """The day of an item, or the first and the last day of its month; None where the calendar has none such."""
    length = calendar.monthrange(item.year, item.month)[1]
    if item.day > length:
        return None
    return date(item.year, item.month, item.day or 1), date(item.year, item.month, item.day or length)


def _anchored(items: tuple[Item, ...], anchor: date | None) -> tuple[tuple[_Run, ...], str, float]:
    """The runs in the year that the page's date gives, the end of the rule's name, and what is left of the confidence."""
    relative = next((item.relative for item in items if item.relative), "")
    if anchor is None or _needs_year(items, relative):
        return (), "", 0.0
    shift = {"last_year": -1, "this_year": 0, "next_year": 1}.get(relative)
    years = [anchor.year + shift] if shift is not None else [anchor.year - 1, anchor.year, anchor.year + 1]
    fitting = [runs for year in years if (runs := _runs(_with_years(items, year))) and _fits(relative, items, runs, anchor)]
    by_weekday = [runs for runs in fitting if items[0].weekday == runs[0].begin.weekday()]
    chosen = min(by_weekday or fitting, key=lambda runs: (abs((runs[0].begin - anchor).days), runs[0].begin), default=())
    return chosen, ".relative" if relative else ".nearest", _RELATIVE_YEAR if relative else _NEAREST_YEAR


def _needs_year(items: Sequence[Item], relative: str) -> bool:
    last = items[-1]
    return not relative and (last.weak or last.style == "numeric" or not last.day)


def _fits(relative: str, items: Sequence[Item], runs: Sequence[_Run], anchor: date) -> bool:
    """Whether days are as a word such as "last" or "next" says, seen from the page's date."""
    first = anchor if items[-1].day else anchor.replace(day=1)
    if relative == "last":
        return runs[-1].end <= anchor if items[-1].day else runs[-1].end < first
    return runs[0].begin > first if relative == "next" else True
