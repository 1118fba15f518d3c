"""Activities at the command line: written down, agreed in silence, broken; each refusal is one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from made import NOW_US
from vigie.cli import activities
from vigie.model.errors import VigieError
from vigie.node.accounts import add_account
from vigie.node.settings import init_node, open_node

PARTIES = '[parties.RS-DESK]\norg = "RS"\n[parties.AL-DESK]\norg = "AL"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node with two accounts of its own and one of a partner."""
    made = tmp_path / "node"
    init_node(made, "ME-NODE").store.close()
    (made / "directory.toml").write_text(PARTIES)
    node = open_node(made)
    for name, party, role in (("analyst", "", "analyst"), ("chief", "", "releaser"), ("rs-duty", "RS-DESK", "analyst")):
        add_account(node, name, party, role, "a long password", now_us=NOW_US)
    node.store.close()
    return made


def run(folder: Path, *words: str, account: str = "") -> Result:
    """What a command of the program does."""
    program = typer.Typer()
    program.callback()(lambda: None)
    activities.register(program)
    as_account = ["--as", account] if account else []
    node = [] if words[0] == "template" else ["--node", str(folder)]
    return CliRunner().invoke(program, ["activities", *words, *node, *as_account])


def said(done: Result) -> str:
    """What it printed, where it went well."""
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def refused(done: Result) -> str:
    """The one sentence of a refusal."""
    assert isinstance(done.exception, VigieError), (done.output, done.exception)
    return str(done.exception)


def added(folder: Path, *words: str) -> str:
    """The name of a new activity."""
    return said(run(folder, "add", *words, account="chief")).split()[1]


def listed(folder: Path) -> list[dict[str, Any]]:
    """What the list says to programs."""
    found: list[dict[str, Any]] = json.loads(said(run(folder, "list", "--json")))
    return found


def test_an_activity_from_the_list_to_its_broken_silence(folder: Path) -> None:
    """Added by a title, screened by a second person, put under silence, broken by a partner with a reason of its own."""
    ref = added(folder, "--title", "Training", "--begin", "2027-01-01", "--country", "me", "--priority", "cyber", "--to", "RS-DESK", "--to", "AL-DESK")
    said(run(folder, "step", ref, "submit", account="analyst"))
    for act in ("screen", "list"):
        said(run(folder, "step", ref, act, account="chief"))
    asked = ("--until", "2090-12-01 18:00", "--zone", "Europe/Sarajevo", "--party", "RS-DESK", "--party", "AL-DESK", "--agree", "the project")
    said(run(folder, "silence", ref, *asked, account="chief"))
    assert "2090-12-01 18:00 Europe/Sarajevo" in said(run(folder, "list", "--state", "under silence"))
    said(run(folder, "extend", ref, "--until", "2090-12-02 18:00", "--zone", "Europe/Sarajevo", account="chief"))
    said(run(folder, "break", ref, "--owner", "ME-NODE", "--reason", "SECRET", "--restricted", account="rs-duty"))
    assert "has broken this silence already" in refused(run(folder, "break", ref, "--owner", "ME-NODE", account="rs-duty"))
    shown = said(run(folder, "show", ref))
    assert "Broken by RS-DESK" in shown
    assert "may be restricted" in shown
    assert "SECRET" not in shown
    assert "SECRET" in said(run(folder, "show", ref, "--for", "RS-DESK"))
    assert [line["state"] for line in listed(folder)] == ["broken"]


def test_the_template_is_a_file_that_can_be_added(folder: Path, tmp_path: Path) -> None:
    """And what it holds is shown; JSON of it too, and a file replaces it."""
    file = tmp_path / "activity.yaml"
    file.write_text(said(run(folder, "template")), encoding="utf-8")
    ref = added(folder, str(file))
    facts = json.loads(said(run(folder, "show", ref, "--json", "--language", "fr")))
    assert facts["title"] == "Formation d'administrateurs de réseau"
    assert [item["percent"] for item in facts["countries"]] == ["50", "50"]
    other = tmp_path / "activity.json"
    other.write_text(json.dumps({"titles": {"en": "Other"}, "places": [{"lon": 19.26, "lat": 42.44}]}))
    assert "version 2" in said(run(folder, "edit", ref, str(other), account="chief"))
    assert "Other" in said(run(folder, "list", "--state", "planned"))
    assert said(run(folder, "list", "--field", "cyber", "--json")).strip() == "[]"
    assert "version 3" in said(run(folder, "edit", ref, "--tlp", "CLEAR", account="chief"))
    assert "Other" in said(run(folder, "list", "--for", "PUBLIC"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", "{", "not JSON"),
        ("a.json", "[]", "holds no activity"),
        ("a.json", '{"titles": {"en": "A"}, "titles": {"en": "B"}}', "stands twice"),
        ("a.json", '{"titles": {"en": "A"}, "countries": [{"code": "ME", "percent": 60}, {"code": "RS", "percent": 30}]}', "sum to 90, not to 100"),
        ("a.json", '{"titles": {"en": "A"}, "colour": "red"}', "field colour"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.yaml", "titles: {en: A", "not YAML"),
        ("a.yaml", "a: &x [1]\nb: *x", "anchors and aliases"),
        ("a.yaml", "titles: {en: A}\nbegin: 2026-13-45", "month must be in 1..12"),
        ("a.yaml", "titles: {en: A}\nbegin: soon", "field begin"),
        ("a.yaml", "x" * 1_100_000, "too large"),
        ("a.yaml", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "not YAML"),
    ],
)
def test_a_file_that_holds_no_activity_is_refused_with_one_sentence(folder: Path, tmp_path: Path, name: str, text: str, words: str) -> None:
    """And nothing is written down."""
    file = tmp_path / name
    file.write_text(text, encoding="latin-1")
    sentence = refused(run(folder, "add", str(file), account="chief"))
    assert words in sentence
    assert "\n" not in sentence
    assert listed(folder) == []


def test_bad_input_is_one_sentence(folder: Path) -> None:
    """No account, no activity, wrong zones, past deadlines, both a file and a title or neither."""
    ref = added(folder, "--title", "Training")
    assert "which account acts" in refused(run(folder, "step", ref, "submit"))
    assert "no such activity" in refused(run(folder, "step", "a-none", "submit", account="chief"))
    assert "no such activity" in refused(run(folder, "show", "a-none"))
    assert "either FILE or --title" in refused(run(folder, "add", account="chief"))
    asked = ("--party", "RS-DESK", "--agree", "text")
    assert "no such time zone" in refused(run(folder, "silence", ref, "--until", "2090-12-01 18:00", "--zone", "Mars/Base", *asked, account="chief"))
    assert "may not read" in refused(run(folder, "silence", ref, "--until", "2090-12-01 18:00", "--zone", "UTC", *asked, account="chief"))
    assert "never put under silence" in refused(run(folder, "extend", ref, "--until", "2090-12-01 18:00", "--zone", "UTC", account="chief"))
    assert "no such party" in refused(run(folder, "list", "--for", "XX"))


def test_what_cannot_be_exported_is_named_and_the_exit_code_says_so(folder: Path, tmp_path: Path) -> None:
    """The others are written; with --strict nothing is, and the old file stays."""
    for title, begin in (("Course", ["--begin", "2026-01-01"]), ("Talks", [])):
        said(run(folder, "add", "--title", title, *begin, account="analyst"))
    file = tmp_path / "out.xml"
    done = run(folder, "export", str(file))
    assert (done.exit_code, "Left out: Talks. The activity has no day" in done.output) == (1, True), done.output
    before = file.read_bytes()
    assert b"Course" in before
    assert b"Talks" not in before
    refused = run(folder, "export", str(file), "--strict")
    assert isinstance(refused.exception, VigieError)
    assert file.read_bytes() == before
    facts = json.loads(run(folder, "export", str(file), "--check", "--json").output)
    assert [one["title"] for one in facts["left_out"]] == ["Talks"]


def test_a_day_that_is_none_or_too_far_away_is_one_sentence(folder: Path) -> None:
    """Before months can no longer be counted back, and after the last day there is."""
    for text, what in (("2025-13-45", "cannot be understood"), ("0001-01-01", "too far away"), ("9999-12-31", "too far away")):
        done = run(folder, "stocktake", "--at", text)
        assert isinstance(done.exception, VigieError)
        assert what in str(done.exception)
