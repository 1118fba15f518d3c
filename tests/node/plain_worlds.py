"""Worlds compared to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np


def differing(first: Any, second: Any) -> list[str]:
    """Where two values of one kind differ: the paths of the fields, none where they are the same to the last bit, types of columns included."""
    return list(_differing(first, second, ""))


def _differing(first: Any, second: Any, path: str) -> Iterator[str]:
    if type(first) is not type(second):
        yield f"{path}: {type(first)} and {type(second)}"
    elif hasattr(first, "__dataclass_fields__"):
        for item in fields(first):
            yield from _differing(getattr(first, item.name), getattr(second, item.name), f"{path}.{item.name}")
    elif isinstance(first, dict):
        yield from _differing(sorted(first.items()), sorted(second.items()), path)
    elif isinstance(first, np.ndarray) and first.dtype != object:
        if (first.dtype, first.shape, first.tobytes()) != (second.dtype, second.shape, second.tobytes()):
            yield f"{path}: {first} and {second}"
    elif isinstance(first, tuple | list | np.ndarray) and len(first) == len(second):
        for number, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from _differing(one, other, f"{path}[{number}]")
    elif isinstance(first, np.ndarray) or first != second:
        yield f"{path}: {first!r} and {second!r}"
