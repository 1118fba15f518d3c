"""Whether words name a post or a person, and whether an address is that of a post: what a point of contact is checked by before it is written down.

The lists are our own and err on the side of refusing: who is refused wrongly can name the post in other words, who is let in wrongly is a person.
Word beginnings are compared without accents and in Latin letters, so that one list serves the languages of the region in both scripts.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

from vigie.model.contact import Line
from vigie.model.errors import BadReport

_SINGLE: Final = str.maketrans("абвгдеѓжзијќклмнопрстћуфхцчшъьйы", "abvgdegzzijkklmnoprstcufhccsa_jy")
_PAIRS: Final = {"ђ": "dj", "ѕ": "dz", "љ": "lj", "њ": "nj", "џ": "dz", "щ": "st", "ю": "ju", "я": "ja", "đ": "dj", "ı": "i", "ø": "o", "ł": "l", "ß": "ss"}
_LATIN: Final[Mapping[int, str | int]] = {**_SINGLE, **{ord(letter): pair for letter, pair in _PAIRS.items()}}

_PATRONYMS: Final = ("ić", "ић")
_MAIL: Final = re.compile(r"([^@\s<>,;\"]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)")
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()/.\-]{1,28}(?: ?(?:ext|int|lok|x)\.? ?[0-9]{1,6})?")
_NAME_WORDS: Final = (2, 3)
_TODO: Final = "name the post, as in `duty officer`, never who holds it"


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, tuple[str, ...]]:
    """The lists of words, by name."""
    told = tomllib.loads(resources.files("vigie.node").joinpath("posts.toml").read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in told.items()}


def folded(text: str) -> str:
    """The text in small Latin letters without accents.

    >>> folded("Дежурни центар"), folded("Ana Petrović")
    ('dezurni centar', 'ana petrovic')
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower().translate(_LATIN))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def is_of_a_post(word: str) -> bool:
    """Whether a word is one for a post or an institution."""
    return any(word == stem if len(stem) <= len("ops") else word.startswith(stem) for stem in _lists()["stems"])


def names_a_person(text: str, *, is_institution: bool = False) -> bool:
    """Whether the words look like a person's name: a title before a name, a name in -ić, or two or three names and no word of a post.

    An institution may bear a person's name if it says what it is; a name of two capitals alone counts there only if it ends as surnames do.

    >>> names_a_person("Dr Ana Petrović"), names_a_person("Duty Officer"), names_a_person("Ana Petrović", is_institution=True)
    (True, False, True)
    >>> names_a_person("Institut dr Milan Batut", is_institution=True), names_a_person("Norwegian People", is_institution=True)
    (False, False)
    """
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?", text)
    plain = [folded(word).rstrip(".") for word in words]
    has_post = any(is_of_a_post(word) for word in plain)
    is_named = _is_titled(words, plain) or any(word[:1].isupper() and word.endswith(_PATRONYMS) for word in words)
    if is_named and not (is_institution and has_post):
        return True
    is_capital = all(word[:1].isupper() and not word.isupper() for word in words)
    if has_post or len(words) not in _NAME_WORDS or not is_capital:
        return False
    return not is_institution or plain[-1].endswith(_lists()["surname_ends"])


def _is_titled(words: list[str], plain: list[str]) -> bool:
    """Whether a title stands before a capital that is no word of a post, as in `General Staff`."""
    for word, bare, following, next_bare in zip(words, plain, words[1:], plain[1:], strict=False):
        is_title = bare in _lists()["titles"] or (bare in _lists()["short_titles"] and word.endswith("."))
        if is_title and following[:1].isupper() and not is_of_a_post(next_bare):
            return True
    return False


def check_post(institution: str, role: str) -> None:
    """Raises `BadReport` with one sentence where a person is named instead of a post."""
    if names_a_person(role):
        raise BadReport("A point of contact is a post, and this looks like a person's name", field="role", got=role, todo=_TODO)
    if names_a_person(institution, is_institution=True):
        raise BadReport("A point of contact is of an institution, and this looks like a person's name", field="institution", got=institution, todo=_TODO)


def check_line(line: Line, institution: str) -> None:
    """Raises `BadReport` with one sentence where an address is none, or looks like that of a person."""
    address = line.address.strip()
    if line.channel == "mail" or "@" in address:
        _check_mail(address, institution)
    elif line.channel in ("phone", "fax") and not _NUMBER.fullmatch(address):
        raise BadReport("The number cannot be understood", field=line.channel, got=address, expected="digits such as +382 20 123 456")
    elif not address and line.channel != "page":
        raise BadReport("A line needs an address", field=line.channel)


def _check_mail(address: str, institution: str) -> None:
    match = _MAIL.fullmatch(address)
    if match is None:
        raise BadReport("The mail address cannot be understood", field="mail", got=address, expected="an address such as duty@cert.example")
    name, host = folded(match[1]), match[2].lower()
    if host in _lists()["free_whole"] or any(label in _lists()["free_hosts"] for label in host.split(".")[-3:-1]):
        raise BadReport("The mail address is one of a free mail service", field="mail", got=address, todo="give an address of the institution itself")
    if not _is_functional(name, host, institution):
        raise BadReport("The mail address looks like that of a person", field="mail", got=address, todo="give that of the post, as in duty@ or info@")


def _is_functional(name: str, host: str, institution: str) -> bool:
    """Whether a part of the name before the @ is a word of a post, a number, the institution's initials or a part of its own host."""
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", folded(institution)))
    parts = [part for part in re.split(r"[._+\-]|(?<=[a-z])(?=\d)", name) if part]
    if all(part.isdigit() for part in parts):
        return True
    if len(parts) > 1 and not any(is_of_a_post(part) for part in parts):
        return False
    return any(is_of_a_post(part) or part in host.split(".")[:-1] or (len(part) > 1 and part == initials) for part in parts)
