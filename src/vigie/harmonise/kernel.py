"""How the engine's small compiled functions are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

_compile: Any = njit  # its published types do not know `_nrt`

Function = TypeVar("Function", bound=Callable[..., object])


def leaf(function: Function) -> Function:
    """The function compiled as a leaf: it makes no array, so it need not count who holds the arrays it is handed.

    That counting costs more than the arithmetic of a score: half of the time, and more where threads share the arrays.
    Division by zero gives infinity, as in numpy, and raises nothing. A leaf may call leaves only.
    """
    compiled: Function = _compile(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)
    return compiled
