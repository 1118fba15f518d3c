"""A file at an address, fetched for one intake and thrown away after it; the terms of a known source hold for its address too."""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from vigie.model.errors import BadSetting, PeerUnavailable, VigieError
from vigie.model.feed import Request
from vigie.model.label import Label
from vigie.node.addresses import file_name, shown
from vigie.node.incoming import incoming_folder
from vigie.node.intake import owner_only
from vigie.node.packs import known_sources
from vigie.node.settings import Node
from vigie.node.source_list import known

SCHEMES = ("http://", "https://")


def is_address(text: str) -> bool:
    """Whether a word of the command line is an address and not a path; in any letter case."""
    return text.casefold().startswith(SCHEMES)


def without_secrets(address: str) -> str:
    """The address as it may be shown and kept: no name, no password, no query, no fragment.

    >>> without_secrets("https://me:pw@example.org/a.csv?k=1234#top")
    'https://example.org/a.csv'
    """
    parts = _parts(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def label_at(node: Node, address: str, label: Label) -> Label:
    """The label of what lies at an address: for the owner alone where a source of that place forbids passing on."""
    sources = [*known_sources().values(), *(entry.source for entry in known(node))]
    is_kept = any(source.floor == "owner" and _is_of(address, source.address) for source in sources)
    return owner_only(label) if is_kept else label


def _is_of(address: str, source_address: str) -> bool:
    """Whether an address is a source's, whatever its scheme, port and query: the same host, and below the source's own path or its folder."""
    one, other = _parts(address), _parts(source_address)
    if _host(one) != _host(other):
        return False
    path, below = _path(one), _path(other)
    folder = posixpath.dirname(below) if "." in posixpath.basename(below) else below
    below = folder if folder != "/" else below
    return below in ("/", path) or path.startswith(f"{below}/")


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address.strip())
    except ValueError as fault:
        raise BadSetting("The address cannot be understood", expected="http:// or https:// and a host") from fault


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").rstrip(".").removeprefix("www.")


def _path(parts: SplitResult) -> str:
    """The path in one spelling: unquoted, small letters, no dots and no doubled slashes."""
    return "/" + posixpath.normpath("/" + unquote(parts.path).casefold()).strip("/")


@contextmanager
def fetched(node: Node, address: str, now_us: int) -> Iterator[Path]:
    """The file at an address the operator named, in a folder that is gone afterwards. Raises as `node.fetch.fetch` does, without the query's secrets."""
    from vigie.node.fetch import fetch
    from vigie.node.line import FetchLimits

    with tempfile.TemporaryDirectory(dir=incoming_folder(node, now_us)) as folder:
        request = Request(address=address, name=file_name(address))
        try:
            answer = fetch(request, Path(folder) / request.name, FetchLimits(max_bytes=node.settings.max_file_bytes), now_us=now_us)
        except VigieError as fault:
            _hide(fault, address)
            if isinstance(fault, PeerUnavailable):
                facts = {item.name: getattr(fault, item.name) for item in fields(PeerUnavailable)}
                raise PeerUnavailable(**facts) from None  # a fetch's own kind of fault carries a waiting time, which one address alone has no use for
            raise
        if answer.path is None:
            raise BadSetting("The address gave no file", source=without_secrets(address))
        yield answer.path


def _hide(fault: VigieError, address: str) -> None:
    """Takes the address's query out of a fault's words."""
    query = urlsplit(address).query
    for name in ("what", "source", "record", "got", "expected", "todo"):
        text = getattr(fault, name).replace(shown(address), without_secrets(address)).replace(address, without_secrets(address))
        for secret in filter(None, (query, urlsplit(shown(address)).query)):
            text = text.replace(secret, "…")
        setattr(fault, name, text)
