"""What a partner node is told: its requests, signed and put to a node's own face one after another, and all pages that it gets, without what is random."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from starlette.testclient import TestClient

from vigie.exchange.identity import Domain
from vigie.exchange.page import Request, request_bytes
from vigie.node.identity import Identity
from vigie.node.signed import HEADER, signature_line

_counts = itertools.count(1)
_MOST_PAGES = 500
_RANDOM = frozenset({"date", "etag", HEADER.lower()})
"""Headers that rest on the cursors of a page, which are random words."""


def pages_told(client: TestClient, partner: Identity, home: str, limit: int) -> Iterator[tuple[int, dict[str, str], bytes]]:
    """Status, headers and body of each page from the beginning on, and of a last one that brings nothing new; cursors are told by their places."""
    cursors: list[str] = [""]
    for _ in range(_MOST_PAGES):
        body = request_bytes(Request(sender=partner.party, to=home, cursor=cursors[-1], limit=limit, count=next(_counts)))
        answer = client.post("/sync/pull", content=body, headers={"Accept-Encoding": "identity", HEADER: signature_line(partner, Domain.REQUEST, body)})
        headers = {name: value for name, value in answer.headers.items() if name not in _RANDOM}
        page: dict[str, Any] = json.loads(answer.content) if answer.status_code == 200 else {}
        yield answer.status_code, headers, _without_words(page, cursors) if page else answer.content
        if page.get("next") in (None, cursors[-1]):
            return
        cursors.append(page["next"])
    raise AssertionError("The node comes to no end.")


def _without_words(page: dict[str, Any], cursors: list[str]) -> bytes:
    """The page with the places of its cursors instead of themselves: which one it begins at, and whether it leads on."""
    is_same = page["next"] == page["cursor"]
    return json.dumps(page | {"cursor": cursors.index(page["cursor"]), "next": "the same" if is_same else "another"}).encode()
