"""The warning desk at the command line: rules, replay, signal, draft, four eyes, release, answers, CAP; each refusal is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vigie.cli.app import app, exit_code
from vigie.model.errors import VigieError
from vigie.model.times import DAY_US, format_time
from vigie.node.clock import now_us

HEADER = "report_id,agency,field,kind,begin,end,lon,lat,issued,exercise"
Run = Callable[..., Result]


def line(number: int, kind: str, days_ago: float, lon: float = 19.26, lat: float = 42.44) -> str:
    """A row of a table: something in a town some days ago."""
    begin_us = now_us() - round(days_ago * DAY_US)
    when, until = format_time(begin_us // DAY_US * DAY_US), format_time(begin_us // DAY_US * DAY_US + DAY_US)
    return f"r{number},DESK-{number % 2},conflict,{kind},{when},{until},{lon},{lat},{until},"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the program on a node with a quiet archive of six years and a fortnight of riots."""
    folder = tmp_path_factory.mktemp("warn")

    def act(*words: str, stdin: str = "") -> Result:
        return CliRunner(env={"VIGIE_NODE": str(folder / "node")}).invoke(app, words, input=stdin)

    said(act("init", "--party", "ME-NODE"))
    (folder / "node" / "directory.toml").write_text('[parties.ME-CERT]\norg = "ME"\n')
    quiet = [line(number, "verb.accuse", 5 + 7 * number) for number in range(310)]
    riots = [line(1000 + number, "unrest.riot", 2 + 2 * number, 19.26 + number / 100) for number in range(6)]
    (folder / "reports.csv").write_text("\n".join([HEADER, *quiet, *riots]) + "\n")
    said(act("ingest", str(folder / "reports.csv"), "--tlp", "CLEAR"))
    for name, role, party in (("analyst", "analyst", ""), ("chief", "releaser", ""), ("me-duty", "analyst", "ME-CERT")):
        said(act("accounts", "add", name, "--role", role, *(["--party", party] if party else []), "--password-stdin", stdin="a long password\n"))
    return act


def said(done: Result) -> str:
    """What it printed, where it went well."""
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refused(done: Result) -> str:
    """The one sentence of a refusal."""
    assert isinstance(done.exception, VigieError), (done.output, done.exception)
    assert exit_code(done.exception) in (3, 4, 5)
    return str(done.exception)


def test_a_signal_becomes_a_warning_that_is_answered(run: Run, tmp_path: Path) -> None:
    """From the replay to the assessment, each step by whom it belongs to."""
    rule = "conflict.violent_protest"
    assert "not replayed" in refused(run("warn", "enable", rule))
    assert "Would have fired" in said(run("warn", "replay", rule))
    said(run("warn", "enable", rule))
    desk = json.loads(said(run("warn", "status", "--json")))
    (signal,) = desk["signals"]
    assert (signal["rule"], signal["area_name"]) == (rule, "Podgorica")
    assert "Say which account acts" in refused(run("warn", "draft", signal["id"]))
    draft = said(run("warn", "draft", signal["id"], "--as", "analyst")).split()[1]
    assert said(run("warn", "draft", signal["id"], "--as", "analyst")).split()[1] == draft, "one signal, one draft"
    assert "no recipient" in refused(run("warn", "submit", draft, "--as", "analyst"))
    said(run("warn", "edit", draft, "--to", "ME-CERT", "--only-to", "--headline", "Riots in Podgorica", "--as", "analyst"))
    said(run("warn", "submit", draft, "--as", "analyst"))
    digest = said(run("warn", "read", draft, "--as", "chief")).split()[-1]
    assert "may not approve" in refused(run("warn", "approve", draft, "--digest", digest, "--as", "analyst"))
    assert "changed after it was shown" in refused(run("warn", "approve", draft, "--digest", "0" * 64, "--as", "chief"))
    assert "second person" in refused(run("warn", "release", draft, "--as", "chief"))
    said(run("warn", "approve", draft, "--digest", digest, "--as", "chief"))
    released = said(run("warn", "release", draft, "--as", "chief"))
    warning = released.split()[2].rstrip(",")
    shown = said(run("warn", "show", warning))
    assert "Riots in Podgorica" in shown
    said(run("warn", "show", warning, "--cap", str(tmp_path / "alert.xml")))
    assert b"urn:oasis:names:tc:emergency:cap:1.2" in (tmp_path / "alert.xml").read_bytes()
    assert "own warning" in refused(run("warn", "answer", warning, "accepted", "--as", "chief"))
    said(run("warn", "answer", warning, "accepted", "--as", "me-duty"))
    said(run("warn", "assess", warning, "false alarm", "--text", "It calmed down.", "--as", "chief"))
    assert "false alarm" in said(run("warn", "score")).splitlines()[0].replace("_", " ")
    assert json.loads(said(run("warn", "status", "--json")))["signals"] == []


def test_a_cap_message_is_taken_in_once(run: Run, tmp_path: Path) -> None:
    """A second time changes nothing; what is no CAP is refused with a sentence."""
    from cap_messages import message
    from vigie.exchange import cap_xml

    path = tmp_path / "other.xml"
    path.write_bytes(cap_xml(message("a")))
    assert "taken in." in said(run("warn", "receive", str(path)))
    assert "taken in before" in said(run("warn", "receive", str(path)))
    path.write_bytes(b"<html>")
    refused(run("warn", "receive", str(path)))
    path.write_bytes(b"")
    refused(run("warn", "receive", str(path)))


def test_what_is_not_there_is_said(run: Run) -> None:
    """Names that nobody knows."""
    assert "no such rule" in refused(run("warn", "replay", "conflict.none"))
    assert "no such rule" in refused(run("warn", "disable", "conflict.none"))
    assert "no such signal" in refused(run("warn", "dismiss", "sg-none", "--reason", "x", "--as", "analyst"))
    assert "no such warning" in refused(run("warn", "show", "w-none"))
