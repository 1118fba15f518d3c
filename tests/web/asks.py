"""What the tests of the page's own data have in common: somebody who is signed in and asks and sends as the page's program does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from vigie.node.accounts import session_of, sign_in
from vigie.node.settings import Node
from vigie.web.sessions import COOKIE
from web.desk_world import PASSWORD
from web.world import NOW_US


@dataclass(frozen=True)
class Sitter:
    """Somebody at the page: with the cookie and the form key of a session, or with neither."""

    client: TestClient
    headers: dict[str, str]

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a question."""
        return self.client.get(path, params=query, headers=self.headers)

    def send(self, path: str, **said: Any) -> Any:
        """The answer to an object of JSON."""
        return self.client.post(path, json=said, headers=self.headers)

    def upload(self, name: str, text: str | bytes) -> Any:
        """The answer to a table."""
        data = text.encode() if isinstance(text, str) else text
        return self.client.post("/data/sources/table", files={"file": (name, data)}, headers=self.headers)


def sitter(client: TestClient, node: Node, name: str) -> Sitter:
    """An account at the page; nobody where the name is empty."""
    if not name:
        return Sitter(client, {})
    token = sign_in(node, name, PASSWORD, NOW_US)
    session = session_of(node, token, NOW_US)
    assert session is not None
    return Sitter(client, {"cookie": f"{COOKIE}={token}", "x-form-key": session.form_key})
