"""Personal data: which columns hold it, and how they are blanked before anything is hashed or kept.

A column is personal when its name says so, in English or a language of the region, in either script. Doubtful names are
taken for personal: what was blanked wrongly can be read again, what was kept wrongly has been kept. Whatever a column is
called, an e-mail address or a telephone number in it is taken out.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

_WORDS = tomllib.loads(resources.files("vigie.ingest").joinpath("personal_words.toml").read_text("utf-8"))
_PERSONS, _LAST_WORDS, _TAIL = (frozenset(_WORDS[name]) for name in ("person", "last", "tail"))
_PHRASES = re.compile("|".join(_WORDS["phrases"]))
_NAMES, _KINDS_OF_NAME = frozenset({"name", "names"}), frozenset({"first", "last", "family", "given", "middle", "maiden", "full", "nick"})
_NOT_OF_PEOPLE = frozenset({"ip", "mac", "web", "url", "http", "site", "server", "host"})
_PLACES = frozenset({"geo", "place", "location", "settlement"})
_SPLIT = re.compile(r"[^\w]+|_|(?<=[a-zа-я0-9])(?=[A-ZА-Я])")
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"^\s*\+\d[\d ()/.-]{6,}\d\s*$")


@lru_cache(maxsize=65_536)
def looks_personal(column: str) -> bool:
    """Whether a column's name says that it holds personal data.

    >>> [looks_personal(name) for name in ("victim_name", "E-mail", "Numri i telefonit", "Мобилни", "place_name", "magnitude")]
    [True, True, True, True, False, False]
    """
    words = [word for word in _SPLIT.split(unicodedata.normalize("NFC", column.strip())) if word]
    lower = [word.casefold().rstrip("0123456789") or word for word in words]
    while len(lower) > 1 and lower[-1] in _TAIL:
        lower.pop()
    if not lower:
        return False
    joined = " ".join(lower)
    if lower[-1] in _LAST_WORDS | _PERSONS or joined.replace(" ", "") in _LAST_WORDS:
        return not (len(lower) > 1 and lower[-2] in _NOT_OF_PEOPLE)
    return _is_name_of_person(lower) or _PHRASES.search(joined) is not None


def _is_name_of_person(words: list[str]) -> bool:
    """`first name`, `victim name`, `names of victims`: a name beside a word for a person or for a kind of name."""
    if _PLACES & set(words):
        return False
    if words[-1] in _NAMES:
        return len(words) > 1 and (words[-2] in _KINDS_OF_NAME or words[-2].rstrip("s") in _PERSONS)
    return words[0] in _NAMES and any(word.rstrip("s") in _PERSONS | {"deceased", "injured"} for word in words[1:])


def personal_columns(columns: Iterable[str], declared: Iterable[str] = ()) -> frozenset[str]:
    """The columns to blank: the declared ones (any letter case) and those whose names say so."""
    wanted = {name.casefold() for name in declared}
    return frozenset(column for column in columns if column.casefold() in wanted or looks_personal(column))


def redact(cells: Mapping[str, Any], declared: Iterable[str] = ()) -> dict[str, Any]:
    """The cells with personal ones blanked, in nested objects and lists too. Blank means the empty text: that there was a column stays known."""
    blank = personal_columns(cells, declared)
    return {name: "" if name in blank else _redact_value(value, declared) for name, value in cells.items()}


def _redact_value(value: Any, declared: Iterable[str]) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return redact(value, declared)
    if isinstance(value, list):
        return [_redact_value(item, declared) for item in value]
    return value


def scrubbed(text: str) -> str:
    """The text without e-mail addresses; nothing where it is a telephone number as a whole.

    >>> scrubbed("ask Ana, ana@example.org"), scrubbed("+382 67 123 456"), scrubbed("2026-01-05")
    ('ask Ana, ', '', '2026-01-05')
    """
    if "@" in text:
        text = EMAIL.sub("", text)
    return "" if text[:1] in "+ " and PHONE.match(text) else text
