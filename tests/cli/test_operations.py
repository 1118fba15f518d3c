"""`vigie backup`, `restore`, `upgrade` as they are typed: what is said, what is refused, with which exit code."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from vigie.cli import main
from vigie.store.schema import SCHEMA_VERSION

Run = Callable[..., str]
TABLE = "report_id,agency,field,kind,begin,lon,lat\na1,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.1,42\n"
OLD_DUMP = Path(__file__).parents[1] / "store" / "releases" / "0003-sqlite.sql"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the program beside a node with one report, and gives what it printed: on standard output, or on standard error where the code is not 0."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_NODE", raising=False)

    def call(*words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["vigie", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capfd.readouterr()
        assert (stopped.value.code or 0) == code, (words, said)
        return said.err if code > 1 else said.out

    (tmp_path / "table.csv").write_text(TABLE)
    call("init", "--party", "ME-NODE")
    call("ingest", "table.csv", "--tlp", "GREEN")
    return call


def test_a_node_is_lost_and_restored(run: Run, tmp_path: Path) -> None:
    """The operator is told that the file holds keys, what a new epoch is, and what a backup cannot know."""
    said = run("backup", "b.tar.gz")
    assert "holds the node's private keys" in said
    assert "whoever has it can speak as the node" in said
    told = run("restore", "b.tar.gz", "--node", "again")
    assert "1 versions of records" in told
    assert "epoch 1" in told
    assert "What was erased after the backup is back: partners bring erasures that they know of when you sync" in told
    assert "Every record is what was written" in run("check", "--node", "again")
    run("ingest", "table.csv", "--tlp", "CLEAR", "--node", "again")
    assert {item["what"]: item["words"] for item in json.loads(run("doctor", "--json", "--node", "again"))}["epoch"].startswith("1, restored")
    assert json.loads(run("restore", "b.tar.gz", "--node", "third", "--beyond", "7", "--json"))["epoch"] == 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "b.tar.gz", "node", "table.csv", "third", "vigie-epochs.json"]


def test_what_cannot_be_done_is_one_sentence(run: Run, tmp_path: Path) -> None:
    """Exit code 3 where the operator must act, 4 where the file is at fault."""
    assert json.loads(run("backup", "b.tar.gz", "--json"))["party"] == "ME-NODE"
    assert "never overwrites one" in run("backup", "b.tar.gz", code=3)
    assert "not empty" in run("restore", "b.tar.gz", code=3)
    assert "no backup of Vigie" in run("restore", "table.csv", "--node", "again", code=4)
    (tmp_path / "b.tar.gz").write_bytes((tmp_path / "b.tar.gz").read_bytes()[:3000])
    assert "damaged" in run("restore", "b.tar.gz", "--node", "again", code=4)
    assert "There is no node here" in run("backup", "c.tar.gz", "--node", "nowhere", code=3)
    assert "There is no node here" in run("upgrade", "--node", "nowhere", code=3)


def test_an_older_node_is_brought_up_after_a_backup(run: Run, tmp_path: Path) -> None:
    """`vigie upgrade` says where the backup lies; a second time there is nothing to do; a newer store is left alone."""
    for path in (tmp_path / "node").glob("vigie.sqlite*"):
        path.unlink()
    with closing(sqlite3.connect(tmp_path / "node" / "vigie.sqlite")) as connection:
        connection.executescript(OLD_DUMP.read_text(encoding="utf-8"))
    said = run("upgrade")
    assert "was of version 0003" in said
    assert [path.name[:11] for path in (tmp_path / "node" / "backups").glob("*.tar.gz")] == [f"before-{SCHEMA_VERSION}"]
    assert json.loads(run("upgrade", "--json")) == {"before": SCHEMA_VERSION, "now": SCHEMA_VERSION, "backup": None}
    assert "nothing was done" in run("upgrade")
    assert "backups/before" in run("doctor")
    with closing(sqlite3.connect(tmp_path / "node" / "vigie.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    assert "use the version that made it" in run("upgrade", code=3)
