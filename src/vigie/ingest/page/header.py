"""What the head of a page says: its title, when the thing was, and when the page was last changed.

The page's own date is what stands behind words such as "last updated" in any language of the region, else what its markup says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from vigie.ingest.page.calendar_words import labels
from vigie.ingest.page.dates import FoundDate, dates_in
from vigie.ingest.page.text import Block, PageText
from vigie.ingest.page.tokens import phrase_at, tokens_of

_LONGEST_LINE, _LONGEST_REST = 160, 30
"""Characters of a line that can be of the head, and of letters beside its dates (a town, a heading)."""

_HEAD_BLOCKS = 12
_PART = re.compile(r"[^|•·;\n]+")
_NEWEST_SURE, _PUBLISHED_SURE, _MARKUP_SURE = 0.4, 0.7, 0.85

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Header:
    """A page's title, the dates in its head, and its own date.

    `updated` is what the page says of itself; `updated_span` is None where only its markup says so; `updated_rule` how it was read.
    `anchor` dates what the body leaves open: `updated`, else the newest full date of the text, less sure (`anchor_confidence`).
    """

    title: str
    title_span: Span
    dates: tuple[FoundDate, ...]
    updated: date | None
    updated_span: Span | None
    updated_rule: str
    updated_confidence: float
    anchor: date | None
    anchor_confidence: float


@dataclass(frozen=True, slots=True)
class _Own:
    """A page's own date, where it stands, how it was read and how sure that is."""

    day: date | None = None
    span: Span | None = None
    rule: str = ""
    confidence: float = 0.0


def header_of(page: PageText, language: str) -> Header:
    """The head of a page; `language` is a BCP 47 tag. What the page does not say is None, with a confidence of 0."""
    own = _own_date(page, language)
    anchor, sure = (own.day, own.confidence) if own.day else _newest(page, language)
    dates = tuple(_head_dates(page, language, own, anchor))
    title, title_span = _title(page, language)
    return Header(title, title_span, dates, own.day, own.span, own.rule, own.confidence, anchor, sure)


def _own_date(page: PageText, language: str) -> _Own:
    """The surest of what the page says about its own date: "updated" in words, in markup, then "published" likewise."""
    updated = _labelled(page, language, "updated", 0.95)
    published = _labelled(page, language, "published", _PUBLISHED_SURE)
    in_markup = _declared(page.declared_updated, "updated.markup", _MARKUP_SURE), _declared(page.declared_published, "published.markup", _PUBLISHED_SURE - 0.05)
    return next((own for own in (updated, in_markup[0], published, in_markup[1]) if own.day), _Own())


def _labelled(page: PageText, language: str, which: str, sure: float) -> _Own:
    """The date that stands behind a label, in a part of a short line that begins with it."""
    for begin, end in _parts(page):
        tokens = tokens_of(page.text[begin:end])
        starts = [at for at in range(min(len(tokens), 3)) if all(token.kind == "sign" for token in tokens[:at])]
        length = next(((at, taken) for at in starts if (taken := phrase_at(tokens, at, labels(which)))), None)
        if length is None:
            continue
        rest = begin + tokens[sum(length) - 1].end
        rest, end = _next_line(page.text, rest, end)  # noqa: PLW2901 - the date may stand below its label
        found = next((each for each in dates_in(page.text[rest:end], language, None) if each.begin == each.end), None)
        if found is not None:
            return _Own(found.end, (rest + found.span[0], rest + found.span[1]), f"{which}.label", sure)
    return _Own()


def _next_line(text: str, begin: int, end: int) -> Span:
    """What follows a label in its line; the start of the next line that is not blank where nothing does."""
    if any(sign.isalnum() for sign in text[begin:end]):
        return begin, end
    below = text[end : end + _LONGEST_LINE]
    start = end + len(below) - len(below.lstrip())
    return start, start + len(below.strip().split("\n", 1)[0])


def _declared(value: str, rule: str, sure: float) -> _Own:
    found = next(iter(dates_in(value, "en", None)), None)
    return _Own(found.begin, None, rule, sure) if found else _Own()


def _parts(page: PageText) -> Iterator[Span]:
    """The parts of the page's short lines, as bars and points divide them, and what follows a date in them."""
    for begin, end in _lines(page.text):
        if end - begin <= _LONGEST_LINE:
            for match in _PART.finditer(page.text, begin, end):
                yield match.span()
                yield from _after_dates(page.text, *match.span())


def _after_dates(text: str, begin: int, end: int) -> Iterator[Span]:
    """What follows the first date of a part: `4 May 2018 Last updated: 5 May 2018`."""
    found = next(iter(dates_in(text[begin:end], "en", None)), None) if any(sign.isdigit() for sign in text[begin:end]) else None
    if found is not None:
        yield begin + found.span[1], end


def _lines(text: str) -> Iterator[Span]:
    begin = 0
    for line in text.split("\n"):
        yield begin, begin + len(line)
        begin += len(line) + 1


def _newest(page: PageText, language: str) -> tuple[date | None, float]:
    """The newest date of the text that names its year."""
    days = [each.end for each in dates_in(page.text, language, None) if each.end == each.begin or ".month." not in each.rule]
    return (max(days), _NEWEST_SURE) if days else (None, 0.0)


def _head_dates(page: PageText, language: str, own: _Own, anchor: date | None) -> Iterator[FoundDate]:
    """The dates of the head's lines that hold little else, without the page's own."""
    for block in _head(page):
        for begin, end in _lines(page.text[block.begin : block.end]):
            begin, end = block.begin + begin, block.begin + end  # noqa: PLW2901 - places in the page
            if end - begin > _LONGEST_LINE or not any(sign.isdigit() for sign in page.text[begin:end]):
                continue
            yield from _event_dates(page.text, (begin, end), language, own, anchor)


def _event_dates(text: str, line: Span, language: str, own: _Own, anchor: date | None) -> Iterator[FoundDate]:
    begin, end = line
    if own.span and begin <= own.span[0] < end:
        end = _label_begin(text, begin, own.span[0])
    found = [_moved(each, begin) for each in dates_in(text[begin:end], language, anchor)]
    read = sum(each.span[1] - each.span[0] for each in found)
    letters = sum(sign.isalpha() for sign in text[begin:end]) - sum(sign.isalpha() for each in found for sign in text[slice(*each.span)])
    if read and letters <= _LONGEST_REST and not _is_labelled(text[begin:end]):
        yield from found


def _label_begin(text: str, begin: int, end: int) -> int:
    """Where the label before the page's own date begins, so that what stands before it in the line is the event's."""
    tokens = tokens_of(text[begin:end])
    places = [at for at in range(len(tokens)) if any(phrase_at(tokens, at, labels(which)) for which in ("updated", "published"))]
    return begin + tokens[places[0]].begin if places else begin


def _is_labelled(line: str) -> bool:
    tokens = tokens_of(line)
    return any(phrase_at(tokens, 0, labels(which)) for which in ("updated", "published"))


def _moved(found: FoundDate, by: int) -> FoundDate:
    return replace(found, span=(found.span[0] + by, found.span[1] + by))


def _head(page: PageText) -> tuple[Block, ...]:
    """The blocks before the first long paragraph."""
    blocks = page.blocks[:_HEAD_BLOCKS]
    long = next((at for at, block in enumerate(blocks) if block.kind == "paragraph" and block.end - block.begin > _LONGEST_LINE), len(blocks))
    return tuple(block for block in blocks[:long] if block.kind in {"header", "paragraph", "title", "heading"})


def _title(page: PageText, language: str) -> tuple[str, Span]:
    """The page's title, or where that is no more than a date, the next line that says something."""
    if _says(page.title, language) and not _is_labelled(page.title):
        return page.title, page.title_span
    for block in _head(page):
        line = page.text[block.begin : block.end].split("\n", 1)[0]
        if _says(line, language) and not _is_labelled(line):
            return line, (block.begin, block.begin + len(line))
    return page.title, page.title_span


def _says(line: str, language: str) -> bool:
    found = dates_in(line, language, None)
    return sum(sign.isalpha() for sign in line) - sum(sign.isalpha() for each in found for sign in line[slice(*each.span)]) > 3  # noqa: PLR2004
