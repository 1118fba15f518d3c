"""`vigie watch` as it is typed: once, its status, two at once, an end by signal or by kill; and a source of the exercise."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import sleep

import httpx2
import pytest

from cli.test_tour import Done, Run, run
from node import servers

__all__ = ["run"]

TABLE = b"report_id,agency,field,kind,begin,lon,lat\na1,DESK,conflict,conflict.protest,2026-03-01T10:00:00Z,19.8,41.3\n"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def server() -> Iterator[servers.Server]:
    """A loopback server."""
    with servers.serving() as made:
        yield made


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program beside the test; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def call(*words: str) -> subprocess.Popen[str]:
        environment = {key: value for key, value in os.environ.items() if key != "VIGIE_NODE"}
        command = [sys.executable, "-m", "vigie", *words]
        started.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment))
        return started[-1]

    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def line_of(process: subprocess.Popen[str], part: str) -> str:
    """The next line that the program prints with this in it."""
    assert process.stdout is not None
    for line in process.stdout:
        if part in line:
            return line
    raise AssertionError(part)


def status(done: Done) -> dict[str, dict[str, object]]:
    """The standing of each job by name."""
    return {item["job"]: item for item in json.loads(done.stdout)["jobs"]}


def test_once_runs_what_is_due_and_the_status_says_so(run: Run) -> None:
    """Before: never run. After: well, with the time of the next run. Run again at once: nothing is due."""
    run("init", "--party", "ME-NODE")
    assert {item["is"] for item in status(run("watch", "--status", "--json")).values()} == {"never run"}
    outcomes = json.loads(run("watch", "--once", "--json").stdout)
    assert [(item["job"], item["status"]) for item in outcomes] == [
        (name, "done") for name in ("sources", "sync", "link", "rules", "timers", "silences", "checks", "notices", "briefs", "sweep")
    ]
    found = status(run("watch", "--status", "--json"))
    assert {item["is"] for item in found.values()} == {"well"}
    assert all(item["next"] > item["last_run"] for item in found.values())  # type: ignore[operator]
    assert "No job is due" in run("watch", "--once").stdout
    assert "Nobody watches this node" in run("watch", "--status").stdout


def test_two_watches_of_one_node_never_meet(run: Run, start: Start) -> None:
    """The second says one sentence; so does cron's; a SIGTERM ends the first with 0."""
    run("init", "--party", "ME-NODE")
    first = start("watch")
    line_of(first, "link:")
    assert "being watched already" in run("watch", code=3).stderr
    assert "being watched already" in run("watch", "--once", code=3).stderr
    assert json.loads(run("watch", "--status", "--json").stdout)["watched"] is True
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    assert json.loads(run("watch", "--status", "--json").stdout)["watched"] is False


def test_a_watch_that_is_killed_while_it_fetches_goes_on_at_the_next_start(run: Run, start: Start, server: servers.Server) -> None:
    """Killed by -9 in the middle of the sources: the status says that the job was cut off, the next watch takes all in, once."""
    run("init", "--party", "ME-NODE")
    asked = Event()

    def slowly(talk: servers.Talk) -> None:
        talk.answer(200, TABLE[:20], promise=len(TABLE))
        asked.set()
        talk.drip(TABLE[20:], 600)

    address = server.at("/slow.csv", slowly)
    run("sources", "add", "our-desk", "--address", address, "--field", "conflict", "--licence", "CC BY 4.0")
    first = start("watch")
    assert asked.wait(60)
    first.kill()
    first.wait()
    assert status(run("watch", "--status", "--json", code=1))["sources"]["is"] == "cut off"
    server.answers["/slow.csv"] = servers.file(TABLE)
    (outcome, *_) = json.loads(run("watch", "--once", "--json").stdout)
    assert outcome["sentence"] == "1 source run, 1 new report."
    assert "was cut off" in outcome["notes"][0]
    assert len(json.loads(run("events", "--json").stdout)) == 1


def test_a_source_of_the_exercise_delivers_to_the_exercise_alone(run: Run, server: servers.Server) -> None:
    """Nothing of it is seen in the real world, whatever the file says."""
    run("init", "--party", "ME-NODE")
    address = server.at("/drill.csv", servers.file(TABLE))
    said = run("sources", "add", "drill", "--address", address, "--field", "conflict", "--licence", "CC BY 4.0", "--exercise").stdout
    assert "EXERCISE EXERCISE EXERCISE" in said
    assert "0 events" in json.loads(run("watch", "--once", "--json").stdout)[2]["sentence"]
    assert json.loads(run("events", "--json").stdout) == []
    assert len(json.loads(run("events", "--json", "--exercise").stdout)) == 1
    listed = {item["name"]: item["exercise"] for item in json.loads(run("sources", "list", "--json").stdout)}
    assert [name for name, exercise in listed.items() if exercise] == ["drill"]


def test_a_source_that_changes_worlds_is_fetched_from_its_beginning(run: Run, server: servers.Server) -> None:
    """What was delivered as real stays so; the server's "not modified" does not keep the exercise empty."""
    run("init", "--party", "ME-NODE")
    address = server.at("/drill.csv", servers.file(TABLE, etag='"1"'))
    own = ("sources", "add", "drill", "--address", address, "--field", "conflict", "--licence", "CC BY 4.0")
    for more, counts in (((), (1, 0)), (("--exercise",), (1, 1))):
        run(*own, *more)
        run("sources", "run", "drill")
        assert (len(json.loads(run("events", "--json").stdout)), len(json.loads(run("events", "--json", "--exercise").stdout))) == counts


def page_at(address: str) -> int:
    """The status of a page, as soon as its server is up."""
    for _ in range(600):
        with suppress(httpx2.ConnectError):
            return httpx2.get(address, timeout=30, trust_env=False).status_code
        sleep(0.05)
    raise AssertionError(address)


def test_a_watch_can_serve_the_page_too(run: Run, start: Start) -> None:
    """One process, the page and the schedule; an interrupt ends both."""
    run("init", "--party", "ME-NODE")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start("watch", "--serve", "--port", str(port))
    line_of(process, "link:")
    assert page_at(f"http://127.0.0.1:{port}/") == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
