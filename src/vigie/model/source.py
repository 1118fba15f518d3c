"""A source: a known feed of an agency, with its terms.

A pack's `sources.toml` holds one table a source, named as the source is; its keys are the fields of `Source`.
"""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, get_args

from vigie.model.errors import BadSetting

Floor = Literal["open", "owner"]
"""The least strict release that a source's terms allow: `owner` may be read by the node alone and is never exported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One feed: where it is, how it is fetched, what may be done with it."""

    name: str
    title: str
    field: str
    address: str
    fetch: str
    reader: str
    licence: str
    floor: Floor
    attribution: str
    account: str = ""
    cadence_minutes: int = 1440
    retention_days: int = 30
    agency: str = ""
    homepage: str = ""


_NUMBERS = ("cadence_minutes", "retention_days")
_NEEDED = tuple(item.name for item in fields(Source) if item.default is MISSING)


def sources_from_toml(text: str, field: str, name: str = "sources.toml") -> tuple[Source, ...]:
    """The sources that a `sources.toml` holds, in its order; `field` is that of every source which names none.

    Raises `BadSetting` where the text is not TOML, or a source has a key too many, a key too few or a value of the wrong type.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadSetting("The sources are not TOML", source=name, got=str(fault)) from fault
    return tuple(_source(key, cells, field, name) for key, cells in tables.items())


def _source(key: str, cells: Any, field: str, name: str) -> Source:
    if not isinstance(cells, dict):
        raise BadSetting("A source is not a table", source=name, record=key, got=repr(cells), expected=f"[{key}]")
    given = {"name": key, "field": field, **cells}
    known = {item.name for item in fields(Source)}
    if wrong := sorted(set(given) - known):
        raise BadSetting("A source has a key that is not known", source=name, record=key, field=wrong[0], expected=", ".join(sorted(known)))
    if missing := [needed for needed in _NEEDED if needed not in given]:
        raise BadSetting("A source lacks a key", source=name, record=key, field=missing[0])
    for wrong, value in given.items():
        _check(wrong, value, key, name)
    return Source(**given)


def _check(field: str, value: Any, key: str, name: str) -> None:
    is_right = type(value) is (int if field in _NUMBERS else str)
    if not is_right or (field in _NUMBERS and value < 1):
        expected = "a whole number, 1 or more" if field in _NUMBERS else "text"
        raise BadSetting("A source's key has a value of the wrong sort", source=name, record=key, field=field, got=repr(value), expected=expected)
    if field == "floor" and value not in get_args(Floor):
        raise BadSetting("A source's floor is not known", source=name, record=key, field=field, got=value, expected=" or ".join(get_args(Floor)))
