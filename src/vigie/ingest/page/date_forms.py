"""The forms that dates are written in: days, months and years in a row of tokens, joined to lists and ranges. What they mean is `dates`' matter.

Every form is tried at a token and takes a bounded number of tokens, so a text is read in linear time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vigie.ingest.page.calendar_words import DateWords, Month, numbered
from vigie.ingest.page.tokens import Phrases, Token, kind_at, phrase_at, touches, word_at

Join = Literal["", "list", "range", "comma"]
Style = Literal["iso", "numeric", "stroke", "words", "month-first", "month", "day"]

FIRST_YEAR, LAST_YEAR = 1900, 2100
_MAX_ITEMS = 31
_DASHES = frozenset("-–—‑−")


@dataclass(frozen=True, slots=True)
class Item:
    """A day, a day of a month, or a month, as written in the tokens `begin` to `end` (excluded); 0 and None stand for what is left out.

    `join` is how it hangs on the item before it; `relative` what is said of its year (`last`, `next_year`).
    """

    begin: int
    end: int
    day: int
    month: int = 0
    year: int = 0
    weekday: int | None = None
    style: Style = "words"
    weak: bool = False
    """A month's name that counts only beside a year: shortened, or also another word."""

    relative: str = ""
    join: Join = ""


def expression_at(tokens: Sequence[Token], at: int, words: Sequence[DateWords]) -> tuple[tuple[Item, ...], int]:
    """The items of the longest expression of dates that begins at a token, empty where none does, and the token to go on from."""
    first = _longest(_item, tokens, at, words) if _may_begin(tokens, at) else None
    if first is None:
        return (), at + 1
    if first.style == "month" and (days := _days_after(tokens, first, words)):
        return days, days[-1].end
    items = [first]
    while len(items) < _MAX_ITEMS:
        joined = _joined(tokens, items[-1], words)
        if joined is None:
            break
        items.append(joined)
    end = items[-1].end
    has_month = any(item.month for item in items)
    sound = _sound(items, tokens, words)
    if sound:
        return sound, sound[-1].end
    return (), at + 1 if has_month else end


def _days_after(tokens: Sequence[Token], month: Item, words: Sequence[DateWords]) -> tuple[Item, ...]:
    """The days that follow a month as its own: `En mai 2018, les 14 et 15`; empty where none do, or where they have a month themselves."""
    at = month.end + (word_at(tokens, month.end) == ",")
    article = max(phrase_at(tokens, at, each.articles) for each in words)
    first = _longest(_day, tokens, at + article, words) if article and at > month.end else None
    if first is None:
        return ()
    items = [first]
    while len(items) < _MAX_ITEMS and (joined := _joined(tokens, items[-1], words)) is not None:
        items.append(joined)
    if any(item.month for item in items) or (len(items) == 1 and word_at(tokens, first.end) not in {",", ".", ";"}):
        return ()
    return (
        replace(first, begin=month.begin, month=month.month, year=month.year, relative=month.relative),
        *(replace(item, month=month.month) for item in items[1:]),
    )


def stands_since(tokens: Sequence[Token], at: int, words: Sequence[DateWords]) -> bool:
    """Whether the words before a token say that what follows has lasted since then."""
    return any(word_at(tokens, at - back) in each.since for each in words for back in (1, 2))


def _sound(items: list[Item], tokens: Sequence[Token], words: Sequence[DateWords]) -> tuple[Item, ...]:
    """The items without the days at the end that belong to no month, and with "between 3 and 5" as a range."""
    while items and not items[-1].month and not _hangs_on_month(items):
        items.pop()
    has_list = any(item.join == "list" for item in items)
    if any(item.join == "comma" for item in items) and not has_list and len(items) < 3:  # noqa: PLR2004 - "room 3, 4 May" is no list
        return (items[0],) if items[0].month else ()
    if len(items) == 2 and items[1].join == "list" and _between(tokens, items[0].begin, words):  # noqa: PLR2004 - both ends of a range
        items[1] = replace(items[1], join="range")
    return tuple(items)


def _hangs_on_month(items: Sequence[Item]) -> bool:
    """Whether the last day of `May 4-6` or `May 4 and 6, 2018` takes the month that stands first."""
    return items[0].style == "month-first" and (bool(items[-1].year) or (len(items) == 2 and items[-1].join == "range"))  # noqa: PLR2004


def _between(tokens: Sequence[Token], at: int, words: Sequence[DateWords]) -> bool:
    return any(word_at(tokens, at - back) in each.between for each in words for back in (1, 2))


def _joined(tokens: Sequence[Token], last: Item, words: Sequence[DateWords]) -> Item | None:
    """The item that hangs on another one by a word or a sign."""
    for each in words:
        join, at = _join_at(tokens, last.end, each)
        at += phrase_at(tokens, at, each.articles) if join else 0
        found = _longest(_item, tokens, at, words) if join else None
        if found is not None and not found.month and each.month_first:
            found = _day_after_month(tokens, at, each)
        if found is not None:
            full = last.style in {"iso", "numeric", "stroke"} and found.style == last.style and word_at(tokens, last.end) == "/"
            found = replace(found, join="range" if full else join)
            return None if _parted(last, found) else found
    return None


def _parted(last: Item, found: Item) -> bool:
    """Whether two items are dates of their own: a comma between dates with months, "and" between dates with years, a number after a year."""
    if last.year and not found.month:
        return True
    both = last.month and found.month
    return bool((found.join == "comma" and both) or (found.join == "list" and last.year and found.year))


def _join_at(tokens: Sequence[Token], at: int, words: DateWords) -> tuple[Join, int]:
    """How the next item may hang on what ends before a token, and where it would begin."""
    comma = word_at(tokens, at) == "," and not touches(tokens, at + 1)
    joins: tuple[Join, Join] = ("range", "list")
    at += word_at(tokens, at) == "." and touches(tokens, at) and word_at(tokens, at + 1) in _DASHES
    for join in joins:
        length = phrase_at(tokens, at + comma, words.joins[join])
        if length:
            return join, at + comma + length
    if word_at(tokens, at) == "/" and kind_at(tokens, at + 1) == "number":
        return "list", at + 1
    return ("comma", at + 1) if comma else ("", at)


def _longest(form: Callable[[Sequence[Token], int, DateWords], Item | None], tokens: Sequence[Token], at: int, words: Sequence[DateWords]) -> Item | None:
    """What a form reads at a token in any of the languages, with a month before without one, then the longest."""
    found = [item for each in words if (item := form(tokens, at, each)) is not None]
    return max(found, key=lambda item: (item.month > 0, item.end), default=None)


def _item(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """A day or a month that begins at a token, with the weekday before it."""
    weekday, start = _weekday(tokens, at, words)
    for form in (_iso, _numeric, _day_and_month, _month_and_day, _whole_month, _day):
        found = form(tokens, start, words)
        if found is not None:
            return replace(found, begin=at, weekday=weekday)
    return None


def _weekday(tokens: Sequence[Token], at: int, words: DateWords) -> tuple[int | None, int]:
    """The weekday that stands at a token, or the first of two, and where the day after it begins."""
    weekday = words.weekdays.get(word_at(tokens, at))
    if weekday is None:
        return None, at
    at += 1 + (word_at(tokens, at + 1) in {",", "."})
    other = max((phrase_at(tokens, at, words.joins[join]) for join in ("list", "range")), default=0)
    if other and word_at(tokens, at + other) in words.weekdays:
        at += other + 1 + (word_at(tokens, at + other + 1) in {",", "."})
    return weekday, at + phrase_at(tokens, at, words.articles)


def _iso(tokens: Sequence[Token], at: int, _: DateWords) -> Item | None:
    """`2018-05-04`, and with points or strokes."""
    year, sign = _year_number(tokens, at), word_at(tokens, at + 1)
    if not year or sign not in {"-", "/", "."} or word_at(tokens, at + 3) != sign or not all(touches(tokens, at + i) for i in range(1, 5)):
        return None
    month, day = _number(tokens, at + 2, 12), _number(tokens, at + 4, 31)
    if not month or not day or _runs_on(tokens, at + 5, also="-"):
        return None
    return Item(at, at + 5, day, month, year, style="iso")


def _numeric(tokens: Sequence[Token], at: int, _: DateWords) -> Item | None:
    """`04.05.2018`, `4. 5. 2018`, `4/5/2018`: the day first; with points also without a year, as before another such date."""
    day, sign, month = _number(tokens, at, 31), word_at(tokens, at + 1), _number(tokens, at + 2, 12)
    if not day or not month or sign not in {".", "/", "-"} or not touches(tokens, at + 1) or (sign != "." and not touches(tokens, at + 2)):
        return None
    if word_at(tokens, at + 3) == sign and touches(tokens, at + 3) and (sign == "." or touches(tokens, at + 4)):
        year = _year_number(tokens, at + 4)
        if year and not _runs_on(tokens, at + 5, also="-"):
            return Item(at, at + 5, day, month, year, style="stroke" if sign == "/" else "numeric")
        ends = kind_at(tokens, at + 4) != "number"
        return Item(at, at + 4, day, month, style="numeric") if sign == "." and ends else None
    return Item(at, at + 3, day, month, style="numeric") if sign == "." and not _runs_on(tokens, at + 3) else None


def _day_and_month(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """`1er octobre 2016`, `8. juna`, `4th of May, 2018`, `03-Feb-2016`."""
    day, end = _day_number(tokens, at, words)
    if not day:
        return None
    dashed = word_at(tokens, end) in {"-", "/", "."} and touches(tokens, end) and touches(tokens, end + 1)
    start = end + dashed
    start += 0 if dashed else phrase_at(tokens, start, words.of)
    month, end = _month_name(tokens, start, words)
    if month is None:
        return None
    return _with_year(Item(at, end, day, month.number, weak=month.short or month.doubtful), tokens, words)


def _month_and_day(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """`May 4, 2018`, where the language writes so."""
    month, end = _month_name(tokens, at, words) if words.month_first else (None, at)
    if month is None:
        return None
    end += word_at(tokens, end) == "."
    day, end = _day_number(tokens, end, words)
    return _with_year(Item(at, end, day, month.number, style="month-first", weak=month.short), tokens, words) if day else None


def _day_after_month(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """The second day of `May 4 and 5, 2018`."""
    day, end = _day_number(tokens, at, words)
    return _with_year(Item(at, end, day, style="day"), tokens, words) if day else None


def _whole_month(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """`décembre 2015`, `décembre dernier`, `last December`."""
    before, length = _relative(tokens, at, words.before)
    month, end = _month_name(tokens, at + length, words)
    if month is None:
        inner = _day_and_month(tokens, at + length, words) if before else None
        return replace(inner, begin=at, relative=before) if inner else None
    found = _with_year(Item(at, end, 0, month.number, style="month", weak=month.short or month.doubtful), tokens, words)
    return replace(found, relative=before or found.relative) if found else None


def _day(tokens: Sequence[Token], at: int, words: DateWords) -> Item | None:
    """A day alone, which waits for the month after it."""
    day, end = _day_number(tokens, at, words)
    return Item(at, end, day, style="day") if day else None


def _with_year(item: Item, tokens: Sequence[Token], words: DateWords) -> Item | None:
    """The item with the year, or the word about the year, that follows; None where what follows is a year of another age."""
    at = item.end
    full_stop = word_at(tokens, at) == "." and touches(tokens, at)
    dash = word_at(tokens, at) in {"-", "/"} and touches(tokens, at) and touches(tokens, at + 1)
    for start in (at, at + full_stop, at + dash, at + phrase_at(tokens, at, words.year)):
        year = _year_number(tokens, start)
        if year and not _runs_on(tokens, start + 1):
            return replace(item, end=start + 1, year=year)
    start = at + (full_stop and item.weak)
    if kind_at(tokens, start) == "number" and len(word_at(tokens, start)) > 3:  # noqa: PLR2004 - a year of another age, or no year at all
        return None
    relative, length = _relative(tokens, start, words.after)
    return replace(item, end=start + length, relative=relative) if length else item


def _relative(tokens: Sequence[Token], at: int, phrases: Mapping[str, Phrases]) -> tuple[str, int]:
    """What the words at a token say of the year, and how many they are; ("", 0) where they say nothing."""
    lengths = {kind: phrase_at(tokens, at, each) for kind, each in phrases.items()}
    kind = max(lengths, key=lambda name: lengths[name])
    return (kind, lengths[kind]) if lengths[kind] else ("", 0)


def _month_name(tokens: Sequence[Token], at: int, words: DateWords) -> tuple[Month | None, int]:
    """The month that a token names, and the place after it; a full stop is left alone unless a year follows (`_with_year`)."""
    month = words.months.get(word_at(tokens, at))
    if month is None or (words.capital and not tokens[at].capital):
        return None, at
    return month, at + 1


def _day_number(tokens: Sequence[Token], at: int, words: DateWords) -> tuple[int, int]:
    """A day of the month with its ordinal ending or full stop, and the place after it; (0, at) where none stands."""
    day, end = _number(tokens, at, 31), at + 1
    if not day:
        return 0, at
    hyphen = word_at(tokens, end) in {"-", "'"} and touches(tokens, end) and touches(tokens, end + 1) and word_at(tokens, end + 1) in words.ordinals
    if touches(tokens, end + hyphen) and kind_at(tokens, end + hyphen) == "word":
        if word_at(tokens, end + hyphen) not in words.ordinals:
            return 0, at
        end += hyphen + 1
    if word_at(tokens, end) in {":", ",", "%"} and touches(tokens, end) and touches(tokens, end + 1):
        return 0, at
    point = word_at(tokens, end) == "." and touches(tokens, end) and not (touches(tokens, end + 1) and kind_at(tokens, end + 1) == "number")
    return day, end + point


def _number(tokens: Sequence[Token], at: int, most: int) -> int:
    """A number of one or two digits up to a limit; 0 where none stands."""
    word = word_at(tokens, at)
    number = int(word) if kind_at(tokens, at) == "number" and len(word) <= 2 else 0  # noqa: PLR2004
    return number if number <= most else 0


def _year_number(tokens: Sequence[Token], at: int) -> int:
    """A year of four digits in the range that dates are read in; 0 where none stands."""
    word = word_at(tokens, at)
    year = int(word) if kind_at(tokens, at) == "number" and len(word) == 4 else 0  # noqa: PLR2004
    return year if FIRST_YEAR <= year <= LAST_YEAR else 0


def _runs_on(tokens: Sequence[Token], at: int, also: str = "") -> bool:
    """Whether a number is only the beginning of something longer, as an address or a version is."""
    sign = word_at(tokens, at)
    if not touches(tokens, at):
        return False
    if sign in {".", ":", *also}:
        return touches(tokens, at + 1) and kind_at(tokens, at + 1) == "number"
    return kind_at(tokens, at) == "word" and sign != "t"


def _may_begin(tokens: Sequence[Token], at: int) -> bool:
    """Whether a date can begin at a token: not inside a longer number, nor after a word that numbers things."""
    before = at - 1
    if touches(tokens, at):
        inside = word_at(tokens, before) in {".", ":", "/", "-", "–", ","} and touches(tokens, before) and kind_at(tokens, before - 1) == "number"
        if inside or word_at(tokens, before) in {"+", "№", "#", "§", "_", "@"} or kind_at(tokens, before) in {"word", "number"}:
            return False
    before -= word_at(tokens, before) in {".", "°", "º", ":"}
    return word_at(tokens, before) not in numbered()
