"""Pages at the command line: explained, taken in, reviewed; each refusal is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from node.pages import FRENCH, HTML, page_file
from vigie.cli import accounts, intake, nodes, pages
from vigie.model.errors import VigieError

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder of its own, on a node with an analyst and a reader."""
    monkeypatch.chdir(tmp_path)
    program = typer.Typer()
    for part in (nodes, accounts, intake, pages):
        part.register(program)

    def act(*words: str, stdin: str = "") -> Result:
        return CliRunner().invoke(program, words, input=stdin)

    assert act("init", "--party", "ME-NODE").exit_code == 0
    for name, role in (("duty", "analyst"), ("looker", "reader")):
        assert act("accounts", "add", name, "--role", role, "--password-stdin", stdin="a long password\n").exit_code == 0
    page_file(tmp_path)
    return act


def said(done: Result) -> str:
    """What it printed, where it went well."""
    assert done.exception is None, done.exception
    return " ".join(done.stdout.split())


def refused(done: Result) -> str:
    """The one sentence of a refusal."""
    assert isinstance(done.exception, VigieError), done.stdout
    return str(done.exception)


def one(run: Run) -> str:
    """The name of the one draft of a page that was taken in."""
    said(run("ingest", "page.txt", "--reader", "page", "--tlp", "CLEAR"))
    (draft,) = json.loads(run("pages", "list", "--json").stdout)
    return str(draft["ref"])


def test_the_explanation_can_be_read_aloud_and_writes_nothing(run: Run) -> None:
    """Part, value, the words in their context, positions, rule, how sure; the same as JSON; it needs no node."""
    text = said(run("ingest", "page.txt", "--reader", "page", "--explain", "--node", "nowhere"))
    assert "page.txt: a page, read as a draft that would wait for review." in text
    assert "date: 2016-03-01/2016-03-02" in text
    assert "[Les 1er et 2 mars derniers]" in text or "[1er et 2 mars" in text
    assert "rule " in text
    assert "Nothing was written." in text
    (found,) = json.loads(run("ingest", "page.txt", "--reader", "page", "--explain", "--json").stdout)
    assert found["reader"] == "page"
    part = next(part for part in found["pages"][0]["found"] if part["part"] == "date")
    (span, *_) = part["spans"]
    assert FRENCH[span["begin"] : span["end"]] == span["quote"]
    assert json.loads(run("pages", "list", "--json").stdout) == []


def test_a_page_is_taken_in_and_waits(run: Run, tmp_path: Path) -> None:
    """The second time nothing changes; a page of HTML needs no reader's name."""
    page_file(tmp_path, HTML, "page.html")
    assert "page.txt: 1 draft waits for review (vigie pages)." in said(run("ingest", "page.txt", "--reader", "page"))
    assert "page.txt: read before; nothing changed." in said(run("ingest", "page.txt", "--reader", "page"))
    (outcome,) = json.loads(run("ingest", "page.html", "--json").stdout)
    assert (outcome["drafts"], outcome["readers"]) == (1, ["page"])
    assert "2 drafts wait for review." in said(run("pages", "list"))


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"x " * 25_000_000], ids=["empty", "binary", "fifty megabytes"])
def test_what_is_no_page_is_one_sentence(run: Run, tmp_path: Path, content: bytes) -> None:
    """And a code that says so."""
    (tmp_path / "bad.txt").write_bytes(content)
    done = run("ingest", "bad.txt", "--reader", "page")
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "bad.txt" in done.output
    assert json.loads(run("pages", "list", "--json").stdout) == []


def test_a_draft_is_shown_and_accepted(run: Run) -> None:
    """With a correction whose words become a suggestion; accepted again it is the same report."""
    ref = one(run)
    shown = said(run("pages", "show", ref[:8]))
    assert f"Draft {ref[:16]} from page.txt: open." in shown
    assert json.loads(run("pages", "show", ref, "--json").stdout)["values"]["date"] == ["2016-03-01/2016-03-02"]
    words = ("--set", "kind=coop.joint", "--quote", "kind=conférence sur le déminage", "--set", "country=AL; ME; Serbia")
    done = json.loads(run("pages", "accept", ref, "--as", "duty", *words, "--json").stdout)
    again = said(run("pages", "accept", ref, "--as", "duty", *words))
    assert done["report"] in again
    assert "TLP:CLEAR" in again
    assert f"Its report: {done['report']}" in said(run("pages", "show", ref))
    assert "conférence sur le déminage" in said(run("pages", "suggestions"))
    assert run("pages", "suggestions", "--yaml").stdout == "words:\n  coop.joint:\n    fr:\n    - conférence sur le déminage\n"
    assert json.loads(run("pages", "suggestions", "--json").stdout)[0]["count"] == 1


def test_a_draft_is_rejected_with_a_reason(run: Run) -> None:
    """Which the draft then shows."""
    ref = one(run)
    assert "is rejected" in said(run("pages", "reject", ref, "--as", "duty", "--reason", "an advertisement"))
    assert "Rejected: an advertisement" in said(run("pages", "show", ref))
    assert "rejected already" in refused(run("pages", "accept", ref, "--as", "duty"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--as", "looker"), "may not review"),
        ((), "Say which account acts"),
        (("--as", "duty", "--set", "kind"), "PART=VALUE"),
        (("--as", "duty", "--set", "colour=red"), "PART=VALUE"),
        (("--as", "duty", "--set", "kind=coop.party"), "no such kind"),
        (("--as", "duty", "--set", "field=conflict"), "cannot be set"),
        (("--as", "duty", "--quote", "country=les pays"), "one value"),
    ],
)
def test_an_acceptance_that_cannot_be_is_one_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    """And the draft still waits."""
    ref = one(run)
    assert sentence in refused(run("pages", "accept", ref, *words))
    assert "1 draft waits for review." in said(run("pages", "list"))


def test_a_draft_that_is_not_there_is_one_sentence(run: Run) -> None:
    """Nor is one whose name is too short."""
    assert "no such reading" in refused(run("pages", "show", "0" * 64))
    assert "no such reading" in refused(run("pages", "show", one(run)[:4]))
