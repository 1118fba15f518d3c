"""The tour: one node from nothing to erased, as a person types it; every fault is one sentence and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vigie.cli import main

HEADER = "report_id,agency,field,kind,begin,lon,lat,magnitude,scale,radius_km,sigma_s,victim_name"
ROWS = (
    "a1,MSO,seismic,seismic.earthquake,2026-01-05T10:00:00Z,19.10,42.00,4.5,Mw,5,1,",
    "b1,RSO,seismic,seismic.earthquake,2026-01-05T10:00:01Z,19.12,42.01,4.6,Mw,5,1,Marko Marković",
    "b2,RSO,seismic,seismic.earthquake,never,19.12,42.01,4.6,Mw,5,1,",
)


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the program in an empty folder as it is run from a shell, and holds its exit code against the one that is wanted."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_NODE", raising=False)

    def call(*words: str, code: int = 0) -> Done:
        monkeypatch.setattr(sys, "argv", ["vigie", *words])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capfd.readouterr()
        assert (stopped.value.code or 0) == code, (words, said)
        return Done(said.out, said.err)

    return call


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Path:
    """A folder with a node of ME-NODE that has taken in a table."""
    (tmp_path / "reports.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    run("init", "--party", "ME-NODE")
    run("ingest", "reports.csv", "--tlp", "GREEN")
    return tmp_path


def test_a_node_from_nothing_to_erased(run: Run, filled: Path) -> None:
    """init, ingest, rejects, link, events, picture, export, check, doctor, erase."""
    assert "taken in before; nothing changed" in run("ingest", "reports.csv", "--tlp", "GREEN").stdout
    assert "line 4" in run("rejects").stdout
    assert [item["got"] for item in json.loads(run("rejects", "--json").stdout)] == ["never"]
    assert "2 reports of 2 agencies are 1 event" in run("link").stdout
    events = json.loads(run("events", "--json").stdout)
    assert [(event["agencies"], event["country"]) for event in events] == [["MSO", "RSO"], "ME"] or [
        (event["agencies"], event["country"]) for event in events
    ] == [(["MSO", "RSO"], "ME")]
    assert json.loads(run("picture", "--json").stdout)["seen_by"]["2"] == 1
    assert json.loads(run("picture", "--json", "--for", "PUBLIC").stdout)["events"] == 0
    run("export", "public.geojson")
    assert json.loads((filled / "public.geojson").read_text())["features"] == []
    assert "Every record is what was written" in run("check").stdout
    assert "NOT WELL" not in run("doctor").stdout
    run("erase", "RSO/b1", "--reason", "asked for", "--yes")
    assert json.loads(run("events", "--json").stdout)[0]["agencies"] == ["MSO"]
    assert not [path for path in (filled / "node").rglob("*") if path.is_file() and b"Marko" in path.read_bytes()]


def test_a_node_needs_no_name_to_begin_with(run: Run) -> None:
    """Without --party it is LOCAL's, and says so."""
    assert "The node of LOCAL is ready" in run("init").stdout


def test_amber_is_what_nobody_said_and_the_program_says_so(run: Run, tmp_path: Path) -> None:
    """Without --tlp, what is taken in is readable by the owner alone."""
    (tmp_path / "reports.csv").write_text("\n".join([HEADER, ROWS[0]]) + "\n")
    run("init", "--party", "ME-NODE")
    assert "readable by you only" in run("ingest", "reports.csv").stdout
    assert json.loads(run("picture", "--json", "--for", "OTHER").stdout)["events"] == 0


def test_a_label_from_a_file_holds(run: Run, tmp_path: Path) -> None:
    """Released to one party; a wrong label is one sentence."""
    (tmp_path / "reports.csv").write_text("\n".join([HEADER, ROWS[0]]) + "\n")
    (tmp_path / "label.json").write_text('{"tlp": "AMBER", "rel_to": ["ME-CERT"]}')
    (tmp_path / "wrong.json").write_text('{"tlp": "AMBER", "rel_to": "ME-CERT"}')
    run("init", "--party", "ME-NODE")
    assert "list of names" in run("ingest", "reports.csv", "--label", "wrong.json", code=3).stderr
    run("ingest", "reports.csv", "--label", "label.json")
    assert [json.loads(run("picture", "--json", "--for", party).stdout)["events"] for party in ("ME-CERT", "RS-CERT")] == [1, 0]


def test_explaining_writes_nothing(run: Run, tmp_path: Path) -> None:
    """It needs no node, leaves nothing behind, shows what would be blanked, and no value of it."""
    (tmp_path / "reports.csv").write_text("\n".join([HEADER, *ROWS]) + "\n")
    said = run("ingest", "--explain", "reports.csv").stdout
    assert "blanked" in said
    assert "Marko" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["reports.csv"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("events",), 3, "There is no node here"),
        (("init", "--party", ""), 3, "party"),
        (("ingest", "nothing.csv", "--node", "node"), 3, "There is no node here"),
        (("link", "nothing.csv"), 3, "no reports here"),
        (("link", "--preset", "nonsense", "x.csv"), 3, "no such preset"),
        (("exercise", "make", "--reports", "5", "--out", "x"), 2, "100"),
        (("exercise", "score", "nowhere", "links.csv"), 3, ""),
        (("serve", "--port", "0"), 2, "port"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_a_wrong_command_is_one_sentence_and_its_exit_code(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    """Without a node, with wrong options, with files that are not there."""
    done = run(*words, code=code)
    assert said in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ingest", "reports.csv", "--tlp", "PURPLE"), 3, "no such TLP level"),
        (("ingest", "reports.csv", "--reader", "nonsense"), 1, "no such reader"),
        (("events", "--field", "nope"), 3, "no such field"),
        (("picture", "--country", "Serbia"), 3, "no such country"),
        (("export", "/nowhere/x.csv"), 3, "No such file or directory"),
        (("init", "--party", "ME-NODE", "--store", "sqlite:///other.db"), 3, "another store"),
        (("events", "--since", "yesterday"), 3, "The time cannot be understood"),
        (("events", "--bbox", "1,2,3"), 3, "The box cannot be understood"),
        (("picture", "--period", "hour"), 3, "no such period"),
        (("picture", "--resolution", "12"), 3, "no such resolution"),
        (("export", "events.pdf"), 3, "no such format"),
        (("export", "events.csv", "--for", "ME-NODE"), 0, ""),
        (("sources", "run", "nonsense"), 3, "no such source"),
        (("sources", "add", "own"), 3, ""),
        (("init", "--party", "OTHER"), 3, "another party"),
        (("erase", "nothing", "--reason", "x", "--yes"), 1, ""),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_its_exit_code(run: Run, filled: Path, words: tuple[str, ...], code: int, said: str) -> None:
    """With a node that is well."""
    assert filled.exists()
    done = run(*words, code=code)
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
