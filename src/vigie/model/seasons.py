"""Dates that know a season, a quarter or a half of a year only: old catalogues say `summer 1667`, tables `1667-22` or `1905-Q3`.

Codes are those of ISO 8601-2 (EDTF level 2): 21 to 24 spring to winter, 25 to 28 the same in the north, 29 to 32 in the
south, 33 to 36 the quarters, 40 and 41 the halves. Seasons are whole calendar months, as climatologists count them,
and of the north where nothing else is said.
"""

from __future__ import annotations

import re

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SPRING_NORTH, _SPRING_SOUTH = 3, 9
_A_SEASON, _A_HALF, _A_YEAR = 3, 6, 12
_WINTER_NORTH = 12
_CODED = re.compile(r"([+-]?\d{4,6})-(2[1-9]|3[0-6]|4[01])$")
_QUARTER = re.compile(r"(?:([+-]?\d{4})[- ]?q([1-4])|q([1-4])[ /-]?(\d{4}))$")
_NAMES = "(" + "|".join(_SEASONS) + ")"
_WORD = re.compile(rf"(?:{_NAMES}(?: of)?,? ([+-]?\d{{1,4}})(?:[/–-](\d{{2}}|\d{{4}}))?|([+-]?\d{{4}})[ -]{_NAMES})$")

Months = tuple[int, int]


def season_months(text: str) -> Months | None:
    """First month and the one after the last, counted from January of the year 0, of a season, quarter or half; None for any other text.

    A winter of one year alone may be the one that begins or the one that ends in it, so it runs over both; `winter 1905/06` is exact.

    >>> season_months("summer 1667") == (1667 * 12 + 5, 1667 * 12 + 8)
    True
    """
    text = text.strip().lower()
    for pattern, meaning in ((_CODED, _coded), (_QUARTER, _quarter), (_WORD, _word)):
        match = pattern.match(text)
        if match:
            return meaning(*match.groups())
    return None


def _coded(year: str, code: str) -> Months:
    number = int(code)
    if number >= 40:  # noqa: PLR2004 - codes of the standard, said above
        return _span(int(year), 1 + _A_HALF * (number - 40), _A_HALF)
    if number >= 33:  # noqa: PLR2004
        return _span(int(year), 1 + _A_SEASON * (number - 33), _A_SEASON)
    first = _SPRING_SOUTH if number >= 29 else _SPRING_NORTH  # noqa: PLR2004
    return _season(int(year), (first + _A_SEASON * ((number - 21) % 4) - 1) % _A_YEAR + 1)


def _quarter(year: str | None, number: str | None, other_number: str | None, other_year: str | None) -> Months:
    return _span(int(year or other_year or 0), 1 + _A_SEASON * (int(number or other_number or 1) - 1), _A_SEASON)


def _word(word: str | None, year: str | None, until: str | None, other_year: str | None, other_word: str | None) -> Months | None:
    begins, first = int(year or other_year or 0), _SEASONS[word or other_word or ""]
    if until is None:
        return _season(begins, first)
    return _span(begins, first, _A_SEASON) if first == _WINTER_NORTH and int(until) in (begins + 1, (begins + 1) % 100) else None


def _season(year: int, first: int) -> Months:
    if first == _WINTER_NORTH:
        return _span(year - 1, first, _A_SEASON + _A_YEAR)
    return _span(year, first, _A_SEASON)


def _span(year: int, first: int, months: int) -> Months:
    begin = year * _A_YEAR + first - 1
    return begin, begin + months
