"""How a source is fetched: a feed knows an agency's way of giving out its files, and nothing of networks, disks or stores.

A feed is a generator. It calls `ask` for one address after the other, and yields a `Haul` for each thing that is to be taken in,
with the state to remember once it has been. It is told whether the haul was taken in (True) or refused (False). What is remembered
is enough to go on where a run was cut off; a haul that comes twice does no harm, since the same report is found unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from vigie.model.atlas import BOUNDS
from vigie.model.canonical import Json
from vigie.model.source import Source

BEARER = "Authorization: Bearer {token}"
"""How a token is sent where the agency asks for nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One address to ask. `name` is the file's name, by which readers may tell a release.

    `etag` and `last_modified` are what the last answer said: the server may then answer 304, nothing new.
    `passes` are statuses beside 200 that the feed itself understands. `md5` and `size` (bytes) are checked where they are given.
    """

    address: str
    name: str
    etag: str = ""
    last_modified: str = ""
    passes: frozenset[int] = frozenset()
    md5: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came: the HTTP status, and the whole answer as a file (none with 304). The file is gone after the run."""

    status: int
    path: Path | None = None
    etag: str = ""
    last_modified: str = ""
    bytes: int = 0

    @property
    def is_unchanged(self) -> bool:
        """Whether the server said that nothing is new."""
        return self.status == 304  # noqa: PLR2004 - HTTP


Ask: TypeAlias = Callable[[Request], Answer]
"""Raises `PeerUnavailable` where the server does not answer as it should, `BadSetting` where it wants an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a feed is sent for. The period, µs half-open, is what the operator asked for; None = what is new.

    `bounds` are west, south, east, north of the node's region in degrees; `options` are the operator's choices for this source.
    """

    source: Source
    now_us: int
    state: Mapping[str, Json] = field(default_factory=dict)
    since_us: int | None = None
    until_us: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    bounds: tuple[float, float, float, float] = BOUNDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Haul:
    """One thing to take in (a file, or bytes; None = nothing), the state to remember then, and a sentence for the operator if there is something to say."""

    state: Mapping[str, Json]
    name: str = ""
    content: Path | bytes | None = None
    note: str = ""


Fetch: TypeAlias = Callable[[Errand, Ask], Generator[Haul, bool, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How one kind of source is fetched (`Source.fetch` names the kind), which options it takes (name -> what it means), how a token is sent."""

    fetch: Fetch
    options: Mapping[str, str] = field(default_factory=dict)
    token_header: str = BEARER
