"""`vigie peers`, `vigie sync` and `vigie refer`: what an operator types and is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from made import NOW_US
from node.two_nodes import DIRECTORY, for_party, held, nodes, open_label, quakes, take, to, word, words
from vigie.cli.app import app
from vigie.model.errors import BadReport, BadSetting
from vigie.node.peers import own_card
from vigie.node.settings import init_node
from vigie.node.sync import sync_with

runner = CliRunner()


def said(*words_: object) -> str:
    """What the command prints; it must end well."""
    done = runner.invoke(app, [str(one) for one in words_])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_card_makes_a_partner(tmp_path: Path) -> None:
    """The card goes from one node to the other; both show the same fingerprint; the partner can be looked at and removed."""
    for name in "AB":
        init_node(tmp_path / name, name).store.close()
    card = tmp_path / "b.card"
    written = said("peers", "card", "--out", card, "--address", "https://b.example:8443", "--node", tmp_path / "B")
    added = json.loads(said("peers", "add", card, "--node", tmp_path / "A", "--json"))
    assert added["fingerprint"] in written
    assert added["in_directory"] is False
    assert [one["party"] for one in json.loads(said("peers", "list", "--node", tmp_path / "A", "--json"))] == ["B"]
    assert "https://b.example:8443" in said("peers", "show", "B", "--node", tmp_path / "A")
    said("peers", "remove", "B", "--node", tmp_path / "A")
    assert json.loads(said("peers", "list", "--node", tmp_path / "A", "--json")) == []


def test_a_card_of_another_node_is_refused_for_a_known_party(tmp_path: Path) -> None:
    """Somebody else makes a card in B's name: the known keys do not grow into it. One's own card is no partner's."""
    with nodes(tmp_path) as made:
        forged = init_node(tmp_path / "forged", "B")
        (tmp_path / "forged.card").write_bytes(own_card(forged))
        (tmp_path / "own.card").write_bytes(own_card(made["A"]))
        forged.store.close()
        for file, fault in (("forged.card", BadReport), ("own.card", BadSetting)):
            done = runner.invoke(app, ["peers", "add", str(tmp_path / file), "--node", str(tmp_path / "A")])
            assert isinstance(done.exception, fault)


def test_what_a_partner_would_see_is_shown_before_anything_goes(tmp_path: Path) -> None:
    """Counts by field, type and label: what B may not read is not among them, and what is then told is just that."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1, 2))
        take(a, for_party("A"), *quakes(3))
        word(a, "w1", for_party("A", "B"), text="x")
        shown = json.loads(said("peers", "show", "B", "--node", tmp_path / "A", "--json"))["would_be_told"]
        assert [(one["what"], one["label"]["tlp"], one["records"]) for one in shown] == [("seismic", "CLEAR", 2), ("assessment", "AMBER", 1)]
        sync_with(b, "A", to(a), NOW_US)
        assert (held(b), words(b)) == ({"r1", "r2"}, {"w1"})


def test_only_the_owner_learns_why_a_record_was_not_sent(tmp_path: Path) -> None:
    """A is told the reason; B, which holds a copy, is not told why C has none."""
    with nodes(tmp_path, "ABC") as made:
        take(made["A"], for_party("A", "B"), *quakes(1))
        reasons = json.loads(said("sync", "--why", "r1", "--to", "C", "--node", tmp_path / "A", "--json"))["reasons"]
        assert "C is not on the list of readers" in reasons[0]
        assert "is told" in json.loads(said("sync", "--why", "MSO/r1", "--to", "B", "--node", tmp_path / "A", "--json"))["reasons"][0]
        sync_with(made["B"], "A", to(made["A"]), NOW_US)
        done = runner.invoke(app, ["sync", "--why", "r1", "--to", "C", "--node", str(tmp_path / "B")])
        assert isinstance(done.exception, BadSetting)


def test_a_fault_of_one_partner_stops_no_other_and_is_told(tmp_path: Path) -> None:
    """Partners without an address are not asked; one that is named and has none is one sentence."""
    with nodes(tmp_path):
        assert "no partner to ask" in said("sync", "--node", tmp_path / "A")
        done = runner.invoke(app, ["sync", "B", "--node", str(tmp_path / "A"), "--json"])
        assert done.exit_code == 1
        assert "names no address" in json.loads(done.output)[0]["fault"]


@pytest.mark.parametrize("name", ["MSO/r1"])
def test_a_partner_is_referred_to_an_event_by_what_it_may_read(tmp_path: Path, name: str) -> None:
    """Of an event of two reports the one that B may read is the reference; where there is none the sentence tells nothing more."""
    init_node(tmp_path / "A", "A").store.close()
    (tmp_path / "A" / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    with nodes(tmp_path / "both") as made:
        a = made["A"]
        take(a, for_party("A", "B"), *quakes(1))
        take(a, for_party("A"), *quakes(2))
        folder = tmp_path / "both" / "A"
        assert json.loads(said("refer", name, "--to", "B", "--node", folder, "--json"))["reference"] == name
        one = runner.invoke(app, ["refer", name, "--to", "C", "--node", str(folder)])
        other = runner.invoke(app, ["refer", name, "--to", "NOBODY", "--node", str(folder)])
        assert (one.exit_code, other.exit_code) == (1, 1)
        assert one.output.replace("C ", "X ") == other.output.replace("NOBODY ", "X ")
