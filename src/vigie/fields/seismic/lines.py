"""Lines of a text bulletin with their numbers, none longer than a bulletin's line can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from vigie.model.errors import Reject

LONGEST_LINE: Final = 64 * 1024
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; `is_whole` says whether that end was there (the last line of a cut file has none)."""

    number: int
    raw: bytes
    is_whole: bool = True

    @property
    def place(self) -> str:
        """Where the line stood, for messages."""
        return f"line {self.number}"

    @property
    def text(self) -> str:
        """The line in UTF-8; bytes that are not are shown as U+FFFD."""
        return self.raw.decode("utf-8", "replace")


def lines_of(stream: BinaryIO) -> Iterator[Line | Reject]:
    """Each line of `stream`; one that is too long to be a bulletin's is a `Reject` with its beginning, and the rest of it is passed over."""
    number, is_skipping = 0, False
    while piece := stream.readline(LONGEST_LINE):
        ended = piece.endswith(b"\n")
        if not is_skipping:
            number += 1
            yield _line(number, piece, ended=ended)
        is_skipping = not ended and len(piece) == LONGEST_LINE if not is_skipping else not ended


def _line(number: int, piece: bytes, *, ended: bool) -> Line | Reject:
    if not ended and len(piece) == LONGEST_LINE:
        return Reject(f"line {number}", "The line is too long", expected=f"at most {LONGEST_LINE} bytes", raw=piece)
    return Line(number, piece.removeprefix(_MARK if number == 1 else b"").rstrip(b"\r\n"), ended)
