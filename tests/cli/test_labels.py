"""Labels at the command line: show, propose, approve, refuse, list, levels; each refusal is one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vigie.cli.app import app
from vigie.model.errors import VigieError

Run = Callable[..., Result]
DIRECTORY = """
[parties.RS-NODE]
org = "RS"

[parties.MK-NODE]
org = "MK"
community = true

[groups]
TWO = ["RS-NODE", {party = "MK-NODE", until = 2000-01-01}]
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the program on a node with one report, two accounts and a partner's."""

    def act(*words: str, stdin: str = "") -> Result:
        return CliRunner(env={"VIGIE_NODE": str(tmp_path / "node")}).invoke(app, words, input=stdin)

    said(act("init", "--party", "ME-NODE"))
    (tmp_path / "node" / "directory.toml").write_text(DIRECTORY)
    (tmp_path / "r.csv").write_text("report_id,agency,field,kind,begin,end,lon,lat\nr1,MSO,seismic,seismic.earthquake,2026-01-01,2026-01-02,19.2,42.4\n")
    said(act("ingest", str(tmp_path / "r.csv"), "--tlp", "GREEN"))
    for name, role, party in (("analyst", "analyst", "ME-NODE"), ("chief", "releaser", "ME-NODE"), ("theirs", "operator", "RS-NODE")):
        said(act("accounts", "add", name, "--role", role, "--party", party, "--password-stdin", stdin="a long password\n"))
    return act


def said(done: Result) -> str:
    """What it printed, where it went well."""
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refused(done: Result) -> str:
    """The one sentence of a refusal."""
    assert isinstance(done.exception, VigieError), (done.output, done.exception)
    assert "\n" not in str(done.exception)
    return str(done.exception)


def test_a_label_is_shown_narrowed_and_opened_again_with_four_eyes(run: Run) -> None:
    """Each step by whom it belongs to."""
    shown = json.loads(said(run("labels", "show", "MSO/r1", "--as", "analyst", "--json")))
    assert (shown["label"]["tlp"], shown["closed"]["MK-NODE"]) == ("GREEN", [])
    assert "TLP:GREEN is for the community" in shown["closed"]["RS-NODE"][0]
    assert "has its new label" in said(run("labels", "propose", "MSO/r1", "--tlp", "AMBER", "--nobody", "--reason", "a source", "--as", "analyst"))
    assert "the list of readers is empty" in said(run("labels", "show", "r1", "--as", "analyst"))
    waiting = said(run("labels", "propose", "r1", "--rel-to", "TWO", "--as", "analyst")).split()[-1]
    assert "may not approve" in refused(run("labels", "approve", waiting, "--as", "analyst"))
    assert "node's own party" in refused(run("labels", "approve", waiting, "--as", "theirs"))
    assert '"rel_to": ["TWO"]' in said(run("labels", "approve", waiting, "--as", "chief"))
    closed = json.loads(said(run("labels", "show", "r1", "--as", "analyst", "--json")))["closed"]
    assert (closed["RS-NODE"], closed["MK-NODE"]) == ([], ["MK-NODE is not on the list of readers (TWO)"])
    other = said(run("labels", "propose", "r1", "--tlp", "CLEAR", "--no-list", "--as", "analyst")).split()[-1]
    assert "stays as it is" in said(run("labels", "refuse", other, "--reason", "too early", "--as", "chief"))
    states = [(item["state"], item["settled_by"]) for item in json.loads(said(run("labels", "list", "--as", "chief", "--json")))]
    assert states == [("done", "analyst"), ("done", "chief"), ("refused", "chief")]
    assert "refused" in said(run("labels", "list", "--as", "chief"))


def test_a_label_goes_out_and_comes_in_as_xml_of_nato(run: Run, tmp_path: Path) -> None:
    """What was written is the same label; another file is refused in a sentence."""
    path = tmp_path / "label.xml"
    path.write_text(said(run("labels", "show", "r1", "--nato", "--as", "analyst")))
    assert "bears this label already" in refused(run("labels", "propose", "r1", "--label", str(path), "--as", "analyst"))
    path.write_text(path.read_text().replace("GREEN", "RED"))
    assert "has its new label" in said(run("labels", "propose", "r1", "--label", str(path), "--as", "analyst"))
    for text in ("<a/>", "{", '{"colour": "RED"}', "[]"):
        path.write_text(text)
        assert refused(run("labels", "propose", "r1", "--label", str(path), "--as", "analyst"))


@pytest.mark.parametrize("options", [(), ("--nobody", "--no-list"), ("--tlp", "RED", "--label", "x.json"), ("--label", "missing.json"), ("--tlp", "MAUVE")])
def test_a_label_that_is_not_said_clearly_is_refused(run: Run, options: tuple[str, ...]) -> None:
    """Nothing, two things at once, a file that is not there, an unknown colour."""
    assert refused(run("labels", "propose", "r1", "--as", "analyst", *options))
    assert "Say which account acts" in refused(run("labels", "propose", "r1", "--tlp", "RED"))


def test_the_levels_of_a_policy_file_are_told_as_the_directory_wants_them(run: Run, data: Path, tmp_path: Path) -> None:
    """NATO's, packed; what is no policy file is refused."""
    packed = data / "exchange" / "labels" / "spif_nato_policy.xml.gz"
    assert '"NATO" = ["UNCLASSIFIED", "RESTRICTED"' in said(run("labels", "levels", str(packed)))
    for name, content in (("a.xml.gz", b"x"), ("b.xml", b"<a/>")):
        (tmp_path / name).write_bytes(content)
        assert refused(run("labels", "levels", str(tmp_path / name)))
    assert refused(run("labels", "levels", str(tmp_path / "missing.xml")))


def test_leave_is_given_listed_and_taken_back(run: Run, tmp_path: Path) -> None:
    """For a report marked orcon, by who may release; a report that needs none is refused."""
    assert "needs no leave" in refused(run("labels", "grant", "MSO/r1", "--to", "MK-NODE", "--until", "2100-01-01", "--as", "chief"))
    (tmp_path / "orcon.json").write_text('{"tlp": "GREEN", "orcon": true}')
    said(run("labels", "propose", "MSO/r1", "--label", str(tmp_path / "orcon.json"), "--as", "analyst"))
    assert "may not release" in refused(run("labels", "grant", "MSO/r1", "--to", "MK-NODE", "--until", "2100-01-01", "--as", "analyst"))
    assert "may pass it on to MK-NODE" in said(run("labels", "grant", "MSO/r1", "--to", "MK-NODE", "--until", "2100-01-01", "--as", "chief"))
    (grant,) = json.loads(said(run("labels", "grants", "--as", "chief", "--json")))
    assert (grant["stands"], grant["to"], grant["name"]) == ("given", "MK-NODE", "MSO/r1")
    assert "may no more be passed on" in said(run("labels", "ungrant", grant["grant"], "--as", "chief"))
    assert "taken back" in said(run("labels", "grants", "--as", "chief"))


def test_a_file_under_a_wider_label_needs_somebody_who_agrees(run: Run, tmp_path: Path) -> None:
    """Without, the report keeps its label and the file says so; an account that may not release cannot agree."""
    path = str(tmp_path / "r.csv")
    assert "1 of them are held under a stricter label" in said(run("ingest", path, "--tlp", "CLEAR"))
    assert "may not release" in refused(run("ingest", path, "--tlp", "CLEAR", "--approved-by", "analyst"))
    assert "1 new reports" in said(run("ingest", path, "--tlp", "CLEAR", "--approved-by", "chief"))
