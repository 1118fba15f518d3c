"""Which changes of a label only take readers away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from strategies import LEVELS, caveats, directories, instants, labels, name_sets, readers
from vigie.model.label import PUBLIC, Directory, Label, Membership, Party, join, may_forward, may_read
from vigie.model.narrowing import is_narrower, is_wider

changes = st.lists(
    st.one_of(
        st.tuples(st.just("rel_to"), st.none() | name_sets),
        st.tuples(st.just("not_to"), name_sets),
        st.tuples(st.just("caveats"), caveats),
        st.tuples(st.just("tlp"), st.sampled_from(["CLEAR", "GREEN", "AMBER", "RED", "PURPLE"])),
        st.tuples(st.just("orcon"), st.booleans()),
        st.tuples(st.just("relay"), st.booleans()),
        st.tuples(st.just("embargo_us"), st.none() | st.integers(0, 20)),
    ),
    max_size=2,
)
directory_of_nobody = Directory(LEVELS)
pairs = st.one_of(
    st.tuples(labels, changes).map(lambda drawn: (drawn[0], replace(drawn[0], **dict(drawn[1])))),
    st.tuples(labels, labels),
    st.tuples(labels, labels).map(lambda drawn: (drawn[0], join(*drawn, directory_of_nobody))),
    st.tuples(labels, labels).map(lambda drawn: (join(*drawn, directory_of_nobody), drawn[0])),
)


@given(pairs, directories, readers | st.just(PUBLIC), readers, instants)
def test_a_narrower_label_opens_nothing_to_anybody_at_any_time(pair: tuple[Label, Label], directory: Directory, party: str, holder: str, now: int) -> None:
    """Neither to read nor to pass on."""
    before, label = pair
    event(f"narrower: {is_narrower(label, before, directory)}")
    if is_narrower(label, before, directory):
        assert not may_read(party, label, directory, now) or may_read(party, before, directory, now)
        record = ("r", 1)
        assert not may_forward(holder, party, label, directory, now, record) or may_forward(holder, party, before, directory, now, record)


@given(labels, labels, directories, instants)
def test_what_adds_a_reader_is_wider_and_a_join_is_never(first: Label, second: Label, directory: Directory, now: int) -> None:
    """Somebody who reads the one and not the other."""
    added = any(may_read(name, second, directory, now) and not may_read(name, first, directory, now) for name in (PUBLIC, *directory.parties))
    assert not added or is_wider(second, first, directory, now)
    assert not is_wider(join(first, second, directory), first, directory, now)
    assert not is_wider(first, first, directory, now)


CLEAR, GREEN, LISTED = Label("A", tlp="CLEAR"), Label("A", tlp="GREEN"), Label("A", rel_to=frozenset({"G"}))


@pytest.mark.parametrize(
    ("before", "change", "wider"),
    [
        (CLEAR, {"tlp": "GREEN"}, False),
        (CLEAR, {"tlp": "AMBER", "rel_to": frozenset({"B", "STRANGER"})}, False),
        (GREEN, {"tlp": "AMBER", "rel_to": frozenset({"B"})}, False),
        (GREEN, {"tlp": "AMBER", "rel_to": frozenset({"C"})}, True),
        (GREEN, {"tlp": "CLEAR"}, True),
        (LISTED, {"rel_to": frozenset({"B"})}, False),
        (LISTED, {"rel_to": frozenset({"D"})}, True),
        (LISTED, {"rel_to": frozenset()}, False),
        (LISTED, {"rel_to": None}, False),
        (LISTED, {"tlp": "GREEN", "rel_to": None}, True),
        (LISTED, {"not_to": frozenset({"B"})}, False),
        (LISTED, {"relay": True}, True),
        (LISTED, {"info": frozenset({"a remark"})}, False),
        (LISTED, {"level": "RESTRICTED"}, False),
        (replace(LISTED, level="RESTRICTED"), {"level": "OPEN"}, True),
        (replace(LISTED, orcon=True), {"orcon": False}, True),
        (replace(LISTED, embargo_us=5), {"embargo_us": 4}, True),
        (replace(LISTED, rel_to=frozenset({"NOBODY-YET"})), {"rel_to": frozenset({"NOBODY-YET", "NOR-THIS"})}, True),
    ],
)
def test_who_may_come_counts_as_who_is_there(before: Label, change: dict[str, Any], wider: bool) -> None:  # noqa: FBT001 - a table
    """B is always in G and of the community, D is in G for a while, C is of neither."""
    parties = {name: Party(name, name, community=name == "B") for name in ("B", "C", "D")}
    directory = Directory(groups={"G": frozenset({"B"})}, parties=parties, dated={"G": frozenset({Membership("D", 0, 10)})})
    assert is_wider(replace(before, **change), before, directory, 20) is wider
