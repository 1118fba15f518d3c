"""Countries that take part and are named by an adjective beside an office alone: "the Macedonian Chief of General Staff hosted", "l'état-major serbe".

The adjective counts only right beside an office that speaks for its country, in a sentence that tells who received, was invited or took part,
and never for one person ("a colonel of the Serbian Army"), for earlier years or for what is still to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import yaml

from vigie.ingest.page.persons import overlaps
from vigie.ingest.page.scan import Scan, cues_within, data_text, is_footnote, is_sort, sentence_at, tokens_between
from vigie.model.lexicon import SKIP, Lexicon, Match, Word, family, lexicon_from_yaml, matches

OFFICE_RULE: Final = "country-office"
OFFICE_CONFIDENCE: Final = 0.75
_OFFICE: Final = "office"
_LIST: Final = 3
_HEAD: Final = 600
_BEFORE: Final = 60
_WORDS_BETWEEN: Final = 4


def office_countries(scan: Scan, taken: tuple[tuple[int, int], ...], region: tuple[str, ...]) -> tuple[Match, ...]:
    """The adjectives that stand for a country of the region that takes part, each with its code as the value; `taken` are stretches in order to leave out."""
    found = tuple(match for match in matches(_words(), scan.text, scan.tokens, scan.language) if match.word.value != SKIP)
    return tuple(
        match
        for chain in _chains(scan, found)
        if _stands_for_countries(scan, chain, found)
        for match in chain
        if match.word.value in region and not overlaps(taken, match.begin, match.end)
    )


def _chains(scan: Scan, found: tuple[Match, ...]) -> Iterator[tuple[Match, ...]]:
    """Adjectives that follow each other, parted by commas and "and" only."""
    chain: list[Match] = []
    for match in found:
        if match.word.value == _OFFICE:
            continue
        if chain and not _is_linked(scan, chain[-1].end, match.begin):
            yield tuple(chain)
            chain = []
        chain.append(match)
    if chain:
        yield tuple(chain)


def _is_linked(scan: Scan, begin: int, end: int) -> bool:
    between = scan.text[begin:end]
    return not any(mark in between for mark in ".:;\n") and all(token.folded in _table()["links"] for token in tokens_between(scan, begin, end))


def _stands_for_countries(scan: Scan, chain: tuple[Match, ...], found: tuple[Match, ...]) -> bool:
    first, last = chain[0], chain[-1]
    office = next((other for other in found if other.word.value == _OFFICE and _is_beside(scan, other, first, last)), None)
    if office is None or is_footnote(scan, first.begin):
        return False
    begin, end = sentence_at(scan, first.begin)
    if cues_within(scan, begin, end, {"past", "no"}) or _is_of_one_person(scan, min(first.begin, office.begin), begin):
        return False
    is_list = len({match.word.value for match in chain}) >= _LIST
    is_line = begin < _HEAD and scan.text[begin:end].rstrip()[-1:] not in {".", "!", "?"}
    return is_list or is_line or (bool(cues_within(scan, begin, end, {"taking", "host", "held"})) and not cues_within(scan, begin, end, {"later"}))


def _is_beside(scan: Scan, office: Match, first: Match, last: Match) -> bool:
    """Whether an office stands next to the adjectives, on the side where the language puts it, one word between at most."""
    begin, end = (office.end, first.begin) if family(scan.language) in _table()["after_office"] else (last.end, office.begin)
    return begin <= end and len(tokens_between(scan, begin, end)) <= 1 and not any(mark in scan.text[begin:end] for mark in ".,;:\n")


def _is_of_one_person(scan: Scan, at: int, sentence: int) -> bool:
    """Whether a word for a person or a body stands shortly before: an officer of an army is not the army."""
    for cue in cues_within(scan, max(sentence, at - _BEFORE), at, {"person", "speaker", "body"}):
        if len(tokens_between(scan, cue.end, at)) <= _WORDS_BETWEEN and not is_sort(cue, "host") and "," not in scan.text[cue.end : at]:
            return True
    return False


@cache
def _table() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(data_text("offices.yaml"))
    links = yaml.safe_load(data_text("countries.yaml"))["links"]
    return {**read, "after_office": frozenset(read["after_office"]), "links": frozenset(map(str, links))}


@cache
def _words() -> Lexicon:
    said = {"words": {**_table()["adjectives"], _OFFICE: _table()["offices"]}, "skip": _table()["skip"]}
    read = lexicon_from_yaml(yaml.safe_dump(said, allow_unicode=True), "offices.yaml", OFFICE_RULE)
    return Lexicon(tuple(_capital(word) for word in read.words))


def _capital(word: Word) -> Word:
    """English adjectives of countries have a capital initial: "a turkish bath" names nobody's office."""
    is_proper = word.language == "en" and word.value not in {_OFFICE, SKIP}
    return Word(word.value, f"^{word.text}", word.language, word.confidence, word.rule) if is_proper else word
