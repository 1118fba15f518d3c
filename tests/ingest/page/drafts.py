"""What tests of whole pages share: the reader's tools, made once, and what would go into the report."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vigie.fields.conflict.pack import PACK as CONFLICT
from vigie.fields.cooperation.pack import PACK as COOPERATION
from vigie.ingest.page.reading import Tools, best, make_tools, read_page
from vigie.model.reading import Reading
from vigie.node.atlas import load_atlas


@cache
def tools() -> Tools:
    """The tools, made once."""
    return make_tools(load_atlas(), (COOPERATION.lexicon, CONFLICT.lexicon))


@cache
def read(path: Path) -> Reading:
    """The draft of a page."""
    return read_page(path.read_bytes(), path.name, tools())


def expectations(folder: Path) -> dict[str, dict[str, Any]]:
    """What is expected of each page of a folder."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    return found


def values(reading: Reading, part: Any) -> list[str]:
    """What would go into the report."""
    return [item.value for item in best(reading).get(part, ())]
