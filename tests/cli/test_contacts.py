"""Contacts and checks at the command line: written down, asked, answered, counted; each refusal is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from vigie.cli import contacts
from vigie.cli.contacts import minutes_of
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.node.accounts import add_account
from vigie.node.clock import now_us
from vigie.node.settings import init_node, open_node

Run = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs `vigie contacts` on a node with two parties; gives what it prints, and raises what it raises."""
    folder: Path = tmp_path_factory.mktemp("contacts") / "node"
    init_node(folder, "ME-NODE").store.close()
    (folder / "directory.toml").write_text('[parties.RS-NODE]\norg = "RS"\n', encoding="utf-8")
    node = open_node(folder)
    for name, party in (("duty", "ME-NODE"), ("partner", "RS-NODE")):
        add_account(node, name, party, "analyst", "correct horse battery", now_us=now_us())
    node.store.close()
    app = typer.Typer()
    contacts.register(app)
    app.command("other")(lambda: None)

    def act(*words: str) -> str:
        done = CliRunner().invoke(app, ["contacts", *words, "--node", str(folder)])
        if isinstance(done.exception, VigieError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return act


def facts(text: str) -> Any:
    """What was printed as JSON."""
    return json.loads(text)


def test_a_contact_is_written_down_checked_and_answered(run: Run) -> None:
    """From the directory to the yearly table."""
    add = ("add", "Crisis Centre", "duty desk", "--of", "RS-NODE", "--line", "phone:+381 11 123", "--line", "mail:duty@cc.example", "--to", "RS-NODE")
    ref = run(*add, "--country", "RS", "--field", "cyber", "--as", "duty").partition(":")[0]
    (listed,) = facts(run("list", "--json"))
    assert (listed["ref"], listed["word_of"], listed["countries"]) == (ref, "as known to ME-NODE", ["RS"])
    assert "duty desk, Crisis Centre" in run("list", "--for", "RS-NODE")
    assert "phone +381 11 123" in run("show", ref)
    check = run("check", ref, "--within", "30m", "--as", "duty").split()[1]
    assert facts(run("checks", "--json", "--for", "RS-NODE"))[0]["state"] == "waiting"
    run("answer", check, "--text", "Received.", "--as", "partner")
    assert facts(run("checks", "--json"))[0]["state"] == "answered"
    assert "answered in time" in run("checks")
    year = facts(run("checks", "--json"))[0]["sent"][:4]
    lines = run("year", year, "--csv").splitlines()
    assert lines[0].startswith("year,party,sent")
    assert lines[-1].startswith(f"{year},all,1,1,1,0,0,0,1.0000")
    assert facts(run("year", year, "--json"))[-1]["sent"] == 1
    assert "RS-NODE" in run("year", year)
    assert run("checks", "--exercise", "--json").strip() == "[]"


def test_an_answer_by_phone_is_written_down(run: Run) -> None:
    """With when it came."""
    ref = run("add", "Crisis Centre", "night desk", "--of", "RS-NODE", "--line", "phone:+381 11 124", "--as", "duty").partition(":")[0]
    check = run("check", ref, "--within", "2h", "--channel", "phone", "--as", "duty").split()[1]
    sent = next(item["sent"] for item in facts(run("checks", "--json")) if item["ref"] == check)
    assert "written down" in run("record", check, "--at", sent[:19] + "Z", "--text", "All well.", "--as", "duty")
    assert next(item["state"] for item in facts(run("checks", "--json")) if item["ref"] == check) == "answered"


def test_a_contact_is_changed_and_closed(run: Run) -> None:
    """It stays in the log."""
    ref = run("add", "Crisis Centre", "watch officer", "--as", "duty").partition(":")[0]
    run("add", "Crisis Centre", "watch officer", "--hours", "Mon-Fri 08:00-16:00", "--change", ref, "--as", "duty")
    run("close", ref, "--as", "duty")
    assert ref not in run("list")
    assert "CLOSED" in run("show", ref)
    assert ref in run("list", "--closed")


@pytest.mark.parametrize(
    ("words", "fault", "said"),
    [
        (("add", "Crisis Centre", "Dr Ana Petrović", "--as", "duty"), BadReport, "person's name"),
        (("add", "Crisis Centre", "duty desk", "--line", "mail:duty@gmail.com", "--as", "duty"), BadReport, "free mail service"),
        (("add", "Crisis Centre", "duty desk", "--line", "pigeon:north", "--as", "duty"), BadReport, "cannot be used"),
        (("add", "Crisis Centre", "duty desk"), BadSetting, "which account acts"),
        (("check", "p-nobody", "--within", "soon", "--as", "duty"), BadSetting, "span of time"),
        (("check", "p-nobody", "--within", "5m", "--as", "duty"), BadSetting, "no such point of contact"),
        (("answer", "k-nobody", "--as", "duty"), BadSetting, "no such check"),
        (("show", "p-nobody"), BadSetting, "no such point of contact"),
        (("list", "--for", "NOBODY"), BadSetting, "no such party"),
    ],
)
def test_a_refusal_is_one_sentence(run: Run, words: tuple[str, ...], fault: type[VigieError], said: str) -> None:
    """What happened, where, and what to do next."""
    with pytest.raises(fault, match=said):
        run(*words)


def test_a_span_is_a_number_and_a_unit() -> None:
    """Minutes, hours and days."""
    assert [minutes_of(text) for text in ("30m", "30 min", "1.5h", "1d")] == [30, 30, 90, 1440]
