"""Files of the command line: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.cli.written import write_file
from vigie.model.errors import BadSetting


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The new one stands in the place of the old one, and nothing unfinished beside it."""
    path = tmp_path / "table.csv"
    for words in (b"old", b"new"):
        write_file(path, [words, b"."])
    assert path.read_bytes() == b"new."
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    """One sentence, and the reader still has what was there."""

    def parts() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    path = tmp_path / "table.csv"
    path.write_bytes(b"old")
    with pytest.raises(BadSetting, match=r"cannot be written.*No space left"):
        write_file(path, parts())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(BadSetting, match="cannot be written"):
        write_file(tmp_path / "absent" / "table.csv", [b"new"])
