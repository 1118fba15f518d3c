"""Two nodes as processes on this machine, killed at random moments: nothing is lost, nothing doubled, nothing leaked."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from made import NOW_US, quake
from node.network import Member, View
from vigie.model.entry import Entry
from vigie.model.errors import VigieError
from vigie.model.label import Label, label_text
from vigie.node.clock import now_us
from vigie.node.peers import add_peer, own_card, peer
from vigie.node.settings import init_node, open_node
from vigie.node.sync import pull, sender_to
from vigie.store import FileFacts, add_entry, erase, prepare, taking_in
from vigie.store.schema import entries, reports

DIRECTORY = "[parties.A]\ncommunity = true\n[parties.B]\ncommunity = true\n"
OPEN, FOR_B, CLOSED = Label("A", tlp="CLEAR"), Label("A", tlp="AMBER", rel_to=frozenset("B")), Label("A", tlp="RED")
START_S, LONGEST_S = 60, 0.25


def _vigie(*words: str) -> list[str]:
    return [sys.executable, "-m", "vigie", *words]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`vigie serve` of a node, as a process."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        command = _vigie("serve", "--node", str(self.folder), "--port", str(self.port))
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(START_S * 20):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "vigie serve ended"
            time.sleep(0.05)
        raise AssertionError("vigie serve does not listen")

    def kill(self) -> None:
        """Kills it, as a loss of power would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Pair:
    """Node A, which is served, and node B, which asks it; what A said and what happened."""

    a: Member
    b: Member
    server: Server
    dice: random.Random
    said: list[tuple[str, int]] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def say(self, number: int) -> None:
        """A says some things for all, some for B and some for nobody, closes one that it said earlier, and erases another one now and then."""
        for label, name in ((OPEN, "open"), (FOR_B, "forb"), (CLOSED, "secret")):
            self.put(name, range(number * 10, number * 10 + 5), label)
            add_entry(
                self.a.node.store, Entry(type="triage", owner="A", ref=f"{name}{number}", label=label, said_us=NOW_US, body={"word": f"{name}-entry-{number}"})
            )
        if number > 2:
            self.put("open", [self.dice.randrange(number) * 10], CLOSED)
            self.put("secret", [self.dice.randrange(number - 1) * 10 + 1], OPEN)
        if number % 5 == 4:
            names = [f"AG-A/forb{self.dice.randrange(number) * 10 + 3}"]
            self.happened["erased"] += erase(self.a.node.store, self.a.node.keyring, self.a.node.quarantine, names, "wrong", NOW_US, self.a.node.sign).versions

    def put(self, name: str, numbers: range | list[int], label: Label) -> None:
        """Takes reports in as one file; the same ones under another label are relabelled."""
        facts = FileFacts(digest=f"{name}{list(numbers)}{label.tlp}", name="f", source="", reader="r", bytes=1, exercise=False, received_us=NOW_US)
        made = [quake(f"{name}{number}", agency="AG-A", summary=f"{name}-word-{number}.", payload=f"{name}-word-{number}".encode() * 200) for number in numbers]
        with taking_in(self.a.node.store, self.a.node.keyring, facts, label, NOW_US) as intake:
            intake.add(prepare(made, "A", label_text(label)))

    def pull_and_kill(self, delay_s: float) -> None:
        """A process of B's asks A, page by page, and is killed after a while."""
        child = os.fork()
        if not child:
            _pull_here(self.b.node.folder)
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        self.happened["puller killed" if os.WIFSIGNALED(status) else "puller ended"] += 1

    def pull_while_the_server_dies(self, delay_s: float) -> None:
        """The server is killed while B asks it, and started again."""
        child = os.fork()
        if not child:
            _pull_here(self.b.node.folder)
        time.sleep(delay_s)
        self.server.kill()
        os.waitpid(child, 0)
        self.happened["server killed"] += 1
        self.server.start()


def _pull_here(folder: Path) -> None:
    """Asks A with pages of a few records and ends the process: a child of the test's own."""
    status = 1
    try:
        node = open_node(folder)
        while pull(node, "A", sender_to(peer(node, "A")), now_us(), 4).more:
            pass
        status = 0
    except VigieError:
        status = 2
    finally:
        os._exit(status)


@contextmanager
def _pair(folder: Path, url: Callable[[str], str], kind: str) -> Iterator[Pair]:
    port = _free_port()
    for name in "AB":
        init_node(folder / name, name, url(kind) if kind == "postgresql" else "").store.close()
        (folder / name / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    a, b = open_node(folder / "A"), open_node(folder / "B")
    add_peer(a, own_card(b), NOW_US)
    add_peer(b, own_card(a, f"http://127.0.0.1:{port}"), NOW_US)
    b.store.close()
    made = Pair(Member("A", a), Member("B", b), Server(folder / "A", port), random.Random(1))
    made.a.see(View()), made.b.see(View())
    made.server.start()
    try:
        yield made
    finally:
        made.server.kill()
        a.store.close()
        b.store.close()


def _rounds(pair: Pair, rounds: int) -> None:
    for number in range(rounds):
        pair.say(number)
        if number % 20 == 3:
            pair.pull_while_the_server_dies(pair.dice.uniform(0.01, LONGEST_S))
        else:
            pair.pull_and_kill(pair.dice.uniform(0, LONGEST_S))
        pair.b.node.store.close()


def _check(pair: Pair) -> None:
    """After one undisturbed exchange B has, once each, exactly what A releases to it, and never had anything else."""
    done = subprocess.run(_vigie("sync", "A", "--node", str(pair.b.node.folder)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    held, own = pair.b.holds(), pair.a.holds()
    assert set(held) == pair.a.may_tell("B")
    assert all(one.words == own[record_id].words and one.label == own[record_id].label for record_id, one in held.items())
    with pair.b.node.store.reading() as connection:
        for table in (reports, entries):
            ids = list(connection.execute(select(table.c.record_id)).scalars())
            assert len(ids) == len(set(ids))
    _check_whole(pair)


def _check_whole(pair: Pair) -> None:
    for member in (pair.a, pair.b):
        done = subprocess.run(_vigie("check", "--node", str(member.node.folder)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    for path in (path for path in pair.b.node.folder.rglob("vigie.sqlite*") if path.is_file()):
        data = path.read_bytes()
        assert b"secret-entry" not in data
        assert {int(number) % 10 for number in re.findall(rb"secret-word-(\d+)\.", data)} <= {1}


@pytest.mark.parametrize(
    ("kind", "rounds"), [("sqlite", 6), ("postgresql", 6), *(pytest.param(kind, 200, marks=pytest.mark.long) for kind in ("sqlite", "postgresql"))]
)
def test_killed_at_any_moment_nothing_is_lost_doubled_or_leaked(tmp_path: Path, new_url: Callable[[str], str], kind: str, rounds: int) -> None:
    """Process after process of the asking node is killed, the served one now and then; in the end B holds exactly what is released to it."""
    with _pair(tmp_path, new_url, kind) as pair:
        _rounds(pair, rounds)
        _check(pair)
        assert pair.happened["puller killed"] > rounds // 4
        assert pair.happened["server killed"] > 0
