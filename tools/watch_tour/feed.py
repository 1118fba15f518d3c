"""A made-up feed: a small server on this machine that gives one table, with an ETag, as a good agency's server does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PATH = "/drill.csv"


@dataclass(slots=True)
class Feed:
    """What the server gives now, and where."""

    address: str
    body: bytes


@contextmanager
def serving(body: bytes) -> Iterator[Feed]:
    """A feed on a free port of this machine; what is put into its `body` is given from then on."""
    feed = Feed("", body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _give(self, feed.body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    feed.address = f"http://127.0.0.1:{server.server_address[1]}{PATH}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _give(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    is_known, is_here = handler.headers.get("If-None-Match") == mark, handler.path == PATH
    handler.send_response(304 if is_known else 200 if is_here else 404)
    handler.send_header("ETag", mark)
    handler.send_header("Content-Type", "text/csv; charset=utf-8")
    given = b"" if is_known or not is_here else body
    handler.send_header("Content-Length", str(len(given)))
    handler.end_headers()
    handler.wfile.write(given)
