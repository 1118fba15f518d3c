"""Personal data: which columns hold it, and how they are blanked before anything is hashed or kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_WORDS = (
    r"(first|last|family|given|middle|maiden|full|victim|person|patient|contact|suspect|perpetrator|witness|owner|reporter|father|mother|child)s?[ _-]?names?",
    r"(sur|fore|nick)name",
    r"names?[ _-]?of[ _-]?(the[ _-]?)?(victim|person|patient|contact|suspect|deceased|injured)s?",
    r"(date|year|place)[ _-]?of[ _-]?birth",
    r"birth[ _-]?(date|day|year|place)|dob",
    r"e-?mail([ _-]?address)?",
    r"(mobile|cell|tele|home|contact)?[ _-]?phone([ _-]?(number|no))?|tel|msisdn",
    r"(home|postal|street|private|victim|person|contact)[ _-]?address|ip[ _-]?address[ _-]?of[ _-]?user",
    r"(passport|national[ _-]?id|id[ _-]?card|identity|social[ _-]?security|personal)[ _-]?(number|no|code|id)?",
    r"jmbg|oib|egn|emsho|emšo|amka|cnp|nid|ssn|iban",
    r"ime([ _-]?i[ _-]?prezime)?|prezime|emri|mbiemri|име|презиме|nom[ _-]?(de[ _-]?famille|de[ _-]?la[ _-]?victime)|prénom|prenom",
    r"ethnicity|ethnic[ _-]?group|religion|nationality[ _-]?of[ _-]?victim",
)
_PERSONAL = re.compile(rf"^(?:.*[ _.-])?(?:{'|'.join(_WORDS)})(?:[ _-]?\d+)?$", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def looks_personal(column: str) -> bool:
    """Whether a column's name says that it holds personal data.

    >>> [looks_personal(name) for name in ("victim_name", "E-mail", "place_name", "magnitude")]
    [True, True, False, False]
    """
    return _PERSONAL.match(column.strip()) is not None


def personal_columns(columns: Iterable[str], declared: Iterable[str] = ()) -> frozenset[str]:
    """The columns to blank: the declared ones (any letter case) and those whose names say so."""
    wanted = {name.casefold() for name in declared}
    return frozenset(column for column in columns if column.casefold() in wanted or looks_personal(column))


def redact(cells: Mapping[str, Any], declared: Iterable[str] = ()) -> dict[str, Any]:
    """The cells with personal ones blanked, in nested objects and lists too. Blank means the empty text: that there was a column stays known."""
    blank = personal_columns(cells, declared)
    return {name: "" if name in blank else _redact_value(value, declared) for name, value in cells.items()}


def _redact_value(value: Any, declared: Iterable[str]) -> Any:
    if isinstance(value, Mapping):
        return redact(value, declared)
    if isinstance(value, list):
        return [_redact_value(item, declared) for item in value]
    return value
