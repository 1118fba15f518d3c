"""The databases of earlier releases, as those releases wrote them, are brought up and lose nothing. On SQLite and PostgreSQL."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from vigie.node.backup import OWN_BACKUPS, restore, upgrade
from vigie.node.health import faults_of
from vigie.node.settings import init_node, open_node
from vigie.store import open_store, schema_version, standing_of, tombstoned
from vigie.store.schema import SCHEMA_VERSION

RELEASES = Path(__file__).parent / "releases"
NAMES = sorted(path.stem for path in RELEASES.glob("*.json"))
KINDS = ("sqlite", "postgresql")
LATER_US = 1_790_000_100_000_000


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The program that made the stores: it reads today's with the same words."""
    spec = importlib.util.spec_from_file_location("made_release", RELEASES / "make.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def load(url: str, name: str) -> None:
    """Fills an empty database with a release's dump."""
    address = make_url(url)
    text = (RELEASES / f"{name}-{address.get_backend_name()}.sql").read_text(encoding="utf-8")
    if address.get_backend_name() == "sqlite":
        connection = sqlite3.connect(address.database or "")
        connection.executescript(text)
        connection.close()
        return
    import psycopg

    with psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute(text.encode())


def older_node(folder: Path, url: str, name: str) -> None:
    """A node whose store a release wrote."""
    load(url, name)
    init_node(folder, "ME-NODE").store.close()
    (folder / "vigie.sqlite").unlink()
    settings = folder / "node.toml"
    settings.write_text(settings.read_text().replace('# store = ""', f'store = "{url}"'))
    assert url in settings.read_text()


def without_decisions(words: list[list[Any]]) -> list[list[Any]]:
    """The first release had decisions that were no entries; they are compared by what they say."""
    return [word for word in words if word[2] != "decision"]


def same_read(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Every audience reads what it read before: each record, label, fact, payload, entry and decision."""
    for party, before in wanted.items():
        now = found[party]
        assert now["reports"] == before["reports"], party
        assert without_decisions(now["entries"]) == without_decisions(before["entries"]), party
        assert now["decisions"] == before["decisions"], party


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_database_of_an_earlier_release_loses_nothing(new_url: Callable[[str], str], tmp_path: Path, maker: ModuleType, name: str, kind: str) -> None:
    """As an operator does it: `vigie upgrade`, after which everybody reads what they read, every record is proved, and the tombstones are numbered."""
    folder, url = tmp_path / "node", new_url(kind)
    older_node(folder, url, name)
    wanted = json.loads((RELEASES / f"{name}.json").read_text(encoding="utf-8"))
    assert any(said["reports"] for said in wanted.values())
    assert standing_of(url).schema == name
    done = upgrade(folder, LATER_US)
    assert (done.before, done.now) == (name, SCHEMA_VERSION)
    assert done.backup is not None
    assert done.backup.path.parent == folder / OWN_BACKUPS
    store = open_store(url)
    same_read(maker.read_by_all(store), wanted)
    stones = tombstoned(store)
    assert sorted(stone.number for stone in stones) == list(range(1, len(stones) + 1))
    assert stones
    assert schema_version(store) == SCHEMA_VERSION
    store.close()
    node = open_node(folder)
    assert list(faults_of(node, lambda _count: None)) == []
    node.store.close()
    assert upgrade(folder, LATER_US).backup is None


@pytest.mark.parametrize("name", NAMES)
def test_the_backup_that_an_upgrade_made_is_restored_into_this_version(new_url: Callable[[str], str], tmp_path: Path, maker: ModuleType, name: str) -> None:
    """A backup of an older schema is brought up on the way."""
    folder = tmp_path / "node"
    older_node(folder, new_url("sqlite"), name)
    done = upgrade(folder, LATER_US)
    assert done.backup is not None
    made = restore(done.backup.path, tmp_path / "again", LATER_US)
    assert (made.schema, made.epoch, made.faults) == (name, 1, ())
    node = open_node(tmp_path / "again")
    same_read(maker.read_by_all(node.store), json.loads((RELEASES / f"{name}.json").read_text(encoding="utf-8")))
    node.store.close()
