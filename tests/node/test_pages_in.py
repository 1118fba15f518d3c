"""Pages coming in: each becomes a draft that waits; no world sees it; the same page twice changes nothing; what is no page is one sentence."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from made import NOW_US
from node import servers
from node.pages import FRENCH, HTML, page_file, take_page
from node.test_sources import QUICK
from vigie.model.atlas import Atlas
from vigie.model.errors import BadReport, BadSetting
from vigie.model.label import PUBLIC
from vigie.model.reading import Reading
from vigie.model.said import read_body
from vigie.node import intake, sources
from vigie.node.desk import log_of
from vigie.node.explaining import explain_file
from vigie.node.intake import Order
from vigie.node.page_review import Standing, readings
from vigie.node.pages_in import MOST_BYTES, keep_pages, own_readings, tools_of
from vigie.node.retry import retry_file
from vigie.node.settings import Node, owner_label
from vigie.node.worlds import make_world
from vigie.store import list_files, list_rejects, raw_item, visible


def waiting(node: Node, *, exercise: bool = False) -> tuple[Standing, ...]:
    """The drafts as the node's own party sees them."""
    return readings(log_of(node, node.settings.party, NOW_US, exercise=exercise))


def test_a_page_becomes_one_draft_that_waits(node: Node, tmp_path: Path) -> None:
    """Readable by the node's own party alone unless somebody says otherwise; its bytes lie in the quarantine as every file's do."""
    outcome = take_page(node, page_file(tmp_path))
    assert (outcome.status, outcome.drafts) == ("taken in", 1)
    assert outcome.sentence == "1 draft waits for review (vigie pages)"
    ((entry, reading),) = waiting(node)
    assert (reading.state, entry.ref, entry.version) == ("open", reading.page, 1)
    assert (entry.label.tlp, entry.label.rel_to) == ("AMBER", None)
    assert raw_item(node.store, list_files(node.store)[0].id)
    assert {item.part for item in reading.found} >= {"date", "place", "country", "theme", "kind"}


@pytest.mark.parametrize("tlp", ["CLEAR", "AMBER"])
def test_a_draft_reaches_no_world_before_it_is_accepted(node: Node, tmp_path: Path, atlas: Atlas, tlp: str) -> None:
    """Whatever its label: no report, no event, for the owner and for everybody."""
    take_page(node, page_file(tmp_path), tlp)
    for party in (node.settings.party, PUBLIC):
        audience = node.audience(party, NOW_US)
        assert len(visible(node.store, audience)) == 0
        assert len(make_world(node, audience, atlas, exercise=False).events) == 0


def test_the_same_page_twice_changes_nothing(node: Node, tmp_path: Path) -> None:
    """By the same file, by another name, and by a reader that was named or not."""
    take_page(node, page_file(tmp_path, HTML, "page.html"))
    before = own_readings(node, exercise=False, now_us=NOW_US)
    again = [
        take_page(node, page_file(tmp_path, HTML, "page.html")),
        take_page(node, page_file(tmp_path, HTML, "other.html"), "CLEAR"),
        take_page(node, page_file(tmp_path, HTML, "page.html"), reader=""),
    ]
    assert [(outcome.status, outcome.drafts) for outcome in again] == [("known", 0)] * 3
    assert own_readings(node, exercise=False, now_us=NOW_US) == before


def test_a_real_page_and_an_exercise_never_share_a_draft(node: Node, tmp_path: Path) -> None:
    """One in each world."""
    take_page(node, page_file(tmp_path))
    assert waiting(node, exercise=True) == ()
    assert take_page(node, page_file(tmp_path), exercise=True).drafts == 1
    assert len(waiting(node)) == len(waiting(node, exercise=True)) == 1


def test_html_is_known_by_its_start_and_plain_text_is_not(node: Node, tmp_path: Path) -> None:
    """Nobody's table becomes a draft by accident."""
    assert take_page(node, page_file(tmp_path, f"\n<!-- made by hand -->\n{HTML}", "page.html"), reader="").drafts == 1
    with pytest.raises(BadReport, match="No reader recognises the file"):
        take_page(node, page_file(tmp_path), reader="")


def test_a_zip_of_pages_becomes_as_many_drafts(node: Node, tmp_path: Path) -> None:
    """A member that is no page is one reject, sealed; the others wait; read again, nothing changes."""
    path = tmp_path / "pages.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.html", HTML)
        archive.writestr("two.txt", FRENCH)
        archive.writestr("same.txt", FRENCH)
        archive.writestr("none.bin", bytes(range(256)) * 8)
    outcome = take_page(node, path)
    assert (outcome.drafts, outcome.tally.rejects) == (2, 1)
    assert outcome.sentence == "2 drafts wait for review (vigie pages); 1 read before; nothing changed; 1 could not be read (vigie rejects)"
    assert [fault.place for fault in list_rejects(node.store, node.keyring, limit=9)] == ["none.bin"]
    assert retry_file(node, list_files(node.store)[0], NOW_US).drafts == 0
    assert len(waiting(node)) == 2


def test_a_page_among_tables_is_told_apart_from_them(node: Node, tmp_path: Path) -> None:
    """The tables are read, the page is a reject that says so."""
    path = tmp_path / "mixed.zip"
    row = "report_id,agency,field,kind,begin,end,lon,lat\nr1,A,conflict,unrest.riot,2016-03-01,2016-03-02,19.2,42.4\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("reports.csv", row)
        archive.writestr("about.html", HTML)
    outcome = take_page(node, path, reader="")
    assert (outcome.tally.reports, outcome.tally.rejects, outcome.drafts) == (1, 1, 0)
    assert waiting(node) == ()


@pytest.mark.parametrize(
    "content",
    [b"", b" \n\t", bytes(range(256)) * 40, b"x " * MOST_BYTES, b"Lorem ipsum dolor sit amet, consectetur adipiscing elit.", b"<!doctype html><html><body>"],
    ids=["empty", "blank", "binary", "too large", "nothing to read", "truncated"],
)
def test_what_is_no_page_is_one_sentence_and_leaves_nothing(node: Node, tmp_path: Path, content: bytes) -> None:
    """No draft, no file, nothing in the quarantine."""
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(BadReport) as refusal:
        take_page(node, path)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)
    assert waiting(node) == ()
    assert list_files(node.store) == []
    assert list(node.quarantine.iterdir()) == []


def test_a_page_in_another_language_says_that_it_was_hardly_read(node: Node, tmp_path: Path) -> None:
    """What is written alike everywhere is found; a sentence says that the rest was not."""
    take_page(
        node, page_file(tmp_path, "Kokous Skopjessa\n\nOSCE ja NATO keskustelivat asiasta 12.03.2016 yhdessä muiden kanssa, mutta päätöstä ei tehty vielä.\n")
    )
    ((_, reading),) = waiting(node)
    assert reading.language == "und"
    assert "language that is not read" in reading.faults[0]


def test_a_page_of_html_that_was_cut_off_is_read_as_far_as_it_goes(node: Node, tmp_path: Path) -> None:
    """What is there says enough."""
    assert take_page(node, page_file(tmp_path, HTML[: HTML.index("organisée")], "cut.html")).drafts == 1


def test_a_draft_and_its_file_are_kept_together_or_not_at_all(node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power that fails between the two writes leaves neither, and the next attempt brings both."""

    def cut(taken: Any, pages: Any) -> None:
        keep_pages(taken, pages)
        raise KeyboardInterrupt

    monkeypatch.setattr(intake, "keep_pages", cut)
    with pytest.raises(KeyboardInterrupt):
        take_page(node, page_file(tmp_path))
    assert (waiting(node), list_files(node.store), list(node.quarantine.iterdir())) == ((), [], [])
    monkeypatch.undo()
    assert take_page(node, page_file(tmp_path)).drafts == 1


def test_the_clock_of_the_machine_changes_no_draft(node: Node, tmp_path: Path) -> None:
    """The same bytes at any time say the same."""
    take_page(node, page_file(tmp_path), now_us=0)
    take_page(node, page_file(tmp_path), now_us=2 * NOW_US, exercise=True)
    assert waiting(node)[0][0].body == readings(log_of(node, "ME-NODE", NOW_US, exercise=True))[0][0].body


def test_a_page_names_its_publisher(node: Node, tmp_path: Path) -> None:
    """Who was named, else the host of its address."""
    page_file(tmp_path)
    order = Order(label=owner_label("ME-NODE", None), reader="page", source="https://www.example.org/news/1")
    intake.ingest_file(node, tmp_path / "page.txt", order, NOW_US)
    intake.ingest_file(node, tmp_path / "page.txt", replace(order, agency="DESK", exercise=True), NOW_US)
    assert [waiting(node, exercise=world)[0][1].agency for world in (False, True)] == ["example.org", "DESK"]
    assert waiting(node)[0][1].source == "https://www.example.org/news/1"


def test_the_explanation_shows_the_words_and_writes_nothing(tmp_path: Path) -> None:
    """Each part with its quote at its place in its context, its rule and how sure it is; without a node."""
    (page,) = explain_file(page_file(tmp_path), "page")["pages"]  # type: ignore[union-attr,misc]
    assert isinstance(page, dict)
    text = page_file(tmp_path).read_text(encoding="utf-8")
    parts = page["found"]
    assert isinstance(parts, list)
    assert parts
    for part in parts:
        assert isinstance(part, dict)
        assert part["rule"]
        for span in part["spans"]:  # type: ignore[union-attr]
            assert "Petrović" not in span["quote"]  # type: ignore[index,operator,call-overload]
    dated = next(part for part in parts if part["part"] == "date")  # type: ignore[index,call-overload]
    assert dated["value"] == "2016-03-01/2016-03-02"  # type: ignore[index,call-overload]
    span = dated["spans"][0]  # type: ignore[index,call-overload]
    assert text[span["begin"] : span["end"]] == span["quote"]  # type: ignore[index,call-overload,misc]
    assert dated["context"]["quote"] == span["quote"]  # type: ignore[index,call-overload]


def test_no_person_stands_in_a_draft(node: Node, tmp_path: Path) -> None:
    """The role stays, the name goes."""
    take_page(node, page_file(tmp_path))
    ((entry, _),) = waiting(node)
    assert "Petrović" not in str(entry.body)


def test_a_nodes_own_lexicon_is_read_beside_the_packs(node: Node, tmp_path: Path) -> None:
    """A word that it adds means something from then on; a file that is no lexicon is one sentence."""
    page = page_file(tmp_path, FRENCH.replace("conférence", "palabre").replace("Conférence", "Palabre").replace("réunis", "assis").replace("réunion", "séance"))
    (node.folder / "lexicon.yaml").write_text("words:\n  coop.mediate:\n    fr: [palabre]\n", encoding="utf-8")
    take_page(node, page)
    ((_, reading),) = waiting(node)
    assert "coop.mediate" in {item.value for item in reading.of("kind")}
    (node.folder / "lexicon.yaml").write_text("words: [", encoding="utf-8")
    with pytest.raises(BadSetting, match="not YAML"):
        tools_of(node.folder)


@contextmanager
def a_source(node: Node, **facts: Any) -> Iterator[str]:
    """A source of pages on a loopback server."""
    with servers.serving() as server:
        address = server.at("/news.html", lambda talk: talk.answer(200, HTML.encode()))
        sources.add(node, "news", address=address, field="cooperation", reader="page", **facts)
        yield "news"


def test_a_source_may_bring_pages(node: Node) -> None:
    """Its terms are a floor for the draft too; what it brought is told in the run; the second run changes nothing."""
    with a_source(node) as name:
        outcome = sources.run(node, name, NOW_US, limits=QUICK)
        assert (outcome.status, outcome.drafts, outcome.fault) == ("new", 1, None)
        assert "1 draft waits for review" in outcome.notes[0]
        ((entry, _),) = waiting(node)
        assert entry.label.rel_to == frozenset()
        assert sources.run(node, name, NOW_US, limits=QUICK).status == "nothing new"


def test_a_reading_is_written_as_its_noun() -> None:
    """What was read is read again as it was."""
    reading = Reading(page="a" * 64, source="x")
    assert read_body(Reading, {"page": "a" * 64, "source": "x"}) == reading
