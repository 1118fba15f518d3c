"""Which of an agency's words counts, what is packed, and what a file's counts say when it is read again. On SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from made import NOW_US, quake
from vigie.model.errors import Reject
from vigie.model.label import PUBLIC, Directory, Label, label_text
from vigie.model.report import Report
from vigie.store import Audience, FileFacts, Intake, Keyring, Store, Tally, check_payloads, find_reports, list_files, list_rejects, prepare, raw_item, taking_in
from vigie.store.schema import payload_blocks, quarantine

CLEAR = Label("ME", tlp="CLEAR")
RED = Label("ME", tlp="RED")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Keys of a quarantine."""
    return Keyring(tmp_path / "keys" / "quarantine.keys")


def take_in(store: Store, keyring: Keyring, digest: str, reports: Sequence[Report], faults: Sequence[Reject] = (), **rest: object) -> Intake:
    """Takes in a file; `rest` may say its label, its raw item and when that expires."""
    label = rest.get("label", CLEAR)
    assert isinstance(label, Label)
    file = FileFacts(digest=digest, name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, label, int(str(rest.get("expires_us", NOW_US + 1)))) as intake:
        if rest.get("raw"):
            intake.keep_raw(str(rest["raw"]))
        intake.add(prepare(reports, "ME", label_text(label)))
        intake.reject_all(faults)
        return intake


def blocks(store: Store) -> list[bytes]:
    """Every payload block, unpacked."""
    with store.reading() as connection:
        return [zlib.decompress(data) for data in connection.execute(select(payload_blocks.c.data).order_by(payload_blocks.c.id)).scalars()]


def counting_word(store: Store, party: str = "ME") -> Report:
    """The word on r1 that counts for a party."""
    (held,) = find_reports(store, Audience(party, Directory(), NOW_US), "r1")
    return held.report


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_words_of_three_files_that_the_agency_did_not_order_are_ordered_by_content(store: Store, keyring: Keyring, order: tuple[int, ...]) -> None:
    """The same word counts whichever file comes first, and also once they all come again."""
    words = [quake(magnitude=4.0 + number / 10) for number in range(3)]
    tallies = [take_in(store, keyring, str(number), [words[number]]).tally for number in order]
    greatest = max(words, key=lambda word: prepare([word], "ME", "{}").reports[0].facts)
    assert counting_word(store) == greatest
    assert [tally.tied for tally in tallies] == [0, 1, 1]
    for number in order:
        assert take_in(store, keyring, f"again {number}", [words[number]]).tally == Tally(0, 1, 0, 0)
    assert counting_word(store) == greatest


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_each_reader_sees_the_latest_word_it_may_in_whatever_order_the_words_came(store: Store, keyring: Keyring, order: tuple[int, ...]) -> None:
    """Two open words and a closed one that is the last."""
    words, labels = [quake(revision=number) for number in range(3)], [CLEAR, CLEAR, RED]
    for number in order:
        take_in(store, keyring, str(number), [words[number]], label=labels[number])
    assert (counting_word(store, PUBLIC).revision, counting_word(store).revision) == (1, 2)


def test_a_word_with_a_revision_is_no_tie(store: Store, keyring: Keyring) -> None:
    """The agency said which comes later."""
    take_in(store, keyring, "0", [quake()])
    assert take_in(store, keyring, "1", [quake(revision=1)]).tally.tied == 0


def test_only_the_payloads_of_reports_that_are_written_are_packed(store: Store, keyring: Keyring) -> None:
    """The unchanged report's payload is not kept a second time; where nothing is new, there is no block."""
    old, new = (replace(quake(ref), payload=ref.encode() * 3) for ref in ("old", "new"))
    take_in(store, keyring, "0", [old])
    take_in(store, keyring, "1", [old, replace(quake("bare")), new, new])
    take_in(store, keyring, "2", [old, new])
    assert blocks(store) == [b"oldoldold", b"newnewnew"]
    (held,) = find_reports(store, Audience("ME", Directory(), NOW_US), "new", payloads=True)
    assert held.report.payload == b"newnewnew"
    assert [fault for fault in check_payloads(store) if fault] == []


def test_payloads_are_read_only_when_asked_for(store: Store, keyring: Keyring) -> None:
    """Unpacking takes time."""
    take_in(store, keyring, "0", [replace(quake(), payload=b"own")])
    assert counting_word(store).payload == b""


def test_a_file_that_is_read_again_adds_to_its_count_and_its_rejects_are_replaced(store: Store, keyring: Keyring) -> None:
    """The reports and the unchanged ones of the first reading stay counted; the content of the old reject is gone."""
    take_in(store, keyring, "0", [quake("a"), quake("a")], [Reject("line 2", "bad", got="x"), Reject("line 3", "bad", got="y")])
    take_in(store, keyring, "0", [quake("a"), quake("a"), quake("b")], [Reject("line 3", "bad", got="y")])
    (entry,) = list_files(store)
    assert (entry.reports, entry.unchanged, entry.rejects) == (2, 1, 1)
    assert [fault.got for fault in list_rejects(store, keyring)] == ["y"]
    with store.reading() as connection:
        items = connection.execute(select(quarantine.c.item)).scalars().all()
    assert len(items) == 1
    assert keyring.strays(set(items), NOW_US, 0) == []


def test_the_same_file_from_two_processes_counts_once(store: Store, keyring: Keyring) -> None:
    """Both asked before either had written."""
    for _ in range(2):
        take_in(store, keyring, "0", [quake("a")], [Reject("line 2", "bad")])
    (entry,) = list_files(store)
    assert (entry.reports, entry.unchanged, entry.rejects) == (1, 0, 1)
    assert len(list_rejects(store, keyring)) == 1


def test_reading_a_file_again_does_not_put_off_the_day_on_which_its_bytes_go(store: Store, keyring: Keyring) -> None:
    """The first raw item stays, the second is not taken, and new rejects go on the same day."""
    take_in(store, keyring, "0", [], [Reject("line 2", "bad")], raw="first", expires_us=NOW_US + 5)
    take_in(store, keyring, "0", [], [Reject("line 2", "bad")], raw="second", expires_us=NOW_US + 50)
    assert raw_item(store, 1) == "first"
    with store.reading() as connection:
        assert set(connection.execute(select(quarantine.c.expires_us)).scalars()) == {NOW_US + 5}


def test_ten_thousand_rejects_are_kept_with_their_content(store: Store, keyring: Keyring) -> None:
    """In their order; those beyond are counted only."""
    tally = take_in(store, keyring, "0", [], [Reject(f"line {number}", "bad", got=str(number)) for number in range(10_001)]).tally
    assert tally.rejects == 10_001
    assert [fault.got for fault in list_rejects(store, keyring, limit=3)] == ["0", "1", "2"]
    with store.reading() as connection:
        assert len(connection.execute(select(quarantine.c.item)).all()) == 10_000


def test_a_revision_may_be_a_time(store: Store, keyring: Keyring) -> None:
    """Some agencies count their versions in milliseconds, beyond 32 bits."""
    take_in(store, keyring, "0", [quake(revision=1_700_000_000_000)])
    assert counting_word(store).revision == 1_700_000_000_000
