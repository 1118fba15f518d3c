"""The audit log: append-only, in a chain that shows what was removed, altered or put in. On SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import hypothesis
import hypothesis.strategies as st
import pytest

from vigie.model.entry import Entry
from vigie.model.label import Label
from vigie.store import (
    AuditChoice,
    AuditRow,
    Store,
    add_entry,
    add_note,
    append_audit,
    append_soon,
    audit_head,
    check_audit,
    create_store,
    is_in_audit,
    remove_note,
    save_note,
)
from vigie.store import read_audit as read

ROW = AuditRow(at_us=1_790_000_000_000_000, account="duty", party="ME-NODE", act="see", subject="/api/events", facts={"status": 200})


def fill(store: Store, count: int = 6) -> None:
    """Rows 1 to `count`, one transaction each."""
    for number in range(count):
        append_audit(store, [replace(ROW, at_us=ROW.at_us + number, subject=f"/api/events/{number}")])


def change(store: Store, sql: str) -> None:
    """What somebody with the database's password does behind our back."""
    with store.writing() as connection:
        connection.exec_driver_sql(sql)


def faults(store: Store) -> list[str]:
    """What the check says."""
    return [fault for fault in check_audit(store) if fault]


def test_rows_are_numbered_chained_and_read_back_latest_first(store: Store) -> None:
    """One link a row; the head is the last row's."""
    assert audit_head(store) == (0, bytes(32))
    fill(store)
    found = read(store, AuditChoice())
    assert [row.number for row in found] == [6, 5, 4, 3, 2, 1]
    assert replace(found[-1], number=0, chain=b"") == replace(ROW, subject="/api/events/0")
    assert len({row.chain for row in found}) == 6
    assert audit_head(store) == (6, found[0].chain)
    assert list(check_audit(store)) == [None] * 6


def test_the_chain_is_the_hash_of_the_chain_before_and_the_row(store: Store) -> None:
    """Known answer: written a second time, plainly."""
    import hashlib

    fill(store, 1)
    said = '{"account":"duty","act":"see","at_us":1790000000000000,"facts":"{\\"status\\":200}","id":1,"party":"ME-NODE","subject":"/api/events/0"}'
    assert audit_head(store) == (1, hashlib.sha256(bytes(32) + said.encode()).digest())


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("UPDATE audit SET account = 'other' WHERE id = 3", ["Row 3 of the audit log is not what was written"]),
        ("UPDATE audit SET facts = '' WHERE id = 1", ["Row 1 of the audit log is not what was written"]),
        ("UPDATE audit SET at_us = at_us + 1 WHERE id = 6", ["Row 6 of the audit log is not what was written"]),
        ("DELETE FROM audit WHERE id = 3", ["Row 3 of the audit log is gone"]),
        ("DELETE FROM audit WHERE id < 3", ["Rows 1 to 2 of the audit log are gone"]),
        ("DELETE FROM audit WHERE id IN (2, 4, 5)", ["Row 2 of the audit log is gone", "Rows 4 to 5 of the audit log are gone"]),
        ("INSERT INTO audit SELECT 7, at_us, account, party, act, subject, facts, chain FROM audit WHERE id = 6", ["Row 7 of"]),
        ("INSERT INTO audit SELECT 0, at_us, account, party, act, subject, facts, chain FROM audit WHERE id = 1", ["Row 0 of the audit log was put in"]),
    ],
)
def test_what_was_removed_altered_or_put_in_is_named(store: Store, sql: str, wanted: list[str]) -> None:
    """And nothing else is."""
    fill(store)
    change(store, sql)
    found = faults(store)
    assert len(found) == len(wanted)
    assert all(fault.startswith(words) for fault, words in zip(found, wanted, strict=True)), found


def test_a_cut_tail_shows_only_beside_a_head_that_was_kept(store: Store) -> None:
    """The log alone cannot know; so the head is kept elsewhere."""
    fill(store)
    kept = audit_head(store)
    fill(store, 2)
    assert is_in_audit(store, *kept)
    change(store, "DELETE FROM audit WHERE id >= 5")
    assert faults(store) == []
    assert not is_in_audit(store, *kept)
    fill(store, 4)
    assert not is_in_audit(store, *kept)


def test_writers_at_once_make_one_chain(store: Store) -> None:
    """Eight threads, forty rows, no gap."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fill(store, 5), range(8)))
    assert list(check_audit(store)) == [None] * 40


def test_what_is_asked_for_is_what_is_read(store: Store) -> None:
    """By time, account and act, and a page before a row."""
    append_audit(store, [replace(ROW, at_us=number, account="ab"[number % 2], act=("see", "write", "see")[number % 3]) for number in range(1, 13)])
    numbers = {
        choice: [row.number for row in read(store, choice)]
        for choice in (AuditChoice(since_us=11), AuditChoice(until_us=3), AuditChoice(account="a", act="see"), AuditChoice(before=4), AuditChoice(limit=2))
    }
    assert list(numbers.values()) == [[12, 11], [2, 1], [12, 8, 6, 2], [3, 2, 1], [12, 11]]


def entry(number: int, label: Label) -> Entry:
    """A word of a party."""
    return Entry(type="draft", owner="ME-NODE", ref=f"d-{number}", label=label, said_us=5, by="duty", body={"text": "secret words"})


def test_a_word_and_its_row_are_written_together_or_not_at_all(store: Store) -> None:
    """What the party says to itself is written, what others may read is released; the same word again says nothing; the words themselves stay out."""
    add_entry(store, entry(1, Label("ME-NODE", tlp="AMBER", rel_to=frozenset())))
    add_entry(store, entry(1, Label("ME-NODE", tlp="AMBER", rel_to=frozenset())))
    add_entry(store, entry(2, Label("ME-NODE", tlp="CLEAR")))
    rows = read(store, AuditChoice())
    assert [(row.act, row.account, row.party, row.subject, row.facts) for row in rows] == [
        ("release", "duty", "ME-NODE", "draft d-2", {"version": 1, "tlp": "CLEAR", "exercise": False}),
        ("write", "duty", "ME-NODE", "draft d-1", {"version": 1, "tlp": "AMBER", "exercise": False}),
    ]
    assert "secret words" not in str(rows)


def test_a_note_takes_its_row_along_where_it_changes_something(store: Store) -> None:
    """A note that is not there is not removed, and nobody says that it was."""
    assert add_note(store, "accounts", "duty", {}, witness=ROW)
    assert not add_note(store, "accounts", "duty", {}, witness=ROW)
    assert remove_note(store, "accounts", "duty", witness=ROW)
    assert not remove_note(store, "accounts", "duty", witness=ROW)
    save_note(store, "accounts", "duty", {}, witness=ROW)
    assert audit_head(store)[0] == 3


def test_rows_that_wait_do_not_wait_for_a_writer(store: Store) -> None:
    """While another writes they are left; a batch that was written is not written twice."""
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        with store.writing():
            begun.set()
            done.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(30)
    assert not append_soon(store, lambda: pytest.fail("it was asked for what it cannot write"), wait_ms=20)
    done.set()
    writer.join()
    assert append_soon(store, lambda: ("batch 1", [ROW, ROW]), wait_ms=1_000)
    assert append_soon(store, lambda: ("batch 1", [ROW, ROW]), wait_ms=1_000)
    assert append_soon(store, lambda: ("batch 2", [ROW]), wait_ms=1_000)
    assert audit_head(store)[0] == 3
    fill(store, 1)


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@hypothesis.given(said=st.lists(st.tuples(words, st.integers(0, 2**53 - 1), st.dictionaries(words, st.integers(0, 9))), max_size=5))
def test_whatever_a_row_says_it_is_proved_and_read_back(said: list[tuple[str, int, dict[str, int]]]) -> None:
    """A round trip."""
    store = create_store("sqlite://")
    rows = [AuditRow(at, text, text, "see", text, facts) for text, at, facts in said]
    append_audit(store, rows)
    assert [replace(row, number=0, chain=b"") for row in read(store, AuditChoice())][::-1] == rows
    assert list(check_audit(store)) == [None] * len(rows)
    store.close()


def test_a_store_that_was_copied_is_proved_too(new_url: Callable[[str], str]) -> None:
    """The chain holds no name of the store."""
    first = create_store(new_url("sqlite"))
    fill(first)
    path = first.engine.url.database
    first.close()
    again = create_store(f"sqlite:///{path}")
    assert faults(again) == []
    again.close()
