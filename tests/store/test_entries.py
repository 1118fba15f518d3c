"""Entries: versions, conflicts, who reads them, what a kill leaves, what a check finds, what erasing takes. On SQLite and PostgreSQL."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from made import NOW_US
from strategies import directories, labels, readers
from vigie.model.entry import Entry, Log, entry_id
from vigie.model.errors import BadSetting
from vigie.model.label import PUBLIC, Directory, Label, join, may_read
from vigie.store import (
    Audience,
    Keyring,
    Store,
    add_entries,
    add_entry,
    change_count,
    check_entries,
    create_store,
    erasable,
    erase,
    readable_log,
    sqlite_url,
    tombstoned,
)
from vigie.store.extent import readable_words
from vigie.store.schema import entries
from vigie.store.schema import labels as label_table

CLEAR = Label("ME", tlp="CLEAR")
NO_PARTIES = Directory()


def said(ref: str = "d-1", **changes: object) -> Entry:
    """A draft of ME, with changes."""
    facts: dict[str, object] = {"type": "draft", "owner": "ME", "ref": ref, "label": CLEAR, "said_us": NOW_US, "body": {"words": ref}, "by": "analyst"}
    return Entry(**(facts | changes))  # type: ignore[arg-type]


def log(store: Store, party: str = "ME", *, exercise: bool = False, types: tuple[str, ...] = ()) -> Log:
    """What a party reads now."""
    return readable_log(store, Audience(party, NO_PARTIES, NOW_US), exercise=exercise, types=types)


def test_each_new_word_is_the_next_version(store: Store) -> None:
    """Counted for each key apart; what was said comes back as it was."""
    first, second = add_entry(store, said()), add_entry(store, said(body={"words": "žuto", "share": 0.25, "n": 1.0}, said_us=NOW_US + 1))
    other = add_entry(store, said("d-2"))
    assert [entry.version for entry in (first, second, other)] == [1, 2, 1]
    assert log(store).entries == tuple(sorted((first, second, other), key=lambda entry: (entry.said_us, entry.version, entry_id(entry))))
    assert log(store, types=("approval",)).entries == ()


def test_the_same_entry_again_changes_nothing(store: Store) -> None:
    """With its version or asking for the next one: a form that was sent twice is one word."""
    written = add_entry(store, said())
    changes = change_count(store)
    assert [add_entry(store, said()), add_entry(store, written)] == [written, written]
    assert log(store).entries == (written,)
    assert change_count(store) == changes


def test_two_who_looked_at_one_version_do_not_overwrite_each_other(store: Store) -> None:
    """The second is told so in one sentence, and nothing of what they sent with it is kept."""
    add_entry(store, said(version=1))
    add_entry(store, said(version=2, body={"words": "mine"}))
    with pytest.raises(BadSetting, match=r"^Somebody else has changed this meanwhile \(draft d-1\); look at it again\.$"):
        add_entries(store, [said("d-2"), said(version=2, body={"words": "yours"})])
    assert [entry.body["words"] for entry in log(store).entries] == ["d-1", "mine"]


def test_versions_that_arrive_late_or_with_gaps_take_their_places(store: Store) -> None:
    """A partner's entries come in any order; the next word of our own stands above them all."""
    written = [add_entry(store, said(version=version, said_us=NOW_US + version)) for version in (3, 1)]
    assert [entry.version for entry in log(store).entries] == [1, 3]
    assert add_entry(store, said(said_us=NOW_US + 9)).version == 4
    assert add_entry(store, written[1]) == written[1]
    with pytest.raises(BadSetting, match="counted from 1"):
        add_entry(store, said(version=-1))


def test_a_word_of_the_exercise_is_no_word_of_the_real_world(store: Store) -> None:
    """The same key in both worlds is two keys, with versions of their own."""
    real, played = add_entry(store, said()), add_entry(store, said(exercise=True))
    assert (real.version, played.version) == (1, 1)
    assert entry_id(real) != entry_id(played)
    assert log(store).entries == (real,)
    assert log(store, exercise=True).entries == (played,)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_order_of_arrival_does_not_show(new_url: Callable[[str], str], kind: str) -> None:
    """Three stores, three orders, one log; versions of one instant stand in their order."""
    words = [said(f"d-{number % 4}", version=1 + number // 4, said_us=NOW_US + number % 2, body={"n": number}) for number in range(12)]
    logs = []
    for order in (words, words[::-1], words[5:] + words[:5]):
        store = create_store(new_url(kind))
        add_entries(store, order)
        logs.append(log(store))
        store.close()
    assert logs[0] == logs[1] == logs[2]
    versions = [entry.version for entry in logs[0].entries if entry.ref == "d-1"]
    assert versions == [1, 2, 3]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all generated cases."""
    url = sqlite_url(tmp_path_factory.mktemp("entries") / "store.sqlite") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = create_store(url)
    yield store
    store.close()


_refs = iter(range(1_000_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(labels, min_size=1, max_size=5), directories, readers | st.just(PUBLIC), st.integers(0, 30))
def test_a_log_holds_exactly_what_the_labels_open(shared_store: Store, some: list[Label], directory: Directory, party: str, now_us: int) -> None:
    """Simple labels and joined ones: the log agrees with `may_read`, entry by entry."""
    every = [*some, *(join(first, second, directory) for first, second in pairwise(some))]
    written = add_entries(shared_store, [said(f"case-{next(_refs)}", label=label) for label in every])
    refs = {entry.ref for entry in written}
    found = readable_log(shared_store, Audience(party, directory, now_us), exercise=False)
    assert {entry.ref for entry in found.entries} & refs == {entry.ref for entry in written if may_read(party, entry.label, directory, now_us)}


def test_the_same_word_under_another_label_takes_the_earlier_label_back(store: Store) -> None:
    """Whoever reads: a relabelled version counts no more, and its owner reads the word once. The extent tells of it."""
    add_entries(store, [said(), said("d-2")])
    audience = Audience(PUBLIC, NO_PARTIES, NOW_US)
    before = readable_words(store, audience, exercise=False)
    add_entry(store, said(label=Label("ME", rel_to=frozenset())))
    assert [entry.ref for entry in log(store, PUBLIC).entries] == ["d-2"]
    assert [(entry.ref, entry.version) for entry in log(store).entries] == [("d-2", 1), ("d-1", 2)]
    assert readable_words(store, audience, exercise=False) != before


def test_what_is_hidden_moves_no_number(store: Store) -> None:
    """The log and its extent are the same whether or not somebody else has written."""
    add_entry(store, said())
    audience = Audience(PUBLIC, NO_PARTIES, NOW_US)
    before = log(store, PUBLIC), readable_words(store, audience, exercise=False)
    add_entries(
        store,
        [said("d-9", label=Label("ME", tlp="RED")), said("d-1", label=Label("ME", rel_to=frozenset()), body={"words": "more"}), said("d-1", exercise=True)],
    )
    assert (log(store, PUBLIC), readable_words(store, audience, exercise=False)) == before
    assert readable_words(store, Audience("ME", NO_PARTIES, NOW_US), exercise=False)[0] == 3


def test_two_writers_at_once_both_get_their_word_in(store: Store) -> None:
    """Forty words from eight threads: no version twice, none left out."""
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda number: add_entry(store, said(body={"n": number})), range(40)))
    assert sorted(entry.version for entry in written) == list(range(1, 41))
    assert len(log(store).entries) == 40


def test_of_two_who_write_the_same_version_at_once_one_is_told(store: Store) -> None:
    """Whoever comes second, whichever that is."""

    def write(number: int) -> bool:
        try:
            add_entry(store, said(version=1, body={"n": number}))
        except BadSetting:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(write, range(8))) == [False] * 7 + [True]
    assert len(log(store).entries) == 1


_KILLED = """
import os, signal, sys
sys.path[:0] = [{tests!r}]
from store.test_entries import said
from vigie.store import add_entries, open_store

def words():
    yield said("d-1")
    yield said("d-2")
    os.kill(os.getpid(), signal.SIGKILL)

add_entries(open_store({url!r}), words())
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_kill_in_the_middle_leaves_nothing_half(new_url: Callable[[str], str], kind: str) -> None:
    """Two of three entries were written when the process died: none is there, and the store works."""
    url = new_url(kind)
    store = create_store(url)
    script = _KILLED.format(tests=str(Path(__file__).parents[1]), url=url)
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert log(store).entries == ()
    assert add_entry(store, said()).version == 1
    store.close()


@pytest.mark.parametrize(
    "change", [{"body": '{"words":"other"}'}, {"body": "no JSON"}, {"by": "somebody"}, {"said_us": 1}, {"version": 7}, {"owner": "RS"}, {"exercise": True}]
)
def test_an_entry_that_was_changed_is_found(store: Store, change: dict[str, object]) -> None:
    """Whatever of it was changed, the sentence names it; the others are well."""
    add_entries(store, [said("d-1"), said("d-2")])
    assert list(check_entries(store)) == [None, None]
    with store.writing() as connection:
        connection.execute(update(entries).where(entries.c.ref == "d-2").values(**change))
    well, fault = check_entries(store)
    assert well is None
    assert fault is not None
    assert "draft d-2" in fault
    assert "was changed after it was written" in fault


def test_an_entry_whose_label_was_changed_is_found(store: Store) -> None:
    """Its label is part of what was written."""
    add_entry(store, said())
    with store.writing() as connection:
        connection.execute(update(label_table).values(text=func.replace(label_table.c.text, "CLEAR", "RED")))
    (fault,) = check_entries(store)
    assert fault is not None


@pytest.mark.parametrize("name", ["d-1", "draft/d-1", "id"])
def test_an_erased_entry_leaves_tombstones_and_does_not_come_back(store: Store, tmp_path: Path, name: str) -> None:
    """All its versions go, by reference or by record id; others stay."""
    written = [add_entry(store, said(body={"words": word})) for word in ("one", "two")]
    add_entry(store, said("d-2"))
    names = [entry_id(written[0]) if name == "id" else name]
    assert [(item.agency, item.agency_ref, item.versions) for item in erasable(store, names)] == [("ME", "draft/d-1", 2)]
    assert erase(store, Keyring(tmp_path / "keys"), tmp_path, names, "a test", NOW_US, lambda _data: b"signed").versions == 2
    assert {bytes(stone.record_id).hex() for stone in tombstoned(store)} == {entry_id(entry) for entry in written}
    assert [entry.ref for entry in log(store).entries] == ["d-2"]
    for again in (said(), written[1], replace(written[0], version=9)):
        with pytest.raises(BadSetting, match="erased here"):
            add_entry(store, again)
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 1


def test_a_name_that_two_entries_bear_is_not_erased(store: Store, tmp_path: Path) -> None:
    """The sentence says how each is named."""
    add_entries(store, [said("x-1"), said("x-1", type="warning")])
    with pytest.raises(BadSetting, match="borne by several"):
        erase(store, Keyring(tmp_path / "keys"), tmp_path, ["x-1"], "a test", NOW_US, lambda _data: b"signed")
    assert erase(store, Keyring(tmp_path / "keys"), tmp_path, ["warning/x-1"], "a test", NOW_US, lambda _data: b"signed").versions == 1
