"""Made-up feeds: a small server on this machine that gives a table and a press page, with ETags, as a good agency's server does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TABLE, PRESS = "/drill.csv", "/press.html"
_TYPES = {TABLE: "text/csv", PRESS: "text/html"}


@dataclass(slots=True)
class Feed:
    """The server's address, and what it gives now by path."""

    root: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """The whole address of a path."""
        return self.root + path


@contextmanager
def serving(table: bytes) -> Iterator[Feed]:
    """A feed on a free port of this machine; what is put into its `files` is given from then on."""
    feed = Feed(files={TABLE: table})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _give(self, feed.files.get(self.path))

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    feed.root = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _give(handler: BaseHTTPRequestHandler, body: bytes | None) -> None:
    given = body or b""
    mark = f'"{hashlib.sha256(given).hexdigest()[:16]}"'
    is_known = body is not None and handler.headers.get("If-None-Match") == mark
    handler.send_response(304 if is_known else 404 if body is None else 200)
    handler.send_header("ETag", mark)
    handler.send_header("Content-Type", f"{_TYPES.get(handler.path, 'text/plain')}; charset=utf-8")
    handler.send_header("Content-Length", "0" if is_known else str(len(given)))
    handler.end_headers()
    handler.wfile.write(b"" if is_known else given)
