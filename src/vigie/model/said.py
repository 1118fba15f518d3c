"""What all nouns of the log have in common: they are frozen, refuse what they do not know, and are written as an entry's body.

`body_of` writes a noun as a body, `read_body` reads it again and refuses what does not fit, in one sentence; `said_in` and `latest_of` read a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Annotated, TypeVar

import pydantic

from vigie.model.canonical import Json
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.errors import BadReport

MAX_HEADLINE = 160
MAX_TEXT = 4_000

Text = Annotated[str, pydantic.Field(max_length=MAX_TEXT)]
Short = Annotated[str, pydantic.Field(max_length=MAX_HEADLINE)]
Name = Annotated[str, pydantic.Field(min_length=1, max_length=200)]

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)


class Noun(pydantic.BaseModel):
    """A noun of the log."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


def check_tag(language: str) -> str:
    """The language, if it is written as a BCP 47 tag. Raises `ValueError` with a sentence."""
    if not _TAG.fullmatch(language):
        msg = f"a text's language is a BCP 47 tag such as en or sr-Cyrl, not {language[:40]!r}"
        raise ValueError(msg)
    return language


Tag = Annotated[str, pydantic.AfterValidator(check_tag)]
"""A language as a BCP 47 tag."""

Said = TypeVar("Said", bound=Noun)


def body_of(noun: Noun) -> dict[str, Json]:
    """The noun as an entry's body: what has its default value is left out."""
    body: dict[str, Json] = noun.model_dump(mode="json", exclude_defaults=True)
    return body


def read_body(kind: type[Said], body: Mapping[str, Json], source: str = "") -> Said:
    """The noun that a body holds. Raises `BadReport` with one sentence where it does not fit."""
    try:
        return kind.model_validate(body)
    except pydantic.ValidationError as fault:
        first = fault.errors()[0]
        said = str(first["msg"]).removeprefix("Value error, ")
        place = ".".join(map(str, first["loc"]))
        if first["type"] == "value_error":
            raise BadReport(said[:1].upper() + said[1:], source=source) from fault
        raise BadReport("The text of the record cannot be used", source=source, field=place, got=str(first.get("input"))[:80], expected=said) from fault


def said_in(log: Log, of: str, kind: type[Said]) -> Iterator[tuple[Entry, Said]]:
    """Every readable version of every entry of a type with its noun, oldest first, of the log's own world; what cannot be read is left out."""
    for entry in _by_age(of_world(log, of)):
        try:
            yield entry, read_body(kind, entry.body)
        except BadReport:
            continue


def latest_of(entries: Iterable[tuple[Entry, Said]]) -> tuple[tuple[Entry, Said], ...]:
    """Of each (owner, ref) the version that counts: the highest; of entries in the order of `said_in`."""
    newest: dict[tuple[str, str], tuple[Entry, Said]] = {}
    for entry, noun in sorted(entries, key=lambda pair: pair[0].version):
        newest[entry.owner, entry.ref] = entry, noun
    return tuple(newest.values())


def of_world(log: Log, of: str) -> tuple[Entry, ...]:
    """The entries of a type that are of the log's own world."""
    return tuple(entry for entry in log.of(of) if entry.exercise == log.exercise)


def _by_age(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The oldest first; where time and version are the same, by id, which is costly and seldom asked."""
    for _, same in groupby(sorted(entries, key=age), key=age):
        ties = list(same)
        yield from ties if len(ties) == 1 else sorted(ties, key=entry_id)


def age(entry: Entry) -> tuple[int, int]:
    """What entries are ordered by: when they were said, then their version."""
    return entry.said_us, entry.version
