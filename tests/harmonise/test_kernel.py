"""How kernels are compiled: once for whole numbers, and again when any source of the engine has changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import vigie.harmonise.kernel

CALLER = """
from engine.callee import inner
from engine.kernel import leaf

@leaf
def outer(count):
    return inner(count) + inner(7)
"""
CALLEE = """
from engine.kernel import leaf

@leaf
def inner(count):
    return count + {added}
"""


def engine(folder: Path, added: int) -> None:
    """A small engine of two kernels beside a copy of how they are made."""
    (folder / "engine").mkdir(exist_ok=True)
    made = Path(vigie.harmonise.kernel.__file__).read_text()
    for name, text in {"__init__": "", "kernel": made, "caller": CALLER, "callee": CALLEE.format(added=added)}.items():
        source = folder / "engine" / f"{name}.py"
        if not source.exists() or source.read_text() != text:
            source.write_text(text)


def asked(folder: Path, question: str) -> str:
    """What a fresh process prints."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from engine.caller import inner, outer; {question}"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_a_constant_compiles_no_kernel_of_its_own(tmp_path: Path) -> None:
    """A callee that gets a number and a constant is compiled once."""
    engine(tmp_path, 1)
    assert asked(tmp_path, "outer(3); print(len(inner.signatures))") == "1"


def test_a_second_start_compiles_nothing_until_a_callee_changes(tmp_path: Path) -> None:
    """A kernel holds the code of those it calls: when that file changes, what was kept counts no more."""
    question = "print(outer(3), sum(outer.stats.cache_hits.values()))"
    engine(tmp_path, 1)
    assert [asked(tmp_path, question) for _ in range(2)] == ["12 0", "12 1"]
    engine(tmp_path, 100)
    assert [asked(tmp_path, question) for _ in range(2)] == ["210 0", "210 1"]


def test_whether_compiled_code_is_kept_is_known(tmp_path: Path) -> None:
    """Before the first run there is none, afterwards there is, and after a change there is none again."""
    question = "from engine.kernel import is_kept; print(is_kept(outer), outer(3) > 0, is_kept(outer))"
    engine(tmp_path, 1)
    assert [asked(tmp_path, question) for _ in range(2)] == ["False True True", "True True True"]
    engine(tmp_path, 2)
    assert asked(tmp_path, question) == "False True True"
