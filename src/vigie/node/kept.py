"""Worlds kept on disk: a world that was made is read again as long as nothing that goes into it has changed, and gone on from when something has.

A file is named after its content: what is readable, what was decided, and everything else that decides a world. Two audiences that may read the same
share it; whose world it is, is put on when it is read. A small file for each audience names the world that it saw last. All lie in the node's folder, are
readable by the operator only, and are thrown away when a record is erased.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from vigie import __version__
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.errors import BadSetting
from vigie.model.linkmodel import untrained
from vigie.node.going_on import Made, go_on, made_whole
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.node.world_file import read_made, read_world, write_made
from vigie.node.worlds import Watch, World, make_world
from vigie.store import Audience, change_count
from vigie.store.changed import Readable, read_extent

MIN_KEPT = 20_000
"""A world of fewer reports is made as quickly as it is read."""

_FAULTS = (OSError, ValueError, KeyError, TypeError, BadSetting)
_SUFFIX = ".world"


@dataclass(frozen=True, slots=True)
class Content:
    """What a world is made of, in short: two audiences with the same `key` have the same world. `reports` is how many may be read, versions and all.

    `ground` is the part of the key that says how reports become a world: by which program, terms and atlas.
    """

    ground: str
    key: str
    reports: int


def content_of(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool) -> Content:
    """What the world of an audience is made of now. It moves with nothing that the audience may not read."""
    blocks, decisions = read_extent(node.store, audience, exercise=exercise)
    return _content(_ground(node, atlas, exercise=exercise), blocks.tolist(), decisions)


def kept_world(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool, watch: Watch = None, content: Content | None = None) -> World:
    """The world of an audience: read where it was kept and nothing has changed since, else made, from the one before if there is one, and kept.

    `content` is what the caller has just been told by `content_of`.
    """
    content = content or content_of(node, audience, atlas, exercise=exercise)
    if content.reports < MIN_KEPT:
        return make_world(node, audience, atlas, exercise=exercise, watch=watch)
    shelf = _Shelf(node.folder / "worlds", digest(canonical_bytes([audience.party, exercise]))[:24])
    found = shelf.world(content.key, audience.party)
    if found is not None:
        shelf.point(content.key)
        return found
    changes, before = change_count(node.store), shelf.last(content.ground, audience.party)
    if before is None:
        made = made_whole(node, audience, atlas, exercise=exercise, watch=watch)
    else:
        made = go_on(node, audience, atlas, before, watch=watch)
    key = _content_read(content.ground, made.readable).key
    if change_count(node.store) == changes or content_of(node, audience, atlas, exercise=exercise).key == key:
        shelf.put(key, made)
    return made.world


def forget_worlds(node: Node) -> None:
    """Throws every kept world away."""
    shutil.rmtree(node.folder / "worlds", ignore_errors=True)


def _ground(node: Node, atlas: Atlas, *, exercise: bool) -> str:
    """How reports become a world here, in short: the program, whose decisions weigh most, how fields are judged, the atlas."""
    judged: Json = [[name, untrained(pack.sameness).version, repr(pack.terms.severity), repr(sorted(pack.terms.kinds))] for name, pack in packs().items()]
    drawn: Json = [len(atlas.countries), len(atlas.units), list(atlas.bounds), list(atlas.sources)]
    return digest(canonical_bytes([__version__, node.settings.party, exercise, judged, drawn]))[:16]


def _content(ground: str, blocks: list[list[int]], decisions: bytes) -> Content:
    told = digest(json.dumps(blocks).encode() + decisions)[:32]
    return Content(ground, f"{ground}-{told}", sum(block[1] for block in blocks))


def _content_read(ground: str, readable: Readable) -> Content:
    return _content(ground, readable.blocks.tolist(), readable.decisions)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Where the worlds of a node are kept, as one audience uses it: `name` is the name of the file that tells which of them it saw last.

    That file names the world before as well while a new one is being written, so that a process that is killed leaves one to go on from.
    """

    folder: Path
    name: str

    def world(self, key: str, party: str) -> World | None:
        """The world of that content, for a party that may read it, or None."""
        try:
            return read_world(self.folder / f"{key}{_SUFFIX}", party)
        except _FAULTS:
            return None

    def last(self, ground: str, party: str) -> Made | None:
        """What the audience saw last that can be gone on from, or None."""
        for key in self._named(self.folder / f"{self.name}.last"):
            try:
                if key.startswith(f"{ground}-"):
                    return read_made(self.folder / f"{key}{_SUFFIX}", party)
            except _FAULTS:
                continue
        return None

    def put(self, key: str, made: Made) -> None:
        """Keeps a world as the one that the audience saw last."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._write([key, *self._named(self.folder / f"{self.name}.last")][:2])
        write_made(self.folder / f"{key}{_SUFFIX}", key, made)
        self.point(key)

    def point(self, key: str) -> None:
        """Notes that the audience saw the world of that content last; worlds that nobody saw last are thrown away."""
        if self._named(self.folder / f"{self.name}.last") == [key]:
            return
        self._write([key])
        wanted = {name for path in self.folder.glob("*.last") for name in self._named(path)}
        for path in self.folder.glob(f"*{_SUFFIX}"):
            if path.stem not in wanted:
                path.unlink(missing_ok=True)

    def _write(self, keys: list[str]) -> None:
        unfinished = self.folder / f"{self.name}.{os.getpid()}.unfinished"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write("\n".join(keys))
        unfinished.replace(self.folder / f"{self.name}.last")

    def _named(self, path: Path) -> list[str]:
        try:
            return path.read_text("utf-8").split()
        except (OSError, ValueError):
            return []
