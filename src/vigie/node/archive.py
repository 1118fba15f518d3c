"""The file that a backup is: a tar, packed with gzip. Its first member says what it is, its last the SHA-256 of every other one.

Only plain files are in it, under names that stay where they are unpacked. It is read in one pass and verified to its last byte.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO

from vigie.model.canonical import Json, canonical_bytes
from vigie.model.errors import BadReport, BadSetting

HEADER = "vigie-backup.json"
MANIFEST = "SHA256.json"
FORMAT = 1
_HEADER_BYTES = 65_536
_PACKING = 3
"""How hard gzip packs: what is large and packs well is the store; sealed files do not pack at all."""

_CHUNK = 1024 * 1024

Header = Mapping[str, Json]


class _Summed:
    """A stream that knows the SHA-256 of what was read from it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.sum.update(data)
        return data


@contextmanager
def writing_archive(target: Path, header: Header) -> Iterator[Callable[[str, Path], None]]:
    """A function that puts a file under a name into a new archive, which is there whole when the block ends well, and else not at all.

    Only its owner may read it. Raises `BadSetting` where there is a file of that name.
    """
    if target.exists():
        raise BadSetting("There is a file of that name", source=str(target), todo="name another one; a backup never overwrites one")
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".unfinished", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(number, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=_PACKING, format=tarfile.PAX_FORMAT) as tar:
                sums: dict[str, Json] = {}
                _put_bytes(tar, HEADER, canonical_bytes({**header, "vigie": "backup", "format": FORMAT}), sums)
                yield lambda member, path: _put_file(tar, member, path, sums)
                _put_bytes(tar, MANIFEST, canonical_bytes(sums), {})
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _put_file(tar: tarfile.TarFile, name: str, path: Path, sums: dict[str, Json]) -> None:
    """A file that has gone meanwhile is left out: the quarantine forgets by itself."""
    with suppress(FileNotFoundError), path.open("rb") as stream:
        _put(tar, name, stream, os.fstat(stream.fileno()).st_size, sums)


def _put_bytes(tar: tarfile.TarFile, name: str, data: bytes, sums: dict[str, Json]) -> None:
    _put(tar, name, io.BytesIO(data), len(data), sums)


def _put(tar: tarfile.TarFile, name: str, stream: IO[bytes], size: int, sums: dict[str, Json]) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    summed = _Summed(stream)
    tar.addfile(member, summed)
    sums[name] = summed.sum.hexdigest()


def unpack(source: Path, folder: Path) -> Header:
    """Writes the files of an archive under a folder and gives its header. Raises `BadReport` where it is no backup, or a byte of it was changed or is gone."""
    try:
        with gzip.open(source, "rb") as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
            header, sums, wanted = _read_members(source, tar, folder)
            while stream.read(_CHUNK):
                pass
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, UnicodeError, ValueError) as fault:
        raise _damaged(source, str(fault)) if (folder / HEADER).exists() else _foreign(source) from fault
    if sums != wanted:
        changed = sorted(name for name in sums.keys() | wanted.keys() if sums.get(name) != wanted.get(name))
        raise _damaged(source, f"{', '.join(changed[:3])} changed, added or gone")
    return header


def _read_members(source: Path, tar: tarfile.TarFile, folder: Path) -> tuple[Header, dict[str, Json], dict[str, Json]]:
    """The header, the sums found, and the sums wanted."""
    header: Header | None = None
    sums: dict[str, Json] = {}
    wanted: dict[str, Json] | None = None
    for member in tar:
        stream = tar.extractfile(member) if member.isfile() else None
        if header is None:
            header = _header_of(source, member, stream)
            (folder / HEADER).write_bytes(canonical_bytes(header))
            sums[HEADER] = hashlib.sha256(canonical_bytes(header)).hexdigest()
        elif stream is None or wanted is not None or not _is_safe(member.name):
            raise _damaged(source, f"what no backup holds: {member.name}")
        elif member.name == MANIFEST:
            wanted = dict(json.loads(stream.read()))
        else:
            sums[member.name] = _write(stream, folder / member.name)
    if header is None:
        raise _foreign(source)
    if wanted is None:
        raise _damaged(source, "its end is gone")
    return header, sums, wanted


def _header_of(source: Path, member: tarfile.TarInfo, stream: IO[bytes] | None) -> Header:
    if stream is None or member.name != HEADER or member.size > _HEADER_BYTES:
        raise _foreign(source)
    header = json.loads(stream.read())
    if not isinstance(header, dict) or header.get("vigie") != "backup":
        raise _foreign(source)
    if header.get("format") != FORMAT:
        raise BadReport("The backup is of another format", source=str(source), got=str(header.get("format")), expected=str(FORMAT), todo="use a newer Vigie")
    return header


def _is_safe(name: str) -> bool:
    """Whether a member's name stays in the folder that it is unpacked into."""
    path = PurePosixPath(name)
    return not path.is_absolute() and path.parts[:1] != (HEADER,) and ".." not in path.parts and "\\" not in name and "\0" not in name


def _write(stream: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while data := stream.read(_CHUNK):
            found.update(data)
            out.write(data)
    return found.hexdigest()


def _damaged(source: Path, what: str) -> BadReport:
    return BadReport("The backup is damaged", source=str(source), got=what, todo="take another one; nothing was restored")


def _foreign(source: Path) -> BadReport:
    return BadReport("The file is no backup of Vigie", source=str(source), todo="name one that `vigie backup` wrote")
