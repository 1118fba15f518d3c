"""Texts of dates and times as half-open intervals in µs UTC, many at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from vigie.ingest.mapping import Mapping
from vigie.model.times import DAY_US, LAST_US, NEVER_US, SECOND_US, is_in_range, parse_interval

Times = NDArray[np.int64]
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?Z?$"
_ZONED = r"[0-9](Z|z|[+-][0-9]{2}:?[0-9]{2})$"
_COMPACT = (r"^([0-9]{4})([0-9]{2})([0-9]{2})$", "${1}-${2}-${3}")
_YEAR_FIRST = (r"^([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})\.?((?:[T ,].*)?)$", "${1}-${2}-${3}${4}")
_YEAR_LAST = r"^([0-9]{1,2})[./-] ?([0-9]{1,2})[./-] ?([0-9]{4})\.?((?:[T ,].*)?)$"
_ORDER = {"dmy": "${3}-${2}-${1}${4}", "mdy": "${3}-${1}-${2}${4}"}
_PADS = ((r"^([0-9]{4})-([0-9])-", "${1}-0${2}-"), (r"^([0-9]{4}-[0-9]{2})-([0-9])([T ,]|$)", "${1}-0${2}${3}"))
_CLOCK = ((r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T, ]+([0-9]{1,2}:.*)$", "${1}T${2}"), (r"T([0-9]):", "T0${1}:"))
_EPOCHS = {"epoch_s": SECOND_US, "epoch_ms": 1000}


def intervals(texts: pl.Series, mapping: Mapping) -> tuple[Times, Times]:
    """Begin and end (n,) of what each text names: an instant (begin == end), a day, a month, a year.

    `NEVER_US` stands for blank texts and for those that are no time between the years -500 and 2100.
    """
    if mapping.time_format in _EPOCHS:
        begin = end = _epochs(texts, _EPOCHS[mapping.time_format])
    elif mapping.time_format:
        begin, end = _by_format(texts, mapping.time_format)
    else:
        begin, end = _iso(texts, mapping.date_order)
    if mapping.time_zone != "UTC":
        begin, end = (_from_zone(times, texts, mapping.time_zone) for times in (begin, end))
    good = (is_in_range(begin) | ((begin == LAST_US) & (end == begin))) & (end >= begin)
    return np.where(good, begin, NEVER_US), np.where(good, end, NEVER_US)


def _epochs(texts: pl.Series, factor: int) -> Times:
    numbers = texts.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    whole = texts.cast(pl.Int64, strict=False)
    exact = np.where(whole.is_not_null().to_numpy(), whole.fill_null(0).to_numpy(), 0)
    is_whole = whole.is_not_null().to_numpy() & (np.abs(numbers) < 1e15)  # noqa: PLR2004 - so that the product fits
    fits = np.isfinite(numbers) & (np.abs(numbers * factor) < 2**62)
    rounded = np.where(fits, np.rint(np.where(fits, numbers, 0) * factor), 0).astype(np.int64)
    return np.where(is_whole & fits, np.where(is_whole, exact, 0) * factor, np.where(fits, rounded, NEVER_US))


def _by_format(texts: pl.Series, pattern: str) -> tuple[Times, Times]:
    """By a strftime pattern; without an hour in it, days."""
    if any(code in pattern for code in ("%H", "%I", "%T", "%R", "%s")):
        found = texts.str.to_datetime(pattern, strict=False, time_unit="us")
        instants = _numbers(found.cast(pl.Int64), 1)
        return instants, instants
    days = _numbers(texts.str.to_date(pattern, strict=False).cast(pl.Int64), DAY_US)
    return days, _plus_day(days)


def _iso(texts: pl.Series, order: str) -> tuple[Times, Times]:
    begin, end = _fast(texts)
    left = np.flatnonzero((begin == NEVER_US) & (texts != "").to_numpy())
    if len(left):
        tidy = _tidy(texts.gather(left), order)
        begin[left], end[left] = _fast(tidy)
        slow = np.flatnonzero(begin[left] == NEVER_US)
        begin[left[slow]], end[left[slow]] = _slow(tidy.gather(slow))
    return begin, end


def _fast(texts: pl.Series) -> tuple[Times, Times]:
    """The two commonest forms: a day, and a UTC instant with seconds."""
    begin, end = np.full(len(texts), NEVER_US), np.full(len(texts), NEVER_US)
    instants = np.flatnonzero(texts.str.contains(_INSTANT).to_numpy())
    if len(instants):
        some = texts.gather(instants).str.strip_suffix("Z").str.replace(" ", "T", literal=True)
        begin[instants] = end[instants] = _numbers(some.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us").cast(pl.Int64), 1)
    days = np.flatnonzero(texts.str.contains(_DAY).to_numpy()) if len(instants) < len(texts) else instants[:0]
    if len(days):
        begin[days] = _numbers(texts.gather(days).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64), DAY_US)
        end[days] = _plus_day(begin[days])
    return begin, end


def _numbers(series: pl.Series, factor: int) -> Times:
    known = series.is_not_null().to_numpy()
    return np.where(known, series.fill_null(0).to_numpy() * factor, NEVER_US)


def _plus_day(days: Times) -> Times:
    return np.where(days == NEVER_US, NEVER_US, days + DAY_US)


def _tidy(texts: pl.Series, order: str) -> pl.Series:
    """Dates of other shapes, rewritten as ISO 8601 has them where the order of day and month is known."""
    steps = [_COMPACT, _YEAR_FIRST, *([(_YEAR_LAST, _ORDER[order])] if order in _ORDER else []), *_PADS, *_CLOCK]
    for pattern, replacement in steps:
        texts = texts.str.replace(pattern, replacement)
    return texts


def _slow(texts: pl.Series) -> tuple[Times, Times]:
    """What the fast forms do not cover: months, years, zones, years before 1."""
    known: dict[str, tuple[int, int]] = {text: _interval(text) for text in texts.unique().to_list()}
    pairs = np.array([known[text] for text in texts.to_list()], np.int64).reshape(len(texts), 2)
    return pairs[:, 0], pairs[:, 1]


def _interval(text: str) -> tuple[int, int]:
    try:
        return parse_interval(text)
    except (ValueError, OverflowError):
        return NEVER_US, NEVER_US


def _from_zone(times: Times, texts: pl.Series, zone: str) -> Times:
    """Times that were local, as UTC; those whose text says its own zone stay. Of an hour that comes twice, the first; one that never was is no time."""
    own = texts.str.contains(_ZONED).to_numpy() & texts.str.contains(":", literal=True).to_numpy()
    move = ~own & is_in_range(times)
    local = pl.Series(np.where(move, times, 0)).cast(pl.Datetime("us"))
    placed = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return np.where(move, _numbers(placed.dt.replace_time_zone(None).cast(pl.Int64), 1), times)


def widen(begin: Times, end: Times, spans: pl.Series) -> tuple[Times, Times]:
    """The intervals, at least as long as a precision code says: the calendar month or year, or the seven days around the day."""
    for span, (first, last) in {name: rule(begin) for name, rule in _SPAN_RULES.items()}.items():
        chosen = (spans == span).to_numpy() & (begin != NEVER_US)
        begin, end = np.where(chosen, np.minimum(begin, first), begin), np.where(chosen, np.maximum(end, last), end)
    return begin, end


def _days(begin: Times, before: int, after: int) -> tuple[Times, Times]:
    day = begin // DAY_US
    return (day - before) * DAY_US, (day + 1 + after) * DAY_US


def _calendar(begin: Times, unit: str) -> tuple[Times, Times]:
    period = np.where(begin == NEVER_US, 0, begin).astype("datetime64[us]").astype(f"datetime64[{unit}]")
    return period.astype("datetime64[us]").astype(np.int64), (period + 1).astype("datetime64[us]").astype(np.int64)


_SPAN_RULES: dict[str, Callable[[Times], tuple[Times, Times]]] = {
    "day": lambda begin: _days(begin, 0, 0),
    "week": lambda begin: _days(begin, 3, 3),
    "month": lambda begin: _calendar(begin, "M"),
    "year": lambda begin: _calendar(begin, "Y"),
}
