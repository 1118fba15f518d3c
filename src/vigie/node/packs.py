"""The field packs that are installed, found by the entry point `vigie.fields`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points

from vigie.model.errors import BadSetting
from vigie.model.pack import Pack, Reader
from vigie.model.source import Source


@cache
def packs() -> dict[str, Pack]:
    """Every installed pack by its field's name, in alphabetical order."""
    found = {point.name: point.load() for point in entry_points(group="vigie.fields")}
    return dict(sorted(found.items()))


def pack(field: str) -> Pack:
    """The pack of a field. Raises `BadSetting` where there is none."""
    known = packs()
    if field not in known:
        raise BadSetting("There is no such field", got=field, expected=", ".join(known))
    return known[field]


def readers() -> tuple[Reader, ...]:
    """Every reader of every pack, and the tables that name their own columns."""
    from vigie.node.mappings import native_readers

    return (*native_readers(), *(reader for found in packs().values() for reader in found.readers))


def known_sources(fields: Iterable[str] = ()) -> dict[str, Source]:
    """Every source that a pack knows, by name."""
    wanted = set(fields)
    return {source.name: source for found in packs().values() for source in found.sources if not wanted or found.name in wanted}
