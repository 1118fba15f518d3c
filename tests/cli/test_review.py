"""Doubtful links at the command line: shown, answered with one key, undone; each refusal is one sentence."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from doubts import ladder
from made import NOW_US
from vigie.cli import review, worlds
from vigie.cli.review_show import say_decisions
from vigie.model.errors import VigieError
from vigie.model.label import Label, label_text
from vigie.node.accounts import add_account
from vigie.node.settings import init_node
from vigie.store import FileFacts, prepare, taking_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node with reports of which some pairs are doubtful, and two accounts."""
    node = init_node(tmp_path / "node", "ME-NODE")
    facts = FileFacts(digest="1", name="1", source="s", reader="r", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(node.store, node.keyring, facts, Label("ME-NODE"), NOW_US) as intake:
        intake.add(prepare(ladder(), "ME-NODE", label_text(Label("ME-NODE"))))
    for name, role in (("duty", "analyst"), ("looker", "reader")):
        add_account(node, name, "", role, "a long password", now_us=NOW_US)
    node.store.close()
    return tmp_path / "node"


def run(folder: Path, *words: str, account: str = "", typed: str = "") -> Result:
    """What a command of the program does."""
    program = typer.Typer()
    program.callback()(lambda: None)
    review.register(program)
    worlds.register(program)
    as_account = ["--as", account] if account else []
    return CliRunner().invoke(program, [*words, "--node", str(folder), *as_account], input=typed)


def said(done: Result) -> str:
    """What it printed, where it went well."""
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def read(done: Result) -> Any:
    """What it said to programs."""
    return json.loads(said(done))


def refused(done: Result) -> str:
    """The one sentence of a refusal."""
    assert isinstance(done.exception, VigieError), (done.output, done.exception)
    return str(done.exception)


def events(folder: Path) -> int:
    """How many events `vigie events` counts."""
    return len(read(run(folder, "events", "--json")))


def test_the_queue_shows_what_an_answer_is_worth_most_first(folder: Path) -> None:
    """Numbered, both reports side by side with how far they are apart, evidence in words and nats, what would change; the world is named."""
    text = said(run(folder, "review", "--limit", "2"))
    assert text == said(run(folder, "review", "list", "--limit", "2"))
    assert "REAL: 2 of " in text
    assert "1 nat of evidence is odds of 2.7 to 1" in text
    assert "are about links that stand and are not quite certain" in text
    assert "how crowded it is there" in text
    assert "Peaceful protest" in text
    assert "── 1. ln-" in text
    assert "DAILY/p" in text
    assert "WIRE/p" in text
    assert re.search(r"\d+ h apart", text)
    assert re.search(r"\d+ km apart", text)
    assert "nats" in text
    assert "If they are the same, " in text
    found = read(run(folder, "review", "--json"))
    worth = [item["worth"] for item in found["questions"]]
    assert worth == sorted(worth, reverse=True)
    assert found["numberReturned"] == len(worth) > 0


def test_a_link_is_shown_by_its_number_and_by_its_name(folder: Path) -> None:
    """With all that both reports say."""
    link = read(run(folder, "review", "--json"))["questions"][0]
    assert read(run(folder, "review", "show", "1", "--json")) == read(run(folder, "review", "show", link["link"], "--json"))
    text = said(run(folder, "review", "show", "1"))
    assert "agency's own reference" in text
    assert "TLP:AMBER" in text
    rows = {line.split("  ")[0]: line for line in text.splitlines()}
    assert "≠" in rows["time"]
    assert not any("≠" in rows[name] for name in ("agency's own reference", "issued"))
    assert text.startswith("REAL: ln-")
    assert "There is no such question" in refused(run(folder, "review", "show", "ln-0"))


def test_an_answer_shows_in_the_events_and_in_the_log_until_it_is_undone(folder: Path) -> None:
    """Two reports of different months are said to be one; then not."""
    before = events(folder)
    done = read(run(folder, "review", "same", "DAILY/p22", "WIRE/p5", "--reason", "one march", "--json", account="duty"))
    changed = read(run(folder, "events", "--json"))
    assert any(event["agencies"] == ["DAILY", "WIRE"] and event["begin"] for event in changed)
    log = said(run(folder, "review", "decisions"))
    assert "one march" in log
    assert "obeyed" in log
    assert "withdrawn" in said(run(folder, "review", "undo", done["decision"][:9], account="duty"))
    assert events(folder) == before
    assert [item["verdict"] for item in read(run(folder, "review", "decisions", "--json"))["decisions"]] == ["withdrawn"]
    assert "withdrawn (was same)" in said(run(folder, "review", "decisions"))


def test_a_merger_is_split_into_the_events_that_it_was_made_of(folder: Path) -> None:
    """Though all its links are an analyst's word, and the ids of the events that come of it are told."""
    pairs = [event["id"] for event in read(run(folder, "events", "--json")) if event["reports"] == 2][:2]
    merged = read(run(folder, "review", "merge", *pairs, "--json", account="duty"))["events"]
    assert len(merged) == 1
    parted = read(run(folder, "review", "split", merged[0], "--json", account="duty"))
    assert (sorted(parted["events"]), parted["exercise"]) == (sorted(pairs), False)
    assert set(pairs) <= {event["id"] for event in read(run(folder, "events", "--json"))}


def test_the_command_that_undoes_a_decision_works_as_it_is_printed(folder: Path) -> None:
    """With the account, the node and the world."""
    text = said(run(folder, "review", "same", "DAILY/p22", "WIRE/p5", account="duty"))
    assert text.startswith("REAL: DAILY/p22 and WIRE/p5 are one event.")
    command = shlex.split(text.partition("undo it with: ")[2])
    assert command[0] == "vigie"
    program = typer.Typer()
    program.callback()(lambda: None)
    review.register(program)
    assert "is withdrawn" in said(CliRunner().invoke(program, command[1:]))


def test_every_output_names_the_exercise_where_it_is_of_one(folder: Path) -> None:
    """The queue, the log, an answer and the command that undoes it."""
    for words in (("review",), ("review", "decisions")):
        assert "EXERCISE" in said(run(folder, *words, "--exercise"))
        assert read(run(folder, *words, "--exercise", "--json"))["exercise"] is True


def test_events_are_merged_and_split_as_wholes(folder: Path) -> None:
    """By their ids; the reports that are another event are named, or it is cut at its weakest link."""
    first = [event["id"] for event in read(run(folder, "events", "--json")) if event["reports"] == 2][:2]
    before = events(folder)
    said(run(folder, "review", "merge", *first, account="duty"))
    assert events(folder) == before - 1
    merged = next(event["id"] for event in read(run(folder, "events", "--json")) if event["reports"] == 4)
    said(run(folder, "review", "split", merged, "DAILY/p0", account="duty"))
    assert events(folder) >= before
    pair = next(event["id"] for event in read(run(folder, "events", "--json")) if event["reports"] == 2)
    assert "is split" in said(run(folder, "review", "split", pair, account="duty"))


@pytest.mark.parametrize(
    ("words", "account", "why"),
    [
        (("same", "DAILY/p1", "WIRE/p1"), "", "Say which account acts"),
        (("same", "DAILY/p1", "WIRE/p1"), "looker", "A reader may not decide"),
        (("same", "DAILY/p1", "WIRE/none"), "duty", "There is no such report"),
        (("apart", "p1", "WIRE/p1"), "duty", "Several agencies use this reference"),
        (("merge", "ev-1", "ev-2"), "duty", "There is no such event"),
        (("undo", "dc-1"), "duty", "There is no such decision"),
        (("same", "DAILY/p1", "WIRE/p1", "--tlp", "CLEAR"), "duty", "An analyst may not release"),
        (("apart", "DAILY/p1", "WIRE/p1", "--to", "PUBLIC"), "duty", "the decision is not opened"),
        (("--ask", "--limit", "3"), "duty", "does not go with --ask, field --limit"),
        ((), "duty", "goes with --ask only, field --as"),
    ],
)
def test_a_refusal_is_one_sentence(folder: Path, words: tuple[str, ...], account: str, why: str) -> None:
    """It says what happened and what to do."""
    assert why in refused(run(folder, "review", *words, account=account))


@pytest.mark.parametrize("given", [("--node", "node"), ("--limit", "10"), ("--ask",)])
def test_options_before_the_command_are_not_passed_over_in_silence(given: tuple[str, ...]) -> None:
    """They belong behind it, though they say what would be so anyway."""
    program = typer.Typer()
    program.callback()(lambda: None)
    review.register(program)
    done = CliRunner().invoke(program, ["review", *given, "decisions"])
    assert "Options stand after the command" in refused(done)


def test_one_key_an_answer(folder: Path) -> None:
    """Yes, undo, no, skip, a key that means nothing, quit; only the second answer stays."""
    text = said(run(folder, "review", "--ask", account="duty", typed="yunxsq"))
    assert "1 answer given, 1 skipped" in text
    assert "is withdrawn" in text
    verdicts = sorted(item["verdict"] for item in read(run(folder, "review", "decisions", "--json"))["decisions"])
    assert verdicts in (["apart"], ["apart", "withdrawn"])


def test_asking_ends_when_nothing_is_left(folder: Path) -> None:
    """Every question is asked once, answered or skipped; the answers are in the next queue no more."""
    count = read(run(folder, "review", "--json"))["numberMatched"]
    text = said(run(folder, "review", "--ask", account="duty", typed="n" * (count + 40) + "q"))
    assert "Nothing is left to ask." in text or "answers given" in text
    assert read(run(folder, "review", "--json"))["numberMatched"] < count


def test_asking_works_on_a_terminal(folder: Path) -> None:
    """A real one: a key counts without Enter, and Ctrl-C ends the session as q does."""
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - the other process
        os.execv(sys.executable, [sys.executable, "-m", "vigie", "review", "--ask", "--as", "duty", "--node", str(folder)])  # noqa: S606 - this program, in a terminal of its own
    seen = b""
    for key in (b"n", b"\x03"):
        seen += _until(terminal, b"[y/n/s/u/q] ")
        os.write(terminal, key)
    seen += _until(terminal, b" now.")
    assert os.waitpid(child, 0)[1] == 0, seen.decode()
    assert "1 answer given, 0 skipped" in seen.decode()
    assert [item["verdict"] for item in read(run(folder, "review", "decisions", "--json"))["decisions"]] == ["apart"]


def _until(terminal: int, words: bytes) -> bytes:
    """What comes on the terminal until these words do."""
    seen = b""
    while words not in seen:
        try:
            seen += os.read(terminal, 65_536)
        except OSError:  # what Linux says when the other side has closed
            pytest.fail(seen.decode())
    return seen


def test_a_contradiction_is_told_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    """How many pairs are left out, and that long groups are cut."""
    fact = {"decision": "dc-1", "said": "2026-01-01T00:00:00Z", "verdict": "same", "was": None, "by": None, "owner": "RS-NODE", "reason": ""}
    say_decisions([{**fact, "groups": [["A/1", "A/2", "A/3", "A/4"], ["B/1"]], "state": "contradicts", "contradicts": [["x", "y"]]}], exercise=False)
    shown = capsys.readouterr().out
    assert "contradicts: 1 pair(s) left out" in shown
    assert "and 1 more | B/1" in shown
