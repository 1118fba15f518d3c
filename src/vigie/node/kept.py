"""Worlds kept on disk: a world that was made is read again as long as nothing that goes into it has changed, and gone on from when something has.

A file is named after its content: what is readable, what was decided, and everything else that decides a world. Two audiences that may read the same
share it; whose world it is, is put on when it is read. A small file for each audience names the world that it saw last. All lie in the node's folder, are
readable by the operator only, and are thrown away when a record is erased.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vigie import __version__
from vigie.model.atlas import Atlas
from vigie.model.canonical import Json, canonical_bytes, digest
from vigie.model.errors import BadSetting
from vigie.model.linkmodel import untrained
from vigie.node.going_on import Before, Made, go_on, made_whole
from vigie.node.packs import packs
from vigie.node.settings import Node
from vigie.node.world_file import read_before, read_world, write_made
from vigie.node.worlds import Watch, World, make_world
from vigie.store import Audience, change_count
from vigie.store.changed import Extent, Readable, read_extent
from vigie.store.marks import marks_from

MIN_KEPT = 20_000
"""A world of fewer reports is made as quickly as it is read."""

KEPT_AGAIN = 0.01
"""A world is kept again once a larger share of its reports has come: until then to go on costs less than to write all of it."""

_FAULTS = (OSError, ValueError, KeyError, TypeError, BadSetting)
_SUFFIX = ".world"


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a world is made of, in short: two audiences with the same `key` have the same world.

    `ground` is the part of the key that says how reports become a world: by which program, terms and atlas.
    """

    ground: str
    key: str
    extent: Extent

    @property
    def reports(self) -> int:
        """How many may be read, versions and all."""
        return int(self.extent.blocks[:, 1].sum())


def content_of(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool) -> Content:
    """What the world of an audience is made of now. It moves with nothing that the audience may not read."""
    before = _shelf(node, audience, exercise=exercise).extent()
    extent, ground = read_extent(node.store, audience, exercise=exercise, before=before), _ground(node, atlas, exercise=exercise)
    return Content(ground, _key(ground, extent), extent)


def kept_world(node: Node, audience: Audience, atlas: Atlas, *, exercise: bool, watch: Watch = None, content: Content | None = None) -> World:
    """The world of an audience: read where it was kept and nothing has changed since, else made, from the one before if there is one.

    It is kept where nothing was kept, or where much has come or anything gone since. `content` is what the caller has just been told by `content_of`.
    """
    content = content or content_of(node, audience, atlas, exercise=exercise)
    if content.reports < MIN_KEPT:
        return make_world(node, audience, atlas, exercise=exercise, watch=watch)
    shelf = _shelf(node, audience, exercise=exercise)
    found = shelf.world(content.key, audience.party)
    if found is not None:
        shelf.point(content.key, content.extent)
        return found
    before = shelf.last(content.ground)
    if before is None:
        made = made_whole(node, audience, atlas, exercise=exercise, watch=watch)
    else:
        made = go_on(node, audience, atlas, before, extent=content.extent, watch=watch)
    key = _key(content.ground, made.readable)
    is_due = made.came is None or made.came > KEPT_AGAIN * len(made.world.catalogue)
    if is_due and (change_count(node.store) == content.extent.changes or content_of(node, audience, atlas, exercise=exercise).key == key):
        shelf.put(key, made, content.extent if key == content.key else None)
    return made.world


def forget_worlds(node: Node) -> None:
    """Throws every kept world away."""
    shutil.rmtree(node.folder / "worlds", ignore_errors=True)


def _ground(node: Node, atlas: Atlas, *, exercise: bool) -> str:
    """How reports become a world here, in short: the program, whose decisions weigh most, how fields are judged, the atlas."""
    judged: Json = [[name, untrained(pack.sameness).version, repr(pack.terms.severity), repr(sorted(pack.terms.kinds))] for name, pack in packs().items()]
    drawn: Json = [len(atlas.countries), len(atlas.units), list(atlas.bounds), list(atlas.sources)]
    return digest(canonical_bytes([__version__, node.settings.party, exercise, judged, drawn]))[:16]


def _key(ground: str, held: Extent | Readable) -> str:
    return f"{ground}-{digest(json.dumps(held.blocks.tolist()).encode() + held.decisions)[:32]}"


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

    def last(self, ground: str) -> Before | None:
        """What the audience saw last that can be gone on from, or None."""
        for key in _named(self._path):
            try:
                if key.startswith(f"{ground}-"):
                    return read_before(self.folder / f"{key}{_SUFFIX}")
            except _FAULTS:
                continue
        return None

    def extent(self) -> Extent | None:
        """What the audience could read when it saw that world, or None."""
        try:
            said = json.loads(self._path.read_text("utf-8"))["extent"]
            return Extent(np.array(said["blocks"], np.int64).reshape(-1, 4), b"", -1, marks_from(said["marks"]))
        except _FAULTS:
            return None

    def put(self, key: str, made: Made, extent: Extent | None) -> None:
        """Keeps a world as the one that the audience saw last."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._write([key, *_named(self._path)][:2], None)
        write_made(self.folder / f"{key}{_SUFFIX}", key, made)
        self._note(key, extent)

    def point(self, key: str, extent: Extent | None) -> None:
        """Notes that the audience saw the world of that content last; worlds that nobody saw last are thrown away."""
        if _named(self._path) != [key]:
            self._note(key, extent)

    def _note(self, key: str, extent: Extent | None) -> None:
        self._write([key], extent)
        wanted = {name for path in self.folder.glob("*.last") for name in _named(path)}
        for path in self.folder.glob(f"*{_SUFFIX}"):
            if path.stem not in wanted:
                path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.name}.last"

    def _write(self, keys: list[str], extent: Extent | None) -> None:
        unfinished = self.folder / f"{self.name}.{os.getpid()}.unfinished"
        told = None if extent is None else {"blocks": extent.blocks.tolist(), "marks": asdict(extent.marks)}
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(json.dumps({"worlds": keys, "extent": told}))
        unfinished.replace(self._path)


def _shelf(node: Node, audience: Audience, *, exercise: bool) -> _Shelf:
    return _Shelf(node.folder / "worlds", digest(canonical_bytes([audience.party, exercise]))[:24])


def _named(path: Path) -> list[str]:
    """The worlds that a file of this kind names, the last first."""
    try:
        return [str(key) for key in json.loads(path.read_text("utf-8"))["worlds"]]
    except _FAULTS:
        return []
