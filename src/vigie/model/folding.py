"""Texts folded for searching: letters of every script of the region become plain Latin ones, so that Šabac, Шабац and sabac are the same word.

The browser folds by the same rules (`ui/src/lib/fold.ts`), so that what is typed there finds what is held here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_CYRILLIC: Mapping[str, str] = {
    **dict(zip("абвгдежзийклмнопрстуфхцчшщъыьэ", (*"abvgdezzijklmnoprstufhccs", "st", "a", "i", "", "e"), strict=True)),
    "ё": "e",
    "ю": "ju",
    "я": "ja",
    "є": "je",
    "і": "i",
    "ї": "ji",
    "ґ": "g",
    "ђ": "dj",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "џ": "dz",
    "ѓ": "gj",
    "ќ": "kj",
    "ѕ": "dz",
}
_GREEK: Mapping[str, str] = {
    **dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", (*"avgdezi", "th", *"iklmnxoprsstyf", "ch", "ps", "o"), strict=True)),
}
_LATIN: Mapping[str, str] = {"đ": "dj", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ß": "ss"}
_LETTERS = str.maketrans({**_CYRILLIC, **_GREEK, **_LATIN})
_KEPT_WHOLE = {letter: sound for letter, sound in _CYRILLIC.items() if letter in "ђќѓйїёґ"}
"""Letters that Unicode takes for another letter with a sign on it."""

_GREEK_PAIRS: Mapping[str, str] = {"ου": "u", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "d", "γκ": "g"}
_PAIR = re.compile("|".join(_GREEK_PAIRS))
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """The text in plain small Latin letters and digits, one space between words.

    >>> [fold(text) for text in ("Šabac", "ШАБАЦ", "Đakovica", "Ђаковица", "Gjakovë/Djakovica", "Αθήνα", "Ѓорче Петров", "İzmir")]
    ['sabac', 'sabac', 'djakovica', 'djakovica', 'gjakove djakovica', 'athina', 'gjorce petrov', 'izmir']
    """
    plain = text.casefold().translate(_BARE)
    if not plain.isascii():
        plain = _PAIR.sub(lambda pair: _GREEK_PAIRS[pair[0]], plain).translate(_LETTERS)
    return _NO_LETTER.sub(" ", plain).strip()


class _Bare(dict[int, str]):
    """Each letter without the signs on it, found when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        parts = _KEPT_WHOLE.get(letter) or unicodedata.normalize("NFKD", letter)
        self[code] = "".join(part for part in parts if not unicodedata.combining(part))
        return self[code]


_BARE = _Bare()
