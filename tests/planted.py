"""Faults put into the program for the length of a test, to show that a test finds them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType


@contextmanager
def planted(module: ModuleType, before: str, after: str) -> Iterator[None]:
    """The functions of a module are as if `after` stood in its source in place of `before`, wherever they are known already."""
    source = inspect.getsource(module)
    assert source.count(before) == 1, f"{before!r} stands {source.count(before)} times in {module.__name__}"
    scratch = dict(vars(module))
    exec(compile(source.replace(before, after), str(module.__file__), "exec"), scratch)  # noqa: S102 - the program's own source, changed by the test
    changed = [(kept, found.__code__) for name, kept in _functions(module) if isinstance(found := scratch[name], FunctionType)]
    codes = [(kept, kept.__code__) for kept, _ in changed]
    for kept, code in changed:
        kept.__code__ = code
    try:
        yield
    finally:
        for kept, code in codes:
            kept.__code__ = code


def _functions(module: ModuleType) -> list[tuple[str, FunctionType]]:
    return [(name, found) for name, found in vars(module).items() if isinstance(found, FunctionType) and found.__module__ == module.__name__]
