"""The tour of `make watch`, played in a real browser without pauses: what stands in the node, on the public page and in the brief when it is over."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from conftest import ROOT
from vigie.model.activity import Activity
from vigie.model.atlas import Atlas
from vigie.model.said import read_body
from vigie.model.warning import Answer
from vigie.node.clock import now_us
from vigie.node.desk import log_of
from vigie.node.kept import kept_world
from vigie.node.outlook import make_outlook
from vigie.node.schedule import is_watched
from vigie.node.settings import Node, open_node
from vigie.warn.chain import Chain, chains, drafts
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_one_partner_accepts_another_contests_with_a_reason_and_something_is_done(played: Played) -> None:
    """Each party's answers in its own words; the activity names the warning that it answers."""
    log, words = played.log("VIGIE-DEMO"), part("words")
    answers = [(entry.owner, read_body(Answer, entry.body)) for entry in log.of("answer")]
    assert [(owner, said.word) for owner, said in answers] == [("ME-CRISIS", "accepted"), ("RS-CRISIS", "contested"), ("ME-CRISIS", "action")]
    assert answers[1][1].text == words.COUNTER
    (activity,) = [read_body(Activity, entry.body) for entry in log.of("activity")]
    assert (activity.answers, activity.status, dict(activity.titles)) == ((played.chain.warning,), "running", {"en": words.ACTIVITY["title"]})


@pytest.mark.slow
def test_the_public_reads_the_warning_and_the_deed_and_not_what_the_partners_said(played: Played, atlas: Atlas) -> None:
    """Page, feed and message, in the exercise alone: neither the counter-argument nor the posts' names stand in any of them."""
    words, client = part("words"), TestClient(make_app(played.node, atlas, now_us))
    name = played.chain.warning
    page, french = (client.get(f"/warnings/{name}?exercise=true{more}").text for more in ("", "&language=fr"))
    feed, message = (client.get(f"{path}?exercise=true").text for path in ("/warnings.atom", f"/warnings/{name}/cap.xml"))
    brief = client.get("/brief?country=ME&exercise=true").text
    headline, activity = words.ENGLISH["headline"], words.ACTIVITY["title"]
    assert all(headline in text for text in (page, feed, message, brief))
    assert all(activity in text for text in (page, brief))
    assert words.FRENCH["headline"].partition("'")[0] in french
    assert "<status>Exercise</status>" in message
    hidden = (words.COUNTER, "desk-analyst", "desk-chief", "me-duty", "rs-duty")
    assert [(secret, text[:80]) for secret in hidden for text in (page, french, feed, message, brief) if secret in text] == []
    assert all(headline not in client.get(path).text for path in ("/warnings", "/warnings.atom", "/"))
    assert client.get(f"/warnings/{name}").status_code == 404


@pytest.mark.slow
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


def test_the_made_up_reports_are_the_same_for_the_same_instant_and_bear_the_mark_of_an_exercise(atlas: Atlas) -> None:
    """The same bytes twice; every row is an exercise's; the burst leaves the archive's rows as they were."""
    archive, now = part("archive"), datetime(2026, 3, 1, 12, tzinfo=UTC)
    past = archive.archive(atlas, now)
    before, after = archive.table(past), archive.table(past + archive.burst(atlas, now))
    assert before == archive.table(archive.archive(atlas, now))
    assert after.startswith(before)
    assert {row.rpartition(b",")[2] for row in after.splitlines()[1:]} == {b"true"}
