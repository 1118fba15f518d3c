"""The example region's real facts, and where the files are."""

from __future__ import annotations

from pathlib import Path

OWNER = "VIGIE-DEMO"
"""The party that owns what the demo takes in: always the same, so that the demo's bytes are."""


def example_files() -> tuple[Path, ...]:
    """The files with the real facts."""
    return tuple(sorted(Path(__file__).parent.glob("*.csv")))
