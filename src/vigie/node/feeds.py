"""The ways of fetching that belong to no field, and how the way of a source is found among these and those of the packs."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Final

from vigie.model.canonical import Json
from vigie.model.errors import BadSetting
from vigie.model.feed import Ask, Errand, Feed, Haul, Request
from vigie.model.source import Source
from vigie.node.addresses import file_name
from vigie.node.packs import packs

BY_HAND: Final = "by-hand"
"""Not fetched at all: a person exports the file with an account of their own and takes it in."""


def fetch_file(errand: Errand, ask: Ask) -> Generator[Haul, bool, None]:
    """The one file of an address, if the server does not say that it is the same as last time (RFC 9110, 13.1)."""
    source, state = errand.source, errand.state
    known = {name: str(state.get(name, "")) for name in ("etag", "last_modified")} if state.get("address") == source.address else {}
    answer = ask(Request(address=source.address, name=file_name(source.address, source.name), **known))  # type: ignore[arg-type]
    if answer.is_unchanged:
        return
    after: Mapping[str, Json] = {"address": source.address, "etag": answer.etag, "last_modified": answer.last_modified}
    yield Haul(name=file_name(source.address, source.name), content=answer.path, state=after)


def _by_hand(errand: Errand, _ask: Ask) -> Generator[Haul, bool, None]:
    todo = errand.source.account or f"get the file from {errand.source.homepage or errand.source.address}"
    raise BadSetting("The source is fetched by hand", source=errand.source.name, todo=f"{todo}; then take it in with `vigie ingest`")
    yield Haul(state={})


GENERIC: Final[Mapping[str, Feed]] = {"file": Feed(fetch=fetch_file), BY_HAND: Feed(fetch=_by_hand)}


def feed_kinds() -> dict[str, Feed]:
    """Every way of fetching, by the name that `Source.fetch` uses."""
    return {**GENERIC, **{kind: feed for pack in packs().values() for kind, feed in pack.feeds.items()}}


def feed_of(source: Source) -> Feed:
    """The way in which a source is fetched. Raises `BadSetting` for one that nobody knows."""
    known = feed_kinds()
    if source.fetch not in known:
        raise BadSetting("There is no such way to fetch a source", source=source.name, field="fetch", got=source.fetch, expected=", ".join(sorted(known)))
    return known[source.fetch]
