"""A file at an address, fetched for one intake and thrown away after it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigie.model.errors import BadSetting
from vigie.model.feed import Request
from vigie.node.addresses import file_name
from vigie.node.settings import Node

SCHEMES = ("http://", "https://")


def is_address(text: str) -> bool:
    """Whether a word of the command line is an address and not a path."""
    return text.startswith(SCHEMES)


@contextmanager
def fetched(node: Node, address: str, now_us: int) -> Iterator[Path]:
    """The file at an address the operator named, in a folder that is gone afterwards. Raises as `node.fetch.fetch` does."""
    from vigie.node.fetch import fetch
    from vigie.node.line import FetchLimits

    incoming = node.folder / "incoming"
    incoming.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        request = Request(address=address, name=file_name(address))
        answer = fetch(request, Path(folder) / request.name, FetchLimits(max_bytes=node.settings.max_file_bytes), now_us=now_us)
        if answer.path is None:
            raise BadSetting("The address gave no file", source=address)
        yield answer.path
