"""Which of a page's dates is that of the event: the head's own, or the one beside the words that tell of it; never the page's own date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from vigie.ingest.page.dates import FoundDate
from vigie.ingest.page.header import Header
from vigie.ingest.page.scan import MOST_SPANS, Scan, has_cue, span_of
from vigie.ingest.page.words import Parts
from vigie.model.lexicon import merged_spans
from vigie.model.reading import Found

LONGEST_DAYS: Final = 31
"""A longer stretch of time ("in 2012") is no date of a meeting or of an incident."""

FAR_DAYS: Final = 400
"""A date so far from the page's own is told of, and seldom what the page announces."""

_MOST: Final = 12


def event_dates(scan: Scan, header: Header, dates: Iterable[FoundDate], parts: Parts) -> tuple[Found, ...]:
    """The dates of the event, the best first and well above the others, each as a day or as first and last day; the page's own date is left out."""
    ranked: dict[tuple[date, date], list[tuple[float, FoundDate]]] = {}
    in_head = tuple(found.span for found in header.dates)
    for found in (*header.dates, *dates):
        if header.updated_span is not None and _touch(found.span, header.updated_span):
            continue
        score = _likeness(scan, header, found, parts, is_head=found.span in in_head)
        ranked.setdefault((found.begin, found.end), []).append((score, found))
    order = sorted(ranked.values(), key=lambda group: (-max(score * found.confidence**0.5 for score, found in group), group[0][1].span))
    return tuple(_found(scan, group, rank) for rank, group in enumerate(order[:_MOST]))


def _touch(left: tuple[int, int], right: tuple[int, int]) -> bool:
    return left[0] < right[1] and right[0] < left[1]


def _likeness(scan: Scan, header: Header, found: FoundDate, parts: Parts, *, is_head: bool) -> float:
    """How much a date looks like that of the event, from 0 to about 1, whatever was needed to read it.

    A single day at a line's begin, or alone in the head of a page that gives no other date of its own, is often the day of the news.
    """
    at, days = found.span[0], (found.end - found.begin).days
    score = 0.3 if days >= LONGEST_DAYS else 1.0 if days else 0.97
    if header.anchor is not None and abs((header.anchor - found.end).days) > FAR_DAYS:
        score *= 0.6
    if _is_dateline(scan.text, found):
        return score * 0.75
    if is_head:
        return score * (1.0 if days or header.updated is not None else 0.8)
    score *= 0.8 if has_cue(scan, at, {"later"}) else 1.0
    score *= 1.0 if has_cue(scan, at, {"held"}) else 0.95
    score *= 0.4 if has_cue(scan, at, {"past"}) else 1.0
    return score * (0.97 if parts.weight(at) > 1 else 0.85)


def _is_dateline(text: str, found: FoundDate) -> bool:
    """Whether one day stands after a place at a line's begin and text goes on after it: the day of the news."""
    begin = max(0, found.span[0] - _TOWN)
    newline = text.rfind("\n", begin, found.span[0])
    before = text[newline + 1 if newline >= 0 else begin : found.span[0]].strip()
    at_line_begin = newline >= 0 or begin == 0
    return at_line_begin and found.begin == found.end and before.endswith((",", "(")) and before[:1].isupper()


_TOWN: Final = 40


def _found(scan: Scan, group: list[tuple[float, FoundDate]], rank: int) -> Found:
    score, first = max(group, key=lambda item: item[0] * item[1].confidence)
    score *= first.confidence
    spans = tuple(span_of(scan.text, *span) for span in merged_spans(found.span for _, found in group)[:MOST_SPANS])
    value = first.begin.isoformat() if first.begin == first.end else f"{first.begin.isoformat()}/{first.end.isoformat()}"
    sure = score if rank == 0 else min(score, 0.6) * 0.6
    return Found(part="date", value=value, words=spans[0].quote[:160], spans=spans, rule=first.rule[:200], confidence=round(min(sure, 1.0), 3))
