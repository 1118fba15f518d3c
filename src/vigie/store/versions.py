"""The versions of a report's key that a store has, and how they stand to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from vigie.model.times import NEVER_US

_TWO = 2
"""Of the labels under which a word was said last, two tell whether any other one came later."""


class Version(NamedTuple):
    """One version of a key, as much of it as decides what the next one is."""

    number: int
    label_id: int
    facts: bytes
    revision: int
    issued_us: int | None

    def order(self) -> tuple[int, int]:
        """By what an agency's words follow one another."""
        return (self.revision, NEVER_US if self.issued_us is None else self.issued_us)


def relabelled(known: Iterable[Version]) -> dict[int, int]:
    """The versions that a later one puts under another label, by number, with the latest such label: they count no more, and are not written again."""
    found: dict[int, int] = {}
    latest: dict[bytes, list[int]] = {}
    for version in sorted(known, reverse=True):
        said = latest.setdefault(version.facts, [])
        other = next((label for label in said if label != version.label_id), None)
        if other is not None:
            found[version.number] = other
        if len(said) < _TWO and version.label_id not in said:
            said.append(version.label_id)
    return found


def comes_before(version: Version, latest: Version) -> bool:
    """Whether the version just written is an earlier word than the one that was the latest before it; of two that tie, the greater hash of the facts counts."""
    return (version.order(), version.facts) < (latest.order(), latest.facts)


_VERSION_COLUMNS = "key, version, label_id, facts, revision, issued_us"


def known_versions(connection: Connection, keys: Sequence[bytes]) -> defaultdict[bytes, list[Version]]:
    """All versions in the store of each key. Written for each database by hand: it is asked for every report of every file."""
    known: defaultdict[bytes, list[Version]] = defaultdict(list)
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(f"SELECT {_VERSION_COLUMNS} FROM reports WHERE key IN ({', '.join('?' * len(keys))})", tuple(keys))  # noqa: S608 - marks only
    else:
        found = connection.exec_driver_sql(f"SELECT {_VERSION_COLUMNS} FROM reports WHERE key = ANY(%s)", (list(keys),))  # noqa: S608 - our own columns
    for key, *version in found:
        known[key].append(Version(*version))
    return known
