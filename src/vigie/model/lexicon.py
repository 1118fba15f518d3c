"""Words that mean something to a reader of pages: lexicons as values, and one linear pass that finds their words in a text.

A text is cut into tokens (runs of letters, runs of digits, commas), and each token is folded: small letters, no accents, Cyrillic of the
region written in Latin letters, so that one entry serves both scripts. Tokens keep their own place in the text, so spans stay exact.
How an entry is written: `summit` a whole word in any letter case; `konferencij*` a stem with an ending of a few letters;
`^Drama` with a capital initial; `!OTAN` in exactly these letters. Several words match when they follow each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import yaml

from vigie.model.errors import BadSetting

STEM_ENDING: Final = 6
"""The most letters that may follow a stem."""

ANY_LANGUAGE: Final = "any"
SERBO_CROATIAN: Final = "hbs"
"""Bosnian, Croatian, Montenegrin and Serbian share their words here (ISO 639-3 hbs)."""

SKIP: Final = "-"
"""The value of words that are found so that nothing else is found in their place ("security environment")."""

_KIN: Final = {"bs": SERBO_CROATIAN, "hr": SERBO_CROATIAN, "cnr": SERBO_CROATIAN, "sr": SERBO_CROATIAN, "sh": SERBO_CROATIAN}
_TOKEN: Final = re.compile(r"[^\W\d_⁰¹²³⁴-₟]+|\d+|,")
_GAP: Final = re.compile(r"[\s'’ʼ`´\-‐-―/«»\"“”„&]{0,4}")
_DOTTED: Final = re.compile(r"\.?[\s'’\-]{0,2}")
_INITIAL: Final = 3
"""A token of at most so many letters may be followed by a full stop within a name (U.N.)."""

_CYRILLIC: Final = {
    **dict(zip("абвгдезиклмнопрстуфхцй", "abvgdeziklmnoprstufhcj", strict=True)),
    "ж": "z",
    "ч": "c",
    "ш": "s",
    "ћ": "c",
    "ђ": "dj",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "џ": "dz",
    "ѓ": "gj",
    "ќ": "kj",
    "ѕ": "dz",
    "щ": "st",
    "ъ": "a",
    "ь": "",
    "ю": "ju",
    "я": "ja",
    "ѝ": "i",
    "ѐ": "e",
}
_OTHER: Final = {"đ": "dj", "ł": "l", "ı": "i", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
_LETTERS: Final = str.maketrans({**_CYRILLIC, **_OTHER})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text, end excluded, and how it is compared."""

    begin: int
    end: int
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Word:
    """An entry: what it means, in which language (`any`, or `hbs` for the four that share their words), and how it is written.

    `field` is the field of the pack that it belongs to, where it names a kind; `rule` is told with everything that is read by it.
    """

    value: str
    text: str
    language: str = ANY_LANGUAGE
    confidence: float = 0.8
    rule: str = "lexicon"
    field: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Words of a text, end excluded, and the entries that they fit: several where one name means several things."""

    begin: int
    end: int
    first: int
    last: int
    words: tuple[Word, ...]

    @property
    def word(self) -> Word:
        """The first of the entries."""
        return self.words[0]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Entries as a value. Its search tree for a language is made on first use and remembered."""

    words: tuple[Word, ...] = ()


@dataclass(slots=True, eq=False)
class _Node:
    exact: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    words: list[tuple[Word, tuple[str, ...]]] = field(default_factory=list)


def family(language: str) -> str:
    """The language under which words are kept: `hbs` for Bosnian, Croatian, Montenegrin and Serbian, else the tag's first part.

    >>> family("sr-Cyrl"), family("fr")
    ('hbs', 'fr')
    """
    first = language.partition("-")[0].lower()
    return _KIN.get(first, first)


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """The text in small Latin (or Greek) letters without accents: what two spellings of one word have in common.

    >>> folded("Скопље"), folded("Bosnie-Herzégovine"), folded("Đ")
    ('skoplje', 'bosnie-herzegovine', 'dj')
    """
    small = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order: words, numbers and commas. Footnote marks in small raised figures belong to none."""
    return tuple(Token(found.start(), found.end(), found[0], folded(found[0])) for found in _TOKEN.finditer(text))


def matches(lexicon: Lexicon, text: str, tokens: tuple[Token, ...], language: str) -> tuple[Match, ...]:
    """Where the entries of a language (and of `any`) stand in a text: from the left, the longest first, none over another."""
    root = _tree(lexicon, family(language))
    found: list[Match] = []
    at = 0
    while at < len(tokens):
        match = _longest(root, text, tokens, at)
        if match is not None:
            found.append(match)
        at = at + 1 if match is None else match.last + 1
    return tuple(found)


def lexicon_from_yaml(text: str, name: str = "lexicon.yaml", rule: str = "lexicon") -> Lexicon:
    """The lexicon in a YAML file: optional `field`, `words` (value -> language -> entries) and `skip` (language -> entries).

    An entry is a text, or a table of `text` and `confidence`. Raises `BadSetting` where the file is not of that form.
    """
    try:
        tables = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise BadSetting("The lexicon is not YAML", source=name, got=str(fault)) from fault
    cells = _table(tables, name, "the file")
    unknown = sorted(set(cells) - {"field", "words", "skip"})
    if unknown:
        raise BadSetting("The lexicon holds an unknown table", source=name, got=unknown[0], expected="field, words or skip")
    belongs = str(cells.get("field") or "")
    groups = {**_table(cells.get("words"), name, "words"), SKIP: _table(cells.get("skip"), name, "skip")}
    return Lexicon(tuple(replace(word, rule=rule, field=belongs) for value, entries in groups.items() for word in _entries(str(value), entries, name)))


def merge_lexicons(*parts: Lexicon) -> Lexicon:
    """All entries of `parts`, each once, in their order."""
    return Lexicon(tuple(dict.fromkeys(word for part in parts for word in part.words)))


def values_of(lexicon: Lexicon) -> frozenset[str]:
    """What the entries of a lexicon may mean."""
    return frozenset(word.value for word in lexicon.words) - {SKIP}


def _entries(value: str, entries: Any, name: str) -> Iterator[Word]:
    for language, texts in _table(entries, name, value).items():
        if not isinstance(texts, list):
            raise BadSetting(f"In the lexicon, {value} has no list of words", source=name, got=repr(texts)[:80])
        for entry in texts:
            cells = entry if isinstance(entry, Mapping) else {"text": entry}
            text = cells.get("text")
            if not isinstance(text, str) or not _pattern(text):
                raise BadSetting(f"In the lexicon, {value} has a word that is no text", source=name, got=repr(entry), todo="put it in quotes")
            yield Word(value, text, str(language), float(cells.get("confidence", 0.8)))


def _table(value: Any, name: str, what: str) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadSetting(f"In the lexicon, {what} is not a table", source=name, got=repr(value)[:80])
    return value


def _pattern(text: str) -> list[tuple[str, bool]]:
    """The folded tokens of an entry, each with whether it is a stem."""
    bare = text.lstrip("^!")
    return [(token.folded, bare[token.end : token.end + 1] == "*") for token in tokens_of(bare)]


@lru_cache(maxsize=64)
def _tree(lexicon: Lexicon, language: str) -> _Node:
    root = _Node()
    for word in lexicon.words:
        if word.language in {language, ANY_LANGUAGE}:
            _grow(root, word)
    return root


def _grow(root: _Node, word: Word) -> None:
    node = root
    for text, is_stem in _pattern(word.text):
        node = (node.stems if is_stem else node.exact).setdefault(text, _Node())
    written = tuple(token.text for token in tokens_of(word.text[1:])) if word.text.startswith("!") else ()
    node.words.append((word, written))


def _longest(root: _Node, text: str, tokens: tuple[Token, ...], first: int) -> Match | None:
    """The longest match that begins at a token: depth first, a whole word before a stem, a long stem before a short one."""
    best: Match | None = None
    open_nodes = [(root, first)]
    while open_nodes:
        node, at = open_nodes.pop()
        fitting = _fitting(node, tokens[first:at]) if node.words else ()
        if fitting and (best is None or at - 1 > best.last):
            best = Match(tokens[first].begin, tokens[at - 1].end, first, at - 1, fitting)
        if at < len(tokens) and (at == first or _adjacent(text, tokens[at - 1], tokens[at])):
            open_nodes.extend((child, at + 1) for child in _children(node, tokens[at].folded))
    return best


def _children(node: _Node, token: str) -> Iterator[_Node]:
    """The nodes that a token leads to, the least specific first: the caller takes the last one first."""
    if node.stems:
        for length in range(max(2, len(token) - STEM_ENDING), len(token) + 1):
            if (child := node.stems.get(token[:length])) is not None:
                yield child
    if (child := node.exact.get(token)) is not None:
        yield child


def _fitting(node: _Node, tokens: tuple[Token, ...]) -> tuple[Word, ...]:
    return tuple(word for word, written in node.words if _is_written(word, written, tokens))


def _is_written(word: Word, written: tuple[str, ...], tokens: tuple[Token, ...]) -> bool:
    if written:
        return tuple(token.text for token in tokens) == written
    return not word.text.startswith("^") or tokens[0].text[:1].isupper()


def _adjacent(text: str, left: Token, right: Token) -> bool:
    between = text[left.end : right.begin]
    if not between:
        return "," in {left.text, right.text}
    return bool(_GAP.fullmatch(between)) or (len(left.text) <= _INITIAL and bool(_DOTTED.fullmatch(between)))


def merged_spans(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same stretches of a text in order, those that touch or overlap made one.

    >>> merged_spans([(5, 8), (0, 2), (7, 9)])
    ((0, 2), (5, 9))
    """
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(merged)
