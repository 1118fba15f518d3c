"""Notes: what a node remembers for itself, book by book. On SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vigie.store import Store, add_note, change_note, list_notes, read_note, remove_note, save_note


def test_a_note_is_what_was_saved_last(store: Store) -> None:
    """Each in its book; a book is listed by name."""
    save_note(store, "jobs", "b", {"n": 1})
    save_note(store, "jobs", "b", {"n": 2, "words": "ш"})
    save_note(store, "jobs", "a", {})
    save_note(store, "other", "b", {"n": 3})
    assert read_note(store, "jobs", "b") == {"n": 2, "words": "ш"}
    assert list(list_notes(store, "jobs")) == ["a", "b"]
    assert read_note(store, "jobs", "c") is None


def test_a_note_is_removed_once(store: Store) -> None:
    """The second is told that there was none."""
    save_note(store, "jobs", "a", {})
    assert [remove_note(store, "jobs", "a"), remove_note(store, "jobs", "a")] == [True, False]
    assert list_notes(store, "jobs") == {}


def test_of_several_who_add_a_note_one_is_told_that_it_did(store: Store) -> None:
    """Eight threads, one name."""
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda number: add_note(store, "jobs", "a", {"n": number}), range(8)))
    assert sorted(told) == [False] * 7 + [True]
    assert read_note(store, "jobs", "a") == {"n": told.index(True)}


def test_nobody_writes_between_the_reading_and_the_writing_of_a_change(store: Store) -> None:
    """Forty increments from eight threads make forty."""

    def one_more(known: dict[str, Any] | None) -> dict[str, Any]:
        return {"n": known["n"] + 1 if known else 1}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _number: change_note(store, "jobs", "a", one_more), range(40)))
    assert read_note(store, "jobs", "a") == {"n": 40}


def test_a_change_that_fails_leaves_the_note_as_it_was(store: Store) -> None:
    """And a change to None removes it."""
    save_note(store, "jobs", "a", {"n": 1})
    with pytest.raises(KeyError):
        change_note(store, "jobs", "a", lambda known: {"n": (known or {})["m"]})
    assert read_note(store, "jobs", "a") == {"n": 1}
    assert change_note(store, "jobs", "a", lambda _known: None) is None
    assert read_note(store, "jobs", "a") is None
