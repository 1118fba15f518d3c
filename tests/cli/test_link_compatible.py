"""`vigie link` of files as another program links, and with taxonomies: what is written, and one sentence for each bad input."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from vigie.cli import links
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.node.linkfiles import spread

Run = Callable[..., str]
MELTT = ("--field", "conflict", "--preset", "meltt", "--compatible", "meltt")
HEADER = "report_id,agency,date,enddate,longitude,latitude,what_tax,who_tax,fatalities"
REPORTS = (
    "n-1,north,2020-03-01,2020-03-01,20.00,42.00,raid,gunmen,3",
    "s-1,south,2020-03-02,2020-03-02,20.01,42.00,7.0,mob,40",
    "e-1,east,2020-03-01,2020-03-01,20.00,42.00,ambush,band,",
    "e-2,east,2020-03-01,2020-03-04,20.00,42.00,ambush,band,9",
    "s-2,south,2020-03-01,2020-03-01,20.00,42.00,,mob,1",
)
TAXONOMIES = """taxonomy,agency,category,level_1,level_2,level_3
what_tax,north,raid,armed clash,fighting,violent
what_tax,south,7,bombing,attack,violent
what_tax,east,ambush,armed clash,fighting,violent
who_tax,north,gunmen,armed group,,
who_tax,south,mob,armed group,,
who_tax,east,band,armed group,,
other_tax,east,band,nobody,,
"""


@pytest.fixture
def run() -> Run:
    """Runs `vigie link`; gives what it prints, and raises what it raises."""
    app = typer.Typer()
    links.register(app)

    def act(*words: object) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        if isinstance(done.exception, VigieError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return act


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A table of three agencies that no preset names, with its taxonomies beside it."""
    (tmp_path / "spring_taxonomies.csv").write_text(TAXONOMIES, encoding="utf-8")
    return table(tmp_path / "spring_reports.csv", *REPORTS)


def table(path: Path, *rows: str) -> Path:
    """A table of reports in a file."""
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def events(path: Path) -> dict[str, str]:
    """Report to event, as written."""
    return {row["report_id"]: row["event_id"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}


def facts(text: str) -> Any:
    """What was printed as JSON."""
    return json.loads(text)


def test_reports_of_any_agencies_are_linked_by_their_taxonomies(run: Run, reports: Path, tmp_path: Path) -> None:
    """The taxonomies beside the table are found; a code written as a decimal is the whole number; a report without a category stays alone."""
    out, parts = tmp_path / "links.csv", tmp_path / "parts.csv"
    said = run(reports, *MELTT, "--out", out, "--parts", parts)
    found = events(out)
    assert found["n-1"] == found["s-1"] == found["e-1"]
    assert len(set(found.values())) == 3
    assert "0 unstable pairs" in said
    assert "no category in what_tax, and so stay alone: 1." in said
    assert out.read_text(encoding="utf-8").splitlines()[:2] == ["report_id,event_id,probability", f"n-1,{found['n-1']},0.7500"]
    assert parts.read_text(encoding="utf-8") == "report_id,episode_report_id\nn-1,e-2\ns-1,e-2\n"


def test_windows_and_deaths(run: Run, reports: Path, tmp_path: Path) -> None:
    """A window of no day parts the first two; deaths change nothing."""
    out, bare = tmp_path / "links.csv", tmp_path / "bare.csv"
    run(reports, *MELTT, "--window-days", 0, "--window-km", 0.5, "--out", out)
    assert events(out)["n-1"] == events(out)["e-1"] != events(out)["s-1"]
    without = table(tmp_path / "bare_reports.csv", *(row.rpartition(",")[0] + "," for row in REPORTS))
    run(without, *MELTT, "--taxonomies", tmp_path / "spring_taxonomies.csv", "--out", bare)
    run(reports, *MELTT, "--out", out)
    assert events(bare) == events(out)


@pytest.mark.parametrize("rows", [(), REPORTS[:1]])
def test_a_table_with_nothing_to_link_is_no_fault(run: Run, reports: Path, rows: tuple[str, ...]) -> None:
    """No report, or one agency's: each report is an event, and a note says why."""
    counted = facts(run(table(reports, *rows), *MELTT, "--json"))
    assert counted["events"] == counted["reports"] == len(rows)
    assert [note for note in counted["notes"] if "one agency" in note] == counted["notes"]
    assert len(counted["notes"]) == len(rows)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r"The taxonomies file is empty \(bad.csv\)"),
        ("taxonomy,agency,category,level_1\n", "holds no category"),
        ("taxonomy,agency,word,level_1\na,b,c,d\n", "has wrong columns.*got 'taxonomy, agency, word, level_1'"),
        ("taxonomy,agency,category,level_2\na,b,c,d\n", "has wrong columns"),
        ("taxonomy,agency,category,level_1\nwhat_tax,north,raid,\n", "A taxonomy has no level.*what_tax"),
        ("taxonomy,agency,category,level_1\nelse_tax,north,raid,x\n", "No column of the reports bears the name of a taxonomy, field else_tax"),
        ("taxonomy,agency,category,level_1\nwhat_tax,north,raid,x\n", r"lacks 2 of the reports' categories \(east: ambush; south: 7.0\), field what_tax"),
    ],
)
def test_bad_taxonomies_are_refused_in_one_sentence(run: Run, reports: Path, tmp_path: Path, content: str, sentence: str) -> None:
    """The sentence says what is wrong with the file."""
    (tmp_path / "bad.csv").write_text(content, encoding="utf-8")
    with pytest.raises(BadReport, match=sentence):
        run(reports, *MELTT, "--taxonomies", tmp_path / "bad.csv")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--compatible", "other"), "cannot link as this program does.*got 'other', expected meltt"),
        (("--compatible", "meltt", "--window-km", "-1"), "The window cannot be used, field --window-km: got '-1.0'"),
        (("--compatible", "meltt", "--window-days", "nan"), "The window cannot be used, field --window-days"),
        (("--compatible", "meltt", "--taxonomies", "absent.csv"), r"There is no taxonomies file \(absent.csv\)"),
        (("--compatible", "meltt", "--ignore", "size"), "does not go with --compatible"),
        (("--window-km", "3"), "goes with --compatible only, field --window-km"),
        (("--parts", "p.csv"), "goes with --compatible only, field --parts"),
        (("--ignore", "place"), "That evidence cannot be left out, field --ignore: got 'place', expected size"),
        (("--taxonomies", "absent.csv"), r"There is no taxonomies file \(absent.csv\)"),
    ],
)
def test_options_that_cannot_be_used_are_refused_in_one_sentence(run: Run, reports: Path, words: tuple[str, ...], sentence: str) -> None:
    """The sentence names the option."""
    with pytest.raises(BadSetting, match=sentence):
        run(reports, "--field", "conflict", "--preset", "meltt", *words)


def test_options_of_files_need_files(run: Run) -> None:
    """A node is linked by its own rules."""
    with pytest.raises(BadSetting, match="This option is for files, and none is given, field --compatible"):
        run("--compatible", "meltt")


def test_taxonomies_that_cannot_be_found_are_asked_for(run: Run, reports: Path) -> None:
    """A table of another name says nothing of where they are; without a table beside it the expected place is named."""
    with pytest.raises(BadSetting, match="The taxonomies of these reports are not named"):
        run(reports.rename(reports.with_name("spring.csv")), *MELTT)
    with pytest.raises(BadSetting, match=r"autumn_taxonomies\.csv"):
        run(table(reports.with_name("autumn_reports.csv"), *REPORTS), *MELTT)


def test_a_table_without_dates_and_one_with_an_id_twice_are_refused(run: Run, reports: Path) -> None:
    """One sentence each."""
    with pytest.raises(BadReport, match="A report id stands twice: got 'n-1'"):
        run(table(reports, REPORTS[0], REPORTS[0]), *MELTT)
    reports.write_text("report_id,agency\nn-1,north\n", encoding="utf-8")
    with pytest.raises(BadReport, match="The table lacks a column that every row needs"):
        run(reports, *MELTT)


def test_the_first_taxonomy_gives_the_kinds_where_chances_link(run: Run, reports: Path, tmp_path: Path) -> None:
    """Agencies and categories that the preset does not know are read, and sizes can be left out."""
    out = tmp_path / "links.csv"
    words = ("--field", "conflict", "--preset", "meltt", "--taxonomies", tmp_path / "spring_taxonomies.csv", "--ignore", "size", "--out", out)
    assert "0 rejects" in run(reports, *words)
    assert len(events(out)) == len(REPORTS)
    assert spread((-3.0, 1.0), 4) == (-3.0, -2.0, -1.0, 0.0, 1.0)


def test_the_accounts_of_nigeria_are_linked_as_the_manual_says(run: Run, data: Path, tmp_path: Path) -> None:
    """688 events within two per cent by the paper's windows, 649 within 50 km."""
    for km, wanted in ((3, 688), (50, 649)):
        out = tmp_path / f"{km}.csv"
        run(data / "meltt" / "nigeria_2011_reports.csv.gz", *MELTT, "--window-km", km, "--out", out)
        assert abs(len(set(events(out).values())) - wanted) <= 0.02 * wanted
