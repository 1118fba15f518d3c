"""A node with a small world for the face to show, and a client that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from vigie.model.atlas import Atlas
from vigie.node.settings import Node, init_node
from vigie.web import make_app
from web.world import NOW_US, public_reports, take

MakeClient = Callable[[Node], TestClient]


@pytest.fixture(scope="session")
def make_client(atlas: Atlas) -> MakeClient:
    """Makes a client of a node's application at the instant that the tests call now."""
    return lambda node: TestClient(make_app(node, atlas, lambda: NOW_US), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def shown_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose reports are public: a real world and a smaller exercise."""
    folder: Path = tmp_path_factory.mktemp("web") / "node"
    node = init_node(folder, "ME-NODE")
    take(node, public_reports())
    take(node, public_reports(exercise=True)[:9], exercise=True)
    yield node
    node.store.close()


@pytest.fixture(scope="module")
def client(shown_node: Node, make_client: MakeClient) -> TestClient:
    """A client of that node."""
    return make_client(shown_node)
