"""A page's text prepared once for all readers: its tokens, its sentences, the small words beside names, and what must not be read at all."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from vigie.model.lexicon import SKIP, Lexicon, Match, Token, lexicon_from_yaml, matches, tokens_of
from vigie.model.reading import Span

_STOP: Final = re.compile(r"[.!?…]{1,4}[\"”»’)\]]{0,4}\s+(?=[\"“„«(\[]?[^\W\d_a-zà-öø-ÿа-џα-ω])|\n+")
_ABBREVIATIONS: Final = (
    r"[^\W\d_]{1,2}|Mme|Mlle|Gen|Col|Maj|Cap|Capt|Brig|Adm|Prof|Ing|Dipl|Mag|Sgt|Amb|Hon|Gén|Gjen|Kol|Min|gen|gđa|prof|puk|plk|"
    r"ген|проф|пук|кол|itd|итд|tzv|tzv|Feb|Jan|Sept|Nov|Dec|Oct|Apr|Aug"
)
_SHORT: Final = re.compile(rf"\b(?:{_ABBREVIATIONS})$")
_TAIL: Final = 12

LONGEST_SENTENCE: Final = 2_000
"""A longer one is cut: what stands so far off says nothing of a word."""

MAX_QUOTE: Final = 500
MOST_SPANS: Final = 12
"""A value keeps the first so many places where it stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """A text with its tokens, its sentences (begin, end), and the cues of its language in order."""

    text: str
    language: str
    tokens: tuple[Token, ...]
    sentences: tuple[tuple[int, int], ...]
    cues: tuple[Match, ...]


def scan_of(text: str, language: str) -> Scan:
    """The text prepared for the readers; `language` is a BCP 47 tag."""
    tokens = tokens_of(text)
    return Scan(text, language, tokens, sentences_of(text), matches(cue_words(), text, tokens, language))


def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a text as stretches of it, in order and without gaps; a line's end ends a sentence, an abbreviation does not."""
    ends = [found.end() for found in _STOP.finditer(text) if "\n" in found[0] or not _is_abbreviation(text, found.start(), found[0])]
    pieces = zip([0, *ends], [*ends, len(text)], strict=True)
    return tuple((at, min(end, at + LONGEST_SENTENCE)) for begin, end in pieces for at in range(begin, end, LONGEST_SENTENCE))


def sentence_at(scan: Scan, at: int) -> tuple[int, int]:
    """The sentence (begin, end) that holds a position of the text."""
    number = bisect_right(scan.sentences, (at, len(scan.text) + 1)) - 1
    return scan.sentences[max(0, number)] if scan.sentences else (0, 0)


def cues_within(scan: Scan, begin: int, end: int, values: Collection[str]) -> tuple[Match, ...]:
    """The cues of some sorts that stand wholly within a stretch of the text, in order."""
    first = bisect_right(scan.cues, begin - 1, key=lambda cue: cue.begin)
    last = bisect_right(scan.cues, end, key=lambda cue: cue.begin)
    return tuple(cue for cue in scan.cues[first:last] if cue.end <= end and any(word.value in values for word in cue.words))


def has_cue(scan: Scan, at: int, values: Collection[str]) -> bool:
    """Whether the sentence around a position holds a cue of one of these sorts."""
    return bool(cues_within(scan, *sentence_at(scan, at), values))


def is_sort(cue: Match, value: str) -> bool:
    """Whether a cue is of a sort; one word may be of several."""
    return any(word.value == value for word in cue.words)


def tokens_between(scan: Scan, begin: int, end: int) -> tuple[Token, ...]:
    """The tokens that begin in a stretch of the text."""
    first = bisect_right(scan.tokens, begin - 1, key=lambda token: token.begin)
    last = bisect_right(scan.tokens, end - 1, key=lambda token: token.begin)
    return scan.tokens[first:last]


def is_footnote(scan: Scan, at: int) -> bool:
    """Whether the sentence around a position is the customary note on a name, which says nothing of the event."""
    return has_cue(scan, at, {"footnote"})


def is_of_other_years(scan: Scan, at: int, years: Collection[str]) -> bool:
    """Whether the sentence around a position names years and none of these ("2018")."""
    begin, end = sentence_at(scan, at)
    named = {token.text for token in tokens_between(scan, begin, end) if _YEAR.fullmatch(token.text)}
    return bool(named) and named.isdisjoint(years)


_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")


def span_of(text: str, begin: int, end: int) -> Span:
    """The piece of a text as a draft keeps it: at most `MAX_QUOTE` characters."""
    end = min(end, begin + MAX_QUOTE)
    return Span(begin=begin, end=end, quote=text[begin:end])


def data_text(name: str) -> str:
    """The text of a data file of this folder."""
    return (files(__package__ or "vigie.ingest.page") / name).read_text(encoding="utf-8")


@cache
def cue_words() -> Lexicon:
    """The small words beside names, by sort."""
    return lexicon_from_yaml(data_text("cues.yaml"), "cues.yaml", "cue")


def found_words(scan: Scan, lexicon: Lexicon) -> tuple[Match, ...]:
    """What a lexicon finds in the text, without the words that it tells to leave alone and without short letters in a line of capitals."""
    found = matches(lexicon, scan.text, scan.tokens, scan.language)
    return tuple(match for match in found if match.word.value != SKIP and not (match.word.text.startswith("!") and _is_shouted(scan, match)))


def _is_shouted(scan: Scan, match: Match) -> bool:
    """Whether letters such as US or UN stand among other words of capitals: there they may be a plain word."""
    if match.end - match.begin > _LETTERS:
        return False
    around = (scan.tokens[at] for at in (match.first - 1, match.last + 1) if 0 <= at < len(scan.tokens))
    return any(len(token.text) > _LETTERS and token.text.isupper() for token in around)


_LETTERS: Final = 3


def _is_abbreviation(text: str, at: int, mark: str) -> bool:
    return mark.startswith(".") and bool(_SHORT.search(text[max(0, at - _TAIL) : at]))
