"""The words of dates in each language: names of months and days from the CLDR, and what `calendar.yaml` adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml
from babel import Locale

from vigie.ingest.page.tokens import Phrases, fold, phrases_of, tokens_of

_RELATIVE = ("last", "next", "this", "last_year", "this_year", "next_year")


@dataclass(frozen=True, slots=True)
class Month:
    """The month that a word means, 1 to 12; `short` and `doubtful` words mean it only beside a year."""

    number: int
    short: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class DateWords:
    """What is needed to read dates of one language; all words folded."""

    name: str
    months: Mapping[str, Month]
    weekdays: Mapping[str, int]
    joins: Mapping[str, Phrases]
    """`list` and `range`: what stands between two days."""

    articles: Phrases
    of: Phrases
    year: Phrases
    before: Mapping[str, Phrases]
    after: Mapping[str, Phrases]
    between: frozenset[str]
    since: frozenset[str]
    ordinals: frozenset[str]
    capital: bool = False
    month_first: bool = False
    starts: frozenset[str] = field(default_factory=frozenset)
    """The words, other than numbers, that a date can begin with."""


@lru_cache(maxsize=1)
def calendar() -> Mapping[str, Any]:
    """The data of `calendar.yaml`."""
    text = resources.files("vigie.ingest.page").joinpath("calendar.yaml").read_text("utf-8")
    return dict(yaml.load(text, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader))  # noqa: S506 - both loaders are safe


def words_of(language: str) -> tuple[DateWords, ...]:
    """The words for a language's dates, then the English ones, which are understood on every page; only these where the language is none of ours."""
    tags = calendar()["tags"]
    name = tags.get(language) or tags.get(language.split("-", maxsplit=1)[0]) or "en"
    return tuple(date_words(each) for each in dict.fromkeys((name, "en")))


@lru_cache(maxsize=64)
def date_words(name: str) -> DateWords:
    """The words of one family of languages, as `calendar.yaml` names it."""
    data = calendar()["languages"][name]
    locales = [Locale.parse(each) for each in data["locales"]]
    months, weekdays = _months(data, locales), _weekdays(data, locales)
    before = {kind: phrases_of(data.get("before", {}).get(kind, ())) for kind in _RELATIVE}
    return DateWords(
        name=name,
        months=months,
        weekdays=weekdays,
        joins={"list": phrases_of(data["and"]), "range": phrases_of([*data["to"], "-", "–", "—", "‑", "−"])},
        articles=phrases_of(data["articles"]),
        of=phrases_of(data.get("of", ())),
        year=phrases_of(data.get("year", ())),
        before=before,
        after={kind: phrases_of(data.get("after", {}).get(kind, ())) for kind in _RELATIVE},
        between=_folded(data["between"]),
        since=_folded(data["since"]),
        ordinals=_folded(data["ordinals"]),
        capital=data.get("capital", False),
        month_first=data.get("month_first", False),
        starts=frozenset(months) | frozenset(weekdays) | {first for phrases in before.values() for first in phrases},
    )


@lru_cache(maxsize=1)
def numbered() -> frozenset[str]:
    """Words before the number of a thing (a law, a telephone), in any language."""
    return _folded(calendar()["numbered"])


@lru_cache(maxsize=3)
def labels(which: str) -> Phrases:
    """What stands before a page's own date in any language, `updated` or `published`, or before words that point to other pages, `elsewhere`."""
    return phrases_of(phrase for phrases in calendar()[which].values() for phrase in phrases)


def _months(data: Mapping[str, Any], locales: Iterable[Locale]) -> dict[str, Month]:
    short = [(number, name) for locale in locales for style in ("format", "stand-alone") for number, name in locale.months[style]["abbreviated"].items()]
    wide = [(number, name) for locale in locales for style in ("format", "stand-alone") for number, name in locale.months[style]["wide"].items()]
    short += [(number, name) for number, names in data.get("short", {}).items() for name in names]
    wide += [(number, name) for number, names in data.get("months", {}).items() for name in names]
    doubtful = _folded(data.get("doubtful", ()))
    return {_key(name): Month(number, short=True) for number, name in short} | {
        _key(name): Month(number, doubtful=_key(name) in doubtful) for number, name in wide
    }


def _weekdays(data: Mapping[str, Any], locales: Iterable[Locale]) -> dict[str, int]:
    named = [(day, name) for locale in locales for day, name in locale.days["format"]["wide"].items()]
    more = [(day, name) for key in ("weekdays", "more_weekdays") for day, name in enumerate(data.get(key, ()))]
    return {tokens_of(name)[-1].word: day for day, name in named + more}


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_key(word) for word in words)


def _key(name: str) -> str:
    return fold(name.rstrip("."))
