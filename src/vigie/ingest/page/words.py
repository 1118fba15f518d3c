"""What a page is about, by words held as data: the institutions that it names, its themes, and the kind of the thing that it tells.

A kind is weighed by where its words stand (title, lead, rest) and by what stands beside them: what was denied, feared, played in an exercise,
or done in earlier years is not what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from vigie.ingest.page.persons import overlaps
from vigie.ingest.page.scan import MOST_SPANS, Scan, cues_within, data_text, found_words, is_footnote, sentence_at, span_of
from vigie.model.lexicon import Lexicon, Match, lexicon_from_yaml
from vigie.model.reading import Found, Part

_TITLE, _LEAD, _REST = 3.0, 1.6, 1.0
_COUNTED: Final = 3
_WINDOW: Final = 60
_NEAR: Final = 28
_SURE: Final = {_TITLE: 0.9, _LEAD: 0.75, _REST: 0.6}
_OTHER_KINDS: Final = 3
_HARMLESS: Final = "cooperation"


@dataclass(frozen=True, slots=True)
class Parts:
    """Where a page's title stands, and where its lead ends."""

    title: tuple[int, int]
    lead_end: int

    def weight(self, at: int) -> float:
        """How much a word counts that stands at a position."""
        if self.title[0] <= at < self.title[1]:
            return _TITLE
        return _LEAD if at < self.lead_end else _REST


@dataclass(frozen=True, slots=True)
class _Mention:
    kind: str
    field: str
    weight: float
    place: float
    match: Match


@cache
def institution_words() -> Lexicon:
    """The institutions that are known by name, by letters, or in generic forms."""
    return lexicon_from_yaml(data_text("institutions.yaml"), "institutions.yaml", "institution-lexicon")


@cache
def theme_words() -> Lexicon:
    """The words of the priorities and of a few more themes."""
    return lexicon_from_yaml(data_text("themes.yaml"), "themes.yaml", "theme-lexicon")


def institutions_in(scan: Scan, taken: tuple[tuple[int, int], ...], lexicon: Lexicon | None = None) -> tuple[Found, ...]:
    """The institutions that a text names, in the order of their first mention; `taken` are stretches that belong to persons."""
    return _grouped(scan, "institution", found_words(scan, lexicon or institution_words()), taken, None)


def themes_in(scan: Scan, parts: Parts, taken: tuple[tuple[int, int], ...] = (), lexicon: Lexicon | None = None) -> tuple[Found, ...]:
    """The themes of a text, in the order of their first mention; surer in the title and when said more than once."""
    return _grouped(scan, "theme", found_words(scan, lexicon or theme_words()), taken, parts)


def kinds_in(scan: Scan, parts: Parts, lexicon: Lexicon, taken: tuple[tuple[int, int], ...] = ()) -> tuple[Found, ...]:
    """The kinds of thing that a text may tell, the likeliest first and surely above the others; empty where no word of any stands."""
    mentions = [_mention(scan, parts, match) for match in found_words(scan, lexicon) if _is_free(scan, match, taken)]
    groups: dict[str, list[_Mention]] = {}
    for mention in _without_talk(scan, mentions):
        if mention.weight > 0:
            groups.setdefault(mention.kind, []).append(mention)
    ranked = sorted(groups.items(), key=lambda group: (-_score(group[1]), group[1][0].match.begin, group[0]))
    return tuple(_found_kind(scan, kind, group, rank) for rank, (kind, group) in enumerate(ranked[: 1 + _OTHER_KINDS]))


def field_of_kind(kind: Found, lexicon: Lexicon) -> Found:
    """The field that a kind belongs to, with the same spans."""
    name = next(word.field for word in lexicon.words if word.value == kind.value)
    return Found(part="field", value=name, words=name, spans=kind.spans, rule="field-of-kind", confidence=kind.confidence)


def _is_free(scan: Scan, match: Match, taken: tuple[tuple[int, int], ...]) -> bool:
    return not overlaps(taken, match.begin, match.end) and not is_footnote(scan, match.begin)


def _grouped(scan: Scan, part: Part, found: tuple[Match, ...], taken: tuple[tuple[int, int], ...], parts: Parts | None) -> tuple[Found, ...]:
    groups: dict[str, list[Match]] = {}
    for match in found:
        if _is_free(scan, match, taken):
            for value in dict.fromkeys(word.value for word in match.words):
                groups.setdefault(value, []).append(match)
    return tuple(_found(scan, part, value, group, parts) for value, group in groups.items())


def _found(scan: Scan, part: Part, value: str, group: list[Match], parts: Parts | None) -> Found:
    in_title = parts is not None and any(parts.weight(match.begin) == _TITLE for match in group)
    sure = max(match.word.confidence for match in group) + (0.1 if in_title else 0.0) + (0.05 if len(group) > 1 else 0.0)
    spans = tuple(span_of(scan.text, match.begin, match.end) for match in group[:MOST_SPANS])
    return Found(part=part, value=value, words=spans[0].quote[:160], spans=spans, rule=group[0].word.rule, confidence=round(min(0.95, sure), 3))


def _mention(scan: Scan, parts: Parts, match: Match) -> _Mention:
    place = parts.weight(match.begin)
    return _Mention(match.word.value, match.word.field, match.word.confidence * place * _guard(scan, match), place, match)


def _guard(scan: Scan, match: Match) -> float:
    """By how much the words beside a mention lower it: 0 where it did not happen."""
    begin, end = sentence_at(scan, match.begin)
    before = max(begin, match.begin - _WINDOW)
    if cues_within(scan, max(begin, match.begin - _NEAR), match.begin, {"no"}) or cues_within(scan, match.end, min(end, match.end + _NEAR), {"denied"}):
        return 0.0
    harmless = match.word.field == _HARMLESS
    factor = 0.35 if cues_within(scan, begin, end, {"past"}) else 1.0
    if cues_within(scan, before, match.begin, {"maybe"}):
        factor *= 0.5 if harmless else 0.0
    if cues_within(scan, begin, end, {"later"}):
        factor *= 0.7 if harmless else 0.3
    return factor


def _without_talk(scan: Scan, mentions: list[_Mention]) -> list[_Mention]:
    """The mentions with those of conflict lowered that a meeting only spoke of, or that an exercise played."""
    harmless = {sentence_at(scan, mention.match.begin) for mention in mentions if mention.field == _HARMLESS and mention.weight > 0}
    return [_lowered(mention) if mention.field != _HARMLESS and _is_talk(scan, mention.match, harmless) else mention for mention in mentions]


def _lowered(mention: _Mention) -> _Mention:
    return _Mention(mention.kind, mention.field, mention.weight * 0.3, mention.place, mention.match)


def _is_talk(scan: Scan, match: Match, harmless: set[tuple[int, int]]) -> bool:
    begin, end = sentence_at(scan, match.begin)
    return (begin, end) in harmless and bool(cues_within(scan, begin, match.begin, {"about", "maybe", "in"}))


def _score(group: list[_Mention]) -> float:
    best = sorted((mention.weight for mention in group), reverse=True)
    return sum(weight / (rank + 1) for rank, weight in enumerate(best[:_COUNTED]))


def _found_kind(scan: Scan, kind: str, group: list[_Mention], rank: int) -> Found:
    best = max(group, key=lambda mention: mention.weight)
    sure = _SURE[best.place] * min(1.0, 0.5 + best.weight / best.place)
    spans = tuple(span_of(scan.text, mention.match.begin, mention.match.end) for mention in group[:MOST_SPANS])
    confidence = round(sure if rank == 0 else min(sure, 0.45) * 0.9, 3)
    return Found(part="kind", value=kind, words=spans[0].quote[:160], spans=spans, rule=f"kind-{best.match.word.rule}", confidence=confidence)
