"""Persons leave the text before anything of it is kept: what looks like a person's name is masked, and only the role stays.

A name is taken to stand after a title ("Mr", "général", "министар"), after a given name that is common in the region, between a role and a
verb of saying, or in a line of signature. More is masked than must be: a draft loses nothing by it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import yaml

from vigie.ingest.page.scan import data_text
from vigie.model.lexicon import folded, merged_spans
from vigie.model.reading import Found, Span

MASK: Final = "█"
"""Stands for each letter of a name, so that positions stay what they are."""

_UPPER: Final = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĐĎĒĖĘĚĞĢĪİĮĶŁĽŃŅŇŌŐŘŚŠŞȘŢȚŤŪŮŰŲŹŻŽЀ-ЯѠΆ-Ώ\u0391-\u03a9Ѓ]"
_NAME: Final = rf"{_UPPER}[\w'’]*(?:[-‐‑]{_UPPER}[\w'’]*)*"
_LINK: Final = r"(?:von der|von|van der|van|de la|de|di|da|bin|al)"
_INITIAL: Final = rf"{_UPPER}\."
_FULL: Final = rf"(?:{_INITIAL}\s?)*{_NAME}(?:[ \u00a0](?:{_INITIAL}|(?:{_LINK}[ \u00a0])?{_NAME})){{0,3}}"
_MAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_PHONE: Final = r"(?<!\d)(?:\+|00)\d[\d ()/.-]{6,20}\d|(?<=[Tt]el)[.: ]{1,3}[\d ()/.+-]{6,24}\d|(?<=тел)[.: ]{1,3}[\d ()/.+-]{6,24}\d"
_CONTACT: Final = re.compile(f"{_MAIL}|{_PHONE}")
_PAIR: Final = re.compile(rf"(?<!\w)(?:{_INITIAL}\s?)*({_NAME})((?:[ \u00a0](?:{_INITIAL}|(?:{_LINK}[ \u00a0])?{_NAME})){{1,3}})")


def without_persons(text: str, known: Iterable[tuple[int, int]] = ()) -> tuple[str, tuple[Found, ...]]:
    """The text with each letter of what looks like a person's name masked (same length), and the roles that stood beside names.

    `known` are stretches that name a country or a body: "predsednik Rumunije" names nobody.
    """
    spans = person_spans(text, known)
    return masked(text, spans), roles_in(text, spans)


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text, of the same length, with each letter and figure within the spans replaced by `MASK`."""
    pieces, at = [], 0
    for begin, end in spans:
        pieces += [text[at:begin], "".join(letter if letter.isspace() else MASK for letter in text[begin:end])]
        at = end
    return "".join([*pieces, text[at:]])


def person_spans(text: str, known: Iterable[tuple[int, int]] = ()) -> tuple[tuple[int, int], ...]:
    """Where names of persons, addresses of mail and telephone numbers seem to stand, in order, none over another."""
    kept = merged_spans(known)
    titled = [found.span("name") for found in _titled().finditer(text) if not _is_common(found["name"].split()[0])]
    spoken = [found.span("name") for pattern in _spoken() for found in pattern.finditer(text) if not _holds_common(found["name"])]
    guessed = [(_after(kept, begin), end) for begin, end in (*titled, *spoken) if _after(kept, begin) < end]
    named = [span for found in _PAIR.finditer(text) if (span := _given(found)) is not None]
    contacts = [found.span() for found in _CONTACT.finditer(text)]
    first = merged_spans([*guessed, *named, *contacts])
    return merged_spans([*first, *(span for span in _again(text, first) if not overlaps(kept, *span))])


def unknown_names(text: str, known: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Runs of two and more capitalised words that nobody knows as a country, a place, a body or a common word: perhaps persons."""
    kept = merged_spans(known)
    runs = (found for found in _PAIR.finditer(text) if not overlaps(kept, *found.span()))
    return tuple(found.span() for found in runs if not any(_is_common(word) for word in found[0].split()))


def _after(kept: Iterable[tuple[int, int]], begin: int) -> int:
    """Where a name can begin: past a country or a body that stands between a title and the name ("veleposlanica Norveške ...")."""
    return next((right + 1 for left, right in kept if left <= begin < right), begin)


def overlaps(spans: Sequence[tuple[int, int]], begin: int, end: int) -> bool:
    """Whether a stretch of a text touches one of the spans, which stand in order, none over another (`merged_spans`)."""
    at = bisect_left(spans, begin, key=lambda span: span[1])
    while at < len(spans) and spans[at][1] <= begin:
        at += 1
    return at < len(spans) and spans[at][0] < end


def nameless(begin: int, end: int, spans: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The longest piece of a stretch that touches none of the spans."""
    edges, at = [], begin
    for left, right in spans:
        if left < end and at < right:
            edges.append((at, max(at, left)))
            at = right
    return max([*edges, (at, max(at, end))], key=lambda piece: piece[1] - piece[0])


def _given(found: re.Match[str]) -> tuple[int, int] | None:
    """The span of a run of capitalised words from the first that is a given name on; None where none of them is."""
    words = [(word.start() + found.start(), word[0]) for word in re.finditer(rf"{_INITIAL}|{_NAME}", found[0])]
    for place, word in words[:-1]:
        if _is_given(word):
            return place, found.end()
    return None


def _again(text: str, spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Where the longer words of names that were found stand again, as a surname alone does."""
    names = {word for begin, end in spans for word in _WORD.findall(text[begin:end]) if word[0].isupper() and not _is_common(word)}
    return [found.span() for found in _WORD.finditer(text) if names and found[0][0].isupper() and _is_form(found[0], names)]


_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_ENDINGS: Final = ("", "a", "u", "om", "em", "it", "in", "ut", "i", "ë", "s", "а", "у", "ом", "ем")


def _is_form(word: str, names: set[str]) -> bool:
    """Whether a word is one of the names, or one with a case's ending."""
    return any(word.endswith(ending) and word[: len(word) - len(ending)] in names for ending in _ENDINGS)


def roles_in(text: str, spans: tuple[tuple[int, int], ...]) -> tuple[Found, ...]:
    """The posts that stand right before or after a masked name, each once."""
    found: dict[str, Found] = {}
    for match in _posts().finditer(text):
        words = match[0]
        if _is_half(text, match) or words.casefold() in found or overlaps(spans, match.start(), match.end()):
            continue
        if overlaps(spans, match.start() - _NEAR, match.end() + _NEAR):
            span = Span(begin=match.start(), end=match.end(), quote=words)
            found[words.casefold()] = Found(part="role", value=words.casefold(), words=words, spans=(span,), rule="role-beside-name", confidence=0.6)
    return tuple(found.values())


def _is_half(text: str, post: re.Match[str]) -> bool:
    """Whether the word is only a part of another office's or body's name, as in "Chief of General Staff" or "Director General"."""
    word = post[0].casefold()
    if word not in {"general", "général", "gjenerali", "генерал"}:
        return False
    before, after = text[max(0, post.start() - _TAIL) : post.start()].casefold(), text[post.end() : post.end() + _TAIL].lstrip().casefold()
    return before.rstrip().endswith((" of", " of the", "director", "secretary", "consul", "major", "attorney", "directeur", "secrétaire", "état-major")) or (
        after.startswith(("staff", "secretar", "assembly", "council", "director", "command", "conference", "de l'armée"))
    )


_TAIL: Final = 16
_NEAR: Final = 30


def _is_given(word: str) -> bool:
    name = folded(word)
    return name in _names() or (len(name) > len("Ivan") and any(name.removesuffix(end) in _names() for end in ("a", "u", "om", "em", "i", "it")))


def _is_common(word: str) -> bool:
    return folded(word.strip(".")) in _common()


def _holds_common(name: str) -> bool:
    return any(_is_common(word) for word in name.split())


@cache
def _data() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(data_text("persons.yaml"))
    return read


@cache
def _names() -> frozenset[str]:
    return frozenset(folded(str(name)) for name in _data()["given"])


@cache
def _common() -> frozenset[str]:
    return frozenset(folded(str(word)) for word in _data()["common"])


def _either(words: Iterable[str]) -> str:
    longest_first = sorted(map(str, words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[ \u00a0]") for word in longest_first)


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?i:{_either(_data()['titles'])})(?!\w)\.?[ \u00a0,:]{{1,2}}(?P<name>{_FULL})")


@cache
def _posts() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?i:{_either(_data()['posts'])})(?!\w)")


@cache
def _spoken() -> tuple[re.Pattern[str], ...]:
    verbs = _either(_data()["says"])
    pair = rf"(?P<name>{_NAME}[ \u00a0](?:{_LINK}[ \u00a0])?{_NAME}(?:[ \u00a0]{_NAME})?)"
    return (
        re.compile(rf"(?<!\w){pair}(?:,[^,.\n]{{3,80}},)?[ \u00a0]+(?i:{verbs})(?!\w)"),
        re.compile(rf"(?<!\w)(?i:{verbs})[ \u00a0]+{pair}"),
        re.compile(rf"(?m)^(?i:{_either(_data()['signs'])})[ \u00a0:]+(?P<name>{_FULL})"),
    )
