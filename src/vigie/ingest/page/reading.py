"""A page becomes a draft: one call reads the bytes, finds every part with the words that say it, and leaves persons out.

`read_page` is a function of the page's bytes and of its tools alone: no clock, no network, no chance. A draft is for a reviewer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vigie.ingest.page.countries import Countries, countries_in, country_matches
from vigie.ingest.page.dates import dates_in
from vigie.ingest.page.event_dates import event_dates
from vigie.ingest.page.header import Header, header_of
from vigie.ingest.page.language import Language, language_of
from vigie.ingest.page.persons import masked, nameless, overlaps, person_spans, roles_in, unknown_names
from vigie.ingest.page.places import Gazetteer, Taken, gazetteer_of, places_in
from vigie.ingest.page.scan import Scan, cues_within, found_words, is_of_other_years, scan_of, sentence_at, span_of
from vigie.ingest.page.text import PageText, page_text
from vigie.ingest.page.words import Parts, field_of_kind, institution_words, institutions_in, kinds_in, theme_words, themes_in
from vigie.model.atlas import Atlas
from vigie.model.lexicon import Lexicon, merge_lexicons, merged_spans, values_of
from vigie.model.reading import Found, Part, Reading, Span

CONTEXT: Final = 60
"""So many characters before and after a span are its context."""

THRESHOLDS: Final[dict[Part, float]] = {"date": 0.5, "place": 0.6, "country": 0.7, "institution": 0.6, "theme": 0.6, "kind": 0.4, "field": 0.4, "role": 0.5}
"""From which confidence on a value goes into the report that is proposed; below, a reviewer sees it and must put it in. Parts not named have none."""

_ONE: Final[tuple[Part, ...]] = ("title", "language", "updated", "date", "place", "kind", "field")
_TITLE_LENGTH: Final = 500
_SHORT: Final = 160
_LEAD: Final = 600
_MOST_SURE: Final = 0.97


@dataclass(frozen=True, slots=True, eq=False)
class Tools:
    """What a page is read with: the gazetteer, the lexicon of kinds with their fields, the institutions and the themes. Make it once and keep it."""

    gazetteer: Gazetteer
    kinds: Lexicon
    institutions: Lexicon
    themes: Lexicon


def make_tools(atlas: Atlas, lexicons: Iterable[Lexicon], suggested: Iterable[Lexicon] = ()) -> Tools:
    """The tools for reading pages, from the node's atlas and the packs' lexicons of kinds (takes a second).

    `suggested` are further lexicons of a node's own, of institutions and themes.
    """
    own = tuple(suggested)
    return Tools(
        gazetteer=gazetteer_of(atlas),
        kinds=merge_lexicons(*lexicons),
        institutions=merge_lexicons(*own, institution_words()),
        themes=theme_words(),
    )


def read_page(data: bytes, source: str, tools: Tools) -> Reading:
    """The draft that a page's bytes (HTML or text) give. The same bytes give the same draft on any day and machine.

    Raises `BadReport` where the bytes are no page: too large, empty, no text.
    """
    page = page_text(data, source)
    language = language_of(page.text, page.declared_language)
    header = header_of(page, language.tag)
    scan = scan_of(page.text, language.tag)
    found, persons, faults = _found(page, language, header, scan, tools)
    clean = masked(page.text, persons)
    shown = masked(clean, unknown_names(clean, (header.title_span, *((span.begin, span.end) for item in found for span in item.spans))))
    return Reading(
        page=hashlib.sha256(data).hexdigest(),
        source=source[-_SHORT:],
        language=language.tag,
        title=_title(header, clean),
        found=found,
        contexts=tuple(context_of(shown, item) for item in found),
        faults=faults,
    )


def best(reading: Reading) -> dict[Part, tuple[Found, ...]]:
    """What would go into the report: the surest date, place, kind and field, and all countries, institutions, themes and roles, over `THRESHOLDS`."""
    chosen: dict[Part, tuple[Found, ...]] = {}
    for part in dict.fromkeys(item.part for item in reading.found):
        enough = tuple(item for item in reading.of(part) if item.confidence >= THRESHOLDS.get(part, 0.0))
        if enough:
            chosen[part] = enough[:1] if part in _ONE else enough
    return chosen


def context_of(clean: str, item: Found) -> str:
    """What stands around the first span of a value, on one line; `clean` is the page's text with persons masked."""
    if not item.spans:
        return ""
    begin, end = max(0, item.spans[0].begin - CONTEXT), min(len(clean), item.spans[0].end + CONTEXT)
    return " ".join(clean[begin : min(end, begin + _TITLE_LENGTH)].split())


_Spans = tuple[tuple[int, int], ...]
_Places = tuple[Found, ...]


def _found(page: PageText, language: Language, header: Header, scan: Scan, tools: Tools) -> tuple[tuple[Found, ...], _Spans, tuple[str, ...]]:
    """Everything that was found, where persons stand, and what must be said of what was not."""
    named, bodies = country_matches(scan), found_words(scan, tools.institutions)
    known = [(match.begin, match.end) for match in (*named, *bodies)]
    persons = person_spans(page.text, known)
    feet = tuple((block.begin, block.end) for block in page.blocks if block.kind == "footer")
    named = tuple(match for match in named if not overlaps(feet, match.begin, match.end))
    taken = merged_spans((*persons, *feet))
    parts = Parts(header.title_span, _lead_end(page, header))
    read = (found for found in dates_in(page.text, language.tag, header.anchor) if not overlaps(feet, *found.span))
    dates = tuple(item for item in event_dates(scan, header, read, parts) if _is_clear(item, persons))
    years = frozenset(day[:4] for item in dates[:1] for day in item.value.split("/"))
    countries = countries_in(scan, named, taken, tools.gazetteer.atlas.region, header.anchor, years)
    kinds = kinds_in(scan, parts, tools.kinds, taken) or _supposed(dates, countries, tools.kinds)
    places = places_in(scan, tools.gazetteer, named, Taken(taken, tuple((match.begin, match.end) for match in bodies)), _heads(page))
    places = _of_the_years(scan, _weighed(scan, places, kinds, tools.kinds, header.title_span), years)
    said = (
        *_of_page(page, language, header, persons),
        *dates,
        *places,
        *countries.found,
        *institutions_in(scan, taken, tools.institutions),
        *themes_in(scan, parts, taken, tools.themes),
        *kinds,
        *(field_of_kind(kind, tools.kinds) for kind in kinds[:1]),
        *roles_in(page.text, persons),
    )
    return said, persons, _faults(countries, said)


def _supposed(dates: _Places, countries: Countries, lexicon: Lexicon) -> _Places:
    """The kind that is supposed where no word says any: several countries on days of their own are most likely to have met."""
    is_likely = bool(dates) and len(countries.found) >= _SEVERAL and _MEETING in values_of(lexicon)
    spans = dates[0].spans if is_likely else ()
    return (Found(part="kind", value=_MEETING, words=spans[0].quote[:_SHORT], spans=spans, rule="kind-by-countries", confidence=0.4),) if spans else ()


_SEVERAL: Final = 3
_MEETING: Final = "coop.consult"


def _weighed(scan: Scan, places: _Places, kinds: _Places, lexicon: Lexicon, title: tuple[int, int]) -> _Places:
    """The places again: surer where the title names them, less sure where they stand apart from what the page tells of.

    News of an incident are often sent from another town than that where it was.
    """
    if not kinds:
        return places
    is_incident = field_of_kind(kinds[0], lexicon).value != "cooperation"
    told = {sentence_at(scan, span.begin) for span in kinds[0].spans}
    weighed = [(place, _factor(scan, place, told, title, is_incident=is_incident)) for place in places]
    again = (place.model_copy(update={"confidence": round(min(_MOST_SURE, place.confidence * factor), 3)}) for place, factor in weighed)
    return tuple(sorted(again, key=lambda place: -place.confidence))


def _of_the_years(scan: Scan, places: _Places, years: frozenset[str]) -> _Places:
    """The places again: those less sure that stand only in sentences of years in which the event was not ("the meeting of 2017 was held in Tirana")."""
    apart = (bool(years) and all(is_of_other_years(scan, span.begin, years) for span in place.spans) for place in places)
    again = (place.model_copy(update={"confidence": round(place.confidence * 0.5, 3)}) if other else place for place, other in zip(places, apart, strict=True))
    return tuple(sorted(again, key=lambda place: -place.confidence))


def _factor(scan: Scan, place: Found, told: set[tuple[int, int]], title: tuple[int, int], *, is_incident: bool) -> float:
    if place.rule == "place-dateline":
        return 0.7 if is_incident else 1.0
    if any(title[0] <= span.begin < title[1] for span in place.spans):
        return 1.2
    here = [sentence_at(scan, span.begin) for span in place.spans]
    if place.rule == "place-head" or any(sentence in told for sentence in here):
        return 1.0
    is_later = all(cues_within(scan, *sentence, {"later"}) for sentence in here)
    return 0.7 if is_later or is_incident else 0.9


def _of_page(page: PageText, language: Language, header: Header, persons: _Spans) -> tuple[Found, ...]:
    """The page's own title, language and date."""
    found: list[Found] = []
    if header.title:
        begin, end = nameless(*header.title_span, persons)
        value = masked(page.text, persons)[slice(*header.title_span)][:_TITLE_LENGTH].strip() or "-"
        found.append(Found(part="title", value=value, words=value[:_SHORT], spans=_spans(page.text, begin, end), rule="page-title", confidence=0.9))
    found.append(Found(part="language", value=language.tag, words=language.tag, rule="language-words", confidence=language.confidence))
    if header.updated is not None:
        spans = _spans(page.text, *header.updated_span) if header.updated_span else ()
        words = spans[0].quote[:_SHORT] if spans else header.updated.isoformat()
        rule, sure = header.updated_rule or "page-date", header.updated_confidence
        found.append(Found(part="updated", value=header.updated.isoformat(), words=words, spans=spans, rule=rule, confidence=sure))
    return tuple(found)


def _spans(text: str, begin: int, end: int) -> tuple[Span, ...]:
    return (span_of(text, begin, end),) if end > begin else ()


def _title(header: Header, clean: str) -> str:
    """The page's title without persons, as it stands in the text."""
    return clean[slice(*header.title_span)][:_TITLE_LENGTH].strip() if header.title else ""


def _heads(page: PageText) -> _Spans:
    """The head of a page: its blocks before the first real paragraph."""
    heads: list[tuple[int, int]] = []
    for block in page.blocks:
        if block.kind == "footer" or (block.kind in {"paragraph", "list"} and block.end - block.begin > _HEAD_LINE * 2):
            break
        if block.kind != "title":
            heads.append((block.begin, block.end))
    return tuple(heads)


_HEAD_LINE: Final = 80


def _lead_end(page: PageText, header: Header) -> int:
    """Where the page's first real paragraph ends."""
    after = (block for block in page.blocks if block.kind == "paragraph" and block.begin >= header.title_span[0] and block.end - block.begin > _HEAD_LINE)
    first = next(after, None)
    return min(len(page.text), first.end if first is not None else header.title_span[1] + _LEAD)


def _is_clear(item: Found, persons: _Spans) -> bool:
    return not any(overlaps(persons, span.begin, span.end) for span in item.spans)


def _faults(countries: Countries, found: Iterable[Found]) -> tuple[str, ...]:
    parts = {item.part for item in found}
    missing: tuple[tuple[Part, str], ...] = (
        ("date", "No date of an event was found on the page."),
        ("place", "No place of an event was found on the page."),
        ("kind", "No word of the page says what kind of event it tells of."),
    )
    left_out = f"Named only for a person, a body or in a note, so no country of the event: {', '.join(countries.left_out)}."
    said = [sentence for part, sentence in missing if part not in parts]
    return tuple([*said, left_out[:_SHORT]] if countries.left_out else said)
