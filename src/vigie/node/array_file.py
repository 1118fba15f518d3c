"""Arrays in one file, laid out so that a program reads of them what it looks at. Nothing in the file is ever run when it is read.

A first line says how long the list of contents is, the list (JSON) gives each array's place, type, shape and the sum of its words, and the facts that go
with them; then come the arrays. A file that is cut or was changed is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vigie.model.canonical import Json

Arrays = Mapping[str, NDArray[Any]]
_MAGIC, _ALIGNED = "vigie arrays 1", 64


def write_arrays(path: Path, facts: Json, arrays: Arrays) -> None:
    """Writes the file, whole or not at all; only its owner may read it. Objects are refused with `TypeError`."""
    contents, place = [], 0
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise TypeError(name)
        contents.append([name, array.dtype.str, list(array.shape), place, _sum(array)])
        place += _padded(array.nbytes)
    listed = json.dumps({"facts": facts, "arrays": contents}, ensure_ascii=False).encode()
    head = f"{_MAGIC} {len(listed)} {place}\n".encode() + listed
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(head + bytes(_padded(len(head)) - len(head)))
        for array in arrays.values():
            np.ascontiguousarray(array).tofile(out)
            out.write(bytes(_padded(array.nbytes) - array.nbytes))
    unfinished.replace(path)


def read_arrays(path: Path) -> tuple[Json, dict[str, NDArray[Any]]]:
    """Facts and arrays, which stay in the file until they are looked at. Raises `ValueError` or `OSError` for what is none of ours."""
    with path.open("rb") as stream:
        listed, begin = _listed(stream, path)
        whole = np.memmap(stream, np.uint8, "c", begin) if path.stat().st_size > begin else np.zeros(0, np.uint8)
    found = {}
    for name, kind, shape, place, total in listed["arrays"]:
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise ValueError(name)
        array = whole[place : place + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize].view(dtype).reshape(shape).view(np.ndarray)
        if _sum(array) != total:
            raise ValueError(name)
        found[name] = array
    return listed["facts"], found


def _listed(stream: Any, path: Path) -> tuple[dict[str, Any], int]:
    """The list of contents, and where the arrays begin."""
    first = stream.readline(200)
    words = first.decode("ascii").split()
    if words[:-2] != _MAGIC.split():
        raise ValueError(path.name)
    length, size = map(int, words[-2:])
    begin = _padded(len(first) + length)
    if path.stat().st_size != begin + size:
        raise ValueError(size)
    listed: dict[str, Any] = json.loads(stream.read(length))
    return listed, begin


def _padded(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _sum(array: NDArray[Any]) -> str:
    """The words of an array added up, as text: 64 bits are more than JSON's numbers hold."""
    data = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    words = data[: len(data) // 8 * 8].view(np.uint64)
    return f"{int(words.sum(dtype=np.uint64)) + int(data[len(words) * 8 :].sum(dtype=np.uint64)):x}"
