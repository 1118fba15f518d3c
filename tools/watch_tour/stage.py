"""What the tour plays on: a fresh node in the folder `watch/`, its posts, its feed, and `vigie watch` as a process of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from watch_tour.faults import TourError
from watch_tour.feed import TABLE, Feed

PARTY, ACCEPTS, CONTESTS = "VIGIE-DEMO", "ME-CRISIS", "RS-CRISIS"
"""The party of the node, and two that stand in for partner nodes."""

POSTS = {
    "desk-operator": (PARTY, "operator"),
    "desk-analyst": (PARTY, "analyst"),
    "desk-chief": (PARTY, "releaser"),
    "me-duty": (ACCEPTS, "releaser"),
    "rs-duty": (CONTESTS, "releaser"),
}
SOURCE = "drill"
DRILL = "exercise=true"
"""What makes an address one of the exercise world."""

MARK = "made-by-watch-tour"
"""A file that says that the folder may be emptied."""

DIRECTORY = f"""\
[parties.{ACCEPTS}]
org = "ME"
community = true

[parties.{CONTESTS}]
org = "RS"
community = true
"""
CADENCES = {"sources": 4, "link": 60, "rules": 60, "timers": 8, "notices": 30, "briefs": 60}
_START_S = 120.0


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder, the address of the served page and the passwords of this run by post."""

    folder: Path
    address: str
    passwords: dict[str, str]

    @property
    def node(self) -> Path:
        """The node's folder."""
        return self.folder / "node"

    def vigie(self, *words: str, typed: str = "") -> str:
        """What the command printed. Raises `TourError` with its own sentence where it failed."""
        return vigie(self.folder, *words, typed=typed)


def vigie(folder: Path, *words: str, typed: str = "") -> str:
    """Runs a command of Vigie on the node of the folder."""
    done = subprocess.run(  # noqa: S603 - our own program with our own words
        [sys.executable, "-m", "vigie", *words], input=typed, capture_output=True, text=True, check=False, env=_environment(folder), timeout=300
    )
    if done.returncode:
        raise TourError(f"`vigie {' '.join(words[:2])}` failed: {' '.join(done.stderr.split())[-300:] or f'exit code {done.returncode}'}")
    return done.stdout


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "VIGIE_NODE": str(folder / "node"), "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}


def clear(folder: Path) -> None:
    """Empties the folder of an earlier tour. Raises `TourError` where it holds something that no tour has made."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise TourError(f"The folder {folder} holds something that no tour has made; name another one with --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("This folder is emptied at the next `make watch`.\n", encoding="utf-8")


def build(folder: Path, feed: Feed) -> dict[str, str]:
    """Makes the node, its directory, its posts and its source; gives the posts' passwords."""
    vigie(folder, "init", "--party", PARTY)
    (folder / "node" / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    passwords = {name: secrets.token_urlsafe(15) for name in POSTS}
    for name, (party, role) in POSTS.items():
        vigie(folder, "accounts", "add", name, "--party", party, "--role", role, "--password-stdin", typed=f"{passwords[name]}\n")
    terms = ("--licence", "made up for this exercise", "--tlp", "CLEAR", "--cadence", "1", "--exercise")
    vigie(folder, "sources", "add", SOURCE, "--address", feed.at(TABLE), "--field", "conflict", *terms)
    return passwords


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def watched(folder: Path) -> Iterator[str]:
    """Runs `vigie watch` beside the block, with short cadences and the page; gives the page's address."""
    port = free_port()
    words = ["watch", "--serve", "--port", str(port), *(part for name, seconds in CADENCES.items() for part in (f"--{name}-every", str(seconds)))]
    with (folder / "watch.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program with our own words
            [sys.executable, "-m", "vigie", *words], stdout=log, stderr=subprocess.STDOUT, env=_environment(folder), start_new_session=True
        )
        try:
            _wait_for(port, process, folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise TourError(f"`vigie watch` ended with {process.returncode}; {folder / 'watch.log'} says why.")
        if _answers(port):
            return
        time.sleep(0.2)
    raise TourError(f"`vigie watch` did not serve its page within {_START_S:.0f} seconds; see {folder / 'watch.log'}.")


def _answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/health")
        return line.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        line.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
