"""Spelling: one folded form for comparing names, and Serbian Latin out of Serbian Cyrillic."""

from __future__ import annotations

import unicodedata

_DOTLESS_I = "\N{LATIN SMALL LETTER DOTLESS I}"
_LOOSE = str.maketrans({"đ": "d", _DOTLESS_I: "i", "ł": "l", "ø": "o", "ð": "d", "ß": "ss"})

_SERBIAN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
_SERBIAN |= {"љ": "lj", "њ": "nj", "џ": "dž"}


def fold(name: str) -> str:
    """The name in lower case, of letters and digits only, without marks: Šabac and SABAC are both sabac."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_LOOSE)
    return "".join(char for char in plain if char.isalnum())


def serbian_latin(cyrillic: str) -> str:
    """The Serbian, Bosnian or Montenegrin text in Latin letters, letter by letter; what is not Cyrillic stays."""
    return "".join(_latin_letter(char) for char in cyrillic)


def _latin_letter(char: str) -> str:
    latin = _SERBIAN.get(char.lower(), char)
    return latin if char.islower() or latin == char else latin[0].upper() + latin[1:]
