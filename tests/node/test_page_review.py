"""The review of pages: accepted drafts become reports that say how they were read; nobody overwrites anybody; corrections teach the lexicon."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from made import NOW_US
from node.pages import FRENCH, page_file, take_page
from vigie.model.atlas import Atlas
from vigie.model.errors import BadReport, BadSetting, NotReleasable
from vigie.model.label import PUBLIC
from vigie.model.lexicon import lexicon_from_yaml, values_of
from vigie.model.reading import Edit, Part
from vigie.model.report import Report
from vigie.model.times import parse_time
from vigie.node import page_review
from vigie.node.accounts import ROLES
from vigie.node.desk import Actor, Desk
from vigie.node.page_review import Standing, accept, edits_between, reading_named, readings, reject, suggestions, suggestions_yaml
from vigie.node.settings import Node
from vigie.node.worlds import make_world
from vigie.store import erase, held_reports, visible


def desk(node: Node, account: str = "analyst", role: str = "analyst", party: str = "ME-NODE", *, exercise: bool = False) -> Desk:
    """A desk with a post at it."""
    return Desk(node, Actor(account, party, role), NOW_US, exercise)


def one_draft(node: Node, folder: Path, tlp: str | None = None, *, exercise: bool = False) -> Standing:
    """A draft that waits."""
    take_page(node, page_file(folder), tlp, exercise=exercise)
    return readings(desk(node, exercise=exercise).log)[0]


def edits(standing: Standing, wanted: dict[Part, list[str]], quotes: dict[Part, str] | None = None) -> tuple[Edit, ...]:
    """What a reviewer corrects."""
    return edits_between(standing[1], wanted, quotes or {})


def reports_of(node: Node, party: str = "ME-NODE") -> list[Report]:
    """The reports that a party sees."""
    audience = node.audience(party, NOW_US)
    rows = [int(row) for row in visible(node.store, audience).row]
    return [held.report for held in held_reports(node.store, audience, rows, payloads=True)]


def test_an_accepted_draft_becomes_a_report_that_says_how_it_was_read(node: Node, tmp_path: Path, atlas: Atlas) -> None:
    """Dates, place, country of the place, institutions, title; in its details the rules, the characters and the post that reviewed it."""
    entry, reading = one_draft(node, tmp_path)
    done = accept(desk(node), entry.ref, 1)
    (report,) = reports_of(node)
    assert done.body["report"] == f"ME-NODE/{reading.page[:16]}"
    assert (report.agency, report.agency_ref, report.field, report.kind) == ("ME-NODE", reading.page[:16], "cooperation", "coop.consult")
    assert (report.begin_us, report.end_us, report.time_meaning) == (parse_time("2016-03-01"), parse_time("2016-03-03"), "lasted")
    assert (report.issued_us, report.country, report.language) == (parse_time("2016-03-20"), "MK", "fr")
    assert report.place
    assert set(report.actors) >= {"NATO", "OSCE"} or len(report.actors) >= 2
    assert report.details["reviewed_by"] == "analyst"
    assert {"AL", "ME"} <= set(report.details["countries"])  # type: ignore[arg-type]
    assert all(item["rule"] and item["spans"] for item in report.details["read"] if item["part"] in ("date", "place"))  # type: ignore[union-attr,index,call-overload]
    assert len(make_world(node, node.audience("ME-NODE", NOW_US), atlas, exercise=False).events) == 1


def test_a_report_keeps_neither_the_pages_text_nor_a_person(node: Node, tmp_path: Path) -> None:
    """Its payload is the draft's values."""
    entry, _ = one_draft(node, tmp_path)
    accept(desk(node), entry.ref, 1)
    (report,) = reports_of(node)
    said = json.loads(report.payload) if report.payload else {}
    assert "se sont réunis" not in str(report)
    assert "Petrović" not in str(report)
    assert set(said) <= {"page", "source", "agency", "title", "values", "edits"}


@pytest.mark.parametrize(("tlp", "readers"), [(None, ["ME-NODE"]), ("CLEAR", ["ME-NODE", PUBLIC])])
def test_the_report_bears_the_label_of_its_draft(node: Node, tmp_path: Path, tlp: str | None, readers: list[str]) -> None:
    """Who may read the one may read the other."""
    entry, _ = one_draft(node, tmp_path, tlp)
    accept(desk(node), entry.ref, 1)
    assert [party for party in ("ME-NODE", PUBLIC) if reports_of(node, party)] == readers


def test_corrections_decide(node: Node, tmp_path: Path) -> None:
    """What a reviewer sets stands in the report, and the report says what was corrected."""
    standing = one_draft(node, tmp_path)
    wanted: dict[Part, list[str]] = {
        "date": ["2016-03-02"],
        "place": ["Tirana"],
        "kind": ["coop.joint"],
        "country": ["Montenegro", "AL", "BG"],
        "institution": ["OSCE Mission to Skopje"],
        "title": ["Mine action"],
    }
    accept(desk(node), standing[0].ref, 1, edits(standing, wanted))
    (report,) = reports_of(node)
    assert (report.begin_us, report.end_us, report.time_meaning) == (parse_time("2016-03-02"), parse_time("2016-03-03"), "uncertain")
    assert (report.country, report.kind, report.actors, report.summary) == ("AL", "coop.joint", ("OSCE Mission to Skopje",), "Mine action")
    assert sorted(report.details["countries"]) == ["AL", "BG", "ME"]  # type: ignore[type-var,arg-type]
    assert set(report.details["corrected"]) >= {"date", "place", "kind", "country", "institution"}  # type: ignore[arg-type]


def test_a_place_may_be_given_by_its_coordinates(node: Node, tmp_path: Path) -> None:
    """For what the atlas does not know."""
    standing = one_draft(node, tmp_path)
    accept(desk(node), standing[0].ref, 1, edits(standing, {"place": ["Camp Bondsteel (21.25, 42.36)"]}))
    (report,) = reports_of(node)
    assert (report.place, report.lon, report.lat, report.country) == ("Camp Bondsteel", 21.25, 42.36, "XK")


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("kind", "coop.party", "no such kind.*coop.consult"),
        ("kind", "", "no kind.*coop.consult"),
        ("date", "next week", "date cannot be understood"),
        ("date", "2016-03-05/2016-03-01", "ends before it begins"),
        ("date", "", "no date"),
        ("place", "Xanadu-upon-Sea", "knows no such place"),
        ("country", "Ruritania", "no such country"),
        ("theme", "dragons", "no such theme"),
        ("language", "?", "language cannot be understood"),
        ("role", "ambassador", "cannot be set"),
    ],
)
def test_what_makes_no_report_is_one_sentence_and_writes_nothing(node: Node, tmp_path: Path, part: Part, value: str, words: str) -> None:
    """The draft still waits."""
    standing = one_draft(node, tmp_path)
    with pytest.raises(BadReport, match=words):
        accept(desk(node), standing[0].ref, 1, edits(standing, {part: [value]}))
    assert reports_of(node) == []
    assert readings(desk(node).log)[0][1].state == "open"


def test_accepting_twice_gives_the_same_report(node: Node, tmp_path: Path) -> None:
    """A form that is sent twice does no more than one that is sent once."""
    entry, _ = one_draft(node, tmp_path)
    first = accept(desk(node), entry.ref, 1)
    again = accept(desk(node), entry.ref, 1)
    assert first == again
    assert len(reports_of(node)) == 1
    assert len([found for found in desk(node).log.entries if found.type == "reading"]) == 2


def test_a_report_and_its_reading_are_kept_together_or_not_at_all(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut between the two writes there is neither; accepted again there are both."""
    entry, _ = one_draft(node, tmp_path)

    def cut(*_words: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(page_review, "prepare", cut)
    with pytest.raises(KeyboardInterrupt):
        accept(desk(node), entry.ref, 1)
    assert (reports_of(node), readings(desk(node).log)[0][1].state) == ([], "open")
    monkeypatch.undo()
    accept(desk(node), entry.ref, 1)
    assert (len(reports_of(node)), readings(desk(node).log)[0][1].state) == (1, "accepted")


def test_of_two_reviewers_the_second_is_told(node: Node, tmp_path: Path) -> None:
    """Whatever each of them says."""
    standing = one_draft(node, tmp_path)
    ref = standing[0].ref
    accept(desk(node), ref, 1)
    with pytest.raises(BadSetting, match="Somebody else has changed this meanwhile"):
        accept(desk(node, "second"), ref, 1, edits(standing, {"kind": ["coop.joint"]}))
    with pytest.raises(BadSetting, match="Somebody else has changed this meanwhile"):
        reject(desk(node, "second"), ref, 1, "not of ours")
    with pytest.raises(BadSetting, match="accepted already"):
        reject(desk(node, "second"), ref, 2, "not of ours")
    assert [report.kind for report in reports_of(node)] == ["coop.consult"]


def test_a_rejected_draft_becomes_no_report_and_says_why(node: Node, tmp_path: Path) -> None:
    """A reason is needed; the same word twice changes nothing; the page again does not bring it back."""
    entry, _ = one_draft(node, tmp_path)
    with pytest.raises(BadReport, match="must say why"):
        reject(desk(node), entry.ref, 1, " ")
    assert reject(desk(node), entry.ref, 1, "an advertisement") == reject(desk(node), entry.ref, 1, "an advertisement")
    assert take_page(node, page_file(tmp_path)).status == "known"
    ((_, reading),) = readings(desk(node).log)
    assert (reading.state, reading.reason, reports_of(node)) == ("rejected", "an advertisement", [])


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_analysts_review_and_readers_do_not(node: Node, tmp_path: Path, role: str) -> None:
    """By the same table as every act of the desk."""
    entry, _ = one_draft(node, tmp_path)
    if role in ("analyst", "releaser", "operator"):
        assert accept(desk(node, role=role), entry.ref, 1).version == 2
    else:
        with pytest.raises(NotReleasable, match="may not review"):
            accept(desk(node, role=role), entry.ref, 1)


def test_another_party_sees_no_draft_and_reviews_none(node: Node, tmp_path: Path) -> None:
    """Even of a page that everybody may read: what was not reviewed is nobody else's."""
    entry, _ = one_draft(node, tmp_path, "CLEAR")
    there = desk(node, party="RS-NODE")
    assert readings(there.log) == ()
    with pytest.raises(BadSetting, match="no such reading"):
        accept(there, entry.ref, 1)


def test_the_queue_begins_with_the_oldest_that_waits(node: Node, tmp_path: Path) -> None:
    """What is done comes after, and a draft is found by the begin of its name."""
    for number in range(3):
        take_page(node, page_file(tmp_path, f"{FRENCH}\nPage {number}.\n", f"{number}.txt"), now_us=NOW_US - 10 + number)
    known = readings(desk(node).log)
    assert [reading.source for _, reading in known] == ["0.txt", "1.txt", "2.txt"]
    accept(desk(node), known[0][0].ref, 1)
    assert [reading.source for _, reading in readings(desk(node).log)] == ["1.txt", "2.txt", "0.txt"]
    assert reading_named(desk(node).log, known[0][0].ref[:8])[0].ref == known[0][0].ref
    with pytest.raises(BadSetting, match="no such reading"):
        reading_named(desk(node).log, known[0][0].ref[:7])


def test_a_correction_that_names_the_pages_words_becomes_a_suggestion(node: Node, tmp_path: Path) -> None:
    """With its language and how often it was said; as YAML it is a lexicon; what was rejected teaches nothing."""
    for number in range(2):
        take_page(node, page_file(tmp_path, f"{FRENCH}\nPage {number}.\n", f"{number}.txt"))
    for standing in readings(desk(node).log):
        changed = edits(standing, {"kind": ["coop.joint"], "date": ["2016-03-02"]}, {"kind": "conférence sur le  déminage", "date": "Les 1er et 2 mars"})
        accept(desk(node), standing[0].ref, 1, changed)
    (found,) = suggestions(desk(node).log)
    assert (found.part, found.value, found.language, found.quote, found.count) == ("kind", "coop.joint", "fr", "conférence sur le déminage", 2)
    lexicon = lexicon_from_yaml(suggestions_yaml([found]))
    assert values_of(lexicon) == {"coop.joint"}
    assert [(word.text, word.language) for word in lexicon.words] == [("conférence sur le déminage", "fr")]


def test_words_stand_for_one_value_at_a_time(node: Node, tmp_path: Path) -> None:
    """Else nobody knows which of them they mean; words that name a person teach nothing."""
    standing = one_draft(node, tmp_path)
    with pytest.raises(BadReport, match="one value"):
        edits(standing, {"institution": ["A Ministry", "Another Ministry"]}, {"institution": "les ministères"})
    changed = edits(standing, {"theme": ["mines", "energy"]}, {"theme": "général Petar Petrović"})
    assert "Petrović" not in str(changed)
    accept(desk(node), standing[0].ref, 1, changed)
    assert suggestions(desk(node).log) == ()


def test_an_exercise_stays_an_exercise(node: Node, tmp_path: Path) -> None:
    """Its report is of the exercise too."""
    entry, _ = one_draft(node, tmp_path, exercise=True)
    accept(desk(node, exercise=True), entry.ref, 1)
    (report,) = reports_of(node)
    assert report.exercise
    with pytest.raises(BadSetting, match="no such reading"):
        accept(desk(node), entry.ref, 1)


def test_what_was_erased_is_not_accepted_again(node: Node, tmp_path: Path) -> None:
    """The draft of an erased report makes none."""
    standing = one_draft(node, tmp_path)
    done = accept(desk(node), standing[0].ref, 1)
    erase(node.store, node.keyring, node.quarantine, [str(done.body["report"])], "test", NOW_US, node.sign)
    erase(node.store, node.keyring, node.quarantine, [f"reading/{standing[0].ref}"], "test", NOW_US, node.sign)
    assert readings(desk(node).log) == ()
    assert take_page(node, page_file(tmp_path)).drafts == 0
    with pytest.raises(BadSetting, match="erased here"):
        take_page(node, page_file(tmp_path), "CLEAR")
    assert readings(desk(node).log) == ()
