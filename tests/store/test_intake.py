"""Taking in: versions, repeats, late words, transactions. Every test runs on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from made import NOW_US, quake
from vigie.model.canonical import digest
from vigie.model.errors import Reject
from vigie.model.label import PUBLIC, Directory, Label, label_text
from vigie.model.report import Record, Report, facts_text, record_id, report_key, witness
from vigie.store import (
    Audience,
    FileFacts,
    Keyring,
    Store,
    Tally,
    Window,
    check_payloads,
    check_records,
    find_reports,
    held_reports,
    list_rejects,
    prepare,
    taken_in,
    taking_in,
    visible,
)

CLEAR = Label("ME", tlp="CLEAR")
_files = itertools.count()


def take_in(store: Store, keyring: Keyring, reports: Sequence[Report | Reject], label: Label = CLEAR, digest: str = "") -> Tally:
    """Takes in reports as one file."""
    file = FileFacts(digest=digest or str(next(_files)), name="file", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with taking_in(store, keyring, file, label, NOW_US + 1) as intake:
        intake.add(prepare([item for item in reports if isinstance(item, Report)], label.owner, label_text(label)))
        for item in reports:
            if isinstance(item, Reject):
                intake.reject(item)
        return intake.tally


def seen(store: Store, party: str = "ME") -> list[Report]:
    """The reports that a party sees, by reference."""
    audience = Audience(party, Directory(), NOW_US)
    catalogue = visible(store, audience, Window())
    held = held_reports(store, audience, catalogue.row.tolist(), payloads=True)
    return sorted((item.report for item in held), key=lambda report: report.agency_ref or "")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Keys of a quarantine."""
    return Keyring(tmp_path / "keys" / "quarantine.keys")


def test_a_report_comes_back_as_it_was_given(store: Store, keyring: Keyring) -> None:
    """Every fact and the payload."""
    report = replace(quake(), details={"a": [1, 2.5, None]}, actors=("X", "Y"), payload=b"own bytes", summary="Žiža", issued_us=NOW_US, sigma_s=0.5)
    take_in(store, keyring, [report])
    assert seen(store) == [report]
    assert [fault for fault in (*check_records(store), *check_payloads(store)) if fault] == []


def test_the_same_report_twice_changes_nothing(store: Store, keyring: Keyring) -> None:
    """In one file and in two."""
    assert take_in(store, keyring, [quake(), quake()]).reports == 1
    assert take_in(store, keyring, [quake()]) == Tally(0, 1, 0)
    assert len(seen(store)) == 1


def test_a_correction_becomes_the_version_that_counts(store: Store, keyring: Keyring) -> None:
    """The agency's next word on the same reference."""
    take_in(store, keyring, [quake(magnitude=4.5)])
    take_in(store, keyring, [quake(magnitude=4.7)])
    assert [report.magnitude for report in seen(store)] == [4.7]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_an_earlier_revision_that_arrives_late_does_not_count(store: Store, keyring: Keyring, order: tuple[int, ...]) -> None:
    """Whatever the order of arrival, the highest revision counts."""
    words = [quake(revision=number, magnitude=4.0 + number / 10) for number in range(3)]
    for number in order:
        take_in(store, keyring, [words[number]])
    assert [report.revision for report in seen(store)] == [2]
    assert [fault for fault in check_records(store) if fault] == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_two_words_of_one_file_are_ordered_by_content(store: Store, keyring: Keyring, order: tuple[int, ...]) -> None:
    """Rows of one file may be shuffled: the same word counts."""
    words = [quake(magnitude=4.0 + number / 10) for number in range(3)]
    take_in(store, keyring, [words[number] for number in order])
    assert [report.magnitude for report in seen(store)] == [seen_of_sorted(words)]


def seen_of_sorted(words: Sequence[Report]) -> float | None:
    """The magnitude of the word with the greatest facts."""
    return max(words, key=lambda word: prepare([word], "ME", "{}").reports[0].facts).magnitude


def test_a_relabel_takes_the_earlier_label_back(store: Store, keyring: Keyring) -> None:
    """The same facts under a stricter label: the owner sees the new version, and the public none any more."""
    take_in(store, keyring, [quake()])
    take_in(store, keyring, [quake()], label=Label("ME", tlp="RED"))
    owner, public = Audience("ME", Directory(), NOW_US), Audience(PUBLIC, Directory(), NOW_US)
    assert [held.version for held in find_reports(store, owner, "r1")] == [2]
    assert find_reports(store, public, "r1") == []
    take_in(store, keyring, [quake()], label=Label("ME", tlp="GREEN"))
    assert find_reports(store, public, "r1") == []


def test_a_hidden_correction_leaves_the_word_that_was_open(store: Store, keyring: Keyring) -> None:
    """Other facts under a stricter label are no relabel: the public goes on seeing what it was told."""
    take_in(store, keyring, [quake()])
    take_in(store, keyring, [quake(magnitude=4.9)], label=Label("ME", tlp="RED"))
    assert [report.magnitude for report in seen(store, PUBLIC)] == [4.5]
    assert [report.magnitude for report in seen(store)] == [4.9]


def test_what_was_relabelled_does_not_come_back_when_an_earlier_word_comes_late(store: Store, keyring: Keyring) -> None:
    """The words that counted are written again above the late one, but not those whose label was taken back."""
    secret = Label("ME", tlp="RED")
    take_in(store, keyring, [quake(revision=1)])
    take_in(store, keyring, [quake(revision=1)], label=secret)
    take_in(store, keyring, [quake(revision=2, magnitude=4.9)], label=secret)
    take_in(store, keyring, [quake(revision=0, magnitude=4.1)], label=Label("ME", tlp="GREEN"))
    assert seen(store, PUBLIC) == []
    assert [report.revision for report in seen(store)] == [2]


def test_what_is_amber_is_seen_by_its_owner_alone(store: Store, keyring: Keyring) -> None:
    """No list, AMBER: nobody else, and no trace."""
    take_in(store, keyring, [quake()], label=Label("ME"))
    assert len(seen(store, "ME")) == 1
    assert seen(store, PUBLIC) == []
    assert find_reports(store, Audience(PUBLIC, Directory(), NOW_US), "r1") == []


def test_copies_of_one_report_through_two_owners_are_one_witness(store: Store, keyring: Keyring) -> None:
    """One row in the catalogue, whoever holds it."""
    take_in(store, keyring, [quake()])
    take_in(store, keyring, [quake()], label=Label("RS", tlp="CLEAR"))
    take_in(store, keyring, [quake(revision=1)], label=Label("AL", tlp="CLEAR"))
    assert [report.revision for report in seen(store)] == [1]


def test_a_report_without_reference_is_known_by_its_facts(store: Store, keyring: Keyring) -> None:
    """The same facts are the same report; other facts are another one."""
    take_in(store, keyring, [quake(None), quake(None), quake(None, magnitude=5.0)])
    assert len(seen(store)) == 2


def test_a_failure_in_the_middle_of_a_file_leaves_nothing(store: Store, keyring: Keyring) -> None:
    """One file is one transaction."""
    file = FileFacts(digest="d", name="f", source="", reader="test", bytes=1, exercise=False, received_us=NOW_US)
    with pytest.raises(RuntimeError), taking_in(store, keyring, file, CLEAR, NOW_US) as intake:
        intake.add(prepare([quake()], "ME", label_text(CLEAR)))
        raise RuntimeError
    assert seen(store) == []
    assert taken_in(store, file, CLEAR) is None


def test_two_writers_at_once_lose_nothing(store: Store, keyring: Keyring) -> None:
    """Eight threads, eight files, some with the same reports."""

    def work(number: int) -> None:
        take_in(store, keyring, [quake(f"r{index}") for index in range(number % 4 * 10, number % 4 * 10 + 20)], digest=f"file{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen(store)) == 50


def test_a_reject_is_counted_and_its_content_is_nowhere_in_the_clear(store: Store, keyring: Keyring, tmp_path: Path) -> None:
    """The operator reads it through the key; once the key is gone, nobody does."""
    secret = "Zlatko-Secretovic"
    take_in(store, keyring, [Reject("line 7", "A cell cannot be understood", "magnitude", secret, "a number", secret.encode())])
    entry = list_rejects(store, keyring)[0]
    assert (entry.place, entry.field, entry.got) == ("line 7", "magnitude", secret)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("window", "refs"),
    [
        (Window(), ["r1", "r2", "r3", "r4"]),
        (Window(fields=("seismic",)), ["r1", "r2", "r3"]),
        (Window(box=(19.0, 41.0, 20.0, 43.0)), ["r1", "r4"]),
        (Window(box=(179.0, -90.0, -179.0, 90.0)), ["r2"]),
        (Window(since_us=NOW_US + 1), ["r3"]),
        (Window(until_us=NOW_US + 1), ["r1", "r2", "r4"]),
        (Window(exercise=True), ["r4"]),
    ],
)
def test_a_window_shows_what_lies_in_it(store: Store, keyring: Keyring, window: Window, refs: list[str]) -> None:
    """Field, time, place (over the antimeridian too), exercise."""
    far = quake("r2", lon=-179.9, lat=10.0)
    later = quake("r3", begin_us=NOW_US + 10, end_us=NOW_US + 10, lon=None, lat=None)
    take_in(store, keyring, [quake("r1"), far, later, quake("r4", field="cyber", kind="cyber.ddos", exercise=True)])
    audience = Audience("ME", Directory(), NOW_US)
    rows = visible(store, audience, window).row.tolist()
    assert sorted(held.report.agency_ref or "" for held in held_reports(store, audience, rows)) == refs


def test_an_exercise_never_takes_the_place_of_a_real_report(store: Store, keyring: Keyring) -> None:
    """Though the agency uses its reference again: both are there, each in its own world."""
    take_in(store, keyring, [quake()])
    take_in(store, keyring, [quake(exercise=True, revision=5)])
    audience = Audience("ME", Directory(), NOW_US)
    assert [len(visible(store, audience, Window(exercise=kind))) for kind in (False, True)] == [1, 1]


def test_a_report_is_found_by_agency_and_reference_though_both_hold_slashes(store: Store, keyring: Keyring) -> None:
    """The name of an agency may be A/B."""
    take_in(store, keyring, [quake("x/1", agency="A/B"), quake("1", agency="A/B/x")])
    found = find_reports(store, Audience("ME", Directory(), NOW_US), "A/B/x/1")
    assert sorted(held.report.agency for held in found) == ["A/B", "A/B/x"]


@pytest.mark.parametrize("report", [quake(), quake(None), quake(exercise=True), quake('a "quoted" ref', agency="A,B", revision=3, payload=b"x")])
def test_a_prepared_report_bears_the_names_that_the_model_gives_it(report: Report) -> None:
    """The names are made once, by hand, for speed; here they are made as the model says."""
    made = prepare([report], 'O"wner', label_text(CLEAR)).reports[0]
    said = digest(facts_text(report).encode())
    key = report_key('O"wner', report, said)
    assert made.key == bytes.fromhex(digest(key.text.encode()))[:16]
    assert made.record_id.hex() == record_id(Record(key, 1, CLEAR, report))
    name = witness(report.agency, report.agency_ref, report.revision, said)
    assert made.columns[:2] == tuple(int.from_bytes(bytes.fromhex(name)[at : at + 8], "big", signed=True) for at in (0, 8))
