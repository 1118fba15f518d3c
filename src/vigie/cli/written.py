"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from vigie.model.errors import BadSetting


def is_output(path: Path) -> bool:
    """Whether the name stands for the standard output."""
    return str(path) == "-"


def write_file(path: Path, parts: Iterable[bytes]) -> None:
    """Writes a file whole or not at all, so that a reader never sees half of it and a fault leaves the old one; `-` is the standard output.

    What is no plain file (a pipe, a device) is written as it is. Raises `BadSetting` where it cannot be written.
    """
    try:
        if is_output(path):
            sys.stdout.buffer.writelines(parts)
        elif path.exists() and not path.is_file():
            path.write_bytes(b"".join(parts))
        else:
            _replace(path, parts)
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise BadSetting("The file cannot be written", field=str(path), got=fault.strerror or str(fault), todo="choose another place") from fault


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """As `write_file`, for text."""
    write_file(path, (line.encode() for line in lines))


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as out:
            out.writelines(parts)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
