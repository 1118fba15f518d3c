"""Damaged copies of sample files, the same ones for the same seed: what every reader must survive.

The quick run makes 2,000 a reader, 500 a form of table; `VIGIE_MUTATIONS` sets another number (the long run takes 100,000).
"""

from __future__ import annotations

import io
import os
import random
import re
from collections.abc import Callable, Iterator, Sequence

from vigie.model.errors import BadReport, Reject
from vigie.model.pack import ReadContext, Reader
from vigie.model.report import Report, facts_text

_NASTY = (
    *(b"", b" ", b"-1", b"0", b"1e309", b"nan", b"-inf", b"1" * 400, b"2**53", b"9007199254740993", b"0x10", b"1,5", b"1;5"),
    *(b"null", b"true", b"[]", b"{}", b'"', b"'", b"\\", b"\\u0000", b"\\ud800", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa3"),
    *(b"9999-12-31", b"0000-00-00", b"2024-02-30", b"-0500-01-01", b"1/1/1", b"99999999", b"2024-10-01/02", b"<", b"&", b"%s", b"\r", b"\n", b"\t"),
    *(b"[" * 200, b'{"a":' * 200),
)
_CELL = re.compile(rb"[^,;\t|\r\n<>:\[\]{}]+")

Change = Callable[[bytes, random.Random], bytes]


def mutations(samples: Sequence[bytes], count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` damaged copies of the samples, each with one to four changes."""
    dice = random.Random(seed)
    for _ in range(count):
        data = dice.choice(samples)
        for _ in range(dice.randint(1, 4)):
            data = dice.choice(_CHANGES)(data, dice)
        yield data


def mutation_count(default: int = 2_000) -> int:
    """How many mutations a reader is tried with: `VIGIE_MUTATIONS`, else `default`."""
    return int(os.environ.get("VIGIE_MUTATIONS", default))


def outcomes(reader: Reader, data: bytes, context: ReadContext | None = None) -> list[Report | Reject]:
    """What the reader makes of the bytes; nothing where it says that they are no file of its format. Anything else that it raises is passed on."""
    try:
        return list(reader.read(io.BytesIO(data), context or ReadContext("sample")))
    except BadReport:
        return []


def assert_survives(reader: Reader, samples: Sequence[bytes], seed: int = 1, context: ReadContext | None = None, quick: int = 2_000) -> None:
    """Asserts that every mutation gives only reports (with facts that can be written) and rejects, or `BadReport`."""
    for data in mutations(samples, mutation_count(quick), seed):
        for item in outcomes(reader, data, context):
            assert isinstance(item, Report | Reject)
            assert str(item) if isinstance(item, Reject) else facts_text(item)


def _slice(data: bytes, dice: random.Random) -> tuple[int, int]:
    start = dice.randint(0, len(data))
    return start, min(len(data), start + dice.choice((1, 2, 8, 64, 512)))


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 8) if changed else 0):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(data: bytes, dice: random.Random) -> bytes:
    start, end = _slice(data, dice)
    return data[:start] + data[end:]


def _end_early(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randint(0, len(data))]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    start, end = _slice(data, dice)
    return data[:end] + data[start:]


def _insert(data: bytes, dice: random.Random) -> bytes:
    start, _ = _slice(data, dice)
    return data[:start] + dice.choice(_NASTY) + data[start:]


def _replace_cell(data: bytes, dice: random.Random) -> bytes:
    cells = list(_CELL.finditer(data))
    if not cells:
        return data
    cell = dice.choice(cells)
    return data[: cell.start()] + dice.choice(_NASTY) + data[cell.end() :]


def _swap_cells(data: bytes, dice: random.Random) -> bytes:
    cells = list(_CELL.finditer(data))
    if len(cells) < 2:
        return data
    one, other = sorted(dice.sample(cells, 2), key=lambda cell: cell.start())
    return data[: one.start()] + other.group() + data[one.end() : other.start()] + one.group() + data[other.end() :]


def _swap_lines(data: bytes, dice: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    dice.shuffle(lines)
    return b"".join(lines)


_CHANGES: tuple[Change, ...] = (_flip, _cut, _end_early, _repeat, _insert, _replace_cell, _replace_cell, _swap_cells, _swap_cells, _swap_lines)
