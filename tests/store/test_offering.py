"""The pages that a partner is told: what it may not read moves neither their ends nor their order, nor says that more follows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.network import PARTIES, Node, network, template
from vigie.model.label import Label
from vigie.store import offering
from vigie.store.offering import Place, Told, tell
from vigie.store.telling import tell_more

OPEN, CLOSED = Label("A", tlp="CLEAR"), Label("A", tlp="RED", rel_to=frozenset())
TO_B = Label("A", tlp="AMBER", rel_to=frozenset({"B"}))
KINDS = {"open": OPEN, "to B": TO_B, "closed": CLOSED}

Said = list[tuple[str, str, str]]
_words = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(["report", "entry"]), st.sampled_from(["", "", "relabel"])), min_size=3, max_size=14
)


def _say(node: Node, said: Said, *, with_hidden: bool) -> None:
    """Says each word under a name of its own; one to be relabelled is said again under the other open label."""
    for number, (kind, stream, way) in enumerate(said):
        if kind == "closed" and not with_hidden:
            continue
        node.put(f"n{number}", "1", KINDS[kind], stream)
        if way and kind != "closed":
            node.put(f"n{number}", "1", TO_B if kind == "open" else OPEN, stream)


def _told(node: Node, limit: int) -> list[tuple[object, ...]]:
    """What B is told, page by page to the end: names, not row numbers; and whether more follows."""
    pages, place = [], Place()
    with node.store.reading() as connection:
        while not pages or pages[-1][-1]:
            told: Told = tell_more(connection, node.audience("B"), place, limit)
            offered = [(stream, row.record_id.hex()) for stream, row in told.offered]
            pages.append((offered, told.withdrawn, told.erased, told.more))
            place = told.place
        quiet = tell(connection, node.audience("B"), place, 1)
    assert not len(quiet)
    assert not quiet.more
    return pages


@pytest.mark.parametrize("window", [2, 1_000])
def test_hidden_rows_change_no_page(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """The same pages at a node that says more under a closed label, however few rows are looked at at once; and every page but an only one tells something."""
    source = template(tmp_path_factory.mktemp("source"))
    monkeypatch.setattr(offering, "_AT_ONCE", window)
    busy: list[bool] = []

    @settings(max_examples=12)
    @given(_words, st.sampled_from([1, 2, 3, 100]))
    def holds(said: Said, limit: int) -> None:
        pages = []
        for name in ("plain", "full"):
            nodes = network(tmp_path_factory.mktemp(name), source, {})
            _say(nodes["A"], said, with_hidden=name == "full")
            pages.append(_told(nodes["A"], limit))
            for node in nodes.values():
                node.store.close()
        assert pages[0] == pages[1]
        assert all(any(page[:3]) for page in pages[1]) or len(pages[1]) == 1
        busy.append(any(kind == "closed" for kind, _, _ in said) and len(pages[1]) > 1)

    holds()
    assert sum(busy) > 3


def test_labels_that_open_at_once_are_told_in_the_order_of_their_texts(tmp_path: Path) -> None:
    """Which of two labels was used first, perhaps for what is hidden, does not show."""
    source = template(tmp_path)
    found = []
    for turn, order in enumerate((("x", "y"), ("y", "x"))):
        (tmp_path / str(turn)).mkdir()
        nodes = network(tmp_path / str(turn), source, {})
        node = nodes["A"]
        labels = {name: Label("A", tlp="AMBER", rel_to=frozenset({"G"}), not_to=frozenset({name})) for name in order}
        for name in order:
            node.put(name, "1", labels[name], "report")
        with node.store.reading() as connection:
            place = tell(connection, node.audience("B"), Place(), 100).place
            node.directory = replace(node.directory, groups={"G": frozenset(PARTIES)})
            told = tell(connection, node.audience("B"), place, 100)
            found.append([row.record_id for _, row in told.offered])
        for each in nodes.values():
            each.store.close()
    assert len(found[0]) == 2
    assert found[0] == found[1]
