"""The tour of `make watch`, played in a real browser without pauses: what stands in the node, on the public page and in the brief when it is over."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from conftest import ROOT
from vigie.activities.coverage import Row
from vigie.activities.record import Known, day_of, known
from vigie.model.atlas import Atlas
from vigie.model.entry import Log
from vigie.model.label import PUBLIC
from vigie.model.reading import Reading
from vigie.model.said import read_body, said_in
from vigie.model.times import DAY_US, from_date
from vigie.model.warning import Answer
from vigie.node.clock import now_us
from vigie.node.desk import log_of
from vigie.node.kept import kept_world
from vigie.node.outlook import make_outlook
from vigie.node.pages_in import read_one
from vigie.node.schedule import is_watched
from vigie.node.settings import Node, open_node
from vigie.node.stocktaking import Reader, coverage_of
from vigie.store import list_notes
from vigie.warn.chain import Chain, as_of, chains, drafts
from vigie.web.app import make_app

TOUR = ROOT / "tools" / "watch-tour"
STRUCK, CALM = "ME-14", "ME-16"
"""Pljevlja, where the made-up burst is, and Podgorica, where people demonstrate in peace."""


@dataclass(frozen=True)
class Played:
    """A tour that was played: where, what it said, and its node."""

    folder: Path
    said: str
    node: Node

    @property
    def chain(self) -> Chain:
        """The one warning that there is."""
        (chain,) = chains(self.log("VIGIE-DEMO"))
        return chain

    @property
    def project(self) -> Known:
        """The desk's project, as the desk knows it."""
        (project,) = (each for each in known(self.log("VIGIE-DEMO")) if each.owner == "VIGIE-DEMO")
        return project

    def log(self, party: str, *, exercise: bool = True) -> Any:
        """What a party may read now."""
        return log_of(self.node, party, now_us(), exercise=exercise)


def part(name: str) -> Any:
    """A module of the tour."""
    if str(TOUR.parent) not in sys.path:
        sys.path.append(str(TOUR.parent))
    return importlib.import_module(f"watch_tour.{name}")


def tour(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs the tour as it is typed."""
    return subprocess.run([sys.executable, str(TOUR), *words], capture_output=True, text=True, check=False, timeout=900)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A tour that was played to its end."""
    if shutil.which("chromium") is None:
        pytest.skip("there is no chromium on the PATH (Debian: chromium)")
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    folder = tmp_path_factory.mktemp("tour") / "watch"
    done = tour("--fast", "--headless", "--folder", str(folder))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-2_000:]
    node = open_node(folder / "node")
    yield Played(folder, done.stdout, node)
    node.store.close()


@pytest.mark.long
def test_the_story_shows_every_step_with_its_picture(played: Played) -> None:
    """As many steps as pictures, an exercise on its face, no script; nothing runs on, and the passwords stand nowhere."""
    story = (played.folder / "story.html").read_text(encoding="utf-8")
    pictures = sorted(path.name for path in (played.folder / "pictures").iterdir())
    assert re.findall(r'src="pictures/([^"]+)"', story) == pictures == [f"{number:02d}.png" for number in range(1, len(part("scenes").SCENES) + 2)]
    assert "EXERCISE EXERCISE EXERCISE" in story
    assert "<script" not in story
    assert not is_watched(played.node)
    assert not (played.folder / "accounts.txt").exists()
    assert "The story: file://" in played.said


@pytest.mark.long
def test_blockades_and_riots_raise_signals_and_the_larger_peaceful_crowd_none(played: Played, atlas: Atlas) -> None:
    """Two signals where the burst is, none where people demonstrated, and no demonstration among what was counted."""
    at_us = now_us()
    world = kept_world(played.node, played.node.audience("VIGIE-DEMO", at_us), atlas, exercise=True)
    outlook = make_outlook(played.node, atlas, world, played.log("VIGIE-DEMO"))
    found = {(signal.rule, signal.area) for signal in outlook.signals}
    assert {("conflict.obstruction", STRUCK), ("conflict.violent_protest", STRUCK)} <= found
    assert CALM not in {area for _, area in found}
    counted = {name for signal in outlook.signals for name in signal.events}
    kinds = {kind for name, kind in zip(world.events.id, world.events.kind, strict=True) if name in counted}
    assert kinds == {"unrest.obstruct", "unrest.riot"}


@pytest.mark.long
def test_a_second_person_released_what_the_analyst_wrote(played: Played) -> None:
    """The warning is live, open to all, in two languages of which one is not yet read by a speaker, and says its rule and its replay."""
    chain, log = played.chain, played.log("VIGIE-DEMO")
    (proposal,) = drafts(log)
    content = chain.head.content
    assert (chain.status, chain.owner, chain.head.entry.label.tlp) == ("live", "VIGIE-DEMO", "CLEAR")
    assert (set(proposal.authors), set(proposal.approvers), chain.head.entry.by) == ({"desk-analyst"}, {"desk-chief"}, "desk-chief")
    assert [(text.language, text.reviewed) for text in content.texts] == [("en", True), ("fr", False)]
    assert (content.rule, content.areas, content.stage) == ("conflict.obstruction", (STRUCK,), "alert")
    assert content.signal
    assert content.replay.startswith("Would have fired")
    assert content.evidence


@pytest.mark.long
def test_one_partner_accepts_another_contests_with_a_reason_and_something_is_done(played: Played) -> None:
    """Each party's answers in its own words; the partner's activity names the warning that it answers."""
    log, words = played.log("VIGIE-DEMO"), part("words")
    answers = [(entry.owner, read_body(Answer, entry.body)) for entry in log.of("answer")]
    assert [(owner, said.word) for owner, said in answers] == [("ME-CRISIS", "accepted"), ("RS-CRISIS", "contested"), ("ME-CRISIS", "action")]
    assert answers[1][1].text == words.COUNTER
    (activity,) = [each.activity for each in known(log) if each.owner == "ME-CRISIS"]
    assert (activity.answers, activity.status, dict(activity.titles)) == ((played.chain.warning,), "running", {"en": words.ACTIVITY["title_1"]})


@pytest.mark.long
def test_the_public_reads_the_warning_and_the_deed_and_not_what_the_partners_said(played: Played, atlas: Atlas) -> None:
    """Page, feed and message, in the exercise alone: neither the counter-argument nor the posts' names stand in any of them."""
    words, client = part("words"), TestClient(make_app(played.node, atlas, now_us))
    name = played.chain.warning
    page, french = (client.get(f"/warnings/{name}?exercise=true{more}").text for more in ("", "&language=fr"))
    feed, message = (client.get(f"{path}?exercise=true").text for path in ("/warnings.atom", f"/warnings/{name}/cap.xml"))
    brief = client.get("/brief?country=ME&exercise=true").text
    headline, activity = words.ENGLISH["headline"], words.ACTIVITY["title_1"]
    assert all(headline in text for text in (page, feed, message, brief))
    assert all(activity in text for text in (page, brief))
    assert words.FRENCH["headline"].partition("'")[0] in french
    assert "<status>Exercise</status>" in message
    hidden = (words.COUNTER, "desk-analyst", "desk-chief", "me-duty", "rs-duty")
    assert [(secret, text[:80]) for secret in hidden for text in (page, french, feed, message, brief) if secret in text] == []
    assert all(headline not in client.get(path).text for path in ("/warnings", "/warnings.atom", "/plain"))
    assert client.get(f"/warnings/{name}").status_code == 404


@pytest.mark.long
def test_a_page_became_one_meeting_on_the_map_and_the_person_whom_it_names_stands_nowhere(played: Played, atlas: Atlas) -> None:
    """One accepted reading; for everybody one meeting in the struck town on the days that the page tells; the name in no file of the node and the story."""
    press, log = part("press"), played.log("VIGIE-DEMO")
    (accepted,) = [reading for _, reading in said_in(log, "reading", Reading) if reading.state == "accepted"]
    world = kept_world(played.node, played.node.audience(PUBLIC, now_us()), atlas, exercise=True)
    (number,) = [number for number, field in enumerate(world.events.field) if field == "cooperation"]
    begin, end = (from_date(day) for day in press.meeting_days(datetime.fromtimestamp(log.of("reading")[0].said_us / 1e6, UTC).date()))
    assert accepted.report
    assert (world.events.kind[number], world.unit[number]) == ("coop.consult", STRUCK)
    assert begin <= world.events.begin_us[number] < begin + DAY_US
    assert end <= world.events.end_us[number] <= end + DAY_US
    surname = press.PERSON[-1]
    hidden = [surname.encode(), surname.encode("ascii", "backslashreplace"), surname.encode("utf-16-le")]
    assert [path.name for path in played.folder.rglob("*") if path.is_file() and any(name in path.read_bytes() for name in hidden)] == []


@pytest.mark.long
def test_silence_is_agreement_at_exactly_its_deadline(played: Played) -> None:
    """One round, asked of both partners, broken by nobody, ended when its deadline passed; then the work started. A job of the watch told it, once."""
    course = played.project.course
    (asked,) = course.rounds
    assert (asked.outcome, asked.outcome_us, asked.breaks) == ("agreed", asked.deadline_us, ())
    assert (asked.parties, asked.zone) == (("ME-CRISIS", "RS-CRISIS"), "Europe/Podgorica")
    assert [line.act for line in course.lines if not line.is_without_effect] == ["submit", "screen", "list", "silence", "end", "start"]
    (note,) = list_notes(played.node.store, "silences").values()
    assert (note["activity"], note["outcome"], note["exercise"]) == (played.project.ref, "agreed", True)


@pytest.mark.long
def test_the_gap_of_the_struck_town_is_covered_once_the_project_runs(played: Played, atlas: Atlas) -> None:
    """A high risk before and after; a gap before the project was written, planned only while it was under silence, covered by it after."""
    log, project = played.log("VIGIE-DEMO"), played.project
    (asked,) = project.course.rounds
    rows = [struck(played, as_of(log, at_us), atlas) for at_us in (project.first_us - 1, asked.deadline_us - 1, log.now_us)]
    assert [(row.risk.level, row.verdict) for row in rows] == [("high", "gap"), ("high", "planned only"), ("high", "covered")]
    assert project.ref in {doing.known.ref for doing in rows[-1].running}


def struck(played: Played, log: Log, atlas: Atlas) -> Row:
    """The conflict risk of the struck town and what answers it, as the desk knew at the log's now."""
    world = kept_world(played.node, played.node.audience("VIGIE-DEMO", log.now_us), atlas, exercise=True)
    found = coverage_of(Reader(make_outlook(played.node, atlas, world, log), log, atlas), day_of(log.now_us))
    (row,) = [row for row in found.rows if row.key == (STRUCK, "conflict")]
    return row


@pytest.mark.long
def test_the_public_page_shows_what_was_released_and_nothing_else(played: Played, atlas: Atlas) -> None:
    """Warning, project and mediation in the exercise, the meeting on its map; what was said among partners, posts and other rules in neither world."""
    words, press, client = part("words"), part("press"), TestClient(make_app(played.node, atlas, now_us))
    page, real = (client.get(f"/public{world}").text for world in ("?exercise=true", ""))
    shown = [words.ENGLISH["headline"], words.PROJECT["title_1"], words.ACTIVITY["title_1"]]
    assert [text for text in shown if text not in page] == []
    hidden = [words.COUNTER, *part("stage").POSTS, words.NUMBERS["confidence_why"], "conflict.violent_protest", press.PERSON[-1]]
    assert [text for text in hidden if text in page] == []
    assert [text for text in [*shown, *hidden] if text in real] == []
    assert "Meeting or consultation" in client.get("/?field=cooperation&country=ME&exercise=true").text
    assert "Meeting or consultation" not in client.get("/?field=cooperation&country=ME").text.partition("<table")[2]


@pytest.mark.long
def test_the_brief_is_one_page_of_pdf(played: Played) -> None:
    """Written by the command line for the public."""
    pdf = (played.folder / "brief.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1


def test_a_folder_that_no_tour_has_made_is_left_alone(tmp_path: Path) -> None:
    """One sentence, exit code 1, and the file is still there."""
    (tmp_path / "letter.txt").write_text("dear")
    done = tour("--fast", "--headless", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert re.fullmatch(r"The folder .* holds something that no tour has made; name another one with --folder\.\n", done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 1, 4), date(2027, 1, 5), date(2028, 3, 2)])
def test_the_made_up_page_is_read_as_it_was_meant(today: date) -> None:
    """On whatever day the tour is played: the two days with their year, the place, all four countries, both institutions, and the role without a name."""
    press = part("press")
    draft = read_one(press.press_page(today), "press.html", None)
    said = {name: [item.value for item in draft.found if item.part == name] for name in ("date", "place", "country", "institution", "kind", "role")}
    first, second = press.meeting_days(today)
    assert second < today
    assert said == {
        "date": [f"{first}/{second}"],
        "place": ["Pljevlja"],
        "country": ["ME", "AL", "BA", "RS"],
        "institution": ["OSCE", "Regional Cooperation Council"],
        "kind": ["coop.consult"],
        "role": ["coordinateur"],
    }
    assert press.PERSON[-1] not in repr(draft)


def test_the_made_up_reports_are_the_same_for_the_same_instant_and_bear_the_mark_of_an_exercise(atlas: Atlas) -> None:
    """The same bytes twice; every row is an exercise's; the burst leaves the archive's rows as they were."""
    archive, now = part("archive"), datetime(2026, 3, 1, 12, tzinfo=UTC)
    past = archive.archive(atlas, now)
    before, after = archive.table(past), archive.table(past + archive.burst(atlas, now))
    assert before == archive.table(archive.archive(atlas, now))
    assert after.startswith(before)
    assert {row.rpartition(b",")[2] for row in after.splitlines()[1:]} == {b"true"}
