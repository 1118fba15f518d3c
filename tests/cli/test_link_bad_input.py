"""`vigie link` of files that are empty, wrong, damaged or not there: the answer, or one sentence and an exit code; and no half output."""

from __future__ import annotations

import csv
import gzip
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vigie.cli.app import main
from vigie.node.settings import init_node

Run = Callable[..., tuple[int, str]]
HEADER = "report_id,agency,begin,lon,lat,field,kind"
ROWS = ("n-1,north,2020-03-01,20.00,42.00,conflict,unrest.riot", "s-1,south,2020-03-01,20.01,42.00,conflict,unrest.riot")
UNNAMED = "agency,begin,lon,lat,field,kind\n{},2020-03-01,20.00,42.00,conflict,unrest.riot\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101004800480000ffdb0043") + bytes(range(256)) * 8
BAD_REPORT, BAD_SETTING = 4, 3


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `vigie link` in the test's folder; gives the exit code and what it says to a person."""
    monkeypatch.chdir(tmp_path)

    def act(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["vigie", "link", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        shown = capsys.readouterr()
        return int(stopped.value.code or 0), shown.out + shown.err

    return act


def table(path: Path, *rows: str, header: str = HEADER) -> Path:
    """A table of reports in a file."""
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def links(path: Path) -> dict[str, str]:
    """Report to event, as written."""
    return {row["report_id"]: row["event_id"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}


def packed(count: int = 3000) -> bytes:
    """A packed table of so many reports."""
    rows = (f"r{number},a{number % 7},2020-01-{number % 28 + 1:02d},{number % 50},{number % 40},conflict,unrest.riot" for number in range(count))
    return gzip.compress("\n".join([HEADER, *rows, ""]).encode(), mtime=0)


PACKED = packed()
WRONG = {
    "empty": (b"", "The table has no header line"),
    "a picture": (JPEG, "The header line cannot be split into cells"),
    "cut off": (PACKED[: len(PACKED) // 2], r"The packed file is cut off or damaged (reports.csv)"),
    "without its last bytes": (PACKED[:-4], "The packed file is cut off or damaged"),
    "damaged": (PACKED[:40] + bytes(60) + PACKED[100:], "The packed file is cut off or damaged"),
    "a column missing": (b"report_id,agency,lon,lat,field\nr1,a,20,42,conflict\n", "The table lacks a column that every row needs (reports.csv), field begin"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_a_wrong_file_is_refused_in_one_sentence(run: Run, name: str, tmp_path: Path) -> None:
    """The sender must act, nothing is written, and what was there stays."""
    content, sentence = WRONG[name]
    (tmp_path / "reports.csv").write_bytes(content)
    (tmp_path / "links.csv").write_text("as before", encoding="utf-8")
    code, said = run("reports.csv", "--out", "links.csv")
    assert code == BAD_REPORT
    assert sentence in said
    assert "Traceback" not in said
    assert (tmp_path / "links.csv").read_text(encoding="utf-8") == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv", "reports.csv"]


def test_a_header_alone_is_no_reports_and_no_fault(run: Run, tmp_path: Path) -> None:
    """Nothing in, nothing out."""
    code, said = run(table(tmp_path / "reports.csv"), "--out", "links.csv")
    assert (code, said.split(";")[0]) == (0, "0 reports are 0 events")
    assert (tmp_path / "links.csv").read_text(encoding="utf-8") == "report_id,event_id,probability\n"


def test_one_report_is_one_event(run: Run, tmp_path: Path) -> None:
    """And it is certain."""
    assert run(table(tmp_path / "reports.csv", ROWS[0]), "--out", "links.csv")[0] == 0
    assert (tmp_path / "links.csv").read_text(encoding="utf-8").rstrip().endswith(",1.0000")


def test_rows_that_cannot_be_are_rejected_line_by_line(run: Run, tmp_path: Path) -> None:
    """No place on Earth, an end before its begin, a year that no calendar here knows; the others are linked."""
    wrong = (
        "x-1,north,2020-03-01,20.00,95.00,conflict,unrest.riot,",
        "x-2,north,2020-03-02,20.00,42.00,conflict,unrest.riot,2020-02-01",
        "x-3,north,-0900-03-02,20.00,42.00,conflict,unrest.riot,",
        "x-4,north,2020-03-01,inf,42.00,conflict,unrest.riot,",
    )
    rows = (*(f"{row}," for row in ROWS), "e-1,east,2020-03-01,,,conflict,unrest.riot,", *wrong)
    code, said = run(table(tmp_path / "reports.csv", *rows, header=f"{HEADER},end"), "--out", "links.csv")
    assert code == 0
    assert "3 reports are 2 events" in said
    assert [f"(line {line})" in said for line in range(2, 9)] == [False] * 3 + [True] * 4
    found = links(tmp_path / "links.csv")
    assert found["n-1"] == found["s-1"] != found["e-1"]


def test_a_row_of_an_unknown_field_is_rejected_and_the_others_are_linked(run: Run, tmp_path: Path) -> None:
    """By its file and its id, or its line where it has none; a field named for all reports is checked at once."""
    code, said = run(table(tmp_path / "reports.csv", *ROWS, "x-1,north,2020-03-01,20.00,42.00,rubbish,unrest.riot"), "--out", "links.csv")
    assert (code, "2 reports are 1 event;" in said, "1 rejects" in said) == (0, True, True)
    assert "There is no such field (reports.csv, report x-1), field field: got 'rubbish', expected" in said
    assert list(links(tmp_path / "links.csv")) == ["n-1", "s-1"]
    (tmp_path / "north.csv").write_text(UNNAMED.format("north").replace("conflict", "rubbish"), encoding="utf-8")
    assert "(north.csv, line 2)" in run("north.csv", "--out", "links.csv")[1]
    assert "(north.csv line 2)" in run("north.csv", "reports.csv", "--out", "links.csv")[1]
    code, said = run("reports.csv", "--field", "rubbish", "--out", "links.csv")
    assert (code, "There is no such field: got 'rubbish'" in said) == (BAD_SETTING, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reports.csv", "--explain-model", "--out", "links.csv"), "does not go with --explain-model, which writes no links, field --out"),
        (("reports.csv", "--explain-model", "--compatible", "meltt"), "does not go with --compatible, which learns nothing, field --explain-model"),
        (("reports.csv", "--node", "here"), "for a node, and files are linked without one, field --node"),
        (("reports.csv", "--for", "PUBLIC"), "for a node, and files are linked without one, field --for"),
        (("reports.csv", "--exercise"), "for a node, and files are linked without one, field --exercise"),
        (("--field", "rubbish"), "for files, and none is given, field --field"),
        (("--preset", "rubbish"), "for files, and none is given, field --preset"),
        (("--mapping", "rubbish.toml"), "for files, and none is given, field --mapping"),
    ],
)
def test_an_option_that_would_have_no_effect_is_refused(run: Run, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    """In one sentence that names it; nothing is written."""
    table(tmp_path / "reports.csv", *ROWS)
    code, said = run(*words)
    assert (code, sentence in said) == (BAD_SETTING, True)
    assert not (tmp_path / "links.csv").exists()


@pytest.mark.parametrize("words", [(), ("--explain-model",)])
def test_an_unknown_party_is_refused(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    """And not shown an empty world."""
    init_node(tmp_path / "node", "ME-NODE").store.close()
    code, said = run("--node", tmp_path / "node", "--exercise", "--for", "BOB", *words)
    assert (code, "There is no such party, field --for: got 'BOB', expected PUBLIC, ME-NODE" in said) == (BAD_SETTING, True)


def test_few_reports_are_said_to_be_too_few_to_learn_from(run: Run, tmp_path: Path) -> None:
    """With how many there are and how many are needed."""
    assert "Nothing was learned: only 2 reports; 2,000 are needed." in run(table(tmp_path / "reports.csv", *ROWS), "--explain-model")[1]


def test_the_same_file_twice_is_refused(run: Run, tmp_path: Path) -> None:
    """A report id stands for one row."""
    table(tmp_path / "reports.csv", *ROWS)
    code, said = run("reports.csv", "reports.csv", "--out", "links.csv")
    assert (code, said) == (BAD_REPORT, "A report id stands twice: got 'n-1', expected one row a report; give each report an id of its own.\n")
    assert not (tmp_path / "links.csv").exists()


def test_reports_without_ids_in_several_files_are_named_by_file_and_line(run: Run, tmp_path: Path) -> None:
    """Each file has a line 2. The same words of the same agency in two files are one testimony, said once."""
    for name, agency in (("north", "north"), ("south", "south"), ("again", "north")):
        (tmp_path / f"{name}.csv").write_text(UNNAMED.format(agency), encoding="utf-8")
    assert run("north.csv", "south.csv", "again.csv", "--out", "three.csv")[0] == 0
    assert run("north.csv", "south.csv", "--out", "two.csv")[0] == 0
    three, two = links(tmp_path / "three.csv"), links(tmp_path / "two.csv")
    assert list(three) == ["north.csv line 2", "south.csv line 2", "again.csv line 2"]
    assert set(three.values()) == set(two.values())
    assert len(set(two.values())) == 1


@pytest.mark.parametrize(("name", "sentence"), [("absent.csv", "There are no reports here (absent.csv)"), ("folder", "There are no reports here (folder)")])
def test_what_is_not_there_is_named(run: Run, tmp_path: Path, name: str, sentence: str) -> None:
    """A name without a file, and a folder without reports, alone or beside a good file."""
    (tmp_path / "folder").mkdir()
    table(tmp_path / "reports.csv", *ROWS)
    for words in ((name,), ("reports.csv", name)):
        code, said = run(*words, "--out", "links.csv")
        assert (code, said.startswith(sentence)) == (BAD_SETTING, True)
    assert not (tmp_path / "links.csv").exists()


def test_a_folder_of_reports_is_read(run: Run, tmp_path: Path) -> None:
    """Its tables are those named reports-AGENCY.csv."""
    (tmp_path / "folder").mkdir()
    for row in ROWS:
        table(tmp_path / "folder" / f"reports-{row[0]}.csv", row)
    assert run("folder", "--out", "links.csv")[0] == 0
    assert list(links(tmp_path / "links.csv")) == ["n-1", "s-1"]


@pytest.mark.parametrize("out", ["absent/links.csv", "folder", "reports.csv/links.csv"])
def test_an_output_that_cannot_be_written_is_one_sentence(run: Run, tmp_path: Path, out: str) -> None:
    """No such folder, a folder in its place, a file in the place of the folder."""
    (tmp_path / "folder").mkdir()
    table(tmp_path / "reports.csv", *ROWS)
    code, said = run("reports.csv", "--out", out)
    assert code == BAD_SETTING
    assert "cannot be used" in said or "cannot be written" in said
    assert "Traceback" not in said


def test_an_output_that_exists_is_replaced_whole(run: Run, tmp_path: Path) -> None:
    """Even where the old one was longer."""
    table(tmp_path / "reports.csv", *ROWS)
    (tmp_path / "links.csv").write_text("x" * 10_000, encoding="utf-8")
    assert run("reports.csv", "--out", "links.csv")[0] == 0
    assert list(links(tmp_path / "links.csv")) == ["n-1", "s-1"]


KILLED = """
import os, signal, sys
from pathlib import Path
from vigie.node.flow import write_lines
def lines():
    for number in range(100_000):
        yield f"r{number},ev,1.0000\\n"
    os.kill(os.getpid(), signal.SIGKILL)
write_lines(Path(sys.argv[1]), lines())
"""


@pytest.mark.parametrize("before", ["", "as before"])
def test_a_run_that_is_killed_leaves_no_half_output(tmp_path: Path, before: str) -> None:
    """What was there stays; what was not is not."""
    out = tmp_path / "links.csv"
    if before:
        out.write_text(before, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", KILLED, str(out)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (out.read_text(encoding="utf-8") if out.exists() else "") == before
