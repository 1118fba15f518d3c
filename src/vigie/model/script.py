"""The two scripts of Serbian and Montenegrin: a text written once is read in both.

Cyrillic to Latin is letter by letter; only the case of lj, nj and dž asks for the neighbours. Latin to Cyrillic must tell letters from
names: n and j are one letter in `konj` and two in `konjunktura`, and a foreign word or a Roman number stays as it is written.
What stands in braces (a place to fill in), an address of the web or of mail, a command and the name of a file are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_CYRILLIC = "абвгдђежзијклмнопрстћуфхцчшљњџ"
_TO_LATIN: Mapping[str, str] = dict(zip(_CYRILLIC, (*"abvgdđežzijklmnoprstćufhcčš", "lj", "nj", "dž"), strict=True))
_TO_CYRILLIC: Mapping[str, str] = {sound: letter for letter, sound in _TO_LATIN.items()}

_UNTOUCHED = re.compile(
    r"\{[^{}]*\}|\bTLP:[A-Z+]+|\bvigie [a-z-]+(?: suggestions)?|--[a-z-]+|\b[a-z_-]+\.(?:toml|yaml|csv|json)\b|(?:https?://|www\.)[^\s<>\"„“”]+|[^\s<>{}]+@[^\s<>{}]+"
)
_LETTER = re.compile(f"[{_CYRILLIC}]", re.IGNORECASE)
_SOUND = re.compile("dž|lj|nj|DŽ|LJ|NJ|Dž|Lj|Nj|.", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_HOME = re.compile(r"[abcčćdđefghijklmnoprsštuvzž]+", re.IGNORECASE)
_ROMAN = re.compile(r"(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})")

FOREIGN = frozenset(
    [
        *(
            "API",
            "Atom",
            "CAP",
            "CLEAR",
            "CSV",
            "CVSS",
            "EMSC",
            "EUR",
            "GREEN",
            "GeoJSON",
            "HTML",
            "IATI",
            "ID",
            "JSON",
            "ME",
            "MW",
            "Mw",
            "PDF",
            "PUBLIC",
            "RS",
        ),
        *("Parquet", "RS", "SVG", "TLP", "TSV", "URL", "UTC", "Vigie", "WebGL", "XLSX", "XML", "en", "h", "https", "km", "mail", "min"),
        *("phishing", "sq", "vigie"),
    ]
)
"""Words of the program's texts that stay in Latin letters though each of their letters is Serbian too."""

_APART = re.compile(
    r"(?<=in)(?=j(?:ekc|ekt|ic))|(?<=kon)(?=j(?:ug|unk|ek))|(?<=tan)(?=jug)|(?<=an)(?=jon)|(?<=van)(?=jezi)"
    r"|(?<=nad)(?=ž(?:iv|ir|nj|anj|et|anr|up|der|dr))|(?<=od)(?=ž(?:al|iv|vak|ag|et|anj))"
    r"|(?<=pod)(?=ž(?:eg|ež|eć|ar|iž|anr|up))|(?<=pred)(?=ž(?:iv|et))",
    re.IGNORECASE,
)
"""Between the two letters of a pair that is not one letter: injekcija, konjunktura, Tanjug, nadživjeti, odžaliti, podžeći."""


def latin(text: str) -> str:
    """The text with Serbian Cyrillic written in Latin letters; what is in Latin letters already stays.

    >>> latin("Љубав и ЊЕГОШ, {име}: IV џеп")
    'Ljubav i NJEGOŠ, {име}: IV džep'
    """
    return _between(text, lambda part: _LETTER.sub(_latin_letter, part))


def cyrillic(text: str) -> str:
    """The text with Serbian or Montenegrin Latin written in Cyrillic; foreign words and Roman numbers of two letters or more stay.

    >>> cyrillic("Konj i injekcija, {name}: CAP poruka IV")
    'Коњ и инјекција, {name}: CAP порука IV'
    """
    return _between(text, lambda part: _WORD.sub(_cyrillic_word, part))


def _between(text: str, write: Callable[[str], str]) -> str:
    """The text with all that may be touched written anew."""
    parts, end = [], 0
    for kept in _UNTOUCHED.finditer(text):
        parts += [write(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*parts, write(text[end:])])


def _latin_letter(found: re.Match[str]) -> str:
    letters = _TO_LATIN[found[0].lower()]
    if found[0].islower():
        return letters
    return letters.upper() if _is_among_capitals(found) else letters.capitalize()


def _is_among_capitals(found: re.Match[str]) -> bool:
    """Whether a capital stands in a word of capitals: the next letter decides, at the end of a word the one before."""
    following, preceding = found.string[found.end() : found.end() + 1], found.string[: found.start()][-1:]
    return following.isupper() or (not following.isalpha() and preceding.isupper())


def _cyrillic_word(found: re.Match[str]) -> str:
    word = found[0]
    if word in FOREIGN or not _HOME.fullmatch(word) or _ROMAN.fullmatch(word):
        return word
    return "".join(_cyrillic_sound(sound) for part in _APART.split(word) for sound in _SOUND.findall(part))


def _cyrillic_sound(sound: str) -> str:
    letter = _TO_CYRILLIC[sound.lower()]
    return letter if sound[0].islower() else letter.upper()
