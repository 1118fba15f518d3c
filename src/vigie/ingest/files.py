"""Opening what an agency sent: plain, gzip or zip; finding the reader that understands it; hashing it."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader, Sample
from vigie.model.report import Report, is_finite

SAMPLE_BYTES = 64 * 1024
_CHUNK = 1024 * 1024
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold once it is unpacked, and how many members a zip file may have."""

    max_unpacked_bytes: int = 8 * 1024**3
    max_members: int = 1_000


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than it may: the guard against files that unpack without end."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream, self._left = stream, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise BadReport("The file unpacks to more than is allowed", todo="raise max_unpacked_bytes in the node's settings if it is meant")
        buffer[: len(data)] = data
        return len(data)


class _Watched(io.RawIOBase):
    """A file that notes how far it was read."""

    def __init__(self, stream: BinaryIO, position: list[int]) -> None:
        self._stream, self._position = stream, position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._position[0] = self._stream.tell()
        return data


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of a file: the file itself, or a member of a zip file."""

    name: str
    stream: BinaryIO


@contextmanager
def opened(path: Path, limits: Limits, position: list[int] | None = None) -> Iterator[Iterator[Part]]:
    """The parts of a file, unpacked as they are read. Raises `BadReport` for an empty or damaged file."""
    try:
        with path.open("rb") as raw:
            yield _parts(path, _Watched(raw, position if position is not None else [0]), limits)
    except _DAMAGED as fault:
        raise BadReport("The compressed file is damaged", source=path.name, got=str(fault), todo="send it again") from fault


def _parts(path: Path, raw: _Watched, limits: Limits) -> Iterator[Part]:
    start = raw.read(4)
    raw.seek(0)
    if not start:
        raise BadReport("The file is empty", source=path.name, todo="nothing was taken in")
    if start[:2] == _GZIP:
        yield Part(path.name.removesuffix(".gz"), _bounded(gzip.GzipFile(fileobj=raw), limits))
    elif start == _ZIP:
        yield from _members(path, raw, limits)
    else:
        yield Part(path.name, _bounded(raw, limits))


def _bounded(stream: Any, limits: Limits) -> BinaryIO:
    return io.BufferedReader(_Bounded(stream, limits.max_unpacked_bytes), _CHUNK)


def _members(path: Path, raw: _Watched, limits: Limits) -> Iterator[Part]:
    with zipfile.ZipFile(raw) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > limits.max_members:
            raise BadReport("The zip file has too many members", source=path.name, got=str(len(members)), expected=f"at most {limits.max_members}")
        for member in members:
            if member.flag_bits & 1:
                raise BadReport("The zip file is locked with a password", source=path.name, record=member.filename)
            with archive.open(member) as stream:
                yield Part(member.filename, _bounded(stream, limits))


def sample_of(part: Part) -> Sample:
    """The part's name and first bytes; the stream stays where it was."""
    return Sample(part.name, part.stream.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])  # type: ignore[attr-defined]


def choose_reader(sample: Sample, readers: Sequence[Reader]) -> Reader:
    """The one reader that recognises the sample. Raises `BadReport` where none or several do, and says how to name one."""
    found = [reader for reader in readers if reader.recognises(sample)]
    if len(found) == 1:
        return found[0]
    tried = ", ".join(reader.name for reader in (found or readers))
    what = "Several readers recognise the file" if found else "No reader recognises the file"
    raise BadReport(
        what, source=sample.name, expected=f"one of {tried}", todo="name the reader with --reader NAME, or say what the columns mean with --mapping FILE"
    )


def read_parts(path: Path, choose: Callable[[Sample], Reader], context: ReadContext, limits: Limits, position: list[int]) -> Iterator[Report | Reject]:
    """What the readers find in all parts of a file, in order; `position[0]` is kept at the number of the file's bytes read so far."""
    with opened(path, limits, position) as parts:
        for part in parts:
            for item in choose(sample_of(part)).read(part.stream, context):
                yield _checked(item)


def _checked(item: Report | Reject) -> Report | Reject:
    """The last gate before the store: no number that is not one."""
    if isinstance(item, Reject) or is_finite(item):
        return item
    return Reject(item.agency_ref or "a record", "A number of the report is not finite", raw=item.payload)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
