"""The program starts fast: it imports what a command needs, and nothing for its help. Rules on modules, not on a clock."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from conftest import ROOT
from vigie.cli.commands import COMMANDS, commands_of
from vigie.node.settings import Node

COMPUTING = ("numba", "scipy", "polars", "h3")
STORED = ("sqlalchemy", "pydantic", "shapely", "pyproj", "lxml", "cryptography")
NET = ("httpx2", "stamina", "fastapi", "uvicorn", "jinja2", "structlog")

PROGRAM = """
import sys
from contextlib import suppress
from vigie.cli import main
with suppress(SystemExit):
    main()
print(" ".join(sys.modules), file=sys.stderr)
"""

EVERY_PART = """
import sys
from vigie.cli.commands import COMMANDS, commands_of
for part in {part for part, _ in COMMANDS.values()} - set(sys.argv[1:]):
    commands_of(part)
print(" ".join(sys.modules), file=sys.stderr)
"""


def imported(program: str, *words: str, node: str = "") -> set[str]:
    """The modules that a fresh interpreter has imported when the program is over."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, env={**os.environ, "VIGIE_NODE": node})
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_and_the_help_import_nothing_heavy(option: str) -> None:
    """Not even numpy."""
    assert imported(PROGRAM, option) & {"numpy", "rich.progress", *COMPUTING, *STORED, *NET} == set()


def test_no_command_imports_anything_heavy_to_say_its_options() -> None:
    """The modules of the command line import what they call when they call it."""
    assert imported(EVERY_PART) & {*COMPUTING, *STORED, *NET} == set()


@pytest.mark.parametrize("words", [("accounts", "list"), ("activities", "list"), ("contacts", "list"), ("rejects",)])
def test_what_only_looks_into_the_store_computes_nothing_and_calls_nobody(words: tuple[str, ...], node: Node) -> None:
    """No compiler, no tables, no HTTP."""
    node.store.close()
    found = imported(PROGRAM, *words, node=str(node.folder))
    assert "sqlalchemy" in found
    assert found & {*COMPUTING, *NET} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    """The line in the table is the first sentence of the command's own help."""
    part, words = COMMANDS[name]
    assert commands_of(part)[name].get_short_help_str(1_000) == words


def test_the_table_has_every_command_that_the_modules_register() -> None:
    """None is there that cannot be typed: each module is in the table, or registers with one that is."""
    parts = {part for part, _ in COMMANDS.values()}
    assert {name for part in parts for name in commands_of(part)} == set(COMMANDS)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "src" / "vigie" / "cli").glob("*.py")}
    others = {name for name, text in texts.items() if "\ndef register(" in text} - parts
    assert [name for name in others if not any(f"{name}.register(" in text for text in texts.values())] == []
