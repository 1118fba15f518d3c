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

_PATRONYMS: Final = ("ić", "ић", "ović", "ovic", "evic", "овић", "евић")
_MAIL: Final = re.compile(r"([^@\s<>,;\"]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)")
_NUMBER: Final = re.compile(r"\+?\(?[0-9][0-9 ()/.\-]{1,28}(?: ?(?:ext|int|lok|x)\.? ?[0-9]{1,6})?")
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
    """Whether the words look like a person's name: one that is told by its form (`tells_a_name`), or two or three names and no word of a post.

    An institution may bear a person's name if it says what it is; a name of two capitals alone counts there only if it ends as surnames do.

    >>> names_a_person("Dr Ana Petrović"), names_a_person("Duty Officer"), names_a_person("Ana Petrović", is_institution=True)
    (True, False, True)
    >>> names_a_person("Institut dr Milan Batut", is_institution=True), names_a_person("Norwegian People", is_institution=True)
    (False, False)
    """
    words, plain = _words_of(text)
    has_post = any(is_of_a_post(word) for word in plain)
    if tells_a_name(text) and not (is_institution and any(is_of_a_post(word) and not word.startswith(_lists()["holders"]) for word in plain)):
        return True
    is_capital = all(word[:1].isupper() and not word.isupper() for word in words)
    if has_post or len(words) not in _NAME_WORDS or not is_capital:
        return False
    return not is_institution or plain[-1].endswith(_lists()["surname_ends"])


def tells_a_name(text: str) -> bool:
    """Whether a name is told by its form, whatever stands beside it: after a title or an initial, in -ić, or by a given name and another name.

    >>> tells_a_name("Duty Officer John Smith"), tells_a_name("J. Smith"), tells_a_name("Duty officer, Bijelo Polje"), tells_a_name("Mon-Fri, Saturday")
    (True, True, False, False)
    """
    words, plain = _words_of(text)
    is_patronym = any(word[:1].isupper() and word.lower().endswith(_PATRONYMS) for word in words)
    return is_patronym or _is_titled(words, plain) or _is_given(words, plain)


def _words_of(text: str) -> tuple[list[str], list[str]]:
    """The words of a text, as they stand and folded."""
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?", text)
    return words, [folded(word).rstrip(".") for word in words]


def _is_given(words: list[str], plain: list[str]) -> bool:
    """Whether a given name stands alone, or beside a word that may be a name and is none of a post."""
    given = [bare in _lists()["given"] for bare in plain]
    is_alone = len(words) <= len(("given", "name"))
    pairs = [(first, second) for first, second in zip(range(len(words)), range(1, len(words)), strict=False) if given[first] or given[second]]
    others = [second if given[first] else first for first, second in pairs]
    return (is_alone and any(given) and len(words) == 1) or any(not is_of_a_post(plain[at]) and (words[at][:1].isupper() or is_alone) for at in others)


def _is_titled(words: list[str], plain: list[str]) -> bool:
    """Whether a title or an initial stands before a capital that is no word of a post, as in `General Staff`."""
    for word, bare, following, next_bare in zip(words, plain, words[1:], plain[1:], strict=False):
        is_title = bare in _lists()["titles"] or (len(bare) == 1 and word.endswith("."))
        if is_title and following[:1].isupper() and not is_of_a_post(next_bare):
            return True
    return False


def check_post(institution: str, role: str, hours: str = "") -> None:
    """Raises `BadReport` with one sentence where a person is named instead of a post."""
    if tells_a_name(hours):
        raise BadReport("The hours are those of a post, and this looks like a person's name", field="hours", got=hours, todo=_TODO)
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
    elif tells_a_name(address):
        raise BadReport("A line is that of a post, and this looks like a person's name", field=line.channel, got=address, todo=_TODO)


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
    if any(part in _lists()["given"] or part.endswith(_PATRONYMS) for part in parts):
        return False
    if len(parts) > 1 and not any(is_of_a_post(part) for part in parts):
        return False
    return any(is_of_a_post(part) or part in host.split(".")[:-1] or (len(part) > 1 and part == initials) for part in parts)
