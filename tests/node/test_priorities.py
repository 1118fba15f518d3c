"""Priorities: the seven that all nodes know, and a node's own list, which is read whole or refused with one sentence."""

from __future__ import annotations

import pytest

from vigie.model.errors import BadSetting
from vigie.model.priorities import PRIORITIES
from vigie.node.priorities import FILE, priorities_of, priority_titles
from vigie.node.settings import Node

OWN = """
[demining-training]
title = " Training of deminers "
fields = ["mines"]
sector = "15250"

[trust]
title = "Building trust"
"""


def test_a_node_without_a_list_knows_the_seven(node: Node) -> None:
    """Those of all nodes, in their order."""
    assert list(priorities_of(node)) == ["mines", "environment", "counter-terrorism", "cyber", "human-social", "energy", "cbrn"]


def test_a_node_may_add_its_own(node: Node) -> None:
    """After those of all; with the fields that they stand for, and a sector if one is near."""
    (node.folder / FILE).write_text(OWN, encoding="utf-8")
    found = priorities_of(node)
    assert list(found) == [*PRIORITIES, "demining-training", "trust"]
    made = found["demining-training"]
    assert (made.title, made.fields, made.sector) == ("Training of deminers", frozenset({"mines"}), "15250")
    assert (found["trust"].fields, found["trust"].sector) == (frozenset(), "")


def test_a_priority_that_a_node_does_not_know_is_its_own_title(node: Node) -> None:
    """An activity of a partner may name one."""
    (node.folder / FILE).write_text(OWN, encoding="utf-8")
    assert priority_titles(node, ("cyber", "trust", "theirs")) == [("cyber", "Cyber defence"), ("trust", "Building trust"), ("theirs", "theirs")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[mines]\ntitle = 'Other'", "All nodes know this priority"),
        ("[own]", "cannot be understood"),
        ("own = 3", "cannot be understood"),
        ("[own]\ntitle = ' '", "cannot be understood"),
        ("[own]\ntitle = 3", "cannot be understood"),
        ("[own]\ntitle = 'A'\nfields = 'mines'", "cannot be understood"),
        ("[own]\ntitle = 'A'\nsector = 15250", "cannot be understood"),
        ("[own]\ntitle = 'A'\ncolour = 'red'", "cannot be understood"),
        ("[own]\ntitle = 'A'\nfields = ['magic']", "There is no such field"),
        ("[own]\ntitle = 'A'\nfields = [['mines']]", "There is no such field"),
        ("[own\n", "cannot be read"),
        ("[own]\ntitle = 'A'\n[own]\ntitle = 'B'", "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_understood_is_refused_with_one_sentence(node: Node, text: str, words: str) -> None:
    """It names the file, and the priority where it can."""
    (node.folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=words) as caught:
        priorities_of(node)
    assert FILE in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_list_that_is_no_text_is_refused(node: Node) -> None:
    """As a file that cannot be read."""
    (node.folder / FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSetting, match="cannot be read"):
        priorities_of(node)
