"""A text cut into words, numbers and signs that know where they stand, with words made alike whatever their case, accents and script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

BREAK = "\n\n"
"""The word of the token that stands for a blank line: no date goes across it."""

Phrases = Mapping[str, tuple[tuple[str, ...], ...]]
"""Phrases as folded words, the longest first, by their first word."""

_TOKEN = re.compile(r"(?P<gap>\n[^\S\n]*\n)|(?P<number>[0-9]+)|(?P<word>[^\W\d_]+)|(?P<sign>\S)")
_LATIN = str.maketrans(
    dict(zip("абвгдђежзијклмнопрстћуфхцчшѕы", "abvgdđežzijklmnoprstćufhcčšdy", strict=True))
    | {"љ": "lj", "њ": "nj", "џ": "dž", "ı": "i", "’": "'", "‘": "'", "ʼ": "'"}
)


class Token(NamedTuple):
    """A word, a number or a sign: where it stands (end excluded), its folded word, what it is, and whether it begins with a capital."""

    begin: int
    end: int
    word: str
    kind: str
    capital: bool


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text in order; blank lines are tokens of their own."""
    return [_token(match) for match in _TOKEN.finditer(text)]


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word without case and accents, Cyrillic in the Latin letters of Serbian: `Août` and `aout`, `јуна` and `juna` are alike."""
    latin = _bare(word.casefold()).translate(_LATIN)
    return _bare(latin)


def phrases_of(texts: Iterable[str]) -> Phrases:
    """Phrases ready to be looked for by `phrase_at`."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for text in texts:
        words = tuple(token.word for token in tokens_of(text))
        found.setdefault(words[0], set()).add(words)
    return {first: tuple(sorted(phrases, key=lambda words: (-len(words), words))) for first, phrases in found.items()}


def phrase_at(tokens: Sequence[Token], at: int, phrases: Phrases) -> int:
    """How many tokens the longest phrase that begins at a token takes; 0 where none does."""
    if at >= len(tokens):
        return 0
    for words in phrases.get(tokens[at].word, ()):
        if all(at + i < len(tokens) and tokens[at + i].word == word for i, word in enumerate(words)):
            return len(words)
    return 0


def touches(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token follows the one before it without a space."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].begin


def kind_at(tokens: Sequence[Token], at: int) -> str:
    """What a token is: `number`, `word`, `sign` or `gap`; blank beyond the ends."""
    return tokens[at].kind if 0 <= at < len(tokens) else ""


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The folded word of a token; blank beyond the ends."""
    return tokens[at].word if 0 <= at < len(tokens) else ""


def _token(match: re.Match[str]) -> Token:
    kind, text = str(match.lastgroup), match.group()
    if kind == "word":
        return Token(match.start(), match.end(), fold(text), kind, text[0].isupper())
    return Token(match.start(), match.end(), BREAK if kind == "gap" else text.translate(_LATIN), kind, capital=False)


def _bare(word: str) -> str:
    return word if word.isascii() else "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
