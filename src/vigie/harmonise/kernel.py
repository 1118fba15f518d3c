"""How the engine's compiled functions are made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.types import unliteral

_compile: Any = njit  # its published types do not know `_nrt`
_SOURCES = tuple((source.name, stat.st_mtime_ns, stat.st_size) for source in sorted(Path(__file__).parent.glob("*.py")) for stat in [source.stat()])

_unliteral: Any = unliteral

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """The function compiled; compiled code is kept on disk for the next start."""
    compiled: Function = _sparing(_compile(cache=True, nogil=True)(function))
    return compiled


def leaf(function: Function) -> Function:
    """The function compiled as a leaf: it makes no array, so it need not count who holds the arrays it is handed.

    That counting costs more than the arithmetic of a score: half of the time, and more where threads share the arrays.
    Division by zero gives infinity, as in numpy, and raises nothing. A leaf may call leaves only.
    """
    compiled: Function = _sparing(_compile(cache=True, nogil=True, error_model="numpy", _nrt=False)(function))
    return compiled


def is_kept(compiled: Any) -> bool:
    """Whether a function made by one of these lies on disk, compiled from the sources as they are."""
    return bool(compiled._cache._cache_file._load_index())  # noqa: SLF001


def _sparing(compiled: Any) -> Any:
    """The same function, compiled once for whole numbers rather than again for each constant that a caller passes.

    What is kept on disk counts only as long as no source of the engine has changed: a kernel holds the code of those
    that it calls, and the compiler looks at its own file alone.
    """
    template = compiled.get_call_template
    compiled.get_call_template = lambda args, kws: template(tuple(map(_unliteral, args)), {name: _unliteral(kind) for name, kind in kws.items()})
    compiled._cache._cache_file._source_stamp = _SOURCES  # noqa: SLF001
    return compiled
