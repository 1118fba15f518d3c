"""A server and a browser for the slow tests of the face."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from fastapi import FastAPI

from vigie.web.shell import app_files
from web.desk_world import PASSWORD

WAIT_MS = 30_000
CHROMIUM = Path("/usr/bin/chromium")
CALM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage"
)


def served(app: FastAPI) -> tuple[uvicorn.Server, int]:
    """The application on a free port of this machine, in a thread; set `should_exit` to stop it."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    return server, server.servers[0].sockets[0].getsockname()[1]


DRAWN = "--no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-quic --no-first-run --disable-background-networking --disable-dev-shm-usage"
"""How Chromium is started where the map must be drawn: WebGL in software."""

BARE = f"{CALM} --disable-software-rasterizer"
"""How it is started where there must be no WebGL at all."""


@dataclass(frozen=True)
class Browsed:
    """A browser and where the node's server listens; `asked` are the addresses that its pages asked for."""

    browser: Any
    base: str
    asked: list[str] = field(default_factory=list)

    def started(self, how: str) -> Browsed:
        """The same node in another browser of the same kind, started otherwise; close its `browser` in the end."""
        return Browsed(self.browser.browser_type.launch(executable_path=str(CHROMIUM), args=how.split()), self.base)

    def page(self, path: str, *, width: int = 1280, height: int = 800, account: str = "", **options: Any) -> Any:
        """A page in a fresh session, signed in where an account is named. Faults of scripts are kept in `faults`."""
        page = self.browser.new_context(viewport={"width": width, "height": height}, **({"reduced_motion": "reduce"} | options)).new_page()
        page.set_default_timeout(WAIT_MS)
        page.faults = []
        page.on("pageerror", lambda fault: page.faults.append(str(fault)))
        page.on("console", lambda line: page.faults.append(f"{line.text} {line.location}") if line.type == "error" else None)
        page.on("request", lambda request: self.asked.append(request.url))
        if account:
            page.goto(f"{self.base}/sign-in?next={quote(path, safe='')}")
            page.fill("#account", account)
            page.fill("#password", PASSWORD)
            page.press("#password", "Enter")
            page.wait_for_url(f"{self.base}{path}")
        else:
            page.goto(f"{self.base}{path}")
        return page


@contextmanager
def browsing(app: FastAPI, how: str = CALM) -> Iterator[Browsed]:
    """The application in a browser that is started so; skips where there is no browser, or where the app is not built."""
    if not CHROMIUM.exists():
        pytest.skip("there is no /usr/bin/chromium (Debian: chromium)")
    sync_playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").sync_playwright
    if app_files() is None:
        pytest.skip("the app of this checkout is not built: pip install --editable .")
    server, port = served(app)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=how.split())
        yield Browsed(browser, f"http://127.0.0.1:{port}")
        browser.close()
    server.should_exit = True


def closed(page: Any) -> None:
    """Closes a session; no script of it may have failed."""
    faults = page.faults
    page.context.close()
    assert not faults, faults
