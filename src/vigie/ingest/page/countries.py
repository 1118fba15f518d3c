"""The countries that a page is about: CLDR's names in the page's language with their inflected forms, and an own table of long and former names.

Only names count, and adjectives only beside an office that takes part (`offices`). A name that stands for a person ("a researcher from
Norway"), for a body ("Embassy of Norway"), for those who came to speak or who paid, for another year's meeting, or in the customary footnote
on a name, is no country of the event.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

import yaml
from babel import Locale

from vigie.ingest.page.offices import OFFICE_CONFIDENCE, office_countries
from vigie.ingest.page.persons import overlaps
from vigie.ingest.page.scan import (
    MOST_SPANS,
    Scan,
    cues_within,
    data_text,
    found_words,
    is_footnote,
    is_of_other_years,
    is_sort,
    sentence_at,
    span_of,
    tokens_between,
)
from vigie.model.lexicon import SERBO_CROATIAN, Lexicon, Match, Word, family, lexicon_from_yaml, merge_lexicons, merged_spans, tokens_of
from vigie.model.reading import Found

STATE_UNION_END: Final = date(2006, 6, 3)
"""Until this day "Serbia and Montenegro" was one state (Montenegro's declaration of independence)."""

CLDR_RULE, ALIAS_RULE = "country-cldr", "country-alias"
_CLDR: Final = {SERBO_CROATIAN: ("sr_Latn", "bs", "hr", "sr_Latn_ME")}
_READ: Final = ("en", "fr", "sq", SERBO_CROATIAN, "mk", "bg", "el", "ro", "sl", "tr", "de", "it")
_UNION: Final = "RS+ME"
_LIST: Final = 3
"""So many names in a row are a list of countries."""

_LINK_CHARS: Final = 24
_BEFORE: Final = 60
"""How many characters before a list of countries are looked at."""


@dataclass(frozen=True, slots=True)
class Countries:
    """The countries that count, and the codes of those that are named only for a person, a body or a note."""

    found: tuple[Found, ...]
    left_out: tuple[str, ...]


def country_names(language: str) -> Lexicon:
    """The names of countries in a language (BCP 47) as a lexicon of two-letter codes, inflected forms included."""
    return _names(family(language))


def country_matches(scan: Scan) -> tuple[Match, ...]:
    """Where names of countries stand, capital initial asked for, the longest first; words to leave alone are left out."""
    return found_words(scan, country_names(scan.language))


def countries_in(
    scan: Scan,
    named: tuple[Match, ...],
    persons: tuple[tuple[int, int], ...],
    region: tuple[str, ...],
    anchor: date | None = None,
    years: frozenset[str] = frozenset(),
) -> Countries:
    """The countries of a page among the names that stand in it; `region` are the codes of which a ministry or an army counts for its country.

    `anchor` is the page's own date, `years` those in which the event was ("2018"): what is told of other years is another event.
    """
    sure: dict[str, list[tuple[float, Match]]] = {}
    left_out: dict[str, None] = {}
    clear = tuple(match for match in named if not overlaps(persons, match.begin, match.end) and not is_footnote(scan, match.begin))
    for chain in _chains(scan, clear):
        for match in chain:
            confidence = _confidence(scan, match, chain, persons, region, years)
            for code in match.word.value.split("+"):
                if confidence > 0:
                    sure.setdefault(code, []).append((confidence, match))
                else:
                    left_out[code] = None
    used = merged_spans((*persons, *((match.begin, match.end) for match in named)))
    for match in office_countries(scan, used, region):
        sure.setdefault(match.word.value, []).append((OFFICE_CONFIDENCE, match))
    found = tuple(_found(scan, code, mentions, anchor) for code, mentions in sure.items())
    return Countries(found, tuple(code for code in left_out if code not in sure))


def _found(scan: Scan, code: str, mentions: list[tuple[float, Match]], anchor: date | None) -> Found:
    of_union = all(match.word.value == _UNION for _, match in mentions) and anchor is not None and anchor < STATE_UNION_END
    spans = tuple(span_of(scan.text, match.begin, match.end) for _, match in mentions[:MOST_SPANS])
    rule = "country-former-state" if of_union else mentions[0][1].word.rule
    return Found(part="country", value=code, words=spans[0].quote, spans=spans, rule=rule, confidence=max(confidence for confidence, _ in mentions))


def _chains(scan: Scan, named: Iterable[Match]) -> Iterator[tuple[Match, ...]]:
    """Names that follow each other as a list: parted by commas, "and", articles and notes only."""
    chain: list[Match] = []
    for match in named:
        if chain and not _linked(scan, chain[-1].end, match.begin):
            yield tuple(chain)
            chain = []
        chain.append(match)
    if chain:
        yield tuple(chain)


def _linked(scan: Scan, begin: int, end: int) -> bool:
    between = scan.text[begin:end]
    if "." in between or "\n\n" in between or ":" in between:
        return False
    tokens = tokens_between(scan, begin, end)
    plain = all(token.folded in _links() or token.text.isdigit() for token in tokens)
    return (plain and end - begin <= _LINK_CHARS) or ("(" in between and ")" in between and end - begin <= 2 * _LINK_CHARS)


def _confidence(
    scan: Scan, match: Match, chain: tuple[Match, ...], persons: tuple[tuple[int, int], ...], region: tuple[str, ...], years: frozenset[str]
) -> float:
    """How surely a name is a country of the event; 0 where it stands there for something else."""
    is_list = len({item.word.value for item in chain}) >= _LIST
    if _stands_for_other(scan, match, chain, persons, region, is_list=is_list):
        return 0.0
    if match.word.value in _table()["doubtful"] and not (len(chain) > 1 or _is_in(scan, match.begin)):
        return 0.0
    if not any(_is_of(item, region) for item in chain) and _is_apart(scan, match, years):
        return 0.0
    if len(chain) == 1 and _is_other_scene(scan, match, years):
        return 0.0
    if not any(_is_of(item, region) for item in chain) and not is_list and not _is_scene(scan, match):
        return 0.0
    return 0.95 if is_list else 0.9 if len(chain) > 1 or _is_of(match, region) else 0.75


def _is_of(match: Match, region: tuple[str, ...]) -> bool:
    return any(code in region for code in match.word.value.split("+"))


_HEAD: Final = 600
"""A line that is no sentence names the scene only near the page's begin; at its foot it is an address."""


def _is_scene(scan: Scan, match: Match) -> bool:
    """Whether a country outside the region stands where something was held, and not in earlier years: else it is only spoken of."""
    sentence = sentence_at(scan, match.begin)
    is_line = sentence[0] < _HEAD and scan.text[sentence[0] : sentence[1]].rstrip()[-1:] not in {".", "!", "?"}
    return is_line or (bool(cues_within(scan, *sentence, {"held", "host"})) and not cues_within(scan, *sentence, {"past"}))


def _is_apart(scan: Scan, match: Match, years: frozenset[str]) -> bool:
    """Whether the sentence tells of other years or of those who paid: countries outside the region are then no part of the event."""
    begin, _ = sentence_at(scan, match.begin)
    paid = cues_within(scan, begin, match.begin, {"donor"})
    return bool(paid) or (bool(years) and is_of_other_years(scan, match.begin, years))


def _is_other_scene(scan: Scan, match: Match, years: frozenset[str]) -> bool:
    """Whether a country only says where another meeting was or will be: "in Split, Croatia, in 2012", "the next one will be held in Bucharest, Romania"."""
    begin, end = sentence_at(scan, match.begin)
    if scan.text[begin : match.begin].rstrip()[-1:] not in {",", "("} and not _is_in(scan, match.begin):
        return False
    if not cues_within(scan, begin, end, {"held", "talk"}):
        return False
    if cues_within(scan, begin, match.begin, {"later"}):
        return True
    return bool(years) and is_of_other_years(scan, match.begin, years)


def _stands_for_other(
    scan: Scan, match: Match, chain: tuple[Match, ...], persons: tuple[tuple[int, int], ...], region: tuple[str, ...], *, is_list: bool
) -> bool:
    first = chain[0]
    begin = max(sentence_at(scan, first.begin)[0], first.begin - _BEFORE)
    before = cues_within(scan, begin, first.begin, {"body", "person", "speaker", "state", "in", "held"})
    nearest = next((cue for cue in reversed(before) if _reaches(scan, cue, first, persons)), None)
    if nearest is not None and is_sort(nearest, "in") and scan.text[: nearest.begin].rstrip().endswith(","):
        nearest = next((cue for cue in reversed(before) if not is_sort(cue, "in")), nearest)
    if nearest is None:
        return not is_list and _after_person(scan, first.begin, persons)
    if is_sort(nearest, "speaker"):
        return True
    if is_list:
        return False
    if is_sort(nearest, "state") and not is_sort(nearest, "body"):
        return not any(_is_of(item, region) for item in chain) and len(chain) == 1
    return (is_sort(nearest, "person") or is_sort(nearest, "body")) and len(chain) == 1 and match is first


def _reaches(scan: Scan, cue: Match, match: Match, persons: tuple[tuple[int, int], ...]) -> bool:
    """Whether a cue speaks of the name: between them stand a few words only, all small, or names of persons and bodies; "in" only if next to it."""
    between = tokens_between(scan, cue.end, match.begin)
    if is_sort(cue, "in") or is_sort(cue, "held"):
        return all(token.folded in _links() for token in between) and not any(is_sort(cue, value) for value in ("body", "person", "speaker"))
    free = [token for token in between if not overlaps(persons, token.begin, token.end)]
    return len(free) <= _WORDS_BETWEEN


_WORDS_BETWEEN: Final = 5


def _after_person(scan: Scan, at: int, persons: tuple[tuple[int, int], ...]) -> bool:
    """Whether a name of a country follows a person's name with a bracket, a comma or a small word of origin only."""
    last = bisect_right(persons, at, key=lambda span: span[1]) - 1
    if last < 0:
        return False
    end = persons[last][1]
    if at - end > _LINK_CHARS:
        return False
    return all(token.folded in _links() for token in tokens_between(scan, end, at)) and "." not in scan.text[end:at]


def _is_in(scan: Scan, at: int) -> bool:
    return any(is_sort(cue, "in") for cue in cues_within(scan, max(0, at - 6), at, {"in"}))


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(data_text("countries.yaml"))
    return read


@cache
def _links() -> frozenset[str]:
    return frozenset(map(str, _table()["links"]))


@lru_cache(maxsize=32)
def _names(language: str) -> Lexicon:
    own = {key: _table()[key] for key in ("words", "skip")}
    aliases = lexicon_from_yaml(yaml.safe_dump(own, allow_unicode=True), "countries.yaml", ALIAS_RULE)
    spoken = tuple(_capital(word) for word in aliases.words if word.language in {language, "any"})
    return merge_lexicons(Lexicon(spoken), Lexicon(tuple(_cldr(language))))


def _capital(word: Word) -> Word:
    text = f"^{word.text}" if word.text[0].isupper() else word.text
    return Word(word.value, text, word.language, word.confidence, word.rule)


def _cldr(language: str) -> Iterator[Word]:
    out = frozenset(_table()["left_out"])
    for tag in _CLDR.get(language, (language,)) if language in _READ else ():
        names = Locale.parse(tag).territories
        for code, name in sorted(names.items()):
            if len(code) == len("XK") and code.isalpha() and code not in out:
                forms = inflected(str(name), language)
                yield from (Word(code, f"^{form}", language, 0.8, CLDR_RULE) for form in forms)


def inflected(name: str, language: str) -> tuple[str, ...]:
    """The forms in which a name stands in a text of a language (`hbs` for the four that share their words): its own first.

    >>> inflected("Crna Gora", "hbs")[:3], inflected("Serbi", "sq")
    (('Crna Gora', 'Crne Gore', 'Crni Gori'), ('Serbi', 'Serbia', 'Serbisë', 'Serbinë', 'Serbie'))
    """
    words = [token.text for token in tokens_of(name.replace("&", " and " if language == "en" else " ")) if token.text != ","]
    if language in {SERBO_CROATIAN, "sl"}:
        endings = [("", "", ""), ("e", "a", "a"), ("i", "u", "u"), ("u", "u", "u"), ("om", "om", "om"), ("o", "o", "e"), ("oj", "u", "u"), ("e", "em", "em")]
        made = [" ".join(_slavic(word, ending) for word in words) for ending in endings]
        made += [" ".join([_slavic(word, ("oj", "om", "om")) for word in words[:-1]] + [_slavic(words[-1], ("i", "u", "u"))])]
        return tuple(dict.fromkeys(made))
    if language == "sq" and len(words) == 1:
        return tuple(dict.fromkeys(_albanian(words[0])))
    return (" ".join(words),)


def _slavic(word: str, ending: tuple[str, str, str]) -> str:
    """A word with the ending for words on -a, on -o and on a consonant; the empty ending leaves it."""
    if not any(ending) or word in {"i", "in", "и"}:
        return word
    if word[-1] == "a":
        return word[:-1] + ending[0]
    if word[-1] in "oe":
        return word[:-1] + ending[1]
    return word if word[-1] in "iu" else word + ending[2]


def _albanian(word: str) -> list[str]:
    if word[-1] == "i":
        return [word, f"{word}a", f"{word}së", f"{word}në", f"{word}e"]
    if word[-1] == "ë":
        return [word, f"{word[:-1]}a", f"{word}s", f"{word}n", f"{word[:-1]}e", f"{word}a", f"{word}isë"]
    if word[-1] in "aeou":
        return [word, f"{word}s", f"{word}n", f"{word}ja", f"{word}së"]
    return [word, f"{word}i", f"{word}it", f"{word}in", f"{word}u", f"{word}ut", f"{word}un"]
