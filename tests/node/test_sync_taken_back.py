"""What is erased, narrowed or sealed anew, and the partners whom nothing of it may stop or leave out."""

from __future__ import annotations

from pathlib import Path

from made import NOW_US
from node.two_nodes import for_party, held, nodes, open_label, quakes, take, to, word, words
from vigie.node.identity import identity_of, revoke_key
from vigie.node.peers import add_peer, own_card
from vigie.node.sync import pull, sync_with
from vigie.store import erase


def test_a_row_number_that_is_given_out_again_is_told_again(tmp_path: Path) -> None:
    """The last record at B is withdrawn, or erased, and another one takes its number: C, who has heard of that number, is told of the other one."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        for number in (1, 2):
            take(a, open_label("A"), *quakes(number))
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        take(a, for_party("A"), *quakes(2))
        take(a, open_label("A"), *quakes(3))
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r3"}
        erase(b.store, b.keyring, b.quarantine, ["MSO/r3"], "wrong", NOW_US, b.sign)
        take(b, open_label("B"), *quakes(4))
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1", "r4"}


def test_an_owner_whose_erasure_comes_back_to_it_goes_on_exchanging(tmp_path: Path) -> None:
    """A erases and narrows what B has, and asks B afterwards: B does not tell A about A's own records."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        take(a, open_label("A"), *quakes(1))
        word(a, "w1", open_label("A"), text="x")
        sync_with(b, "A", to(a), NOW_US)
        sync_with(a, "B", to(b), NOW_US)
        erase(a.store, a.keyring, a.quarantine, ["MSO/r1"], "wrong", NOW_US, a.sign)
        word(a, "w1", for_party("A"), text="x")
        sync_with(b, "A", to(a), NOW_US)
        take(b, open_label("B"), *quakes(2))
        sync_with(a, "B", to(b), NOW_US)
        assert held(a) == {"r2"}


def test_what_was_taken_back_before_it_was_told_is_in_no_page_however_small(tmp_path: Path) -> None:
    """Said for B, then for A alone, and told one thing a page: no page holds the words."""
    with nodes(tmp_path) as made:
        a, b = made["A"], made["B"]
        word(a, "w1", for_party("A", "B"), text="secret word")
        word(a, "w2", for_party("A", "B"), text="other")
        word(a, "w1", for_party("A"), text="secret word")
        seen: list[bytes] = []

        def send(body: bytes, signature: str) -> tuple[int, bytes, str]:
            said = to(a)(body, signature)
            seen.append(said[1])
            return said

        while pull(b, "A", send, NOW_US, limit=1).more:
            pass
        assert words(b) == {"w2"}
        assert not any(b"secret word" in body for body in seen)


def test_a_revoked_key_does_not_stop_those_who_passed_its_records_on(tmp_path: Path) -> None:
    """B holds a record that A's first key sealed. A revokes that key: B reads A anew, and C believes what B passes on."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1))
        sync_with(b, "A", to(a), NOW_US)
        revoke_key(a, identity_of(a).key_id, "stolen", NOW_US)
        sync_with(b, "A", to(a), NOW_US)
        sync_with(b, "A", to(a), NOW_US)
        add_peer(c, own_card(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        assert held(c) == {"r1"}


def test_what_one_node_erases_of_another_ones_is_withdrawn_from_those_who_have_it_through_it(tmp_path: Path) -> None:
    """B erases A's records at its own place. C, who has them from B alone, loses them; nobody is stopped, and B takes them in no more."""
    with nodes(tmp_path, "ABC") as made:
        a, b, c = made["A"], made["B"], made["C"]
        take(a, open_label("A"), *quakes(1, 2))
        word(a, "w1", open_label("A"), text="x")
        sync_with(b, "A", to(a), NOW_US)
        sync_with(c, "B", to(b), NOW_US)
        erase(b.store, b.keyring, b.quarantine, ["MSO/r1", "assessment/w1"], "not ours to keep", NOW_US, b.sign)
        for asks, asked in ((c, b), (a, b), (b, a)):
            sync_with(asks, asked.settings.party, to(asked), NOW_US)
        assert (held(b), words(b)) == ({"r2"}, set())
        assert (held(c), words(c)) == ({"r2"}, set())
        assert (held(a), words(a)) == ({"r1", "r2"}, {"w1"})
