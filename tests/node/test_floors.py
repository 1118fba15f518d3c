"""A source's terms are a floor, and personal columns are blank, whichever way a file comes in; and how it was read can be done again."""

from __future__ import annotations

import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US
from node.test_intake import CLEAR, held, rows, table
from vigie.cli.show import release_sentence
from vigie.ingest.mapping import load_mapping
from vigie.model.errors import BadReport, BadSetting, VigieError
from vigie.model.label import PUBLIC, Directory, Label
from vigie.model.pack import Sample
from vigie.model.times import DAY_US
from vigie.node import sources
from vigie.node.addresses import safe_name
from vigie.node.explaining import explain_file
from vigie.node.incoming import incoming_folder, sweep
from vigie.node.intake import Order, Outcome, ingest_each, ingest_file, order_again
from vigie.node.mappings import Again, guarded_mapping, how_read, reader_again
from vigie.node.remote import fetched, is_address, label_at, without_secrets
from vigie.node.settings import Node
from vigie.node.source_runs import _sort_of
from vigie.store import held_reports, list_files, sweep_quarantine

ACLED = {
    "event_id_cnty": "SRB1", "event_date": "2026-01-05", "year": "2026", "time_precision": "1", "disorder_type": "Demonstrations",
    "event_type": "Protests", "sub_event_type": "Peaceful protest", "actor1": "Protesters (Serbia)", "inter1": "6", "country": "Serbia",
    "iso": "688", "admin1": "Belgrade", "location": "Belgrade", "latitude": "44.8", "longitude": "20.46", "geo_precision": "1",
    "source": "Daily", "source_scale": "National", "notes": "a text that names Petra Petrova", "fatalities": "0", "timestamp": "1767700000",
}  # fmt: skip
ACLED_TABLE = ",".join(ACLED) + "\n" + ",".join(ACLED.values()) + "\n"
MAPPING = """
name = "mine"
field = "conflict"
kind = "unrest.protest"
agency = "SOMEBODY"
[columns]
agency_ref = "event_id_cnty"
begin = "event_date"
lon = "longitude"
lat = "latitude"
summary = "notes"
"""


def mapping_file(folder: Path, text: str = MAPPING) -> Path:
    """A mapping file."""
    return table(folder, text, "mine.toml")


def test_a_mapping_does_not_loosen_the_terms_of_a_format_that_is_recognised(node: Node, tmp_path: Path) -> None:
    """ACLED's table under somebody's own mapping is the owner's alone, and its text, which names persons, is blank."""
    outcome = ingest_file(node, table(tmp_path, ACLED_TABLE), replace(CLEAR, mapping=mapping_file(tmp_path)), NOW_US)
    assert (outcome.tally.reports, outcome.restricted, held(node), held(node, PUBLIC)) == (1, True, 1, 0)
    (kept,) = held_reports(node.store, node.audience("ME-NODE", NOW_US), [1])
    assert kept.report.summary is None
    assert "Petra" not in str(kept.report)


def test_a_mapping_says_its_own_floor_and_the_preset_of_mixed_agencies_has_one(node: Node, tmp_path: Path) -> None:
    """`floor = "owner"` holds whatever TLP is named; MELTT's table holds rows of agencies that forbid passing on."""
    strict = mapping_file(tmp_path, MAPPING.replace('kind = "unrest', 'floor = "owner"\nkind = "unrest'))
    text = "event_id_cnty,event_date,longitude,latitude\nx,2026-01-01,20,44\n"
    assert ingest_file(node, table(tmp_path, text), replace(CLEAR, mapping=strict), NOW_US).restricted
    melted = "report_id,agency,event_tax,date,longitude,latitude\n1,ACLED,Protests,2026-01-05,20,44\n"
    assert ingest_file(node, table(tmp_path, melted, "melted.csv"), replace(CLEAR, preset="meltt"), NOW_US).restricted
    assert (held(node), held(node, PUBLIC)) == (2, 0)
    with pytest.raises(BadSetting, match="floor"):
        load_mapping('name = "x"\nfloor = "public"')


def test_explaining_shows_what_a_recognised_format_blanks(tmp_path: Path) -> None:
    """The explanation is of what would be done, not of what the mapping alone says."""
    said = explain_file(table(tmp_path, ACLED_TABLE), mapping=mapping_file(tmp_path))
    assert said["floor"] == "owner"
    assert "Petra" not in str(said)
    assert "notes" in guarded_mapping(load_mapping(MAPPING), Sample("a.csv", ACLED_TABLE.encode())).personal


def test_a_packs_reader_is_not_lent_to_another_format(node: Node, tmp_path: Path) -> None:
    """It would not know what to blank."""
    with pytest.raises(BadReport, match="another format"):
        ingest_file(node, table(tmp_path, ACLED_TABLE), replace(CLEAR, reader="quakeml"), NOW_US)


def test_two_members_of_one_name_both_count_for_the_floor(node: Node, tmp_path: Path) -> None:
    """The open one, which comes last, does not hide the other."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", ACLED_TABLE)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("data.csv", rows(3))
    outcome = ingest_file(node, path, CLEAR, NOW_US)
    assert (outcome.tally.reports, outcome.restricted, held(node, PUBLIC)) == (4, True, 0)


def test_the_terms_of_a_source_hold_for_its_address(node: Node) -> None:
    """Of the packs' sources and of the node's own, whatever the scheme, port, query or spelling; and for nothing else."""
    sources.add(node, "our-desk", address="https://example.org/desk/list.csv", field="conflict")
    kept = [
        "https://agsi.gie.eu/api?country=RS",
        "HTTP://AGSI.gie.eu:443/x/../%61pi/data",
        "http://example.org/desk//list.csv?token=1",
        "https://example.org/desk/other.csv",
    ]
    for address in kept:
        assert label_at(node, address, CLEAR.label).rel_to == frozenset(), address
    for address in ("https://example.org/other/list.csv", "https://example.com/desk/list.csv", "https://agsi.gie.eu/apix"):
        assert label_at(node, address, CLEAR.label) == CLEAR.label, address
    assert is_address("HTTPS://example.org")


def test_an_address_is_kept_and_shown_without_what_may_be_secret() -> None:
    """Neither password nor query nor fragment, whatever the query calls its token."""
    assert without_secrets("https://me:pw@example.org:8443/a.csv?k=1234#t") == "https://example.org:8443/a.csv"


def test_a_fault_of_fetching_shows_no_query(node: Node) -> None:
    """Nobody listens there; the sentence names the address without its token."""
    with pytest.raises(VigieError) as fault, fetched(node, "http://127.0.0.1:9/x.csv?k=hush", NOW_US):
        pass
    assert "127.0.0.1" in str(fault.value)
    assert "hush" not in str(fault.value)


def test_a_file_read_by_a_mapping_or_a_preset_can_be_read_again(node: Node, tmp_path: Path) -> None:
    """The node keeps the mapping, readable by the operator alone, though the operator's own file is gone."""
    own = mapping_file(tmp_path)
    text = "event_id_cnty,event_date,longitude,latitude\nx,2026-01-01,20,44\ny,never,20,44\n"
    path = table(tmp_path, text)
    ingest_file(node, path, replace(CLEAR, mapping=own, agency="A B"), NOW_US)
    own.unlink()
    (entry,) = list_files(node.store)
    assert entry.reader.startswith("mapping:")
    again = order_again(node, entry.reader, CLEAR)
    assert again.mapping is not None
    assert (again.agency, again.again, again.mapping.stat().st_mode & 0o777) == ("A B", True, 0o600)
    outcome = ingest_file(node, path, again, NOW_US)
    assert (outcome.tally.unchanged, outcome.tally.rejects, len(list_files(node.store))) == (1, 1, 1)
    again.mapping.unlink()
    with pytest.raises(BadReport, match="no longer kept"):
        order_again(node, entry.reader, CLEAR)


@pytest.mark.parametrize("again", [Again(), Again(preset="meltt"), Again(reader="acled"), Again(preset="meltt", agency="A"), Again(agency="A")])
def test_how_a_file_was_read_is_written_and_read_back(node: Node, again: Again) -> None:
    """A reader that was found by itself is found by itself again: a zip file may hold several formats."""
    assert reader_again(node.folder, how_read(("x", "y"), again)) == again


def test_a_file_name_that_is_not_utf8_can_be_kept(node: Node, tmp_path: Path) -> None:
    """Its foreign bytes become question marks."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/quakes-\xe9.csv"))
    try:
        path.write_text(rows(3), encoding="utf-8")
    except OSError:
        pytest.skip("the file system takes names in UTF-8 only")
    (outcome,) = ingest_each(node, [path], CLEAR, NOW_US)
    assert (outcome.name, outcome.tally.reports, list_files(node.store)[0].name) == ("quakes-?.csv", 3, "quakes-?.csv")


def test_a_source_may_shorten_how_long_its_file_is_kept(node: Node, tmp_path: Path) -> None:
    """The fewer days count: the source's three, not the node's thirty."""
    ingest_file(node, table(tmp_path, rows(3)), replace(CLEAR, retention_days=3), NOW_US)
    assert sweep_quarantine(node.store, node.keyring, node.quarantine, NOW_US + 2 * DAY_US) == 0
    assert sweep_quarantine(node.store, node.keyring, node.quarantine, NOW_US + 4 * DAY_US) == 1


def test_leftovers_of_fetches_are_removed_after_a_day(node: Node) -> None:
    """Folders of processes that died and parts of sources nobody follows go; the part of a followed source stays."""
    now_us = time.time_ns() // 1_000
    folder = incoming_folder(node, now_us)
    sources.add(node, "emsc")
    for name in ("tmpabc", "koeri", safe_name("emsc")):
        (folder / name).mkdir()
        (folder / name / "x.part").write_bytes(b"x")
    sweep(node, now_us + DAY_US // 2)
    assert len(list(folder.rglob("*.part"))) == 3
    sweep(node, now_us + 2 * DAY_US)
    assert [path.parent.name for path in folder.rglob("*.part")] == ["emsc"]
    assert not (folder / "tmpabc").exists()


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", "nothing"),
        (b" <!DOCTYPE html><p>token=1", "a page of HTML"),
        (b"<a/>", "XML"),
        (b'[{"k":"secret"}]', "JSON"),
        ("naïve".encode(), "text"),
        (b"a\x00b", "binary data"),
    ],
)
def test_a_fault_says_the_sort_of_an_answer_and_never_its_bytes(head: bytes, expected: str) -> None:
    """The sentence is stored in the clear."""
    assert _sort_of(head) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        (Label("ME", tlp="CLEAR"), "TLP:CLEAR: readable by everybody."),
        (Label("ME", tlp="AMBER"), "TLP:AMBER: readable by you only."),
        (Label("ME", tlp="CLEAR", rel_to=frozenset()), "TLP:CLEAR: readable by you only."),
        (Label("ME", tlp="CLEAR", level="SECRET"), "TLP:CLEAR: readable by you only."),
        (Label("ME", tlp="CLEAR", level="RESTRICTED"), "TLP:CLEAR: readable by everybody, cleared for VIGIE RESTRICTED; always by you."),
        (Label("ME", tlp="GREEN", caveats=frozenset({"MEDICAL"})), "TLP:GREEN: readable by the community, who hold MEDICAL; always by you."),
        (Label("ME", tlp="AMBER", rel_to=frozenset("AB"), not_to=frozenset("C")), "TLP:AMBER: readable by A, B, except C; always by you."),
        (Label("ME", tlp="CLEAR", embargo_us=0), "TLP:CLEAR: readable by everybody, from 1970-01-01T00:00:00Z on; always by you."),
    ],
)
def test_the_sentence_on_who_may_read_is_true_for_every_label(label: Label, expected: str) -> None:
    """A level, caveats, exceptions and an embargo are said too."""
    assert release_sentence(Outcome("a.csv", "taken in", label=label), Directory()) == expected


def test_nobody_needs_a_sentence_on_a_file_whose_terms_decide() -> None:
    """It was said already."""
    assert release_sentence(Outcome("a.csv", "taken in", label=Order(label=Label("ME")).label, restricted=True), Directory()) == ""
