"""What several test folders share: the data folder, a throwaway PostgreSQL, stores of both kinds, a node."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from vigie.model.atlas import Atlas
from vigie.node.settings import Node, init_node
from vigie.store import Store, create_store, sqlite_url

hypothesis.settings.register_profile("quick", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

ROOT = Path(__file__).resolve().parents[1]


LONGEST = (
    "test_leaks.py",
    "test_warn.py",
    "test_manual.py",
    "test_exchange.py",
    "test_network.py",
    "test_damaged_tables.py",
    "test_stocktaking.py",
    "test_openapi.py",
    "test_activity_pages.py",
)
"""The files that take longest, the longest first: workers begin with them, so that none waits for another at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest files first; all others stay in their order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data for tests; they are skipped where it is absent."""
    folder = Path(os.environ.get("VIGIE_DATA") or ROOT / ".." / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip("the data folder is absent: set VIGIE_DATA")
    return folder


def _program(name: str) -> str | None:
    found = shutil.which(name)
    return found or next((str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)


def _unprivileged() -> str | None:
    """The user that runs the server: it refuses to run as root."""
    return next((user.pw_name for user in pwd.getpwall() if user.pw_name in ("postgres", "nobody")), None) if os.geteuid() == 0 else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a throwaway PostgreSQL cluster."""
    yield from postgres_cluster()


def postgres_cluster() -> Iterator[str]:
    """Starts a throwaway cluster as an unprivileged user, gives its address, and removes it."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("PostgreSQL's server programs are not installed (Debian: postgresql)")
    user, folder = _unprivileged(), Path(tempfile.mkdtemp(prefix="vigie-pg-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, user=user, check=True, capture_output=True, cwd=folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})

    run(initdb, "-D", str(folder / "data"), "-U", "vigie", "-A", "trust", "--no-sync", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(pg_ctl, "-D", str(folder / "data"), "-w", "-o", options, "-l", str(folder / "log"), "start")
    yield f"postgresql+psycopg://vigie@127.0.0.1:{port}/postgres"
    run(pg_ctl, "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


_databases = iter(range(1_000_000))


@pytest.fixture
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the address of a new empty store of a kind, `sqlite` or `postgresql`."""

    def make(kind: str) -> str:
        number = next(_databases)
        if kind == "sqlite":
            return sqlite_url(tmp_path / f"store{number}.sqlite")
        import psycopg

        url: str = request.getfixturevalue("postgres_url")
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE vigie{number}".encode())
        return url.removesuffix("postgres") + f"vigie{number}"

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, new_url: Callable[[str], str]) -> Iterator[Store]:
    """An empty store; every test that asks for it runs on both kinds."""
    made = create_store(new_url(request.param))
    yield made
    made.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node of the party ME-NODE on SQLite."""
    made = init_node(tmp_path / "node", "ME-NODE")
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """The atlas of this installation."""
    from vigie.node.atlas import load_atlas

    return load_atlas()
