"""Several nodes served from one process, each at its own address: for a network on one machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Thread
from time import sleep

import uvicorn

from vigie.model.atlas import Atlas
from vigie.model.errors import BadSetting
from vigie.node.clock import now_us
from vigie.node.settings import Node
from vigie.web.app import how_served, make_app


@contextmanager
def served_at(nodes: Sequence[tuple[Node, socket.socket]], atlas: Atlas) -> Iterator[None]:
    """Serves each node on its open port while the block runs. Raises `BadSetting` where one does not start."""
    with ExitStack() as running:
        for node, line in nodes:
            running.enter_context(_served(node, line, atlas))
        yield


@contextmanager
def _served(node: Node, line: socket.socket, atlas: Atlas) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(make_app(node, atlas, now_us), **how_served()))
    thread = Thread(target=server.run, args=([line],), name=f"vigie-serves-{node.settings.party}", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    if not server.started:
        raise BadSetting("The node cannot be served", source=node.settings.party, todo="its log says why")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
