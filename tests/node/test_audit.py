"""The audit log of a node: what waits for it, what a crash leaves, and the commands that show and prove it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US, quake
from vigie.model.errors import BadSetting
from vigie.node.accounts import add_account, sign_in, sign_out
from vigie.node.audit import audit_faults, audit_rows, drain, note_down, waiting_count, witness
from vigie.node.settings import Node
from vigie.store import AuditChoice, AuditRow, append_soon, read_audit
from web.world import take

PASSWORD = "a lookout on the hill"
ROW = AuditRow(at_us=NOW_US, account="duty", party="ME-NODE", act="see", subject="/api/events", facts={"status": 200})


def shown(node: Node) -> list[tuple[str, str, str]]:
    """The log, the oldest first."""
    return [(row.act, row.account, row.subject) for row in read_audit(node.store, AuditChoice())][::-1]


def test_a_row_does_not_wait_for_a_writer_and_is_not_lost(node: Node) -> None:
    """While a large file holds the store, rows wait in the node's folder, readable by the operator alone; afterwards they are in the log in their order."""
    begun, done = threading.Event(), threading.Event()

    def ingest() -> None:
        with node.store.writing():
            begun.set()
            done.wait(30)

    writer = threading.Thread(target=ingest)
    writer.start()
    begun.wait(30)
    for number in range(5):
        witness(node, replace(ROW, subject=f"/api/events/{number}"))
    assert (waiting_count(node), shown(node)) == (5, [])
    assert all(path.stat().st_mode & 0o077 == 0 for path in (node.folder / "audit", node.folder / "audit" / "waiting"))
    done.set()
    writer.join()
    assert drain(node)
    assert [subject for _, _, subject in shown(node)] == [f"/api/events/{number}" for number in range(5)]
    assert waiting_count(node) == 0
    assert audit_faults(node) == []


def test_many_at_once_lose_and_double_nothing(node: Node) -> None:
    """Eight threads write down while others move what waits."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: (note_down if number % 3 else witness)(node, replace(ROW, subject=str(number))), range(120)))
    rows = audit_rows(node, AuditChoice())
    assert sorted(int(row.subject) for row in rows) == list(range(120))
    assert audit_faults(node) == []


@pytest.mark.parametrize("written", [False, True])
def test_a_crash_between_the_file_and_the_log_loses_and_doubles_nothing(node: Node, *, written: bool) -> None:
    """Before the transaction the rows are written by the next drain; after it they are known to be written."""
    from vigie.node.audit import _batch

    note_down(node, ROW)
    name, rows = _batch(node)
    if written:
        append_soon(node.store, lambda: (name, rows), 1_000)
    note_down(node, replace(ROW, subject="later"))
    assert [row.subject for row in audit_rows(node, AuditChoice())] == ["later", "/api/events"]


def test_the_same_row_twice_is_two_rows(node: Node) -> None:
    """Two requests in one microsecond are two requests."""
    for _ in range(2):
        witness(node, ROW)
    assert len(audit_rows(node, AuditChoice())) == 2


def test_what_was_damaged_while_it_waited_is_said_to_be_so(node: Node) -> None:
    """A line that is no row is a row that says so."""
    note_down(node, ROW)
    with (node.folder / "audit" / "waiting").open("ab") as out:
        out.write(b'{"torn\n[]\n{"act":"see","mark":""}\n')
    note_down(node, ROW)
    assert [row.act for row in audit_rows(node, AuditChoice())] == ["see", "unreadable", "unreadable", "unreadable", "see"]


def test_what_cannot_be_written_down_is_said(node: Node) -> None:
    """Where the folder cannot be made, whoever asked is told so."""
    (node.folder / "audit").write_text("in the way")
    with pytest.raises(OSError, match="exists"):
        note_down(node, ROW)


def test_who_signs_in_and_out_is_written_down_and_who_fails_by_bucket_alone(node: Node) -> None:
    """A name that somebody typed wrongly may be a password: it is not written down."""
    add_account(node, "duty", "", "analyst", PASSWORD, now_us=NOW_US)
    for name in ("duty", "no-such-post"):
        with pytest.raises(BadSetting):
            sign_in(node, name, "a wrong password", NOW_US)
    token = sign_in(node, "duty", PASSWORD, NOW_US)
    sign_out(node, token, NOW_US)
    sign_out(node, token, NOW_US)
    rows = shown(node)
    assert [row[:2] for row in rows] == [("account-add", ""), ("sign-in-refused", ""), ("sign-in-refused", ""), ("sign-in", "duty"), ("sign-out", "duty")]
    assert all(len(subject) == 4 for act, _, subject in rows if act == "sign-in-refused")
    assert "no-such-post" not in str(rows)


def vigie(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a command on the node, in a process of its own."""
    return subprocess.run([sys.executable, "-m", "vigie", *words, "--node", str(folder)], capture_output=True, text=True, check=False)


@pytest.mark.long
def test_the_operator_reads_and_proves_the_log_by_command(node: Node, tmp_path: Path) -> None:
    """Taking in, exporting and erasing stand in it; a row that was altered makes the check fail and is named; a cut tail shows beside a kept head."""
    take(node, [quake()])
    exported = vigie(node.folder, "export", str(tmp_path / "out.csv"))
    assert exported.returncode == 0, exported.stderr
    erased = vigie(node.folder, "erase", "MSO/r1", "--reason", "a duplicate", "--yes")
    assert erased.returncode == 0, erased.stderr
    rows = json.loads(vigie(node.folder, "audit", "--json").stdout)
    assert [(row["act"], row["subject"]) for row in rows] == [("erase", "1 versions of 1 records"), ("export", "events for PUBLIC")]
    assert "events for PUBLIC" in vigie(node.folder, "audit", "--act", "export", "--account", "-").stdout
    assert json.loads(vigie(node.folder, "audit", "--account", "duty", "--json").stdout) == []
    assert json.loads(vigie(node.folder, "audit", "--since", "2099-01-01", "--json").stdout) == []
    assert vigie(node.folder, "audit", "--act", "dance").returncode == 3
    head = vigie(node.folder, "audit", "--head").stdout.strip()
    assert vigie(node.folder, "audit", "--kept", head).returncode == 0
    assert vigie(node.folder, "audit", "--kept", "head").returncode == 3
    assert vigie(node.folder, "check").returncode == 0
    with node.store.writing() as connection:
        connection.exec_driver_sql("UPDATE audit SET account = 'other' WHERE id = 1")
    checked = vigie(node.folder, "check")
    assert checked.returncode == 1
    assert "Row 1 of the audit log is not what was written" in checked.stderr
    with node.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE id = 2")
    assert vigie(node.folder, "audit", "--kept", head).returncode == 1


def test_a_file_that_is_taken_in_is_a_row_of_the_same_transaction(node: Node, tmp_path: Path) -> None:
    """By the digest of its bytes; its name may name somebody."""
    path = tmp_path / "told-by-somebody.txt"
    head = "#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName"
    path.write_text(f"{head}\nm1|2026-01-02T03:04:05|42.4|19.3|10|MSO|MSO|MSO|m1|ML|4.1|MSO|MONTENEGRO\n")
    done = vigie(node.folder, "ingest", str(path), "--tlp", "GREEN")
    assert done.returncode == 0, done.stderr
    ((act, account, subject),) = shown(node)
    assert (act, account, len(subject)) == ("ingest", "", 64)
    assert path.name not in str(audit_rows(node, AuditChoice()))
