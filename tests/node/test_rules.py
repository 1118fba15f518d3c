"""A node's rules: the packs' and its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.model.errors import BadSetting
from vigie.node.rules import RULES_FILE, rule_book
from vigie.node.settings import Node, init_node

OWN = """
field: conflict
rules:
  blockade_of_the_pass:
    title: The pass is blocked
    how: fact
    query: {kinds: [unrest.obstruct]}
    areas: [ME-16]
problems:
  winter_unrest:
    title: Unrest in a winter without power
    question: Will outages turn into unrest this winter?
    confirming: [blockade_of_the_pass, conflict.violent_protest, energy.outages]
    disconfirming: [cooperation.rise]
    parts: [supply_at_risk]
"""


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A node with one partner."""
    made = init_node(tmp_path / "node", "ME-MUP")
    (made.folder / "directory.toml").write_text('[parties.ME-CERT]\norg = "ME"\n', encoding="utf-8")
    made.store.close()
    return init_node(tmp_path / "node", "ME-MUP")


def _write(node: Node, text: str) -> None:
    (node.folder / RULES_FILE).write_text(text, encoding="utf-8")


def _refused(node: Node, text: str) -> str:
    _write(node, text)
    with pytest.raises(BadSetting) as caught:
        rule_book(node)
    return str(caught.value)


def test_a_node_has_the_rules_of_the_packs(node: Node) -> None:
    """Without a file of its own."""
    assert "conflict.violent_protest" in rule_book(node).rules


def test_own_rules_stand_beside_and_own_problems_join_fields(node: Node) -> None:
    """An own problem names rules of several packs, and a pack's problem as its part."""
    _write(node, OWN)
    book = rule_book(node)
    assert book.rules["own.blockade_of_the_pass"].areas == ("ME-16",)
    assert book.problems["winter_unrest"].parts == ("supply_at_risk",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unrest.obstruct", "unrest.blockade", "A rule names a kind that no pack has"),
        ("field: conflict", "field: weather", "A rule names a field that no pack has"),
        ("energy.outages", "energy.ghosts", "A problem names a rule that does not exist"),
        ("winter_unrest:", "supply_at_risk:", "Two problems have the same name"),
        ("    areas: [ME-16]", "    reads: STRANGER\n    tells: [STRANGER]", "A rule names a party that the node does not know"),
        ("    areas: [ME-16]", "    tells: [ME-CERT]", "A rule reads what its audience may not"),
        ("[unrest.obstruct]", "[unrest.protest]", "A rule would count peaceful assembly"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(node: Node, old: str, new: str, words: str) -> None:
    """And names the file or the problem."""
    said = _refused(node, OWN.replace(old, new))
    assert words in said
    assert "\n" not in said


def test_a_party_of_the_directory_may_be_told_of_what_everybody_reads(node: Node) -> None:
    """The rule then asks the public world."""
    _write(node, OWN.replace("    areas: [ME-16]", "    reads: PUBLIC\n    tells: [ME-CERT]"))
    assert rule_book(node).rules["own.blockade_of_the_pass"].tells == ("ME-CERT",)


def test_a_rule_that_reads_as_the_node_itself_is_the_nodes_own(node: Node) -> None:
    """Its party's name and no name mean the same."""
    _write(node, OWN.replace("    areas: [ME-16]", "    reads: ME-MUP\n    tells: [ME-MUP]"))
    assert rule_book(node).rules["own.blockade_of_the_pass"].reads == ""


def test_a_file_that_is_no_text_is_refused(node: Node) -> None:
    """As one that is too large."""
    (node.folder / RULES_FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSetting, match="cannot be read"):
        rule_book(node)
    assert "too large" in _refused(node, "#" * 300_000)
